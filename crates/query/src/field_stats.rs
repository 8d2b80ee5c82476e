//! What the values of one field look like: how often it is there, its values, and, for numbers, their distribution.

use crate::condition::{Condition, Predicate};
use crate::field::Field;
use crate::filter::write_condition;
use crate::plan::{Compiler, LEVEL_RANGE};
use crate::sql::{SqlText, Statement};

/// Levels of the quantiles that [`Compiler::field_summary`] gives, in this order.
pub const QUANTILES: [f64; 7] = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/// The rows that the figures of one field are taken from.
#[derive(Debug, Clone, Copy)]
pub struct FieldSample<'a> {
    pub field: &'a Field,
    /// The newest so many rows that match; `None`: all of them.
    pub rows: Option<u32>,
}

impl<'a> FieldSample<'a> {
    /// Every row for what is cheap to read, which are short columns; the newest `rows` for the rest.
    pub fn new(field: &'a Field, rows: u32) -> Self {
        let is_cheap = matches!(
            field,
            Field::Level | Field::TextColumn(_) | Field::NumberColumn("SeverityNumber" | "TraceFlags")
        );
        Self { field, rows: (!is_cheap).then_some(rows) }
    }
}

impl Compiler<'_> {
    /// One row: `rows` looked at, `present` (rows that have the field), `distinct` values (exact up to some ten
    /// thousand), `numbers` (values that are a finite number) and of these `least`, `greatest`, `mean` and `quantiles`
    /// (see [`QUANTILES`]), which are 0 where there is none.
    pub fn field_summary(&self, sample: FieldSample<'_>) -> Statement {
        let mut sql = SqlText::default();
        let levels = QUANTILES.map(|level| level.to_string()).join(", ");
        sql.text(&format!(
            "SELECT\n    count() AS rows,\n    countIf(is_present) AS present,\n    uniqIf(value, is_present) AS distinct,\n    \
             countIf(isNotNull(number)) AS numbers,\n    minOrDefault(number) AS least,\n    \
             maxOrDefault(number) AS greatest,\n    ifNull(avgOrNull(number), 0) AS mean,\n    \
             arrayMap(level -> if(isFinite(level), level, 0), quantiles({levels})(ifNull(number, nan))) AS quantiles"
        ));
        self.write_sample(&mut sql, sample);
        sql.finish()
    }

    /// `value`, `count`: the most frequent values, at most `limit`.
    pub fn field_top_values(&self, sample: FieldSample<'_>, limit: u32) -> Statement {
        let mut sql = SqlText::default();
        sql.text("SELECT value, count() AS count");
        self.write_sample(&mut sql, sample);
        sql.text(&format!("\nWHERE is_present\nGROUP BY value\nORDER BY count DESC, value\nLIMIT {limit}"));
        sql.finish()
    }

    /// `bucket` (from 0) and `count`: numbers in so many spans of equal width from `low` to `high`. Those below are in
    /// the first, those above in the last; spans without any are left out.
    pub fn field_distribution(
        &self,
        sample: FieldSample<'_>,
        low: f64,
        high: f64,
        buckets: u32,
    ) -> Statement {
        let mut sql = SqlText::default();
        let last = buckets.max(1) - 1;
        sql.text("SELECT\n    toUInt32(greatest(0, least(");
        sql.text(&last.to_string()).text(", floor((assumeNotNull(number) - ").float(low).text(") / ");
        let width = (high - low) / f64::from(buckets.max(1));
        sql.float(if width > 0.0 { width } else { 1.0 }).text(")))) AS bucket,\n    count() AS count");
        self.write_sample(&mut sql, sample);
        sql.text("\nWHERE isNotNull(number)\nGROUP BY bucket\nORDER BY bucket");
        sql.finish()
    }

    /// `FROM` rows with `is_present`, `value` as a text, and `number` where the value is one.
    fn write_sample(&self, sql: &mut SqlText, FieldSample { field, rows }: FieldSample<'_>) {
        sql.text(
            "\nFROM (\n    SELECT\n        is_present,\n        value,\n        \
             if(isFinite(toFloat64OrNull(value)), toFloat64OrNull(value), NULL) AS number\n    FROM (\n        ",
        );
        let mut inner = SqlText::default();
        inner.text("SELECT ");
        let exists = Condition::test(field.clone(), Predicate::Exists);
        write_condition(&mut inner, self.reading(), &exists, false);
        inner.text(" AS is_present, toString(");
        match field {
            Field::Level => {
                inner.text(LEVEL_RANGE);
            }
            _ => self.write_field(&mut inner, field),
        }
        inner.text(") AS value");
        self.write_from(&mut inner, "        ", |_, _| {});
        if let Some(rows) = rows {
            inner.text(&format!("\n        ORDER BY Timestamp DESC, IngestId DESC\n        LIMIT {rows}"));
        }
        sql.append(&self.dialect.select(inner, "        ")).text("\n    )\n)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, TimeRange};

    #[test]
    fn columns_are_read_whole_and_attributes_by_sample() {
        let field = Field::resolve("service");
        assert_eq!(FieldSample::new(&field, 9).rows, None);
        let field = Field::resolve("it's");
        let sample = FieldSample::new(&field, 9);
        assert_eq!(sample.rows, Some(9));
        let dialect = Dialect::default();
        let compiler = Compiler::new(&dialect, &Condition::All, TimeRange::ALL);
        let statement = compiler.field_top_values(sample, 5);
        // The name is bound, never written.
        assert!(!statement.sql.contains("it's"), "{}", statement.sql);
        assert!(statement.sql.contains("LIMIT 9\n"), "{}", statement.sql);
        assert!(statement.sql.ends_with("ORDER BY count DESC, value\nLIMIT 5"), "{}", statement.sql);
    }

    #[test]
    fn spans_of_a_distribution_have_a_width() {
        let field = Field::resolve("duration_ms");
        let dialect = Dialect::default();
        let compiler = Compiler::new(&dialect, &Condition::All, TimeRange::ALL);
        let width = |low, high| {
            let statement = compiler.field_distribution(FieldSample::new(&field, 9), low, high, 10);
            statement
                .params
                .iter()
                .rfind(|param| param.kind == crate::ParamType::Float64)
                .map(|param| param.value.clone())
        };
        assert_eq!(width(0.0, 50.0).as_deref(), Some("5.0"));
        // One value alone.
        assert_eq!(width(7.0, 7.0).as_deref(), Some("1.0"));
    }
}
