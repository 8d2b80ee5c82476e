//! Each pipe as a change of the rows before it.

use super::by_bucket::{Merge, merge_of};
use super::expression::{Expressions, Place, level_group};
use super::rows::{Column, OrderKey, Rows};
use super::value::{Origin, Value};
use super::{Scope, wrong_type};
use crate::condition::Condition;
use crate::field::Field;
use crate::functions::Kind;
use crate::pipes::check_name;
use crate::sql::SqlText;
use crate::syntax::{
    Aggregate, GroupKey, Named, Pipe, PipeKind, Sample, Scalar, ScalarKind, SortKey, Timechart, TopValues,
};
use crate::time_range::bucket_width_ms;
use crate::{QueryError, Span, literal};

/// Buckets of a chart whose width is not said.
const BUCKETS: u64 = 100;
/// The series of a chart that stands for all that have none of their own.
pub(super) const OTHER: &str = "other";

impl Scope<'_> {
    /// Of buckets whose width is not said.
    pub(super) fn fitted_width_ms(&self) -> u64 {
        self.fitted_width_ms.unwrap_or_else(|| bucket_width_ms(self.range, BUCKETS).max(1000))
    }

    /// `behind` are the pipes that come after this one.
    pub(super) fn stage(
        &self,
        rows: Rows,
        condition: &Condition,
        pipe: &Pipe,
        behind: &[Pipe],
    ) -> Result<Rows, QueryError> {
        match &pipe.kind {
            PipeKind::Stats { aggregates, by } => self.stats(rows, aggregates, by),
            PipeKind::Timechart(chart) => self.timechart(rows, chart, pipe.span),
            PipeKind::Top(top) => self.top(rows, top, true),
            PipeKind::Rare(top) => self.top(rows, top, false),
            PipeKind::Where(scalar) => {
                let mut rows = rows.open_to_conditions();
                let condition = self.row_expressions(&rows).condition(scalar)?;
                rows.add_condition(condition);
                Ok(rows)
            }
            PipeKind::Fields(fields) => self.fields(rows, fields),
            PipeKind::Without(names) => self.without(rows, names),
            PipeKind::Sort(keys) => self.sort(rows, keys),
            PipeKind::Limit { rows: count, offset } => Ok(rows.cut(*count, *offset)),
            PipeKind::Eval(named) => self.eval(rows, named),
            PipeKind::Rename(named) => self.rename(rows, named),
            PipeKind::Dedup { fields, keep } => {
                let mut rows = rows.open_to_order();
                let keys = self.values_of(&rows, fields)?;
                rows.keep_each(*keep, keys);
                Ok(rows)
            }
            PipeKind::Sample(sample) => Ok(sampled(rows, *sample)),
            PipeKind::Extract(extraction) => self.extract(rows, extraction, behind, pipe.span),
            PipeKind::Join(join) => self.join(rows, join, pipe.span),
            PipeKind::Union(query) => self.union(rows, query, pipe.span),
            PipeKind::Context { before, after, by } => {
                self.context(rows, condition, *before, *after, by, pipe.span)
            }
            PipeKind::Facets { values, fields } => self.facets(rows, *values, fields),
            PipeKind::Patterns { limit, from } => self.patterns(rows, *limit, from.as_ref(), pipe.span),
            PipeKind::Compare { .. } => Err(wrong_type(pipe.span, "compare cannot stand here")),
        }
    }

    pub(super) fn row_expressions<'a>(&'a self, rows: &'a Rows) -> Expressions<'a> {
        Expressions { scope: self, rows, place: Place::Row }
    }

    fn values_of(&self, rows: &Rows, fields: &[Scalar]) -> Result<Vec<SqlText>, QueryError> {
        let expressions = self.row_expressions(rows);
        fields.iter().map(|field| expressions.value(field).map(|value| value.sql)).collect()
    }

    fn stats(&self, rows: Rows, aggregates: &[Aggregate], by: &[GroupKey]) -> Result<Rows, QueryError> {
        let rows = rows.open_to_expressions();
        let mut keys = by.iter().map(|key| self.key(&rows, key)).collect::<Result<Vec<_>, _>>()?;
        // The time of a series comes first, wherever it is written.
        keys.sort_by_key(|key| key.bucket_ms.is_none());
        distinct_names(&keys, by.iter().map(|key| key.expression.span))?;
        let written = self.aggregate_columns(&rows, &keys, aggregates)?;
        Ok(with_usual_order(rows.grouped(keys.clone(), written.clone()), &keys, &written))
    }

    fn aggregate_columns(
        &self,
        rows: &Rows,
        keys: &[Column],
        aggregates: &[Aggregate],
    ) -> Result<Vec<Column>, QueryError> {
        let expressions = Expressions { scope: self, rows, place: Place::Group(keys) };
        let mut columns: Vec<Column> = Vec::new();
        for aggregate in aggregates {
            let span = aggregate.expression.span;
            let name = aggregate.name.clone().unwrap_or_else(|| aggregate.expression.to_string());
            if columns.iter().chain(keys).any(|column| column.name == name) {
                return Err(wrong_type(span, format!("two columns are called {name}"))
                    .hint("give one of them another name: as name"));
            }
            check_name(&name, span)?;
            columns.push(Column::new(name, expressions.value(&aggregate.expression)?));
        }
        Ok(columns)
    }

    /// A field, a bucket of time or another expression to group by.
    pub(super) fn key(&self, rows: &Rows, key: &GroupKey) -> Result<Column, QueryError> {
        let expressions = self.row_expressions(rows);
        let scalar = &key.expression;
        if let ScalarKind::Call { name, arguments } = &scalar.kind
            && name.eq_ignore_ascii_case("bucket")
        {
            let (value, width_ms) = expressions.bucket(arguments, scalar.span)?;
            let name = key.name.clone().unwrap_or_else(|| "time".to_owned());
            return Ok(Column { bucket_ms: Some(width_ms), ..Column::new(name, value) });
        }
        let value = expressions.value(scalar)?;
        if value.kind == Kind::Other {
            return Err(wrong_type(scalar.span, "rows cannot be grouped by a list"));
        }
        let name = key.name.clone().unwrap_or_else(|| column_name(scalar));
        check_name(&name, scalar.span)?;
        let mut column = Column::new(name, value);
        if let ScalarKind::Field(field) = &scalar.kind
            && rows.is_records
            && rows.column(field).is_none()
            && Field::resolve(field) == Field::Level
        {
            column.group = Some(level_group());
        }
        Ok(column)
    }

    fn timechart(&self, rows: Rows, chart: &Timechart, span: Span) -> Result<Rows, QueryError> {
        let rows = rows.open_to_expressions();
        let expressions = self.row_expressions(&rows);
        let width_ms = match &chart.span {
            Some(text) => literal::duration_ms(text)
                .ok_or_else(|| wrong_type(span, format!("{text} is no length of time")))?,
            None => self.fitted_width_ms(),
        };
        let time = expressions.value(&Scalar::new(ScalarKind::Field("time".to_owned()), span))?;
        if time.kind != Kind::Time {
            return Err(wrong_type(span, "timechart needs rows with a time"));
        }
        let bucket = super::call::bucket_of(&time, width_ms);
        let mut keys = vec![Column { bucket_ms: Some(width_ms), ..Column::new("time", bucket) }];
        if let Some(by) = &chart.by {
            let mut key = self.key(&rows, by)?;
            if key.name == "time" {
                return Err(wrong_type(by.expression.span, "a chart over time has its time already"));
            }
            // Levels are few: each has its series.
            if key.group.is_none() {
                if !self.every_series
                    && is_service(&rows, by)
                    && let Some(merges) = chart.aggregates.iter().map(merge_of).collect::<Option<Vec<_>>>()
                    && !merges.is_empty()
                {
                    keys.push(key);
                    let written = self.aggregate_columns(&rows, &keys, &chart.aggregates)?;
                    return Ok(merged_series(rows.grouped(keys, written), &merges, chart.limit.max(1)));
                }
                key.value =
                    if self.every_series { key.value.text() } else { self.series(&rows, &key, chart)? };
            }
            keys.push(key);
        }
        let written = self.aggregate_columns(&rows, &keys, &chart.aggregates)?;
        Ok(with_usual_order(rows.grouped(keys.clone(), written.clone()), &keys, &written))
    }

    /// The name of a series: the value itself where it is among those with the highest first aggregate.
    fn series(&self, rows: &Rows, key: &Column, chart: &Timechart) -> Result<Value, QueryError> {
        let text = key.value.text();
        let first = chart.aggregates.get(..1).unwrap_or_default();
        let keys = [Column::new("series", text.clone())];
        let ranked = self.aggregate_columns(rows, &[], first)?;
        let [rank] = ranked.as_slice() else { return Ok(text) };
        let mut top = rows.clone().grouped(keys.to_vec(), Vec::new());
        top.order = vec![
            OrderKey { sql: rank.value.sql.clone(), descending: true },
            OrderKey { sql: text.sql.clone(), descending: false },
        ];
        let top = top.cut(chart.limit.max(1), 0).select_one(&text.sql, &key.name);
        let mut sql = SqlText::default();
        sql.text("if(")
            .append(&text.sql)
            .text(rows.is_in())
            .text("(\n")
            .append(&top.indented())
            .text("\n), ");
        sql.append(&text.sql).text(", ").string(OTHER).text(")");
        Ok(Value::new(sql, Kind::Text))
    }

    fn top(&self, rows: Rows, top: &TopValues, most: bool) -> Result<Rows, QueryError> {
        let rows = rows.open_to_expressions();
        let outer = top.by.iter().map(|key| self.key(&rows, key)).collect::<Result<Vec<_>, _>>()?;
        let fields: Vec<GroupKey> = top
            .fields
            .iter()
            .map(|field| GroupKey { expression: field.expression.clone(), name: field.name.clone() })
            .collect();
        let inner = fields.iter().map(|key| self.key(&rows, key)).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<Column> = outer.iter().chain(&inner).cloned().collect();
        distinct_names(&keys, top.by.iter().chain(&fields).map(|key| key.expression.span))?;
        let count = Value::of("count()", Kind::Number);
        let mut percent = SqlText::default();
        percent.text("round(100 * count() / sum(count()) OVER (");
        for (index, key) in outer.iter().enumerate() {
            percent.text(if index > 0 { ", " } else { "PARTITION BY " }).append(&key.value.sql);
        }
        percent.text("), 2)");
        for name in ["count", "percent"] {
            if keys.iter().any(|key| key.name == name) {
                let span = top.fields.first().map(|field| field.expression.span).unwrap_or_default();
                return Err(wrong_type(span, format!("top makes a column {name} of its own"))
                    .hint(format!("give the field another name: {name} as name")));
            }
        }
        let aggregates = vec![
            Column::new("count", count.clone()),
            Column::new("percent", Value::new(percent, Kind::Number)),
        ];
        let mut grouped = rows.grouped(keys, aggregates);
        grouped.has_windows = true;
        let key = |sql: &SqlText, descending: bool| OrderKey { sql: sql.clone(), descending };
        grouped.order = outer.iter().map(|column| key(&column.value.sql, false)).collect();
        grouped.order.push(key(&count.sql, most));
        grouped.order.extend(inner.iter().map(|column| key(&column.value.sql, false)));
        if outer.is_empty() {
            return Ok(grouped.cut(top.limit, 0));
        }
        grouped.keep_each(top.limit, outer.into_iter().map(|column| column.value.sql).collect());
        Ok(grouped)
    }

    fn fields(&self, mut rows: Rows, fields: &[Named]) -> Result<Rows, QueryError> {
        let mut columns: Vec<Column> = Vec::new();
        for named in fields {
            let mut column = self.selected(&rows, &named.expression)?;
            if let Some(name) = &named.name {
                column.name.clone_from(name);
            }
            if columns.iter().any(|known| known.name == column.name) {
                return Err(wrong_type(
                    named.expression.span,
                    format!("two columns are called {}", column.name),
                ));
            }
            check_name(&column.name, named.expression.span)?;
            columns.push(column);
        }
        let is_plain = |column: &Column| matches!(column.value.origin, Origin::Attribute(_));
        let computes = fields.iter().zip(&columns).any(|(named, column)| {
            matches!(named.expression.kind, ScalarKind::Call { .. }) && !is_plain(column)
        });
        rows.columns = columns;
        rows.is_records = false;
        // What is built on a computed column must not repeat it.
        Ok(if computes { rows.nested() } else { rows })
    }

    /// A column that is there, or a field of the record.
    fn selected(&self, rows: &Rows, scalar: &Scalar) -> Result<Column, QueryError> {
        let name = column_name(scalar);
        if let Some(column) = rows.column(&name) {
            return Ok(column.clone());
        }
        match &scalar.kind {
            ScalarKind::Field(field) if rows.is_records => {
                Ok(Column::new(name, rows.field(&Field::resolve(field))))
            }
            ScalarKind::Call { .. } if rows.is_records => {
                Ok(Column::new(name, self.row_expressions(rows).value(scalar)?))
            }
            _ => Err(self.row_expressions(rows).no_column(&name, scalar.span)),
        }
    }

    fn without(&self, rows: Rows, names: &[Scalar]) -> Result<Rows, QueryError> {
        let mut rows = rows;
        for scalar in names {
            let name = column_name(scalar);
            let before = rows.columns.len();
            rows.columns.retain(|column| column.name != name);
            if rows.columns.len() == before {
                if rows.is_records {
                    return Err(wrong_type(scalar.span, format!("{name} is a part of the record and stays"))
                        .hint("name the columns to keep: fields time, message"));
                }
                return Err(self.row_expressions(&rows).no_column(&name, scalar.span));
            }
        }
        if rows.columns.is_empty() && !rows.is_records {
            let span = names.first().map(|scalar| scalar.span).unwrap_or_default();
            return Err(wrong_type(span, "no column is left"));
        }
        Ok(rows)
    }

    fn sort(&self, rows: Rows, keys: &[SortKey]) -> Result<Rows, QueryError> {
        let mut rows = rows.open_to_order();
        let expressions = self.row_expressions(&rows);
        let mut order = Vec::new();
        for key in keys {
            let value = expressions.value(&key.expression)?;
            let descending = key.descending;
            // Numbers in attributes are sorted as numbers, before what is none.
            if matches!(value.origin, Origin::Attribute(_))
                && let Some(number) = value.number()
            {
                order.push(OrderKey { sql: number.sql, descending });
            }
            if let ScalarKind::Field(field) = &key.expression.kind
                && rows.is_records
                && rows.column(field).is_none()
                && Field::resolve(field) == Field::Level
            {
                order.push(OrderKey { sql: Value::of("SeverityNumber", Kind::Number).sql, descending });
                continue;
            }
            order.push(OrderKey { sql: value.sql, descending });
        }
        order.append(&mut rows.order);
        rows.order = order;
        Ok(rows)
    }

    fn eval(&self, mut rows: Rows, named: &[Named]) -> Result<Rows, QueryError> {
        rows = rows.open_to_expressions();
        for (index, assignment) in named.iter().enumerate() {
            // A column that is built on one before it, or takes its place, needs that to be there under its name.
            let before = named.get(..index).unwrap_or_default().iter().filter_map(|one| one.name.as_deref());
            if before.into_iter().any(|name| {
                mentions(&assignment.expression, name) || assignment.name.as_deref() == Some(name)
            }) {
                rows = rows.nested();
            }
            let value = self.row_expressions(&rows).value(&assignment.expression)?;
            let name = assignment.name.clone().unwrap_or_else(|| assignment.expression.to_string());
            check_name(&name, assignment.expression.span)?;
            let value = Value { origin: Origin::Computed, ..value };
            rows.set_column(Column::new(name, value));
        }
        // Columns of their own, so that what is built on them does not repeat them.
        Ok(rows.nested())
    }

    fn rename(&self, mut rows: Rows, named: &[Named]) -> Result<Rows, QueryError> {
        for Named { expression, name } in named {
            let old = column_name(expression);
            let new = name.clone().unwrap_or_else(|| old.clone());
            check_name(&new, expression.span)?;
            if rows.is_records && rows.column(&old).is_none() {
                let column = self.selected(&rows, expression)?;
                rows.set_column(Column { name: new, ..column });
                continue;
            }
            if old != new && rows.column(&new).is_some() {
                return Err(wrong_type(expression.span, format!("there is a column {new} already")));
            }
            match rows.columns.iter_mut().find(|column| column.name == old) {
                Some(column) => column.name = new,
                None => return Err(self.row_expressions(&rows).no_column(&old, expression.span)),
            }
        }
        Ok(rows)
    }
}

