//! Agent, server and engine are killed at random moments while files are written and rotated. In the end each line has
//! to be in the table once.
//!
//! Everything is real: the programs, their folders, `kill -9`. Between agent and server is a proxy that keeps one
//! address whatever port the server has, cuts connections and loses answers. Moments come from a seed; what runs
//! meanwhile does not, so a seed repeats the plan and not the outcome.

mod programs;
mod proxy;
mod tally;
mod writers;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use programs::Program;
use proxy::Proxy;
use tally::Tally;
use writers::{FILES, TRUNCATED_FILES, Writers, truncate, word};

/// What a run does.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub kills: u64,
    pub seed: u64,
}

/// Between two kills: 0.75 s on average.
const GAP_MS: std::ops::Range<u64> = 200..1300;
/// From a kill to the start after it.
const DOWN_MS: std::ops::Range<u64> = 0..500;
/// Kills between two lines that say how far a run is.
const SHOWN_KILLS: u64 = 100;
const TICK: Duration = Duration::from_millis(10);
/// Between two looks whether a file may be truncated.
const TRUNCATE_LOOK: Duration = Duration::from_millis(500);
/// How long everything may take to arrive after the last kill.
const SETTLE: Duration = Duration::from_secs(60);
/// A table that has not grown for so long, with nothing on its way, does not grow any more.
const STILL: Duration = Duration::from_secs(3);
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Kills by what was killed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kills {
    pub agent: u64,
    pub server: u64,
    pub engine: u64,
}

impl Kills {
    pub fn all(self) -> u64 {
        self.agent + self.server + self.engine
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    pub plan: Plan,
    pub kills: Kills,
    pub tally: Tally,
    pub rotations: u64,
    pub lost_answers: u64,
    pub duplicates: u64,
    pub cuts: u64,
    /// Programs that ended without being killed.
    pub faults: Vec<String>,
    pub dead_letters: u64,
    pub chaos: Duration,
    pub settled: Duration,
}

impl Outcome {
    /// An error unless each line is there once and no program failed.
    ///
    /// # Errors
    /// Says what is lost, doubled or failed.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.tally.is_exact() && self.faults.is_empty() && self.dead_letters == 0, "{self}");
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, tally, .. } = self;
        writeln!(
            out,
            "seed {}: {} kills in {:.0} s (agent {}, server {}, engine {}), settled after {:.1} s",
            self.plan.seed,
            kills.all(),
            self.chaos.as_secs_f64(),
            kills.agent,
            kills.server,
            kills.engine,
            self.settled.as_secs_f64()
        )?;
        writeln!(
            out,
            "{} answers lost and {} connections cut on the way, {} batches were durable when they came again, {} rotations",
            self.lost_answers, self.cuts, self.duplicates, self.rotations
        )?;
        writeln!(
            out,
            "{} lines written, {} in the table in {} records: {} lost, {} doubled, {} that nobody wrote, {} dead letters",
            tally.written,
            tally.found,
            tally.records,
            tally.lost.len(),
            tally.doubled.len(),
            tally.foreign,
            self.dead_letters
        )?;
        for (what, lines) in [("lost", &tally.lost), ("doubled", &tally.doubled), ("fault", &self.faults)] {
            for line in lines.iter().take(40) {
                writeln!(out, "{what}: {line}")?;
            }
        }
        Ok(())
    }
}

/// A seed for a run that is not repeated.
pub fn random_seed() -> u64 {
    rand::rng().random_range(0..1_000_000)
}

/// Runs a plan in an empty folder.
///
/// # Errors
/// A program can't be started, or does not end when it is told to.
pub async fn run(plan: Plan, folder: &Path) -> anyhow::Result<Outcome> {
    let mut random = StdRng::seed_from_u64(plan.seed);
    let logs = folder.join("logs");
    let proxy = Arc::new(Proxy::start(random.random())?);
    let mut run = Run {
        server: Program::server(folder, Arc::clone(&proxy)),
        agent: Program::agent(folder, &logs, &proxy)?,
        writers: Writers::start(&logs, random.random())?,
        proxy,
        token_file: folder.join("data/local-token"),
        kills: Kills::default(),
        looked: Instant::now(),
        truncating: 0,
        http: crate::http()?,
    };
    let started = Instant::now();
    while run.kills.all() < plan.kills {
        run.tend_for(Duration::from_millis(random.random_range(GAP_MS)), &logs).await?;
        if run.strike(&mut random)? && run.kills.all().is_multiple_of(SHOWN_KILLS) {
            eprintln!(
                "{} of {} kills after {:.0} s",
                run.kills.all(),
                plan.kills,
                started.elapsed().as_secs_f64()
            );
        }
    }
    let chaos = started.elapsed();
    run.writers.stop()?;
    let settling = Instant::now();
    let dead_letters = run.settle().await?;
    let settled = settling.elapsed();
    run.agent.stop()?;
    run.server.stop()?;
    let progress = Arc::clone(&run.writers.progress);
    let tally = Tally::take(folder, &progress).await?;
    let traffic = run.proxy.traffic();
    Ok(Outcome {
        plan,
        kills: run.kills,
        tally,
        rotations: progress.iter().map(|file| file.rotations.load(Ordering::Relaxed)).sum(),
        lost_answers: traffic.lost_answers.load(Ordering::Relaxed),
        duplicates: traffic.duplicates.load(Ordering::Relaxed),
        cuts: traffic.cuts.load(Ordering::Relaxed),
        faults: [run.server.faults.split_off(0), run.agent.faults.split_off(0)].concat(),
        dead_letters,
        chaos,
        settled,
    })
}

