use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use click_lite_query::{Statement, string_literal};
use tokio::sync::{Mutex, watch};

use crate::config::{Endpoint, StoreConfig};
use crate::connection::Connection;
use crate::error::StoreError;
use crate::select::{RowStream, SelectOptions};
use crate::{insert, migrations};

/// Ids of one statement: far below ClickHouse's `max_query_size`.
const IDS_AT_ONCE: usize = 4096;

/// The log store. Cheap to share; every call uses the connection of its moment.
pub struct Store {
    config: StoreConfig,
    connection: watch::Sender<Option<Arc<Connection>>>,
    /// One connect at a time.
    connecting: Mutex<()>,
}

/// What the tables hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StorageStats {
    /// Records and spans.
    pub rows: u64,
    /// With indexes and roll-ups.
    pub disk_bytes: u64,
    /// Second of the newest record's time, since the epoch; `None` without records.
    pub newest_s: Option<i64>,
}

impl Store {
    /// A store without a connection.
    ///
    /// # Errors
    /// [`StoreError::DatabaseName`]
    pub fn new(config: StoreConfig) -> Result<Self, StoreError> {
        migrations::check_database_name(&config.database)?;
        Ok(Self { config, connection: watch::Sender::new(None), connecting: Mutex::new(()) })
    }

    /// Brings the tables of `endpoint` up to date and uses it from then on.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] and what ClickHouse refuses; [`StoreError::ClickHouseTooOld`],
    /// [`StoreError::SchemaFromFuture`], [`StoreError::SchemaChanged`]. The connection from before is gone then.
    pub async fn connect(&self, endpoint: Endpoint) -> Result<(), StoreError> {
        let _turn = self.connecting.lock().await;
        self.disconnect();
        let connection = Arc::new(Connection::new(&endpoint, &self.config));
        migrations::run(&connection, &self.config).await?;
        self.connection.send_replace(Some(connection));
        Ok(())
    }

    /// Lets go of the connection. Statements that run end by themselves.
    pub fn disconnect(&self) {
        self.connection.send_replace(None);
    }

    pub fn is_connected(&self) -> bool {
        self.connection.borrow().is_some()
    }

    /// Returns once there is a connection.
    pub async fn wait_until_connected(&self) {
        let mut changes = self.connection.subscribe();
        // The sender lives as long as `self`.
        let _ = changes.wait_for(Option::is_some).await;
    }

    /// Whether ClickHouse answers and takes the reader's password.
    ///
    /// # Errors
    /// [`StoreError::NotConnected`], [`StoreError::Unreachable`], [`StoreError::Refused`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        let connection = self.connection()?;
        connection.reader.query_raw("SELECT 1 FORMAT Null").execute().await.map_err(Into::into)
    }

    /// Inserts Native blocks of `columns` into `table`, as zstd frames one after the other, in one insert. A `token`
    /// that was seen before (among the last 1,000) makes it a success without effect.
    ///
    /// # Errors
    /// Retryable ones mean that the rows may or may not be there: try again with the same token. Others mean that
    /// ClickHouse refuses them.
    pub async fn insert_native(
        &self,
        table: &str,
        columns: &[&str],
        token: &str,
        body: &[Bytes],
    ) -> Result<(), StoreError> {
        let connection = self.connection()?;
        let table = format!("{}.{table}", self.config.database);
        insert::native(&connection, &table, columns, token, body, self.config.insert_timeout).await
    }

    /// Which of `ids` are the `IngestId` of a row of `table` with a time from `times.0` to `times.1` (nanoseconds
    /// since the epoch).
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn stored_ids(
        &self,
        table: &str,
        times: (i64, i64),
        ids: &[u64],
    ) -> Result<HashSet<u64>, StoreError> {
        let connection = self.connection()?;
        let mut stored = HashSet::new();
        for ids in ids.chunks(IDS_AT_ONCE) {
            let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let sql = format!(
                "SELECT IngestId FROM {}.{table} WHERE Timestamp >= fromUnixTimestamp64Nano({}) \
                 AND Timestamp <= fromUnixTimestamp64Nano({}) AND IngestId IN ({})",
                self.config.database,
                times.0,
                times.1,
                list.join(",")
            );
            let rows = connection.table(&sql).await?;
            stored.extend(rows.iter().filter_map(|row| row.first()?.parse::<u64>().ok()));
        }
        Ok(stored)
    }

    /// Runs a query as the reader. Names without a database are those of the store's.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn select(
        &self,
        statement: &Statement,
        options: SelectOptions,
    ) -> Result<RowStream, StoreError> {
        let connection = self.connection()?;
        RowStream::begin(&connection, statement, options).await
    }

    /// Cancels a query; one that does not run is none of its business.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn kill(&self, query_id: &str) -> Result<(), StoreError> {
        let connection = self.connection()?;
        connection.execute(&format!("KILL QUERY WHERE query_id = {} ASYNC", string_literal(query_id))).await
    }

    /// Rows and bytes of the tables.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn storage_stats(&self) -> Result<StorageStats, StoreError> {
        let connection = self.connection()?;
        let rows = connection
            .table(&format!(
                "SELECT sumIf(rows, table IN ('otel_logs', 'otel_traces')), sum(bytes_on_disk), \
                 toUnixTimestamp(maxIf(max_time, table = 'otel_logs')), countIf(table = 'otel_logs') \
                 FROM system.parts WHERE active AND database = '{}'",
                self.config.database
            ))
            .await?;
        let number = |index: usize| rows.first().and_then(|row| row.get(index)?.parse().ok()).unwrap_or(0);
        let newest_s = (number(3) > 0).then(|| i64::try_from(number(2)).unwrap_or(i64::MAX));
        Ok(StorageStats { rows: number(0), disk_bytes: number(1), newest_s })
    }

    /// Name of the tables' database: plain, so that it can stand in statements.
    pub(crate) fn database(&self) -> &str {
        &self.config.database
    }

    pub(crate) fn connection(&self) -> Result<Arc<Connection>, StoreError> {
        self.connection.borrow().clone().ok_or(StoreError::NotConnected)
    }
}
