//! `POST /api/v1/field-stats`: what the values of one field look like.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{Field, FieldSample, QUANTILES};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::{ValueCount, text};
use super::histogram::number;
use super::run::QueryKind;
use super::{Prepared, Scope, Stats, select_all};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

/// Attributes are read in the newest this many matching rows: a map takes a hundred times what a column takes to read.
const SAMPLE_ROWS: u32 = 20_000;
const TOP_VALUES: u32 = 10;
const BUCKETS: u32 = 24;
/// Beyond this many times the span of the other values, the largest hundredth goes into the last bucket.
const OUTLIER_FACTOR: f64 = 2.0;

/// Which field of which records.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FieldStatsRequest {
    #[serde(flatten)]
    scope: Scope,
    /// As the search language writes it.
    field: String,
}

/// What the values of a field look like.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldStatsAnswer {
    field: String,
    /// Matching records.
    total_rows: u64,
    /// Everything below is of so many records: of all that match, or of the newest.
    rows: u64,
    /// Whether `rows` are the newest of more.
    sampled: bool,
    /// Records that have the field.
    present: u64,
    /// Different values; exact up to some ten thousand, else within a percent or two.
    distinct: u64,
    /// The most frequent values, at most ten.
    top_values: Vec<ValueCount>,
    /// Where at least one value is a number.
    numbers: Option<NumberStats>,
    stats: Stats,
}

/// Figures of the values that are numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberStats {
    /// Records whose value is a number.
    count: u64,
    min: f64,
    max: f64,
    mean: f64,
    /// By share of the values that are at most as large, in ascending order.
    quantiles: Vec<Quantile>,
    /// Spans of equal width in ascending order; the last one reaches to `max`, however far that is.
    distribution: Vec<NumberBucket>,
}

/// So large are values up to a share of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quantile {
    /// 0 to 1.
    share: f64,
    value: f64,
}

/// Numbers from `from` up to `to`.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberBucket {
    from: f64,
    to: f64,
    count: u64,
}

/// Describes the values of one field: how many records have it, its most frequent values, and the distribution of those
/// that are numbers.
#[utoipa::path(post, path = "/api/v1/field-stats", tag = "read", request_body = FieldStatsRequest, responses((status = 200, body = FieldStatsAnswer)))]
pub async fn field_stats(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<FieldStatsRequest>,
) -> Result<Json<FieldStatsAnswer>, ApiError> {
    if request.field.is_empty() {
        return Err(ApiError::bad_request(
            "query.field",
            "say of which field, such as \"field\": \"service\"",
        ));
    }
    let prepared = Prepared::new(&app, &request.scope).await?;
    let compiler = prepared.compiler();
    let field = Field::resolve(&request.field);
    let sample = FieldSample::new(&field, SAMPLE_ROWS);
    let statements =
        [compiler.count(), compiler.field_summary(sample), compiler.field_top_values(sample, TOP_VALUES)];
    let caller = prepared.caller(QueryKind::Fields, request.scope.group.as_deref());
    let range = prepared.range;
    let (total, summary, values) = tokio::try_join!(
        select_all::<Map<String, Value>>(&app, &statements[0], range, caller),
        select_all::<Map<String, Value>>(&app, &statements[1], range, caller),
        select_all::<Map<String, Value>>(&app, &statements[2], range, caller),
    )?;
    let summary_row = summary.0.into_iter().next().unwrap_or_default();
    let mut stats = total.1 + summary.1 + values.1;
    let mut numbers = NumberStats::read(&summary_row);
    if let Some(numbers) = &mut numbers {
        let (low, high) = numbers.charted();
        let statement = compiler.field_distribution(sample, low, high, BUCKETS);
        let (rows, cost, _) = select_all::<Map<String, Value>>(&app, &statement, range, caller).await?;
        numbers.distribute(&rows, low, high);
        let elapsed_ms = stats.elapsed_ms + cost.elapsed_ms;
        stats = Stats { elapsed_ms, ..stats + cost };
    }
    let total_rows = total.0.first().map_or(0, |row| number(row.get("total")));
    let rows = number(summary_row.get("rows"));
    Ok(Json(FieldStatsAnswer {
        field: request.field,
        total_rows,
        rows,
        // Rows that arrived between the two statements do not make it a sample.
        sampled: sample.rows.is_some_and(|most| rows >= u64::from(most)) && total_rows > rows,
        present: number(summary_row.get("present")),
        distinct: number(summary_row.get("distinct")),
        top_values: values
            .0
            .iter()
            .map(|row| ValueCount { value: text(row, "value"), count: number(row.get("count")) })
            .collect(),
        numbers,
        stats,
    }))
}

