use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::paths::Paths;
use crate::shell::{announce, cargo, run as execute};
use crate::{build, setup};

#[derive(clap::Args)]
pub(crate) struct CrashArgs {
    /// How often agent, server or engine is killed; about 80 a minute
    #[arg(long, default_value_t = 1000)]
    kills: u64,
    /// Number that the moments of the kills come from [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for all data, which has to be empty and is kept [default: a temporary one]
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Kills agent, server and engine while files are written, and counts what is lost and doubled.
pub(crate) fn run(paths: &Paths, arguments: &CrashArgs) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Server)?;
    build::interface(paths)?;
    build::server(paths, false)?;
    build::agent(paths, false)?;
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => u64::from(SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos()),
    };
    announce(&format!("{} kills with seed {seed}", arguments.kills));
    let mut command = cargo(&paths.root);
    command.args(["run", "--quiet", "-p", "click-lite-tests", "--example", "crash", "--"]);
    command.args([arguments.kills.to_string(), seed.to_string()]);
    if let Some(folder) = &arguments.folder {
        command.arg(std::path::absolute(folder)?);
    }
    command.env("CLICK_LITE_SERVER", paths.program(false, "click-lite-server"));
    command.env("CLICK_LITE_AGENT", paths.program(false, "click-lite-agent"));
    execute(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
