//! `POST /api/v1/search`: rows, newest first, whole or as a stream.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use click_lite_query::{
    Cursor, Highlight, Hint, SearchOptions, Shape, Statement, TimeRange, highlight_terms,
};
use click_lite_store::{AnswerColumn, RowEvent};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cache::{CacheUse, Kept, Place, key_of};
use super::chart::Chart;
use super::run::{QueryKind, Run};
use super::sql::{BudgetRequest, admit_statement};
use super::{Caller, Prepared, Scope, Stats, query_error, read_error, select};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

pub(super) const NDJSON: &str = "application/x-ndjson";
const DEFAULT_ROWS: u32 = 100;
/// Rows of one line of a stream; one row alone may have more.
const LINE_BYTES: usize = 96 * 1024;

/// A search.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SearchRequest {
    #[serde(flatten)]
    scope: Scope,
    /// Most rows of this page: 100 unless said, at most 10,000.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Names as in the search language; the whole record where it is missing.
    columns: Option<Vec<String>>,
    /// Chosen by the caller, to cancel the query by.
    query_id: Option<String>,
    /// What a search with pipes may cost. One without ends with its page.
    budget: BudgetRequest,
}

/// A page of rows, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// Objects by column, or by the names that were asked for.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Box<RawValue>>,
    #[serde(flatten)]
    end: SearchEnd,
}

/// What stands after the rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchEnd {
    /// For the next page; absent where this is the last one, and behind pipes.
    next_cursor: Option<String>,
    /// `records`: whole log records; `table`: rows by the names of the pipes; `time_series`: a table whose first column,
    /// `time`, is the start of a bucket.
    #[schema(value_type = String)]
    shape: Shape,
    /// Names and ClickHouse types of the columns, in order.
    #[schema(value_type = Vec<Object>)]
    columns: Vec<AnswerColumn>,
    /// Width of the buckets of a time series.
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_seconds: Option<f64>,
    /// There are more rows than are shown, and no way to page through them.
    truncated: bool,
    /// The statement, with its values: it can be run in any ClickHouse client.
    sql: String,
    /// Values that were bound to the statement.
    params: Map<String, Value>,
    /// What of the rows the query is about.
    #[schema(value_type = Vec<Object>)]
    highlights: Vec<Highlight>,
    /// What may have been meant otherwise.
    #[schema(value_type = Vec<Object>)]
    hints: Vec<Value>,
    stats: Stats,
    query_id: String,
    /// Whether the rows were kept from an earlier request.
    cache: CacheUse,
}

/// A search that was understood and can be run.
struct Search {
    prepared: Prepared,
    statement: Statement,
    limit: u32,
    query_id: String,
    group: Option<String>,
    hints: Vec<Hint>,
    shape: Shape,
    bucket_seconds: Option<f64>,
    chart: Option<Chart>,
    has_pipes: bool,
}

impl Search {
    async fn new(app: &App, request: &SearchRequest) -> Result<Self, ApiError> {
        let prepared = Prepared::new(app, &request.scope).await?;
        let cursor =
            request.cursor.as_deref().map(Cursor::decode).transpose().map_err(|error| query_error(&error))?;
        let columns = request.columns.clone().filter(|columns| !columns.is_empty());
        let has_pipes = !prepared.parsed.query.pipes.is_empty();
        let mut chart = None;
        let (statement, limit, shape, bucket_seconds) = if has_pipes {
            if cursor.is_some() {
                return Err(ApiError::bad_request(
                    "query.cursor",
                    "a search with pipes has one page: leave the cursor out",
                ));
            }
            let group = request.scope.group.as_deref();
            let caller = prepared.caller(QueryKind::Search, group);
            let piped = prepared.piped(app, request.limit, columns.as_deref(), caller).await?;
            chart = Chart::of(app, &prepared, piped.by_bucket.as_ref());
            (piped.statement, piped.limit, piped.shape, piped.bucket_seconds)
        } else {
            let limit = request.limit.unwrap_or(DEFAULT_ROWS).clamp(1, click_lite_query::MAX_ROWS);
            let options = SearchOptions { columns, limit, cursor };
            let statement = prepared.compiler().search(&options).map_err(|error| query_error(&error))?;
            (statement, limit, Shape::Records, None)
        };
        let query_id = checked_query_id(request.query_id.as_deref())?;
        // Without knowledge of the data no name is unknown.
        let known = app.known_fields.latest(request.scope.source.as_deref()).unwrap_or_default();
        let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let mut hints = prepared.parsed.hints.clone();
        if !known.is_empty() {
            hints.extend(prepared.parsed.query.field_hints(&known));
        }
        let group = request.scope.group.clone();
        Ok(Self {
            prepared,
            statement,
            limit,
            query_id,
            group,
            hints,
            shape,
            bucket_seconds,
            chart,
            has_pipes,
        })
    }

