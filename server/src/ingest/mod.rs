//! Receivers: a file per protocol. Each authenticates, limits, decompresses and decodes, and answers when the records
//! are on disk.

pub mod agent;
pub mod body;
pub mod datagram;
pub mod es_bulk;
mod fluent;
mod gelf;
mod hec;
pub mod http;
mod ids;
pub mod import;
mod input;
mod journal;
mod lines;
mod loki;
pub mod otlp;
pub mod rate;
pub mod receivers;
pub mod sockets;
pub mod stream;
mod syslog;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::post;

use crate::app::App;

pub use http::content_length;
pub use ids::IngestIds;
pub use receivers::Receivers;

/// Paths whose bodies are streams with limits of their own.
pub fn routes() -> Router<Arc<App>> {
    otlp_routes()
        .merge(es_bulk::routes())
        .merge(loki::routes())
        .merge(hec::routes())
        .merge(journal::routes())
        .route("/api/v1/ingest", post(http::ingest))
        .route("/api/v1/agent/batches", post(agent::batches))
        .route("/api/v1/imports", post(import::import).get(crate::manage::list_imports))
}

/// OTLP over HTTP (OpenTelemetry Protocol specification, "OTLP/HTTP").
pub fn otlp_routes() -> Router<Arc<App>> {
    Router::new().route("/v1/logs", post(otlp::http::logs)).route("/v1/traces", post(otlp::http::traces))
}

/// Opens the receivers on plain sockets.
pub async fn open_receivers(app: &App) -> anyhow::Result<Receivers> {
    let mut receivers = Receivers::new(app);
    lines::open(app, &mut receivers).await;
    gelf::open(app, &mut receivers).await;
    fluent::open(app, &mut receivers).await;
    syslog::open(app, &mut receivers).await?;
    Ok(receivers)
}

/// Whether a path takes records of another system's senders, or answers what these ask first. Nothing that is stored can
/// be read there.
pub fn is_foreign_ingest(method: &Method, path: &str) -> bool {
    path == "/loki/api/v1/push"
        || path == "/api/prom/push"
        || path == "/services/collector"
        || path.starts_with("/services/collector/")
        || (path == journal::PATH && *method == Method::POST)
        || es_bulk::cluster::is_ours(method, path)
}

/// Counts what a receiver took and refused.
fn count_rows(protocol: &'static str, accepted: u64, rejected: u64) {
    metrics::counter!("click_lite_receiver_rows_total", "protocol" => protocol).increment(accepted);
    metrics::counter!("click_lite_receiver_rejected_total", "protocol" => protocol).increment(rejected);
}
