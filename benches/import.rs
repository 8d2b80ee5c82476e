//! `click-lite-server import` of all events, beside `INSERT ... FORMAT Native` of the same rows into a table of the
//! same definition in the same engine.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use click_lite_benches::clickhouse::{ClickHouse, DATABASE, Encoding};
use click_lite_benches::process::Memory;
use click_lite_benches::report::{megabytes, output_folder, say, table, verdict, write};
use click_lite_benches::server::{Imported, Server};
use click_lite_benches::{data, process, runtime};
use serde_json::{Value, json};

/// Uncompressed bytes of one direct insert; the server's are as large.
const INSERT_BYTES: u64 = 64 << 20;
const SPEED_GOAL: f64 = 0.6;
const SERVER_MEMORY_GOAL_BYTES: u64 = 300_000_000;
const ENGINE_MEMORY_GOAL_BYTES: u64 = 900_000_000;
const DISK_GOAL_BYTES: u64 = 339_000_000;
const CPU_GOAL_SECONDS_PER_GB: f64 = 26.0;
/// Database of the direct inserts.
const DIRECT: &str = "click_lite_bench";

/// What the import cost.
struct Ours {
    imported: Imported,
    server_cpu_seconds: f64,
    engine_cpu_seconds_searchable: f64,
    engine_cpu_seconds_idle: f64,
    server_memory: Memory,
    engine_memory: Memory,
    disk_bytes: u64,
}

/// What a series of direct inserts cost.
struct Direct {
    name: String,
    wall: Duration,
    engine_cpu_seconds_inserted: f64,
    engine_cpu_seconds_idle: f64,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let events = data::events_file()?;
    let event_bytes = fs::metadata(&events)?.len();
    let folder = output_folder()?.join("import");
    let _ = fs::remove_dir_all(&folder);

    let ours = import(&folder, &events).await?;
    say(&format!("import: {:.1} s", ours.imported.searchable.as_secs_f64()))?;
    let clickhouse = ClickHouse::start(&folder).await?;
    let bodies = export(&clickhouse, &folder.join("bodies")).await?;
    let mut direct = Vec::new();
    for (connections, encoding, has_facets) in [
        (1, Encoding::Plain, false),
        (2, Encoding::Plain, false),
        (2, Encoding::Zstd, false),
        (2, Encoding::Plain, true),
    ] {
        let run = insert_all(&clickhouse, &bodies, connections, encoding, has_facets).await?;
        say(&format!("{}: {:.1} s", run.name, run.wall.as_secs_f64()))?;
        direct.push(run);
    }
    clickhouse.stop().await;
    fs::remove_dir_all(&folder)?;
    report(&ours, &direct, event_bytes)
}

async fn import(folder: &Path, events: &Path) -> anyhow::Result<Ours> {
    let server = Server::start(folder, &[])?;
    let engine = server.engine_pid()?;
    let before = (process::cpu(server.pid())?, process::cpu(engine)?);
    let imported = server.import(events).await?;
    let engine_cpu_seconds_searchable = process::cpu(engine)? - before.1;
    let server_cpu_seconds = process::cpu(server.pid())? - before.0;
    let engine_cpu_seconds_idle = process::wait_until_idle(engine).await? - before.1;
    let ours = Ours {
        imported,
        server_cpu_seconds,
        engine_cpu_seconds_searchable,
        engine_cpu_seconds_idle,
        server_memory: process::memory(server.pid())?,
        engine_memory: process::memory(engine)?,
        disk_bytes: server.disk_bytes().await?,
    };
    server.stop()?;
    Ok(ours)
}

/// Bodies of the direct inserts in the order of time, about [`INSERT_BYTES`] each: as they are, and as zstd frames.
struct Bodies {
    plain: Vec<Bytes>,
    zstd: Vec<Bytes>,
}