    /// The span that holds all rows that it reads; `compare` reads earlier ones than the range.
    fn rows_range(&self) -> TimeRange {
        if self.prepared.parsed.query.compares() { TimeRange::ALL } else { self.prepared.range }
    }

    /// Of `batch`, which comes behind so many rows, what is shown. With pipes the statement gives one row more than that.
    fn shown(&self, mut batch: Vec<Box<RawValue>>, before: u64) -> Vec<Box<RawValue>> {
        let room = u64::from(self.limit).saturating_sub(before);
        batch.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        batch
    }

    /// `rows` are those that came, shown or not.
    fn end(
        &self,
        rows: u64,
        last: Option<&RawValue>,
        columns: &[AnswerColumn],
        stats: Stats,
        cache: CacheUse,
    ) -> SearchEnd {
        let may_go_on = !self.has_pipes && rows >= u64::from(self.limit);
        SearchEnd {
            next_cursor: last.filter(|_| may_go_on).and_then(cursor_of).map(Cursor::encode),
            shape: self.shape,
            columns: columns.to_vec(),
            bucket_seconds: self.bucket_seconds,
            truncated: rows > u64::from(self.limit),
            sql: self.statement.display_sql.clone(),
            params: self.statement.params.iter().map(|param| (param.name.clone(), param.value.clone().into())).collect(),
            highlights: highlight_terms(&self.prepared.condition),
            hints: self
                .hints
                .iter()
                .map(|hint| json!({ "message": hint.message, "position": hint.span.start, "length": hint.span.length() }))
                .collect(),
            stats,
            query_id: self.query_id.clone(),
            cache,
        }
    }
}

/// The id that a caller chose for a query, or one of ours.
pub(super) fn checked_query_id(chosen: Option<&str>) -> Result<String, ApiError> {
    match chosen {
        Some(id) if is_query_id(id) => Ok(id.to_owned()),
        Some(_) => Err(ApiError::bad_request(
            "query.id",
            "query_id takes letters, digits, dashes and underscores, at most 64",
        )),
        None => Ok(Uuid::new_v4().to_string()),
    }
}

fn is_query_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Where the next page starts: every row has what the order is made of.
fn cursor_of(row: &RawValue) -> Option<Cursor> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Key {
        timestamp: String,
        ingest_id: String,
    }
    let key: Key = serde_json::from_str(row.get()).ok()?;
    Some(Cursor {
        time_ns: click_lite_model::time::parse_rfc3339(&key.timestamp)?,
        ingest_id: key.ingest_id.parse().ok()?,
    })
}

/// Searches, newest rows first.
///
/// With `Accept: application/x-ndjson` rows are streamed as they are found: lines with `progress`, `rows`, and at the
/// end `done` or `error`. Closing the connection cancels the query in ClickHouse.
#[utoipa::path(
    post, path = "/api/v1/search", tag = "read", request_body = SearchRequest,
    responses(
        (status = 200, body = SearchAnswer),
        (status = 400, description = "the query is wrong; details say where", body = click_lite_client::ErrorBody),
        (status = 503, description = "the engine is not ready", body = click_lite_client::ErrorBody)
    )
)]
pub async fn search(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SearchRequest>,
) -> Result<Response, ApiError> {
    let search = Search::new(&app, &request).await?;
    let wants_stream = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(NDJSON));
    let source = search.prepared.source.clone();
    // What others write changes without a word.
    let key = source.is_none().then(|| key_of(&search.statement));
    if let Some((kept, used)) = key.as_deref().and_then(|key| app.answers.get(key)) {
        return Ok(kept_answer(&search, kept, used, wants_stream));
    }
    let kind = if search.has_pipes { QueryKind::Table } else { QueryKind::Search };
    let caller = Caller {
        query_id: Some(&search.query_id),
        integers_as_text: search.shape == Shape::Records,
        ..search.prepared.caller(kind, search.group.as_deref())
    };
    if let Some(chart) = &search.chart
        && let Some((kept, used)) =
            chart.answer(&app, &search.prepared, request.budget.confirmed, caller).await?
    {
        return Ok(kept_answer(&search, kept, used, wants_stream));
    }
    if search.has_pipes {
        admit_statement(&app, &search.statement, source.as_deref(), request.budget.confirmed).await?;
    }
    let mut place = key.and_then(|key| app.answers.place(key, search.rows_range()));
    let mut run = select(&app, &search.statement, caller).await?;
    if wants_stream {
        let body = Body::from_stream(lines(app, search, run, place));
        return Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response());
    }
    let mut rows = Vec::new();
    while let Some(batch) =
        run.next_rows().await.map_err(|error| read_error(&app, source.as_deref(), &error))?
    {
        place = app.answers.add(place, &batch);
        rows.extend(batch);
    }
    let stats = keep(&app, &search, place, &run);
    let came = rows.len() as u64;
    let rows = search.shown(rows, 0);
    let last = rows.last().map(|row| &**row);
    let end = search.end(came, last, run.columns(), stats, CacheUse::default());
    Ok(Json(SearchAnswer { rows, end }).into_response())
}

