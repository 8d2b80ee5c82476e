//! `/api/v1/sources`: tables that are searched.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use click_lite_catalog::SourceEntry;
use click_lite_model::time::format_rfc3339;
use click_lite_query::mapping::{Mapping, TableKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::definition::checked_name;
use super::{LOCAL_SOURCE, changed, failed, mapping_of, name_taken};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::http::etag::{etag, if_match};

const CHANGED: &str = "source.changed";

/// A source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceInfo {
    id: String,
    /// What a query calls it.
    name: String,
    /// `null` for what this server stores itself.
    connection_id: Option<String>,
    /// Whose table it looks like: `click_lite`, `opentelemetry`, `clickstack`, `vector`, `fluent_bit` or `other`.
    kind: String,
    database: String,
    table: String,
    /// Which column is what; `null` for what this server stores itself.
    #[schema(value_type = Option<Object>)]
    mapping: Option<Mapping>,
    created_at: String,
    updated_at: String,
    /// Counts the changes, from 1. Also the `ETag`.
    version: i64,
}

/// Sources: `logs`, which this server stores itself, and then the others by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceList {
    sources: Vec<SourceInfo>,
}

/// A source to make or to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SourceRequest {
    name: String,
    connection_id: String,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    kind: Option<TableKind>,
    /// Which column is what; types are taken from the table.
    #[schema(value_type = Object)]
    mapping: Mapping,
    /// The version that the change was made from; the header `If-Match` says the same.
    #[serde(default)]
    version: Option<i64>,
}

impl SourceInfo {
    fn of(entry: SourceEntry) -> Result<Self, ApiError> {
        let mapping = mapping_of(&entry)?;
        Ok(Self {
            database: mapping.database.clone(),
            table: mapping.table.clone(),
            mapping: Some(mapping),
            id: entry.id,
            name: entry.name,
            connection_id: Some(entry.connection_id),
            kind: entry.kind,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            version: entry.version,
        })
    }

    fn local(app: &App) -> Self {
        Self {
            id: LOCAL_SOURCE.to_owned(),
            name: LOCAL_SOURCE.to_owned(),
            connection_id: None,
            kind: "click_lite".to_owned(),
            database: app.config.clickhouse.database.clone(),
            table: "otel_logs".to_owned(),
            mapping: None,
            created_at: String::new(),
            updated_at: String::new(),
            version: 1,
        }
    }
}

/// Lists the sources.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", responses((status = 200, body = SourceList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<SourceList>, ApiError> {
    let mut sources = vec![SourceInfo::local(&app)];
    for entry in app.sources.catalog.sources().await.map_err(failed)? {
        sources.push(SourceInfo::of(entry)?);
    }
    Ok(Json(SourceList { sources }))
}

/// Adds a source. Its mapping is checked against the table.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", request_body = SourceRequest,
    responses((status = 201, body = SourceInfo), (status = 400, body = click_lite_client::ErrorBody), (status = 409, body = click_lite_client::ErrorBody)))]
pub async fn create(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<SourceRequest>,
) -> Result<(StatusCode, HeaderMap, Json<SourceInfo>), ApiError> {
    let now = format_rfc3339(app.clock.now_ns());
    let entry = SourceEntry {
        id: Uuid::now_v7().to_string(),
        created_at: now.clone(),
        updated_at: now,
        version: 1,
        ..entry_of(&app, request).await?
    };
    if !app.sources.catalog.add_source(&entry).await.map_err(failed)? {
        return Err(name_taken("source", &entry.name));
    }
    Ok((StatusCode::CREATED, etag(1), Json(SourceInfo::of(entry)?)))
}

async fn entry_of(app: &App, request: SourceRequest) -> Result<SourceEntry, ApiError> {
    let name = checked_name("source", &request.name)?;
    let connection = app.sources.connection(&request.connection_id).await?;
    let mut mapping = request.mapping;
    app.sources.check(&connection, &mut mapping).await?;
    let kind = json!(request.kind.unwrap_or(TableKind::Other));
    Ok(SourceEntry {
        id: String::new(),
        name,
        connection_id: connection.id,
        kind: kind.as_str().unwrap_or_default().to_owned(),
        mapping: serde_json::to_string(&mapping).map_err(|error| ApiError::internal(&error))?,
        created_at: String::new(),
        updated_at: String::new(),
        version: 1,
    })
}

/// One source, by its id or name.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = SourceInfo), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(HeaderMap, Json<SourceInfo>), ApiError> {
    if id == LOCAL_SOURCE {
        return Ok((etag(1), Json(SourceInfo::local(&app))));
    }
    let entry = seen(&app, &id, None).await?;
    Ok((etag(entry.version), Json(SourceInfo::of(entry)?)))
}

/// The stored source, where its version is the one that the caller saw.
async fn seen(app: &App, id: &str, version: Option<i64>) -> Result<SourceEntry, ApiError> {
    if id == LOCAL_SOURCE {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "source.local",
            "`logs` is what this server stores itself: it can't be changed or deleted",
        ));
    }
    let found = app.sources.catalog.source(id).await.map_err(failed)?;
    let entry = found.ok_or_else(|| ApiError::not_found(format!("there is no source {id}")))?;
    match version {
        Some(version) if version != entry.version => Err(changed("source", entry.version)),
        _ => Ok(entry),
    }
}

/// Replaces a source.
#[utoipa::path(put, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)),
    request_body = SourceRequest,
    responses((status = 200, body = SourceInfo), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SourceRequest>,
) -> Result<(HeaderMap, Json<SourceInfo>), ApiError> {
    let known = seen(&app, &id, if_match(&headers, CHANGED)?.or(request.version)).await?;
    let next = SourceEntry {
        id: known.id,
        created_at: known.created_at,
        updated_at: format_rfc3339(app.clock.now_ns()),
        version: known.version + 1,
        ..entry_of(&app, request).await?
    };
    let named = app.sources.catalog.source(&next.name).await.map_err(failed)?;
    if named.is_some_and(|named| named.id != next.id) {
        return Err(name_taken("source", &next.name));
    }
    if !app.sources.catalog.replace_source(&next).await.map_err(failed)? {
        return Err(changed("source", seen(&app, &next.id, None).await?.version));
    }
    Ok((etag(next.version), Json(SourceInfo::of(next)?)))
}

/// Deletes a source. Nothing happens to the table.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 204), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let known = seen(&app, &id, if_match(&headers, CHANGED)?).await?;
    if !app.sources.catalog.delete_source(&known.id, known.version).await.map_err(failed)? {
        return Err(changed("source", seen(&app, &known.id, None).await?.version));
    }
    Ok(StatusCode::NO_CONTENT)
}
