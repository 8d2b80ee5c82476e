use super::{Result, elements, members, skip, text};
use crate::json::{Scanner, Value, append_quoted};
use crate::otlp::append_double;

/// An array of `KeyValue`.
pub(super) fn attributes(scanner: &mut Scanner<'_>, mut visit: impl FnMut(&str, &str)) -> Result {
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
pub(super) fn append_value(scanner: &mut Scanner<'_>, out: &mut String, nested: bool) -> Result {
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
