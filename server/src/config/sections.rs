use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// Where things lie, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folder of the embedded engine, the spool, the catalog and the local token. One server a folder.
    pub dir: PathBuf,
    /// Days after which records are deleted, counted from their own time or their arrival, whichever is later. Counts until
    /// it is changed in the interface or by `PUT /api/v1/retention`, which also takes rules for services.
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

/// OpenTelemetry's own ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Otlp {
    /// Listen for OTLP over HTTP on a port of its own too (`/v1/logs` and `/v1/traces` are always on the API's port).
    pub http_enabled: bool,
    /// Address and port of OTLP over HTTP. A port that is taken is a warning.
    pub http_listen: SocketAddr,
    /// Listen for OTLP over gRPC.
    pub grpc_enabled: bool,
    /// Address and port of OTLP over gRPC. A port that is taken is a warning.
    pub grpc_listen: SocketAddr,
    /// Largest request of OTLP, after decompression; at most `ingest.max_body_bytes` counts. It is in memory as a whole.
    pub max_request_bytes: u64,
}

impl Default for Otlp {
    fn default() -> Self {
        Self {
            http_enabled: true,
            http_listen: SocketAddr::from(([127, 0, 0, 1], 4318)),
            grpc_enabled: true,
            grpc_listen: SocketAddr::from(([127, 0, 0, 1], 4317)),
            max_request_bytes: 64 * MIB,
        }
    }
}

/// Lines over TCP: a record a line, JSON or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tcp {
    /// Listen for lines.
    pub enabled: bool,
    /// Address and port. A port that is taken is a warning.
    pub listen: SocketAddr,
    /// Service of records that name none.
    pub service: String,
}

impl Default for Tcp {
    fn default() -> Self {
        Self { enabled: true, listen: SocketAddr::from(([127, 0, 0, 1], 7411)), service: String::new() }
    }
}

/// GELF, the format of Graylog, over UDP (chunked and compressed) and TCP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gelf {
    /// Listen for GELF.
    pub enabled: bool,
    /// Address and port of both UDP and TCP. A port that is taken is a warning.
    pub listen: SocketAddr,
    /// Service of records that name none, nor a container or a facility.
    pub service: String,
}

impl Default for Gelf {
    fn default() -> Self {
        Self { enabled: true, listen: SocketAddr::from(([127, 0, 0, 1], 12_201)), service: String::new() }
    }
}

/// The forward protocol of Fluentd and Fluent Bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fluent {
    /// Listen for Fluent forward.
    pub enabled: bool,
    /// Address and port over TCP; heartbeats over UDP are answered on the same. A port that is taken is a warning.
    pub listen: SocketAddr,
    /// The key that senders have to share (`shared_key` of Fluentd, `Shared_Key` of Fluent Bit). Without it anyone who
    /// reaches the port may send.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shared_key: String,
}

impl Default for Fluent {
    fn default() -> Self {
        Self { enabled: true, listen: SocketAddr::from(([127, 0, 0, 1], 24_224)), shared_key: String::new() }
    }
}

/// Syslog, RFC 5424 and RFC 3164.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Syslog {
    /// Listen for syslog over UDP.
    pub udp_enabled: bool,
    /// Address and port. A port that is taken is a warning.
    pub udp_listen: SocketAddr,
    /// Listen for syslog over TCP.
    pub tcp_enabled: bool,
    /// Address and port. A port that is taken is a warning.
    pub tcp_listen: SocketAddr,
    /// Listen for syslog over TLS, with the certificate of `[tls]`.
    pub tls_enabled: bool,
    /// Address and port. A port that is taken is a warning.
    pub tls_listen: SocketAddr,
    /// Minutes east of UTC of times without a zone. Default: the zone of this machine.
    pub zone_offset_minutes: Option<i32>,
}

impl Default for Syslog {
    fn default() -> Self {
        let listen = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            udp_enabled: true,
            udp_listen: listen(7514),
            tcp_enabled: true,
            tcp_listen: listen(7514),
            tls_enabled: true,
            tls_listen: listen(7614),
            zone_offset_minutes: None,
        }
    }
}

/// The certificate of listeners with TLS.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// PEM file of the certificate, with the chain after it. Default: one that the server makes for itself at its first
    /// start, `tls/certificate.pem` in the data folder.
    pub certificate: Option<PathBuf>,
    /// PEM file of the certificate's key.
    pub key: Option<PathBuf>,
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

/// A further ClickHouse server whose tables are read ([connections.md](connections.md)). There can be several:
/// `[[connections]]` before each.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionSection {
    /// What it is called.
    pub name: String,
    /// Its HTTP interface.
    pub url: String,
    /// A user who may read.
    pub user: String,
    /// Password of that user.
    #[serde(skip_serializing)]
    pub password: String,
    /// For tables without a database.
    pub database: String,
    /// Cluster whose shards are read where a table is not `Distributed`.
    pub cluster: Option<String>,
    /// Answers come compressed.
    pub compression: bool,
    /// `http://HOST:PORT` of a proxy.
    pub proxy: Option<String>,
    /// PEM file with the authorities to trust in place of the public ones.
    pub ca_file: Option<PathBuf>,
    /// PEM file with the certificate of this client.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its private key.
    pub key_file: Option<PathBuf>,
}

