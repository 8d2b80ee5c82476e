//! Fields and their values with counts, for the facets and for completion.

use crate::condition::{Condition, Predicate};
use crate::field::Field;
use crate::plan::{Compiler, LEVEL_RANGE, write_field};
use crate::sql::{SqlText, Statement};
use crate::text::push_like_literal;

/// Top values of a field that the facets show.
pub const TOP_VALUES: u32 = 10;
/// Most rows that [`Compiler::attribute_facets`] returns: at least a tenth as many fields.
pub(crate) const MAX_FACET_ROWS: u32 = 3_000;

/// A statement for the values of a field, and how many rows it looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValues {
    pub statement: Statement,
    /// The newest this many rows that have the field; `None`: every row.
    pub sampled_rows: Option<u32>,
}

impl Compiler<'_> {
    /// Level and service over all rows: `field`, `value`, `count`, `field_count` (rows that have the field),
    /// top values first.
    pub fn column_facets(&self) -> Statement {
        let mut sql = SqlText::default();
        for (index, (field, value)) in
            [("level", LEVEL_RANGE), ("service", "ServiceName")].into_iter().enumerate()
        {
            sql.text(if index > 0 { "UNION ALL\n" } else { "" });
            sql.text(&format!(
                "SELECT field, value, count, field_count\nFROM (\n    SELECT '{field}' AS field, toString({value}) AS \
                 value, count() AS count, sum(count) OVER () AS field_count"
            ));
            self.write_from(&mut sql, "    ", |_, _| {});
            sql.text(&format!(
                "\n    GROUP BY value\n    HAVING value != ''\n    ORDER BY count DESC, value\n    LIMIT {TOP_VALUES}\n)\n"
            ));
        }
        trimmed(sql)
    }

    /// Attributes of the newest `sample_rows` rows: `kind` (`attribute` or `resource`), `name`, `value`, `count`,
    /// `field_count` (rows that have it), `is_number` (every value of it in the sample is one); most frequent fields
    /// first, at most [`TOP_VALUES`] values each.
    pub fn attribute_facets(&self, sample_rows: u32) -> Statement {
        let mut sql = SqlText::default();
        sql.text(
            "SELECT\n    item.1 AS kind,\n    item.2 AS name,\n    item.3 AS value,\n    count() AS count,\n    \
             sum(count) OVER (PARTITION BY kind, name) AS field_count,\n    \
             min(isNotNull(toFloat64OrNull(value))) OVER (PARTITION BY kind, name) AS is_number\nFROM (\n    \
             SELECT arrayJoin(arrayConcat(\n        \
             arrayMap((k, v) -> ('attribute', toString(k), v), mapKeys(LogAttributes), mapValues(LogAttributes)),\n        \
             arrayMap((k, v) -> ('resource', toString(k), v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes))\n    \
             )) AS item\n    FROM (\n        SELECT LogAttributes, ResourceAttributes",
        );
        self.write_from(&mut sql, "        ", |_, _| {});
        sql.text(&format!(
            "\n        ORDER BY Timestamp DESC, IngestId DESC\n        LIMIT {sample_rows}\n    )\n)\n\
             GROUP BY kind, name, value\nORDER BY field_count DESC, kind, name, count DESC, value\n\
             LIMIT {TOP_VALUES} BY kind, name\nLIMIT {MAX_FACET_ROWS}"
        ));
        sql.finish()
    }

    /// Values of one field: `value`, `count`, most frequent first. Levels and columns count every row,
    /// attributes (the host too) the newest `sample_rows` rows that have the field. `prefix` matches in any case.
    pub fn field_values(&self, field: &Field, prefix: &str, limit: u32, sample_rows: u32) -> FieldValues {
        let sampled = match field {
            Field::Level | Field::TextColumn(_) | Field::NumberColumn("SeverityNumber" | "TraceFlags") => {
                None
            }
            _ => Some(sample_rows),
        };
        let present = Condition::test(field.clone(), Predicate::Exists);
        let condition = match field {
            Field::Time | Field::Level | Field::NumberColumn(_) => self.condition.clone(),
            _ => self.condition.clone().and(present),
        };
        let inner = Compiler::new(self.dialect, &condition, self.range);
        let mut sql = SqlText::default();
        sql.text("SELECT value, count() AS count\nFROM (\n    SELECT toString(");
        match field {
            Field::Level => {
                sql.text(LEVEL_RANGE);
            }
            _ => write_field(&mut sql, field),
        }
        sql.text(") AS value");
        inner.write_from(&mut sql, "    ", |_, _| {});
        if let Some(rows) = sampled {
            sql.text(&format!("\n    ORDER BY Timestamp DESC, IngestId DESC\n    LIMIT {rows}"));
        }
        sql.text("\n)");
        if !prefix.is_empty() {
            let mut pattern = String::new();
            push_like_literal(&mut pattern, prefix);
            pattern.push('%');
            sql.text("\nWHERE value ILIKE ").string(&pattern);
        }
        sql.text(&format!("\nGROUP BY value\nORDER BY count DESC, value\nLIMIT {limit}"));
        FieldValues { statement: sql.finish(), sampled_rows: sampled }
    }
}

fn trimmed(sql: SqlText) -> Statement {
    let mut statement = sql.finish();
    for text in [&mut statement.sql, &mut statement.display_sql] {
        text.truncate(text.trim_end().len());
    }
    statement
}
