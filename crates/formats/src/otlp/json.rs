//! The JSON encoding (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): ids are hexadecimal, names
//! lowerCamelCase, 64-bit numbers strings, enumerations numbers.

mod log_record;
mod span;
mod value;

pub(super) use self::log_record::read_log_record;
pub(super) use self::span::read_span;
use self::value::attributes;
use super::{Item, Request};
use crate::json::{JsonError, Scanner, Text, Value};

type Result = std::result::Result<(), JsonError>;

/// `ExportLogsServiceRequest`, `ExportTraceServiceRequest`.
pub(super) fn decode<T: Item>(text: &str, request: &mut Request<'_, T>) -> Result {
    let mut scanner = Scanner::new(text);
    scanner.for_each_member(|scanner, key| match &*key.to_cow() {
        key if T::RESOURCES.contains(&key) => {
            elements(scanner, |scanner| read_resource_items(scanner, request))
        }
        _ => skip(scanner),
    })?;
    scanner.end()
}

/// `ResourceLogs`, `ResourceSpans`. Members may come in any order, so the resource is looked for before the items are
/// read.
fn read_resource_items<T: Item>(scanner: &mut Scanner<'_>, request: &mut Request<'_, T>) -> Result {
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
        key if T::SCOPES.contains(&key) => elements(scanner, |scanner| read_scope_items(scanner, request)),
        _ => skip(scanner),
    })
}

/// `ScopeLogs`, `ScopeSpans`.
fn read_scope_items<T: Item>(scanner: &mut Scanner<'_>, request: &mut Request<'_, T>) -> Result {
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
        key if T::ITEMS.contains(&key) => elements(scanner, |scanner| T::read_json(scanner, request)),
        _ => skip(scanner),
    })
}

/// An id that is empty or all zeros means that there is none.
fn is_unset(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
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

/// The number of an enumeration, written as a number or as its name; 0 where it is neither.
fn enumeration(scanner: &mut Scanner<'_>, names: &[&str]) -> std::result::Result<u64, JsonError> {
    let value = scanner.value()?;
    if let Value::String(text) = value
        && let Some(number) = names.iter().position(|name| *name == text.to_cow())
    {
        return Ok(number as u64);
    }
    Ok(value.as_plain().and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn skip(scanner: &mut Scanner<'_>) -> Result {
    scanner.value().map(drop)
}
