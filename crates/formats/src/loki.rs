//! Grafana Loki's push requests (Loki 3, "Ingest logs": `PushRequest` of `logproto` in protobuf, and its JSON form) to
//! records. Snappy, which wraps the protobuf form, is the caller's.
//!
//! An entry's line is the body, unchanged. What a label or a piece of structured metadata is called says where it goes:
//!
//! - `service_name`, `service`, `app`, `application`, `app_kubernetes_io_name`, `compose_service`, `container`,
//!   `container_name`, `job`, `logger` (the first found) to the service. The first two are moved; the others are names of
//!   something else as well, and stay attributes too.
//! - `level`, `severity`, `detected_level`, `lvl`, `loglevel`, `log_level`, `severity_text`, where its value is a level
//!   that is known; without one, a level that stands in the line itself is taken, as Loki does for its `detected_level`.
//! - `host`, `hostname`, `host_name` to the resource's `host.name`.
//! - `trace_id`, `traceID`, `traceid` and `span_id`, `spanID`, `spanid`, where they are ids.
//!
//! Everything else is an attribute of its name. An entry's own metadata come before the labels of its stream.

mod json;
mod labels;
mod level;
mod names;
mod protobuf;
#[cfg(test)]
mod tests;

use click_lite_model::{Record, Rejections, Severity};

use self::names::{Names, Role};
use crate::DEFAULT_RECORD_BYTES;
use crate::ids;
use crate::json::JsonError;
use crate::ndjson::Decoded;
pub use crate::otlp::{WireError, WireFault};

/// Text that the records of one request may hold, labels counted for each: many short entries of a stream with large
/// labels would otherwise grow a request without bound.
const MAX_REQUEST_TEXT_BYTES: usize = 1 << 30;

/// A request that can't be read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LokiError {
    #[error("the body is no push request in JSON: {0}")]
    Json(#[from] JsonError),
    #[error("the body is no push request in protobuf: {0}")]
    Protobuf(#[from] WireError),
}

impl LokiError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "loki.not_json",
            Self::Protobuf(_) => "loki.not_protobuf",
        }
    }

    /// The same body fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Turns push requests into records. Keep one and use it again: it holds memory that is reused.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    labels: Names,
    metadata: Names,
    unescaped: String,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// `record_bytes` is the size above which an entry is refused, the text of its labels included.
    pub fn new(record_bytes: usize) -> Self {
        Self { record_bytes, labels: Names::default(), metadata: Names::default(), unescaped: String::new() }
    }

    /// Reads a protobuf `PushRequest` and calls `sink` with each record. On an error the request is malformed, and what
    /// was given to `sink` is not all of it.
    pub fn decode_protobuf(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, LokiError> {
        let mut request = self.request(record, sink, rejections);
        protobuf::decode(body, &mut request)?;
        Ok(request.decoded)
    }

    /// As [`Self::decode_protobuf`], for both JSON forms: `{"streams":[{"stream":{..},"values":[[time, line, metadata]]}]}`
    /// and the older `{"streams":[{"labels":"{..}","entries":[{"ts","line"}]}]}`.
    pub fn decode_json(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, LokiError> {
        let (text, repaired) = crate::ndjson::to_text(body);
        let mut request = self.request(record, sink, rejections);
        json::decode(&text, &mut request)?;
        let mut decoded = request.decoded;
        decoded.repaired = if repaired { decoded.accepted } else { 0 };
        Ok(decoded)
    }

    fn request<'r>(
        &'r mut self,
        record: &'r mut Record,
        sink: &'r mut dyn FnMut(&mut Record),
        rejections: &'r mut Rejections,
    ) -> Request<'r> {
        Request {
            record_bytes: self.record_bytes,
            labels: &mut self.labels,
            labels_fault: None,
            metadata: &mut self.metadata,
            unescaped: &mut self.unescaped,
            record,
            sink,
            rejections,
            text_bytes: 0,
            decoded: Decoded::default(),
        }
    }
}

