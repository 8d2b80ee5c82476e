//! A client that sends exactly the bytes it is told to, well-behaved or not.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use click_lite_engine::{Credentials, Endpoint};

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends one request and reads the whole answer.
pub(crate) fn request(
    endpoint: &Endpoint,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    let address = endpoint.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut text =
        format!("{method} {target} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("not an HTTP answer: {answer}")))?;
    Ok(Answer { status, body: body.trim().to_owned() })
}

/// Runs a statement as a user, with settings in the URL.
pub(crate) fn try_query(
    endpoint: &Endpoint,
    who: &Credentials,
    settings: &str,
    sql: &str,
) -> io::Result<Answer> {
    let headers = [("X-ClickHouse-User", who.user.as_str()), ("X-ClickHouse-Key", who.password.as_str())];
    request(endpoint, "POST", &format!("/?{settings}"), &headers, sql)
}

/// Runs a statement as the writer, which has to succeed.
pub(crate) fn write(endpoint: &Endpoint, sql: &str) -> String {
    let answer = try_query(endpoint, &endpoint.writer, "", sql).expect("an answer");
    assert_eq!(answer.status, 200, "{sql}: {}", answer.body);
    answer.body
}
