use std::fmt::Write;
use std::sync::Arc;

use click_lite_model::time::format_rfc3339;
use click_lite_model::{Pairs, Record};

/// A row on its way to the sockets, written once for all.
#[derive(Debug, Clone)]
pub struct Row {
    /// `IngestId`
    pub id: u64,
    pub json: Arc<str>,
}

/// A record as a search gives it: an object by column, times in RFC 3339, 64-bit numbers as text.
pub fn row_json(id: u64, record: &Record) -> String {
    let mut out = String::with_capacity(record.text_bytes() + 320);
    out.push_str("{\"Timestamp\":\"");
    out.push_str(&format_rfc3339(record.time_ns.unwrap_or(0)));
    out.push('"');
    text(&mut out, "TraceId", record.trace_id());
    text(&mut out, "SpanId", record.span_id());
    number(&mut out, "TraceFlags", record.trace_flags);
    text(&mut out, "SeverityText", record.severity_text());
    number(&mut out, "SeverityNumber", record.severity.number());
    text(&mut out, "ServiceName", record.service());
    text(&mut out, "Body", record.body());
    text(&mut out, "ResourceSchemaUrl", record.resource_schema_url());
    map(&mut out, "ResourceAttributes", record.resource());
    text(&mut out, "ScopeSchemaUrl", record.scope_schema_url());
    text(&mut out, "ScopeName", record.scope_name());
    text(&mut out, "ScopeVersion", record.scope_version());
    map(&mut out, "ScopeAttributes", record.scope_attributes());
    map(&mut out, "LogAttributes", record.attributes());
    text(&mut out, "EventName", record.event_name());
    let _ = write!(out, ",\"IngestId\":\"{id}\"}}");
    out
}

fn name(out: &mut String, name: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}

fn number(out: &mut String, column: &str, value: u8) {
    name(out, column);
    let _ = write!(out, "{value}");
}

fn text(out: &mut String, column: &str, value: &str) {
    name(out, column);
    quoted(out, value);
}

fn map(out: &mut String, column: &str, pairs: Pairs<'_>) {
    name(out, column);
    out.push('{');
    for (index, (key, value)) in pairs.enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(out, key);
        out.push(':');
        quoted(out, value);
    }
    out.push('}');
}

/// A JSON string (RFC 8259). Most texts need no escapes and are copied.
fn quoted(out: &mut String, value: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&value[copied..at]);
        copied = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&value[copied..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_row_is_json_whatever_its_texts_hold() {
        let mut record = Record::new();
        record.time_ns = Some(1_763_626_530_000_000_001);
        record.set_level("error");
        record.set_body("a \"b\" \\ \n\t\r \u{1b}[31m \0 é");
        record.push_attribute("k\"", "v");
        record.push_attribute("n", "");
        record.push_resource("host.name", "web-1");
        let row: Value = serde_json::from_str(&row_json(u64::MAX, &record)).expect("JSON");
        assert_eq!(row["Timestamp"], "2025-11-20T08:15:30.000000001Z");
        assert_eq!(row["Body"], record.body());
        assert_eq!((&row["SeverityNumber"], &row["SeverityText"]), (&json!(17), &json!("error")));
        assert_eq!(row["LogAttributes"], json!({ "k\"": "v", "n": "" }));
        assert_eq!(row["ResourceAttributes"], json!({ "host.name": "web-1" }));
        assert_eq!(row["IngestId"], u64::MAX.to_string());
    }
}
