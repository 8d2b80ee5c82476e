//! The write path: the order of its stages, and the capacity of every queue between them.
//!
//! receive and decode ([`crate::ingest`]) → encode (an [`Intake`], one a request) → spool (durable; then the sender
//! gets its answer) → deliver ([`crate::deliver`]). Nothing here is unbounded: requests wait for a turn before their
//! bodies are read, bodies wait for their decoder, blocks for the spool's writer, cuts for one of the inserts.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Clock, Record};
use click_lite_spool::{Appended, Completion, Frame, Source, Spool, SpoolError, TimeRange};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::http::error::ApiError;
use crate::ingest::{IngestIds, content_length};

/// Pieces of a request's body between the network and its decoder.
pub const BODY_CHUNKS: usize = 16;
/// Blocks of an import between its parser and the spool.
pub const IMPORT_BLOCKS: usize = 1;
/// Inserts that run at once: one is parsed by ClickHouse while the next is on its way.
pub const INSERTS_IN_FLIGHT: usize = 2;
/// Blocks of agents that are decompressed and checked at once.
pub const AGENT_BLOCKS: usize = 2;
/// Columns version of the blocks: frames of one cut have the same.
pub const BLOCK_SCHEMA: u32 = 1;

/// Bytes of a block before compression at which it goes to the spool.
const BLOCK_BYTES: usize = 8 * 1024 * 1024;
/// What a request of unknown length counts as, while it is in memory.
const UNKNOWN_BODY_BYTES: u64 = 1024 * 1024;
/// zstd level of blocks: they live for seconds, and ClickHouse compresses again.
pub const COMPRESSION_LEVEL: i32 = 1;
/// Idle encoders that are kept with their memory.
const KEPT_ENCODERS: usize = 4;

/// What the pipeline counts, since the start of the server.
#[derive(Debug, Default)]
pub struct Meters {
    accepted_rows: AtomicU64,
    accepted_bytes: AtomicU64,
    rejected_rows: AtomicU64,
}

impl Meters {
    fn accepted(&self, rows: u64, bytes: u64) {
        self.accepted_rows.fetch_add(rows, Ordering::Relaxed);
        self.accepted_bytes.fetch_add(bytes, Ordering::Relaxed);
        metrics::counter!("click_lite_ingest_accepted_rows_total").increment(rows);
        metrics::counter!("click_lite_ingest_accepted_bytes_total").increment(bytes);
    }

    /// Counts records that a decoder refused.
    pub fn rejected(&self, rows: u64) {
        self.rejected_rows.fetch_add(rows, Ordering::Relaxed);
        metrics::counter!("click_lite_ingest_rejected_rows_total").increment(rows);
    }

    /// Rows, and bytes of their blocks before compression, that are durable.
    pub fn totals(&self) -> (u64, u64) {
        (self.accepted_rows.load(Ordering::Relaxed), self.accepted_bytes.load(Ordering::Relaxed))
    }
}

/// How far each source's records are searchable.
///
/// Inserts run side by side, so a later one can end first: what counts is how far there is no gap. Of sources that this
/// server did not see begin, all is searchable once what waited in the spool at its start is delivered.
#[derive(Debug, Default)]
pub struct Delivered {
    sources: Mutex<HashMap<[u8; 16], Progress>>,
    /// What waited at the start is delivered.
    backlog_is_done: AtomicBool,
}

#[derive(Debug, Default)]
struct Progress {
    /// Records at the start of which all are delivered.
    rows: u64,
    /// Some of them came before this server started.
    is_resumed: bool,
    /// Delivered beyond a gap: first record to the one after the last.
    ahead: BTreeMap<u64, u64>,
}

impl Delivered {
    /// Begins to count a source whose first `resumed` records came before.
    pub fn begin(&self, source: Uuid, resumed: u64) {
        let progress = Progress { rows: resumed, is_resumed: resumed > 0, ahead: BTreeMap::new() };
        self.lock().insert(*source.as_bytes(), progress);
    }

    /// Records of a source that ClickHouse has, as far as this server knows.
    pub fn rows(&self, source: Uuid) -> u64 {
        self.known(source).unwrap_or(0)
    }

    /// As [`Self::rows`], for a source that may have ended before this server started, with `all` its records.
    pub fn rows_or_all(&self, source: Uuid, all: u64) -> u64 {
        let before = if self.backlog_is_done.load(Ordering::Acquire) { all } else { 0 };
        self.known(source).unwrap_or(before).min(all)
    }

