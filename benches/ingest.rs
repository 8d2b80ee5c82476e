//! Records sent over HTTP: large batches from four senders, and small requests, each answered when it is durable.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bytes::Bytes;
use click_lite_benches::process::Memory;
use click_lite_benches::report::{megabytes, output_folder, say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{data, process, runtime};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

const SENDERS: usize = 4;
const BATCH_BYTES: u64 = 1_000_000;
/// Bytes of a small request, about: whole records.
const SMALL_BYTES: u64 = 1_000;
const SMALL_SECONDS: u64 = 8;
/// Batches that wait for a sender.
const WAITING_BATCHES: usize = 8;
const CPU_GOAL_SECONDS_PER_GB: f64 = 26.0;

/// What senders saw.
#[derive(Default)]
struct Sent {
    records: u64,
    bytes: u64,
    latencies: Samples,
}

impl Sent {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.latencies.append(other.latencies);
    }
}

struct Batches {
    sent: Sent,
    wall: Duration,
    server_cpu_seconds: f64,
    engine_cpu_seconds: f64,
    server_memory: Memory,
    engine_memory: Memory,
    disk_bytes: u64,
}

struct Small {
    senders: usize,
    sent: Sent,
    wall: Duration,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let events = data::events_file()?;
    let folder = output_folder()?.join("ingest");
    let _ = fs::remove_dir_all(&folder);
    let server = Server::start(&folder, &[])?;
    // As programs on this machine send: without a token. It also sets up what the HTTP client needs.
    let _ = server.client()?;
    let batches = large(&server, events.clone()).await?;
    let mut small = Vec::new();
    for senders in [1, 8, 64] {
        small.push(small_requests(&server, &events, senders).await?);
    }
    let expected = batches.sent.records + small.iter().map(|run| run.sent.records).sum::<u64>();
    process::wait_until_idle(server.engine_pid()?).await?;
    let stored = server.count("").await?;
    ensure!(stored == expected, "{expected} records were acknowledged, {stored} are stored");
    server.stop()?;
    fs::remove_dir_all(&folder)?;
    report(&batches, &small)
}

/// All events in batches of whole lines.
async fn large(server: &Server, events: PathBuf) -> anyhow::Result<Batches> {
    let engine = server.engine_pid()?;
    let before = (process::cpu(server.pid())?, process::cpu(engine)?);
    let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
    let reader = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(events)?);
        while let Some(batch) = next_batch(&mut file, BATCH_BYTES)? {
            if sender.blocking_send(batch).is_err() {
                break;
            }
        }
        Ok(())
    });
    let started = Instant::now();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..SENDERS {
        let (receiver, url) = (Arc::clone(&receiver), server.url());
        senders.spawn(async move {
            let http = client()?;
            let mut sent = Sent::default();
            loop {
                let batch = receiver.lock().await.recv().await;
                let Some(batch) = batch else { return anyhow::Ok(sent) };
                post(&http, &url, batch, &mut sent).await?;
            }
        });
    }
    let sent = gather(senders).await?;
    let wall = started.elapsed();
    reader.await??;
    let server_cpu_seconds = process::cpu(server.pid())? - before.0;
    let engine_cpu_seconds = process::wait_until_idle(engine).await? - before.1;
    Ok(Batches {
        sent,
        wall,
        server_cpu_seconds,
        engine_cpu_seconds,
        server_memory: process::memory(server.pid())?,
        engine_memory: process::memory(engine)?,
        disk_bytes: server.disk_bytes().await?,
    })
}

