//! Queries that run: each has an id, waits for its turn, can be looked at and be ended.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::StatusCode;
use click_lite_model::time::format_rfc3339;
use click_lite_store::{
    AnswerColumn, FileStream, Progress, QueryStats, Remote, RowEvent, RowStream, Store, StoreError,
};
use moka::sync::Cache;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::queue::{Cost, QUICK, QueryQueue, QueueLimits, Turn};
use crate::app::App;
use crate::http::error::ApiError;

/// Queries that ended whose state can still be asked for.
const KEPT_ENDED: usize = 200;
/// Statements whose last run is remembered.
const KNOWN_COSTS: u64 = 10_000;

/// What a query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueryKind {
    /// A page of rows.
    Search,
    /// A search with pipes.
    Table,
    Histogram,
    /// Fields and their values.
    Fields,
    Trace,
    Sql,
    /// All rows, for a file.
    Export,
}

/// A query that is about to run.
pub struct Asked<'a> {
    pub id: String,
    pub kind: QueryKind,
    /// As it is shown.
    pub sql: &'a str,
    /// Tells statements apart that cost about the same each time: the text without its values.
    pub shape: &'a str,
    /// Those of a group take turns with those of others.
    pub group: &'a str,
    /// Estimated to take long.
    pub is_heavy: bool,
    /// The server that runs it, where that is another's.
    pub remote: Option<Arc<Remote>>,
}

/// Every query of this server.
pub struct Queries {
    store: Arc<Store>,
    queue: QueryQueue,
    longest_wait: Duration,
    running: Mutex<HashMap<String, Arc<Entry>>>,
    ended: Mutex<VecDeque<QueryState>>,
    /// How long statements of a shape took the last time.
    costs: Cache<u64, Duration>,
}

struct Entry {
    id: String,
    kind: QueryKind,
    sql: String,
    group: String,
    asked_at_ns: i64,
    asked: Instant,
    cancel: CancellationToken,
    remote: Option<Arc<Remote>>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    started: Option<Instant>,
    progress: Progress,
    failure: Option<&'static str>,
    is_done: bool,
}

/// A query, as it is seen from outside.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueryState {
    pub query_id: String,
    pub kind: QueryKind,
    pub sql: String,
    pub group: String,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    pub state: &'static str,
    pub asked_at: String,
    /// Since it was asked, with the time in the queue.
    pub elapsed_ms: u64,
    /// Of those in the queue.
    pub waited_ms: u64,
    pub rows_read: u64,
    pub bytes_read: u64,
    /// Rows that it has to read at most, as far as known.
    pub total_rows: u64,
    /// Of `total_rows`, from 0 to 1.
    pub share: Option<f64>,
    pub memory_bytes: Option<u64>,
}

impl Queries {
    pub fn new(store: Arc<Store>, limits: QueueLimits, longest_wait: Duration) -> Self {
        Self {
            store,
            queue: QueryQueue::new(limits),
            longest_wait,
            running: Mutex::default(),
            ended: Mutex::default(),
            costs: Cache::new(KNOWN_COSTS),
        }
    }

