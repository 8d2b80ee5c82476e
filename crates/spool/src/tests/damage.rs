use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::*;
use crate::DeadKind;

/// Payloads of the frames of a log with one segment, and where each frame begins.
fn sample(dir: &Path) -> (Vec<Vec<u8>>, Vec<usize>) {
    let (spool, _) = open_ok(dir);
    let payloads: Vec<Vec<u8>> = (0..4u8).map(|frame| vec![frame + 1; 20 + usize::from(frame)]).collect();
    let mut starts = vec![32];
    for payload in &payloads {
        store(&spool, payload);
        starts.push(starts[starts.len() - 1] + 100 + payload.len());
    }
    (payloads, starts)
}

#[test]
fn a_torn_tail_is_cut_off_at_every_byte() {
    let origin = fast_folder();
    let (payloads, starts) = sample(origin.path());
    let bytes = fs::read(only_segment(origin.path())).unwrap();
    assert_eq!(bytes.len(), starts[4]);
    let dir = copy(origin.path());
    for length in 0..bytes.len() {
        for path in segments(dir.path()) {
            fs::remove_file(path).unwrap();
        }
        fs::copy(origin.path().join("cuts"), dir.path().join("cuts")).unwrap();
        let path = segment_path(dir.path(), 1);
        fs::write(&path, &bytes[..length]).unwrap();
        let whole = starts[1..].iter().filter(|&&end| end <= length).count();
        let (spool, recovery) = open_ok(dir.path());
        let torn = if length < 32 { length } else { length - starts[whole] };
        assert_eq!((recovery.torn_bytes, recovery.corrupt_frames), (torn as u64, 0), "length {length}");
        assert_eq!(recovery.frames_recovered, whole as u64, "length {length}");
        assert_eq!(path.exists(), whole > 0, "length {length}");
        // What comes after a torn tail is as good as any.
        if length % 16 == 0 {
            store(&spool, b"new");
            let mut expected = payloads[..whole].to_vec();
            expected.push(b"new".to_vec());
            assert_eq!(drain(&spool), expected, "length {length}");
        }
    }
    assert!(!dir.path().join("dead").exists());
}

#[test]
fn a_torn_tail_of_zeros_is_cut_off() {
    let dir = fast_folder();
    let (payloads, starts) = sample(dir.path());
    let mut bytes = fs::read(only_segment(dir.path())).unwrap();
    bytes[starts[3]..].fill(0);
    bytes.resize(bytes.len() + 4096, 0);
    fs::write(segment_path(dir.path(), 1), &bytes).unwrap();
    let (spool, recovery) = open_ok(dir.path());
    assert_eq!(recovery.torn_bytes, (bytes.len() - starts[3]) as u64);
    assert_eq!(drain(&spool), payloads[..3]);
}

/// One bit of every byte of a segment that is the last or, with an open spool's segment after it, is not.
#[test]
fn a_flipped_bit_costs_its_frame_alone() {
    let origin = fast_folder();
    let (mut payloads, starts) = sample(origin.path());
    let dir = fast_folder();
    for is_last in [true, false] {
        if !is_last {
            let (spool, _) = open_ok(origin.path());
            store(&spool, b"in the next segment");
            payloads.push(b"in the next segment".to_vec());
        }
        let files = copy(origin.path());
        let bytes = fs::read(segment_path(origin.path(), 1)).unwrap();
        for at in 0..bytes.len() {
            let _ = fs::remove_dir_all(dir.path());
            fs::create_dir(dir.path()).unwrap();
            for entry in fs::read_dir(files.path()).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
            }
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(segment_path(dir.path(), 1), &damaged).unwrap();
            let hit = (at >= 32).then(|| starts.iter().rposition(|&start| start <= at).unwrap());
            let mut expected = payloads.clone();
            if let Some(hit) = hit {
                expected.remove(hit);
            }
            let (spool, recovery) = open_ok(dir.path());
            let found = drain(&spool);
            assert_eq!(found, expected, "byte {at}, last {is_last}");
            let is_torn = is_last && hit == Some(3) && at < starts[3] + 100;
            assert_eq!(recovery.torn_bytes > 0, is_torn, "byte {at}, last {is_last}");
            let kept = spool.dead_letters().unwrap();
            let stats = spool.stats();
            assert_eq!(stats.pending_bytes + stats.pending_frames, 0, "byte {at}, last {is_last}");
            if let Some(hit) = hit.filter(|_| !is_torn) {
                assert_eq!((kept.len(), kept[0].kind), (1, DeadKind::Corrupt), "byte {at}, last {is_last}");
                assert_eq!(stats.corrupt_frames, 1, "byte {at}, last {is_last}");
                assert_eq!(kept[0].bytes, (starts[hit + 1] - starts[hit]) as u64, "byte {at}");
            } else {
                assert_eq!(kept, [], "byte {at}, last {is_last}");
            }
        }
    }
}

