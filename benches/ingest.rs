//! Records sent over HTTP: large batches from four senders, and small requests, each answered when it is durable;
//! beside direct inserts of the same records into a table of the same definition.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use click_lite_benches::batches::{Batches, Lines, SENDERS};
use click_lite_benches::clickhouse::{ClickHouse, Encoding};
use click_lite_benches::direct::{self, Direct};
use click_lite_benches::process::Memory;
use click_lite_benches::report::{megabytes, output_folder, say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{data, process, runtime};
use serde_json::{Value, json};

const BATCH_BYTES: u64 = 1_000_000;
/// Bytes of a small request, about: whole records.
const SMALL_BYTES: u64 = 1_000;
const SMALL_SECONDS: u64 = 8;
const CPU_GOAL_SECONDS_PER_GB: f64 = 26.0;
/// CPU of ours to that of direct inserts of 16 MB of JSON: decoding, spool and fsync cost little more than the parsing
/// that they replace.
const CPU_GOAL_TO_RAW: f64 = 1.1;
/// Bytes on disk to bytes that came.
const DISK_GOAL: f64 = 0.15;

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

struct Large {
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
    let large = large(&server, events.clone()).await?;
    let mut small = Vec::new();
    for senders in [1, 8, 64] {
        small.push(small_requests(&server, &events, senders).await?);
    }
    let expected = large.sent.records + small.iter().map(|run| run.sent.records).sum::<u64>();
    process::wait_until_idle(server.engine_pid()?).await?;
    let stored = server.count("").await?;
    ensure!(stored == expected, "{expected} records were acknowledged, {stored} are stored");
    server.stop()?;
    let raw = raw(&folder).await?;
    fs::remove_dir_all(&folder)?;
    report(&large, &small, &raw, expected)
}

/// All events in batches of whole lines.
async fn large(server: &Server, events: PathBuf) -> anyhow::Result<Large> {
    let engine = server.engine_pid()?;
    let before = (process::cpu(server.pid())?, process::cpu(engine)?);
    let started = Instant::now();
    let batches = Arc::new(Batches::read(events, BATCH_BYTES));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..SENDERS {
        let (batches, url) = (Arc::clone(&batches), server.url());
        senders.spawn(async move {
            let http = client()?;
            let mut sent = Sent::default();
            while let Some(batch) = batches.next().await {
                post(&http, &url, batch, &mut sent).await?;
            }
            anyhow::Ok(sent)
        });
    }
    let sent = gather(senders).await?;
    let wall = started.elapsed();
    Arc::into_inner(batches).context("the senders ended")?.finish().await?;
    let engine_cpu_seconds = process::wait_until_idle(engine).await? - before.1;
    // The server delivers after it answered: its work is over when the engine's is.
    let server_cpu_seconds = process::cpu(server.pid())? - before.0;
    Ok(Large {
        sent,
        wall,
        server_cpu_seconds,
        engine_cpu_seconds,
        server_memory: process::memory(server.pid())?,
        engine_memory: process::memory(engine)?,
        disk_bytes: server.disk_bytes().await?,
    })
}

/// The same records inserted into ClickHouse directly, as JSON by as many senders, and as blocks.
async fn raw(folder: &Path) -> anyhow::Result<Vec<Direct>> {
    let clickhouse = ClickHouse::start(folder).await?;
    let rows = folder.join("rows.ndjson");
    direct::json_file(&clickhouse, &rows).await?;
    let mut runs = Vec::new();
    for (name, bytes, has_facets) in [
        ("JSONEachRow, 1 MB", 1_000_000, false),
        ("JSONEachRow, 16 MB", 16_000_000, false),
        ("JSONEachRow, 16 MB", 16_000_000, true),
    ] {
        let batches = Batches::read(rows.clone(), bytes);
        let sender = async || -> anyhow::Result<()> {
            while let Some(batch) = batches.next().await {
                clickhouse.insert(direct::TABLE, "JSONEachRow", batch, Encoding::Plain).await?;
            }
            Ok(())
        };
        let run = direct::measure(&clickhouse, name, has_facets, async || {
            tokio::try_join!(sender(), sender(), sender(), sender()).map(drop)
        });
        runs.push(run.await?);
        batches.finish().await?;
    }
    fs::remove_file(rows)?;
    let bodies = direct::native_bodies(&clickhouse).await?;
    let native = direct::measure(&clickhouse, "Native, 64 MB", false, async || {
        for body in &bodies {
            clickhouse.insert(direct::TABLE, "Native", body.clone(), Encoding::Plain).await?;
        }
        Ok(())
    });
    runs.push(native.await?);
    clickhouse.stop().await;
    Ok(runs)
}

/// One small request after the other from each sender.
async fn small_requests(server: &Server, events: &Path, senders: usize) -> anyhow::Result<Small> {
    let mut lines = Lines::open(events)?;
    let mut bodies = Vec::new();
    while bodies.len() < 1000
        && let Some(body) = lines.next(SMALL_BYTES)?
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

fn report(ours: &Large, small: &[Small], raw: &[Direct], stored: u64) -> anyhow::Result<()> {
    let sent = &ours.sent;
    let seconds = ours.wall.as_secs_f64();
    let gigabytes = sent.bytes as f64 / 1e9;
    // The direct inserts store what the small requests sent as well.
    let raw_gigabytes = gigabytes * stored as f64 / sent.records as f64;
    let cpu = (ours.server_cpu_seconds + ours.engine_cpu_seconds) / gigabytes;
    say(&format!(
        "{SENDERS} senders, {} events, {} MB of NDJSON; CPU seconds per GB of it, merges included\n",
        sent.records,
        megabytes(sent.bytes)
    ))?;
    let disk = |bytes: u64, gigabytes: f64| format!("{:.3}", bytes as f64 / (gigabytes * 1e9));
    let mut lines = vec![vec![
        "ours, 1 MB".to_owned(),
        format!("{:.0}", sent.records as f64 / seconds),
        format!("{:.1}", gigabytes * 1e3 / seconds),
        format!("{cpu:.1}"),
        format!("{:.1}", ours.server_cpu_seconds / gigabytes),
        format!("{:.1}", ours.engine_cpu_seconds / gigabytes),
        "1.00".to_owned(),
        disk(ours.disk_bytes, gigabytes),
    ]];
    lines.extend(raw.iter().map(|run| {
        let (wall, per_gigabyte) = (run.wall.as_secs_f64(), run.engine_cpu_seconds_idle / raw_gigabytes);
        vec![
            run.name.clone(),
            format!("{:.0}", stored as f64 / wall),
            format!("{:.1}", raw_gigabytes * 1e3 / wall),
            format!("{per_gigabyte:.1}"),
            String::new(),
            format!("{per_gigabyte:.1}"),
            format!("{:.2}", cpu / per_gigabyte),
            disk(run.disk_bytes, raw_gigabytes),
        ]
    }));
    table(
        &["", "events/s", "MB/s", "CPU s/GB", "server", "engine", "ours to it", "disk bytes per byte"],
        &lines,
    )?;
    let reference =
        raw.iter().find(|run| run.name == "JSONEachRow, 16 MB").context("direct inserts of 16 MB")?;
    let to_raw = cpu / (reference.engine_cpu_seconds_idle / raw_gigabytes);
    let on_disk = ours.disk_bytes as f64 / sent.bytes as f64;
    say(&format!(
        "\ngoals: at most {CPU_GOAL_SECONDS_PER_GB} CPU s/GB: {}; at most {CPU_GOAL_TO_RAW} x direct inserts of 16 MB \
         ({to_raw:.2}): {}; at most {DISK_GOAL} bytes on disk per byte ({on_disk:.3}): {}",
        verdict(cpu <= CPU_GOAL_SECONDS_PER_GB),
        verdict(to_raw <= CPU_GOAL_TO_RAW),
        verdict(on_disk <= DISK_GOAL),
    ))?;
    say(&format!(
        "answers: P50 {:.1} ms, P99 {:.1} ms; peak memory: server {} MB, engine {} MB",
        sent.latencies.median(),
        sent.latencies.percentile(99.0),
        megabytes(ours.server_memory.peak),
        megabytes(ours.engine_memory.peak),
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
        "server_cpu_seconds": ours.server_cpu_seconds,
        "engine_cpu_seconds": ours.engine_cpu_seconds,
        "server_memory": ours.server_memory.json(),
        "engine_memory": ours.engine_memory.json(),
        "disk_bytes": ours.disk_bytes,
        "cpu_to_raw_16_mb": to_raw,
        "raw_events": stored,
        "raw": raw.iter().map(Direct::json).collect::<Vec<_>>(),
        "small": small,
    });
    write("ingest", figures)
}
