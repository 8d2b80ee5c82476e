//! Questions about what is stored: search, histogram, facets, completion, traces.

mod buckets;
mod cache;
mod chart;
mod complete;
pub mod export;
mod field_stats;
mod fields;
mod histogram;
mod language;
mod queries;
mod queue;
mod run;
mod search;
mod series;
mod sql;
mod surrounding;
mod traces;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use click_lite_model::time::format_rfc3339;
use click_lite_model::{Record, Severity};
use click_lite_query::{
    Compiler, Condition, Dialect, Parsed, PipeOptions, Piped, QueryError, Statement, TimeRange, parse,
};
use click_lite_store::{QueryStats, SelectOptions, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::error::ApiError;
use crate::sources::{Source, remote_error};
use cache::{CacheUse, key_of};
use run::{Asked, QueryKind, Run};

pub use cache::AnswerCache;
pub use chart::KnownCharts;
pub use complete::{__path_complete, KnownFields, KnownValues, complete};
pub use export::{__path_export, export};
pub use field_stats::{__path_field_stats, field_stats};
pub use fields::{__path_field_values, __path_fields, field_values, fields};
pub use histogram::{__path_histogram, KnownHistograms, histogram, known_histograms};
pub use language::{__path_parse_query, __path_print_query, parse_query, print_query};
pub use queries::{__path_cancel, __path_get_query, __path_list_queries, cancel, get_query, list_queries};
pub use queue::QueueLimits;
pub use run::Queries;
pub use search::{__path_search, search};
pub use sql::{
    __path_estimate, __path_explain_sql, __path_format_sql, __path_schema, __path_sql, BudgetRequest,
    KnownSchema, Throughput, estimate, explain_sql, format_sql, schema, sql,
};
pub use surrounding::{__path_surrounding, surrounding};
pub use traces::{__path_trace, trace};

/// How long a question waits for an engine that is starting: a client that asks too early would come again after a pause
/// that is longer than the start.
const START_PATIENCE: Duration = Duration::from_secs(5);

/// What a question is about.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct Scope {
    /// Text of the search language; empty or `*` is everything.
    query: String,
    /// Start of the time range, inclusive: RFC 3339 or relative (`now-15m`). Open where it is missing.
    from: Option<String>,
    /// End of the time range, exclusive.
    to: Option<String>,
    /// Name of the source to read; `logs`, what this server stores itself, unless said.
    source: Option<String>,
    /// Who asks, such as the id of a page: those who wait for ClickHouse take turns by it.
    group: Option<String>,
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stats {
    pub rows_read: u64,
    pub bytes_read: u64,
    pub elapsed_ms: u64,
}

impl From<QueryStats> for Stats {
    fn from(stats: QueryStats) -> Self {
        Self { rows_read: stats.rows_read, bytes_read: stats.bytes_read, elapsed_ms: stats.elapsed_ms }
    }
}

impl std::ops::Add for Stats {
    type Output = Self;

    /// Of statements that ran side by side.
    fn add(self, other: Self) -> Self {
        Self {
            rows_read: self.rows_read + other.rows_read,
            bytes_read: self.bytes_read + other.bytes_read,
            elapsed_ms: self.elapsed_ms.max(other.elapsed_ms),
        }
    }
}

/// A scope that was understood.
struct Prepared {
    parsed: Parsed,
    condition: Condition,
    range: TimeRange,
    dialect: Dialect,
    /// A table of another server; `None` for our own.
    source: Option<Arc<Source>>,
}

impl Prepared {
    async fn new(app: &App, scope: &Scope) -> Result<Self, ApiError> {
        let now_ns = app.clock.now_ns();
        let parsed = parse(&scope.query).map_err(|error| query_error(&error))?;
        let condition = parsed.query.check(now_ns).map_err(|error| query_error(&error))?;
        let range = TimeRange::parse(scope.from.as_deref(), scope.to.as_deref(), now_ns)
            .map_err(|error| query_error(&error))?;
        let source = app.sources.find(scope.source.as_deref()).await?;
        let dialect = match &source {
            Some(source) => source.dialect.clone(),
            None => Dialect { columns: app.schema.attribute_columns(&app.store).await, ..Dialect::default() },
        };
        Ok(Self { parsed, condition, range, dialect, source })
    }

    /// Who runs a statement of this scope.
    fn caller<'a>(&'a self, kind: QueryKind, group: Option<&'a str>) -> Caller<'a> {
        let source = self.source.as_deref();
        Caller { kind, group, query_id: None, source, integers_as_text: true }
    }

    fn compiler(&self) -> Compiler<'_> {
        Compiler::new(&self.dialect, &self.condition, self.range)
    }

    /// The filter and its pipes as one statement.
    async fn piped(
        &self,
        app: &App,
        limit: Option<u32>,
        columns: Option<&[String]>,
        caller: Caller<'_>,
    ) -> Result<Piped, ApiError> {
        self.compiled(app, limit, columns, false, caller).await
    }

    /// The same; all rows where `is_whole` says so.
    async fn compiled(
        &self,
        app: &App,
        limit: Option<u32>,
        columns: Option<&[String]>,
        is_whole: bool,
        caller: Caller<'_>,
    ) -> Result<Piped, ApiError> {
        let query = &self.parsed.query;
        let range =
            if query.fits_buckets() { histogram::known_range(app, self, caller).await? } else { self.range };
        let options = PipeOptions {
            dialect: &self.dialect,
            range,
            now_ns: app.clock.now_ns(),
            limit,
            columns,
            is_whole,
        };
        query.compile(&options).map_err(|error| query_error(&error))
    }
}

