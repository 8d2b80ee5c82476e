//! Who sends too much, too slowly or no sense is refused, and it is counted; everyone else is served.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use click_lite_tests::{PATIENCE, Server, http, signal, wait_for};
use serde_json::json;

/// Short time-outs, so that the tests are.
const SHORT: [&str; 3] = [
    "CLICK_LITE__HTTP__HEAD_TIMEOUT_SECONDS=1",
    "CLICK_LITE__HTTP__IDLE_TIMEOUT_SECONDS=3",
    "CLICK_LITE__HTTP__BODY_TIMEOUT_SECONDS=1",
];

fn connect(server: &Server) -> anyhow::Result<TcpStream> {
    let address = server.ready["http"].as_str().context("an address")?;
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Everything until the server closes; a reset is a close too.
fn read_to_close(stream: &mut TcpStream) -> String {
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count) = stream.read(&mut buffer)
        && count > 0
    {
        text.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Sends pieces with a pause between them until the server has closed; how long that took.
fn drip(server: &Server, begin: &str, piece: &str, pause: Duration) -> anyhow::Result<(Duration, String)> {
    let mut stream = connect(server)?;
    let started = Instant::now();
    stream.write_all(begin.as_bytes())?;
    let mut reader = stream.try_clone()?;
    let closed = std::thread::spawn(move || (read_to_close(&mut reader), Instant::now()));
    while !closed.is_finished() && started.elapsed() < PATIENCE {
        // Once it is closed, writing fails.
        let _ = stream.write_all(piece.as_bytes());
        std::thread::sleep(pause);
    }
    ensure!(closed.is_finished(), "the connection is still open");
    let (text, at) = closed.join().map_err(|_| anyhow::anyhow!("the reader failed"))?;
    Ok((at - started, text))
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_and_bodies_are_broken_off_and_counted() -> anyhow::Result<()> {
    let server = Server::start_with(&SHORT)?;
    let pause = Duration::from_millis(100);
    let (took, _) = drip(&server, "POST /api/v1/ingest HTTP/1.1\r\n", "x-a: b\r\n", pause)?;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(server.metric("click_lite_connections_closed_total", &["slow_head"]).await?, 1.0);

    // A body of which a byte comes now and then is no progress.
    let head = "POST /api/v1/ingest HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 1000000\r\n\r\n";
    let (took, answer) = drip(&server, head, "x", pause)?;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request.timeout"), "{answer}");
    assert!(server.metric("click_lite_requests_refused_total", &["request.timeout"]).await? >= 1.0);
    // A small one, which shares a block with others, keeps nobody waiting either.
    let head = head.replace("1000000", "1000");
    let (_, answer) = drip(&server, &head, "x", pause)?;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");

    // One that comes slowly and does come is taken.
    let mut stream = connect(&server)?;
    let line = format!("{}\n", "y".repeat(499));
    let head = head.replace("1000\r\n", "20000\r\n");
    stream.write_all(head.as_bytes())?;
    for _ in 0..40 {
        stream.write_all(line.as_bytes())?;
        std::thread::sleep(Duration::from_millis(60));
    }
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer)?;
    let answer = String::from_utf8_lossy(&buffer[..count]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"accepted\":40"), "{answer}");

    // A connection without a next request is closed after a while, and not before.
    let started = Instant::now();
    read_to_close(&mut stream);
    let took = started.elapsed();
    assert!(took > Duration::from_secs(2) && took < Duration::from_secs(8), "{took:?}");
    assert!(server.metric("click_lite_connections_closed_total", &["idle"]).await? >= 1.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_are_refused_and_garbage_is_cheap() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__HTTP__MAX_CONNECTIONS=20", SHORT[0]])?;
    let memory = resident_bytes(server.pid())?;
    for round in 0..100 {
        let mut stream = connect(&server)?;
        let garbage: Vec<u8> = (0..20_000_u32).map(|n| ((n * 7919 + round) % 251) as u8).collect();
        let _ = stream.write_all(&garbage);
        drop(stream);
    }
    let held: Vec<TcpStream> = wait_for("twenty connections", || {
        let held = (0..20).map(|_| connect(&server)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Some(held))
    })?;
    let mut refused = connect(&server)?;
    let answer = read_to_close(&mut refused);
    // The answer is lost where the reset of the connection overtakes it.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 503"), "{answer}");
    drop(held);
    // Those who hold connections and say nothing lose them; then there is room again.
    let deadline = Instant::now() + PATIENCE;
    let refused = loop {
        match server.metric("click_lite_connections_refused_total", &["http"]).await {
            Ok(count) => break count,
            Err(error) => ensure!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(refused >= 1.0);
    // Where the reset comes before the first look, no sense is seen in it either.
    assert!(server.metric("click_lite_connections_closed_total", &["malformed"]).await? >= 1.0);
    // A sender faster than the server's closing meets the limit, so some of the hundred were refused.
    let closed = server.metric("click_lite_connections_closed_total", &["http"]).await?;
    assert!(closed + refused >= 100.0, "{closed} closed, {refused} refused");
    server.ingest("text/plain", "still here\n").await?;
    let grown = resident_bytes(server.pid())?.saturating_sub(memory);
    assert!(grown < 50 << 20, "garbage took {} MiB", grown >> 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn compression_bombs_are_refused_and_counted() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_COMPRESSION_RATIO=500"])?;
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..300 {
            encoder.write_all(&zeros)?;
        }
        encoder.finish()?
    };
    let zstd = zstd::bulk::compress(&vec![b'0'; 300 << 20], 19)?;
    assert!(zstd.len() < 100_000, "{}", zstd.len());
    for (encoding, body) in [("gzip", gzip), ("zstd", zstd)] {
        let answer = http()?
            .post(format!("{}/api/v1/ingest", server.url()))
            .header("content-encoding", encoding)
            .header("content-type", "text/plain")
            .body(body)
            .send()
            .await?;
        assert_eq!(answer.status(), 413, "{encoding}");
        let text = answer.text().await?;
        assert!(text.contains("request.compression_bomb"), "{text}");
    }
    assert_eq!(server.metric("click_lite_requests_refused_total", &["request.compression_bomb"]).await?, 2.0);
    let peak = click_lite_tests::peak_memory_bytes(server.pid())?;
    assert!(peak < 250 << 20, "the server took {} MiB", peak >> 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limits_hold_back_and_say_for_how_long() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_ROWS_PER_SECOND_PER_SERVICE=100"])?;
    let lines = |count: usize, service: &str| {
        format!("{{\"message\":\"m\",\"service\":\"{service}\"}}\n").repeat(count)
    };
    let post = async |body: String| -> anyhow::Result<(u16, Option<u64>, String)> {
        let answer = http()?.post(format!("{}/api/v1/ingest", server.url())).body(body).send().await?;
        let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Ok((answer.status().as_u16(), wait, answer.text().await?))
    };
    assert_eq!(post(lines(350, "loud")).await?.0, 200, "what a request brings is known when it is over");
    let (status, wait, text) = post(lines(1, "loud")).await?;
    assert_eq!((status, wait.is_some_and(|wait| (1..=4).contains(&wait))), (429, true), "{wait:?} {text}");
    assert!(text.contains("ingest.rate_limited") && text.contains("`loud`"), "{text}");
    assert_eq!(post(lines(50, "quiet")).await?.0, 200);
    let deadline = Instant::now() + PATIENCE;
    while post(lines(1, "loud")).await?.0 != 200 {
        ensure!(Instant::now() < deadline, "it never may send again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server.wait_for_count("*", 401).await?;

    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_BYTES_PER_SECOND_PER_SENDER=10000"])?;
    let post = async || -> anyhow::Result<u16> {
        let request = http()?.post(format!("{}/api/v1/ingest", server.url()));
        Ok(request
            .header("content-type", "text/plain")
            .body("z".repeat(30_000))
            .send()
            .await?
            .status()
            .as_u16())
    };
    assert_eq!((post().await?, post().await?), (200, 429));
    // Asking is not sending.
    server.wait_for_count("*", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_are_served() -> anyhow::Result<()> {
    const CONNECTIONS: usize = 1000;
    click_lite_tests::raise_open_files()?;
    let server = Server::start()?;
    let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    // Requests at the same time are as many connections.
    let http = http()?;
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|sender| {
            let (stop, refused) = (Arc::clone(&stop), Arc::clone(&refused));
            let url = format!("{}/api/v1/ingest", server.url());
            let http = http.clone();
            tokio::spawn(async move {
                let (mut accepted, mut answers) = (0, 0);
                while !stop.load(Ordering::Relaxed) {
                    let body = format!("{{\"message\":\"from {sender}\",\"n\":{answers}}}\n").repeat(5);
                    let answer = http.post(&url).body(body).send().await?;
                    if answer.status() == 200 {
                        accepted +=
                            answer.json::<serde_json::Value>().await?["accepted"].as_u64().unwrap_or(0);
                        answers += 1;
                    } else {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
                anyhow::Ok((accepted, answers))
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let early = resident_bytes(server.pid())?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let late = resident_bytes(server.pid())?;
    let open = server.metric("click_lite_connections_open", &["http"]).await?;
    assert!(open >= CONNECTIONS as f64, "{open} connections");
    stop.store(true, Ordering::Relaxed);
    let (mut accepted, mut least) = (0, u64::MAX);
    for sender in senders {
        let (rows, answers): (u64, u64) = sender.await??;
        accepted += rows;
        least = least.min(answers);
    }
    assert_eq!(refused.load(Ordering::Relaxed), 0);
    assert!(least > 0, "a sender got no answer");
    assert!(late < early + (40 << 20), "{} MiB, then {} MiB", early >> 20, late >> 20);
    server.wait_for_count("*", accepted).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_goes_on_for_as_long_as_clickhouse_is_away() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let library = folder.path().join("libchdb.so");
    let real = click_lite_engine::find_library(None)?;
    std::os::unix::fs::symlink(&real, &library)?;
    let option = format!("CLICK_LITE__ENGINE__LIBRARY={}", library.display());
    let server = Server::start_with(&[&option, "CLICK_LITE__SPOOL__ALARM_AGE_SECONDS=2"])?;
    server.ingest("text/plain", "before\n").await?;
    server.wait_for_count("*", 1).await?;

    // Without its library the engine does not come back.
    std::fs::remove_file(&library)?;
    signal(server.engine_pid()?, libc::SIGKILL)?;
    let mut sent = 1;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(5) {
        let body: String = (0..200).map(|n| format!("{{\"message\":\"away {n}\",\"n\":{sent}}}\n")).collect();
        server.ingest("application/x-ndjson", body).await?;
        sent += 200;
    }
    let status = server.get("/api/v1/status").await?;
    assert_ne!(status["engine"]["state"], "ready", "{status}");
    assert!(status["spool"]["pending_rows"].as_u64() >= Some(sent - 1), "{status}");
    assert_eq!(status["alarms"][0]["code"], "spool.age", "{status}");
    let (code, _) = server.refused("/api/v1/search", &json!({ "query": "*" })).await?;
    assert_eq!(code, 503);

    std::os::unix::fs::symlink(&real, &library)?;
    server.wait_for_count("*", sent).await?;
    assert!(server.metric("click_lite_deliver_lag_seconds_count", &[]).await? >= 1.0);
    assert!(server.get("/api/v1/status").await?["spool"]["lag_seconds"].as_f64() > Some(0.0));
    let deadline = Instant::now() + PATIENCE;
    while server.get("/api/v1/status").await?["alarms"] != json!([]) {
        ensure!(Instant::now() < deadline, "the alarm does not end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    click_lite_tests::status_bytes(pid, "VmRSS:")
}
