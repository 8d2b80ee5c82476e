use std::collections::HashMap;

use click_lite_query::string_literal;
use serde::Deserialize;

use super::{Doomed, KeptTable, LONGEST_TTL_DAYS, NO_SUCH_PART, literals};
use crate::Store;
use crate::error::StoreError;

/// Rewriting of parts that ClickHouse has not finished.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PendingMutation {
    /// ClickHouse's name of it.
    pub id: String,
    /// Why its last try failed; empty where none did.
    pub failure: String,
}

impl Store {
    /// Drops a part. `false` where it is not there any more: it was merged with others, or dropped.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn drop_part(&self, table: KeptTable, part: &str) -> Result<bool, StoreError> {
        let (database, name) = (self.database(), table.name());
        let sql = format!("ALTER TABLE {database}.{name} DROP PART {}", string_literal(part));
        match self.connection()?.execute(&sql).await {
            Ok(()) => Ok(true),
            Err(StoreError::Refused { code: NO_SUCH_PART, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Drops all rows of a day.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn drop_partition(&self, table: KeptTable, partition_id: &str) -> Result<(), StoreError> {
        let (database, name) = (self.database(), table.name());
        let sql = format!("ALTER TABLE {database}.{name} DROP PARTITION ID {}", string_literal(partition_id));
        self.connection()?.execute(&sql).await
    }

    /// Begins to rewrite the parts of some days without the rows that have to go; [`Self::pending_mutations`] tells when it
    /// is done. ClickHouse goes on with it after a restart. Parts of other days get a new name, so one call for many days
    /// is better than a call for each.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn delete_rows(
        &self,
        table: KeptTable,
        partition_ids: &[&str],
        doomed: Doomed<'_>,
    ) -> Result<(), StoreError> {
        let (database, name) = (self.database(), table.name());
        let (partitions, condition) = (literals(partition_ids), doomed.condition(table));
        self.connection()?
            .begin(&format!(
                "ALTER TABLE {database}.{name} DELETE WHERE _partition_id IN ({partitions}) AND ({condition})"
            ))
            .await
    }

    /// What is still being rewritten in a table.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn pending_mutations(&self, table: KeptTable) -> Result<Vec<PendingMutation>, StoreError> {
        let (database, name) = (self.database(), table.name());
        self.connection()?
            .records(&format!(
                "SELECT mutation_id AS id, latest_fail_reason AS failure FROM system.mutations \
                 WHERE NOT is_done AND database = '{database}' AND table = '{name}'"
            ))
            .await
    }

    /// Gives up a mutation; parts that it has rewritten stay so.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn kill_mutation(&self, table: KeptTable, id: &str) -> Result<(), StoreError> {
        let (database, name) = (self.database(), table.name());
        self.connection()?
            .execute(&format!(
                "KILL MUTATION WHERE database = '{database}' AND table = '{name}' AND mutation_id = {}",
                string_literal(id)
            ))
            .await
    }

    /// Bytes of these days on disk, by partition.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn partition_bytes(
        &self,
        table: KeptTable,
        partition_ids: &[&str],
    ) -> Result<HashMap<String, u64>, StoreError> {
        #[derive(Deserialize)]
        struct Size {
            partition_id: String,
            bytes: u64,
        }
        let (database, name) = (self.database(), table.name());
        let sizes: Vec<Size> = self
            .connection()?
            .records(&format!(
                "SELECT partition_id, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = '{database}' \
                 AND table = '{name}' AND partition_id IN ({}) GROUP BY partition_id",
                literals(partition_ids)
            ))
            .await?;
        Ok(sizes.into_iter().map(|size| (size.partition_id, size.bytes)).collect())
    }

    /// Makes ClickHouse drop parts by itself a day after even the longest rule has let go of them, so that nothing stays
    /// for ever where no server runs. Whether the table was changed.
    ///
    /// A part keeps the time that it was written with until that is counted anew, so a longer time has to be; a shorter
    /// one has not: the rows go by the rules.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn keep_at_most(&self, table: KeptTable, longest_days: u32) -> Result<bool, StoreError> {
        let connection = self.connection()?;
        let (database, name) = (self.database(), table.name());
        let found = connection
            .table(&format!(
                "SELECT position(engine_full, ' TTL ') > 0, extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') \
                 FROM system.tables WHERE database = '{database}' AND name = '{name}'"
            ))
            .await?;
        let Some([has_ttl, days]) = found.first().map(Vec::as_slice) else { return Ok(false) };
        let (has_ttl, days) = (has_ttl == "1", days.parse::<u32>().ok());
        if longest_days >= LONGEST_TTL_DAYS {
            if has_ttl {
                connection.execute(&format!("ALTER TABLE {database}.{name} REMOVE TTL")).await?;
            }
            return Ok(has_ttl);
        }
        let wanted = longest_days + 1;
        if has_ttl && days == Some(wanted) {
            return Ok(false);
        }
        // Counting anew reads three columns and leaves the others as they are; without this it would rewrite all.
        connection
            .execute(&format!(
                "ALTER TABLE {database}.{name} MODIFY SETTING materialize_ttl_recalculate_only = 1"
            ))
            .await?;
        let since = table.since_as_date_time();
        let is_longer = days.is_none_or(|days| wanted > days);
        connection
            .begin(&format!(
                "ALTER TABLE {database}.{name} MODIFY TTL {since} + toIntervalDay({wanted}) \
                 SETTINGS materialize_ttl_after_modify = {}",
                u8::from(is_longer)
            ))
            .await?;
        Ok(true)
    }
}
