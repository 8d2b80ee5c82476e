//! The one place that knows whether ClickHouse is embedded or remote.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use click_lite_engine::{Engine, EngineConfig, EngineState};
use click_lite_store::{Credentials, Endpoint, Store, StoreConfig};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::manage::EngineStatus;

/// Between two tries of a remote server that does not answer, and between two looks at one that does.
const REMOTE_LOOK: Duration = Duration::from_secs(5);

/// Before tables that were not usable are looked at again.
const CONNECT_AGAIN: Duration = Duration::from_secs(2);

/// The ClickHouse that stores the logs.
pub enum EngineHandle {
    Embedded(Engine),
    Remote { url: String, endpoint: Endpoint, state: Mutex<RemoteState> },
}

#[derive(Debug, Clone)]
pub struct RemoteState {
    is_ready: bool,
    message: Option<String>,
}

/// How the store names its tables, and within which limits it reads.
pub fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        database: config.clickhouse.database.clone(),
        retention_days: config.data.retention_days,
        max_query_seconds: config.query.max_seconds,
        max_query_memory_bytes: config.query.max_memory_bytes,
        ..StoreConfig::default()
    }
}

impl EngineHandle {
    /// Starts the embedded engine, or notes the remote one.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        if let Some(url) = &config.clickhouse.url {
            let user = Credentials {
                user: config.clickhouse.user.clone(),
                password: config.clickhouse.password.clone(),
            };
            let endpoint = Endpoint { url: url.clone(), writer: user.clone(), reader: user };
            let state = Mutex::new(RemoteState { is_ready: false, message: None });
            return Ok(Self::Remote { url: url.clone(), endpoint, state });
        }
        let mut engine = EngineConfig::new(config.data.dir.join("engine"), std::env::current_exe()?);
        engine.library.clone_from(&config.engine.library);
        engine.http_port = config.engine.http_port;
        if let Some(bytes) = config.engine.max_memory_bytes {
            engine.limits.memory_bytes = bytes;
        }
        if let Some(threads) = config.engine.max_threads {
            engine.limits.query_threads = u64::from(threads);
        }
        engine.cold = config.engine.cold.as_ref().map(|cold| cold.path.clone());
        engine.limits.reader_query_seconds = config.query.max_seconds;
        engine.limits.reader_longest_seconds = config.query.export_seconds();
        engine.limits.reader_query_memory_bytes = config.query.max_memory_bytes;
        Ok(Self::Embedded(Engine::start(engine)?))
    }

    /// Keeps the store connected to the engine, and its tables up to date, until `stop`.
    pub async fn keep_connected(&self, store: &Arc<Store>, stop: &CancellationToken) {
        match self {
            Self::Embedded(engine) => {
                let mut state = engine.state();
                loop {
                    let now = state.borrow_and_update().clone();
                    let mut is_failed = false;
                    if let EngineState::Ready(ready) = now {
                        if let Err(error) = store.connect(endpoint_of(&ready)).await {
                            tracing::error!(error = %error, "the tables are not usable");
                            is_failed = true;
                        }
                    } else {
                        tracing::info!(
                            engine.state = now.name(),
                            reason = now.reason(),
                            "the engine is not ready"
                        );
                        store.disconnect();
                    }
                    tokio::select! {
                        changed = state.changed() => if changed.is_err() { return },
                        // The engine is up, so it may be a passing fault.
                        () = tokio::time::sleep(CONNECT_AGAIN), if is_failed => {}
                        () = stop.cancelled() => return,
                    }
                }
            }
            Self::Remote { endpoint, state, .. } => loop {
                let looked = if store.is_connected() {
                    store.ping().await
                } else {
                    store.connect(endpoint.clone()).await
                };
                let seen = match looked {
                    Ok(()) => RemoteState { is_ready: true, message: None },
                    Err(error) => {
                        if error.is_retryable() {
                            store.disconnect();
                        }
                        RemoteState { is_ready: false, message: Some(error.to_string()) }
                    }
                };
                *state.lock().unwrap_or_else(PoisonError::into_inner) = seen;
                tokio::select! {
                    () = tokio::time::sleep(REMOTE_LOOK) => {}
                    () = stop.cancelled() => return,
                }
            },
        }
    }

    /// Where ClickHouse answers; waits for the embedded engine.
    pub async fn endpoint(&self) -> anyhow::Result<Endpoint> {
        match self {
            Self::Embedded(engine) => Ok(endpoint_of(&*engine.ready().await?)),
            Self::Remote { endpoint, .. } => Ok(endpoint.clone()),
        }
    }

    pub fn status(&self) -> EngineStatus {
        match self {
            Self::Embedded(engine) => {
                let state = engine.state().borrow().clone();
                let (url, version) = match &state {
                    EngineState::Ready(endpoint) => (endpoint.url.clone(), endpoint.version.clone()),
                    _ => (String::new(), String::new()),
                };
                EngineStatus {
                    kind: "embedded",
                    state: match state {
                        EngineState::Stopped => "down",
                        _ => state.name(),
                    },
                    message: state.reason().map(ToOwned::to_owned),
                    restarts: engine.restarts(),
                    url,
                    version,
                }
            }
            Self::Remote { url, state, .. } => {
                let state = state.lock().unwrap_or_else(PoisonError::into_inner).clone();
                EngineStatus {
                    kind: "remote",
                    state: match (state.is_ready, &state.message) {
                        (true, _) => "ready",
                        (false, None) => "starting",
                        (false, Some(_)) => "down",
                    },
                    message: state.message,
                    restarts: 0,
                    url: url.clone(),
                    version: String::new(),
                }
            }
        }
    }

    /// Ends the embedded engine in an orderly way.
    pub async fn stop(&self) {
        if let Self::Embedded(engine) = self {
            engine.stop().await;
        }
    }
}

fn endpoint_of(ready: &click_lite_engine::Endpoint) -> Endpoint {
    let credentials = |from: &click_lite_engine::Credentials| Credentials {
        user: from.user.clone(),
        password: from.password.clone(),
    };
    Endpoint {
        url: ready.url.clone(),
        writer: credentials(&ready.writer),
        reader: credentials(&ready.reader),
    }
}
