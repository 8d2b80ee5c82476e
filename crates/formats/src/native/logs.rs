use click_lite_model::Record;

use super::Encoder;
use super::columns::{Column, Fixed, LowCardinality, Map, Strings};
use super::table::Table;

/// Name and type of each column of a block of log records, in order: the columns of OpenTelemetry's `otel_logs`, then
/// ours.
pub const COLUMNS: [(&str, &str); 17] = [
    ("Timestamp", "DateTime64(9)"),
    ("TraceId", "String"),
    ("SpanId", "String"),
    ("TraceFlags", "UInt8"),
    ("SeverityText", "LowCardinality(String)"),
    ("SeverityNumber", "UInt8"),
    ("ServiceName", "LowCardinality(String)"),
    ("Body", "String"),
    ("ResourceSchemaUrl", "LowCardinality(String)"),
    ("ResourceAttributes", "Map(LowCardinality(String), String)"),
    ("ScopeSchemaUrl", "LowCardinality(String)"),
    ("ScopeName", "String"),
    ("ScopeVersion", "LowCardinality(String)"),
    ("ScopeAttributes", "Map(LowCardinality(String), String)"),
    ("LogAttributes", "Map(LowCardinality(String), String)"),
    ("EventName", "String"),
    ("IngestId", "UInt64"),
];

/// The columns of `otel_logs`.
#[derive(Default)]
pub struct LogColumns {
    timestamp: Fixed,
    trace_id: Strings,
    span_id: Strings,
    trace_flags: Fixed,
    severity_text: LowCardinality,
    severity_number: Fixed,
    service_name: LowCardinality,
    body: Strings,
    resource_schema_url: LowCardinality,
    resource_attributes: Map,
    scope_schema_url: LowCardinality,
    scope_name: Strings,
    scope_version: LowCardinality,
    scope_attributes: Map,
    log_attributes: Map,
    event_name: Strings,
    ingest_id: Fixed,
}

impl Table for LogColumns {
    const COLUMNS: &'static [(&'static str, &'static str)] = &COLUMNS;
    const ROW_BYTES: usize = 64;

    fn columns(&mut self) -> impl Iterator<Item = &mut dyn Column> {
        let columns: [&mut dyn Column; COLUMNS.len()] = [
            &mut self.timestamp,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.trace_flags,
            &mut self.severity_text,
            &mut self.severity_number,
            &mut self.service_name,
            &mut self.body,
            &mut self.resource_schema_url,
            &mut self.resource_attributes,
            &mut self.scope_schema_url,
            &mut self.scope_name,
            &mut self.scope_version,
            &mut self.scope_attributes,
            &mut self.log_attributes,
            &mut self.event_name,
            &mut self.ingest_id,
        ];
        columns.into_iter()
    }
}

impl Encoder<LogColumns> {
    /// Adds a record as a row. `arrival_ns` (nanoseconds since the epoch) is its time where it has none, and
    /// `default_service` its service where it names none.
    pub fn push(&mut self, record: &Record, ingest_id: u64, arrival_ns: i64, default_service: &str) {
        let time_ns = record.time_ns.unwrap_or(arrival_ns);
        self.begin_row(time_ns, record.text_bytes());
        let service = if record.service().is_empty() { default_service } else { record.service() };
        let columns = &mut self.columns;
        columns.timestamp.push(time_ns.to_le_bytes());
        columns.trace_id.push(record.trace_id());
        columns.span_id.push(record.span_id());
        columns.trace_flags.push([record.trace_flags]);
        columns.severity_text.push(record.severity_text());
        columns.severity_number.push([record.severity.number()]);
        columns.service_name.push(service);
        columns.body.push(record.body());
        columns.resource_schema_url.push(record.resource_schema_url());
        columns.resource_attributes.push(record.resource());
        columns.scope_schema_url.push(record.scope_schema_url());
        columns.scope_name.push(record.scope_name());
        columns.scope_version.push(record.scope_version());
        columns.scope_attributes.push(record.scope_attributes());
        columns.log_attributes.push(record.attributes());
        columns.event_name.push(record.event_name());
        columns.ingest_id.push(ingest_id.to_le_bytes());
    }
}
