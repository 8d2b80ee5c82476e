//! `POST /api/v1/histogram`: how many records when, by severity.

mod count;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_model::Severity;
use click_lite_model::time::format_rfc3339;
use click_lite_query::{Compiler, Condition, TimeRange, bucket_width_ms};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::buckets::KnownBuckets;
use super::cache::CacheUse;
use super::run::QueryKind;
use super::{Caller, Prepared, Scope, Stats, select_all};
use crate::app::App;
use crate::changes::Changes;
use crate::http::error::{ApiError, JsonBody};

const DEFAULT_BUCKETS: u64 = 90;
const MAX_BUCKETS: u64 = 2000;
/// Histograms whose buckets are kept.
const KEPT_HISTOGRAMS: u64 = 64;

/// The buckets of histograms that were counted.
pub type KnownHistograms = KnownBuckets<Bucket>;

pub fn known_histograms(changes: Changes, knows_changes: bool) -> KnownHistograms {
    KnownBuckets::new(changes, knows_changes, KEPT_HISTOGRAMS)
}

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
    let prepared = Prepared::new(&app, &request.scope).await?;
    let caller = prepared.caller(QueryKind::Histogram, request.scope.group.as_deref());
    let range = known_range(&app, &prepared, caller).await?;
    let buckets = request.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(1, MAX_BUCKETS);
    let bucket_ms = bucket_width_ms(range, buckets);
    let statement = prepared.compiler().histogram(bucket_ms);
    let counted = count::count(&app, &prepared, range, bucket_ms, caller).await?;
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

/// The time range, its open sides closed by the first and the last of all records of it, whatever the query: they come
/// from the parts' own minimum and maximum.
pub(super) async fn known_range(
    app: &App,
    prepared: &Prepared,
    caller: Caller<'_>,
) -> Result<TimeRange, ApiError> {
    let mut range = prepared.range;
    if range.from_ns.is_some() && range.to_ns.is_some() {
        return Ok(range);
    }
    let everything = Compiler::new(&prepared.dialect, &Condition::All, range);
    let (spans, ..) = select_all::<Map<String, Value>>(app, &everything.time_span(), range, caller).await?;
    if let Some(span) = spans.first().filter(|span| number(span.get("total")) > 0) {
        range = TimeRange {
            from_ns: range.from_ns.or_else(|| integer(span.get("first_ns"))),
            to_ns: range.to_ns.or_else(|| integer(span.get("last_ns")).map(|last| last.saturating_add(1))),
        };
    }
    Ok(range)
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
