//! Liveness, readiness and metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Whether records can be taken and queries answered; what can't is said.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let engine = app.engine.status();
    let stats = app.pipeline.spool_stats();
    let takes = stats.pending_bytes < stats.limit_bytes && !app.stop.is_cancelled();
    let answers = engine.state == "ready";
    let status = if takes && answers { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let alarms: Vec<String> =
        app.alarms.current().into_iter().map(|alarm| format!("{}: {}", alarm.level, alarm.message)).collect();
    let ingest = match (takes, alarms.is_empty()) {
        (false, _) => "the spool is full or the server is stopping",
        (true, false) => "degraded: it works, and needs attention",
        (true, true) => "ok",
    };
    let body = json!({
        "ready": takes && answers,
        "ingest": ingest,
        "alarms": alarms,
        "query": if answers { Value::from("ok") } else { json!({ "engine": engine.state, "message": engine.message }) },
    });
    (status, Json(body))
}

/// Metrics in Prometheus' text format.
pub async fn metrics(State(app): State<Arc<App>>) -> String {
    let spool = app.pipeline.spool_stats();
    let gauges = [
        ("click_lite_spool_pending_bytes", spool.pending_bytes as f64),
        ("click_lite_spool_pending_rows", spool.pending_rows as f64),
        ("click_lite_spool_limit_bytes", spool.limit_bytes as f64),
        ("click_lite_spool_oldest_age_seconds", spool.oldest_age.map_or(0.0, |age| age.as_secs_f64())),
        ("click_lite_spool_dead_letters", spool.dead_letters as f64),
        ("click_lite_spool_dead_bytes", spool.dead_bytes as f64),
        ("click_lite_spool_parked_batches", app.parked_batches() as f64),
        ("click_lite_engine_up", f64::from(u8::from(app.engine.status().state == "ready"))),
        ("click_lite_engine_restarts", f64::from(app.engine.status().restarts)),
    ];
    for (name, value) in gauges {
        metrics::gauge!(name).set(value);
    }
    app.metrics.render()
}
