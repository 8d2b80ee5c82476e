//! What can be configured: one struct a section, with the defaults here.
//!
//! Values come from, in order of weight: command-line options, environment variables
//! (`CLICK_LITE__SECTION__NAME`), the configuration file (TOML), the defaults.

mod reference;
mod sections;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use reference::reference;
pub use sections::{
    Access, AccessMode, Budget, ClickHouse, ColdVolume, ConnectionSection, Data, EngineSection, Exports,
    Fluent, Gelf, Http, Ingest, LogSection, Otlp, Query, Spool, Syslog, Tcp, Tls,
};

/// Prefix of environment variables, before `__SECTION__NAME`.
const ENVIRONMENT_PREFIX: &str = "CLICK_LITE";

/// The whole configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub data: Data,
    pub http: Http,
    pub otlp: Otlp,
    pub tcp: Tcp,
    pub gelf: Gelf,
    pub fluent: Fluent,
    pub syslog: Syslog,
    pub tls: Tls,
    pub access: Access,
    pub clickhouse: ClickHouse,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<ConnectionSection>,
    pub engine: EngineSection,
    pub ingest: Ingest,
    pub spool: Spool,
    pub query: Query,
    pub budget: Budget,
    pub exports: Exports,
    pub log: LogSection,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {} can't be read: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("the configuration can't be understood: {0}")]
    Parse(String),
    #[error("{option}: {message}")]
    Value { option: &'static str, message: String },
}

impl Config {
    /// Reads the file, where one is given, and the environment. Checks nothing but shapes: see [`Self::validate`].
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::load_from(file, None)
    }

    fn load_from(
        file: Option<&Path>,
        environment: Option<config::Map<String, String>>,
    ) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File { path: path.to_owned(), reason: error.to_string() })?;
            builder = builder.add_source(config::File::from_str(&text, config::FileFormat::Toml));
        }
        let variables = config::Environment::with_prefix(ENVIRONMENT_PREFIX)
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(environment);
        builder
            .add_source(variables)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| ConfigError::Parse(error.to_string()))
    }

    /// Checks values against each other.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |option, message: String| Err(ConfigError::Value { option, message });
        if self.access.mode == AccessMode::Local {
            for (option, address) in [
                ("http.listen", self.http.listen),
                ("otlp.http_listen", self.otlp.http_listen),
                ("otlp.grpc_listen", self.otlp.grpc_listen),
                ("tcp.listen", self.tcp.listen),
                ("gelf.listen", self.gelf.listen),
                ("fluent.listen", self.fluent.listen),
                ("syslog.udp_listen", self.syslog.udp_listen),
                ("syslog.tcp_listen", self.syslog.tcp_listen),
                ("syslog.tls_listen", self.syslog.tls_listen),
            ] {
                if !address.ip().is_loopback() {
                    return wrong(
                        option,
                        format!(
                            "{address} can be reached from other machines, but access.mode is `local`, in which ingest \
                             needs no key: listen on 127.0.0.1, and put a proxy that authenticates in front of it"
                        ),
                    );
                }
            }
        }
        if self.spool.max_bytes < 64 * 1024 * 1024 {
            return wrong("spool.max_bytes", format!("{} is less than 64 MiB", self.spool.max_bytes));
        }
        if self.otlp.max_request_bytes < 1024 * 1024 || self.otlp.max_request_bytes > 1024 * 1024 * 1024 {
            return wrong(
                "otlp.max_request_bytes",
                format!("{} is not between 1 MiB and 1 GiB", self.otlp.max_request_bytes),
            );
        }
        for (option, seconds) in [
            ("http.head_timeout_seconds", self.http.head_timeout_seconds),
            ("http.idle_timeout_seconds", self.http.idle_timeout_seconds),
            ("http.body_timeout_seconds", self.http.body_timeout_seconds),
            ("spool.alarm_age_seconds", self.spool.alarm_age_seconds),
        ] {
            if seconds == 0 || seconds > 86_400 {
                return wrong(option, format!("{seconds} is not between 1 and 86400"));
            }
        }
        if self.http.max_connections == 0 {
            return wrong("http.max_connections", "0 would refuse every connection".into());
        }
        if self.ingest.max_record_bytes < 1024 || self.ingest.max_record_bytes > 256 * 1024 * 1024 {
            return wrong(
                "ingest.max_record_bytes",
                format!("{} is not between 1 KiB and 256 MiB", self.ingest.max_record_bytes),
            );
        }
        if self.tls.certificate.is_some() != self.tls.key.is_some() {
            return wrong("tls.certificate", "a certificate needs its key, and a key its certificate".into());
        }
        if self.syslog.zone_offset_minutes.is_some_and(|minutes| minutes.abs() > 14 * 60) {
            return wrong("syslog.zone_offset_minutes", "it is not between -840 and 840".into());
        }
        if self.ingest.max_connections == 0 {
            return wrong("ingest.max_connections", "0 would refuse every connection".into());
        }
        if self.ingest.stall_seconds == 0 {
            return wrong("ingest.stall_seconds", "0 would end every connection at once".into());
        }
        if self.data.retention_days == 0 || self.data.retention_days > 36_500 {
            return wrong(
                "data.retention_days",
                format!("{} is not between 1 and 36500", self.data.retention_days),
            );
        }
        if let Some(cold) = &self.engine.cold {
            if !cold.path.is_absolute() {
                return wrong(
                    "engine.cold.path",
                    format!("`{}` is no absolute path: write it in full", cold.path.display()),
                );
            }
            if cold.after_days == 0 {
                return wrong("engine.cold.after_days", "0 would move the day that is being written".into());
            }
        }
        if let Some(folder) = self.exports.dir.as_ref().filter(|folder| !folder.is_absolute()) {
            return wrong(
                "exports.dir",
                format!("`{}` is no absolute path: write it in full", folder.display()),
            );
        }
        if let Some(url) = &self.clickhouse.url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            return wrong("clickhouse.url", format!("{url} is not an http:// or https:// URL"));
        }
        let mut names = std::collections::HashSet::new();
        for connection in &self.connections {
            if !names.insert(connection.name.as_str()) {
                return wrong("connections.name", format!("two connections are named `{}`", connection.name));
            }
        }
        if !is_identifier(&self.clickhouse.database) {
            return wrong(
                "clickhouse.database",
                format!("{} is not a plain name (letters, digits, underscores)", self.clickhouse.database),
            );
        }
        if self.query.max_running < 2 || self.query.max_running > 1000 {
            return wrong(
                "query.max_running",
                format!("{} is not between 2 and 1000", self.query.max_running),
            );
        }
        if self.query.max_heavy == 0 || self.query.max_heavy >= self.query.max_running {
            return wrong(
                "query.max_heavy",
                format!("{} is not between 1 and query.max_running less one", self.query.max_heavy),
            );
        }
        if self.query.max_wait_seconds == 0 {
            return wrong("query.max_wait_seconds", "0 would refuse every query that has to wait".into());
        }
        if self.query.max_result_rows == 0 || self.query.max_result_rows > 10_000_000 {
            return wrong(
                "query.max_result_rows",
                format!("{} is not between 1 and 10000000", self.query.max_result_rows),
            );
        }
        if self.query.max_seconds == 0 {
            return wrong("query.max_seconds", "0 would end every query at once".into());
        }
        Ok(())
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests;
