use std::path::PathBuf;

/// What can go wrong with the catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the catalog {} can't be opened: check that the folder exists and can be written", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error(
        "the catalog {} was written by a newer version of Click-Lite (its schema has version {version}): \
         install that version, or use another data folder",
        path.display()
    )]
    Newer { path: PathBuf, version: i64 },
    #[error("the tables of the catalog {} can't be brought up to date", path.display())]
    Migrate { path: PathBuf, source: sqlx::migrate::MigrateError },
    #[error("the catalog can't be read or written")]
    Query(#[from] sqlx::Error),
}

impl CatalogError {
    /// Stable code for API answers and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "catalog.open",
            Self::Newer { .. } => "catalog.newer",
            Self::Migrate { .. } => "catalog.migrate",
            Self::Query(_) => "catalog.query",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Query(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)))
    }
}
