//! OTLP/HTTP logs (opentelemetry-proto 1.x, `ExportLogsServiceRequest`), as protobuf and as JSON, to records.
//!
//! The mapping is that of the OpenTelemetry Collector's ClickHouse exporter: resource, scope and record attributes to
//! their maps, `service.name` to the service as well, ids to lower-case hexadecimal digits, and values that are no
//! strings to text (arrays and key-value lists to JSON, bytes to base64). A record's time is its own, else the time it
//! was observed. A severity text is told from the number where it is empty, and the number from the text. An id of the
//! wrong size stays as an attribute (`trace_id`, `span_id`). Invalid UTF-8 is replaced.
//!
//! Read by hand: one pass from the wire to the record takes a fraction of what building the message types takes.

mod json;
pub(crate) mod protobuf;
mod response;
#[cfg(test)]
mod tests;

use click_lite_model::{Record, Rejections, Severity};

pub use self::protobuf::{WireError, WireFault};
pub use self::response::{logs_response_json, logs_response_protobuf};
use crate::DEFAULT_RECORD_BYTES;
use crate::ids::{self, Hex};
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

    /// Reads a protobuf request and calls `sink` with each record. On an error the request is malformed, and the records
    /// given to `sink` have to be dropped: the sender is told that nothing of it was taken.
    pub fn decode_logs_protobuf(
        &mut self,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        let mut request = self.request(record, sink, rejections);
        protobuf::decode(body, &mut request)?;
        Ok(request.decoded)
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
        let text = String::from_utf8_lossy(body);
        let mut request = self.request(record, sink, rejections);
        json::decode(&text, &mut request)?;
        Ok(request.decoded)
    }

    fn request<'r>(
        &'r mut self,
        record: &'r mut Record,
        sink: &'r mut dyn FnMut(&mut Record),
        rejections: &'r mut Rejections,
    ) -> Request<'r> {
        Request {
            record_bytes: self.record_bytes,
            resource: &mut self.resource,
            scope: &mut self.scope,
            record,
            sink,
            rejections,
            text_bytes: 0,
            decoded: Decoded::default(),
        }
    }
}

/// A request while it is read: what the two encodings share.
struct Request<'r> {
    record_bytes: usize,
    resource: &'r mut Record,
    scope: &'r mut Record,
    record: &'r mut Record,
    sink: &'r mut dyn FnMut(&mut Record),
    rejections: &'r mut Rejections,
    text_bytes: usize,
    decoded: Decoded,
}

/// Fields of a log record that its columns are told from once all are known.
#[derive(Default)]
struct Header {
    time_unix_nano: u64,
    observed_time_unix_nano: u64,
    severity_number: u8,
}

impl Request<'_> {
    /// Empties the record for the next log record.
    fn begin_record(&mut self) {
        self.record.clear();
    }

    /// Adds resource and scope to the record that has been read and gives it to the sink.
    fn finish_record(&mut self, header: &Header) {
        let bytes = self.record.text_bytes() + self.resource.text_bytes() + self.scope.text_bytes();
        self.text_bytes = self.text_bytes.saturating_add(bytes);
        if bytes > self.record_bytes {
            let limit = self.record_bytes;
            self.reject(
                "record.too_large",
                format!("the record has {bytes} bytes with its resource, more than the {limit} that are taken (`ingest.record_bytes`)"),
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
        let record = &mut *self.record;
        for (key, value) in self.resource.resource() {
            record.push_resource(key, value);
        }
        for (key, value) in self.scope.scope_attributes() {
            record.push_scope_attribute(key, value);
        }
        record.set_service(self.resource.service());
        record.set_resource_schema_url(self.resource.resource_schema_url());
        record.set_scope_name(self.scope.scope_name());
        record.set_scope_version(self.scope.scope_version());
        record.set_scope_schema_url(self.scope.scope_schema_url());
        record.time_ns = [header.time_unix_nano, header.observed_time_unix_nano]
            .into_iter()
            .find(|&time| time != 0)
            .and_then(|time| i64::try_from(time).ok());
        record.severity = Severity::from_number(header.severity_number);
        if record.severity == Severity::UNSPECIFIED {
            record.severity = Severity::from_text(record.severity_text()).unwrap_or_default();
        } else if record.severity_text().is_empty() {
            record.set_severity_text(severity_name(record.severity));
        }
        (self.sink)(record);
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

/// Short name of a severity number in the data model.
fn severity_name(severity: Severity) -> &'static str {
    const NAMES: [&str; 25] = [
        "", "TRACE", "TRACE2", "TRACE3", "TRACE4", "DEBUG", "DEBUG2", "DEBUG3", "DEBUG4", "INFO", "INFO2",
        "INFO3", "INFO4", "WARN", "WARN2", "WARN3", "WARN4", "ERROR", "ERROR2", "ERROR3", "ERROR4", "FATAL",
        "FATAL2", "FATAL3", "FATAL4",
    ];
    NAMES[usize::from(severity.number())]
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
