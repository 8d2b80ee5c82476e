//! Buckets that were counted before are not counted again: of a range that moves with the time only the ends are new.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use click_lite_query::{Compiler, TimeRange};
use moka::sync::Cache;
use serde_json::{Map, Value};

use super::{Bucket, bucket};
use crate::app::App;
use crate::changes::{Changes, Mark};
use crate::http::error::ApiError;
use crate::read::cache::CacheUse;
use crate::read::{Caller, Prepared, Stats, select_all};

/// Histograms whose buckets are kept, and buckets of each.
const KEPT_HISTOGRAMS: u64 = 64;
const KEPT_BUCKETS: usize = 4_000;
/// Gaps between kept buckets that are counted one by one; with more, all between the first and the last is.
const MOST_GAPS: usize = 3;
const MS_NS: i64 = 1_000_000;

/// Buckets of one query and width, by their starts.
type Counted = Arc<Mutex<BTreeMap<i64, Known>>>;

#[derive(Debug, Clone)]
struct Known {
    /// `None` where the bucket has no records.
    bucket: Option<Bucket>,
    mark: Mark,
    computed: Instant,
}

/// What was counted.
pub struct KnownBuckets {
    histograms: Cache<String, Counted>,
    changes: Changes,
    is_on: bool,
}

/// Buckets of a range.
pub struct CountedBuckets {
    pub buckets: Vec<Bucket>,
    pub stats: Stats,
    pub cache: CacheUse,
}

impl KnownBuckets {
    /// `knows_changes`: all that changes the tables is in `changes`.
    pub fn new(changes: Changes, knows_changes: bool) -> Self {
        Self { histograms: Cache::new(KEPT_HISTOGRAMS), changes, is_on: knows_changes }
    }

    /// What is known of the histogram under `key` and still right, of buckets that start from `first_ms` up to before
    /// `end_ms`.
    fn of(&self, key: &str, first_ms: i64, end_ms: i64, width_ms: i64) -> BTreeMap<i64, Known> {
        let Some(counted) = self.histograms.get(key).filter(|_| self.is_on && first_ms < end_ms) else {
            return BTreeMap::new();
        };
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut right = BTreeMap::new();
        let mut stale = Vec::new();
        for (start_ms, known) in counted.range(first_ms..end_ms) {
            if self.changes.is_unchanged_since(known.mark, of_bucket(*start_ms, width_ms)) {
                right.insert(*start_ms, known.clone());
            } else {
                stale.push(*start_ms);
            }
        }
        for start_ms in stale {
            counted.remove(&start_ms);
        }
        right
    }

    fn keep(&self, key: String, found: impl IntoIterator<Item = (i64, Known)>) {
        if !self.is_on {
            return;
        }
        let counted = self.histograms.get_with(key, Arc::default);
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.extend(found);
        while counted.len() > KEPT_BUCKETS {
            counted.pop_first();
        }
    }
}

fn of_bucket(start_ms: i64, width_ms: i64) -> TimeRange {
    TimeRange {
        from_ns: Some(start_ms.saturating_mul(MS_NS)),
        to_ns: Some(start_ms.saturating_add(width_ms).saturating_mul(MS_NS)),
    }
}

/// Counts the records of a range by time: what is not known of it.
pub async fn count(
    app: &App,
    prepared: &Prepared,
    range: TimeRange,
    width_ms: u64,
    caller: Caller<'_>,
) -> Result<CountedBuckets, ApiError> {
    if prepared.source.is_some() {
        return count_all(app, prepared, range, width_ms, caller).await;
    }
    let width = i64::try_from(width_ms).unwrap_or(i64::MAX).max(1);
    let (Some(from_ns), Some(to_ns)) = (range.from_ns, range.to_ns) else {
        return count_all(app, prepared, range, width_ms, caller).await;
    };
    // Buckets that the range holds from end to end.
    let width_ns = width.saturating_mul(MS_NS);
    let first_ms = from_ns.div_euclid(width_ns) + i64::from(from_ns.rem_euclid(width_ns) != 0);
    let (first_ms, end_ms) = (first_ms * width, to_ns.div_euclid(width_ns) * width);
    let key =
        Compiler::new(&prepared.dialect, &prepared.condition, TimeRange::ALL).histogram(width_ms).display_sql;
    let known = app.buckets.of(&key, first_ms, end_ms, width);
    if known.is_empty() {
        let mark = app.buckets.changes.mark();
        let counted = count_all(app, prepared, range, width_ms, caller).await?;
        if !counted.cache.hit {
            keep(app, key, &counted.buckets, (first_ms, end_ms, width), mark);
        }
        return Ok(counted);
    }
    let mut answer = CountedBuckets {
        buckets: known.values().filter_map(|known| known.bucket.clone()).collect(),
        stats: Stats::default(),
        cache: CacheUse { hit: true, age_ms: 0 },
    };
    for known in known.values() {
        let age_ms = u64::try_from(known.computed.elapsed().as_millis()).unwrap_or(u64::MAX);
        answer.cache.age_ms = answer.cache.age_ms.max(age_ms);
    }
    for gap in gaps(from_ns, to_ns, (first_ms, end_ms, width), |start_ms| known.contains_key(&start_ms)) {
        let mark = app.buckets.changes.mark();
        let gap_range = TimeRange { from_ns: Some(gap.0), to_ns: Some(gap.1) };
        let counted = count_all(app, prepared, gap_range, width_ms, caller).await?;
        let whole = (gap.0.div_euclid(width_ns) + i64::from(gap.0.rem_euclid(width_ns) != 0)) * width;
        keep(app, key.clone(), &counted.buckets, (whole, gap.1.div_euclid(width_ns) * width, width), mark);
        answer.stats = answer.stats + counted.stats;
        answer.cache = answer.cache.and(counted.cache);
        // A gap that bridges others counts their known buckets again: the later count is as right.
        answer.buckets.retain(|known| {
            let start_ns = known.start_ms.saturating_mul(MS_NS);
            start_ns.saturating_add(width_ns) <= gap.0 || start_ns >= gap.1
        });
        answer.buckets.extend(counted.buckets);
    }
    answer.buckets.sort_by_key(|bucket| bucket.start_ms);
    Ok(answer)
}