/// Who runs a statement, and what for.
#[derive(Clone, Copy)]
struct Caller<'a> {
    kind: QueryKind,
    group: Option<&'a str>,
    query_id: Option<&'a str>,
    source: Option<&'a Source>,
    /// Numbers of 64 bits keep all their digits, for JavaScript. Of our own server the statement says so.
    integers_as_text: bool,
}

/// Begins a statement; its rows come as they are found.
async fn select(app: &App, statement: &Statement, caller: Caller<'_>) -> Result<Run, ApiError> {
    let id = caller.query_id.map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned);
    if let Some(source) = caller.source {
        return select_remote(app, statement, caller, source, id).await;
    }
    // Ready without a connection: its tables are being looked at.
    if !app.store.is_connected() && matches!(app.engine.status().state, "starting" | "ready") {
        let _ = tokio::time::timeout(START_PATIENCE, app.store.wait_until_connected()).await;
    }
    let asked = Asked {
        id,
        kind: caller.kind,
        sql: &statement.display_sql,
        shape: &statement.sql,
        group: caller.group.unwrap_or_default(),
        is_heavy: false,
        remote: None,
    };
    let begin = |query_id| app.store.select(statement, SelectOptions { query_id });
    app.queries.run(app, asked, begin).await?.map_err(|error| store_error(app, &error))
}

async fn select_remote(
    app: &App,
    statement: &Statement,
    caller: Caller<'_>,
    source: &Source,
    id: String,
) -> Result<Run, ApiError> {
    let asked = Asked {
        id,
        kind: caller.kind,
        sql: &statement.display_sql,
        shape: &statement.sql,
        group: caller.group.unwrap_or_default(),
        is_heavy: false,
        remote: Some(Arc::clone(&source.remote)),
    };
    let begin = |query_id: String| async move {
        source.remote.select(statement, &query_id, caller.integers_as_text).await
    };
    app.queries.run(app, asked, begin).await?.map_err(|error| remote_error(&source.connection, &error))
}

/// How the API says that what a caller reads did not answer.
fn read_error(app: &App, source: Option<&Source>, error: &StoreError) -> ApiError {
    match source {
        Some(source) => remote_error(&source.connection, error),
        None => store_error(app, error),
    }
}

/// The rows of a statement that is small, kept or computed. `range` holds all rows that it reads.
async fn select_all<T: serde::de::DeserializeOwned>(
    app: &App,
    statement: &Statement,
    range: TimeRange,
    caller: Caller<'_>,
) -> Result<(Vec<T>, Stats, CacheUse), ApiError> {
    let parse = |rows: &[Box<RawValue>]| {
        let rows = rows.iter().map(|row| serde_json::from_str(row.get()));
        rows.collect::<Result<Vec<T>, _>>().map_err(|error| ApiError::internal(&error))
    };
    // What others write changes without a word.
    let key = caller.source.is_none().then(|| key_of(statement));
    if let Some((kept, used)) = key.as_deref().and_then(|key| app.answers.get(key)) {
        return Ok((parse(&kept.rows)?, kept.stats, used));
    }
    let mut place = key.and_then(|key| app.answers.place(key, range));
    let mut stream = select(app, statement, caller).await?;
    let mut rows = Vec::new();
    while let Some(batch) =
        stream.next_rows().await.map_err(|error| read_error(app, caller.source, &error))?
    {
        place = app.answers.add(place, &batch);
        rows.extend(parse(&batch)?);
    }
    let stats = Stats::from(stream.stats());
    if caller.source.is_none() {
        app.note_cost(statement, &stats);
    }
    if let Some(place) = place {
        app.answers.keep(place, stream.columns(), stats, false);
    }
    Ok((rows, stats, CacheUse::default()))
}

/// How the API says that a query is wrong, and where.
pub fn query_error(error: &QueryError) -> ApiError {
    ApiError::bad_request(error.code(), error.message.clone()).details(json!({
        "position": error.span.start,
        "length": error.span.length(),
        "hint": error.hint,
        "expected": error.expected,
    }))
}

/// How the API says that ClickHouse did not answer.
pub fn store_error(app: &App, error: &StoreError) -> ApiError {
    let engine = app.engine.status();
    if engine.state != "ready" || matches!(error, StoreError::NotConnected) {
        let why = engine.message.clone().unwrap_or_else(|| "it comes back by itself".into());
        return ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "engine.unavailable",
            format!("the engine is {}: {why}", engine.state),
        )
        .details(json!({ "state": engine.state }))
        .retry_after(1);
    }
    // What a statement asks of the values that it finds, such as to make a number of a list.
    if let StoreError::Refused { code: 36 | 43 | 53 | 386 | 427, message, .. } = error {
        let message = format!("ClickHouse cannot compute this: {message}");
        return ApiError::bad_request("query.refused", message);
    }
    let status = match error.code() {
        "store.cancelled" => StatusCode::CONFLICT,
        "store.timeout" | "store.memory_limit" | "store.limit" => StatusCode::UNPROCESSABLE_ENTITY,
        _ if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => return ApiError::internal(error),
    };
    ApiError::new(status, error.code(), error.to_string())
}

/// A record as a search shows it, for previews of what is not stored.
pub fn row_of(record: &Record, now_ns: i64) -> Value {
    let map = |pairs: click_lite_model::Pairs<'_>| -> Value {
        pairs.map(|(key, value)| (key.to_owned(), Value::from(value))).collect::<Map<_, _>>().into()
    };
    let severity: Severity = record.severity;
    json!({
        "Timestamp": format_rfc3339(record.time_ns.unwrap_or(now_ns)),
        "TraceId": record.trace_id(),
        "SpanId": record.span_id(),
        "SeverityText": record.severity_text(),
        "SeverityNumber": severity.number(),
        "ServiceName": record.service(),
        "Body": record.body(),
        "ResourceAttributes": map(record.resource()),
        "LogAttributes": map(record.attributes()),
    })
}