async fn export(clickhouse: &ClickHouse, folder: &Path) -> anyhow::Result<Bodies> {
    fs::create_dir_all(folder)?;
    let number = async |sql: &str| -> anyhow::Result<u64> {
        let answer = clickhouse.query(sql, &[]).await?;
        std::str::from_utf8(&answer)?.trim().parse().with_context(|| sql.to_owned())
    };
    let sample =
        clickhouse.query("SELECT * FROM otel_logs LIMIT 65536", &[("default_format", "Native")]).await?;
    let rows = number("SELECT count() FROM otel_logs").await?;
    let parts = (sample.len() as u64 * rows / rows.clamp(1, 65_536)).div_ceil(INSERT_BYTES).max(1);
    let first = number("SELECT toUnixTimestamp64Nano(min(Timestamp)) FROM otel_logs").await?;
    let last = number("SELECT toUnixTimestamp64Nano(max(Timestamp)) FROM otel_logs").await?;
    let width = (last - first) / parts + 1;
    let mut bodies = Bodies { plain: Vec::new(), zstd: Vec::new() };
    for part in 0..parts {
        let from = first + part * width;
        let sql = format!(
            "SELECT * FROM otel_logs WHERE Timestamp >= fromUnixTimestamp64Nano({from}, 'UTC') \
             AND Timestamp < fromUnixTimestamp64Nano({}, 'UTC') ORDER BY Timestamp, IngestId",
            from + width
        );
        let plain = clickhouse.query(&sql, &[("default_format", "Native")]).await?;
        bodies.zstd.push(zstd::bulk::compress(&plain, 1)?.into());
        bodies.plain.push(plain);
    }
    Ok(bodies)
}

/// Inserts all bodies into a new table; at most `connections` at a time.
async fn insert_all(
    clickhouse: &ClickHouse,
    bodies: &Bodies,
    connections: usize,
    encoding: Encoding,
    has_facets: bool,
) -> anyhow::Result<Direct> {
    let run = async |sql: String| clickhouse.query(&sql, &[]).await.map(drop);
    run(format!("CREATE DATABASE {DIRECT}")).await?;
    run(format!("CREATE TABLE {DIRECT}.otel_logs AS {DATABASE}.otel_logs")).await?;
    if has_facets {
        run(format!("CREATE TABLE {DIRECT}.log_facets AS {DATABASE}.log_facets")).await?;
        let view =
            clickhouse.query("SHOW CREATE TABLE log_facets_view", &[("default_format", "TSVRaw")]).await?;
        let view = std::str::from_utf8(&view)?.replace(&format!("{DATABASE}."), &format!("{DIRECT}."));
        run(view).await?;
    }

    let (started, cpu_before) = (Instant::now(), process::cpu(clickhouse.endpoint.pid)?);
    let next = Arc::new(AtomicUsize::new(0));
    let all = if encoding == Encoding::Plain { &bodies.plain } else { &bodies.zstd };
    let table = format!("{DIRECT}.otel_logs");
    let worker = async || -> anyhow::Result<()> {
        while let Some(body) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            clickhouse.insert_native(&table, body.clone(), encoding).await?;
        }
        Ok(())
    };
    if connections == 1 {
        worker().await?;
    } else {
        tokio::try_join!(worker(), worker())?;
    }
    let wall = started.elapsed();
    let engine_cpu_seconds_inserted = process::cpu(clickhouse.endpoint.pid)? - cpu_before;
    let engine_cpu_seconds_idle = process::wait_until_idle(clickhouse.endpoint.pid).await? - cpu_before;

    let count = |database: &str| format!("SELECT count() FROM {database}.otel_logs");
    let counts =
        [clickhouse.query(&count(DIRECT), &[]).await?, clickhouse.query(&count(DATABASE), &[]).await?];
    ensure!(counts[0] == counts[1], "the direct inserts stored another number of rows: {counts:?}");
    run(format!("DROP DATABASE {DIRECT} SYNC")).await?;
    let name = format!(
        "direct, {connections} connection{}, {}{}",
        if connections == 1 { "" } else { "s" },
        if encoding == Encoding::Plain { "plain" } else { "zstd" },
        if has_facets { ", with facets" } else { "" },
    );
    Ok(Direct { name, wall, engine_cpu_seconds_inserted, engine_cpu_seconds_idle })
}

