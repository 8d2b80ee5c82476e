//! Receivers: a file per protocol. Each authenticates, limits, decompresses and decodes, and answers when the records
//! are on disk.

pub mod body;
pub mod datagram;
mod fluent;
mod gelf;
pub mod http;
mod ids;
pub mod import;
mod lines;
pub mod otlp;
pub mod receivers;
pub mod sockets;
pub mod stream;
mod syslog;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::app::App;

pub use http::content_length;
pub use ids::IngestIds;
pub use receivers::Receivers;

/// Paths whose bodies are streams with limits of their own.
pub fn routes() -> Router<Arc<App>> {
    otlp_routes()
        .route("/api/v1/ingest", post(http::ingest))
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
