//! JSON objects to records: `application/x-ndjson`, `application/json` and `text/plain` bodies.
//!
//! Some keys, in any case, go to columns: see [`aliases`]. Where a record has several keys for one column, the first
//! in the order listed there wins, and the others stay attributes. All other values become attributes:
//!
//! - nested objects are flattened, their keys joined with dots; an alias may be nested too (`{"service":{"name":..}}`);
//! - arrays and empty objects are kept as their JSON text, numbers and booleans as they are written;
//! - null becomes an empty text. An alias that is null or empty leaves its column empty.
//!
//! A time is RFC 3339, a number since the epoch of any unit, or one of the forms of [`parse_time`]. A time or an id
//! that is not understood stays an attribute, and the record has no time or id.

mod aliases;
mod level;
#[cfg(test)]
mod tests;
mod time_text;

use std::borrow::Cow;

use click_lite_model::{Record, Rejections};

use self::aliases::ROLES;
pub(crate) use self::aliases::{Role, find as find_column};
pub use self::time_text::parse_time;
use crate::DEFAULT_RECORD_BYTES;
use crate::ids;
use crate::json::{Fault, JsonError, Path, Scanner, Value};

/// How many records a body held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Records given to the sink.
    pub accepted: u64,
    /// Records refused, each with its reason in the `Rejections`.
    pub rejected: u64,
    /// Records taken whose invalid UTF-8 was replaced by U+FFFD.
    pub repaired: u64,
}

impl Decoded {
    /// Records taken and refused: the next record's index, counted from the first.
    pub fn records(&self) -> u64 {
        self.accepted + self.rejected
    }
}

/// What a key means: its name as an attribute, and the column that it names with its rank, the lowest the best.
pub(crate) struct Name<'k> {
    pub(crate) text: &'k str,
    pub(crate) column: Option<(Role, u8)>,
}

/// A value that is meant for a column, until the object has been read to its end.
#[derive(Clone, Copy)]
struct Held<'a> {
    rank: u8,
    value: Value<'a>,
    time_ns: i64,
}

