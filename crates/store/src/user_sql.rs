//! SQL that users write: its syntax tree, its cost, its plan, its rows, and what it can be about.
//!
//! All of it runs as the reader, with `readonly` set: a remote server may have one user for everything.

use click_lite_query::string_literal;
use click_lite_query::user_sql::{BoundParameter, Tree};
use clickhouse::query::Query;
use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::select::{RowStream, SelectOptions};
use crate::store::Store;

/// A statement of a user with its values and limits.
#[derive(Debug, Clone, Default)]
pub struct UserSql {
    pub sql: String,
    pub params: Vec<BoundParameter>,
    /// Rows after which ClickHouse need not look for more; `None` where the statement is to run as it is.
    pub rows: Option<u64>,
    /// Most rows and bytes that it may read.
    pub max_rows_read: Option<u64>,
    pub max_bytes_read: Option<u64>,
}

/// What `EXPLAIN ESTIMATE` says of one table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SourceEstimate {
    pub database: String,
    pub table: String,
    #[serde(deserialize_with = "crate::number::or_zero")]
    pub parts: u64,
    #[serde(deserialize_with = "crate::number::or_zero")]
    pub rows: u64,
    #[serde(deserialize_with = "crate::number::or_zero")]
    pub marks: u64,
}

/// A table that can be read.
#[derive(Debug, Clone, Deserialize)]
pub struct SchemaTable {
    pub database: String,
    pub name: String,
    pub engine: String,
    pub comment: String,
    pub sorting_key: String,
    pub partition_key: String,
    #[serde(deserialize_with = "crate::number::optional")]
    pub total_rows: Option<u64>,
    #[serde(deserialize_with = "crate::number::optional")]
    pub total_bytes: Option<u64>,
}

/// A column of a table.
#[derive(Debug, Clone, Deserialize)]
pub struct SchemaColumn {
    pub database: String,
    pub table: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub comment: String,
    /// `DEFAULT`, `ALIAS`, `MATERIALIZED` or nothing.
    pub default_kind: String,
    pub is_in_sorting_key: u8,
    /// On disk; 0 where it is not known.
    #[serde(deserialize_with = "crate::number::or_zero")]
    pub compressed_bytes: u64,
    #[serde(deserialize_with = "crate::number::or_zero")]
    pub uncompressed_bytes: u64,
}

/// How wide a column is.
#[derive(Debug, Clone, Deserialize)]
pub struct ColumnWidth {
    pub database: String,
    pub table: String,
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Rows and bytes, before compression, of the parts that tell: those that keep columns apart.
    rows: u64,
    bytes: u64,
}

impl ColumnWidth {
    /// Of a row, before compression; a guess from the type where no part tells.
    pub fn bytes(&self) -> f64 {
        if self.rows > 0 && self.bytes > 0 {
            return self.bytes as f64 / self.rows as f64;
        }
        match self.kind.as_str() {
            kind if kind.starts_with("Map") => 150.0,
            kind if kind.starts_with("Array") || kind.starts_with("JSON") => 100.0,
            kind if kind.starts_with("LowCardinality") => 2.0,
            "String" => 50.0,
            _ => 8.0,
        }
    }
}

/// A function of ClickHouse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SchemaFunction {
    pub name: String,
    /// `function` or `aggregate`.
    pub kind: String,
    pub case_insensitive: bool,
    pub syntax: String,
    /// The first line of it.
    pub description: String,
}

/// A query that runs in ClickHouse.
#[derive(Debug, Clone, Deserialize)]
pub struct RunningQuery {
    pub query_id: String,
    pub elapsed_ms: u64,
    pub rows_read: u64,
    pub bytes_read: u64,
    pub total_rows: u64,
    pub memory_bytes: u64,
}

/// Tables that a reader may read, but for ClickHouse's own.
pub(crate) const TABLES: &str =
    "SELECT database, name, engine, comment, sorting_key, partition_key, total_rows, total_bytes \
    FROM system.tables WHERE lower(database) NOT IN ('system', 'information_schema') AND NOT is_temporary \
    ORDER BY database, name";
/// Columns of those tables, in order.
pub(crate) const COLUMNS: &str =
    "SELECT database, table, name, type, comment, default_kind, is_in_sorting_key, \
    data_compressed_bytes AS compressed_bytes, data_uncompressed_bytes AS uncompressed_bytes \
    FROM system.columns WHERE lower(database) NOT IN ('system', 'information_schema') \
    ORDER BY database, table, position";
/// Functions of a ClickHouse.
pub(crate) const FUNCTIONS: &str =
    "SELECT name, if(is_aggregate, 'aggregate', 'function') AS kind, \
    CAST(case_insensitive, 'Bool') AS case_insensitive, trimBoth(syntax) AS syntax, \
    substringUTF8(splitByChar('\\n', trimBoth(description))[1], 1, 200) AS description \
    FROM system.functions WHERE name NOT LIKE '\\\\_\\\\_%' ORDER BY name";

