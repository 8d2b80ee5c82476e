use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::alarms::Alarm;
use crate::app::App;

/// State of the whole server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    version: &'static str,
    /// `starting`, `ready`, `degraded` (ingest works, queries do not) or `stopping`.
    state: &'static str,
    engine: EngineStatus,
    ingest: IngestStatus,
    spool: SpoolStatus,
    /// What needs attention, the worst first.
    alarms: Vec<Alarm>,
    /// Absent while ClickHouse does not answer.
    storage: Option<StorageStatus>,
    listeners: serde_json::Map<String, serde_json::Value>,
    data_dir: String,
}

/// The ClickHouse that stores the logs.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngineStatus {
    /// `embedded` or `remote`.
    pub kind: &'static str,
    /// `starting`, `ready`, `restarting` or `down`.
    pub state: &'static str,
    /// Why it is not ready.
    pub message: Option<String>,
    /// How often it was started again after a crash.
    pub restarts: u32,
    pub url: String,
    /// ClickHouse's version, once it is known.
    pub version: String,
}

/// What comes in.
#[derive(Debug, Serialize, ToSchema)]
pub struct IngestStatus {
    rows_per_second: f64,
    /// Bytes of records, before compression.
    bytes_per_second: f64,
    /// Records since the start of the server.
    accepted_rows: u64,
}

/// What waits for ClickHouse on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpoolStatus {
    pending_bytes: u64,
    pending_rows: u64,
    limit_bytes: u64,
    /// Age of the oldest record that waits.
    oldest_age_ms: u64,
    /// Seconds that the records of the latest insert had waited since they were acknowledged, at most.
    lag_seconds: f64,
    /// Batches that ClickHouse refused for their content; they are kept in the data folder under `spool/dead`.
    dead_letters: u64,
    dead_bytes: u64,
    dead_limit_bytes: u64,
}

/// What is stored.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct StorageStatus {
    pub rows: u64,
    pub disk_bytes: u64,
    /// Second of the newest record's own time, since the epoch; `null` without records.
    pub newest_s: Option<i64>,
}

/// State of the server, its engine, its spool and its storage.
#[utoipa::path(get, path = "/api/v1/status", tag = "operate", responses((status = 200, body = Status)))]
pub async fn status(State(app): State<Arc<App>>) -> Json<Status> {
    let engine = app.engine.status();
    let spool = app.pipeline.spool_stats();
    let (rows, bytes) = app.pipeline.meters.totals();
    let (rows_per_second, bytes_per_second) = app.rates.per_second(rows, bytes);
    let storage = if engine.state == "ready" { app.storage_status().await } else { None };
    let state = match engine.state {
        _ if app.stop.is_cancelled() => "stopping",
        "ready" => "ready",
        "starting" => "starting",
        _ => "degraded",
    };
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        state,
        engine,
        ingest: IngestStatus { rows_per_second, bytes_per_second, accepted_rows: rows },
        spool: SpoolStatus {
            pending_bytes: spool.pending_bytes,
            pending_rows: spool.pending_rows,
            limit_bytes: spool.limit_bytes,
            oldest_age_ms: spool
                .oldest_age
                .map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
            lag_seconds: app.lag_seconds(),
            dead_letters: spool.dead_letters,
            dead_bytes: spool.dead_bytes,
            dead_limit_bytes: spool.dead_limit_bytes,
        },
        alarms: app.alarms.current(),
        storage,
        listeners: app.listeners(),
        data_dir: app.config.data.dir.display().to_string(),
    })
}

/// Turns counters into rates, between one look and the next.
#[derive(Debug)]
pub struct Rates(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    at: Instant,
    rows: u64,
    bytes: u64,
    rates: (f64, f64),
}

/// Looks closer together than this see the same rate.
const WINDOW_SECONDS: f64 = 1.0;

impl Default for Rates {
    fn default() -> Self {
        Self(Mutex::new(Seen { at: Instant::now(), rows: 0, bytes: 0, rates: (0.0, 0.0) }))
    }
}

impl Rates {
    fn per_second(&self, rows: u64, bytes: u64) -> (f64, f64) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = seen.at.elapsed().as_secs_f64();
        if seconds >= WINDOW_SECONDS {
            let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
            let rates = (rate(rows, seen.rows), rate(bytes, seen.bytes));
            *seen = Seen { at: Instant::now(), rows, bytes, rates };
        }
        seen.rates
    }
}
