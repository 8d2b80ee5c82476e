//! Live tail over the real socket: what was sent comes once, soon, and whatever happens meanwhile.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use click_lite_client::TailSocket;
use click_lite_formats::native::BlockEncoder;
use click_lite_model::Record;
use click_lite_tests::{PATIENCE, Server, http, signal};
use serde_json::{Value, json};

/// A socket, what came on it, and the place it is at.
struct Tail {
    socket: TailSocket,
    /// Value of `n` of each row.
    seen: Vec<u64>,
    resume: String,
    /// Of the last message with figures.
    stats: Value,
}

impl Tail {
    async fn open(server: &Server, parameters: &str) -> anyhow::Result<Self> {
        let socket = server.client()?.tail(&format!("/api/v1/tail?{parameters}")).await?;
        Ok(Self { socket, seen: Vec::new(), resume: String::new(), stats: Value::Null })
    }

    /// The next message, with its rows counted.
    async fn next(&mut self) -> anyhow::Result<Value> {
        let text =
            tokio::time::timeout(PATIENCE, self.socket.next()).await.context("the socket is silent")??;
        let message: Value = serde_json::from_str(&text.context("the socket was closed")?)?;
        if let Some(resume) = message["resume"].as_str() {
            resume.clone_into(&mut self.resume);
        }
        for row in message["rows"].as_array().into_iter().flatten() {
            self.seen.push(row["LogAttributes"]["n"].as_str().context("n")?.parse()?);
        }
        if message["type"] == "stats" {
            self.stats = message.clone();
        }
        Ok(message)
    }

