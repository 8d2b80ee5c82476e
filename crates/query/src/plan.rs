//! Plans for reading: a condition and a time range to statements.

use crate::attribute_columns::AttributeColumns;
use crate::condition::Condition;
use crate::cursor::Cursor;
use crate::dialect::{Dialect, Reading};
use crate::field::{COLUMNS, Field};
use crate::filter::write_condition;
use crate::mapping::AttributeMap;
use crate::sql::{SqlText, Statement};
use crate::{QueryError, Span, TimeRange};

/// Most rows of one page.
pub const MAX_ROWS: u32 = 10_000;

/// What a search returns.
#[derive(Debug, Clone, Default)]
pub struct SearchOptions {
    /// Names as in the search language; `None` is the whole record.
    pub columns: Option<Vec<String>>,
    /// At most [`MAX_ROWS`]; more is cut to it.
    pub limit: u32,
    pub cursor: Option<Cursor>,
}

/// Makes statements for one table.
#[derive(Debug, Clone, Copy)]
pub struct Compiler<'a> {
    pub dialect: &'a Dialect,
    pub condition: &'a Condition,
    pub range: TimeRange,
}

impl<'a> Compiler<'a> {
    pub fn new(dialect: &'a Dialect, condition: &'a Condition, range: TimeRange) -> Self {
        Self { dialect, condition, range }
    }

    /// All rows, newest first, with these columns under the names given.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn export(&self, columns: &[String], limit: Option<u64>) -> Result<Statement, QueryError> {
        let mut sql = SqlText::default();
        sql.text("SELECT");
        self.write_columns(&mut sql, columns)?;
        self.write_from(&mut sql, "", |_, _| {});
        sql.text("\nORDER BY Timestamp DESC, IngestId DESC");
        if let Some(limit) = limit {
            sql.text(&format!("\nLIMIT {limit}"));
        }
        Ok(self.finish(sql))
    }

    /// Rows, newest first, equal times by `IngestId`. With `columns`, a row has these under the names given, and
    /// `Timestamp` and `IngestId` always (the cursor of the next page is made of them).
    ///
    /// # Errors
    /// `query.type` for a column name that is empty or holds control characters.
    pub fn search(&self, options: &SearchOptions) -> Result<Statement, QueryError> {
        let mut sql = SqlText::default();
        sql.text("SELECT");
        match &options.columns {
            None => {
                for (index, column) in COLUMNS.iter().enumerate() {
                    sql.text(if index > 0 { ",\n    " } else { "\n    " }).text(column);
                }
            }
            Some(columns) => {
                let written = self.write_columns(&mut sql, columns)?;
                for key in ["Timestamp", "IngestId"].into_iter().filter(|key| !written.contains(key)) {
                    sql.text(if written.is_empty() && key == "Timestamp" { "\n    " } else { ",\n    " })
                        .text(key);
                }
            }
        }
        self.write_from(&mut sql, "", |sql, separator| {
            if let Some(cursor) = options.cursor {
                // The first test is one that the primary key serves.
                sql.text(separator);
                self.write_time_bound(sql, false, false, cursor.time_ns);
                sql.text("\n  AND (Timestamp, IngestId) < (").time(cursor.time_ns);
                sql.text(", ").integer(cursor.ingest_id).text(")");
            }
        });
        let limit = options.limit.min(MAX_ROWS);
        sql.text(&format!("\nORDER BY Timestamp DESC, IngestId DESC\nLIMIT {limit}"));
        // The newest part alone is read where that is enough, not a buffer of each. Reading ahead is worth it where a row
        // costs much to test: without, one part waits for the other.
        if !self.condition.reads_messages() {
            sql.text(&self.dialect.settings("read_in_order_use_buffering = 0"));
        }
        Ok(self.finish(sql))
    }

    /// `bucket_ms` (start since the epoch, a multiple of the width), `total`, and a count for each of
    /// [`click_lite_model::Severity::RANGES`]; buckets without rows are left out.
    pub fn histogram(&self, bucket_width_ms: u64) -> Statement {
        let width = bucket_width_ms.clamp(1, i64::MAX as u64);
        let mut sql = SqlText::default();
        sql.text(&format!(
            "SELECT\n    toInt64(intDiv(toUnixTimestamp64Milli(Timestamp), {width}) * {width}) AS bucket_ms,\n    \
             count() AS total"
        ));
        for (index, name) in click_lite_model::Severity::RANGES.iter().enumerate() {
            let test = if index == 0 {
                "SeverityNumber = 0 OR SeverityNumber > 24".to_owned()
            } else {
                format!("SeverityNumber BETWEEN {} AND {}", index * 4 - 3, index * 4)
            };
            sql.text(&format!(",\n    countIf({test}) AS `{name}`"));
        }
        self.write_from(&mut sql, "", |_, _| {});
        sql.text("\nGROUP BY bucket_ms\nORDER BY bucket_ms");
        self.finish(sql)
    }

    /// One row: `total`.
    pub fn count(&self) -> Statement {
        let mut sql = SqlText::default();
        sql.text("SELECT count() AS total");
        self.write_from(&mut sql, "", |_, _| {});
        self.finish(sql)
    }

    /// One row: `total`, and `first_ns` and `last_ns` since the epoch (0 where there is no row).
    pub fn time_span(&self) -> Statement {
        let mut sql = SqlText::default();
        sql.text(
            "SELECT\n    count() AS total,\n    toUnixTimestamp64Nano(min(Timestamp)) AS first_ns,\n    \
             toUnixTimestamp64Nano(max(Timestamp)) AS last_ns",
        );
        self.write_from(&mut sql, "", |_, _| {});
        self.finish(sql)
    }

    /// The columns, each once; their names.
    fn write_columns<'c>(
        &self,
        sql: &mut SqlText,
        columns: &'c [String],
    ) -> Result<Vec<&'c str>, QueryError> {
        let mut separator = "\n    ";
        let mut written: Vec<&str> = Vec::new();
        for name in columns {
            if name.is_empty() || name.chars().any(char::is_control) {
                return Err(QueryError::new(
                    crate::ErrorKind::Type,
                    Span::default(),
                    format!("this is no name of a column: {name:?}"),
                ));
            }
            if written.contains(&name.as_str()) {
                continue;
            }
            written.push(name);
            sql.text(separator);
            separator = ",\n    ";
            if COLUMNS.contains(&name.as_str()) {
                sql.text(name);
            } else {
                self.write_field(sql, &Field::resolve(name));
                sql.text(" AS ").alias(name);
            }
        }
        Ok(written)
    }

    /// A select from the table that is a statement of its own.
    pub(crate) fn finish(&self, select: SqlText) -> Statement {
        self.dialect.select(select, "").finish()
    }

    /// As [`write_field`], from the columns of the table.
    pub(crate) fn write_field(&self, sql: &mut SqlText, field: &Field) {
        let is_written = self.dialect.mapping.as_ref().is_some_and(|mapping| mapping.write_field(sql, field));
        if !is_written {
            write_field(sql, field, &self.dialect.columns);
        }
    }

    /// A bound of the time, first one that a key serves: from `time_ns` on, or before it; with it where `is_exact` does
    /// not hold.
    pub(crate) fn write_time_bound(&self, sql: &mut SqlText, is_start: bool, is_exact: bool, time_ns: i64) {
        let symbol = match (is_start, is_exact) {
            (true, _) => ">=",
            (false, true) => "<",
            (false, false) => "<=",
        };
        if let Some(mapping) = &self.dialect.mapping {
            for column in &mapping.key_times {
                let mut bound = SqlText::default();
                if column.write_coarse_bound(&mut bound, is_start, time_ns) {
                    sql.append(&bound).text(" AND ");
                }
            }
            let mut bound = SqlText::default();
            if mapping.time.write_bound(&mut bound, is_start, is_exact, time_ns) {
                sql.append(&bound);
                if mapping.time.is_exact_bound() {
                    return;
                }
                sql.text(" AND ");
            }
        }
        sql.text("Timestamp ").text(symbol).text(" ").time(time_ns);
    }

    /// `FROM`, and `WHERE` with the time range, the condition and what `more` adds after the separator it is given.
    pub(crate) fn write_from(&self, sql: &mut SqlText, indent: &str, more: impl Fn(&mut SqlText, &str)) {
        let separators = [format!("\n{indent}WHERE "), format!("\n{indent}  AND ")];
        let conditions = self.conditions();
        sql.text(&format!("\n{indent}FROM {}", self.dialect.table));
        for (index, condition) in conditions.iter().enumerate() {
            sql.text(&separators[usize::from(index > 0)]).append(condition);
        }
        more(sql, &separators[usize::from(!conditions.is_empty())]);
    }

    pub(crate) fn reading(&self) -> Reading<'a> {
        Reading { dialect: self.dialect, range: self.range }
    }

    /// The parts of `WHERE`: the time range and the condition; all must hold.
    pub(crate) fn conditions(&self) -> Vec<SqlText> {
        let mut found = Vec::new();
        let mut add = |write: &dyn Fn(&mut SqlText)| {
            let mut sql = SqlText::default();
            write(&mut sql);
            found.push(sql);
        };
        if let Some(from_ns) = self.range.from_ns {
            add(&|sql| {
                self.write_time_bound(sql, true, true, from_ns);
            });
        }
        if let Some(to_ns) = self.range.to_ns {
            add(&|sql| {
                self.write_time_bound(sql, false, true, to_ns);
            });
        }
        let parts = match self.condition {
            Condition::All => &[],
            Condition::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        for part in parts {
            add(&|sql| write_condition(sql, self.reading(), part, false));
        }
        found
    }
}

