//! How long records are kept: the preview, what goes, what stays, and what a kill in the middle does.

use std::time::Instant;

use anyhow::{Context, ensure};
use click_lite_engine::{Engine, EngineConfig};
use click_lite_tests::{PATIENCE, Server, http, server_binary};
use reqwest::Method;
use serde_json::{Value, json};

const DAY_S: i64 = 86_400;

/// A ClickHouse that the test may ask anything.
struct ClickHouse {
    engine: Engine,
}

impl ClickHouse {
    fn start(folder: std::path::PathBuf) -> anyhow::Result<Self> {
        Ok(Self { engine: Engine::start(EngineConfig::new(folder, server_binary()?))? })
    }

    async fn ask(&self, sql: &str) -> anyhow::Result<String> {
        let endpoint = self.engine.ready().await?;
        let answer = http()?
            .post(&endpoint.url)
            .header("X-ClickHouse-User", &endpoint.writer.user)
            .header("X-ClickHouse-Key", &endpoint.writer.password)
            .body(sql.to_owned())
            .send()
            .await?;
        let is_ok = answer.status().is_success();
        let text = answer.text().await?.trim().to_owned();
        ensure!(is_ok, "{sql}: {text}");
        Ok(text)
    }

    /// Makes as if every record had arrived when it was made.
    async fn age(&self) -> anyhow::Result<()> {
        for (table, time) in [("otel_logs", "toDateTime(Timestamp)"), ("log_facets", "Hour")] {
            self.ask(&format!(
                "ALTER TABLE click_lite.{table} UPDATE IngestedAt = {time} WHERE 1 SETTINGS mutations_sync = 2"
            ))
            .await?;
        }
        Ok(())
    }
}

/// Stops the server, makes its records as old as their times, and starts it again.
async fn age(server: &mut Server) -> anyhow::Result<()> {
    server.stop()?;
    let clickhouse = ClickHouse::start(server.data_dir().join("engine"))?;
    clickhouse.age().await?;
    clickhouse.engine.stop().await;
    server.restart()
}

/// Noon, so many days ago.
fn noon(days_ago: i64) -> anyhow::Result<i64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    Ok((i64::try_from(now)? / DAY_S - days_ago) * DAY_S + DAY_S / 2)
}

/// `YYYY-MM-DD`, so many days ago, as the report names it.
async fn day_of(server: &Server, days_ago: usize) -> anyhow::Result<String> {
    let report = server.get("/api/v1/storage").await?;
    let days = report["days"].as_array().context("days")?;
    let index = days.len().checked_sub(1 + days_ago).context("so many days")?;
    Ok(days[index]["day"].as_str().context("a day")?.to_owned())
}

async fn send(server: &Server, service: &str, days_ago: i64, count: usize) -> anyhow::Result<()> {
    let at = noon(days_ago)?;
    let body: String = (0..count)
        .map(|n| {
            format!(
                "{{\"timestamp\":{},\"service\":\"{service}\",\"message\":\"record {n} of {service}\",\"env\":\"{}\"}}\n",
                at + i64::try_from(n).unwrap_or(0) % 3_600,
                if n % 4 == 0 { "dev" } else { "prod" },
            )
        })
        .collect();
    server.ingest("application/x-ndjson", body).await?;
    Ok(())
}

async fn put(server: &Server, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
    let (status, text) = server.client()?.request(Method::PUT, path, Some(body.to_string())).await?;
    Ok((status, serde_json::from_str(&text).with_context(|| text.clone())?))
}

async fn delete(server: &Server, path: &str) -> anyhow::Result<(u16, Value)> {
    let (status, text) = server.client()?.request(Method::DELETE, path, None).await?;
    Ok((status, serde_json::from_str(&text).with_context(|| text.clone())?))
}