    /// Waits for a turn and begins the query.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn run<B>(
        self: &Arc<Self>,
        app: &App,
        asked: Asked<'_>,
        begin: impl FnOnce(String) -> B,
    ) -> Result<Result<Run, StoreError>, ApiError>
    where
        B: Future<Output = Result<RowStream, StoreError>>,
    {
        let begun = self.begin(app, asked, begin).await?;
        Ok(begun.map(|(stream, tracked)| Run { stream, tracked }))
    }

    /// The same of a query whose answer is a file.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn run_file<B>(
        self: &Arc<Self>,
        app: &App,
        asked: Asked<'_>,
        begin: impl FnOnce(String) -> B,
    ) -> Result<Result<FileRun, StoreError>, ApiError>
    where
        B: Future<Output = Result<FileStream, StoreError>>,
    {
        let begun = self.begin(app, asked, begin).await?;
        Ok(begun.map(|(stream, tracked)| FileRun { stream, tracked }))
    }

    /// Waits for a turn and begins the query. What `begin` makes is dropped when the query is cancelled.
    ///
    /// # Errors
    /// 429 `query.queue_full`, 503 `query.queue_timeout`, 409 `query.id_in_use`, and of the query itself what `failed`
    /// makes of it.
    async fn begin<S, B>(
        self: &Arc<Self>,
        app: &App,
        asked: Asked<'_>,
        begin: impl FnOnce(String) -> B,
    ) -> Result<Result<(S, Tracked), StoreError>, ApiError>
    where
        B: Future<Output = Result<S, StoreError>>,
    {
        let shape = shape_of(asked.kind, asked.shape);
        let cost = self.cost(&asked, shape);
        let mut tracked = self.track(app, asked, shape)?;
        let entry = Arc::clone(&tracked.entry);
        let turn = tokio::select! {
            turn = self.queue.turn(&entry.group, cost) => turn.map_err(|_| full())?,
            () = tokio::time::sleep(self.longest_wait) => return Err(waited_too_long(self.longest_wait)),
            () = entry.cancel.cancelled() => return Ok(Err(tracked.fail(StoreError::Cancelled))),
        };
        entry.seen().started = Some(Instant::now());
        tracked.turn = Some(Timed::new(turn));
        let stream = tokio::select! {
            stream = begin(entry.id.clone()) => stream,
            () = entry.cancel.cancelled() => Err(StoreError::Cancelled),
        };
        match stream {
            Ok(stream) => Ok(Ok((stream, tracked))),
            Err(error) => Ok(Err(tracked.fail(error))),
        }
    }

    fn cost(&self, asked: &Asked<'_>, shape: u64) -> Cost {
        if asked.is_heavy {
            return Cost::Heavy;
        }
        match self.costs.get(&shape) {
            Some(took) if took >= QUICK => Cost::Heavy,
            Some(_) => Cost::Quick,
            // A page ends with its limit.
            None if matches!(asked.kind, QueryKind::Search | QueryKind::Trace) => Cost::Quick,
            None => Cost::Unknown,
        }
    }

    fn track(self: &Arc<Self>, app: &App, asked: Asked<'_>, shape: u64) -> Result<Tracked, ApiError> {
        let entry = Arc::new(Entry {
            id: asked.id,
            kind: asked.kind,
            sql: asked.sql.to_owned(),
            group: asked.group.to_owned(),
            asked_at_ns: app.clock.now_ns(),
            asked: Instant::now(),
            cancel: CancellationToken::new(),
            remote: asked.remote,
            seen: Mutex::default(),
        });
        let mut running = self.running();
        if running.contains_key(&entry.id) {
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                "query.id_in_use",
                "a query with this query_id runs already: choose another id, or cancel that one first",
            ));
        }
        running.insert(entry.id.clone(), Arc::clone(&entry));
        Ok(Tracked { queries: Arc::clone(self), entry, shape, turn: None })
    }

    /// Ends a query that waits or runs; whether there was one.
    pub fn cancel(&self, id: &str) -> bool {
        let entry = self.running().get(id).cloned();
        if let Some(entry) = &entry {
            entry.cancel.cancel();
        }
        entry.is_some()
    }

    /// Queries that wait or run, the oldest first.
    pub fn list(&self) -> Vec<QueryState> {
        let entries: Vec<Arc<Entry>> = self.running().values().cloned().collect();
        let mut states: Vec<QueryState> = entries.iter().map(|entry| entry.state()).collect();
        states.sort_by(|left, right| left.asked_at.cmp(&right.asked_at));
        states
    }

    /// A query that waits or runs, or ended not long ago.
    pub fn get(&self, id: &str) -> Option<QueryState> {
        if let Some(entry) = self.running().get(id) {
            return Some(entry.state());
        }
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.iter().rev().find(|state| state.query_id == id).cloned()
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "query.queue_full",
        "too many queries wait already: ask again in a moment, or raise query.max_waiting",
    )
    .retry_after(1)
}

fn waited_too_long(longest_wait: Duration) -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "query.queue_timeout",
        format!(
            "the query waited {} seconds for others to end: ask again, cancel some of them, or raise query.max_running",
            longest_wait.as_secs()
        ),
    )
    .retry_after(5)
}

fn shape_of(kind: QueryKind, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    hasher.finish()
}

