//! Imports of files: the ones that run, and the catalog of those that ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::StatusCode;
use click_lite_catalog::{Catalog, CatalogError, ImportEntry, ImportState};
use click_lite_client::{Import, ImportProblem};
use click_lite_model::{Clock, time::format_rfc3339};
use click_lite_parse::Report;
use serde_json::json;
use uuid::Uuid;

use crate::http::error::ApiError;
use crate::pipeline::Delivered;

/// All imports of this server.
pub struct Imports {
    catalog: Catalog,
    delivered: Arc<Delivered>,
    clock: Arc<dyn Clock>,
    running: Mutex<HashMap<String, Arc<ImportJob>>>,
}

/// What is known of a file before its first byte.
#[derive(Debug, Clone, Default)]
pub struct ImportFile {
    pub id: Uuid,
    pub name: String,
    pub path: String,
    pub size_bytes: Option<u64>,
    pub modified: Option<String>,
    pub fingerprint: Option<String>,
    pub service: Option<String>,
    /// Name of the format that was asked for; `None` detects it.
    pub format: Option<String>,
}

/// A running import. Counters are read while it runs.
pub struct ImportJob {
    pub file: ImportFile,
    /// Identity of its records in the spool.
    pub source: Uuid,
    pub bytes_read: Arc<AtomicU64>,
    /// Records that are durable.
    pub rows: AtomicU64,
    pub cancelled: AtomicBool,
    /// Records of an interrupted import of the same file, which are stored already.
    pub resumed: u64,
    started: Instant,
    started_at: String,
    parsed: Mutex<Parsed>,
}

#[derive(Default)]
struct Parsed {
    format: String,
    format_title: String,
    report: Report,
}

impl Imports {
    pub fn new(catalog: Catalog, delivered: Arc<Delivered>, clock: Arc<dyn Clock>) -> Self {
        Self { catalog, delivered, clock, running: Mutex::new(HashMap::new()) }
    }

    /// Marks what ran when the server ended as failed; the same file can be taken up from there.
    pub async fn recover(&self) -> Result<(), CatalogError> {
        for mut entry in self.catalog.interrupted_imports().await? {
            let mut import = report_of(&entry);
            import.state = "failed".into();
            import.finished_at = Some(self.now());
            import.error = Some(ImportProblem {
                code: "import.interrupted".into(),
                message: "the server ended during this import: import the file again, and it goes on where it broke off"
                    .into(),
            });
            entry.state = ImportState::Failed;
            entry.finished_at.clone_from(&import.finished_at);
            entry.report = to_json(&import);
            self.catalog.put_import(&entry).await?;
        }
        Ok(())
    }

