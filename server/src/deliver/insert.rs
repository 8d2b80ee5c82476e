//! Inserts that end: stored, refused for their content, or given up.
//!
//! # Exactly once
//!
//! A batch that ClickHouse refused is taken apart, so that one bad frame does not take the good ones with it: halves
//! of it are inserted, and halves of those that are refused. What that needs to store each record once:
//!
//! - A refused insert has stored nothing (`crates/store`, `insert`).
//! - Each part has a token of its own, made of the places of its first and last frame, so it is the same after a crash.
//! - Before the first part is sent the spool notes that the batch is split, and never sends it as a whole again.
//! - Tokens are remembered for the last thousand inserts. Where more lie between, or where an earlier try of the whole
//!   batch got no answer, the table itself is asked: a frame whose `IngestId`s are there is not sent again.
//!
//! Frames in the dead letters are inserted in the same way.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use click_lite_formats::native::read_keys;
use click_lite_model::Clock;
use click_lite_spool::{DeadContent, DeadLetter, Position, Spool, SpoolError, StoredFrame, range_token};
use click_lite_store::{Store, StoreError};
use rand::RngExt;
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::blocking;
use crate::changes::{Change, Changes};
use crate::pipeline::{Delivered, Signal};

/// First and longest wait after a failed insert.
pub const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// After this many bad frames of a batch and not a single good one, the fault is not in the frames.
const HOPELESS_FRAMES: usize = 16;
/// Rows of a frame are stored together where they are of one partition, a day of any time zone: those start at
/// multiples of a quarter of an hour.
const PARTITION_GRID_NS: i64 = 15 * 60 * 1_000_000_000;

/// What became of an insert.
pub enum Inserted {
    Stored,
    /// ClickHouse refuses it for its content.
    Refused(StoreError),
    /// Not known: it is to be tried again under the same token.
    Abandoned,
}

/// The times that an insert of these frames touches.
fn change_of(frames: &[StoredFrame]) -> Change {
    let times = frames.iter().map(|stored| stored.frame.times);
    times
        .map(|times| times.map(|times| Change { first_ns: times.min_ns, last_ns: times.max_ns }))
        .reduce(|left, right| {
            let (left, right) = (left?, right?);
            Some(Change {
                first_ns: left.first_ns.min(right.first_ns),
                last_ns: left.last_ns.max(right.last_ns),
            })
        })
        .flatten()
        .unwrap_or(Change::EVERYTHING)
}

/// What became of frames that were inserted in parts.
pub struct Parts {
    /// Places of those that ClickHouse refuses, with the reason of the first.
    pub refused: BTreeSet<Position>,
    pub reason: String,
}

/// Inserts batches of one signal, with all the tries that it takes.
pub struct Inserter {
    table: &'static str,
    columns: Vec<&'static str>,
    /// Of the frames that belong to this table.
    pub schema: u32,
    pub spool: Spool,
    pub store: Arc<Store>,
    pub delivered: Arc<Delivered>,
    pub clock: Arc<dyn Clock>,
    pub changes: Changes,
    /// Refused batches that wait in the spool for room in the dead letters.
    pub parked: AtomicU64,
    /// Told when dead letters went.
    pub room: Notify,
    /// Seconds between append and insert of the latest batch, as bits of an `f64`.
    lag_seconds: AtomicU64,
    retrying: Mutex<()>,
}

impl Inserter {
    /// `delivered` is told how far the sources of the spool's frames are.
    pub fn new<T: Signal>(
        spool: Spool,
        store: Arc<Store>,
        delivered: Arc<Delivered>,
        clock: Arc<dyn Clock>,
        changes: Changes,
    ) -> Self {
        Self {
            table: T::TABLE,
            columns: T::COLUMNS.iter().map(|(name, _)| *name).collect(),
            schema: T::SCHEMA,
            spool,
            store,
            delivered,
            clock,
            changes,
            parked: AtomicU64::new(0),
            room: Notify::new(),
            lag_seconds: AtomicU64::new(0),
            retrying: Mutex::new(()),
        }
    }