/// How a column is called when no name is given: the field, or the expression as it is written.
pub(super) fn column_name(scalar: &Scalar) -> String {
    match &scalar.kind {
        ScalarKind::Field(name) => name.clone(),
        _ => scalar.to_string(),
    }
}

/// Whether an expression reads a column of this name.
fn mentions(scalar: &Scalar, name: &str) -> bool {
    match &scalar.kind {
        ScalarKind::Field(field) => field == name,
        ScalarKind::Test(test) => test.field == name,
        ScalarKind::Not(inner) | ScalarKind::Negate(inner) => mentions(inner, name),
        ScalarKind::Binary { left, right, .. } => mentions(left, name) || mentions(right, name),
        ScalarKind::In { value, .. } => mentions(value, name),
        ScalarKind::Call { arguments, .. } => {
            scalar.to_string() == name || arguments.iter().any(|argument| mentions(argument, name))
        }
        ScalarKind::Number(_) | ScalarKind::Text(_) | ScalarKind::Boolean(_) => false,
    }
}

fn distinct_names(columns: &[Column], spans: impl Iterator<Item = Span>) -> Result<(), QueryError> {
    for (index, span) in spans.enumerate() {
        let Some(column) = columns.get(index) else { continue };
        if columns.iter().filter(|other| other.name == column.name).count() > 1 {
            return Err(wrong_type(span, format!("two columns are called {}", column.name))
                .hint("give one of them another name: as name"));
        }
    }
    Ok(())
}

