//! GELF, the Graylog Extended Log Format, 1.1 and 1.0 (<https://go2docs.graylog.org/current/getting_in_log_data/gelf.html>).
//!
//! A message is a JSON object:
//!
//! - `short_message` is the body. `full_message` is where it begins with the short one, or where there is none; else it
//!   stays as an attribute;
//! - `timestamp` (seconds with a fraction) is the time, `host` the resource's `host.name`;
//! - `level` (a syslog severity, 0 to 7) is the severity, its text the name that RFC 5424 has for it;
//! - additional fields lose their underscore. Those that [`crate::ndjson`] knows (`_service`, `_trace_id`, ...) go to
//!   their columns, unless the message's own fields fill them;
//! - the service of a message that names none is that of its container (`_container_name`, as Docker sends it), else
//!   its `facility`, else its `_logger`;
//! - `version` is left out where it is 1.0 or 1.1: it tells how to read the message. Everything else, `facility`, `file`
//!   and `line` too, is an attribute.
//!
//! Over UDP, messages come in chunks ([`Chunks`]) and compressed; over TCP, one after the other ([`Frames`]).

mod chunks;
mod frames;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read as _;

use click_lite_model::{Record, Rejections};

pub use self::chunks::{Added, ChunkError, Chunks};
pub use self::frames::Frames;
use crate::json::{JsonError, Scanner, Value};
use crate::ndjson::{self, Decoded, Name, Role, find_column};
use crate::service;
use crate::syslog::SEVERITIES;

/// Attributes that name the service of a message that names none.
pub const SERVICE_KEYS: [&str; 3] = ["container_name", "facility", "logger"];

/// What additional fields add to the rank of the column that they name: a message's own fields come first.
const ADDITIONAL_RANK: u8 = 32;

/// Turns messages into records. Keep one and use it again: it holds memory that is reused.
#[derive(Debug, Clone)]
pub struct Decoder {
    objects: ndjson::Decoder,
    record_bytes: usize,
    inflated: Vec<u8>,
    text: String,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(crate::DEFAULT_RECORD_BYTES)
    }
}

/// Why a message can't be decompressed.
#[derive(Debug, thiserror::Error)]
enum InflateError {
    #[error("the compressed message can't be read: {0}")]
    Corrupt(#[from] std::io::Error),
    #[error("the message has more than {0} bytes after decompression (`ingest.max_record_bytes`)")]
    TooLarge(usize),
}

impl InflateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Corrupt(_) => "gelf.compression",
            Self::TooLarge(_) => "record.too_large",
        }
    }
}

impl Decoder {
    /// `record_bytes` is the size above which a message is refused, after decompression.
    pub fn new(record_bytes: usize) -> Self {
        Self {
            objects: ndjson::Decoder::new(record_bytes),
            record_bytes,
            inflated: Vec::new(),
            text: String::new(),
        }
    }

    /// Reads one message that is whole, compressed with zlib or gzip or not at all.
    pub fn decode_message(
        &mut self,
        message: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        if !is_compressed(message) {
            return self.decode_plain(message, record, sink, rejections);
        }
        let mut inflated = std::mem::take(&mut self.inflated);
        let decoded = match inflate(message, self.record_bytes, &mut inflated) {
            Ok(()) => self.decode_plain(&inflated, record, sink, rejections),
            Err(error) => {
                rejections.push(0, error.code(), error.to_string());
                Decoded { rejected: 1, ..Decoded::default() }
            }
        };
        inflated.clear();
        inflated.shrink_to(KEPT_BYTES);
        self.inflated = inflated;
        decoded
    }

