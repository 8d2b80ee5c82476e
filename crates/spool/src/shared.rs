//! What the writer, the senders and the delivery side share.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
};

use click_lite_model::Clock;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{
    SpoolConfig, SpoolError,
    dead::{self, DeadKind, DeadTotals, NewDeadLetter},
    delivery::Delivery,
    disk::{Disk, Reserve},
    frame::{Frame, Position},
    log::{Log, Segments, Summary, read_raw},
    sources::Sources,
    writer::Queue,
};

/// Locks are taken in the order `delivery`, `state`; `queue` is taken alone. `state` is never held during I/O.
pub(crate) struct Shared {
    pub(crate) config: SpoolConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) disk: Box<dyn Disk>,
    pub(crate) reserve: Reserve,
    pub(crate) uuid: Uuid,
    pub(crate) state: Mutex<State>,
    pub(crate) delivery: Mutex<Delivery>,
    pub(crate) queue: Mutex<Queue>,
    /// Told when something enters the queue.
    pub(crate) queued: Condvar,
    /// Room in the queue, in units of [`crate::writer::PERMIT_BYTES`].
    pub(crate) permits: Arc<Semaphore>,
    /// Told when a cut can be had.
    pub(crate) grown: Condvar,
    pub(crate) notify: Notify,
    pub(crate) observer: OnceLock<Observer>,
}

/// Called by the writer with each frame that is durable, in the order of the log.
pub(crate) type Observer = Box<dyn Fn(&Frame) + Send + Sync>;

/// What is durable, and the sums over it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) segments: Segments,
    /// The segment that the writer appends to.
    pub(crate) active: Option<u64>,
    pub(crate) sources: Sources,
    /// Frames that are durable and not below the watermark.
    pub(crate) pending: Pending,
    /// Bytes of frames that were let in and are not durable yet.
    pub(crate) reserved_bytes: u64,
    /// Frames that were let in and are durable or refused by now.
    pub(crate) settled: u64,
    /// Frames that belong to no cut.
    pub(crate) uncut_frames: u64,
    pub(crate) uncut_oldest_ns: Option<i64>,
    pub(crate) outstanding_cuts: u64,
    /// Outstanding cuts that wait to be handed out.
    pub(crate) waiting_cuts: u64,
    pub(crate) cut_oldest_ns: Option<i64>,
    /// Frames whose payload, and places where the header, is damaged.
    pub(crate) corrupt: BTreeSet<Position>,
    pub(crate) is_closed: bool,
    pub(crate) dead: DeadTotals,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) frames: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl Pending {
    pub(crate) fn add(&mut self, summary: &Summary) {
        self.frames += summary.frames;
        self.rows += summary.rows;
        self.bytes += summary.disk_bytes;
    }

    pub(crate) fn subtract(&mut self, summary: &Summary) {
        self.frames = self.frames.saturating_sub(summary.frames);
        self.rows = self.rows.saturating_sub(summary.rows);
        self.bytes = self.bytes.saturating_sub(summary.disk_bytes);
    }
}

impl State {
    pub(crate) fn has_data(&self) -> bool {
        self.uncut_frames > 0 || self.waiting_cuts > 0
    }
}

/// No code panics while it holds a lock, so what a poisoned lock guards is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Runs `read` on the log as it is now. Segments may grow meanwhile; the view doesn't.
    pub(crate) fn with_log<T>(&self, from_segment: u64, read: impl FnOnce(&Log<'_>) -> T) -> T {
        let (segments, corrupt) = {
            let state = lock(&self.state);
            let segments = state.segments.range(from_segment..).map(|(&id, &length)| (id, length)).collect();
            (segments, state.corrupt.clone())
        };
        read(&Log { folder: &self.config.dir, segments: &segments, corrupt: &corrupt })
    }

    /// Tells everyone who waits for data.
    pub(crate) fn announce(&self) {
        self.grown.notify_all();
        self.notify.notify_waiters();
    }

    /// Copies damaged bytes to `dead/`, once, and counts them.
    pub(crate) fn keep_corrupt(&self, start: Position, bytes: u64, reason: &str) -> Result<(), SpoolError> {
        if lock(&self.state).corrupt.contains(&start) {
            return Ok(());
        }
        let folder = &self.config.dir;
        save_corrupt(folder, self.uuid, self.clock.now_ns(), start, bytes, reason)?;
        lock(&self.state).corrupt.insert(start);
        self.count_dead_letters()
    }
}

/// Copies damaged bytes of a segment to `dead/`.
pub(crate) fn save_corrupt(
    folder: &std::path::Path,
    spool: Uuid,
    now_ns: i64,
    start: Position,
    bytes: u64,
    reason: &str,
) -> Result<(), SpoolError> {
    let body = read_raw(folder, start, bytes)?;
    let reason = format!("{reason}: segment {}, offset {}", start.segment, start.offset);
    let letter = NewDeadLetter {
        name: format!("corrupt-{:020}-{:012}", start.segment, start.offset),
        kind: DeadKind::Corrupt,
        cut: 0,
        spool,
        written_at_ns: now_ns,
        reason: &reason,
        body: &body,
    };
    dead::write(folder, &letter).map(drop)
}
