//! `GET /api/v1/schema`: what statements can be about.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Query, State};
use click_lite_query::user_sql::Tree;
use click_lite_query::{AttributeColumn, AttributeColumns};
use click_lite_store::{
    ColumnWidth, Remote, SchemaColumn, SchemaFunction, SchemaTable, SourceEstimate, Store, StoreError,
};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::error::ApiError;
use crate::read::store_error;
use crate::sources::remote_error;

/// How old lists of what there is may be.
const LIST_AGE: Duration = Duration::from_secs(30);
const FUNCTIONS_AGE: Duration = Duration::from_secs(3_600);
/// Connections whose functions are kept.
const MOST_CONNECTIONS: u64 = 32;
/// What a row counts as where nothing is known of its table.
const UNKNOWN_ROW_BYTES: u64 = 100;

/// What is known of the tables and the language.
#[derive(Default)]
pub struct KnownSchema {
    functions: Mutex<Option<Arc<Vec<SchemaFunction>>>>,
    remote_functions: RemoteFunctions,
    names: Recent<String>,
    widths: Recent<ColumnWidth>,
    tables: Recent<SchemaTable>,
    attribute_columns: Recent<AttributeColumn>,
}

/// By the names of connections.
struct RemoteFunctions(Cache<String, Arc<Vec<SchemaFunction>>>);

impl Default for RemoteFunctions {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_CONNECTIONS).time_to_live(FUNCTIONS_AGE).build())
    }
}

/// A list that is asked for anew once it is half a minute old.
struct Recent<T>(Mutex<Option<(Instant, Arc<Vec<T>>)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Recent<T> {
    async fn get<E>(&self, ask: impl Future<Output = Result<Vec<T>, E>>) -> Result<Arc<Vec<T>>, E> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, list)) = known
            && at.elapsed() < LIST_AGE
        {
            return Ok(list);
        }
        let list = Arc::new(ask.await?);
        self.set(Some((Instant::now(), Arc::clone(&list))));
        Ok(list)
    }

    /// What was asked for last, however old it is.
    fn known(&self) -> Option<Arc<Vec<T>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(_, list)| Arc::clone(list))
    }

    fn set(&self, known: Option<(Instant, Arc<Vec<T>>)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// Without those for which `keep` does not hold.
    fn retain(&self, keep: impl Fn(&T) -> bool)
    where
        T: Clone,
    {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, list)) = known.as_mut() {
            *list = Arc::new(list.iter().filter(|one| keep(one)).cloned().collect());
        }
    }
}

