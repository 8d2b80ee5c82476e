use std::{fs, sync::Arc, thread, time::Duration};

use super::*;
use crate::{
    DeadContent, DeadKind, TimeRange,
    bytes::{put, seal},
};

#[test]
fn frames_come_back_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    clock.0.store(5_000_000_000, Ordering::Relaxed);
    let (spool, recovery) = Spool::open(config(dir.path()), clock.clone()).unwrap();
    assert_eq!(recovery, Recovery::default());
    let first = Frame {
        payload: b"abc".to_vec(),
        rows: 7,
        uncompressed_bytes: 900,
        schema: 3,
        source: Some(Source { id: *b"0123456789abcdef", sequence: 7 }),
        times: Some(TimeRange { min_ns: -5, max_ns: 10 }),
    };
    let second = Frame { times: Some(TimeRange { min_ns: 3, max_ns: 20 }), source: None, ..first.clone() };
    let empty = Frame { schema: 3, ..Frame::default() };
    for frame in [&first, &second, &empty] {
        assert_eq!(spool.append_blocking(frame.clone()).unwrap(), Appended::Stored);
    }
    clock.0.store(8_000_000_000, Ordering::Relaxed);
    let stats = spool.stats();
    assert_eq!((stats.pending_frames, stats.pending_rows, stats.sources), (3, 14, 1));
    assert_eq!(stats.pending_bytes, 3 * 100 + 6);
    assert_eq!(stats.oldest_age, Some(Duration::from_secs(3)));

    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    assert_eq!((cut.id(), cut.frames(), cut.rows(), cut.schema()), (1, 3, 14, 3));
    assert_eq!((cut.uncompressed_bytes(), cut.disk_bytes()), (1800, 306));
    assert_eq!(cut.times(), Some(TimeRange { min_ns: -5, max_ns: 20 }));
    assert_eq!(cut.oldest_appended_at_ns(), Some(5_000_000_000));
    assert_eq!(cut.token(), format!("{}-1", spool.uuid()));
    let frames = cut.read().unwrap();
    assert!(frames.iter().all(|stored| stored.appended_at_ns == 5_000_000_000));
    assert_eq!(frames.into_iter().map(|stored| stored.frame).collect::<Vec<_>>(), [first, second, empty]);

    assert!(spool.next_cut(CutLimits::default()).unwrap().is_none());
    assert_eq!(spool.stats().oldest_age, Some(Duration::from_secs(3)));
    spool.complete(1).unwrap();
    assert_eq!(spool.complete(1).unwrap_err().code(), "spool.unknown_cut");
    let stats = spool.stats();
    assert_eq!((stats.pending_bytes, stats.outstanding_cuts, stats.oldest_age), (0, 0, None));
}

#[test]
fn cuts_end_at_limits_and_where_the_schema_changes() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    for schema in [1, 1, 1, 2, 2, 1] {
        spool.append_blocking(Frame { schema, ..frame(&[9; 100]) }).unwrap();
    }
    let limits = CutLimits { max_bytes: 250, max_frames: 10 };
    let mut frames = Vec::new();
    while let Some(cut) = spool.next_cut(limits).unwrap() {
        frames.push((cut.schema(), cut.frames()));
    }
    assert_eq!(frames, [(1, 2), (1, 1), (2, 2), (1, 1)]);
    store(&spool, &[0; 1000]);
    store(&spool, b"b");
    store(&spool, b"c");
    let tiny = CutLimits { max_bytes: 1, max_frames: 1 };
    assert_eq!(spool.next_cut(tiny).unwrap().unwrap().frames(), 1, "a frame over the limit goes alone");
    assert_eq!(spool.next_cut(CutLimits { max_frames: 1, ..limits }).unwrap().unwrap().frames(), 1);
}

