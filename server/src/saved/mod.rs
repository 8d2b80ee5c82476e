//! Queries under a name: saved ones, which users make, and templates, which are part of the program.
//!
//! What a user says of a query is its [`Content`]; each change of it is a version that can be looked at and restored.
//! A query with parameters is bound before it runs: in the search language its tree is filled, in SQL ClickHouse gets the
//! values beside the text. Neither way a value can become part of the query.

pub mod api;
mod bind;
mod content;
mod diff;
pub mod library;
pub mod run;
pub mod transfer;
pub mod versions;

use std::sync::Arc;

use axum::http::StatusCode;
use click_lite_catalog::{
    Catalog, CatalogError, SavedQueryEntry, SavedQueryFilter, SavedQueryVersion, Written,
};
use click_lite_model::Clock;
use click_lite_model::time::format_rfc3339;
use serde_json::json;
use uuid::Uuid;

use crate::http::error::ApiError;
use content::Content;

/// How long a deleted query can be restored.
const RESTORABLE_NS: i64 = 30 * 86_400_000_000_000;
/// Who makes and changes things in `local` mode, where there is one user.
const LOCAL_USER: &str = "local";

/// The saved queries of the catalog.
pub struct SavedQueries {
    catalog: Catalog,
    clock: Arc<dyn Clock>,
}

/// A saved query whose content could be read.
pub struct Saved {
    pub entry: SavedQueryEntry,
    pub content: Content,
}

impl Saved {
    fn read(entry: SavedQueryEntry) -> Result<Self, ApiError> {
        let content = serde_json::from_str(&entry.content).map_err(|error| ApiError::internal(&error))?;
        Ok(Self { entry, content })
    }
}

impl SavedQueries {
    pub fn new(catalog: Catalog, clock: Arc<dyn Clock>) -> Self {
        Self { catalog, clock }
    }

    /// Saved queries by name.
    pub async fn list(&self, filter: &SavedQueryFilter) -> Result<Vec<Saved>, ApiError> {
        let entries = self.catalog.saved_queries(filter).await.map_err(catalog_error)?;
        entries.into_iter().map(Saved::read).collect()
    }

    /// The one with this id, or else with this name.
    ///
    /// # Errors
    /// `request.not_found`.
    pub async fn get(&self, id_or_name: &str) -> Result<Saved, ApiError> {
        self.find(id_or_name).await?.ok_or_else(|| not_found(id_or_name))
    }

    /// As [`Self::get`]; `None` where there is none.
    pub async fn find(&self, id_or_name: &str) -> Result<Option<Saved>, ApiError> {
        let entry = self.catalog.saved_query(id_or_name).await.map_err(catalog_error)?;
        entry.map(Saved::read).transpose()
    }

    /// Saves a new one.
    ///
    /// # Errors
    /// What the check of its content says, and `saved.name_taken`.
    pub async fn create(&self, content: Content) -> Result<Saved, ApiError> {
        let content = content.checked()?;
        let now = self.now();
        let entry = SavedQueryEntry {
            id: Uuid::new_v4().to_string(),
            version: 1,
            name: content.name.clone(),
            folder: content.folder.clone(),
            tags: text_of(&content.tags)?,
            content: text_of(&content)?,
            searchable: content.searchable(),
            owner: LOCAL_USER.into(),
            favourite: false,
            created_at: now.clone(),
            updated_at: now,
            deleted_at: None,
            last_used_at: None,
            last_run_at: None,
            last_run_ms: None,
        };
        let written = self.catalog.add_saved_query(&entry).await.map_err(catalog_error)?;
        outcome(written, &entry.id, &entry.name)?;
        Ok(Saved { entry, content })
    }

    /// Replaces the content; `version` is the one that the change was made from, where the caller says so.
    ///
    /// # Errors
    /// As [`Self::create`], and `saved.changed` where the version is another one by now.
    pub async fn replace(&self, id: &str, version: Option<i64>, content: Content) -> Result<Saved, ApiError> {
        let content = content.checked()?;
        let before = self.get(id).await?;
        if version.is_some_and(|version| version != before.entry.version) {
            return Err(changed(before.entry.version));
        }
        if before.content == content {
            return Ok(before);
        }
        let entry = SavedQueryEntry {
            version: before.entry.version + 1,
            name: content.name.clone(),
            folder: content.folder.clone(),
            tags: text_of(&content.tags)?,
            content: text_of(&content)?,
            searchable: content.searchable(),
            updated_at: self.now(),
            ..before.entry
        };
        let written = self.catalog.replace_saved_query(&entry, LOCAL_USER).await.map_err(catalog_error)?;
        outcome(written, &entry.id, &entry.name)?;
        Ok(Saved { entry, content })
    }

    /// Puts one aside; it can be restored for 30 days.
    pub async fn delete(&self, id: &str, version: Option<i64>) -> Result<(), ApiError> {
        let now_ns = self.clock.now_ns();
        let sweep_before = format_rfc3339(now_ns - RESTORABLE_NS);
        let id = self.get(id).await?.entry.id;
        let written =
            self.catalog.delete_saved_query(&id, version, &format_rfc3339(now_ns), &sweep_before).await;
        outcome(written.map_err(catalog_error)?, &id, "")
    }

    /// Takes a deletion back.
    pub async fn restore(&self, id: &str) -> Result<Saved, ApiError> {
        let written = self.catalog.undelete_saved_query(id).await.map_err(catalog_error)?;
        outcome(written, id, "")?;
        self.get(id).await
    }

    /// What one was, the newest first.
    pub async fn versions(&self, id: &str) -> Result<Vec<SavedQueryVersion>, ApiError> {
        self.catalog.saved_query_versions(id).await.map_err(catalog_error)
    }

    pub async fn set_favourite(&self, id: &str, favourite: bool) -> Result<Saved, ApiError> {
        let id = self.get(id).await?.entry.id;
        let written = self.catalog.set_saved_query_favourite(&id, favourite).await.map_err(catalog_error)?;
        outcome(written, &id, "")?;
        self.get(&id).await
    }

    /// Notes that one was run; a failure of that is no failure of the run.
    pub async fn note_run(&self, id: &str, elapsed_ms: i64) {
        if let Err(error) = self.catalog.note_saved_query_run(id, &self.now(), elapsed_ms).await {
            tracing::warn!(error = %error, saved.id = id, "the run of a saved query is not noted");
        }
    }

    /// Notes that one was opened; a failure of that is no failure to open it.
    pub async fn note_use(&self, id: &str) {
        if let Err(error) = self.catalog.note_saved_query_use(id, &self.now()).await {
            tracing::warn!(error = %error, saved.id = id, "the use of a saved query is not noted");
        }
    }

    fn now(&self) -> String {
        format_rfc3339(self.clock.now_ns())
    }
}

fn outcome(written: Written, id: &str, name: &str) -> Result<(), ApiError> {
    match written {
        Written::Done => Ok(()),
        Written::Missing => Err(not_found(id)),
        Written::Stale(version) => Err(changed(version)),
        Written::NameTaken => Err(ApiError::new(
            StatusCode::CONFLICT,
            "saved.name_taken",
            if name.is_empty() {
                "another saved query has its name by now: rename that one first".to_owned()
            } else {
                format!("another saved query has the name `{name}`: choose another name")
            },
        )),
    }
}

fn not_found(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no saved query `{id}`"))
}

fn changed(version: i64) -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "saved.changed",
        "somebody changed this saved query meanwhile: look at it again, then repeat the change",
    )
    .details(json!({ "version": version }))
}

fn text_of(value: &impl serde::Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::internal(&error))
}

fn catalog_error(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}
