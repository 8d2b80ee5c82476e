use std::{
    fs::File,
    future::Future,
    path::PathBuf,
    pin::{Pin, pin},
    sync::{Arc, Condvar, Mutex, OnceLock, PoisonError},
    task::{Context, Poll, Wake, Waker},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use click_lite_model::Clock;
use tokio::sync::{Notify, Semaphore, oneshot};
use uuid::Uuid;

use crate::{
    Cut, DeadLetter, Frame, KnownSource, Position, Recovery, SpoolError, dead,
    disk::{Disk, Reserve, SystemDisk, create_folder, lock_folder},
    frame::MAX_PAYLOAD_BYTES,
    recovery::{Recovered, recover},
    shared::{Shared, lock},
    writer::{PERMIT_BYTES, Queue, Request, Writer},
};

/// Where and how a spool stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolConfig {
    /// Folder of its own, created where it is missing. One process at a time.
    pub dir: PathBuf,
    /// Bytes of frames that may wait for delivery; beyond them [`Spool::append`] fails with `spool.full`. On disk the
    /// spool takes up to two segments more.
    pub max_bytes: u64,
    /// Size of a segment, the unit of deletion; at most a quarter of `max_bytes` is used. A larger frame gets a
    /// segment of its own.
    pub segment_bytes: u64,
    /// How long a commit waits at most for as many appends as the one before had.
    pub commit_delay: Duration,
    /// Bytes of frames that wait in memory for their commit; beyond them senders wait.
    pub queue_bytes: u64,
    /// Bytes that dead letters may take; beyond them [`Spool::dead_letter`] fails with `spool.dead_letters_full`.
    /// Damaged bytes are kept whatever their size: the log does not hold them any longer.
    pub max_dead_bytes: u64,
    /// Sources whose last sequence is kept, 32 bytes each; beyond them those that appended longest ago are forgotten.
    /// A batch that such a source sends again is stored again.
    pub max_sources: usize,
}

impl SpoolConfig {
    /// 4 GiB in segments of 64 MiB, 2 ms of delay, 32 MiB in memory, 1 GiB of dead letters, 100,000 sources.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            max_bytes: 4 << 30,
            segment_bytes: 64 << 20,
            commit_delay: Duration::from_millis(2),
            queue_bytes: 32 << 20,
            max_dead_bytes: 1 << 30,
            max_sources: 100_000,
        }
    }

    pub(crate) fn effective_segment_bytes(&self) -> u64 {
        self.segment_bytes.min(self.max_bytes / 4)
    }

    fn permits(&self) -> u32 {
        u32::try_from(self.queue_bytes.div_ceil(PERMIT_BYTES)).unwrap_or(u32::MAX).clamp(1, 1 << 28)
    }
}

/// How an append ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The frame is durable.
    Stored,
    /// A frame of this source with this sequence or a later one is durable already; this one was not stored.
    Duplicate,
}

/// Limits of one cut. The first frame is taken whatever its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutLimits {
    /// Uncompressed bytes of all frames.
    pub max_bytes: u64,
    pub max_frames: u64,
}

impl Default for CutLimits {
    /// 64 MiB, 65,536 frames.
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_frames: 1 << 16 }
    }
}

/// State of a spool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Bytes on disk of frames that are not delivered.
    pub pending_bytes: u64,
    pub pending_rows: u64,
    pub pending_frames: u64,
    pub limit_bytes: u64,
    /// Cuts that are not completed.
    pub outstanding_cuts: u64,
    /// Age of the oldest frame that is not delivered.
    pub oldest_age: Option<Duration>,
    /// Sources whose last sequence is known.
    pub sources: u64,
    /// Damaged places found since the spool was opened, those of the opening included.
    pub corrupt_frames: u64,
    pub dead_letters: u64,
    /// Bytes of their files.
    pub dead_bytes: u64,
    pub dead_limit_bytes: u64,
}

/// How far the frames of a spool are, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Frames that were let in since the spool was opened.
    pub let_in: u64,
    /// How many of them are durable or refused.
    pub settled: u64,
    /// Where the durable log ends.
    pub end: Position,
    /// All frames before it are delivered.
    pub delivered: Position,
    /// No durable frame waits for its delivery.
    pub is_empty: bool,
}

