//! Answers that are kept, for as long as they are right.
//!
//! An answer is known by its statement, in which times are absolute, and by its values. It holds until something changes
//! in its time range (see [`crate::changes`]). Where that can't be known nothing is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use click_lite_query::{Statement, TimeRange};
use click_lite_store::AnswerColumn;
use moka::sync::Cache;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Stats;
use crate::changes::{Changes, Mark};

/// ClickHouse itself drops rows only long after the rules do; this bounds what that could leave behind.
const LONGEST_LIFE: Duration = Duration::from_secs(600);
/// Of the memory, for one answer.
const LARGEST_SHARE: u64 = 8;
/// What a row counts as beside its text.
const ROW_BYTES: usize = 32;

/// Whether an answer was kept, and for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CacheUse {
    /// Nothing of the answer was computed for this request.
    pub hit: bool,
    /// Since its oldest part was computed.
    pub age_ms: u64,
}

impl CacheUse {
    pub fn and(self, other: Self) -> Self {
        Self { hit: self.hit && other.hit, age_ms: self.age_ms.max(other.age_ms) }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Kept {
    pub columns: Vec<AnswerColumn>,
    pub rows: Vec<Box<RawValue>>,
    pub stats: Stats,
    pub truncated: bool,
}

#[derive(Debug)]
struct Entry {
    answer: Kept,
    mark: Mark,
    range: TimeRange,
    computed: Instant,
}

/// The answers.
pub struct AnswerCache {
    kept: Cache<String, Arc<Entry>>,
    changes: Changes,
    largest_bytes: usize,
    is_on: bool,
}

/// What an answer is about to be kept under. To be made before the question is sent.
#[derive(Debug)]
pub struct Place {
    key: String,
    mark: Mark,
    range: TimeRange,
    bytes: usize,
    rows: Vec<Box<RawValue>>,
}

impl Place {
    /// The rows that came so far.
    pub fn rows(&self) -> &[Box<RawValue>] {
        &self.rows
    }
}

impl AnswerCache {
    /// `knows_changes`: all that changes the tables is in `changes`.
    pub fn new(changes: Changes, max_bytes: u64, knows_changes: bool) -> Self {
        let kept = Cache::builder()
            .max_capacity(max_bytes)
            .time_to_live(LONGEST_LIFE)
            .weigher(|key: &String, entry: &Arc<Entry>| {
                u32::try_from(key.len() + entry.answer.bytes()).unwrap_or(u32::MAX)
            })
            .build();
        let largest_bytes = usize::try_from(max_bytes / LARGEST_SHARE).unwrap_or(usize::MAX);
        Self { kept, changes, largest_bytes, is_on: knows_changes && max_bytes > 0 }
    }

    /// The answer under a key, if it is still right.
    pub fn get(&self, key: &str) -> Option<(Kept, CacheUse)> {
        if !self.is_on {
            return None;
        }
        let entry = self.kept.get(key)?;
        if !self.changes.is_unchanged_since(entry.mark, entry.range) {
            self.kept.invalidate(key);
            return None;
        }
        let age_ms = u64::try_from(entry.computed.elapsed().as_millis()).unwrap_or(u64::MAX);
        Some((entry.answer.clone(), CacheUse { hit: true, age_ms }))
    }

    /// A place for the answer to a question that reads rows of `range`; `None` where nothing is kept.
    pub fn place(&self, key: String, range: TimeRange) -> Option<Place> {
        self.is_on.then(|| Place { key, mark: self.changes.mark(), range, bytes: 0, rows: Vec::new() })
    }

    /// Keeps an answer.
    pub fn keep(&self, place: Place, columns: &[AnswerColumn], stats: Stats, truncated: bool) {
        // What changed meanwhile is not worth its memory.
        if place.bytes > self.largest_bytes || !self.changes.is_unchanged_since(place.mark, place.range) {
            return;
        }
        let answer = Kept { columns: columns.to_vec(), rows: place.rows, stats, truncated };
        let entry = Entry { answer, mark: place.mark, range: place.range, computed: Instant::now() };
        self.kept.insert(place.key, Arc::new(entry));
    }

    /// Adds rows to an answer that comes; `None` once it is too large to be kept.
    pub fn add(&self, place: Option<Place>, rows: &[Box<RawValue>]) -> Option<Place> {
        let mut place = place?;
        place.bytes += rows.iter().map(|row| row.get().len() + ROW_BYTES).sum::<usize>();
        if place.bytes > self.largest_bytes {
            return None;
        }
        place.rows.extend_from_slice(rows);
        Some(place)
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.get().len() + ROW_BYTES).sum::<usize>()
            + self.columns.iter().map(|column| column.name.len() + column.kind.len()).sum::<usize>()
            + size_of::<Entry>()
    }
}

/// What tells the answer to a statement of ours from others.
pub fn key_of(statement: &Statement) -> String {
    let mut key = statement.sql.clone();
    for param in &statement.params {
        key.push('\0');
        key.push_str(&param.value);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Change;

    fn rows(texts: &[&str]) -> Vec<Box<RawValue>> {
        texts.iter().map(|text| RawValue::from_string((*text).to_owned()).expect("JSON")).collect()
    }

    fn keep(cache: &AnswerCache, key: &str, range: TimeRange) {
        let place = cache.place(key.to_owned(), range);
        if let Some(place) = cache.add(place, &rows(&["1", "2"])) {
            cache.keep(place, &[], Stats::default(), false);
        }
    }

    #[test]
    fn an_answer_holds_until_its_range_changes() {
        let changes = Changes::default();
        let cache = AnswerCache::new(changes.clone(), 1 << 20, true);
        let range = TimeRange { from_ns: Some(0), to_ns: Some(100) };
        keep(&cache, "a", range);
        let (answer, used) = cache.get("a").expect("kept");
        assert_eq!((answer.rows.len(), used.hit), (2, true));
        drop(changes.begin(Change { first_ns: 100, last_ns: 200 }));
        assert!(cache.get("a").is_some(), "beyond its range");
        let open = changes.begin(Change { first_ns: 99, last_ns: 99 });
        assert!(cache.get("a").is_none(), "it may be half there");
        keep(&cache, "a", range);
        drop(open);
        assert!(cache.get("a").is_none(), "asked while the change was open");
        keep(&cache, "a", range);
        assert!(cache.get("a").is_some());
        drop(changes.begin(Change::EVERYTHING));
        assert!(cache.get("a").is_none());
    }

    #[test]
    fn what_is_not_known_or_too_large_is_not_kept() {
        let unknown = AnswerCache::new(Changes::default(), 1 << 20, false);
        keep(&unknown, "a", TimeRange::ALL);
        assert!(unknown.get("a").is_none());
        let small = AnswerCache::new(Changes::default(), 8 * 40, true);
        keep(&small, "a", TimeRange::ALL);
        assert!(small.get("a").is_none());
    }
}
