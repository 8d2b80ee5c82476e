//! The write path: the order of its stages, and the capacity of every queue between them.
//!
//! receive and decode ([`crate::ingest`]) → encode (an [`Intake`], one a request) → spool (durable; then the sender
//! gets its answer) → deliver ([`crate::deliver`]). Nothing here is unbounded: requests wait for a turn before their
//! bodies are read, bodies wait for their decoder, blocks for the spool's writer, cuts for one of the inserts.
//!
//! Live tails ([`crate::tail`]) get a copy of each frame of log records once it is durable.
//!
//! Log records and spans go the same way beside each other, each in a [`Lane`] with a spool of its own: an insert is
//! into one table, so in one spool the two would cut each other's inserts short.

mod delivered;
mod lane;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use click_lite_formats::native::{BlockEncoder, CompressError, Encoder, LogColumns, SpanColumns};
use click_lite_model::Clock;
use click_lite_spool::{Appended, Completion, Frame, Source, Spool, SpoolError, Stats, TimeRange};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

pub use delivered::Delivered;
pub use lane::Signal;
use lane::{Lane, Shared};

use crate::http::error::ApiError;
use crate::ingest::rate::RateLimit;
use crate::ingest::{IngestIds, content_length};

/// Pieces of a request's body between the network and its decoder.
pub const BODY_CHUNKS: usize = 16;
/// Blocks of an import between its parser and the spool.
pub const IMPORT_BLOCKS: usize = 1;
/// Batches of datagrams between a socket and their decoder.
pub const DATAGRAM_BATCHES: usize = 1;
/// Inserts that run at once: one is parsed by ClickHouse while the next is on its way.
pub const INSERTS_IN_FLIGHT: usize = 2;
/// Requests of OTLP that are decompressed and decoded at once: each is in memory as a whole.
const WHOLE_REQUESTS: usize = 4;
/// Blocks of agents that are decompressed and checked at once.
pub const AGENT_BLOCKS: usize = 2;
/// Frames between the spool and the thread that matches them for live tails, and their bytes as they are stored.
pub const TAIL_FRAMES: usize = 4096;
pub const TAIL_FRAME_BYTES: usize = 64 * 1024 * 1024;
/// Rows of a live tail that wait for its socket, and their bytes as JSON.
pub const TAIL_ROWS: usize = 65_536;
pub const TAIL_ROW_BYTES: usize = 32 * 1024 * 1024;
/// Messages of a live tail's socket that wait to be sent.
pub const TAIL_MESSAGES: usize = 8;
/// Batches of rows that wait to be written into a workbook.
pub const EXPORT_BATCHES: usize = 4;
/// Commands of a live tail's client to one of its filters.
pub const TAIL_COMMANDS: usize = 8;

/// Bytes of a block before compression at which it goes to the spool.
const BLOCK_BYTES: usize = 8 * 1024 * 1024;
/// What a request of unknown length counts as, while it is in memory; one that is held whole grows in such steps.
pub const UNKNOWN_BODY_BYTES: u64 = 1024 * 1024;
/// zstd level of blocks: they live for seconds, and ClickHouse compresses again.
pub const COMPRESSION_LEVEL: i32 = 1;
/// Idle encoders of a lane that are kept with their memory.
const KEPT_ENCODERS: usize = 4;

/// What the pipeline counts, since the start of the server.
#[derive(Debug, Default)]
pub struct Meters {
    accepted_rows: AtomicU64,
    accepted_bytes: AtomicU64,
    rejected_rows: AtomicU64,
}

