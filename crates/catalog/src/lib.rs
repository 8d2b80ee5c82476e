//! What Click-Lite remembers beside the logs: a SQLite database in the data folder.
//!
//! It holds small things that change (imports, agents, saved queries, dashboards, notes, scheduled exports, how long records are kept), never
//! log records. It is opened once;
//! all access goes through [`Catalog`], whose methods are grouped by what they are about in one module each.

mod agents;
mod attribute_reads;
mod connections;
mod dashboards;
mod error;
mod export_jobs;
mod imports;
mod notes;
mod retention;
mod saved_queries;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub use agents::AgentEntry;
pub use attribute_reads::AttributeReads;
pub use connections::{ConnectionEntry, SourceEntry};
pub use dashboards::{DashboardEntry, DashboardVersion};
pub use error::CatalogError;
pub use export_jobs::{ExportJobEntry, ExportRunEntry, ExportRunState};
pub use imports::{ImportEntry, ImportState};
pub use notes::{NoteEntry, NoteRange};
pub use retention::{RetentionEntry, RunEntry, RunState};
pub use saved_queries::{SavedQueryEntry, SavedQueryFilter, SavedQueryVersion, Written};

/// An open catalog. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalog {
    pool: SqlitePool,
}

impl Catalog {
    /// Opens the database at `path`, makes it where there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`CatalogError::Open`] where the file can't be opened or written, [`CatalogError::Newer`] where a newer
    /// version of Click-Lite has changed it.
    pub async fn open(path: &Path) -> Result<Self, CatalogError> {
        let open = |source| CatalogError::Open { path: path.to_owned(), source };
        let options = SqliteConnectOptions::from_str("sqlite:")
            .map_err(open)?
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.map_err(open)?;
        match sqlx::migrate!("./migrations").run(&pool).await {
            Ok(()) => Ok(Self { pool }),
            Err(sqlx::migrate::MigrateError::VersionMissing(version)) => {
                Err(CatalogError::Newer { path: path.to_owned(), version })
            }
            Err(source) => Err(CatalogError::Migrate { path: path.to_owned(), source }),
        }
    }

    /// Writes what is pending and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
