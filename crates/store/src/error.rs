//! What can go wrong, told apart by ClickHouse's own error codes.

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no connection to ClickHouse: it is starting or down")]
    NotConnected,
    #[error("ClickHouse can't be reached: {0}")]
    Unreachable(String),
    #[error("ClickHouse answered something that is not its own: {0}; is the URL that of its HTTP interface?")]
    BadAnswer(String),
    #[error("the query took longer than it may; ask for a shorter time range, or raise query.max_seconds")]
    Timeout,
    #[error(
        "the query needs more memory than it may use; ask for a shorter time range or fewer columns, or raise query.max_memory_bytes"
    )]
    MemoryLimit,
    #[error("the query is over a limit: {0}")]
    Limit(String),
    #[error("the query was cancelled")]
    Cancelled,
    #[error("ClickHouse refused with {name} ({code}): {message}")]
    Refused {
        /// ClickHouse's error code, e.g. 60.
        code: u32,
        /// ClickHouse's name of it, e.g. `UNKNOWN_TABLE`.
        name: String,
        message: String,
    },
    #[error(
        "the tables are of schema version {found}, this program knows {known}: use the newer Click-Lite that made them"
    )]
    SchemaFromFuture { found: u32, known: u32 },
    #[error(
        "schema version {version} was made from other statements than this program's: use the Click-Lite that made it, or another database"
    )]
    SchemaChanged { version: u32 },
    #[error("ClickHouse {found} is too old: the tables need {}.{} or later", .needed.0, .needed.1)]
    ClickHouseTooOld { found: String, needed: (u32, u32) },
    #[error("{0}")]
    Unusable(String),
    #[error("`{0}` can't be the name of a database: use letters, digits and underscores")]
    DatabaseName(String),
}

const TIMEOUT_EXCEEDED: u32 = 159;
const MEMORY_LIMIT_EXCEEDED: u32 = 241;
/// `TOO_MANY_ROWS`, `TOO_SLOW`, `TOO_MANY_BYTES`, `TOO_MANY_ROWS_OR_BYTES`.
const LIMITS: [u32; 4] = [158, 160, 307, 396];
/// `QUERY_WAS_CANCELLED`, `QUERY_WAS_CANCELLED_BY_CLIENT`.
const CANCELLED: [u32; 2] = [394, 735];

/// What may be gone at the next try: load, network, disk, replicas, rights and tables that an operator can restore.
/// Anything else is about the statement or its data, and stays as it is.
const RETRYABLE: [u32; 42] = [
    60,   // UNKNOWN_TABLE
    74,   // CANNOT_READ_FROM_FILE_DESCRIPTOR
    75,   // CANNOT_WRITE_TO_FILE_DESCRIPTOR
    76,   // CANNOT_OPEN_FILE
    81,   // UNKNOWN_DATABASE
    173,  // CANNOT_ALLOCATE_MEMORY
    192,  // UNKNOWN_USER
    193,  // WRONG_PASSWORD
    201,  // QUOTA_EXCEEDED
    202,  // TOO_MANY_SIMULTANEOUS_QUERIES
    203,  // NO_FREE_CONNECTION
    204,  // CANNOT_FSYNC
    209,  // SOCKET_TIMEOUT
    210,  // NETWORK_ERROR
    225,  // NO_ZOOKEEPER
    236,  // ABORTED
    242,  // TABLE_IS_READ_ONLY
    243,  // NOT_ENOUGH_SPACE
    244,  // UNEXPECTED_ZOOKEEPER_ERROR
    252,  // TOO_MANY_PARTS
    254,  // NO_ACTIVE_REPLICAS
    279,  // ALL_CONNECTION_TRIES_FAILED
    285,  // TOO_FEW_LIVE_REPLICAS
    286,  // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    319,  // UNKNOWN_STATUS_OF_INSERT
    364,  // RECEIVED_ERROR_TOO_MANY_REQUESTS
    373,  // SESSION_IS_LOCKED
    424,  // CANNOT_LINK
    425,  // SYSTEM_ERROR
    439,  // CANNOT_SCHEDULE_TASK
    473,  // DEADLOCK_AVOIDED
    497,  // ACCESS_DENIED
    499,  // S3_ERROR
    516,  // AUTHENTICATION_FAILED
    517,  // CANNOT_ASSIGN_ALTER
    519,  // NO_REMOTE_SHARD_AVAILABLE
    574,  // DISTRIBUTED_TOO_MANY_PENDING_BYTES
    722,  // ASYNC_LOAD_WAIT_FAILED
    999,  // KEEPER_EXCEPTION
    1000, // POCO_EXCEPTION
    1001, // STD_EXCEPTION
    1002, // UNKNOWN_EXCEPTION
];