    fn known(&self, source: Uuid) -> Option<u64> {
        let sources = self.lock();
        let progress = sources.get(source.as_bytes())?;
        let waits = progress.is_resumed && !self.backlog_is_done.load(Ordering::Acquire);
        Some(if waits { 0 } else { progress.rows })
    }

    /// Notes that the records of a source from `start` up to `end` are delivered.
    pub fn advance(&self, source: [u8; 16], start: u64, end: u64) {
        let mut sources = self.lock();
        let Some(progress) = sources.get_mut(&source) else { return };
        progress.ahead.insert(start, end);
        while let Some(entry) = progress.ahead.first_entry().filter(|entry| *entry.key() <= progress.rows) {
            progress.rows = progress.rows.max(entry.remove());
        }
    }

    /// Notes that nothing is left of what waited at the start.
    pub fn finish_backlog(&self) {
        self.backlog_is_done.store(true, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 16], Progress>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type CommitResult = Result<(), SpoolError>;

/// The block that small requests share.
#[derive(Default)]
struct Shared {
    encoder: BlockEncoder,
    waiting: Vec<oneshot::Sender<CommitResult>>,
}

/// From decoded records to the spool.
pub struct Pipeline {
    pub meters: Meters,
    pub delivered: Arc<Delivered>,
    spool: Spool,
    ids: IngestIds,
    clock: Arc<dyn Clock>,
    commit_delay: Duration,
    shared: Mutex<Shared>,
    shared_grew: Notify,
    encoders: Mutex<Vec<BlockEncoder>>,
    turns: Arc<Semaphore>,
    turn_bytes: u64,
}

/// Bytes that one permit of the turns stands for.
const TURN_UNIT_BYTES: u64 = 16 * 1024;

impl Pipeline {
    /// Bodies up to this size share a block with others.
    pub const SMALL_BODY_BYTES: u64 = 256 * 1024;

    pub fn new(
        spool: Spool,
        clock: Arc<dyn Clock>,
        commit_delay: Duration,
        max_in_flight_bytes: u64,
    ) -> Self {
        let units = (max_in_flight_bytes / TURN_UNIT_BYTES).clamp(1, 1 << 24);
        Self {
            meters: Meters::default(),
            delivered: Arc::default(),
            spool,
            ids: IngestIds::new(&*clock),
            clock,
            commit_delay,
            shared: Mutex::default(),
            shared_grew: Notify::new(),
            encoders: Mutex::default(),
            turns: Arc::new(Semaphore::new(units as usize)),
            turn_bytes: units * TURN_UNIT_BYTES,
        }
    }

    pub fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Waits until there is room in memory for a request; refuses it at once when the spool is full.
    pub async fn turn(&self, headers: &HeaderMap) -> Result<OwnedSemaphorePermit, ApiError> {
        self.refuse_when_full()?;
        // A large body is read in pieces: it never holds more than a block and what is on its way.
        let bytes = content_length(headers)
            .unwrap_or(UNKNOWN_BODY_BYTES)
            .clamp(TURN_UNIT_BYTES, 2 * BLOCK_BYTES as u64);
        self.turn_of(bytes).await
    }

    /// An error where the spool has no room.
    pub fn refuse_when_full(&self) -> Result<(), ApiError> {
        let stats = self.spool.stats();
        if stats.pending_bytes < stats.limit_bytes {
            return Ok(());
        }
        Err(spool_error(&SpoolError::Full {
            current_bytes: stats.pending_bytes,
            limit_bytes: stats.limit_bytes,
        }))
    }

    /// Waits until there is room in memory for so many bytes.
    pub async fn turn_of(&self, bytes: u64) -> Result<OwnedSemaphorePermit, ApiError> {
        let units = bytes.min(self.turn_bytes).div_ceil(TURN_UNIT_BYTES);
        let turn = Arc::clone(&self.turns).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX)).await;
        turn.map_err(|_| spool_error(&SpoolError::Closed))
    }

