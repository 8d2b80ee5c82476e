//! `/api/v1/export-jobs`.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use click_lite_catalog::{ExportJobEntry, ExportRunEntry, ExportRunState};
use click_lite_model::time::format_rfc3339;
use serde::{Deserialize, Serialize};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::content::Content;
use super::schedule::Period;
use super::{BY_REQUEST, BY_SCHEDULE, catalog_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::http::etag::{etag, if_match};
use crate::read::export::{CHUNK_BYTES, Format, check, disposition};

/// Runs that a preview shows.
const PREVIEWED: usize = 5;

/// Where a run of an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportRunStatus {
    /// Its turn has not come.
    Waiting,
    /// Its `id` is also that of its query.
    Running,
    Done,
    Failed,
    Cancelled,
}

/// A run of an export.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportRun {
    id: String,
    /// Why it began: `schedule` or `request`.
    cause: &'static str,
    /// When the schedule wanted it: its file is of this time, however late it is made.
    planned_at: String,
    state: ExportRunStatus,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// Where its file is on the disk of the server; missing where there is none any more.
    path: Option<String>,
    /// Size of the file.
    bytes: Option<i64>,
    /// Rows in it, the first of more than such a file holds; missing where it has all.
    first_rows: Option<i64>,
    error: Option<String>,
}

/// An export that runs by a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportJob {
    id: String,
    #[serde(flatten)]
    content: Content,
    /// Counts the changes; also the `ETag`.
    version: i64,
    created_at: String,
    updated_at: String,
    /// When it runs next; missing while it is off.
    next_at: Option<String>,
    last_run: Option<ExportRun>,
}

/// Scheduled exports by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportJobList {
    jobs: Vec<ExportJob>,
    /// The folder on the disk of the server under which files go, in a folder for each name.
    folder: String,
}

/// What a scheduled export becomes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportJobChange {
    #[serde(flatten)]
    content: Content,
    /// The version that the change was made from; the header `If-Match` says the same. Without either, the last change
    /// wins.
    version: Option<i64>,
}

/// Runs, the last first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportRunList {
    runs: Vec<ExportRun>,
}

/// A schedule that is thought of.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportPlanRequest {
    schedule: String,
    time_zone: String,
    #[serde(default)]
    period: Option<Period>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

/// A run that will be.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedExport {
    at: String,
    /// The range that it is about; a side that is missing is open.
    from: Option<String>,
    to: Option<String>,
}

/// The next runs of a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportPlan {
    runs: Vec<PlannedExport>,
}

impl ExportRun {
    fn new(app: &App, entry: ExportRunEntry) -> Self {
        let state = match entry.state {
            ExportRunState::Waiting => ExportRunStatus::Waiting,
            ExportRunState::Running => ExportRunStatus::Running,
            ExportRunState::Done => ExportRunStatus::Done,
            ExportRunState::Failed => ExportRunStatus::Failed,
            ExportRunState::Cancelled => ExportRunStatus::Cancelled,
        };
        let path = app.export_jobs.path_of(&entry);
        Self {
            id: entry.id,
            cause: if entry.cause == BY_SCHEDULE { BY_SCHEDULE } else { BY_REQUEST },
            planned_at: entry.planned_at,
            state,
            started_at: entry.started_at,
            finished_at: entry.finished_at,
            path: path.map(|path| path.to_string_lossy().into_owned()),
            bytes: entry.bytes,
            first_rows: entry.first_rows,
            error: entry.error,
        }
    }
}

impl ExportJob {
    fn new(app: &App, entry: ExportJobEntry, last_run: Option<ExportRunEntry>) -> Result<Self, ApiError> {
        let content = Content::of(&entry)?;
        let next = content.schedule().ok().and_then(|schedule| schedule.next_after(app.clock.now_ns()));
        Ok(Self {
            next_at: next.filter(|_| content.enabled).map(format_rfc3339),
            id: entry.id,
            content,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            last_run: last_run.map(|run| ExportRun::new(app, run)),
        })
    }
}

type Versioned = (HeaderMap, Json<ExportJob>);

