//! Tests of one spool against its promises; crashes of a whole process are in `tests/crash.rs`.

mod behaviour;
mod damage;
mod faults;
mod model;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use click_lite_model::Clock;

use crate::{
    Appended, CutLimits, Frame, KnownSource, Recovery, Source, Spool, SpoolConfig, SpoolError,
    segment::segment_path,
};

/// A clock that the test sets.
#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now_ns(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn config(dir: &Path) -> SpoolConfig {
    SpoolConfig {
        commit_delay: Duration::ZERO,
        segment_bytes: 1 << 20,
        max_bytes: 16 << 20,
        ..SpoolConfig::new(dir)
    }
}

fn open(config: SpoolConfig) -> Result<(Spool, Recovery), SpoolError> {
    Spool::open(config, Arc::new(TestClock::default()))
}

fn open_ok(dir: &Path) -> (Spool, Recovery) {
    open(config(dir)).unwrap()
}

fn frame(payload: &[u8]) -> Frame {
    Frame { payload: payload.to_vec(), rows: 1, uncompressed_bytes: payload.len() as u64, ..Frame::default() }
}

fn from_source(payload: &[u8], id: u8, sequence: u64) -> Frame {
    Frame { source: Some(Source { id: [id; 16], sequence }), ..frame(payload) }
}

fn store(spool: &Spool, payload: &[u8]) {
    assert_eq!(spool.append_blocking(frame(payload)).unwrap(), Appended::Stored);
}

/// Payloads of all cuts that can be had, completed.
fn drain(spool: &Spool) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while let Some(cut) = spool.next_cut(CutLimits::default()).unwrap() {
        payloads.extend(cut.read().unwrap().into_iter().map(|stored| stored.frame.payload));
        spool.complete(cut.id()).unwrap();
    }
    payloads
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

/// A temporary folder in memory where the system has such a place: these tests open thousands of spools, and what
/// they look at is bytes, not syncs.
fn fast_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// A folder with a copy of all files but those below `dead/`.
fn copy(from: &Path) -> tempfile::TempDir {
    let to = fast_folder();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() && entry.file_name() != "reserve" {
            fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

fn only_segment(dir: &Path) -> PathBuf {
    let paths = segments(dir);
    assert_eq!(paths, [segment_path(dir, 1)]);
    segment_path(dir, 1)
}