    /// How long the records of the latest insert waited since they were acknowledged, at most.
    pub fn lag_seconds(&self) -> f64 {
        f64::from_bits(self.lag_seconds.load(Ordering::Relaxed))
    }

    /// Inserts frames as one, again and again until it is known how it ended.
    pub async fn insert(&self, token: &str, frames: &[StoredFrame], abandon: &CancellationToken) -> Inserted {
        let rows: u64 = frames.iter().map(|stored| u64::from(stored.frame.rows)).sum();
        let payloads: Vec<Bytes> =
            frames.iter().map(|stored| Bytes::copy_from_slice(&stored.frame.payload)).collect();
        let _open = self.changes.begin(change_of(frames));
        let mut wait = BackOff::default();
        loop {
            let started = Instant::now();
            match self.store.insert_native(self.table, &self.columns, token, &payloads).await {
                Ok(()) => {
                    self.note(frames, rows, started);
                    tracing::debug!(
                        batch.token = token,
                        batch.rows = rows,
                        elapsed_ms = started.elapsed().as_millis() as u64,
                        "inserted"
                    );
                    return Inserted::Stored;
                }
                Err(error) if error.is_retryable() => {
                    if wait.is_first() {
                        tracing::warn!(batch.token = token, batch.rows = rows, error = %error.without_content(), "an insert failed and is tried again");
                    }
                    metrics::counter!("click_lite_deliver_retries_total").increment(1);
                    if !self.pause(&mut wait, &error, abandon).await {
                        return Inserted::Abandoned;
                    }
                }
                Err(error) => return Inserted::Refused(error),
            }
        }
    }

    fn note(&self, frames: &[StoredFrame], rows: u64, started: Instant) {
        metrics::counter!("click_lite_deliver_rows_total").increment(rows);
        metrics::histogram!("click_lite_deliver_insert_seconds").record(started.elapsed().as_secs_f64());
        if let Some(oldest) = frames.iter().map(|stored| stored.appended_at_ns).min() {
            let lag = self.clock.now_ns().saturating_sub(oldest).max(0) as f64 / 1e9;
            self.lag_seconds.store(lag.to_bits(), Ordering::Relaxed);
            metrics::histogram!("click_lite_deliver_lag_seconds").record(lag);
        }
        for stored in frames {
            if let Some(source) = stored.frame.source {
                let first = source.sequence.saturating_sub(u64::from(stored.frame.rows));
                self.delivered.advance(source.id, first, source.sequence);
            }
        }
    }

