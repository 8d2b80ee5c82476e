//! Batches to the server: in order, one at a time, each until it is answered for good.

mod backoff;
mod client;
mod pace;
mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use client::{Client, ServerSettings, count_certificates};
pub use token::find_token;

use self::backoff::Backoff;
use self::client::Answer;
use self::pace::Pace;
use crate::state::{Batch, Spool};
use crate::stop::Stop;

/// How long the spool is waited for before the settings are looked at again.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries after the state could not be read or written.
const STATE_RETRY: Duration = Duration::from_secs(1);

/// Sends what the spool holds.
pub struct Sender {
    spool: Arc<Spool>,
    settings: Mutex<Arc<ServerSettings>>,
    /// Ends the sender at once; batches stay.
    stop: Stop,
    /// The sources have ended: after the first failure the rest waits for the next start.
    drain: Stop,
}

/// What became of a batch.
enum Outcome {
    Done,
    Refused(String),
    Failed { reason: String, retry_after: Option<Duration> },
}

impl Sender {
    pub fn new(spool: Arc<Spool>, settings: ServerSettings) -> Self {
        Self {
            spool,
            settings: Mutex::new(Arc::new(settings)),
            stop: Stop::default(),
            drain: Stop::default(),
        }
    }

    /// From the next request on.
    pub fn set_settings(&self, settings: ServerSettings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// Nothing more will be put into the spool: end when it is empty, or when the server does not answer.
    pub fn drain(&self) {
        self.spool.close();
        self.drain.set();
    }

    pub fn stop(&self) {
        self.spool.close();
        self.stop.set();
    }

    /// Sends until told to end. Runs on a thread of its own.
    pub fn run(&self) {
        let mut settings = self.settings();
        let mut client = Client::new(&settings, self.spool.agent_id());
        let mut pace = Pace::new(settings.max_bytes_per_second, Instant::now());
        let mut backoff = Backoff::default();
        let mut is_failing = false;
        while !self.stop.is_set() {
            let batch = match self.spool.next(PATIENCE) {
                Ok(Some(batch)) => batch,
                Ok(None) if self.drain.is_set() => return,
                Ok(None) => continue,
                Err(error) => {
                    tracing::error!(error = %error, error.code = error.code(), "the spool can't be read");
                    if self.drain.is_set() || self.stop.wait(STATE_RETRY) {
                        return;
                    }
                    continue;
                }
            };
            let wanted = self.settings();
            if !Arc::ptr_eq(&settings, &wanted) {
                client = Client::new(&wanted, self.spool.agent_id());
                pace = Pace::new(wanted.max_bytes_per_second, Instant::now());
                settings = wanted;
            }
            if self.stop.wait(pace.delay(batch.payload.len(), Instant::now())) {
                return;
            }
            let outcome = match client.send(&batch) {
                Answer::Stored => Outcome::Done,
                Answer::Refused { reason } => Outcome::Refused(reason),
                Answer::Later { reason, retry_after } => Outcome::Failed { reason, retry_after },
            };
            match outcome {
                Outcome::Failed { reason, retry_after } => {
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::warn!(reason, "the server does not take records; they wait in the spool");
                        self.note_error(&reason);
                    }
                    if self.drain.is_set() {
                        return;
                    }
                    let delay = backoff.next(retry_after, rand::random());
                    if self.wait(delay) {
                        return;
                    }
                }
                done => {
                    backoff.reset();
                    if std::mem::take(&mut is_failing) {
                        tracing::info!("the server takes records again");
                        self.note_error("");
                    }
                    if !self.settle(&batch, &done) {
                        return;
                    }
                }
            }
        }
    }

    /// Takes the batch out of the spool, until that works. False when told to end.
    fn settle(&self, batch: &Batch, outcome: &Outcome) -> bool {
        loop {
            let settled = match outcome {
                Outcome::Refused(reason) => {
                    tracing::error!(
                        batch.rows = batch.rows,
                        batch.sequence = batch.sequence,
                        reason,
                        folder = %self.spool.dead_folder().display(),
                        "the server refused a batch for good; it is kept"
                    );
                    self.note_error(reason);
                    self.spool.bury(batch, reason)
                }
                _ => self.spool.acknowledge(batch),
            };
            match settled {
                Ok(()) => return true,
                Err(error) => {
                    tracing::error!(error = %error, error.code = error.code(), "a batch can't be taken out of the spool");
                    if self.drain.is_set() || self.stop.wait(STATE_RETRY) {
                        return false;
                    }
                }
            }
        }
    }

    fn note_error(&self, text: &str) {
        if let Err(error) = self.spool.note("last_error", text) {
            tracing::debug!(error = %error, "the last error can't be noted");
        }
    }

    /// Waits before the next try; true when told to end. New settings end the wait, so that a right key works at once.
    fn wait(&self, delay: Duration) -> bool {
        const SLICE: Duration = Duration::from_millis(500);
        let settings = self.settings();
        let until = Instant::now() + delay;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.drain.is_set() || !Arc::ptr_eq(&settings, &self.settings()) {
                return false;
            }
            if self.stop.wait(left.min(SLICE)) {
                return true;
            }
        }
    }

    fn settings(&self) -> Arc<ServerSettings> {
        Arc::clone(&self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