async fn versioned(app: &App, entry: ExportJobEntry) -> Result<Versioned, ApiError> {
    let last_run = app.catalog.export_runs(&entry.id).await.map_err(catalog_error)?.into_iter().next();
    Ok((etag(entry.version), Json(ExportJob::new(app, entry, last_run)?)))
}

/// Refuses a job whose question can't be asked. A server that does not answer now may do when the job runs.
async fn check_content(app: &App, content: &Content) -> Result<(), ApiError> {
    let now_ns = app.clock.now_ns();
    let schedule = content.check(now_ns)?;
    match check(app, &content.request(&schedule, now_ns, "")?).await {
        Err(error) if error.status.is_client_error() && error.status != StatusCode::TOO_MANY_REQUESTS => {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// All scheduled exports by name.
#[utoipa::path(get, path = "/api/v1/export-jobs", tag = "exports", operation_id = "list_export_jobs",
    responses((status = 200, body = ExportJobList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<ExportJobList>, ApiError> {
    let mut last = app.catalog.last_export_runs().await.map_err(catalog_error)?;
    let mut jobs = Vec::new();
    for entry in app.catalog.export_jobs().await.map_err(catalog_error)? {
        let place = last.iter().position(|run| run.job_id == entry.id);
        jobs.push(ExportJob::new(&app, entry, place.map(|place| last.swap_remove(place)))?);
    }
    let folder = app.export_jobs.folder().to_string_lossy().into_owned();
    Ok(Json(ExportJobList { jobs, folder }))
}

/// Makes a scheduled export.
#[utoipa::path(post, path = "/api/v1/export-jobs", tag = "exports", operation_id = "create_export_job", request_body = Content,
    responses((status = 201, body = ExportJob), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn create(
    State(app): State<Arc<App>>,
    JsonBody(content): JsonBody<Content>,
) -> Result<(StatusCode, HeaderMap, Json<ExportJob>), ApiError> {
    check_content(&app, &content).await?;
    let (headers, body) = versioned(&app, app.export_jobs.add(&content).await?).await?;
    Ok((StatusCode::CREATED, headers, body))
}

/// The next runs of a schedule, and what they would be about.
#[utoipa::path(post, path = "/api/v1/export-jobs/preview", tag = "exports", operation_id = "preview_export_job",
    request_body = ExportPlanRequest,
    responses((status = 200, body = ExportPlan), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn preview(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ExportPlanRequest>,
) -> Result<Json<ExportPlan>, ApiError> {
    let content =
        Content::of_schedule(request.schedule, request.time_zone, request.period, request.from, request.to);
    let mut at_ns = app.clock.now_ns();
    let schedule = content.check(at_ns)?;
    let mut runs = Vec::new();
    while runs.len() < PREVIEWED
        && let Some(next_ns) = schedule.next_after(at_ns)
    {
        at_ns = next_ns;
        let (from, to) = content.span(&schedule, at_ns)?;
        runs.push(PlannedExport { at: format_rfc3339(at_ns), from, to });
    }
    Ok(Json(ExportPlan { runs }))
}

/// A scheduled export.
#[utoipa::path(get, path = "/api/v1/export-jobs/{id}", tag = "exports", operation_id = "get_export_job", params(("id" = String, Path)),
    responses((status = 200, body = ExportJob), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Versioned, ApiError> {
    versioned(&app, app.export_jobs.get(&id).await?).await
}

/// Replaces a scheduled export. With another schedule, or switched on again, it owes no run of the time before.
#[utoipa::path(put, path = "/api/v1/export-jobs/{id}", tag = "exports", operation_id = "replace_export_job",
    params(("id" = String, Path)), request_body = ExportJobChange,
    responses((status = 200, body = ExportJob), (status = 412, description = "it was changed meanwhile", body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<ExportJobChange>,
) -> Result<Versioned, ApiError> {
    let version = if_match(&headers, "export_job.changed")?.or(change.version);
    check_content(&app, &change.content).await?;
    versioned(&app, app.export_jobs.replace(&id, version, &change.content).await?).await
}

/// Deletes a scheduled export; its files stay. For 30 days that can be taken back.
#[utoipa::path(delete, path = "/api/v1/export-jobs/{id}", tag = "exports", operation_id = "delete_export_job",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn delete(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    app.export_jobs.delete(&id).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes a deletion back.
#[utoipa::path(post, path = "/api/v1/export-jobs/{id}/restore", tag = "exports", operation_id = "restore_export_job",
    params(("id" = String, Path)), responses((status = 200, body = ExportJob)))]
pub async fn restore(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Versioned, ApiError> {
    versioned(&app, app.export_jobs.restore(&id).await?).await
}

/// Runs it now, whether it is on or not. The file is of this moment.
#[utoipa::path(post, path = "/api/v1/export-jobs/{id}/run", tag = "exports", operation_id = "run_export_job",
    params(("id" = String, Path)), responses((status = 202, body = ExportRun)))]
pub async fn run(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ExportRun>), ApiError> {
    app.export_jobs.get(&id).await?;
    let run = app.export_jobs.ask(&id, BY_REQUEST, app.clock.now_ns()).await.map_err(catalog_error)?;
    Ok((StatusCode::ACCEPTED, Json(ExportRun::new(&app, run))))
}

/// Its runs, the last first: 200, and those before whose file is still there.
#[utoipa::path(get, path = "/api/v1/export-jobs/{id}/runs", tag = "exports", operation_id = "list_export_runs",
    params(("id" = String, Path)), responses((status = 200, body = ExportRunList)))]
pub async fn runs(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ExportRunList>, ApiError> {
    app.export_jobs.get(&id).await?;
    let runs = app.catalog.export_runs(&id).await.map_err(catalog_error)?;
    Ok(Json(ExportRunList { runs: runs.into_iter().map(|run| ExportRun::new(&app, run)).collect() }))
}

/// Ends a run that waits or is under way; takes one that has ended out of the log, with its file.
#[utoipa::path(delete, path = "/api/v1/export-jobs/{id}/runs/{run_id}", tag = "exports", operation_id = "delete_export_run",
    params(("id" = String, Path), ("run_id" = String, Path)), responses((status = 204)))]
pub async fn delete_run(
    State(app): State<Arc<App>>,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let jobs = &app.export_jobs;
    let run = jobs.run_of(&id, &run_id).await?;
    let now = format_rfc3339(app.clock.now_ns());
    let is_ended = !matches!(run.state, ExportRunState::Waiting | ExportRunState::Running);
    if !is_ended {
        // It may begin at this moment.
        let cancelled = app.catalog.cancel_waiting_export_run(&run_id, &now).await.map_err(catalog_error)?;
        if cancelled || jobs.cancel_current(&run_id) {
            return Ok(StatusCode::NO_CONTENT);
        }
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "export_job.run_ended",
            "the run has just ended: load it again",
        ));
    }
    jobs.delete_file(&run).await.map_err(|error| {
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "export_job.file",
            format!("the file of this run can't be deleted: {error}"),
        )
    })?;
    app.catalog.delete_export_run(&run_id).await.map_err(catalog_error)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a run.
#[utoipa::path(get, path = "/api/v1/export-jobs/{id}/runs/{run_id}/file", tag = "exports", operation_id = "get_export_file",
    params(("id" = String, Path), ("run_id" = String, Path)),
    responses((status = 200, description = "the file", content(
        (String = "text/csv"), (String = "application/x-ndjson"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.parquet")
    )), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn run_file(
    State(app): State<Arc<App>>,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let run = app.export_jobs.run_of(&id, &run_id).await?;
    let path = app
        .export_jobs
        .path_of(&run)
        .ok_or_else(|| ApiError::not_found("this run has no file: it was deleted, or none was made"))?;
    let gone =
        |error: std::io::Error| ApiError::not_found(format!("{} can't be read: {error}", path.display()));
    let file = tokio::fs::File::open(&path).await.map_err(gone)?;
    let bytes = file.metadata().await.map_err(gone)?.len();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let content_type = Format::of_ending(ending).map_or("application/octet-stream", Format::content_type);
    let mut response = Body::from_stream(ReaderStream::with_capacity(file, CHUNK_BYTES)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    headers.insert(header::CONTENT_DISPOSITION, disposition(name, ending));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
