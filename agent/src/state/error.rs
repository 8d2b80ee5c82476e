use std::path::PathBuf;

/// Why the state can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the state folder {} can't be used: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(
        "the state folder {} is in use by another agent (process {owner}): end that one, or pass another --state-dir",
        path.display()
    )]
    InUse { path: PathBuf, owner: String },
    #[error("there is no agent's state in {}", path.display())]
    Missing { path: PathBuf },
    #[error(
        "{} was written by a newer agent (version {found}, this one knows {known}): install that one again, or pass \
         another --state-dir",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("the state in {} can't be read or written: {source}", path.display())]
    Database { path: PathBuf, source: rusqlite::Error },
}

impl StateError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "state.folder",
            Self::InUse { .. } => "state.in_use",
            Self::Missing { .. } => "state.missing",
            Self::Newer { .. } => "state.newer",
            Self::Database { .. } => "state.database",
        }
    }
}
