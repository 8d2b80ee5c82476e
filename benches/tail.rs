//! Live tail beside ingest: events at a steady rate, first with nobody listening, then with fifty clients of different
//! filters. How long events take to the sockets, whether any is missing, and what the tails cost ingest.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use click_lite_benches::report::{output_folder, say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{process, runtime};
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

const CLIENTS: u64 = 50;
const EVENTS_PER_SECOND: u64 = 20_000;
/// Events of a request.
const REQUEST_EVENTS: u64 = 500;
/// How long each of the two parts takes, unless `CLICK_LITE_BENCH_SECONDS` says another number for a quick try.
const SECONDS: u64 = 30;
/// How long a client waits for the last of its events.
const PATIENCE: Duration = Duration::from_secs(30);

const LATENCY_GOAL_MS: f64 = 1000.0;
/// Answers to ingest may take this much longer with the tails.
const SLOWDOWN_GOAL: f64 = 1.05;

/// What one part showed.
struct Part {
    answers: Samples,
    cpu_seconds: f64,
    wall: Duration,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let seconds = std::env::var("CLICK_LITE_BENCH_SECONDS").ok().and_then(|text| text.parse().ok());
    let seconds: u64 = seconds.unwrap_or(SECONDS);
    let folder = output_folder()?.join("tail");
    let _ = fs::remove_dir_all(&folder);
    let server = Server::start(&folder, &[])?;
    // It sets up what the HTTP client needs.
    let _ = server.client()?;
    // Caches fill, and the engine comes to rest.
    ingest(&server, 2).await?;
    process::wait_until_idle(server.engine_pid()?).await?;
    let without = ingest(&server, seconds).await?;
    process::wait_until_idle(server.engine_pid()?).await?;

    let is_over = Arc::new(AtomicBool::new(false));
    let expected = seconds * EVENTS_PER_SECOND / CLIENTS;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        // Half of them look into attributes, half into the message.
        let query = if number.is_multiple_of(2) {
            format!("bucket:{number}")
        } else {
            format!("customer w{number} order")
        };
        let path = format!("/api/v1/tail?last=0&query={}", query.replace(' ', "%20"));
        let socket = server.client()?.tail(&path).await?;
        clients.spawn(listen(socket, expected, Arc::clone(&is_over)));
    }
    // All are live before the first event.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let with = ingest(&server, seconds).await?;
    is_over.store(true, Ordering::Relaxed);
    let mut latencies = Samples::default();
    let mut dropped = 0;
    while let Some(heard) = clients.join_next().await {
        let (heard, lost) = heard??;
        latencies.append(heard);
        dropped += lost;
    }
    let missing = (expected * CLIENTS).saturating_sub(latencies.len() as u64);
    server.stop()?;
    fs::remove_dir_all(&folder)?;

    say(&format!("{EVENTS_PER_SECOND} events/s for {seconds} s, {CLIENTS} clients"))?;
    let row = |name: &str, part: &Part| {
        vec![
            name.to_owned(),
            format!("{:.1}", part.answers.median()),
            format!("{:.1}", part.answers.percentile(99.0)),
            format!("{:.1}", part.cpu_seconds),
            format!("{:.0}", part.wall.as_secs_f64()),
        ]
    };
    table(
        &["ingest", "P50 ms", "P99 ms", "server CPU s", "s"],
        &[row("without tails", &without), row("with tails", &with)],
    )?;
    let (p50, p99) = (latencies.median(), latencies.percentile(99.0));
    let slowdown = with.answers.median() / without.answers.median();
    say(&format!("to the socket: P50 {p50:.0} ms, P99 {p99:.0} ms ({})", verdict(p99 < LATENCY_GOAL_MS)))?;
    say(&format!("missing: {missing}, dropped: {dropped} ({})", verdict(missing == 0 && dropped == 0)))?;
    say(&format!(
        "answers to ingest take {slowdown:.2} times as long ({})",
        verdict(slowdown <= SLOWDOWN_GOAL)
    ))?;
    let part = |part: &Part| {
        json!({
            "p50_ms": part.answers.median(), "p99_ms": part.answers.percentile(99.0),
            "server_cpu_seconds": part.cpu_seconds, "seconds": part.wall.as_secs_f64(),
        })
    };
    write(
        "tail",
        json!({
            "clients": CLIENTS, "events_per_second": EVENTS_PER_SECOND, "seconds": seconds,
            "latency_p50_ms": p50, "latency_p99_ms": p99, "missing": missing, "dropped": dropped,
            "without_tails": part(&without), "with_tails": part(&with),
        }),
    )
}

fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// Sends events at the rate; each holds when it was sent.
async fn ingest(server: &Server, seconds: u64) -> anyhow::Result<Part> {
    let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let url = format!("{}/api/v1/ingest", server.url());
    let cpu_before = process::cpu(server.pid())?;
    let started = Instant::now();
    let mut ticks =
        tokio::time::interval(Duration::from_secs(1) * REQUEST_EVENTS as u32 / EVENTS_PER_SECOND as u32);
    let mut requests = JoinSet::new();
    for request in 0..seconds * EVENTS_PER_SECOND / REQUEST_EVENTS {
        ticks.tick().await;
        let at = now_us();
        let first = request * REQUEST_EVENTS;
        let body: String = (first..first + REQUEST_EVENTS)
            .map(|n| {
                let bucket = n % CLIENTS;
                format!(
                    "{{\"message\":\"customer w{bucket} order {n} was taken in by the shop\",\"level\":\"info\",\
                     \"service\":\"s{}\",\"bucket\":{bucket},\"at\":{at}}}\n",
                    n % 20
                )
            })
            .collect();
        let call = http.post(&url).body(body);
        requests.spawn(async move {
            let began = Instant::now();
            let answer = call.send().await?;
            ensure!(answer.status().is_success(), "ingest answered {}", answer.status());
            anyhow::Ok(began.elapsed())
        });
    }
    let mut answers = Samples::default();
    while let Some(answer) = requests.join_next().await {
        answers.push(answer??);
    }
    let cpu_seconds = process::cpu(server.pid())? - cpu_before;
    Ok(Part { answers, cpu_seconds, wall: started.elapsed() })
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    rows: Vec<Row>,
    dropped: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    log_attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    at: String,
}

/// Takes what comes until all is there; how long each took, and how many the server dropped.
async fn listen(
    mut socket: click_lite_client::TailSocket,
    expected: u64,
    is_over: Arc<AtomicBool>,
) -> anyhow::Result<(Samples, u64)> {
    let (mut latencies, mut dropped, mut over_at) = (Samples::default(), 0, None);
    while (latencies.len() as u64) < expected {
        let text = socket.next().await?.context("the socket was closed")?;
        let now = now_us();
        let message: Message = serde_json::from_str(&text)?;
        for row in message.rows {
            let at: u64 = row.log_attributes.at.parse()?;
            latencies.push(Duration::from_micros(now.saturating_sub(at)));
        }
        dropped = message.dropped.unwrap_or(dropped);
        if is_over.load(Ordering::Relaxed) && over_at.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            break;
        }
    }
    Ok((latencies, dropped))
}
