//! The Fluent forward protocol, version 1.5
//! (<https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5>), as Fluentd, Fluent Bit, Docker's
//! `fluentd` log driver and the fluent-logger libraries speak it.
//!
//! A connection's bytes go through a [`Stream`], which finds the messages of all four modes (Message, Forward,
//! PackedForward, CompressedPackedForward) and collects their entries in a [`Batch`]; a [`Decoder`] makes records of
//! it. At most one entry has to be in memory, never a message, so that a message may be of any size.
//!
//! A record's map is read by the rules of [`crate::ndjson`]: the same keys go to columns, nested maps are flattened.
//! Beyond them:
//!
//! - the entry's time is the record's, unless the map has a time of its own: then that is, and the entry's time stays as
//!   the attribute `fluent.time` where it differs;
//! - the tag becomes the attribute `fluent.tag`;
//! - the service of a record that names none is that of its container ([`SERVICE_KEYS`]), else the tag;
//! - metadata beside the time, as Fluent Bit sends it, is flattened below `fluent.metadata`.

mod batch;
mod handshake;
mod inflate;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use click_lite_model::{Record, Rejections};

pub use self::batch::Batch;
pub use self::handshake::{Ping, append_helo, append_pong};
pub use self::stream::{FluentError, Limits, Stream};
use crate::json::JsonError;
use crate::msgpack::{Head, MsgpackError, Reader, append_json, time_of_extension};
use crate::ndjson::{self, Decoded};
use crate::service;

/// Attributes that name the service of a record that names none: what Docker's log driver sends, and what the
/// Kubernetes filters of Fluentd and Fluent Bit add.
pub const SERVICE_KEYS: [&str; 4] = [
    "container_name",
    "kubernetes.labels.app.kubernetes.io/name",
    "kubernetes.labels.app",
    "kubernetes.container_name",
];

/// Why an entry is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum EntryError {
    #[error("an entry is an array of a time and a map")]
    Shape,
    #[error(transparent)]
    Msgpack(#[from] MsgpackError),
    #[error(transparent)]
    Json(#[from] JsonError),
}

impl EntryError {
    fn code(self) -> &'static str {
        match self {
            Self::Shape => "record.not_an_object",
            Self::Msgpack(MsgpackError::TooDeep) => "record.too_deep",
            Self::Msgpack(_) => "record.not_msgpack",
            Self::Json(error) => error.code(),
        }
    }
}

/// Turns the entries of a batch into records. Keep one and use it again: it holds memory that is reused.
#[derive(Debug, Clone)]
pub struct Decoder {
    objects: ndjson::Decoder,
    /// The record's map as JSON, then other values of the entry.
    text: String,
}

