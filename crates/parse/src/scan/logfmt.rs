//! logfmt: `time=... level=info msg="..." key=value`, as Go's slog (text), logrus, Heroku, Grafana and others write.

use crate::cursor::Cursor;
use crate::draft::{Body, Draft, EntryTime, Scan};
use crate::timestamp;

/// A line is logfmt where it is made of pairs and one of them is a level, message or time.
pub(crate) fn scan(line: &str, draft: &mut Draft) -> Scan {
    let first = line.as_bytes().first();
    if !first.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'@')) {
        return Scan::No;
    }
    let mut known = 0;
    let mut body = "";
    let mut time = EntryTime::Missing;
    let rest = pairs(line, &mut |key, value| {
        let plain = value.strip_prefix('"').map_or(value, |inner| inner.strip_suffix('"').unwrap_or(inner));
        match key {
            "msg" | "message" | "event" | "MSG" if body.is_empty() => {
                body = value;
                known += 1;
                return;
            }
            "level" | "lvl" | "severity" | "LEVEL" if draft.record.severity_text().is_empty() => {
                draft.record.set_level(plain);
                known += 1;
                return;
            }
            "time" | "ts" | "timestamp" | "t" | "@timestamp" | "TIME" if time == EntryTime::Missing => {
                if let Some(found) = timestamp::whole(plain) {
                    time = found;
                    known += 1;
                    return;
                }
            }
            "service" | "service.name" | "app" if draft.record.service().is_empty() => {
                draft.record.set_service(plain);
                return;
            }
            "trace_id" | "traceID" | "traceId" if is_hexadecimal(plain, 32) => {
                draft.record.set_trace_id(plain);
                return;
            }
            "span_id" | "spanID" | "spanId" if is_hexadecimal(plain, 16) => {
                draft.record.set_span_id(plain);
                return;
            }
            "host" | "hostname" | "host.name" => {
                draft.host(plain);
                return;
            }
            _ => {}
        }
        draft.record.write_attribute(|text| text.push_str(key), |text| unescape(value, text));
    });
    if known == 0 || rest > line.len() / 4 || (known == 1 && draft.record.attributes().len() == 0) {
        return Scan::No;
    }
    draft.time = time;
    if body.is_empty() {
        // Without a message the line itself is what one reads.
        draft.body = Body::From(0);
    } else {
        draft.record.write_body(|text| unescape(body, text));
        draft.body = Body::InRecord;
    }
    Scan::Start
}

fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Calls `each` with every `key=value` (a quoted value with its quotes). Gives the bytes that were no pairs.
pub(crate) fn pairs<'a>(text: &'a str, each: &mut dyn FnMut(&'a str, &'a str)) -> usize {
    let mut cursor = Cursor::new(text, 0);
    let mut other = 0;
    while !cursor.at_end() {
        cursor.skip_spaces();
        let start = cursor.at;
        let bytes = cursor.bytes();
        let length = bytes.iter().position(|byte| !is_key(*byte)).unwrap_or(bytes.len());
        if length == 0 || bytes.get(length) != Some(&b'=') {
            other += cursor.word().len();
            continue;
        }
        let key = &text[start..start + length];
        cursor.at = start + length + 1;
        let value_start = cursor.at;
        if cursor.quoted().is_none() {
            cursor.word();
        }
        each(key, &text[value_start..cursor.at]);
    }
    other
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'/' | b':' | b'#' | b'%')
}

/// Appends a value without its quotes and escapes (those of Go's `strconv.Quote`).
pub(crate) fn unescape(value: &str, text: &mut String) {
    let Some(inner) = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) else {
        text.push_str(value);
        return;
    };
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else {
            text.push('\\');
            break;
        };
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'u' => match rest
                .get(..4)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32)
            {
                Some(character) => {
                    text.push(character);
                    rest = &rest[4..];
                }
                None => text.push_str("\\u"),
            },
            '"' | '\\' | '\'' => text.push(escaped),
            other => {
                text.push('\\');
                text.push(other);
            }
        }
    }
    text.push_str(rest);
}
