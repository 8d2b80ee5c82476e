use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// How far each source's records are searchable.
///
/// Inserts run side by side, so a later one can end first: what counts is how far there is no gap. Of sources that this
/// server did not see begin, all is searchable once what waited in the spool at its start is delivered.
#[derive(Debug, Default)]
pub struct Delivered {
    sources: Mutex<HashMap<[u8; 16], Progress>>,
    /// What waited at the start is delivered.
    backlog_is_done: AtomicBool,
}

#[derive(Debug, Default)]
struct Progress {
    /// Records at the start of which all are delivered.
    rows: u64,
    /// Some of them came before this server started.
    is_resumed: bool,
    /// Delivered beyond a gap: first record to the one after the last.
    ahead: BTreeMap<u64, u64>,
}

impl Delivered {
    /// Begins to count a source whose first `resumed` records came before.
    pub fn begin(&self, source: Uuid, resumed: u64) {
        let progress = Progress { rows: resumed, is_resumed: resumed > 0, ahead: BTreeMap::new() };
        self.lock().insert(*source.as_bytes(), progress);
    }

    /// Records of a source that ClickHouse has, as far as this server knows.
    pub fn rows(&self, source: Uuid) -> u64 {
        self.known(source).unwrap_or(0)
    }

    /// As [`Self::rows`], for a source that may have ended before this server started, with `all` its records.
    pub fn rows_or_all(&self, source: Uuid, all: u64) -> u64 {
        let before = if self.backlog_is_done.load(Ordering::Acquire) { all } else { 0 };
        self.known(source).unwrap_or(before).min(all)
    }

    fn known(&self, source: Uuid) -> Option<u64> {
        let sources = self.lock();
        let progress = sources.get(source.as_bytes())?;
        let waits = progress.is_resumed && !self.backlog_is_done.load(Ordering::Acquire);
        Some(if waits { 0 } else { progress.rows })
    }

    /// Notes that the records of a source from `start` up to `end` are delivered.
    pub fn advance(&self, source: [u8; 16], start: u64, end: u64) {
        let mut sources = self.lock();
        let Some(progress) = sources.get_mut(&source) else { return };
        progress.ahead.insert(start, end);
        while let Some(entry) = progress.ahead.first_entry().filter(|entry| *entry.key() <= progress.rows) {
            progress.rows = progress.rows.max(entry.remove());
        }
    }

    /// Notes that nothing is left of what waited at the start.
    pub fn finish_backlog(&self) {
        self.backlog_is_done.store(true, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 16], Progress>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_gap_counts_as_searchable() {
        let delivered = Delivered::default();
        let source = Uuid::from_u128(7);
        delivered.begin(source, 0);
        delivered.advance(*source.as_bytes(), 10, 20);
        assert_eq!(delivered.rows(source), 0, "the insert before is still on its way");
        delivered.advance(*source.as_bytes(), 0, 10);
        assert_eq!(delivered.rows(source), 20);
        delivered.advance(*source.as_bytes(), 20, 25);
        assert_eq!(delivered.rows_or_all(source, 25), 25);
    }

    #[test]
    fn what_waited_at_the_start_is_not_taken_for_searchable() {
        let delivered = Delivered::default();
        let (resumed, ended) = (Uuid::from_u128(1), Uuid::from_u128(2));
        delivered.begin(resumed, 100);
        delivered.advance(*resumed.as_bytes(), 100, 120);
        assert_eq!((delivered.rows(resumed), delivered.rows_or_all(ended, 50)), (0, 0));
        delivered.finish_backlog();
        assert_eq!((delivered.rows(resumed), delivered.rows_or_all(ended, 50)), (120, 50));
    }
}
