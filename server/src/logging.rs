//! The server's own log.

use anyhow::Context;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Days of log files that are kept.
const KEPT_FILES: usize = 7;

/// Sets the log up. Keep the guard until the end: it writes what is pending.
pub fn start(config: &Config) -> anyhow::Result<WorkerGuard> {
    let filter = EnvFilter::try_new(&config.log.level)
        .with_context(|| format!("log.level: `{}` is not a filter such as `info`", config.log.level))?;
    let (writer, guard) = if config.log.to_file {
        let folder = config.data.dir.join("logs");
        let file = tracing_appender::rolling::Builder::new()
            .rotation(tracing_appender::rolling::Rotation::DAILY)
            .filename_prefix("server")
            .filename_suffix("log")
            .max_log_files(KEPT_FILES)
            .build(&folder)
            .with_context(|| format!("{} can't be written", folder.display()))?;
        tracing_appender::non_blocking(file)
    } else {
        tracing_appender::non_blocking(std::io::stderr())
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).init();
    Ok(guard)
}
