//! What the agent costs: a large file to a server that takes everything at once, beside rsyslog doing the same, and the
//! agent at rest with many files to watch.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use click_lite_benches::data;
use click_lite_benches::process::{self, Memory};
use click_lite_benches::report::{megabytes, say, table, verdict, write};
use click_lite_tests::agent_binary;
use serde_json::json;

const IDLE_FILES: usize = 1000;
const IDLE_REST: Duration = Duration::from_secs(10);
const IDLE_MEASURED: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(600);
const GOAL_MEMORY_BYTES: u64 = 30 << 20;
const GOAL_IDLE_PERCENT: f64 = 0.1;

/// A server that takes everything at once and stores nothing.
struct NullServer {
    address: SocketAddr,
    rows: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

impl NullServer {
    /// One that takes numbered batches.
    fn http() -> anyhow::Result<Self> {
        Self::start(|stream, rows, bytes| {
            let mut reader = BufReader::with_capacity(1 << 20, stream);
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    let Some((name, value)) = line.trim_end().split_once(':') else {
                        if line.trim_end().is_empty() {
                            break;
                        }
                        continue;
                    };
                    if name.eq_ignore_ascii_case("content-length") {
                        length = value.trim().parse()?;
                    } else if name.eq_ignore_ascii_case("x-click-lite-rows") {
                        rows.fetch_add(value.trim().parse()?, Ordering::Relaxed);
                    }
                }
                bytes.fetch_add(
                    std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?,
                    Ordering::Relaxed,
                );
                let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"stored\":true}";
                reader.get_mut().write_all(answer.as_bytes())?;
            }
        })
    }

    /// One that takes lines.
    fn lines() -> anyhow::Result<Self> {
        Self::start(|mut stream, rows, bytes| {
            let mut chunk = vec![0; 1 << 20];
            loop {
                let count = stream.read(&mut chunk)?;
                if count == 0 {
                    return Ok(());
                }
                let lines = chunk[..count].iter().filter(|byte| **byte == b'\n').count();
                rows.fetch_add(lines as u64, Ordering::Relaxed);
                bytes.fetch_add(count as u64, Ordering::Relaxed);
            }
        })
    }

    fn start(
        serve: impl Fn(TcpStream, &AtomicU64, &AtomicU64) -> anyhow::Result<()> + Copy + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let (rows, bytes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let server =
            Self { address: listener.local_addr()?, rows: Arc::clone(&rows), bytes: Arc::clone(&bytes) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (rows, bytes) = (Arc::clone(&rows), Arc::clone(&bytes));
                // A broken connection ends with its client.
                thread::spawn(move || drop(serve(stream, &rows, &bytes)));
            }
        });
        Ok(server)
    }

    fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }
}

/// A shipper; killed when dropped.
struct Shipper(Child);

impl Drop for Shipper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What shipping a file cost.
struct Shipped {
    wall: Duration,
    cpu_seconds: f64,
    memory: Memory,
    sent_bytes: u64,
}

impl Shipped {
    fn cells(&self, name: &str, bytes: u64) -> Vec<String> {
        let megabytes_sent = bytes as f64 / 1e6;
        vec![
            name.to_owned(),
            format!("{:.0}", megabytes_sent / self.wall.as_secs_f64()),
            format!("{:.0}", megabytes_sent / self.cpu_seconds),
            format!("{:.2}", self.cpu_seconds / (bytes as f64 / 1e9)),
            format!("{:.1}", self.memory.peak as f64 / f64::from(1 << 20)),
            megabytes(self.sent_bytes),
        ]
    }

    fn json(&self, bytes: u64) -> serde_json::Value {
        json!({
            "megabytes_per_second": bytes as f64 / 1e6 / self.wall.as_secs_f64(),
            "megabytes_per_cpu_second": bytes as f64 / 1e6 / self.cpu_seconds,
            "cpu_seconds_per_gigabyte": self.cpu_seconds / (bytes as f64 / 1e9),
            "sent_bytes": self.sent_bytes,
            "memory": self.memory.json(),
        })
    }
}

