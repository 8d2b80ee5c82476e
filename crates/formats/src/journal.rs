//! Entries of the systemd journal to records, and the "Journal Export Format" that `systemd-journal-upload` sends
//! (systemd, docs/JOURNAL_EXPORT_FORMATS.md).
//!
//! An entry is a list of fields that ends with an empty line. A field is `NAME=value` on a line, or, where the value
//! holds a line break or no text, the name on a line, the value's length in 64 bits, little-endian, the value and a line
//! break.

#[cfg(test)]
mod tests;

use click_lite_model::time::from_epoch_text;
use click_lite_model::{Record, Rejections, Severity};

use crate::DEFAULT_RECORD_BYTES;
use crate::syslog::SEVERITIES;

/// Bytes of a field's name; the journal takes 64.
const MOST_NAME_BYTES: usize = 256;

/// Bytes that are no export of a journal. Entries before them were taken; what follows can't be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry {number}: {fault}")]
pub struct JournalError {
    /// Position of the entry in its request, from 0.
    pub number: u64,
    pub fault: JournalFault,
}

/// What is wrong with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    #[error("a line is neither `NAME=value` nor the name of a field: it is no journal export")]
    NoField,
    #[error("no line break follows a value of the length that is said")]
    Length,
    #[error("it ends in the middle of an entry")]
    Truncated,
}

impl JournalError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self.fault {
            JournalFault::NoField => "journal.no_field",
            JournalFault::Length => "journal.length",
            JournalFault::Truncated => "journal.truncated",
        }
    }
}

/// Makes a record of the fields of one entry: `MESSAGE` is the body, `PRIORITY` the level, `_HOSTNAME` the resource's
/// `host.name`, the identifier, unit or command the service; the others are attributes of their names.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Of `__REALTIME_TIMESTAMP`, nanoseconds since the epoch.
    pub time_ns: Option<i64>,
    unit: String,
    identifier: String,
    command: String,
}

impl Entry {
    /// Takes a field.
    pub fn field(&mut self, name: &str, value: &str, record: &mut Record) {
        match name {
            "__REALTIME_TIMESTAMP" => {
                if let Some(ns) = from_epoch_text(value) {
                    self.time_ns = Some(ns);
                    return;
                }
            }
            "MESSAGE" => {
                record.set_body(value);
                return;
            }
            "PRIORITY" => {
                if let Ok(number) = value.parse::<u8>()
                    && let Some(text) = SEVERITIES.get(usize::from(number))
                {
                    record.set_severity_text(text);
                    record.severity = Severity::from_syslog(number);
                    return;
                }
            }
            "_HOSTNAME" => {
                record.push_resource("host.name", value);
                return;
            }
            "SYSLOG_IDENTIFIER" => {
                self.identifier.push_str(value);
                return;
            }
            "_SYSTEMD_UNIT" => self.unit.push_str(value),
            "_COMM" => self.command.push_str(value),
            "_PID" => {
                record.push_attribute("process.pid", value);
                return;
            }
            _ => {}
        }
        record.push_attribute(name, value);
    }

    /// Completes the record, and is ready for the next one.
    pub fn finish(&mut self, record: &mut Record) {
        let unit = self.unit.strip_suffix(".service").unwrap_or(&self.unit);
        let service =
            [self.identifier.as_str(), unit, &self.command].into_iter().find(|name| !name.is_empty());
        record.set_service(service.unwrap_or(""));
        record.time_ns = self.time_ns.take();
        self.unit.clear();
        self.identifier.clear();
        self.command.clear();
    }
}

/// Where a decoder is in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a field, or of the empty line that ends the entry.
    Field,
    /// In the length of a value.
    Length,
    /// In a value of which so many bytes are left, with the line break.
    Value { left: u64 },
}

