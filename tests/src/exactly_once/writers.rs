//! Programs that write log files and rotate them, as badly as programs do: lines in pieces, stack traces, a rotation in
//! the middle of everything.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Files that are written.
pub const FILES: usize = 20;
/// The last of them are copied and truncated in place, the others renamed.
pub const TRUNCATED_FILES: usize = 3;
const THREADS: usize = 4;
/// Lines between two rotations of a file, at least.
const ROTATE_LINES: u64 = 400;
/// Lines written at once, at most.
const BURST_LINES: u64 = 30;
const PAUSE_MS: std::ops::Range<u64> = 5..40;

/// How far a file is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Whole lines, of all generations of the file.
    pub lines: AtomicU64,
    /// Of these, lines of stack traces, which belong to the record before.
    pub continuations: AtomicU64,
    /// The writer wants to truncate the file and has stopped: bytes that nobody has read would be gone.
    pub waits: AtomicBool,
    pub rotations: AtomicU64,
}

/// The running writers.
pub struct Writers {
    pub progress: Arc<Vec<Progress>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<anyhow::Result<()>>>,
}

/// What stands in a line and in no other one.
pub fn token(file: usize, number: u64) -> String {
    format!("line-{file:02}-{number:07}-end")
}

/// Word that all lines of a file have.
pub fn word(file: usize) -> String {
    format!("written{file:02}")
}

/// What was written can be read again with this glob, as far as it is not rotated.
pub fn glob(folder: &Path) -> PathBuf {
    folder.join("*.log")
}

impl Writers {
    /// Begins to write into a folder.
    pub fn start(folder: &Path, seed: u64) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let progress: Arc<Vec<Progress>> = Arc::new((0..FILES).map(|_| Progress::default()).collect());
        let stop = Arc::new(AtomicBool::new(false));
        let random = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        let threads = (0..THREADS).map(|index| {
            let (stop, progress) = (Arc::clone(&stop), Arc::clone(&progress));
            let mut files: Vec<Writer> = (index..FILES)
                .step_by(THREADS)
                .map(|file| Writer::create(folder, file, Arc::clone(&progress)))
                .collect::<anyhow::Result<_>>()?;
            let seed = random.lock().unwrap_or_else(PoisonError::into_inner).random();
            let mut random = StdRng::seed_from_u64(seed);
            Ok(thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let chosen = random.random_range(0..files.len());
                    files[chosen].step(&mut random)?;
                    thread::sleep(Duration::from_millis(random.random_range(PAUSE_MS)));
                }
                Ok(())
            }))
        });
        let threads = threads.collect::<anyhow::Result<_>>()?;
        Ok(Self { progress, stop, threads })
    }

    /// Stops after whole lines.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
        }
        Ok(())
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Writer {
    path: PathBuf,
    file: File,
    index: usize,
    number: u64,
    since_rotation: u64,
    is_waiting: bool,
    progress: Arc<Vec<Progress>>,
}

impl Writer {
    fn create(folder: &Path, index: usize, progress: Arc<Vec<Progress>>) -> anyhow::Result<Self> {
        let path = folder.join(format!("app-{index:02}.log"));
        let file = open(&path)?;
        Ok(Self { path, file, index, number: 0, since_rotation: 0, is_waiting: false, progress })
    }

    fn truncates(&self) -> bool {
        self.index >= FILES - TRUNCATED_FILES
    }

    fn progress(&self) -> &Progress {
        &self.progress[self.index]
    }

    /// Writes some lines, or rotates the file.
    fn step(&mut self, random: &mut StdRng) -> anyhow::Result<()> {
        if self.progress().waits.load(Ordering::Acquire) {
            return Ok(());
        }
        if std::mem::take(&mut self.is_waiting) {
            self.since_rotation = 0;
        }
        if self.since_rotation > ROTATE_LINES && random.random_bool(0.1) {
            return self.rotate();
        }
        let mut text = String::new();
        let (mut lines, mut continuations) = (0, 0);
        for _ in 0..random.random_range(1..=BURST_LINES) {
            self.number += 1;
            lines += 1;
            self.head(&mut text, random)?;
            // Of files that are truncated each line is a record, so that they can be counted.
            if !self.truncates() && random.random_bool(0.03) {
                for _ in 0..random.random_range(1..4) {
                    self.number += 1;
                    lines += 1;
                    continuations += 1;
                    let (word, token) = (word(self.index), token(self.index, self.number));
                    text.push_str(&format!("    at com.example.Shop.buy(Shop.java:42) {word} {token}\n"));
                }
            }
        }
        self.write_in_pieces(text.as_bytes(), random)?;
        self.since_rotation += lines;
        self.progress().lines.fetch_add(lines, Ordering::Release);
        self.progress().continuations.fetch_add(continuations, Ordering::Release);
        if self.truncates() && self.since_rotation > ROTATE_LINES {
            self.is_waiting = true;
            self.progress().waits.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn head(&self, text: &mut String, random: &mut StdRng) -> anyhow::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let time = click_lite_model::time::format_rfc3339(i64::try_from(now.as_nanos())?);
        let (word, token) = (word(self.index), token(self.index, self.number));
        let padding = "größer ".repeat(random.random_range(0..8));
        text.push_str(&format!("{time} INFO shop {word} order taken, {padding}{token}\n"));
        Ok(())
    }

    /// A reader sees half lines, and half characters.
    fn write_in_pieces(&mut self, text: &[u8], random: &mut StdRng) -> anyhow::Result<()> {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(random.random_range(1..=rest.len()));
            self.file.write_all(piece)?;
            rest = after;
            if !rest.is_empty() && random.random_bool(0.5) {
                thread::sleep(Duration::from_millis(random.random_range(0..4)));
            }
        }
        Ok(())
    }

    fn rotate(&mut self) -> anyhow::Result<()> {
        let generation = self.progress().rotations.fetch_add(1, Ordering::Relaxed) + 1;
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{generation}"));
        fs::rename(&self.path, &name).with_context(|| format!("{} can't be renamed", self.path.display()))?;
        self.file = open(&self.path)?;
        self.since_rotation = 0;
        Ok(())
    }
}

/// Copies the file of a waiting writer and truncates it, as logrotate's `copytruncate` does; then it writes again. The
/// writer notices nothing: its file is open for appending.
pub fn truncate(folder: &Path, file: usize, progress: &Progress) -> anyhow::Result<()> {
    let path = folder.join(format!("app-{file:02}.log"));
    let generation = progress.rotations.fetch_add(1, Ordering::Relaxed) + 1;
    fs::copy(&path, folder.join(format!("app-{file:02}.log.{generation}")))?;
    File::options().write(true).open(&path)?.set_len(0)?;
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("can't open {}", path.display()))
}
