//! Columns that hold the value of one attribute of every record, beside the maps: a map is read as a whole for one key of it.

use std::sync::Arc;

use crate::map_reads::MapRead;
use crate::mapping::AttributeMap;
use crate::sql::{SqlText, identifier, string_literal};

/// What such a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnKind {
    /// `Nullable(Float64)`: the value where it is a number.
    Number,
    /// `String` or `LowCardinality(String)`: the value, '' for none.
    Text,
}

/// A `MATERIALIZED` column of the table and the attribute that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeColumn {
    pub name: String,
    pub kind: ColumnKind,
    /// Of the resource, else of the record.
    pub is_resource: bool,
    pub key: String,
}

impl AttributeColumn {
    /// What a column is, by its type and its default expression as `system.columns` has them; `None` for one that is
    /// made of something else.
    pub fn read(name: &str, kind: &str, expression: &str) -> Option<Self> {
        let (inner, is_number) =
            match expression.strip_prefix("toFloat64OrNull(").and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) => (inner, true),
                None => (expression, false),
            };
        let (is_resource, rest) = match inner.strip_prefix("ResourceAttributes[") {
            Some(rest) => (true, rest),
            None => (false, inner.strip_prefix("LogAttributes[")?),
        };
        let key = unquoted(rest.strip_suffix(']')?)?;
        let kind = match (is_number, kind) {
            (true, "Nullable(Float64)") => ColumnKind::Number,
            (false, "String" | "LowCardinality(String)") => ColumnKind::Text,
            _ => return None,
        };
        Some(Self { name: name.to_owned(), kind, is_resource, key })
    }

    /// The expression that it is made of.
    pub fn expression(&self) -> String {
        let map = if self.is_resource { "ResourceAttributes" } else { "LogAttributes" };
        let value = format!("{map}[{}]", string_literal(&self.key));
        match self.kind {
            ColumnKind::Number => format!("toFloat64OrNull({value})"),
            ColumnKind::Text => value,
        }
    }

    fn holds(&self, kind: ColumnKind, map: AttributeMap, key: &str) -> bool {
        let is_of_map = match map {
            AttributeMap::Record => !self.is_resource,
            AttributeMap::Resource => self.is_resource,
            AttributeMap::Scope => false,
        };
        is_of_map && self.kind == kind && self.key == key
    }
}

/// The text of a string literal; `None` for what is none.
pub(crate) fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => return None,
            '\\' => text.push(match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                other @ ('\'' | '\\') => other,
                _ => return None,
            }),
            _ => text.push(character),
        }
    }
    Some(text)
}

/// Those of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeColumns(Arc<[AttributeColumn]>);

impl AttributeColumns {
    pub fn iter(&self) -> impl Iterator<Item = &AttributeColumn> {
        self.0.iter()
    }

    /// The one that spares a statement this read.
    pub(crate) fn of(&self, read: &MapRead) -> Option<&AttributeColumn> {
        self.iter().find(|column| {
            column.is_resource == read.is_resource && column.key == read.key && column.kind == read.kind
        })
    }

    fn find(&self, kind: ColumnKind, map: AttributeMap, key: &str) -> Option<SqlText> {
        let column = self.0.iter().find(|column| column.holds(kind, map, key))?;
        Some(identifier(&column.name))
    }

    /// The column that holds the attribute as a number.
    pub(crate) fn number(&self, map: AttributeMap, key: &str) -> Option<SqlText> {
        self.find(ColumnKind::Number, map, key)
    }

    /// Writes the attribute as a text, '' where a record lacks it.
    pub(crate) fn write_text(&self, sql: &mut SqlText, map: AttributeMap, key: &str) {
        match self.find(ColumnKind::Text, map, key) {
            Some(column) => sql.append(&column),
            None => sql.text(map.column()).text("[").string(key).text("]"),
        };
    }
}

impl FromIterator<AttributeColumn> for AttributeColumns {
    fn from_iter<T: IntoIterator<Item = AttributeColumn>>(columns: T) -> Self {
        Self(columns.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_what_they_are_made_of() {
        let read = |kind: &str, expression: &str| {
            let column = AttributeColumn::read("c", kind, expression)?;
            assert_eq!(column.expression(), expression);
            Some((column.kind, column.is_resource, column.key))
        };
        assert_eq!(
            read("LowCardinality(String)", "ResourceAttributes['host.name']"),
            Some((ColumnKind::Text, true, "host.name".to_owned()))
        );
        assert_eq!(
            read("Nullable(Float64)", r"toFloat64OrNull(LogAttributes['it\'s \\ ms'])"),
            Some((ColumnKind::Number, false, r"it's \ ms".to_owned()))
        );
        for (kind, expression) in [
            ("String", "toFloat64OrNull(LogAttributes['ms'])"),
            ("Float64", "toFloat64OrNull(LogAttributes['ms'])"),
            ("Nullable(Float64)", "LogAttributes['ms']"),
            ("String", "lower(LogAttributes['ms'])"),
            ("String", "LogAttributes['a'] || LogAttributes['b']"),
            ("String", "ScopeAttributes['a']"),
            ("DateTime", "now()"),
        ] {
            assert_eq!(AttributeColumn::read("c", kind, expression), None, "{kind} {expression}");
        }
    }
}
