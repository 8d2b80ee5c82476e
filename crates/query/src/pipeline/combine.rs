//! Pipes that read more than the rows before them: joins, unions, rows around, an earlier time.

use super::call::is_there;
use super::rows::{Column, OrderKey, Rows, named};
use super::value::Value;
use super::{Scope, Source, wrong_type};
use crate::condition::Condition;
use crate::field::COLUMNS;
use crate::filter::write_condition;
use crate::functions::Kind;
use crate::sql::{SqlText, identifier};
use crate::syntax::{Join, Pipe, Query, Scalar};
use crate::{QueryError, Span, TimeRange, literal};

use super::stages::column_name;

/// Most rows before and after each row that `context` adds.
const MAX_CONTEXT: u64 = 1_000;

impl Scope<'_> {
    pub(super) fn join(&self, rows: Rows, join: &Join, span: Span) -> Result<Rows, QueryError> {
        let right = self.query(&join.query)?;
        if right.is_records {
            return Err(wrong_type(span, "the joined search gives whole records")
                .hint("end it with stats, top or fields, so that it is known which columns it adds"));
        }
        let left = rows.nested();
        let mut right = right.nested();
        let mut missing = Vec::new();
        let mut on: Vec<(SqlText, SqlText)> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        for field in &join.by {
            let name = column_name(field);
            let left_value = self.row_expressions(&left).value(field)?;
            let Some(right_column) = right.column(&name) else {
                return Err(self.row_expressions(&right).no_column(&name, field.span));
            };
            let (left_side, right_side) = (left_value, &right_column.value);
            // What lacks the field is no partner of what lacks it too.
            if right_side.kind == Kind::Text {
                missing.push(is_there(right_side));
            }
            let same = left_side.kind == right_side.kind && !left_side.nullable && !right_side.nullable;
            on.push(if same {
                (left_side.sql, right_side.sql.clone())
            } else {
                (left_side.text().sql, right_side.text().sql)
            });
            keys.push(name);
        }
        missing.into_iter().for_each(|condition| right.add_condition(condition));
        // Each side gives its columns under names that the other has not: the right one's are r0, r1, ...
        let mut columns = left.columns.clone();
        let mut right_lines = Vec::new();
        for (index, (_, key)) in on.iter().enumerate() {
            right_lines.push(named(key, &format!("join_key_{index}")));
        }
        let added = right.columns.iter().filter(|column| !keys.contains(&column.name));
        for (index, column) in added.enumerate() {
            let name = format!("joined_{index}");
            let mut sql = column.value.sql.clone();
            if join.left && column.value.kind == Kind::Number {
                // Nothing in place of 0 where there is no partner.
                sql = SqlText::default();
                sql.text("toNullable(").append(&column.value.sql).text(")");
            }
            right_lines.push(named(&sql, &name));
            let mut value = column.value.clone().at(identifier(&name));
            value.nullable |= join.left;
            let mut called = column.name.clone();
            while columns.iter().any(|known| known.name == called)
                || left.is_records && COLUMNS.contains(&called.as_str())
            {
                called.push_str("_joined");
            }
            columns.push(Column::new(called, value));
        }
        let mut left_lines: Vec<SqlText> = left.output_lines();
        for (index, (key, _)) in on.iter().enumerate() {
            left_lines.push(named(key, &format!("own_key_{index}")));
        }
        let (left_sql, right_sql) = (left.select(&left_lines, false), right.select(&right_lines, false));
        let mut from = SqlText::default();
        from.text("(\n").append(&left_sql.indented()).text("\n) AS own\n");
        from.text(if join.left { "LEFT JOIN (\n" } else { "INNER JOIN (\n" });
        from.append(&right_sql.indented()).text("\n) AS other ON ");
        for index in 0..on.len() {
            from.text(if index > 0 { " AND " } else { "" });
            from.text(&format!("own.own_key_{index} = other.join_key_{index}"));
        }
        let mut joined =
            if left.is_records { Rows::records(from, Vec::new()) } else { Rows::closed(from, Vec::new()) };
        joined.columns = columns;
        joined.order = left.order;
        Ok(joined.nested())
    }

    pub(super) fn union(&self, rows: Rows, query: &Query, span: Span) -> Result<Rows, QueryError> {
        let left = rows.nested();
        let right = self.query(query)?.nested();
        if left.is_records != right.is_records {
            return Err(wrong_type(span, "one of the two searches gives whole records, the other a table")
                .hint("end both with fields, or neither"));
        }
        let mut names: Vec<(String, Kind)> = Vec::new();
        for column in left.columns.iter().chain(&right.columns) {
            match names.iter().find(|(name, _)| *name == column.name) {
                Some((name, kind)) if *kind != column.value.kind => {
                    return Err(wrong_type(span, format!("{name} is of another kind in the other search"))
                        .hint("write text(...) or number(...) in an eval before it"));
                }
                Some(_) => {}
                None => names.push((column.name.clone(), column.value.kind)),
            }
        }
        let lines = |side: &Rows| -> Vec<SqlText> {
            let own: Vec<SqlText> = if side.is_records {
                COLUMNS.iter().map(|column| identifier(column)).collect()
            } else {
                Vec::new()
            };
            let added = names.iter().enumerate().map(|(index, (name, kind))| {
                let sql = side.column(name).map_or_else(|| empty(*kind), |column| column.value.sql.clone());
                named(&sql, &format!("union_{index}"))
            });
            own.into_iter().chain(added).collect()
        };
        let mut from = SqlText::default();
        from.text("(\n").append(&left.select(&lines(&left), false).indented()).text("\n    UNION ALL\n");
        from.append(&right.select(&lines(&right), false).indented()).text("\n)");
        let columns = names.iter().enumerate().map(|(index, (name, kind))| {
            let both =
                [&left, &right].map(|side| side.column(name).is_none_or(|column| column.value.nullable));
            let value =
                Value::new(identifier(&format!("union_{index}")), *kind).nullable(both.contains(&true));
            Column {
                bucket_ms: left.column(name).and_then(|column| column.bucket_ms),
                ..Column::new(name, value)
            }
        });
        let columns: Vec<Column> = columns.collect();
        if left.is_records {
            let mut rows = Rows::records(from, Vec::new());
            rows.columns = columns;
            return Ok(rows);
        }
        // By time where there is one, then by the first column: an order of both sides together is not said.
        let times = columns.iter().filter(|column| column.value.kind == Kind::Time);
        let first = columns.iter().take(1).filter(|column| column.value.kind != Kind::Other);
        let order = times.chain(first).map(|column| OrderKey {
            sql: column.value.sql.clone(),
            descending: column.value.kind == Kind::Time && column.bucket_ms.is_none(),
        });
        let order = order.collect();
        let mut rows = Rows::closed(from, columns);
        rows.order = order;
        Ok(rows)
    }

    /// The records around those that the filter finds, in the order of time, of the same host or service if asked.
    pub(super) fn context(
        &self,
        rows: Rows,
        condition: &Condition,
        before: u64,
        after: u64,
        by: &[Scalar],
        span: Span,
    ) -> Result<Rows, QueryError> {
        let untouched = self.records(condition);
        if !rows.is_records || !rows.columns.is_empty() || rows.conditions != untouched.conditions {
            return Err(wrong_type(span, "context stands right behind the filter")
                .hint("write context before the other pipes"));
        }
        if before > MAX_CONTEXT || after > MAX_CONTEXT {
            return Err(wrong_type(span, format!("context adds at most {MAX_CONTEXT} rows on each side")));
        }
        let all = self.records(&Condition::All);
        let expressions = self.row_expressions(&all);
        let mut window = SqlText::default();
        for (index, field) in by.iter().enumerate() {
            window
                .text(if index > 0 { ", " } else { "PARTITION BY " })
                .append(&expressions.value(field)?.sql);
        }
        window.text(if by.is_empty() { "" } else { " " });
        // A row is near a match that comes at most `before` rows after it, or `after` rows before it.
        window.text(&format!(
            "ORDER BY Timestamp, IngestId ROWS BETWEEN {after} PRECEDING AND {before} FOLLOWING"
        ));
        let mut near = SqlText::default();
        near.text("max(");
        write_condition(&mut near, self.plain_reading(), condition, true);
        near.text(") OVER (").append(&window).text(") AS near");
        let inner = all.select(&[identifier("Timestamp"), identifier("IngestId"), near], false);
        let mut found = SqlText::default();
        found
            .text("(Timestamp, IngestId)")
            .text(all.is_in())
            .text("(\n    SELECT Timestamp, IngestId\n    FROM (\n");
        found.append(&inner.indented().indented()).text("\n    )\n    WHERE near\n)");
        let mut rows = all;
        rows.add_condition(found);
        Ok(rows)
    }

    /// The same pipes over an earlier span beside these rows: for each number its value before and the change in percent.
    pub(super) fn compare(
        &self,
        rows: Rows,
        source: &Source<'_>,
        pipes: &[Pipe],
        earlier: &str,
        span: Span,
    ) -> Result<Rows, QueryError> {
        let shift_ms = literal::duration_ms(earlier)
            .ok_or_else(|| wrong_type(span, format!("{earlier} is no length of time")))?;
        if rows.is_records {
            return Err(wrong_type(span, "compare stands behind stats, timechart or top")
                .hint("write | stats count() by service | compare 1d"));
        }
        let shift_ns = i64::try_from(shift_ms).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let shifted = |time: Option<i64>| time.map(|time_ns| time_ns.saturating_sub(shift_ns));
        let range = TimeRange { from_ns: shifted(self.range.from_ns), to_ns: shifted(self.range.to_ns) };
        let before = Scope {
            dialect: self.dialect,
            plain: self.plain.clone(),
            range,
            now_ns: self.now_ns.saturating_sub(shift_ns),
            fitted_width_ms: self.fitted_width_ms,
            every_series: self.every_series,
        };
        let then = before.stages(source, pipes)?;
        let (now, then) = (rows.nested(), then.nested());
        let is_number = |column: &&Column| column.value.kind == Kind::Number;
        if !now.columns.iter().any(|column| is_number(&column)) {
            return Err(wrong_type(span, "there is no number to compare"));
        }
        let mut on = Vec::new();
        let mut then_lines = Vec::new();
        for (index, column) in
            now.columns.iter().enumerate().filter(|(_, column)| column.value.kind != Kind::Number)
        {
            let Some(other) = then.column(&column.name) else { continue };
            let mut key = other.value.sql.clone();
            if column.value.kind == Kind::Time {
                key = SqlText::default();
                key.text("(")
                    .append(&other.value.sql)
                    .text(&format!(" + toIntervalMillisecond({shift_ms}))"));
            }
            then_lines.push(named(&key, &format!("then_key_{index}")));
            on.push((column.value.sql.clone(), format!("then_key_{index}")));
        }
        let mut columns = Vec::new();
        for (index, column) in now.columns.iter().enumerate() {
            columns.push(column.clone());
            let Some(other) = then.column(&column.name).filter(is_number) else { continue };
            let name = format!("then_{index}");
            // Where there was no row then, a column that may be `NULL` is, and another one 0.
            let mut then_value = SqlText::default();
            then_value.text("toNullable(").append(&other.value.sql).text(")");
            then_lines.push(named(&then_value, &name));
            let value = Value::new(identifier(&name), Kind::Number).nullable(true);
            let mut change = SqlText::default();
            change
                .text("round(100 * (")
                .append(&column.value.sql)
                .text(" - ")
                .append(&value.sql)
                .text(") / nullIf(");
            change.append(&value.sql).text(", 0), 1)");
            columns.push(Column::new(format!("{} before", column.name), value));
            columns.push(Column::new(
                format!("{} change %", column.name),
                Value::new(change, Kind::Number).nullable(true),
            ));
        }
        let mut from = SqlText::default();
        from.text("(\n").append(&now.select(&now.output_lines(), false).indented()).text("\n) AS own\n");
        from.text(if on.is_empty() { "CROSS JOIN (\n" } else { "LEFT JOIN (\n" });
        from.append(&then.select(&then_lines, false).indented()).text("\n) AS other");
        from.text(if on.is_empty() { "" } else { " ON " });
        for (index, (own, key)) in on.iter().enumerate() {
            from.text(if index > 0 { " AND " } else { "" })
                .text("own.")
                .append(own)
                .text(&format!(" = other.{key}"));
        }
        let mut compared = Rows::closed(from, columns);
        compared.order = now.order;
        Ok(compared)
    }
}

/// What stands for a column that one side of a union lacks.
fn empty(kind: Kind) -> SqlText {
    let text = match kind {
        Kind::Text => "''",
        Kind::Number | Kind::Condition | Kind::Time | Kind::Other => "NULL",
    };
    Value::of(text, kind).sql
}
