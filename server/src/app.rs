//! Every dependency of the server, built once.

mod engine;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use click_lite_catalog::Catalog;
use click_lite_formats::native::{LogColumns, SpanColumns};
use click_lite_model::{Clock, SystemClock};
use click_lite_spool::{Spool, SpoolConfig};
use click_lite_store::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::access::LocalAccess;
use crate::changes::Changes;
use crate::config::Config;
use crate::deliver::Inserter;
use crate::export_jobs::ExportJobs;
use crate::http::SenderLimits;
use crate::ingest::rate::RateLimit;
use crate::manage::agents::Agents;
use crate::manage::alarms::{Alarms, Situation};
use crate::manage::dashboards::Dashboards;
use crate::manage::imports::Imports;
use crate::manage::{Rates, StorageStatus};
use crate::pipeline::Pipeline;
use crate::read::{
    AnswerCache, KnownCharts, KnownFields, KnownHistograms, KnownSchema, KnownValues, Queries, QueueLimits,
    Throughput, known_histograms,
};
use crate::saved::SavedQueries;
use crate::sources::Sources;
use crate::storage::{AttributeUse, Housekeeper};
use crate::tail::{Feed, Tails};

pub use engine::{EngineHandle, store_config};

/// Size of a segment of the spool.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Blocks in memory on their way to the spool's disk.
const SPOOL_QUEUE_BYTES: u64 = 16 * 1024 * 1024;
/// How old the figures of the storage may be: they are asked for every second or two.
const STORAGE_AGE: Duration = Duration::from_secs(2);

/// How often alarms are looked for.
const ALARM_LOOK: Duration = Duration::from_secs(1);

/// The parts of a running server.
pub struct App {
    pub config: Config,
    pub access: Arc<LocalAccess>,
    pub pipeline: Arc<Pipeline>,
    /// Of the log records and of the spans.
    pub inserters: [Arc<Inserter>; 2],
    pub senders: Arc<SenderLimits>,
    pub alarms: Alarms,
    pub imports: Imports,
    pub agents: Agents,
    pub dashboards: Dashboards,
    pub export_jobs: ExportJobs,
    pub catalog: Catalog,
    pub saved: SavedQueries,
    pub sources: Sources,
    pub store: Arc<Store>,
    pub storage: Arc<Housekeeper>,
    pub engine: EngineHandle,
    pub metrics: PrometheusHandle,
    pub rates: Rates,
    pub known_fields: KnownFields,
    pub known_values: KnownValues,
    pub tails: Tails,
    pub schema: KnownSchema,
    pub queries: Arc<Queries>,
    pub answers: AnswerCache,
    pub buckets: KnownHistograms,
    pub charts: KnownCharts,
    pub throughput: Throughput,
    pub attribute_use: AttributeUse,
    pub clock: Arc<dyn Clock>,
    pub stop: CancellationToken,
    listeners: OnceLock<Map<String, Value>>,
    storage_status: Mutex<Option<(Instant, StorageStatus)>>,
}