struct Run {
    server: Program,
    agent: Program,
    writers: Writers,
    proxy: Arc<Proxy>,
    token_file: std::path::PathBuf,
    kills: Kills,
    /// When the last file that wants to be truncated was looked at.
    looked: Instant,
    truncating: usize,
    http: reqwest::Client,
}

impl Run {
    /// Keeps everything running for a while.
    async fn tend_for(&mut self, time: Duration, logs: &Path) -> anyhow::Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.server.tend()?;
            self.agent.tend()?;
            if self.looked.elapsed() > TRUNCATE_LOOK {
                self.looked = Instant::now();
                self.truncate_one(logs).await?;
            }
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    }

    /// Kills one of the programs, or cuts the network. Whether something was killed.
    fn strike(&mut self, random: &mut StdRng) -> anyhow::Result<bool> {
        let before = self.kills.all();
        let start_at = Instant::now() + Duration::from_millis(random.random_range(DOWN_MS));
        match random.random_range(0..10) {
            0..4 => self.kills.agent += u64::from(self.agent.kill(start_at)?),
            4..7 => self.kills.server += u64::from(self.server.kill(start_at)?),
            7..9 => self.kills.engine += u64::from(self.server.kill_child()?),
            _ => self.proxy.cut(),
        }
        Ok(self.kills.all() > before)
    }

    /// Truncates a file whose writer waits, once all its lines are in the table.
    async fn truncate_one(&mut self, logs: &Path) -> anyhow::Result<()> {
        self.truncating = (self.truncating + 1) % TRUNCATED_FILES;
        let file = FILES - TRUNCATED_FILES + self.truncating;
        let progress = Arc::clone(&self.writers.progress);
        let progress = &progress[file];
        if !progress.waits.load(Ordering::Acquire) {
            return Ok(());
        }
        // Without an answer it is not known, and the file waits on.
        if self.count(&word(file)).await.ok() == Some(progress.lines.load(Ordering::Acquire)) {
            truncate(logs, file, progress)?;
            progress.waits.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Waits until everything is in the table; the number of dead letters.
    async fn settle(&mut self) -> anyhow::Result<u64> {
        let sum = |of: fn(&writers::Progress) -> u64| self.writers.progress.iter().map(of).sum::<u64>();
        // A stack trace is a part of the record before it, or records of its own where it came late.
        let fewest = sum(|file| file.lines.load(Ordering::Acquire))
            - sum(|file| file.continuations.load(Ordering::Acquire));
        let deadline = Instant::now() + SETTLE;
        let mut last = (0, Instant::now());
        let mut dead_letters = 0;
        while Instant::now() < deadline {
            self.server.tend()?;
            self.agent.tend()?;
            if let Ok(records) = self.count("*").await {
                if records != last.0 {
                    last = (records, Instant::now());
                }
                if let Ok(status) = self.status().await {
                    dead_letters = status["spool"]["dead_letters"].as_u64().unwrap_or(0);
                    let is_empty = status["spool"]["pending_rows"] == 0;
                    if is_empty && records >= fewest && last.1.elapsed() > STILL {
                        break;
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(dead_letters)
    }

    async fn count(&self, query: &str) -> anyhow::Result<u64> {
        let answer = self.call("/api/v1/histogram", Some(json!({ "query": query }))).await?;
        answer["total"].as_u64().with_context(|| answer.to_string())
    }

    async fn status(&self) -> anyhow::Result<Value> {
        self.call("/api/v1/status", None).await
    }

    async fn call(&self, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("http://{}{path}", self.proxy.address);
        let request = body.map_or_else(|| self.http.get(&url), |body| self.http.post(&url).json(&body));
        let token = std::fs::read_to_string(&self.token_file)?;
        let answer = request.bearer_auth(token.trim()).timeout(CALL_TIMEOUT).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
