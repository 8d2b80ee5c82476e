use click_lite_model::{Record, Severity, Span};

use super::Request;
use super::protobuf::{Message, WireError};
use crate::json::{JsonError, Scanner};

/// What requests of one signal hold.
pub(super) trait Item: Sized {
    /// Fields that columns are told from once all are known.
    type Header;
    /// Names in JSON, in `lowerCamelCase` and `snake_case`: what the request is a list of, what those are lists of, and
    /// the items themselves.
    const RESOURCES: [&str; 2];
    const SCOPES: [&str; 2];
    const ITEMS: [&str; 2];

    /// Bytes that count against the limit of a record.
    fn size_bytes(&self) -> usize;
    /// Adds what the resource, the scope and the header say.
    fn complete(&mut self, header: &Self::Header, resource: &Record, scope: &Record);
    fn read_protobuf(message: Message<'_>, request: &mut Request<'_, Self>) -> Result<(), WireError>;
    fn read_json(scanner: &mut Scanner<'_>, request: &mut Request<'_, Self>) -> Result<(), JsonError>;
}

#[derive(Default)]
pub(super) struct LogHeader {
    pub(super) time_unix_nano: u64,
    pub(super) observed_time_unix_nano: u64,
    pub(super) severity_number: u8,
}

impl Item for Record {
    type Header = LogHeader;
    const RESOURCES: [&str; 2] = ["resourceLogs", "resource_logs"];
    const SCOPES: [&str; 2] = ["scopeLogs", "scope_logs"];
    const ITEMS: [&str; 2] = ["logRecords", "log_records"];

    fn size_bytes(&self) -> usize {
        self.text_bytes()
    }

    fn complete(&mut self, header: &LogHeader, resource: &Record, scope: &Record) {
        for (key, value) in resource.resource() {
            self.push_resource(key, value);
        }
        for (key, value) in scope.scope_attributes() {
            self.push_scope_attribute(key, value);
        }
        self.set_service(resource.service());
        self.set_resource_schema_url(resource.resource_schema_url());
        self.set_scope_name(scope.scope_name());
        self.set_scope_version(scope.scope_version());
        self.set_scope_schema_url(scope.scope_schema_url());
        self.time_ns = time_ns(header.time_unix_nano).or_else(|| time_ns(header.observed_time_unix_nano));
        self.severity = Severity::from_number(header.severity_number);
        if self.severity == Severity::UNSPECIFIED {
            self.severity = Severity::from_text(self.severity_text()).unwrap_or_default();
        } else if self.severity_text().is_empty() {
            self.set_severity_text(severity_name(self.severity));
        }
    }

    fn read_protobuf(message: Message<'_>, request: &mut Request<'_, Self>) -> Result<(), WireError> {
        super::protobuf::read_log_record(message, request)
    }

    fn read_json(scanner: &mut Scanner<'_>, request: &mut Request<'_, Self>) -> Result<(), JsonError> {
        super::json::read_log_record(scanner, request)
    }
}

#[derive(Default)]
pub(super) struct SpanHeader {
    pub(super) start_time_unix_nano: u64,
    pub(super) end_time_unix_nano: u64,
    pub(super) dropped_attributes: u64,
    pub(super) dropped_events: u64,
    pub(super) dropped_links: u64,
}

impl Item for Span {
    type Header = SpanHeader;
    const RESOURCES: [&str; 2] = ["resourceSpans", "resource_spans"];
    const SCOPES: [&str; 2] = ["scopeSpans", "scope_spans"];
    const ITEMS: [&str; 2] = ["spans", "spans"];

    fn size_bytes(&self) -> usize {
        self.size_bytes()
    }

    fn complete(&mut self, header: &SpanHeader, resource: &Record, scope: &Record) {
        for (key, value) in resource.resource() {
            self.push_resource(key, value);
        }
        for (key, value) in scope.scope_attributes() {
            self.push_attribute(&format!("otel.scope.{key}"), value);
        }
        for (key, count) in [
            ("otel.dropped_attributes_count", header.dropped_attributes),
            ("otel.dropped_events_count", header.dropped_events),
            ("otel.dropped_links_count", header.dropped_links),
        ] {
            if count > 0 {
                self.push_attribute(key, &count.to_string());
            }
        }
        self.set_service(resource.service());
        self.set_scope_name(scope.scope_name());
        self.set_scope_version(scope.scope_version());
        self.start_ns = time_ns(header.start_time_unix_nano).or_else(|| time_ns(header.end_time_unix_nano));
        if header.start_time_unix_nano != 0 {
            self.duration_ns = header.end_time_unix_nano.saturating_sub(header.start_time_unix_nano);
        }
    }

    fn read_protobuf(message: Message<'_>, request: &mut Request<'_, Self>) -> Result<(), WireError> {
        super::protobuf::read_span(message, request)
    }

    fn read_json(scanner: &mut Scanner<'_>, request: &mut Request<'_, Self>) -> Result<(), JsonError> {
        super::json::read_span(scanner, request)
    }
}

/// A time of OTLP; 0 means that there is none, and what is beyond the year 2262 is none.
pub(super) fn time_ns(unix_nano: u64) -> Option<i64> {
    i64::try_from(unix_nano).ok().filter(|&time| time != 0)
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
