use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// Where things lie, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folder of the embedded engine, the spool, the catalog and the local token. One server a folder.
    pub dir: PathBuf,
    /// Days after which records are deleted, counted from their own time or their arrival, whichever is later.
    pub retention_days: u32,
}

impl Default for Data {
    fn default() -> Self {
        Self { dir: click_lite_client::default_data_dir(), retention_days: 30 }
    }
}

/// The API, the web interface and ingest over HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Most open connections of all HTTP listeners; more are refused.
    pub max_connections: u32,
    /// Seconds that the head of a request may take.
    pub head_timeout_seconds: u64,
    /// Seconds that a connection may wait for its next request.
    pub idle_timeout_seconds: u64,
    /// Seconds after which a body that brings less than 1 KiB a second is broken off.
    pub body_timeout_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7410)),
            max_connections: 4096,
            head_timeout_seconds: 30,
            idle_timeout_seconds: 120,
            body_timeout_seconds: 30,
        }
    }
}

/// OpenTelemetry's own port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Otlp {
    /// Listen for OTLP over HTTP on a port of its own too (`/v1/logs` is always on the API's port).
    pub http_enabled: bool,
    /// Address and port of OTLP over HTTP. A port that is taken is a warning.
    pub http_listen: SocketAddr,
}

impl Default for Otlp {
    fn default() -> Self {
        Self { http_enabled: true, http_listen: SocketAddr::from(([127, 0, 0, 1], 4318)) }
    }
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// `local`: one secret on this machine, loopback only.
    pub mode: AccessMode,
}

/// How callers are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessMode {
    #[default]
    Local,
}

/// The ClickHouse that stores the logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClickHouse {
    /// URL of the HTTP interface of a ClickHouse server. Without it the embedded engine is used.
    pub url: Option<String>,
    /// Database of the tables; it is made when it is not there.
    pub database: String,
    /// User of a remote server, who may create tables and insert.
    pub user: String,
    /// Password of that user.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub password: String,
}

impl Default for ClickHouse {
    fn default() -> Self {
        Self { url: None, database: "click_lite".into(), user: "default".into(), password: String::new() }
    }
}

/// The embedded ClickHouse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSection {
    /// The engine's library (`libchdb.so`); found by itself where it was installed.
    pub library: Option<PathBuf>,
    /// Most memory that the engine takes, in bytes. Default: half of the machine's, at most 4 GiB.
    pub max_memory_bytes: Option<u64>,
    /// Most threads of one query. Default: the machine's processors.
    pub max_threads: Option<u32>,
    /// Port of the engine's HTTP interface on the loopback address; 0 takes any free one.
    pub http_port: u16,
}

/// Limits of what is received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// Largest record. A larger one is refused with its position; a longer line of a file is cut into several records.
    pub max_record_bytes: u64,
    /// Largest request, after decompression. Files that are imported have no such limit.
    pub max_body_bytes: u64,
    /// Largest ratio of decompressed to compressed bytes of a request.
    pub max_compression_ratio: u64,
    /// Bytes of requests that are in memory at once; more wait for their turn.
    pub max_in_flight_bytes: u64,
    /// Most bytes of request bodies a second from one address, as they come over the network; 0 is no limit.
    pub max_bytes_per_second_per_sender: u64,
    /// Most records a second of one service, over all senders; 0 is no limit.
    pub max_rows_per_second_per_service: u64,
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            max_record_bytes: 4 * MIB,
            max_body_bytes: 1024 * MIB,
            max_compression_ratio: 1000,
            max_in_flight_bytes: 64 * MIB,
            max_bytes_per_second_per_sender: 0,
            max_rows_per_second_per_service: 0,
        }
    }
}

/// The queue on disk between receiving and ClickHouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spool {
    /// Most bytes on disk. When it is full, senders are told to wait and nothing is dropped.
    pub max_bytes: u64,
    /// Most bytes of dead letters: batches that ClickHouse refused for their content. When they are full, such batches
    /// stay in the spool and nothing is deleted.
    pub max_dead_bytes: u64,
    /// Seconds that the oldest record may wait for ClickHouse before an alarm is raised.
    pub alarm_age_seconds: u64,
    /// How long small requests wait for company before they are written together.
    pub commit_delay_ms: u64,
    /// How long records wait at most before they are inserted into ClickHouse.
    pub deliver_delay_ms: u64,
    /// Largest insert, in bytes before compression.
    pub insert_bytes: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            max_bytes: 8192 * MIB,
            max_dead_bytes: 1024 * MIB,
            alarm_age_seconds: 300,
            commit_delay_ms: 3,
            deliver_delay_ms: 500,
            insert_bytes: 64 * MIB,
        }
    }
}

/// Limits of each query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Seconds after which a query is ended.
    pub max_seconds: u64,
    /// Most memory of one query, in bytes.
    pub max_memory_bytes: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self { max_seconds: 60, max_memory_bytes: 2048 * MIB }
    }
}

/// The server's own log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSection {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,click_lite_server=debug`.
    pub level: String,
    /// Write to a file in the data folder (`logs/server.log`, kept for seven days) rather than to standard error.
    pub to_file: bool,
}

impl Default for LogSection {
    fn default() -> Self {
        Self { level: "info".into(), to_file: false }
    }
}
