use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::state::{WhenFull, default_folder};

const MIB: u64 = 1024 * 1024;

/// The server that gets the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Its address.
    pub url: String,
    /// Key or token. Better in a file, or in the environment's `CLICK_LITE_TOKEN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// File that holds the key or token.
    pub token_file: Option<PathBuf>,
    /// File with certificates (PEM) that are trusted in place of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Seconds for one request.
    pub timeout_seconds: u64,
    /// Most bytes a second that are sent, compressed; 0 is no limit.
    pub max_bytes_per_second: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:7410".into(),
            key: None,
            token_file: None,
            ca_file: None,
            timeout_seconds: 60,
            max_bytes_per_second: 0,
        }
    }
}

/// What the agent keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// Folder of positions and batches that wait. One agent a folder.
    pub dir: PathBuf,
}

impl Default for State {
    fn default() -> Self {
        Self { dir: default_folder() }
    }
}

/// Batches that wait for the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spool {
    /// Bytes on disk at which the spool is full, compressed.
    pub max_bytes: u64,
    /// `block`: files are not read on until there is room. `drop_oldest`: the oldest batches are dropped and counted.
    pub when_full: WhenFull,
}

impl Default for Spool {
    fn default() -> Self {
        Self { max_bytes: 1024 * MIB, when_full: WhenFull::Block }
    }
}

/// When records are put together and sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Batch {
    /// Size of a batch before compression, in bytes.
    pub max_bytes: u64,
    /// How long the first record of a batch waits at most.
    pub max_wait_ms: u64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { max_bytes: MIB, max_wait_ms: 200 }
    }
}

/// How files are followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Follow {
    /// Look at files in intervals, for file systems that tell nothing of changes made elsewhere (NFS).
    pub polling: bool,
    /// The interval; also for directories that can't be watched.
    pub poll_interval_ms: u64,
    /// Most files that are open at once. Those that are quiet are closed first.
    pub max_open_files: usize,
    /// Seconds after its last growth that a renamed or deleted file is still read on.
    pub rotated_wait_seconds: u64,
}

impl Default for Follow {
    fn default() -> Self {
        Self { polling: false, poll_interval_ms: 1000, max_open_files: 2000, rotated_wait_seconds: 60 }
    }
}

/// The agent's own log, on standard error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into() }
    }
}

/// Where a file is read from that was never read before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// Everything that is there.
    #[default]
    Beginning,
    /// What comes from now on. Files that appear later are read whole.
    End,
}

/// How bytes are text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    /// UTF-8, or UTF-16 where a byte order mark says so.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "latin-1")]
    Latin1,
}

/// Records of several lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Multiline {
    /// Regular expression of the first line of a record; other lines belong to the record before. Without it stack traces
    /// and indented lines are joined.
    pub start_pattern: Option<String>,
    /// How long a record waits for more lines.
    pub wait_ms: u64,
}

impl Default for Multiline {
    fn default() -> Self {
        Self { start_pattern: None, wait_ms: 500 }
    }
}

/// Files that are read alike. A file belongs to the first section that names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// Files and patterns (`*`, `?`, `[a-z]`, `**` for any directories).
    pub paths: Vec<String>,
    /// Patterns of files to leave out; without a `/` they are of the file's name.
    pub exclude_paths: Vec<String>,
    /// Where a file is read from that was never read before: `beginning` or `end`.
    pub start_at: StartAt,
    /// Name of a format, or `auto`.
    pub format: String,
    /// `utf-8` (UTF-16 is known by its byte order mark) or `latin-1`.
    pub encoding: TextEncoding,
    /// Service of records that name none; else the file's name.
    pub service: Option<String>,
    /// Attributes that every record gets.
    pub attributes: BTreeMap<String, String>,
    /// Regular expression on the file's path: named groups become attributes, and `service` the service.
    pub path_pattern: Option<String>,
    /// Regular expressions: only records are sent whose first line matches one of them.
    pub include_lines: Vec<String>,
    /// Regular expressions: records are left out whose first line matches one of them.
    pub exclude_lines: Vec<String>,
    /// Zone of times that name none: `local`, `UTC` or such as `+02:00`.
    pub zone: String,
    /// A longer line becomes several records.
    pub max_line_bytes: u64,
    /// Records of several lines.
    pub multiline: Multiline,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            exclude_paths: ["*.gz", "*.zst", "*.bz2", "*.xz", "*.zip"].map(str::to_owned).to_vec(),
            start_at: StartAt::Beginning,
            format: "auto".into(),
            encoding: TextEncoding::Utf8,
            service: None,
            attributes: BTreeMap::new(),
            path_pattern: None,
            include_lines: Vec::new(),
            exclude_lines: Vec::new(),
            zone: "local".into(),
            max_line_bytes: MIB,
            multiline: Multiline::default(),
        }
    }
}

/// Logs of containers as Docker's `json-file` driver writes them, with the containers' names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Docker {
    /// Patterns of the log files; `config.v2.json` is looked for beside each.
    pub paths: Vec<String>,
    /// Where a log is read from that was never read before: `beginning` or `end`.
    pub start_at: StartAt,
    /// Service of all records; else that of Compose, else the container's name.
    pub service: Option<String>,
    /// Attributes that every record gets.
    pub attributes: BTreeMap<String, String>,
}

impl Default for Docker {
    fn default() -> Self {
        Self {
            paths: vec!["/var/lib/docker/containers/*/*-json.log".into()],
            start_at: StartAt::Beginning,
            service: None,
            attributes: BTreeMap::new(),
        }
    }
}

/// The systemd journal, by `journalctl`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Journald {
    /// Units to read; all without any.
    pub units: Vec<String>,
    /// Where the journal is read from the first time: `beginning` or `end`.
    pub start_at: StartAt,
    /// Folder of journal files in place of the system's.
    pub directory: Option<PathBuf>,
    /// Attributes that every record gets.
    pub attributes: BTreeMap<String, String>,
}
