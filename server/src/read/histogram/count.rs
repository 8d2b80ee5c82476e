//! Buckets that were counted before are not counted again.

use click_lite_query::{Compiler, TimeRange};
use serde_json::{Map, Value};

use super::{Bucket, bucket};
use crate::app::App;
use crate::http::error::ApiError;
use crate::read::buckets::{WholeBuckets, gaps, is_outside};
use crate::read::cache::CacheUse;
use crate::read::{Caller, Prepared, Stats, select_all};

/// Buckets of a range.
pub struct CountedBuckets {
    pub buckets: Vec<Bucket>,
    pub stats: Stats,
    pub cache: CacheUse,
}

/// Counts the records of a range by time: what is not known of it.
pub async fn count(
    app: &App,
    prepared: &Prepared,
    range: TimeRange,
    width_ms: u64,
    caller: Caller<'_>,
) -> Result<CountedBuckets, ApiError> {
    // What others write changes without a word.
    if prepared.source.is_some() {
        return count_all(app, prepared, range, width_ms, caller).await;
    }
    let width = i64::try_from(width_ms).unwrap_or(i64::MAX).max(1);
    let Some(ends) = range.from_ns.zip(range.to_ns) else {
        return count_all(app, prepared, range, width_ms, caller).await;
    };
    let whole = WholeBuckets::of(ends, width);
    let key =
        Compiler::new(&prepared.dialect, &prepared.condition, TimeRange::ALL).histogram(width_ms).display_sql;
    let starts = |buckets: &[Bucket]| -> Vec<(i64, Bucket)> {
        buckets.iter().map(|bucket| (bucket.start_ms, bucket.clone())).collect()
    };
    let known = app.buckets.of(&key, whole);
    if known.is_empty() {
        let mark = app.buckets.mark();
        let counted = count_all(app, prepared, range, width_ms, caller).await?;
        if !counted.cache.hit {
            app.buckets.keep(key, starts(&counted.buckets), whole, mark);
        }
        return Ok(counted);
    }
    let mut answer = CountedBuckets {
        buckets: known.values().filter_map(|known| known.content.clone()).collect(),
        stats: Stats::default(),
        cache: CacheUse { hit: true, age_ms: 0 },
    };
    answer.cache.age_ms = known.values().map(crate::read::buckets::Known::age_ms).max().unwrap_or(0);
    for gap in gaps(ends, whole, |start_ms| known.contains_key(&start_ms)) {
        let mark = app.buckets.mark();
        let gap_range = TimeRange { from_ns: Some(gap.0), to_ns: Some(gap.1) };
        let counted = count_all(app, prepared, gap_range, width_ms, caller).await?;
        app.buckets.keep(key.clone(), starts(&counted.buckets), WholeBuckets::of(gap, width), mark);
        answer.stats = answer.stats + counted.stats;
        answer.cache = answer.cache.and(counted.cache);
        // A gap that bridges others counts their known buckets again: the later count is as right.
        answer.buckets.retain(|known| is_outside(known.start_ms, width, gap));
        answer.buckets.extend(counted.buckets);
    }
    answer.buckets.sort_by_key(|bucket| bucket.start_ms);
    Ok(answer)
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
