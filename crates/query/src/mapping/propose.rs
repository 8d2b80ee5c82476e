//! A mapping for a table, from the names and types of its columns.

use serde::{Deserialize, Serialize};

use super::column::Shape;
use super::limits::{TableFacts, has_text_index};
use super::{MappedColumn, Mapping, TimeUnit};

/// A column as the table's schema says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    pub name: String,
    /// ClickHouse type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `DEFAULT`, `ALIAS`, `MATERIALIZED`, `EPHEMERAL` or nothing.
    #[serde(default)]
    pub default_kind: String,
}

/// Whose table it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    ClickLite,
    Opentelemetry,
    Clickstack,
    Vector,
    FluentBit,
    Other,
}

const TIMES: [&str; 17] = [
    "timestamp",
    "@timestamp",
    "ts",
    "time",
    "_timestamp",
    "_time",
    "eventtime",
    "logtime",
    "datetime",
    "timestampns",
    "timestampms",
    "timeunixnano",
    "createdat",
    "t",
    "observedtimestamp",
    "date",
    "eventdate",
];
const MESSAGES: [&str; 11] =
    ["body", "message", "msg", "log", "logmessage", "text", "line", "raw", "content", "event", "description"];
const LEVELS: [&str; 9] = [
    "severitytext",
    "level",
    "severity",
    "lvl",
    "loglevel",
    "levelname",
    "severitylevel",
    "priority",
    "severitynumber",
];
const SERVICES: [&str; 14] = [
    "servicename",
    "service",
    "app",
    "application",
    "appname",
    "applicationname",
    "containername",
    "kubernetescontainername",
    "logger",
    "program",
    "programname",
    "component",
    "job",
    "sourcetype",
];
const HOSTS: [&str; 9] =
    ["host", "hostname", "hostid", "node", "nodename", "kubernetesnodename", "instance", "server", "machine"];
/// Columns of `otel_logs` that may be there under their own names.
const OTHERS: [&str; 7] = [
    "TraceFlags",
    "ResourceSchemaUrl",
    "ScopeSchemaUrl",
    "ScopeName",
    "ScopeVersion",
    "ScopeAttributes",
    "EventName",
];

/// A name without case and punctuation.
fn plain(name: &str) -> String {
    let mut plain: String = name.chars().filter(|next| next.is_alphanumeric() || *next == '@').collect();
    plain.make_ascii_lowercase();
    plain
}

/// A mapping for a table, `None` where no column can be its time.
pub fn propose(facts: &TableFacts) -> Option<(TableKind, Mapping)> {
    let mut free: Vec<MappedColumn> = facts
        .columns
        .iter()
        .filter(|column| column.default_kind != "EPHEMERAL" && !column.name.starts_with("__hdx_"))
        .map(|column| MappedColumn::new(&column.name, &column.kind))
        .collect();
    let kind = kind_of(facts);
    let time = take_time(&mut free, facts)?;
    let others = OTHERS.into_iter().filter_map(|name| {
        let index = free.iter().position(|column| column.name == name)?;
        Some((name.to_owned(), free.remove(index)))
    });
    let others = others.collect();
    let is_text = |column: &MappedColumn| {
        !matches!(column.shape(), Shape::Map | Shape::Json | Shape::Time | Shape::Date)
            && !column.kind.starts_with("Array")
            && !column.kind.starts_with("Tuple")
    };
    let take = |free: &mut Vec<MappedColumn>, names: &[&str], fits: &dyn Fn(&MappedColumn) -> bool| {
        let index = names
            .iter()
            .find_map(|name| free.iter().position(|column| plain(&column.name) == *name && fits(column)))?;
        Some(free.remove(index))
    };
    let mut mapping = Mapping {
        database: facts.database.clone(),
        table: facts.table.clone(),
        cluster: None,
        message: take(&mut free, &MESSAGES, &is_text),
        level_number: None,
        level: take(&mut free, &LEVELS, &is_text),
        service: take(&mut free, &SERVICES, &is_text),
        host: take(&mut free, &HOSTS, &is_text),
        trace_id: take(&mut free, &["traceid", "trace"], &is_text),
        span_id: take(&mut free, &["spanid", "span"], &is_text),
        id: take(&mut free, &["ingestid"], &|column| column.kind == "UInt64"),
        attributes: Vec::new(),
        resource: Vec::new(),
        columns: Vec::new(),
        others,
        key_times: Vec::new(),
        has_text_index: false,
        time,
    };
    if mapping.level.as_ref().is_some_and(|level| !level.is_number()) {
        mapping.level_number = take(&mut free, &["severitynumber"], &MappedColumn::is_number);
    }
    if let Some(message) = &mapping.message {
        mapping.has_text_index = has_text_index(facts, &message.name);
    }
    let keys = format!("{} {}", facts.sorting_key, facts.partition_key);
    for column in free {
        match column.shape() {
            Shape::Map | Shape::Json if plain(&column.name).starts_with("resource") => {
                mapping.resource.push(column);
            }
            Shape::Map | Shape::Json => mapping.attributes.push(column),
            Shape::Time | Shape::Date if holds_the_time(&column, &keys, facts) => {
                mapping.key_times.push(column);
            }
            _ if column.kind.starts_with("Array") || column.kind.starts_with("Tuple") => {}
            // An alias of something else that is there already.
            _ if is_alias(facts, &column.name) => {}
            _ => mapping.columns.push(column),
        }
    }
    guess_inside(&mut mapping);
    Some((kind, mapping))
}

