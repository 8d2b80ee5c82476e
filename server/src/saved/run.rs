//! Saved queries and templates are run by name.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::bind::{self, Bound};
use super::content::{Content, Language, Parameter};
use super::library::template;
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::read;

/// The time range of SQL for which nobody said one.
const DEFAULT_FROM: &str = "now-24h";
/// Most values that a parameter offers.
const MOST_VALUES: u64 = 500;

/// Values for a run, and its range.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = SavedRunRequest)]
pub struct RunRequest {
    /// Values by the names of the parameters; those that are left out have their defaults.
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// In place of the source that was saved; `logs` is what this server stores.
    pub source: Option<String>,
    /// In place of the range that was saved.
    pub from: Option<String>,
    pub to: Option<String>,
    /// As those of `/search` and `/sql`.
    pub limit: Option<u32>,
    pub cursor: Option<String>,
    pub columns: Option<Vec<String>>,
    pub query_id: Option<String>,
    /// As that of `/sql`.
    #[schema(value_type = Object)]
    pub budget: Option<Value>,
}

/// Values that a parameter can have.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParameterValues {
    #[schema(value_type = Vec<Object>)]
    values: Vec<Value>,
    /// Whether other values are refused.
    only_these: bool,
}

fn bound(content: &Content, request: &RunRequest) -> Result<Bound, ApiError> {
    let mut bound = bind::bind(content, &request.parameters)?;
    if request.from.is_some() || request.to.is_some() {
        (bound.from, bound.to) = (request.from.clone(), request.to.clone());
    }
    if request.source.is_some() {
        bound.source.clone_from(&request.source);
    }
    if bound.language == Language::Sql && bound.from.is_none() && bound.to.is_none() {
        bound.from = Some(DEFAULT_FROM.into());
    }
    if bound.from.is_some() && bound.to.is_none() {
        bound.to = Some("now".into());
    }
    Ok(bound)
}

/// Runs what was bound, as if it had been sent to `/search` or `/sql`.
async fn execute(
    app: Arc<App>,
    headers: HeaderMap,
    bound: Bound,
    request: RunRequest,
) -> Result<Response, ApiError> {
    match bound.language {
        Language::Search => {
            let search = read_request(json!({
                "query": bound.text, "from": bound.from, "to": bound.to, "limit": request.limit,
                "cursor": request.cursor, "columns": request.columns, "query_id": request.query_id, "source": bound.source,
            }))?;
            read::search(State(app), headers, JsonBody(search)).await
        }
        Language::Sql => {
            let mut sql = json!({
                "sql": bound.text, "params": bound.params, "from": bound.from, "to": bound.to,
                "limit": request.limit, "query_id": request.query_id, "source": bound.source,
            });
            if let Some(budget) = request.budget {
                sql["budget"] = budget;
            }
            read::sql(State(app), headers, JsonBody(read_request(sql)?)).await
        }
    }
}

fn read_request<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request).map_err(|error| ApiError::bad_request("request.body", error.to_string()))
}

