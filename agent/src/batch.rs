//! Records to batches: every source pushes into one encoder, and a batch is cut when it is large or old enough.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Clock, Record, SystemClock};

use crate::state::{Changes, FileKey, FilePosition, Spool};

/// zstd level of a batch: what costs little beside parsing.
const COMPRESSION_LEVEL: i32 = 1;
/// Positions without records (lines that a filter left out) are written this often.
const POSITIONS_DELAY: Duration = Duration::from_secs(5);
/// Between two tries to write to a full disk.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Slice of waiting for room, after which a source looks whether it should stop.
const ROOM_PATIENCE: Duration = Duration::from_millis(250);

/// When a batch is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Bytes before compression.
    pub max_bytes: usize,
    /// Time from the first record on.
    pub max_wait: Duration,
}

/// Where all sources push their records.
pub struct Batcher {
    spool: Arc<Spool>,
    open: Mutex<Open>,
    changed: Condvar,
}

struct Open {
    limits: BatchLimits,
    encoder: BlockEncoder,
    /// A batch that is cut and not written, as the disk is full.
    cut: Option<(u64, Vec<u8>)>,
    frame: Vec<u8>,
    /// Whether the last try to write failed.
    is_stuck: bool,
    changes: Changes,
    first_record: Option<Instant>,
    first_change: Option<Instant>,
    is_closed: bool,
}

impl Batcher {
    pub fn new(spool: Arc<Spool>, limits: BatchLimits) -> Self {
        let open = Open {
            limits,
            encoder: BlockEncoder::new(),
            cut: None,
            frame: Vec::new(),
            is_stuck: false,
            changes: Changes::default(),
            first_record: None,
            first_change: None,
            is_closed: false,
        };
        Self { spool, open: Mutex::new(open), changed: Condvar::new() }
    }

    pub fn set_limits(&self, limits: BatchLimits) {
        self.open().limits = limits;
    }

    /// Begins to push, if there is room: neither the spool nor the disk is full.
    pub fn feed(&self) -> Option<Feed<'_>> {
        if self.spool.is_full() {
            return None;
        }
        let open = self.open();
        open.cut.is_none().then(|| Feed { batcher: self, open, arrival_ns: SystemClock.now_ns() })
    }

    /// As [`Self::feed`], but waits for room; `None` once `should_stop` says so.
    pub fn feed_when_room(&self, should_stop: impl Fn() -> bool) -> Option<Feed<'_>> {
        loop {
            if should_stop() {
                return None;
            }
            if let Some(feed) = self.feed() {
                return Some(feed);
            }
            self.wait_for_room(ROOM_PATIENCE);
        }
    }

    /// Waits until there is room, at most for the time given.
    pub fn wait_for_room(&self, patience: Duration) {
        if self.spool.is_full() {
            self.spool.wait_for_room(patience);
            return;
        }
        let waited = self.changed.wait_timeout_while(self.open(), patience, |open| open.cut.is_some());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Records changes of positions even when there is no room for records.
    pub fn note(&self, write: impl FnOnce(&mut Changes)) {
        let mut open = self.open();
        write(&mut open.changes);
        open.first_change.get_or_insert_with(Instant::now);
        self.changed.notify_all();
    }

    /// Writes what there is, now.
    pub fn flush(&self) {
        self.open().cut(&self.spool);
    }

    /// Cuts batches when their time has come, until [`Self::close`]. Runs on a thread of its own.
    pub fn run(&self) {
        let mut open = self.open();
        loop {
            let now = Instant::now();
            if open.is_closed {
                open.cut(&self.spool);
                return;
            }
            match open.deadline() {
                Some(deadline) if deadline <= now => {
                    let was_cut = open.cut.is_some();
                    open.cut(&self.spool);
                    self.changed.notify_all();
                    if was_cut && open.cut.is_some() {
                        open = self.wait(open, Some(RETRY_DELAY));
                    }
                }
                deadline => open = self.wait(open, deadline.map(|deadline| deadline - now)),
            }
        }
    }

    /// Makes [`Self::run`] write the rest and end.
    pub fn close(&self) {
        self.open().is_closed = true;
        self.changed.notify_all();
    }

    fn wait<'a>(&self, open: MutexGuard<'a, Open>, patience: Option<Duration>) -> MutexGuard<'a, Open> {
        match patience {
            None => self.changed.wait(open).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                self.changed.wait_timeout(open, patience).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn deadline(&self) -> Option<Instant> {
        if self.cut.is_some() {
            return Some(Instant::now());
        }
        let records = self.first_record.map(|first| first + self.limits.max_wait);
        let positions = self.first_change.map(|first| first + POSITIONS_DELAY);
        [records, positions].into_iter().flatten().min()
    }

    /// Makes what there is a batch and writes it. Where the disk is full it stays, to be tried again.
    fn cut(&mut self, spool: &Spool) {
        if self.cut.is_none() && self.encoder.rows() > 0 {
            let mut payload = std::mem::take(&mut self.frame);
            payload.clear();
            match self.encoder.finish_compressed(COMPRESSION_LEVEL, &mut payload) {
                Ok(block) => self.cut = Some((block.rows, payload)),
                // Memory is short and the records are lost to this process: the next one reads them again.
                Err(error) => {
                    tracing::error!(error = %error, error.code = error.code(), "a batch can't be compressed");
                    std::process::abort();
                }
            }
        }
        if self.cut.is_none() && self.changes.is_empty() {
            return;
        }
        let (rows, payload) = self.cut.take().unwrap_or((0, std::mem::take(&mut self.frame)));
        match spool.store(rows, &payload, &self.changes) {
            Ok(()) => {
                self.frame = payload;
                self.changes.clear();
                self.first_record = None;
                self.first_change = None;
                if std::mem::take(&mut self.is_stuck) {
                    tracing::info!("batches can be written again");
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_stuck, true) {
                    tracing::error!(
                        error = %error,
                        error.code = error.code(),
                        "a batch can't be written; reading waits until it can"
                    );
                }
                self.cut = Some((rows, payload));
            }
        }
    }
}

/// The right to push records. Nobody else pushes meanwhile.
pub struct Feed<'a> {
    batcher: &'a Batcher,
    open: MutexGuard<'a, Open>,
    /// Nanoseconds since the epoch.
    pub arrival_ns: i64,
}

impl Feed<'_> {
    pub fn push(&mut self, record: &Record) {
        if self.open.first_record.is_none() {
            self.open.first_record = Some(Instant::now());
            self.batcher.changed.notify_all();
        }
        // The server numbers records as they arrive there.
        self.open.encoder.push(record, 0, self.arrival_ns, "");
    }

    /// Whether the batch should be cut, after positions were brought up to the last record.
    pub fn is_full(&self) -> bool {
        self.open.encoder.estimated_bytes() >= self.open.limits.max_bytes
    }

    /// Cuts the batch. False where it could not be written: nothing more may be pushed.
    pub fn cut(&mut self) -> bool {
        self.open.cut(&self.batcher.spool);
        self.open.cut.is_none()
    }

    /// The file is read up to here, by what was pushed.
    pub fn note_file(&mut self, position: FilePosition) {
        self.change().set_file(position);
    }

    /// The file is gone for good.
    pub fn forget_file(&mut self, key: FileKey) {
        self.change().forget_file(key);
    }

    pub fn cursors(&mut self) -> &mut HashMap<String, String> {
        &mut self.change().cursors
    }

    fn change(&mut self) -> &mut Changes {
        self.open.first_change.get_or_insert_with(Instant::now);
        &mut self.open.changes
    }
}