fn report(ours: &Ours, direct: &[Direct], event_bytes: u64) -> anyhow::Result<()> {
    let gigabytes = event_bytes as f64 / 1e9;
    let rows = ours.imported.report.rows;
    let seconds = |wall: Duration| format!("{:.1}", wall.as_secs_f64());
    let speed = |wall: Duration| format!("{:.0}", event_bytes as f64 / 1e6 / wall.as_secs_f64());
    let per_second = |wall: Duration| format!("{:.0}", rows as f64 / wall.as_secs_f64());
    // The fastest of those that store the same rows and nothing else.
    let reference = direct.iter().filter(|run| !run.name.contains("facets")).map(|run| run.wall).min();
    let reference = reference.context("direct inserts")?;
    let ratio = |wall: Duration| reference.as_secs_f64() / wall.as_secs_f64();

    say(&format!("{rows} events, {} MB of NDJSON\n", megabytes(event_bytes)))?;
    let line = |name: &str, wall: Duration, cpu: String| {
        vec![
            name.to_owned(),
            seconds(wall),
            speed(wall),
            per_second(wall),
            cpu,
            format!("{:.2}", ratio(wall)),
        ]
    };
    let imported = &ours.imported;
    let total_cpu = ours.server_cpu_seconds + ours.engine_cpu_seconds_idle;
    let mut lines = vec![
        line("import, acknowledged", imported.acknowledged, String::new()),
        line("import, searchable", imported.searchable, format!("{:.1}", ours.engine_cpu_seconds_idle)),
    ];
    lines.extend(
        direct.iter().map(|run| line(&run.name, run.wall, format!("{:.1}", run.engine_cpu_seconds_idle))),
    );
    table(&["", "s", "MB/s", "events/s", "engine CPU s", "speed to direct"], &lines)?;

    let searchable_ratio = ratio(imported.searchable);
    let cpu_per_gigabyte = total_cpu / gigabytes;
    let goals = [
        (
            "speed, of the fastest direct insert",
            format!("{searchable_ratio:.2}"),
            format!(">= {SPEED_GOAL}"),
            searchable_ratio >= SPEED_GOAL,
        ),
        (
            "peak memory of the server, MB",
            megabytes(ours.server_memory.peak),
            megabytes(SERVER_MEMORY_GOAL_BYTES),
            ours.server_memory.peak < SERVER_MEMORY_GOAL_BYTES,
        ),
        (
            "peak memory of the engine, MB",
            megabytes(ours.engine_memory.peak),
            megabytes(ENGINE_MEMORY_GOAL_BYTES),
            ours.engine_memory.peak < ENGINE_MEMORY_GOAL_BYTES,
        ),
        (
            "CPU s per GB, server and engine, merges included",
            format!("{cpu_per_gigabyte:.1}"),
            format!("{CPU_GOAL_SECONDS_PER_GB:.0}"),
            cpu_per_gigabyte <= CPU_GOAL_SECONDS_PER_GB,
        ),
        (
            "disk after merges, MB",
            megabytes(ours.disk_bytes),
            megabytes(DISK_GOAL_BYTES),
            ours.disk_bytes <= DISK_GOAL_BYTES,
        ),
    ];
    say("")?;
    let lines: Vec<Vec<String>> = goals
        .into_iter()
        .map(|(name, value, goal, met)| vec![name.to_owned(), value, goal, verdict(met).to_owned()])
        .collect();
    table(&["", "measured", "goal", ""], &lines)?;
    say(&format!(
        "CPU s: server {:.1}, engine {:.1} until searchable and {:.1} until merged, import command {:.1}; \
         {:.1} times smaller on disk",
        ours.server_cpu_seconds,
        ours.engine_cpu_seconds_searchable,
        ours.engine_cpu_seconds_idle,
        imported.client_cpu_seconds,
        event_bytes as f64 / ours.disk_bytes.max(1) as f64,
    ))?;
    let direct: Vec<Value> = direct
        .iter()
        .map(|run| {
            json!({
                "name": run.name,
                "seconds": run.wall.as_secs_f64(),
                "engine_cpu_seconds_inserted": run.engine_cpu_seconds_inserted,
                "engine_cpu_seconds_merged": run.engine_cpu_seconds_idle,
            })
        })
        .collect();
    let figures = json!({
        "events": rows,
        "event_bytes": event_bytes,
        "acknowledged_seconds": imported.acknowledged.as_secs_f64(),
        "searchable_seconds": imported.searchable.as_secs_f64(),
        "server_cpu_seconds": ours.server_cpu_seconds,
        "engine_cpu_seconds_searchable": ours.engine_cpu_seconds_searchable,
        "engine_cpu_seconds_merged": ours.engine_cpu_seconds_idle,
        "import_command_cpu_seconds": imported.client_cpu_seconds,
        "server_memory": ours.server_memory.json(),
        "engine_memory": ours.engine_memory.json(),
        "disk_bytes": ours.disk_bytes,
        "speed_to_direct": searchable_ratio,
        "acknowledged_speed_to_direct": ratio(imported.acknowledged),
        "direct": direct,
    });
    write("import", figures)
}
