//! `/api/v1/retention` and `/api/v1/storage`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::policy::{Effective, RetentionPolicy, RetentionRule, Signal};
use super::preview::DeletePreview;
use super::report::StorageAnswer;
use super::runs::{Cause, Run, Task};
use super::{DAY_NS, Rules, catalog_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody, Parameters};
use crate::http::etag::{etag, if_match};
use crate::read::store_error;

/// How long records are kept, and who said so.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retention {
    /// Counts the changes; send it back with a change. Also the `ETag`.
    version: i64,
    /// When it was last changed; `null`: never, the configuration counts.
    changed_at: Option<String>,
    /// `data.retention_days` of the configuration: counts where `days` was never set here.
    configured_days: u32,
    logs: SignalRetention,
    traces: SignalRetention,
    /// When the rules are applied next, if the server runs then.
    next_run_at: String,
    /// Days after which days go to the volume for old ones; `null`: there is none.
    cold_after_days: Option<u32>,
}

/// How long one signal is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalRetention {
    /// Days in force.
    days: u32,
    /// `configuration`, or `api` where it was set here: that wins.
    source: &'static str,
    rules: Vec<RetentionRule>,
}

/// Rules to put in force.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RetentionChange {
    /// The version that the change was made from; the header `If-Match` says the same. Without either, the last change
    /// wins.
    version: Option<i64>,
    #[serde(flatten)]
    policy: RetentionPolicy,
}

/// The rules in force now, and the job that applies them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionChanged {
    retention: Retention,
    run: Run,
}

/// How many runs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunFilter {
    /// At most this many; 100 unless said.
    limit: Option<u16>,
}

/// Runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunList {
    runs: Vec<Run>,
}

/// What to drop.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DropOptions {
    /// `logs` or `traces`; both unless said.
    signal: Option<Signal>,
    /// Count only.
    #[serde(default)]
    dry_run: bool,
}

/// What a drop does: the job that does it, or, for a dry run, what it would delete.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DropAnswer {
    run: Option<Run>,
    preview: Option<DeletePreview>,
}

impl Retention {
    fn new(app: &App, rules: &Rules) -> Self {
        let signal = |signal: Signal| SignalRetention {
            days: rules.effective.days(signal),
            source: match rules.effective.policy.of(signal).days {
                Some(_) => "api",
                None => "configuration",
            },
            rules: rules.effective.policy.of(signal).rules.clone(),
        };
        let tomorrow = (app.clock.now_ns().div_euclid(DAY_NS) + 1) * DAY_NS;
        Self {
            version: rules.version,
            changed_at: rules.changed_at.clone(),
            configured_days: rules.effective.configured_days,
            logs: signal(Signal::Logs),
            traces: signal(Signal::Traces),
            next_run_at: format_rfc3339(tomorrow + super::AFTER_MIDNIGHT_NS),
            cold_after_days: app.storage.cold.as_ref().map(|cold| cold.after_days),
        }
    }
}

/// How long records are kept.
#[utoipa::path(get, path = "/api/v1/retention", tag = "storage", responses((status = 200, body = Retention)))]
pub async fn get_retention(State(app): State<Arc<App>>) -> Result<(HeaderMap, Json<Retention>), ApiError> {
    let rules = app.storage.rules().await.map_err(catalog_error)?;
    Ok((etag(rules.version), Json(Retention::new(&app, &rules))))
}

/// Changes how long records are kept, and deletes at once what has to go now.
#[utoipa::path(put, path = "/api/v1/retention", tag = "storage", request_body = RetentionChange,
    responses((status = 200, body = RetentionChanged), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn put_retention(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<RetentionChange>,
) -> Result<(HeaderMap, Json<RetentionChanged>), ApiError> {
    let version = if_match(&headers, "retention.changed")?.or(change.version);
    let (rules, run) = app.storage.change(&change.policy, version).await?;
    let retention = Retention::new(&app, &rules);
    Ok((etag(rules.version), Json(RetentionChanged { retention, run })))
}

/// Counts what rules would delete today. Changes nothing.
#[utoipa::path(post, path = "/api/v1/retention/preview", tag = "storage", request_body = RetentionChange,
    responses((status = 200, body = DeletePreview)))]
pub async fn preview_retention(
    State(app): State<Arc<App>>,
    JsonBody(change): JsonBody<RetentionChange>,
) -> Result<Json<DeletePreview>, ApiError> {
    change.policy.check()?;
    let effective = Effective { policy: change.policy, configured_days: app.config.data.retention_days };
    let preview = app.storage.preview_rules(&effective).await;
    preview.map(Json).map_err(|error| store_error(&app, &error))
}

