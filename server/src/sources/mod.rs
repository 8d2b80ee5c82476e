//! Other ClickHouse servers, and tables of them that are searched.
//!
//! A connection says how a server is reached, a source which table of it is read and which column is what. Both are rows of
//! the catalog; connections can be in the configuration file too. Passwords and private keys are in a file of their own
//! that no answer shows. The table of this server itself is the source `logs`, whose way does not lead through here.

pub mod connection_api;
mod definition;
mod mapping_api;
mod secrets;
pub mod source_api;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use click_lite_catalog::{Catalog, CatalogError, ConnectionEntry, SourceEntry};
use click_lite_model::Clock;
use click_lite_query::Dialect;
use click_lite_query::mapping::Mapping;
use click_lite_store::{Remote, StoreConfig, StoreError};
use serde_json::json;

use crate::config::ConnectionSection;
use crate::http::error::ApiError;
use definition::ConnectionSettings;
use secrets::{Secret, Secrets};

pub use mapping_api::{
    __path_preview, __path_preview_source, __path_propose_mapping, preview, preview_source, propose_mapping,
};

/// The source that this server stores into.
pub const LOCAL_SOURCE: &str = "logs";

/// Connections and sources.
pub struct Sources {
    catalog: Catalog,
    secrets: Secrets,
    configured: Vec<Connection>,
    limits: StoreConfig,
    clock: Arc<dyn Clock>,
    /// By the id of the connection, with what it was made of.
    clients: Mutex<HashMap<String, (Connection, Arc<Remote>)>>,
}

/// A connection that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    pub id: String,
    pub name: String,
    pub settings: ConnectionSettings,
    secret: Secret,
    /// In the configuration file.
    pub is_configured: bool,
    pub created_at: String,
    pub updated_at: String,
    pub version: i64,
}

/// A table that a query reads.
pub struct Source {
    /// Name of its connection.
    pub connection: String,
    pub remote: Arc<Remote>,
    pub dialect: Dialect,
}

impl Sources {
    pub fn open(
        catalog: Catalog,
        data_dir: &Path,
        configured: &[ConnectionSection],
        limits: StoreConfig,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let secrets = Secrets::open(data_dir)?;
        let configured = configured.iter().map(Connection::of_section).collect::<anyhow::Result<_>>()?;
        Ok(Self { catalog, secrets, configured, limits, clock, clients: Mutex::default() })
    }

    /// Those of the configuration file first.
    async fn connections(&self) -> Result<Vec<Connection>, ApiError> {
        let stored = self.catalog.connections().await.map_err(failed)?;
        let stored = stored.into_iter().map(|entry| self.usable(entry)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.configured.iter().cloned().chain(stored).collect())
    }

    async fn connection(&self, id: &str) -> Result<Connection, ApiError> {
        if let Some(found) = self.configured.iter().find(|connection| connection.id == id) {
            return Ok(found.clone());
        }
        let entry = self.catalog.connection(id).await.map_err(failed)?;
        self.usable(entry.ok_or_else(|| ApiError::not_found(format!("there is no connection {id}")))?)
    }

    fn usable(&self, entry: ConnectionEntry) -> Result<Connection, ApiError> {
        let settings = serde_json::from_str(&entry.settings).map_err(|error| ApiError::internal(&error))?;
        Ok(Connection {
            secret: self.secrets.get(&entry.id),
            id: entry.id,
            name: entry.name,
            settings,
            is_configured: false,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            version: entry.version,
        })
    }

    /// A client of a connection; the same one as long as nothing of it changes.
    fn client(&self, connection: &Connection) -> Result<Arc<Remote>, ApiError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, client)) = clients.get(&connection.id)
            && known == connection
        {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.new_client(connection)?);
        clients.insert(connection.id.clone(), (connection.clone(), Arc::clone(&client)));
        Ok(client)
    }

    fn new_client(&self, connection: &Connection) -> Result<Remote, ApiError> {
        Remote::new(connection.settings.remote(&connection.secret), &self.limits)
            .map_err(|error| ApiError::bad_request(error.code(), error.to_string()))
    }

    fn forget(&self, id: &str) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// A source by its name or id; `None` for this server's own.
    pub async fn find(&self, name: Option<&str>) -> Result<Option<Arc<Source>>, ApiError> {
        let Some(name) = name.filter(|name| !matches!(*name, "" | LOCAL_SOURCE)) else { return Ok(None) };
        let Some(entry) = self.catalog.source(name).await.map_err(failed)? else {
            return Err(self.no_source(name).await);
        };
        let connection = self.connection(&entry.connection_id).await?;
        let source = Source {
            remote: self.client(&connection)?,
            dialect: Dialect::mapped(mapping_of(&entry)?),
            connection: connection.name,
        };
        Ok(Some(Arc::new(source)))
    }

    /// The client of a source or of a connection, by name or id; `None` for this server's own ClickHouse.
    pub async fn find_server(&self, name: Option<&str>) -> Result<Option<(String, Arc<Remote>)>, ApiError> {
        let Some(name) = name.filter(|name| !matches!(*name, "" | LOCAL_SOURCE)) else { return Ok(None) };
        let connections = self.connections().await?;
        if let Some(connection) = connections.iter().find(|known| known.name == name || known.id == name) {
            return Ok(Some((connection.name.clone(), self.client(connection)?)));
        }
        Ok(self.find(Some(name)).await?.map(|source| (source.connection.clone(), Arc::clone(&source.remote))))
    }

    async fn no_source(&self, name: &str) -> ApiError {
        let known = self.catalog.sources().await.unwrap_or_default();
        let names: Vec<String> = std::iter::once(LOCAL_SOURCE.to_owned())
            .chain(known.into_iter().map(|entry| entry.name))
            .collect();
        ApiError::bad_request(
            "query.source",
            format!("there is no source `{name}`: use one of {}", names.join(", ")),
        )
        .details(json!({ "sources": names }))
    }
}

fn mapping_of(entry: &SourceEntry) -> Result<Mapping, ApiError> {
    serde_json::from_str(&entry.mapping).map_err(|error| ApiError::internal(&error))
}

fn failed(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}

/// How the API says that the ClickHouse of a connection did not answer as it was asked to.
pub fn remote_error(connection: &str, error: &StoreError) -> ApiError {
    let message = format!("{connection}: {error}");
    match error {
        StoreError::Unreachable(_) | StoreError::BadAnswer(_) => {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "source.unavailable", message).retry_after(5)
        }
        StoreError::Cancelled => ApiError::new(StatusCode::CONFLICT, error.code(), message),
        StoreError::Refused { code, .. } => {
            ApiError::bad_request("source.refused", message).details(json!({ "clickhouse_code": code }))
        }
        _ => ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), message),
    }
}

fn changed(what: &str, version: i64) -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        format!("{what}.changed"),
        format!("somebody changed this {what} meanwhile: look at it again, then repeat the change"),
    )
    .details(json!({ "version": version }))
}

fn name_taken(what: &str, name: &str) -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        format!("{what}.name_taken"),
        format!("there is a {what} named {name} already: choose another name"),
    )
}
