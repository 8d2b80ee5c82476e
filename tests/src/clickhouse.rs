//! ClickHouse asked directly: the embedded engine on a data folder, without our server.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use click_lite_engine::{Endpoint, Engine, EngineConfig};

use crate::server_binary;

/// Database of the server's tables.
pub const DATABASE: &str = "click_lite";

/// The engine of a server's folder, and a client of it that keeps its connections.
pub struct ClickHouse {
    engine: Engine,
    pub endpoint: Arc<Endpoint>,
    http: reqwest::Client,
}

/// Body of an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Zstd,
}

impl ClickHouse {
    /// Starts the engine as the server would, on `folder/data/engine`. No server may run on it.
    ///
    /// # Errors
    /// The engine does not start.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        // Only the process's first provider counts; an earlier one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let engine = Engine::start(EngineConfig::new(folder.join("data/engine"), server_binary()?))?;
        let endpoint = engine.ready().await?;
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
        Ok(Self { engine, endpoint, http })
    }

    pub async fn stop(self) {
        self.engine.stop().await;
    }

    /// Runs a statement and returns the whole answer.
    ///
    /// # Errors
    /// ClickHouse refuses it.
    pub async fn query(&self, sql: &str, settings: &[(&str, &str)]) -> anyhow::Result<Bytes> {
        let request = self.request().query(&[("database", DATABASE)]).query(settings);
        answer(request.body(sql.to_owned())).await.with_context(|| sql.to_owned())
    }

    /// Inserts a body of a format of ClickHouse's.
    ///
    /// # Errors
    /// ClickHouse refuses it.
    pub async fn insert(
        &self,
        table: &str,
        format: &str,
        body: Bytes,
        encoding: Encoding,
    ) -> anyhow::Result<()> {
        let request = self.request().query(&[("query", format!("INSERT INTO {table} FORMAT {format}"))]);
        let request = match encoding {
            Encoding::Plain => request,
            Encoding::Zstd => request.header("Content-Encoding", "zstd"),
        };
        answer(request.body(body)).await.map(drop)
    }

    fn request(&self) -> reqwest::RequestBuilder {
        let user = &self.endpoint.writer;
        let request = self.http.post(&self.endpoint.url);
        request.header("X-ClickHouse-User", &user.user).header("X-ClickHouse-Key", &user.password)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> anyhow::Result<Bytes> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    ensure!(status.is_success(), "ClickHouse answered {status}: {}", String::from_utf8_lossy(&body));
    Ok(body)
}