    /// Reads messages that are not compressed, each ended by a null byte, or one after the other.
    pub fn decode_plain(
        &mut self,
        messages: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        for frame in messages.split(|&byte| byte == 0) {
            let (text, is_repaired) = match simdutf8::basic::from_utf8(frame) {
                Ok(text) => (Cow::Borrowed(text), false),
                Err(_) => (String::from_utf8_lossy(frame), true),
            };
            let mut rest = text.trim_ascii();
            while !rest.is_empty() {
                let mut scanner = Scanner::new(rest);
                let result = self.decode_object(&mut scanner, record);
                let used = scanner.position();
                rest = match result {
                    Ok(()) if used > self.record_bytes => {
                        let limit = self.record_bytes;
                        rejections.push(
                            decoded.records(),
                            "record.too_large",
                            format!("the message has {used} bytes, more than the {limit} that are taken (`ingest.max_record_bytes`)"),
                        );
                        decoded.rejected += 1;
                        &rest[used..]
                    }
                    Ok(()) => {
                        sink(record);
                        decoded.accepted += 1;
                        decoded.repaired += u64::from(is_repaired);
                        &rest[used..]
                    }
                    Err(error) => {
                        rejections.push(decoded.records(), error.code(), error.to_string());
                        decoded.rejected += 1;
                        // A sender that ends messages by line breaks begins the next one behind it.
                        let next = memchr::memchr(b'\n', &rest.as_bytes()[error.at.min(rest.len())..]);
                        next.and_then(|next| rest.get(error.at + next..)).unwrap_or_default()
                    }
                }
                .trim_ascii_start();
            }
        }
        decoded
    }

    fn decode_object(&mut self, scanner: &mut Scanner<'_>, record: &mut Record) -> Result<(), JsonError> {
        let mut full_message = None;
        self.objects.decode_named(scanner, record, |key, value| {
            if key == "full_message" && full_message.is_none() {
                full_message = Some(value);
                return None;
            }
            name(key, &value)
        })?;
        if let Some(full_message) = full_message {
            self.text.clear();
            full_message.append_to(&mut self.text);
            if self.text.starts_with(record.body()) {
                record.set_body(&self.text);
            } else {
                record.push_attribute("full_message", &self.text);
            }
            self.text.clear();
            self.text.shrink_to(KEPT_BYTES);
        }
        if let [digit @ b'0'..=b'7'] = *record.severity_text().as_bytes() {
            record.set_severity_text(SEVERITIES[usize::from(digit - b'0')]);
        }
        service::set_from_attributes(record, &SERVICE_KEYS, &mut self.text);
        Ok(())
    }
}

/// Memory that a decoder keeps between messages.
const KEPT_BYTES: usize = 256 * 1024;

/// What a field of a message means.
#[inline]
fn name<'k>(key: &'k str, value: &Value<'_>) -> Option<Name<'k>> {
    let column = match key {
        "short_message" => Some((Role::Body, 0)),
        "timestamp" => Some((Role::Time, 0)),
        "level" => Some((Role::Level, 0)),
        "host" => Some((Role::Host, 0)),
        "version" => {
            let is_ours = matches!(value.as_plain(), Some("1.1" | "1.0"));
            return (!is_ours).then_some(Name { text: key, column: None });
        }
        // Beside a facility, graypy sends the logger, which says less of the service.
        "facility" | "file" | "line" | "_logger" => None,
        _ => {
            let text = key.strip_prefix('_').filter(|text| !text.is_empty()).unwrap_or(key);
            let column = find_column(text).map(|(role, rank)| (role, rank + ADDITIONAL_RANK));
            return Some(Name { text, column });
        }
    };
    Some(Name { text: key.strip_prefix('_').unwrap_or(key), column })
}

/// gzip (RFC 1952) and zlib (RFC 1950) by their first two bytes; no JSON object begins so.
fn is_compressed(message: &[u8]) -> bool {
    match *message {
        [0x1f, 0x8b, ..] => true,
        [first, second, ..] => {
            first & 0x0f == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, second]).is_multiple_of(31)
        }
        _ => false,
    }
}

fn inflate(message: &[u8], most_bytes: usize, out: &mut Vec<u8>) -> Result<(), InflateError> {
    out.clear();
    let limit = (most_bytes as u64).saturating_add(1);
    if message.starts_with(&[0x1f, 0x8b]) {
        flate2::bufread::MultiGzDecoder::new(message).take(limit).read_to_end(out)?;
    } else {
        flate2::bufread::ZlibDecoder::new(message).take(limit).read_to_end(out)?;
    }
    if out.len() > most_bytes { Err(InflateError::TooLarge(most_bytes)) } else { Ok(()) }
}
