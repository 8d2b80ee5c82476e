//! Statements of live tails: rows by the number under which they were taken in.

use crate::Compiler;
use crate::field::COLUMNS;
use crate::sql::{SqlText, Statement};

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

fn whole_records() -> SqlText {
    let mut sql = SqlText::default();
    sql.text("SELECT");
    for (index, column) in COLUMNS.iter().enumerate() {
        sql.text(if index > 0 { ",\n    " } else { "\n    " }).text(column);
    }
    sql
}