impl Store {
    /// Runs a statement of a user.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn select_user_sql(
        &self,
        statement: &UserSql,
        options: SelectOptions,
    ) -> Result<RowStream, StoreError> {
        let connection = self.connection()?;
        let mut query = query(&connection, &statement.sql, &statement.params)
            .with_setting("query_id", options.query_id)
            .with_setting("output_format_json_quote_decimals", "1")
            // The rows are counted as they come, and cut.
            .with_setting("max_result_rows", "0");
        for (name, limit) in [
            ("limit", statement.rows),
            ("max_rows_to_read", statement.max_rows_read),
            ("max_bytes_to_read", statement.max_bytes_read),
        ] {
            if let Some(limit) = limit {
                query = query.with_setting(name, limit.to_string());
            }
        }
        RowStream::of(query).await
    }

    /// The tree that ClickHouse makes of a statement. Nothing of it runs.
    ///
    /// # Errors
    /// A statement that ClickHouse can't read; [`Self::TREE_PREFIX`] stands before it.
    pub async fn syntax_tree(&self, sql: &str, params: &[BoundParameter]) -> Result<Tree, StoreError> {
        let connection = self.connection()?;
        let text = text(&connection, &format!("{}{sql}", Self::TREE_PREFIX), params).await?;
        Ok(Tree::parse(text.lines()))
    }

    /// What stands before a statement whose tree is asked for: positions of errors count from its start.
    pub const TREE_PREFIX: &str = "EXPLAIN AST ";

    /// A statement as ClickHouse writes it, over several lines.
    ///
    /// # Errors
    /// A statement that ClickHouse can't read.
    pub async fn format_sql(&self, sql: &str) -> Result<String, StoreError> {
        let connection = self.connection()?;
        let statement = format!("SELECT formatQuery({})", string_literal(sql));
        Ok(text(&connection, &statement, &[]).await?.trim_end().to_owned())
    }

    /// What a statement would read, by table, as far as ClickHouse knows from its indexes.
    ///
    /// # Errors
    /// What ClickHouse refuses of the statement; [`StoreError::Timeout`] where its subqueries take longer than a second.
    pub async fn estimate_sql(
        &self,
        sql: &str,
        params: &[BoundParameter],
    ) -> Result<Vec<SourceEstimate>, StoreError> {
        let connection = self.connection()?;
        rows(explaining(query(&connection, &format!("{}{sql}", Self::ESTIMATE_PREFIX), params))).await
    }

    /// As [`Self::TREE_PREFIX`], of estimates.
    pub const ESTIMATE_PREFIX: &str = "EXPLAIN ESTIMATE ";

    /// The plan of a statement as ClickHouse's JSON, with the indexes that are used.
    ///
    /// # Errors
    /// As [`Self::estimate_sql`].
    pub async fn plan_sql(&self, sql: &str, params: &[BoundParameter]) -> Result<String, StoreError> {
        let connection = self.connection()?;
        let query = explaining(query(&connection, &format!("{}{sql}", Self::PLAN_PREFIX), params));
        Ok(String::from_utf8_lossy(&query.fetch_bytes("TSVRaw")?.collect().await?).into_owned())
    }

    /// As [`Self::TREE_PREFIX`], of plans.
    pub const PLAN_PREFIX: &str = "EXPLAIN json = 1, indexes = 1, projections = 1, actions = 1 ";

    /// Tables that the reader may read, but for ClickHouse's own.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn schema_tables(&self) -> Result<Vec<SchemaTable>, StoreError> {
        let connection = self.connection()?;
        rows(query(&connection, TABLES, &[])).await
    }

    /// Columns of those tables, in order.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn schema_columns(&self) -> Result<Vec<SchemaColumn>, StoreError> {
        let connection = self.connection()?;
        rows(query(&connection, COLUMNS, &[])).await
    }

    /// How wide the columns of those tables are.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn column_widths(&self) -> Result<Vec<ColumnWidth>, StoreError> {
        let connection = self.connection()?;
        let sql = "SELECT database, table, column AS name, any(type) AS type, \
                   sumIf(rows, column_data_uncompressed_bytes > 0) AS rows, sum(column_data_uncompressed_bytes) AS bytes \
                   FROM system.parts_columns WHERE active GROUP BY database, table, name";
        rows(query(&connection, sql, &[])).await
    }

    /// Functions of this ClickHouse.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn schema_functions(&self) -> Result<Vec<SchemaFunction>, StoreError> {
        let connection = self.connection()?;
        rows(query(&connection, FUNCTIONS, &[])).await
    }

    /// Queries of the reader that run now, as ClickHouse sees them.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn running_queries(&self) -> Result<Vec<RunningQuery>, StoreError> {
        let connection = self.connection()?;
        connection
            .records(
                "SELECT query_id, toUInt64(elapsed * 1000) AS elapsed_ms, read_rows AS rows_read, read_bytes AS bytes_read, \
                 total_rows_approx AS total_rows, toUInt64(greatest(memory_usage, 0)) AS memory_bytes \
                 FROM system.processes WHERE is_initial_query",
            )
            .await
    }
}

fn query(connection: &Connection, sql: &str, params: &[BoundParameter]) -> Query {
    let query = connection.reader.query_raw(sql).with_setting("readonly", "2");
    params.iter().fold(query, |query, param| {
        query.with_setting(format!("param_{}", param.name), param.http_value.clone())
    })
}

/// ClickHouse runs scalar subqueries before it explains what is around them.
fn explaining(query: Query) -> Query {
    query.with_setting("max_execution_time", "1").with_setting("use_index_for_in_with_subqueries", "0")
}

async fn text(connection: &Connection, sql: &str, params: &[BoundParameter]) -> Result<String, StoreError> {
    let answer = query(connection, sql, params).fetch_bytes("TSVRaw")?.collect().await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn rows<T: for<'a> Deserialize<'a>>(query: Query) -> Result<Vec<T>, StoreError> {
    let query = query.with_setting("output_format_json_quote_64bit_integers", "0");
    let answer = query.fetch_bytes("JSONEachRow")?.collect().await?;
    let rows = serde_json::Deserializer::from_slice(&answer).into_iter::<T>();
    rows.collect::<Result<_, _>>().map_err(|error| StoreError::BadAnswer(error.to_string()))
}
