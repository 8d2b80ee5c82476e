//! `/api/v1/connections`: other ClickHouse servers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use click_lite_catalog::ConnectionEntry;
use click_lite_model::time::format_rfc3339;
use click_lite_store::{CheckState, CheckStep, RemoteTable};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::definition::{ConnectionSettings, checked_name};
use super::secrets::Secret;
use super::{Connection, changed, failed, name_taken, remote_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::http::etag::{etag, if_match};

const CHANGED: &str = "connection.changed";
const KEY_BYTES: usize = 64 * 1024;

/// A connection. Its secrets are never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionInfo {
    id: String,
    name: String,
    #[serde(flatten)]
    settings: ConnectionSettings,
    has_password: bool,
    /// There is a private key of the client certificate.
    has_key: bool,
    /// It is in the configuration file, and can't be changed here.
    is_configured: bool,
    created_at: String,
    updated_at: String,
    /// Counts the changes, from 1. Also the `ETag`.
    version: i64,
}

/// Connections, those of the configuration file first. The ClickHouse that this server stores into is none of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionList {
    connections: Vec<ConnectionInfo>,
}

/// A connection to make, to change or to test.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConnectionRequest {
    name: String,
    #[serde(flatten)]
    settings: ConnectionFields,
    /// Left out: the one that is kept stays. Empty: there is none.
    password: Option<String>,
    /// Private key of the client certificate, PEM. As the password.
    key: Option<String>,
    /// The version that the change was made from; the header `If-Match` says the same.
    version: Option<i64>,
}

/// As [`ConnectionSettings`], to be read beside other fields.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConnectionFields {
    /// HTTP interface: `https://HOST:8443` or `http://HOST:8123`.
    url: String,
    /// A user who may read; `default` unless said.
    user: String,
    /// For tables without a database; `default` unless said.
    database: String,
    /// Cluster whose shards are read where a table is not `Distributed`.
    cluster: Option<String>,
    /// Answers come compressed; so unless said.
    compression: Option<bool>,
    /// `http://HOST:PORT` of a proxy.
    proxy: Option<String>,
    /// Certificates of the authorities to trust in place of the public ones, PEM.
    ca: Option<String>,
    /// Certificate of this client, PEM.
    certificate: Option<String>,
}

impl From<ConnectionFields> for ConnectionSettings {
    fn from(fields: ConnectionFields) -> Self {
        Self {
            url: fields.url,
            user: fields.user,
            database: fields.database,
            cluster: fields.cluster,
            compression: fields.compression.unwrap_or(true),
            proxy: fields.proxy,
            ca: fields.ca,
            certificate: fields.certificate,
        }
    }
}

/// A connection to test before it is kept.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConnectionTestRequest {
    #[serde(flatten)]
    connection: ConnectionRequest,
    /// The connection that this is a change of: its secrets are used where none are given, for the same URL alone.
    id: Option<String>,
    #[serde(flatten)]
    table: TestedTable,
}

/// A table to read at a test.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct TestedTable {
    /// `TABLE` or `DATABASE.TABLE` that must be readable.
    table: Option<String>,
}

/// How a test went.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionTest {
    /// Searches work.
    ok: bool,
    #[schema(value_type = Vec<Object>)]
    steps: Vec<CheckStep>,
}

/// Tables that can be read through a connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableList {
    #[schema(value_type = Vec<Object>)]
    tables: Vec<RemoteTable>,
}

impl From<Connection> for ConnectionInfo {
    fn from(connection: Connection) -> Self {
        Self {
            has_password: !connection.secret.password.is_empty(),
            has_key: !connection.secret.key.is_empty(),
            id: connection.id,
            name: connection.name,
            settings: connection.settings,
            is_configured: connection.is_configured,
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            version: connection.version,
        }
    }
}

