//! `/api/v1/dashboards`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use click_lite_catalog::{DashboardEntry, DashboardVersion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalog_error;
use super::content::Content;
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::http::etag::{etag, if_match};

const FILE_FORMAT: &str = "click-lite.dashboard";
const FILE_VERSION: u32 = 1;

/// A dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dashboard {
    id: String,
    #[serde(flatten)]
    content: Content,
    favourite: bool,
    /// Counts the changes; also the `ETag`.
    version: i64,
    created_at: String,
    updated_at: String,
}

/// A dashboard in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardSummary {
    id: String,
    name: String,
    description: String,
    folder: String,
    tags: Vec<String>,
    favourite: bool,
    version: i64,
    created_at: String,
    updated_at: String,
    /// How many it has.
    widgets: usize,
}

/// Dashboards by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardList {
    dashboards: Vec<DashboardSummary>,
}

/// What a dashboard becomes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DashboardChange {
    #[serde(flatten)]
    content: Content,
    /// The version that the change was made from; the header `If-Match` says the same. Without either, the last change
    /// wins.
    version: Option<i64>,
}

/// A version of a dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardVersionSummary {
    version: i64,
    name: String,
    saved_at: String,
    widgets: usize,
}

/// Versions, the last first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardVersionList {
    versions: Vec<DashboardVersionSummary>,
}

/// A dashboard as a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DashboardFile {
    /// `click-lite.dashboard`.
    format: String,
    format_version: u32,
    #[serde(flatten)]
    content: Content,
}

/// A dashboard to start from.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardTemplate {
    id: &'static str,
    #[serde(flatten)]
    content: Content,
}

/// Dashboards to start from.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardTemplates {
    templates: Vec<DashboardTemplate>,
}

impl Dashboard {
    fn new(entry: DashboardEntry) -> Result<Self, ApiError> {
        Ok(Self {
            content: Content::of_text(&entry.content)?,
            id: entry.id,
            favourite: entry.favourite,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
        })
    }
}

impl DashboardSummary {
    fn new(entry: DashboardEntry) -> Result<Self, ApiError> {
        let content = Content::of_text(&entry.content)?;
        Ok(Self {
            id: entry.id,
            name: content.name,
            description: content.description,
            folder: content.folder,
            tags: content.tags,
            favourite: entry.favourite,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            widgets: content.definition.widgets.len(),
        })
    }
}

impl DashboardVersionSummary {
    fn new(version: DashboardVersion) -> Result<Self, ApiError> {
        let widgets = Content::of_text(&version.content)?.definition.widgets.len();
        Ok(Self { version: version.version, name: version.name, saved_at: version.saved_at, widgets })
    }
}

type Versioned = (HeaderMap, Json<Dashboard>);

fn versioned(entry: DashboardEntry) -> Result<Versioned, ApiError> {
    Ok((etag(entry.version), Json(Dashboard::new(entry)?)))
}

fn created(entry: DashboardEntry) -> Result<(StatusCode, HeaderMap, Json<Dashboard>), ApiError> {
    let (headers, body) = versioned(entry)?;
    Ok((StatusCode::CREATED, headers, body))
}

/// All dashboards by name, without their definitions.
#[utoipa::path(get, path = "/api/v1/dashboards", tag = "dashboards", operation_id = "list_dashboards", responses((status = 200, body = DashboardList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<DashboardList>, ApiError> {
    let entries = app.dashboards.list().await?;
    let dashboards = entries.into_iter().map(DashboardSummary::new).collect::<Result<_, _>>()?;
    Ok(Json(DashboardList { dashboards }))
}

/// Makes a dashboard.
#[utoipa::path(post, path = "/api/v1/dashboards", tag = "dashboards", operation_id = "create_dashboard", request_body = Content,
    responses((status = 201, body = Dashboard), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn create(
    State(app): State<Arc<App>>,
    JsonBody(content): JsonBody<Content>,
) -> Result<(StatusCode, HeaderMap, Json<Dashboard>), ApiError> {
    created(app.dashboards.add(&content).await?)
}

/// A dashboard.
#[utoipa::path(get, path = "/api/v1/dashboards/{id}", tag = "dashboards", operation_id = "get_dashboard", params(("id" = String, Path)),
    responses((status = 200, body = Dashboard), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Versioned, ApiError> {
    versioned(app.dashboards.get(&id).await?)
}

/// Replaces a dashboard; what it was stays among its versions.
#[utoipa::path(put, path = "/api/v1/dashboards/{id}", tag = "dashboards", operation_id = "replace_dashboard", params(("id" = String, Path)),
    request_body = DashboardChange,
    responses((status = 200, body = Dashboard), (status = 412, description = "it was changed meanwhile", body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<DashboardChange>,
) -> Result<Versioned, ApiError> {
    let version = if_match(&headers, "dashboard.changed")?.or(change.version);
    versioned(app.dashboards.replace(&id, version, &change.content).await?)
}

/// Deletes a dashboard. For 30 days that can be taken back.
#[utoipa::path(delete, path = "/api/v1/dashboards/{id}", tag = "dashboards", operation_id = "delete_dashboard", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    app.dashboards.delete(&id).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes a deletion back.
#[utoipa::path(post, path = "/api/v1/dashboards/{id}/restore", tag = "dashboards", operation_id = "restore_dashboard",
    params(("id" = String, Path)), responses((status = 200, body = Dashboard)))]
pub async fn restore(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Versioned, ApiError> {
    versioned(app.dashboards.restore(&id).await?)
}

/// Makes a dashboard like this one.
#[utoipa::path(post, path = "/api/v1/dashboards/{id}/duplicate", tag = "dashboards", operation_id = "duplicate_dashboard",
    params(("id" = String, Path)), responses((status = 201, body = Dashboard)))]