/// A log of a spool's own files, say: whole frames inside a payload, in front of which the header is damaged.
#[test]
fn frames_inside_a_payload_are_not_taken_for_frames() {
    let dir = fast_folder();
    let (spool, _) = open_ok(dir.path());
    store(&spool, b"inner");
    let inner = fs::read(only_segment(dir.path())).unwrap();
    store(&spool, &inner.repeat(3));
    store(&spool, b"last");
    drop(spool);
    let mut bytes = fs::read(only_segment(dir.path())).unwrap();
    bytes[inner.len() + 30] ^= 1;
    fs::write(only_segment(dir.path()), bytes).unwrap();
    let (spool, recovery) = open_ok(dir.path());
    assert_eq!((recovery.corrupt_frames, recovery.corrupt_bytes), (1, 100 + 3 * inner.len() as u64));
    assert_eq!(drain(&spool), [b"inner".to_vec(), b"last".to_vec()]);
}

#[test]
fn a_damaged_journal_loses_no_frame_and_reuses_no_token() {
    let origin = fast_folder();
    let (spool, _) = open_ok(origin.path());
    let one = CutLimits { max_frames: 1, ..CutLimits::default() };
    let mut sent: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for byte in 0..6u8 {
        store(&spool, &[byte]);
        if byte < 5 {
            let cut = spool.next_cut(one).unwrap().unwrap();
            sent.insert(cut.token(), cut.read().unwrap()[0].frame.payload.clone());
        }
    }
    spool.complete(2).unwrap();
    drop(spool);
    let bytes = fs::read(origin.path().join("cuts")).unwrap();
    for at in 0..bytes.len() {
        let dir = copy(origin.path());
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        fs::write(dir.path().join("cuts"), &damaged).unwrap();
        let (spool, recovery) = open_ok(dir.path());
        assert!(recovery.is_journal_lost || recovery.journal_damaged_records == 1, "byte {at}");
        let mut seen = HashMap::new();
        while let Some(cut) = spool.next_cut(CutLimits::default()).unwrap() {
            let payloads: Vec<_> =
                cut.read().unwrap().into_iter().map(|stored| stored.frame.payload).collect();
            if let Some(before) = sent.get(&cut.token()) {
                assert_eq!(
                    payloads,
                    std::slice::from_ref(before),
                    "byte {at}: a token means the same frames"
                );
            }
            assert!(seen.insert(cut.token(), payloads).is_none());
        }
        let frames: Vec<_> = seen.into_values().flatten().collect();
        for byte in [0u8, 2, 3, 4, 5] {
            assert_eq!(frames.iter().filter(|&payload| *payload == [byte]).count(), 1, "byte {at}: {byte}");
        }
    }
}

