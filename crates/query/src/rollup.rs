//! Attributes and their values over long times, from the roll-up by hours.
//!
//! Its `Rows` estimate the records of an hour with a value, from each eighth of them. Long and random values are counted
//! as one, the empty one.

use crate::TimeRange;
use crate::condition::Condition;
use crate::facets::{MAX_FACET_ROWS, TOP_VALUES};
use crate::field::Field;
use crate::plan::Compiler;
use crate::sql::{SqlText, Statement};
use crate::text::push_like_literal;

const HOUR_NS: i64 = 3_600_000_000_000;
/// From so many hours on, the ones at the edges weigh little.
const LEAST_HOURS: i64 = 6;

/// Whether a range is long enough for estimates by the hour.
fn is_long(range: TimeRange) -> bool {
    match (range.from_ns, range.to_ns) {
        (Some(from_ns), Some(to_ns)) => to_ns.saturating_sub(from_ns) >= LEAST_HOURS * HOUR_NS,
        _ => true,
    }
}

fn write_range(sql: &mut SqlText, range: TimeRange) {
    if let Some(from_ns) = range.from_ns {
        sql.text("\n  AND Hour >= toStartOfHour(").time(from_ns).text(")");
    }
    if let Some(to_ns) = range.to_ns {
        sql.text("\n  AND Hour < ").time(to_ns);
    }
}

impl Compiler<'_> {
    /// The roll-up, where it answers: all records of a long time are asked for.
    fn roll_up(&self) -> Option<&str> {
        let answers = *self.condition == Condition::All && is_long(self.range);
        self.dialect.roll_up.as_deref().filter(|_| answers)
    }

    /// All attributes by the roll-up: `kind` (`attribute` or `resource`), `name`, `value`, `count`, `field_count` (records that have
    /// it), `is_number`; most frequent fields first, at most [`TOP_VALUES`] values each and the empty one. `None` where
    /// no roll-up answers.
    pub fn attributes_by_hours(&self) -> Option<Statement> {
        let roll_up = self.roll_up()?;
        let mut sql = SqlText::default();
        sql.text(
            "SELECT toString(Source) AS kind, Key AS name, Value AS value, sum(Rows) AS count,\n    \
             sum(count) OVER (PARTITION BY kind, name) AS field_count,\n    \
             min(value = '' OR isNotNull(toFloat64OrNull(value))) OVER (PARTITION BY kind, name) AS is_number\n",
        );
        sql.text(&format!("FROM {roll_up}\nWHERE Rows > 0"));
        write_range(&mut sql, self.range);
        sql.text(&format!(
            "\nGROUP BY kind, name, value\nORDER BY field_count DESC, kind, name, count DESC, value\n\
             LIMIT {} BY kind, name\nLIMIT {MAX_FACET_ROWS}",
            TOP_VALUES + 1
        ));
        Some(sql.finish())
    }

    /// Values of one attribute by the roll-up: `value`, `count`, `field_count`, most frequent first. `prefix` matches in any
    /// case. `None` where no roll-up answers.
    pub fn values_by_hours(&self, field: &Field, prefix: &str, limit: u32) -> Option<Statement> {
        let roll_up = self.roll_up()?;
        let (source, key) = match field {
            Field::Attribute(name) => (None, name),
            Field::RecordAttribute(name) => (Some("attribute"), name),
            Field::ResourceAttribute(name) => (Some("resource"), name),
            _ => return None,
        };
        let mut sql = SqlText::default();
        sql.text(&format!(
            "SELECT value, count, field_count\nFROM (\n    SELECT Value AS value, sum(Rows) AS count, \
             sum(count) OVER () AS field_count\n    FROM {roll_up}\n    WHERE Key = "
        ));
        sql.string(key);
        if let Some(source) = source {
            sql.text(" AND Source = ").string(source);
        }
        write_range(&mut sql, self.range);
        sql.text("\n    GROUP BY value\n)\nWHERE value != ''");
        if !prefix.is_empty() {
            let mut pattern = String::new();
            push_like_literal(&mut pattern, prefix);
            pattern.push('%');
            sql.text(" AND value ILIKE ").string(&pattern);
        }
        sql.text(&format!("\nORDER BY count DESC, value\nLIMIT {limit}"));
        Some(sql.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;

    #[test]
    fn a_roll_up_answers_for_all_records_of_a_long_time() {
        let hours = |hours: i64| TimeRange { from_ns: Some(0), to_ns: Some(hours * HOUR_NS) };
        let (local, plain) = (Dialect::default(), Dialect::plain("otel_logs"));
        let answers =
            |dialect, range| Compiler::new(dialect, &Condition::All, range).attributes_by_hours().is_some();
        assert!(answers(&local, TimeRange::ALL) && answers(&local, hours(6)));
        assert!(!answers(&local, hours(5)) && !answers(&plain, TimeRange::ALL));
        let some = Condition::test(Field::Level, crate::Predicate::Exists);
        assert!(Compiler::new(&local, &some, TimeRange::ALL).attributes_by_hours().is_none());
        let all = Compiler::new(&local, &Condition::All, TimeRange::ALL);
        assert!(all.values_by_hours(&Field::Level, "", 10).is_none());
    }
}