#[test]
fn a_full_spool_refuses_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open(SpoolConfig { max_bytes: 1000, ..config(dir.path()) }).unwrap();
    spool.append_blocking(from_source(&[1; 400], 1, 10)).unwrap();
    store(&spool, &[2; 300]);
    let error = spool.append_blocking(frame(&[3; 10])).unwrap_err();
    assert!(matches!(error, SpoolError::Full { current_bytes: 900, limit_bytes: 1000 }), "{error}");
    assert!(error.is_retryable() && error.code() == "spool.full");
    let error = spool.append_blocking(frame(&[3; 1000])).unwrap_err();
    assert!(error.code() == "spool.frame_too_large" && !error.is_retryable());
    let again = spool.append_blocking(from_source(&[1; 400], 1, 10)).unwrap();
    assert_eq!(again, Appended::Duplicate, "a lost answer is repeated even when full");
    assert_eq!(drain(&spool).len(), 2);
    store(&spool, &[3; 800]);
    assert_eq!(drain(&spool), [vec![3; 800]]);
    assert!(segments(dir.path()).len() < 3, "delivered segments are deleted");
}

#[test]
fn sequences_outlive_their_frames() {
    let dir = tempfile::tempdir().unwrap();
    let small = SpoolConfig { segment_bytes: 300, ..config(dir.path()) };
    let (spool, _) = open(small.clone()).unwrap();
    for sequence in 1..=20 {
        let outcome = spool.append_blocking(from_source(&[0; 50], 1, sequence * 3)).unwrap();
        assert_eq!(outcome, Appended::Stored);
    }
    spool.append_blocking(from_source(b"x", 2, 5)).unwrap();
    assert_eq!(drain(&spool).len(), 21);
    drop(spool);
    for _ in 0..2 {
        let (spool, recovery) = open(small.clone()).unwrap();
        assert_eq!((recovery.frames_recovered, recovery.is_sources_lost), (0, false));
        assert_eq!(segments(dir.path()), [] as [PathBuf; 0]);
        assert_eq!((spool.last_sequence([1; 16]), spool.last_sequence([2; 16])), (Some(60), Some(5)));
        assert_eq!(spool.last_sequence([3; 16]), None);
        for sequence in [1, 59, 60] {
            let outcome = spool.append_blocking(from_source(b"y", 1, sequence)).unwrap();
            assert_eq!(outcome, Appended::Duplicate);
        }
    }
    let (spool, _) = open(small).unwrap();
    assert_eq!(spool.append_blocking(from_source(b"y", 1, 61)).unwrap(), Appended::Stored);
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    assert!(cut.id() > 1, "numbers of cuts are never used again");
}

#[test]
fn sources_beyond_the_most_are_forgotten_oldest_first() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    let few = SpoolConfig { segment_bytes: 200, max_sources: 3, ..config(dir.path()) };
    let open = || Spool::open(few.clone(), Arc::<TestClock>::clone(&clock)).unwrap().0;
    let spool = open();
    for id in 1..=6 {
        clock.0.store(i64::from(id), Ordering::Relaxed);
        spool.append_blocking(from_source(&[0; 100], id, 10)).unwrap();
    }
    assert_eq!(spool.stats().sources, 6, "those whose frames are in the log are known in any case");
    assert_eq!(drain(&spool).len(), 6);
    drop(spool);
    let spool = open();
    let known: Vec<u8> = (1..=6).filter(|id| spool.last_sequence([*id; 16]).is_some()).collect();
    assert_eq!(known, [4, 5, 6]);
    assert_eq!(spool.source([5; 16]), Some(KnownSource { sequence: 10, appended_at_ns: 5 }));
}

