//! A tail of a table that others fill: asked for what is new, again and again.
//!
//! # No gap, no double
//!
//! Nobody says when a row was stored, so its time and id are all there is to go by. The *place* of a tail is the latest of
//! these that it has read; what lies behind it, up to the present time of this server, is new. Rows that are stored later
//! than others with a later time are found by counting: as long as the last minute before the place holds as many rows as
//! were read of it, none came late. Otherwise their places are compared with those that are known, and what is missing is
//! read. Rows that come more than a minute after others of their time are not shown, nor, where a connection was made
//! again, those that came late meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use click_lite_model::time::parse_rfc3339;
use click_lite_query::{Compiler, Cursor, SearchOptions, Statement, Stretch, TimeRange};
use click_lite_store::StoreError;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{Receiver, Sender};
use uuid::Uuid;

use super::filter::Filter;
use super::protocol::{self, Phase};
use super::pump::{Closed, Control, MESSAGE_ROWS, ticks};
use super::subscription::{Counts, Pace, Tokens};
use super::token;
use crate::app::App;
use crate::sources::Source;

/// Between two questions, at least; a table that answers slowly is asked less often.
const EVERY: Duration = Duration::from_secs(1);
/// The rest after a question, in times of what it took: a tail takes a sixth of a core at most.
const REST: u32 = 5;
/// After an error the wait doubles up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Rows of one statement.
const PAGE_ROWS: u32 = 5000;
/// How far behind the place rows are still expected.
const LATE_NS: i64 = 60_000_000_000;
/// Places that are kept to tell late rows by; with more of them the last minute becomes shorter.
const MOST_PLACES: usize = 100_000;
/// Late rows of one statement.
const LATE_ROWS: usize = 200;

/// Where a tail of another table begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With so many of the latest rows.
    Latest(u32),
    Behind(Cursor),
}

/// One filter of a socket on another table.
pub struct Poll {
    pub app: Arc<App>,
    pub source: Arc<Source>,
    pub id: String,
    pub filter: Filter,
    pub pace: Pace,
    pub out: Sender<String>,
}

/// How far a tail is.
struct Progress {
    /// Behind it everything is new.
    place: Cursor,
    known: Known,
    is_remembered: bool,
    tokens: Tokens,
    counts: Counts,
}

/// Rows that were read of the last minute.
struct Known {
    /// Before and at it no row is expected any more.
    since: Cursor,
    /// By time and id: rows that say the same at the same time may share a place.
    places: BTreeMap<(i64, u64), u32>,
    rows: u64,
}

impl Known {
    fn new(since: Cursor) -> Self {
        Self { since, places: BTreeMap::new(), rows: 0 }
    }

    fn add(&mut self, place: Cursor) {
        *self.places.entry((place.time_ns, place.ingest_id)).or_default() += 1;
        self.rows += 1;
    }

    /// Forgets what is older than a minute before the place, and what is too much.
    fn forget(&mut self, place: Cursor) {
        let oldest_ns = place.time_ns.saturating_sub(LATE_NS);
        while let Some((&(time_ns, ingest_id), &rows)) = self.places.first_key_value()
            && (time_ns < oldest_ns || self.places.len() > MOST_PLACES)
        {
            self.places.pop_first();
            self.rows -= u64::from(rows);
            self.since = Cursor { time_ns, ingest_id };
        }
        if self.since.time_ns < oldest_ns {
            self.since = Cursor { time_ns: oldest_ns, ingest_id: 0 };
        }
    }

    /// Of the places that there are, those with more rows than are known.
    fn missing(&self, there: impl Iterator<Item = Cursor>) -> Vec<Cursor> {
        let mut counted: BTreeMap<(i64, u64), u32> = BTreeMap::new();
        for place in there {
            *counted.entry((place.time_ns, place.ingest_id)).or_default() += 1;
        }
        let unknown =
            |(place, rows): &((i64, u64), u32)| *rows > self.places.get(place).copied().unwrap_or(0);
        let cursor = |((time_ns, ingest_id), _)| Cursor { time_ns, ingest_id };
        counted.into_iter().filter(unknown).map(cursor).collect()
    }
}