/// Reads one body, a piece at a time. It holds at most one entry, and of one that is too large nothing.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    /// Bytes of the line, or of the value, that is not whole yet.
    pending: Vec<u8>,
    state: State,
    name: String,
    entry: Entry,
    /// Bytes of the entry so far.
    bytes: u64,
    is_too_large: bool,
    number: u64,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// Refuses entries of more than `record_bytes`.
    pub fn new(record_bytes: usize) -> Self {
        Self {
            record_bytes,
            pending: Vec::new(),
            state: State::Field,
            name: String::new(),
            entry: Entry::default(),
            bytes: 0,
            is_too_large: false,
            number: 0,
        }
    }

    /// Takes the next piece of a body, and gives every entry that is whole to `sink`. `record` holds the one that is
    /// not: it is the same one at each call.
    ///
    /// # Errors
    /// What is no export of a journal; nothing can be read after it.
    pub fn decode(
        &mut self,
        mut piece: &[u8],
        record: &mut Record,
        sink: &mut impl FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<(), JournalError> {
        if self.bytes == 0 && self.pending.is_empty() {
            record.clear();
        }
        while !piece.is_empty() {
            piece = match self.state {
                State::Field => self.line(piece, record, sink, rejections)?,
                State::Length => self.length(piece),
                State::Value { left } => self.value(piece, left, record)?,
            };
        }
        Ok(())
    }

    /// The end of a body. An entry without the empty line behind it is whole as well, where its fields are.
    ///
    /// # Errors
    /// [`JournalFault::Truncated`] in the middle of a field.
    pub fn end(
        &mut self,
        record: &mut Record,
        sink: &mut impl FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<(), JournalError> {
        if self.state != State::Field || !self.pending.is_empty() {
            return Err(self.error(JournalFault::Truncated));
        }
        self.finish(record, sink, rejections);
        Ok(())
    }

    fn error(&self, fault: JournalFault) -> JournalError {
        JournalError { number: self.number, fault }
    }

    fn line<'p>(
        &mut self,
        piece: &'p [u8],
        record: &mut Record,
        sink: &mut impl FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<&'p [u8], JournalError> {
        let Some(end) = memchr::memchr(b'\n', piece) else {
            self.keep(piece);
            let name = self.pending.get(..=MOST_NAME_BYTES);
            if name.is_some_and(|name| memchr::memchr(b'=', name).is_none()) {
                return Err(self.error(JournalFault::NoField));
            }
            return Ok(&[]);
        };
        let (start, rest) = (&piece[..end], &piece[end + 1..]);
        let held = std::mem::take(&mut self.pending);
        let line = joined(&held, start);
        let line: &[u8] = &line;
        self.count(line.len() as u64 + 1 - held.len() as u64);
        if line.is_empty() {
            self.finish(record, sink, rejections);
        } else if let Some(equals) = memchr::memchr(b'=', line) {
            let name = self.checked_name(&line[..equals])?;
            if !self.is_too_large {
                self.entry.field(name, &String::from_utf8_lossy(&line[equals + 1..]), record);
            }
        } else {
            let name = self.checked_name(line)?.to_owned();
            self.name = name;
            self.state = State::Length;
        }
        self.reuse(held);
        Ok(rest)
    }

    fn length<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let missing = 8 - self.pending.len();
        let (start, rest) = piece.split_at(missing.min(piece.len()));
        self.pending.extend_from_slice(start);
        if let Ok(bytes) = <[u8; 8]>::try_from(&self.pending[..]) {
            self.pending.clear();
            let length = u64::from_le_bytes(bytes);
            self.count(length.saturating_add(9));
            self.state = State::Value { left: length.saturating_add(1) };
        }
        rest
    }

    fn value<'p>(
        &mut self,
        piece: &'p [u8],
        left: u64,
        record: &mut Record,
    ) -> Result<&'p [u8], JournalError> {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        let (start, rest) = piece.split_at(taken);
        let left = left - taken as u64;
        if left > 0 {
            if !self.is_too_large {
                self.pending.extend_from_slice(start);
            }
            self.state = State::Value { left };
            return Ok(rest);
        }
        let Some((b'\n', value)) = start.split_last() else { return Err(self.error(JournalFault::Length)) };
        self.state = State::Field;
        let held = std::mem::take(&mut self.pending);
        if !self.is_too_large {
            self.entry.field(&self.name, &String::from_utf8_lossy(&joined(&held, value)), record);
        }
        self.reuse(held);
        Ok(rest)
    }

    /// Holds the start of a line. Of an entry that is too large enough is held to know a name by.
    fn keep(&mut self, start: &[u8]) {
        self.count(start.len() as u64);
        let room = if self.is_too_large {
            (MOST_NAME_BYTES + 1).saturating_sub(self.pending.len())
        } else {
            start.len()
        };
        self.pending.extend_from_slice(&start[..room.min(start.len())]);
    }

    fn count(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.is_too_large |= self.bytes > self.record_bytes as u64;
    }

    /// Keeps the memory for the next line, unless it is much.
    fn reuse(&mut self, mut held: Vec<u8>) {
        if held.capacity() <= 64 * 1024 {
            held.clear();
            self.pending = held;
        }
    }

    fn checked_name<'l>(&self, name: &'l [u8]) -> Result<&'l str, JournalError> {
        let is_name = !name.is_empty()
            && name.len() <= MOST_NAME_BYTES
            && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
        let name = std::str::from_utf8(name).ok().filter(|_| is_name);
        name.ok_or_else(|| self.error(JournalFault::NoField))
    }

    /// Several empty lines end one entry.
    fn finish(
        &mut self,
        record: &mut Record,
        sink: &mut impl FnMut(&mut Record),
        rejections: &mut Rejections,
    ) {
        let is_there = self.bytes > 1;
        self.entry.finish(record);
        if self.is_too_large {
            let message = format!("it has more than the {} bytes that are taken", self.record_bytes);
            rejections.push(self.number, "record.too_large", message);
        } else if is_there {
            sink(record);
        }
        self.number += u64::from(is_there);
        record.clear();
        self.bytes = 0;
        self.is_too_large = false;
    }
}

/// Two pieces of a line as one; the second alone where there is nothing of the first.
fn joined<'a>(held: &[u8], start: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
    if held.is_empty() { start.into() } else { [held, start].concat().into() }
}
