//! Columns of `otel_logs` that hold one attribute each (see `click_lite_query::AttributeColumn`).

use click_lite_query::{AttributeColumn, AttributeColumns, ColumnKind, MapRead, string_literal};
use serde::Deserialize;

use crate::error::StoreError;
use crate::store::Store;

/// Values of the newest records by which it is decided how a text is stored.
const SAMPLE_ROWS: u32 = 100_000;
/// With more different values than this a dictionary is no gain.
const MOST_IN_DICTIONARY: u64 = 10_000;
/// The newest records by which it is told how many have an attribute.
const SHARE_ROWS: u32 = 10_000;

/// Such a column, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    pub column: AttributeColumn,
    /// ClickHouse's type.
    pub kind: String,
    pub disk_bytes: u64,
    /// Parts of the table that have to be written yet; until then their values come from the map.
    pub parts_left: u64,
}

#[derive(Deserialize)]
struct Found {
    name: String,
    kind: String,
    expression: String,
    disk_bytes: u64,
}

/// Records that have each of some attributes, and all.
#[derive(Default, Deserialize)]
struct Counted {
    counts: Vec<u64>,
    rows: u64,
}

/// Columns that are being written.
#[derive(Deserialize)]
struct Writing {
    command: String,
    parts_left: u64,
}

impl Writing {
    fn is_of(&self, column: &str) -> bool {
        let command = self.command.trim_start_matches('(').trim_end_matches(')');
        command.strip_prefix("MATERIALIZE COLUMN ").is_some_and(|name| name.trim_matches('`') == column)
    }
}

impl Store {
    /// The columns that there are.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn attribute_columns(&self) -> Result<AttributeColumns, StoreError> {
        Ok(self.stored_columns().await?.into_iter().map(|stored| stored.column).collect())
    }

    /// The same, with what they take.
    ///
    /// # Errors
    /// As [`Self::attribute_columns`].
    pub async fn stored_columns(&self) -> Result<Vec<StoredColumn>, StoreError> {
        let database = self.database();
        let sql = format!(
            "SELECT name, type AS kind, default_expression AS expression, data_compressed_bytes AS disk_bytes FROM system.columns WHERE database = '{database}' AND table = 'otel_logs' AND default_kind = 'MATERIALIZED' \
             ORDER BY position"
        );
        let connection = self.connection()?;
        let found: Vec<Found> = connection.records(&sql).await?;
        let sql = format!(
            "SELECT command, toUInt64(parts_to_do) AS parts_left FROM system.mutations \
             WHERE database = '{database}' AND table = 'otel_logs' AND NOT is_done"
        );
        let writing: Vec<Writing> = connection.records(&sql).await?;
        let stored = |Found { name, kind, expression, disk_bytes }: Found| {
            let column = AttributeColumn::read(&name, &kind, &expression)?;
            let parts_left = writing.iter().filter(|one| one.is_of(&name)).map(|one| one.parts_left).sum();
            Some(StoredColumn { column, kind, disk_bytes, parts_left })
        };
        Ok(found.into_iter().filter_map(stored).collect())
    }

    /// The share of the newest records, from 0 to 1, that have a value for each of these attributes: a number where it is
    /// read as one.
    ///
    /// # Errors
    /// As [`Self::attribute_columns`].
    pub async fn attribute_shares(&self, reads: &[MapRead]) -> Result<Vec<f64>, StoreError> {
        let count = |read: &MapRead| {
            let map = if read.is_resource { "ResourceAttributes" } else { "LogAttributes" };
            let value = format!("{map}[{}]", string_literal(&read.key));
            match read.kind {
                ColumnKind::Number => format!("countIf(toFloat64OrNull({value}) IS NOT NULL)"),
                ColumnKind::Text => format!("countIf({value} != '')"),
            }
        };
        let counts: Vec<String> = reads.iter().map(count).collect();
        let sql = format!(
            "SELECT [{}] AS counts, count() AS rows FROM (SELECT LogAttributes, ResourceAttributes FROM {}.otel_logs \
             ORDER BY Timestamp DESC, IngestId DESC LIMIT {SHARE_ROWS})",
            counts.join(", "),
            self.database()
        );
        let found: Vec<Counted> = self.connection()?.records(&sql).await?;
        let found = found.into_iter().next().unwrap_or_default();
        Ok(found.counts.into_iter().map(|count| count as f64 / found.rows.max(1) as f64).collect())
    }

    /// Adds a column, and has those parts written that are there. Until that is done their values come from the map.
    ///
    /// # Errors
    /// What ClickHouse refuses, such as a name that is taken by another column, and what keeps it from answering.
    pub async fn add_attribute_column(&self, column: &AttributeColumn) -> Result<(), StoreError> {
        let connection = self.connection()?;
        let (database, expression) = (self.database(), column.expression());
        let kind = match column.kind {
            ColumnKind::Number => "Nullable(Float64)",
            ColumnKind::Text => {
                let sql = format!(
                    "SELECT uniq(value) FROM (SELECT {expression} AS value FROM {database}.otel_logs \
                     ORDER BY Timestamp DESC, IngestId DESC LIMIT {SAMPLE_ROWS})"
                );
                let different = connection.table(&sql).await?;
                let different = different.first().and_then(|row| row.first()?.parse::<u64>().ok());
                let is_few = different.is_none_or(|different| different <= MOST_IN_DICTIONARY);
                if is_few { "LowCardinality(String)" } else { "String" }
            }
        };
        let name = quoted(&column.name);
        connection
            .execute(&format!(
                "ALTER TABLE {database}.otel_logs ADD COLUMN {name} {kind} MATERIALIZED {expression} CODEC(ZSTD(1))"
            ))
            .await?;
        connection.begin(&format!("ALTER TABLE {database}.otel_logs MATERIALIZE COLUMN {name}")).await
    }

    /// Removes a column, and stops its writing. The attribute stays in the map.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn drop_attribute_column(&self, column: &AttributeColumn) -> Result<(), StoreError> {
        let (connection, database) = (self.connection()?, self.database());
        let endings = ["", "`"].map(|mark| string_literal(&format!("COLUMN {mark}{}{mark})", column.name)));
        let [plain, marked] = endings;
        connection
            .execute(&format!(
                "KILL MUTATION WHERE database = '{database}' AND table = 'otel_logs' AND NOT is_done \
                 AND (endsWith(command, {plain}) OR endsWith(command, {marked}))"
            ))
            .await?;
        let name = quoted(&column.name);
        connection.execute(&format!("ALTER TABLE {database}.otel_logs DROP COLUMN IF EXISTS {name}")).await
    }
}

/// Names of ours are letters, digits and `_`; those of operators may be anything.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}
