use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What can go wrong in a spool. One failed commit fails every append in it, hence `Clone`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SpoolError {
    #[error(
        "spool is full: {current_bytes} of {limit_bytes} bytes wait for delivery; send again later, or raise the limit"
    )]
    Full { current_bytes: u64, limit_bytes: u64 },
    #[error(
        "frame of {bytes} bytes is over the {limit_bytes} bytes that this spool takes; send smaller batches"
    )]
    FrameTooLarge { bytes: u64, limit_bytes: u64 },
    #[error("no space left on the disk of {}; free some, the spool goes on by itself", path.display())]
    DiskFull { path: PathBuf },
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: Arc<io::Error> },
    #[error("spool {} is in use by another process; stop it, or choose another folder", path.display())]
    Locked { path: PathBuf },
    #[error(
        "{} has format {found}, this program knows formats up to {supported}; use the newer program", path.display()
    )]
    Version { path: PathBuf, found: u32, supported: u32 },
    #[error("{} is not a file of a spool or is damaged", path.display())]
    Damaged { path: PathBuf },
    #[error(
        "dead letters take {current_bytes} of at most {limit_bytes} bytes, there is no room for {bytes} more; send some again or delete them, or raise the limit"
    )]
    DeadLettersFull { bytes: u64, current_bytes: u64, limit_bytes: u64 },
    #[error("cut {id} is not outstanding")]
    UnknownCut { id: u64 },
    #[error("spool is closed; send again after the restart")]
    Closed,
}

impl SpoolError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "spool.full",
            Self::FrameTooLarge { .. } => "spool.frame_too_large",
            Self::DiskFull { .. } => "spool.disk_full",
            Self::Io { .. } => "spool.io",
            Self::Locked { .. } => "spool.locked",
            Self::Version { .. } => "spool.version",
            Self::Damaged { .. } => "spool.damaged",
            Self::DeadLettersFull { .. } => "spool.dead_letters_full",
            Self::UnknownCut { .. } => "spool.unknown_cut",
            Self::Closed => "spool.closed",
        }
    }

    /// Whether the same call can succeed later without a change to it.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Full { .. }
            | Self::DiskFull { .. }
            | Self::DeadLettersFull { .. }
            | Self::Io { .. }
            | Self::Closed => true,
            Self::FrameTooLarge { .. }
            | Self::Locked { .. }
            | Self::Version { .. }
            | Self::Damaged { .. }
            | Self::UnknownCut { .. } => false,
        }
    }

    /// An error of the operating system; `action` is a verb, as in "cannot write".
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { action, path, source: Arc::new(source) },
        }
    }
}