/// Runs a saved query by its id or name. The answer is that of `/api/v1/search` or `/api/v1/sql`, as the query's
/// language is.
#[utoipa::path(post, path = "/api/v1/saved-queries/{id}/run", tag = "saved", params(("id" = String, Path)), request_body = RunRequest,
    responses((status = 200, description = "as of /api/v1/search or /api/v1/sql"), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn run(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Response, ApiError> {
    let saved = app.saved.get(&id).await?;
    let bound = bound(&saved.content, &request)?;
    // The pages after the first one belong to the same run.
    let is_page = request.cursor.is_some();
    let started = Instant::now();
    let response = execute(Arc::clone(&app), headers, bound, request).await?;
    if is_page {
        return Ok(response);
    }
    Ok(noted(app, saved.entry.id, started, response))
}

/// Notes the run once the whole answer was given.
fn noted(app: Arc<App>, id: String, started: Instant, response: Response) -> Response {
    let end = futures_util::stream::once(async move {
        let elapsed_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        app.saved.note_run(&id, elapsed_ms).await;
        None
    });
    response.map(|body| {
        let chunks = body.into_data_stream().map(Some);
        Body::from_stream(chunks.chain(end).filter_map(std::future::ready))
    })
}

/// A saved query with values in its places, to be opened elsewhere.
#[utoipa::path(post, path = "/api/v1/saved-queries/{id}/bind", tag = "saved", params(("id" = String, Path)), request_body = RunRequest,
    responses((status = 200, body = Bound), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn bind(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Json<Bound>, ApiError> {
    let saved = app.saved.get(&id).await?;
    let bound = bound(&saved.content, &request)?;
    app.saved.note_use(&saved.entry.id).await;
    Ok(Json(bound))
}

/// Runs a template by its id or name.
#[utoipa::path(post, path = "/api/v1/templates/{id}/run", tag = "saved", params(("id" = String, Path)), request_body = RunRequest,
    responses((status = 200, description = "as of /api/v1/search or /api/v1/sql"), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn run_template(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Response, ApiError> {
    let bound = bound(&template(&id)?.content, &request)?;
    execute(app, headers, bound, request).await
}

/// A template with values in its places, to be opened elsewhere.
#[utoipa::path(post, path = "/api/v1/templates/{id}/bind", tag = "saved", params(("id" = String, Path)), request_body = RunRequest,
    responses((status = 200, body = Bound), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn bind_template(
    Path(id): Path<String>,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Json<Bound>, ApiError> {
    bound(&template(&id)?.content, &request).map(Json)
}

/// Values that a parameter of a saved query can have: those that were fixed, or those that its query finds now.
#[utoipa::path(get, path = "/api/v1/saved-queries/{id}/parameters/{name}/values", tag = "saved",
    params(("id" = String, Path), ("name" = String, Path)), responses((status = 200, body = ParameterValues)))]
pub async fn parameter_values(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Json<ParameterValues>, ApiError> {
    let saved = app.saved.get(&id).await?;
    values_of(app, &saved.content, &name).await
}

/// Values that a parameter of a template can have.
#[utoipa::path(get, path = "/api/v1/templates/{id}/parameters/{name}/values", tag = "saved",
    params(("id" = String, Path), ("name" = String, Path)), responses((status = 200, body = ParameterValues)))]
pub async fn template_parameter_values(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Json<ParameterValues>, ApiError> {
    values_of(app, &template(&id)?.content, &name).await
}

async fn values_of(app: Arc<App>, content: &Content, name: &str) -> Result<Json<ParameterValues>, ApiError> {
    let parameter: &Parameter = content
        .parameters
        .iter()
        .find(|parameter| parameter.name == name)
        .ok_or_else(|| ApiError::not_found(format!("`{}` has no parameter `{name}`", content.name)))?;
    if !parameter.values.is_empty() {
        return Ok(Json(ParameterValues { values: parameter.values.clone(), only_these: true }));
    }
    let Some(query) = &parameter.values_query else {
        return Ok(Json(ParameterValues { values: Vec::new(), only_these: false }));
    };
    let request = read_request(json!({
        "sql": query, "limit": MOST_VALUES, "from": DEFAULT_FROM, "to": "now", "source": content.source,
    }))?;
    let answer = read::sql(State(app), HeaderMap::new(), JsonBody(request)).await?;
    let body = answer.into_body().collect().await.map_err(|error| ApiError::internal(&error))?.to_bytes();
    let answer: Value = serde_json::from_slice(&body).map_err(|error| ApiError::internal(&error))?;
    let first = answer["columns"][0]["name"].as_str().unwrap_or_default();
    let rows = answer["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let values = rows.iter().map(|row| row[first].clone()).filter(|value| !value.is_null()).collect();
    Ok(Json(ParameterValues { values, only_these: false }))
}
