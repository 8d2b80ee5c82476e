//! The few requests that the supervisor itself sends to the engine: is it up, is it ours, which version, stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::secret::Credentials;

const MAXIMUM_ANSWER_BYTES: u64 = 64 * 1024;

/// Status and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// `GET path` without a password.
pub(crate) async fn get(port: u16, path: &str, limit: Duration) -> io::Result<Answer> {
    exchange(port, format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"), limit).await
}

/// Runs one statement as `credentials`.
pub(crate) async fn query(
    port: u16,
    credentials: &Credentials,
    sql: &str,
    limit: Duration,
) -> io::Result<Answer> {
    let Credentials { user, password } = credentials;
    let length = sql.len();
    let request = format!(
        "POST / HTTP/1.0\r\nHost: 127.0.0.1\r\nX-ClickHouse-User: {user}\r\nX-ClickHouse-Key: {password}\r\n\
         Content-Length: {length}\r\n\r\n{sql}"
    );
    exchange(port, request, limit).await
}

async fn exchange(port: u16, request: String, limit: Duration) -> io::Result<Answer> {
    let talk = async {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        // HTTP/1.0 without keep-alive: the answer ends where the connection does.
        stream.take(MAXIMUM_ANSWER_BYTES).read_to_end(&mut bytes).await?;
        parse(&String::from_utf8_lossy(&bytes))
    };
    match tokio::time::timeout(limit, talk).await {
        Ok(answer) => answer,
        Err(_) => {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} ms", limit.as_millis())))
        }
    }
}

fn parse(text: &str) -> io::Result<Answer> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(invalid)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(invalid)?;
    Ok(Answer { status, body: body.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_an_answer_apart() {
        let answer = parse("HTTP/1.0 403 Forbidden\r\nServer: x\r\n\r\nrefused\n").expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (403, "refused"));
        assert!(parse("SSH-2.0-OpenSSH\r\n").is_err());
        assert!(parse("").is_err());
    }
}
