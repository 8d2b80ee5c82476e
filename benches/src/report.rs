//! Tables for people, JSON for programs.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

const MEGABYTE: f64 = 1e6;

/// Where figures and kept data go: `CLICK_LITE_BENCH_OUTPUT`, else `target/bench`.
///
/// # Errors
/// The folder can't be made.
pub fn output_folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::var_os("CLICK_LITE_BENCH_OUTPUT")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench"), PathBuf::from);
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    Ok(folder.canonicalize()?)
}

/// Prints a line.
///
/// # Errors
/// Standard output is closed.
pub fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Prints rows of cells; the first column is text, the others are figures.
///
/// # Errors
/// Standard output is closed.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    say(&table.to_string())
}

/// Writes `NAME.json`, with the machine and the time beside the figures.
///
/// # Errors
/// The file can't be written.
pub fn write(name: &str, figures: Value) -> anyhow::Result<()> {
    let path = output_folder()?.join(format!("{name}.json"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cpu_info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu_info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let report = json!({
        "benchmark": name,
        "unix_seconds": std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs(),
        "machine": {
            "processors": std::thread::available_parallelism()?.get(),
            "processor": model.trim_start_matches([':', '\t', ' ']),
            "load_average_at_end": load.split(' ').next().unwrap_or_default(),
        },
        "figures": figures,
    });
    fs::write(&path, serde_json::to_string_pretty(&report)?)
        .with_context(|| format!("can't write {}", path.display()))?;
    say(&format!("\n{}", path.display()))
}

/// Bytes in megabytes (10^6), as the goals count them.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / MEGABYTE)
}

/// Whether a goal is met, for a cell.
pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