/// A durable bounded queue of frames. Clones share one queue; the last one to go closes it.
#[derive(Clone)]
pub struct Spool {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held for the lock on it.
    _lock: File,
}

impl Spool {
    /// Opens the spool of a folder, or makes one, and starts its writer thread. Blocks on the disk: it reads the last
    /// segment and the frame headers of the others.
    pub fn open(config: SpoolConfig, clock: Arc<dyn Clock>) -> Result<(Self, Recovery), SpoolError> {
        Self::open_on(config, clock, Box::new(SystemDisk))
    }

    pub(crate) fn open_on(
        config: SpoolConfig,
        clock: Arc<dyn Clock>,
        disk: Box<dyn Disk>,
    ) -> Result<(Self, Recovery), SpoolError> {
        create_folder(&config.dir).map_err(|error| SpoolError::io("create", &config.dir, error))?;
        let lock_file = lock_folder(&config.dir)?;
        let reserve = Reserve::new(&config.dir);
        let Recovered { recovery, state, delivery, uuid, next_segment } =
            recover(&config, &reserve, &*clock)?;
        let permits = config.permits() as usize;
        let shared = Arc::new(Shared {
            config,
            clock,
            disk,
            reserve,
            uuid,
            state: Mutex::new(state),
            delivery: Mutex::new(delivery),
            queue: Mutex::new(Queue::default()),
            queued: Condvar::new(),
            permits: Arc::new(Semaphore::new(permits)),
            grown: Condvar::new(),
            notify: Notify::new(),
            observer: OnceLock::new(),
        });
        match shared.delete_delivered(&mut lock(&shared.delivery)) {
            // On a full disk a spool must open, to be emptied.
            Ok(()) | Err(SpoolError::DiskFull { .. }) => {}
            Err(error) => return Err(error),
        }
        let writer = Writer::new(shared.clone(), next_segment);
        let thread = thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| SpoolError::io("start the writer of", &shared.config.dir, error))?;
        let handle = Handle { shared, writer: Mutex::new(Some(thread)), _lock: lock_file };
        Ok((Self { handle: Arc::new(handle) }, recovery))
    }

    /// Stores a frame: waits for room in the queue, then until the frame is durable.
    ///
    /// Needs no runtime. If the future is dropped the frame may be stored all the same.
    ///
    /// # Errors
    /// `spool.full`, `spool.disk_full`, `spool.io`, `spool.closed`: not stored, send again later.
    /// `spool.frame_too_large`: send smaller frames. A source sends in order and stops at the first error, since
    /// a later sequence makes earlier ones duplicates.
    pub async fn append(&self, frame: Frame) -> Result<Appended, SpoolError> {
        self.enqueue(frame).await?.await
    }

    /// As [`Self::append`], for threads outside of a runtime.
    pub fn append_blocking(&self, frame: Frame) -> Result<Appended, SpoolError> {
        block_on(self.append(frame))
    }

    /// Waits for room in the queue alone. Frames are stored in the order in which they were let in.
    pub async fn enqueue(&self, frame: Frame) -> Result<Completion, SpoolError> {
        let shared = &self.handle.shared;
        let bytes = frame.disk_bytes();
        let limit_bytes = shared.config.max_bytes.min(MAX_PAYLOAD_BYTES);
        if bytes > limit_bytes {
            return Err(SpoolError::FrameTooLarge { bytes, limit_bytes });
        }
        let units = u32::try_from(bytes.div_ceil(PERMIT_BYTES)).unwrap_or(u32::MAX);
        let permits = shared.permits.clone().acquire_many_owned(units.min(shared.config.permits()));
        let permit = permits.await.map_err(|_| SpoolError::Closed)?;
        {
            let mut state = lock(&shared.state);
            // Before the limit: an answer that was lost must not turn into a refusal.
            if let Some(source) = frame.source
                && state.sources.knows(&source.id, source.sequence)
            {
                return Ok(Completion(Outcome::Known(Appended::Duplicate)));
            }
            let current_bytes = state.pending.bytes + state.reserved_bytes;
            if current_bytes + bytes > shared.config.max_bytes {
                return Err(SpoolError::Full { current_bytes, limit_bytes: shared.config.max_bytes });
            }
            state.reserved_bytes += bytes;
        }
        let (reply, outcome) = oneshot::channel();
        let mut queue = lock(&shared.queue);
        if queue.is_closed {
            drop(queue);
            lock(&shared.state).reserved_bytes -= bytes;
            return Err(SpoolError::Closed);
        }
        queue.bytes += bytes;
        queue.let_in += 1;
        queue.requests.push_back(Request { frame, reply, permit });
        drop(queue);
        shared.queued.notify_one();
        Ok(Completion(Outcome::Waiting(outcome)))
    }

    /// The next cut: first those that were outstanding when the spool was opened or were released, then new ones;
    /// `None` where nothing waits. Its boundaries are durable on return. Blocks on the disk.
    pub fn next_cut(&self, limits: CutLimits) -> Result<Option<Cut>, SpoolError> {
        self.handle.shared.next_cut(limits)
    }

    /// Marks a cut as delivered. Cuts may be completed in any order.
    ///
    /// The mark survives a crash of the process; a crash of the machine may lose the marks since the last cut was
    /// made, the last segment was deleted or the spool was closed. Such cuts come again under the same token.
    ///
    /// An error says that the mark is not written or a segment not deleted; for this process the cut is complete
    /// nevertheless, unless the error is `spool.unknown_cut`. Blocks on the disk.
    pub fn complete(&self, cut_id: u64) -> Result<(), SpoolError> {
        self.handle.shared.complete(cut_id)
    }

    /// Notes that the frames of a cut that was refused go to the store in parts from now on, each under a token of
    /// its own ([`crate::range_token`]); durable on return. From then on [`Cut::is_split`] says so, also after a crash.
    pub fn begin_split(&self, cut_id: u64) -> Result<(), SpoolError> {
        self.handle.shared.begin_split(cut_id)
    }

    /// Moves frames of a cut to a file in `dead/` with the reason, durably, and completes the cut. `is_dead` tells by
    /// their place which frames; the others have to be in the store.
    ///
    /// # Errors
    /// `spool.dead_letters_full`: nothing was written and the cut is outstanding still.
    pub fn dead_letter(
        &self,
        cut_id: u64,
        reason: &str,
        is_dead: impl Fn(Position) -> bool,
    ) -> Result<(), SpoolError> {
        self.handle.shared.dead_letter(cut_id, reason, is_dead)
    }

    /// Leaves in a dead letter only the frames for which `is_dead` is true, with a new reason; one that is empty then
    /// is deleted. After a crash it is the old one or the new one.
    pub fn shrink_dead_letter(
        &self,
        letter: &DeadLetter,
        reason: &str,
        is_dead: impl Fn(Position) -> bool,
    ) -> Result<(), SpoolError> {
        dead::shrink(&self.handle.shared.config.dir, letter, reason, is_dead)?;
        self.handle.shared.count_dead_letters()
    }

    /// Deletes a dead letter for good.
    pub fn delete_dead_letter(&self, letter: &DeadLetter) -> Result<(), SpoolError> {
        letter.delete()?;
        self.handle.shared.count_dead_letters()
    }

    /// Gives a cut back, so that [`Self::next_cut`] returns it again.
    pub fn release(&self, cut_id: u64) -> Result<(), SpoolError> {
        self.handle.shared.release(cut_id)
    }

    /// Last durable sequence of a source.
    pub fn last_sequence(&self, source: [u8; 16]) -> Option<u64> {
        self.source(source).map(|known| known.sequence)
    }

    /// What is known of a source; `None` of one that never appended, or was forgotten ([`SpoolConfig::max_sources`]).
    pub fn source(&self, source: [u8; 16]) -> Option<KnownSource> {
        lock(&self.handle.shared.state).sources.get(&source)
    }

    /// Waits until [`Self::next_cut`] has something to return: true; or until the spool is closed: false.
    pub async fn wait_for_data(&self) -> bool {
        let shared = &self.handle.shared;
        loop {
            let mut notified = pin!(shared.notify.notified());
            notified.as_mut().enable();
            {
                let state = lock(&shared.state);
                if state.has_data() || state.is_closed {
                    return state.has_data();
                }
            }
            notified.await;
        }
    }

    /// As [`Self::wait_for_data`], for threads outside of a runtime; false after the time-out too.
    pub fn wait_for_data_timeout(&self, timeout: Duration) -> bool {
        let shared = &self.handle.shared;
        let deadline = Instant::now() + timeout;
        let mut state = lock(&shared.state);
        while !state.has_data() && !state.is_closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = shared.grown.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.has_data()
    }

    /// Has `observe` called with each frame once it is durable, in the order of the log, before its sender has an
    /// answer. The writer's thread calls it: it must neither block nor take long. The first observer stays.
    pub fn observe(&self, observe: impl Fn(&Frame) + Send + Sync + 'static) {
        let _ = self.handle.shared.observer.set(Box::new(observe));
    }

    /// How far what was let in is on its way. Takes no I/O.
    pub fn progress(&self) -> Progress {
        let shared = &self.handle.shared;
        let delivered = lock(&shared.delivery).watermark();
        let let_in = lock(&shared.queue).let_in;
        let state = lock(&shared.state);
        let end = state.segments.last_key_value();
        Progress {
            let_in,
            settled: state.settled,
            end: end.map(|(&segment, &offset)| Position { segment, offset }).unwrap_or_default(),
            delivered,
            is_empty: state.pending.frames == 0,
        }
    }

    /// What can't be delivered, by file name.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, SpoolError> {
        dead::list(&self.handle.shared.config.dir)
    }

    /// UUID of the spool, made once.
    pub fn uuid(&self) -> Uuid {
        self.handle.shared.uuid
    }

    /// Takes no I/O.
    pub fn stats(&self) -> Stats {
        let shared = &self.handle.shared;
        let now_ns = shared.clock.now_ns();
        let state = lock(&shared.state);
        let oldest_ns = state.cut_oldest_ns.or(state.uncut_oldest_ns);
        Stats {
            pending_bytes: state.pending.bytes,
            pending_rows: state.pending.rows,
            pending_frames: state.pending.frames,
            limit_bytes: shared.config.max_bytes,
            outstanding_cuts: state.outstanding_cuts,
            oldest_age: oldest_ns.map(|oldest_ns| {
                Duration::from_nanos(u64::try_from(now_ns.saturating_sub(oldest_ns)).unwrap_or(0))
            }),
            sources: state.sources.len() as u64,
            corrupt_frames: state.corrupt.len() as u64,
            dead_letters: state.dead.files,
            dead_bytes: state.dead.bytes,
            dead_limit_bytes: shared.config.max_dead_bytes,
        }
    }

    /// Commits what waits, makes completions durable and stops the writer. Appends fail from then on; cuts can still
    /// be read and completed. Happens by itself when the last clone goes. Blocks on the disk.
    pub fn close(&self) -> Result<(), SpoolError> {
        self.handle.close()
    }
}

