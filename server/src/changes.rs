//! What changed in the tables, and when: the base of answers that are kept.
//!
//! Rows get into the tables of the embedded engine through [`crate::deliver`] alone, and out of them through
//! [`crate::storage`]. Both say here what they are about to change before they begin, and that they are done after it is
//! certain. An answer that was asked for at a [`Mark`] still holds if nothing that overlaps it was open or was closed since.
//!
//! A remote ClickHouse has other writers that say nothing: answers of one are never kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use click_lite_query::TimeRange;

/// Changes that are remembered; what was asked for before them counts as changed.
const REMEMBERED: usize = 4096;

/// A point in the order of all changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

/// What is changed: rows with times from `first_ns` to `last_ns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub first_ns: i64,
    pub last_ns: i64,
}

impl Change {
    pub const EVERYTHING: Self = Self { first_ns: i64::MIN, last_ns: i64::MAX };

    fn touches(self, range: TimeRange) -> bool {
        range.from_ns.is_none_or(|from_ns| self.last_ns >= from_ns)
            && range.to_ns.is_none_or(|to_ns| self.first_ns < to_ns)
    }
}

/// The order of changes. Cheap to share.
#[derive(Debug, Clone, Default)]
pub struct Changes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Number of the latest change that was closed.
    closed_last: u64,
    closed: VecDeque<(u64, Change)>,
    /// Changes up to this one are forgotten.
    forgotten: u64,
    opened: u64,
    open: HashMap<u64, Change>,
}

/// A change that is being made. Dropping it says that it is done.
#[derive(Debug)]
pub struct OpenChange {
    changes: Changes,
    id: u64,
}

impl Changes {
    /// Says what is about to change.
    #[must_use]
    pub fn begin(&self, change: Change) -> OpenChange {
        let mut state = self.lock();
        state.opened += 1;
        let id = state.opened;
        state.open.insert(id, change);
        OpenChange { changes: self.clone(), id }
    }

    /// Now; to be taken before a question is sent.
    pub fn mark(&self) -> Mark {
        Mark(self.lock().closed_last)
    }

    /// Whether rows of a range are what they were for a question that was sent after `mark` was taken.
    pub fn is_unchanged_since(&self, mark: Mark, range: TimeRange) -> bool {
        let state = self.lock();
        let closed = state.closed.iter().rev().take_while(|(number, _)| *number > mark.0);
        mark.0 >= state.forgotten
            && state.open.values().all(|change| !change.touches(range))
            && closed.into_iter().all(|(_, change)| !change.touches(range))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenChange {
    fn drop(&mut self) {
        let mut state = self.changes.lock();
        let Some(change) = state.open.remove(&self.id) else { return };
        state.closed_last += 1;
        let number = state.closed_last;
        state.closed.push_back((number, change));
        if state.closed.len() > REMEMBERED
            && let Some((number, _)) = state.closed.pop_front()
        {
            state.forgotten = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from_ns: i64, to_ns: i64) -> TimeRange {
        TimeRange { from_ns: Some(from_ns), to_ns: Some(to_ns) }
    }

    #[test]
    fn a_change_spoils_what_it_touches_from_before_it_begins_until_after_it_ends() {
        let changes = Changes::default();
        let before = changes.mark();
        assert!(changes.is_unchanged_since(before, TimeRange::ALL));
        let open = changes.begin(Change { first_ns: 10, last_ns: 19 });
        let during = changes.mark();
        for mark in [before, during] {
            assert!(!changes.is_unchanged_since(mark, range(0, 11)), "it touches the last of these");
            assert!(!changes.is_unchanged_since(mark, range(19, 30)));
            assert!(changes.is_unchanged_since(mark, range(0, 10)));
            assert!(changes.is_unchanged_since(mark, range(20, 30)));
        }
        drop(open);
        let after = changes.mark();
        assert!(!changes.is_unchanged_since(before, range(0, 11)));
        assert!(
            !changes.is_unchanged_since(during, range(0, 11)),
            "what was asked meanwhile may have seen a half"
        );
        assert!(changes.is_unchanged_since(after, TimeRange::ALL));
        assert!(changes.is_unchanged_since(before, range(20, 30)));
    }

    #[test]
    fn what_is_forgotten_counts_as_changed() {
        let changes = Changes::default();
        let mark = changes.mark();
        for _ in 0..=REMEMBERED {
            drop(changes.begin(Change { first_ns: 0, last_ns: 0 }));
        }
        assert!(!changes.is_unchanged_since(mark, range(100, 200)));
        assert!(changes.is_unchanged_since(changes.mark(), TimeRange::ALL));
    }
}
