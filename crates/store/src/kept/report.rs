use serde::Deserialize;

use super::{COLD_VOLUME, KeptTable, literals};
use crate::Store;
use crate::error::StoreError;

/// What the tables hold, from ClickHouse's own books: reads no rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StorageReport {
    /// Days of each table that hold rows, the oldest first.
    pub partitions: Vec<PartitionStats>,
    pub indexes: Vec<IndexStats>,
    /// Empty where the user may not see them.
    pub disks: Vec<DiskStats>,
    /// ClickHouse's own tables, the largest first.
    pub system_tables: Vec<SystemTableStats>,
}

/// A day of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionStats {
    pub table: KeptTable,
    pub partition_id: String,
    /// `2026-11-23`
    pub day: String,
    pub rows: u64,
    /// Of the columns, before compression.
    pub raw_bytes: u64,
    /// With indexes.
    pub disk_bytes: u64,
    /// Of these, on the cold volume.
    pub cold_bytes: u64,
    pub parts: u64,
    /// Time of the oldest and the newest row, seconds since the epoch.
    pub oldest_s: i64,
    pub newest_s: i64,
    /// Changes whenever a part comes or goes.
    pub signature: String,
}

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IndexStats {
    pub table: String,
    pub name: String,
    /// ClickHouse's type, such as `text`.
    pub kind: String,
    pub disk_bytes: u64,
}

/// A disk of ClickHouse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DiskStats {
    pub name: String,
    pub path: String,
    pub free_bytes: u64,
    pub total_bytes: u64,
}

/// A table of ClickHouse's own, such as its log of queries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SystemTableStats {
    pub name: String,
    pub rows: u64,
    pub disk_bytes: u64,
}

/// Rows of a service on a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServiceRows {
    pub partition_id: String,
    pub service: String,
    pub rows: u64,
}

#[derive(Deserialize)]
struct Partition {
    table: String,
    partition_id: String,
    day: String,
    rows: u64,
    raw_bytes: u64,
    disk_bytes: u64,
    cold_bytes: u64,
    parts: u64,
    oldest: i64,
    newest: i64,
    signature: String,
}

impl Store {
    /// What the tables hold, by day.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn storage_report(&self) -> Result<StorageReport, StoreError> {
        let connection = self.connection()?;
        let database = self.database();
        let tables = KeptTable::ALL.map(|table| format!("'{}'", table.name())).join(", ");
        let cold = format!("startsWith(disk_name, '{COLD_VOLUME}')");
        let partitions: Vec<Partition> = connection
            .records(&format!(
                "SELECT table, partition_id, any(partition) AS day, sum(parts.rows) AS rows, sum(data_uncompressed_bytes) AS raw_bytes, \
                 sum(bytes_on_disk) AS disk_bytes, sumIf(bytes_on_disk, {cold}) AS cold_bytes, count() AS parts, \
                 toInt64(toUnixTimestamp(min(min_time))) AS oldest, toInt64(toUnixTimestamp(max(max_time))) AS newest, \
                 toString(sum(cityHash64(name))) AS signature \
                 FROM system.parts WHERE active AND parts.rows > 0 AND database = '{database}' AND table IN ({tables}) \
                 GROUP BY table, partition_id ORDER BY table, partition_id"
            ))
            .await?;
        let indexes = connection
            .records(&format!(
                "SELECT table, name, type AS kind, data_compressed_bytes AS disk_bytes FROM system.data_skipping_indices \
                 WHERE database = '{database}' AND table IN ({tables}) ORDER BY table, disk_bytes DESC, name"
            ))
            .await?;
        // A remote server's user may be kept from these two; the rest of the report does not need them.
        let disks = connection
            .records(
                "SELECT name, path, free_space AS free_bytes, total_space AS total_bytes FROM system.disks ORDER BY name",
            )
            .await
            .unwrap_or_default();
        let system_tables = connection
            .records(
                "SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS disk_bytes FROM system.parts \
                 WHERE active AND database = 'system' GROUP BY table ORDER BY disk_bytes DESC LIMIT 20",
            )
            .await
            .unwrap_or_default();
        let partitions = partitions
            .into_iter()
            .filter_map(|found| {
                Some(PartitionStats {
                    table: KeptTable::from_name(&found.table)?,
                    partition_id: found.partition_id,
                    day: found.day,
                    rows: found.rows,
                    raw_bytes: found.raw_bytes,
                    disk_bytes: found.disk_bytes,
                    cold_bytes: found.cold_bytes,
                    parts: found.parts,
                    oldest_s: found.oldest,
                    newest_s: found.newest,
                    signature: found.signature,
                })
            })
            .collect();
        Ok(StorageReport { partitions, indexes, disks, system_tables })
    }

    /// Rows by service of these days. Reads one narrow column.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn services_of(
        &self,
        table: KeptTable,
        partition_ids: &[&str],
    ) -> Result<Vec<ServiceRows>, StoreError> {
        let connection = self.connection()?;
        let (database, name) = (self.database(), table.name());
        connection
            .records(&format!(
                "SELECT _partition_id AS partition_id, ServiceName AS service, count() AS rows FROM {database}.{name} \
                 WHERE _partition_id IN ({}) GROUP BY partition_id, service",
                literals(partition_ids)
            ))
            .await
    }
}
