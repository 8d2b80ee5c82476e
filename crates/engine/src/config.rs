use std::path::PathBuf;
use std::time::Duration;

const GIBIBYTE: u64 = 1 << 30;

/// How to run the engine. [`EngineConfig::new`] fills in what suits a laptop.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Folder of the engine alone: tables, configuration, logs. Made when missing.
    pub data_dir: PathBuf,
    /// Folder of the log files; `data_dir/log` when none.
    pub log_dir: Option<PathBuf>,
    /// The ClickHouse library; searched for when none (see [`crate::find_library`]).
    pub library: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 is any free port.
    pub http_port: u16,
    /// The program that hosts the library: it is run as `program program_args... --config FILE` and has to call
    /// [`crate::host::run`].
    pub program: PathBuf,
    /// Folder of a second disk, as volume `cold` of the policy [`crate::TIERED_POLICY`]. Once used it stays, whether
    /// it is named here or not.
    pub cold: Option<PathBuf>,
    /// Arguments before `--config FILE`, e.g. `["engine"]`.
    pub program_args: Vec<String>,
    /// Limits on memory, threads, time and rows.
    pub limits: Limits,
    /// How long a start may take, loading of all tables included.
    pub start_timeout: Duration,
    /// How long a clean stop may take before the engine is killed.
    pub stop_timeout: Duration,
    /// Time between two health checks, and how long one may take; after three that failed the engine is killed
    /// and started again. A crash is noticed at once without them.
    pub health_interval: Duration,
    /// XML elements put into ClickHouse's server configuration as they are (`remote_servers`, `macros`, ...).
    pub extra_server_xml: String,
    /// XML elements put into the `<users>` part of ClickHouse's user configuration as they are.
    pub extra_users_xml: String,
}

impl EngineConfig {
    /// The usual configuration for `program engine --config FILE` on `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            log_dir: None,
            cold: None,
            library: None,
            http_port: 0,
            program: program.into(),
            program_args: vec!["engine".to_owned()],
            limits: Limits::default(),
            start_timeout: Duration::from_secs(120),
            stop_timeout: Duration::from_secs(15),
            health_interval: Duration::from_secs(10),
            extra_server_xml: String::new(),
            extra_users_xml: String::new(),
        }
    }

    pub(crate) fn log_dir(&self) -> PathBuf {
        self.log_dir.clone().unwrap_or_else(|| self.data_dir.join("log"))
    }
}

/// What the engine may use of the machine, and a reader of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the whole engine, bytes. Default: half of the machine's, at most 4 GiB.
    pub memory_bytes: u64,
    /// Memory of one query of the reader, bytes. Default: half of `memory_bytes`.
    pub reader_query_memory_bytes: u64,
    /// Longest run time of one query of the reader, seconds, where it does not ask for more.
    pub reader_query_seconds: u64,
    /// What it may ask for.
    pub reader_longest_seconds: u64,
    /// Most rows that one query of the reader may read; 0 is no limit.
    pub reader_query_rows: u64,
    /// Threads of one query; 0 is one per core.
    pub query_threads: u64,
    /// Threads for merges.
    pub merge_threads: u64,
    /// Free disk space below which the engine is not started, bytes.
    pub minimum_free_disk_bytes: u64,
}

impl Limits {
    /// The defaults for a machine with this much memory.
    pub fn for_memory(machine_bytes: u64) -> Self {
        let memory_bytes = (machine_bytes / 2).clamp(GIBIBYTE / 2, 4 * GIBIBYTE);
        Self {
            memory_bytes,
            reader_query_memory_bytes: memory_bytes / 2,
            reader_query_seconds: 300,
            reader_longest_seconds: 3_600,
            reader_query_rows: 0,
            query_threads: 0,
            merge_threads: 2,
            minimum_free_disk_bytes: 64 << 20,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::for_memory(machine_memory_bytes())
    }
}

/// Memory that this process may count on: the machine's, or the control group's limit where that is lower.
fn machine_memory_bytes() -> u64 {
    // SAFETY: sysconf reads a number and has no preconditions.
    let (pages, page_bytes) =
        unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    let physical = match (u64::try_from(pages), u64::try_from(page_bytes)) {
        (Ok(pages), Ok(page_bytes)) if pages > 0 => pages.saturating_mul(page_bytes),
        _ => 4 * GIBIBYTE,
    };
    let control_group = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok());
    control_group.map_or(physical, |limit| limit.min(physical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_half_of_the_memory_and_at_most_four_gibibytes() {
        assert_eq!(Limits::for_memory(6 * GIBIBYTE).memory_bytes, 3 * GIBIBYTE);
        assert_eq!(Limits::for_memory(64 * GIBIBYTE).memory_bytes, 4 * GIBIBYTE);
        assert_eq!(Limits::for_memory(GIBIBYTE / 4).memory_bytes, GIBIBYTE / 2);
    }

    #[test]
    fn knows_the_memory_of_this_machine() {
        assert!(machine_memory_bytes() > 64 << 20);
    }
}