    /// Starts an import, unless the file was imported before and `again` does not say so.
    ///
    /// `last_sequence` tells how many records of a source are durable: a file whose last import broke off is taken up
    /// there, so that no record is stored twice.
    pub async fn start(
        &self,
        file: ImportFile,
        again: bool,
        last_sequence: impl Fn(Uuid) -> u64,
    ) -> Result<Arc<ImportJob>, ApiError> {
        let earlier = match &file.fingerprint {
            Some(fingerprint) => self.catalog.imports(Some(fingerprint)).await.map_err(catalog_error)?,
            None => Vec::new(),
        };
        let mut source = file.id;
        if !again {
            if let Some(job) = self.find_running(&file) {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    "import.running",
                    format!("{} is being imported right now", file.name),
                )
                .details(json!({ "import": self.status(&job) })));
            }
            if let Some(entry) = earlier.iter().find(|entry| entry.state == ImportState::Done) {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    "import.duplicate",
                    format!(
                        "this file was imported on {}: send again=true to import it once more",
                        entry.started_at
                    ),
                )
                .details(json!({ "import": self.finish_view(report_of(entry), entry) })));
            }
            // The same file read the same way gives the same records in the same order.
            let same = |entry: &&ImportEntry| {
                entry.service == file.service.clone().unwrap_or_default()
                    && (file.format.is_none() || file.format.as_deref() == Some(entry.format.as_str()))
            };
            if let Some(id) =
                earlier.iter().find(same).and_then(|entry| Uuid::parse_str(&entry.source_id).ok())
            {
                source = id;
            }
        }
        let resumed = if source == file.id { 0 } else { last_sequence(source) };
        self.delivered.begin(source, resumed);
        let job = Arc::new(ImportJob {
            source,
            bytes_read: Arc::new(AtomicU64::new(0)),
            rows: AtomicU64::new(resumed),
            cancelled: AtomicBool::new(false),
            resumed,
            started: Instant::now(),
            started_at: self.now(),
            parsed: Mutex::new(Parsed::default()),
            file,
        });
        {
            let mut running = self.lock();
            if running.contains_key(&job.file.id.to_string()) {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    "import.id",
                    "an import with this id is running: choose a new id for each",
                ));
            }
            running.insert(job.file.id.to_string(), Arc::clone(&job));
        }
        if let Err(error) = self.save(&job, self.status(&job), ImportState::Running).await {
            self.lock().remove(&job.file.id.to_string());
            return Err(error);
        }
        Ok(job)
    }

    /// Ends an import and keeps its report.
    pub async fn finish(&self, job: &ImportJob, problem: Option<ImportProblem>) -> Result<Import, ApiError> {
        let state = match &problem {
            None => ImportState::Done,
            Some(problem) if problem.code == "import.cancelled" => ImportState::Cancelled,
            Some(_) => ImportState::Failed,
        };
        let mut import = self.status(job);
        import.state = state_name(state).into();
        import.finished_at = Some(self.now());
        import.error = problem;
        self.save(job, import.clone(), state).await?;
        self.lock().remove(&import.id);
        Ok(import)
    }

    /// How far an import is, or how it ended.
    pub async fn get(&self, id: &str) -> Result<Import, ApiError> {
        let running = self.lock().get(id).cloned();
        if let Some(job) = running {
            return Ok(self.status(&job));
        }
        match self.catalog.import(id).await.map_err(catalog_error)? {
            Some(entry) => Ok(self.finish_view(report_of(&entry), &entry)),
            None => Err(ApiError::not_found(format!("there is no import {id}"))),
        }
    }

    /// All imports, newest first; of one fingerprint where it is given.
    pub async fn list(&self, fingerprint: Option<&str>) -> Result<Vec<Import>, ApiError> {
        let entries = self.catalog.imports(fingerprint).await.map_err(catalog_error)?;
        let running = self.lock().clone();
        Ok(entries
            .iter()
            .map(|entry| match running.get(&entry.id) {
                Some(job) => self.status(job),
                None => self.finish_view(report_of(entry), entry),
            })
            .collect())
    }

    /// Tells a running import to end; what it sent so far stays.
    pub fn cancel(&self, id: &str) -> Result<(), ApiError> {
        match self.lock().get(id) {
            Some(job) => {
                job.cancelled.store(true, Ordering::Relaxed);
                Ok(())
            }
            None => Err(ApiError::not_found(format!("no import {id} is running"))),
        }
    }

    fn find_running(&self, file: &ImportFile) -> Option<Arc<ImportJob>> {
        let fingerprint = file.fingerprint.as_ref()?;
        self.lock().values().find(|job| job.file.fingerprint.as_ref() == Some(fingerprint)).cloned()
    }

    fn status(&self, job: &ImportJob) -> Import {
        let parsed = job.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes_read = job.bytes_read.load(Ordering::Relaxed);
        let rows = job.rows.load(Ordering::Relaxed);
        let seconds = job.started.elapsed().as_secs_f64().max(0.001);
        let report = &parsed.report;
        Import {
            id: job.file.id.to_string(),
            name: job.file.name.clone(),
            path: job.file.path.clone(),
            size_bytes: job.file.size_bytes,
            fingerprint: job.file.fingerprint.clone(),
            format: parsed.format.clone(),
            format_title: parsed.format_title.clone(),
            state: state_name(ImportState::Running).into(),
            bytes_read,
            rows,
            rows_stored: self.delivered.rows(job.source).min(rows),
            rows_resumed: job.resumed,
            bytes_per_second: bytes_read as f64 / seconds,
            rows_per_second: (rows - job.resumed.min(rows)) as f64 / seconds,
            not_understood: not_understood(report),
            without_time: report.without_time,
            first_time: report.first_time_ns.map(format_rfc3339),
            last_time: report.last_time_ns.map(format_rfc3339),
            started_at: job.started_at.clone(),
            finished_at: None,
            error: None,
        }
    }

    /// An ended import with what became searchable since.
    fn finish_view(&self, mut import: Import, entry: &ImportEntry) -> Import {
        if let Ok(source) = Uuid::parse_str(&entry.source_id) {
            import.rows_stored = self.delivered.rows_or_all(source, import.rows);
        }
        import
    }

    async fn save(&self, job: &ImportJob, import: Import, state: ImportState) -> Result<(), ApiError> {
        let entry = ImportEntry {
            id: import.id.clone(),
            source_id: job.source.to_string(),
            name: import.name.clone(),
            path: import.path.clone(),
            size_bytes: import.size_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
            modified: job.file.modified.clone(),
            fingerprint: import.fingerprint.clone(),
            service: job.file.service.clone().unwrap_or_default(),
            format: import.format.clone(),
            state,
            report: to_json(&import),
            started_at: import.started_at.clone(),
            finished_at: import.finished_at.clone(),
        };
        self.catalog.put_import(&entry).await.map_err(catalog_error)
    }

    fn now(&self) -> String {
        format_rfc3339(self.clock.now_ns())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<ImportJob>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ImportJob {
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// What the file turned out to be.
    pub fn set_format(&self, name: &str, title: &str) {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.format = name.to_owned();
        parsed.format_title = title.to_owned();
    }

    pub fn set_report(&self, report: Report) {
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner).report = report;
    }
}

fn not_understood(report: &Report) -> click_lite_client::NotUnderstood {
    click_lite_client::NotUnderstood {
        lines: report.not_understood.lines,
        samples: report
            .not_understood
            .samples
            .iter()
            .map(|sample| click_lite_client::SampleLine { line: sample.line, text: sample.text.clone() })
            .collect(),
    }
}

fn state_name(state: ImportState) -> &'static str {
    match state {
        ImportState::Running => "running",
        ImportState::Done => "done",
        ImportState::Failed => "failed",
        ImportState::Cancelled => "cancelled",
    }
}

fn report_of(entry: &ImportEntry) -> Import {
    serde_json::from_str(&entry.report).unwrap_or_else(|_| Import {
        id: entry.id.clone(),
        name: entry.name.clone(),
        state: state_name(entry.state).into(),
        started_at: entry.started_at.clone(),
        ..Import::default()
    })
}

fn to_json(import: &Import) -> String {
    serde_json::to_string(import).unwrap_or_else(|_| "{}".into())
}

fn catalog_error(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}
