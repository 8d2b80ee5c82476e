//! Questions that people ask of logs, each with the SQL that someone who knows the table would write for it.

use crate::data::copies;

/// Columns of a whole record, as a page of rows has them.
const RECORD: &str = "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, \
                      ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, EventName, IngestId";
const NEWEST: &str = "ORDER BY Timestamp DESC, IngestId DESC LIMIT 100";
const IN_ORDER: &str = "SETTINGS read_in_order_use_buffering = 0";

/// A question.
pub struct NamedQuery {
    pub name: &'static str,
    /// In the search language.
    pub query: String,
    /// By hand, for this table and this data.
    pub best_sql: String,
    /// Start and end; all records unless said.
    pub range: Option<(&'static str, &'static str)>,
}

fn named(name: &'static str, query: &str, best_sql: impl Into<String>) -> NamedQuery {
    NamedQuery { name, query: query.to_owned(), best_sql: best_sql.into(), range: None }
}

/// Whole records under a condition, newest first.
fn rows(name: &'static str, query: &str, condition: &str) -> NamedQuery {
    let condition = if condition.is_empty() { String::new() } else { format!("WHERE {condition}") };
    named(name, query, format!("SELECT {RECORD} FROM otel_logs {condition} {NEWEST} {IN_ORDER}"))
}

fn count(name: &'static str, filter: &str, condition: &str) -> NamedQuery {
    let query = format!("{filter} | stats count()");
    named(name, &query, format!("SELECT count() FROM otel_logs WHERE {condition}"))
}

/// The questions; `trace` and `user` are in some stored record.
pub fn named_queries(trace: &str, user: &str) -> Vec<NamedQuery> {
    // More buckets than that are not shown.
    let minutes = if copies() > 6 { 10 } else { 1 };
    let mut all = found(trace, user);
    all.extend([
        named("count all", "* | stats count()", "SELECT count() FROM otel_logs"),
        named(
            "count by minute",
            &format!("* | stats count() by bucket(time, {minutes}m)"),
            format!(
                "SELECT toStartOfInterval(Timestamp, INTERVAL {minutes} MINUTE) AS time, count() FROM otel_logs \
                 GROUP BY time ORDER BY time"
            ),
        ),
        named(
            "top services by errors",
            "level:error | top 10 service",
            "SELECT ServiceName, count() AS n, round(100 * n / sum(n) OVER (), 2) FROM otel_logs \
             WHERE SeverityNumber BETWEEN 17 AND 20 GROUP BY ServiceName ORDER BY n DESC LIMIT 10",
        ),
        named(
            "errors by service",
            "* | stats count(), countif(level:error) as errors by service",
            "SELECT ServiceName, count() AS n, countIf(SeverityNumber BETWEEN 17 AND 20) FROM otel_logs \
             GROUP BY ServiceName ORDER BY n DESC",
        ),
        named(
            "p99 of duration by service",
            "* | stats p99(duration_ms) by service",
            "SELECT ServiceName, quantile(0.99)(toFloat64OrNull(LogAttributes['duration_ms'])) AS p99 FROM otel_logs \
             GROUP BY ServiceName ORDER BY p99 DESC",
        ),
        named(
            "timechart by service",
            "* | timechart 15m count() by service limit 5",
            "SELECT time, if(place <= 5, service, 'other') AS series, sum(n) FROM (
                SELECT time, service, n, dense_rank() OVER (ORDER BY total DESC, service) AS place FROM (
                    SELECT time, service, n, sum(n) OVER (PARTITION BY service) AS total FROM (
                        SELECT toStartOfInterval(Timestamp, INTERVAL 15 MINUTE) AS time, ServiceName AS service, count() AS n
                        FROM otel_logs GROUP BY time, service)))
             GROUP BY time, series ORDER BY time, series",
        ),
        named(
            "top of an attribute",
            "* | top 10 http.path",
            "SELECT LogAttributes['http.path'] AS value, count() AS n, round(100 * n / sum(n) OVER (), 2) FROM otel_logs \
             GROUP BY value ORDER BY n DESC, value LIMIT 10",
        ),
        named(
            "rare of an attribute",
            "* | rare 10 http.status",
            "SELECT LogAttributes['http.status'] AS value, count() AS n, round(100 * n / sum(n) OVER (), 2) FROM otel_logs \
             GROUP BY value ORDER BY n, value LIMIT 10",
        ),
        named(
            "newest of each service",
            "* | dedup service",
            format!(
                "SELECT {RECORD} FROM otel_logs WHERE (Timestamp, IngestId) IN \
                 (SELECT max((Timestamp, IngestId)) FROM otel_logs GROUP BY ServiceName) {NEWEST}"
            ),
        ),
        named(
            "extract and count",
            "\"request completed\" | extract \"method=<method> path=<path> status=<status>\" | stats count() by status",
            "SELECT extract(Body, 'method=.*? path=.*? status=([^ ]*)') AS status, count() AS n FROM otel_logs \
             WHERE hasPhrase(Body, 'request completed') GROUP BY status ORDER BY n DESC",
        ),
        named(
            "facets",
            "* | facets 10 service, level, http.method",
            "SELECT field, value, count() AS n FROM (
                SELECT arrayJoin([('service', ServiceName), ('level', SeverityText), ('http.method', LogAttributes['http.method'])]) AS facet,
                facet.1 AS field, facet.2 AS value FROM otel_logs)
             WHERE value != '' GROUP BY field, value ORDER BY field, n DESC, value LIMIT 10 BY field",
        ),
        NamedQuery {
            range: Some(("2026-11-20T12:00:00Z", "2026-11-20T18:00:00Z")),
            ..named(
                "compare with before",
                "* | stats count() by service | compare 6h",
                "SELECT ServiceName, countIf(Timestamp >= '2026-11-20 12:00:00') AS n, countIf(Timestamp < '2026-11-20 12:00:00') AS before, \
                 round(100 * (n - before) / before, 1) FROM otel_logs \
                 WHERE Timestamp >= '2026-11-20 06:00:00' AND Timestamp < '2026-11-20 18:00:00' \
                 GROUP BY ServiceName HAVING n > 0 ORDER BY n DESC",
            )
        },
    ]);
    all
}

