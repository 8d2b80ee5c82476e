use click_lite_model::Span;

use super::Encoder;
use super::columns::{Arrays, Column, Fixed, LowCardinality, Map, Strings};
use super::table::Table;

/// Name and type of each column of a block of spans, in order: the columns of OpenTelemetry's `otel_traces`, then ours.
pub const SPAN_COLUMNS: [(&str, &str); 23] = [
    ("Timestamp", "DateTime64(9)"),
    ("TraceId", "String"),
    ("SpanId", "String"),
    ("ParentSpanId", "String"),
    ("TraceState", "String"),
    ("SpanName", "LowCardinality(String)"),
    ("SpanKind", "LowCardinality(String)"),
    ("ServiceName", "LowCardinality(String)"),
    ("ResourceAttributes", "Map(LowCardinality(String), String)"),
    ("ScopeName", "String"),
    ("ScopeVersion", "String"),
    ("SpanAttributes", "Map(LowCardinality(String), String)"),
    ("Duration", "UInt64"),
    ("StatusCode", "LowCardinality(String)"),
    ("StatusMessage", "String"),
    ("Events.Timestamp", "Array(DateTime64(9))"),
    ("Events.Name", "Array(LowCardinality(String))"),
    ("Events.Attributes", "Array(Map(LowCardinality(String), String))"),
    ("Links.TraceId", "Array(String)"),
    ("Links.SpanId", "Array(String)"),
    ("Links.TraceState", "Array(String)"),
    ("Links.Attributes", "Array(Map(LowCardinality(String), String))"),
    ("IngestId", "UInt64"),
];

/// The columns of `otel_traces`.
#[derive(Default)]
pub struct SpanColumns {
    timestamp: Fixed,
    trace_id: Strings,
    span_id: Strings,
    parent_span_id: Strings,
    trace_state: Strings,
    span_name: LowCardinality,
    span_kind: LowCardinality,
    service_name: LowCardinality,
    resource_attributes: Map,
    scope_name: Strings,
    scope_version: Strings,
    span_attributes: Map,
    duration: Fixed,
    status_code: LowCardinality,
    status_message: Strings,
    event_timestamps: Arrays<Fixed>,
    event_names: Arrays<LowCardinality>,
    event_attributes: Arrays<Map>,
    link_trace_ids: Arrays<Strings>,
    link_span_ids: Arrays<Strings>,
    link_trace_states: Arrays<Strings>,
    link_attributes: Arrays<Map>,
    ingest_id: Fixed,
}

impl Table for SpanColumns {
    const COLUMNS: &'static [(&'static str, &'static str)] = &SPAN_COLUMNS;
    const ROW_BYTES: usize = 128;

    fn columns(&mut self) -> impl Iterator<Item = &mut dyn Column> {
        let columns: [&mut dyn Column; SPAN_COLUMNS.len()] = [
            &mut self.timestamp,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.parent_span_id,
            &mut self.trace_state,
            &mut self.span_name,
            &mut self.span_kind,
            &mut self.service_name,
            &mut self.resource_attributes,
            &mut self.scope_name,
            &mut self.scope_version,
            &mut self.span_attributes,
            &mut self.duration,
            &mut self.status_code,
            &mut self.status_message,
            &mut self.event_timestamps,
            &mut self.event_names,
            &mut self.event_attributes,
            &mut self.link_trace_ids,
            &mut self.link_span_ids,
            &mut self.link_trace_states,
            &mut self.link_attributes,
            &mut self.ingest_id,
        ];
        columns.into_iter()
    }
}

impl Encoder<SpanColumns> {
    /// Adds a span as a row. `arrival_ns` (nanoseconds since the epoch) is its start where it has none, and
    /// `default_service` its service where it names none. An event without a time gets the start of the span.
    pub fn push(&mut self, span: &Span, ingest_id: u64, arrival_ns: i64, default_service: &str) {
        let start_ns = span.start_ns.unwrap_or(arrival_ns);
        self.begin_row(start_ns, span.size_bytes());
        let service = if span.service().is_empty() { default_service } else { span.service() };
        let columns = &mut self.columns;
        columns.timestamp.push(start_ns.to_le_bytes());
        columns.trace_id.push(span.trace_id());
        columns.span_id.push(span.span_id());
        columns.parent_span_id.push(span.parent_span_id());
        columns.trace_state.push(span.trace_state());
        columns.span_name.push(span.name());
        columns.span_kind.push(span.kind.name());
        columns.service_name.push(service);
        columns.resource_attributes.push(span.resource());
        columns.scope_name.push(span.scope_name());
        columns.scope_version.push(span.scope_version());
        columns.span_attributes.push(span.attributes());
        columns.duration.push(span.duration_ns.to_le_bytes());
        columns.status_code.push(span.status.name());
        columns.status_message.push(span.status_message());
        for event in span.events() {
            columns.event_timestamps.next().push(event.time_ns.unwrap_or(start_ns).to_le_bytes());
            columns.event_names.next().push(event.name);
            columns.event_attributes.next().push(event.attributes);
        }
        columns.event_timestamps.end_row();
        columns.event_names.end_row();
        columns.event_attributes.end_row();
        for link in span.links() {
            columns.link_trace_ids.next().push(link.trace_id);
            columns.link_span_ids.next().push(link.span_id);
            columns.link_trace_states.next().push(link.trace_state);
            columns.link_attributes.next().push(link.attributes);
        }
        columns.link_trace_ids.end_row();
        columns.link_span_ids.end_row();
        columns.link_trace_states.end_row();
        columns.link_attributes.end_row();
        columns.ingest_id.push(ingest_id.to_le_bytes());
    }
}