/// Services are few, so that it is cheaper to group by each of them than to look for the largest ones before.
fn is_service(rows: &Rows, key: &GroupKey) -> bool {
    let ScalarKind::Field(field) = &key.expression.kind else { return false };
    rows.is_records
        && rows.column(field).is_none()
        && Field::resolve(field) == Field::TextColumn("ServiceName")
}

/// Of rows by time and series, with aggregates that can be merged: the largest series by the first of them, then by name,
/// and one for all others.
fn merged_series(rows: Rows, merges: &[Merge], limit: u64) -> Rows {
    let mut rows = rows.nested();
    let (series, first) = (rows.columns[1].value.clone(), rows.columns[2].value.clone());
    let window = |before: &str, inner: &SqlText, over: &str, by: &SqlText, after: &str| {
        let mut sql = SqlText::default();
        sql.text(before).append(inner).text(over).append(by).text(after);
        Column::new("rank", Value::new(sql, Kind::Number))
    };
    let merge = merges[0].function();
    rows.columns.push(window(&format!("{merge}("), &first.sql, ") OVER (PARTITION BY ", &series.sql, ")"));
    let mut rows = rows.nested();
    let (series, total) = (rows.columns[1].value.clone(), rows.columns.pop().map(|column| column.value.sql));
    let total = total.unwrap_or_default();
    rows.columns.push(window("dense_rank() OVER (ORDER BY ", &total, " DESC, ", &series.sql, ")"));
    let mut rows = rows.nested();
    let place = rows.columns.pop().map(|column| column.value.sql).unwrap_or_default();
    let mut columns = rows.columns.clone();
    let name = &mut columns[1].value;
    let mut sql = SqlText::default();
    sql.text("if(")
        .append(&place)
        .text(&format!(" <= {limit}, "))
        .append(&name.sql)
        .text(", ")
        .string(OTHER)
        .text(")");
    *name = name.clone().at(sql);
    for (column, merge) in columns[2..].iter_mut().zip(merges) {
        let mut sql = SqlText::default();
        sql.text(merge.function()).text("(").append(&column.value.sql).text(")");
        column.value = column.value.clone().at(sql);
    }
    let aggregates = columns.split_off(2);
    with_usual_order(rows.grouped(columns.clone(), aggregates.clone()), &columns, &aggregates)
}