/// Why rows did not come.
enum Problem {
    Closed,
    Store(StoreError),
}

impl From<Closed> for Problem {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Poll {
    /// Runs until the socket closes or the commands end.
    pub async fn run(self, start: Start, mut controls: Receiver<Control>) {
        // Nobody is left to be told.
        let _ = self.follow(start, &mut controls).await;
    }

    async fn follow(&self, start: Start, controls: &mut Receiver<Control>) -> Result<(), Closed> {
        let place = match start {
            Start::Latest(_) => self.present(),
            Start::Behind(place) => place,
        };
        let mut progress = Progress {
            place,
            known: Known::new(place),
            is_remembered: false,
            tokens: Tokens::new(self.pace),
            counts: Counts::default(),
        };
        self.send(protocol::subscribed(&self.id, self.filter.text(), &token::of_place(place))).await?;
        let mut latest = match start {
            Start::Latest(rows) => Some(rows),
            Start::Behind(_) => None,
        };
        let mut phase = if latest.is_some() { Phase::Starting } else { Phase::CatchingUp };
        self.send(protocol::phase(&self.id, phase, None)).await?;
        let mut stats = ticks();
        let mut is_paused = false;
        let mut errors = 0_u32;
        let mut next = Instant::now();
        loop {
            tokio::select! {
                control = controls.recv() => {
                    match control.ok_or(Closed)? {
                        Control::Pause => is_paused = true,
                        Control::Resume { skip } => {
                            is_paused = false;
                            next = Instant::now();
                            if skip {
                                progress.place = self.present();
                                progress.is_remembered = false;
                            }
                            progress.counts.waiting = 0;
                        }
                    }
                    phase = if is_paused { Phase::Paused } else { Phase::CatchingUp };
                    self.send(protocol::phase(&self.id, phase, None)).await?;
                    continue;
                }
                _ = stats.tick() => {
                    let resume = token::of_place(progress.place);
                    self.send(protocol::stats(&self.id, &resume, phase, progress.counts)).await?;
                    continue;
                }
                () = tokio::time::sleep_until(next.into()) => {}
            }
            let asked = Instant::now();
            let result = if is_paused {
                self.count_waiting(&mut progress).await
            } else {
                self.read(&mut progress, &mut latest).await
            };
            let rest = match result {
                Ok(()) => {
                    errors = 0;
                    if !is_paused && phase != Phase::Live {
                        phase = Phase::Live;
                        self.send(protocol::phase(&self.id, phase, None)).await?;
                    }
                    EVERY.max(asked.elapsed() * REST)
                }
                Err(Problem::Closed) => return Err(Closed),
                Err(Problem::Store(error)) => {
                    if errors == 0 && !is_paused {
                        phase = Phase::CatchingUp;
                        let reason = error.without_content();
                        self.send(protocol::phase(&self.id, phase, Some(&reason))).await?;
                    }
                    errors += 1;
                    LONGEST_WAIT.min(EVERY * 2_u32.saturating_pow(errors.min(8)))
                }
            };
            next = Instant::now() + rest;
        }
    }

    /// Everything that is new, and what came late.
    async fn read(&self, progress: &mut Progress, latest: &mut Option<u32>) -> Result<(), Problem> {
        if let Some(rows) = *latest {
            self.read_latest(progress, rows).await?;
            *latest = None;
        }
        if !progress.is_remembered {
            self.remember(progress).await?;
        }
        loop {
            let stretch = Stretch { after: progress.place, up_to: self.present() };
            let rows =
                self.select(&self.compiler(|compiler| compiler.records_of(stretch, PAGE_ROWS))).await?;
            let came = rows.len();
            let last = rows.last().and_then(|row| place_of(row));
            self.send_rows(progress, &rows).await?;
            let Some(last) = last else { break };
            progress.place = last;
            progress.known.forget(last);
            if came < PAGE_ROWS as usize {
                break;
            }
        }
        self.read_late(progress).await
    }

