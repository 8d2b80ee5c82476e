//! A ClickHouse of its own beside the server, as a team has one: the test may do with it what an operator can.

use std::sync::Arc;

use anyhow::{Context, ensure};
use click_lite_engine::{Endpoint, Engine, EngineConfig};
use tempfile::TempDir;

use crate::server_binary;

/// A running ClickHouse on a folder of its own. Dropping it kills it.
pub struct ClickHouse {
    engine: Engine,
    endpoint: Arc<Endpoint>,
    http: reqwest::Client,
    _folder: TempDir,
}

impl ClickHouse {
    /// Starts it. Call it inside a runtime.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let engine = Engine::start(EngineConfig::new(folder.path(), server_binary()?))?;
        let endpoint = engine.ready().await?;
        Ok(Self { engine, endpoint, http: crate::http()?, _folder: folder })
    }

    /// Options with which a server uses it.
    pub fn options(&self) -> Vec<String> {
        let user = &self.endpoint.writer;
        vec![
            format!("CLICK_LITE__CLICKHOUSE__URL={}", self.endpoint.url),
            format!("CLICK_LITE__CLICKHOUSE__USER={}", user.user),
            format!("CLICK_LITE__CLICKHOUSE__PASSWORD={}", user.password),
        ]
    }

    /// Runs a statement; its answer as text.
    pub async fn query(&self, sql: &str) -> anyhow::Result<String> {
        let user = &self.endpoint.writer;
        let answer = self
            .http
            .post(&self.endpoint.url)
            .header("X-ClickHouse-User", &user.user)
            .header("X-ClickHouse-Key", &user.password)
            .body(sql.to_owned())
            .send()
            .await
            .with_context(|| sql.to_owned())?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{sql}: ClickHouse answered {status}: {text}");
        Ok(text.trim().to_owned())
    }

    pub async fn stop(self) {
        self.engine.stop().await;
    }
}