impl Handle {
    fn close(&self) -> Result<(), SpoolError> {
        let shared = &self.shared;
        lock(&shared.queue).is_closed = true;
        shared.permits.close();
        shared.queued.notify_all();
        if let Some(thread) = lock(&self.writer).take() {
            // A panic of the writer has answered its senders with `spool.closed`; there is nothing to add.
            let _ = thread.join();
        }
        lock(&shared.state).is_closed = true;
        shared.announce();
        lock(&shared.delivery).sync(shared)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`; what is not written comes again under the same token.
        let _ = self.close();
    }
}

/// The outcome of an append, once its frame is durable or refused.
#[derive(Debug)]
pub struct Completion(Outcome);

#[derive(Debug)]
enum Outcome {
    Known(Appended),
    Waiting(oneshot::Receiver<Result<Appended, SpoolError>>),
}

impl Completion {
    /// Blocks the thread until the outcome is known.
    pub fn wait(self) -> Result<Appended, SpoolError> {
        block_on(self)
    }
}

impl Future for Completion {
    type Output = Result<Appended, SpoolError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Outcome::Known(appended) => Poll::Ready(Ok(*appended)),
            Outcome::Waiting(outcome) => {
                Pin::new(outcome).poll(context).map(|received| received.unwrap_or(Err(SpoolError::Closed)))
            }
        }
    }
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