/// What an entry says beside its map.
struct Envelope<'a> {
    time_ns: Option<i64>,
    /// The time as it is, where it is not understood.
    odd_time: Option<&'a [u8]>,
    metadata: Option<&'a [u8]>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(crate::DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// `record_bytes` is the size above which a record is refused.
    pub fn new(record_bytes: usize) -> Self {
        Self { objects: ndjson::Decoder::new(record_bytes), text: String::new() }
    }

    /// Reads the entries of a batch and calls `sink` with each record.
    pub fn decode(
        &mut self,
        entries: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        for (tag, entries) in batch::rows(entries) {
            let mut reader = Reader::new(entries);
            while let Ok(entry) = reader.skip() {
                match self.decode_entry(tag, entry, record) {
                    Ok(()) => {
                        sink(record);
                        decoded.accepted += 1;
                    }
                    Err(error) => {
                        rejections.push(decoded.records(), error.code(), error.to_string());
                        decoded.rejected += 1;
                    }
                }
            }
        }
        decoded
    }

    fn decode_entry(&mut self, tag: &str, entry: &[u8], record: &mut Record) -> Result<(), EntryError> {
        let mut reader = Reader::new(entry);
        let (Head::Array(2..), _) = reader.read()? else { return Err(EntryError::Shape) };
        let envelope = read_time(reader.skip()?)?;
        if !matches!(Head::read(reader.rest())?, Some((Head::Map(_), _))) {
            return Err(EntryError::Shape);
        }
        self.text.clear();
        append_json(&mut reader, &mut self.text)?;
        self.objects.decode_object(&self.text, record)?;

        if record.time_ns.is_none() {
            record.time_ns = envelope.time_ns;
        } else if let Some(time_ns) = envelope.time_ns
            && record.time_ns != Some(time_ns)
        {
            let write = |out: &mut String| {
                // Writing to a string can't fail.
                let _ = write!(out, "{}.{:09}", time_ns / NS_PER_SECOND, time_ns % NS_PER_SECOND);
            };
            record.write_attribute(|out| out.push_str("fluent.time"), write);
        }
        if let Some(time) = envelope.odd_time {
            self.push_json(record, "fluent.time", time)?;
        }
        if let Some(metadata) = envelope.metadata {
            self.push_metadata(record, metadata)?;
        }
        record.push_attribute("fluent.tag", tag);
        service::set_from_attributes(record, &SERVICE_KEYS, &mut self.text);
        if record.service().is_empty() {
            record.set_service(tag);
        }
        Ok(())
    }

    fn push_json(&mut self, record: &mut Record, key: &str, value: &[u8]) -> Result<(), EntryError> {
        self.text.clear();
        append_json(&mut Reader::new(value), &mut self.text)?;
        record.push_attribute(key, &self.text);
        Ok(())
    }

    /// The members of a map below `fluent.metadata`; their maps stay JSON, for they are rare.
    fn push_metadata(&mut self, record: &mut Record, metadata: &[u8]) -> Result<(), EntryError> {
        let mut reader = Reader::new(metadata);
        let (Head::Map(pairs), _) = reader.read()? else {
            return self.push_json(record, "fluent.metadata", metadata);
        };
        for _ in 0..pairs {
            let (key, value) = (reader.skip()?, reader.skip()?);
            self.text.clear();
            self.text.push_str("fluent.metadata.");
            match Reader::new(key).read()? {
                (Head::Text(_), name) => self.text.push_str(&String::from_utf8_lossy(name)),
                _ => append_json(&mut Reader::new(key), &mut self.text)?,
            }
            let key_bytes = self.text.len();
            match Reader::new(value).read()? {
                (Head::Text(_), text) => self.text.push_str(&String::from_utf8_lossy(text)),
                (Head::Nil, _) => {}
                _ => append_json(&mut Reader::new(value), &mut self.text)?,
            }
            let (key, value) = self.text.split_at(key_bytes);
            record.push_attribute(key, value);
        }
        Ok(())
    }
}

const NS_PER_SECOND: i64 = 1_000_000_000;

/// Reads an entry's time: seconds, an EventTime, seconds with a fraction, or any of them in an array with metadata.
fn read_time(value: &[u8]) -> Result<Envelope<'_>, MsgpackError> {
    let mut reader = Reader::new(value);
    let mut envelope = Envelope { time_ns: None, odd_time: None, metadata: None };
    let (head, payload) = reader.read()?;
    let is_known = match head {
        Head::Nil => true,
        Head::Unsigned(seconds) => set_time(&mut envelope, seconds, 0),
        Head::Signed(seconds) => {
            u64::try_from(seconds).is_ok_and(|seconds| set_time(&mut envelope, seconds, 0))
        }
        Head::Extension(kind, _) => time_of_extension(kind, payload)
            .is_some_and(|(seconds, nanos)| set_time(&mut envelope, seconds, nanos)),
        Head::Float64(seconds) if (0.0..1e11).contains(&seconds) => {
            // A double holds less than microseconds of today's times.
            set_time(
                &mut envelope,
                seconds as u64,
                ((seconds.fract() * 1e6).round() as u32).min(999_999) * 1000,
            )
        }
        Head::Text(_) => {
            envelope.time_ns = std::str::from_utf8(payload).ok().and_then(ndjson::parse_time);
            envelope.time_ns.is_some()
        }
        Head::Array(2) => {
            let (time, metadata) = (reader.skip()?, reader.skip()?);
            // An array inside of an array would be no time.
            if !matches!(Head::read(time)?, Some((Head::Array(_), _))) {
                envelope = read_time(time)?;
            }
            envelope.metadata = (metadata != [0x80]).then_some(metadata);
            true
        }
        _ => false,
    };
    if !is_known {
        envelope.odd_time = Some(value);
    }
    Ok(envelope)
}

/// Whether the time can be kept; 0 means that there is none.
fn set_time(envelope: &mut Envelope<'_>, seconds: u64, nanos: u32) -> bool {
    let time_ns = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(NS_PER_SECOND)?.checked_add(i64::from(nanos)));
    envelope.time_ns = time_ns.filter(|&time_ns| time_ns != 0);
    time_ns.is_some()
}