/// Waits for the end of a run.
async fn finished(server: &Server, run: &Value) -> anyhow::Result<Value> {
    let path = format!("/api/v1/retention/runs/{}", run["id"].as_str().context("a run has an id")?);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let run = server.get(&path).await?;
        match run["state"].as_str() {
            Some("done") => return Ok(run),
            Some("failed") => anyhow::bail!("the run failed: {run}"),
            _ => ensure!(Instant::now() < deadline, "waited too long for {run}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Waits until nothing is queued or runs.
async fn idle(server: &Server) -> anyhow::Result<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let runs = server.get("/api/v1/retention/runs").await?;
        let list = runs["runs"].as_array().context("runs")?;
        if !list.is_empty() && list.iter().all(|run| run["finished_at"].is_string()) {
            return Ok(runs);
        }
        ensure!(Instant::now() < deadline, "waited too long: {runs}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_preview_says_goes_and_the_rest_stays() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let retention = server.get("/api/v1/retention").await?;
    assert_eq!((&retention["version"], &retention["logs"]["days"]), (&json!(0), &json!(30)));
    assert_eq!(retention["logs"]["source"], "configuration");
    let (status, changed) =
        put(&server, "/api/v1/retention", &json!({ "version": 0, "logs": { "days": 365 } })).await?;
    assert_eq!((status, &changed["retention"]["logs"]["source"]), (200, &json!("api")));

    for (service, days_ago, count) in [
        ("api", 60, 400),
        ("api", 5, 400),
        ("noisy", 60, 100),
        ("noisy", 5, 200),
        ("noisy", 0, 40),
        ("pay", 60, 80),
    ] {
        send(&server, service, days_ago, count).await?;
    }
    server.wait_for_count("*", 1_220).await?;
    age(&mut server).await?;
    let kept = server.get("/api/v1/retention").await?;
    assert_eq!((&kept["version"], &kept["logs"]["days"]), (&json!(1), &json!(365)), "after a restart");
    idle(&server).await?;
    assert_eq!(server.count("*").await?, 1_220, "the rules of before the restart hold");

    let rules = json!({
        "version": 1,
        "logs": { "days": 30, "rules": [
            { "service": "noisy", "days": 3 },
            { "service": "pay", "attribute": { "key": "env", "value": "prod" }, "days": 90 },
        ] },
    });
    let preview = server.call("/api/v1/retention/preview", &rules).await?;
    // api of 60 days ago, noisy of 60 and 5 days ago, the fourth part of pay's that is not prod.
    assert_eq!(preview["rows"], 400 + 300 + 20, "{preview}");
    assert_eq!(preview["by_rule"][0]["rule"], Value::Null);
    assert_eq!(preview["by_rule"][0]["rows"], 420, "{preview}");
    assert_eq!((&preview["by_rule"][1]["rule"], &preview["by_rule"][1]["rows"]), (&json!(0), &json!(300)));
    assert_eq!(preview["by_day"].as_array().map(Vec::len), Some(2));
    assert_eq!(server.count("*").await?, 1_220, "a preview deletes nothing");

    let mut stale = rules.clone();
    stale["version"] = json!(0);
    let (status, refused) = put(&server, "/api/v1/retention", &stale).await?;
    assert_eq!((status, &refused["error"]["code"]), (412, &json!("retention.changed")));
    let (status, changed) = put(&server, "/api/v1/retention", &rules).await?;
    assert_eq!(status, 200, "{changed}");
    let run = finished(&server, &changed["run"]).await?;
    assert_eq!((&run["rows_deleted"], &run["cause"]), (&preview["rows"], &json!("change")), "{run}");
    assert!(run["bytes_freed"].as_u64() > Some(0), "{run}");
    for (query, expected) in [
        ("*", 500),
        ("service:api", 400),
        ("service:noisy", 40),
        ("service:pay", 60),
        ("service:pay env:dev", 0),
        ("env:prod", 390),
    ] {
        assert_eq!(server.count(query).await?, expected, "{query}");
    }
    let again = server.call("/api/v1/retention/preview", &rules).await?;
    assert_eq!(again["rows"], 0, "{again}");

    // Today's run is done, so a restart makes no other one, and the rules are there.
    let runs = idle(&server).await?["runs"].as_array().map(Vec::len);
    server.restart()?;
    let kept = server.get("/api/v1/retention").await?;
    assert_eq!((&kept["version"], &kept["logs"]["rules"][0]["days"]), (&json!(2), &json!(3)));
    assert_eq!(idle(&server).await?["runs"].as_array().map(Vec::len), runs);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rules_are_refused_with_the_place() -> anyhow::Result<()> {
    let server = Server::start()?;
    for (body, code, place) in [
        (json!({ "logs": { "days": 0 } }), "retention.days", "logs.days"),
        (json!({ "traces": { "rules": [{ "days": 3 }] } }), "retention.rule", "traces.rules[0]"),
        (
            json!({ "logs": { "rules": [{ "service": "a", "days": 99_999 }] } }),
            "retention.days",
            "rules[0].days",
        ),
    ] {
        let (status, refused) = put(&server, "/api/v1/retention", &body).await?;
        assert_eq!((status, refused["error"]["code"].as_str()), (400, Some(code)), "{refused}");
        assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains(place)), "{refused}");
        let (status, _) = server.refused("/api/v1/retention/preview", &body).await?;
        assert_eq!(status, 400);
    }
    assert_eq!(server.get("/api/v1/retention").await?["version"], 0);
    let (status, refused) = delete(&server, "/api/v1/storage/days/2026-02-31").await?;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("storage.day")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_and_a_service_are_dropped_with_their_counts() -> anyhow::Result<()> {
    let server = Server::start()?;
    // As it stands in JSON: it's "b"/ü
    let odd = "it's \\\"b\\\"/ü";
    for (service, days_ago, count) in [("api", 2, 300), (odd, 2, 50), (odd, 1, 70)] {
        send(&server, service, days_ago, count).await?;
    }
    server.wait_for_count("*", 420).await?;
    idle(&server).await?;
    let report = server.get("/api/v1/storage").await?;
    assert_eq!(report["signals"][0]["rows"], 420, "{report}");
    assert_eq!(report["days"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&report["services"][0]["service"], &report["services"][0]["log_rows"]),
        (&json!("api"), &json!(300))
    );
    assert!(report["signals"][0]["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0), "{report}");
    assert!(report["disks"][0]["free_bytes"].as_u64() > Some(0), "{report}");

    let service = "/api/v1/storage/services/it's%20%22b%22%2F%C3%BC";
    let (status, dry) = delete(&server, &format!("{service}?dry_run=true")).await?;
    assert_eq!((status, &dry["preview"]["rows"]), (200, &json!(120)), "{dry}");
    assert_eq!(server.count("*").await?, 420, "a dry run deletes nothing");
    let (status, answer) = delete(&server, service).await?;
    assert_eq!(status, 202, "{answer}");
    let run = finished(&server, &answer["run"]).await?;
    assert_eq!((&run["kind"], &run["rows_deleted"]), (&json!("drop_service"), &json!(120)), "{run}");
    assert_eq!(server.count("*").await?, 300);
    assert_eq!(server.count("env:dev").await?, 75);

    let day = day_of(&server, 0).await?;
    let (_, dry) = delete(&server, &format!("/api/v1/storage/days/{day}?signal=logs&dry_run=true")).await?;
    assert_eq!(
        (&dry["preview"]["rows"], &dry["preview"]["bytes_are_estimated"]),
        (&json!(300), &json!(false))
    );
    let (_, other) =
        delete(&server, &format!("/api/v1/storage/days/{day}?signal=traces&dry_run=true")).await?;
    assert_eq!(other["preview"]["rows"], 0);
    let (_, answer) = delete(&server, &format!("/api/v1/storage/days/{day}")).await?;
    let run = finished(&server, &answer["run"]).await?;
    assert_eq!(run["rows_deleted"], 300, "{run}");
    assert_eq!(server.count("*").await?, 0);
    let values = server.call("/api/v1/field-values", &json!({ "field": "env" })).await?;
    assert_eq!(values["values"], json!([]), "{values}");
    assert_eq!(server.get("/api/v1/storage").await?["signals"][0]["disk_bytes"], 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_clickhouse_is_kept_the_same_way_and_a_killed_run_is_taken_up() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let clickhouse = ClickHouse::start(folder.path().join("remote"))?;
    let endpoint = clickhouse.engine.ready().await?;
    let mut server = Server::start_with(&[
        &format!("CLICK_LITE__CLICKHOUSE__URL={}", endpoint.url),
        &format!("CLICK_LITE__CLICKHOUSE__USER={}", endpoint.writer.user),
        &format!("CLICK_LITE__CLICKHOUSE__PASSWORD={}", endpoint.writer.password),
    ])?;
    idle(&server).await?;
    for days_ago in 0..12 {
        send(&server, "api", days_ago, 500).await?;
        send(&server, "noisy", days_ago, 500).await?;
    }
    server.wait_for_count("*", 12_000).await?;
    clickhouse.age().await?;

    let rules = json!({ "logs": { "days": 400, "rules": [{ "service": "noisy", "days": 2 }] } });
    let preview = server.call("/api/v1/retention/preview", &rules).await?;
    assert_eq!(preview["rows"], 9 * 500, "{preview}");
    let (_, changed) = put(&server, "/api/v1/retention", &rules).await?;
    server.kill();
    server.restart()?;
    let run = finished(&server, &changed["run"]).await?;
    assert_eq!(run["cause"], "change");
    assert_eq!(server.count("service:noisy").await?, 3 * 500);
    assert_eq!(server.count("service:api").await?, 12 * 500);
    let facets = clickhouse
        .ask("SELECT sumIf(Rows, ServiceName = 'noisy'), sumIf(Rows, ServiceName = 'api') FROM click_lite.log_facets")
        .await?;
    let counted = clickhouse
        .ask("SELECT 8 * countIf(ServiceName = 'noisy' AND intHash32(IngestId) % 8 = 0), 8 * countIf(ServiceName = 'api' AND intHash32(IngestId) % 8 = 0) FROM click_lite.otel_logs")
        .await?;
    assert_eq!(facets, counted, "each eighth record, for the one attribute");
    let ttl = clickhouse
        .ask("SELECT extract(engine_full, 'toIntervalDay.([0-9]+)') FROM system.tables WHERE database = 'click_lite' AND name = 'otel_logs'")
        .await?;
    assert_eq!(ttl, "401", "ClickHouse lets the longest rule through");
    let report = server.get("/api/v1/storage").await?;
    assert_eq!(report["services"].as_array().map(Vec::len), Some(2), "{report}");

    server.stop()?;
    clickhouse.engine.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn old_days_move_to_the_second_disk_and_are_still_found() -> anyhow::Result<()> {
    let disk = tempfile::tempdir()?;
    let cold = disk.path().join("cold");
    let mut server = Server::start_with(&[
        &format!("CLICK_LITE__ENGINE__COLD__PATH={}", cold.display()),
        "CLICK_LITE__ENGINE__COLD__AFTER_DAYS=2",
    ])?;
    for days_ago in [0, 1, 5] {
        send(&server, "api", days_ago, 200).await?;
    }
    server.wait_for_count("*", 600).await?;
    idle(&server).await?;
    let run = server.call("/api/v1/retention/runs", &json!({})).await?;
    let run = finished(&server, &run).await?;
    assert!(run["bytes_moved"].as_u64() > Some(0), "{run}");
    let report = server.get("/api/v1/storage").await?;
    let is_cold = |index: usize| report["days"][index]["logs"]["cold_bytes"].as_u64() > Some(0);
    assert_eq!([is_cold(0), is_cold(1), is_cold(2)], [true, false, false], "{report}");
    assert!(cold.join("store").is_dir(), "the rows lie on the second disk");
    assert_eq!(server.count("env:dev").await?, 150);

    // What comes late goes where the rest of its day is, with the next run; and all is there after a restart.
    send(&server, "late", 5, 40).await?;
    server.wait_for_count("*", 640).await?;
    let run = server.call("/api/v1/retention/runs", &json!({})).await?;
    finished(&server, &run).await?;
    server.restart()?;
    assert_eq!(server.count("*").await?, 640);
    Ok(())
}
