//! The most frequent values of many fields.

use super::Scope;
use super::rows::{Column, OrderKey, Rows, named};
use super::stages::column_name;
use super::value::Value;
use crate::functions::Kind;
use crate::sql::{SqlText, identifier};
use crate::syntax::{Scalar, ScalarKind};
use crate::{Field, QueryError, Span};

/// Newest rows whose attributes `facets` counts where no fields are named.
const FACET_ROWS: u64 = 10_000;

impl Scope<'_> {
    pub(super) fn facets(&self, rows: Rows, values: u64, fields: &[Scalar]) -> Result<Rows, QueryError> {
        let rows = rows.open_to_expressions();
        let counted = if fields.is_empty() && rows.is_records {
            every_attribute(rows)
        } else if fields.is_empty() {
            let all = rows.columns.iter().map(|column| ScalarKind::Field(column.name.clone()));
            let all: Vec<Scalar> = all.map(|kind| Scalar::new(kind, Span::default())).collect();
            self.named_fields(&rows, &all)?
        } else {
            self.named_fields(&rows, fields)?
        };
        let mut from = SqlText::default();
        from.text("(\n").append(&counted.indented()).text("\n)");
        let column = |name: &str, kind| Column::new(name, Value::of(name, kind));
        let columns =
            vec![column("field", Kind::Text), column("value", Kind::Text), column("count", Kind::Number)];
        let mut facets = Rows::closed(from, columns);
        facets.add_condition(Value::of("value != ''", Kind::Condition).sql);
        let key =
            |name: &str, descending: bool| OrderKey { sql: Value::of(name, Kind::Number).sql, descending };
        facets.order = vec![key("field", false), key("count", true), key("value", false)];
        facets.keep_each(values.max(1), vec![Value::of("field", Kind::Text).sql]);
        Ok(facets)
    }

    /// `field`, `value` and `count` of these fields. The rows are read once, and grouped by each field on its own: in
    /// the groups of one the others are empty.
    fn named_fields(&self, rows: &Rows, fields: &[Scalar]) -> Result<SqlText, QueryError> {
        let expressions = self.row_expressions(rows);
        let mut lines = Vec::new();
        let (mut names, mut value, mut sets) = (SqlText::default(), SqlText::default(), String::new());
        for (index, field) in fields.iter().enumerate() {
            let mut text = SqlText::default();
            text.text("ifNull(toString(").append(&expressions.value(field)?.sql).text("), '')");
            lines.push(named(&text, &format!("facet_{index}")));
            let separator = if index > 0 { ", " } else { "" };
            if index + 1 < fields.len() {
                names.text(&format!("{separator}grouping(facet_{index}) = 0, "));
            } else {
                names.text(separator);
            }
            names.string(&column_name(field));
            value.text(&format!("{separator}facet_{index}"));
            sets.push_str(&format!("{separator}(facet_{index})"));
        }
        let is_one = fields.len() == 1;
        let mut sql = SqlText::default();
        sql.text(if is_one { "SELECT\n    " } else { "SELECT\n    multiIf(" }).append(&names);
        sql.text(if is_one { " AS field,\n    " } else { ") AS field,\n    concat(" }).append(&value);
        sql.text(if is_one { " AS value,\n" } else { ") AS value,\n" })
            .text("    count() AS count\nFROM (\n");
        sql.append(&rows.select(&lines, false).indented());
        sql.text(&format!("\n)\nGROUP BY GROUPING SETS ({sets})"));
        Ok(sql)
    }
}

/// `field`, `value` and `count` of level, service and all attributes of the newest rows.
fn every_attribute(rows: Rows) -> SqlText {
    let mut pairs = SqlText::default();
    pairs.text("arrayJoin(arrayConcat([");
    for (index, name) in ["level", "service"].into_iter().enumerate() {
        pairs.text(if index > 0 { ", (" } else { "(" }).string(name).text(", CAST(");
        pairs.append(&rows.field(&Field::resolve(name)).sql).text(", 'String'))");
    }
    pairs.text("]");
    for map in ["ResourceAttributes", "LogAttributes"] {
        pairs.text(&format!(
            ", arrayMap((name, content) -> (CAST(name, 'String'), content), mapKeys({map}), mapValues({map}))"
        ));
    }
    pairs.text(")) AS facet");
    let inner = rows.cut(FACET_ROWS, 0).nested().select(&[pairs], false);
    let mut sql = SqlText::default();
    sql.text("SELECT facet.1 AS ")
        .append(&identifier("field"))
        .text(", facet.2 AS value, count() AS count\nFROM (\n");
    sql.append(&inner.indented()).text("\n)\nGROUP BY field, value");
    sql
}
