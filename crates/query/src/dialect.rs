//! What the compiler knows about the table. Everything that depends on the schema is here.

use std::collections::BTreeMap;

/// The table and the short cuts that its schema offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// As it stands after `FROM`; trusted.
    pub table: String,
    /// `Body` has a text index with `tokenizer = splitByNonAlpha, preprocessor = lower(Body)`. Without it words are
    /// looked for in `lower(Body)`.
    pub body_text_index: bool,
    /// Array of `key=value` over `LogAttributes`, exactly as a text index with `tokenizer = array` is declared on it.
    /// `None`: equality reads the map.
    pub record_items: Option<String>,
    /// The same over `ResourceAttributes`. Equal to `record_items` where one array holds both. A name without a prefix
    /// is looked for in both maps: with an index on one of them alone every row of the other is read (60 times slower).
    pub resource_items: Option<String>,
    /// `Map(_, Float64)` with the attributes of the record that are numbers. `None`: they are read from the text.
    pub record_numbers: Option<String>,
    /// Attributes of the record that have a column of their own, by name.
    pub promoted: BTreeMap<String, Promoted>,
}

/// A column that repeats one attribute of the record, empty (or `NULL`) where the record lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoted {
    pub column: String,
    pub kind: PromotedKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotedKind {
    /// `String` or `LowCardinality(String)`: serves equality with a value that is not empty.
    Text,
    /// `Nullable` number: serves comparisons by size.
    Number,
}

/// `key=value` of every attribute in a map, as an index on them is declared.
pub fn items_expression(map: &str) -> String {
    format!("arrayMap((k, v) -> concat(k, '=', v), mapKeys({map}), mapValues({map}))")
}

impl Default for Dialect {
    /// The table `otel_logs` that Click-Lite makes.
    fn default() -> Self {
        Self {
            table: "otel_logs".to_owned(),
            body_text_index: true,
            record_items: Some(items_expression("LogAttributes")),
            resource_items: Some(items_expression("ResourceAttributes")),
            record_numbers: None,
            promoted: BTreeMap::new(),
        }
    }
}

impl Dialect {
    /// A table with the OpenTelemetry columns and no index that this crate knows.
    pub fn plain(table: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            body_text_index: false,
            record_items: None,
            resource_items: None,
            record_numbers: None,
            promoted: BTreeMap::new(),
        }
    }
}
