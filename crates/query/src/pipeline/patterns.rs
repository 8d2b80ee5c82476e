//! Templates of messages: what differs between messages of one kind is masked, and the rest is counted.

use super::expression::Expressions;
use super::rows::{Column, OrderKey, Rows};
use super::value::Value;
use super::{Scope, is_there, wrong_type};
use crate::functions::Kind;
use crate::sql::SqlText;
use crate::syntax::{Scalar, ScalarKind};
use crate::{QueryError, Span};

/// Newest records that are looked at where nothing else was said: masking takes two microseconds each.
const PATTERN_ROWS: u64 = 200_000;

/// What is masked, and by what; one after the other.
const MASKS: [(&str, &str); 4] = [
    // Not the apostrophe in a word.
    (r#""[^"]*"|\B'[^']*'\B"#, "<text>"),
    // IPv4 with a port, IPv6, MAC.
    (
        r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?\b|\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}\b",
        "<address>",
    ),
    // UUIDs, hexadecimal numbers, and words with two digits (`v1` and `ssh2` are names) or digits on both sides of letters.
    (
        r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b|\b0x[0-9A-Fa-f]+\b|\b[A-Za-z_]+(?:[0-9][A-Za-z_]*){2,}\b|\b[0-9]+[A-Za-z_]+[0-9][0-9A-Za-z_]*\b",
        "<id>",
    ),
    // A unit behind it stays.
    (r"(?:\B-)?\b[0-9]+(?:[.,][0-9]+)*", "<number>"),
];

impl Scope<'_> {
    pub(super) fn patterns(
        &self,
        rows: Rows,
        limit: u64,
        from: Option<&Scalar>,
        span: Span,
    ) -> Result<Rows, QueryError> {
        let mut rows = rows.with_newest(PATTERN_ROWS);
        let expressions = self.row_expressions(&rows);
        let message = Scalar::new(ScalarKind::Field("message".to_owned()), span);
        let text = expressions.value(from.unwrap_or(&message))?;
        if text.kind != Kind::Text {
            return Err(wrong_type(from.map_or(span, |from| from.span), "patterns are of texts"));
        }
        let is_there = is_there(&text);
        let count = Value::of("count()", Kind::Number);
        let percent = Value::of("round(100 * count() / sum(count()) OVER (), 2)", Kind::Number);
        let mut aggregates = vec![Column::new("count", count.clone()), Column::new("percent", percent)];
        aggregates.extend(seen(&expressions, &text));
        let keys = vec![Column::new("pattern", masked(&text))];
        let pattern = keys.iter().map(|key| key.value.sql.clone());
        let mut order = vec![OrderKey { sql: count.sql, descending: true }];
        order.extend(pattern.map(|sql| OrderKey { sql, descending: false }));
        rows.add_condition(is_there);
        let mut grouped = rows.grouped(keys, aggregates);
        grouped.has_windows = true;
        grouped.order = order;
        Ok(grouped.cut(limit.max(1), 0))
    }
}

fn masked(text: &Value) -> Value {
    let mut sql = SqlText::default();
    sql.text(&"replaceRegexpAll(".repeat(MASKS.len()));
    if text.nullable {
        sql.text("ifNull(").append(&text.sql).text(", '')");
    } else {
        sql.append(&text.sql);
    }
    for (regex, name) in MASKS {
        sql.text(", ").string(regex).text(", ").string(name).text(")");
    }
    Value::new(sql, Kind::Text)
}

/// The newest text, and when the first and the last one came; any text where rows have no time.
fn seen(expressions: &Expressions<'_>, text: &Value) -> Vec<Column> {
    let of_time = |before: &str, time: &SqlText, kind| {
        let mut sql = SqlText::default();
        sql.text(before).append(time).text(")");
        Value::new(sql, kind)
    };
    let mut newest = SqlText::default();
    let Some(time) = expressions.rows_time() else {
        newest.text("any(").append(&text.sql).text(")");
        return vec![Column::new("example", Value::new(newest, Kind::Text).nullable(text.nullable))];
    };
    newest.text("argMax(").append(&text.sql).text(", ").append(&time).text(")");
    vec![
        Column::new("first_seen", of_time("min(", &time, Kind::Time)),
        Column::new("last_seen", of_time("max(", &time, Kind::Time)),
        Column::new("example", Value::new(newest, Kind::Text).nullable(text.nullable)),
    ]
}