    async fn until(&mut self, what: &str, is_there: impl Fn(&Self, &Value) -> bool) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.next().await?;
            if is_there(self, &message) {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "waited too long for {what}: {} rows, {}",
                self.seen.len(),
                self.stats
            );
        }
    }

    async fn until_phase(&mut self, phase: &str) -> anyhow::Result<()> {
        self.until(phase, |_, message| message["phase"] == phase).await
    }

    async fn say(&mut self, message: Value) -> anyhow::Result<()> {
        Ok(self.socket.send(message.to_string()).await?)
    }

    /// Fails unless exactly these came, each once and in order of their numbers where one sender sent them.
    fn ensure_exactly(&self, expected: std::ops::Range<u64>) -> anyhow::Result<()> {
        let distinct: HashSet<u64> = self.seen.iter().copied().collect();
        ensure!(distinct.len() == self.seen.len(), "{} rows came twice", self.seen.len() - distinct.len());
        let missing: Vec<u64> = expected.clone().filter(|n| !distinct.contains(n)).take(5).collect();
        ensure!(missing.is_empty(), "missing: {missing:?} of {expected:?}, {} came", distinct.len());
        ensure!(self.seen.len() as u64 == expected.end - expected.start, "rows came that were not expected");
        Ok(())
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn line(n: u64) -> String {
    let level = if n.is_multiple_of(10) { "error" } else { "info" };
    format!(
        "{{\"message\":\"row {n} of many\",\"n\":{n},\"level\":\"{level}\",\"service\":\"s{}\",\"at\":{}}}\n",
        n % 3,
        now_ms()
    )
}

/// Sends rows one request after the other until it is told to stop; how many were acknowledged.
fn keep_sending(
    server: &Server,
    next: &Arc<AtomicU64>,
) -> (Arc<AtomicBool>, tokio::task::JoinHandle<anyhow::Result<()>>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (url, next, stopped) =
        (format!("{}/api/v1/ingest", server.url()), Arc::clone(next), Arc::clone(&stop));
    let task = tokio::spawn(async move {
        let http = http()?;
        while !stopped.load(Ordering::Relaxed) {
            let first = next.load(Ordering::Relaxed);
            let body: String = (first..first + 25).map(line).collect();
            let answer = http.post(&url).body(body).send().await?;
            ensure!(answer.status().is_success(), "ingest answered {}", answer.status());
            next.store(first + 25, Ordering::Relaxed);
        }
        Ok(())
    });
    (stop, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_whatever_happens_meanwhile() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let next = Arc::new(AtomicU64::new(0));
    let (stop, sender) = keep_sending(&server, &next);
    while next.load(Ordering::Relaxed) < 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    // The start: the whole store, then what comes, while rows come.
    let mut tail = Tail::open(&server, "query=&last=10000").await?;
    tail.until_phase("live").await?;
    tail.until("live rows", |tail, _| tail.seen.len() > 600).await?;
    let ordered = tail.seen.is_sorted();
    ensure!(ordered, "rows of one sender came in another order");

    // A pause counts, and what came meanwhile is brought from the store.
    tail.say(json!({ "type": "pause", "id": "main" })).await?;
    tail.until_phase("paused").await?;
    let paused_at = tail.seen.len();
    tail.until("rows that wait", |tail, _| tail.stats["waiting"].as_u64() > Some(200)).await?;
    ensure!(tail.seen.len() == paused_at, "a paused tail shows rows");
    tail.say(json!({ "type": "resume", "id": "main" })).await?;
    tail.until_phase("live").await?;

    // The connection breaks.
    let (resume, seen) = (tail.resume.clone(), tail.seen.clone());
    drop(tail);
    let gone_at = next.load(Ordering::Relaxed);
    while next.load(Ordering::Relaxed) < gone_at + 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut tail = Tail::open(&server, &format!("query=&resume={resume}")).await?;
    tail.seen = seen;
    tail.until_phase("live").await?;

    // The engine is killed: live rows go on, and a pause across its end loses nothing.
    signal(server.engine_pid()?, libc::SIGKILL)?;
    let before = tail.seen.len();
    tail.until("rows without an engine", |tail, _| tail.seen.len() > before + 100).await?;
    tail.say(json!({ "type": "pause", "id": "main" })).await?;
    tail.until_phase("paused").await?;
    tail.until("rows that wait", |tail, _| tail.stats["waiting"].as_u64() > Some(100)).await?;
    tail.say(json!({ "type": "resume", "id": "main" })).await?;
    tail.until_phase("live").await?;

    stop.store(true, Ordering::Relaxed);
    sender.await??;
    let sent = next.load(Ordering::Relaxed);
    tail.until("the last row", |tail, _| tail.seen.len() as u64 >= sent).await?;
    tail.ensure_exactly(0..sent)?;
    ensure!(tail.stats["dropped"] == 0 || tail.stats.is_null(), "{}", tail.stats);

    // The server itself is killed: the token is good for the next run.
    let resume = tail.resume.clone();
    let seen = tail.seen.clone();
    server.ingest("application/x-ndjson", (sent..sent + 50).map(line).collect::<String>()).await?;
    server.restart()?;
    server.ingest("application/x-ndjson", (sent + 50..sent + 100).map(line).collect::<String>()).await?;
    let mut tail = Tail::open(&server, &format!("query=&resume={resume}")).await?;
    tail.seen = seen;
    tail.until("all rows", |tail, _| tail.seen.len() as u64 >= sent + 100).await?;
    tail.ensure_exactly(0..sent + 100)
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_share_a_socket_and_rows_of_every_kind_come_soon() -> anyhow::Result<()> {
    let server = Server::start()?;
    let mut tail = Tail::open(&server, "last=0").await?;
    for (id, query) in [("errors", "level:error"), ("one", "service:s1"), ("none", "never there")] {
        tail.say(json!({ "type": "subscribe", "id": id, "query": query, "last": 0 })).await?;
        tail.until("the filter", |_, message| message["id"] == id && message["phase"] == "live").await?;
    }
    tail.say(json!({ "type": "subscribe", "id": "wrong", "query": "level:", "last": 0 })).await?;
    tail.until("the error", |_, message| {
        message["id"] == "wrong"
            && message["error"]["code"] == "query.syntax"
            && message["error"]["details"]["position"].is_u64()
    })
    .await?;

    // Each filter gets its own; the time from the record's making to the socket is short.
    let mut latencies = Vec::new();
    for round in 0..20 {
        let body: String = (round * 30..round * 30 + 30).map(line).collect();
        server.ingest("application/x-ndjson", body).await?;
        let mut left = 3 + 10;
        while left > 0 {
            let message = tail.next().await?;
            for row in message["rows"].as_array().into_iter().flatten() {
                let fits = match message["id"].as_str() {
                    Some("errors") => row["SeverityText"] == "error",
                    Some("one") => row["ServiceName"] == "s1",
                    _ => false,
                };
                ensure!(fits, "{message}");
                let at: u64 = row["LogAttributes"]["at"].as_str().context("at")?.parse()?;
                latencies.push(now_ms().saturating_sub(at));
                left -= 1;
            }
        }
    }
    latencies.sort_unstable();
    let p99 = latencies[latencies.len() * 99 / 100];
    ensure!(p99 < 1000, "P99 of the way to the socket is {p99} ms");

    // After `unsubscribe` a filter is silent; another is a change of mind on the same id.
    tail.say(json!({ "type": "unsubscribe", "id": "one" })).await?;
    tail.say(
        json!({ "type": "subscribe", "id": "errors", "query": "agent:yes OR log.file.name:*", "last": 0 }),
    )
    .await?;
    tail.until("the filter", |_, message| message["id"] == "errors" && message["phase"] == "live").await?;
    tail.seen.clear();

    // A batch of an agent, and a file.
    let mut encoder = BlockEncoder::new();
    let mut record = Record::new();
    for n in 0..5_u64 {
        record.clear();
        record.set_body("of an agent");
        record.push_attribute("n", &n.to_string());
        record.push_attribute("agent", "yes");
        encoder.push(&record, 0, 1_763_640_000_000_000_000, "shop");
    }
    let mut payload = Vec::new();
    encoder.finish_compressed(1, &mut payload)?;
    for _ in 0..2 {
        // Sent again after a lost answer, it is not shown again.
        let answer = http()?
            .post(format!("{}/api/v1/agent/batches", server.url()))
            .header("x-click-lite-agent", "0193d5e0-0000-7000-8000-000000000001")
            .header("x-click-lite-sequence", 5)
            .header("x-click-lite-rows", 5)
            .header("x-click-lite-block-schema", 1)
            .header("content-type", "application/vnd.clickhouse.native")
            .header("content-encoding", "zstd")
            .body(payload.clone())
            .send()
            .await?;
        ensure!(answer.status().is_success(), "{}", answer.text().await?);
    }
    let folder = tempfile::TempDir::new()?;
    let file = folder.path().join("rows.ndjson");
    std::fs::write(&file, (5..10).map(line).collect::<String>())?;
    server.import(&file, &[])?;
    tail.until("all ten", |tail, _| tail.seen.len() >= 10).await?;
    tail.ensure_exactly(0..10)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_client_loses_rows_and_holds_nobody() -> anyhow::Result<()> {
    let server = Server::start()?;
    // It never reads: its socket fills, then its queue.
    let stalled = Tail::open(&server, "query=&last=0").await?;
    let mut limited = Tail::open(&server, "query=&last=0&rate_limit=10").await?;
    let mut sampled = Tail::open(&server, "query=&last=0&sample=10").await?;
    for tail in [&mut limited, &mut sampled] {
        tail.until_phase("live").await?;
    }
    server.wait_for_metric("click_lite_tail_clients", &[], |clients| clients == 3.0).await?;
    // More than a queue holds: 32 MB as JSON.
    let filler = "x".repeat(2000);
    let sent: u64 = 60_000;
    for first in (0..sent).step_by(2000) {
        let body: String =
            (first..first + 2000).map(|n| format!("{{\"message\":\"{filler}\",\"n\":{n}}}\n")).collect();
        server.ingest("application/x-ndjson", body).await?;
    }
    server.wait_for_metric("click_lite_tail_dropped_rows_total", &[], |rows| rows > 1000.0).await?;
    sampled.until("the sample", |tail, _| tail.seen.len() > 5_000).await?;
    limited
        .until("the end", |tail, _| {
            let count = |name: &str| tail.stats[name].as_u64().unwrap_or(0);
            count("matched") == sent && count("sent") + count("dropped") == sent && count("dropped") > 50_000
        })
        .await?;
    server.wait_for_count("*", sent).await?;
    drop(stalled);
    drop(limited);
    drop(sampled);
    server.wait_for_metric("click_lite_tail_clients", &[], |clients| clients == 0.0).await?;

    // Who may listen: not without a token, and not a page of another site.
    let http = http()?;
    let upgrade = |request: reqwest::RequestBuilder| {
        request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    let address = format!("{}/api/v1/tail?query=", server.url());
    let answer = upgrade(http.get(&address)).send().await?;
    ensure!(answer.status() == 401, "without a token: {}", answer.status());
    let foreign =
        upgrade(http.get(&address)).bearer_auth(server.token()).header("origin", "http://example.org");
    ensure!(foreign.send().await?.status() == 403, "a foreign page was let in");
    let wrong =
        upgrade(http.get(format!("{}/api/v1/tail?query=level:", server.url()))).bearer_auth(server.token());
    let answer: Value = wrong.send().await?.json().await?;
    ensure!(answer["error"]["code"] == "query.syntax", "{answer}");
    Ok(())
}

#[test]
fn the_command_line_prints_rows_and_comes_back_after_a_restart() -> anyhow::Result<()> {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let runtime = tokio::runtime::Runtime::new()?;
    let mut server = Server::start()?;
    let token_file = server.ready["token_file"].as_str().context("a token")?.to_owned();
    let mut child = Command::new(click_lite_tests::server_binary()?)
        .args([
            "tail",
            "--server",
            &server.url(),
            "--token-file",
            &token_file,
            "--format",
            "ndjson",
            "--last",
            "0",
            "n:*",
        ])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    runtime.block_on(server.wait_for_metric("click_lite_tail_clients", &[], |clients| clients == 1.0))?;
    runtime.block_on(server.ingest("application/x-ndjson", (0..10).map(line).collect::<String>()))?;
    let mut seen = Vec::new();
    let mut take = |count: usize| -> anyhow::Result<()> {
        while seen.len() < count {
            let row: Value = serde_json::from_str(&lines.next().context("a line")??)?;
            seen.push(row["LogAttributes"]["n"].as_str().context("n")?.parse::<u64>()?);
        }
        Ok(())
    };
    take(10)?;
    server.restart_in_place()?;
    runtime.block_on(server.ingest("application/x-ndjson", (10..20).map(line).collect::<String>()))?;
    take(20)?;
    ensure!(seen == (0..20).collect::<Vec<_>>(), "{seen:?}");
    child.kill()?;
    child.wait()?;
    Ok(())
}
