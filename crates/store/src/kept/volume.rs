use click_lite_query::string_literal;
use serde::Deserialize;

use super::condition::DAY_SECONDS;
use super::{KeptTable, NO_SUCH_PART};
use crate::Store;
use crate::error::StoreError;

/// Volume and disk for old days, as the engine's configuration names them.
pub const COLD_VOLUME: &str = "cold";

/// A part that was moved to another volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MovablePart {
    pub part: String,
    pub day: String,
    pub rows: u64,
    pub disk_bytes: u64,
}

impl Store {
    /// Lets a table use the storage policy `policy`, which has to have the volumes of the present one. Whether the table
    /// was changed.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn use_policy(&self, table: KeptTable, policy: &str) -> Result<bool, StoreError> {
        let connection = self.connection()?;
        let (database, name) = (self.database(), table.name());
        let found = connection
            .table(&format!(
                "SELECT storage_policy FROM system.tables WHERE database = '{database}' AND name = '{name}'"
            ))
            .await?;
        if found.first().and_then(|row| row.first()).is_none_or(|now| now == policy) {
            return Ok(false);
        }
        connection
            .execute(&format!(
                "ALTER TABLE {database}.{name} MODIFY SETTING storage_policy = {}",
                string_literal(policy)
            ))
            .await?;
        Ok(true)
    }

    /// Parts of days before `before` (counted from 1970-01-01) that are not on the cold volume yet.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn parts_to_move(&self, table: KeptTable, before: i64) -> Result<Vec<MovablePart>, StoreError> {
        let (database, name) = (self.database(), table.name());
        let before_s = before * DAY_SECONDS;
        self.connection()?
            .records(&format!(
                "SELECT name AS part, partition AS day, rows, bytes_on_disk AS disk_bytes FROM system.parts \
                 WHERE active AND rows > 0 AND database = '{database}' AND table = '{name}' \
                 AND disk_name != '{COLD_VOLUME}' AND toInt64(toUnixTimestamp(max_time)) < {before_s} \
                 ORDER BY partition_id, name"
            ))
            .await
    }

    /// Moves a part to the cold volume. `false` where it is not there any more.
    ///
    /// # Errors
    /// What ClickHouse refuses, such as a disk without room, and what keeps it from answering.
    pub async fn move_to_cold(&self, table: KeptTable, part: &str) -> Result<bool, StoreError> {
        let (database, name) = (self.database(), table.name());
        let sql = format!(
            "ALTER TABLE {database}.{name} MOVE PART {} TO VOLUME '{COLD_VOLUME}'",
            string_literal(part)
        );
        match self.connection()?.execute(&sql).await {
            Ok(()) => Ok(true),
            Err(StoreError::Refused { code: NO_SUCH_PART, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
