//! `POST /api/v1/estimate`: what a question would read, and whether it is within the budget.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use click_lite_query::user_sql::{Advice, BoundParameter, PlanStep, StatementKind, Tree, advise};
use click_lite_query::{Param, SearchOptions, Statement};
use click_lite_store::{Remote, SourceEstimate, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{PreparedSql, SqlRequest};
use crate::app::App;
use crate::config::Budget;
use crate::http::error::{ApiError, JsonBody};
use crate::read::run::QueryKind;
use crate::read::{Prepared, Scope, Stats, query_error, store_error};
use crate::sources::Source;

/// A question whose cost is asked for: `sql`, or `query` of the search language.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EstimateRequest {
    /// A statement; the search language is taken where it is missing.
    sql: Option<String>,
    /// Values of the statement's parameters.
    params: Map<String, Value>,
    /// A text of the search language.
    query: Option<String>,
    from: Option<String>,
    to: Option<String>,
    source: Option<String>,
    /// Rows that the search would ask for.
    limit: Option<u32>,
}

/// What a question would read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Estimate {
    pub rows: u64,
    /// Of the columns that are named, before compression.
    pub bytes: u64,
    /// Pieces of the index that are read.
    pub marks: u64,
    pub parts: u64,
    /// From what this server's past queries took; `null` before there were five to measure.
    pub seconds: Option<f64>,
    /// It ends as soon as it has its rows, probably long before it has read all this.
    pub is_upper_bound: bool,
    /// What would make it cheaper.
    #[schema(value_type = Vec<Object>)]
    pub hints: Vec<Advice>,
    /// `ok`, `ask` (it runs once it is confirmed) or `refuse`.
    pub verdict: Verdict,
    /// What was asked for against which limits.
    pub budget: Budget,
}

/// What the budget says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    Ask,
    Refuse,
}

/// What a caller allows a question to cost.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BudgetRequest {
    /// Run although the estimate is over what the budget asks about.
    pub confirmed: bool,
}

/// How fast queries read, from those that ran last: bytes a second, of the rows and columns that they read as estimates
/// count them. ClickHouse's own count is less where a column is read for some of the rows alone.
#[derive(Debug, Default)]
pub struct Throughput(Mutex<VecDeque<f64>>);

/// Less tells about the overhead of a query, not about reading.
const MEASURED_BYTES: u64 = 16 * 1024 * 1024;
/// Queries that count, and how many there have to be: the first after a start find cold caches.
const MEASURED_QUERIES: usize = 32;
const LEAST_QUERIES: usize = 5;
/// What begins and ends a query, whatever it reads.
const OVERHEAD_SECONDS: f64 = 0.01;

impl Throughput {
    /// Notes what a query took.
    fn note(&self, bytes: u64, elapsed_ms: u64) {
        if bytes < MEASURED_BYTES || elapsed_ms == 0 {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == MEASURED_QUERIES {
            known.pop_front();
        }
        known.push_back(bytes as f64 / (elapsed_ms as f64 / 1000.0));
    }

    /// By the median: single queries are slowed down by a slow reader, or by others.
    fn seconds(&self, bytes: u64) -> Option<f64> {
        let mut known: Vec<f64> =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        if known.len() < LEAST_QUERIES {
            return None;
        }
        known.sort_by(f64::total_cmp);
        Some(OVERHEAD_SECONDS + bytes as f64 / known[known.len() / 2].max(1.0))
    }
}

impl App {
    /// Notes what a statement on our own ClickHouse took.
    pub fn note_cost(&self, statement: &Statement, stats: &Stats) {
        self.note_speed(&statement.sql, stats);
        self.attribute_use.note(&statement.display_sql, stats);
    }

    /// The same of a statement that a user wrote.
    pub fn note_cost_of_sql(&self, sql: &str, stats: &Stats) {
        self.note_speed(sql, stats);
        self.attribute_use.note(sql, stats);
    }

    fn note_speed(&self, sql: &str, stats: &Stats) {
        if let Some(bytes) = self.schema.known_bytes_of(sql, stats.rows_read) {
            self.throughput.note(bytes, stats.elapsed_ms);
        }
    }
}

/// Says what a question would read, without running it.
#[utoipa::path(
    post, path = "/api/v1/estimate", tag = "read", request_body = EstimateRequest,
    responses(
        (status = 200, body = Estimate),
        (status = 400, description = "the question is wrong; details say where", body = click_lite_client::ErrorBody)
    )
)]
pub async fn estimate(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<EstimateRequest>,
) -> Result<Json<Estimate>, ApiError> {
    let Some(sql) = request.sql else {
        let scope = Scope {
            query: request.query.unwrap_or_default(),
            from: request.from,
            to: request.to,
            source: request.source,
            group: None,
        };
        let prepared = Prepared::new(&app, &scope).await?;
        let statement = if prepared.parsed.query.pipes.is_empty() {
            let options = SearchOptions { limit: request.limit.unwrap_or(100), ..SearchOptions::default() };
            prepared.compiler().search(&options).map_err(|error| query_error(&error))?
        } else {
            let caller = prepared.caller(QueryKind::Table, None);
            prepared.piped(&app, request.limit, None, caller).await?.statement
        };
        return Ok(Json(of_statement(&app, &statement, prepared.source.as_deref()).await?));
    };
    let request = SqlRequest {
        sql,
        params: request.params,
        from: request.from,
        to: request.to,
        source: request.source,
        ..SqlRequest::default()
    };
    let prepared = PreparedSql::new(&app, &request).await?;
    Ok(Json(of_sql(&app, &prepared).await?))
}

