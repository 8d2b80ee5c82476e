//! What the programs cost while nobody asks anything of them and the events are stored.
//!
//! With `CLICK_LITE_DESKTOP` (the desktop's program) and a display, the desktop is started and starts the server;
//! otherwise the server alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;
use click_lite_benches::report::{megabytes, say, table, verdict, write};
use click_lite_benches::server::Server;
use click_lite_benches::{data, process, runtime};
use click_lite_tests::{signal, wait_for};
use serde_json::{Value, json};

const REST: Duration = Duration::from_secs(60);
const MEASURED: Duration = Duration::from_secs(60);
/// Of one core, all processes together.
const GOAL_PERCENT: f64 = 1.0;

/// The desktop on the events' folder; killed when dropped.
struct Desktop(Child);

impl Desktop {
    fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        let child = Command::new(program)
            .env("CLICK_LITE__DATA__DIR", folder.join("data"))
            .env("CLICK_LITE__DATA__RETENTION_DAYS", "3650")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    fn stop(mut self) -> anyhow::Result<()> {
        signal(self.0.id(), libc::SIGTERM)?;
        wait_for("the desktop to end", || Ok(self.0.try_wait()?)).map(drop)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = data::stored_events().await?;
    let program = std::env::var_os("CLICK_LITE_DESKTOP").filter(|_| std::env::var_os("DISPLAY").is_some());
    if let Some(program) = program {
        let desktop = Desktop::start(Path::new(&program), &folder)?;
        measure(desktop.0.id()).await?;
        desktop.stop()
    } else {
        let server = Server::start(&folder, &[])?;
        measure(server.pid()).await?;
        server.stop()
    }
}

async fn measure(root: u32) -> anyhow::Result<()> {
    say(&format!(
        "{} events stored; a rest of {} s, then {} s",
        data::events(),
        REST.as_secs(),
        MEASURED.as_secs()
    ))?;
    tokio::time::sleep(REST).await;
    let processes = process::tree(root)?;
    let before: Vec<_> = processes.iter().map(|(pid, _)| process::cpu(*pid)).collect::<Result<_, _>>()?;
    let started = Instant::now();
    tokio::time::sleep(MEASURED).await;
    let seconds = started.elapsed().as_secs_f64();
    let now = process::tree(root)?;
    ensure!(now == processes, "processes came or went: {processes:?}, now {now:?}");

    let mut rows = Vec::new();
    let mut figures: Vec<Value> = Vec::new();
    let mut total = (0.0, 0, 0);
    for ((pid, name), before) in processes.iter().zip(before) {
        let percent = (process::cpu(*pid)? - before) / seconds * 100.0;
        let memory = process::memory(*pid)?;
        total = (total.0 + percent, total.1 + memory.resident, total.2 + memory.anonymous);
        rows.push(vec![
            name.clone(),
            format!("{percent:.2}"),
            megabytes(memory.resident),
            megabytes(memory.anonymous),
        ]);
        figures.push(json!({ "process": name, "cpu_percent": percent, "memory": memory.json() }));
    }
    rows.push(vec!["all".to_owned(), format!("{:.2}", total.0), megabytes(total.1), megabytes(total.2)]);
    table(&["process", "CPU, % of one core", "resident MB", "of its own MB"], &rows)?;
    say(&format!("goal: under {GOAL_PERCENT} %: {}", verdict(total.0 < GOAL_PERCENT)))?;
    write("idle", json!({ "events": data::events(), "cpu_percent": total.0, "processes": figures }))
}
