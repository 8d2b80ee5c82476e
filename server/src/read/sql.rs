//! `POST /api/v1/sql`: statements that users write, checked and within limits.

mod estimate;
mod explain;
mod prepare;
mod schema;

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use click_lite_query::user_sql::rows_range;
use click_lite_store::{AnswerColumn, RowEvent, SelectOptions, UserSql};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Stats;
use super::cache::{CacheUse, Kept, Place};
use super::queue::QUICK;
use super::run::{Asked, QueryKind, Run};
use super::search::{NDJSON, checked_query_id, line};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
pub use estimate::{__path_estimate, BudgetRequest, Throughput, admit_statement, estimate};
pub use explain::{__path_explain_sql, __path_format_sql, explain_sql, format_sql};
pub use prepare::PreparedSql;
pub use schema::{__path_schema, KnownSchema, schema};

const DEFAULT_ROWS: u64 = 1_000;

/// A statement with its values.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SqlRequest {
    /// One ClickHouse statement that reads: SELECT, WITH, EXPLAIN, SHOW, DESCRIBE, EXISTS. Tables without a database are ours.
    pub sql: String,
    /// Values of the parameters `{name:Type}` that the statement names. Numbers of 64 bits may be texts.
    pub params: Map<String, Value>,
    /// Value of the parameter `from`, unless `params` has one: RFC 3339 or relative (`now-15m`).
    pub from: Option<String>,
    /// Value of the parameter `to`.
    pub to: Option<String>,
    /// Most rows: 1,000 unless said, at most `query.max_result_rows`.
    pub limit: Option<u64>,
    /// Chosen by the caller, to cancel the query by.
    pub query_id: Option<String>,
    /// What it may cost.
    pub budget: BudgetRequest,
    /// Who asks, such as the id of a page: those who wait for ClickHouse take turns by it.
    pub group: Option<String>,
    /// A source or a connection whose server runs the statement; this server's own unless said.
    pub source: Option<String>,
}

/// The rows of a statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct SqlAnswer {
    /// Objects by column. Integers of 64 bits and more and decimals are texts, so that JavaScript keeps all their digits;
    /// times are ISO 8601 in UTC.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Box<RawValue>>,
    #[serde(flatten)]
    end: SqlEnd,
}

/// What stands after the rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct SqlEnd {
    /// Columns in order, with ClickHouse types.
    columns: Vec<SqlColumn>,
    /// The statement that ran.
    sql: String,
    /// Values that were bound to it, as ClickHouse was given them.
    params: Map<String, Value>,
    /// There are more rows than are shown.
    truncated: bool,
    stats: Stats,
    query_id: String,
    /// Whether the rows were kept from an earlier request.
    cache: CacheUse,
}

/// A column of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SqlColumn {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl From<&AnswerColumn> for SqlColumn {
    fn from(column: &AnswerColumn) -> Self {
        Self { name: column.name.clone(), kind: column.kind.clone() }
    }
}

/// Runs a statement.
///
/// With `Accept: application/x-ndjson` rows are streamed as they are found: lines with `columns`, `progress`, `rows`, and
/// at the end `done` or `error`. Closing the connection cancels the query in ClickHouse.
#[utoipa::path(
    post, path = "/api/v1/sql", tag = "read", request_body = SqlRequest,
    responses(
        (status = 200, body = SqlAnswer),
        (status = 400, description = "the statement is wrong or not allowed; details say where", body = click_lite_client::ErrorBody),
        (status = 422, description = "the statement is over a limit", body = click_lite_client::ErrorBody),
        (status = 503, description = "the engine is not ready", body = click_lite_client::ErrorBody)
    )
)]
pub async fn sql(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SqlRequest>,
) -> Result<Response, ApiError> {
    let query_id = checked_query_id(request.query_id.as_deref())?;
    let prepared = PreparedSql::new(&app, &request).await?;
    let limit = request.limit.unwrap_or(DEFAULT_ROWS).clamp(1, app.config.query.max_result_rows);
    let wants_stream = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(NDJSON));
    let key = prepared.key(&app, limit);
    if let Some((kept, used)) = key.as_deref().and_then(|key| app.answers.get(key)) {
        return Ok(kept_answer(&prepared, query_id, kept, used, wants_stream));
    }
    let server = prepared.server.clone();
    let is_heavy = ask_budget(&app, &prepared, request.budget.confirmed).await?;
    let place = key.and_then(|key| app.answers.place(key, rows_range(&prepared.sql, &prepared.tree)));
    let statement = UserSql {
        sql: prepared.sql.clone(),
        params: prepared.params.clone(),
        // One more than is shown tells whether there are more.
        rows: prepared.is_select().then_some(limit + 1),
        max_rows_read: Some(app.config.budget.refuse_rows).filter(|rows| *rows > 0),
        max_bytes_read: Some(app.config.budget.refuse_bytes).filter(|bytes| *bytes > 0),
    };
    let asked = Asked {
        id: query_id.clone(),
        kind: QueryKind::Sql,
        sql: &prepared.sql,
        shape: &prepared.sql,
        group: request.group.as_deref().unwrap_or_default(),
        is_heavy,
        remote: server.as_ref().map(|(_, remote)| Arc::clone(remote)),
    };
    let begin = |query_id: String| async {
        match &server {
            Some((_, remote)) => remote.select_user_sql(&statement, &query_id).await,
            None => app.store.select_user_sql(&statement, SelectOptions { query_id }).await,
        }
    };
    let run = match app.queries.run(&app, asked, begin).await? {
        Ok(run) => run,
        Err(error) => return Err(prepared.error(&app, 0, &error).await),
    };
    let bytes_left = app.config.query.max_result_bytes;
    let mut answer =
        Answering { app, prepared, run, place, query_id, rows_left: limit, bytes_left, truncated: false };
    if wants_stream {
        return Ok(([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(lines(answer))).into_response());
    }
    let mut rows = Vec::new();
    while let Some(event) = answer.next().await? {
        if let RowEvent::Rows(found) = event {
            rows.extend(found);
        }
    }
    Ok(Json(SqlAnswer { rows, end: answer.end() }).into_response())
}

