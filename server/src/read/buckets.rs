//! What was computed for spans of time before is not computed again: of a range that moves with the time only the ends
//! are new.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use click_lite_query::TimeRange;
use moka::sync::Cache;

use crate::changes::{Changes, Mark};

/// Buckets of one question.
const KEPT_BUCKETS: usize = 4_000;
/// Gaps between kept buckets that are computed one by one; with more, all between the first and the last is.
const MOST_GAPS: usize = 3;
const MS_NS: i64 = 1_000_000;

/// Buckets of one question, by their starts.
type OfQuestion<T> = Arc<Mutex<BTreeMap<i64, Known<T>>>>;

/// A bucket that was computed from end to end.
#[derive(Debug, Clone)]
pub struct Known<T> {
    /// `None` where the bucket has no records.
    pub content: Option<T>,
    mark: Mark,
    computed: Instant,
}

impl<T> Known<T> {
    pub fn age_ms(&self) -> u64 {
        u64::try_from(self.computed.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What was computed, by question.
pub struct KnownBuckets<T> {
    questions: Cache<String, OfQuestion<T>>,
    changes: Changes,
    is_on: bool,
}

/// The buckets that a range holds from end to end; those at its ends may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeBuckets {
    pub first_ms: i64,
    pub end_ms: i64,
    pub width_ms: i64,
}

impl WholeBuckets {
    pub fn of((from_ns, to_ns): (i64, i64), width_ms: i64) -> Self {
        let width_ns = width_ms.saturating_mul(MS_NS);
        let first = from_ns.div_euclid(width_ns) + i64::from(from_ns.rem_euclid(width_ns) != 0);
        Self { first_ms: first * width_ms, end_ms: to_ns.div_euclid(width_ns) * width_ms, width_ms }
    }
}

impl<T: Clone + Send + 'static> KnownBuckets<T> {
    /// `knows_changes`: all that changes the tables is in `changes`.
    pub fn new(changes: Changes, knows_changes: bool, questions: u64) -> Self {
        Self { questions: Cache::new(questions), changes, is_on: knows_changes }
    }

    /// To be taken before a question is sent.
    pub fn mark(&self) -> Mark {
        self.changes.mark()
    }

    /// What is known of a question and still right.
    pub fn of(&self, question: &str, whole: WholeBuckets) -> BTreeMap<i64, Known<T>> {
        let is_empty = whole.first_ms >= whole.end_ms;
        let Some(known) = self.questions.get(question).filter(|_| self.is_on && !is_empty) else {
            return BTreeMap::new();
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut right = BTreeMap::new();
        let mut stale = Vec::new();
        for (start_ms, bucket) in known.range(whole.first_ms..whole.end_ms) {
            if self.changes.is_unchanged_since(bucket.mark, of_bucket(*start_ms, whole.width_ms)) {
                right.insert(*start_ms, bucket.clone());
            } else {
                stale.push(*start_ms);
            }
        }
        for start_ms in stale {
            known.remove(&start_ms);
        }
        right
    }

    /// Keeps buckets that were computed from end to end, also those without records.
    pub fn keep(
        &self,
        question: String,
        found: impl IntoIterator<Item = (i64, T)>,
        whole: WholeBuckets,
        mark: Mark,
    ) {
        if !self.is_on {
            return;
        }
        let computed = Instant::now();
        let mut buckets: BTreeMap<i64, Known<T>> = BTreeMap::new();
        let mut start_ms = whole.first_ms;
        while start_ms < whole.end_ms && buckets.len() < KEPT_BUCKETS {
            buckets.insert(start_ms, Known { content: None, mark, computed });
            start_ms += whole.width_ms;
        }
        for (start_ms, content) in found {
            if let Some(known) = buckets.get_mut(&start_ms) {
                known.content = Some(content);
            }
        }
        let known = self.questions.get_with(question, Arc::default);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(buckets);
        while known.len() > KEPT_BUCKETS {
            known.pop_first();
        }
    }
}

fn of_bucket(start_ms: i64, width_ms: i64) -> TimeRange {
    TimeRange {
        from_ns: Some(start_ms.saturating_mul(MS_NS)),
        to_ns: Some(start_ms.saturating_add(width_ms).saturating_mul(MS_NS)),
    }
}

/// Whether a bucket lies outside of a gap, in nanoseconds, or at least not wholly in it.
pub fn is_outside(start_ms: i64, width_ms: i64, gap: (i64, i64)) -> bool {
    let start_ns = start_ms.saturating_mul(MS_NS);
    start_ns.saturating_add(width_ms.saturating_mul(MS_NS)) <= gap.0 || start_ns >= gap.1
}

/// Pieces of a range, in nanoseconds, that no known bucket covers.
pub fn gaps(
    (from_ns, to_ns): (i64, i64),
    WholeBuckets { first_ms, end_ms, width_ms }: WholeBuckets,
    is_known: impl Fn(i64) -> bool,
) -> Vec<(i64, i64)> {
    let mut gaps: Vec<(i64, i64)> = Vec::new();
    let mut add = |start_ns: i64, end_ns: i64| match gaps.last_mut() {
        _ if start_ns >= end_ns => {}
        Some(last) if last.1 == start_ns => last.1 = end_ns,
        _ => gaps.push((start_ns, end_ns)),
    };
    if first_ms > end_ms {
        // The range lies within one bucket.
        add(from_ns, to_ns);
        return gaps;
    }
    add(from_ns, first_ms * MS_NS);
    let mut start_ms = first_ms;
    while start_ms < end_ms {
        if !is_known(start_ms) {
            add(start_ms * MS_NS, (start_ms + width_ms) * MS_NS);
        }
        start_ms += width_ms;
    }
    add(end_ms * MS_NS, to_ns);
    if gaps.len() > MOST_GAPS {
        let (start_ns, end_ns) = (gaps[0].0, gaps[gaps.len() - 1].1);
        return vec![(start_ns, end_ns)];
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_no_known_bucket_covers() {
        let known = |starts: &'static [i64]| move |start: i64| starts.contains(&start);
        let s = 1_000_000_000;
        // Buckets of a second; the range is from 0.5 s to 5.25 s.
        let (from, to) = (s / 2, 5 * s + s / 4);
        let whole = WholeBuckets::of((from, to), 1_000);
        assert_eq!(whole, WholeBuckets { first_ms: 1_000, end_ms: 5_000, width_ms: 1_000 });
        let range = (from, to);
        assert_eq!(gaps(range, whole, known(&[1000, 2000, 3000, 4000])), [(from, s), (5 * s, to)]);
        assert_eq!(gaps(range, whole, known(&[1000, 2000])), [(from, s), (3 * s, to)]);
        assert_eq!(gaps(range, whole, known(&[])), [(from, to)]);
        assert_eq!(gaps((s, 5 * s), whole, known(&[1000, 2000, 3000, 4000])), []);
        assert_eq!(gaps((s, 5 * s), whole, known(&[1000, 4000])), [(2 * s, 4 * s)]);
        let long = (0, 10 * s);
        assert_eq!(
            gaps(long, WholeBuckets::of(long, 1_000), known(&[1000, 3000, 5000, 7000])),
            [long],
            "too many to compute one by one"
        );
        let short = (100, 200);
        assert_eq!(gaps(short, WholeBuckets::of(short, 1_000), known(&[])), [short], "within one bucket");
    }

    #[test]
    fn a_change_makes_its_bucket_unknown_and_no_other() {
        let changes = Changes::default();
        let buckets = KnownBuckets::<u64>::new(changes.clone(), true, 4);
        let whole = WholeBuckets { first_ms: 0, end_ms: 5000, width_ms: 1000 };
        buckets.keep("q".into(), [(2000, 7)], whole, changes.mark());
        assert_eq!(buckets.of("q", whole).len(), 5);
        assert_eq!(buckets.of("q", whole)[&2000].content, Some(7));
        drop(changes.begin(crate::changes::Change { first_ns: 1_999_999_999, last_ns: 2_000_000_000 }));
        let right: Vec<i64> = buckets.of("q", whole).into_keys().collect();
        assert_eq!(right, [0, 3000, 4000]);
        assert!(buckets.of("other", whole).is_empty());
    }
}