/// Notes what a query that ended took, and keeps its answer.
fn keep(app: &App, search: &Search, place: Option<Place>, run: &Run) -> Stats {
    let stats = Stats::from(run.stats());
    if search.prepared.source.is_none() {
        app.note_cost(&search.statement, &stats);
    }
    if let Some(place) = place {
        if let Some(chart) = &search.chart
            && place.rows().len() <= search.limit as usize
        {
            chart.note(app, place.rows(), run.columns());
        }
        app.answers.keep(place, run.columns(), stats, false);
    }
    stats
}

fn kept_answer(search: &Search, kept: Kept, used: CacheUse, wants_stream: bool) -> Response {
    let came = kept.rows.len() as u64;
    let rows = search.shown(kept.rows, 0);
    let end = search.end(came, rows.last().map(|row| &**row), &kept.columns, kept.stats, used);
    if !wants_stream {
        return Json(SearchAnswer { rows, end }).into_response();
    }
    let body = [row_lines(&rows), line(&json!({ "done": end }))].concat();
    ([(header::CONTENT_TYPE, NDJSON)], body).into_response()
}

/// Lines of a streamed answer. Dropping it drops the query.
fn lines(
    app: Arc<App>,
    search: Search,
    run: Run,
    place: Option<Place>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> {
    struct State {
        app: Arc<App>,
        search: Search,
        run: Run,
        place: Option<Place>,
        rows: u64,
        last: Option<Box<RawValue>>,
        ended: bool,
    }
    let state = State { app, search, run, place, rows: 0, last: None, ended: false };
    futures_util::stream::unfold(state, |mut state| async move {
        if state.ended {
            return None;
        }
        let line = match state.run.next_event().await {
            Ok(Some(RowEvent::Rows(rows))) => {
                state.place = state.app.answers.add(state.place.take(), &rows);
                let came = rows.len() as u64;
                let rows = state.search.shown(rows, state.rows);
                state.rows += came;
                let lines = row_lines(&rows);
                state.last = rows.into_iter().next_back().or(state.last);
                lines
            }
            Ok(Some(RowEvent::Progress(progress))) => line(&json!({ "progress": progress })),
            Ok(None) => {
                state.ended = true;
                let stats = keep(&state.app, &state.search, state.place.take(), &state.run);
                let (columns, last) = (state.run.columns(), state.last.as_deref());
                let end = state.search.end(state.rows, last, columns, stats, CacheUse::default());
                line(&json!({ "done": end }))
            }
            Err(error) => {
                state.ended = true;
                line(&json!({ "error": read_error(&state.app, state.search.prepared.source.as_deref(), &error).detail() }))
            }
        };
        Some((Ok(line), state))
    })
    // A layer above may ask once more after the end.
    .fuse()
}

#[derive(Serialize)]
struct Rows<'a> {
    rows: &'a [Box<RawValue>],
}

/// Rows in lines that a browser reads between two frames.
fn row_lines(rows: &[Box<RawValue>]) -> Bytes {
    let mut lines = Vec::new();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let mut bytes = first.get().len();
        let more = rest[1..].iter().take_while(|row| {
            bytes += row.get().len();
            bytes <= LINE_BYTES
        });
        let (together, behind) = rest.split_at(1 + more.count());
        lines.extend_from_slice(&line(&Rows { rows: together }));
        rest = behind;
    }
    lines.into()
}

pub(super) fn line(value: &impl Serialize) -> Bytes {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line.into()
}
