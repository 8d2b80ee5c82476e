//! A SELECT in the making.

use std::collections::HashSet;

use super::expression::of_record;
use super::value::Value;
use super::{PipeOptions, Piped, Shape, row_limit, wrong_type};
use crate::attribute_columns::AttributeColumns;
use crate::dialect::Dialect;
use crate::field::{COLUMNS, Field};
use crate::functions::Kind;
use crate::mapping::Mapping;
use crate::pipes::check_name;
use crate::plan::write_field;
use crate::sql::{SqlText, identifier};
use crate::{QueryError, Span};

/// Columns of the table that are in no answer unless asked for; no name of ours may hide them.
const HIDDEN_COLUMNS: [&str; 2] = ["AttributeItems", "IngestedAt"];

/// A column of the rows.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// As the user calls it.
    pub(super) name: String,
    pub(super) value: Value,
    /// For `GROUP BY`, where something cheaper than the value tells the groups apart.
    pub(super) group: Option<SqlText>,
    /// Width of the bucket that it is the start of.
    pub(super) bucket_ms: Option<u64>,
}

impl Column {
    pub(super) fn new(name: impl Into<String>, value: Value) -> Self {
        Self { name: name.into(), value, group: None, bucket_ms: None }
    }
}

#[derive(Debug, Clone)]
pub(super) struct OrderKey {
    pub(super) sql: SqlText,
    pub(super) descending: bool,
}

/// Rows that the stages so far give.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// A table, or a query in parentheses.
    from: SqlText,
    /// All must hold; after `GROUP BY` where there is one.
    pub(super) conditions: Vec<SqlText>,
    /// Conditions that hold before the groups are made.
    before_group: Vec<SqlText>,
    group: Option<Vec<SqlText>>,
    /// Whole records: the columns of the table are there under their own names.
    pub(super) is_records: bool,
    /// Of records those that were added, else all.
    pub(super) columns: Vec<Column>,
    pub(super) order: Vec<OrderKey>,
    limit_by: Option<(u64, Vec<SqlText>)>,
    /// Rows and offset.
    limit: Option<(u64, u64)>,
    /// Names that the query in `from` gives.
    inner_names: Vec<String>,
    /// Of the table, where `from` is one and no query.
    dialect: Option<Dialect>,
    /// A window function is among the columns: it sees the rows before any further condition.
    pub(super) has_windows: bool,
}

impl Rows {
    pub(super) fn records(from: SqlText, conditions: Vec<SqlText>) -> Self {
        let key = |column: &str| OrderKey { sql: Value::of(column, Kind::Number).sql, descending: true };
        Self {
            from,
            conditions,
            before_group: Vec::new(),
            group: None,
            is_records: true,
            columns: Vec::new(),
            order: vec![key("Timestamp"), key("IngestId")],
            limit_by: None,
            limit: None,
            inner_names: Vec::new(),
            dialect: None,
            has_windows: false,
        }
    }

    /// Records as they lie in the table.
    pub(super) fn of_table(from: SqlText, conditions: Vec<SqlText>, dialect: &Dialect) -> Self {
        Self { dialect: Some(dialect.clone()), ..Self::records(from, conditions) }
    }

    fn mapping(&self) -> Option<&Mapping> {
        self.dialect.as_ref()?.mapping.as_deref()
    }

    /// Columns of the table that hold one attribute each; none of a query.
    pub(super) fn attribute_columns(&self) -> AttributeColumns {
        self.dialect.as_ref().map(|dialect| dialect.columns.clone()).unwrap_or_default()
    }

