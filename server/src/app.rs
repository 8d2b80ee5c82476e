//! Every dependency of the server, built once.

mod engine;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use click_lite_catalog::Catalog;
use click_lite_model::{Clock, SystemClock};
use click_lite_spool::{Spool, SpoolConfig};
use click_lite_store::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::LocalAccess;
use crate::config::Config;
use crate::manage::agents::Agents;
use crate::manage::imports::Imports;
use crate::manage::{Rates, StorageStatus};
use crate::pipeline::Pipeline;
use crate::read::KnownFields;

pub use engine::{EngineHandle, store_config};

/// Size of a segment of the spool.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Blocks in memory on their way to the spool's disk.
const SPOOL_QUEUE_BYTES: u64 = 16 * 1024 * 1024;
/// How old the figures of the storage may be: they are asked for every second or two.
const STORAGE_AGE: Duration = Duration::from_secs(2);

/// The parts of a running server.
pub struct App {
    pub config: Config,
    pub access: Arc<LocalAccess>,
    pub pipeline: Arc<Pipeline>,
    pub imports: Imports,
    pub agents: Agents,
    pub store: Arc<Store>,
    pub engine: EngineHandle,
    pub metrics: PrometheusHandle,
    pub rates: Rates,
    pub known_fields: KnownFields,
    pub clock: Arc<dyn Clock>,
    pub stop: CancellationToken,
    listeners: OnceLock<Map<String, Value>>,
    storage: Mutex<Option<(Instant, StorageStatus)>>,
}

impl App {
    /// Opens the data folder and everything in it, and starts the engine.
    pub async fn build(config: Config) -> anyhow::Result<Arc<Self>> {
        let data_dir = config.data.dir.clone();
        make_data_dir(&data_dir)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let access = Arc::new(LocalAccess::open(&data_dir)?);
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;

        let spool_config = SpoolConfig {
            max_bytes: config.spool.max_bytes,
            segment_bytes: SEGMENT_BYTES,
            // Requests wait for company before they get here, and a file's blocks are large.
            commit_delay: Duration::ZERO,
            queue_bytes: SPOOL_QUEUE_BYTES,
            ..SpoolConfig::new(data_dir.join("spool"))
        };
        let spool_clock = Arc::clone(&clock);
        let (spool, recovery) =
            tokio::task::spawn_blocking(move || Spool::open(spool_config, spool_clock)).await??;
        tracing::info!(recovery = ?recovery, "spool opened");
        let pipeline = Arc::new(Pipeline::new(
            spool,
            Arc::clone(&clock),
            Duration::from_millis(config.spool.commit_delay_ms),
            config.ingest.max_in_flight_bytes,
        ));

        let catalog = Catalog::open(&data_dir.join("catalog.sqlite")).await?;
        let agents = Agents::new(catalog.clone(), Arc::clone(&clock));
        let imports = Imports::new(catalog, Arc::clone(&pipeline.delivered), Arc::clone(&clock));
        imports.recover().await?;

        let store = Arc::new(Store::new(store_config(&config))?);
        let engine = EngineHandle::start(&config)?;
        Ok(Arc::new(Self {
            config,
            access,
            pipeline,
            imports,
            agents,
            store,
            engine,
            metrics,
            rates: Rates::default(),
            known_fields: KnownFields::default(),
            clock,
            stop: CancellationToken::new(),
            listeners: OnceLock::new(),
            storage: Mutex::new(None),
        }))
    }

    /// Addresses of the open listeners, by their names in the ready file.
    pub fn listeners(&self) -> Map<String, Value> {
        self.listeners.get().cloned().unwrap_or_default()
    }

    pub fn set_listeners(&self, listeners: Map<String, Value>) {
        let _ = self.listeners.set(listeners);
    }

    /// A link that signs a browser in, once.
    pub fn sign_in_link(&self) -> String {
        let address = self.listeners().get("http").and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("http://{address}/#login={}", self.access.new_code())
    }

    /// Rows and bytes of the log tables, at most two seconds old; `None` while ClickHouse does not answer.
    pub async fn storage(&self) -> Option<StorageStatus> {
        let known = *self.storage.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, figures)) = known
            && at.elapsed() < STORAGE_AGE
        {
            return Some(figures);
        }
        let stats = self.store.storage_stats().await.ok()?;
        let figures = StorageStatus { rows: stats.rows, disk_bytes: stats.disk_bytes };
        *self.storage.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), figures));
        Some(figures)
    }

    /// Batches that ClickHouse refused.
    pub fn dead_letters(&self) -> u64 {
        self.pipeline.spool().dead_letters().map_or(0, |letters| letters.len() as u64)
    }
}

fn make_data_dir(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| {
        format!("the data folder {} can't be made: choose another with --data-dir", path.display())
    })
}
