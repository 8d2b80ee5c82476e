//! The JSON encoding (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): ids are hexadecimal, names
//! lowerCamelCase, 64-bit numbers strings.

use super::{Header, Request, append_double, ids};
use crate::json::{JsonError, Scanner, Text, Value, append_quoted};

type Result = std::result::Result<(), JsonError>;

/// `ExportLogsServiceRequest`.
pub(super) fn decode(text: &str, request: &mut Request<'_>) -> Result {
    let mut scanner = Scanner::new(text);
    scanner.for_each_member(|scanner, key| match &*key.to_cow() {
        "resourceLogs" | "resource_logs" => elements(scanner, |scanner| read_resource_logs(scanner, request)),
        _ => skip(scanner),
    })?;
    scanner.end()
}

/// `ResourceLogs`. Members may come in any order, so the resource is looked for before the records are read.
fn read_resource_logs(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result {
    request.resource.clear();
    members(&mut scanner.clone(), |scanner, key| match &*key.to_cow() {
        "resource" => members(scanner, |scanner, key| match &*key.to_cow() {
            "attributes" => attributes(scanner, |key, value| request.resource.push_resource(key, value)),
            _ => skip(scanner),
        }),
        "schemaUrl" | "schema_url" => text(scanner, |url| request.resource.set_resource_schema_url(url)),
        _ => skip(scanner),
    })?;
    request.finish_resource();
    members(scanner, |scanner, key| match &*key.to_cow() {
        "scopeLogs" | "scope_logs" => elements(scanner, |scanner| read_scope_logs(scanner, request)),
        _ => skip(scanner),
    })
}

/// `ScopeLogs`.
fn read_scope_logs(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result {
    request.scope.clear();
    members(&mut scanner.clone(), |scanner, key| match &*key.to_cow() {
        "scope" => members(scanner, |scanner, key| match &*key.to_cow() {
            "name" => text(scanner, |name| request.scope.set_scope_name(name)),
            "version" => text(scanner, |version| request.scope.set_scope_version(version)),
            "attributes" => attributes(scanner, |key, value| request.scope.push_scope_attribute(key, value)),
            _ => skip(scanner),
        }),
        "schemaUrl" | "schema_url" => text(scanner, |url| request.scope.set_scope_schema_url(url)),
        _ => skip(scanner),
    })?;
    members(scanner, |scanner, key| match &*key.to_cow() {
        "logRecords" | "log_records" => elements(scanner, |scanner| read_log_record(scanner, request)),
        _ => skip(scanner),
    })
}

/// `LogRecord`.
fn read_log_record(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result {
    request.begin_record();
    let record = &mut *request.record;
    let mut header = Header::default();
    members(scanner, |scanner, key| {
        match &*key.to_cow() {
            "timeUnixNano" | "time_unix_nano" => header.time_unix_nano = number(scanner)?,
            "observedTimeUnixNano" | "observed_time_unix_nano" => {
                header.observed_time_unix_nano = number(scanner)?;
            }
            "severityNumber" | "severity_number" => {
                header.severity_number = u8::try_from(number(scanner)?).unwrap_or(0);
            }
            "severityText" | "severity_text" => text(scanner, |text| record.set_severity_text(text))?,
            "body" => {
                let mut result = Ok(());
                record.write_body(|out| result = append_value(scanner, out, false));
                result?;
            }
            "attributes" => attributes(scanner, |key, value| record.push_attribute(key, value))?,
            "flags" => record.trace_flags = number(scanner)? as u8,
            "traceId" | "trace_id" => text(scanner, |text| match ids::trace_id(text) {
                Some(id) => record.set_trace_id(id.as_str()),
                None if is_unset(text) => {}
                None => record.push_attribute("trace_id", text),
            })?,
            "spanId" | "span_id" => text(scanner, |text| match ids::span_id(text) {
                Some(id) => record.set_span_id(id.as_str()),
                None if is_unset(text) => {}
                None => record.push_attribute("span_id", text),
            })?,
            "eventName" | "event_name" => text(scanner, |name| record.set_event_name(name))?,
            _ => skip(scanner)?,
        }
        Ok(())
    })?;
    request.finish_record(&header);
    Ok(())
}

/// An id that is empty or all zeros means that there is none.
fn is_unset(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// An array of `KeyValue`.
fn attributes(scanner: &mut Scanner<'_>, mut visit: impl FnMut(&str, &str)) -> Result {
    let (mut name, mut value) = (String::new(), String::new());
    elements(scanner, |scanner| {
        name.clear();
        value.clear();
        members(scanner, |scanner, key| match &*key.to_cow() {
            "key" => text(scanner, |key| name.push_str(key)),
            "value" => append_value(scanner, &mut value, false),
            _ => skip(scanner),
        })?;
        visit(&name, &value);
        Ok(())
    })
}

/// Appends an `AnyValue` as text, or as JSON where it is `nested` in another. The depth of the recursion is bound by
/// that of the scanner.
fn append_value(scanner: &mut Scanner<'_>, out: &mut String, nested: bool) -> Result {
    let start = out.len();
    members(scanner, |scanner, key| {
        match &*key.to_cow() {
            "stringValue" | "string_value" | "bytesValue" | "bytes_value" => {
                text(scanner, |text| if nested { append_quoted(out, text) } else { out.push_str(text) })?;
            }
            "boolValue" | "bool_value" | "intValue" | "int_value" => match scanner.value()? {
                Value::Null => {}
                value => value.append_to(out),
            },
            "doubleValue" | "double_value" => append_double_value(scanner.value()?, out, nested),
            "arrayValue" | "array_value" => {
                append_list(scanner, out, "[]", |scanner, out| append_value(scanner, out, true))?;
            }
            "kvlistValue" | "kvlist_value" => append_list(scanner, out, "{}", append_pair)?,
            _ => skip(scanner)?,
        }
        Ok(())
    })?;
    if nested && out.len() == start {
        out.push_str("null");
    }
    Ok(())
}

fn append_double_value(value: Value<'_>, out: &mut String, nested: bool) {
    let mut text = String::new();
    value.append_to(&mut text);
    match text.parse::<f64>() {
        Ok(double) if double.is_finite() => append_double(out, double),
        _ if nested => append_quoted(out, &text),
        _ => out.push_str(&text),
    }
}

/// The `values` of an `ArrayValue` or a `KeyValueList`, between `brackets`.
fn append_list(
    scanner: &mut Scanner<'_>,
    out: &mut String,
    brackets: &str,
    mut append: impl FnMut(&mut Scanner<'_>, &mut String) -> Result,
) -> Result {
    out.push_str(&brackets[..1]);
    let mut separator = "";
    members(scanner, |scanner, key| match &*key.to_cow() {
        "values" => elements(scanner, |scanner| {
            out.push_str(separator);
            separator = ",";
            append(scanner, out)
        }),
        _ => skip(scanner),
    })?;
    out.push_str(&brackets[1..]);
    Ok(())
}

/// A `KeyValue` as a member of a JSON object.
fn append_pair(scanner: &mut Scanner<'_>, out: &mut String) -> Result {
    let (mut name, mut value) = (String::new(), String::new());
    members(scanner, |scanner, key| match &*key.to_cow() {
        "key" => text(scanner, |key| name.push_str(key)),
        "value" => append_value(scanner, &mut value, true),
        _ => skip(scanner),
    })?;
    append_quoted(out, &name);
    out.push(':');
    out.push_str(if value.is_empty() { "null" } else { &value });
    Ok(())
}

/// The members of an object; null counts as an empty one.
fn members<'a>(scanner: &mut Scanner<'a>, visit: impl FnMut(&mut Scanner<'a>, Text<'a>) -> Result) -> Result {
    if scanner.peek() == Some(b'n') { skip(scanner) } else { scanner.for_each_member(visit) }
}

/// The elements of an array; null counts as an empty one.
fn elements<'a>(scanner: &mut Scanner<'a>, visit: impl FnMut(&mut Scanner<'a>) -> Result) -> Result {
    if scanner.peek() == Some(b'n') { skip(scanner) } else { scanner.for_each_element(visit) }
}

/// A text; what is no string counts as its JSON text.
fn text(scanner: &mut Scanner<'_>, visit: impl FnOnce(&str)) -> Result {
    match scanner.value()? {
        Value::String(text) => visit(&text.to_cow()),
        other => visit(other.as_plain().unwrap_or_default()),
    }
    Ok(())
}

/// An unsigned number, written as a number or a string; 0 where it is neither.
fn number(scanner: &mut Scanner<'_>) -> std::result::Result<u64, JsonError> {
    let value = scanner.value()?;
    Ok(value.as_plain().and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn skip(scanner: &mut Scanner<'_>) -> Result {
    scanner.value().map(drop)
}
