//! A column of a table, and what it gives as a text, a number, a time or a map.

use serde::{Deserialize, Serialize};

use super::TABLE;
use crate::sql::{SqlText, identifier};

/// A column, or a value inside of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    pub name: String,
    /// ClickHouse type, from the table's schema.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// A key of the map, or a path with dots into the JSON, that the column holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of a time that is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<TimeUnit>,
}

/// What a number counts since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl TimeUnit {
    fn nanoseconds(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }
}

/// What a type means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    FixedText,
    Number,
    Time,
    Date,
    Map,
    Json,
    /// Anything else that has a text.
    Other,
}

/// The type inside of `Nullable` and `LowCardinality`, and whether it may be `NULL`.
fn inner(kind: &str) -> (&str, bool) {
    let mut kind = kind.trim();
    let mut nullable = false;
    loop {
        let stripped = |prefix: &str| kind.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
        if let Some(rest) = stripped("LowCardinality(") {
            kind = rest;
        } else if let Some(rest) = stripped("Nullable(") {
            (kind, nullable) = (rest, true);
        } else {
            return (kind, nullable);
        }
    }
}

fn shape(kind: &str) -> Shape {
    let (kind, _) = inner(kind);
    let name = kind.split('(').next().unwrap_or_default();
    match name {
        "String" => Shape::Text,
        "FixedString" => Shape::FixedText,
        "DateTime" | "DateTime64" => Shape::Time,
        "Date" | "Date32" => Shape::Date,
        "Map" => Shape::Map,
        "JSON" => Shape::Json,
        _ if name.trim_start_matches('U').starts_with("Int") && !name.starts_with("Interval") => {
            Shape::Number
        }
        _ => Shape::Other,
    }
}

