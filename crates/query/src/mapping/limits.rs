//! What a table can't do fast, from its schema.

use serde::Serialize;

use super::Mapping;
use super::column::Shape;
use super::propose::TableColumn;

/// What is known of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFacts {
    pub database: String,
    pub table: String,
    pub engine: String,
    pub sorting_key: String,
    pub partition_key: String,
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    pub columns: Vec<TableColumn>,
    /// `None` of a table of another kind, or where the user may not know.
    pub indexes: Vec<TableIndex>,
}

/// A skipping index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableIndex {
    pub name: String,
    /// `text`, `tokenbf_v1`, ...
    pub kind: String,
    /// With its arguments.
    pub full_kind: String,
    pub expression: String,
}

/// Something that is slow, or not there, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    pub code: &'static str,
    pub message: String,
}

/// Whether there is an index that finds words of the message in any case.
pub(super) fn has_text_index(facts: &TableFacts, message: &str) -> bool {
    facts.indexes.iter().any(|index| {
        let expression = index.expression.replace([' ', '`'], "");
        let settings = index.full_kind.replace(' ', "");
        index.kind == "text"
            && expression == message
            && settings.contains("splitByNonAlpha")
            && settings.contains("preprocessor=lower(")
    })
}

impl Mapping {
    /// What can't be fast on this table, or is not there.
    pub fn limits(&self, facts: &TableFacts) -> Vec<Limit> {
        let mut limits = Vec::new();
        let mut add = |code, message: String| limits.push(Limit { code, message });
        let size =
            facts.bytes.map_or_else(String::new, |bytes| format!(" ({} in all)", written_bytes(bytes)));
        let key = facts.sorting_key.replace('`', "");
        let first = key.split(',').next().unwrap_or_default().trim().to_owned();
        let times: Vec<&str> =
            std::iter::once(&self.time).chain(&self.key_times).map(|column| column.name.as_str()).collect();
        let is_time = |text: &str| times.iter().any(|time| words(text).any(|word| word == *time));
        match facts.engine.as_str() {
            "Distributed" => add(
                "distributed",
                "the table is spread over a cluster: what its parts can do fast depends on the tables on the nodes, which are \
                 not looked at"
                    .to_owned(),
            ),
            "View" => add(
                "view",
                "this is a view: what it does each time it is read is added to each search".to_owned(),
            ),
            engine if !engine.contains("MergeTree") => add(
                "no_key",
                format!("the table's engine is {engine}: each search reads the whole table{size}"),
            ),
            _ if is_time(&first) => {}
            _ if is_time(&facts.partition_key) => add(
                "key_not_by_time",
                format!(
                    "the table is sorted by {}, not by time: a search reads whole partitions ({}) of its time range, and the \
                     newest rows are found after all of them are read",
                    if key.is_empty() { "nothing" } else { &key },
                    facts.partition_key
                ),
            ),
            _ if is_time(&key) => add(
                "key_not_by_time",
                format!("the table is sorted by {key}, not first by time: a short time range still reads much of it"),
            ),
            _ => add(
                "key_without_time",
                format!("time is not in the table's key: each search reads the whole table{size}"),
            ),
        }
        if self.time.shape() == Shape::Text || self.time.path.is_some() {
            add(
                "time_is_text",
                "the time is a text: it is read from each row, and no key serves it".to_owned(),
            );
        }
        match &self.message {
            None => {
                add("no_message", "no column is the message: words without a field find nothing".to_owned());
            }
            Some(_) if self.has_text_index || facts.engine == "Distributed" => {}
            Some(message) => {
                let bloom = facts.indexes.iter().any(|index| {
                    index.kind == "tokenbf_v1"
                        && index.expression.replace([' ', '`'], "") == format!("lower({})", message.name)
                });
                if !bloom {
                    add(
                        "no_text_index",
                        format!(
                            "no index over the words of {}: a word is looked for in every row of the time range{size}",
                            message.name
                        ),
                    );
                }
            }
        }
        if self.level.is_none() && self.level_number.is_none() {
            add("no_level", "no column is the level: every record's level is unknown".to_owned());
        }
        for column in &self.attributes {
            if column.shape() == Shape::Text {
                add(
                    "json_text",
                    format!(
                        "{} is JSON as a text: it is parsed for each row that is asked for an attribute",
                        column.name
                    ),
                );
            }
        }
        if self.id.is_none() {
            add(
                "no_id",
                "rows have no number of their own: two that say the same at the same time count as one where a page ends"
                    .to_owned(),
            );
        }
        limits
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !(next.is_alphanumeric() || next == '_'))
}

fn written_bytes(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= 1000.0 && unit + 1 < units.len() {
        amount /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{amount:.1} {}", units[unit]) }
}
