use std::fs;
use std::process::ExitCode;

use crate::display::Display;
use crate::paths::Paths;
use crate::shell::{announce, cargo, run as execute};
use crate::{build, setup};

/// Those that open the desktop's window.
const WITH_DESKTOP: [&str; 2] = ["idle", "window"];
/// Drives Chromium, which comes with what the tests need.
const IN_BROWSER: &str = "browser";

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
    let name = arguments.name.as_deref();
    let needs_desktop = name.is_none_or(|name| WITH_DESKTOP.contains(&name));
    let needs_tests = needs_desktop || name == Some(IN_BROWSER);
    setup::run(paths, if needs_tests { setup::Scope::Tests } else { setup::Scope::Server })?;
    build::interface(paths)?;
    if needs_desktop {
        build::programs(paths, true)?;
    } else {
        build::server(paths, true)?;
        build::agent(paths, true)?;
    }
    let figures = paths.root.join("target/bench");
    fs::create_dir_all(&figures)?;
    announce("running the benchmarks");
    let mut command = cargo(&paths.root);
    command.args(["bench", "-p", "click-lite-benches"]);
    match name {
        Some(name) => command.args(["--bench", name]),
        None => command.arg("--benches"),
    };
    command.arg("--").args(&arguments.arguments);
    command.env("CLICK_LITE_SERVER", paths.program(true, "click-lite-server"));
    command.env("CLICK_LITE_AGENT", paths.program(true, "click-lite-agent"));
    command.env("CLICK_LITE_BENCH_OUTPUT", figures);
    if !needs_desktop {
        execute(&mut command)?;
        return Ok(ExitCode::SUCCESS);
    }
    command.env("CLICK_LITE_DESKTOP", paths.program(true, "click-lite"));
    let display = Display::open()?;
    execute(&mut display.attach(command))?;
    Ok(ExitCode::SUCCESS)
}
