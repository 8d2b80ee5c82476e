use std::{
    fs::File,
    io::{self, IoSlice},
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    task::{Context, Poll, Waker},
};

use super::*;
use crate::disk::{Disk, Reserve, SystemDisk};

/// A disk that fails when it is told to, and lets a test hold its syncs.
#[derive(Clone, Default)]
struct FaultyDisk {
    faults: Arc<Mutex<Faults>>,
}

#[derive(Default)]
struct Faults {
    /// Bytes that still fit on the disk.
    room: Option<usize>,
    failing_syncs: u32,
    syncs: u32,
    /// Told at the start of a sync, which then waits for its leave.
    gate: Option<(Sender<()>, Receiver<()>)>,
}

impl Disk for FaultyDisk {
    fn write(&self, file: &mut File, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut faults = self.faults.lock().unwrap();
        match &mut faults.room {
            Some(room) if *room < length => {
                let bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).take(*room).collect();
                *room = 0;
                SystemDisk.write(file, &mut [IoSlice::new(&bytes)])?;
                Err(io::ErrorKind::StorageFull.into())
            }
            Some(room) => {
                *room -= length;
                SystemDisk.write(file, parts)
            }
            None => SystemDisk.write(file, parts),
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        let mut faults = self.faults.lock().unwrap();
        faults.syncs += 1;
        if let Some((started, leave)) = &faults.gate {
            started.send(()).unwrap();
            leave.recv().unwrap();
        }
        if faults.failing_syncs > 0 {
            faults.failing_syncs -= 1;
            return Err(io::Error::other("sync failed"));
        }
        SystemDisk.sync(file)
    }
}

fn open_faulty(dir: &Path) -> (Spool, FaultyDisk) {
    let disk = FaultyDisk::default();
    let (spool, _) =
        Spool::open_on(config(dir), Arc::new(TestClock::default()), Box::new(disk.clone())).unwrap();
    (spool, disk)
}

#[test]
fn a_full_disk_fails_appends_until_there_is_room() {
    for room in [0, 10, 31, 32, 99, 100, 131, 132, 140, 240] {
        let dir = tempfile::tempdir().unwrap();
        let (spool, disk) = open_faulty(dir.path());
        store(&spool, b"first");
        for _ in 0..3 {
            disk.faults.lock().unwrap().room = Some(room);
            let error = spool.append_blocking(from_source(&[2; 150], 1, 1)).unwrap_err();
            assert!(error.code() == "spool.disk_full" && error.is_retryable(), "room {room}: {error}");
            assert_eq!(spool.last_sequence([1; 16]), None);
        }
        assert_eq!(spool.stats().pending_bytes, 105);
        assert_eq!(segments(dir.path()).len(), 1, "failed attempts leave no files");
        assert_eq!(fs::metadata(&segments(dir.path())[0]).unwrap().len(), 32 + 105, "room {room}");
        disk.faults.lock().unwrap().room = None;
        assert_eq!(spool.append_blocking(from_source(&[3; 150], 1, 1)).unwrap(), Appended::Stored);
        drop(spool);
        let (spool, recovery) = open_ok(dir.path());
        assert_eq!((recovery.frames_recovered, recovery.torn_bytes, recovery.corrupt_frames), (2, 0, 0));
        assert_eq!(drain(&spool), [b"first".to_vec(), vec![3; 150]]);
    }
}

#[test]
fn a_commit_whose_sync_fails_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, disk) = open_faulty(dir.path());
    store(&spool, b"first");
    disk.faults.lock().unwrap().failing_syncs = 1;
    let error = spool.append_blocking(from_source(b"lost", 1, 1)).unwrap_err();
    assert!(error.code() == "spool.io" && error.is_retryable(), "{error}");
    assert_eq!(spool.stats().pending_frames, 1);
    assert_eq!(spool.append_blocking(from_source(b"again", 1, 1)).unwrap(), Appended::Stored);
    assert_eq!(segments(dir.path()).len(), 2, "a file whose sync failed is not written to again");
    drop(spool);
    let (spool, _) = open_ok(dir.path());
    assert_eq!(drain(&spool), [b"first".to_vec(), b"again".to_vec()]);
}

#[test]
fn a_segment_whose_first_sync_fails_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, disk) = open_faulty(dir.path());
    disk.faults.lock().unwrap().failing_syncs = 1;
    assert_eq!(spool.append_blocking(frame(b"lost")).unwrap_err().code(), "spool.io");
    assert_eq!(segments(dir.path()), [] as [PathBuf; 0]);
    store(&spool, b"first");
    assert_eq!(drain(&spool), [b"first"]);
}