impl KnownSchema {
    /// Functions are those of the program that answers: they are asked for once.
    async fn functions(&self, store: &Store) -> Result<Arc<Vec<SchemaFunction>>, StoreError> {
        let known = self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(functions) = known {
            return Ok(functions);
        }
        let functions = Arc::new(store.schema_functions().await?);
        *self.functions.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&functions));
        Ok(functions)
    }

    /// Those of a connection, by its name: asked for once an hour, as who runs it may update it.
    async fn functions_of(
        &self,
        connection: &str,
        remote: &Remote,
    ) -> Result<Arc<Vec<SchemaFunction>>, StoreError> {
        if let Some(functions) = self.remote_functions.0.get(connection) {
            return Ok(functions);
        }
        let functions = Arc::new(remote.schema_functions().await?);
        self.remote_functions.0.insert(connection.to_owned(), Arc::clone(&functions));
        Ok(functions)
    }

    /// Bytes that an estimated number of rows has in the columns that a statement names.
    pub async fn bytes_of(&self, store: &Store, source: &SourceEstimate, tree: &Tree) -> u64 {
        let Ok(widths) = self.widths.get(store.column_widths()).await else {
            return source.rows * UNKNOWN_ROW_BYTES;
        };
        let all = tree.nodes().iter().any(|node| node.kind.starts_with("Asterisk"));
        let named: HashSet<&str> =
            tree.of_kind("Identifier").filter_map(|name| name.rsplit('.').next()).collect();
        let columns = widths.iter().filter(|column| {
            column.database == source.database
                && column.table == source.table
                && (all || named.contains(column.name.as_str()))
        });
        let row_bytes: f64 = columns.map(ColumnWidth::bytes).sum();
        (row_bytes.max(1.0) * source.rows as f64) as u64
    }

    /// Bytes that so many rows have in the columns whose names are in a statement; `None` where the columns were not asked
    /// for yet.
    pub fn known_bytes_of(&self, sql: &str, rows: u64) -> Option<u64> {
        let widths = self.widths.known()?;
        let words: HashSet<&str> =
            sql.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').collect();
        let columns = widths
            .iter()
            .filter(|column| words.contains(column.table.as_str()) && words.contains(column.name.as_str()));
        let row_bytes: f64 = columns.map(ColumnWidth::bytes).sum();
        (row_bytes > 0.0).then_some((row_bytes * rows as f64) as u64)
    }

    /// All rows of the tables that a statement names, each as often as it does, at most half a minute old; `None` where
    /// that is not known.
    pub async fn all_rows_of(&self, store: &Store, sql: &str) -> Option<Vec<SourceEstimate>> {
        let tables = self.tables.get(store.schema_tables()).await.ok()?;
        let of = |table: &SchemaTable| {
            let times = sql.matches(table.name.as_str()).count() as u64;
            let (database, name) = (table.database.clone(), table.name.clone());
            (times > 0).then(|| {
                let rows = table.total_rows?.saturating_mul(times);
                Some(SourceEstimate { database, table: name, parts: 0, rows, marks: 0 })
            })
        };
        tables.iter().filter_map(of).collect()
    }

    /// Columns of the table of logs that hold one attribute each, as they were half a minute ago at most; none where
    /// ClickHouse does not answer.
    pub async fn attribute_columns(&self, store: &Store) -> AttributeColumns {
        let ask = async { Ok::<_, StoreError>(store.attribute_columns().await?.iter().cloned().collect()) };
        match self.attribute_columns.get(ask).await {
            Ok(columns) => columns.iter().cloned().collect(),
            Err(_) => AttributeColumns::default(),
        }
    }

    /// They are asked for anew, as one was added or removed.
    pub fn forget_attribute_columns(&self) {
        self.attribute_columns.set(None);
    }

    /// Statements do without this column from now on.
    pub fn leave_out(&self, column: &AttributeColumn) {
        self.attribute_columns.retain(|known| known != column);
    }

    /// Names of tables, columns and functions, in this order; none where ClickHouse does not answer.
    pub async fn names(&self, store: &Store) -> Arc<Vec<String>> {
        let ask = async {
            let mut names: Vec<String> = Vec::new();
            if let (Ok(tables), Ok(columns)) = tokio::join!(store.schema_tables(), store.schema_columns()) {
                names.extend(columns.into_iter().map(|column| column.name));
                names.extend(tables.into_iter().map(|table| table.name));
            }
            if let Ok(functions) = self.functions(store).await {
                names.extend(functions.iter().map(|function| function.name.clone()));
            }
            Ok::<_, Infallible>(names)
        };
        let Ok(names) = self.names.get(ask).await;
        names
    }
}

/// What statements can be about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schema {
    /// The one whose tables need no database before them.
    default_database: String,
    databases: Vec<Database>,
    #[schema(value_type = Vec<FunctionInfo>)]
    functions: Arc<Vec<SchemaFunction>>,
}

/// A database and its tables.
#[derive(Debug, Serialize, ToSchema)]
pub struct Database {
    name: String,
    tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
pub struct Table {
    name: String,
    engine: String,
    comment: String,
    /// Rows lie in this order.
    sorting_key: String,
    partition_key: String,
    rows: Option<u64>,
    bytes: Option<u64>,
    columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    comment: String,
    /// `DEFAULT`, `ALIAS`, `MATERIALIZED` or nothing.
    default_kind: String,
    is_in_sorting_key: bool,
    /// On disk; 0 where it is not known.
    compressed_bytes: u64,
    uncompressed_bytes: u64,
}

/// A function of ClickHouse.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionInfo {
    name: String,
    /// `function` or `aggregate`.
    kind: String,
    case_insensitive: bool,
    syntax: String,
    /// The first line of it.
    description: String,
}

