//! The same records inserted into ClickHouse directly, into tables of the same definition.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::clickhouse::{ClickHouse, DATABASE};
use crate::process;

/// Database of the direct inserts.
const DIRECT: &str = "click_lite_bench";
/// Table of the direct inserts.
pub const TABLE: &str = "click_lite_bench.otel_logs";
/// Bytes of one part of an export, about.
const PART_BYTES: u64 = 64 << 20;
/// What a sender of JSON would write: the columns that are not empty, with `IngestId`, which the order needs.
const JSON_COLUMNS: &str = "Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, LogAttributes, IngestId";

/// What a series of direct inserts cost.
pub struct Direct {
    pub name: String,
    pub wall: Duration,
    pub engine_cpu_seconds_inserted: f64,
    /// Until the merges had ended too.
    pub engine_cpu_seconds_idle: f64,
    pub disk_bytes: u64,
}

impl Direct {
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "seconds": self.wall.as_secs_f64(),
            "engine_cpu_seconds_inserted": self.engine_cpu_seconds_inserted,
            "engine_cpu_seconds_merged": self.engine_cpu_seconds_idle,
            "disk_bytes": self.disk_bytes,
        })
    }
}

/// Statements that read all records of the server's table in the order of time, about [`PART_BYTES`] each.
async fn parts(clickhouse: &ClickHouse, columns: &str) -> anyhow::Result<Vec<String>> {
    let sample =
        clickhouse.query("SELECT * FROM otel_logs LIMIT 65536", &[("default_format", "Native")]).await?;
    let rows = number(clickhouse, "SELECT count() FROM otel_logs").await?;
    let parts = (sample.len() as u64 * rows / rows.clamp(1, 65_536)).div_ceil(PART_BYTES).max(1);
    let first = number(clickhouse, "SELECT toUnixTimestamp64Nano(min(Timestamp)) FROM otel_logs").await?;
    let last = number(clickhouse, "SELECT toUnixTimestamp64Nano(max(Timestamp)) FROM otel_logs").await?;
    let width = (last - first) / parts + 1;
    let statement = |part: u64| {
        let from = first + part * width;
        format!(
            "SELECT {columns} FROM otel_logs WHERE Timestamp >= fromUnixTimestamp64Nano({from}, 'UTC') \
             AND Timestamp < fromUnixTimestamp64Nano({}, 'UTC') ORDER BY Timestamp, IngestId",
            from + width
        )
    };
    Ok((0..parts).map(statement).collect())
}

async fn number(clickhouse: &ClickHouse, sql: &str) -> anyhow::Result<u64> {
    let answer = clickhouse.query(sql, &[]).await?;
    std::str::from_utf8(&answer)?.trim().parse().with_context(|| sql.to_owned())
}

/// All records as bodies of `FORMAT Native`, about 64 MiB each.
///
/// # Errors
/// ClickHouse fails.
pub async fn native_bodies(clickhouse: &ClickHouse) -> anyhow::Result<Vec<Bytes>> {
    let mut bodies = Vec::new();
    for sql in parts(clickhouse, "*").await? {
        bodies.push(clickhouse.query(&sql, &[("default_format", "Native")]).await?);
    }
    Ok(bodies)
}

/// Writes all records to a file of `FORMAT JSONEachRow`.
///
/// # Errors
/// ClickHouse fails, or the disk.
pub async fn json_file(clickhouse: &ClickHouse, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    for sql in parts(clickhouse, JSON_COLUMNS).await? {
        file.write_all(&clickhouse.query(&sql, &[("default_format", "JSONEachRow")]).await?)?;
    }
    Ok(())
}

/// Runs inserts into a new [`TABLE`], with the view that counts facets where `has_facets`, and drops it again.
///
/// # Errors
/// An insert fails, or another number of records than the server's is stored.
pub async fn measure(
    clickhouse: &ClickHouse,
    name: &str,
    has_facets: bool,
    insert: impl AsyncFnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Direct> {
    let run = async |sql: String| clickhouse.query(&sql, &[]).await.map(drop);
    run(format!("CREATE DATABASE {DIRECT}")).await?;
    run(format!("CREATE TABLE {TABLE} AS {DATABASE}.otel_logs")).await?;
    if has_facets {
        run(format!("CREATE TABLE {DIRECT}.log_facets AS {DATABASE}.log_facets")).await?;
        let view =
            clickhouse.query("SHOW CREATE TABLE log_facets_view", &[("default_format", "TSVRaw")]).await?;
        let view = std::str::from_utf8(&view)?.replace(&format!("{DATABASE}."), &format!("{DIRECT}."));
        run(view).await?;
    }
    let (started, cpu_before) = (Instant::now(), process::cpu(clickhouse.endpoint.pid)?);
    insert().await?;
    let wall = started.elapsed();
    let engine_cpu_seconds_inserted = process::cpu(clickhouse.endpoint.pid)? - cpu_before;
    let engine_cpu_seconds_idle = process::wait_until_idle(clickhouse.endpoint.pid).await? - cpu_before;

    let stored = number(clickhouse, &format!("SELECT count() FROM {TABLE}")).await?;
    let expected = number(clickhouse, &format!("SELECT count() FROM {DATABASE}.otel_logs")).await?;
    ensure!(stored == expected, "{name} stored {stored} records of {expected}");
    let disk_bytes = number(
        clickhouse,
        &format!("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = '{DIRECT}'"),
    )
    .await?;
    run(format!("DROP DATABASE {DIRECT} SYNC")).await?;
    let name = format!("{name}{}", if has_facets { ", with facets" } else { "" });
    Ok(Direct { name, wall, engine_cpu_seconds_inserted, engine_cpu_seconds_idle, disk_bytes })
}
