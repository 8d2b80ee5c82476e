//! `/api/v1/saved-queries/{id}/versions`: what a saved query was.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use click_lite_catalog::SavedQueryVersion;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api::{Tagged, tagged};
use super::content::Content;
use super::diff::Difference;
use crate::app::App;
use crate::http::error::{ApiError, Parameters};

/// A version of a saved query.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedVersion)]
pub struct Version {
    version: i64,
    changed_at: String,
    changed_by: String,
    /// Fields that this version changed; of the first one, none.
    changed: Vec<String>,
}

/// Versions, the newest first. The latest 200 are kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedVersionList)]
pub struct VersionList {
    items: Vec<Version>,
}

/// A version, and what it is in comparison with another one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedVersionDetail)]
pub struct VersionDetail {
    version: i64,
    changed_at: String,
    changed_by: String,
    content: Content,
    /// The version that it is compared with: the one before unless another was asked for; `null` for the first.
    compared_with: Option<i64>,
    /// From that version to this one.
    difference: Difference,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Comparison {
    /// The version to compare with; the one before unless said.
    against: Option<i64>,
}

fn content_of(version: &SavedQueryVersion) -> Result<Content, ApiError> {
    serde_json::from_str(&version.content).map_err(|error| ApiError::internal(&error))
}

fn find(versions: &[SavedQueryVersion], number: i64) -> Result<&SavedQueryVersion, ApiError> {
    versions.iter().find(|version| version.version == number).ok_or_else(|| {
        ApiError::not_found(format!("this saved query has no version {number}, or it is not kept any more"))
    })
}

/// Lists the versions of a saved query.
#[utoipa::path(get, path = "/api/v1/saved-queries/{id}/versions", tag = "saved", params(("id" = String, Path)), responses((status = 200, body = VersionList)))]
pub async fn list_versions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<VersionList>, ApiError> {
    let id = app.saved.get(&id).await?.entry.id;
    let versions = app.saved.versions(&id).await?;
    let mut items = Vec::with_capacity(versions.len());
    for (index, version) in versions.iter().enumerate() {
        let mut changed = Vec::new();
        if let Some(before) = versions.get(index + 1) {
            let difference = Difference::between(&content_of(before)?, &content_of(version)?);
            changed.extend(difference.fields.into_iter().map(|field| field.field));
            changed.extend((!difference.text.is_empty()).then(|| "text".to_owned()));
        }
        items.push(Version {
            version: version.version,
            changed_at: version.changed_at.clone(),
            changed_by: version.changed_by.clone(),
            changed,
        });
    }
    Ok(Json(VersionList { items }))
}

/// A version of a saved query, compared with another one.
#[utoipa::path(get, path = "/api/v1/saved-queries/{id}/versions/{version}", tag = "saved",
    params(("id" = String, Path), ("version" = i64, Path), Comparison), responses((status = 200, body = VersionDetail)))]
pub async fn get_version(
    State(app): State<Arc<App>>,
    Path((id, number)): Path<(String, i64)>,
    Parameters(comparison): Parameters<Comparison>,
) -> Result<Json<VersionDetail>, ApiError> {
    let id = app.saved.get(&id).await?.entry.id;
    let versions = app.saved.versions(&id).await?;
    let version = find(&versions, number)?;
    let other = match comparison.against {
        Some(against) => Some(find(&versions, against)?),
        None => versions.iter().find(|candidate| candidate.version < number),
    };
    let content = content_of(version)?;
    let difference = match other {
        Some(other) => Difference::between(&content_of(other)?, &content),
        None => Difference::default(),
    };
    Ok(Json(VersionDetail {
        version: version.version,
        changed_at: version.changed_at.clone(),
        changed_by: version.changed_by.clone(),
        content,
        compared_with: other.map(|other| other.version),
        difference,
    }))
}

/// Makes a saved query what it was in a version. That is a change of it, and so a new version.
#[utoipa::path(post, path = "/api/v1/saved-queries/{id}/versions/{version}/restore", tag = "saved",
    params(("id" = String, Path), ("version" = i64, Path)), responses((status = 200, body = super::api::SavedQuery)))]
pub async fn restore_version(
    State(app): State<Arc<App>>,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Tagged, ApiError> {
    let saved = app.saved.get(&id).await?;
    let versions = app.saved.versions(&saved.entry.id).await?;
    let content = content_of(find(&versions, number)?)?;
    app.saved.replace(&saved.entry.id, Some(saved.entry.version), content).await.map(tagged)
}
