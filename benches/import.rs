//! `click-lite-server import` of all events, beside `INSERT ... FORMAT Native` of the same rows into a table of the
//! same definition in the same engine.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use click_lite_benches::clickhouse::{ClickHouse, Encoding};
use click_lite_benches::direct::{self, Direct};
use click_lite_benches::process::Memory;
use click_lite_benches::report::{megabytes, output_folder, say, table, verdict, write};
use click_lite_benches::server::{Imported, Server};
use click_lite_benches::{data, process, runtime};
use serde_json::{Value, json};

const SPEED_GOAL: f64 = 0.6;
const SERVER_MEMORY_GOAL_BYTES: u64 = 300_000_000;
const ENGINE_MEMORY_GOAL_BYTES: u64 = 900_000_000;
const DISK_GOAL_BYTES: u64 = 339_000_000;
const CPU_GOAL_SECONDS_PER_GB: f64 = 26.0;

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
    let plain = direct::native_bodies(&clickhouse).await?;
    let zstd = plain.iter().map(|body| Ok(zstd::bulk::compress(body, 1)?.into()));
    let zstd = zstd.collect::<anyhow::Result<Vec<Bytes>>>()?;
    let mut direct = Vec::new();
    for (connections, encoding, has_facets) in [
        (1, Encoding::Plain, false),
        (2, Encoding::Plain, false),
        (2, Encoding::Zstd, false),
        (2, Encoding::Plain, true),
    ] {
        let bodies = if encoding == Encoding::Plain { &plain } else { &zstd };
        let run = insert_all(&clickhouse, bodies, connections, encoding, has_facets).await?;
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

/// Inserts all bodies into a new table; at most `connections` at a time.
async fn insert_all(
    clickhouse: &ClickHouse,
    bodies: &[Bytes],
    connections: usize,
    encoding: Encoding,
    has_facets: bool,
) -> anyhow::Result<Direct> {
    let name = format!(
        "direct, {connections} connection{}, {}",
        if connections == 1 { "" } else { "s" },
        if encoding == Encoding::Plain { "plain" } else { "zstd" },
    );
    let next = AtomicUsize::new(0);
    let worker = async || -> anyhow::Result<()> {
        while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
            clickhouse.insert(direct::TABLE, "Native", body.clone(), encoding).await?;
        }
        Ok(())
    };
    direct::measure(clickhouse, &name, has_facets, async || {
        if connections == 1 { worker().await } else { tokio::try_join!(worker(), worker()).map(drop) }
    })
    .await
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
    let direct: Vec<Value> = direct.iter().map(Direct::json).collect();
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
