//! Takes the rows of one filter to its socket: first from the store what lies behind, then from the feed.

use std::sync::Arc;
use std::time::Duration;

use click_lite_query::{Compiler, Dialect, Statement, TimeRange};
use click_lite_store::{SelectOptions, StoreError};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::protocol::{self, Phase};
use super::subscription::Subscription;
use super::token;
use crate::app::App;

/// Rows and bytes of one message.
pub const MESSAGE_ROWS: usize = 1000;
const MESSAGE_BYTES: usize = 512 * 1024;
/// Rows of one statement of those that were missed.
const PAGE_ROWS: u32 = 5000;
/// How often a client hears what was counted, and where it is.
const STATS_EVERY: Duration = Duration::from_secs(1);
/// Rows that come within this time go in one message.
const COMPANY: Duration = Duration::from_millis(10);
/// How long a start waits for rows that are on their way to the store.
const START_PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries to read the store.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// What a client wants of a running filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    Pause,
    Resume { skip: bool },
}

/// Where a filter begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With so many of the latest rows.
    Latest(u32),
    /// Behind the record with this number.
    After(u64),
}

/// The socket is closed.
pub struct Closed;

/// One filter of a socket.
pub struct Pump {
    pub app: Arc<App>,
    pub id: String,
    pub subscription: Arc<Subscription>,
    pub out: Sender<String>,
}

impl Pump {
    /// Runs until the socket closes or the commands end.
    pub async fn run(self, start: Start, mut controls: Receiver<Control>) {
        self.app.tails.feed.add(&self.subscription);
        // Either the socket or the filter came to its end: nobody is left to be told.
        let _ = self.follow(start, &mut controls).await;
        self.app.tails.feed.remove(&self.subscription);
    }

    async fn follow(&self, start: Start, controls: &mut Receiver<Control>) -> Result<(), Closed> {
        if let Start::Latest(_) = start {
            // A client that comes back before it has the latest rows goes on from here.
            self.subscription.sent(0, self.last_id().await);
        }
        let query = self.subscription.filter.text();
        self.send(protocol::subscribed(&self.id, query, &self.resume_token())).await?;
        let mut begin = Some(start);
        loop {
            // What is asked for meanwhile ends the reading; what was sent is noted row by row.
            let control = tokio::select! {
                ended = self.read_behind(begin.take()) => { ended?; None }
                control = controls.recv() => Some(control.ok_or(Closed)?),
            };
            let control = match control {
                Some(control) => control,
                None => match self.live(controls).await? {
                    Some(control) => control,
                    // Rows were missed: they are read from the store.
                    None => continue,
                },
            };
            self.obey(control, controls).await?;
        }
    }

    /// Pauses, and returns when the filter is to go on.
    async fn obey(&self, mut control: Control, controls: &mut Receiver<Control>) -> Result<(), Closed> {
        loop {
            match control {
                Control::Pause => {
                    self.subscription.pause();
                    self.send(protocol::phase(&self.id, Phase::Paused, None)).await?;
                    control = self.wait_paused(controls).await?;
                }
                Control::Resume { skip } => {
                    if skip {
                        self.subscription.sent(0, self.last_id().await);
                    }
                    return Ok(());
                }
            }
        }
    }

    async fn wait_paused(&self, controls: &mut Receiver<Control>) -> Result<Control, Closed> {
        let mut ticks = ticks();
        loop {
            tokio::select! {
                control = controls.recv() => return control.ok_or(Closed),
                _ = ticks.tick() => self.send_stats(Phase::Paused).await?,
            }
        }
    }

    /// Sends rows as they come, until there is a command or (`None`) rows were missed.
    async fn live(&self, controls: &mut Receiver<Control>) -> Result<Option<Control>, Closed> {
        self.send(protocol::phase(&self.id, Phase::Live, None)).await?;
        let mut ticks = ticks();
        loop {
            tokio::select! {
                control = controls.recv() => return control.map(Some).ok_or(Closed),
                _ = ticks.tick() => self.send_stats(Phase::Live).await?,
                () = self.subscription.grown.notified() => {
                    if self.subscription.has_missed() {
                        return Ok(None);
                    }
                    tokio::time::sleep(COMPANY).await;
                    self.send_queue().await?;
                }
            }
        }
    }

    async fn send_queue(&self) -> Result<(), Closed> {
        loop {
            // A place in the socket's queue first: rows that were taken are on their way.
            let place = self.out.reserve().await.map_err(|_| Closed)?;
            let rows = self.subscription.take(MESSAGE_ROWS, MESSAGE_BYTES);
            let Some(last) = rows.last() else { return Ok(()) };
            self.subscription.sent(rows.len(), last.id);
            metrics::counter!("click_lite_tail_rows_total").increment(rows.len() as u64);
            let resume = token::encode(self.app.pipeline.spool().uuid(), last.id);
            place.send(protocol::rows(&self.id, &resume, rows.iter().map(|row| &*row.json)));
        }
    }

