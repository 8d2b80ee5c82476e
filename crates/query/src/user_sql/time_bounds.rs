//! Times of the rows that a statement reads, as far as its conditions say them.

use super::lexer::tokens;
use super::tree::{Node, Tree};
use crate::TimeRange;

/// Tables of records by time.
const TIMED: [&str; 2] = ["otel_logs", "otel_traces"];
const NS_DIGITS: usize = 9;

/// A span that holds the times of all rows that can be a part of the answer. It is found where each query that reads a table
/// of ours reads that table alone, and compares `Timestamp` with times as `{from:DateTime64(9)}` gives them; anything
/// else is all time.
pub fn rows_range(sql: &str, tree: &Tree) -> TimeRange {
    range_of(sql, tree).unwrap_or(TimeRange::ALL)
}

fn range_of(sql: &str, tree: &Tree) -> Option<TimeRange> {
    // In the tree these look like `WHERE`, but they come after the groups and windows are made.
    let has_late_conditions =
        tokens(sql).iter().any(|token| token.is_word("having") || token.is_word("qualify"));
    // Another meaning of the name.
    let is_renamed = tree.nodes().iter().any(|node| node.alias == "Timestamp");
    if has_late_conditions || is_renamed {
        return None;
    }
    let mut all: Option<TimeRange> = None;
    let mut found = 0;
    for (at, node) in tree.nodes().iter().enumerate() {
        if node.kind != "SelectQuery" {
            continue;
        }
        let Some(range) = range_of_select(tree, at)? else { continue };
        found += 1;
        all = Some(match all {
            None => range,
            Some(known) => TimeRange {
                from_ns: known.from_ns.zip(range.from_ns).map(|(one, other)| one.min(other)),
                to_ns: known.to_ns.zip(range.to_ns).map(|(one, other)| one.max(other)),
            },
        });
    }
    // One may stand elsewhere, such as behind `IN`.
    all.filter(|_| tree.tables().filter(|table| is_timed(table)).count() == found)
}

fn is_timed(table: &str) -> bool {
    TIMED.iter().any(|timed| table.rsplit('.').next() == Some(timed))
}

/// Of one query without those inside it: `Some(None)` where it reads no table of ours, `None` where it can't be told.
fn range_of_select(tree: &Tree, at: usize) -> Option<Option<TimeRange>> {
    let mut parts = tree.child_positions(at).skip_while(|&part| kind(tree, part) != "TablesInSelectQuery");
    let Some(tables) = parts.next() else { return Some(None) };
    let elements: Vec<usize> = tree.child_positions(tables).collect();
    let read = elements.iter().filter_map(|&element| {
        let expression = tree.child_positions(element).find(|&part| kind(tree, part) == "TableExpression")?;
        tree.child_positions(expression).find(|&part| kind(tree, part) == "TableIdentifier")
    });
    let mut timed = read.filter(|&table| tree.nodes().get(table).is_some_and(|table| is_timed(&table.text)));
    if timed.next().is_none() {
        return Some(None);
    }
    if elements.len() > 1 {
        return None;
    }
    let mut range = TimeRange::ALL;
    for condition in parts.take_while(|&part| kind(tree, part) == "Function") {
        narrow(tree, condition, &mut range);
    }
    Some(Some(range))
}

fn kind(tree: &Tree, at: usize) -> &str {
    tree.nodes().get(at).map_or("", |node| node.kind.as_str())
}

/// Takes what a condition that must hold says about the time.
fn narrow(tree: &Tree, at: usize, range: &mut TimeRange) {
    let Some(node) = tree.nodes().get(at) else { return };
    let Some(list) = tree.child_positions(at).next() else { return };
    let arguments: Vec<usize> = tree.child_positions(list).collect();
    if node.text == "and" {
        arguments.iter().for_each(|&argument| narrow(tree, argument, range));
        return;
    }
    let [column, value] = arguments.as_slice() else { return };
    let is_time =
        |node: &Node| node.kind == "Identifier" && node.text.rsplit('.').next() == Some("Timestamp");
    if !tree.nodes().get(*column).is_some_and(is_time) {
        return;
    }
    let Some(time_ns) = time_value(tree, *value) else { return };
    match node.text.as_str() {
        "greaterOrEquals" | "greater" => {
            range.from_ns = Some(range.from_ns.map_or(time_ns, |known| known.max(time_ns)));
        }
        "less" | "lessOrEquals" => {
            let end_ns = time_ns.saturating_add(1);
            range.to_ns = Some(range.to_ns.map_or(end_ns, |known| known.min(end_ns)));
        }
        _ => {}
    }
}

/// `_CAST(Decimal64_'1795132800.5', 'DateTime64(9)')`, which a parameter becomes, in nanoseconds.
fn time_value(tree: &Tree, at: usize) -> Option<i64> {
    let node = tree.nodes().get(at)?;
    if node.kind != "Function" || node.text != "_CAST" {
        return None;
    }
    let arguments: Vec<&Node> = tree
        .child_positions(tree.child_positions(at).next()?)
        .filter_map(|part| tree.nodes().get(part))
        .collect();
    let [value, target] = arguments.as_slice() else { return None };
    if !target.text.trim_start_matches(['\\', '\'']).starts_with("DateTime64(") {
        return None;
    }
    let seconds = value.text.strip_prefix("Decimal64_")?.trim_matches(['\\', '\'']);
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    if fraction.len() > NS_DIGITS || whole.starts_with('-') {
        return None;
    }
    format!("{whole}{fraction:0<NS_DIGITS$}").parse().ok()
}