#[test]
fn cuts_complete_in_any_order_and_come_again_when_open() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    for byte in 0..6 {
        store(&spool, &[byte]);
    }
    let one = CutLimits { max_frames: 1, ..CutLimits::default() };
    let cuts: Vec<_> = (0..4).map(|_| spool.next_cut(one).unwrap().unwrap()).collect();
    spool.complete(cuts[1].id()).unwrap();
    spool.complete(cuts[3].id()).unwrap();
    assert_eq!(spool.stats().outstanding_cuts, 2);
    assert_eq!(spool.stats().pending_frames, 6, "the first cut holds the watermark");
    let tokens = [cuts[0].token(), cuts[2].token()];
    drop((cuts, spool));

    let (spool, recovery) = open_ok(dir.path());
    assert_eq!(recovery.cuts_recovered, 2);
    let again: Vec<_> = (0..3).map(|_| spool.next_cut(CutLimits::default()).unwrap().unwrap()).collect();
    assert_eq!([again[0].token(), again[1].token()], tokens);
    let payloads: Vec<_> =
        again.iter().flat_map(|cut| cut.read().unwrap()).map(|stored| stored.frame.payload).collect();
    assert_eq!(payloads, [vec![0], vec![2], vec![4], vec![5]]);

    spool.release(again[1].id()).unwrap();
    assert!(spool.wait_for_data_timeout(Duration::ZERO));
    assert_eq!(spool.next_cut(one).unwrap().unwrap().token(), tokens[1]);
    for cut in again {
        spool.complete(cut.id()).unwrap();
    }
    assert_eq!(spool.stats().pending_bytes, 0);
    assert!(!spool.wait_for_data_timeout(Duration::ZERO));
}

#[test]
fn a_refused_cut_is_kept_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    let frames = [from_source(b"one", 4, 1), frame(b"two")];
    for frame in &frames {
        spool.append_blocking(frame.clone()).unwrap();
    }
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    spool.dead_letter(cut.id(), "code 27: cannot parse input", |_| true).unwrap();
    assert_eq!(spool.stats().pending_frames, 0);
    let letters = spool.dead_letters().unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].kind, letters[0].cut), (DeadKind::Refused, cut.id()));
    assert_eq!((letters[0].spool, letters[0].reason.as_str()), (spool.uuid(), "code 27: cannot parse input"));
    let DeadContent::Frames(kept) = letters[0].read().unwrap() else { panic!("frames are kept as frames") };
    assert_eq!(kept.into_iter().map(|stored| stored.frame).collect::<Vec<_>>(), frames);
    assert_eq!(spool.dead_letter(cut.id(), "", |_| true).unwrap_err().code(), "spool.unknown_cut");
    assert_eq!((letters[0].frames, letters[0].rows), (2, 2));
    let stats = spool.stats();
    assert_eq!((stats.dead_letters, stats.dead_bytes > letters[0].bytes), (1, true));
    spool.delete_dead_letter(&letters[0]).unwrap();
    assert_eq!(spool.dead_letters().unwrap(), []);
    assert_eq!((spool.stats().dead_letters, spool.stats().dead_bytes), (0, 0));
}

#[test]
fn the_bad_frames_of_a_split_cut_are_kept_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    for payload in [b"one", b"two", b"bad", b"odd"] {
        store(&spool, payload);
    }
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    assert!(!cut.is_split());
    spool.begin_split(cut.id()).unwrap();
    drop((spool, cut));

    // As after a crash: the same cut, and it is known to be split.
    let (spool, _) = open_ok(dir.path());
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    assert!(cut.is_split());
    let places: Vec<_> = cut.read().unwrap().iter().map(|stored| stored.place).collect();
    assert!(places.is_sorted());
    spool.dead_letter(cut.id(), "refused", |place| places[2..].contains(&place)).unwrap();
    assert_eq!(spool.stats().pending_frames, 0);
    let payloads = |spool: &Spool| {
        let letters = spool.dead_letters().unwrap();
        let Ok(DeadContent::Frames(frames)) = letters[0].read() else { panic!("frames") };
        frames.into_iter().map(|stored| (stored.place, stored.frame.payload)).collect::<Vec<_>>()
    };
    assert_eq!(payloads(&spool), [(places[2], b"bad".to_vec()), (places[3], b"odd".to_vec())]);

    let letter = spool.dead_letters().unwrap().remove(0);
    spool.shrink_dead_letter(&letter, "still refused", |place| place == places[3]).unwrap();
    assert_eq!(payloads(&spool), [(places[3], b"odd".to_vec())]);
    let letter = spool.dead_letters().unwrap().remove(0);
    assert_eq!((letter.reason.as_str(), letter.rows), ("still refused", 1));
    spool.shrink_dead_letter(&letter, "", |_| false).unwrap();
    assert_eq!(spool.stats().dead_letters, 0);

    // The file that said that the cut is split goes with it.
    drop((spool, cut));
    let (_spool, _) = open_ok(dir.path());
    let left = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with("split-")));
}

