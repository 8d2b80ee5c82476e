//! Splunk's HTTP Event Collector (Splunk Enterprise 9, "Format events for HTTP Event Collector") to records.
//!
//! An event is a JSON object `{"time", "host", "source", "sourcetype", "index", "event", "fields"}`; a body holds one or
//! several, one after the other. `time` goes to the time, `host` to the resource's `host.name`; `source`, `sourcetype`,
//! `index` and whatever else stands beside them become attributes of these names. An `event` that is an object is read as
//! [`crate::ndjson`] reads objects, and so are `fields`, for the columns that are still empty; any other `event` is the
//! body. Of an object without a message the member `line`, as Docker writes it, is the body, and without that the JSON text
//! of the object, so that its words are found as Splunk finds them.
//!
//! Raw bodies are lines, whose metadata come with the request.

#[cfg(test)]
mod tests;

use click_lite_model::{Record, Rejections};

use crate::DEFAULT_RECORD_BYTES;
use crate::json::{JsonError, Scanner, Value};
use crate::ndjson::{self, Decoded, parse_time};

/// An event that can't be taken. Those before it were taken, those after it are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("event {number}: {fault}")]
pub struct EventError {
    /// Position of the event in its request, from 0.
    pub number: u64,
    pub fault: EventFault,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    #[error("{0}")]
    Json(#[from] JsonError),
    #[error("it has no `event`")]
    NoEvent,
    #[error("its `event` is empty")]
    BlankEvent,
    #[error("its `fields` are no object")]
    Fields,
    #[error("it has more than the {0} bytes that are taken (`ingest.record_bytes`)")]
    TooLarge(usize),
}

impl EventError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self.fault {
            EventFault::Json(_) => "hec.not_json",
            EventFault::NoEvent => "hec.no_event",
            EventFault::BlankEvent => "hec.blank_event",
            EventFault::Fields => "hec.fields",
            EventFault::TooLarge(_) => "record.too_large",
        }
    }

    /// The same event fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// What a request says about all of its events. Empty texts are not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    pub host: String,
    pub source: String,
    pub sourcetype: String,
    pub index: String,
    /// Nanoseconds since the epoch.
    pub time_ns: Option<i64>,
}

impl Metadata {
    /// Adds to a record what it does not hold itself.
    fn complete(&self, record: &mut Record, found: Found) {
        record.time_ns = record.time_ns.or(self.time_ns);
        if !self.host.is_empty() && !record.resource().any(|(key, _)| key == "host.name") {
            record.push_resource("host.name", &self.host);
        }
        for (key, value, is_found) in [
            ("source", &self.source, found.source),
            ("sourcetype", &self.sourcetype, found.sourcetype),
            ("index", &self.index, found.index),
        ] {
            if !value.is_empty() && !is_found {
                record.push_attribute(key, value);
            }
        }
    }
}

/// Metadata that an event brings itself.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    source: bool,
    sourcetype: bool,
    index: bool,
}

/// Reads one body, a piece at a time.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    metadata: Metadata,
    objects: ndjson::Decoder,
    /// What came and is not read yet.
    text: String,
    /// The start of a character whose rest has not come.
    cut: Vec<u8>,
    /// Bytes of `text` below which it is not worth another look: its first event is known to be longer.
    look_at: usize,
    number: u64,
    unescaped: String,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES, Metadata::default())
    }
}

impl Decoder {
    /// `record_bytes` is the size above which an event is refused.
    pub fn new(record_bytes: usize, metadata: Metadata) -> Self {
        Self {
            record_bytes,
            metadata,
            objects: ndjson::Decoder::new(record_bytes),
            text: String::new(),
            cut: Vec::new(),
            look_at: 0,
            number: 0,
            unescaped: String::new(),
        }
    }

    /// Events taken so far.
    pub fn events(&self) -> u64 {
        self.number
    }

