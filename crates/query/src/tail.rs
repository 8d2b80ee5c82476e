//! Statements of live tails: rows by the number under which they were taken in, and of tables that others fill by their
//! times.

use crate::field::COLUMNS;
use crate::sql::{SqlText, Statement};
use crate::{Compiler, Cursor};

impl Compiler<'_> {
    /// The newest whole records, newest first, of those with an `IngestId` up to `up_to`.
    pub fn latest(&self, up_to: u64, limit: u32) -> Statement {
        let mut sql = whole_records();
        self.write_from(&mut sql, "", |sql, separator| {
            sql.text(separator).text("IngestId <= ").integer(up_to);
        });
        sql.text(&format!("\nORDER BY Timestamp DESC, IngestId DESC\nLIMIT {limit}"));
        sql.finish()
    }

    /// Whole records in the order in which they were taken in, of those with an `IngestId` above `after` and up to
    /// `up_to`.
    pub fn taken_in(&self, after: u64, up_to: u64, limit: u32) -> Statement {
        let mut sql = whole_records();
        self.write_from(&mut sql, "", |sql, separator| {
            sql.text(separator).text("IngestId > ").integer(after);
            sql.text("\n  AND IngestId <= ").integer(up_to);
        });
        sql.text(&format!("\nORDER BY IngestId\nLIMIT {limit}"));
        sql.finish()
    }
}

/// Records in the order of their times, then of their ids: those behind `after`, up to `up_to` and with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub after: Cursor,
    pub up_to: Cursor,
}

impl Compiler<'_> {
    /// Whole records of a stretch, oldest first.
    pub fn records_of(&self, stretch: Stretch, limit: u32) -> Statement {
        self.of_stretch(whole_records(), stretch, &format!("\nORDER BY Timestamp, IngestId\nLIMIT {limit}"))
    }

    /// One row: `total`.
    pub fn count_of(&self, stretch: Stretch) -> Statement {
        let mut sql = SqlText::default();
        sql.text("SELECT count() AS total");
        self.of_stretch(sql, stretch, "")
    }

    /// `time_ns` since the epoch and `id` of each record of a stretch.
    pub fn places_of(&self, stretch: Stretch, limit: u32) -> Statement {
        let mut sql = SqlText::default();
        sql.text("SELECT\n    toUnixTimestamp64Nano(Timestamp) AS time_ns,\n    IngestId AS id");
        self.of_stretch(sql, stretch, &format!("\nLIMIT {limit}"))
    }

    /// Whole records at these places, in the order of time, oldest first.
    pub fn records_at(&self, places: &[Cursor]) -> Statement {
        let mut sql = whole_records();
        self.write_from(&mut sql, "", |sql, separator| {
            let times = places.iter().map(|place| place.time_ns);
            let (first, last) = (times.clone().min().unwrap_or_default(), times.max().unwrap_or_default());
            sql.text(separator);
            self.write_time_bound(sql, true, true, first);
            sql.text("\n  AND ");
            self.write_time_bound(sql, false, false, last);
            for (index, place) in places.iter().enumerate() {
                sql.text(if index > 0 { ", (" } else { "\n  AND (Timestamp, IngestId) IN ((" });
                sql.time(place.time_ns).text(", ").integer(place.ingest_id).text(")");
            }
            sql.text(if places.is_empty() { "\n  AND 0" } else { ")" });
        });
        sql.text("\nORDER BY Timestamp, IngestId");
        self.finish(sql)
    }

    fn of_stretch(&self, mut sql: SqlText, stretch: Stretch, behind: &str) -> Statement {
        let Stretch { after, up_to } = stretch;
        self.write_from(&mut sql, "", |sql, separator| {
            // The first tests are ones that a primary key serves.
            sql.text(separator);
            self.write_time_bound(sql, true, true, after.time_ns);
            sql.text("\n  AND ");
            self.write_time_bound(sql, false, false, up_to.time_ns);
            for (symbol, place) in [(">", after), ("<=", up_to)] {
                sql.text(&format!("\n  AND (Timestamp, IngestId) {symbol} (")).time(place.time_ns);
                sql.text(", ").integer(place.ingest_id).text(")");
            }
        });
        sql.text(behind);
        self.finish(sql)
    }
}

fn whole_records() -> SqlText {
    let mut sql = SqlText::default();
    sql.text("SELECT");
    for (index, column) in COLUMNS.iter().enumerate() {
        sql.text(if index > 0 { ",\n    " } else { "\n    " }).text(column);
    }
    sql
}
