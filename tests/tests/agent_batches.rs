//! Numbered batches are stored once, whatever is sent, sent again, damaged or killed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use click_lite_formats::native::{BlockEncoder, check};
use click_lite_model::Record;
use click_lite_tests::{PATIENCE, Server, signal};
use serde_json::{Value, json};
use uuid::Uuid;

/// A compressed block of `rows` records of the agent, the first of them number `first`.
fn block(encoder: &mut BlockEncoder, agent: Uuid, first: u64, rows: u64) -> anyhow::Result<Vec<u8>> {
    let mut record = Record::new();
    for n in first..first + rows {
        record.clear();
        record.set_body(&format!("record {n} of {agent} größer"));
        record.push_attribute("n", &n.to_string());
        record.push_attribute("agent", &agent.to_string());
        // All of one time: their order and their pages hang on the numbers that the server gives them.
        encoder.push(&record, 0, 1_763_640_000_000_000_000, "shop");
    }
    let mut payload = Vec::new();
    encoder.finish_compressed(1, &mut payload)?;
    Ok(payload)
}

/// Status and answer of a batch.
async fn send(
    http: &reqwest::Client,
    url: &str,
    agent: Uuid,
    sequence: u64,
    rows: u64,
    payload: Vec<u8>,
) -> anyhow::Result<(u16, Value)> {
    let answer = http
        .post(format!("{url}/api/v1/agent/batches"))
        .header("x-click-lite-agent", agent.to_string())
        .header("x-click-lite-sequence", sequence)
        .header("x-click-lite-rows", rows)
        .header("x-click-lite-block-schema", 1)
        .header("content-type", "application/vnd.clickhouse.native")
        .header("content-encoding", "zstd")
        .header("user-agent", "click-lite-agent/9.9.9 (box)")
        .body(payload)
        .send()
        .await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Reads all records by pages; fails where one comes twice.
async fn distinct_records(server: &Server, page_rows: u64) -> anyhow::Result<u64> {
    let mut seen = HashSet::new();
    let mut cursor = Value::Null;
    loop {
        let call = json!({ "query": "*", "limit": page_rows, "cursor": cursor, "columns": ["n", "agent"] });
        let page = server.call("/api/v1/search", &call).await?;
        for row in page["rows"].as_array().context("rows")? {
            ensure!(seen.insert((row["n"].to_string(), row["agent"].to_string())), "twice: {row}");
        }
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            return Ok(seen.len() as u64);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_comes_again_is_acknowledged_and_not_stored() -> anyhow::Result<()> {
    let mut server = Server::start_with(&["CLICK_LITE__DATA__RETENTION_DAYS=3650"])?;
    let http = click_lite_tests::http()?;
    let mut encoder = BlockEncoder::new();
    let (agent, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let first = block(&mut encoder, agent, 0, 100)?;
    let second = block(&mut encoder, agent, 100, 50)?;
    let answer = send(&http, &server.url(), agent, 100, 100, first.clone()).await?;
    assert_eq!(answer, (200, json!({ "stored": true })));
    let again = send(&http, &server.url(), agent, 100, 100, first.clone()).await?;
    assert_eq!(again, (200, json!({ "stored": false })));
    server.kill();
    server.restart()?;
    let after_restart = send(&http, &server.url(), agent, 100, 100, first.clone()).await?;
    assert_eq!(after_restart, (200, json!({ "stored": false })));
    let answer = send(&http, &server.url(), agent, 150, 50, second).await?;
    assert_eq!(answer, (200, json!({ "stored": true })));
    // The same numbers from another agent are other records.
    let theirs = block(&mut encoder, other, 0, 100)?;
    let answer = send(&http, &server.url(), other, 100, 100, theirs).await?;
    assert_eq!(answer, (200, json!({ "stored": true })));

    // A copy of the agent's state folder, with records of its own.
    for (before, sequence) in [(100, 150), (149, 160)] {
        let copied = block(&mut encoder, other, before, sequence - before)?;
        let rows = sequence - before;
        let (status, answer) = send(&http, &server.url(), agent, sequence, rows, copied).await?;
        assert_eq!((status, &answer["error"]["code"]), (409, &json!("agent.conflict")), "{answer}");
    }

    server.wait_for_count("*", 250).await?;
    // Rows of one time, by pages: each has a number of its own.
    assert_eq!(distinct_records(&server, 7).await?, 250);

    let list = server.get("/api/v1/agents").await?;
    let listed = list["agents"].as_array().context("agents")?;
    assert_eq!(listed.len(), 2, "{list}");
    let agent = listed.iter().find(|entry| entry["id"] == agent.to_string()).context("the agent")?;
    assert_eq!((&agent["version"], &agent["host"]), (&json!("9.9.9"), &json!("box")));
    assert_eq!(
        (&agent["sequence"], &agent["rows"], &agent["duplicates"]),
        (&json!(150), &json!(50), &json!(1))
    );
    assert!(agent["last_seen"].as_str() >= agent["first_seen"].as_str(), "{agent}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_batch_is_said() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = click_lite_tests::http()?;
    let agent = Uuid::from_u128(3);
    let mut encoder = BlockEncoder::new();
    let good = block(&mut encoder, agent, 0, 10)?;
    let mut plain = zstd::bulk::decompress(&good, 1 << 20)?;
    let body = plain.windows(6).position(|window| window == b"record").context("a body")?;
    plain[body] = 0xff;
    let not_utf8 = zstd::bulk::compress(&plain, 1)?;
    let bomb = zstd::bulk::compress(&vec![0; 100 << 20], 1)?;
    let large = vec![7; 33 << 20];
    for (rows, payload, status, code) in [
        (10, b"not zstd".to_vec(), 400, "block.frames"),
        (11, good.clone(), 400, "agent.rows"),
        (10, not_utf8, 400, "block.utf8"),
        (10, bomb, 413, "block.too_large"),
        (10, large, 413, "request.too_large"),
        (0, good.clone(), 400, "agent.sequence"),
    ] {
        let (found, answer) = send(&http, &server.url(), agent, 11, rows, payload).await?;
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{answer}");
    }
    // Nothing of that counts.
    let answer = send(&http, &server.url(), agent, 10, 10, good).await?;
    assert_eq!(answer, (200, json!({ "stored": true })));
    Ok(())
}

/// What the check lets through, ClickHouse has to take: a block that it refuses would take other senders' records to the
/// dead letters with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_block_is_refused_or_taken_by_clickhouse() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = click_lite_tests::http()?;
    let agent = Uuid::from_u128(4);
    let mut encoder = BlockEncoder::new();
    let rows = 3;
    let plain = zstd::bulk::decompress(&block(&mut encoder, agent, 0, rows)?, 1 << 20)?;
    let (mut sequence, mut taken, mut refused) = (0, 0, 0);
    for place in 0..plain.len() {
        for flip in [1, 0x80, 0xff] {
            let mut changed = plain.clone();
            changed[place] ^= flip;
            let is_block = check(&changed).is_ok_and(|block| block.rows == rows);
            // Most of them the check refuses: a sample of those is sent too.
            if !is_block && !(place + usize::from(flip)).is_multiple_of(40) {
                continue;
            }
            let payload = zstd::bulk::compress(&changed, 1)?;
            let (status, answer) = send(&http, &server.url(), agent, sequence + rows, rows, payload).await?;
            assert_eq!(status, if is_block { 200 } else { 400 }, "byte {place}: {answer}");
            if is_block {
                sequence += rows;
                taken += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(taken > 100 && refused > 10, "{taken} taken, {refused} refused");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = server.get("/api/v1/status").await?;
        ensure!(
            status["spool"]["dead_letters"] == 0,
            "ClickHouse refused a block that passed the check: {status}"
        );
        if status["spool"]["pending_rows"] == 0 {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the blocks are not delivered: {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_that_send_again_until_answered_lose_and_double_nothing() -> anyhow::Result<()> {
    const SENDERS: u128 = 4;
    let mut server = Server::start_with(&["CLICK_LITE__DATA__RETENTION_DAYS=3650"])?;
    let url = Arc::new(Mutex::new(server.url()));
    let stop = Arc::new(AtomicBool::new(false));
    let again = Arc::new(AtomicU64::new(0));
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (url, stop, again) = (Arc::clone(&url), Arc::clone(&stop), Arc::clone(&again));
            tokio::spawn(async move {
                let agent = Uuid::from_u128(100 + sender);
                let mut encoder = BlockEncoder::new();
                let mut sequence = 0;
                while !stop.load(Ordering::Relaxed) {
                    let rows = 1 + sequence % 90;
                    let payload = block(&mut encoder, agent, sequence, rows)?;
                    loop {
                        // A connection of its own each time: the server comes back on another port.
                        let http = click_lite_tests::http()?;
                        let now = url.lock().expect("no panic").clone();
                        match send(&http, &now, agent, sequence + rows, rows, payload.clone()).await {
                            Ok((200, answer)) => {
                                again.fetch_add(u64::from(answer["stored"] == false), Ordering::Relaxed);
                                break;
                            }
                            Ok((status, answer)) => {
                                ensure!(status == 429 || status >= 500, "{status}: {answer}");
                            }
                            Err(_) => {}
                        }
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    sequence += rows;
                }
                anyhow::Ok(sequence)
            })
        })
        .collect();
    for round in 0..12_u64 {
        tokio::time::sleep(Duration::from_millis(250 + 97 * (round % 5))).await;
        if round % 3 == 2 {
            // It may be between two engines.
            if let Ok(pid) = server.engine_pid() {
                signal(pid, libc::SIGKILL)?;
            }
            continue;
        }
        server.kill();
        server.restart()?;
        *url.lock().expect("no panic") = server.url();
    }
    stop.store(true, Ordering::Relaxed);
    let mut sent = 0;
    for sender in senders {
        sent += sender.await??;
    }
    server.wait_for_count("*", sent).await?;
    // As many as were sent, and each another one: so each is there once.
    assert_eq!(distinct_records(&server, 10_000).await?, sent);
    eprintln!("{sent} records, {} batches were durable when they came again", again.load(Ordering::Relaxed));
    Ok(())
}