    /// Before a subquery that reads the table again: one of another server may be spread over a cluster, whose nodes
    /// are given the answer then.
    pub(super) fn is_in(&self) -> &'static str {
        if self.mapping().is_some() { " GLOBAL IN " } else { " IN " }
    }

    /// A field of a record.
    pub(super) fn field(&self, field: &Field) -> Value {
        let known = of_record(field, &self.attribute_columns());
        let mut sql = SqlText::default();
        match self.mapping() {
            // Not by way of the maps, which would have to be made of each row.
            Some(mapping) if mapping.write_field(&mut sql, field) => known.at(sql),
            _ => known,
        }
    }

    /// Rows of another query, in parentheses, with exactly these columns.
    pub(super) fn closed(from: SqlText, columns: Vec<Column>) -> Self {
        let mut rows = Self::records(from, Vec::new());
        rows.is_records = false;
        rows.inner_names = columns.iter().filter_map(|column| column.value.sql.as_identifier()).collect();
        rows.columns = columns;
        rows.order = Vec::new();
        rows
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Replaces the column of this name, or adds it.
    pub(super) fn set_column(&mut self, column: Column) {
        match self.columns.iter_mut().find(|known| known.name == column.name) {
            Some(known) => *known = column,
            None => self.columns.push(column),
        }
    }

    pub(super) fn is_grouped(&self) -> bool {
        self.group.is_some()
    }

    fn is_cut(&self) -> bool {
        self.limit.is_some() || self.limit_by.is_some()
    }

    /// Rows to which a condition can be added.
    pub(super) fn open_to_conditions(self) -> Self {
        if self.is_cut() || self.has_windows { self.nested() } else { self }
    }

    /// Rows whose columns are all there under a name: what is computed next can be built on them.
    pub(super) fn open_to_expressions(self) -> Self {
        if self.is_cut() || self.is_grouped() || self.has_windows { self.nested() } else { self }
    }

    /// Rows that can be put in another order, or have one of each kept.
    pub(super) fn open_to_order(self) -> Self {
        if self.is_cut() { self.nested() } else { self }
    }

    pub(super) fn add_condition(&mut self, condition: SqlText) {
        self.conditions.push(condition);
    }

    pub(super) fn keep_each(&mut self, rows: u64, keys: Vec<SqlText>) {
        self.limit_by = Some((rows, keys));
    }

    pub(super) fn cut(self, rows: u64, offset: u64) -> Self {
        let mut cut = if self.limit.is_some() { self.nested() } else { self };
        cut.limit = Some((rows, offset));
        cut
    }

    /// Of records that nothing was cut from the newest ones; a query that can be grouped.
    pub(super) fn with_newest(self, rows: u64) -> Self {
        if self.is_records && !self.is_cut() {
            self.cut(rows, 0).nested()
        } else {
            self.open_to_expressions()
        }
    }

    /// Groups these rows: `keys` and `aggregates` are the columns from now on.
    pub(super) fn grouped(mut self, keys: Vec<Column>, aggregates: Vec<Column>) -> Self {
        let group = keys.iter().map(|key| key.group.clone().unwrap_or_else(|| key.value.sql.clone()));
        self.group = Some(group.collect());
        self.before_group = std::mem::take(&mut self.conditions);
        self.is_records = false;
        self.order = Vec::new();
        self.columns = keys.into_iter().chain(aggregates).collect();
        self
    }

    /// The same rows with what there is as a query of its own. Every column is a name afterwards.
    pub(super) fn nested(self) -> Self {
        let mut taken = self.taken();
        let mut selected: Vec<(SqlText, String)> = Vec::new();
        let mut columns = Vec::new();
        for column in &self.columns {
            let name = free_name(&column.name, &column.value.sql, &mut taken);
            selected.push((column.value.sql.clone(), name.clone()));
            let value = column.value.clone().at(identifier(&name));
            columns.push(Column { value, group: None, ..column.clone() });
        }
        let mut order = Vec::new();
        for key in &self.order {
            let of_table = self.is_records && COLUMNS.iter().any(|column| key.sql == identifier(column));
            let known = selected.iter().find(|(sql, _)| *sql == key.sql).map(|(_, name)| name.clone());
            let sql = match (of_table, known) {
                (true, _) => key.sql.clone(),
                (false, Some(name)) => identifier(&name),
                (false, None) => {
                    let name = free_name("order", &key.sql, &mut taken);
                    selected.push((key.sql.clone(), name.clone()));
                    identifier(&name)
                }
            };
            order.push(OrderKey { sql, descending: key.descending });
        }
        let mut lines: Vec<(SqlText, String)> = Vec::new();
        if self.is_records {
            lines.extend(COLUMNS.iter().map(|column| (identifier(column), (*column).to_owned())));
        }
        lines.extend(selected.iter().cloned());
        let is_cut = self.is_cut();
        let is_records = self.is_records;
        let inner = self.select_named(&lines, is_cut);
        let mut from = SqlText::default();
        from.text("(\n").append(&inner.indented()).text("\n)");
        let mut rows = Self::records(from, Vec::new());
        rows.is_records = is_records;
        rows.inner_names = selected.into_iter().map(|(_, name)| name).collect();
        rows.columns = columns;
        rows.order = order;
        rows
    }

    /// Every column of rows that were made a query of their own, to be selected from it.
    pub(super) fn output_lines(&self) -> Vec<SqlText> {
        let of_table = COLUMNS.iter().filter(|_| self.is_records).map(|column| identifier(column));
        let ours = self.columns.iter().map(|column| column.value.sql.clone());
        let hidden = self.order.iter().map(|key| key.sql.clone());
        let mut lines: Vec<SqlText> = Vec::new();
        for line in of_table.chain(ours).chain(hidden) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// Names that nothing may be called in a SELECT from here: they mean something already.
    fn taken(&self) -> HashSet<String> {
        let of_table = COLUMNS.iter().chain(&HIDDEN_COLUMNS).map(|&name| name.to_owned());
        let ours = self.columns.iter().filter_map(|column| column.value.sql.as_identifier());
        let of_attributes = self.attribute_columns();
        let of_attributes = of_attributes.iter().map(|column| column.name.clone());
        of_table.chain(ours).chain(of_attributes).chain(self.inner_names.iter().cloned()).collect()
    }

    /// `SELECT` these of the rows, without their order where nothing asks for it.
    pub(super) fn select(&self, lines: &[SqlText], ordered: bool) -> SqlText {
        self.write_select(lines, ordered, |_| None)
    }

    /// `SELECT` one of the rows' values in their order, for what stands behind `IN`. It has a name, because ClickHouse does
    /// not see that two expressions with a query inside them are the same.
    pub(super) fn select_one(&self, value: &SqlText, name: &str) -> SqlText {
        let name = free_name(name, value, &mut self.taken());
        self.select_named(&[(value.clone(), name)], true)
    }

    /// As [`Self::select`] under names that mean nothing else here, so that groups and order can be told by them.
    fn select_named(&self, output: &[(SqlText, String)], ordered: bool) -> SqlText {
        let lines: Vec<SqlText> = output.iter().map(|(sql, name)| named(sql, name)).collect();
        self.write_select(&lines, ordered, |key| {
            let found = output.iter().find(|(sql, _)| sql == key && sql.as_identifier().is_none());
            found.map(|(_, name)| identifier(name))
        })
    }

    fn write_select(
        &self,
        lines: &[SqlText],
        ordered: bool,
        name_of: impl Fn(&SqlText) -> Option<SqlText>,
    ) -> SqlText {
        let by_name = |key: &SqlText| name_of(key).unwrap_or_else(|| key.clone());
        let mut sql = SqlText::default();
        sql.text("SELECT");
        for (index, line) in lines.iter().enumerate() {
            sql.text(if index > 0 { ",\n    " } else { "\n    " }).append(line);
        }
        sql.text("\nFROM ").append(&self.from);
        let where_list = if self.is_grouped() { &self.before_group } else { &self.conditions };
        write_all(&mut sql, "\nWHERE ", "\n  AND ", where_list);
        if let Some(group) = &self.group {
            let keys: Vec<SqlText> = group.iter().map(by_name).collect();
            write_all(&mut sql, "\nGROUP BY ", ", ", &keys);
            write_all(&mut sql, "\nHAVING ", "\n   AND ", &self.conditions);
        }
        if ordered {
            for (index, key) in self.order.iter().enumerate() {
                // What is ordered already is not ordered again.
                if self.order.iter().take(index).any(|before| before.sql == key.sql) {
                    continue;
                }
                sql.text(if index > 0 { ", " } else { "\nORDER BY " }).append(&by_name(&key.sql));
                sql.text(if key.descending { " DESC" } else { "" });
            }
        }
        if let Some((rows, keys)) = &self.limit_by {
            sql.text(&format!("\nLIMIT {rows} BY "));
            write_all(&mut sql, "", ", ", keys);
        }
        if let Some((rows, offset)) = self.limit {
            sql.text(&format!("\nLIMIT {rows}"));
            if offset > 0 {
                sql.text(&format!(" OFFSET {offset}"));
            }
        }
        match &self.dialect {
            Some(dialect) => dialect.select(sql, ""),
            None => sql,
        }
    }

    /// What is selected in the end, by name.
    fn output(&self, columns: Option<&[String]>) -> Result<Vec<(SqlText, String)>, QueryError> {
        let added = |name: &str| self.column(name).map(|column| column.value.sql.clone());
        if !self.is_records {
            return Ok(self
                .columns
                .iter()
                .map(|column| (column.value.sql.clone(), column.name.clone()))
                .collect());
        }
        let mut output: Vec<(SqlText, String)> = Vec::new();
        let names: Vec<String> = match columns {
            Some(names) => names.to_vec(),
            None => COLUMNS.iter().map(ToString::to_string).collect(),
        };
        let always = ["Timestamp", "IngestId"].map(str::to_owned);
        let extra = self.columns.iter().map(|column| column.name.clone());
        for name in names.into_iter().chain(always).chain(extra) {
            check_name(&name, Span::default())?;
            if output.iter().any(|(_, known)| *known == name) {
                continue;
            }
            let sql = added(&name).unwrap_or_else(|| {
                if COLUMNS.contains(&name.as_str()) {
                    return identifier(&name);
                }
                self.written(&Field::resolve(&name))
            });
            output.push((sql, name));
        }
        Ok(output)
    }

    fn written(&self, field: &Field) -> SqlText {
        let mut sql = SqlText::default();
        if !self.mapping().is_some_and(|mapping| mapping.write_field(&mut sql, field)) {
            write_field(&mut sql, field, &self.attribute_columns());
        }
        sql
    }

    /// The whole statement.
    pub(super) fn finish(mut self, options: &PipeOptions<'_>) -> Result<Piped, QueryError> {
        let limit = row_limit(options, self.is_records);
        if self.columns.is_empty() && !self.is_records {
            return Err(wrong_type(Span::default(), "no column is left to show"));
        }
        let output = self.output(options.columns)?;
        // A name that the query inside needs for itself is given by a query around it.
        let taken = self.taken();
        let hides = output.iter().any(|(sql, name)| taken.contains(name) && *sql != identifier(name));
        let hides = hides && !self.has_only_names(&output);
        let output = if hides {
            self = self.nested();
            self.output(options.columns)?
        } else {
            output
        };
        let bucket_ms =
            self.columns.first().filter(|first| first.name == "time").and_then(|first| first.bucket_ms);
        let shape = match (self.is_records, bucket_ms) {
            (true, _) => Shape::Records,
            (false, Some(_)) => Shape::TimeSeries,
            (false, None) => Shape::Table,
        };
        // One more than is shown tells whether there are more.
        let most = u64::from(limit) + u64::from(!options.is_whole);
        self.limit = match self.limit {
            Some((rows, offset)) => Some((rows.min(most), offset)),
            None if options.is_whole && options.limit.is_none() => None,
            None => Some((most, 0)),
        };
        let mut statement =
            self.with_few_whole_records(&options.dialect.table).select_named(&output, true).finish();
        if shape != Shape::Records {
            // Counts are numbers that people compute with; ids of records keep their 64 bits as texts.
            statement.sql.push_str(&options.dialect.settings("output_format_json_quote_64bit_integers = 0"));
        }
        Ok(Piped {
            statement,
            shape,
            bucket_seconds: bucket_ms.map(|width| width as f64 / 1000.0),
            limit,
            by_bucket: None,
        })
    }

    /// The same records, found by their time and id alone where one of each value is kept: to find those, all rows are
    /// read, and whole ones are large.
    fn with_few_whole_records(mut self, table: &str) -> Self {
        let mut of_table = SqlText::default();
        of_table.text(table);
        if !self.is_records || self.limit_by.is_none() || self.is_grouped() || self.from != of_table {
            return self;
        }
        let mut found = SqlText::default();
        found.text("(Timestamp, IngestId) IN (\n");
        let keys = ["Timestamp", "IngestId"].map(identifier);
        found.append(&self.select(&keys, true).indented()).text("\n)");
        self.conditions = vec![found];
        self.limit_by = None;
        if let Some((_, offset)) = &mut self.limit {
            *offset = 0;
        }
        self
    }

    /// Whether everything selected is a name of the query inside and nothing else needs one that is given anew.
    fn has_only_names(&self, output: &[(SqlText, String)]) -> bool {
        let clean = |sql: &SqlText| {
            sql.as_identifier()
                .is_some_and(|name| !output.iter().any(|(own, given)| *given == name && own != sql))
        };
        self.conditions.is_empty()
            && self.before_group.is_empty()
            && self.group.is_none()
            && output.iter().all(|(sql, _)| clean(sql))
            && self.order.iter().all(|key| clean(&key.sql))
    }
}

/// `sql AS name`, or the name alone where it is that.
pub(super) fn named(sql: &SqlText, name: &str) -> SqlText {
    let mut line = sql.clone();
    if *sql != identifier(name) {
        line.text(" AS ").append(&identifier(name));
    }
    line
}

/// A name for a column of a query inside that hides nothing: the name itself, or one with underscores before it.
fn free_name(name: &str, sql: &SqlText, taken: &mut HashSet<String>) -> String {
    if *sql == identifier(name) {
        return name.to_owned();
    }
    let mut free = name.to_owned();
    while taken.contains(&free) {
        free.insert(0, '_');
    }
    taken.insert(free.clone());
    free
}

fn write_all(sql: &mut SqlText, before: &str, between: &str, parts: &[SqlText]) {
    for (index, part) in parts.iter().enumerate() {
        sql.text(if index > 0 { between } else { before }).append(part);
    }
}
