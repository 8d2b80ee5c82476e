//! The interface in Chromium against the real server, with the events stored: frames of the table and of the tail, typing in
//! the search bar, a dashboard of twelve widgets, and what the first page weighs.
//!
//! The scripts are in `ui/tests/bench`, driven by Playwright; each adds lines to one file of figures.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use click_lite_benches::report::{output_folder, say, table, verdict, write};
use click_lite_benches::server::Server;
use click_lite_benches::{data, runtime};
use click_lite_tests::server_binary;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A line of the figures; the unit is in its name.
#[derive(Deserialize, Serialize)]
struct Figure {
    name: String,
    value: Option<f64>,
    /// The value has to stay below it.
    limit: Option<f64>,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = data::stored_events().await?;
    let lines = output_folder()?.join("browser.ndjson");
    fs::write(&lines, "")?;
    let server = Server::start(&folder, &[])?;
    let interface = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
    let status = Command::new("npm")
        .args(["run", "--silent", "bench:browser", "--"])
        // `CLICK_LITE_BENCH_ONLY=tail` measures a part.
        .args(std::env::var("CLICK_LITE_BENCH_ONLY"))
        .current_dir(interface)
        .env("CLICK_LITE_SERVER", server_binary()?)
        .env("CLICK_LITE_BENCH_ADDRESS", server.url().trim_start_matches("http://"))
        .env("CLICK_LITE_BENCH_TOKEN_FILE", server.token_file())
        .env("CLICK_LITE_BENCH_EVENTS", data::events().to_string())
        .env("CLICK_LITE_BENCH_FIGURES", &lines)
        .status()
        .context("can't run npm")?;
    server.stop()?;

    let figures: Vec<Figure> =
        fs::read_to_string(&lines)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let row = |figure: &Figure| {
        let value = figure.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        let limit = figure.limit.map_or_else(
            || "-".to_owned(),
            |limit| {
                let is_met = figure.value.is_some_and(|value| value < limit);
                format!("{limit}, {}", verdict(is_met))
            },
        );
        vec![figure.name.clone(), value, limit]
    };
    say(&format!("{} events stored", data::events()))?;
    table(&["what", "measured", "limit"], &figures.iter().map(row).collect::<Vec<_>>())?;
    write("browser", json!({ "events": data::events(), "figures": figures }))?;
    ensure!(status.success(), "a script of ui/tests/bench failed");
    Ok(())
}
