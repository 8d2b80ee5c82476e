//! Who may ask ClickHouse next.
//!
//! Not more than so many queries run at once, and of those that take long only a few. Some of the room is kept for queries
//! that are known to be quick, so that a search does not wait behind a dashboard. Those who wait take turns by group:
//! a page with thirty charts gets no more than a page with one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// A query that runs for longer counts as a heavy one.
pub const QUICK: Duration = Duration::from_secs(1);

/// What is known of a query before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// It took less than [`QUICK`] the last time, or reads little by its nature.
    Quick,
    Unknown,
    /// It took longer the last time, or is estimated to.
    Heavy,
}

/// How many may run and wait.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Queries that run at once.
    pub running: usize,
    /// Heavy ones of those.
    pub heavy: usize,
    /// Queries that wait; more are refused.
    pub waiting: usize,
}

impl QueueLimits {
    /// Room that only quick queries get.
    fn kept_for_quick(self) -> usize {
        (self.running / 4).clamp(1, self.running.saturating_sub(1).max(1))
    }
}

/// The queue. Cheap to share.
#[derive(Debug, Clone)]
pub struct QueryQueue {
    limits: QueueLimits,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    heavy: usize,
    waiting: usize,
    lanes: [Lane; 3],
}

/// Those who wait for the same kind of room, by group.
#[derive(Debug, Default)]
struct Lane(VecDeque<Group>);

#[derive(Debug)]
struct Group {
    name: String,
    tickets: VecDeque<Ticket>,
}

#[derive(Debug)]
struct Ticket {
    since: Instant,
    ready: oneshot::Sender<Turn>,
}

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub struct QueueFull;

/// The right to run a query. Dropping it lets the next one go.
#[derive(Debug)]
pub struct Turn {
    state: Arc<Mutex<State>>,
    limits: QueueLimits,
    is_heavy: bool,
    /// It was given back already.
    is_over: bool,
}

impl QueryQueue {
    pub fn new(limits: QueueLimits) -> Self {
        Self { limits, state: Arc::default() }
    }

    /// Waits for a turn. Dropping the future gives the place up.
    ///
    /// # Errors
    /// [`QueueFull`]
    pub async fn turn(&self, group: &str, cost: Cost) -> Result<Turn, QueueFull> {
        let receiver = {
            let mut state = self.lock();
            state.forget_the_gone();
            let lane = lane_of(cost);
            let others_wait = state.lanes[..=lane].iter().any(|lane| !lane.is_empty());
            if !others_wait && state.may_start(self.limits, cost) {
                return Ok(self.start(&mut state, cost));
            }
            if state.waiting >= self.limits.waiting {
                return Err(QueueFull);
            }
            let (ready, receiver) = oneshot::channel();
            state.waiting += 1;
            state.lanes[lane].push(group, Ticket { since: Instant::now(), ready });
            receiver
        };
        // The sender is only dropped with the queue.
        receiver.await.map_err(|_| QueueFull)
    }

    fn start(&self, state: &mut State, cost: Cost) -> Turn {
        state.running += 1;
        let is_heavy = cost == Cost::Heavy;
        state.heavy += usize::from(is_heavy);
        Turn { state: Arc::clone(&self.state), limits: self.limits, is_heavy, is_over: false }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Counts the query as a heavy one from now on.
    pub fn becomes_heavy(&mut self) {
        if !std::mem::replace(&mut self.is_heavy, true) {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).heavy += 1;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let queue = QueryQueue { limits: self.limits, state: Arc::clone(&self.state) };
        if self.is_over {
            return;
        }
        let mut state = queue.lock();
        state.give_back(self);
        while let Some((cost, ticket)) = state.next(self.limits) {
            let turn = queue.start(&mut state, cost);
            if let Err(mut turn) = ticket.ready.send(turn) {
                // Whoever waited is gone.
                state.give_back(&mut turn);
            }
        }
    }
}

fn lane_of(cost: Cost) -> usize {
    match cost {
        Cost::Quick => 0,
        Cost::Unknown => 1,
        Cost::Heavy => 2,
    }
}

const COSTS: [Cost; 3] = [Cost::Quick, Cost::Unknown, Cost::Heavy];

impl State {
    fn may_start(&self, limits: QueueLimits, cost: Cost) -> bool {
        let common = limits.running - limits.kept_for_quick().min(limits.running - 1);
        match cost {
            Cost::Quick => self.running < limits.running,
            Cost::Unknown => self.running < common,
            Cost::Heavy => self.running < common && self.heavy < limits.heavy,
        }
    }

    /// The next to run: quick ones first, then whoever of the others has waited longest.
    fn next(&mut self, limits: QueueLimits) -> Option<(Cost, Ticket)> {
        let may = COSTS.map(|cost| self.may_start(limits, cost));
        let oldest = |lane: usize| if may[lane] { self.lanes[lane].next_since() } else { None };
        let lane = if oldest(0).is_some() {
            0
        } else {
            match (oldest(1), oldest(2)) {
                (Some(unknown), Some(heavy)) => 1 + usize::from(heavy < unknown),
                (Some(_), None) => 1,
                (None, Some(_)) => 2,
                (None, None) => return None,
            }
        };
        self.waiting -= 1;
        self.lanes[lane].pop().map(|ticket| (COSTS[lane], ticket))
    }

    fn give_back(&mut self, turn: &mut Turn) {
        turn.is_over = true;
        self.running -= 1;
        self.heavy -= usize::from(turn.is_heavy);
    }

    /// Lets go of those whose callers went away.
    fn forget_the_gone(&mut self) {
        for lane in &mut self.lanes {
            for group in &mut lane.0 {
                let before = group.tickets.len();
                group.tickets.retain(|ticket| !ticket.ready.is_closed());
                self.waiting -= before - group.tickets.len();
            }
            lane.0.retain(|group| !group.tickets.is_empty());
        }
    }
}

impl Lane {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, name: &str, ticket: Ticket) {
        match self.0.iter_mut().find(|group| group.name == name) {
            Some(group) => group.tickets.push_back(ticket),
            None => self.0.push_back(Group { name: name.to_owned(), tickets: VecDeque::from([ticket]) }),
        }
    }

    fn next_since(&self) -> Option<Instant> {
        self.0.front()?.tickets.front().map(|ticket| ticket.since)
    }

    /// The first of the group whose turn it is; the group goes to the end.
    fn pop(&mut self) -> Option<Ticket> {
        let mut group = self.0.pop_front()?;
        let ticket = group.tickets.pop_front();
        if !group.tickets.is_empty() {
            self.0.push_back(group);
        }
        ticket
    }
}

#[cfg(test)]
mod tests;