impl App {
    /// Opens the data folder and everything in it, and starts the engine.
    pub async fn build(config: Config) -> anyhow::Result<Arc<Self>> {
        let data_dir = config.data.dir.clone();
        make_data_dir(&data_dir)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let access = Arc::new(LocalAccess::open(&data_dir)?);
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;

        let spool = open_spool(&config, "spool", &clock).await?;
        // The spool's lock says that the folder is ours. The engine takes longest to start, beside all that follows.
        let engine = EngineHandle::start(&config)?;
        let span_spool = open_spool(&config, "spool-traces", &clock).await?;
        let pipeline = Pipeline::new(
            spool,
            span_spool,
            Arc::clone(&clock),
            Duration::from_millis(config.spool.commit_delay_ms),
            config.ingest.max_in_flight_bytes,
        );
        let pipeline = Arc::new(pipeline.limit_services(config.ingest.max_rows_per_second_per_service));
        let tails = Tails::new(Feed::follow(pipeline.spool())?);
        let senders = Arc::new(SenderLimits {
            body_timeout: Duration::from_secs(config.http.body_timeout_seconds),
            bytes: RateLimit::new(config.ingest.max_bytes_per_second_per_sender),
        });

        let catalog = Catalog::open(&data_dir.join("catalog.sqlite")).await?;
        let agents = Agents::new(catalog.clone(), Arc::clone(&clock));
        let dashboards = Dashboards::new(catalog.clone(), Arc::clone(&clock));
        let export_jobs =
            ExportJobs::new(catalog.clone(), config.exports.folder(&data_dir), Arc::clone(&clock));
        let saved = SavedQueries::new(catalog.clone(), Arc::clone(&clock));
        let sources = Sources::open(
            catalog.clone(),
            &data_dir,
            &config.connections,
            store_config(&config),
            Arc::clone(&clock),
        )?;
        let imports = Imports::new(catalog.clone(), Arc::clone(&pipeline.delivered), Arc::clone(&clock));
        imports.recover().await?;

        let store = Arc::new(Store::new(store_config(&config))?);
        let changes = Changes::default();
        let storage = Arc::new(Housekeeper::new(
            catalog.clone(),
            Arc::clone(&store),
            Arc::clone(&pipeline),
            Arc::clone(&clock),
            changes.clone(),
            config.data.retention_days,
            // A remote server's volumes are its own.
            config.engine.cold.clone().filter(|_| config.clickhouse.url.is_none()),
        ));
        let inserters = [
            Inserter::new::<LogColumns>(
                pipeline.spool().clone(),
                Arc::clone(&store),
                Arc::clone(&pipeline.delivered),
                Arc::clone(&clock),
                changes.clone(),
            ),
            Inserter::new::<SpanColumns>(
                pipeline.span_spool().clone(),
                Arc::clone(&store),
                Arc::default(),
                Arc::clone(&clock),
                changes.clone(),
            ),
        ]
        .map(Arc::new);
        // A remote ClickHouse has other writers, who say nothing.
        let knows_changes = config.clickhouse.url.is_none();
        let answers = AnswerCache::new(changes.clone(), config.query.cache_bytes, knows_changes);
        let keeps_buckets = knows_changes && config.query.cache_bytes > 0;
        let buckets = known_histograms(changes.clone(), keeps_buckets);
        let charts = KnownCharts::new(changes, keeps_buckets);
        let limits = QueueLimits {
            running: config.query.max_running as usize,
            heavy: config.query.max_heavy as usize,
            waiting: config.query.max_waiting as usize,
        };
        let longest_wait = Duration::from_secs(config.query.max_wait_seconds);
        let queries = Arc::new(Queries::new(Arc::clone(&store), limits, longest_wait));
        Ok(Arc::new(Self {
            config,
            access,
            pipeline,
            inserters,
            senders,
            alarms: Alarms::default(),
            imports,
            agents,
            dashboards,
            export_jobs,
            catalog,
            saved,
            sources,
            store,
            storage,
            engine,
            metrics,
            rates: Rates::default(),
            known_fields: KnownFields::default(),
            known_values: KnownValues::default(),
            tails,
            schema: KnownSchema::default(),
            queries,
            answers,
            buckets,
            charts,
            throughput: Throughput::default(),
            attribute_use: AttributeUse::default(),
            clock,
            stop: CancellationToken::new(),
            listeners: OnceLock::new(),
            storage_status: Mutex::new(None),
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
    pub async fn storage_status(&self) -> Option<StorageStatus> {
        let known = *self.storage_status.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, figures)) = known
            && at.elapsed() < STORAGE_AGE
        {
            return Some(figures);
        }
        let stats = self.store.storage_stats().await.ok()?;
        let figures =
            StorageStatus { rows: stats.rows, disk_bytes: stats.disk_bytes, newest_s: stats.newest_s };
        *self.storage_status.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), figures));
        Some(figures)
    }

    /// Looks for what needs attention, again and again until `stop`.
    pub async fn watch_alarms(&self, stop: &CancellationToken) {
        loop {
            let free_bytes = rustix::fs::statvfs(&self.config.data.dir)
                .ok()
                .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
            self.alarms.look(&Situation {
                spool: self.pipeline.spool_stats(),
                free_bytes,
                parked: self.parked_batches(),
                failing_exports: self.export_jobs.failing(),
                alarm_age: Duration::from_secs(self.config.spool.alarm_age_seconds),
            });
            tokio::select! {
                () = tokio::time::sleep(ALARM_LOOK) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// How long the records of the latest inserts waited since they were acknowledged, at most.
    pub fn lag_seconds(&self) -> f64 {
        self.inserters.iter().map(|inserter| inserter.lag_seconds()).fold(0.0, f64::max)
    }

    /// Refused batches that wait in the spools for room in the dead letters.
    pub fn parked_batches(&self) -> u64 {
        self.inserters.iter().map(|inserter| inserter.parked.load(Ordering::Relaxed)).sum()
    }
}

/// Opens the spool in a folder of the data folder.
async fn open_spool(config: &Config, folder: &'static str, clock: &Arc<dyn Clock>) -> anyhow::Result<Spool> {
    let spool_config = SpoolConfig {
        max_bytes: config.spool.max_bytes,
        max_dead_bytes: config.spool.max_dead_bytes,
        segment_bytes: SEGMENT_BYTES,
        // Requests wait for company before they get here, and a file's blocks are large.
        commit_delay: Duration::ZERO,
        queue_bytes: SPOOL_QUEUE_BYTES,
        ..SpoolConfig::new(config.data.dir.join(folder))
    };
    let clock = Arc::clone(clock);
    let (spool, recovery) = tokio::task::spawn_blocking(move || Spool::open(spool_config, clock)).await??;
    tracing::info!(folder, recovery = ?recovery, "spool opened");
    Ok(spool)
}

fn make_data_dir(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| {
        format!("the data folder {} can't be made: choose another with --data-dir", path.display())
    })
}
