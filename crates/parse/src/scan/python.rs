//! Python's `logging` with its default format and the ones that its frameworks use.

use super::access;
use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::{level, timestamp};
use click_lite_model::Severity;

/// Any of the shapes below.
pub(crate) fn logging(line: &str, draft: &mut Draft) -> Scan {
    let found = match line.as_bytes().first() {
        Some(b'[') => {
            celery(line, draft).or_else(|| gunicorn(line, draft)).or_else(|| django_server(line, draft))
        }
        Some(byte) if byte.is_ascii_digit() => dashes(line, draft).or_else(|| loguru(line, draft)),
        Some(byte) if byte.is_ascii_uppercase() => {
            level_first(line, draft).or_else(|| uvicorn(line, draft)).or_else(|| basic(line, draft))
        }
        _ => None,
    };
    found.unwrap_or(Scan::No)
}

fn python_level(name: &str) -> Option<Severity> {
    name.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| level::severity(name)).flatten()
}

/// `2024-01-02 10:00:00,123 - name - LEVEL - message`.
fn dashes(line: &str, draft: &mut Draft) -> Option<Scan> {
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    if !cursor.eat(" - ") {
        return None;
    }
    let mut fields = [""; 3];
    let mut count = 0;
    let severity = loop {
        let field = cursor.until_text(" - ")?.trim();
        if let Some(severity) = python_level(field) {
            draft.level(field, severity);
            break severity;
        }
        if field.contains(' ') && count == 0 {
            return None;
        }
        *fields.get_mut(count)? = field;
        count += 1;
    };
    if count == 0 || severity == Severity::UNSPECIFIED {
        return None;
    }
    draft.attribute("logger.name", fields[0]);
    let is_number = |field: &str| field.bytes().all(|byte| byte.is_ascii_digit());
    match fields[1..] {
        [process, thread] if is_number(process) => {
            draft.attribute("process.pid", process);
            draft.attribute("thread.name", thread);
        }
        [process, thread] if !thread.is_empty() => {
            draft.attribute("process.name", process);
            draft.attribute("thread.name", thread);
        }
        _ => draft.attribute("thread.name", fields[1]),
    }
    Some(draft.start(time, cursor.at))
}

/// loguru: `2024-01-02 10:00:00.123 | INFO     | module:function:12 - message`.
fn loguru(line: &str, draft: &mut Draft) -> Option<Scan> {
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    if !cursor.eat(" | ") {
        return None;
    }
    let name = cursor.until(b'|')?.trim();
    let severity = python_level(name)?;
    cursor.skip_spaces();
    let place = cursor.until_text(" - ")?;
    draft.level(name, severity);
    let mut parts = place.rsplitn(3, ':');
    let (number, function, module) = (parts.next(), parts.next(), parts.next());
    if let (Some(number), Some(function), Some(module)) = (number, function, module) {
        draft.attribute("logger.name", module);
        draft.attribute("code.function.name", function);
        draft.attribute("code.line.number", number);
    } else {
        draft.attribute("logger.name", place);
    }
    Some(draft.start(time, cursor.at))
}

/// Celery: `[2024-01-02 10:00:00,123: INFO/MainProcess] message`.
fn celery(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 1);
    let (time, used) = timestamp::date_time(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat(": ") {
        return None;
    }
    let name = cursor.until(b'/')?;
    let severity = python_level(name)?;
    let process = cursor.until(b']')?;
    cursor.skip_spaces();
    draft.level(name, severity);
    draft.attribute("process.name", process);
    Some(draft.start(time, cursor.at))
}

/// gunicorn: `[2024-01-02 10:00:00 +0000] [12] [INFO] message`.
fn gunicorn(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 1);
    let (time, used) = timestamp::date_time(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat("] [") {
        return None;
    }
    let process = cursor.digits(10)?;
    if !cursor.eat("] [") {
        return None;
    }
    let name = cursor.until(b']')?;
    let severity = python_level(name)?;
    cursor.skip_spaces();
    draft.level(name, severity);
    draft.attribute("process.pid", process);
    Some(draft.start(time, cursor.at))
}

/// Django's development server: `[02/Jan/2024 10:00:00] "GET / HTTP/1.1" 200 1234`.
fn django_server(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 1);
    let (time, used) = timestamp::day_first(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat("] ") {
        return None;
    }
    let body = cursor.at;
    request_line(&mut cursor, draft)?;
    Some(draft.start(time, body))
}

/// `"GET / HTTP/1.1" 200 ...` here: attributes and severity.
fn request_line(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Option<()> {
    let request = cursor.quoted()?;
    cursor.skip_spaces();
    let status = cursor.digits(3).filter(|status| status.len() == 3)?;
    access::request(request, draft);
    draft.attribute("http.response.status_code", status);
    draft.record.severity = access::status_severity(status);
    Some(())
}

/// Django's `verbose`: `INFO 2024-01-02 10:00:00,123 module 12 34 message`.
fn level_first(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let name = cursor.word();
    let severity = python_level(name)?;
    cursor.skip_spaces();
    let (time, used) = timestamp::date_time(cursor.bytes())?;
    cursor.at += used;
    cursor.skip_spaces();
    draft.level(name, severity);
    let mut ahead = cursor;
    let module = ahead.word();
    ahead.skip_spaces();
    let process = ahead.word();
    ahead.skip_spaces();
    let thread = ahead.word();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(process) && is_number(thread) {
        draft.attribute("logger.name", module);
        draft.attribute("process.pid", process);
        draft.attribute("thread.id", thread);
        ahead.skip_spaces();
        cursor = ahead;
    }
    Some(draft.start(time, cursor.at))
}

/// uvicorn: `INFO:     127.0.0.1:53168 - "GET / HTTP/1.1" 200 OK`, and its messages without a request.
fn uvicorn(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let name = cursor.until(b':')?;
    let severity = python_level(name)?;
    // The level is padded to nine characters with its colon.
    let is_padded = cursor.bytes().starts_with(b"  ") || (cursor.bytes().starts_with(b" ") && name.len() > 7);
    if !is_padded {
        return None;
    }
    cursor.skip_spaces();
    let body = cursor.at;
    draft.level(name, severity);
    if let Some(client) = cursor.until_text(" - ").filter(|client| !client.contains(' '))
        && request_line(&mut cursor, draft).is_some()
    {
        let (host, port) = client.rsplit_once(':').unwrap_or((client, ""));
        draft.attribute("client.address", host);
        draft.attribute("client.port", port);
        draft.record.severity = draft.record.severity.max(severity);
    }
    Some(draft.start(EntryTime::Missing, body))
}

/// `logging.basicConfig()`: `LEVEL:logger:message`.
fn basic(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let name = cursor.until(b':')?;
    let severity = python_level(name)?;
    let logger = cursor.until(b':')?;
    if logger.is_empty()
        || !logger.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    {
        return None;
    }
    draft.level(name, severity);
    draft.attribute("logger.name", logger);
    Some(draft.start(EntryTime::Missing, cursor.at))
}