/// Keeps buckets that were counted from end to end, also those without records.
fn keep(app: &App, key: String, found: &[Bucket], (first_ms, end_ms, width): (i64, i64, i64), mark: Mark) {
    let computed = Instant::now();
    let mut whole: BTreeMap<i64, Known> = BTreeMap::new();
    let mut start_ms = first_ms;
    while start_ms < end_ms && whole.len() < KEPT_BUCKETS {
        whole.insert(start_ms, Known { bucket: None, mark, computed });
        start_ms += width;
    }
    for bucket in found {
        if let Some(known) = whole.get_mut(&bucket.start_ms) {
            known.bucket = Some(bucket.clone());
        }
    }
    app.buckets.keep(key, whole);
}

/// Pieces of a range, in nanoseconds, that no known bucket covers.
fn gaps(
    from_ns: i64,
    to_ns: i64,
    (first_ms, end_ms, width): (i64, i64, i64),
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
            add(start_ms * MS_NS, (start_ms + width) * MS_NS);
        }
        start_ms += width;
    }
    add(end_ms * MS_NS, to_ns);
    if gaps.len() > MOST_GAPS {
        let (start_ns, end_ns) = (gaps[0].0, gaps[gaps.len() - 1].1);
        return vec![(start_ns, end_ns)];
    }
    gaps
}

async fn count_all(
    app: &App,
    prepared: &Prepared,
    range: TimeRange,
    width_ms: u64,
    caller: Caller<'_>,
) -> Result<CountedBuckets, ApiError> {
    let statement = Compiler::new(&prepared.dialect, &prepared.condition, range).histogram(width_ms);
    let (rows, stats, cache) = select_all::<Map<String, Value>>(app, &statement, range, caller).await?;
    Ok(CountedBuckets { buckets: rows.iter().filter_map(bucket).collect(), stats, cache })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_no_known_bucket_covers() {
        let known = |starts: &'static [i64]| move |start: i64| starts.contains(&start);
        let s = 1_000_000_000;
        // Buckets of a second; the range is from 0.5 s to 5.25 s.
        let (from, to, whole) = (s / 2, 5 * s + s / 4, (1_000, 5_000, 1_000));
        assert_eq!(gaps(from, to, whole, known(&[1000, 2000, 3000, 4000])), [(from, s), (5 * s, to)]);
        assert_eq!(gaps(from, to, whole, known(&[1000, 2000])), [(from, s), (3 * s, to)]);
        assert_eq!(gaps(from, to, whole, known(&[])), [(from, to)]);
        assert_eq!(gaps(s, 5 * s, whole, known(&[1000, 2000, 3000, 4000])), []);
        assert_eq!(gaps(s, 5 * s, whole, known(&[1000, 4000])), [(2 * s, 4 * s)]);
        let long = (0, 10_000, 1_000);
        assert_eq!(
            gaps(0, 10 * s, long, known(&[1000, 3000, 5000, 7000])),
            [(0, 10 * s)],
            "too many to count one by one"
        );
        assert_eq!(gaps(100, 200, (1_000, 0, 1_000), known(&[])), [(100, 200)], "within one bucket");
    }

    #[test]
    fn a_change_makes_its_bucket_unknown_and_no_other() {
        let changes = Changes::default();
        let buckets = KnownBuckets::new(changes.clone(), true);
        let known = |mark| Known { bucket: None, mark, computed: Instant::now() };
        buckets.keep("q".into(), (0..5).map(|n| (n * 1000, known(changes.mark()))));
        assert_eq!(buckets.of("q", 0, 5000, 1000).len(), 5);
        drop(changes.begin(crate::changes::Change { first_ns: 1_999_999_999, last_ns: 2_000_000_000 }));
        let right: Vec<i64> = buckets.of("q", 0, 5000, 1000).into_keys().collect();
        assert_eq!(right, [0, 3000, 4000]);
        assert!(buckets.of("other", 0, 5000, 1000).is_empty());
    }
}