    /// Reads from the store what lies between the place of the filter and the feed, until the two meet.
    async fn read_behind(&self, start: Option<Start>) -> Result<(), Closed> {
        let mut latest = match start {
            Some(Start::Latest(rows)) => Some(rows),
            Some(Start::After(_)) | None => None,
        };
        let phase = if latest.is_some() { Phase::Starting } else { Phase::CatchingUp };
        self.send(protocol::phase(&self.id, phase, None)).await?;
        loop {
            let (after, _) = self.subscription.standing();
            let up_to = self.last_id().await;
            self.subscription.fall_behind(up_to);
            match latest.take() {
                Some(rows) => self.read_latest(rows, up_to).await?,
                None => self.read_missed(after, up_to).await?,
            }
            if self.subscription.go_live() {
                // What was queued meanwhile has told its arrival already.
                self.subscription.grown.notify_one();
                return Ok(());
            }
        }
    }

    /// The latest rows, oldest first. Live rows do not wait for long for a store that does not answer.
    async fn read_latest(&self, rows: u32, up_to: u64) -> Result<(), Closed> {
        if rows == 0 {
            return Ok(());
        }
        let statement = self.compiler(|compiler| compiler.latest(up_to, rows));
        let read = async {
            self.app.pipeline.delivered_so_far().await;
            self.select(&statement).await
        };
        let reason = match tokio::time::timeout(START_PATIENCE, read).await {
            Ok(Ok(mut rows)) => {
                rows.reverse();
                for rows in rows.chunks(MESSAGE_ROWS) {
                    self.send_stored(rows, None).await?;
                }
                return Ok(());
            }
            Ok(Err(error)) => error.without_content(),
            Err(_) => "ClickHouse did not answer in time".to_owned(),
        };
        let reason = format!("the latest rows can't be shown: {reason}");
        self.send(protocol::phase(&self.id, Phase::Starting, Some(&reason))).await
    }

    /// The rows above `after` and up to `up_to`. Waits as long as it takes: they must not be left out.
    async fn read_missed(&self, mut after: u64, up_to: u64) -> Result<(), Closed> {
        if after >= up_to {
            return Ok(());
        }
        self.app.pipeline.delivered_so_far().await;
        let mut has_said = false;
        loop {
            let statement = self.compiler(|compiler| compiler.taken_in(after, up_to, PAGE_ROWS));
            let rows = match self.select(&statement).await {
                Ok(rows) => rows,
                Err(error) => {
                    if !std::mem::replace(&mut has_said, true) {
                        let reason = error.without_content();
                        self.send(protocol::phase(&self.id, Phase::CatchingUp, Some(&reason))).await?;
                    }
                    tokio::time::sleep(TRY_AGAIN).await;
                    continue;
                }
            };
            let Some(last) = rows.last().and_then(|row| id_of(row)) else { return Ok(()) };
            let is_last = rows.len() < PAGE_ROWS as usize;
            for rows in rows.chunks(MESSAGE_ROWS) {
                self.send_stored(rows, rows.last().and_then(|row| id_of(row))).await?;
            }
            after = last;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Sends rows of the store; `place` is the number up to which nothing is missing then.
    async fn send_stored(&self, rows: &[Box<RawValue>], place: Option<u64>) -> Result<(), Closed> {
        let pace = self.subscription.pace;
        let sampled: Vec<&str> = rows
            .iter()
            .filter(|row| pace.one_of.is_none() || id_of(row).is_some_and(|id| pace.is_sampled(id)))
            .map(|row| row.get())
            .collect();
        let reserved = self.out.reserve().await.map_err(|_| Closed)?;
        self.subscription.sent(sampled.len(), place.unwrap_or(0));
        metrics::counter!("click_lite_tail_rows_total").increment(sampled.len() as u64);
        reserved.send(protocol::rows(&self.id, &self.resume_token(), sampled.into_iter()));
        Ok(())
    }

    fn compiler(&self, write: impl FnOnce(&Compiler<'_>) -> Statement) -> Statement {
        let dialect = Dialect::default();
        write(&Compiler::new(&dialect, &self.subscription.filter.condition, TimeRange::default()))
    }

    async fn select(&self, statement: &Statement) -> Result<Vec<Box<RawValue>>, StoreError> {
        let options = SelectOptions { query_id: Uuid::new_v4().to_string() };
        let mut stream = self.app.store.select(statement, options).await?;
        let mut rows = Vec::new();
        while let Some(batch) = stream.next_rows().await? {
            rows.extend(batch);
        }
        Ok(rows)
    }

    /// The number of the latest record that was handed to the spool.
    async fn last_id(&self) -> u64 {
        let pipeline = Arc::clone(&self.app.pipeline);
        tokio::task::spawn_blocking(move || pipeline.last_id()).await.unwrap_or(0)
    }

    fn resume_token(&self) -> String {
        token::encode(self.app.pipeline.spool().uuid(), self.subscription.standing().0)
    }

    async fn send_stats(&self, phase: Phase) -> Result<(), Closed> {
        let (position, counts) = self.subscription.standing();
        let resume = token::encode(self.app.pipeline.spool().uuid(), position);
        self.send(protocol::stats(&self.id, &resume, phase, counts)).await
    }

    async fn send(&self, message: String) -> Result<(), Closed> {
        self.out.send(message).await.map_err(|_| Closed)
    }
}

pub fn ticks() -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(STATS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn id_of(row: &RawValue) -> Option<u64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Key<'a> {
        #[serde(borrow)]
        ingest_id: &'a str,
    }
    serde_json::from_str::<Key<'_>>(row.get()).ok()?.ingest_id.parse().ok()
}
