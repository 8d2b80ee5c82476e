use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::paths::Paths;
use crate::shell::announce;
use crate::{build, setup};

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// Build with full optimisation
    #[arg(long)]
    release: bool,
    /// Arguments of `click-lite-server serve`
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(paths: &Paths, arguments: &ServeArgs) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Server)?;
    build::interface(paths)?;
    build::server(paths, arguments.release)?;
    announce("starting the server");
    let program = paths.program(arguments.release, "click-lite-server");
    let mut command = Command::new(&program);
    command.arg("serve").args(&arguments.arguments);
    start(&mut command).with_context(|| format!("can't start {}", program.display()))
}

/// Becomes the server, so that signals to this process are signals to it.
#[cfg(unix)]
fn start(command: &mut Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> anyhow::Result<ExitCode> {
    Ok(if command.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
