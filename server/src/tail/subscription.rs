//! One filter of one socket, between the feed that fills its queue and the pump that empties it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::filter::Filter;
use super::row::Row;
use crate::pipeline::{TAIL_ROW_BYTES, TAIL_ROWS};

/// What a client asks for besides its filter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// Rows a second at most; `None` is no limit.
    pub rows_per_second: Option<u32>,
    /// One of so many rows; `None` is each.
    pub one_of: Option<u32>,
}

impl Pace {
    /// Whether the row with this number is in the sample: the same for all who sample alike, live or from the store.
    pub fn is_sampled(self, id: u64) -> bool {
        // Neighbours have neighbouring numbers: a multiplication spreads them (Knuth, TAOCP 6.4).
        self.one_of.is_none_or(|one_of| {
            (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33).is_multiple_of(u64::from(one_of))
        })
    }
}

/// What happened to the rows that the filter took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub matched: u64,
    pub sent: u64,
    /// Lost: above the limit a second, or the socket was too slow.
    pub dropped: u64,
    /// Came while paused.
    pub waiting: u64,
}

/// What becomes of rows that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They wait until what lies before them was read from the store.
    Behind,
    Live,
    /// They are counted, and read from the store later.
    Paused,
}

pub struct Subscription {
    pub filter: Filter,
    pub pace: Pace,
    state: Mutex<State>,
    /// Told when rows are there.
    pub grown: Notify,
}

struct State {
    mode: Mode,
    /// Rows up to this number come from the store.
    floor: u64,
    /// All up to this number is sent or counted.
    position: u64,
    /// All up to this number went through the filter.
    seen: u64,
    queue: VecDeque<Row>,
    queue_bytes: usize,
    /// Rows were lost that the store has.
    ran_over: bool,
    tokens: Tokens,
    counts: Counts,
}

/// What is left of a limit a second: a bucket that holds the rows of one second.
pub struct Tokens {
    left: f64,
    filled_at: Instant,
}

impl Tokens {
    pub fn new(pace: Pace) -> Self {
        Self { left: f64::from(pace.rows_per_second.unwrap_or(0)), filled_at: Instant::now() }
    }

    /// Whether one more row may go now.
    pub fn take(&mut self, pace: Pace) -> bool {
        let Some(rows_per_second) = pace.rows_per_second else { return true };
        let limit = f64::from(rows_per_second);
        if self.left < 1.0 {
            let now = Instant::now();
            let gained = now.duration_since(self.filled_at).as_secs_f64() * limit;
            (self.left, self.filled_at) = ((self.left + gained).min(limit), now);
        }
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

impl Subscription {
    pub fn new(filter: Filter, pace: Pace, position: u64) -> Self {
        let state = State {
            mode: Mode::Behind,
            floor: position,
            position,
            seen: position,
            queue: VecDeque::new(),
            queue_bytes: 0,
            ran_over: false,
            tokens: Tokens::new(pace),
            counts: Counts::default(),
        };
        Self { filter, pace, state: Mutex::new(state), grown: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes rows that match, and hears that all up to `seen` was looked at.
    pub fn push(&self, rows: &mut Vec<Row>, seen: u64) {
        let mut state = self.lock();
        state.seen = state.seen.max(seen);
        let was_empty = state.queue.is_empty();
        for row in rows.drain(..) {
            state.take(row, self.pace);
        }
        if was_empty && !state.queue.is_empty() {
            self.grown.notify_one();
        }
    }

    /// Hears that there are rows that the filter did not see: they are in the store.
    pub fn miss(&self) {
        self.lock().ran_over = true;
        self.grown.notify_one();
    }

    /// Whether rows are missing that the store has.
    pub fn has_missed(&self) -> bool {
        self.lock().ran_over
    }

    /// From now on rows above `floor` are queued, and nothing is lost silently: see [`Self::go_live`].
    pub fn fall_behind(&self, floor: u64) {
        let mut state = self.lock();
        state.clear();
        (state.mode, state.floor, state.ran_over) = (Mode::Behind, floor, false);
        state.counts.waiting = 0;
    }

    /// What was read from the store reaches up to the floor. False where rows beyond it were lost meanwhile: then the
    /// store has to be read once more.
    pub fn go_live(&self) -> bool {
        let mut state = self.lock();
        state.position = state.position.max(state.floor);
        if state.ran_over {
            return false;
        }
        state.mode = Mode::Live;
        true
    }

    /// Counts what comes from now on; what was not sent is counted too, and comes from the store later.
    pub fn pause(&self) {
        let mut state = self.lock();
        state.counts.waiting += state.queue.len() as u64;
        state.clear();
        state.mode = Mode::Paused;
    }

    /// Rows that wait, oldest first: at most so many, and bytes.
    pub fn take(&self, most_rows: usize, most_bytes: usize) -> Vec<Row> {
        let mut state = self.lock();
        let mut rows = Vec::new();
        let mut bytes = 0;
        while rows.len() < most_rows && bytes < most_bytes {
            let Some(row) = state.queue.pop_front() else { break };
            bytes += row.json.len();
            rows.push(row);
        }
        state.queue_bytes -= bytes;
        rows
    }

    /// Notes that rows up to `id` are on their way to the client.
    pub fn sent(&self, rows: usize, id: u64) {
        let mut state = self.lock();
        state.position = state.position.max(id);
        state.counts.sent += rows as u64;
    }

    /// Where the tail is, and what it counted.
    pub fn standing(&self) -> (u64, Counts) {
        let mut state = self.lock();
        if state.mode == Mode::Live && state.queue.is_empty() {
            state.position = state.position.max(state.seen);
        }
        (state.position, state.counts)
    }
}

impl State {
    fn clear(&mut self) {
        self.queue.clear();
        self.queue_bytes = 0;
    }

    fn take(&mut self, row: Row, pace: Pace) {
        // What lies below the floor was taken in before the tail looked, and comes from the store.
        if row.id <= self.floor || !pace.is_sampled(row.id) {
            return;
        }
        self.counts.matched += 1;
        if self.mode == Mode::Paused {
            self.counts.waiting += 1;
            return;
        }
        let is_full = self.queue.len() >= TAIL_ROWS || self.queue_bytes + row.json.len() > TAIL_ROW_BYTES;
        if self.mode == Mode::Behind {
            // After the first loss the rest is read from the store anyway.
            self.ran_over |= is_full;
            if self.ran_over {
                return self.clear();
            }
        } else if is_full || !self.tokens.take(pace) {
            self.counts.dropped += 1;
            metrics::counter!("click_lite_tail_dropped_rows_total").increment(1);
            return;
        }
        self.queue_bytes += row.json.len();
        self.queue.push_back(row);
    }
}

#[cfg(test)]
mod tests;
