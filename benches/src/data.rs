//! The events that everything is measured with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use click_lite_tests::{server_binary, shared_data};

use crate::clickhouse::ClickHouse;
use crate::process;
use crate::report::{output_folder, say};
use crate::server::Server;

/// How many events, unless `CLICK_LITE_BENCH_EVENTS` says another number for a quick try.
const EVENTS: u64 = 5_000_000;

/// The number of events of this run.
pub fn events() -> u64 {
    std::env::var("CLICK_LITE_BENCH_EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(EVENTS)
}

/// The events as NDJSON; made when they are not there, by the generator that lies beside the checkout: other systems were
/// measured with its events.
///
/// # Errors
/// They can't be made.
pub fn events_file() -> anyhow::Result<PathBuf> {
    let generator = shared_data()?.join("../tools/gen_events.py");
    let folder = server_binary()?.parent().context("a folder")?.join("test-data");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("events-{}.ndjson", events()));
    if !path.is_file() {
        let part = path.with_extension("part");
        let status = Command::new("python3").arg(generator).arg(events().to_string()).arg(&part).status()?;
        ensure!(status.success(), "the generator failed");
        fs::rename(&part, &path)?;
    }
    Ok(path)
}

/// How often the stored events are there, each time a day later: once, unless `CLICK_LITE_BENCH_COPIES` says another number.
pub fn copies() -> u64 {
    std::env::var("CLICK_LITE_BENCH_COPIES").ok().and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

/// As [`stored_events`], [`copies`] times: ClickHouse copies the rows that were imported, with times, ids and traces moved.
///
/// # Errors
/// The import or a copy fails.
pub async fn copied_events() -> anyhow::Result<PathBuf> {
    let imported = stored_events().await?;
    if copies() == 1 {
        return Ok(imported);
    }
    let folder = output_folder()?.join(format!("data-{}-times-{}", events(), copies()));
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    say(&format!("copying the events {} times into {} once", copies(), folder.display()))?;
    let status = Command::new("cp").arg("-a").arg(&imported).arg(&folder).status()?;
    ensure!(status.success(), "{} can't be copied", imported.display());
    let _ = fs::remove_file(&complete);
    let clickhouse = ClickHouse::start(&folder).await?;
    let last_id = clickhouse.query("SELECT max(IngestId) FROM otel_logs", &[]).await?;
    let last_id: u64 = std::str::from_utf8(&last_id)?.trim().parse().context("the last id")?;
    for copy in 1..copies() {
        let sql = format!(
            "INSERT INTO otel_logs SELECT * REPLACE(addDays(Timestamp, {copy}) AS Timestamp, \
             IngestId + {} AS IngestId, concat('{:04x}', substring(TraceId, 5)) AS TraceId) \
             FROM (SELECT * FROM otel_logs WHERE IngestId <= {last_id})",
            copy << 32,
            copy % 0x1_0000,
        );
        clickhouse.query(&sql, &[("max_partitions_per_insert_block", "0")]).await?;
    }
    process::wait_until_idle(clickhouse.endpoint.pid).await?;
    let stored = clickhouse.query("SELECT count() FROM otel_logs", &[]).await?;
    let stored = String::from_utf8_lossy(&stored).trim().to_owned();
    clickhouse.stop().await;
    ensure!(stored == (events() * copies()).to_string(), "{stored} events are there after the copies");
    fs::write(complete, "")?;
    Ok(folder)
}

/// Folder of a server that has stored the events and merged them; filled once and kept. Remove it after a change of
/// the schema.
///
/// # Errors
/// The import fails.
pub async fn stored_events() -> anyhow::Result<PathBuf> {
    let folder = output_folder()?.join(format!("data-{}", events()));
    let complete = folder.join("complete");
    if !complete.is_file() {
        let _ = fs::remove_dir_all(&folder);
        say(&format!("importing {} events into {} once", events(), folder.display()))?;
        let server = Server::start(&folder, &[])?;
        server.import(&events_file()?).await?;
        process::wait_until_idle(server.engine_pid()?).await?;
        server.stop()?;
        fs::write(complete, "")?;
    }
    Ok(folder)
}
