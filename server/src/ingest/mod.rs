//! Receivers: a file per protocol. Each authenticates, limits, decompresses and decodes, and answers when the records
//! are on disk.

pub mod agent;
pub mod body;
pub mod http;
mod ids;
pub mod import;
mod otlp;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::app::App;

pub use http::content_length;
pub use ids::IngestIds;

/// Paths whose bodies are streams with limits of their own.
pub fn routes() -> Router<Arc<App>> {
    otlp_routes()
        .route("/api/v1/ingest", post(http::ingest))
        .route("/api/v1/agent/batches", post(agent::batches))
        .route("/api/v1/imports", post(import::import).get(crate::manage::list_imports))
}

/// OTLP over HTTP (OpenTelemetry Protocol specification, "OTLP/HTTP").
pub fn otlp_routes() -> Router<Arc<App>> {
    Router::new().route("/v1/logs", post(otlp::logs))
}
