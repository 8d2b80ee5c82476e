//! Rust: `tracing_subscriber::fmt` (full and compact) and `env_logger`. Colours are gone before a line comes here.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::timestamp;
use click_lite_model::Severity;

fn severity(word: &str) -> Option<Severity> {
    Some(match word {
        "TRACE" => Severity::TRACE,
        "DEBUG" => Severity::DEBUG,
        "INFO" => Severity::INFO,
        "WARN" => Severity::WARN,
        "ERROR" => Severity::ERROR,
        _ => return None,
    })
}

/// `2024-01-02T10:00:00.123456Z  INFO request{id=5}:query: my_crate::module: message key=value`.
pub(crate) fn tracing(line: &str, draft: &mut Draft) -> Scan {
    read_tracing(line, draft).unwrap_or(Scan::No)
}

fn read_tracing(line: &str, draft: &mut Draft) -> Option<Scan> {
    let bytes = line.as_bytes();
    let (time, used) = if bytes.get(10) == Some(&b'T') {
        let (time, used) = timestamp::date_time(bytes)?;
        if !matches!(time, EntryTime::Utc(_)) || bytes.get(used) != Some(&b' ') {
            return None;
        }
        (time, used)
    } else {
        // `without_time()`: the level is all that is left, padded to five.
        let padded = matches!(bytes, [b' ', b'I' | b'W', ..]) || matches!(bytes, [b'T' | b'D' | b'E', ..]);
        if !padded {
            return None;
        }
        (EntryTime::Missing, 0)
    };
    let mut cursor = Cursor::new(line, used);
    cursor.skip_spaces();
    let name = cursor.word();
    let severity = severity(name)?;
    if !cursor.eat(" ") {
        return None;
    }
    let context_start = cursor.at;
    // Spans and target: names and `{...}` joined by colons, each part closed by a colon and a space.
    let mut spans = "";
    let mut target = "";
    while let Some(end) = context_end(cursor.bytes()) {
        let part = &cursor.rest()[..end];
        if !target.is_empty() {
            spans = &line[context_start..context_start + spans_length(line, context_start, cursor.at)];
        }
        let is_span = part.contains('{');
        target = if is_span { "" } else { part };
        cursor.at += end + 1;
        if is_span {
            spans = part;
        }
        if !cursor.eat(" ") {
            return None;
        }
        // The compact form has the names of the spans before the target, without their fields.
        let are_names = spans.is_empty()
            && is_path(part)
            && context_end(cursor.bytes()).is_some_and(|end| cursor.rest()[..end].contains("::"));
        if !is_span && !are_names {
            break;
        }
    }
    if target.is_empty() && spans.is_empty() {
        return None;
    }
    draft.level(name, severity);
    draft.attribute("logger.name", target);
    draft.attribute("tracing.spans", spans);
    span_fields(spans, draft);
    let body = cursor.at;
    trailing_fields(cursor.rest(), draft);
    Some(draft.start(time, body))
}

fn spans_length(line: &str, start: usize, end: usize) -> usize {
    line[start..end].trim_end_matches([':', ' ']).len()
}

/// Whether a word is made of identifiers and colons.
fn is_path(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-'))
}

/// Length of a span list or target that ends with `: ` here.
fn context_end(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut in_quotes = false;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if in_quotes {
            match byte {
                b'\\' => at += 1,
                b'"' => in_quotes = false,
                _ => {}
            }
        } else {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.checked_sub(1)?,
                b'"' if depth > 0 => in_quotes = true,
                b':' if depth == 0 && matches!(bytes.get(at + 1), Some(b' ')) => {
                    return (at > 0).then_some(at);
                }
                _ if depth > 0 => {}
                _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | b'/') => {}
                _ => return None,
            }
        }
        at += 1;
    }
    None
}

/// Fields of `outer{a=1}:inner{b="x"}` as attributes.
fn span_fields(spans: &str, draft: &mut Draft) {
    let mut rest = spans;
    while let Some(open) = rest.find('{') {
        let mut cursor = Cursor::new(rest, open);
        let Some(inner) = cursor.bracketed(b'{', b'}') else { return };
        trailing_fields(inner, draft);
        rest = cursor.rest();
    }
}

/// `key=value` pairs in a message, as attributes; the message keeps them.
fn trailing_fields(message: &str, draft: &mut Draft) {
    if memchr::memchr(b'=', message.as_bytes()).is_none() {
        return;
    }
    super::logfmt::pairs(message, &mut |key, value| {
        if value.is_empty() || !is_field(key) {
            return;
        }
        draft.record.write_attribute(|text| text.push_str(key), |text| super::logfmt::unescape(value, text));
    });
}

fn is_field(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// `[2024-01-02T10:00:00Z INFO  my_crate::module] message`; the time is optional.
pub(crate) fn env_logger(line: &str, draft: &mut Draft) -> Scan {
    read_env_logger(line, draft).unwrap_or(Scan::No)
}

fn read_env_logger(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    if !cursor.eat("[") {
        return None;
    }
    let mut time = EntryTime::Missing;
    if let Some((found, used)) = timestamp::date_time(cursor.bytes()) {
        time = found;
        cursor.at += used;
        if !cursor.eat(" ") {
            return None;
        }
    }
    let name = cursor.word();
    let severity = severity(name)?;
    cursor.skip_spaces();
    let target = cursor.until(b']')?;
    if !is_path(target) || !cursor.eat(" ") {
        return None;
    }
    draft.level(name, severity);
    draft.attribute("logger.name", target);
    Some(draft.start(time, cursor.at))
}