/// Turns JSON objects and lines into records. Keep one and use it again: it holds memory that is reused.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    path: Path,
    /// Key of the value that is held for each column.
    keys: [String; ROLES],
    unescaped: String,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// `record_bytes` is the size above which a record is refused.
    pub fn new(record_bytes: usize) -> Self {
        Self { record_bytes, path: Path::default(), keys: Default::default(), unescaped: String::new() }
    }

    /// Reads the one object that is `text` into `record`, which is cleared first. On an error the record holds what was
    /// read so far and must not be used.
    pub fn decode_object(&mut self, text: &str, record: &mut Record) -> Result<(), JsonError> {
        let mut scanner = Scanner::new(text);
        self.decode_next(&mut scanner, record)?;
        scanner.end()
    }

    /// Reads the object that comes next; the position is left behind it.
    pub fn decode_next(&mut self, scanner: &mut Scanner<'_>, record: &mut Record) -> Result<(), JsonError> {
        record.clear();
        self.decode_more(scanner, record)
    }

    /// As [`Self::decode_next`], for a record that holds something already: what its columns have stays, and a value
    /// that was meant for one of them becomes an attribute.
    pub fn decode_more(&mut self, scanner: &mut Scanner<'_>, record: &mut Record) -> Result<(), JsonError> {
        self.decode_into(scanner, record, |key, _| Some(Name { text: key, column: find_column(key) }))
    }

    /// As [`Self::decode_next`], for objects whose keys mean what `name` says of them; values without a name are left
    /// out.
    pub(crate) fn decode_named<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        record: &mut Record,
        name: impl for<'k> FnMut(&'k str, Value<'a>) -> Option<Name<'k>>,
    ) -> Result<(), JsonError> {
        record.clear();
        self.decode_into(scanner, record, name)
    }

    fn decode_into<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        record: &mut Record,
        mut name: impl for<'k> FnMut(&'k str, Value<'a>) -> Option<Name<'k>>,
    ) -> Result<(), JsonError> {
        let Self { path, keys, unescaped, .. } = self;
        let mut held: [Option<Held<'_>>; ROLES] = [None; ROLES];
        scanner.for_each_leaf(path, |key, value| {
            let Some(Name { text: key, column }) = name(key, value) else { return };
            let Some((role, rank)) = column else {
                push_attribute(record, key, &value);
                return;
            };
            if is_empty(&value) {
                return;
            }
            let Some(time_ns) = fits(role, &value, unescaped) else {
                push_attribute(record, key, &value);
                return;
            };
            let slot = &mut held[role as usize];
            let held_key = &mut keys[role as usize];
            match slot {
                Some(better) if better.rank <= rank => {
                    push_attribute(record, key, &value);
                    return;
                }
                Some(worse) => push_attribute(record, held_key, &worse.value),
                None => {}
            }
            *slot = Some(Held { rank, value, time_ns });
            held_key.clear();
            held_key.push_str(key);
        })?;
        for (role, held) in held.iter().enumerate() {
            match held {
                Some(held) if is_filled(record, role) => push_attribute(record, &keys[role], &held.value),
                Some(held) => fill_column(record, role, &keys[role], held, unescaped),
                None => {}
            }
        }
        Ok(())
    }

    /// Reads lines with an object each (`application/x-ndjson`) and calls `sink` with each record. Blank lines are
    /// skipped and not counted; `first_index` is the index of the first record, for the rejections. A line that is no
    /// UTF-8 is read with its invalid bytes replaced.
    pub fn decode_lines(
        &mut self,
        lines: &[u8],
        first_index: u64,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        for_each_line(lines, |line, repaired| {
            let index = first_index + decoded.records();
            if line.len() > self.record_bytes {
                reject_size(index, line.len(), self.record_bytes, rejections);
                decoded.rejected += 1;
                return;
            }
            match self.decode_object(&line, record) {
                Ok(()) => {
                    sink(record);
                    decoded.accepted += 1;
                    decoded.repaired += u64::from(repaired);
                }
                Err(error) => {
                    rejections.push(index, error.code(), error.to_string());
                    decoded.rejected += 1;
                }
            }
        });
        decoded
    }

    /// Reads an `application/json` body: an object, an array of objects, or several of them one after the other. What
    /// comes after a syntax error can't be told apart and counts as one refused record.
    pub fn decode_body(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        let (text, repaired) = to_text(body);
        let mut scanner = Scanner::new(text.strip_prefix('\u{feff}').unwrap_or(&text));
        let mut failed = None;
        while failed.is_none() {
            let mut take = |scanner: &mut Scanner<'_>| -> Result<(), JsonError> {
                self.decode_element(scanner, &mut decoded, record, sink, rejections)
            };
            failed = match scanner.peek() {
                None => break,
                Some(b'[') => scanner.for_each_element(take).err(),
                Some(_) => take(&mut scanner).err(),
            };
        }
        if let Some(error) = failed {
            rejections.push(decoded.records(), error.code(), error.to_string());
            decoded.rejected += 1;
        }
        if repaired {
            decoded.repaired = decoded.accepted;
        }
        decoded
    }

    fn decode_element(
        &mut self,
        scanner: &mut Scanner<'_>,
        decoded: &mut Decoded,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<(), JsonError> {
        let first = scanner.peek();
        let start = scanner.position();
        if first == Some(b'{') {
            self.decode_next(scanner, record)?;
            let bytes = scanner.position() - start;
            if bytes <= self.record_bytes {
                sink(record);
                decoded.accepted += 1;
                return Ok(());
            }
            reject_size(decoded.records(), bytes, self.record_bytes, rejections);
        } else {
            scanner.value()?;
            let error = JsonError { at: start, fault: Fault::NotAnObject };
            rejections.push(decoded.records(), error.code(), error.to_string());
        }
        decoded.rejected += 1;
        Ok(())
    }

    /// Reads text whose lines are the bodies of records (`text/plain`). Blank lines are skipped.
    pub fn decode_text(
        &mut self,
        lines: &[u8],
        first_index: u64,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        for_each_line(lines, |line, repaired| {
            if line.len() > self.record_bytes {
                let index = first_index + decoded.records();
                reject_size(index, line.len(), self.record_bytes, rejections);
                decoded.rejected += 1;
                return;
            }
            record.clear();
            record.set_body(&line);
            sink(record);
            decoded.accepted += 1;
            decoded.repaired += u64::from(repaired);
        });
        decoded
    }

    /// Reads lines of which some are JSON objects and the others text, as programs write them to a socket. Blank lines
    /// are skipped; a text longer than a record may be becomes several records.
    pub fn decode_mixed(
        &mut self,
        lines: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
    ) -> Decoded {
        let mut decoded = Decoded::default();
        for_each_line(lines, |line, repaired| {
            let is_object = line.trim_start().starts_with('{')
                && line.len() <= self.record_bytes
                && self.decode_object(&line, record).is_ok();
            let mut rest = if is_object { "" } else { &*line };
            loop {
                if !is_object {
                    let part = &rest[..rest.floor_char_boundary(self.record_bytes.max(4))];
                    rest = &rest[part.len()..];
                    record.clear();
                    record.set_body(part);
                }
                sink(record);
                decoded.accepted += 1;
                decoded.repaired += u64::from(repaired);
                if rest.is_empty() {
                    break;
                }
            }
        });
        decoded
    }
}