fn is_alias(facts: &TableFacts, name: &str) -> bool {
    facts
        .columns
        .iter()
        .any(|column| column.name == name && matches!(column.default_kind.as_str(), "ALIAS" | "MATERIALIZED"))
}

/// A column that ClickHouse or the writer derives from the time for the sake of a key.
fn holds_the_time(column: &MappedColumn, keys: &str, facts: &TableFacts) -> bool {
    let is_in_key =
        keys.split(|next: char| !(next.is_alphanumeric() || next == '_')).any(|word| word == column.name);
    let derived =
        facts.columns.iter().any(|found| found.name == column.name && !found.default_kind.is_empty());
    is_in_key && derived
}

fn kind_of(facts: &TableFacts) -> TableKind {
    let has = |name: &str| facts.columns.iter().any(|column| column.name == name);
    if ["Timestamp", "Body", "SeverityText", "ResourceAttributes", "LogAttributes"].into_iter().all(has) {
        if has("IngestId") && has("IngestedAt") {
            return TableKind::ClickLite;
        }
        let is_theirs = facts.columns.iter().any(|column| column.name.starts_with("__hdx_"))
            || facts.indexes.iter().any(|index| index.expression.replace(' ', "") == "lower(Body)");
        return if is_theirs { TableKind::Clickstack } else { TableKind::Opentelemetry };
    }
    if has("source_type") && (has("message") || has("timestamp")) {
        return TableKind::Vector;
    }
    if has("log") && ["stream", "tag", "kubernetes", "date", "time", "timestamp"].into_iter().any(has) {
        return TableKind::FluentBit;
    }
    TableKind::Other
}

/// The time of a record: a column with a usual name, one of the key before others, a time before a number or a text.
fn take_time(free: &mut Vec<MappedColumn>, facts: &TableFacts) -> Option<MappedColumn> {
    let rank = |column: &MappedColumn| -> Option<(usize, usize)> {
        let name = plain(&column.name);
        let named = TIMES.iter().position(|known| *known == name);
        let shape = match column.shape() {
            Shape::Time => 0,
            Shape::Number if named.is_some() || name.contains("time") => 1,
            Shape::Text if named.is_some() => 2,
            Shape::Date => 3,
            _ => return None,
        };
        // A name that says nothing counts where the table is sorted by it.
        let by_key = facts.sorting_key.contains(&column.name);
        let named = named.unwrap_or(if by_key { TIMES.len() } else { TIMES.len() + 1 });
        Some((shape, named))
    };
    let best = free.iter().enumerate().filter_map(|(index, column)| Some((rank(column)?, index))).min()?;
    let mut time = free.remove(best.1);
    if time.shape() == Shape::Number {
        let name = plain(&time.name);
        time.unit = Some(if name.ends_with("ns") || name.contains("nano") {
            TimeUnit::Nanoseconds
        } else if name.ends_with("us") || name.contains("micro") {
            TimeUnit::Microseconds
        } else if time.kind.contains("64") && !name.contains("sec") && !name.contains("unix") {
            TimeUnit::Milliseconds
        } else {
            TimeUnit::Seconds
        });
    }
    Some(time)
}

/// Where a record is JSON in one column, its message and level are paths of that. A shipper's message is one column, and
/// the rest of the record in maps.
fn guess_inside(mapping: &mut Mapping) {
    if mapping.message.is_some() {
        return;
    }
    let json = mapping.attributes.iter().find(|column| column.shape() == Shape::Json).cloned();
    let Some(json) = json else { return };
    let inside = |path: &str| Some(MappedColumn { path: Some(path.to_owned()), ..json.clone() });
    mapping.message = inside(if plain(&json.name) == "log" { "log" } else { "message" });
    mapping.level = mapping.level.take().or_else(|| inside("level"));
    mapping.service = mapping.service.take().or_else(|| inside("service"));
}
