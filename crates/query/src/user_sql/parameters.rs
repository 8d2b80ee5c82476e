//! Parameters of a statement, `{name:Type}`, and the values that a request gives them.

use click_lite_model::time::format_rfc3339;
use serde::Serialize;
use serde_json::Value;

use super::lexer::{Token, TokenKind, tokens};
use super::{SqlError, span_of};
use crate::sql::escaped_value;
use crate::{Span, TimeRange};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SqlParameter {
    pub name: String,
    /// As it is written.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip)]
    pub span: Span,
}

/// A value as the HTTP interface wants it in `param_NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundParameter {
    pub name: String,
    pub http_value: String,
}

impl BoundParameter {
    /// A value of the type `String`.
    pub fn of_text(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), http_value: escaped_value(value) }
    }
}

/// The parameters that a statement names, each once, in order.
pub fn parameters(sql: &str) -> Vec<SqlParameter> {
    let tokens = tokens(sql);
    let mut found: Vec<SqlParameter> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !token.is_symbol("{") {
            continue;
        }
        let Some(parameter) = parameter(sql, &tokens[index..]) else { continue };
        if !found.iter().any(|known| known.name == parameter.name) {
            found.push(parameter);
        }
    }
    found
}

/// `{`, a name, `:`, a type, `}`.
fn parameter(sql: &str, tokens: &[Token<'_>]) -> Option<SqlParameter> {
    let (name, colon) = (tokens.get(1)?, tokens.get(2)?);
    if name.kind != TokenKind::Word || !colon.is_symbol(":") {
        return None;
    }
    let end = tokens.iter().find(|token| token.is_symbol("}"))?;
    Some(SqlParameter {
        name: name.text.to_owned(),
        kind: sql.get(colon.bytes.end..end.bytes.start)?.trim().to_owned(),
        span: span_of(sql, tokens[0].bytes.start..end.bytes.end),
    })
}

/// Gives each parameter its value: from `values`, and `from` and `to` from the time range where no value is given.
///
/// # Errors
/// `sql.parameter` for a value that is missing, or that its type can't hold.
pub fn bind(
    parameters: &[SqlParameter],
    values: &serde_json::Map<String, Value>,
    range: TimeRange,
) -> Result<Vec<BoundParameter>, SqlError> {
    parameters
        .iter()
        .map(|parameter| {
            let value = match values.get(&parameter.name) {
                Some(value) => value.clone(),
                None => bound_of_range(parameter, range).ok_or_else(|| {
                    SqlError::new(
                        "sql.parameter",
                        format!("the parameter `{}` ({}) has no value", parameter.name, parameter.kind),
                    )
                    .at(Some(parameter.span))
                    .hint(format!("give it one, such as \"params\": {{\"{}\": ...}}", parameter.name))
                })?,
            };
            let http_value = http_value(&parameter.kind, &value).map_err(|problem| {
                SqlError::new("sql.parameter", format!("the parameter `{}`: {problem}", parameter.name))
                    .at(Some(parameter.span))
            })?;
            Ok(BoundParameter { name: parameter.name.clone(), http_value })
        })
        .collect()
}

/// First and last second that every type of time holds.
const OPEN_FROM_NS: i64 = 0;
const OPEN_TO_NS: i64 = 4_294_967_295 * 1_000_000_000;

fn bound_of_range(parameter: &SqlParameter, range: TimeRange) -> Option<Value> {
    let time_ns = match parameter.name.as_str() {
        "from" => range.from_ns.unwrap_or(OPEN_FROM_NS),
        "to" => range.to_ns.unwrap_or(OPEN_TO_NS),
        _ => return None,
    };
    let kind = inner_type(&parameter.kind);
    let text = format_rfc3339(time_ns).replace('T', " ").replace('Z', "");
    match kind {
        _ if kind.starts_with("DateTime64") || kind == "String" => Some(text.into()),
        _ if kind.starts_with("DateTime") => Some(text[..19].into()),
        _ if kind.starts_with("Date") => Some(text[..10].into()),
        _ => None,
    }
}

fn inner_type(kind: &str) -> &str {
    kind.strip_prefix("Nullable(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(kind).trim()
}

fn http_value(kind: &str, value: &Value) -> Result<String, String> {
    if value.is_null() {
        return if kind.starts_with("Nullable(") {
            Ok("\\N".to_owned())
        } else {
            Err(format!("{kind} can't be null: say Nullable({kind}) in the statement, or give it a value"))
        };
    }
    let kind = inner_type(kind);
    if let Some(limits) = integer_limits(kind) {
        return integer(kind, value, limits);
    }
    let text = match value {
        Value::String(text) => with_plain_time(kind, text),
        Value::Array(_) | Value::Object(_) => literal(value),
        other => other.to_string(),
    };
    if text.contains('\0') {
        return Err("a value can't hold a NUL character".to_owned());
    }
    if kind == "Identifier" && text.is_empty() {
        return Err("a name is missing".to_owned());
    }
    if matches!(kind, "Float32" | "Float64") && text.trim().parse::<f64>().is_err() {
        return Err(format!("{text} is no number"));
    }
    // Of lists and the like ClickHouse takes the text as it is, quotes and escapes and all.
    let is_compound = ["Array(", "Tuple(", "Map("].iter().any(|start| kind.starts_with(start));
    Ok(if is_compound { text } else { escaped_value(&text) })
}

/// ClickHouse reads RFC 3339 only in some places.
fn with_plain_time(kind: &str, text: &str) -> String {
    if !kind.starts_with("DateTime") {
        return text.to_owned();
    }
    match click_lite_model::time::parse_rfc3339(text) {
        Some(time_ns) => {
            let plain = format_rfc3339(time_ns).replace('T', " ").replace('Z', "");
            if kind.starts_with("DateTime64") { plain } else { plain[..19].to_owned() }
        }
        None => text.to_owned(),
    }
}

/// Least and largest value of an integer type. ClickHouse itself takes what is too large modulo the type's size.
fn integer_limits(kind: &str) -> Option<(i128, i128)> {
    let (is_signed, bits) = match kind.strip_prefix("UInt") {
        Some(bits) => (false, bits),
        None => (true, kind.strip_prefix("Int")?),
    };
    let bits: u32 = bits.parse().ok().filter(|bits| matches!(bits, 8 | 16 | 32 | 64))?;
    Some(if is_signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) })
}

fn integer(kind: &str, value: &Value, (least, most): (i128, i128)) -> Result<String, String> {
    let text = match value {
        Value::Bool(flag) => u8::from(*flag).to_string(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    match text.parse::<i128>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
        Ok(number) => Err(format!("{number} is not between {least} and {most}, which {kind} holds")),
        Err(_) => Err(format!("{text} is no whole number, as {kind} needs one")),
    }
}

/// A list or an object as ClickHouse writes arrays, tuples and maps.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => crate::string_literal(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(","))
        }
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", crate::string_literal(key), literal(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