/// Calls `visit` with each line that is not blank, without its line break, and whether invalid UTF-8 was replaced in it.
/// A byte order mark before the first line is dropped.
fn for_each_line(lines: &[u8], mut visit: impl FnMut(Cow<'_, str>, bool)) {
    let lines = lines.strip_prefix(b"\xef\xbb\xbf").unwrap_or(lines);
    let mut start = 0;
    match simdutf8::basic::from_utf8(lines) {
        Ok(text) => {
            for end in memchr::memchr_iter(b'\n', lines).chain([lines.len()]) {
                let line = &text[start..end];
                start = end + 1;
                if !is_blank(line.as_bytes()) {
                    visit(Cow::Borrowed(line.strip_suffix('\r').unwrap_or(line)), false);
                }
                if start > text.len() {
                    break;
                }
            }
        }
        Err(_) => {
            for line in lines.split(|&byte| byte == b'\n').filter(|line| !is_blank(line)) {
                let (text, repaired) = to_text(line.strip_suffix(b"\r").unwrap_or(line));
                visit(text, repaired);
            }
        }
    }
}

pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Bytes as text, and whether invalid UTF-8 was replaced in it.
pub(crate) fn to_text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(bytes), true),
    }
}

fn reject_size(index: u64, bytes: usize, limit: usize, rejections: &mut Rejections) {
    rejections.push(
        index,
        "record.too_large",
        format!("the record has {bytes} bytes, more than the {limit} that are taken (`ingest.record_bytes`)"),
    );
}

fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.raw().is_empty(),
        _ => false,
    }
}

/// Whether a value can go to the column of `role`; for a time, the time (0 for the others).
fn fits(role: Role, value: &Value<'_>, unescaped: &mut String) -> Option<i64> {
    if role != Role::Body && matches!(value, Value::Array(_) | Value::Object(_) | Value::Bool(_)) {
        return None;
    }
    match role {
        Role::Time => parse_time(plain(value, unescaped)),
        Role::Trace => ids::trace_id(plain(value, unescaped)).map(|_| 0),
        Role::Span => ids::span_id(plain(value, unescaped)).map(|_| 0),
        Role::Body | Role::Level | Role::Service | Role::Host => Some(0),
    }
}

/// Whether the column of a role holds a value; the list is in the order of [`Role`].
fn is_filled(record: &Record, role: usize) -> bool {
    const FILLED: [fn(&Record) -> bool; ROLES] = [
        |record| record.time_ns.is_some(),
        |record| !record.body().is_empty(),
        |record| !record.severity_text().is_empty(),
        |record| !record.service().is_empty(),
        |record| !record.trace_id().is_empty(),
        |record| !record.span_id().is_empty(),
        |record| record.resource().any(|(key, _)| key == "host.name"),
    ];
    FILLED[role](record)
}

fn fill_column(record: &mut Record, role: usize, key: &str, held: &Held<'_>, unescaped: &mut String) {
    if role == Role::Body as usize {
        record.write_body(|out| held.value.append_to(out));
        return;
    }
    if role == Role::Time as usize {
        record.time_ns = Some(held.time_ns);
        return;
    }
    let text = plain(&held.value, unescaped);
    if role == Role::Level as usize {
        level::set(record, key, text);
    } else if role == Role::Service as usize {
        record.set_service(text);
    } else if role == Role::Host as usize {
        record.push_resource("host.name", text);
    } else if role == Role::Trace as usize {
        if let Some(id) = ids::trace_id(text) {
            record.set_trace_id(id.as_str());
        }
    } else if let Some(id) = ids::span_id(text) {
        record.set_span_id(id.as_str());
    }
}

/// The text of a value, resolved into `unescaped` where it holds escapes.
fn plain<'t>(value: &Value<'t>, unescaped: &'t mut String) -> &'t str {
    match value.as_plain() {
        Some(plain) => plain,
        None => {
            unescaped.clear();
            value.append_to(unescaped);
            unescaped
        }
    }
}

#[inline]
fn push_attribute(record: &mut Record, key: &str, value: &Value<'_>) {
    match value.as_plain() {
        Some(plain) => record.push_attribute(key, plain),
        None => record.write_attribute(|out| out.push_str(key), |out| value.append_to(out)),
    }
}
