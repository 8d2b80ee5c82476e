"""The queries of the reference figures, as the query compiler would write them for a variant."""

TRACE = "c2366151d82a4fb5dd81e993ccfca474"
COLUMNS = (
    "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, "
    "ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, EventName, IngestId"
)
NEWEST = "ORDER BY Timestamp DESC, IngestId DESC LIMIT 100"


def of(table, variant):
    """SQL by name. `variant` may say how it looks up an attribute (`item`) and reads a number (`number`)."""
    item = variant.get("item", lambda key, value: f"LogAttributes['{key}'] = '{value}'")
    number = variant.get("number", lambda key: f"toFloat64OrNull(LogAttributes['{key}'])")
    words = variant.get("words", lambda text: f"hasAllTokens(Body, '{text}')")
    rows = lambda where: f"SELECT {COLUMNS} FROM {table} WHERE {where} {NEWEST}"
    count = lambda where: f"SELECT count() FROM {table} WHERE {where}"
    return {
        "last 100": f"SELECT {COLUMNS} FROM {table} {NEWEST}",
        "rare word rows": rows(words("hypervisorpanic")),
        "needle rows": rows(words("xylophonequartz")),
        "frequent word rows": rows(words("request")),
        "phrase rows": rows(words("request completed method") + " AND positionCaseInsensitiveUTF8(Body, 'request completed method=PUT') > 0"),
        "service+error rows": rows("ServiceName = 'checkout' AND SeverityNumber BETWEEN 17 AND 20"),
        "trace rows": rows(f"TraceId = '{TRACE}'"),
        "item rows": rows(item("http.status", "503")),
        "user rows": rows(item("user_id", "u123456")),
        "path rows": rows(item("http.path", "/grpc/oteldemo.Checkout/PlaceOrder")),
        "rare word count": count(words("hypervisorpanic")),
        "frequent word count": count(words("request")),
        "item count": count(item("http.status", "503")),
        "histogram": f"SELECT toStartOfMinute(Timestamp) t, SeverityNumber, count() FROM {table} GROUP BY t, SeverityNumber ORDER BY t",
        "services by errors": f"SELECT ServiceName, count() c FROM {table} WHERE SeverityNumber BETWEEN 17 AND 20 GROUP BY ServiceName ORDER BY c DESC LIMIT 10",
        "p99 duration": f"SELECT ServiceName, quantile(0.99)({number('duration_ms')}) FROM {table} GROUP BY ServiceName",
        "map p99": f"SELECT ServiceName, quantile(0.99)(toFloat64OrNull(LogAttributes['duration_ms'])) FROM {table} GROUP BY ServiceName",
        "map item count": count("LogAttributes['http.status'] = '503'"),
    }