/// A request while it is read: what its encodings share.
struct Request<'r> {
    record_bytes: usize,
    /// Labels of the stream whose entries are read.
    labels: &'r mut Names,
    /// Byte of the labels' text at which they can't be read on.
    labels_fault: Option<usize>,
    /// Structured metadata of the entry that is read.
    metadata: &'r mut Names,
    unescaped: &'r mut String,
    record: &'r mut Record,
    sink: &'r mut dyn FnMut(&mut Record),
    rejections: &'r mut Rejections,
    text_bytes: usize,
    decoded: Decoded,
}

impl Request<'_> {
    fn begin_stream(&mut self) {
        self.labels.clear();
        self.labels_fault = None;
    }

    /// Reads the labels of a stream from their text, such as `{app="web", job="a"}`.
    fn read_labels(&mut self, text: &str) {
        self.labels_fault = labels::read(text, self.labels, self.unescaped).err();
    }

    fn begin_entry(&mut self) {
        self.record.clear();
        self.metadata.clear();
    }

    /// Completes the record, whose body and time are set, and gives it to the sink.
    fn finish_entry(&mut self) {
        if let Some(at) = self.labels_fault {
            self.reject(
                "loki.labels",
                format!("the labels of the stream can't be read at byte {at} of them"),
            );
            return;
        }
        let bytes = self.record.text_bytes() + self.metadata.text_bytes() + self.labels.text_bytes();
        self.text_bytes = self.text_bytes.saturating_add(bytes);
        if bytes > self.record_bytes {
            let limit = self.record_bytes;
            self.reject(
                "record.too_large",
                format!("the entry has {bytes} bytes with its labels, more than the {limit} that are taken (`ingest.record_bytes`)"),
            );
            return;
        }
        if self.text_bytes > MAX_REQUEST_TEXT_BYTES {
            self.reject(
                "record.too_large",
                format!("the entries of the request have more than {MAX_REQUEST_TEXT_BYTES} bytes with their labels: send fewer in one request"),
            );
            return;
        }
        fill(self.record, self.metadata, self.labels);
        (self.sink)(self.record);
        self.decoded.accepted += 1;
    }

    fn reject(&mut self, code: &'static str, message: String) {
        self.rejections.push(self.decoded.records(), code, message);
        self.decoded.rejected += 1;
    }
}

/// Adds metadata and labels to a record: the best name for each column, the rest as attributes.
fn fill(record: &mut Record, metadata: &Names, labels: &Names) {
    let mut best: [Option<(u8, usize)>; Role::COUNT] = [None; Role::COUNT];
    let all = || metadata.iter().chain(labels.iter()).enumerate();
    for (position, pair) in all() {
        let Some((role, rank)) = pair.role else { continue };
        let slot = &mut best[role as usize];
        if slot.is_none_or(|(held, _)| rank < held) && fits(role, pair.value) {
            *slot = Some((rank, position));
        }
    }
    for (position, pair) in all() {
        let is_best = |role: Role| best[role as usize].is_some_and(|(_, held)| held == position);
        match pair.role {
            Some((role, rank)) if is_best(role) => {
                set_column(record, role, pair.value);
                if role == Role::Service && rank >= names::MOVED_SERVICE_NAMES {
                    record.push_attribute(pair.name, pair.value);
                }
            }
            _ => record.push_attribute(pair.name, pair.value),
        }
    }
    if best[Role::Level as usize].is_none() {
        let found = level::find(record.body()).map(ToOwned::to_owned);
        if let Some(found) = found {
            record.set_level(&found);
        }
    }
}

fn fits(role: Role, value: &str) -> bool {
    match role {
        Role::Level => Severity::from_text(value).is_some(),
        Role::Trace => ids::trace_id(value).is_some(),
        Role::Span => ids::span_id(value).is_some(),
        Role::Service | Role::Host => !value.is_empty(),
    }
}

fn set_column(record: &mut Record, role: Role, value: &str) {
    match role {
        Role::Service => record.set_service(value),
        Role::Level => record.set_level(value),
        Role::Host => record.push_resource("host.name", value),
        Role::Trace => {
            if let Some(id) = ids::trace_id(value) {
                record.set_trace_id(id.as_str());
            }
        }
        Role::Span => {
            if let Some(id) = ids::span_id(value) {
                record.set_span_id(id.as_str());
            }
        }
    }
}
