//! What processes cost, as Linux counts it under `/proc`.

use std::fs;
use std::ops::Sub;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// Share of a core below which a process counts as idle: its own housekeeping.
const IDLE_SHARE: f64 = 0.05;
/// How long it has to stay so.
const IDLE_SECONDS: u32 = 8;
/// When to give up.
const PATIENCE: Duration = Duration::from_secs(600);

/// Seconds of processor time of a process, user and system, all threads.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Cpu(pub f64);

impl Sub for Cpu {
    type Output = f64;

    fn sub(self, before: Self) -> f64 {
        self.0 - before.0
    }
}

/// Processor time of a process since it began.
///
/// # Errors
/// There is no such process.
pub fn cpu(pid: u32) -> anyhow::Result<Cpu> {
    // proc_pid_stat(5): after the name in parentheses, `utime` and `stime` are the 12th and 13th fields.
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    let (_, fields) = stat.rsplit_once(')').context("a stat line")?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map(|field| field.parse().unwrap_or(0_u64)).sum();
    // SAFETY: sysconf reads a number and has no preconditions.
    let ticks_per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Ok(Cpu(ticks as f64 / ticks_per_second.max(1) as f64))
}

/// Processor time of all children of this process that ended and were waited for.
pub fn cpu_of_ended_children() -> Cpu {
    // SAFETY: all-zero bytes are a valid `rusage`, and getrusage fills in the one it is given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Cpu(seconds(usage.ru_utime) + seconds(usage.ru_stime))
}

/// Memory of a process in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Resident now, mapped files (such as the engine's library) included.
    pub resident: u64,
    /// Resident now, of the process alone.
    pub anonymous: u64,
    /// Most that was ever resident.
    pub peak: u64,
}

impl Memory {
    pub fn json(&self) -> Value {
        json!({ "resident_bytes": self.resident, "anonymous_bytes": self.anonymous, "peak_bytes": self.peak })
    }
}

/// Memory of a process.
///
/// # Errors
/// There is no such process.
pub fn memory(pid: u32) -> anyhow::Result<Memory> {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("no process {pid}"))?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kibibytes: u64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap_or(0);
        kibibytes << 10
    };
    Ok(Memory { resident: bytes("VmRSS"), anonymous: bytes("RssAnon"), peak: bytes("VmHWM") })
}

/// Waits until a process has next to nothing to do (merges have ended), and returns its processor time then.
///
/// # Errors
/// The process ended, or is still busy after ten minutes.
pub async fn wait_until_idle(pid: u32) -> anyhow::Result<Cpu> {
    let started = Instant::now();
    let mut quiet_since = (cpu(pid)?, 0);
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = cpu(pid)?;
        let seconds = quiet_since.1 + 1;
        quiet_since = if now - quiet_since.0 < IDLE_SHARE * f64::from(seconds) {
            (quiet_since.0, seconds)
        } else {
            (now, 0)
        };
        if quiet_since.1 >= IDLE_SECONDS {
            return Ok(now);
        }
        ensure!(started.elapsed() < PATIENCE, "process {pid} is still busy");
    }
}

/// A process and all that it started, with their names.
///
/// # Errors
/// `/proc` can't be read.
pub fn tree(root: u32) -> anyhow::Result<Vec<(u32, String)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // One that ended meanwhile is no concern.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let Some((head, fields)) = stat.rsplit_once(')') else { continue };
        let parent = fields.split_whitespace().nth(1).and_then(|parent| parent.parse::<u32>().ok());
        let name = head.split_once('(').map_or("", |(_, name)| name).to_owned();
        all.push((pid, parent.unwrap_or(0), name));
    }
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        found.extend(
            all.iter().filter(|(pid, _, _)| *pid == parent).map(|(pid, _, name)| (*pid, name.clone())),
        );
        parents.extend(all.iter().filter(|(_, of, _)| *of == parent).map(|(pid, _, _)| *pid));
    }
    Ok(found)
}