    /// Waits before the next try; false when there is to be none.
    async fn pause(&self, wait: &mut BackOff, error: &StoreError, abandon: &CancellationToken) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait.next()) => true,
            () = self.store.wait_until_connected(), if matches!(error, StoreError::NotConnected) => true,
            () = abandon.cancelled() => false,
        }
    }

    /// Inserts frames of a spool of which the whole was refused. `None` when it was abandoned.
    pub async fn insert_in_parts(
        &self,
        spool: Uuid,
        frames: &[StoredFrame],
        abandon: &CancellationToken,
    ) -> Option<Parts> {
        let known = self.known(frames, abandon).await?;
        let mut parts = Parts { refused: BTreeSet::new(), reason: String::new() };
        let mut refuse = |places: &mut dyn Iterator<Item = Position>, reason: &str| {
            parts.refused.extend(places);
            if parts.reason.is_empty() {
                reason.clone_into(&mut parts.reason);
            }
            parts.refused.len()
        };
        let mut is_any_stored = known.contains(&Known::Stored);
        // The halves are the same after a crash, and so are their tokens.
        let mut open: Vec<Range<usize>> = halves(0..frames.len());
        while let Some(range) = open.pop() {
            if known[range.clone()].iter().all(|known| *known == Known::Stored) {
                continue;
            }
            if known[range.clone()].iter().any(|known| *known != Known::Absent) {
                if range.len() > 1 {
                    open.extend(halves(range));
                } else {
                    refuse(&mut std::iter::once(frames[range.start].place), PARTLY_STORED);
                }
                continue;
            }
            let token = range_token(spool, frames[range.start].place, frames[range.end - 1].place);
            match self.insert(&token, &frames[range.clone()], abandon).await {
                Inserted::Stored => is_any_stored = true,
                Inserted::Abandoned => return None,
                Inserted::Refused(_) if range.len() > 1 => open.extend(halves(range)),
                Inserted::Refused(error) => {
                    let refused = refuse(&mut std::iter::once(frames[range.start].place), &error.to_string());
                    if refused >= HOPELESS_FRAMES && !is_any_stored {
                        let rest = open.drain(..).flatten();
                        refuse(&mut rest.map(|index| frames[index].place), "");
                    }
                }
            }
        }
        Some(parts)
    }

    /// What the table has of each frame.
    async fn known(&self, frames: &[StoredFrame], abandon: &CancellationToken) -> Option<Vec<Known>> {
        let payloads: Vec<(Vec<u8>, u64)> = frames
            .iter()
            .map(|stored| (stored.frame.payload.clone(), stored.frame.uncompressed_bytes))
            .collect();
        let keys =
            blocking(move || Ok(payloads.iter().map(|(payload, bytes)| keys(payload, *bytes)).collect()))
                .await
                .unwrap_or_else(|_: SpoolError| vec![Vec::new(); frames.len()]);
        let times = keys.iter().flatten().map(|(time, _)| *time);
        let Some(times) = times.clone().min().zip(times.max()) else {
            return Some(vec![Known::Absent; frames.len()]);
        };
        let ids: Vec<u64> = keys.iter().flatten().map(|(_, id)| *id).collect();
        let mut wait = BackOff::default();
        let stored = loop {
            match self.store.stored_ids(self.table, times, &ids).await {
                Ok(stored) => break stored,
                // Whatever keeps it from answering: without an answer nothing may be sent.
                Err(error) => {
                    if wait.is_first() {
                        tracing::warn!(error = %error.without_content(), "the table can't be asked what it has of a batch; it is asked again");
                    }
                    if !self.pause(&mut wait, &error, abandon).await {
                        return None;
                    }
                }
            }
        };
        Some(keys.iter().map(|keys| Known::of(keys, &stored)).collect())
    }

    /// Sends the frames of a dead letter again. What is stored leaves it; it goes when nothing is left. Gives the rows
    /// that were stored or had been, and the reason why others were refused again; `None` when `abandon` came first.
    ///
    /// # Errors
    /// The dead letter can't be read or written.
    pub async fn retry(
        &self,
        letter: DeadLetter,
        abandon: &CancellationToken,
    ) -> Result<Option<(u64, Option<String>)>, SpoolError> {
        let _turn = self.retrying.lock().await;
        let (letter, content) = blocking(move || letter.read().map(|content| (letter, content))).await?;
        let DeadContent::Frames(frames) = content else { return Ok(Some((0, Some(DAMAGED.to_owned())))) };
        let (Some(first), Some(last)) = (frames.first(), frames.last()) else {
            return Ok(Some((0, Some(DAMAGED.to_owned()))));
        };
        let whole = range_token(letter.spool, first.place, last.place);
        let Some(known) = self.known(&frames, abandon).await else { return Ok(None) };
        let parts = if known.iter().all(|known| *known == Known::Absent) {
            match self.insert(&whole, &frames, abandon).await {
                Inserted::Stored => Some(Parts { refused: BTreeSet::new(), reason: String::new() }),
                Inserted::Refused(_) => self.insert_in_parts(letter.spool, &frames, abandon).await,
                Inserted::Abandoned => None,
            }
        } else {
            self.insert_in_parts(letter.spool, &frames, abandon).await
        };
        let Some(parts) = parts else { return Ok(None) };
        let is_dead = |place: Position| parts.refused.contains(&place);
        let refused: u64 = frames
            .iter()
            .filter(|stored| is_dead(stored.place))
            .map(|stored| u64::from(stored.frame.rows))
            .sum();
        let stored = letter.rows - refused.min(letter.rows);
        let reason = (refused > 0).then(|| parts.reason.clone());
        let (spool, places, why) = (self.spool.clone(), parts.refused, parts.reason);
        blocking(move || spool.shrink_dead_letter(&letter, &why, |place| places.contains(&place))).await?;
        self.room.notify_waiters();
        Ok(Some((stored, reason)))
    }
}