impl StoreError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConnected => "store.not_connected",
            Self::Unreachable(_) => "store.unreachable",
            Self::BadAnswer(_) => "store.bad_answer",
            Self::Timeout => "store.timeout",
            Self::MemoryLimit => "store.memory_limit",
            Self::Limit(_) => "store.limit",
            Self::Cancelled => "store.cancelled",
            Self::Refused { .. } => "store.refused",
            Self::SchemaFromFuture { .. } => "store.schema_from_future",
            Self::SchemaChanged { .. } => "store.schema_changed",
            Self::ClickHouseTooOld { .. } => "store.clickhouse_too_old",
            Self::Unusable(_) => "connection.unusable",
            Self::DatabaseName(_) => "store.database_name",
        }
    }

    /// The error without what ClickHouse quotes of the records: for logs.
    pub fn without_content(&self) -> String {
        match self {
            Self::Refused { code, name, .. } => format!("ClickHouse refused with {name} ({code})"),
            Self::Limit(_) => "the query is over a limit".to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether the same may work later. For an insert: `false` means that its content is refused for good.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotConnected
            | Self::Unreachable(_)
            | Self::BadAnswer(_)
            | Self::Timeout
            | Self::MemoryLimit
            | Self::Limit(_)
            | Self::Cancelled => true,
            Self::Refused { code, .. } => RETRYABLE.contains(code),
            Self::SchemaFromFuture { .. }
            | Self::SchemaChanged { .. }
            | Self::ClickHouseTooOld { .. }
            | Self::Unusable(_)
            | Self::DatabaseName(_) => false,
        }
    }

    /// From ClickHouse's text: `Code: 60. DB::Exception: Unknown table ... (UNKNOWN_TABLE) (version 26.7.2.1)`.
    pub(crate) fn from_exception(text: &str) -> Self {
        let text = text.trim();
        let Some((code, rest)) = text.strip_prefix("Code: ").and_then(|rest| rest.split_once('.')) else {
            return Self::BadAnswer(shorten(text));
        };
        let Ok(code) = code.trim().parse::<u32>() else { return Self::BadAnswer(shorten(text)) };
        let rest = rest.trim_start().trim_start_matches("DB::Exception: ");
        let rest = rest.rfind(" (version ").map_or(rest, |end| &rest[..end]).trim_end();
        let (message, name) = match rest.rfind(" (") {
            Some(start) if rest.ends_with(')') => (&rest[..start], &rest[start + 2..rest.len() - 1]),
            _ => (rest, ""),
        };
        match code {
            TIMEOUT_EXCEEDED => Self::Timeout,
            MEMORY_LIMIT_EXCEEDED => Self::MemoryLimit,
            code if LIMITS.contains(&code) => Self::Limit(shorten(message)),
            code if CANCELLED.contains(&code) => Self::Cancelled,
            code => Self::Refused { code, name: name.to_owned(), message: shorten(message) },
        }
    }
}

impl From<clickhouse::error::Error> for StoreError {
    fn from(error: clickhouse::error::Error) -> Self {
        use clickhouse::error::Error;
        match error {
            Error::BadResponse(text) => Self::from_exception(&text),
            Error::TimedOut => Self::Unreachable("it did not answer in time".to_owned()),
            Error::Network(source) => Self::Unreachable(with_sources(&*source)),
            other => Self::BadAnswer(shorten(&other.to_string())),
        }
    }
}

/// hyper says `error sending request` and keeps the reason inside.
fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

/// ClickHouse quotes whole statements and blocks in its messages.
fn shorten(text: &str) -> String {
    const MOST: usize = 500;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clickhouse_codes_become_kinds() {
        let unknown = StoreError::from_exception(
            "Code: 47. DB::Exception: Unknown expression identifier `nosuch` in scope SELECT (1). (UNKNOWN_IDENTIFIER) (version 26.7.2.1)",
        );
        let StoreError::Refused { code, name, message } = &unknown else { panic!("{unknown:?}") };
        assert_eq!((*code, name.as_str()), (47, "UNKNOWN_IDENTIFIER"));
        assert_eq!(message, "Unknown expression identifier `nosuch` in scope SELECT (1).");
        assert!(!unknown.is_retryable());

        for (text, code, is_retryable) in [
            (
                "Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED) (version 26.7.2.1)",
                "store.timeout",
                true,
            ),
            (
                "Code: 241. DB::Exception: Memory. (MEMORY_LIMIT_EXCEEDED) (version 1)",
                "store.memory_limit",
                true,
            ),
            ("Code: 396. DB::Exception: Limit. (TOO_MANY_ROWS_OR_BYTES) (version 1)", "store.limit", true),
            ("Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED)", "store.cancelled", true),
            ("Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)", "store.refused", true),
            ("Code: 53. DB::Exception: Type mismatch. (TYPE_MISMATCH)", "store.refused", false),
            (
                "Code: 27. DB::Exception: Cannot parse. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)",
                "store.refused",
                false,
            ),
            ("<html>nginx</html>", "store.bad_answer", true),
            ("Code: x", "store.bad_answer", true),
        ] {
            let error = StoreError::from_exception(text);
            assert_eq!((error.code(), error.is_retryable()), (code, is_retryable), "{text}");
        }
    }

    #[test]
    fn long_messages_are_cut_at_a_character() {
        let error = StoreError::from_exception(&format!(
            "Code: 62. DB::Exception: {} (SYNTAX_ERROR)",
            "é".repeat(900)
        ));
        assert!(error.to_string().chars().count() < 600);
    }
}