impl Meters {
    /// Counts records that are on their way to the disk, or on it.
    pub fn accepted(&self, rows: u64, bytes: u64) {
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

/// From decoded records to the spool.
pub struct Pipeline {
    pub meters: Meters,
    pub delivered: Arc<Delivered>,
    logs: Lane<LogColumns>,
    spans: Lane<SpanColumns>,
    ids: IngestIds,
    clock: Arc<dyn Clock>,
    commit_delay: Duration,
    turns: Arc<Semaphore>,
    turn_bytes: u64,
    whole_requests: Arc<Semaphore>,
    service_limit: Option<RateLimit<String>>,
}

/// Bytes that one permit of the turns stands for.
const TURN_UNIT_BYTES: u64 = 16 * 1024;

impl Pipeline {
    /// Bodies up to this size share a block with others.
    pub const SMALL_BODY_BYTES: u64 = 256 * 1024;

    pub fn new(
        spool: Spool,
        span_spool: Spool,
        clock: Arc<dyn Clock>,
        commit_delay: Duration,
        max_in_flight_bytes: u64,
    ) -> Self {
        let units = (max_in_flight_bytes / TURN_UNIT_BYTES).clamp(1, 1 << 24);
        Self {
            meters: Meters::default(),
            delivered: Arc::default(),
            logs: Lane::new(spool),
            spans: Lane::new(span_spool),
            ids: IngestIds::new(&*clock),
            clock,
            commit_delay,
            turns: Arc::new(Semaphore::new(units as usize)),
            turn_bytes: units * TURN_UNIT_BYTES,
            whole_requests: Arc::new(Semaphore::new(WHOLE_REQUESTS)),
            service_limit: None,
        }
    }

    /// Limits the records of each service; 0 is no limit.
    pub fn limit_services(mut self, rows_per_second: u64) -> Self {
        self.service_limit = RateLimit::new(rows_per_second);
        self
    }

    /// The spool of the log records.
    pub fn spool(&self) -> &Spool {
        &self.logs.spool
    }

    /// The spool of the spans.
    pub fn span_spool(&self) -> &Spool {
        &self.spans.spool
    }

    /// All spools.
    pub fn spools(&self) -> [&Spool; 2] {
        [self.spool(), self.span_spool()]
    }

    /// What waits in all spools together; their limit is that of one.
    pub fn spool_stats(&self) -> Stats {
        let [logs, spans] = self.spools().map(Spool::stats);
        Stats {
            pending_bytes: logs.pending_bytes + spans.pending_bytes,
            pending_rows: logs.pending_rows + spans.pending_rows,
            pending_frames: logs.pending_frames + spans.pending_frames,
            limit_bytes: logs.limit_bytes,
            outstanding_cuts: logs.outstanding_cuts + spans.outstanding_cuts,
            oldest_age: logs.oldest_age.max(spans.oldest_age),
            sources: logs.sources + spans.sources,
            corrupt_frames: logs.corrupt_frames + spans.corrupt_frames,
            dead_letters: logs.dead_letters + spans.dead_letters,
            dead_bytes: logs.dead_bytes + spans.dead_bytes,
            dead_limit_bytes: logs.dead_limit_bytes + spans.dead_limit_bytes,
        }
    }

    /// Waits until there is room in memory for a request; refuses it at once when the spool is full.
    pub async fn turn(&self, headers: &HeaderMap) -> Result<OwnedSemaphorePermit, ApiError> {
        let bytes = content_length(headers).unwrap_or(UNKNOWN_BODY_BYTES);
        self.turn_for(bytes).await.map_err(|error| spool_error(&error))
    }

    /// As [`Self::turn`], for so many bytes of records.
    pub async fn turn_for(&self, bytes: u64) -> Result<OwnedSemaphorePermit, SpoolError> {
        // A large body is read in pieces: it never holds more than a block and what is on its way.
        self.room_for(bytes.min(2 * BLOCK_BYTES as u64)).await
    }

    /// As [`Self::turn`], for a request that holds this many bytes in memory.
    pub async fn turn_of(&self, bytes: u64) -> Result<OwnedSemaphorePermit, ApiError> {
        self.room_for(bytes).await.map_err(|error| spool_error(&error))
    }

    /// An error where the spools have no room.
    pub fn refuse_when_full(&self) -> Result<(), SpoolError> {
        let stats = self.spool_stats();
        if stats.pending_bytes < stats.limit_bytes {
            return Ok(());
        }
        Err(SpoolError::Full { current_bytes: stats.pending_bytes, limit_bytes: stats.limit_bytes })
    }

    async fn room_for(&self, bytes: u64) -> Result<OwnedSemaphorePermit, SpoolError> {
        self.refuse_when_full()?;
        let units = bytes.clamp(TURN_UNIT_BYTES, self.turn_bytes).div_ceil(TURN_UNIT_BYTES);
        let turn = Arc::clone(&self.turns).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX)).await;
        turn.map_err(|_| SpoolError::Closed)
    }