#[test]
fn full_dead_letters_leave_the_cut_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open(SpoolConfig { max_dead_bytes: 2000, ..config(dir.path()) }).unwrap();
    store(&spool, &[1; 1500]);
    let first = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    spool.dead_letter(first.id(), "refused", |_| true).unwrap();
    store(&spool, &[2; 1500]);
    let second = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    let error = spool.dead_letter(second.id(), "refused", |_| true).unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("spool.dead_letters_full", true));
    assert_eq!((spool.stats().dead_letters, spool.stats().pending_frames), (1, 1));

    // What comes later is delivered all the same.
    store(&spool, &[3; 10]);
    let third = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    spool.complete(third.id()).unwrap();

    let letter = spool.dead_letters().unwrap().remove(0);
    spool.delete_dead_letter(&letter).unwrap();
    spool.dead_letter(second.id(), "refused", |_| true).unwrap();
    assert_eq!((spool.stats().dead_letters, spool.stats().pending_frames), (1, 0));
}

#[test]
fn one_opener_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    let error = open(config(dir.path())).err().unwrap();
    assert_eq!(error.code(), "spool.locked");
    assert!(error.to_string().contains("in use by another process"));
    drop(spool);
    open_ok(dir.path());
}

#[test]
fn a_newer_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    store(&spool, b"x");
    drop(spool);
    for (name, header_bytes) in [("segment-00000000000000000001.log", 32), ("cuts", 64)] {
        let other = copy(dir.path());
        let path = other.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        put(&mut bytes, 8, &2u32.to_le_bytes());
        seal(&mut bytes[..header_bytes]);
        fs::write(&path, &bytes).unwrap();
        let error = open(config(other.path())).err().unwrap();
        assert_eq!(error.code(), "spool.version", "{name}: {error}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "{name} is left alone");
    }
}

#[test]
fn waiting_ends_with_data_and_with_the_close() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open_ok(dir.path());
    let waiter = spool.clone();
    let waiting = thread::spawn(move || waiter.wait_for_data_timeout(Duration::from_secs(60)));
    store(&spool, b"x");
    assert!(waiting.join().unwrap());
    assert!(crate::spool::block_on(spool.wait_for_data()));
    drain(&spool);
    let waiter = spool.clone();
    let waiting = thread::spawn(move || crate::spool::block_on(waiter.wait_for_data()));
    spool.close().unwrap();
    assert!(!waiting.join().unwrap());
    assert_eq!(spool.append_blocking(frame(b"y")).unwrap_err().code(), "spool.closed");
    assert!(spool.next_cut(CutLimits::default()).unwrap().is_none());
}

#[test]
fn senders_wait_for_room_in_the_queue() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = open(SpoolConfig { queue_bytes: 2048, ..config(dir.path()) }).unwrap();
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let spool = spool.clone();
            thread::spawn(move || {
                for sequence in 1..=10 {
                    // Larger than the whole queue: goes alone.
                    spool.append_blocking(from_source(&[sender; 3000], sender, sequence)).unwrap();
                }
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    assert_eq!(drain(&spool).len(), 80);
    assert_eq!(spool.stats().pending_bytes, 0);
}
