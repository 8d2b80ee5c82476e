//! A user's statement, from text to what may run.

use std::sync::Arc;

use axum::http::StatusCode;
use click_lite_query::TimeRange;
use click_lite_query::user_sql::{
    Allowed, BoundParameter, MAX_SQL_BYTES, SqlError, StatementKind, Tree, bind, check, explain_error,
    names_in_canonical_text, parameters,
};
use click_lite_store::{Remote, Store, StoreError};
use serde_json::{Map, Value, json};

use super::SqlRequest;
use crate::app::App;
use crate::http::error::ApiError;
use crate::read::{query_error, store_error};
use crate::sources::remote_error;

/// Tables whose every change this server knows.
const OUR_TABLES: [&str; 2] = ["otel_logs", "otel_traces"];

/// A statement that ClickHouse can read and that may run.
pub struct PreparedSql {
    pub sql: String,
    pub params: Vec<BoundParameter>,
    pub allowed: Allowed,
    pub tree: Tree,
    /// The server that runs it, where that is another's, and the name of its connection.
    pub server: Option<(String, Arc<Remote>)>,
}

impl PreparedSql {
    /// Checks a statement. Nothing of it is run for that.
    pub async fn new(app: &App, request: &SqlRequest) -> Result<Self, ApiError> {
        let sql = without_end(&request.sql).to_owned();
        if sql.trim().is_empty() {
            return Err(ApiError::bad_request(
                "sql.syntax",
                "there is no statement: write one such as SELECT count() FROM otel_logs",
            ));
        }
        if sql.len() > MAX_SQL_BYTES {
            return Err(ApiError::bad_request(
                "sql.too_long",
                format!("the statement has {} bytes; at most {MAX_SQL_BYTES} can be taken", sql.len()),
            ));
        }
        let server = app.sources.find_server(request.source.as_deref()).await?;
        let now_ns = app.clock.now_ns();
        let range = TimeRange::parse(request.from.as_deref(), request.to.as_deref(), now_ns)
            .map_err(|error| query_error(&error))?;
        let params = bind(&parameters(&sql), &request.params, range).map_err(|error| sql_error(&error))?;
        let tree = match app.store.syntax_tree(&sql, &params).await {
            Ok(tree) => tree,
            Err(error) => return Err(error_of(app, &sql, Store::TREE_PREFIX.len(), &error).await),
        };
        let allowed = check(&sql, &tree).map_err(|error| sql_error(&error))?;
        if allowed.needs_canonical_text {
            let canonical = app.store.format_sql(&sql).await.map_err(|error| store_error(app, &error))?;
            names_in_canonical_text(&sql, &canonical).map_err(|error| sql_error(&error))?;
        }
        Ok(Self { sql, params, allowed, tree, server })
    }

    /// What tells the answer from others; `None` where it can't be kept: where it may be another the next time, or reads
    /// what others may change.
    pub fn key(&self, app: &App, limit: u64) -> Option<String> {
        if self.server.is_some() {
            return None;
        }
        let database = format!("{}.", app.config.clickhouse.database);
        let is_ours = |table: &String| OUR_TABLES.contains(&table.strip_prefix(&database).unwrap_or(table));
        if !self.allowed.is_repeatable || !self.allowed.tables.iter().all(is_ours) {
            return None;
        }
        let mut key = format!("{limit}\0{}", self.sql);
        for param in &self.params {
            key.push('\0');
            key.push_str(&param.name);
            key.push('=');
            key.push_str(&param.http_value);
        }
        Some(key)
    }

    /// Parameters as the answer shows them.
    pub fn shown_params(&self) -> Map<String, Value> {
        self.params.iter().map(|param| (param.name.clone(), param.http_value.clone().into())).collect()
    }

    pub fn is_select(&self) -> bool {
        self.allowed.kind == StatementKind::Select
    }

    /// What the API says where ClickHouse refused the statement, which was sent after `prefix_bytes` of ours.
    pub async fn error(&self, app: &App, prefix_bytes: usize, error: &StoreError) -> ApiError {
        match (&self.server, error) {
            (None, _) => error_of(app, &self.sql, prefix_bytes, error).await,
            (Some(_), StoreError::Refused { code, message, .. }) => {
                let error = explain_error(&self.sql, prefix_bytes, *code, message, std::iter::empty());
                sql_error(&error).clickhouse_code(*code)
            }
            (Some((name, _)), _) => remote_error(name, error),
        }
    }
}

pub(super) async fn error_of(app: &App, sql: &str, prefix_bytes: usize, error: &StoreError) -> ApiError {
    let StoreError::Refused { code, message, .. } = error else { return store_error(app, error) };
    if app.engine.status().state != "ready" {
        return store_error(app, error);
    }
    let names = app.schema.names(&app.store).await;
    let known = names.iter().map(String::as_str);
    sql_error(&explain_error(sql, prefix_bytes, *code, message, known)).clickhouse_code(*code)
}

/// A statement may end with one semicolon.
pub(super) fn without_end(sql: &str) -> &str {
    let sql = sql.trim_end();
    sql.strip_suffix(';').unwrap_or(sql)
}

/// How the API says that a statement is wrong, and where.
pub fn sql_error(error: &SqlError) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, error.code, error.message.clone()).details(json!({
        "position": error.span.map(|span| span.start),
        "length": error.span.map(|span| span.length()),
        "hint": error.hint,
    }))
}

impl ApiError {
    fn clickhouse_code(mut self, code: u32) -> Self {
        if let Some(details) = self.details.as_object_mut() {
            details.insert("clickhouse_code".to_owned(), code.into());
        }
        self
    }
}