/// Jobs that delete or move records: those that wait, the one that runs, and the log of those that ended; newest first.
#[utoipa::path(get, path = "/api/v1/retention/runs", tag = "storage", params(RunFilter), responses((status = 200, body = RunList)))]
pub async fn list_runs(
    State(app): State<Arc<App>>,
    Parameters(filter): Parameters<RunFilter>,
) -> Result<Json<RunList>, ApiError> {
    Ok(Json(RunList { runs: app.storage.runs(filter.limit).await? }))
}

/// Applies the rules now.
#[utoipa::path(post, path = "/api/v1/retention/runs", tag = "storage", responses((status = 202, body = Run)))]
pub async fn run_now(State(app): State<Arc<App>>) -> Result<(StatusCode, Json<Run>), ApiError> {
    let run = app.storage.queue(Task::Retention { fingerprint: String::new() }, Cause::User).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// How far a job is, or how it ended.
#[utoipa::path(get, path = "/api/v1/retention/runs/{id}", tag = "storage", params(("id" = String, Path)), responses((status = 200, body = Run)))]
pub async fn get_run(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Run>, ApiError> {
    app.storage.run_of(&id).await.map(Json)
}

/// What is stored and what it takes: by signal, day and service. At most five seconds old.
#[utoipa::path(get, path = "/api/v1/storage", tag = "storage", responses((status = 200, body = StorageAnswer)))]
pub async fn storage_report(State(app): State<Arc<App>>) -> Result<Json<StorageAnswer>, ApiError> {
    let report = app.storage.report().await.map_err(|error| store_error(&app, &error))?;
    Ok(Json((*report).clone()))
}

/// Deletes everything of a day (`YYYY-MM-DD`, by the records' own time). Records that are still in the spool arrive
/// afterwards.
#[utoipa::path(delete, path = "/api/v1/storage/days/{date}", tag = "storage", params(("date" = String, Path), DropOptions),
    responses((status = 200, description = "a dry run", body = DropAnswer), (status = 202, body = DropAnswer)))]
pub async fn drop_day(
    State(app): State<Arc<App>>,
    Path(day): Path<String>,
    Parameters(options): Parameters<DropOptions>,
) -> Result<(StatusCode, Json<DropAnswer>), ApiError> {
    if day.len() != 10 || parse_rfc3339(&format!("{day}T00:00:00Z")).is_none() {
        return Err(ApiError::bad_request(
            "storage.day",
            format!("`{day}` is no day: write it as 2026-11-23"),
        ));
    }
    let signals = signals_of(options.signal);
    if options.dry_run {
        let preview = app.storage.preview_day(&day, &signals).await;
        return dry_run(preview.map_err(|error| store_error(&app, &error))?);
    }
    let run = app.storage.queue(Task::DropDay { day, signals }, Cause::User).await?;
    Ok((StatusCode::ACCEPTED, Json(DropAnswer { run: Some(run), preview: None })))
}

/// Deletes everything of a service. Records that are still in the spool, or sent later, arrive afterwards.
#[utoipa::path(delete, path = "/api/v1/storage/services/{name}", tag = "storage", params(("name" = String, Path), DropOptions),
    responses((status = 200, description = "a dry run", body = DropAnswer), (status = 202, body = DropAnswer)))]
pub async fn drop_service(
    State(app): State<Arc<App>>,
    Path(service): Path<String>,
    Parameters(options): Parameters<DropOptions>,
) -> Result<(StatusCode, Json<DropAnswer>), ApiError> {
    let signals = signals_of(options.signal);
    if options.dry_run {
        let preview = app.storage.preview_service(&service, &signals).await;
        return dry_run(preview.map_err(|error| store_error(&app, &error))?);
    }
    let run = app.storage.queue(Task::DropService { service, signals }, Cause::User).await?;
    Ok((StatusCode::ACCEPTED, Json(DropAnswer { run: Some(run), preview: None })))
}

fn signals_of(signal: Option<Signal>) -> Vec<Signal> {
    signal.map_or_else(|| Signal::ALL.to_vec(), |signal| vec![signal])
}

fn dry_run(preview: DeletePreview) -> Result<(StatusCode, Json<DropAnswer>), ApiError> {
    Ok((StatusCode::OK, Json(DropAnswer { run: None, preview: Some(preview) })))
}