    /// Adds to the memory of a request that grows. Where there is none left it is refused rather than left waiting: two
    /// that wait for what the other holds would wait for ever.
    pub fn grow_turn(&self, turn: &mut OwnedSemaphorePermit, bytes: u64) -> Result<(), ApiError> {
        let units = u32::try_from(bytes.div_ceil(TURN_UNIT_BYTES)).unwrap_or(u32::MAX);
        match Arc::clone(&self.turns).try_acquire_many_owned(units) {
            Ok(more) => turn.merge(more),
            Err(_) => {
                let message = "too many requests of unknown length are being received: send it again later, or with \
                               a Content-Length (`ingest.max_in_flight_bytes`)";
                return Err(
                    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "ingest.busy", message).retry_after(1)
                );
            }
        }
        Ok(())
    }

    /// Waits for the turn of a request that is decoded as a whole, once its body is here.
    pub async fn whole_request_turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let turn = Arc::clone(&self.whole_requests).acquire_owned().await;
        turn.map_err(|_| spool_error(&SpoolError::Closed))
    }

    /// Begins the way of a request's log records through the pipeline. For threads that may block.
    pub fn intake(&self, default_service: Option<&str>, shares_block: bool) -> Intake<'_> {
        self.intake_of(default_service, shares_block)
    }

    /// As [`Self::intake`], for any signal.
    pub fn intake_of<T: Signal>(&self, default_service: Option<&str>, shares_block: bool) -> Intake<'_, T> {
        let lane = T::lane(self);
        let target = if shares_block {
            Target::Shared(lane.lock_shared())
        } else {
            Target::Own(Box::new(lane.take_encoder()))
        };
        Intake {
            pipeline: self,
            target,
            default_service: default_service.unwrap_or_default().to_owned(),
            arrival_ns: self.clock.now_ns(),
            rows: 0,
            completions: Vec::new(),
            services: self.service_limit.as_ref().map(ServiceCount::new),
        }
    }

    /// Writes shared blocks to the spools until `stop`, then what is left.
    pub async fn commit_shared(self: Arc<Self>, stop: CancellationToken) {
        tokio::join!(self.commit_lane::<LogColumns>(&stop), self.commit_lane::<SpanColumns>(&stop));
    }

    async fn commit_lane<T: Signal>(self: &Arc<Self>, stop: &CancellationToken) {
        loop {
            tokio::select! {
                () = T::lane(self).shared_grew() => {}
                () = stop.cancelled() => break,
            }
            tokio::time::sleep(self.commit_delay).await;
            self.commit_shared_once::<T>().await;
        }
        self.commit_shared_once::<T>().await;
    }

    async fn commit_shared_once<T: Signal>(self: &Arc<Self>) {
        let pipeline = Arc::clone(self);
        // Compresses, and waits for the lock that decoders hold.
        let _ = tokio::task::spawn_blocking(move || {
            let lane = T::lane(&pipeline);
            let (mut encoder, waiting) = lane.take_shared();
            let result = pipeline.append_block(&mut encoder, None).and_then(|completion| match completion {
                Some(completion) => completion.wait().map(|_| ()),
                None => Ok(()),
            });
            lane.give_encoder(encoder);
            for sender in waiting {
                let _ = sender.send(result.clone());
            }
        })
        .await;
    }

    /// Compresses a block and hands it to the spool; `None` for an empty one.
    pub fn append_block<T: Signal>(
        &self,
        encoder: &mut Encoder<T>,
        source: Option<Source>,
    ) -> Result<Option<Completion>, SpoolError> {
        if encoder.rows() == 0 {
            return Ok(None);
        }
        let frame = frame_of(encoder, source)?;
        self.enqueue(frame).map(Some)
    }

    /// As [`Self::hand_over`], and counts the records as accepted.
    pub fn enqueue(&self, frame: Frame) -> Result<Completion, SpoolError> {
        let (rows, bytes) = (u64::from(frame.rows), frame.uncompressed_bytes);
        let completion = self.hand_over(frame)?;
        self.meters.accepted(rows, bytes);
        Ok(completion)
    }

    /// Numbers the rows of a frame and hands it to the spool of its signal, waiting for room in the spool's queue. For
    /// threads that may block.
    pub fn hand_over(&self, mut frame: Frame) -> Result<Completion, SpoolError> {
        let rows = u64::from(frame.rows);
        let is_spans = frame.schema == SpanColumns::SCHEMA;
        let spool = if is_spans { self.span_spool() } else { self.spool() };
        let mut numbering = if is_spans { self.spans.lock_numbering() } else { self.logs.lock_numbering() };
        let first_id = self.ids.take(rows);
        numbering
            .append(first_id, rows, COMPRESSION_LEVEL, &mut frame.payload)
            .map_err(|error| not_compressed(&error))?;
        let completion = tokio::runtime::Handle::current().block_on(spool.enqueue(frame));
        drop(numbering);
        completion
    }

    /// The last number that a log record has that was handed to the spool: what comes later has a higher one. For
    /// threads that may block.
    pub fn last_id(&self) -> u64 {
        let _numbering = self.logs.lock_numbering();
        self.ids.take(0).saturating_sub(1)
    }

    /// Waits until the log records that were handed to the spool by now are in ClickHouse, or in the dead letters.
    pub async fn delivered_so_far(&self) {
        const LOOK: Duration = Duration::from_millis(20);
        let let_in = self.spool().progress().let_in;
        let mut progress = self.spool().progress();
        while progress.settled < let_in {
            tokio::time::sleep(LOOK).await;
            progress = self.spool().progress();
        }
        let end = progress.end;
        while !progress.is_empty && progress.delivered < end {
            tokio::time::sleep(LOOK).await;
            progress = self.spool().progress();
        }
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
        self.logs.take_encoder()
    }
}

