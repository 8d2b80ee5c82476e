//! What the interface asks besides searching: state of the server, imports, signing in.

pub mod agents;
pub mod alarms;
pub mod dashboards;
mod dead_letters;
pub mod imports;
pub mod notes;
mod status;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use click_lite_client::Import;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::error::{ApiError, JsonBody, Parameters};

pub use dead_letters::{
    __path_delete_dead_letter, __path_get_dead_letter, __path_get_dead_letter_content,
    __path_list_dead_letters, __path_retry_dead_letter, delete_dead_letter, get_dead_letter,
    get_dead_letter_content, list_dead_letters, retry_dead_letter,
};
pub use status::{__path_status, EngineStatus, Rates, StorageStatus, status};

/// Which imports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportFilter {
    /// Those of the file with this fingerprint.
    fingerprint: Option<String>,
}

/// Imports, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportList {
    imports: Vec<Import>,
}

/// Lists imports, newest first; at most 1,000.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(ImportFilter), responses((status = 200, body = ImportList)))]
pub async fn list_imports(
    State(app): State<Arc<App>>,
    Parameters(filter): Parameters<ImportFilter>,
) -> Result<Json<ImportList>, ApiError> {
    Ok(Json(ImportList { imports: app.imports.list(filter.fingerprint.as_deref()).await? }))
}

/// How far an import is, or how it ended.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)), responses((status = 200, body = Import)))]
pub async fn get_import(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Import>, ApiError> {
    app.imports.get(&id).await.map(Json)
}

/// Cancels a running import. What it read so far stays.
#[utoipa::path(delete, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)), responses((status = 204)))]
pub async fn cancel_import(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.imports.cancel(&id).map(|()| StatusCode::NO_CONTENT)
}

/// A one-time code, as the link that `serve` prints holds it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    code: String,
}

/// Trades a one-time code for a session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "access", request_body = SignIn, responses((status = 204), (status = 401, body = click_lite_client::ErrorBody)))]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    JsonBody(sign_in): JsonBody<SignIn>,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    let refused = || {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "access.code",
            "this link was used already or is of an earlier start: use the link that the server printed last, or make a \
             new one with `click-lite-server link`",
        )
    };
    let cookie = app.access.redeem(&sign_in.code).ok_or_else(refused)?;
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))?;
    Ok((StatusCode::NO_CONTENT, HeaderMap::from_iter([(header::SET_COOKIE, cookie)])))
}

/// A link that signs a browser in, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInLink {
    url: String,
}

/// Makes a link that signs a browser in, once.
#[utoipa::path(post, path = "/api/v1/session/links", tag = "access", responses((status = 200, body = SignInLink)))]
pub async fn new_link(State(app): State<Arc<App>>) -> Json<SignInLink> {
    Json(SignInLink { url: app.sign_in_link() })
}
