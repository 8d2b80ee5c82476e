//! Rows in the form that settings ask ClickHouse for, where the user may not set them.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::answer::AnswerColumn;

/// What is to be done to the values of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowRepair {
    /// Whole numbers of 64 bits and more become texts.
    pub(crate) quotes_integers: bool,
    /// Times in UTC become ISO 8601.
    pub(crate) writes_iso_times: bool,
}

impl RowRepair {
    /// A row that can't be read stays as it is.
    pub(crate) fn apply(self, row: Box<RawValue>, columns: &[AnswerColumn]) -> Box<RawValue> {
        let Ok(Entries(entries)) = serde_json::from_str::<Entries>(row.get()) else { return row };
        let mut text = String::with_capacity(row.get().len() + 16);
        for (index, (name, value)) in entries.iter().enumerate() {
            text.push(if index == 0 { '{' } else { ',' });
            text.push_str(name.get());
            text.push(':');
            let kind = columns.get(index).map_or("", |column| column.kind.as_str());
            match self.repaired(kind, value.get()) {
                Some(repaired) => text.push_str(&repaired),
                None => text.push_str(value.get()),
            }
        }
        text.push_str(if entries.is_empty() { "{}" } else { "}" });
        RawValue::from_string(text).unwrap_or(row)
    }

    fn repaired(self, kind: &str, value: &str) -> Option<String> {
        let kind = kind.strip_prefix("LowCardinality(").unwrap_or(kind);
        let kind = kind.strip_prefix("Nullable(").unwrap_or(kind).trim_end_matches(')');
        if self.quotes_integers
            && ["Int64", "UInt64", "Int128", "UInt128", "Int256", "UInt256"].contains(&kind)
            && value.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        {
            return Some(format!("\"{value}\""));
        }
        // `2026-11-27 10:00:00.123`
        if self.writes_iso_times && kind.starts_with("DateTime") && kind.ends_with("'UTC'") {
            let inner = value.strip_prefix('"')?.strip_suffix('"')?;
            let (day, time) = inner.split_once(' ')?;
            return Some(format!("\"{day}T{time}Z\""));
        }
        None
    }
}

/// Names and values in order, each as it is written.
struct Entries(Vec<(Box<RawValue>, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a row")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let name = serde_json::value::to_raw_value(&name).map_err(serde::de::Error::custom)?;
                    entries.push((name, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_get_the_form_that_settings_would_give_them() {
        let columns =
            [("t", "DateTime64(3, 'UTC')"), ("n", "UInt64"), ("s", "String"), ("m", "Nullable(Int64)")]
                .map(|(name, kind)| AnswerColumn { name: name.into(), kind: kind.into() });
        let row = r#"{"t":"2026-11-27 10:00:00.123","n":18446744073709551615,"s":"2026-11-27 1\"","m":null}"#;
        let repair = RowRepair { quotes_integers: true, writes_iso_times: true };
        let repaired = repair.apply(RawValue::from_string(row.to_owned()).expect("JSON"), &columns);
        assert_eq!(
            repaired.get(),
            r#"{"t":"2026-11-27T10:00:00.123Z","n":"18446744073709551615","s":"2026-11-27 1\"","m":null}"#
        );
    }
}
