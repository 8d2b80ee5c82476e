use std::sync::atomic::{AtomicU64, Ordering};

use click_lite_model::Clock;

/// Numbers each record that is taken in: `IngestId`, the tie-breaker among equal times, and the place of a live tail.
///
/// A block is numbered when it goes to the spool, so a higher number was stored later ([`crate::pipeline`]).
///
/// A run of the server starts at its clock's milliseconds times 2^20. A run takes less than 2^20 records in a
/// millisecond, so that the next one starts above whatever this one gave out, without anything written down. A clock
/// that was set back can give a number twice, which costs the order of records with equal times, and nothing else.
#[derive(Debug)]
pub struct IngestIds(AtomicU64);

impl IngestIds {
    pub fn new(clock: &dyn Clock) -> Self {
        let milliseconds = u64::try_from(clock.now_ns() / 1_000_000).unwrap_or(0);
        Self(AtomicU64::new(milliseconds << 20))
    }

    /// The first of `count` numbers in a row.
    pub fn take(&self, count: u64) -> u64 {
        self.0.fetch_add(count, Ordering::Relaxed)
    }
}
