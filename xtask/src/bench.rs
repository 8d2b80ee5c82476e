use std::fs;
use std::process::ExitCode;

use crate::paths::Paths;
use crate::shell::{announce, cargo, run as execute};
use crate::{build, setup};

#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// A benchmark of `benches/`; all when none is named
    name: Option<String>,
    /// Arguments of the benchmark
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs the benchmarks against a release build. They write their figures as JSON to `target/bench/`.
pub(crate) fn run(paths: &Paths, arguments: &BenchArgs) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Server)?;
    build::interface(paths)?;
    build::server(paths, true)?;
    build::agent(paths, true)?;
    let figures = paths.root.join("target/bench");
    fs::create_dir_all(&figures)?;
    announce("running the benchmarks");
    let mut command = cargo(&paths.root);
    command.args(["bench", "-p", "click-lite-benches"]);
    match &arguments.name {
        Some(name) => command.args(["--bench", name]),
        None => command.arg("--benches"),
    };
    command.arg("--").args(&arguments.arguments);
    command.env("CLICK_LITE_SERVER", paths.program(true, "click-lite-server"));
    command.env("CLICK_LITE_AGENT", paths.program(true, "click-lite-agent"));
    command.env("CLICK_LITE_BENCH_OUTPUT", figures);
    // The idle benchmark measures the desktop as well where there is one; building it needs WebKit.
    let desktop = paths.program(true, "click-lite");
    if desktop.is_file() {
        command.env("CLICK_LITE_DESKTOP", desktop);
    }
    execute(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
