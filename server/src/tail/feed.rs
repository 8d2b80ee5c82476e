//! From durable frames to the queues of those who listen.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use click_lite_formats::native::{LogColumns, read_records};
use click_lite_spool::{Frame, Spool};

use super::row::{Row, row_json};
use super::subscription::Subscription;
use crate::deliver::decompress;
use crate::pipeline::{Signal, TAIL_FRAME_BYTES, TAIL_FRAMES};

/// Rows between two looks at the queues: what is matched is not kept waiting for the rest of its frame.
const ROWS_AT_ONCE: usize = 512;

/// Where subscriptions are announced.
pub struct Feed {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_watched: AtomicBool,
    subscriptions: Mutex<Arc<Vec<Arc<Subscription>>>>,
    queued_bytes: AtomicUsize,
    /// Rows of frames for which there was no room.
    skipped_rows: AtomicU64,
}

struct Queued {
    payload: Vec<u8>,
    uncompressed_bytes: u64,
}

impl Feed {
    /// Follows the log records of a spool, on a thread that ends with it.
    pub fn follow(spool: &Spool) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (sender, frames) = sync_channel(TAIL_FRAMES);
        let tap = Arc::clone(&shared);
        spool.observe(move |frame| tap.take(frame, &sender));
        let matching = Arc::clone(&shared);
        std::thread::Builder::new().name("tail".to_owned()).spawn(move || matching.run(&frames))?;
        Ok(Self { shared })
    }

    pub fn add(&self, subscription: &Arc<Subscription>) {
        self.shared.change(|subscriptions| subscriptions.push(Arc::clone(subscription)));
        metrics::gauge!("click_lite_tail_filters").increment(1);
    }

    pub fn remove(&self, subscription: &Arc<Subscription>) {
        self.shared.change(|subscriptions| subscriptions.retain(|other| !Arc::ptr_eq(other, subscription)));
        metrics::gauge!("click_lite_tail_filters").decrement(1);
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Subscription>>)) {
        let mut current = self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut subscriptions = Vec::clone(&current);
        change(&mut subscriptions);
        self.is_watched.store(!subscriptions.is_empty(), Ordering::Release);
        *current = Arc::new(subscriptions);
    }

    fn subscriptions(&self) -> Arc<Vec<Arc<Subscription>>> {
        Arc::clone(&self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Called by the spool's writer: a copy of the bytes at most, and never a wait.
    fn take(&self, frame: &Frame, sender: &SyncSender<Queued>) {
        if !self.is_watched.load(Ordering::Acquire) || frame.schema != LogColumns::SCHEMA {
            return;
        }
        let bytes = frame.payload.len();
        let waiting = self.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        let queued = Queued { payload: frame.payload.clone(), uncompressed_bytes: frame.uncompressed_bytes };
        if waiting > TAIL_FRAME_BYTES || sender.try_send(queued).is_err() {
            self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.skipped_rows.fetch_add(u64::from(frame.rows), Ordering::Relaxed);
        }
    }

    fn run(&self, frames: &Receiver<Queued>) {
        while let Ok(frame) = frames.recv() {
            self.queued_bytes.fetch_sub(frame.payload.len(), Ordering::Relaxed);
            let subscriptions = self.subscriptions();
            let skipped = self.skipped_rows.swap(0, Ordering::Relaxed);
            if skipped > 0 {
                metrics::counter!("click_lite_tail_skipped_rows_total").increment(skipped);
                subscriptions.iter().for_each(|subscription| subscription.miss());
            }
            if !subscriptions.is_empty() && !distribute(&frame, &subscriptions) {
                tracing::error!("a frame of the spool can't be read for the live tails");
            }
        }
    }
}

/// Shows the rows of a frame to all; `false` where it is no block.
fn distribute(frame: &Queued, subscriptions: &[Arc<Subscription>]) -> bool {
    let Some(block) = decompress(&frame.payload, frame.uncompressed_bytes) else { return false };
    // Filters that are written alike are tried once.
    let mut groups: Vec<(&Subscription, Vec<usize>)> = Vec::new();
    for (index, subscription) in subscriptions.iter().enumerate() {
        match groups.iter_mut().find(|(first, _)| first.filter.is_same(&subscription.filter)) {
            Some((_, members)) => members.push(index),
            None => groups.push((subscription, vec![index])),
        }
    }
    let mut taken: Vec<Vec<Row>> = vec![Vec::new(); subscriptions.len()];
    let (mut rows, mut last_id) = (0_usize, 0);
    let hand_out = |taken: &mut Vec<Vec<Row>>, last_id| {
        for (subscription, rows) in subscriptions.iter().zip(taken) {
            subscription.push(rows, last_id);
        }
    };
    let read = read_records(&block, |id, record| {
        let mut row = None;
        for (first, members) in &groups {
            if first.filter.matches(record) {
                let row = row.get_or_insert_with(|| Row { id, json: row_json(id, record).into() });
                for &member in members {
                    taken[member].push(row.clone());
                }
            }
        }
        (rows, last_id) = (rows + 1, id);
        if rows.is_multiple_of(ROWS_AT_ONCE) {
            hand_out(&mut taken, last_id);
        }
    });
    hand_out(&mut taken, last_id);
    read.is_ok()
}