/// The secrets of a request, or those that are kept. Those go to the server that they were given for, and to no other.
fn secret_of(request: &ConnectionRequest, known: Option<&Connection>, url: &str) -> Result<Secret, ApiError> {
    let kept = known.map(|known| known.secret.clone()).unwrap_or_default();
    let moves = known.is_some_and(|known| known.settings.url != url);
    let needed = |given: &Option<String>, kept: &str| given.is_none() && !kept.is_empty() && moves;
    if needed(&request.password, &kept.password) || needed(&request.key, &kept.key) {
        return Err(ApiError::bad_request(
            "connection.secret_needed",
            "the URL is another one: give the password and the key again, so that they go nowhere by mistake",
        ));
    }
    let key = request.key.clone().unwrap_or(kept.key);
    if key.len() > KEY_BYTES || (!key.is_empty() && !key.contains("PRIVATE KEY-----")) {
        return Err(ApiError::bad_request(
            "connection.certificate",
            "`key` is no private key: give the text of the PEM file, with its BEGIN and END lines",
        ));
    }
    Ok(Secret { password: request.password.clone().unwrap_or(kept.password), key })
}

/// Lists the connections.
#[utoipa::path(get, path = "/api/v1/connections", tag = "sources", responses((status = 200, body = ConnectionList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<ConnectionList>, ApiError> {
    let connections = app.sources.connections().await?.into_iter().map(Into::into).collect();
    Ok(Json(ConnectionList { connections }))
}

/// Adds a connection. It need not work yet.
#[utoipa::path(post, path = "/api/v1/connections", tag = "sources", request_body = ConnectionRequest,
    responses((status = 201, body = ConnectionInfo), (status = 409, body = click_lite_client::ErrorBody)))]
pub async fn create(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ConnectionRequest>,
) -> Result<(StatusCode, HeaderMap, Json<ConnectionInfo>), ApiError> {
    let (name, settings, secret) = checked(request, None)?;
    let now = format_rfc3339(app.clock.now_ns());
    let connection = Connection {
        id: Uuid::now_v7().to_string(),
        name,
        settings,
        secret,
        is_configured: false,
        created_at: now.clone(),
        updated_at: now,
        version: 1,
    };
    // A client says what can't be used of it.
    app.sources.new_client(&connection)?;
    app.sources.is_free(&connection).await?;
    app.sources.secrets.set(&connection.id, connection.secret.clone())?;
    if !app.sources.catalog.add_connection(&entry_of(&connection)?).await.map_err(failed)? {
        app.sources.secrets.set(&connection.id, Secret::default())?;
        return Err(name_taken("connection", &connection.name));
    }
    Ok((StatusCode::CREATED, etag(1), Json(connection.into())))
}

fn checked(
    request: ConnectionRequest,
    known: Option<&Connection>,
) -> Result<(String, ConnectionSettings, Secret), ApiError> {
    let name = checked_name("connection", &request.name)?;
    let (settings, secret) = checked_settings(request, known)?;
    Ok((name, settings, secret))
}

fn checked_settings(
    mut request: ConnectionRequest,
    known: Option<&Connection>,
) -> Result<(ConnectionSettings, Secret), ApiError> {
    let settings = ConnectionSettings::from(std::mem::take(&mut request.settings)).checked()?;
    let secret = secret_of(&request, known, &settings.url)?;
    Ok((settings, secret))
}

fn entry_of(connection: &Connection) -> Result<ConnectionEntry, ApiError> {
    Ok(ConnectionEntry {
        id: connection.id.clone(),
        name: connection.name.clone(),
        settings: serde_json::to_string(&connection.settings).map_err(|error| ApiError::internal(&error))?,
        created_at: connection.created_at.clone(),
        updated_at: connection.updated_at.clone(),
        version: connection.version,
    })
}

/// One connection.
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = ConnectionInfo), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(HeaderMap, Json<ConnectionInfo>), ApiError> {
    let connection = app.sources.connection(&id).await?;
    Ok((etag(connection.version), Json(connection.into())))
}

