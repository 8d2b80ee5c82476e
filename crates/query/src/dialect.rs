//! What the compiler knows about the table. Everything that depends on the schema is here.

use std::sync::Arc;

use crate::TimeRange;
use crate::attribute_columns::AttributeColumns;
use crate::mapping::Mapping;
use crate::sql::SqlText;

/// The table and the short cuts that its schema offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// As it stands after `FROM`; trusted.
    pub table: String,
    /// `Body` has a text index with `tokenizer = splitByNonAlpha, preprocessor = lower(Body)`. Without it words are
    /// looked for in `lower(Body)`.
    pub body_text_index: bool,
    /// Index over `key=value` of `LogAttributes`. `None`: equality reads the map.
    pub record_items: Option<ItemsIndex>,
    /// The same over `ResourceAttributes`; equal to `record_items` where one array holds both. A name without a prefix
    /// is looked for in both maps: with an index on one of them alone, every row of the other is read.
    pub resource_items: Option<ItemsIndex>,
    /// Where the columns of the table are not those of `otel_logs`: what they are.
    pub mapping: Option<Arc<Mapping>>,
    /// The map of resources has an index over its keys, so that it costs next to nothing to know that none has a key.
    pub key_indexes: bool,
    /// Columns that hold one attribute each.
    pub columns: AttributeColumns,
    /// Table of the counts of attributes by hour.
    pub roll_up: Option<String>,
}

/// Records of a time range of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) dialect: &'a Dialect,
    pub(crate) range: TimeRange,
}

impl Reading<'_> {
    /// Whether no record has `key` in the map, where an index tells: a query of its own that becomes 0 or 1 before the
    /// statement is planned, so that what it rules out is not read. For the condition of an `if`. A record that comes
    /// in between counts for the next query.
    pub(crate) fn write_lacks_key(&self, sql: &mut SqlText, map: &str, key: &str) {
        sql.text(&format!("isNull((SELECT 1 FROM {} WHERE mapContains({map}, ", self.dialect.table));
        sql.string(key).text(")");
        if let Some(from_ns) = self.range.from_ns {
            sql.text(" AND Timestamp >= ").time(from_ns);
        }
        if let Some(to_ns) = self.range.to_ns {
            sql.text(" AND Timestamp < ").time(to_ns);
        }
        sql.text(" LIMIT 1))");
    }
}

/// A text index with `tokenizer = array` over an array of `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemsIndex {
    /// The array, exactly as the index is declared on it: a column, an alias or an expression.
    pub expression: String,
    /// Longer items (in bytes) are not in the array.
    pub max_item_bytes: Option<usize>,
    /// Items whose value this regular expression finds are not in the array.
    pub excluded: Option<String>,
}

impl ItemsIndex {
    /// Every `key=value` of a map.
    pub fn of_map(map: &str) -> Self {
        let expression = format!("arrayMap((k, v) -> concat(k, '=', v), mapKeys({map}), mapValues({map}))");
        Self { expression, max_item_bytes: None, excluded: None }
    }

    /// Whether the array holds `key=value` wherever the map does.
    pub fn holds(&self, key: &str, value: &str) -> bool {
        self.max_item_bytes.is_none_or(|max| key.len() + 1 + value.len() <= max)
            && self.excluded.as_deref().is_none_or(|excluded| {
                // An expression that cannot be read: use the map, which is always right.
                regex::Regex::new(excluded).is_ok_and(|excluded| !excluded.is_match(value))
            })
    }
}

impl Default for Dialect {
    /// The table `otel_logs` that Click-Lite makes.
    fn default() -> Self {
        // One alias holds the items of both maps.
        let items = ItemsIndex {
            expression: "AttributeItems".to_owned(),
            max_item_bytes: Some(128),
            excluded: Some("[0-9]{4}|^-?[0-9]*[.][0-9]+$".to_owned()),
        };
        Self {
            table: "otel_logs".to_owned(),
            body_text_index: true,
            record_items: Some(items.clone()),
            resource_items: Some(items),
            mapping: None,
            key_indexes: true,
            columns: AttributeColumns::default(),
            roll_up: Some("log_facets".to_owned()),
        }
    }
}

impl Dialect {
    /// The same table for conditions that no index serves: outside of the `WHERE` of the table ClickHouse applies no
    /// `preprocessor`, and the items would be made anew for each row. A query around that of the table has no columns but
    /// those that it selects.
    pub(crate) fn without_indexes(&self) -> Self {
        Self {
            body_text_index: false,
            record_items: None,
            resource_items: None,
            mapping: None,
            columns: AttributeColumns::default(),
            ..self.clone()
        }
    }

    /// A table with the OpenTelemetry columns and no index that this crate knows.
    pub fn plain(table: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            body_text_index: false,
            record_items: None,
            resource_items: None,
            mapping: None,
            key_indexes: false,
            columns: AttributeColumns::default(),
            roll_up: None,
        }
    }

    /// Any table, by what its columns are.
    pub fn mapped(mapping: Mapping) -> Self {
        let body_text_index = mapping.has_text_index;
        Self { body_text_index, mapping: Some(Arc::new(mapping.clone())), ..Self::plain(mapping.table_sql()) }
    }

    /// Settings behind a statement: those of other people's servers are not ours to choose.
    pub(crate) fn settings(&self, settings: &str) -> String {
        if self.mapping.is_some() { String::new() } else { format!("\nSETTINGS {settings}") }
    }

    /// A select from the table, with what it needs before it.
    pub(crate) fn select(&self, select: SqlText, indent: &str) -> SqlText {
        match &self.mapping {
            Some(mapping) => mapping.with_names(&select, indent),
            None => select,
        }
    }
}