/// Why a frame can be neither inserted nor counted as stored.
const PARTLY_STORED: &str = "a part of this batch is in the table already and can't be told from the rest: take the rest from the batch itself";
/// Why damaged bytes stay where they are.
const DAMAGED: &str = "these are damaged bytes of the spool: they hold no whole batch that could be sent";

/// How much of a frame the table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Absent,
    Stored,
    Partly,
}

impl Known {
    fn of(keys: &[(i64, u64)], stored: &HashSet<u64>) -> Self {
        let found = keys.iter().filter(|(_, id)| stored.contains(id)).count();
        match found {
            0 => Self::Absent,
            found if found == keys.len() => Self::Stored,
            _ => Self::Partly,
        }
    }
}

/// Time and `IngestId` of a row of each partition that a frame can have rows in; none for one that is no block.
fn keys(payload: &[u8], uncompressed_bytes: u64) -> Vec<(i64, u64)> {
    let Some(block) = decompress(payload, uncompressed_bytes) else { return Vec::new() };
    let keys = read_keys(&block).unwrap_or_default();
    let partitions: BTreeMap<i64, (i64, u64)> =
        keys.into_iter().map(|key| (key.0.div_euclid(PARTITION_GRID_NS), key)).collect();
    partitions.into_values().collect()
}

/// The block of a frame, when it is one.
pub fn decompress(payload: &[u8], uncompressed_bytes: u64) -> Option<Vec<u8>> {
    zstd::bulk::decompress(payload, usize::try_from(uncompressed_bytes).ok()?).ok()
}

/// The second half on top of the first: what is taken from the end comes in order.
fn halves(range: Range<usize>) -> Vec<Range<usize>> {
    if range.len() < 2 {
        return vec![range];
    }
    let middle = range.start + range.len() / 2;
    vec![middle..range.end, range.start..middle]
}

/// Waits that grow, with jitter.
#[derive(Default)]
struct BackOff(Option<Duration>);

impl BackOff {
    fn is_first(&self) -> bool {
        self.0.is_none()
    }

    fn next(&mut self) -> Duration {
        let wait = self.0.map_or(BACK_OFF.0, |last| (last * 2).min(BACK_OFF.1));
        self.0 = Some(wait);
        wait.mul_f64(rand::rng().random_range(0.5..1.5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_cover_everything_in_order() {
        let mut open = halves(0..7);
        let mut seen = Vec::new();
        while let Some(range) = open.pop() {
            if range.len() == 1 {
                seen.push(range.start);
            } else {
                open.extend(halves(range));
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_frame_is_known_by_a_row_of_each_partition() {
        let keys = [(0, 1), (86_400_000_000_000, 2)];
        let known = |ids: &[u64]| Known::of(&keys, &ids.iter().copied().collect());
        assert_eq!(known(&[3]), Known::Absent);
        assert_eq!(known(&[1, 2, 3]), Known::Stored);
        assert_eq!(known(&[2]), Known::Partly);
        assert_eq!(Known::of(&[], &HashSet::new()), Known::Absent, "what is no block is nowhere");
    }
}
