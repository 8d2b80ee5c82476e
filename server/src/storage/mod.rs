//! How long records are kept, what they take, and the jobs that delete and move them.
//!
//! Jobs are rows of the catalog: the worker takes them one at a time, so that two never run at once and one that was
//! interrupted is taken up again. Each step can be taken twice without harm.

pub mod api;
mod attribute_use;
pub mod columns;
pub mod policy;
mod preview;
mod report;
mod runs;
mod worker;

pub use attribute_use::AttributeUse;

use std::sync::{Arc, Mutex};

use crate::pipeline::Pipeline;
use axum::http::StatusCode;
use click_lite_catalog::{Catalog, CatalogError, RunEntry};
use click_lite_model::Clock;
use click_lite_model::time::format_rfc3339;
use click_lite_store::Store;
use serde_json::json;
use tokio::sync::Notify;

use crate::changes::{Change, Changes, OpenChange};
use crate::config::ColdVolume;
use crate::http::error::ApiError;
use policy::{Effective, RetentionPolicy};
use runs::{Cause, Run, RunRecord, Task};

const DAY_NS: i64 = 86_400_000_000_000;
/// When the daily run is due: the last records of the day have arrived.
const AFTER_MIDNIGHT_NS: i64 = 5 * 60 * 1_000_000_000;
/// Runs of a list, unless fewer are asked for.
const LISTED_RUNS: i64 = 100;

/// Keeps the tables as the rules say.
pub struct Housekeeper {
    pub catalog: Catalog,
    pub store: Arc<Store>,
    pub pipeline: Arc<Pipeline>,
    pub clock: Arc<dyn Clock>,
    pub changes: Changes,
    /// Days where no rule says otherwise.
    pub configured_days: u32,
    /// The embedded engine's volume for old days.
    pub cold: Option<ColdVolume>,
    wake: Notify,
    /// Open while a job of before may still change the tables.
    unsettled: Mutex<Option<OpenChange>>,
    /// Previews read much: one at a time.
    preview_turn: tokio::sync::Mutex<()>,
    report: tokio::sync::Mutex<report::Known>,
    /// The day, counted from 1970-01-01, on which the rules were last applied.
    applied_on: Mutex<Option<i64>>,
}

/// The rules in force and where they come from.
pub struct Rules {
    /// Counts the changes; 0 while there was none.
    pub version: i64,
    pub changed_at: Option<String>,
    pub effective: Effective,
}

impl Housekeeper {
    pub fn new(
        catalog: Catalog,
        store: Arc<Store>,
        pipeline: Arc<Pipeline>,
        clock: Arc<dyn Clock>,
        changes: Changes,
        configured_days: u32,
        cold: Option<ColdVolume>,
    ) -> Self {
        let unsettled = Mutex::new(Some(changes.begin(Change::EVERYTHING)));
        Self {
            catalog,
            store,
            pipeline,
            clock,
            changes,
            configured_days,
            cold,
            wake: Notify::new(),
            unsettled,
            preview_turn: tokio::sync::Mutex::new(()),
            report: tokio::sync::Mutex::new(report::Known::default()),
            applied_on: Mutex::new(None),
        }
    }

    /// The rules in force.
    pub async fn rules(&self) -> Result<Rules, CatalogError> {
        let entry = self.catalog.retention().await?;
        let (version, changed_at, policy) = match entry {
            None => (0, None, RetentionPolicy::default()),
            Some(entry) => {
                let policy = serde_json::from_str(&entry.policy).unwrap_or_else(|error| {
                    // Keeping by the configuration could delete what the rules keep: keep everything instead.
                    tracing::error!(error = %error, "the rules in the catalog can't be read: nothing is deleted");
                    policy::keep_everything()
                });
                (entry.version, Some(entry.changed_at), policy)
            }
        };
        let effective = Effective { policy, configured_days: self.configured_days };
        Ok(Rules { version, changed_at, effective })
    }

    /// Replaces the rules and has them applied.
    ///
    /// # Errors
    /// `retention.changed` where `version` is not the one in force, and what the policy's check says.
    pub async fn change(
        &self,
        policy: &RetentionPolicy,
        version: Option<i64>,
    ) -> Result<(Rules, Run), ApiError> {
        policy.check()?;
        let now = self.rules().await.map_err(catalog_error)?;
        let stale = |found: i64| {
            ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                "retention.changed",
                "somebody changed the rules meanwhile: look at them again, then repeat the change",
            )
            .details(json!({ "version": found }))
        };
        if version.is_some_and(|version| version != now.version) {
            return Err(stale(now.version));
        }
        let text = serde_json::to_string(policy).map_err(|error| ApiError::internal(&error))?;
        let written = self
            .catalog
            .put_retention(now.version, &text, &self.now())
            .await
            .map_err(catalog_error)?
            .ok_or_else(|| stale(now.version + 1))?;
        let run = self.queue(Task::Retention { fingerprint: String::new() }, Cause::Change).await?;
        let effective = Effective { policy: policy.clone(), configured_days: self.configured_days };
        Ok((Rules { version: written.version, changed_at: Some(written.changed_at), effective }, run))
    }

    /// Adds a job. The same job that waits already is given instead.
    pub async fn queue(&self, task: Task, cause: Cause) -> Result<Run, ApiError> {
        let waiting = self.catalog.unfinished_runs().await.map_err(catalog_error)?;
        let same = |record: &RunRecord| {
            record.entry.state == click_lite_catalog::RunState::Queued && record.task == task
        };
        if let Some(record) = waiting.into_iter().filter_map(RunRecord::read).find(same) {
            return Ok(record.into_run());
        }
        let mut record = RunRecord::new(task, cause, self.clock.now_ns());
        self.catalog.put_run(record.entry()).await.map_err(catalog_error)?;
        self.wake.notify_one();
        Ok(record.into_run())
    }

    /// Jobs that wait, run and ended, the newest first.
    pub async fn runs(&self, limit: Option<u16>) -> Result<Vec<Run>, ApiError> {
        let limit = limit.map_or(LISTED_RUNS, i64::from);
        let entries: Vec<RunEntry> = self.catalog.runs(limit).await.map_err(catalog_error)?;
        Ok(entries.into_iter().filter_map(RunRecord::read).map(RunRecord::into_run).collect())
    }

    /// One job.
    pub async fn run_of(&self, id: &str) -> Result<Run, ApiError> {
        let entry = self.catalog.run(id).await.map_err(catalog_error)?;
        entry
            .and_then(RunRecord::read)
            .map(RunRecord::into_run)
            .ok_or_else(|| ApiError::not_found(format!("there is no run {id}")))
    }

    /// Today, counted from 1970-01-01, in UTC.
    fn today(&self) -> i64 {
        self.clock.now_ns().div_euclid(DAY_NS)
    }

    fn now(&self) -> String {
        format_rfc3339(self.clock.now_ns())
    }
}

fn catalog_error(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}
