//! What would make a statement cheaper.

use serde::Serialize;

use super::lexer::{Token, tokens};
use super::plan::{PlanReads, PlanStep};
use super::span_of;
use super::tree::{Node, Tree};
use crate::attribute_columns::{AttributeColumns, ColumnKind};
use crate::map_reads::{MapRead, map_reads};
use crate::{Span, string_literal};

/// A piece of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// `no_time_range`, `full_scan`, `index_defeated`, `select_star`, `map_access`, `attribute_column`, `order_by_key` or
    /// `subquery_first`.
    pub code: &'static str,
    pub message: String,
    /// What to write.
    pub suggestion: String,
    /// Characters from the start of the statement.
    pub position: Option<usize>,
    pub length: Option<usize>,
}

/// Tables in the order of time.
const TIMED: [&str; 2] = ["otel_logs", "otel_traces"];
const MAPS: [&str; 4] = ["LogAttributes", "ResourceAttributes", "ScopeAttributes", "SpanAttributes"];
/// Functions of the time that keep its order, so that the key serves a test of them.
const MONOTONIC: [&str; 14] = [
    "toDate",
    "toDate32",
    "toDateTime",
    "toDateTime64",
    "toStartOfDay",
    "toStartOfHour",
    "toStartOfMinute",
    "toStartOfInterval",
    "toStartOfMonth",
    "toStartOfWeek",
    "toUnixTimestamp",
    "toUnixTimestamp64Milli",
    "toUnixTimestamp64Nano",
    "toYYYYMMDD",
];
/// Tests of a text that no index of words serves.
const TEXT_SCANS: [&str; 12] = [
    "like",
    "ilike",
    "notLike",
    "match",
    "position",
    "positionCaseInsensitive",
    "countSubstrings",
    "multiSearchAny",
    "lower",
    "multiMatchAny",
    "extract",
    "startsWith",
];

/// Granules from which on it is worth a word that attributes are read with all others of their records.
const MANY_GRANULES: u64 = 200;

/// Advice on a statement, from its tree and the plan that ClickHouse made of it. `columns`: those of the attributes;
/// `None` for a server to which none can be added.
pub fn advise(
    sql: &str,
    tree: &Tree,
    plan: Option<&PlanStep>,
    columns: Option<&AttributeColumns>,
) -> Vec<Advice> {
    let place = Places { sql, tokens: tokens(sql) };
    let reads: Vec<&PlanReads> = plan.map(PlanStep::reads).unwrap_or_default();
    let timed: Vec<&PlanReads> =
        reads.into_iter().filter(|read| TIMED.iter().any(|table| read.table.ends_with(table))).collect();
    let conditions = Conditions::of(tree);
    let mut advice = Vec::new();
    if timed.is_empty() {
        return advice;
    }
    time_range(&place, &timed, &conditions, &mut advice);
    text_index(&place, &timed, &conditions, &mut advice);
    select_star(&place, tree, &mut advice);
    let computed = map_reads(sql);
    map_access(&place, tree, &conditions, &computed, &mut advice);
    if let Some(columns) = columns {
        attribute_columns(&place, &timed, &computed, columns, &mut advice);
    }
    order(&place, tree, plan, &mut advice);
    advice
}

fn time_range(
    place: &Places<'_>,
    timed: &[&PlanReads],
    conditions: &Conditions<'_>,
    advice: &mut Vec<Advice>,
) {
    let is_unbound = |read: &&&PlanReads| {
        read.indexes.iter().all(|index| index.kind != "PrimaryKey" || !index.is_used)
            && read.granules.selected > 1
    };
    let Some(read) = timed.iter().find(is_unbound) else { return };
    if let Some(function) = conditions.function_around("Timestamp").filter(|name| !MONOTONIC.contains(name)) {
        advice.push(place.advice(
            "index_defeated",
            format!("the key can't serve {function}(Timestamp): all of {} is read", read.table),
            "compare Timestamp itself: Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)}",
            function,
        ));
        return;
    }
    advice.push(place.advice(
        "no_time_range",
        format!("no time range: all of {} is read", read.table),
        "add Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)}",
        read.table.rsplit('.').next().unwrap_or_default(),
    ));
}

