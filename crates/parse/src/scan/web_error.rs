//! Error logs of Apache httpd (2.2 and 2.4) and nginx.

use crate::cursor::Cursor;
use crate::draft::{Draft, Scan};
use crate::{level, timestamp};
use click_lite_model::Severity;

/// `[Sun Dec 04 04:47:44 2005] [error] [client 1.2.3.4] message` and
/// `[Sun Dec 04 04:47:44.123456 2005] [core:error] [pid 12:tid 34] [client 1.2.3.4:56] message`.
pub(crate) fn apache(line: &str, draft: &mut Draft) -> Scan {
    read_apache(line, draft).unwrap_or(Scan::No)
}

fn read_apache(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    if !cursor.eat("[") {
        return None;
    }
    let (time, used) = timestamp::asctime(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat("]") {
        return None;
    }
    cursor.skip_spaces();
    let inner = cursor.bracketed(b'[', b']')?;
    let (module, name) = inner.rsplit_once(':').unwrap_or(("", inner));
    let severity = apache_severity(name)?;
    draft.level(name, severity);
    draft.attribute("apache.module", module);
    cursor.skip_spaces();
    if cursor.bytes().starts_with(b"[pid ") {
        let inner = cursor.bracketed(b'[', b']')?;
        let (process, thread) = inner.split_once(':').unwrap_or((inner, ""));
        draft.attribute("process.pid", process.trim_start_matches("pid "));
        draft.attribute("thread.id", thread.trim_start_matches("tid "));
        cursor.skip_spaces();
    }
    let body = cursor.at;
    if let Some(at) = cursor.rest().find("[client ") {
        cursor.at += at;
        if let Some(inner) = cursor.bracketed(b'[', b']') {
            client(inner.trim_start_matches("client "), draft);
        }
    }
    Some(draft.start(time, body))
}

fn apache_severity(name: &str) -> Option<Severity> {
    Some(match name {
        "emerg" => Severity::FATAL,
        "alert" | "crit" | "error" | "warn" | "notice" | "info" | "debug" => Severity::from_text(name)?,
        _ if name.strip_prefix("trace").is_some_and(|depth| depth.len() == 1) => Severity::TRACE,
        _ => return None,
    })
}

/// An address with a port after it or not.
fn client(address: &str, draft: &mut Draft) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            draft.attribute("client.address", host.trim_matches(['[', ']']));
            draft.attribute("client.port", port);
        }
        _ => draft.attribute("client.address", address),
    }
}

/// `2024/01/02 10:00:00 [error] 12#34: *5 message, client: 1.2.3.4, server: a, request: "GET / HTTP/1.1", host: "b"`.
pub(crate) fn nginx(line: &str, draft: &mut Draft) -> Scan {
    read_nginx(line, draft).unwrap_or(Scan::No)
}

fn read_nginx(line: &str, draft: &mut Draft) -> Option<Scan> {
    if line.as_bytes().get(4) != Some(&b'/') {
        return None;
    }
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    if !cursor.eat(" ") {
        return None;
    }
    let name = cursor.bracketed(b'[', b']')?;
    let severity = level::severity(name)?;
    cursor.skip_spaces();
    let process = cursor.digits(10)?;
    if !cursor.eat("#") {
        return None;
    }
    let thread = cursor.digits(10)?;
    if !cursor.eat(":") {
        return None;
    }
    cursor.skip_spaces();
    draft.level(name, severity);
    draft.attribute("process.pid", process);
    draft.attribute("thread.id", thread);
    if cursor.eat("*") {
        let connection = cursor.digits(20)?;
        draft.attribute("nginx.connection.id", connection);
        cursor.skip_spaces();
    }
    let message = cursor.rest();
    for (name, key) in [
        (", client: ", "client.address"),
        (", server: ", "server.address"),
        (", upstream: \"", "nginx.upstream"),
    ] {
        if let Some(at) = message.find(name) {
            let value = &message[at + name.len()..];
            draft.attribute(key, value.split([',', '"']).next().unwrap_or(value));
        }
    }
    if let Some((_, value)) = message.split_once(", request: \"") {
        super::access::request(value.split('"').next().unwrap_or(value), draft);
    }
    Some(draft.start(time, cursor.at))
}