impl Default for ConnectionSection {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            user: "default".into(),
            password: String::new(),
            database: "default".into(),
            cluster: None,
            compression: true,
            proxy: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
        }
    }
}

impl fmt::Debug for ConnectionSection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConnectionSection").field("name", &self.name).finish_non_exhaustive()
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
    /// Volume for old days; see `[engine.cold]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold: Option<ColdVolume>,
}

/// A second disk for old days of the embedded ClickHouse. They are searched as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColdVolume {
    /// Folder on that disk, of this server alone; an absolute path.
    pub path: PathBuf,
    /// Days after which a day's records are moved there, counted from their own time.
    pub after_days: u32,
}

impl Default for ColdVolume {
    fn default() -> Self {
        Self { path: PathBuf::new(), after_days: 7 }
    }
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
    /// Bytes of requests that are in memory at once; more wait for their turn. As many again for large messages of
    /// connections.
    pub max_in_flight_bytes: u64,
    /// Connections that are open at once, over all protocols but HTTP. The next is closed at once.
    pub max_connections: u32,
    /// Seconds after which a connection that sends nothing is closed; 0 keeps it.
    pub idle_seconds: u64,
    /// Seconds after which a connection is closed whose message was begun and does not go on.
    pub stall_seconds: u64,
    /// Bytes of datagrams that the kernel is asked to keep for each listener. It gives no more than
    /// `net.core.rmem_max`.
    pub datagram_buffer_bytes: u64,
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
            max_connections: 4096,
            // Of the protocols without an answer a sender loses the message that finds its connection closed.
            idle_seconds: 86_400,
            stall_seconds: 30,
            datagram_buffer_bytes: 8 * MIB,
            max_bytes_per_second_per_sender: 0,
            max_rows_per_second_per_service: 0,
        }
    }
}

/// The queue on disk between receiving and ClickHouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spool {
    /// Most bytes on disk, of log records and spans together; a file that is imported counts against the log records
    /// alone. When it is full, senders are told to wait and nothing is dropped.
    pub max_bytes: u64,
    /// Most bytes of dead letters, of log records and of spans each: batches that ClickHouse refused for their content.
    /// When they are full, such batches stay in the spool and nothing is deleted.
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
    /// The same of one whose rows go to a file; never less than `max_seconds`.
    pub max_export_seconds: u64,
    /// Most memory of one query, in bytes.
    pub max_memory_bytes: u64,
    /// Queries that run at once. A quarter of the room is for those that are known to be quick.
    pub max_running: u32,
    /// Of those, queries that take longer than a second.
    pub max_heavy: u32,
    /// Queries that wait for their turn; more are refused.
    pub max_waiting: u32,
    /// Seconds that a query may wait for its turn.
    pub max_wait_seconds: u64,
    /// Memory for answers that are kept until something changes in their time range; 0 keeps none. Answers of a remote
    /// ClickHouse are never kept, because others may write to it.
    pub cache_bytes: u64,
    /// Most rows of the answer to an SQL statement; the answer says when there are more.
    pub max_result_rows: u64,
    /// Most bytes of such an answer.
    pub max_result_bytes: u64,
}

impl Query {
    /// Seconds after which a query is ended whose rows go to a file.
    pub fn export_seconds(&self) -> u64 {
        self.max_export_seconds.max(self.max_seconds)
    }
}

impl Default for Query {
    fn default() -> Self {
        Self {
            max_seconds: 60,
            max_export_seconds: 3_600,
            max_memory_bytes: 2048 * MIB,
            max_running: 12,
            max_heavy: 4,
            max_waiting: 500,
            max_wait_seconds: 120,
            cache_bytes: 64 * MIB,
            max_result_rows: 100_000,
            max_result_bytes: 64 * MIB,
        }
    }
}

/// What a query may read before somebody is asked, by its estimate. 0 is no limit. Queries that end as soon as they have
/// their rows are never asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Rows above which a query runs only once it is confirmed.
    pub ask_rows: u64,
    /// Bytes, before compression, above which it does.
    pub ask_bytes: u64,
    /// Seconds above which it does, from what past queries took.
    pub ask_seconds: u64,
    /// Rows above which a query is refused.
    pub refuse_rows: u64,
    /// Bytes, before compression, above which it is.
    pub refuse_bytes: u64,
    /// Seconds above which it is.
    pub refuse_seconds: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            ask_rows: 2_000_000_000,
            ask_bytes: 256 * 1024 * MIB,
            ask_seconds: 45,
            refuse_rows: 0,
            refuse_bytes: 0,
            refuse_seconds: 0,
        }
    }
}

/// Exports that run by a schedule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exports {
    /// Folder of their files, such as one that is shared or backed up; `exports` in the data folder unless said. Each export
    /// has a folder of its name in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<PathBuf>,
}

impl Exports {
    /// Where files go, in full.
    pub fn folder(&self, data_dir: &Path) -> PathBuf {
        let folder = self.dir.clone().unwrap_or_else(|| data_dir.join("exports"));
        std::path::absolute(&folder).unwrap_or(folder)
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