/// Whether a block is large enough for the spool.
pub fn is_large<T: Signal>(encoder: &Encoder<T>) -> bool {
    encoder.estimated_bytes() >= BLOCK_BYTES
}

/// The rows of an encoder as a frame without their numbers, which [`Pipeline::enqueue`] adds; the encoder is empty
/// afterwards.
pub fn frame_of<T: Signal>(encoder: &mut Encoder<T>, source: Option<Source>) -> Result<Frame, SpoolError> {
    let mut payload = Vec::new();
    let block = encoder
        .finish_without_ids(COMPRESSION_LEVEL, &mut payload)
        .map_err(|error| not_compressed(&error))?;
    Ok(Frame {
        payload,
        rows: u32::try_from(block.rows).unwrap_or(u32::MAX),
        uncompressed_bytes: block.uncompressed_bytes as u64,
        schema: T::SCHEMA,
        source,
        times: Some(TimeRange { min_ns: block.min_time_ns, max_ns: block.max_time_ns }),
    })
}

fn not_compressed(error: &CompressError) -> SpoolError {
    tracing::error!(error = %error, "a block was not compressed");
    SpoolError::Closed
}

enum Target<'p, T> {
    Shared(MutexGuard<'p, Shared<T>>),
    Own(Box<Encoder<T>>),
}

/// The log records or spans of one request on their way into blocks.
pub struct Intake<'p, T: Signal = LogColumns> {
    pipeline: &'p Pipeline,
    target: Target<'p, T>,
    default_service: String,
    arrival_ns: i64,
    rows: u64,
    completions: Vec<Completion>,
    services: Option<ServiceCount<'p>>,
}

