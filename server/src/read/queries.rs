//! `/api/v1/queries`: what runs, and ending it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::run::QueryState;
use super::store_error;
use crate::app::App;
use crate::http::error::ApiError;

/// Queries that wait or run.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryList {
    /// The oldest first.
    queries: Vec<QueryState>,
}

/// Lists the queries that wait or run, with how far they are.
#[utoipa::path(get, path = "/api/v1/queries", tag = "read", responses((status = 200, body = QueryList)))]
pub async fn list_queries(State(app): State<Arc<App>>) -> Json<QueryList> {
    let mut queries = app.queries.list();
    if !queries.is_empty() {
        look_at_clickhouse(&app, queries.iter_mut()).await;
    }
    Json(QueryList { queries })
}

/// Says how far a query is, or how it ended; the last 200 are remembered.
#[utoipa::path(
    get, path = "/api/v1/queries/{query_id}", tag = "read", params(("query_id" = String, Path)),
    responses((status = 200, body = QueryState), (status = 404, body = click_lite_client::ErrorBody))
)]
pub async fn get_query(
    State(app): State<Arc<App>>,
    Path(query_id): Path<String>,
) -> Result<Json<QueryState>, ApiError> {
    let mut query =
        app.queries.get(&query_id).ok_or_else(|| ApiError::not_found("there is no query with this id"))?;
    if query.state == "running" {
        look_at_clickhouse(&app, std::iter::once(&mut query)).await;
    }
    Ok(Json(query))
}

/// Adds what only ClickHouse knows, where it answers.
async fn look_at_clickhouse(app: &App, queries: impl Iterator<Item = &mut QueryState>) {
    let Ok(running) = app.store.running_queries().await else { return };
    let mut by_id: HashMap<String, _> =
        running.into_iter().map(|query| (query.query_id.clone(), query)).collect();
    for query in queries {
        let Some(seen) = by_id.remove(&query.query_id) else { continue };
        query.memory_bytes = Some(seen.memory_bytes);
        query.rows_read = query.rows_read.max(seen.rows_read);
        query.bytes_read = query.bytes_read.max(seen.bytes_read);
        query.total_rows = query.total_rows.max(seen.total_rows).max(query.rows_read);
        query.share = (query.total_rows > 0).then(|| query.rows_read as f64 / query.total_rows as f64);
    }
}

/// Ends a query that waits or runs. One that does not run is none of its business.
#[utoipa::path(delete, path = "/api/v1/queries/{query_id}", tag = "read", params(("query_id" = String, Path)), responses((status = 204)))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Path(query_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if app.queries.cancel(&query_id) {
        app.store.kill(&query_id).await.map_err(|error| store_error(&app, &error))?;
    }
    Ok(StatusCode::NO_CONTENT)
}