    async fn read_latest(&self, progress: &mut Progress, rows: u32) -> Result<(), Problem> {
        if rows == 0 {
            return Ok(());
        }
        let options = SearchOptions { limit: rows, ..SearchOptions::default() };
        let dialect = &self.source.dialect;
        let range = TimeRange { from_ns: None, to_ns: Some(progress.place.time_ns) };
        let statement = Compiler::new(dialect, &self.filter.condition, range)
            .search(&options)
            .map_err(|error| StoreError::BadAnswer(error.to_string()))?;
        let mut rows = self.select(&statement).await?;
        rows.reverse();
        self.send_rows(progress, &rows).await?;
        if let Some(last) = rows.last().and_then(|row| place_of(row)) {
            progress.place = last;
        }
        Ok(())
    }

    /// Learns what the last minute before the place holds already.
    async fn remember(&self, progress: &mut Progress) -> Result<(), Problem> {
        let since = Cursor { time_ns: progress.place.time_ns.saturating_sub(LATE_NS), ingest_id: 0 };
        let places = self.places(Stretch { after: since, up_to: progress.place }).await?;
        // With too many of them only what comes late from now on is told.
        progress.known = Known::new(if places.len() < MOST_PLACES { since } else { progress.place });
        if places.len() < MOST_PLACES {
            places.into_iter().for_each(|place| progress.known.add(place));
        }
        progress.is_remembered = true;
        Ok(())
    }

    async fn places(&self, stretch: Stretch) -> Result<Vec<Cursor>, StoreError> {
        let limit = u32::try_from(MOST_PLACES).unwrap_or(u32::MAX);
        let rows = self.select(&self.compiler(|compiler| compiler.places_of(stretch, limit))).await?;
        Ok(rows.iter().filter_map(|row| written_place(row)).collect())
    }

    async fn read_late(&self, progress: &mut Progress) -> Result<(), Problem> {
        let stretch = Stretch { after: progress.known.since, up_to: progress.place };
        if stretch.after == stretch.up_to || self.count(stretch).await? == progress.known.rows {
            return Ok(());
        }
        let missing = progress.known.missing(self.places(stretch).await?.into_iter());
        for places in missing.chunks(LATE_ROWS) {
            let mut rows = self.select(&self.compiler(|compiler| compiler.records_at(places))).await?;
            // Of rows that share a place some may be known.
            let mut known: BTreeMap<(i64, u64), u32> = BTreeMap::new();
            rows.retain(|row| {
                let Some(place) = place_of(row) else { return false };
                let key = (place.time_ns, place.ingest_id);
                let left =
                    known.entry(key).or_insert_with(|| progress.known.places.get(&key).copied().unwrap_or(0));
                let is_new = *left == 0;
                *left = left.saturating_sub(1);
                is_new
            });
            self.send_rows(progress, &rows).await?;
        }
        Ok(())
    }

    async fn count_waiting(&self, progress: &mut Progress) -> Result<(), Problem> {
        let stretch = Stretch { after: progress.place, up_to: self.present() };
        progress.counts.waiting = self.count(stretch).await?;
        Ok(())
    }

    /// Sends rows, those that the pace lets through, and knows them from now on.
    async fn send_rows(&self, progress: &mut Progress, rows: &[Box<RawValue>]) -> Result<(), Closed> {
        for rows in rows.chunks(MESSAGE_ROWS) {
            let mut shown: Vec<&str> = Vec::with_capacity(rows.len());
            let mut last = progress.place;
            for row in rows {
                let Some(place) = place_of(row) else { continue };
                progress.known.add(place);
                last = last.max(place);
                if !self.pace.is_sampled(place.ingest_id) {
                    continue;
                }
                progress.counts.matched += 1;
                if progress.tokens.take(self.pace) {
                    shown.push(row.get());
                } else {
                    progress.counts.dropped += 1;
                    metrics::counter!("click_lite_tail_dropped_rows_total").increment(1);
                }
            }
            let reserved = self.out.reserve().await.map_err(|_| Closed)?;
            progress.counts.sent += shown.len() as u64;
            metrics::counter!("click_lite_tail_rows_total").increment(shown.len() as u64);
            reserved.send(protocol::rows(&self.id, &token::of_place(last), shown.into_iter()));
        }
        Ok(())
    }

