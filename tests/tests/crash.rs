//! Whatever is killed, what was acknowledged is there once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use click_lite_tests::samples::events;
use click_lite_tests::{PATIENCE, Server, signal};
use serde_json::json;

/// All values of the attribute `n`, which every record of these tests has.
async fn numbers(server: &Server) -> anyhow::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    let mut cursor = serde_json::Value::Null;
    loop {
        let call = json!({ "query": "*", "limit": 10_000, "cursor": cursor, "columns": ["n"] });
        let answer = server.call("/api/v1/search", &call).await?;
        for row in answer["rows"].as_array().context("rows")? {
            numbers.push(row["n"].as_str().context("n")?.parse()?);
        }
        cursor = answer["next_cursor"].clone();
        if cursor.is_null() {
            return Ok(numbers);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_requests_survive_kills_of_the_server() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let mut acknowledged = HashSet::new();
    let next = Arc::new(AtomicU64::new(0));
    for round in 0..5 {
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let (url, next, stop) =
                    (format!("{}/api/v1/ingest", server.url()), Arc::clone(&next), Arc::clone(&stop));
                tokio::spawn(async move {
                    let http = click_lite_tests::http()?;
                    let mut acknowledged = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let first = next.fetch_add(20, Ordering::Relaxed);
                        let body: String = (first..first + 20)
                            .map(|n| format!("{{\"message\":\"m\",\"n\":{n}}}\n"))
                            .collect();
                        match http.post(&url).body(body).send().await {
                            Ok(answer) if answer.status().is_success() => {
                                acknowledged.extend(first..first + 20);
                            }
                            // Without an answer nothing is promised.
                            _ => {}
                        }
                    }
                    Ok::<_, anyhow::Error>(acknowledged)
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300 + 170 * round)).await;
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for sender in senders {
            acknowledged.extend(sender.await??);
        }
        server.restart()?;
    }
    assert!(acknowledged.len() > 1000, "the senders got through: {}", acknowledged.len());
    let deadline = std::time::Instant::now() + PATIENCE;
    let stored = loop {
        let stored = numbers(&server).await?;
        let distinct: HashSet<u64> = stored.iter().copied().collect();
        assert_eq!(distinct.len(), stored.len(), "no record is there twice");
        if acknowledged.is_subset(&distinct) {
            break distinct;
        }
        let missing = acknowledged.difference(&distinct).count();
        anyhow::ensure!(
            std::time::Instant::now() < deadline,
            "{missing} of {} acknowledged records are missing",
            acknowledged.len()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(stored.len() >= acknowledged.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_when_the_engine_is_killed() -> anyhow::Result<()> {
    let server = Arc::new(Server::start()?);
    let events = events(200_000)?;
    let killer = {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let mut killed = 0;
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(400)).await;
                if let Ok(pid) = server.engine_pid() {
                    signal(pid, libc::SIGKILL)?;
                    killed += 1;
                }
            }
            Ok::<_, anyhow::Error>(killed)
        })
    };
    let import = {
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.import(&events, &[])).await??
    };
    assert!(killer.await?? > 0);
    assert_eq!(import["rows"], 200_000);
    server.wait_for_count("*", 200_000).await?;
    let status = server.get("/api/v1/status").await?;
    assert_eq!(status["engine"]["state"], "ready", "{status}");
    assert!(status["engine"]["restarts"].as_u64() > Some(0), "{status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_import_is_taken_up_where_it_broke_off() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let events = events(200_000)?;
    let (url, token_file) =
        (server.url(), server.ready["token_file"].as_str().unwrap_or_default().to_owned());
    let mut sending = std::process::Command::new(click_lite_tests::server_binary()?)
        .args(["import", "--server", &url, "--token-file", &token_file, "--no-wait"])
        .arg(&events)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()?;
    // Until a part of it is durable.
    let client = server.client()?;
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let list: serde_json::Value = client.json(reqwest::Method::GET, "/api/v1/imports", None).await?;
        if list["imports"][0]["rows"].as_u64() > Some(0) {
            break;
        }
        anyhow::ensure!(std::time::Instant::now() < deadline, "the import does not begin: {list}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.kill();
    let _ = sending.wait()?;
    server.restart()?;

    let list = server.get("/api/v1/imports").await?;
    let state = &list["imports"][0]["state"];
    assert!(state == "failed" || state == "done", "{list}");
    let again = if state == "done" { vec!["--again"] } else { vec![] };
    anyhow::ensure!(
        again.is_empty(),
        "the import was over before the kill: the file is too small for this machine"
    );
    let import = server.import(&events, &[])?;
    assert_eq!(import["rows"], 200_000);
    assert!(import["rows_resumed"].as_u64() > Some(0), "{import}");
    server.wait_for_count("*", 200_000).await?;
    Ok(())
}