/// The estimate of a statement of ours.
pub async fn of_statement(
    app: &App,
    statement: &Statement,
    source: Option<&Source>,
) -> Result<Estimate, ApiError> {
    let params = bound(statement);
    if let Some(source) = source {
        return Ok(of_remote(app, &statement.sql, &params, &source.remote).await);
    }
    let store = &app.store;
    let found = tokio::try_join!(
        store.syntax_tree(&statement.sql, &params),
        store.estimate_sql(&statement.sql, &params),
        store.plan_sql(&statement.sql, &params),
    );
    let (tree, sources, plan) = match found {
        Ok(found) => found,
        Err(StoreError::Timeout) => return Ok(unknown(app)),
        Err(error) => return Err(store_error(app, &error)),
    };
    let mut estimate = judge(app, &tree, &sources, PlanStep::parse(&plan).as_ref(), "").await;
    // Advice is about the SQL, which the user did not write.
    estimate.hints.clear();
    Ok(estimate)
}

/// Lets a statement of ours run where the budget allows it. What is far below the budget even if all records are read
/// is not asked about: to estimate a statement can take as long as to run it, where the answer lies in an index.
///
/// # Errors
/// As [`admit`].
pub async fn admit_statement(
    app: &App,
    statement: &Statement,
    source: Option<&Source>,
    confirmed: bool,
) -> Result<(), ApiError> {
    if source.is_none() && reads_little_at_most(app, statement).await {
        return Ok(());
    }
    admit(&of_statement(app, statement, source).await?, confirmed)
}

/// Whether all the rows of its tables are half of what the budget allows, or less: the rest is for what comes meanwhile.
async fn reads_little_at_most(app: &App, statement: &Statement) -> bool {
    let all = app.schema.all_rows_of(&app.store, &statement.sql).await;
    // A table that is not known yet says nothing.
    let Some(mut all) = all.filter(|all| !all.is_empty()) else { return false };
    let Ok(tree) = app.store.syntax_tree(&statement.sql, &bound(statement)).await else { return false };
    for source in &mut all {
        source.rows = source.rows.saturating_mul(2);
    }
    judge(app, &tree, &all, None, "").await.verdict == Verdict::Ok
}

fn bound(statement: &Statement) -> Vec<BoundParameter> {
    let bound = |param: &Param| BoundParameter { name: param.name.clone(), http_value: param.http_value() };
    statement.params.iter().map(bound).collect()
}

/// Of tables of another server, as far as that says: of one that is no MergeTree it does not, and the query runs within
/// the limits of every query.
async fn of_remote(app: &App, sql: &str, params: &[BoundParameter], remote: &Remote) -> Estimate {
    let found = remote.estimate(sql, params).await.unwrap_or_default();
    let rows = found.iter().map(|table| table.rows).sum();
    Estimate {
        rows,
        bytes: 0,
        marks: found.iter().map(|table| table.marks).sum(),
        parts: found.iter().map(|table| table.parts).sum(),
        seconds: None,
        is_upper_bound: false,
        hints: Vec::new(),
        verdict: verdict(&app.config.budget, rows, 0, None),
        budget: app.config.budget.clone(),
    }
}

/// The estimate of a user's statement.
pub async fn of_sql(app: &App, prepared: &PreparedSql) -> Result<Estimate, ApiError> {
    if prepared.allowed.kind != StatementKind::Select {
        return Ok(judge(app, &prepared.tree, &[], None, &prepared.sql).await);
    }
    if let Some((_, remote)) = &prepared.server {
        let (estimate, plan) = tokio::join!(
            of_remote(app, &prepared.sql, &prepared.params, remote),
            remote.plan(&prepared.sql, &prepared.params),
        );
        // A version that knows no such plan, or a user who may not see it: there is no advice then.
        let plan = plan.ok().and_then(|plan| PlanStep::parse(&plan));
        let is_upper_bound = plan.as_ref().is_some_and(ends_early);
        return Ok(Estimate {
            is_upper_bound,
            verdict: if is_upper_bound { Verdict::Ok } else { estimate.verdict },
            hints: advise(&prepared.sql, &prepared.tree, plan.as_ref(), None),
            ..estimate
        });
    }
    let (sources, plan) = tokio::join!(
        app.store.estimate_sql(&prepared.sql, &prepared.params),
        app.store.plan_sql(&prepared.sql, &prepared.params),
    );
    let sources = match sources {
        Ok(sources) => sources,
        Err(StoreError::Timeout) => return Ok(unknown(app)),
        Err(error) => return Err(prepared.error(app, Store::ESTIMATE_PREFIX.len(), &error).await),
    };
    let plan = match plan {
        Ok(plan) => PlanStep::parse(&plan),
        Err(StoreError::Timeout) => return Ok(unknown(app)),
        Err(error) => return Err(prepared.error(app, Store::PLAN_PREFIX.len(), &error).await),
    };
    Ok(judge(app, &prepared.tree, &sources, plan.as_ref(), &prepared.sql).await)
}