    /// Rows of the future are shown when their time has come: one of them would hide all that follow.
    fn present(&self) -> Cursor {
        Cursor { time_ns: self.app.clock.now_ns(), ingest_id: u64::MAX }
    }

    fn compiler(&self, write: impl FnOnce(&Compiler<'_>) -> Statement) -> Statement {
        write(&Compiler::new(&self.source.dialect, &self.filter.condition, TimeRange::default()))
    }

    async fn count(&self, stretch: Stretch) -> Result<u64, StoreError> {
        #[derive(Deserialize)]
        struct Total {
            total: String,
        }
        let rows = self.select(&self.compiler(|compiler| compiler.count_of(stretch))).await?;
        let total =
            rows.first().and_then(|row| serde_json::from_str::<Total>(row.get()).ok()?.total.parse().ok());
        total.ok_or_else(|| StoreError::BadAnswer("a count is no number".to_owned()))
    }

    async fn select(&self, statement: &Statement) -> Result<Vec<Box<RawValue>>, StoreError> {
        let query_id = Uuid::new_v4().to_string();
        let mut stream = self.source.remote.select(statement, &query_id, true).await?;
        let mut rows = Vec::new();
        while let Some(batch) = stream.next_rows().await? {
            rows.extend(batch);
        }
        Ok(rows)
    }

    async fn send(&self, message: String) -> Result<(), Closed> {
        self.out.send(message).await.map_err(|_| Closed)
    }
}

fn place_of(row: &RawValue) -> Option<Cursor> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Key<'a> {
        #[serde(borrow)]
        timestamp: &'a str,
        #[serde(borrow)]
        ingest_id: &'a str,
    }
    let key: Key<'_> = serde_json::from_str(row.get()).ok()?;
    Some(Cursor { time_ns: parse_rfc3339(key.timestamp)?, ingest_id: key.ingest_id.parse().ok()? })
}

/// As [`Compiler::places_of`] selects it.
fn written_place(row: &RawValue) -> Option<Cursor> {
    #[derive(Deserialize)]
    struct Written<'a> {
        #[serde(borrow)]
        time_ns: &'a str,
        #[serde(borrow)]
        id: &'a str,
    }
    let written: Written<'_> = serde_json::from_str(row.get()).ok()?;
    Some(Cursor { time_ns: written.time_ns.parse().ok()?, ingest_id: written.id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, ingest_id: u64) -> Cursor {
        Cursor { time_ns: seconds * 1_000_000_000, ingest_id }
    }

    #[test]
    fn what_came_late_is_told_by_its_place() {
        let mut known = Known::new(at(0, 0));
        for place in [at(1, 7), at(1, 7), at(2, 1)] {
            known.add(place);
        }
        assert_eq!(known.rows, 3);
        let there = [at(1, 7), at(1, 7), at(1, 8), at(2, 1), at(2, 1)];
        assert_eq!(known.missing(there.into_iter()), [at(1, 8), at(2, 1)]);
        assert_eq!(known.missing([at(1, 7)].into_iter()), []);
    }

    #[test]
    fn a_minute_is_remembered() {
        let mut known = Known::new(at(0, 0));
        for seconds in 1..=100 {
            known.add(at(seconds, 1));
        }
        known.forget(at(100, 1));
        assert_eq!((known.rows, known.since), (61, at(40, 0)));
        assert!(known.places.contains_key(&(40_000_000_000, 1)));
    }
}