impl MappedColumn {
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { name: name.into(), kind: kind.into(), path: None, unit: None }
    }

    /// The name of the attribute that it is.
    pub fn attribute_name(&self) -> String {
        match &self.path {
            Some(path) => format!("{}.{path}", self.name),
            None => self.name.clone(),
        }
    }

    pub(crate) fn shape(&self) -> Shape {
        shape(&self.kind)
    }

    pub(crate) fn is_number(&self) -> bool {
        self.path.is_none() && self.shape() == Shape::Number
    }

    fn is_nullable(&self) -> bool {
        inner(&self.kind).1
    }

    /// Whether a text can be read from it under names: entries of a map, paths of JSON.
    pub fn has_entries(&self) -> bool {
        matches!(self.shape(), Shape::Map | Shape::Json | Shape::Text)
    }

    /// Whether it can be the time of a record.
    pub fn can_be_time(&self) -> bool {
        self.path.is_some() || !matches!(self.shape(), Shape::Map | Shape::Json | Shape::Other)
    }

    /// The column itself.
    pub(crate) fn write_raw(&self, sql: &mut SqlText) {
        sql.text(TABLE).text(".").append(&identifier(&self.name));
    }

    /// A text, '' for `NULL`. A column that is a text is written as it is, so that its key and indexes serve.
    pub(crate) fn write_text(&self, sql: &mut SqlText) {
        if let Some(path) = &self.path {
            self.write_entry(sql, path);
            return;
        }
        let nullable = self.is_nullable();
        if nullable {
            sql.text("ifNull(");
        }
        let function = match self.shape() {
            Shape::Text => None,
            Shape::FixedText => Some("toStringCutToZero("),
            Shape::Map | Shape::Json => Some("toJSONString("),
            _ => Some("toString("),
        };
        sql.text(function.unwrap_or_default());
        self.write_raw(sql);
        sql.text(if function.is_some() { ")" } else { "" }).text(if nullable { ", '')" } else { "" });
    }

    /// The text of an entry of the map or JSON that it holds, '' where there is none.
    pub(crate) fn write_entry(&self, sql: &mut SqlText, name: &str) {
        match self.shape() {
            Shape::Map => {
                sql.text("ifNull(toString(");
                self.write_raw(sql);
                sql.text("[").string(name).text("]), '')");
            }
            // No path of JSON.
            Shape::Json if name.split('.').any(str::is_empty) => {
                sql.text("''");
            }
            Shape::Json => {
                sql.text("ifNull(toString(");
                self.write_raw(sql);
                for part in name.split('.') {
                    sql.text(".").append(&identifier(part));
                }
                sql.text("), '')");
            }
            // JSON as a text.
            _ => {
                sql.text("JSONExtract(");
                self.write_plain(sql);
                for part in name.split('.') {
                    sql.text(", ").string(part);
                }
                sql.text(", 'String')");
            }
        }
    }

    fn write_plain(&self, sql: &mut SqlText) {
        Self { path: None, ..self.clone() }.write_text(sql);
    }

    /// All its entries as `Map(String, String)`.
    pub(crate) fn write_map(&self, sql: &mut SqlText) {
        match self.shape() {
            Shape::Map if self.path.is_none() => {
                sql.text("CAST(");
                self.write_raw(sql);
                sql.text(", 'Map(String, String)')");
            }
            _ => {
                // What is nested stays JSON under its name; its values can be asked for by their paths.
                sql.text("CAST(arrayMap(entry -> (entry.1, if(startsWith(entry.2, '\"'), JSONExtractString(entry.2), entry.2)), \
                          JSONExtractKeysAndValuesRaw(");
                self.write_text(sql);
                sql.text(")), 'Map(String, String)')");
            }
        }
    }

    /// A whole number, 0 where it is none.
    pub(crate) fn write_number(&self, sql: &mut SqlText) {
        if self.is_number() && !self.is_nullable() {
            self.write_raw(sql);
        } else if self.is_number() {
            sql.text("ifNull(");
            self.write_raw(sql);
            sql.text(", 0)");
        } else {
            sql.text("toUInt64OrZero(");
            self.write_text(sql);
            sql.text(")");
        }
    }

    /// `DateTime64(9, 'UTC')`.
    pub(crate) fn write_time(&self, sql: &mut SqlText) {
        let is_plain = self.path.is_none();
        match self.shape() {
            Shape::Time | Shape::Date if is_plain => {
                let nullable = self.is_nullable();
                sql.text("toDateTime64(").text(if nullable { "ifNull(" } else { "" });
                self.write_raw(sql);
                sql.text(if nullable { ", 0)" } else { "" }).text(", 9, 'UTC')");
            }
            Shape::Number if is_plain => {
                sql.text("fromUnixTimestamp64Nano(toInt64(");
                self.write_number(sql);
                sql.text(&format!(" * {}), 'UTC')", self.unit.unwrap_or(TimeUnit::Seconds).nanoseconds()));
            }
            _ => {
                sql.text("parseDateTime64BestEffortOrZero(");
                self.write_text(sql);
                sql.text(", 9, 'UTC')");
            }
        }
    }

    /// Whether [`Self::write_bound`] says all that is to be said of a time.
    pub(crate) fn is_exact_bound(&self) -> bool {
        self.shape() == Shape::Time
    }

    /// As [`Self::write_bound`], of a column that holds the same time by the second or the day.
    pub(crate) fn write_coarse_bound(&self, sql: &mut SqlText, is_start: bool, time_ns: i64) -> bool {
        let second_ns = 1_000_000_000;
        let is_time = self.shape() == Shape::Time;
        self.write_bound(
            sql,
            is_start,
            false,
            if is_start && is_time { time_ns.saturating_sub(second_ns) } else { time_ns },
        )
    }

    /// A test of the column itself that every row passes whose time passes the test, so that its key serves; `false`
    /// where there is none.
    pub(crate) fn write_bound(
        &self,
        sql: &mut SqlText,
        is_start: bool,
        is_exact: bool,
        time_ns: i64,
    ) -> bool {
        if self.path.is_some() || self.is_nullable() {
            return false;
        }
        let is_whole = is_exact && self.is_exact_bound();
        let symbol = match (is_start, is_whole) {
            (true, _) => ">=",
            (false, true) => "<",
            (false, false) => "<=",
        };
        match self.shape() {
            Shape::Time => {
                self.write_raw(sql);
                sql.text(&format!(" {symbol} ")).time(time_ns);
            }
            // A day begins elsewhere when the server's zone is not ours.
            Shape::Date => {
                let day_ns = 86_400_000_000_000;
                self.write_raw(sql);
                let time_ns =
                    if is_start { time_ns.saturating_sub(day_ns) } else { time_ns.saturating_add(day_ns) };
                sql.text(&format!(" {symbol} toDate(")).time(time_ns).text(")");
            }
            Shape::Number => {
                let unit = self.unit.unwrap_or(TimeUnit::Seconds).nanoseconds();
                let Ok(count) = u64::try_from(time_ns.div_euclid(unit)) else { return false };
                self.write_raw(sql);
                sql.text(&format!(" {symbol} ")).integer(count);
            }
            _ => return false,
        }
        true
    }
}