#[test]
fn lost_files_are_reported() {
    let dir = fast_folder();
    let small = SpoolConfig { segment_bytes: 200, ..config(dir.path()) };
    let (spool, _) = open(small.clone()).unwrap();
    for sequence in 1..=5 {
        spool.append_blocking(from_source(&[0; 60], 1, sequence)).unwrap();
    }
    let one = CutLimits { max_frames: 1, ..CutLimits::default() };
    let cut = spool.next_cut(one).unwrap().unwrap();
    spool.complete(cut.id()).unwrap();
    drop(spool);
    let mut sources = fs::read(dir.path().join("sources")).unwrap();
    sources[20] ^= 1;
    fs::write(dir.path().join("sources"), sources).unwrap();
    fs::remove_file(dir.path().join("cuts")).unwrap();
    let (spool, recovery) = open(small).unwrap();
    assert!(recovery.is_journal_lost && recovery.is_sources_lost);
    assert_eq!(recovery.frames_recovered, 4);
    assert_eq!(spool.last_sequence([1; 16]), Some(5));
    assert_eq!(drain(&spool).len(), 4);
}

/// Damage that comes while the spool is open.
#[test]
fn a_payload_that_rots_is_kept_apart() {
    let dir = fast_folder();
    let (spool, _) = open_ok(dir.path());
    for byte in 1..=3 {
        store(&spool, &[byte; 10]);
    }
    let path = only_segment(dir.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[32 + 110 + 105] ^= 1;
    fs::write(&path, bytes).unwrap();
    let cut = spool.next_cut(CutLimits::default()).unwrap().unwrap();
    for _ in 0..2 {
        let payloads: Vec<_> = cut.read().unwrap().into_iter().map(|stored| stored.frame.payload).collect();
        assert_eq!(payloads, [vec![1; 10], vec![3; 10]]);
    }
    assert_eq!(spool.stats().corrupt_frames, 1);
    assert_eq!(spool.dead_letters().unwrap()[0].bytes, 110);
    spool.complete(cut.id()).unwrap();
    assert_eq!(spool.stats().pending_bytes, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any bytes: open succeeds or says why, the rest of the interface holds, nothing panics.
    #[test]
    fn any_bytes_are_survived(
        patches in prop::collection::vec((0usize..5, any::<prop::sample::Index>(), any::<[u8; 9]>(), 0usize..3), 1..12),
    ) {
        let dir = fast_folder();
        sample(dir.path());
        {
            let (spool, _) = open_ok(dir.path());
            let one = CutLimits { max_frames: 1, ..CutLimits::default() };
            for _ in 0..3 {
                spool.next_cut(one).unwrap().unwrap();
            }
            spool.dead_letter(2, "refused", |_| true).unwrap();
            spool.append_blocking(from_source(b"late", 1, 9)).unwrap();
            spool.complete(1).unwrap();
        }
        fs::write(dir.path().join("sources"), [7; 60]).unwrap();
        let mut files = segments(dir.path());
        files.extend([dir.path().join("cuts"), dir.path().join("sources")]);
        files.extend(fs::read_dir(dir.path().join("dead")).unwrap().map(|entry| entry.unwrap().path()));
        for (file, at, patch, kind) in patches {
            let path = &files[file % files.len()];
            let mut bytes = fs::read(path).unwrap();
            let at = at.index(bytes.len().max(1));
            match kind {
                0 => bytes.truncate(at),
                1 => bytes.extend(patch.repeat(20)),
                _ => bytes.iter_mut().skip(at).zip(patch).for_each(|(byte, patch)| *byte = patch),
            }
            fs::write(path, bytes).unwrap();
        }
        let (spool, _) = open_ok(dir.path());
        drain(&spool);
        store(&spool, b"still works");
        prop_assert_eq!(drain(&spool), [b"still works".to_vec()]);
        for letter in spool.dead_letters().unwrap() {
            // Damaged ones are an error, not a panic.
            let _ = letter.read();
        }
        let stats = spool.stats();
        prop_assert_eq!((stats.pending_bytes, stats.pending_frames), (0, 0));
    }
}