/// The level as a text: as the source wrote it, else the name of its range.
pub(crate) const LEVEL_TEXT: &str = "if(SeverityText != '', SeverityText, ['unknown', 'trace', 'debug', 'info', 'warn', \
                                     'error', 'fatal'][least(intDiv(SeverityNumber + 3, 4), 6) + 1])";
/// The name of the range of a level.
pub(crate) const LEVEL_RANGE: &str = "['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']\
                                      [least(intDiv(SeverityNumber + 3, 4), 6) + 1]";

/// The value of a field, as a text unless it is a column of another type.
pub(crate) fn write_field(sql: &mut SqlText, field: &Field, columns: &AttributeColumns) {
    match field {
        Field::Time => {
            sql.text("Timestamp");
        }
        Field::Level => {
            sql.text(LEVEL_TEXT);
        }
        Field::Body => {
            sql.text("Body");
        }
        Field::HexColumn(column) | Field::TextColumn(column) | Field::NumberColumn(column) => {
            sql.text(column);
        }
        Field::Attribute(name) => {
            sql.text("if(mapContains(LogAttributes, ").string(name).text("), ");
            columns.write_text(sql, AttributeMap::Record, name);
            sql.text(", ");
            columns.write_text(sql, AttributeMap::Resource, name);
            sql.text(")");
        }
        Field::RecordAttribute(name) => columns.write_text(sql, AttributeMap::Record, name),
        Field::ResourceAttribute(name) => columns.write_text(sql, AttributeMap::Resource, name),
        Field::ScopeAttribute(name) => columns.write_text(sql, AttributeMap::Scope, name),
    }
}
