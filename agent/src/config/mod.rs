//! The configuration file of `run`: one struct a section, with the defaults here.

mod build;
mod reference;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use build::{Plan, file_reading};
pub use reference::reference;
pub use sections::{Batch, Docker, Files, Follow, Journald, Log, Multiline, Server, Spool, StartAt, State};

/// The whole configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub state: State,
    pub spool: Spool,
    pub batch: Batch,
    pub follow: Follow,
    pub log: Log,
    /// Attributes of the resource that every record gets. `host.name` is there by itself.
    pub resource: BTreeMap<String, String>,
    pub files: Vec<Files>,
    pub docker: Vec<Docker>,
    pub journald: Vec<Journald>,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {} can't be read: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("the configuration file {} can't be understood: {reason}", path.display())]
    Parse { path: PathBuf, reason: String },
    #[error("{option}: {message}")]
    Value { option: String, message: String },
}

impl ConfigError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "config.file",
            Self::Parse { .. } => "config.parse",
            Self::Value { .. } => "config.value",
        }
    }

    pub(crate) fn value(option: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Value { option: option.into(), message: message.into() }
    }
}

impl Config {
    /// Reads a file and checks it; what it means is a [`Plan`].
    pub fn load(path: &Path) -> Result<(Self, Plan), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::File { path: path.to_owned(), reason: error.to_string() })?;
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            reason: error.to_string().trim().to_owned(),
        })?;
        let plan = Plan::new(&config)?;
        if config.files.is_empty() && config.docker.is_empty() && config.journald.is_empty() {
            return Err(ConfigError::value(
                "files",
                "there is nothing to read: add a section [[files]], [[docker]] or [[journald]]",
            ));
        }
        Ok((config, plan))
    }
}

#[cfg(test)]
mod tests;