fn main() -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let (file, bytes, rows) = sample(work.path())?;
    say(&format!("{rows} lines, {} MB, to a server that stores nothing", megabytes(bytes)))?;
    let header = ["", "MB/s", "MB/s of a core", "CPU s per GB", "peak MiB", "sent MB"];
    let server = NullServer::http()?;
    let agent = start_agent(work.path(), "large", &server, &file)?;
    let shipped = ship(&agent.0, &server, rows)?;
    drop(agent);
    let mut cells = vec![shipped.cells("click-lite-agent", bytes)];
    let server = NullServer::lines()?;
    let peer =
        start_rsyslog(work.path(), &server, &file)?.map(|peer| ship(&peer.0, &server, rows)).transpose()?;
    cells.extend(peer.as_ref().map(|peer| peer.cells("rsyslog (imfile to TCP, lines as they are)", bytes)));
    table(&header, &cells)?;
    if peer.is_none() {
        say("rsyslogd is not installed: nothing to compare with")?;
    }
    let is_small = shipped.memory.peak < GOAL_MEMORY_BYTES;
    say(&format!("goal: less than {} MiB: {}", GOAL_MEMORY_BYTES >> 20, verdict(is_small)))?;

    let (idle_percent, idle_memory) = idle(work.path())?;
    say(&format!(
        "\nidle with {IDLE_FILES} files: {idle_percent:.3} % of a core, {:.1} MiB; goal: under {GOAL_IDLE_PERCENT} %: {}",
        idle_memory.resident as f64 / f64::from(1 << 20),
        verdict(idle_percent < GOAL_IDLE_PERCENT)
    ))?;
    write(
        "agent",
        json!({
            "bytes": bytes,
            "rows": rows,
            "agent": shipped.json(bytes),
            "rsyslog": peer.map(|peer| peer.json(bytes)),
            "idle": { "files": IDLE_FILES, "cpu_percent": idle_percent, "memory": idle_memory.json() },
        }),
    )
}

/// A file of the generator's events as lines of text, as programs write them: 1 GB of 5 million events.
fn sample(work: &Path) -> anyhow::Result<(PathBuf, u64, u64)> {
    const MOST_BYTES: u64 = 1_000_000_000;
    let path = work.join("large.log");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let (mut bytes, mut rows) = (0, 0);
    for line in BufReader::with_capacity(1 << 20, File::open(data::events_file()?)?).split(b'\n') {
        let line = line?;
        if bytes + line.len() as u64 > MOST_BYTES {
            break;
        }
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        bytes += line.len() as u64 + 1;
        rows += 1;
    }
    out.flush()?;
    Ok((path, bytes, rows))
}

fn start_agent(work: &Path, name: &str, server: &NullServer, glob: &Path) -> anyhow::Result<Shipper> {
    let log = File::create(work.join(format!("{name}-agent.log")))?;
    let child = Command::new(agent_binary()?)
        .args(["tail", "--server", &format!("http://{}", server.address), "--state-dir"])
        .arg(work.join(format!("{name}-state")))
        .arg(glob)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()?;
    Ok(Shipper(child))
}

/// rsyslog reading the file and sending each line as it is, with nothing kept on disk.
fn start_rsyslog(work: &Path, server: &NullServer, file: &Path) -> anyhow::Result<Option<Shipper>> {
    let state = work.join("rsyslog");
    fs::create_dir_all(&state)?;
    let configuration = state.join("rsyslog.conf");
    let text = format!(
        r#"global(workDirectory="{state}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
template(name="line" type="string" string="%msg%\n")
input(type="imfile" file="{file}" tag="bench:" ruleset="ship" persistStateInterval="1000")
ruleset(name="ship" queue.type="LinkedList" queue.size="50000" queue.dequeueBatchSize="1024" queue.timeoutEnqueue="600000") {{
  action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" template="line")
}}
"#,
        state = state.display(),
        file = file.display(),
        port = server.address.port()
    );
    fs::write(&configuration, text)?;
    let child = Command::new("rsyslogd")
        .args(["-n", "-i"])
        .arg(state.join("pid"))
        .arg("-f")
        .arg(&configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(state.join("log"))?)
        .spawn();
    match child {
        Ok(child) => Ok(Some(Shipper(child))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Waits until all rows have arrived.
fn ship(child: &Child, server: &NullServer, rows: u64) -> anyhow::Result<Shipped> {
    let started = Instant::now();
    while server.rows() < rows {
        ensure!(started.elapsed() < PATIENCE, "{} of {rows} rows arrived", server.rows());
        process::cpu(child.id()).context("the shipper ended")?;
        thread::sleep(Duration::from_millis(5));
    }
    let wall = started.elapsed();
    Ok(Shipped {
        wall,
        cpu_seconds: process::cpu(child.id())?.0,
        memory: process::memory(child.id())?,
        sent_bytes: server.bytes.load(Ordering::Relaxed),
    })
}

/// Share of a core in percent, and memory, of an agent that has read all its files and waits for more.
fn idle(work: &Path) -> anyhow::Result<(f64, Memory)> {
    let folder = work.join("many");
    fs::create_dir_all(&folder)?;
    for file in 0..IDLE_FILES {
        fs::write(folder.join(format!("{file:04}.log")), format!("2026-11-20T10:00:00Z INFO file {file}\n"))?;
    }
    let server = NullServer::http()?;
    let agent = start_agent(work, "many", &server, &folder.join("*.log"))?;
    let started = Instant::now();
    while server.rows() < IDLE_FILES as u64 {
        ensure!(started.elapsed() < PATIENCE, "{} of {IDLE_FILES} rows arrived", server.rows());
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(IDLE_REST);
    let (before, measured) = (process::cpu(agent.0.id())?, Instant::now());
    thread::sleep(IDLE_MEASURED);
    let seconds = process::cpu(agent.0.id())? - before;
    Ok((seconds / measured.elapsed().as_secs_f64() * 100.0, process::memory(agent.0.id())?))
}
