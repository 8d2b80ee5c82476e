//! `POST /api/v1/query/parse` and `/print`: the search language as text and as a tree, for the builder.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::syntax::Query;
use click_lite_query::{Hint, PipeOptions, QueryError, SearchOptions, Shape, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::run::QueryKind;
use super::{Prepared, Scope, query_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

/// A tree to print.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PrintRequest {
    /// As `/api/v1/query/parse` gives it; spans may be left out.
    #[schema(value_type = Object)]
    query: Value,
    /// Of the SQL: as in a search.
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

/// A query as text, tree and SQL. Where there are errors, only they are sure to be there.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguageAnswer {
    /// The tree; `null` where the text cannot be read.
    #[schema(value_type = Object)]
    query: Option<Query>,
    /// As it is printed: comments are left out, spaces and quotes are the usual ones.
    text: Option<String>,
    sql: Option<String>,
    #[schema(value_type = Object)]
    params: Map<String, Value>,
    /// As in the answer of a search.
    #[schema(value_type = String)]
    shape: Option<Shape>,
    #[schema(value_type = Vec<Object>)]
    hints: Vec<Value>,
    /// `code`, `message`, `position`, `length`, `expected`, `hint`.
    #[schema(value_type = Vec<Object>)]
    errors: Vec<Value>,
}

/// Reads a query: its tree, its usual text and the SQL that it becomes. A query that is wrong is no error here: the
/// answer says what is wrong and where.
#[utoipa::path(post, path = "/api/v1/query/parse", tag = "read", request_body = Scope, responses((status = 200, body = LanguageAnswer)))]
pub async fn parse_query(
    State(app): State<Arc<App>>,
    JsonBody(scope): JsonBody<Scope>,
) -> Result<Json<LanguageAnswer>, ApiError> {
    match parse(&scope.query) {
        Ok(parsed) => Ok(Json(answer(&app, &scope, parsed.query, &parsed.hints).await?)),
        Err(error) => Ok(Json(LanguageAnswer::of_error(None, &error))),
    }
}

/// Prints a tree as text, with the SQL that it becomes.
#[utoipa::path(post, path = "/api/v1/query/print", tag = "read", request_body = PrintRequest, responses((status = 200, body = LanguageAnswer)))]
pub async fn print_query(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<PrintRequest>,
) -> Result<Json<LanguageAnswer>, ApiError> {
    let tree: Query = serde_json::from_value(request.query).map_err(|error| {
        ApiError::bad_request("query.tree", format!("this is no tree of a query: {error}"))
    })?;
    let scope = Scope { query: tree.to_string(), from: request.from, to: request.to, ..Scope::default() };
    // A tree can hold what no text can: only what can be read again is printed.
    match parse(&scope.query) {
        Ok(parsed) => Ok(Json(answer(&app, &scope, parsed.query, &parsed.hints).await?)),
        Err(error) => Ok(Json(LanguageAnswer::of_error(Some(scope.query), &error))),
    }
}

async fn answer(app: &App, scope: &Scope, query: Query, hints: &[Hint]) -> Result<LanguageAnswer, ApiError> {
    let text = query.to_string();
    let now_ns = app.clock.now_ns();
    let mut answer = LanguageAnswer {
        text: Some(text),
        hints: hints
            .iter()
            .map(|hint| json!({ "message": hint.message, "position": hint.span.start, "length": hint.span.length() }))
            .collect(),
        ..LanguageAnswer::empty()
    };
    if let Err(error) = query.check(now_ns) {
        answer.errors.push(error_value(&error));
        answer.query = Some(query);
        return Ok(answer);
    }
    let prepared = Prepared::new(app, scope).await?;
    let compiled = if query.pipes.is_empty() {
        let options = SearchOptions { limit: 100, ..SearchOptions::default() };
        prepared.compiler().search(&options).map(|statement| (statement, Shape::Records))
    } else {
        let caller = prepared.caller(QueryKind::Search, None);
        let range = if query.fits_buckets() {
            super::histogram::known_range(app, &prepared, caller).await?
        } else {
            prepared.range
        };
        let dialect = &prepared.dialect;
        let options = PipeOptions { dialect, range, now_ns, limit: None, columns: None, is_whole: false };
        query.compile(&options).map(|piped| (piped.statement, piped.shape))
    };
    match compiled {
        Ok((statement, shape)) => {
            answer.params = statement
                .params
                .iter()
                .map(|param| (param.name.clone(), param.value.clone().into()))
                .collect();
            answer.sql = Some(statement.display_sql);
            answer.shape = Some(shape);
        }
        Err(error) => answer.errors.push(error_value(&error)),
    }
    answer.query = Some(query);
    Ok(answer)
}

impl LanguageAnswer {
    fn empty() -> Self {
        Self {
            query: None,
            text: None,
            sql: None,
            params: Map::new(),
            shape: None,
            hints: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn of_error(text: Option<String>, error: &QueryError) -> Self {
        Self { text, errors: vec![error_value(error)], ..Self::empty() }
    }
}

/// As the details of an error of a search, with its code and message.
fn error_value(error: &QueryError) -> Value {
    let detail = query_error(error).detail();
    let mut value = detail.details;
    value["code"] = error.code().into();
    value["message"] = error.message.clone().into();
    value
}
