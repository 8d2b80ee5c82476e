//! `POST /api/v1/surrounding`: the rows before and after a place in time.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{Cursor, MAX_ROWS, SearchOptions, Statement, parse_time};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::run::QueryKind;
use super::{Caller, Prepared, Scope, Stats, query_error, read_error, select};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

const DEFAULT_ROWS: u32 = 20;
const MOST_ROWS: u32 = 1_000;

/// Which rows next to what.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SurroundingRequest {
    #[serde(flatten)]
    scope: Scope,
    /// The place: the `Timestamp` of a row, or any time as in a search.
    timestamp: String,
    /// `IngestId` of the row, which is left out of the answer; without it rows of that very time are `after`.
    ingest_id: Option<String>,
    /// Rows that are older, 20 unless said, at most 1,000.
    before: Option<u32>,
    /// Rows that are newer, 20 unless said, at most 1,000.
    after: Option<u32>,
}

/// Rows next to a place, the nearest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurroundingAnswer {
    /// Older rows: objects by column.
    #[schema(value_type = Vec<Object>)]
    before: Vec<Box<RawValue>>,
    /// Newer rows.
    #[schema(value_type = Vec<Object>)]
    after: Vec<Box<RawValue>>,
    /// The statements: of the older rows, of the newer rows.
    sql: Vec<String>,
    stats: Stats,
}

/// The matching rows before and after a place in time, as many as asked for on each side however far they are.
#[utoipa::path(post, path = "/api/v1/surrounding", tag = "read", request_body = SurroundingRequest, responses((status = 200, body = SurroundingAnswer)))]
pub async fn surrounding(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<SurroundingRequest>,
) -> Result<Json<SurroundingAnswer>, ApiError> {
    let prepared = Prepared::new(&app, &request.scope).await?;
    let place = place(&request, app.clock.now_ns())?;
    let rows = |asked: Option<u32>| asked.unwrap_or(DEFAULT_ROWS).min(MOST_ROWS.min(MAX_ROWS));
    let compiler = prepared.compiler();
    let options = SearchOptions { columns: None, limit: rows(request.before), cursor: Some(place) };
    let before = compiler.search(&options).map_err(|error| query_error(&error))?;
    let after = compiler.rows_after(place, rows(request.after));
    let caller = prepared.caller(QueryKind::Search, request.scope.group.as_deref());
    let ((before_rows, before_stats), (after_rows, after_stats)) =
        tokio::try_join!(raw_rows(&app, &before, caller), raw_rows(&app, &after, caller))?;
    Ok(Json(SurroundingAnswer {
        before: before_rows,
        after: after_rows,
        sql: vec![before.display_sql, after.display_sql],
        stats: before_stats + after_stats,
    }))
}

fn place(request: &SurroundingRequest, now_ns: i64) -> Result<Cursor, ApiError> {
    let time_ns = parse_time(request.timestamp.trim(), now_ns).map_err(|error| query_error(&error))?.start_ns;
    let ingest_id = request.ingest_id.as_deref().unwrap_or("0").parse().map_err(|_| {
        ApiError::bad_request("query.row", "ingest_id is the IngestId of a row, a number as a text")
    })?;
    Ok(Cursor { time_ns, ingest_id })
}

async fn raw_rows(
    app: &App,
    statement: &Statement,
    caller: Caller<'_>,
) -> Result<(Vec<Box<RawValue>>, Stats), ApiError> {
    let mut stream = select(app, statement, caller).await?;
    let mut rows = Vec::new();
    while let Some(batch) =
        stream.next_rows().await.map_err(|error| read_error(app, caller.source, &error))?
    {
        rows.extend(batch);
    }
    Ok((rows, stream.stats().into()))
}