/// Of a statement whose subqueries have to run first, and take long. It runs within the limits of every query.
fn unknown(app: &App) -> Estimate {
    let advice = Advice {
        code: "subquery_first",
        message:
            "subqueries have to run before the rest can be estimated, and they take longer than a second"
                .to_owned(),
        suggestion: "run the subquery by itself, and give its result as a parameter".to_owned(),
        position: None,
        length: None,
    };
    Estimate {
        rows: 0,
        bytes: 0,
        marks: 0,
        parts: 0,
        seconds: None,
        is_upper_bound: false,
        hints: vec![advice],
        verdict: Verdict::Ok,
        budget: app.config.budget.clone(),
    }
}

async fn judge(
    app: &App,
    tree: &Tree,
    sources: &[SourceEstimate],
    plan: Option<&PlanStep>,
    sql: &str,
) -> Estimate {
    let rows = sources.iter().map(|source| source.rows).sum();
    let mut bytes = 0;
    for source in sources {
        bytes += app.schema.bytes_of(&app.store, source, tree).await;
    }
    let is_upper_bound = plan.is_some_and(ends_early);
    let columns = app.schema.attribute_columns(&app.store).await;
    let budget = app.config.budget.clone();
    let seconds = app.throughput.seconds(bytes);
    let verdict = if is_upper_bound { Verdict::Ok } else { verdict(&budget, rows, bytes, seconds) };
    Estimate {
        rows,
        bytes,
        marks: sources.iter().map(|source| source.marks).sum(),
        parts: sources.iter().map(|source| source.parts).sum(),
        seconds,
        is_upper_bound,
        hints: advise(sql, tree, plan, Some(&columns)),
        verdict,
        budget,
    }
}

/// A limit without anything that needs all rows first: sorting by the key goes without a step of its own kind.
fn ends_early(plan: &PlanStep) -> bool {
    let needs_all = |step: &&str| {
        ["Aggregating", "Distinct", "Window", "Join", "MergingAggregated"]
            .iter()
            .any(|name| step.starts_with(name))
            && *step != "JoinLazyColumnsStep"
    };
    plan.has("Limit") && !plan.names().iter().any(needs_all) && !plan.sorts_all()
}

fn verdict(budget: &Budget, rows: u64, bytes: u64, seconds: Option<f64>) -> Verdict {
    let over = |limit: u64, value: u64| limit > 0 && value > limit;
    let seconds = seconds.map_or(0, |seconds| seconds.ceil() as u64);
    if over(budget.refuse_rows, rows)
        || over(budget.refuse_bytes, bytes)
        || over(budget.refuse_seconds, seconds)
    {
        return Verdict::Refuse;
    }
    if over(budget.ask_rows, rows) || over(budget.ask_bytes, bytes) || over(budget.ask_seconds, seconds) {
        return Verdict::Ask;
    }
    Verdict::Ok
}

/// Refuses what is over the budget, unless it was confirmed.
///
/// # Errors
/// 422 `query.over_budget`, with the estimate in the details.
pub fn admit(estimate: &Estimate, confirmed: bool) -> Result<(), ApiError> {
    let message = match estimate.verdict {
        Verdict::Ok => return Ok(()),
        Verdict::Ask if confirmed => return Ok(()),
        Verdict::Ask => {
            "this reads more than the budget allows without asking: narrow it, or confirm it with \"budget\": {\"confirmed\": true}"
        }
        Verdict::Refuse => "this reads more than the budget allows: narrow it, for example with a time range",
    };
    Err(ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "query.over_budget",
        format!("{message} (about {} rows, {} bytes)", estimate.rows, estimate.bytes),
    )
    .details(json!({ "estimate": estimate })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_asks_before_it_refuses() {
        let budget = Budget { ask_rows: 10, refuse_rows: 100, ..Budget::default() };
        assert_eq!(verdict(&budget, 10, 0, None), Verdict::Ok);
        assert_eq!(verdict(&budget, 11, 0, None), Verdict::Ask);
        assert_eq!(verdict(&budget, 101, 0, None), Verdict::Refuse);
        assert_eq!(verdict(&Budget::default(), 50_000_000, 5_000_000_000, Some(10.0)), Verdict::Ok);
    }

    #[test]
    fn throughput_is_the_median_of_what_was_measured() {
        let known = Throughput::default();
        for elapsed_ms in [1000, 1000, 1000, 90_000] {
            known.note(1024, elapsed_ms);
            known.note(1_000_000_000, elapsed_ms);
        }
        assert_eq!(known.seconds(1), None, "four large queries are too few to tell");
        known.note(1_000_000_000, 100);
        let seconds = known.seconds(2_000_000_000).expect("measured");
        assert!((seconds - 2.01).abs() < 1e-6, "{seconds}");
    }
}