impl<T: Signal> Intake<'_, T> {
    pub fn push(&mut self, item: &T::Item) {
        if let Some(services) = &mut self.services {
            let service = T::service(item);
            if !services.take(if service.is_empty() { &self.default_service } else { service }) {
                return;
            }
        }
        let encoder = match &mut self.target {
            Target::Shared(shared) => &mut shared.encoder,
            Target::Own(encoder) => encoder.as_mut(),
        };
        T::push(encoder, item, self.arrival_ns, &self.default_service);
        self.rows += 1;
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
            T::lane(self.pipeline).give_encoder(*encoder);
        }
    }

    /// Ends the request: what it waits for before it is answered.
    pub fn commit(self) -> Committed {
        let refused = self.services.and_then(ServiceCount::end);
        let mut outcomes = Outcomes { completions: self.completions, refused, ..Outcomes::default() };
        match self.target {
            Target::Own(mut encoder) => {
                match self.pipeline.append_block(&mut encoder, None) {
                    Ok(completion) => outcomes.completions.extend(completion),
                    Err(error) => outcomes.failed = Some(error),
                }
                T::lane(self.pipeline).give_encoder(*encoder);
            }
            Target::Shared(mut shared) => {
                if self.rows > 0 {
                    let (sender, receiver) = oneshot::channel();
                    shared.waiting.push(sender);
                    outcomes.shared = Some(receiver);
                    // The first to wait wakes the writer, which takes all who come within the delay.
                    if shared.waiting.len() == 1 {
                        T::lane(self.pipeline).wake_writer();
                    }
                }
            }
        }
        Committed(outcomes)
    }
}

/// Records of one request by service, where services are limited. What is in a shared block can't be taken back, so the
/// service of the first record decides on the request, and all are charged.
struct ServiceCount<'p> {
    limit: &'p RateLimit<String>,
    service: String,
    rows: u64,
    is_decided: bool,
    refused: Option<ApiError>,
}

impl<'p> ServiceCount<'p> {
    fn new(limit: &'p RateLimit<String>) -> Self {
        Self { limit, service: String::new(), rows: 0, is_decided: false, refused: None }
    }

    /// Counts a record; false when it is not to be taken.
    fn take(&mut self, service: &str) -> bool {
        if !std::mem::replace(&mut self.is_decided, true)
            && let Some(wait) = self.limit.wait(service, Instant::now())
        {
            self.refused =
                Some(self.limit.refusal(&format!("the service `{service}` sends"), "records", wait));
        }
        if self.refused.is_some() {
            return false;
        }
        if service != self.service {
            self.charge();
            service.clone_into(&mut self.service);
        }
        self.rows += 1;
        true
    }

    fn charge(&mut self) {
        if self.rows > 0 {
            self.limit.charge(self.service.clone(), std::mem::take(&mut self.rows), Instant::now());
        }
    }

    fn end(mut self) -> Option<ApiError> {
        self.charge();
        self.refused
    }
}

#[derive(Default)]
struct Outcomes {
    completions: Vec<Completion>,
    shared: Option<oneshot::Receiver<Result<(), SpoolError>>>,
    failed: Option<SpoolError>,
    /// Nothing of the request was taken.
    refused: Option<ApiError>,
}

/// What a request waits for.
pub struct Committed(Outcomes);

impl Committed {
    /// Waits until all records of the request are durable.
    pub async fn wait(self) -> Result<(), ApiError> {
        if let Some(refused) = self.0.refused {
            return Err(refused);
        }
        self.durable().await.map_err(|error| spool_error(&error))
    }

    /// As [`Self::wait`], for receivers that have no request to answer.
    pub async fn durable(self) -> Result<(), SpoolError> {
        if let Some(error) = self.0.failed {
            return Err(error);
        }
        for completion in self.0.completions {
            match completion.await? {
                Appended::Stored | Appended::Duplicate => {}
            }
        }
        if let Some(shared) = self.0.shared {
            shared.await.unwrap_or(Err(SpoolError::Closed))?;
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
