//! What can be read there: tables, and what a mapping needs to know of one.

use click_lite_query::mapping::{TableColumn, TableFacts, TableIndex};
use serde::{Deserialize, Serialize};

use super::{Remote, named};
use crate::error::StoreError;

/// A table that the user may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteTable {
    pub database: String,
    pub name: String,
    pub engine: String,
    /// `None` where ClickHouse does not know.
    #[serde(deserialize_with = "crate::number::optional")]
    pub rows: Option<u64>,
    #[serde(deserialize_with = "crate::number::optional")]
    pub bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Found {
    engine: String,
    sorting_key: String,
    partition_key: String,
    #[serde(deserialize_with = "crate::number::optional")]
    rows: Option<u64>,
    #[serde(deserialize_with = "crate::number::optional")]
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct FoundIndex {
    name: String,
    kind: String,
    full_kind: String,
    expression: String,
}

impl Remote {
    /// Tables and views, but for ClickHouse's own.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn tables(&self) -> Result<Vec<RemoteTable>, StoreError> {
        let sql = "SELECT database, name, engine, total_rows AS rows, total_bytes AS bytes FROM system.tables \
                   WHERE lower(database) NOT IN ('system', 'information_schema') AND NOT is_temporary \
                   AND NOT startsWith(name, '.inner') AND engine != 'MaterializedView' ORDER BY database, name LIMIT 10000";
        self.rows(sql, std::iter::empty()).await
    }

    /// What is known of a table; `None` where there is none that the user may see.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn table_facts(&self, database: &str, table: &str) -> Result<Option<TableFacts>, StoreError> {
        let database = if database.is_empty() { self.database() } else { database };
        let params = [("database", database), ("table", table)];
        let sql = "SELECT engine, sorting_key, partition_key, total_rows AS rows, total_bytes AS bytes FROM system.tables \
                   WHERE database = {database:String} AND name = {table:String}";
        let Some(found) = self.rows::<Found>(sql, named(&params)).await?.into_iter().next() else {
            return Ok(None);
        };
        let sql = "SELECT name, type, default_kind FROM system.columns \
                   WHERE database = {database:String} AND table = {table:String} ORDER BY position";
        let columns: Vec<TableColumn> = self.rows(sql, named(&params)).await?;
        let sql = "SELECT name, type AS kind, type_full AS full_kind, expr AS expression FROM system.data_skipping_indices \
                   WHERE database = {database:String} AND table = {table:String}";
        let indexes: Vec<FoundIndex> = match self.rows(sql, named(&params)).await {
            Ok(indexes) => indexes,
            // It is not granted by itself, and without it a search is right all the same.
            Err(StoreError::Refused { code: 497, .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let index = |found: FoundIndex| TableIndex {
            name: found.name,
            kind: found.kind,
            full_kind: found.full_kind,
            expression: found.expression,
        };
        Ok(Some(TableFacts {
            database: database.to_owned(),
            table: table.to_owned(),
            engine: found.engine,
            sorting_key: found.sorting_key,
            partition_key: found.partition_key,
            rows: found.rows,
            bytes: found.bytes,
            columns,
            indexes: indexes.into_iter().map(index).collect(),
        }))
    }
}
