//! ClickHouse's own configuration: the server's and the users' file, written anew at each start.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::TIERED_POLICY;
use crate::config::EngineConfig;
use crate::secret::Credentials;

pub(crate) const WRITER: &str = "click_lite_writer";
pub(crate) const READER: &str = "click_lite_reader";

/// What the reader may know of parts: nothing about where they lie.
const PARTS: &str = "parts(database, table, partition, partition_id, name, part_type, active, marks, rows, bytes_on_disk, \
                     data_compressed_bytes, data_uncompressed_bytes, primary_key_bytes_in_memory, modification_time, \
                     min_time, max_time, min_date, max_date, level, secondary_indices_compressed_bytes, \
                     secondary_indices_uncompressed_bytes)";
const PARTS_COLUMNS: &str = "parts_columns(database, table, partition, partition_id, name, part_type, active, rows, column, \
                             type, column_data_compressed_bytes, column_data_uncompressed_bytes, column_bytes_on_disk)";

/// Path that answers the start's own word, without a password: proves that the port is ours before a
/// password is sent to it.
pub(crate) const INSTANCE_PATH: &str = "/instance";

/// What differs from one start to the next.
pub(crate) struct Start<'a> {
    pub(crate) port: u16,
    pub(crate) instance: &'a str,
    pub(crate) writer: &'a Credentials,
    pub(crate) reader: &'a Credentials,
}

