//! `POST /api/v1/search`: rows, newest first, whole or as a stream.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use click_lite_query::{Cursor, Highlight, Hint, SearchOptions, Statement, highlight_terms};
use click_lite_store::{RowEvent, RowStream};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Prepared, Scope, Stats, query_error, select, store_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

const NDJSON: &str = "application/x-ndjson";
const DEFAULT_ROWS: u32 = 100;

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
    /// For the next page; absent where this is the last one.
    next_cursor: Option<String>,
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
}

/// A search that was understood and can be run.
struct Search {
    prepared: Prepared,
    statement: Statement,
    limit: u32,
    query_id: String,
    hints: Vec<Hint>,
}

impl Search {
    fn new(app: &App, request: &SearchRequest) -> Result<Self, ApiError> {
        let prepared = Prepared::new(app, &request.scope)?;
        let cursor =
            request.cursor.as_deref().map(Cursor::decode).transpose().map_err(|error| query_error(&error))?;
        let limit = request.limit.unwrap_or(DEFAULT_ROWS).clamp(1, click_lite_query::MAX_ROWS);
        let columns = request.columns.clone().filter(|columns| !columns.is_empty());
        let options = SearchOptions { columns, limit, cursor };
        let statement = prepared.compiler().search(&options).map_err(|error| query_error(&error))?;
        let query_id = match &request.query_id {
            Some(id) if is_query_id(id) => id.clone(),
            Some(_) => {
                return Err(ApiError::bad_request(
                    "query.id",
                    "query_id takes letters, digits, dashes and underscores, at most 64",
                ));
            }
            None => Uuid::new_v4().to_string(),
        };
        // Without knowledge of the data no name is unknown.
        let known = app.known_fields.latest().unwrap_or_default();
        let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let mut hints = prepared.parsed.hints.clone();
        if !known.is_empty() {
            hints.extend(prepared.parsed.query.field_hints(&known));
        }
        Ok(Self { prepared, statement, limit, query_id, hints })
    }

    fn end(&self, rows: u64, last: Option<&RawValue>, stats: Stats) -> SearchEnd {
        let next_cursor =
            last.filter(|_| rows >= u64::from(self.limit)).and_then(cursor_of).map(Cursor::encode);
        SearchEnd {
            next_cursor,
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
        }
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
    let search = Search::new(&app, &request)?;
    let stream = select(&app, &search.statement, Some(&search.query_id)).await?;
    let wants_stream = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(NDJSON));
    if wants_stream {
        let body = Body::from_stream(lines(app, search, stream));
        return Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response());
    }
    let mut stream = stream;
    let mut rows = Vec::new();
    while let Some(batch) = stream.next_rows().await.map_err(|error| store_error(&app, &error))? {
        rows.extend(batch);
    }
    let end = search.end(rows.len() as u64, rows.last().map(|row| &**row), stream.stats().into());
    Ok(Json(SearchAnswer { rows, end }).into_response())
}

/// Lines of a streamed answer. Dropping it drops the query.
fn lines(
    app: Arc<App>,
    search: Search,
    stream: RowStream,
) -> impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> {
    struct State {
        app: Arc<App>,
        search: Search,
        stream: RowStream,
        rows: u64,
        last: Option<Box<RawValue>>,
        ended: bool,
    }
    let state = State { app, search, stream, rows: 0, last: None, ended: false };
    futures_util::stream::unfold(state, |mut state| async move {
        if state.ended {
            return None;
        }
        let line = match state.stream.next_event().await {
            Ok(Some(RowEvent::Rows(rows))) => {
                state.rows += rows.len() as u64;
                let line = line(&Rows { rows: &rows });
                state.last = rows.into_iter().next_back().or(state.last);
                line
            }
            Ok(Some(RowEvent::Progress(progress))) => line(&json!({ "progress": progress })),
            Ok(None) => {
                state.ended = true;
                let end = state.search.end(state.rows, state.last.as_deref(), state.stream.stats().into());
                line(&json!({ "done": end }))
            }
            Err(error) => {
                state.ended = true;
                line(&json!({ "error": store_error(&state.app, &error).detail() }))
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

fn line(value: &impl Serialize) -> Bytes {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

/// Cancels a running query.
#[utoipa::path(delete, path = "/api/v1/queries/{query_id}", tag = "read", params(("query_id" = String, Path)), responses((status = 204)))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Path(query_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !is_query_id(&query_id) {
        return Err(ApiError::not_found("there is no query with this id"));
    }
    app.store.kill(&query_id).await.map_err(|error| store_error(&app, &error))?;
    Ok(StatusCode::NO_CONTENT)
}