/// By time where there is one, else the highest first aggregate first; then by the keys.
fn with_usual_order(mut rows: Rows, keys: &[Column], aggregates: &[Column]) -> Rows {
    let (times, others): (Vec<&Column>, Vec<&Column>) = keys.iter().partition(|key| key.bucket_ms.is_some());
    let key = |column: &Column, descending: bool| OrderKey { sql: column.value.sql.clone(), descending };
    if keys.is_empty() {
        return rows;
    }
    rows.order = times.iter().map(|column| key(column, false)).collect();
    let first = aggregates.first().filter(|first| times.is_empty() && first.value.kind != Kind::Other);
    rows.order.extend(first.map(|column| key(column, true)));
    rows.order.extend(others.iter().map(|column| key(column, false)));
    rows
}

/// A share or a number of rows, the same ones each time where they are records.
fn sampled(rows: Rows, sample: Sample) -> Rows {
    let mut rows = rows.open_to_conditions();
    if rows.is_grouped() {
        rows = rows.nested();
    }
    let chance = if rows.is_records { "cityHash64(IngestId)" } else { "rand64()" };
    match sample {
        Sample::TenThousandths(share) => {
            rows.add_condition(Value::of(&format!("{chance} % 10000 < {share}"), Kind::Condition).sql);
            rows
        }
        Sample::Rows(count) => {
            let usual = std::mem::take(&mut rows.order);
            rows.order = vec![OrderKey { sql: Value::of(chance, Kind::Number).sql, descending: false }];
            rows.order.extend(usual);
            let mut rows = rows.cut(count, 0).nested();
            rows.order.remove(0);
            rows
        }
    }
}
