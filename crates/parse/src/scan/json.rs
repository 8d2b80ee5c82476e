//! Files of JSON lines: any logger's (through the NDJSON mapping), journald's export, and Docker's `json-file`.

use crate::cursor::Cursor;
use crate::draft::{Body, Draft, EntryTime, Scan};
use crate::timestamp;
use click_lite_formats::journal::Entry;
use click_lite_formats::json::{Path, Scanner, Value};
use click_lite_formats::ndjson::Decoder;

/// Decodes JSON lines. Holds memory that is used again for every line.
#[derive(Debug, Clone, Default)]
pub(crate) struct JsonReader {
    decoder: Decoder,
    path: Path,
}

impl JsonReader {
    /// One object of whatever logger.
    pub(crate) fn object(&mut self, line: &str, draft: &mut Draft) -> Scan {
        if line.as_bytes().first() != Some(&b'{')
            || self.decoder.decode_object(line, &mut draft.record).is_err()
        {
            return Scan::No;
        }
        draft.time = draft.record.time_ns.map_or(EntryTime::Missing, EntryTime::Utc);
        // An object without a message is its own message.
        draft.body = if draft.record.body().is_empty() { Body::From(0) } else { Body::InRecord };
        Scan::Start
    }

    /// One object of `journalctl -o json`.
    pub(crate) fn journald(&mut self, line: &str, draft: &mut Draft) -> Scan {
        if line.as_bytes().first() != Some(&b'{') {
            return Scan::No;
        }
        let Draft { record, time, .. } = draft;
        let mut entry = Entry::default();
        let (mut found, mut text) = (false, String::new());
        let mut scanner = Scanner::new(line);
        let read = scanner.for_each_leaf(&mut self.path, |key, value| {
            found |= key == "__REALTIME_TIMESTAMP";
            text.clear();
            match value {
                // journald writes a message that is no UTF-8 as an array of its bytes.
                Value::Array(numbers) if key == "MESSAGE" => {
                    let numbers = numbers.split(|byte: char| !byte.is_ascii_digit());
                    let bytes: Vec<u8> = numbers.filter_map(|number| number.parse().ok()).collect();
                    text.push_str(&String::from_utf8_lossy(&bytes));
                }
                other => other.append_to(&mut text),
            }
            entry.field(key, &text, record);
        });
        if read.and_then(|()| scanner.end()).is_err() || !found {
            return Scan::No;
        }
        entry.finish(record);
        if let Some(ns) = record.time_ns.take() {
            *time = EntryTime::Utc(ns);
        }
        draft.body = Body::InRecord;
        Scan::Start
    }
}

/// A line of a container, as its runtime wrapped it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wrapped {
    pub(crate) time: EntryTime,
    /// Whether the program's line goes on in the next one.
    pub(crate) partial: bool,
    pub(crate) is_stderr: bool,
}

/// Docker's `{"log":"...\n","stream":"stdout","time":"..."}`: the program's line goes to `inner`, which is added to;
/// other members (`attrs` and labels) to `attributes`.
pub(crate) fn unwrap_docker(
    line: &str,
    path: &mut Path,
    inner: &mut String,
    attributes: &mut Vec<(String, String)>,
) -> Option<Wrapped> {
    if line.as_bytes().first() != Some(&b'{') {
        return None;
    }
    let mut wrapped = Wrapped::default();
    let mut found = false;
    let start = inner.len();
    let mut scanner = Scanner::new(line);
    let read = scanner.for_each_leaf(path, |key, value| match key {
        "log" if !found => {
            found = true;
            value.append_to(inner);
        }
        "stream" => wrapped.is_stderr = value.as_plain() == Some("stderr"),
        "time" => {
            if let Some(time) = value.as_plain().and_then(timestamp::whole) {
                wrapped.time = time;
            }
        }
        _ => {
            let mut text = String::new();
            value.append_to(&mut text);
            attributes.push((key.to_owned(), text));
        }
    });
    if read.and_then(|()| scanner.end()).is_err() || !found || wrapped.time == EntryTime::Missing {
        inner.truncate(start);
        return None;
    }
    if inner.ends_with('\n') {
        inner.pop();
    } else {
        wrapped.partial = true;
    }
    Some(wrapped)
}

/// The lines of Kubernetes' container runtimes: `2024-01-02T10:00:00.123456789Z stdout F message`.
pub(crate) fn unwrap_cri(line: &str, inner: &mut String) -> Option<Wrapped> {
    if line.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    let is_stderr = if cursor.eat(" stderr ") {
        true
    } else if cursor.eat(" stdout ") {
        false
    } else {
        return None;
    };
    let tags = cursor.word();
    if !matches!(tags.as_bytes().first(), Some(b'F' | b'P')) {
        return None;
    }
    cursor.eat(" ");
    inner.push_str(cursor.rest());
    Some(Wrapped { time, partial: tags.starts_with('P'), is_stderr })
}
