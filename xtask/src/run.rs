use std::env;
use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::paths::Paths;
use crate::shell::announce;
use crate::{build, setup};

/// The dev profile, in which the crates that every record passes are optimised: it compiles in a third of the time of a
/// release build. `--release` is for measuring.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// Build with full optimisation
    #[arg(long)]
    release: bool,
    /// Arguments of the desktop, such as files to open
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(paths: &Paths, arguments: &RunArgs) -> anyhow::Result<ExitCode> {
    let no_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| env::var_os(name).is_none());
    if cfg!(target_os = "linux") && no_display {
        anyhow::bail!(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open; start this in a \
             graphical session, or use `cargo xtask serve` and open the interface in a browser"
        );
    }
    setup::run(paths, setup::Scope::Desktop)?;
    build::interface(paths)?;
    build::programs(paths, arguments.release)?;
    announce("opening the desktop");
    let program = paths.program(arguments.release, "click-lite");
    let status = Command::new(&program)
        .args(&arguments.arguments)
        .status()
        .with_context(|| format!("can't start {}", program.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
