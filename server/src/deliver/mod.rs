//! From the spools to ClickHouse.
//!
//! Frames are joined into cuts and inserted as they are. A cut is tried until ClickHouse takes it or refuses its
//! content; its token makes a second try harmless. A refused cut goes to the dead letters, and the rest goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use click_lite_formats::native::{LogColumns, SpanColumns};
use click_lite_spool::{Cut, CutLimits, Spool, SpoolError};
use click_lite_store::{Store, StoreError};
use rand::RngExt;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::pipeline::{Delivered, INSERTS_IN_FLIGHT, Signal};

/// First and longest wait after a failed insert.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// How often the spool is looked at while records wait for company.
const LOOK: Duration = Duration::from_millis(25);

/// Where the blocks of a schema belong: table and names of its columns.
fn destination(schema: u32) -> Option<(&'static str, Vec<&'static str>)> {
    fn of<T: Signal>() -> (&'static str, Vec<&'static str>) {
        (T::TABLE, T::COLUMNS.iter().map(|(name, _)| *name).collect())
    }
    match schema {
        LogColumns::SCHEMA => Some(of::<LogColumns>()),
        SpanColumns::SCHEMA => Some(of::<SpanColumns>()),
        _ => None,
    }
}

/// Takes records from a spool to ClickHouse.
pub struct Deliverer {
    pub spool: Spool,
    pub store: Arc<Store>,
    pub delivered: Arc<Delivered>,
    /// When this server started, in nanoseconds since the epoch: what was spooled before is its backlog.
    pub started_ns: i64,
    /// How long records wait for company.
    pub delay: Duration,
    /// Largest insert, in bytes before compression.
    pub insert_bytes: u64,
}

impl Deliverer {
    /// Delivers until `stop`; inserts that run then are waited for until `deadline` after it.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Duration) {
        if self.spool.stats().pending_frames == 0 {
            self.delivered.finish_backlog();
        }
        let turns = Arc::new(Semaphore::new(INSERTS_IN_FLIGHT));
        let abandon = CancellationToken::new();
        let mut inserts = JoinSet::new();
        loop {
            let turn = tokio::select! {
                turn = Arc::clone(&turns).acquire_owned() => turn,
                () = stop.cancelled() => break,
            };
            let Ok(turn) = turn else { break };
            while inserts.try_join_next().is_some() {}
            tokio::select! {
                () = self.wait_for_enough() => {}
                () = stop.cancelled() => break,
            }
            match self.next_cut().await {
                Ok(Some(cut)) => {
                    let (deliverer, abandon) = (Arc::clone(&self), abandon.clone());
                    inserts.spawn(async move {
                        deliverer.deliver(cut, &abandon).await;
                        drop(turn);
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(error = %error, "the spool can't be read");
                    tokio::time::sleep(BACK_OFF.1).await;
                }
            }
        }
        let drained = tokio::time::timeout(deadline, async { while inserts.join_next().await.is_some() {} });
        if drained.await.is_err() {
            // What is not inserted stays in the spool, and comes again under the same token.
            abandon.cancel();
            while inserts.join_next().await.is_some() {}
        }
    }

    /// Waits until records are there, and then until they are many or have waited long enough.
    async fn wait_for_enough(&self) {
        if !self.spool.wait_for_data().await {
            // The spool is closed: `stop` is about to say so.
            return std::future::pending().await;
        }
        let waiting = Instant::now();
        while waiting.elapsed() < self.delay && !self.has_enough() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn has_enough(&self) -> bool {
        let stats = self.spool.stats();
        // Frames are compressed to about an eighth; this errs to the side of the smaller insert.
        stats.pending_bytes * 4 >= self.insert_bytes || stats.oldest_age.is_some_and(|age| age >= self.delay)
    }

    async fn next_cut(&self) -> Result<Option<Cut>, SpoolError> {
        let spool = self.spool.clone();
        let limits = CutLimits { max_bytes: self.insert_bytes, ..CutLimits::default() };
        blocking(move || spool.next_cut(limits)).await
    }

    async fn deliver(&self, cut: Cut, abandon: &CancellationToken) {
        let (id, token, rows) = (cut.id(), cut.token(), cut.rows());
        let schema = cut.schema();
        let appended_at_ns = cut.oldest_appended_at_ns().unwrap_or(i64::MIN);
        let frames = match blocking(move || cut.read()).await {
            Ok(frames) => frames,
            Err(error) => {
                tracing::error!(cut.id = id, error = %error, "a batch can't be read from the spool");
                let _ = self.spool.release(id);
                tokio::time::sleep(BACK_OFF.1).await;
                return;
            }
        };
        let sources: Vec<_> = frames
            .iter()
            .filter_map(|stored| stored.frame.source.map(|source| (source, u64::from(stored.frame.rows))))
            .collect();
        let Some((table, columns)) = destination(schema) else {
            self.bury(id, rows, format!("this version knows no blocks of schema {schema}")).await;
            return;
        };
        let payloads: Vec<Bytes> =
            frames.into_iter().map(|stored| Bytes::from(stored.frame.payload)).collect();
        let mut wait = BACK_OFF.0;
        let mut is_told = false;
        loop {
            let started = Instant::now();
            match self.store.insert_native(table, &columns, &token, &payloads).await {
                Ok(()) => {
                    metrics::counter!("click_lite_deliver_rows_total").increment(rows);
                    metrics::histogram!("click_lite_deliver_insert_seconds")
                        .record(started.elapsed().as_secs_f64());
                    tracing::debug!(
                        cut.id = id,
                        batch.rows = rows,
                        elapsed_ms = started.elapsed().as_millis() as u64,
                        "inserted"
                    );
                    break;
                }
                Err(error) if error.is_retryable() => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(cut.id = id, batch.rows = rows, error = %error, "an insert failed and is tried again");
                    }
                    metrics::counter!("click_lite_deliver_retries_total").increment(1);
                    let jitter = rand::rng().random_range(0.5..1.5);
                    tokio::select! {
                        () = tokio::time::sleep(wait.mul_f64(jitter)) => {}
                        () = self.store.wait_until_connected(), if matches!(error, StoreError::NotConnected) => {}
                        () = abandon.cancelled() => return,
                    }
                    wait = (wait * 2).min(BACK_OFF.1);
                }
                Err(error) => {
                    self.bury(id, rows, error.to_string()).await;
                    return;
                }
            }
        }
        let spool = self.spool.clone();
        if let Err(error) = blocking(move || spool.complete(id)).await {
            tracing::warn!(cut.id = id, error = %error, "the spool could not note a delivery");
        }
        for (source, rows) in sources {
            self.delivered.advance(source.id, source.sequence.saturating_sub(rows), source.sequence);
        }
        if appended_at_ns >= self.started_ns || self.spool.stats().pending_frames == 0 {
            self.delivered.finish_backlog();
        }
    }

    /// Puts a batch that can't be inserted to the dead letters, so that the rest goes on.
    async fn bury(&self, id: u64, rows: u64, reason: String) {
        tracing::error!(cut.id = id, batch.rows = rows, error = %reason, "a batch was refused: it is kept in the dead letters");
        metrics::counter!("click_lite_deliver_dead_rows_total").increment(rows);
        let spool = self.spool.clone();
        if let Err(error) = blocking(move || spool.dead_letter(id, &reason)).await {
            tracing::error!(cut.id = id, error = %error, "the dead letter was not written: the batch stays in the spool");
            let _ = self.spool.release(id);
            tokio::time::sleep(BACK_OFF.1).await;
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, SpoolError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(SpoolError::Closed))
}