/// Replaces a connection. Secrets that are left out stay.
#[utoipa::path(put, path = "/api/v1/connections/{id}", tag = "sources", params(("id" = String, Path)),
    request_body = ConnectionRequest,
    responses((status = 200, body = ConnectionInfo), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ConnectionRequest>,
) -> Result<(HeaderMap, Json<ConnectionInfo>), ApiError> {
    let version = if_match(&headers, CHANGED)?.or(request.version);
    let known = changeable(&app, &id, version).await?;
    let (name, settings, secret) = checked(request, Some(&known))?;
    let next = Connection {
        name,
        settings,
        secret,
        updated_at: format_rfc3339(app.clock.now_ns()),
        version: known.version + 1,
        ..known
    };
    app.sources.new_client(&next)?;
    app.sources.is_free(&next).await?;
    if !app.sources.catalog.replace_connection(&entry_of(&next)?).await.map_err(failed)? {
        return Err(changed("connection", changeable(&app, &id, None).await?.version));
    }
    app.sources.secrets.set(&id, next.secret.clone())?;
    app.sources.forget(&id);
    Ok((etag(next.version), Json(next.into())))
}

/// Deletes a connection and its sources. Nothing happens to the server or its tables.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 204), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let known = changeable(&app, &id, if_match(&headers, CHANGED)?).await?;
    if !app.sources.catalog.delete_connection(&id, known.version).await.map_err(failed)? {
        return Err(changed("connection", changeable(&app, &id, None).await?.version));
    }
    app.sources.secrets.set(&id, Secret::default())?;
    app.sources.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

async fn changeable(app: &App, id: &str, version: Option<i64>) -> Result<Connection, ApiError> {
    let connection = app.sources.connection(id).await?;
    if connection.is_configured {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "connection.configured",
            "this connection is in the configuration file: change it there and start the server again",
        ));
    }
    match version {
        Some(version) if version != connection.version => Err(changed("connection", connection.version)),
        _ => Ok(connection),
    }
}

impl super::Sources {
    /// Names of connections are unique, those of the configuration file too.
    async fn is_free(&self, connection: &Connection) -> Result<(), ApiError> {
        let known = self.connections().await?;
        match known.iter().find(|known| known.name == connection.name && known.id != connection.id) {
            Some(_) => Err(name_taken("connection", &connection.name)),
            None => Ok(()),
        }
    }
}

/// Tests a connection before it is kept.
#[utoipa::path(post, path = "/api/v1/connections/test", tag = "sources", request_body = ConnectionTestRequest,
    responses((status = 200, body = ConnectionTest)))]
pub async fn test(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ConnectionTestRequest>,
) -> Result<Json<ConnectionTest>, ApiError> {
    let known = match &request.id {
        Some(id) => Some(app.sources.connection(id).await?),
        None => None,
    };
    let (settings, secret) = checked_settings(request.connection, known.as_ref())?;
    let connection = Connection {
        id: String::new(),
        name: String::new(),
        settings,
        secret,
        is_configured: false,
        created_at: String::new(),
        updated_at: String::new(),
        version: 1,
    };
    run_test(&app, &connection, &request.table).await
}

/// Tests a connection as it is kept.
#[utoipa::path(post, path = "/api/v1/connections/{id}/test", tag = "sources", params(("id" = String, Path)),
    request_body = TestedTable, responses((status = 200, body = ConnectionTest)))]
pub async fn test_stored(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(table): JsonBody<TestedTable>,
) -> Result<Json<ConnectionTest>, ApiError> {
    let connection = app.sources.connection(&id).await?;
    run_test(&app, &connection, &table).await
}

async fn run_test(
    app: &App,
    connection: &Connection,
    tested: &TestedTable,
) -> Result<Json<ConnectionTest>, ApiError> {
    let remote = app.sources.new_client(connection)?;
    let table = tested.table.as_deref().filter(|table| !table.is_empty());
    let table = table.map(|table| table.split_once('.').unwrap_or(("", table)));
    let steps = remote.check(table, connection.settings.cluster.as_deref()).await;
    let ok = steps.iter().all(|step| matches!(step.state, CheckState::Ok | CheckState::Warning));
    Ok(Json(ConnectionTest { ok, steps }))
}

/// Lists tables that the connection's user can see.
#[utoipa::path(get, path = "/api/v1/connections/{id}/tables", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = TableList), (status = 503, body = click_lite_client::ErrorBody)))]
pub async fn tables(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<TableList>, ApiError> {
    let connection = app.sources.connection(&id).await?;
    let tables = app.sources.client(&connection)?.tables().await;
    let tables = tables.map_err(|error| {
        remote_error(&connection.name, &error).details(json!({ "connection": connection.id }))
    })?;
    Ok(Json(TableList { tables }))
}