/// A test of the message or of a trace id that the index of the column does not serve.
fn text_index(
    place: &Places<'_>,
    timed: &[&PlanReads],
    conditions: &Conditions<'_>,
    advice: &mut Vec<Advice>,
) {
    let is_used = |name: &str| {
        timed.iter().any(|read| read.indexes.iter().any(|index| index.name == name && index.is_used))
    };
    for (column, index, suggestion) in [
        ("Body", "body_words", "hasAllTokens(Body, 'whole words'), beside or in place of this test"),
        ("TraceId", "trace_id", "TraceId = '32 lower-case hexadecimal digits'"),
    ] {
        let Some(function) = conditions.function_around(column) else { continue };
        if is_used(index) {
            continue;
        }
        let code =
            if TEXT_SCANS.contains(&function) && column == "Body" { "full_scan" } else { "index_defeated" };
        advice.push(place.advice(
            code,
            format!("{column} has the index {index}, but {function}() of it reads every row"),
            suggestion,
            column,
        ));
    }
}

fn select_star(place: &Places<'_>, tree: &Tree, advice: &mut Vec<Advice>) {
    let reads_all = tree.nodes().iter().enumerate().any(|(index, node)| {
        node.kind == "SelectQuery"
            && tree.children(index).next().is_some_and(|list| list.kind == "ExpressionList")
            && tree.nodes().get(index + 2).is_some_and(|first| first.kind == "Asterisk")
            && tree.children(index).any(|child| child.kind == "TablesInSelectQuery")
    });
    if reads_all {
        advice.push(place.advice(
            "select_star",
            "SELECT * reads every column, the attributes too, which are most of the bytes".to_owned(),
            "name the columns that you need, such as Timestamp, SeverityText, ServiceName, Body",
            "*",
        ));
    }
}

/// `LogAttributes['key'] = 'value'` in a condition reads all attributes of all rows. Of those in `computed` a column may say
/// more than an index.
fn map_access(
    place: &Places<'_>,
    tree: &Tree,
    conditions: &Conditions<'_>,
    computed: &[MapRead],
    advice: &mut Vec<Advice>,
) {
    for (at, node) in tree.nodes().iter().enumerate() {
        if node.kind != "Function" || node.text != "arrayElement" || !conditions.holds(at) {
            continue;
        }
        let (Some(map), Some(key)) = (tree.nodes().get(at + 2), tree.nodes().get(at + 3)) else { continue };
        let Some(name) = MAPS.iter().find(|name| map.text.rsplit('.').next() == Some(**name)) else {
            continue;
        };
        let key = literal(key);
        let is_resource = *name == "ResourceAttributes";
        if computed.iter().any(|read| read.key == key && read.is_resource == is_resource) {
            continue;
        }
        let suggestion = match (*name, key.as_str()) {
            ("ResourceAttributes", "service.name") => "ServiceName, which is a column".to_owned(),
            ("LogAttributes" | "ResourceAttributes", _) => {
                let value = tree
                    .nodes()
                    .get(at + 4)
                    .filter(|node| node.kind == "Literal")
                    .map_or_else(|| "value".to_owned(), literal);
                format!(
                    "has(AttributeItems, '{key}={value}') AND this test: the index attribute_items serves it"
                )
            }
            _ => "a narrow time range: no index serves this map".to_owned(),
        };
        if advice.iter().any(|known: &Advice| known.code == "map_access" && known.suggestion == suggestion) {
            continue;
        }
        advice.push(place.advice(
            "map_access",
            format!("{name}['{key}'] in a condition reads the attributes of every row"),
            &suggestion,
            name,
        ));
    }
}

/// Attributes that are compared by size, grouped by or computed with: the column that holds one alone, or could.
fn attribute_columns(
    place: &Places<'_>,
    timed: &[&PlanReads],
    computed: &[MapRead],
    columns: &AttributeColumns,
    advice: &mut Vec<Advice>,
) {
    let granules: u64 = timed.iter().map(|read| read.granules.selected).sum();
    for read in computed {
        let map = if read.is_resource { "ResourceAttributes" } else { "LogAttributes" };
        let literal = string_literal(&read.key);
        let message = format!("{map}[{literal}] is read with all other attributes of every row");
        let suggestion = match (columns.of(read), read.kind) {
            (Some(column), ColumnKind::Number) => {
                format!("{}, the column that holds this number alone", column.name)
            }
            (Some(column), ColumnKind::Text) => format!("{}, the column that holds it alone", column.name),
            (None, _) if granules >= MANY_GRANULES => {
                "a column of its own, if this is asked often: page Storage".to_owned()
            }
            (None, _) => continue,
        };
        advice.push(place.advice("attribute_column", message, &suggestion, &literal));
    }
}