impl NumberStats {
    fn read(row: &Map<String, Value>) -> Option<Self> {
        let count = number(row.get("numbers"));
        let float = |name: &str| row.get(name).and_then(Value::as_f64).unwrap_or_default();
        let values = row.get("quantiles").and_then(Value::as_array).into_iter().flatten();
        let quantiles = QUANTILES.into_iter().zip(values.map(|value| value.as_f64().unwrap_or_default()));
        (count > 0).then(|| Self {
            count,
            min: float("least"),
            max: float("greatest"),
            mean: float("mean"),
            quantiles: quantiles.map(|(share, value)| Quantile { share, value }).collect(),
            distribution: Vec::new(),
        })
    }

    /// The span that the buckets divide: all values, but for outliers that would press the rest into one bucket.
    fn charted(&self) -> (f64, f64) {
        let most = self.quantiles.last().map_or(self.max, |quantile| quantile.value);
        let is_skewed = most > self.min && self.max - self.min > OUTLIER_FACTOR * (most - self.min);
        (self.min, if is_skewed { most } else { self.max })
    }

    fn distribute(&mut self, rows: &[Map<String, Value>], low: f64, high: f64) {
        let buckets = if high > low { BUCKETS } else { 1 };
        let width = (high - low) / f64::from(buckets);
        self.distribution = (0..buckets)
            .map(|index| NumberBucket {
                from: low + width * f64::from(index),
                to: if index + 1 == buckets { self.max } else { low + width * f64::from(index + 1) },
                count: 0,
            })
            .collect();
        for row in rows {
            let index = usize::try_from(number(row.get("bucket"))).unwrap_or(usize::MAX);
            if let Some(bucket) = self.distribution.get_mut(index.min(buckets as usize - 1)) {
                bucket.count += number(row.get("count"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn numbers(max: f64, p99: f64) -> NumberStats {
        let row = json!({
            "numbers": "10", "least": 0.0, "greatest": max, "mean": 1.0,
            "quantiles": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, p99],
        });
        NumberStats::read(row.as_object().expect("an object")).expect("numbers")
    }

    #[test]
    fn outliers_share_the_last_bucket() {
        assert_eq!(numbers(100.0, 90.0).charted(), (0.0, 100.0));
        assert_eq!(numbers(10_000.0, 48.0).charted(), (0.0, 48.0));
        let mut skewed = numbers(10_000.0, 48.0);
        let rows = [json!({ "bucket": 0, "count": "7" }), json!({ "bucket": 23, "count": "3" })];
        let rows: Vec<_> = rows.iter().filter_map(|row| row.as_object().cloned()).collect();
        skewed.distribute(&rows, 0.0, 48.0);
        assert_eq!(skewed.distribution.len(), 24);
        let (first, last) = (&skewed.distribution[0], &skewed.distribution[23]);
        assert_eq!((first.from, first.to, first.count), (0.0, 2.0, 7));
        assert_eq!((last.from, last.to, last.count), (46.0, 10_000.0, 3));
    }

    #[test]
    fn one_value_is_one_bucket() {
        let mut single = numbers(0.0, 0.0);
        let rows = [json!({ "bucket": 0, "count": "10" })];
        let rows: Vec<_> = rows.iter().filter_map(|row| row.as_object().cloned()).collect();
        single.distribute(&rows, 0.0, 0.0);
        assert_eq!(single.distribution.len(), 1);
        assert_eq!(single.distribution[0].count, 10);
    }
}