/// Whose schema is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SchemaQuery {
    /// A source or a connection; this server's own ClickHouse unless said.
    source: Option<String>,
}

/// Lists databases, tables and columns that statements can read, and the functions they can use.
#[utoipa::path(get, path = "/api/v1/schema", tag = "read", params(SchemaQuery), responses((status = 200, body = Schema)))]
pub async fn schema(
    State(app): State<Arc<App>>,
    Query(query): Query<SchemaQuery>,
) -> Result<Json<Schema>, ApiError> {
    if let Some((name, remote)) = app.sources.find_server(query.source.as_deref()).await? {
        let (tables, columns, functions) = tokio::try_join!(
            remote.schema_tables(),
            remote.schema_columns(),
            app.schema.functions_of(&name, &remote),
        )
        .map_err(|error| remote_error(&name, &error))?;
        return Ok(Json(Schema {
            default_database: remote.database().to_owned(),
            databases: databases(tables, columns),
            functions,
        }));
    }
    let (tables, columns, functions) = tokio::try_join!(
        app.store.schema_tables(),
        app.store.schema_columns(),
        app.schema.functions(&app.store),
    )
    .map_err(|error| store_error(&app, &error))?;
    Ok(Json(Schema {
        default_database: app.config.clickhouse.database.clone(),
        databases: databases(tables, columns),
        functions,
    }))
}

fn databases(tables: Vec<SchemaTable>, columns: Vec<SchemaColumn>) -> Vec<Database> {
    let mut by_table: BTreeMap<(String, String), Vec<Column>> = BTreeMap::new();
    for column in columns {
        by_table.entry((column.database, column.table)).or_default().push(Column {
            name: column.name,
            kind: column.kind,
            comment: column.comment,
            default_kind: column.default_kind,
            is_in_sorting_key: column.is_in_sorting_key == 1,
            compressed_bytes: column.compressed_bytes,
            uncompressed_bytes: column.uncompressed_bytes,
        });
    }
    let mut databases: Vec<Database> = Vec::new();
    for table in tables {
        let columns = by_table.remove(&(table.database.clone(), table.name.clone())).unwrap_or_default();
        let described = Table {
            name: table.name,
            engine: table.engine,
            comment: table.comment,
            sorting_key: table.sorting_key,
            partition_key: table.partition_key,
            rows: table.total_rows,
            bytes: table.total_bytes,
            columns,
        };
        match databases.last_mut() {
            Some(database) if database.name == table.database => database.tables.push(described),
            _ => databases.push(Database { name: table.database, tables: vec![described] }),
        }
    }
    databases
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_statement_reads_is_counted_by_the_columns_that_it_names() {
        let known = KnownSchema::default();
        let sql = "SELECT count() FROM otel_logs WHERE LogAttributes['Body'] = 'x' OR has(TraceId_2, 'y')";
        assert_eq!(known.known_bytes_of(sql, 1_000), None, "nothing was asked for yet");
        let widths = [("LogAttributes", 300), ("TraceId", 32), ("Timestamp", 8)].map(|(name, bytes)| {
            let width = json!({ "database": "d", "table": "otel_logs", "name": name, "type": "String", "rows": 10, "bytes": bytes * 10 });
            serde_json::from_value(width).expect("a width")
        });
        known.widths.set(Some((Instant::now(), Arc::new(widths.into()))));
        assert_eq!(known.known_bytes_of(sql, 1_000), Some(300_000));
        assert_eq!(known.known_bytes_of("SELECT 1", 1_000), None);
    }
}
