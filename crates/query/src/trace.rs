//! The spans of one trace.

use crate::sql::{SqlText, Statement};

/// Most spans of one answer.
pub const MAX_SPANS: u32 = 10_000;

/// Columns of `otel_traces` that are shown as they are.
const COLUMNS: [&str; 16] = [
    "Timestamp",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "TraceState",
    "SpanName",
    "SpanKind",
    "ServiceName",
    "ResourceAttributes",
    "ScopeName",
    "ScopeVersion",
    "SpanAttributes",
    "Duration",
    "StatusCode",
    "StatusMessage",
    "IngestId",
];

/// Spans of a trace in the order in which they began, at most `limit`; `Events` and `Links` are arrays of objects.
/// `trace_id` is 32 lower-case hexadecimal digits.
pub fn trace_spans(trace_id: &str, limit: u32) -> Statement {
    let mut sql = SqlText::default();
    sql.text("SELECT");
    for column in COLUMNS {
        sql.text("\n    ").text(column).text(",");
    }
    sql.text(
        "\n    CAST(arrayZip(span.Events.Timestamp, span.Events.Name, span.Events.Attributes), \
         'Array(Tuple(Timestamp DateTime64(9), Name String, Attributes Map(String, String)))') AS Events,\
         \n    CAST(arrayZip(span.Links.TraceId, span.Links.SpanId, span.Links.TraceState, span.Links.Attributes), \
         'Array(Tuple(TraceId String, SpanId String, TraceState String, Attributes Map(String, String)))') AS Links\
         \nFROM otel_traces AS span\nWHERE TraceId = ",
    );
    sql.string(trace_id);
    sql.text(&format!("\nORDER BY Timestamp, IngestId\nLIMIT {limit}"));
    sql.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_bound() {
        let statement = trace_spans("0af7651916cd43dd8448eb211c80319c", 7);
        assert!(statement.sql.contains("WHERE TraceId = {p0:String}\nORDER BY Timestamp, IngestId\nLIMIT 7"));
        assert_eq!(statement.params[0].value, "0af7651916cd43dd8448eb211c80319c");
        assert!(statement.display_sql.contains("TraceId = '0af7651916cd43dd8448eb211c80319c'"));
    }
}
