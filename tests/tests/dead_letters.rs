//! What ClickHouse refuses is put aside with its reason, holds nothing up, and can be sent again, once.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use click_lite_tests::clickhouse_server::ClickHouse;
use click_lite_tests::{PATIENCE, Server, http, wait_for};
use reqwest::Method;
use serde_json::Value;

/// Waits long enough that what a test sends comes as one batch.
const ONE_BATCH: &str = "CLICK_LITE__SPOOL__DELIVER_DELAY_MS=2000";
const REFUSE_POISON: &str =
    "ALTER TABLE click_lite.otel_logs ADD CONSTRAINT no_poison CHECK Body != 'poison'";
const TAKE_POISON: &str = "ALTER TABLE click_lite.otel_logs DROP CONSTRAINT no_poison";

async fn start(options: &[&str]) -> anyhow::Result<(ClickHouse, Server)> {
    let clickhouse = ClickHouse::start().await?;
    let own = clickhouse.options();
    let options: Vec<&str> = own.iter().map(String::as_str).chain(options.iter().copied()).collect();
    let server = Server::start_with(&options)?;
    clickhouse.query(REFUSE_POISON).await?;
    Ok((clickhouse, server))
}

/// A request, and so a frame, of three records; with poison one of them can't be stored.
async fn send(server: &Server, number: u64, is_poisoned: bool) -> anyhow::Result<()> {
    let last = if is_poisoned { "poison".to_owned() } else { format!("c{number}") };
    let body = format!(
        "{{\"message\":\"a{number}\",\"n\":{number}}}\n{{\"message\":\"b{number}\",\"n\":{number}}}\n{{\"message\":\"{last}\",\"n\":{number}}}\n"
    );
    let answer = server.ingest("application/x-ndjson", body).await?;
    ensure!(answer["accepted"] == 3, "{answer}");
    Ok(())
}

async fn dead_letters(server: &Server) -> anyhow::Result<Vec<Value>> {
    let answer = server.get("/api/v1/dead-letters").await?;
    answer["dead_letters"].as_array().cloned().context("a list")
}

