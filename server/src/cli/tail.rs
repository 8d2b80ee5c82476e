use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

use click_lite_client::{ApiClient, ClientError};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::query::shown_in_text;
use super::{TailArgs, TailFormat};

/// First and longest wait before the connection is made again.
const WAITS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
const RESET: &str = "\x1b[0m";
const DIM: &str = "\x1b[2m";

/// `click-lite-server tail`: rows as they come in, until it is stopped.
pub async fn run(args: TailArgs) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let mut follower = Follower {
        printer: Printer {
            format: args.format,
            is_coloured: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        },
        resume: None,
        dropped: 0,
        is_open: false,
    };
    let mut wait = WAITS.0;
    loop {
        let problem = match follower.follow(&client, &args).await {
            Ok(End::Printed) => return Ok(()),
            Ok(End::Closed) => ClientError::Broken("the server closed it".into()),
            Err(Failure::Output(error)) => return Err(error),
            Err(Failure::Server(error)) => error,
        };
        if std::mem::take(&mut follower.is_open) {
            wait = WAITS.0;
        }
        // The first connection tells whether there is a server at all.
        if follower.resume.is_none() || !problem.is_retryable() {
            return Err(match problem {
                ClientError::Api { detail, .. } => shown_in_text(&args.text, &detail),
                other => other.into(),
            });
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    }
}

/// How a connection ended.
enum End {
    Closed,
    /// Nobody reads what is printed any more.
    Printed,
}

enum Failure {
    Server(ClientError),
    Output(anyhow::Error),
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Server(error)
    }
}

/// What is read of a message, whatever its kind: raw rows can't be taken out of an enum.
#[derive(Deserialize)]
struct Message {
    resume: Option<String>,
    #[serde(default)]
    rows: Vec<Box<RawValue>>,
    dropped: Option<u64>,
    reason: Option<String>,
    error: Option<click_lite_client::ErrorDetail>,
}

struct Follower {
    printer: Printer,
    resume: Option<String>,
    dropped: u64,
    is_open: bool,
}

impl Follower {
    async fn follow(&mut self, client: &ApiClient, args: &TailArgs) -> Result<End, Failure> {
        let mut parameters = vec![("query", args.text.clone())];
        match &self.resume {
            Some(resume) => parameters.push(("resume", resume.clone())),
            None => parameters.push(("last", args.last.to_string())),
        }
        parameters.extend(args.source.clone().map(|source| ("source", source)));
        parameters.extend(args.sample.map(|sample| ("sample", sample.to_string())));
        parameters.extend(args.rate_limit.map(|limit| ("rate_limit", limit.to_string())));
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mut socket = client.tail(&format!("/api/v1/tail?{}", query.join("&"))).await?;
        self.is_open = true;
        self.dropped = 0;
        while let Some(text) = socket.next().await? {
            let Ok(message) = serde_json::from_str::<Message>(&text) else { continue };
            if let Some(error) = message.error {
                return Err(Failure::Server(ClientError::Api { status: 400, detail: error }));
            }
            match self.printer.rows(&message.rows) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(End::Printed),
                Err(error) => return Err(Failure::Output(error.into())),
            }
            // Behind the rows: those that were not printed come again.
            self.resume = message.resume.or(self.resume.take());
            if let Some(dropped) = message.dropped.filter(|dropped| *dropped > self.dropped) {
                eprintln!("{} rows were too many and left out", dropped - self.dropped);
                self.dropped = dropped;
            }
            if let Some(reason) = message.reason {
                eprintln!("{reason}");
            }
        }
        Ok(End::Closed)
    }
}

/// Percent-encoding of everything that is not plain (RFC 3986, 2.3).
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

struct Printer {
    format: TailFormat,
    is_coloured: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row<'a> {
    timestamp: &'a str,
    severity_number: u8,
    #[serde(borrow)]
    service_name: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

impl Printer {
    fn rows(&self, rows: &[Box<RawValue>]) -> std::io::Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for row in rows {
            match (self.format, serde_json::from_str::<Row<'_>>(row.get())) {
                (TailFormat::Text, Ok(row)) => writeln!(out, "{}", self.line(&row))?,
                _ => writeln!(out, "{}", row.get())?,
            }
        }
        out.flush()
    }

    fn line(&self, row: &Row<'_>) -> String {
        let (tag, colour) = match row.severity_number {
            1..=4 => ("TRC", DIM),
            5..=8 => ("DBG", DIM),
            9..=12 => ("INF", "\x1b[34m"),
            13..=16 => ("WRN", "\x1b[33m"),
            17..=20 => ("ERR", "\x1b[31m"),
            21..=24 => ("FTL", "\x1b[1;35m"),
            _ => ("---", DIM),
        };
        let (service, body) = (plain(&row.service_name), plain(&row.body));
        let time = row.timestamp;
        if self.is_coloured {
            format!("{DIM}{time}{RESET} {colour}{tag}{RESET} {DIM}{service}{RESET} {body}")
        } else {
            format!("{time} {tag} {service} {body}")
        }
    }
}

/// A text of a log for a terminal, which must not obey it: further lines are indented, other control characters shown.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim_end_matches(['\n', '\r']);
    if !text.contains(|letter: char| letter.is_control() && letter != '\t') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\n    "),
            '\t' => out.push('\t'),
            '\r' => {}
            letter if letter.is_control() => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_does_not_command_the_terminal() {
        assert_eq!(plain("a\n\tat b\r\n"), "a\n    \tat b");
        assert_eq!(plain("\u{1b}]0;x\u{7}"), "\\u{1b}]0;x\\u{7}");
        assert_eq!(encoded("a b&c=é"), "a%20b%26c%3D%C3%A9");
    }

    #[test]
    fn lines_have_colour_on_a_terminal_alone() {
        let row =
            Row { timestamp: "T", severity_number: 17, service_name: "api".into(), body: "lost".into() };
        let line = |is_coloured| Printer { format: TailFormat::Text, is_coloured }.line(&row);
        assert_eq!(line(false), "T ERR api lost");
        assert_eq!(line(true), "\u{1b}[2mT\u{1b}[0m \u{1b}[31mERR\u{1b}[0m \u{1b}[2mapi\u{1b}[0m lost");
    }
}