    /// Reads a piece of a body of events, which may be cut anywhere, and calls `sink` with each record. Invalid UTF-8 is
    /// replaced.
    pub fn decode_events(
        &mut self,
        piece: &[u8],
        is_last: bool,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
    ) -> Result<(), EventError> {
        self.append(piece, is_last);
        if self.text.len() < self.look_at && !is_last {
            return Ok(());
        }
        self.look_at = 0;
        let text = std::mem::take(&mut self.text);
        let mut scanner = Scanner::new(&text);
        let mut taken = 0;
        let result = loop {
            if scanner.peek().is_none() {
                taken = text.len();
                break Ok(());
            }
            taken = scanner.position().max(taken);
            let fault = match self.decode_event(&mut scanner, record) {
                Ok(()) if scanner.position() - taken <= self.record_bytes => {
                    sink(record);
                    self.number += 1;
                    taken = scanner.position();
                    continue;
                }
                Ok(()) => EventFault::TooLarge(self.record_bytes),
                // A literal that is cut (`tru`) is told as an unknown value.
                Err(EventFault::Json(error)) if !is_last && error.at + 5 > text.len() => {
                    if text.len() - taken <= self.record_bytes {
                        self.look_at = 2 * (text.len() - taken);
                        break Ok(());
                    }
                    EventFault::TooLarge(self.record_bytes)
                }
                Err(EventFault::Json(error)) => {
                    EventFault::Json(JsonError { at: error.at.saturating_sub(taken), ..error })
                }
                Err(fault) => fault,
            };
            break Err(EventError { number: self.number, fault });
        };
        self.text = text;
        self.text.drain(..taken);
        result
    }

    /// Reads lines of raw text (`/services/collector/raw`); `first_index` is the index of the first, for the rejections.
    pub fn decode_raw(
        &mut self,
        lines: &[u8],
        first_index: u64,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let Self { objects, metadata, .. } = self;
        let mut sink = |record: &mut Record| {
            metadata.complete(record, Found::default());
            sink(record);
        };
        objects.decode_text(lines, first_index, record, &mut sink, rejections)
    }

    /// Adds bytes to the text.
    fn append(&mut self, piece: &[u8], is_last: bool) {
        let mut joined = Vec::new();
        let mut bytes = piece;
        if !self.cut.is_empty() {
            joined.append(&mut self.cut);
            joined.extend_from_slice(piece);
            bytes = &joined;
        }
        if !is_last {
            let whole = bytes.len() - cut_character(bytes);
            self.cut.extend_from_slice(&bytes[whole..]);
            bytes = &bytes[..whole];
        }
        self.text.push_str(&ndjson::to_text(bytes).0);
    }

    fn decode_event(&mut self, scanner: &mut Scanner<'_>, record: &mut Record) -> Result<(), EventFault> {
        record.clear();
        let Self { objects, metadata, unescaped, .. } = self;
        let (mut event, mut fields) = (None, None);
        let mut found = Found::default();
        scanner.for_each_member(|scanner, key| {
            let value = scanner.value()?;
            match key.to_cow().as_ref() {
                "event" => event = Some(value),
                "fields" => fields = Some(value),
                "time" => {
                    unescaped.clear();
                    value.append_to(unescaped);
                    record.time_ns = parse_time(unescaped);
                    if record.time_ns.is_none() && !unescaped.is_empty() {
                        record.push_attribute("time", unescaped);
                    }
                }
                "host" if !is_empty(&value) => {
                    unescaped.clear();
                    value.append_to(unescaped);
                    record.push_resource("host.name", unescaped);
                }
                _ if is_empty(&value) => {}
                name => {
                    match name {
                        "source" => found.source = true,
                        "sourcetype" => found.sourcetype = true,
                        "index" => found.index = true,
                        _ => {}
                    }
                    record.write_attribute(|out| out.push_str(name), |out| value.append_to(out));
                }
            }
            Ok::<_, JsonError>(())
        })?;
        match event {
            None | Some(Value::Null) => return Err(EventFault::NoEvent),
            Some(Value::String(text)) if text.raw().trim_ascii().is_empty() => {
                return Err(EventFault::BlankEvent);
            }
            Some(Value::Object(text)) => {
                objects.decode_more(&mut Scanner::new(text), record)?;
                if record.body().is_empty() && !record.move_attribute_to_body("line") {
                    record.set_body(text);
                }
            }
            Some(value) => record.write_body(|out| value.append_to(out)),
        }
        match fields {
            None | Some(Value::Null) => {}
            Some(Value::Object(text)) => objects.decode_more(&mut Scanner::new(text), record)?,
            Some(_) => return Err(EventFault::Fields),
        }
        metadata.complete(record, found);
        Ok(())
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.raw().is_empty(),
        _ => false,
    }
}

/// Bytes at the end that are the start of a character.
fn cut_character(bytes: &[u8]) -> usize {
    for (back, byte) in bytes.iter().rev().take(3).enumerate() {
        let needed = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return 0,
        };
        return if needed > back + 1 { back + 1 } else { 0 };
    }
    0
}