/// Writes both files into `data_dir/run` (mode 0600) and returns the path of the server's.
pub(crate) fn write(config: &EngineConfig, start: &Start<'_>) -> io::Result<PathBuf> {
    let run = config.data_dir.join("run");
    fs::create_dir_all(&run)?;
    let (server, users) = (run.join("config.xml"), run.join("users.xml"));
    write_private(&users, &users_xml(config, start))?;
    write_private(&server, &server_xml(config, start, &users))?;
    Ok(server)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    // Made anew, not truncated: an old file could have other permissions.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

/// Log file of ClickHouse inside the log folder.
pub(crate) fn clickhouse_log(config: &EngineConfig) -> PathBuf {
    config.log_dir().join("clickhouse.log")
}

fn server_xml(config: &EngineConfig, start: &Start<'_>, users: &Path) -> String {
    let path = escape(&config.data_dir.join("store").display().to_string());
    let log = escape(&clickhouse_log(config).display().to_string());
    let users = escape(&users.display().to_string());
    let memory = config.limits.memory_bytes;
    let Start { port, instance, .. } = start;
    // The rules under http_handlers are tried in order. ClickHouse refuses a request that names one user in the
    // header and another in the URL or in `Authorization`, so a request that passes the second rule is answered
    // for one of our users with the right password, or not at all.
    //
    // The periods and pool sizes are for near-zero CPU when idle: ClickHouse's defaults are for servers. When it stops, nobody
    // is left but our own idle connections, for which it would wait five seconds.
    format!(
        r#"<clickhouse>
    <path>{path}/</path>
    <users_config>{users}</users_config>
    <timezone>UTC</timezone>
    <listen_host>127.0.0.1</listen_host>
    <http_port>{port}</http_port>
    <keep_alive_timeout>60</keep_alive_timeout>
    <http_handlers>
        <rule>
            <url>/ping</url>
            <handler><type>ping</type></handler>
        </rule>
        <rule>
            <url>{INSTANCE_PATH}</url>
            <handler><type>static</type><status>200</status><response_content>{instance}</response_content></handler>
        </rule>
        <rule>
            <headers><X-ClickHouse-User>regex:({WRITER}|{READER})</X-ClickHouse-User></headers>
            <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
        </rule>
        <rule>
            <handler>
                <type>static</type>
                <status>403</status>
                <response_content>user name and password are needed, in X-ClickHouse-User and X-ClickHouse-Key&#10;</response_content>
            </handler>
        </rule>
    </http_handlers>
    <logger>
        <level>information</level>
        <log>{log}</log>
        <size>10M</size>
        <count>3</count>
        <console>0</console>
    </logger>
    <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
    <max_server_memory_usage>{memory}</max_server_memory_usage>
    <merges_mutations_memory_usage_soft_limit>{merges_memory}</merges_mutations_memory_usage_soft_limit>
    <mark_cache_size>{mark_cache}</mark_cache_size>
    <index_mark_cache_size>{small_cache}</index_mark_cache_size>
    <primary_index_cache_size>{small_cache}</primary_index_cache_size>
    <vector_similarity_index_cache_size>1048576</vector_similarity_index_cache_size>
    <text_index_tokens_cache_size>{small_cache}</text_index_tokens_cache_size>
    <text_index_header_cache_size>{small_cache}</text_index_header_cache_size>
    <text_index_postings_cache_size>{mark_cache}</text_index_postings_cache_size>
    <query_condition_cache_size>{small_cache}</query_condition_cache_size>
    <background_pool_size>{merge_threads}</background_pool_size>
    <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
    <background_move_pool_size>1</background_move_pool_size>
    <background_fetches_pool_size>1</background_fetches_pool_size>
    <background_common_pool_size>2</background_common_pool_size>
    <background_schedule_pool_size>8</background_schedule_pool_size>
    <background_schedule_pool_max_parallel_tasks_per_type_ratio>1</background_schedule_pool_max_parallel_tasks_per_type_ratio>
    <background_processing_pool_thread_sleep_seconds>10</background_processing_pool_thread_sleep_seconds>
    <background_processing_pool_task_sleep_seconds_when_no_work_min>10</background_processing_pool_task_sleep_seconds_when_no_work_min>
    <background_processing_pool_task_sleep_seconds_when_no_work_max>120</background_processing_pool_task_sleep_seconds_when_no_work_max>
    <asynchronous_metrics_update_period_s>60</asynchronous_metrics_update_period_s>
    <memory_worker_period_ms>500</memory_worker_period_ms>
    <global_profiler_real_time_period_ns>0</global_profiler_real_time_period_ns>
    <global_profiler_cpu_time_period_ns>0</global_profiler_cpu_time_period_ns>
    <merge_tree>
        <fsync_after_insert>1</fsync_after_insert>
        <fsync_part_directory>1</fsync_part_directory>
        <merge_tree_clear_old_parts_interval_seconds>10</merge_tree_clear_old_parts_interval_seconds>
    </merge_tree>
{storage}{extra}
</clickhouse>
"#,
        merges_memory = memory / 2,
        mark_cache = memory / 16,
        small_cache = memory / 64,
        merge_threads = config.limits.merge_threads.max(1),
        storage = config.cold.as_deref().map_or_else(String::new, storage_xml),
        extra = config.extra_server_xml,
    )
}

/// A policy that has the volume of the default one, so that tables can change to it, and a second one. Nothing is moved
/// for want of room: which days are moved is the server's to say.
fn storage_xml(cold: &Path) -> String {
    let path = escape(&cold.display().to_string());
    format!(
        r#"    <storage_configuration>
        <disks><cold><path>{path}/</path></cold></disks>
        <policies>
            <{TIERED_POLICY}>
                <volumes>
                    <default><disk>default</disk></default>
                    <cold><disk>cold</disk></cold>
                </volumes>
                <move_factor>0</move_factor>
            </{TIERED_POLICY}>
        </policies>
    </storage_configuration>
"#
    )
}

fn users_xml(config: &EngineConfig, start: &Start<'_>) -> String {
    let limits = &config.limits;
    let threads = match limits.query_threads {
        0 => String::new(),
        count => format!("<max_threads>{count}</max_threads>"),
    };
    let read_rows = match limits.reader_query_rows {
        0 => [String::new(), String::new()],
        rows => [
            format!("<max_rows_to_read>{rows}</max_rows_to_read>"),
            format!("<max_rows_to_read><min>1</min><max>{rows}</max></max_rows_to_read>"),
        ],
    };
    let reader_system_tables = [
        "one",
        "numbers",
        "numbers_mt",
        "tables",
        "columns",
        "databases",
        PARTS,
        PARTS_COLUMNS,
        "data_skipping_indices",
        "functions",
        "formats",
        "data_type_families",
        "time_zones",
        "settings",
    ]
    .map(|table| match table.split_once('(') {
        Some((table, columns)) => format!("<query>GRANT SELECT({columns} ON system.{table}</query>"),
        None => format!("<query>GRANT SELECT ON system.{table}</query>"),
    })
    .concat();
    // Not `File`, `URL` and the like.
    let table_engines = [
        "MergeTree",
        "ReplacingMergeTree",
        "SummingMergeTree",
        "AggregatingMergeTree",
        "CollapsingMergeTree",
        "VersionedCollapsingMergeTree",
        "Distributed",
        "Merge",
        "Memory",
        "Null",
        "Buffer",
        "Join",
        "Set",
        "Dictionary",
    ]
    .map(|engine| format!("<query>GRANT TABLE ENGINE ON {engine}</query>"))
    .concat();
    // `readonly` is 2, not 1: the client sends settings with each query. The constraints keep the limits.
    format!(
        r#"<clickhouse>
    <profiles>
        <default/>
        <click_lite_writer>{threads}</click_lite_writer>
        <click_lite_reader>
            <readonly>2</readonly>
            <allow_ddl>0</allow_ddl>
            <max_memory_usage>{memory}</max_memory_usage>
            <max_execution_time>{seconds}</max_execution_time>
            {rows}
            {threads}
            <constraints>
                <max_memory_usage><min>1</min><max>{memory}</max></max_memory_usage>
                <max_execution_time><min>1</min><max>{longest_seconds}</max></max_execution_time>
                {rows_constraint}
            </constraints>
        </click_lite_reader>
    </profiles>
    <quotas><default/></quotas>
    <users>
        <default>
            <password></password>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>default</profile>
            <quota>default</quota>
            <grants>
                <query>GRANT SYSTEM LISTEN ON *.*</query>
                <query>GRANT SELECT ON system.numbers</query>
            </grants>
        </default>
        <{WRITER}>
            <password_sha256_hex>{writer_hash}</password_sha256_hex>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>click_lite_writer</profile>
            <quota>default</quota>
            <grants>
                <query>GRANT SHOW, SELECT, INSERT, ALTER, CREATE, DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, KILL QUERY, BACKUP, dictGet, REMOTE ON *.*</query>
                <query>GRANT SYSTEM MERGES, SYSTEM TTL MERGES, SYSTEM DROP CACHE, SYSTEM FLUSH, SYSTEM SYNC REPLICA, SYSTEM RELOAD ON *.*</query>
                {table_engines}
            </grants>
        </{WRITER}>
        <{READER}>
            <password_sha256_hex>{reader_hash}</password_sha256_hex>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>click_lite_reader</profile>
            <quota>default</quota>
            <grants>
                <query>GRANT SHOW, SELECT, dictGet ON click_lite*.*</query>
                {reader_system_tables}
            </grants>
        </{READER}>
{extra}
    </users>
</clickhouse>
"#,
        memory = limits.reader_query_memory_bytes.max(1),
        seconds = limits.reader_query_seconds.max(1),
        longest_seconds = limits.reader_longest_seconds.max(limits.reader_query_seconds).max(1),
        rows = read_rows[0],
        rows_constraint = read_rows[1],
        writer_hash = start.writer.password_sha256_hex(),
        reader_hash = start.reader.password_sha256_hex(),
        extra = config.extra_users_xml,
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_are_private_and_hold_no_password() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = EngineConfig::new(folder.path().join("a & b"), "/bin/true");
        let (writer, reader) = (Credentials::generate(WRITER), Credentials::generate(READER));
        let start = Start { port: 4242, instance: "word", writer: &writer, reader: &reader };
        fs::create_dir_all(&config.data_dir).expect("the data folder");
        let server = write(&config, &start).expect("written");
        write(&config, &start).expect("written again over the first");
        for path in [server.clone(), server.with_file_name("users.xml")] {
            let text = fs::read_to_string(&path).expect("readable");
            assert!(!text.contains(&writer.password) && !text.contains(&reader.password));
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        let text = fs::read_to_string(&server).expect("readable");
        assert!(text.contains("<http_port>4242</http_port>"));
        assert!(text.contains("a &amp; b/store/</path>"));
    }
}