/// One small request after the other from each sender.
async fn small_requests(server: &Server, events: &PathBuf, senders: usize) -> anyhow::Result<Small> {
    let mut file = BufReader::new(File::open(events)?);
    let mut bodies = Vec::new();
    while bodies.len() < 1000
        && let Some(body) = next_batch(&mut file, SMALL_BYTES)?
    {
        bodies.push(body);
    }
    let bodies = Arc::new(bodies);
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..senders {
        let (bodies, url) = (Arc::clone(&bodies), server.url());
        tasks.spawn(async move {
            let http = client()?;
            let mut sent = Sent::default();
            let mut turn = index * 100;
            while started.elapsed().as_secs() < SMALL_SECONDS {
                post(&http, &url, bodies[turn % bodies.len()].clone(), &mut sent).await?;
                turn += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let sent = gather(tasks).await?;
    Ok(Small { senders, sent, wall: started.elapsed() })
}

async fn gather(mut tasks: tokio::task::JoinSet<anyhow::Result<Sent>>) -> anyhow::Result<Sent> {
    let mut all = Sent::default();
    while let Some(sent) = tasks.join_next().await {
        all.add(sent??);
    }
    Ok(all)
}

/// Whole lines of at least this many bytes; `None` at the end.
fn next_batch(file: &mut BufReader<File>, bytes: u64) -> anyhow::Result<Option<Bytes>> {
    let mut batch = Vec::with_capacity(bytes as usize + 1024);
    file.by_ref().take(bytes).read_to_end(&mut batch)?;
    if batch.is_empty() {
        return Ok(None);
    }
    if batch.last() != Some(&b'\n') {
        file.read_until(b'\n', &mut batch)?;
    }
    Ok(Some(batch.into()))
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?)
}

/// Sends one request; when told to wait, waits and sends it again, as a sender has to.
async fn post(http: &reqwest::Client, url: &str, body: Bytes, sent: &mut Sent) -> anyhow::Result<()> {
    let started = Instant::now();
    let answer = loop {
        let request =
            http.post(format!("{url}/api/v1/ingest")).header("content-type", "application/x-ndjson");
        let answer = request.body(body.clone()).send().await?;
        if answer.status() != reqwest::StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "ingest answered {status}: {text}");
    sent.latencies.push(started.elapsed());
    let answer: Value = serde_json::from_str(&text)?;
    ensure!(answer["rejected"] == 0, "records were refused: {answer}");
    sent.records += answer["accepted"].as_u64().unwrap_or(0);
    sent.bytes += body.len() as u64;
    Ok(())
}

fn report(batches: &Batches, small: &[Small]) -> anyhow::Result<()> {
    let sent = &batches.sent;
    let seconds = batches.wall.as_secs_f64();
    let gigabytes = sent.bytes as f64 / 1e9;
    let cpu = (batches.server_cpu_seconds + batches.engine_cpu_seconds) / gigabytes;
    say(&format!(
        "{SENDERS} senders, batches of 1 MB, {} events, {} MB",
        sent.records,
        megabytes(sent.bytes)
    ))?;
    table(
        &[
            "events/s",
            "MB/s",
            "P50 ms",
            "P99 ms",
            "CPU s/GB",
            "server",
            "engine",
            "server MB",
            "engine MB",
            "disk MB",
        ],
        &[vec![
            format!("{:.0}", sent.records as f64 / seconds),
            format!("{:.1}", gigabytes * 1e3 / seconds),
            format!("{:.1}", sent.latencies.median()),
            format!("{:.1}", sent.latencies.percentile(99.0)),
            format!("{cpu:.1}"),
            format!("{:.1}", batches.server_cpu_seconds / gigabytes),
            format!("{:.1}", batches.engine_cpu_seconds / gigabytes),
            megabytes(batches.server_memory.peak),
            megabytes(batches.engine_memory.peak),
            megabytes(batches.disk_bytes),
        ]],
    )?;
    say(&format!(
        "goal: at most {CPU_GOAL_SECONDS_PER_GB} CPU s/GB: {}",
        verdict(cpu <= CPU_GOAL_SECONDS_PER_GB)
    ))?;
    say("\nrequests of 1 kB, one after the other from each sender")?;
    let lines: Vec<Vec<String>> = small
        .iter()
        .map(|run| {
            vec![
                run.senders.to_string(),
                format!("{:.0}", run.sent.latencies.len() as f64 / run.wall.as_secs_f64()),
                format!("{:.2}", run.sent.latencies.median()),
                format!("{:.2}", run.sent.latencies.percentile(99.0)),
            ]
        })
        .collect();
    table(&["senders", "answers/s", "P50 ms", "P99 ms"], &lines)?;
    let small: Vec<Value> = small
        .iter()
        .map(|run| {
            json!({
                "senders": run.senders,
                "answers_per_second": run.sent.latencies.len() as f64 / run.wall.as_secs_f64(),
                "p50_ms": run.sent.latencies.median(),
                "p99_ms": run.sent.latencies.percentile(99.0),
            })
        })
        .collect();
    let figures = json!({
        "events": sent.records,
        "bytes": sent.bytes,
        "seconds": seconds,
        "p50_ms": sent.latencies.median(),
        "p99_ms": sent.latencies.percentile(99.0),
        "server_cpu_seconds": batches.server_cpu_seconds,
        "engine_cpu_seconds": batches.engine_cpu_seconds,
        "server_memory": batches.server_memory.json(),
        "engine_memory": batches.engine_memory.json(),
        "disk_bytes": batches.disk_bytes,
        "small": small,
    });
    write("ingest", figures)
}
