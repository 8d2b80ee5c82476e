//! SQL text with bound parameters.

use std::collections::HashMap;
use std::fmt::Write as _;

use click_lite_model::time;
use serde::Serialize;

use crate::field::{COLUMNS, SHORT_NAMES};

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

/// SQL in the making: text of our own and values to bind, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SqlText {
    pieces: Vec<SqlPiece>,
}

#[derive(Debug, Clone, PartialEq)]
enum SqlPiece {
    Text(String),
    Value { kind: ParamType, value: String, literal: String },
}

/// 1900-01-01, the first time that `DateTime64(9)` holds.
const FIRST_TIME_NS: i64 = -2_208_988_800_000_000_000;

impl SqlText {
    /// Text of our own; never what a user wrote.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        if let Some(SqlPiece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(SqlPiece::Text(text.to_owned()));
        }
        self
    }

    pub(crate) fn string(&mut self, value: &str) -> &mut Self {
        self.bind(ParamType::String, value.to_owned(), string_literal(value))
    }

    pub(crate) fn float(&mut self, value: f64) -> &mut Self {
        let text = format!("{value:?}");
        self.bind(ParamType::Float64, text.clone(), text)
    }

    pub(crate) fn integer(&mut self, value: u64) -> &mut Self {
        let text = value.to_string();
        self.bind(ParamType::UInt64, text.clone(), text)
    }

    /// A time in nanoseconds since the epoch, UTC.
    pub(crate) fn time(&mut self, time_ns: i64) -> &mut Self {
        let text = time::format_rfc3339(time_ns.max(FIRST_TIME_NS)).replace('T', " ").replace('Z', "");
        let literal = format!("toDateTime64('{text}', 9, 'UTC')");
        self.bind(ParamType::DateTime64, text, literal)
    }

    /// A name that a user chose for a column of the result.
    pub(crate) fn alias(&mut self, name: &str) -> &mut Self {
        if SHORT_NAMES.contains(&name) { self.text(name) } else { self.text(&quote(name, '`')) }
    }

    /// The name that this text is, if it is nothing but one.
    pub(crate) fn as_identifier(&self) -> Option<String> {
        let [SqlPiece::Text(text)] = self.pieces.as_slice() else { return None };
        if is_plain_identifier(text) {
            return Some(text.clone());
        }
        let inner = text.strip_prefix('`')?.strip_suffix('`')?;
        let mut name = String::new();
        let mut characters = inner.chars();
        while let Some(next) = characters.next() {
            match next {
                '\\' => name.push(characters.next()?),
                '`' => return None,
                _ => name.push(next),
            }
        }
        Some(name)
    }

    /// Whether the name is a word of this text.
    pub(crate) fn names(&self, name: &str) -> bool {
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        self.pieces.iter().any(|piece| match piece {
            SqlPiece::Text(text) => text.match_indices(name).any(|(start, _)| {
                let bytes = text.as_bytes();
                !is_word(start.checked_sub(1).and_then(|before| bytes.get(before)))
                    && !is_word(bytes.get(start + name.len()))
            }),
            SqlPiece::Value { .. } => false,
        })
    }

    /// With every line moved to the right.
    pub(crate) fn indented(&self) -> Self {
        let mut indented = Self::default();
        indented.text("    ");
        for piece in &self.pieces {
            match piece {
                SqlPiece::Text(text) => {
                    indented.text(&text.replace('\n', "\n    "));
                }
                value @ SqlPiece::Value { .. } => indented.pieces.push(value.clone()),
            }
        }
        indented
    }

    /// The other text behind this one.
    pub(crate) fn append(&mut self, other: &Self) -> &mut Self {
        for piece in &other.pieces {
            match piece {
                SqlPiece::Text(text) => {
                    self.text(text);
                }
                value @ SqlPiece::Value { .. } => self.pieces.push(value.clone()),
            }
        }
        self
    }

    fn bind(&mut self, kind: ParamType, value: String, literal: String) -> &mut Self {
        self.pieces.push(SqlPiece::Value { kind, value, literal });
        self
    }

    /// The same value is bound once.
    pub(crate) fn finish(self) -> Statement {
        let (mut sql, mut display_sql) = (String::new(), String::new());
        let mut params: Vec<Param> = Vec::new();
        let mut known: HashMap<(ParamType, String), usize> = HashMap::new();
        for piece in self.pieces {
            match piece {
                SqlPiece::Text(text) => {
                    sql.push_str(&text);
                    display_sql.push_str(&text);
                }
                SqlPiece::Value { kind, value, literal } => {
                    let index = *known.entry((kind, value.clone())).or_insert_with(|| {
                        params.push(Param { name: format!("p{}", params.len()), kind, value });
                        params.len() - 1
                    });
                    // Writing to a String cannot fail.
                    let _ = write!(sql, "{{p{index}:{}}}", kind.name());
                    display_sql.push_str(&literal);
                }
            }
        }
        Statement { sql, params, display_sql }
    }
}

/// A name in SQL: quoted unless it is plain and no word of SQL.
pub(crate) fn identifier(name: &str) -> SqlText {
    let mut sql = SqlText::default();
    if is_plain_identifier(name) {
        sql.text(name)
    } else {
        sql.text(&quote(name, '`'))
    };
    sql
}

/// Columns of the table and short names: they need no quotation marks. Anything else gets them, whatever it says.
fn is_plain_identifier(name: &str) -> bool {
    COLUMNS.contains(&name)
        || SHORT_NAMES.contains(&name)
        || matches!(name, "count" | "percent" | "value" | "field")
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
