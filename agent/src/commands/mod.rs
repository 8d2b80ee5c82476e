//! What the subcommands do.

mod check;
mod exec;
mod follow;
mod pipe;
mod status;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use check::config;
pub use exec::exec;
pub use follow::{run, tail};
pub use pipe::pipe;
pub use status::status;

use crate::cli::{DeliveryArgs, ReadingArgs};
use crate::config::{Config, ConfigError, Files, Log, Multiline, Server, Spool};
use crate::reading::Reading;
use crate::state::{StateError, StateFolder, default_folder};

/// How long the end of a command may take while the server takes what waits.
const FINISH_PATIENCE: Duration = Duration::from_secs(5);
/// Commands of one kind that run at once without a state folder of their own.
const MOST_SLOTS: u32 = 64;

/// The configuration that arguments stand for.
fn config_of(delivery: &DeliveryArgs) -> Config {
    let defaults = Config::default();
    Config {
        server: Server {
            url: delivery.server.clone(),
            key: delivery.key.clone(),
            token_file: delivery.token_file.clone(),
            ca_file: delivery.ca_file.clone(),
            max_bytes_per_second: delivery.max_bytes_per_second.unwrap_or(0),
            ..Server::default()
        },
        spool: Spool {
            max_bytes: delivery.spool_max_bytes.unwrap_or(defaults.spool.max_bytes),
            when_full: delivery.when_full.unwrap_or_default(),
        },
        log: Log { level: delivery.log_level.clone().unwrap_or(defaults.log.level) },
        ..defaults
    }
}

/// The section that arguments stand for.
fn files_of(reading: &ReadingArgs) -> Files {
    Files {
        service: reading.service.clone(),
        format: reading.format.clone(),
        attributes: reading.attributes.iter().cloned().collect(),
        zone: reading.zone.clone(),
        multiline: Multiline { start_pattern: reading.multiline_start.clone(), ..Multiline::default() },
        ..Files::default()
    }
}

/// How the lines of a stream are read.
fn stream_reading(reading: &ReadingArgs, resource: &[(String, String)]) -> Result<Reading, ConfigError> {
    crate::config::file_reading("arguments", &files_of(reading), resource)
}

/// Takes the folder that was asked for, else the first of this command's own folders that nobody has.
fn take_state(asked: Option<&Path>, command: &str) -> Result<StateFolder, StateError> {
    if let Some(path) = asked {
        return StateFolder::take(path);
    }
    let base = default_folder();
    let mut slot = 0;
    loop {
        let taken = StateFolder::take(&base.join(format!("{command}-{slot}")));
        match taken {
            Err(StateError::InUse { .. }) if slot < MOST_SLOTS => slot += 1,
            other => return other,
        }
    }
}

/// Starts the agent's own log.
fn start_log(level: &str) -> anyhow::Result<()> {
    let level: LevelFilter = level.parse().with_context(|| format!("`{level}` is no level of a log"))?;
    let ours = Targets::new().with_target("click_lite_agent", level);
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    tracing_subscriber::registry().with(lines).with(ours).init();
    Ok(())
}

/// Says what was left behind.
fn report(left: u64, folder: &Path) {
    if left > 0 {
        eprintln!(
            "click-lite-agent: {left} records wait in {} and are sent when an agent uses it next",
            folder.display()
        );
    }
}