/// Asks the budget; whether the statement is expected to take long.
pub(super) async fn ask_budget(app: &App, prepared: &PreparedSql, confirmed: bool) -> Result<bool, ApiError> {
    // Another server's limits are sent with the statement.
    if !prepared.is_select() {
        return Ok(false);
    }
    let estimate = estimate::of_sql(app, prepared).await?;
    estimate::admit(&estimate, confirmed)?;
    Ok(!estimate.is_upper_bound && estimate.seconds.is_some_and(|seconds| seconds >= QUICK.as_secs_f64()))
}

fn kept_answer(
    prepared: &PreparedSql,
    query_id: String,
    kept: Kept,
    used: CacheUse,
    wants_stream: bool,
) -> Response {
    let Kept { columns, rows, stats, truncated } = kept;
    let columns: Vec<SqlColumn> = columns.iter().map(Into::into).collect();
    let end = SqlEnd {
        columns: columns.clone(),
        sql: prepared.sql.clone(),
        params: prepared.shown_params(),
        truncated,
        stats,
        query_id,
        cache: used,
    };
    if !wants_stream {
        return Json(SqlAnswer { rows, end }).into_response();
    }
    let lines =
        [line(&json!({ "columns": columns })), line(&json!({ "rows": rows })), line(&json!({ "done": end }))];
    ([(header::CONTENT_TYPE, NDJSON)], lines.concat()).into_response()
}

/// An answer that comes. Dropping it drops the query.
struct Answering {
    app: Arc<App>,
    prepared: PreparedSql,
    run: Run,
    place: Option<Place>,
    query_id: String,
    rows_left: u64,
    bytes_left: u64,
    truncated: bool,
}

impl Answering {
    /// The next rows or progress; `None` at the end, or where the limit is reached.
    async fn next(&mut self) -> Result<Option<RowEvent>, ApiError> {
        if self.truncated {
            self.run.finish();
            return Ok(None);
        }
        let event = match self.run.next_event().await {
            Ok(event) => event,
            Err(error) => return Err(self.prepared.error(&self.app, 0, &error).await),
        };
        let Some(RowEvent::Rows(mut rows)) = event else { return Ok(event) };
        let mut kept = 0;
        for row in &rows {
            let bytes = row.get().len() as u64;
            if self.rows_left == 0 || bytes > self.bytes_left {
                self.truncated = true;
                break;
            }
            self.rows_left -= 1;
            self.bytes_left -= bytes;
            kept += 1;
        }
        rows.truncate(kept);
        self.place = self.app.answers.add(self.place.take(), &rows);
        Ok(Some(RowEvent::Rows(rows)))
    }

    fn columns(&self) -> Vec<SqlColumn> {
        self.run.columns().iter().map(Into::into).collect()
    }

    fn end(&mut self) -> SqlEnd {
        let stats = Stats::from(self.run.stats());
        if self.prepared.server.is_none() {
            self.app.note_cost_of_sql(&self.prepared.sql, &stats);
        }
        if let Some(place) = self.place.take() {
            self.app.answers.keep(place, self.run.columns(), stats, self.truncated);
        }
        SqlEnd {
            columns: self.columns(),
            sql: self.prepared.sql.clone(),
            params: self.prepared.shown_params(),
            truncated: self.truncated,
            stats,
            query_id: self.query_id.clone(),
            cache: CacheUse::default(),
        }
    }
}

/// Lines of a streamed answer.
fn lines(answer: Answering) -> impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> {
    struct State {
        answer: Answering,
        columns_sent: bool,
        ended: bool,
    }
    let state = State { answer, columns_sent: false, ended: false };
    futures_util::stream::unfold(state, |mut state| async move {
        if state.ended {
            return None;
        }
        let text = match state.answer.next().await {
            Ok(Some(RowEvent::Rows(rows))) => {
                let rows = line(&json!({ "rows": rows }));
                if std::mem::replace(&mut state.columns_sent, true) {
                    rows
                } else {
                    let columns = line(&json!({ "columns": state.answer.columns() }));
                    [columns, rows].concat().into()
                }
            }
            Ok(Some(RowEvent::Progress(progress))) => line(&json!({ "progress": progress })),
            Ok(None) => {
                state.ended = true;
                line(&json!({ "done": state.answer.end() }))
            }
            Err(error) => {
                state.ended = true;
                line(&json!({ "error": error.detail() }))
            }
        };
        Some((Ok(text), state))
    })
    .fuse()
}
