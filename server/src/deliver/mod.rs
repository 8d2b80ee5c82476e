//! From the spools to ClickHouse.
//!
//! Frames are joined into cuts and inserted as they are. A cut is tried until ClickHouse takes it or refuses its
//! content; its token makes a second try harmless. Of a refused cut the bad frames go to the dead letters, and
//! everything else is stored (see [`insert`]). Where the dead letters are full, the cut stays in the spool and is tried
//! again now and then: nothing is deleted, and what comes after it goes on.

mod insert;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use click_lite_spool::{Cut, CutLimits, Spool, SpoolError, StoredFrame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::pipeline::INSERTS_IN_FLIGHT;

use insert::{BACK_OFF, Inserted, Parts};
pub use insert::{Inserter, decompress};

/// How often the spool is looked at while records wait for company.
const LOOK: Duration = Duration::from_millis(25);
/// Between two tries of a refused cut for which there is no room in the dead letters.
const PARKED_AGAIN: Duration = Duration::from_secs(300);

/// Takes records from a spool to ClickHouse.
pub struct Deliverer {
    pub inserter: Arc<Inserter>,
    /// When this server started, in nanoseconds since the epoch: what was spooled before is its backlog.
    pub started_ns: i64,
    /// How long records wait for company.
    pub delay: Duration,
    /// Largest insert, in bytes before compression.
    pub insert_bytes: u64,
}

/// When to end.
#[derive(Clone)]
struct Ends {
    /// No new work.
    stop: CancellationToken,
    /// Leave work that has begun.
    abandon: CancellationToken,
}

impl Deliverer {
    /// Delivers until `stop`; inserts that run then are waited for until `deadline` after it.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Duration) {
        if self.spool().stats().pending_frames == 0 {
            self.inserter.delivered.finish_backlog();
        }
        let turns = Arc::new(Semaphore::new(INSERTS_IN_FLIGHT));
        let ends = Ends { stop: stop.clone(), abandon: CancellationToken::new() };
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
                    let (deliverer, ends) = (Arc::clone(&self), ends.clone());
                    inserts.spawn(async move { deliverer.deliver(cut, turn, &ends).await });
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
            ends.abandon.cancel();
            while inserts.join_next().await.is_some() {}
        }
    }

    fn spool(&self) -> &Spool {
        &self.inserter.spool
    }

    /// Waits until records are there, and then until they are many or have waited long enough.
    async fn wait_for_enough(&self) {
        if !self.spool().wait_for_data().await {
            // The spool is closed: `stop` is about to say so.
            return std::future::pending().await;
        }
        let waiting = Instant::now();
        while waiting.elapsed() < self.delay && !self.has_enough() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn has_enough(&self) -> bool {
        let stats = self.spool().stats();
        // Frames are compressed to about an eighth; this errs to the side of the smaller insert.
        stats.pending_bytes * 4 >= self.insert_bytes || stats.oldest_age.is_some_and(|age| age >= self.delay)
    }

    async fn next_cut(&self) -> Result<Option<Cut>, SpoolError> {
        let spool = self.spool().clone();
        let limits = CutLimits { max_bytes: self.insert_bytes, ..CutLimits::default() };
        blocking(move || spool.next_cut(limits)).await
    }

    async fn deliver(&self, cut: Cut, turn: OwnedSemaphorePermit, ends: &Ends) {
        let (id, token, is_split) = (cut.id(), cut.token(), cut.is_split());
        let schema = cut.schema();
        let appended_at_ns = cut.oldest_appended_at_ns().unwrap_or(i64::MIN);
        let frames = match blocking(move || cut.read()).await {
            Ok(frames) => frames,
            Err(error) => {
                tracing::error!(cut.id = id, error = %error, "a batch can't be read from the spool");
                return self.give_back(id).await;
            }
        };
        // Without a frame that holds there is nothing to insert.
        if !frames.is_empty() {
            if schema != self.inserter.schema {
                let reason = format!("this version knows no blocks of schema {schema} here");
                let parts = Parts { refused: frames.iter().map(|stored| stored.place).collect(), reason };
                return self.bury(id, &frames, parts, turn, ends).await;
            }
            let refused = if is_split {
                true
            } else {
                match self.inserter.insert(&token, &frames, &ends.abandon).await {
                    Inserted::Stored => false,
                    Inserted::Abandoned => return,
                    Inserted::Refused(error) => {
                        tracing::warn!(cut.id = id, error = %error.without_content(), "ClickHouse refused a batch: its good parts are looked for");
                        metrics::counter!("click_lite_deliver_refused_total").increment(1);
                        true
                    }
                }
            };
            if refused {
                let Some(parts) = self.take_apart(id, &frames, ends).await else { return };
                if !parts.refused.is_empty() {
                    return self.bury(id, &frames, parts, turn, ends).await;
                }
            }
        }
        let spool = self.spool().clone();
        if let Err(error) = blocking(move || spool.complete(id)).await {
            tracing::warn!(cut.id = id, error = %error, "the spool could not note a delivery");
        }
        if appended_at_ns >= self.started_ns || self.spool().stats().pending_frames == 0 {
            self.inserter.delivered.finish_backlog();
        }
    }

    /// Inserts what can be inserted of a refused cut; `None` when the cut is to come again.
    async fn take_apart(&self, id: u64, frames: &[StoredFrame], ends: &Ends) -> Option<Parts> {
        let spool = self.spool().clone();
        if let Err(error) = blocking(move || spool.begin_split(id)).await {
            tracing::error!(cut.id = id, error = %error, "the spool could not note that a batch is split: it stays there");
            self.give_back(id).await;
            return None;
        }
        self.inserter.insert_in_parts(self.spool().uuid(), frames, &ends.abandon).await
    }

    /// Moves the bad frames of a cut to the dead letters, or leaves the cut in the spool until there is room for them.
    async fn bury(
        &self,
        id: u64,
        frames: &[StoredFrame],
        parts: Parts,
        turn: OwnedSemaphorePermit,
        ends: &Ends,
    ) {
        let rows: u64 = frames
            .iter()
            .filter(|stored| parts.refused.contains(&stored.place))
            .map(|stored| u64::from(stored.frame.rows))
            .sum();
        let (spool, reason) = (self.spool().clone(), parts.reason.clone());
        let buried =
            blocking(move || spool.dead_letter(id, &reason, |place| parts.refused.contains(&place))).await;
        match buried {
            Ok(()) => {
                tracing::error!(
                    cut.id = id,
                    batch.rows = rows,
                    "ClickHouse refuses records: they are kept in the dead letters"
                );
                metrics::counter!("click_lite_deliver_dead_rows_total").increment(rows);
            }
            Err(error @ SpoolError::DeadLettersFull { .. }) => {
                tracing::error!(cut.id = id, batch.rows = rows, error = %error, "ClickHouse refuses records, and they stay in the spool");
                self.park(id, turn, ends).await;
            }
            Err(error) => {
                tracing::error!(cut.id = id, error = %error, "the dead letter was not written: the batch stays in the spool");
                self.give_back(id).await;
            }
        }
    }

    /// Leaves a cut alone for a while. The turn goes to the others.
    async fn park(&self, id: u64, turn: OwnedSemaphorePermit, ends: &Ends) {
        drop(turn);
        self.inserter.parked.fetch_add(1, Ordering::Relaxed);
        tokio::select! {
            () = tokio::time::sleep(PARKED_AGAIN) => {}
            () = self.inserter.room.notified() => {}
            () = ends.stop.cancelled() => {}
        }
        self.inserter.parked.fetch_sub(1, Ordering::Relaxed);
        let _ = self.spool().release(id);
    }

    /// Gives a cut back after a failure of the disk, so that it comes again.
    async fn give_back(&self, id: u64) {
        let _ = self.spool().release(id);
        tokio::time::sleep(BACK_OFF.1).await;
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, SpoolError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(SpoolError::Closed))
}
