use std::path::{Path, PathBuf};
use std::time::Duration;

use click_lite_parse::Covered;

use super::*;

const LIMITS: SpoolLimits = SpoolLimits { max_bytes: 1 << 20, when_full: WhenFull::Block };
const NOW: Duration = Duration::ZERO;

fn open(folder: &Path, limits: SpoolLimits) -> Spool {
    Spool::open(StateFolder::take(folder).expect("the folder is free"), limits).expect("opened")
}

fn position(path: &str, bytes: u64) -> FilePosition {
    FilePosition {
        key: FileKey { device: u64::MAX, inode: u64::MAX - 1 },
        path: PathBuf::from(path),
        fingerprint: Fingerprint::of(b"start of the file"),
        covered: Covered { bytes, lines: 3, parts: 0 },
        is_numbered: true,
        format: "any".into(),
    }
}

fn changes(position: FilePosition) -> Changes {
    let mut changes = Changes::default();
    changes.set_file(position);
    changes
}

fn next(spool: &Spool) -> Option<Batch> {
    spool.next(NOW).expect("read")
}

#[test]
fn batches_and_positions_outlive_the_process_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path(), LIMITS);
    let id = first.agent_id();
    first.store(10, b"ten", &changes(position("/a.log", 100))).expect("stored");
    first.store(5, b"five", &changes(position("/a.log", 150))).expect("stored");
    drop(first);

    let spool = open(folder.path(), LIMITS);
    assert_eq!((spool.agent_id(), spool.waiting()), (id, (2, 15)));
    let files = spool.files().expect("read");
    assert_eq!(files, [position("/a.log", 150)]);

    // A new file may get the inode of one that is gone.
    let mut both = Changes::default();
    both.forget_file(files[0].key);
    both.set_file(position("/b.log", 7));
    spool.store(0, b"", &both).expect("stored");
    assert_eq!(spool.files().expect("read"), [position("/b.log", 7)]);
    both.forget_file(files[0].key);
    spool.store(0, b"", &both).expect("stored");
    assert_eq!(spool.files().expect("read"), []);

    let batch = next(&spool).expect("a batch");
    assert_eq!(batch, Batch { sequence: 10, rows: 10, payload: b"ten".to_vec() });
    assert_eq!(next(&spool).as_ref(), Some(&batch), "until it is acknowledged it is the next");
    spool.acknowledge(&batch).expect("removed");
    let batch = next(&spool).expect("a batch");
    assert_eq!((batch.sequence, batch.payload.as_slice()), (15, &b"five"[..]));
    spool.acknowledge(&batch).expect("removed");
    assert_eq!((next(&spool), spool.waiting()), (None, (0, 0)));

    // Numbers go on after all batches are gone.
    spool.store(1, b"one", &Changes::default()).expect("stored");
    assert_eq!(next(&spool).expect("a batch").sequence, 16);
}

#[test]
fn a_folder_has_one_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), LIMITS);
    let error = StateFolder::take(folder.path()).expect_err("in use");
    assert_eq!(error.code(), "state.in_use");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(spool);
    StateFolder::take(folder.path()).expect("free again");
}

#[test]
fn a_full_spool_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), SpoolLimits { max_bytes: 8, when_full: WhenFull::Block });
    spool.store(1, b"12345", &Changes::default()).expect("stored");
    assert!(!spool.is_full());
    spool.store(1, b"67890", &Changes::default()).expect("what was read is never lost");
    assert!(spool.is_full());
    let batch = next(&spool).expect("a batch");
    spool.acknowledge(&batch).expect("removed");
    assert!(!spool.is_full());
}

#[test]
fn a_full_spool_drops_the_oldest_but_not_what_is_being_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), SpoolLimits { max_bytes: 12, when_full: WhenFull::DropOldest });
    for rows in 1..=2 {
        spool.store(rows, b"12345", &Changes::default()).expect("stored");
    }
    let sending = next(&spool).expect("a batch");
    spool.store(3, b"12345", &Changes::default()).expect("stored");
    spool.store(4, b"12345", &Changes::default()).expect("stored");
    assert!(!spool.is_full());
    assert_eq!(spool.waiting(), (2, 1 + 4));
    spool.acknowledge(&sending).expect("removed");
    let batch = next(&spool).expect("a batch");
    assert_eq!((batch.rows, batch.sequence), (4, 10), "there is a gap in the numbers");
    let summary = Summary::read(folder.path()).expect("read");
    assert_eq!(summary.counters["dropped_rows"], 2 + 3);
    assert_eq!(summary.counters["sent_rows"], 1);
}

#[test]
fn refused_batches_are_kept_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), LIMITS);
    spool.store(2, b"refused", &Changes::default()).expect("stored");
    let batch = next(&spool).expect("a batch");
    spool.bury(&batch, "the server answered 400").expect("buried");
    assert_eq!(next(&spool), None);
    let read = |name: &str| std::fs::read(folder.path().join("dead").join(name)).expect("there");
    assert_eq!(read("00000000000000000002.native.zst"), b"refused");
    assert_eq!(read("00000000000000000002.reason.txt"), b"the server answered 400");
}

#[test]
fn a_summary_can_be_read_while_the_agent_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(Summary::read(folder.path()).expect_err("nothing there").code(), "state.missing");
    let spool = open(folder.path(), LIMITS);
    spool.store(7, b"seven", &changes(position("/gone.log", 5))).expect("stored");
    spool.note("last_error", "no route").expect("noted");
    let summary = Summary::read(folder.path()).expect("read");
    assert_eq!(summary.running_pid, Some(std::process::id()));
    assert_eq!((summary.rows_made, summary.waiting.rows, summary.waiting.bytes), (7, 7, 5));
    assert_eq!(summary.last_error.expect("noted").text, "no route");
    assert_eq!((summary.files[0].position, summary.files[0].size), (5, None));
    spool.note("last_error", "").expect("taken away");
    assert!(Summary::read(folder.path()).expect("read").last_error.is_none());
    drop(spool);
    assert_eq!(Summary::read(folder.path()).expect("read").running_pid, None);
}

#[test]
fn the_disk_is_given_back_after_a_long_queue() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), SpoolLimits { max_bytes: 1 << 30, when_full: WhenFull::Block });
    let payload = vec![7; 1 << 20];
    for _ in 0..40 {
        spool.store(1, &payload, &Changes::default()).expect("stored");
    }
    while let Some(batch) = next(&spool) {
        assert_eq!(batch.payload, payload);
        spool.acknowledge(&batch).expect("removed");
    }
    drop(spool);
    let size = std::fs::metadata(folder.path().join("state.sqlite")).expect("there").len();
    assert!(size < 20 << 20, "{size} bytes are left of 40 MiB");
}
