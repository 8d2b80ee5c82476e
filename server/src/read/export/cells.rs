//! The values of rows, by the types of their columns.

use std::fmt;

use click_lite_store::AnswerColumn;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    /// Texts such as `2026-11-20T00:00:00.123456789Z`, or `2026-11-20`.
    Time,
    Bool,
    /// Lists and objects.
    Json,
}

impl Kind {
    /// By ClickHouse's name of the type.
    pub fn of(mut name: &str) -> Self {
        for wrapper in ["LowCardinality(", "Nullable("] {
            name = name.strip_prefix(wrapper).and_then(|rest| rest.strip_suffix(')')).unwrap_or(name);
        }
        let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
        if begins(&["Int", "UInt", "Float", "BFloat", "Decimal"]) && !name.starts_with("Interval") {
            Self::Number
        } else if begins(&["Date"]) {
            Self::Time
        } else if name == "Bool" {
            Self::Bool
        } else if begins(&["Array", "Map", "Tuple", "Nested", "JSON", "Object", "Variant", "Dynamic"]) {
            Self::Json
        } else {
            Self::Text
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(String),
    /// As it is written.
    Number(&'a str),
    Bool(bool),
    /// Lists and objects, as JSON.
    Json(&'a str),
}

impl<'a> Cell<'a> {
    /// Of a value as ClickHouse writes it: numbers that JSON can't hold come as texts.
    pub fn of(value: &'a RawValue, kind: Kind) -> Self {
        let text = value.get();
        match text.as_bytes().first() {
            None | Some(b'n') => Self::Empty,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'{' | b'[') => Self::Json(text),
            Some(b'"') => {
                let inner = &text[1..text.len() - 1];
                if kind == Kind::Number && inner.parse::<f64>().is_ok_and(f64::is_finite) {
                    Self::Number(inner)
                } else {
                    Self::Text(serde_json::from_str(text).unwrap_or_else(|_| inner.to_owned()))
                }
            }
            Some(_) => Self::Number(text),
        }
    }

    /// As a text, empty for none.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Text(text) => text,
            Self::Number(text) | Self::Json(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }
}

/// The columns of an answer that a file has.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Places in the rows, names, kinds.
    shown: Vec<(usize, String, Kind)>,
}

impl Columns {
    /// All but those in `hidden`.
    pub fn new(columns: &[AnswerColumn], hidden: &[&str]) -> Self {
        let shown = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| !hidden.contains(&column.name.as_str()))
            .map(|(place, column)| (place, column.name.clone(), Kind::of(&column.kind)))
            .collect();
        Self { shown }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|(_, name, _)| name.as_str())
    }

    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.shown.iter().map(|(_, _, kind)| *kind)
    }

    /// Name, kind and value of each column of a row.
    ///
    /// # Errors
    /// A row that is no JSON object.
    pub fn of_row<'a>(
        &'a self,
        row: &'a RawValue,
    ) -> Result<impl Iterator<Item = (&'a str, Kind, Option<&'a RawValue>)>, serde_json::Error> {
        let Values(values) = serde_json::from_str(row.get())?;
        Ok(self
            .shown
            .iter()
            .map(move |(place, name, kind)| (name.as_str(), *kind, values.get(*place).copied())))
    }

    /// The values of a row.
    ///
    /// # Errors
    /// As [`Self::of_row`].
    pub fn cells<'a>(
        &'a self,
        row: &'a RawValue,
    ) -> Result<impl Iterator<Item = Cell<'a>>, serde_json::Error> {
        let values = self.of_row(row)?;
        Ok(values.map(|(_, kind, value)| value.map_or(Cell::Empty, |value| Cell::of(value, kind))))
    }
}

/// The values of an object in their order, which is that of the columns.
struct Values<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Values<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Values<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::with_capacity(members.size_hint().unwrap_or(16));
                while let Some((IgnoredAny, value)) = members.next_entry()? {
                    values.push(value);
                }
                Ok(Values(values))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_say_what_values_are() {
        for (name, kind) in [
            ("LowCardinality(Nullable(String))", Kind::Text),
            ("Nullable(Float64)", Kind::Number),
            ("UInt64", Kind::Number),
            ("IntervalDay", Kind::Text),
            ("DateTime64(9, 'UTC')", Kind::Time),
            ("Map(LowCardinality(String), String)", Kind::Json),
            ("Bool", Kind::Bool),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn values_keep_their_digits() {
        let column = |name: &str, kind: &str| AnswerColumn { name: name.into(), kind: kind.into() };
        let columns = [
            column("n", "UInt64"),
            column("id", "String"),
            column("x", "Float64"),
            column("m", "Map(String, String)"),
        ];
        let columns = Columns::new(&columns, &["id"]);
        let row = r#"{"n":"18446744073709551615","id":"7","x":"nan","m":{"a":"\n"}}"#;
        let row = RawValue::from_string(row.to_owned()).expect("JSON");
        let cells: Vec<Cell<'_>> = columns.cells(&row).expect("an object").collect();
        assert_eq!(
            cells,
            [Cell::Number("18446744073709551615"), Cell::Text("nan".into()), Cell::Json(r#"{"a":"\n"}"#)]
        );
        assert!(columns.cells(&RawValue::from_string("[]".into()).expect("JSON")).is_err());
    }
}
