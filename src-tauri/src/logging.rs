//! The shell's own log: a file in the data folder, beside the server's.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, InitError, Rotation};

/// Days of log files that are kept.
const KEPT_FILES: usize = 7;

/// Sets the log up. Keep the guard until the end: it writes what is pending.
pub fn start(data_dir: &Path) -> Result<WorkerGuard, InitError> {
    let folder = data_dir.join("logs");
    // The builder looks for old files first, and complains where there is no folder; whether it can be made, it says itself.
    let _ = std::fs::create_dir_all(&folder);
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("desktop")
        .filename_suffix("log")
        .max_log_files(KEPT_FILES)
        .build(folder)?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    // A second set-up (there is none outside of tests) keeps the first.
    let _ = tracing_subscriber::fmt().with_writer(writer).with_ansi(false).try_init();
    Ok(guard)
}
