//! `POST /api/v1/sql/explain` and `/format`: how a statement would run, and how it is written well.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::user_sql::PlanStep;
use click_lite_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::estimate::{Estimate, of_sql};
use super::{PreparedSql, SqlRequest};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::read::store_error;

/// How a statement would run.
#[derive(Debug, Serialize, ToSchema)]
pub struct SqlPlan {
    /// The steps, from the last to the first: `name`, `description`, `children`, and for what reads a table `reads` with
    /// parts and granules before and after the indexes, and each index with its condition.
    #[schema(value_type = Object)]
    plan: PlanStep,
    estimate: Estimate,
}

/// Says how a statement would run: its plan, the indexes that are used, and what it would read.
#[utoipa::path(
    post, path = "/api/v1/sql/explain", tag = "read", request_body = SqlRequest,
    responses(
        (status = 200, body = SqlPlan),
        (status = 400, description = "the statement is wrong or not allowed; details say where", body = click_lite_client::ErrorBody)
    )
)]
pub async fn explain_sql(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<SqlRequest>,
) -> Result<Json<SqlPlan>, ApiError> {
    let prepared = PreparedSql::new(&app, &request).await?;
    if !prepared.is_select() {
        return Err(ApiError::bad_request("sql.not_allowed", "only a SELECT has a plan"));
    }
    let json = match &prepared.server {
        Some((_, remote)) => remote.plan(&prepared.sql, &prepared.params).await,
        None => app.store.plan_sql(&prepared.sql, &prepared.params).await,
    };
    let json = match json {
        Ok(json) => json,
        Err(error @ StoreError::Timeout) => return Err(store_error(&app, &error)),
        Err(error) => return Err(prepared.error(&app, Store::PLAN_PREFIX.len(), &error).await),
    };
    let plan = PlanStep::parse(&json)
        .ok_or_else(|| ApiError::internal(&"ClickHouse answered with a plan of another shape"))?;
    Ok(Json(SqlPlan { plan, estimate: of_sql(&app, &prepared).await? }))
}

/// A statement to write well.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FormatRequest {
    sql: String,
}

/// A statement that is written well.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormattedSql {
    /// As ClickHouse writes it; comments are lost.
    sql: String,
    /// The statement had comments.
    comments_lost: bool,
}

/// Writes a statement over several lines, with indents.
#[utoipa::path(
    post, path = "/api/v1/sql/format", tag = "read", request_body = FormatRequest,
    responses(
        (status = 200, body = FormattedSql),
        (status = 400, description = "ClickHouse can't read the statement", body = click_lite_client::ErrorBody)
    )
)]
pub async fn format_sql(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<FormatRequest>,
) -> Result<Json<FormattedSql>, ApiError> {
    let text = super::prepare::without_end(&request.sql);
    match app.store.format_sql(text).await {
        Ok(sql) => {
            let comments_lost = click_lite_query::user_sql::has_comment(text);
            Ok(Json(FormattedSql { sql, comments_lost }))
        }
        Err(error @ StoreError::Refused { .. }) => {
            // The positions of that error are inside a value; the tree's are in the text.
            match app.store.syntax_tree(text, &[]).await {
                Err(error) => {
                    Err(super::prepare::error_of(&app, text, Store::TREE_PREFIX.len(), &error).await)
                }
                Ok(_) => Err(store_error(&app, &error)),
            }
        }
        Err(error) => Err(store_error(&app, &error)),
    }
}