/// `Literal \'x\'` to `x`.
fn literal(node: &Node) -> String {
    node.text.trim_start_matches("\\'").trim_end_matches("\\'").trim_matches('\'').to_owned()
}

fn order(place: &Places<'_>, tree: &Tree, plan: Option<&PlanStep>, advice: &mut Vec<Advice>) {
    let Some(at) = tree.nodes().iter().position(|node| node.kind == "OrderByElement") else { return };
    let has_limit = plan.is_some_and(|plan| plan.has("Limit"));
    let aggregates = plan.is_some_and(|plan| plan.has("Aggregating") || plan.has("Distinct"));
    let first = tree.nodes().get(at + 1);
    let by_function_of_time = first.is_some_and(|node| node.kind == "Function")
        && tree.nodes()[at..]
            .iter()
            .take(4)
            .any(|node| node.kind == "Identifier" && node.text.ends_with("Timestamp"));
    let by_other = first.is_some_and(|node| {
        node.kind == "Identifier" && matches!(node.text.as_str(), "IngestedAt" | "IngestId")
    });
    if has_limit && !aggregates && (by_function_of_time || by_other) {
        advice.push(place.advice(
            "order_by_key",
            "the rows lie in the order of Timestamp, but this order makes ClickHouse read and sort all of them".to_owned(),
            "ORDER BY Timestamp DESC, IngestId DESC: then only the newest are read",
            "order",
        ));
    }
}

/// Nodes of the conditions of a statement: `WHERE`, `PREWHERE`, `HAVING`.
struct Conditions<'a> {
    tree: &'a Tree,
    ranges: Vec<std::ops::Range<usize>>,
}

impl<'a> Conditions<'a> {
    fn of(tree: &'a Tree) -> Self {
        let nodes = tree.nodes();
        let mut ranges = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let parent = nodes[..at].iter().rev().find(|above| above.depth + 1 == node.depth);
            if node.kind == "Function" && parent.is_some_and(|parent| parent.kind == "SelectQuery") {
                let end = nodes[at + 1..].iter().position(|next| next.depth <= node.depth);
                ranges.push(at..end.map_or(nodes.len(), |end| at + 1 + end));
            }
        }
        Self { tree, ranges }
    }

    fn holds(&self, at: usize) -> bool {
        self.ranges.iter().any(|range| range.contains(&at))
    }

    /// The function right around a column in a condition, unless that is a plain comparison.
    fn function_around(&self, column: &str) -> Option<&'a str> {
        const COMPARISONS: [&str; 12] = [
            "equals",
            "notEquals",
            "less",
            "greater",
            "lessOrEquals",
            "greaterOrEquals",
            "in",
            "notIn",
            "and",
            "or",
            "not",
            "between",
        ];
        let nodes = self.tree.nodes();
        self.ranges.iter().flat_map(Clone::clone).find_map(|at| {
            let node = &nodes[at];
            let is_column = node.kind == "Identifier" && node.text.rsplit('.').next() == Some(column);
            let above = nodes[..at]
                .iter()
                .rev()
                .find(|above| above.kind == "Function" && above.depth < node.depth)?;
            (is_column && !COMPARISONS.contains(&above.text.as_str())).then_some(above.text.as_str())
        })
    }
}

struct Places<'a> {
    sql: &'a str,
    tokens: Vec<Token<'a>>,
}

impl Places<'_> {
    fn advice(&self, code: &'static str, message: String, suggestion: &str, near: &str) -> Advice {
        let span: Option<Span> = self
            .tokens
            .iter()
            .find(|token| token.text.eq_ignore_ascii_case(near))
            .map(|token| span_of(self.sql, token.bytes.clone()));
        Advice {
            code,
            message,
            suggestion: suggestion.to_owned(),
            position: span.map(|span| span.start),
            length: span.map(Span::length),
        }
    }
}