pub async fn duplicate(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, HeaderMap, Json<Dashboard>), ApiError> {
    let mut content = Content::of_text(&app.dashboards.get(&id).await?.content)?;
    content.name = format!("Copy of {}", content.name).chars().take(200).collect();
    created(app.dashboards.add(&content).await?)
}

/// Makes it a favourite. That is no change.
#[utoipa::path(put, path = "/api/v1/dashboards/{id}/favourite", tag = "dashboards", operation_id = "mark_dashboard",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn mark(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    app.dashboards.mark(&id, true).await.map(|()| StatusCode::NO_CONTENT)
}

/// Makes it no favourite.
#[utoipa::path(delete, path = "/api/v1/dashboards/{id}/favourite", tag = "dashboards", operation_id = "unmark_dashboard",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn unmark(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    app.dashboards.mark(&id, false).await.map(|()| StatusCode::NO_CONTENT)
}

/// A dashboard as a file for another server.
#[utoipa::path(get, path = "/api/v1/dashboards/{id}/export", tag = "dashboards", operation_id = "export_dashboard",
    params(("id" = String, Path)), responses((status = 200, body = DashboardFile)))]
pub async fn export(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DashboardFile>, ApiError> {
    let content = Content::of_text(&app.dashboards.get(&id).await?.content)?;
    Ok(Json(DashboardFile { format: FILE_FORMAT.into(), format_version: FILE_VERSION, content }))
}

/// Makes a dashboard of such a file.
#[utoipa::path(post, path = "/api/v1/dashboards/import", tag = "dashboards", operation_id = "import_dashboard", request_body = DashboardFile,
    responses((status = 201, body = Dashboard), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn import(
    State(app): State<Arc<App>>,
    JsonBody(file): JsonBody<DashboardFile>,
) -> Result<(StatusCode, HeaderMap, Json<Dashboard>), ApiError> {
    if file.format != FILE_FORMAT {
        return Err(ApiError::bad_request(
            "dashboard.format",
            format!("this is no file of a dashboard: its `format` is `{}`, not `{FILE_FORMAT}`", file.format),
        ));
    }
    if file.format_version != FILE_VERSION {
        return Err(ApiError::bad_request(
            "dashboard.format",
            format!(
                "the file has format version {}, and this version of Click-Lite reads {FILE_VERSION}: update it",
                file.format_version
            ),
        ));
    }
    created(app.dashboards.add(&file.content).await?)
}

/// What a dashboard was, the last version first; at most 100.
#[utoipa::path(get, path = "/api/v1/dashboards/{id}/versions", tag = "dashboards", operation_id = "list_dashboard_versions",
    params(("id" = String, Path)), responses((status = 200, body = DashboardVersionList)))]
pub async fn versions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DashboardVersionList>, ApiError> {
    app.dashboards.get(&id).await?;
    let versions = app.dashboards.catalog.dashboard_versions(&id).await.map_err(catalog_error)?;
    let versions = versions.into_iter().map(DashboardVersionSummary::new).collect::<Result<_, _>>()?;
    Ok(Json(DashboardVersionList { versions }))
}

/// Makes a dashboard again what it was, as a new version.
#[utoipa::path(post, path = "/api/v1/dashboards/{id}/versions/{version}/restore", tag = "dashboards",
    operation_id = "restore_dashboard_version", params(("id" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = Dashboard)))]
pub async fn restore_version(
    State(app): State<Arc<App>>,
    Path((id, version)): Path<(String, i64)>,
) -> Result<Versioned, ApiError> {
    let versions = app.dashboards.catalog.dashboard_versions(&id).await.map_err(catalog_error)?;
    let old = versions.into_iter().find(|one| one.version == version);
    let old = old.ok_or_else(|| {
        ApiError::not_found(format!("the dashboard `{id}` has no version {version} any more"))
    })?;
    versioned(app.dashboards.replace(&id, None, &Content::of_text(&old.content)?).await?)
}

/// Dashboards to start from, on what receivers and imports store.
#[utoipa::path(get, path = "/api/v1/dashboard-templates", tag = "dashboards", operation_id = "list_dashboard_templates",
    responses((status = 200, body = DashboardTemplates)))]
pub async fn templates() -> Result<Json<DashboardTemplates>, ApiError> {
    let templates = click_lite_query::DASHBOARD_TEMPLATES
        .iter()
        .map(|&(id, text)| Ok(DashboardTemplate { id, content: Content::of_text(text)? }))
        .collect::<Result<_, ApiError>>()?;
    Ok(Json(DashboardTemplates { templates }))
}
