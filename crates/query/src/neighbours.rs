//! Rows next to a place in time.

use crate::cursor::Cursor;
use crate::field::COLUMNS;
use crate::plan::{Compiler, MAX_ROWS};
use crate::sql::{SqlText, Statement};

impl Compiler<'_> {
    /// Whole rows that come after `place`, the nearest first; what comes before it is a search with `place` as its
    /// cursor. Equal times are ordered by `IngestId`, as everywhere.
    pub fn rows_after(&self, place: Cursor, limit: u32) -> Statement {
        let mut sql = SqlText::default();
        sql.text("SELECT\n    ").text(&COLUMNS.join(",\n    "));
        self.write_from(&mut sql, "", |sql, separator| {
            // The first test is one that the primary key serves.
            sql.text(separator);
            self.write_time_bound(sql, true, true, place.time_ns);
            sql.text("\n  AND (Timestamp, IngestId) > (").time(place.time_ns);
            sql.text(", ").integer(place.ingest_id).text(")");
        });
        sql.text(&format!("\nORDER BY Timestamp, IngestId\nLIMIT {}", limit.min(MAX_ROWS)));
        self.finish(sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, TimeRange, parse};

    #[test]
    fn rows_after_a_row_are_in_the_order_of_the_table() {
        let condition = parse("service:cart").and_then(|parsed| parsed.query.check(0)).expect("a condition");
        let dialect = Dialect::default();
        let statement = Compiler::new(&dialect, &condition, TimeRange::ALL)
            .rows_after(Cursor { time_ns: 1_500_000_000, ingest_id: 9 }, 20);
        let (_, filter) = statement.display_sql.split_once("WHERE ").expect("a filter");
        assert_eq!(
            filter,
            "ServiceName = 'cart'\n  AND Timestamp >= toDateTime64('1970-01-01 00:00:01.500000000', 9, 'UTC')\
             \n  AND (Timestamp, IngestId) > (toDateTime64('1970-01-01 00:00:01.500000000', 9, 'UTC'), 9)\
             \nORDER BY Timestamp, IngestId\nLIMIT 20"
        );
    }
}
