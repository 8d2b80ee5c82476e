//! `/api/v1/saved-queries`: list, create, get, replace, delete, restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use click_lite_catalog::SavedQueryFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Saved;
use super::content::Content;
use crate::app::App;
use crate::http::error::{ApiError, JsonBody, Parameters};

/// A query under a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedQuery {
    id: String,
    #[serde(flatten)]
    content: Content,
    owner: String,
    favourite: bool,
    /// Counts the changes; send it back with a change. Also the `ETag`.
    version: i64,
    created_at: String,
    updated_at: String,
    /// When it was deleted; `null`: it is not.
    deleted_at: Option<String>,
    /// When it was last opened or run.
    last_used_at: Option<String>,
    /// When it was last run by name.
    last_run_at: Option<String>,
    /// How long that took.
    last_run_ms: Option<i64>,
}

impl From<Saved> for SavedQuery {
    fn from(Saved { entry, content }: Saved) -> Self {
        Self {
            id: entry.id,
            content,
            owner: entry.owner,
            favourite: entry.favourite,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            deleted_at: entry.deleted_at,
            last_used_at: entry.last_used_at,
            last_run_at: entry.last_run_at,
            last_run_ms: entry.last_run_ms,
        }
    }
}

/// Which saved queries to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListFilter {
    /// Words that name, description, folder, tags or text hold, all of them, in any case.
    search: Option<String>,
    /// This folder and those in it.
    folder: Option<String>,
    tag: Option<String>,
    /// Those that were deleted in the last 30 days, in place of the others.
    deleted: bool,
}

/// Saved queries by name, and what the whole library has.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedQueryList {
    items: Vec<SavedQuery>,
    /// Every folder with how many it holds itself.
    folders: Vec<NameCount>,
    /// Every tag with how many have it.
    tags: Vec<NameCount>,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NameCount {
    name: String,
    count: u64,
}

/// What to save.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SavedQueryChange {
    /// The version that the change was made from; the header `If-Match` says the same. Without either, the last change
    /// wins.
    version: Option<i64>,
    #[serde(flatten)]
    content: Content,
}

/// An answer with its `ETag`.
pub type Tagged = (HeaderMap, Json<SavedQuery>);

pub fn tagged(saved: Saved) -> Tagged {
    let value = HeaderValue::from_str(&format!("\"{}\"", saved.entry.version)).ok();
    (HeaderMap::from_iter(value.map(|value| (header::ETAG, value))), Json(saved.into()))
}

/// The version of an `If-Match`, which may be quoted, weak or `*`.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_start_matches("W/").trim_matches('"').parse().map(Some).map_err(|_| {
        ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "saved.changed",
            "the header If-Match holds no version of a saved query: send the ETag of the last answer",
        )
    })
}

/// Lists saved queries by name.
#[utoipa::path(get, path = "/api/v1/saved-queries", tag = "saved", params(ListFilter), responses((status = 200, body = SavedQueryList)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Parameters(filter): Parameters<ListFilter>,
) -> Result<Json<SavedQueryList>, ApiError> {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let wanted = SavedQueryFilter {
        words: filter.search.unwrap_or_default().split_whitespace().map(str::to_lowercase).take(20).collect(),
        folder: text(filter.folder),
        tag: text(filter.tag),
        deleted: filter.deleted,
    };
    let items = app.saved.list(&wanted).await?;
    let all =
        app.saved.list(&SavedQueryFilter { deleted: filter.deleted, ..SavedQueryFilter::default() }).await?;
    let folders = all.iter().map(|saved| saved.content.folder.as_str()).filter(|folder| !folder.is_empty());
    let tags = all.iter().flat_map(|saved| saved.content.tags.iter().map(String::as_str));
    Ok(Json(SavedQueryList {
        folders: counted(folders),
        tags: counted(tags),
        items: items.into_iter().map(SavedQuery::from).collect(),
    }))
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<NameCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().map(|(name, count)| NameCount { name: name.to_owned(), count }).collect()
}

/// Saves a query.
#[utoipa::path(post, path = "/api/v1/saved-queries", tag = "saved", request_body = Content,
    responses((status = 201, body = SavedQuery), (status = 400, body = click_lite_client::ErrorBody),
        (status = 409, description = "the name is taken", body = click_lite_client::ErrorBody)))]
pub async fn create(
    State(app): State<Arc<App>>,
    JsonBody(content): JsonBody<Content>,
) -> Result<(StatusCode, HeaderMap, Json<SavedQuery>), ApiError> {
    let saved = app.saved.create(content).await?;
    let location = HeaderValue::from_str(&format!("/api/v1/saved-queries/{}", saved.entry.id)).ok();
    let (mut headers, body) = tagged(saved);
    headers.extend(location.map(|location| (header::LOCATION, location)));
    Ok((StatusCode::CREATED, headers, body))
}

/// A saved query, by its id or its name.
#[utoipa::path(get, path = "/api/v1/saved-queries/{id}", tag = "saved", params(("id" = String, Path)),
    responses((status = 200, body = SavedQuery), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Tagged, ApiError> {
    app.saved.get(&id).await.map(tagged)
}

/// Replaces a saved query; what it was stays as a version.
#[utoipa::path(put, path = "/api/v1/saved-queries/{id}", tag = "saved", params(("id" = String, Path)), request_body = SavedQueryChange,
    responses((status = 200, body = SavedQuery), (status = 409, description = "the name is taken", body = click_lite_client::ErrorBody),
        (status = 412, description = "somebody changed it meanwhile", body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<SavedQueryChange>,
) -> Result<Tagged, ApiError> {
    let version = if_match(&headers)?.or(change.version);
    app.saved.replace(&id, version, change.content).await.map(tagged)
}

/// Deletes a saved query. It can be restored for 30 days.
#[utoipa::path(delete, path = "/api/v1/saved-queries/{id}", tag = "saved", params(("id" = String, Path)),
    responses((status = 204), (status = 412, description = "somebody changed it meanwhile", body = click_lite_client::ErrorBody)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    app.saved.delete(&id, if_match(&headers)?).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes back that a saved query was deleted.
#[utoipa::path(post, path = "/api/v1/saved-queries/{id}/restore", tag = "saved", params(("id" = String, Path)),
    responses((status = 200, body = SavedQuery), (status = 409, description = "its name is taken by now", body = click_lite_client::ErrorBody)))]
pub async fn restore(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Tagged, ApiError> {
    app.saved.restore(&id).await.map(tagged)
}

/// Makes a saved query a favourite. That is no change of it.
#[utoipa::path(put, path = "/api/v1/saved-queries/{id}/favourite", tag = "saved", params(("id" = String, Path)), responses((status = 200, body = SavedQuery)))]
pub async fn add_favourite(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Tagged, ApiError> {
    app.saved.set_favourite(&id, true).await.map(tagged)
}

/// Makes a saved query a favourite no more.
#[utoipa::path(delete, path = "/api/v1/saved-queries/{id}/favourite", tag = "saved", params(("id" = String, Path)), responses((status = 200, body = SavedQuery)))]
pub async fn remove_favourite(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Tagged, ApiError> {
    app.saved.set_favourite(&id, false).await.map(tagged)
}
