//! How fast appends become durable, beside what the disk does without a spool: large frames from one sender, and small
//! ones from sixteen. `SPOOL_BENCH_FOLDER` chooses the disk.

use std::{
    env,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use click_lite_model::SystemClock;
use click_lite_spool::{CutLimits, Frame, Spool, SpoolConfig};

const LARGE_BYTES: usize = 4 << 20;
const LARGE_FRAMES: usize = 128;
const SMALL_BYTES: usize = 1000;
const SENDERS: usize = 16;
const RUN: Duration = Duration::from_secs(3);

fn main() -> io::Result<()> {
    let parent = env::var_os("SPOOL_BENCH_FOLDER").map_or_else(env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(parent)?;
    raw(dir.path())?;
    large(&dir.path().join("large"))?;
    for delay in [Duration::ZERO, Duration::from_millis(2)] {
        small(&dir.path().join(format!("small-{}", delay.as_millis())), delay)?;
    }
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn frame(bytes: usize) -> Frame {
    // No zeros: a file system may store those without writing.
    let mut state = 1u32;
    let payload = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    });
    Frame {
        payload: payload.take(bytes).collect(),
        rows: 1,
        uncompressed_bytes: bytes as u64,
        ..Frame::default()
    }
}

fn open(dir: &Path, commit_delay: Duration) -> io::Result<Spool> {
    let config = SpoolConfig { commit_delay, ..SpoolConfig::new(dir) };
    Spool::open(config, Arc::new(SystemClock)).map(|(spool, _)| spool).map_err(io::Error::other)
}

/// The disk alone: append and sync.
fn raw(dir: &Path) -> io::Result<()> {
    for (bytes, rounds) in [(LARGE_BYTES, LARGE_FRAMES), (SMALL_BYTES, 500)] {
        let payload = frame(bytes).payload;
        let mut file = File::create(dir.join(format!("raw-{bytes}")))?;
        let start = Instant::now();
        for _ in 0..rounds {
            file.write_all(&payload)?;
            file.sync_data()?;
        }
        let each = start.elapsed().as_secs_f64() / rounds as f64;
        let rate = bytes as f64 / each / 1e6;
        say(&format!("disk alone, write and sync {bytes} bytes: {:.2} ms, {rate:.1} MB/s", each * 1e3))?;
    }
    Ok(())
}

fn large(dir: &Path) -> io::Result<()> {
    let spool = open(dir, Duration::ZERO)?;
    let new = frame(LARGE_BYTES);
    let megabytes = (LARGE_BYTES * LARGE_FRAMES) as f64 / 1e6;
    let start = Instant::now();
    for _ in 0..LARGE_FRAMES {
        spool.append_blocking(new.clone()).map_err(io::Error::other)?;
    }
    say(&format!("4 MiB frames, one sender: {:.0} MB/s durable", megabytes / start.elapsed().as_secs_f64()))?;

    let start = Instant::now();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (spool, new) = (spool.clone(), new.clone());
            thread::spawn(move || {
                (0..LARGE_FRAMES / 4).try_for_each(|_| spool.append_blocking(new.clone()).map(drop))
            })
        })
        .collect();
    for sender in senders {
        sender.join().map_err(|_| io::Error::other("sender panicked"))?.map_err(io::Error::other)?;
    }
    say(&format!(
        "4 MiB frames, four senders: {:.0} MB/s durable",
        megabytes / start.elapsed().as_secs_f64()
    ))?;

    drop(spool);
    let start = Instant::now();
    let spool = open(dir, Duration::ZERO)?;
    say(&format!("open with 1 GiB waiting: {:.0} ms", start.elapsed().as_secs_f64() * 1e3))?;
    let start = Instant::now();
    let mut frames = 0;
    while let Some(cut) = spool.next_cut(CutLimits::default()).map_err(io::Error::other)? {
        frames += cut.read().map_err(io::Error::other)?.len();
        spool.complete(cut.id()).map_err(io::Error::other)?;
    }
    let rate = (frames * LARGE_BYTES) as f64 / 1e6 / start.elapsed().as_secs_f64();
    say(&format!("cut, read, complete: {rate:.0} MB/s"))
}

fn small(dir: &Path, delay: Duration) -> io::Result<()> {
    let spool = open(dir, delay)?;
    let new = frame(SMALL_BYTES);
    let start = Instant::now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (spool, new) = (spool.clone(), new.clone());
            thread::spawn(move || {
                let mut latencies = Vec::new();
                while start.elapsed() < RUN {
                    let sent = Instant::now();
                    spool.append_blocking(new.clone())?;
                    latencies.push(sent.elapsed());
                }
                Ok::<_, click_lite_spool::SpoolError>(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for sender in senders {
        let mut of_sender =
            sender.join().map_err(|_| io::Error::other("sender panicked"))?.map_err(io::Error::other)?;
        latencies.append(&mut of_sender);
    }
    latencies.sort();
    let quantile = |part: f64| latencies[((latencies.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    say(&format!(
        "1 kB frames, {SENDERS} senders, {} ms of delay: {:.0} acks/s, P50 {:.2} ms, P99 {:.2} ms",
        delay.as_millis(),
        latencies.len() as f64 / start.elapsed().as_secs_f64(),
        quantile(0.5),
        quantile(0.99)
    ))
}
