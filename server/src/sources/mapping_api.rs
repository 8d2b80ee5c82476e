//! What a table could be as a source: a proposal from its schema, and its rows as records.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use click_lite_query::mapping::{Limit, Mapping, TableColumn, TableFacts, TableKind, propose};
use click_lite_query::{Compiler, Condition, Dialect, SearchOptions, TimeRange};
use click_lite_store::Remote;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Connection, Sources, failed, mapping_of, remote_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

const DEFAULT_ROWS: u32 = 10;
const MOST_ROWS: u32 = 100;
/// The newest rows are looked for in the last hour, then day, then month, before the whole table is read for them.
const SPANS_SECONDS: [i64; 3] = [3_600, 86_400, 30 * 86_400];

/// A table of a connection.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProposeRequest {
    connection_id: String,
    /// The connection's unless said.
    #[serde(default)]
    database: String,
    table: String,
}

/// A mapping for a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposal {
    /// Whose table it looks like: `click_lite`, `opentelemetry`, `clickstack`, `vector`, `fluent_bit` or `other`.
    #[schema(value_type = String)]
    kind: TableKind,
    #[schema(value_type = Object)]
    mapping: Mapping,
    /// Columns of the table, in order.
    #[schema(value_type = Vec<Object>)]
    columns: Vec<TableColumn>,
    engine: String,
    sorting_key: String,
    partition_key: String,
    /// `null` where ClickHouse does not know.
    rows: Option<u64>,
    bytes: Option<u64>,
    /// What can't be fast on this table.
    #[schema(value_type = Vec<Object>)]
    limits: Vec<Limit>,
}

/// A mapping to try.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PreviewRequest {
    connection_id: String,
    #[schema(value_type = Object)]
    mapping: Mapping,
    /// 10 unless said, at most 100.
    #[serde(default)]
    limit: Option<u32>,
}

/// How many rows of a source to show.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PreviewOptions {
    /// 10 unless said, at most 100.
    limit: Option<u32>,
}

/// The newest rows of a table as records.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Newest first.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Box<RawValue>>,
    sql: String,
    /// With the types of the columns.
    #[schema(value_type = Object)]
    mapping: Mapping,
    #[schema(value_type = Vec<Object>)]
    limits: Vec<Limit>,
}

impl Sources {
    async fn facts(
        &self,
        connection: &Connection,
        database: &str,
        table: &str,
    ) -> Result<TableFacts, ApiError> {
        let facts = self.client(connection)?.table_facts(database, table).await;
        let facts = facts.map_err(|error| remote_error(&connection.name, &error))?;
        facts.ok_or_else(|| {
            ApiError::bad_request(
                "source.table",
                format!("{} has no table {table}, or its user may not see it", connection.name),
            )
        })
    }

    /// Takes the types of a mapping from its table.
    pub(super) async fn check(
        &self,
        connection: &Connection,
        mapping: &mut Mapping,
    ) -> Result<TableFacts, ApiError> {
        let facts = self.facts(connection, &mapping.database, &mapping.table).await?;
        mapping.database.clone_from(&facts.database);
        mapping.check(&facts).map_err(|error| ApiError::bad_request("source.mapping", error.to_string()))?;
        Ok(facts)
    }
}

/// Proposes a mapping for a table.
#[utoipa::path(post, path = "/api/v1/sources/propose", tag = "sources", request_body = ProposeRequest,
    responses((status = 200, body = Proposal), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn propose_mapping(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ProposeRequest>,
) -> Result<Json<Proposal>, ApiError> {
    let connection = app.sources.connection(&request.connection_id).await?;
    let facts = app.sources.facts(&connection, &request.database, &request.table).await?;
    let Some((kind, mut mapping)) = propose(&facts) else {
        return Err(ApiError::bad_request(
            "source.mapping",
            format!("{} has no column that could be the time of a record", request.table),
        ));
    };
    if facts.engine != "Distributed" {
        mapping.cluster.clone_from(&connection.settings.cluster);
    }
    Ok(Json(Proposal {
        kind,
        limits: mapping.limits(&facts),
        mapping,
        columns: facts.columns,
        engine: facts.engine,
        sorting_key: facts.sorting_key,
        partition_key: facts.partition_key,
        rows: facts.rows,
        bytes: facts.bytes,
    }))
}

/// Shows the newest rows of a table under a mapping.
#[utoipa::path(post, path = "/api/v1/sources/preview", tag = "sources", request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn preview(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<PreviewRequest>,
) -> Result<Json<Preview>, ApiError> {
    let connection = app.sources.connection(&request.connection_id).await?;
    previewed(&app, &connection, request.mapping, request.limit).await
}

/// Shows the newest rows of a source.
#[utoipa::path(post, path = "/api/v1/sources/{id}/preview", tag = "sources", params(("id" = String, Path)),
    request_body = PreviewOptions,
    responses((status = 200, body = Preview), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn preview_source(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(options): JsonBody<PreviewOptions>,
) -> Result<Json<Preview>, ApiError> {
    let found = app.sources.catalog.source(&id).await.map_err(failed)?;
    let entry = found.ok_or_else(|| ApiError::not_found(format!("there is no source {id}")))?;
    let connection = app.sources.connection(&entry.connection_id).await?;
    previewed(&app, &connection, mapping_of(&entry)?, options.limit).await
}

async fn previewed(
    app: &App,
    connection: &Connection,
    mut mapping: Mapping,
    limit: Option<u32>,
) -> Result<Json<Preview>, ApiError> {
    let facts = app.sources.check(connection, &mut mapping).await?;
    let remote = app.sources.client(connection)?;
    let limit = limit.unwrap_or(DEFAULT_ROWS).clamp(1, MOST_ROWS);
    let limits = mapping.limits(&facts);
    let dialect = Dialect::mapped(mapping.clone());
    let now_ns = app.sources.clock.now_ns();
    let spans = SPANS_SECONDS.map(|seconds| Some(now_ns.saturating_sub(seconds * 1_000_000_000)));
    let (mut rows, mut sql) = (Vec::new(), String::new());
    for from_ns in spans.into_iter().chain([None]) {
        let compiler = Compiler::new(&dialect, &Condition::All, TimeRange { from_ns, to_ns: None });
        let options = SearchOptions { limit, ..SearchOptions::default() };
        let statement = compiler
            .search(&options)
            .map_err(|error| ApiError::bad_request(error.code(), error.message.clone()))?;
        sql.clone_from(&statement.display_sql);
        rows = read(&remote, &statement).await.map_err(|error| remote_error(&connection.name, &error))?;
        if rows.len() >= limit as usize {
            break;
        }
    }
    Ok(Json(Preview { rows, sql, mapping, limits }))
}

async fn read(
    remote: &Remote,
    statement: &click_lite_query::Statement,
) -> Result<Vec<Box<RawValue>>, click_lite_store::StoreError> {
    let mut stream = remote.select(statement, &Uuid::new_v4().to_string(), true).await?;
    let mut rows = Vec::new();
    while let Some(batch) = stream.next_rows().await? {
        rows.extend(batch);
    }
    Ok(rows)
}
