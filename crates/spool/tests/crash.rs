//! A process that appends and delivers is killed again and again at moments that nobody chose. What it acknowledged
//! must be there afterwards, once and in order, and cuts must not change.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use click_lite_model::{Clock, SystemClock};
use click_lite_spool::{Appended, Cut, CutLimits, Frame, Recovery, Source, Spool, SpoolConfig};

const ROUNDS: u64 = 40;
const SENDERS: u8 = 4;
const FOLDER: &str = "SPOOL_CRASH_TEST_FOLDER";

fn open(dir: &Path) -> (Spool, Recovery) {
    let config = SpoolConfig {
        // Small, so that rotation and deletion are hit as well.
        segment_bytes: 16 << 10,
        max_bytes: 64 << 20,
        commit_delay: Duration::from_micros(200),
        ..SpoolConfig::new(dir)
    };
    Spool::open(config, Arc::new(SystemClock)).expect("the folder of a killed process opens")
}

/// A frame that says who sent it, with a tail of varying size.
fn numbered(sender: u8, sequence: u64) -> Frame {
    let mut payload = format!("{sender}:{sequence}").into_bytes();
    payload.extend((0..sequence * 37 % 900).map(|_| b' '));
    Frame {
        uncompressed_bytes: payload.len() as u64,
        payload,
        rows: 1,
        schema: u32::from(sequence.is_multiple_of(97)),
        source: Some(Source { id: [sender; 16], sequence }),
        ..Frame::default()
    }
}

fn contents(cut: &Cut) -> String {
    let frames = cut.read().expect("an outstanding cut can be read");
    let names: Vec<_> = frames
        .iter()
        .map(|stored| String::from_utf8_lossy(&stored.frame.payload).trim_end().to_owned())
        .collect();
    names.join(",")
}

/// One line with one write.
fn say(line: &str) {
    io::stdout().lock().write_all(format!("{line}\n").as_bytes()).expect("the other end listens");
}

/// The process that is killed. It does nothing unless the other test runs it.
#[test]
fn child() {
    let Some(dir) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    // Ends what the test harness has written without a line end.
    say("");
    let (spool, recovery) = open(&dir);
    assert_eq!((recovery.corrupt_frames, recovery.journal_damaged_records), (0, 0));
    assert!(!recovery.is_journal_lost && !recovery.is_sources_lost);
    for sender in 0..SENDERS {
        let spool = spool.clone();
        thread::spawn(move || {
            let last = spool.last_sequence([sender; 16]).unwrap_or(0);
            if last > 0 {
                let again = spool.append_blocking(numbered(sender, last)).unwrap();
                assert_eq!(again, Appended::Duplicate);
                say(&format!("ack {sender}:{last}"));
            }
            for sequence in last + 1.. {
                assert_eq!(spool.append_blocking(numbered(sender, sequence)).unwrap(), Appended::Stored);
                say(&format!("ack {sender}:{sequence}"));
            }
        });
    }
    let mut outstanding = Vec::new();
    loop {
        spool.wait_for_data_timeout(Duration::from_secs(60));
        let limits = CutLimits { max_bytes: 6000, max_frames: 16 };
        while let Some(cut) = spool.next_cut(limits).unwrap() {
            say(&format!("cut {} {}", cut.token(), contents(&cut)));
            outstanding.push(cut.id());
            // Several stay open, and are completed out of order.
            if outstanding.len() > 4 {
                let at = usize::try_from(cut.id() % 4).unwrap();
                let id = outstanding.remove(at);
                spool.complete(id).unwrap();
            }
        }
    }
}

/// What the killed processes said, as a store would see it that refuses a token it knows.
#[derive(Default)]
struct Store {
    tokens: HashMap<String, String>,
    stored: Vec<String>,
    repeated: u64,
    acknowledged: BTreeMap<String, u64>,
}

impl Store {
    fn hear(&mut self, line: &str) {
        if let Some(frame) = line.strip_prefix("ack ") {
            *self.acknowledged.entry(frame.to_owned()).or_default() += 1;
        } else if let Some((token, frames)) = line.strip_prefix("cut ").and_then(|cut| cut.split_once(' ')) {
            self.insert(token, frames);
        }
    }

    fn insert(&mut self, token: &str, frames: &str) {
        if let Some(before) = self.tokens.get(token) {
            assert_eq!(before, frames, "cut {token} changed");
            self.repeated += 1;
            return;
        }
        self.tokens.insert(token.to_owned(), frames.to_owned());
        self.stored.extend(frames.split(',').map(str::to_owned));
    }
}

/// A number below 10^9 that differs from call to call.
fn moment_ns() -> u64 {
    SystemClock.now_ns().unsigned_abs() % 1_000_000_000
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost_or_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::default();
    for round in 0..ROUNDS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["child", "--exact", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        // Some are killed while they open, most while they work.
        let life = Duration::from_micros(moment_ns() / 1000 % 60_000);
        let (working, works) = mpsc::channel::<()>();
        let mut working = (round % 5 != 0).then_some(working);
        let killer = thread::spawn(move || {
            // Ends when the child acknowledges or, where nobody tells, at once.
            let _ = works.recv();
            thread::sleep(life);
            child.kill().unwrap();
            child.wait().unwrap();
            let mut complaints = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
            complaints
        });
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).unwrap() > 0 {
            // The last line may be cut off; what it says was not said.
            if line.pop() == Some(b'\n') {
                if line.starts_with(b"ack") {
                    working = None;
                }
                store.hear(&String::from_utf8_lossy(&line));
            }
            line.clear();
        }
        drop(working);
        assert_eq!(killer.join().unwrap(), "", "round {round}");
    }

    let (spool, recovery) = open(dir.path());
    assert_eq!(recovery.corrupt_frames, 0);
    while let Some(cut) = spool.next_cut(CutLimits::default()).unwrap() {
        store.insert(&cut.token(), &contents(&cut));
        spool.complete(cut.id()).unwrap();
    }
    let mut sequences: BTreeMap<&str, u64> = BTreeMap::new();
    for frame in &store.stored {
        let (sender, sequence) = frame.split_once(':').unwrap();
        let last = sequences.entry(sender).or_default();
        assert_eq!(sequence.parse::<u64>().unwrap(), *last + 1, "sender {sender}: once, in order");
        *last += 1;
    }
    for frame in store.acknowledged.keys() {
        let (sender, sequence) = frame.split_once(':').unwrap();
        assert!(sequences[sender] >= sequence.parse().unwrap(), "{frame} was acknowledged and is lost");
    }
    let summary = format!(
        "{} frames acknowledged, {} stored, {} cuts, {} of them again\n",
        store.acknowledged.len(),
        store.stored.len(),
        store.tokens.len(),
        store.repeated
    );
    io::stderr().write_all(summary.as_bytes()).unwrap();
    assert!(store.acknowledged.len() > 200 && store.repeated > 10, "{summary}");
}