    /// Begins a request's way through the pipeline. For threads that may block.
    pub fn intake(&self, default_service: Option<&str>, shares_block: bool) -> Intake<'_> {
        let target = if shares_block {
            Target::Shared(self.shared.lock().unwrap_or_else(PoisonError::into_inner))
        } else {
            Target::Own(Box::new(self.take_encoder()))
        };
        Intake {
            pipeline: self,
            target,
            default_service: default_service.unwrap_or_default().to_owned(),
            arrival_ns: self.clock.now_ns(),
            rows: 0,
            completions: Vec::new(),
            bytes: 0,
        }
    }

    /// Writes shared blocks to the spool until `stop`, then what is left.
    pub async fn commit_shared(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = self.shared_grew.notified() => {}
                () = stop.cancelled() => break,
            }
            tokio::time::sleep(self.commit_delay).await;
            self.commit_shared_once().await;
        }
        self.commit_shared_once().await;
    }

    async fn commit_shared_once(self: &Arc<Self>) {
        let pipeline = Arc::clone(self);
        // Compresses, and waits for the lock that decoders hold.
        let _ = tokio::task::spawn_blocking(move || {
            let (mut encoder, waiting) = {
                let mut shared = pipeline.shared.lock().unwrap_or_else(PoisonError::into_inner);
                let fresh = pipeline.take_encoder();
                (std::mem::replace(&mut shared.encoder, fresh), std::mem::take(&mut shared.waiting))
            };
            let result = pipeline.append_block(&mut encoder, None).and_then(|completion| match completion {
                Some(completion) => completion.wait().map(|_| ()),
                None => Ok(()),
            });
            pipeline.give_encoder(encoder);
            for sender in waiting {
                let _ = sender.send(result.clone());
            }
        })
        .await;
    }

    /// Compresses a block and hands it to the spool; `None` for an empty one.
    pub fn append_block(
        &self,
        encoder: &mut BlockEncoder,
        source: Option<Source>,
    ) -> Result<Option<Completion>, SpoolError> {
        if encoder.rows() == 0 {
            return Ok(None);
        }
        let frame = frame_of(encoder, source)?;
        self.enqueue(frame).map(Some)
    }

    /// Hands a frame to the spool, waiting for room in its queue.
    pub fn enqueue(&self, frame: Frame) -> Result<Completion, SpoolError> {
        let (rows, bytes) = (u64::from(frame.rows), frame.uncompressed_bytes);
        let completion = tokio::runtime::Handle::current().block_on(self.spool.enqueue(frame))?;
        self.meters.accepted(rows, bytes);
        Ok(completion)
    }

    /// Stores a frame with a source; returns when it is durable.
    pub async fn append(&self, frame: Frame) -> Result<Appended, SpoolError> {
        let (rows, bytes) = (u64::from(frame.rows), frame.uncompressed_bytes);
        let appended = self.spool.append(frame).await?;
        if appended == Appended::Stored {
            self.meters.accepted(rows, bytes);
        }
        Ok(appended)
    }

    /// Numbers for `count` records.
    pub fn take_ids(&self, count: u64) -> u64 {
        self.ids.take(count)
    }

    /// Nanoseconds since the epoch.
    pub fn now_ns(&self) -> i64 {
        self.clock.now_ns()
    }

    pub fn take_encoder(&self) -> BlockEncoder {
        self.encoders.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub fn give_encoder(&self, mut encoder: BlockEncoder) {
        encoder.clear();
        let mut encoders = self.encoders.lock().unwrap_or_else(PoisonError::into_inner);
        if encoders.len() < KEPT_ENCODERS {
            encoders.push(encoder);
        }
    }
}

/// Whether a block is large enough for the spool.
pub fn is_large(encoder: &BlockEncoder) -> bool {
    encoder.estimated_bytes() >= BLOCK_BYTES
}

/// The rows of an encoder as a frame; the encoder is empty afterwards.
pub fn frame_of(encoder: &mut BlockEncoder, source: Option<Source>) -> Result<Frame, SpoolError> {
    let mut payload = Vec::new();
    let block = encoder.finish_compressed(COMPRESSION_LEVEL, &mut payload).map_err(|error| {
        tracing::error!(error = %error, "a block was not compressed");
        SpoolError::Closed
    })?;
    Ok(Frame {
        payload,
        rows: u32::try_from(block.rows).unwrap_or(u32::MAX),
        uncompressed_bytes: block.uncompressed_bytes as u64,
        schema: BLOCK_SCHEMA,
        source,
        times: Some(TimeRange { min_ns: block.min_time_ns, max_ns: block.max_time_ns }),
    })
}

enum Target<'p> {
    Shared(MutexGuard<'p, Shared>),
    Own(Box<BlockEncoder>),
}

/// The records of one request on their way into blocks.
pub struct Intake<'p> {
    pipeline: &'p Pipeline,
    target: Target<'p>,
    default_service: String,
    arrival_ns: i64,
    rows: u64,
    bytes: u64,
    completions: Vec<Completion>,
}

