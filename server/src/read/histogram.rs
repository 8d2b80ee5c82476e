//! `POST /api/v1/histogram`: how many records when, by severity.

mod buckets;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_model::Severity;
use click_lite_model::time::format_rfc3339;
use click_lite_query::{Compiler, Condition, TimeRange};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cache::CacheUse;
use super::run::QueryKind;
use super::{Caller, Prepared, Scope, Stats, select_all};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

pub use buckets::KnownBuckets;

const DEFAULT_BUCKETS: u64 = 90;
const MAX_BUCKETS: u64 = 2000;
/// Widths that people read easily, in milliseconds: 1 ms up to 30 days.
const WIDTHS_MS: [u64; 30] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    2_592_000_000,
];

/// A histogram.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HistogramRequest {
    #[serde(flatten)]
    scope: Scope,
    /// Most buckets: 90 unless said, at most 2,000. The width is a round one.
    buckets: Option<u64>,
}

/// Counts over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistogramAnswer {
    /// Of the time range, or of the records where the range is open.
    from: Option<String>,
    to: Option<String>,
    bucket_ms: u64,
    /// In order of time; buckets without records are left out.
    buckets: Vec<Bucket>,
    /// Records in all.
    total: u64,
    sql: String,
    /// Of what was computed for this request.
    stats: Stats,
    /// Whether the counts were kept from earlier requests. Buckets are kept one by one, so most of an answer can be old
    /// where `hit` is false.
    cache: CacheUse,
}

/// Records of one span of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bucket {
    /// Start.
    time: String,
    #[serde(skip)]
    start_ms: i64,
    total: u64,
    /// By severity: `unknown`, `trace`, `debug`, `info`, `warn`, `error`, `fatal`; those without records are left out.
    levels: BTreeMap<&'static str, u64>,
}

/// Counts records over time, by severity.
#[utoipa::path(post, path = "/api/v1/histogram", tag = "read", request_body = HistogramRequest, responses((status = 200, body = HistogramAnswer)))]
pub async fn histogram(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<HistogramRequest>,
) -> Result<Json<HistogramAnswer>, ApiError> {
    let prepared = Prepared::new(&app, &request.scope)?;
    let caller = Caller { kind: QueryKind::Histogram, group: request.scope.group.as_deref(), query_id: None };
    let mut range = prepared.range;
    if range.from_ns.is_none() || range.to_ns.is_none() {
        // The span of all records of the range, whatever the query: it comes from the parts' own minimum and maximum.
        let everything = Compiler::new(&prepared.dialect, &Condition::All, range);
        let (spans, ..) =
            select_all::<Map<String, Value>>(&app, &everything.time_span(), range, caller).await?;
        if let Some(span) = spans.first().filter(|span| number(span.get("total")) > 0) {
            range = TimeRange {
                from_ns: range.from_ns.or_else(|| integer(span.get("first_ns"))),
                to_ns: range
                    .to_ns
                    .or_else(|| integer(span.get("last_ns")).map(|last| last.saturating_add(1))),
            };
        }
    }
    let buckets = request.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(1, MAX_BUCKETS);
    let bucket_ms = width(range, buckets);
    let statement = prepared.compiler().histogram(bucket_ms);
    let counted = buckets::count(&app, &prepared, range, bucket_ms, caller).await?;
    let buckets = counted.buckets;
    Ok(Json(HistogramAnswer {
        from: range.from_ns.map(format_rfc3339),
        to: range.to_ns.map(format_rfc3339),
        bucket_ms,
        total: buckets.iter().map(|bucket| bucket.total).sum(),
        buckets,
        sql: statement.display_sql,
        stats: counted.stats,
        cache: counted.cache,
    }))
}

/// The narrowest round width with which the range has at most this many buckets.
fn width(range: TimeRange, buckets: u64) -> u64 {
    let (Some(from), Some(to)) = (range.from_ns, range.to_ns) else { return WIDTHS_MS[0] };
    let span_ms = u64::try_from(to.saturating_sub(from) / 1_000_000).unwrap_or(0);
    let least = span_ms.div_ceil(buckets);
    let widest = WIDTHS_MS[WIDTHS_MS.len() - 1];
    WIDTHS_MS.into_iter().find(|width| *width >= least).unwrap_or_else(|| least.div_ceil(widest) * widest)
}

/// A count; 64-bit numbers come as texts.
pub fn number(value: Option<&Value>) -> u64 {
    integer(value).and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

fn integer(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    }
}

pub(super) fn bucket(row: &Map<String, Value>) -> Option<Bucket> {
    let start_ms = integer(row.get("bucket_ms"))?;
    let levels = Severity::RANGES
        .into_iter()
        .map(|name| (name, number(row.get(name))))
        .filter(|(_, count)| *count > 0)
        .collect();
    Some(Bucket {
        time: format_rfc3339(start_ms * 1_000_000),
        start_ms,
        total: number(row.get("total")),
        levels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_round_and_few_enough() {
        let range = |seconds: i64| TimeRange { from_ns: Some(0), to_ns: Some(seconds * 1_000_000_000) };
        for (seconds, width_ms) in
            [(900, 10_000), (86_400, 1_800_000), (60, 1_000), (0, 1), (315_360_000, 2 * 2_592_000_000)]
        {
            assert_eq!(width(range(seconds), 90), width_ms, "{seconds} s");
        }
        assert_eq!(width(TimeRange::ALL, 90), 1);
    }
}
