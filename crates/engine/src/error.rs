use std::io;
use std::path::PathBuf;

/// Why the engine is not there, each with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(
        "the ClickHouse library was not found; looked at {}; run `cargo xtask setup` to fetch it, or set \
         CLICK_LITE_ENGINE_LIBRARY to the path of libchdb.so, or use a remote ClickHouse with --clickhouse URL",
        list(searched)
    )]
    LibraryMissing { searched: Vec<PathBuf> },

    #[error(
        "the ClickHouse library {} can't be used: {detail}; fetch it again with `cargo xtask setup` or \
         reinstall Click-Lite",
        path.display()
    )]
    LibraryUnusable { path: PathBuf, detail: String },

    #[error(
        "the ClickHouse library {} is version {found}, but {expected} is needed; run `cargo xtask setup` or \
         reinstall Click-Lite",
        path.display()
    )]
    LibraryVersion { path: PathBuf, found: String, expected: String },

    #[error(
        "port {port} on 127.0.0.1 is taken by another program; end that program, or set the engine's port to \
         another one (0 picks a free port)"
    )]
    PortTaken { port: u16 },

    #[error(
        "the disk of {} is full ({} MiB free, {} MiB needed); free some space, it goes on by itself then",
        path.display(), free_bytes >> 20, needed_bytes >> 20
    )]
    DiskFull { path: PathBuf, free_bytes: u64, needed_bytes: u64 },

    #[error(
        "the data folder {} is in use by process {pid}; stop that process, or give this one another data folder",
        path.display()
    )]
    DataFolderInUse { path: PathBuf, pid: String },

    #[error(
        "the data folder {} was written by ClickHouse {found}, newer than {supported} of this Click-Lite; \
         update Click-Lite, or give it another data folder",
        path.display()
    )]
    DataFolderNewer { path: PathBuf, found: String, supported: String },

    #[error("can't use {}: {source}; check that the folder exists and that you may write to it", path.display())]
    DataFolder { path: PathBuf, source: io::Error },

    #[error(
        "the cold volume {} is not there: mount its disk, or say in engine.cold.path where the folder was moved to",
        path.display()
    )]
    ColdVolumeMissing { path: PathBuf },

    #[error(
        "engine.cold.path is {}, but the tables' old days are in {}: move that folder there while the server is stopped, or \
         go back to that path",
        path.display(), remembered.display()
    )]
    ColdVolumeElsewhere { path: PathBuf, remembered: PathBuf },

    #[error("engine.cold.path {} holds other files: give the cold volume a folder of its own", path.display())]
    ColdVolumeNotEmpty { path: PathBuf },

    #[error("can't start {}: {source}", program.display())]
    Spawn { program: PathBuf, source: io::Error },

    #[error("the engine did not answer within {seconds} s; {detail}")]
    StartTimeout { seconds: u64, detail: String },

    #[error("the engine did not answer {checks} health checks in a row and was ended; {detail}")]
    Unresponsive { checks: u32, detail: String },

    #[error("the engine ended: {detail}")]
    Ended { detail: String },

    #[error("the engine was stopped")]
    Stopped,
}

impl EngineError {
    /// Stable name of the error, for the API and for tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LibraryMissing { .. } => "engine.library_missing",
            Self::LibraryUnusable { .. } => "engine.library_unusable",
            Self::LibraryVersion { .. } => "engine.library_version",
            Self::PortTaken { .. } => "engine.port_taken",
            Self::DiskFull { .. } => "engine.disk_full",
            Self::DataFolderInUse { .. } => "engine.data_folder_in_use",
            Self::DataFolderNewer { .. } => "engine.data_folder_newer",
            Self::DataFolder { .. } => "engine.data_folder",
            Self::ColdVolumeMissing { .. } => "engine.cold_volume_missing",
            Self::ColdVolumeElsewhere { .. } => "engine.cold_volume_elsewhere",
            Self::ColdVolumeNotEmpty { .. } => "engine.cold_volume_not_empty",
            Self::Spawn { .. } => "engine.spawn",
            Self::StartTimeout { .. } => "engine.start_timeout",
            Self::Unresponsive { .. } => "engine.unresponsive",
            Self::Ended { .. } => "engine.ended",
            Self::Stopped => "engine.stopped",
        }
    }

    /// Whether trying again soon may help without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::StartTimeout { .. } | Self::Unresponsive { .. } | Self::Ended { .. })
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