/// Questions that find records, and how many.
fn found(trace: &str, user: &str) -> Vec<NamedQuery> {
    vec![
        rows("last 100 rows", "*", ""),
        rows("a trace", &format!("trace_id:{trace}"), &format!("TraceId = '{trace}'")),
        rows("needle, rows", "xylophonequartz", "hasAllTokens(Body, 'xylophonequartz')"),
        count("rare word, count", "hypervisorpanic", "hasAllTokens(Body, 'hypervisorpanic')"),
        rows("rare word, last 100 rows", "hypervisorpanic", "hasAllTokens(Body, 'hypervisorpanic')"),
        count("frequent word, count", "request", "hasAllTokens(Body, 'request')"),
        rows("frequent word, last 100 rows", "request", "hasAllTokens(Body, 'request')"),
        count("rare substring, count", "*pervisorpan*", "Body ILIKE '%pervisorpan%'"),
        count("frequent substring, count", "*equest*", "Body ILIKE '%equest%'"),
        count(
            "regex, count",
            "/hypervisor(panic|fault)/",
            "Body ILIKE '%hypervisor%' AND match(Body, 'hypervisor(panic|fault)')",
        ),
        count("attribute equals, count", "http.status:503", "has(AttributeItems, 'http.status=503')"),
        rows(
            "attribute equals, one user's rows",
            &format!("user_id:{user}"),
            &format!("LogAttributes['user_id'] = '{user}'"),
        ),
        count(
            "attribute above, count",
            "duration_ms:>500",
            "toFloat64OrZero(LogAttributes['duration_ms']) > 500",
        ),
    ]
}
