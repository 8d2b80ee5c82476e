//! Time series of pipes whose past buckets are kept: of a range that moves with the time only the ends are computed.
//!
//! A question gets its buckets when it is asked for the second time: the first run streams its progress as any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use click_lite_model::time::parse_rfc3339;
use click_lite_query::{ByBucket, MAX_ROWS, PipeOptions, Statement, TimeRange};
use click_lite_store::AnswerColumn;
use moka::sync::Cache;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::buckets::{Known, KnownBuckets, WholeBuckets, gaps, is_outside};
use super::cache::{CacheUse, Kept};
use super::sql::admit_statement;
use super::{Caller, Prepared, Stats, query_error, select, series, store_error};
use crate::app::App;
use crate::changes::{Changes, Mark};
use crate::http::error::ApiError;

/// Charts whose buckets are kept, with at most [`MOST_ROWS`] each.
const KEPT_CHARTS: u64 = 32;
const MOST_ROWS: usize = 2 * MAX_ROWS as usize;

/// The rows of a bucket.
type Rows = Vec<Box<RawValue>>;

/// What was computed of charts.
pub struct KnownCharts {
    buckets: KnownBuckets<Rows>,
    asked: Cache<String, Asked>,
}

#[derive(Debug, Clone)]
enum Asked {
    Before,
    /// With its columns.
    Computed(Arc<[AnswerColumn]>),
    /// It has too many rows to keep.
    Large,
}

impl KnownCharts {
    pub fn new(changes: Changes, knows_changes: bool) -> Self {
        let buckets = KnownBuckets::new(changes, knows_changes, KEPT_CHARTS);
        Self { buckets, asked: Cache::new(KEPT_CHARTS) }
    }
}

/// A chart of a known range.
pub struct Chart {
    by: ByBucket,
    ends: (i64, i64),
    whole: WholeBuckets,
    /// The same for each range.
    question: String,
    /// Before the question was sent.
    mark: Mark,
}

impl Chart {
    /// `None` where the buckets of a search can't be computed one by one.
    pub fn of(app: &App, prepared: &Prepared, by: Option<&ByBucket>) -> Option<Self> {
        let by = by.filter(|_| prepared.source.is_none())?;
        let ends = prepared.range.from_ns.zip(prepared.range.to_ns)?;
        let width_ms = i64::try_from(by.width_ms).ok()?;
        let question = statement(app, prepared, by, TimeRange::ALL).ok()?.0.display_sql;
        let whole = WholeBuckets::of(ends, width_ms);
        Some(Self { by: by.clone(), ends, whole, question, mark: app.charts.buckets.mark() })
    }

    /// The answer where buckets of it are known, or are to be from now on.
    pub async fn answer(
        &self,
        app: &App,
        prepared: &Prepared,
        confirmed: bool,
        caller: Caller<'_>,
    ) -> Result<Option<(Kept, CacheUse)>, ApiError> {
        let charts = &app.charts;
        let mut columns: Arc<[AnswerColumn]> = match charts.asked.get(&self.question) {
            None => {
                charts.asked.insert(self.question.clone(), Asked::Before);
                return Ok(None);
            }
            Some(Asked::Large) => return Ok(None),
            Some(Asked::Before) => Arc::default(),
            Some(Asked::Computed(columns)) => columns,
        };
        let known = charts.buckets.of(&self.question, self.whole);
        // What is computed as a whole is streamed, unless its rows are not the ones to keep.
        if known.is_empty() && self.by.series.is_none() {
            return Ok(None);
        }
        let mut rows: BTreeMap<i64, Rows> =
            known.iter().filter_map(|(start_ms, known)| Some((*start_ms, known.content.clone()?))).collect();
        let mut used =
            CacheUse { hit: true, age_ms: known.values().map(Known::age_ms).max().unwrap_or_default() };
        let mut stats = Stats::default();
        for gap in gaps(self.ends, self.whole, |start_ms| known.contains_key(&start_ms)) {
            let range = TimeRange { from_ns: Some(gap.0), to_ns: Some(gap.1) };
            let (statement, limit) = statement(app, prepared, &self.by, range)?;
            admit_statement(app, &statement, None, confirmed).await?;
            let mark = charts.buckets.mark();
            let mut run = select(app, &statement, caller).await?;
            let mut found = Rows::new();
            while let Some(batch) = run.next_rows().await.map_err(|error| store_error(app, &error))? {
                found.extend(batch);
            }
            columns = run.columns().into();
            let cost = Stats::from(run.stats());
            app.note_cost(&statement, &cost);
            stats = stats + cost;
            used.hit = false;
            // The later buckets count where a gap bridges known ones.
            rows.retain(|start_ms, _| is_outside(*start_ms, self.whole.width_ms, gap));
            let is_large = found.len() > limit || !self.keep(app, &found, &columns, gap, mark);
            if is_large || rows.values().map(Vec::len).sum::<usize>() + found.len() > MOST_ROWS {
                charts.asked.insert(self.question.clone(), Asked::Large);
                return Ok(None);
            }
            for (start_ms, found) in by_start(&found).into_iter().flatten() {
                rows.entry(start_ms).or_default().extend(found);
            }
        }
        let rows: Rows = match &self.by.series {
            None => rows.into_values().flatten().collect(),
            Some(of) => match series::fold(rows.into_values(), &columns, of) {
                Some(rows) => rows,
                None => return Ok(None),
            },
        };
        Ok(Some((Kept { columns: columns.to_vec(), rows, stats, truncated: false }, used)))
    }

    /// Keeps the buckets of an answer that was computed as a whole, and not cut.
    pub fn note(&self, app: &App, rows: &[Box<RawValue>], columns: &[AnswerColumn]) {
        if self.by.series.is_none() {
            self.keep(app, rows, &columns.into(), self.ends, self.mark);
        }
    }

    /// Whether the rows are what is expected.
    fn keep(
        &self,
        app: &App,
        rows: &[Box<RawValue>],
        columns: &Arc<[AnswerColumn]>,
        ends: (i64, i64),
        mark: Mark,
    ) -> bool {
        let Some(by_start) = by_start(rows) else { return false };
        let whole = WholeBuckets::of(ends, self.whole.width_ms);
        app.charts.buckets.keep(self.question.clone(), by_start, whole, mark);
        app.charts.asked.insert(self.question.clone(), Asked::Computed(Arc::clone(columns)));
        true
    }
}

/// The statement of a part of a chart, and how many of its rows are counted.
fn statement(
    app: &App,
    prepared: &Prepared,
    by: &ByBucket,
    range: TimeRange,
) -> Result<(Statement, usize), ApiError> {
    let now_ns = app.clock.now_ns();
    let options = PipeOptions {
        dialect: &prepared.dialect,
        range,
        now_ns,
        limit: None,
        columns: None,
        is_whole: false,
    };
    let query = &prepared.parsed.query;
    let piped = query.compile_buckets(&options, by).map_err(|error| query_error(&error))?;
    Ok((piped.statement, piped.limit as usize))
}

/// Rows by the starts of their buckets; `None` where one has no time.
fn by_start(rows: &[Box<RawValue>]) -> Option<BTreeMap<i64, Rows>> {
    #[derive(Deserialize)]
    struct Start {
        time: String,
    }
    let mut by_start: BTreeMap<i64, Rows> = BTreeMap::new();
    for row in rows {
        let start: Start = serde_json::from_str(row.get()).ok()?;
        let start_ms = parse_rfc3339(&start.time)? / 1_000_000;
        by_start.entry(start_ms).or_default().push(row.clone());
    }
    Some(by_start)
}
