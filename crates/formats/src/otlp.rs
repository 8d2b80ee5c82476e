//! OTLP logs and traces (opentelemetry-proto 1.x, `ExportLogsServiceRequest` and `ExportTraceServiceRequest`), as
//! protobuf and as JSON, to records and spans.
//!
//! The mapping is that of the OpenTelemetry Collector's ClickHouse exporter: attributes to their maps, `service.name` to
//! the service as well, ids to lower-case hexadecimal digits, and values that are no strings to text (arrays and
//! key-value lists to JSON, bytes to base64). An id of the wrong size stays as an attribute (`trace_id`, `span_id`,
//! `parent_span_id`) and its column is empty: the record is kept. Invalid UTF-8 is replaced.
//!
//! A log record's time is its own, else the time it was observed. A severity text is told from the number where it is
//! empty, and the number from the text.
//!
//! A span that has no start begins at its end, and one that ends before its start has a duration of 0. What the table
//! has no column for is kept in the span's attributes, by the names of the specification's "Mapping to non-OTLP
//! formats": `otel.dropped_attributes_count`, `otel.dropped_events_count` and `otel.dropped_links_count` where they are
//! not 0, and attributes of the scope with `otel.scope.` before their names. Schema URLs, flags, and the counts of what
//! an event or a link dropped are left out, as the exporter does.
//!
//! Read by hand: one pass from the wire to the record takes a fraction of what building the message types takes.

mod item;
mod json;
pub(crate) mod protobuf;
mod response;
#[cfg(test)]
mod tests;

use click_lite_model::{Record, Rejections, Span};

use self::item::Item;
pub use self::protobuf::{WireError, WireFault};
pub use self::response::{Response, Signal, Status};
use crate::DEFAULT_RECORD_BYTES;
use crate::json::JsonError;
use crate::ndjson::Decoded;

/// Text that the records of one request may hold, the attributes of their resources counted for each: a large
/// resource with many small records would otherwise grow a request without bound.
const MAX_REQUEST_TEXT_BYTES: usize = 1 << 30;

/// A request that can't be read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    #[error("the body is no OTLP request in JSON: {0}")]
    Json(#[from] JsonError),
    #[error("the body is no OTLP request in protobuf: {0}")]
    Protobuf(#[from] WireError),
}

impl OtlpError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            OtlpError::Json(_) => "otlp.not_json",
            OtlpError::Protobuf(_) => "otlp.not_protobuf",
        }
    }

    /// The same body fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Turns requests into records. Keep one and use it again: it holds memory that is reused.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    /// Holds the resource of the records that follow.
    resource: Record,
    /// Holds their scope.
    scope: Record,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// `record_bytes` is the size above which a record is refused, the text of its resource and scope included.
    pub fn new(record_bytes: usize) -> Self {
        Self { record_bytes, resource: Record::new(), scope: Record::new() }
    }

    /// Reads a protobuf request of log records and calls `sink` with each. On an error the request is malformed, and the
    /// records given to `sink` have to be dropped: the sender is told that nothing of it was taken.
    pub fn decode_logs_protobuf(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        self.decode_protobuf(body, record, sink, rejections)
    }

    /// As [`Self::decode_logs_protobuf`], for the JSON encoding of OTLP. Both `lowerCamelCase` and `snake_case` names are
    /// taken, 64-bit numbers as numbers and as strings.
    pub fn decode_logs_json(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        self.decode_json(body, record, sink, rejections)
    }

    /// As [`Self::decode_logs_protobuf`], for spans.
    pub fn decode_traces_protobuf(
        &mut self,
        body: &[u8],
        span: &mut Span,
        sink: &mut dyn FnMut(&mut Span),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        self.decode_protobuf(body, span, sink, rejections)
    }

    /// As [`Self::decode_logs_json`], for spans.
    pub fn decode_traces_json(
        &mut self,
        body: &[u8],
        span: &mut Span,
        sink: &mut dyn FnMut(&mut Span),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        self.decode_json(body, span, sink, rejections)
    }

    fn decode_protobuf<T: Item>(
        &mut self,
        body: &[u8],
        item: &mut T,
        sink: &mut dyn FnMut(&mut T),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        let mut request = self.request(item, sink, rejections);
        protobuf::decode(body, &mut request)?;
        Ok(request.decoded)
    }

    fn decode_json<T: Item>(
        &mut self,
        body: &[u8],
        item: &mut T,
        sink: &mut dyn FnMut(&mut T),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        let text = String::from_utf8_lossy(body);
        let mut request = self.request(item, sink, rejections);
        json::decode(&text, &mut request)?;
        Ok(request.decoded)
    }

    fn request<'r, T>(
        &'r mut self,
        item: &'r mut T,
        sink: &'r mut dyn FnMut(&mut T),
        rejections: &'r mut Rejections,
    ) -> Request<'r, T> {
        Request {
            record_bytes: self.record_bytes,
            resource: &mut self.resource,
            scope: &mut self.scope,
            item,
            sink,
            rejections,
            text_bytes: 0,
            decoded: Decoded::default(),
        }
    }
}

/// A request while it is read: what the encodings and the signals share.
struct Request<'r, T> {
    record_bytes: usize,
    resource: &'r mut Record,
    scope: &'r mut Record,
    item: &'r mut T,
    sink: &'r mut dyn FnMut(&mut T),
    rejections: &'r mut Rejections,
    text_bytes: usize,
    decoded: Decoded,
}

impl<T: Item> Request<'_, T> {
    /// Completes the item that has been read with its resource and scope and gives it to the sink.
    fn finish_item(&mut self, header: &T::Header) {
        let bytes = self.item.size_bytes() + self.resource.text_bytes() + self.scope.text_bytes();
        self.text_bytes = self.text_bytes.saturating_add(bytes);
        if bytes > self.record_bytes {
            let limit = self.record_bytes;
            self.reject(
                "record.too_large",
                format!("the record has {bytes} bytes with its resource, more than the {limit} that are taken (`ingest.max_record_bytes`)"),
            );
            return;
        }
        if self.text_bytes > MAX_REQUEST_TEXT_BYTES {
            self.reject(
                "record.too_large",
                format!(
                    "the records of the request have more than {MAX_REQUEST_TEXT_BYTES} bytes with their resources; send fewer in one request"
                ),
            );
            return;
        }
        self.item.complete(header, self.resource, self.scope);
        (self.sink)(self.item);
        self.decoded.accepted += 1;
    }

    fn reject(&mut self, code: &'static str, message: String) {
        self.rejections.push(self.decoded.records(), code, message);
        self.decoded.rejected += 1;
    }

    /// Copies `service.name` of the resource to its service.
    fn finish_resource(&mut self) {
        let service = self
            .resource
            .resource()
            .find(|&(key, _)| key == "service.name")
            .map(|(_, value)| value.to_owned());
        self.resource.set_service(&service.unwrap_or_default());
    }
}

/// Appends a double as the JSON encoding of protobuf writes it, but for the quotes around what is no number.
fn append_double(out: &mut String, value: f64) {
    use std::fmt::Write as _;
    let magnitude = value.abs();
    // Writing to a string can't fail.
    let _ = if value.is_nan() {
        out.write_str("NaN")
    } else if value.is_infinite() {
        out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        write!(out, "{value:e}")
    } else {
        write!(out, "{value}")
    };
}
