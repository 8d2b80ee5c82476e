//! Exports that run by a schedule: questions whose answers become files in a folder, again and again.
//!
//! Jobs and their runs are rows of the catalog, so that a restart goes on where it was. A run that was missed because the
//! server was off is made up for once, for the last time that was missed.

pub mod api;
mod content;
mod schedule;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use click_lite_catalog::{Catalog, CatalogError, ExportJobEntry, ExportRunEntry, ExportRunState};
use click_lite_model::Clock;
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::http::error::ApiError;
use content::Content;

/// How long a deletion can be taken back.
const KEPT_DAYS: i64 = 30;
const DAY_NS: i64 = 86_400_000_000_000;

/// Why a run began.
const BY_SCHEDULE: &str = "schedule";
const BY_REQUEST: &str = "request";

/// The scheduled exports of a server.
pub struct ExportJobs {
    catalog: Catalog,
    clock: Arc<dyn Clock>,
    /// Where files go.
    folder: PathBuf,
    /// Something is to be done, or done otherwise.
    wake: Notify,
    /// The run that is under way, and what ends it.
    current: Mutex<Option<(String, CancellationToken)>>,
    /// Jobs whose last run failed.
    failing: AtomicU64,
}

impl ExportJobs {
    pub fn new(catalog: Catalog, folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            catalog,
            clock,
            folder,
            wake: Notify::new(),
            current: Mutex::default(),
            failing: AtomicU64::new(0),
        }
    }

    /// Jobs that run by themselves and whose last run failed.
    pub fn failing(&self) -> u64 {
        self.failing.load(Ordering::Relaxed)
    }

    /// Where files go.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn now(&self) -> String {
        format_rfc3339(self.clock.now_ns())
    }

    async fn get(&self, id: &str) -> Result<ExportJobEntry, ApiError> {
        let entry = self.catalog.export_job(id).await.map_err(catalog_error)?;
        entry.filter(|entry| entry.deleted_at.is_none()).ok_or_else(|| missing(id))
    }

    async fn add(&self, content: &Content) -> Result<ExportJobEntry, ApiError> {
        let id = uuid::Uuid::new_v4().to_string();
        let text = content.to_text()?;
        self.catalog.add_export_job(&id, &content.name, &text, &self.now()).await.map_err(catalog_error)?;
        self.wake.notify_one();
        self.get(&id).await
    }

    /// Replaces a job. Without a version the last change wins.
    async fn replace(
        &self,
        id: &str,
        version: Option<i64>,
        content: &Content,
    ) -> Result<ExportJobEntry, ApiError> {
        let last = self.get(id).await?;
        let before = Content::of(&last)?;
        // A new schedule, or one that begins again, owes nothing of the time before.
        let begins = before.schedule != content.schedule
            || before.time_zone != content.time_zone
            || (content.enabled && !before.enabled);
        let now = self.now();
        let version = version.unwrap_or(last.version);
        let text = content.to_text()?;
        let due_after = begins.then_some(now.as_str());
        let replaced =
            self.catalog.replace_export_job(id, version, &content.name, &text, due_after, &now).await;
        if !replaced.map_err(catalog_error)? {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                "export_job.changed",
                format!(
                    "the export was changed meanwhile (version {}, yours is {version}): load it again, or send it \
                     without a version to overwrite that change",
                    last.version
                ),
            ));
        }
        self.wake.notify_one();
        self.get(id).await
    }

    /// Puts a job aside. Its files stay where they are.
    async fn delete(&self, id: &str) -> Result<(), ApiError> {
        let forgotten = format_rfc3339(self.clock.now_ns() - KEPT_DAYS * DAY_NS);
        let deleted = self.catalog.delete_export_job(id, &self.now(), &forgotten).await;
        deleted.map_err(catalog_error)?.then_some(()).ok_or_else(|| missing(id))?;
        self.wake.notify_one();
        Ok(())
    }

    async fn restore(&self, id: &str) -> Result<ExportJobEntry, ApiError> {
        // Twice is no mistake.
        self.catalog.restore_export_job(id, &self.now()).await.map_err(catalog_error)?;
        self.wake.notify_one();
        self.get(id).await
    }

    /// Adds a run for this time; the worker does the rest.
    async fn ask(&self, job_id: &str, cause: &str, planned_ns: i64) -> Result<ExportRunEntry, CatalogError> {
        let run = ExportRunEntry {
            id: uuid::Uuid::now_v7().to_string(),
            job_id: job_id.to_owned(),
            cause: cause.to_owned(),
            planned_at: format_rfc3339(planned_ns),
            state: ExportRunState::Waiting,
            tries: 0,
            started_at: None,
            finished_at: None,
            file: None,
            bytes: None,
            first_rows: None,
            error: None,
        };
        let due_after = (cause == BY_SCHEDULE).then_some(run.planned_at.as_str());
        self.catalog.add_export_run(&run, due_after).await?;
        self.wake.notify_one();
        Ok(run)
    }

    async fn run_of(&self, job_id: &str, run_id: &str) -> Result<ExportRunEntry, ApiError> {
        let run = self.catalog.export_run(run_id).await.map_err(catalog_error)?;
        run.filter(|run| run.job_id == job_id).ok_or_else(|| {
            ApiError::not_found(format!("the export `{job_id}` has no run `{run_id}`: it may be forgotten"))
        })
    }

    /// The file of a run, where it is still there.
    fn path_of(&self, run: &ExportRunEntry) -> Option<PathBuf> {
        run.file.as_ref().map(|file| self.folder.join(file))
    }

    /// Deletes the file of a run; that there is none any more is no mistake.
    async fn delete_file(&self, run: &ExportRunEntry) -> std::io::Result<()> {
        let Some(path) = self.path_of(run) else { return Ok(()) };
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A time of the catalog; what can't be read is long ago.
fn time_of(text: &str) -> i64 {
    parse_rfc3339(text).unwrap_or(0)
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no scheduled export `{id}`: it may have been deleted"))
}

fn catalog_error(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}
