use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    /// Size, schema, source and how much its sequence grows (0 is a repetition).
    Append(usize, u32, Option<(u8, u64)>),
    Cut(u64, u64),
    Complete(prop::sample::Index),
    DeadLetter(prop::sample::Index),
    Release(prop::sample::Index),
    Reopen,
}

/// The spool as it should be, in memory.
#[derive(Default)]
struct Model {
    uncut: VecDeque<Frame>,
    /// By number: token, frames, and whether it is handed out.
    cuts: BTreeMap<u64, (String, Vec<Frame>, bool)>,
    last_id: u64,
    dead: usize,
    sequences: BTreeMap<u8, u64>,
    appended: u64,
}

fn step() -> impl Strategy<Value = Step> {
    let source = prop::option::of((0u8..3, 0u64..3));
    prop_oneof![
        8 => (0usize..600, 0u32..2, source).prop_map(|(size, schema, source)| Step::Append(size, schema, source)),
        4 => (1u64..2000, 1u64..6).prop_map(|(bytes, frames)| Step::Cut(bytes, frames)),
        4 => any::<prop::sample::Index>().prop_map(Step::Complete),
        1 => any::<prop::sample::Index>().prop_map(Step::DeadLetter),
        1 => any::<prop::sample::Index>().prop_map(Step::Release),
        1 => Just(Step::Reopen),
    ]
}

impl Model {
    fn append(&mut self, spool: &Spool, size: usize, schema: u32, source: Option<(u8, u64)>) {
        self.appended += 1;
        let payload: Vec<u8> = self.appended.to_le_bytes().into_iter().cycle().take(size).collect();
        let mut new = Frame { schema, ..frame(&payload) };
        let mut expected = Appended::Stored;
        if let Some((id, growth)) = source {
            let known = self.sequences.get(&id).copied();
            let sequence = known.unwrap_or(0) + growth;
            new.source = Some(Source { id: [id; 16], sequence });
            if known.is_some_and(|known| known >= sequence) {
                expected = Appended::Duplicate;
            } else {
                self.sequences.insert(id, sequence);
            }
        }
        assert_eq!(spool.append_blocking(new.clone()).unwrap(), expected);
        if expected == Appended::Stored {
            self.uncut.push_back(new);
        }
    }

    fn cut(&mut self, spool: &Spool, limits: CutLimits) {
        let cut = spool.next_cut(limits).unwrap();
        if let Some((id, (token, frames, is_out))) = self.cuts.iter_mut().find(|(_, cut)| !cut.2) {
            let cut = cut.expect("a waiting cut comes again");
            assert_eq!((cut.id(), cut.token()), (*id, token.clone()));
            let read: Vec<_> = cut.read().unwrap().into_iter().map(|stored| stored.frame).collect();
            assert_eq!(&read, frames);
            *is_out = true;
            return;
        }
        let mut expected: Vec<Frame> = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.uncut.front() {
            bytes += next.uncompressed_bytes;
            let fits = expected.first().is_none_or(|first| {
                first.schema == next.schema
                    && bytes <= limits.max_bytes
                    && (expected.len() as u64) < limits.max_frames
            });
            if !fits {
                break;
            }
            expected.extend(self.uncut.pop_front());
        }
        let Some(cut) = cut else {
            assert!(expected.is_empty(), "frames wait and no cut comes");
            return;
        };
        let read: Vec<_> = cut.read().unwrap().into_iter().map(|stored| stored.frame).collect();
        assert_eq!(read, expected);
        assert!(cut.id() > self.last_id);
        self.last_id = cut.id();
        self.cuts.insert(cut.id(), (cut.token(), expected, true));
    }

    fn check(&self, spool: &Spool) {
        let stats = spool.stats();
        let waiting = self.cuts.values().map(|cut| cut.1.len()).sum::<usize>() + self.uncut.len();
        // Completed cuts behind one that is not are pending still.
        assert!(stats.pending_frames >= waiting as u64, "{stats:?}");
        if self.cuts.is_empty() {
            assert_eq!(stats.pending_frames, waiting as u64);
            let bytes: u64 = self.uncut.iter().map(Frame::disk_bytes).sum();
            assert_eq!(stats.pending_bytes, bytes);
        }
        assert_eq!(stats.outstanding_cuts, self.cuts.len() as u64);
        assert_eq!(stats.oldest_age.is_some(), waiting > 0);
        let has_data = !self.uncut.is_empty() || self.cuts.values().any(|cut| !cut.2);
        assert_eq!(spool.wait_for_data_timeout(Duration::ZERO), has_data);
        for (&id, &sequence) in &self.sequences {
            assert_eq!(spool.last_sequence([id; 16]), Some(sequence));
        }
        assert_eq!(spool.dead_letters().unwrap().len(), self.dead);
    }
}

fn pick(model: &Model, index: prop::sample::Index) -> Option<u64> {
    (!model.cuts.is_empty()).then(|| *model.cuts.keys().nth(index.index(model.cuts.len())).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spool_does_what_its_model_does(steps in prop::collection::vec(step(), 1..80)) {
        let dir = fast_folder();
        let config = SpoolConfig { segment_bytes: 1500, ..config(dir.path()) };
        let mut spool = open(config.clone()).unwrap().0;
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Append(size, schema, source) => model.append(&spool, size, schema, source),
                Step::Cut(max_bytes, max_frames) => model.cut(&spool, CutLimits { max_bytes, max_frames }),
                Step::Complete(index) => if let Some(id) = pick(&model, index) {
                    spool.complete(id).unwrap();
                    model.cuts.remove(&id);
                },
                Step::DeadLetter(index) => if let Some(id) = pick(&model, index) {
                    spool.dead_letter(id, "refused", |_| true).unwrap();
                    model.cuts.remove(&id);
                    model.dead += 1;
                },
                Step::Release(index) => if let Some(id) = pick(&model, index) {
                    spool.release(id).unwrap();
                    model.cuts.get_mut(&id).unwrap().2 = false;
                },
                Step::Reopen => {
                    drop(spool);
                    let (opened, recovery) = open(config.clone()).unwrap();
                    spool = opened;
                    for cut in model.cuts.values_mut() {
                        cut.2 = false;
                    }
                    assert_eq!(recovery.cuts_recovered, model.cuts.len() as u64);
                    assert_eq!((recovery.torn_bytes, recovery.corrupt_frames), (0, 0));
                    assert_eq!(recovery.journal_damaged_records, 0);
                    assert!(!recovery.is_journal_lost && !recovery.is_sources_lost);
                }
            }
            model.check(&spool);
        }
    }
}
