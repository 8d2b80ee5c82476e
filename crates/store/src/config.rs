use std::fmt;
use std::time::Duration;

/// How the tables are named and kept, and within which limits they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// Database of the tables: letters, digits and underscores.
    pub database: String,
    /// Days after which ClickHouse drops the rows of tables that are made anew by itself. Who goes when is decided by
    /// [`crate::Lifetime`]s.
    pub retention_days: u32,
    /// Longest run time of one query, seconds.
    pub max_query_seconds: u64,
    /// Most memory of one query, bytes.
    pub max_query_memory_bytes: u64,
    /// Most rows of one answer; more is an error, not a cut.
    pub max_result_rows: u64,
    /// Between two reports of a query's progress.
    pub progress_interval: Duration,
    /// How long ClickHouse may take to answer an insert that was sent.
    pub insert_timeout: Duration,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            database: "click_lite".to_owned(),
            retention_days: 30,
            max_query_seconds: 60,
            max_query_memory_bytes: 2 << 30,
            max_result_rows: 1_000_000,
            progress_interval: Duration::from_millis(100),
            insert_timeout: Duration::from_secs(300),
        }
    }
}

/// A ClickHouse and its two users. A remote server may have one user for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// HTTP interface, e.g. `http://127.0.0.1:8123`.
    pub url: String,
    /// May make tables, insert, and cancel queries.
    pub writer: Credentials,
    /// May read. `readonly = 2` suits it: settings are sent with each query.
    pub reader: Credentials,
}

/// A ClickHouse user; the password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}
