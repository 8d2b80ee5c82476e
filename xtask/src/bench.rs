use std::fs;
use std::process::ExitCode;

use crate::display::Display;
use crate::paths::Paths;
use crate::shell::{announce, cargo, run as execute};
use crate::{build, setup};

/// All of them, in the order in which they run.
const BENCHMARKS: [&str; 10] =
    ["search", "queries", "import", "ingest", "connections", "tail", "agent", "browser", "idle", "window"];

#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// A benchmark of `benches/`; all when none is named
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(BENCHMARKS))]
    name: Option<String>,
    /// Arguments of the benchmark
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs the benchmarks against a release build. They write their figures as JSON to `target/bench/`.
pub(crate) fn run(paths: &Paths, arguments: &BenchArgs) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Tests)?;
    build::interface(paths)?;
    build::programs(paths, true)?;
    let figures = paths.root.join("target/bench");
    fs::create_dir_all(&figures)?;
    announce("running the benchmarks");
    let mut command = cargo(&paths.root);
    // The whole workspace, or cargo would compile shared crates again with other features.
    command.args(["bench", "--workspace"]);
    for name in BENCHMARKS.iter().filter(|name| arguments.name.as_deref().is_none_or(|named| named == **name))
    {
        command.args(["--bench", name]);
    }
    command.arg("--").args(&arguments.arguments);
    command.env("CLICK_LITE_SERVER", paths.program(true, "click-lite-server"));
    command.env("CLICK_LITE_AGENT", paths.program(true, "click-lite-agent"));
    command.env("CLICK_LITE_BENCH_OUTPUT", figures);
    command.env("CLICK_LITE_DESKTOP", paths.program(true, "click-lite"));
    let display = Display::open()?;
    execute(&mut display.attach(command))?;
    Ok(ExitCode::SUCCESS)
}
