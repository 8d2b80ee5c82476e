use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::ConfigCommand;
use crate::config::{Config, reference};

/// `click-lite-agent config`.
pub fn config(command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        ConfigCommand::Check { config } => {
            Config::load(config)?;
            writeln!(out, "the configuration is valid")?;
        }
        ConfigCommand::Schema => write!(out, "{}", reference())?,
    }
    Ok(ExitCode::SUCCESS)
}
