//! A thousand connections, each with one small request after the other: whether any is refused, how long answers take,
//! and whether the server's memory stays flat.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::ensure;
use click_lite_benches::process::Memory;
use click_lite_benches::report::{megabytes, output_folder, say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{process, runtime};
use serde_json::{Value, json};

const CONNECTIONS: usize = 1000;
/// How long, unless `CLICK_LITE_BENCH_SECONDS` says another number for a quick try.
const SECONDS: u64 = 60;
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_secs(5);
/// Records of a request.
const RECORDS: u64 = 5;
/// Memory may grow by this after the first look.
const GROWTH_GOAL_BYTES: u64 = 30_000_000;

#[derive(Default)]
struct Sent {
    records: u64,
    refused: u64,
    latencies: Samples,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let seconds = std::env::var("CLICK_LITE_BENCH_SECONDS").ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(SECONDS));
    let folder = output_folder()?.join("connections");
    let _ = fs::remove_dir_all(&folder);
    click_lite_tests::raise_open_files()?;
    let server = Server::start(&folder, &[])?;
    // Sets up what the HTTP client needs.
    let _ = server.client()?;
    // Requests at the same time are as many connections.
    let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let (started, cpu_before) = (Instant::now(), process::cpu(server.pid())?);
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..CONNECTIONS {
        let url = format!("{}/api/v1/ingest", server.url());
        let http = http.clone();
        senders.spawn(async move {
            let mut sent = Sent::default();
            while started.elapsed() < length {
                let line = format!(
                    "{{\"message\":\"request {} of sender {sender}\",\"service\":\"s{}\"}}\n",
                    sent.records,
                    sender % 20
                );
                let began = Instant::now();
                let answer = http.post(&url).body(line.repeat(RECORDS as usize)).send().await?;
                if answer.status().is_success() {
                    let answer: Value = answer.json().await?;
                    sent.records += answer["accepted"].as_u64().unwrap_or(0);
                } else {
                    sent.refused += 1;
                }
                sent.latencies.push(began.elapsed());
            }
            anyhow::Ok(sent)
        });
    }
    let mut memory: Vec<Memory> = Vec::new();
    while started.elapsed() + LOOK < length {
        tokio::time::sleep(LOOK).await;
        memory.push(process::memory(server.pid())?);
    }
    let mut all = Sent::default();
    let mut least = u64::MAX;
    while let Some(sent) = senders.join_next().await {
        let sent = sent??;
        least = least.min(sent.latencies.len() as u64);
        all.records += sent.records;
        all.refused += sent.refused;
        all.latencies.append(sent.latencies);
    }
    let wall = started.elapsed();
    let cpu_seconds = process::cpu(server.pid())? - cpu_before;
    process::wait_until_idle(server.engine_pid()?).await?;
    let stored = stored(&server).await?;
    ensure!(stored == all.records, "{} records were acknowledged, {stored} are stored", all.records);
    server.stop()?;
    fs::remove_dir_all(&folder)?;

    let first = memory.first().map_or(0, |memory| memory.resident);
    let last = memory.last().map_or(0, |memory| memory.resident);
    let answers = all.latencies.len();
    say(&format!("{CONNECTIONS} connections for {:.0} s, {RECORDS} records a request", wall.as_secs_f64()))?;
    table(
        &[
            "answers",
            "answers/s",
            "least of one",
            "P50 ms",
            "P99 ms",
            "server CPU s",
            "MB at first",
            "MB at last",
        ],
        &[vec![
            answers.to_string(),
            format!("{:.0}", answers as f64 / wall.as_secs_f64()),
            least.to_string(),
            format!("{:.0}", all.latencies.median()),
            format!("{:.0}", all.latencies.percentile(99.0)),
            format!("{cpu_seconds:.1}"),
            megabytes(first),
            megabytes(last),
        ]],
    )?;
    say(&format!(
        "refused: {} ({}); memory within {} MB of the first look: {}",
        all.refused,
        verdict(all.refused == 0),
        megabytes(GROWTH_GOAL_BYTES),
        verdict(last < first + GROWTH_GOAL_BYTES),
    ))?;
    let figures = json!({
        "connections": CONNECTIONS,
        "seconds": wall.as_secs_f64(),
        "answers": answers,
        "records": all.records,
        "refused": all.refused,
        "least_answers_of_one": least,
        "p50_ms": all.latencies.median(),
        "p99_ms": all.latencies.percentile(99.0),
        "server_cpu_seconds": cpu_seconds,
        "memory": memory.iter().map(Memory::json).collect::<Vec<_>>(),
    });
    write("connections", figures)
}

/// Records of any time: these have that of their arrival.
async fn stored(server: &Server) -> anyhow::Result<u64> {
    let body = json!({ "query": "", "buckets": 1 }).to_string();
    let answer: Value = server.client()?.json(reqwest::Method::POST, "/api/v1/histogram", Some(body)).await?;
    Ok(answer["total"].as_u64().unwrap_or(0))
}
