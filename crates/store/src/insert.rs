use std::time::Duration;

use bytes::Bytes;

use crate::connection::Connection;
use crate::error::StoreError;

/// Longest wait for ClickHouse to take the next chunk.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// Sends zstd frames that hold Native blocks, as they are, in one insert.
pub(crate) async fn native(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    token: &str,
    body: &[Bytes],
    timeout: Duration,
) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO {table} ({}) FORMAT Native", columns.join(", "));
    let client = connection.writer.clone().with_header("Content-Encoding", "zstd");
    let mut insert = client
        .insert_formatted_with(sql)
        .with_setting("insert_deduplicate", "1")
        .with_setting("insert_deduplication_token", token)
        // The views must not count rows of a retry twice either.
        .with_setting("deduplicate_blocks_in_dependent_materialized_views", "1")
        .with_setting("async_insert", "0")
        // All blocks of the insert become one part for each day, and nothing is written before all of them are read and
        // checked: an insert that is refused for its content has stored nothing.
        .with_setting("max_insert_threads", "1")
        .with_setting("min_insert_block_size_rows", "1073741824")
        .with_setting("min_insert_block_size_bytes", "1073741824")
        // Logs of a year in one file are a part for each day.
        .with_setting("max_partitions_per_insert_block", "0")
        .with_timeouts(Some(SEND_TIMEOUT), Some(timeout));
    for chunk in body {
        insert.send(chunk.clone()).await?;
    }
    insert.end().await.map_err(Into::into)
}
