//! SQL text with bound parameters.

use std::fmt::Write as _;

use click_lite_model::time;
use serde::Serialize;

use crate::field::SHORT_NAMES;

/// One SQL statement for ClickHouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// With placeholders such as `{p0:String}`.
    pub sql: String,
    pub params: Vec<Param>,
    /// The same with the values written into it, for a person to read and to run in any ClickHouse client.
    pub display_sql: String,
}

/// A value that the engine is given beside the SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Param {
    /// `p0`, `p1`, ...; the HTTP interface takes it as `param_p0`.
    pub name: String,
    /// ClickHouse type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// As it is, without quotes and escapes.
    pub value: String,
}

impl Param {
    /// The value as the HTTP interface wants it in `param_NAME` (escaped as in the TSV format), before URL encoding.
    /// A client library that takes values does this by itself.
    pub fn http_value(&self) -> String {
        escaped_value(&self.value)
    }
}

/// A text escaped as in the TSV format.
pub(crate) fn escaped_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            _ => out.push(character),
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum ParamType {
    String,
    Float64,
    UInt64,
    #[serde(rename = "DateTime64(9, 'UTC')")]
    DateTime64,
}

impl ParamType {
    /// As ClickHouse writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Float64 => "Float64",
            Self::UInt64 => "UInt64",
            Self::DateTime64 => "DateTime64(9, 'UTC')",
        }
    }
}

/// SQL in the making, in both forms at once.
#[derive(Debug, Default)]
pub(crate) struct SqlText {
    sql: String,
    display_sql: String,
    params: Vec<Param>,
}

/// 1900-01-01, the first time that `DateTime64(9)` holds.
const FIRST_TIME_NS: i64 = -2_208_988_800_000_000_000;

impl SqlText {
    /// Text of our own; never what a user wrote.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.sql.push_str(text);
        self.display_sql.push_str(text);
        self
    }

    pub(crate) fn string(&mut self, value: &str) -> &mut Self {
        self.bind(ParamType::String, value.to_owned(), &string_literal(value))
    }

    pub(crate) fn float(&mut self, value: f64) -> &mut Self {
        let text = format!("{value:?}");
        self.bind(ParamType::Float64, text.clone(), &text)
    }

    pub(crate) fn integer(&mut self, value: u64) -> &mut Self {
        let text = value.to_string();
        self.bind(ParamType::UInt64, text.clone(), &text)
    }

    /// A time in nanoseconds since the epoch, UTC.
    pub(crate) fn time(&mut self, time_ns: i64) -> &mut Self {
        let text = time::format_rfc3339(time_ns.max(FIRST_TIME_NS)).replace('T', " ").replace('Z', "");
        let literal = format!("toDateTime64('{text}', 9, 'UTC')");
        self.bind(ParamType::DateTime64, text, &literal)
    }

    /// A name that a user chose for a column of the result.
    pub(crate) fn alias(&mut self, name: &str) -> &mut Self {
        if SHORT_NAMES.contains(&name) { self.text(name) } else { self.text(&quote(name, '`')) }
    }

    /// The same value is bound once.
    fn bind(&mut self, kind: ParamType, value: String, literal: &str) -> &mut Self {
        let known = self.params.iter().position(|param| param.kind == kind && param.value == value);
        let index = known.unwrap_or_else(|| {
            let name = format!("p{}", self.params.len());
            self.params.push(Param { name, kind, value });
            self.params.len() - 1
        });
        // Writing to a String cannot fail.
        let _ = write!(self.sql, "{{p{index}:{}}}", kind.name());
        self.display_sql.push_str(literal);
        self
    }

    pub(crate) fn finish(self) -> Statement {
        Statement { sql: self.sql, params: self.params, display_sql: self.display_sql }
    }
}

/// A text as a ClickHouse string literal.
pub fn string_literal(text: &str) -> String {
    quote(text, '\'')
}

/// A text in quotation marks of one kind, escaped as ClickHouse reads it.
fn quote(text: &str, mark: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            _ if character == mark => {
                out.push('\\');
                out.push(mark);
            }
            _ => out.push(character),
        }
    }
    out.push(mark);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_once_and_shown_escaped() {
        let mut sql = SqlText::default();
        sql.text("a = ").string("it's \\ {p1:String}\n").text(" OR b = ").string("it's \\ {p1:String}\n");
        sql.text(" OR t < ").time(0).text(" OR n > ").float(1e21).text(" AS ").alias("x`y");
        let statement = sql.finish();
        assert_eq!(
            statement.sql,
            "a = {p0:String} OR b = {p0:String} OR t < {p1:DateTime64(9, 'UTC')} OR n > {p2:Float64} AS `x\\`y`"
        );
        assert_eq!(
            statement.display_sql,
            "a = 'it\\'s \\\\ {p1:String}\\n' OR b = 'it\\'s \\\\ {p1:String}\\n' \
             OR t < toDateTime64('1970-01-01 00:00:00.000000000', 9, 'UTC') OR n > 1e21 AS `x\\`y`"
        );
        assert_eq!(statement.params[0].http_value(), "it's \\\\ {p1:String}\\n");
        assert_eq!(statement.params[1].value, "1970-01-01 00:00:00.000000000");
    }
}