async fn wait_for_dead_letters(server: &Server, count: usize) -> anyhow::Result<Vec<Value>> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let letters = dead_letters(server).await?;
        if letters.len() == count {
            return Ok(letters);
        }
        ensure!(std::time::Instant::now() < deadline, "waited for {count} dead letters, have {letters:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn wait_for_alarm(server: &Server, code: &str, level: &str) -> anyhow::Result<()> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let status = server.get("/api/v1/status").await?;
        if status["alarms"][0]["code"] == code && status["alarms"][0]["level"] == level {
            return Ok(());
        }
        ensure!(std::time::Instant::now() < deadline, "{status}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn retry(server: &Server, letter: &Value) -> anyhow::Result<Value> {
    let path = format!("/api/v1/dead-letters/{}/retry", letter["id"].as_str().context("id")?);
    Ok(server.client()?.json(Method::POST, &path, None).await?)
}

async fn stored(clickhouse: &ClickHouse) -> anyhow::Result<(u64, u64)> {
    let text = clickhouse.query("SELECT count(), uniqExact(IngestId) FROM click_lite.otel_logs").await?;
    let (count, distinct) = text.split_once('\t').with_context(|| text.clone())?;
    Ok((count.parse()?, distinct.parse()?))
}

fn files(server: &Server) -> anyhow::Result<Vec<PathBuf>> {
    let folder = server.data_dir().join("spool/dead");
    Ok(std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_bad_frame_is_put_aside_and_comes_back_once() -> anyhow::Result<()> {
    let (clickhouse, mut server) = start(&[ONE_BATCH]).await?;
    for number in 0..10 {
        send(&server, number, number == 6).await?;
    }
    server.wait_for_count("*", 27).await?;
    let letters = wait_for_dead_letters(&server, 1).await?;
    let letter = &letters[0];
    assert_eq!((&letter["kind"], &letter["rows"]), (&"refused".into(), &3.into()), "{letter}");
    assert!(letter["reason"].as_str().is_some_and(|reason| reason.contains("no_poison")), "{letter}");

    // It says what it holds, and where to look.
    let id = letter["id"].as_str().context("id")?;
    let detail = server.get(&format!("/api/v1/dead-letters/{id}")).await?;
    let bodies: Vec<_> =
        detail["sample"].as_array().context("rows")?.iter().map(|row| &row["Body"]).collect();
    assert_eq!(bodies, ["a6", "b6", "poison"], "{detail}");
    assert_eq!(detail["sample"][0]["LogAttributes"]["n"], "6");
    let content = http()?
        .get(format!("{}/api/v1/dead-letters/{id}/content", server.url()))
        .bearer_auth(server.token())
        .send()
        .await?
        .bytes()
        .await?;
    assert!(zstd::decode_all(&content[..])?.windows(6).any(|bytes| bytes == b"poison"));
    wait_for_alarm(&server, "spool.dead_letters", "warning").await?;
    assert!(server.metric("click_lite_alarm", &["spool.dead_letters"]).await? >= 1.0);
    assert!(server.metric("click_lite_deliver_dead_rows_total", &[]).await? >= 3.0);

    // The cause is still there: nothing changes, and nothing else is held up.
    let answer = retry(&server, letter).await?;
    assert_eq!((&answer["stored"], &answer["refused"]), (&0.into(), &3.into()), "{answer}");
    send(&server, 10, false).await?;
    server.wait_for_count("*", 30).await?;

    // Mended, it is stored, once: also where the crash came between the insert and the deletion, and where the
    // inserts' tokens are forgotten meanwhile.
    clickhouse.query(TAKE_POISON).await?;
    let file = files(&server)?.pop().context("a dead letter")?;
    let kept = std::fs::read(&file)?;
    let answer = retry(&server, letter).await?;
    assert_eq!((&answer["stored"], &answer["refused"]), (&3.into(), &0.into()), "{answer}");
    assert_eq!(dead_letters(&server).await?.len(), 0);
    assert_eq!(stored(&clickhouse).await?, (33, 33));
    server.kill();
    std::fs::write(&file, &kept)?;
    server.restart()?;
    clickhouse
        .query("ALTER TABLE click_lite.otel_logs MODIFY SETTING non_replicated_deduplication_window = 0")
        .await?;
    let answer = retry(&server, letter).await?;
    assert_eq!(answer["stored"], 3, "{answer}");
    assert_eq!(stored(&clickhouse).await?, (33, 33));
    assert_eq!(files(&server)?.len(), 0);
    let (status, _) =
        server.client()?.request(Method::DELETE, &format!("/api/v1/dead-letters/{id}"), None).await?;
    assert_eq!(status, 404);
    clickhouse.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_a_batch_is_taken_apart_doubles_nothing() -> anyhow::Result<()> {
    let (clickhouse, mut server) = start(&[ONE_BATCH]).await?;
    for number in 0..120 {
        send(&server, number, number % 7 == 3).await?;
    }
    let spool = server.data_dir().join("spool");
    wait_for("the batch to be taken apart", || {
        let mut names = std::fs::read_dir(&spool)?.filter_map(|entry| Some(entry.ok()?.file_name()));
        Ok(names.find(|name| name.to_string_lossy().starts_with("split-")))
    })?;
    for round in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(60));
        server.kill();
        if round == 2 {
            // From here on the batch would be taken as a whole: its good parts are there already.
            clickhouse.query(TAKE_POISON).await?;
        }
        server.restart()?;
    }
    let deadline = std::time::Instant::now() + PATIENCE;
    while server.count("*").await.unwrap_or(0) < 360 {
        // What was put aside before the last kill is sent again, so that all is there.
        for letter in dead_letters(&server).await? {
            let _ = retry(&server, &letter).await;
        }
        ensure!(std::time::Instant::now() < deadline, "{:?} of 360 records", stored(&clickhouse).await?);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(stored(&clickhouse).await?, (360, 360));
    clickhouse.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn full_dead_letters_delete_nothing_and_hold_nobody_up() -> anyhow::Result<()> {
    let (clickhouse, server) = start(&["CLICK_LITE__SPOOL__MAX_DEAD_BYTES=1000"]).await?;
    send(&server, 1, true).await?;
    let first = wait_for_dead_letters(&server, 1).await?.remove(0);
    send(&server, 2, true).await?;
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let list = server.get("/api/v1/dead-letters").await?;
        if list["waiting_batches"] == 1 {
            break;
        }
        ensure!(std::time::Instant::now() < deadline, "{list}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for number in 3..8 {
        send(&server, number, false).await?;
        server.wait_for_count(&format!("n:{number}"), 3).await?;
    }
    wait_for_alarm(&server, "spool.dead_letters", "critical").await?;
    let status = server.get("/api/v1/status").await?;
    assert!(status["spool"]["pending_rows"].as_u64() >= Some(3), "{status}");
    let ready = server.get("/readyz").await?;
    assert!(ready["ingest"].as_str().is_some_and(|text| text.contains("degraded")), "{ready}");

    // Room for it: the batch that waited follows.
    let id = first["id"].as_str().context("id")?;
    let (status, _) =
        server.client()?.request(Method::DELETE, &format!("/api/v1/dead-letters/{id}"), None).await?;
    assert_eq!(status, 204);
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let letters = dead_letters(&server).await?;
        if letters.len() == 1 && letters[0]["id"] != first["id"] {
            break;
        }
        ensure!(std::time::Instant::now() < deadline, "{letters:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(stored(&clickhouse).await?, (15, 15));
    clickhouse.stop().await;
    Ok(())
}
