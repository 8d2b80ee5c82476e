use std::io::Write;

use super::{ConfigArgs, ConfigCommand};
use crate::config::{Config, reference};

/// `click-lite-server config`.
pub fn run(command: &ConfigCommand) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match command {
        ConfigCommand::Check(args) => {
            load(args)?;
            writeln!(out, "the configuration is valid")?;
        }
        ConfigCommand::Print(args) => {
            let mut config = load(args)?;
            for secret in [&mut config.clickhouse.password, &mut config.fluent.shared_key] {
                if !secret.is_empty() {
                    *secret = "(secret)".into();
                }
            }
            write!(out, "{}", toml::to_string_pretty(&config)?)?;
        }
        ConfigCommand::Schema => write!(out, "{}", reference())?,
    }
    Ok(())
}

fn load(args: &ConfigArgs) -> anyhow::Result<Config> {
    let config = Config::load(args.config.as_deref())?;
    config.validate()?;
    Ok(config)
}