impl Intake<'_> {
    pub fn push(&mut self, record: &Record) {
        let encoder = match &mut self.target {
            Target::Shared(shared) => &mut shared.encoder,
            Target::Own(encoder) => encoder.as_mut(),
        };
        encoder.push(record, self.pipeline.ids.take(1), self.arrival_ns, &self.default_service);
        self.rows += 1;
        self.bytes += record.text_bytes() as u64;
    }

    /// Records pushed so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Hands the block over when it is large, so that memory stays bounded however long the body is.
    pub fn flush_if_large(&mut self) -> Result<(), ApiError> {
        let Target::Own(encoder) = &mut self.target else { return Ok(()) };
        if is_large(encoder) {
            let completion =
                self.pipeline.append_block(encoder, None).map_err(|error| spool_error(&error))?;
            self.completions.extend(completion);
        }
        Ok(())
    }

    /// Drops what was pushed, unless it is in the shared block.
    pub fn abandon(self) {
        if let Target::Own(encoder) = self.target {
            self.pipeline.give_encoder(*encoder);
        }
    }

    /// Ends the request: what it waits for before it is answered.
    pub fn commit(self) -> Committed {
        let mut outcomes = Outcomes { completions: self.completions, ..Outcomes::default() };
        match self.target {
            Target::Own(mut encoder) => {
                match self.pipeline.append_block(&mut encoder, None) {
                    Ok(completion) => outcomes.completions.extend(completion),
                    Err(error) => outcomes.failed = Some(error),
                }
                self.pipeline.give_encoder(*encoder);
            }
            Target::Shared(mut shared) => {
                if self.rows > 0 {
                    let (sender, receiver) = oneshot::channel();
                    shared.waiting.push(sender);
                    outcomes.shared = Some(receiver);
                    // The first to wait wakes the writer, which takes all who come within the delay.
                    if shared.waiting.len() == 1 {
                        self.pipeline.shared_grew.notify_one();
                    }
                }
            }
        }
        Committed(outcomes)
    }
}

#[derive(Default)]
struct Outcomes {
    completions: Vec<Completion>,
    shared: Option<oneshot::Receiver<CommitResult>>,
    failed: Option<SpoolError>,
}

/// What a request waits for.
pub struct Committed(Outcomes);

impl Committed {
    /// Waits until all records of the request are durable.
    pub async fn wait(self) -> Result<(), ApiError> {
        let failed = |error: SpoolError| spool_error(&error);
        if let Some(error) = self.0.failed {
            return Err(failed(error));
        }
        for completion in self.0.completions {
            match completion.await.map_err(failed)? {
                Appended::Stored | Appended::Duplicate => {}
            }
        }
        if let Some(shared) = self.0.shared {
            shared.await.unwrap_or(Err(SpoolError::Closed)).map_err(failed)?;
        }
        Ok(())
    }
}

/// How the API says that the spool does not take a batch.
pub fn spool_error(error: &SpoolError) -> ApiError {
    let (status, retry_after) = match error {
        SpoolError::Full { .. } => (StatusCode::TOO_MANY_REQUESTS, 5),
        SpoolError::DiskFull { .. } => (StatusCode::INSUFFICIENT_STORAGE, 30),
        SpoolError::FrameTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, 0),
        _ => (StatusCode::SERVICE_UNAVAILABLE, 5),
    };
    let api = ApiError::new(status, error.code(), error.to_string());
    if retry_after > 0 { api.retry_after(retry_after) } else { api }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_gap_counts_as_searchable() {
        let delivered = Delivered::default();
        let source = Uuid::from_u128(7);
        delivered.begin(source, 0);
        delivered.advance(*source.as_bytes(), 10, 20);
        assert_eq!(delivered.rows(source), 0, "the insert before is still on its way");
        delivered.advance(*source.as_bytes(), 0, 10);
        assert_eq!(delivered.rows(source), 20);
        delivered.advance(*source.as_bytes(), 20, 25);
        assert_eq!(delivered.rows_or_all(source, 25), 25);
    }

    #[test]
    fn what_waited_at_the_start_is_not_taken_for_searchable() {
        let delivered = Delivered::default();
        let (resumed, ended) = (Uuid::from_u128(1), Uuid::from_u128(2));
        delivered.begin(resumed, 100);
        delivered.advance(*resumed.as_bytes(), 100, 120);
        assert_eq!((delivered.rows(resumed), delivered.rows_or_all(ended, 50)), (0, 0));
        delivered.finish_backlog();
        assert_eq!((delivered.rows(resumed), delivered.rows_or_all(ended, 50)), (120, 50));
    }
}