impl Entry {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> QueryState {
        let seen = self.seen();
        let now = Instant::now();
        let state = match (&seen.started, seen.failure, seen.is_done) {
            (_, Some(failure), _) => failure,
            (_, _, true) => "done",
            (None, ..) => "waiting",
            (Some(_), ..) => "running",
        };
        let total = seen.progress.total_rows.max(seen.progress.rows_read);
        QueryState {
            query_id: self.id.clone(),
            kind: self.kind,
            sql: self.sql.clone(),
            group: self.group.clone(),
            state,
            asked_at: format_rfc3339(self.asked_at_ns),
            elapsed_ms: milliseconds(now - self.asked),
            waited_ms: milliseconds(seen.started.unwrap_or(now) - self.asked),
            rows_read: seen.progress.rows_read,
            bytes_read: seen.progress.bytes_read,
            total_rows: total,
            share: (total > 0).then(|| seen.progress.rows_read as f64 / total as f64),
            memory_bytes: None,
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A query in the list. Dropping it takes it off.
struct Tracked {
    queries: Arc<Queries>,
    entry: Arc<Entry>,
    shape: u64,
    turn: Option<Timed>,
}

impl Tracked {
    fn fail(&mut self, error: StoreError) -> StoreError {
        // ClickHouse tells of a query that was ended in other words where its connection went first.
        let error = if self.entry.cancel.is_cancelled() { StoreError::Cancelled } else { error };
        self.entry.seen().failure =
            Some(if matches!(error, StoreError::Cancelled) { "cancelled" } else { "failed" });
        error
    }
}

impl Tracked {
    fn finish(&mut self) {
        self.entry.seen().is_done = true;
        self.turn = None;
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let (started, is_abandoned) = {
            let mut seen = self.entry.seen();
            // The caller went away.
            let is_abandoned = !seen.is_done && seen.failure.is_none();
            if is_abandoned {
                seen.failure = Some("cancelled");
            }
            (seen.started, is_abandoned)
        };
        if let Some(started) = started {
            let took = started.elapsed();
            let is_whole = self.entry.seen().is_done;
            // Of a query that was broken off only a long time tells anything.
            if is_whole || took >= QUICK {
                self.queries.costs.insert(self.shape, took);
            }
        }
        let state = self.entry.state();
        match tokio::runtime::Handle::try_current() {
            // ClickHouse sees the end of the connection too, but later. The id is free once it can't hit another query.
            Ok(runtime) if is_abandoned && started.is_some() => {
                let (queries, id) = (Arc::clone(&self.queries), self.entry.id.clone());
                let remote = self.entry.remote.clone();
                runtime.spawn(async move {
                    let _ = match &remote {
                        Some(remote) => remote.kill(&id).await,
                        None => queries.store.kill(&id).await,
                    };
                    queries.running().remove(&id);
                });
            }
            _ => {
                self.queries.running().remove(&self.entry.id);
            }
        }
        let mut ended = self.queries.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() == KEPT_ENDED {
            ended.pop_front();
        }
        ended.push_back(state);
    }
}

/// A turn that counts as heavy once it takes long.
struct Timed {
    turn: Arc<Mutex<Option<Turn>>>,
    timer: tokio::task::JoinHandle<()>,
}

impl Timed {
    fn new(turn: Turn) -> Self {
        let turn = Arc::new(Mutex::new(Some(turn)));
        let timed = Arc::clone(&turn);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(QUICK).await;
            if let Some(turn) = timed.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                turn.becomes_heavy();
            }
        });
        Self { turn, timer }
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        self.timer.abort();
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The answer to a query as it comes. Dropping it ends the query in ClickHouse.
pub struct Run {
    stream: RowStream,
    tracked: Tracked,
}

impl Run {
    /// As [`RowStream::next_event`]; [`StoreError::Cancelled`] once somebody has ended the query.
    pub async fn next_event(&mut self) -> Result<Option<RowEvent>, StoreError> {
        let entry = Arc::clone(&self.tracked.entry);
        let event = tokio::select! {
            biased;
            () = entry.cancel.cancelled() => Err(StoreError::Cancelled),
            event = self.stream.next_event() => event,
        };
        match event {
            Ok(Some(RowEvent::Progress(progress))) => {
                entry.seen().progress = progress;
                Ok(Some(RowEvent::Progress(progress)))
            }
            Ok(None) => {
                self.finish();
                Ok(None)
            }
            Ok(event) => Ok(event),
            Err(error) => Err(self.tracked.fail(error)),
        }
    }

    /// The next rows, at least one; `None` at the end.
    pub async fn next_rows(&mut self) -> Result<Option<Vec<Box<RawValue>>>, StoreError> {
        loop {
            match self.next_event().await? {
                Some(RowEvent::Rows(rows)) => return Ok(Some(rows)),
                Some(RowEvent::Progress(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// No more is asked for: the query counts as done.
    pub fn finish(&mut self) {
        self.tracked.finish();
    }

    pub fn columns(&self) -> &[AnswerColumn] {
        self.stream.columns()
    }

    pub fn stats(&self) -> QueryStats {
        self.stream.stats()
    }
}

/// The answer to a query as a file, as it comes. Dropping it ends the query in ClickHouse.
pub struct FileRun {
    stream: FileStream,
    tracked: Tracked,
}

impl FileRun {
    /// As [`FileStream::next`]; [`StoreError::Cancelled`] once somebody has ended the query.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let entry = Arc::clone(&self.tracked.entry);
        let piece = tokio::select! {
            biased;
            () = entry.cancel.cancelled() => Err(StoreError::Cancelled),
            piece = self.stream.next() => piece,
        };
        match piece {
            Ok(None) => {
                self.tracked.finish();
                Ok(None)
            }
            Ok(piece) => Ok(piece),
            Err(error) => Err(self.tracked.fail(error)),
        }
    }
}