#[test]
fn a_cut_is_not_handed_out_before_it_is_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, disk) = open_faulty(dir.path());
    store(&spool, b"first");
    let journal = dir.path().join("cuts");
    // Neither the append nor the replacement of the file can be written: a folder has the replacement's name.
    fs::create_dir(dir.path().join("cuts.tmp")).unwrap();
    disk.faults.lock().unwrap().failing_syncs = 1;
    assert_eq!(spool.next_cut(CutLimits::default()).unwrap_err().code(), "spool.io");
    assert_eq!(spool.stats().outstanding_cuts, 0);
    fs::remove_dir(dir.path().join("cuts.tmp")).unwrap();
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    assert_eq!(cut.frames(), 1);
    assert!(fs::metadata(&journal).unwrap().len() >= 128);
    drop((cut, spool));
    let (spool, recovery) = open_ok(dir.path());
    assert_eq!((recovery.cuts_recovered, recovery.journal_damaged_records), (1, 0));
    assert_eq!(drain(&spool), [b"first"]);
}

#[test]
fn the_answer_comes_after_the_sync_and_one_sync_serves_all_that_wait() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, disk) = open_faulty(dir.path());
    store(&spool, b"first");
    let (started, starts) = mpsc::channel();
    let (leave, leaves) = mpsc::channel();
    disk.faults.lock().unwrap().gate = Some((started, leaves));
    let enqueue = |payload: &[u8]| crate::spool::block_on(spool.enqueue(frame(payload))).unwrap();
    let mut held = enqueue(b"held");
    starts.recv().unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let polled = std::pin::Pin::new(&mut held).poll(&mut context);
    assert!(matches!(polled, Poll::Pending), "no answer before the sync");
    assert_eq!(spool.stats().pending_frames, 1, "what is not synced can't be delivered");
    let waiting: Vec<_> = (0..50u8).map(|byte| enqueue(&[byte])).collect();
    leave.send(()).unwrap();
    assert_eq!(held.wait().unwrap(), Appended::Stored);
    starts.recv().unwrap();
    leave.send(()).unwrap();
    for completion in waiting {
        assert_eq!(completion.wait().unwrap(), Appended::Stored);
    }
    let mut faults = disk.faults.lock().unwrap();
    faults.gate = None;
    assert_eq!(faults.syncs, 4, "the segment, the first frame, the held one, the other fifty");
    drop(faults);
    assert_eq!(drain(&spool).len(), 52);
}

#[test]
fn a_sequence_twice_in_one_commit_is_stored_once() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, disk) = open_faulty(dir.path());
    store(&spool, b"first");
    let (started, starts) = mpsc::channel();
    let (leave, leaves) = mpsc::channel();
    disk.faults.lock().unwrap().gate = Some((started, leaves));
    let enqueue = |frame| crate::spool::block_on(spool.enqueue(frame)).unwrap();
    let held = enqueue(frame(b"held"));
    starts.recv().unwrap();
    let once = enqueue(from_source(b"once", 1, 5));
    let twice = enqueue(from_source(b"once", 1, 5));
    let next = enqueue(from_source(b"next", 1, 6));
    leave.send(()).unwrap();
    held.wait().unwrap();
    starts.recv().unwrap();
    leave.send(()).unwrap();
    assert_eq!(once.wait().unwrap(), Appended::Stored);
    assert_eq!(twice.wait().unwrap(), Appended::Duplicate);
    assert_eq!(next.wait().unwrap(), Appended::Stored);
    disk.faults.lock().unwrap().gate = None;
    assert_eq!(drain(&spool), ["first", "held", "once", "next"].map(|payload| payload.as_bytes().to_vec()));
}

#[test]
fn the_reserve_is_given_up_once_on_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let reserve = Reserve::new(dir.path());
    reserve.fill().unwrap();
    let path = dir.path().join("reserve");
    assert_eq!(fs::metadata(&path).unwrap().len(), 1 << 20);
    let full = || if path.exists() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(7) };
    assert_eq!(reserve.with(full).unwrap(), 7);
    reserve.fill().unwrap();
    assert!(path.exists());
    let still_full = || -> io::Result<()> { Err(io::ErrorKind::StorageFull.into()) };
    assert_eq!(reserve.with(still_full).unwrap_err().kind(), io::ErrorKind::StorageFull);
}
