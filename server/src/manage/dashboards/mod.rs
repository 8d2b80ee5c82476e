//! Dashboards: pages of widgets, each with a query of its own, kept in the catalog with their versions.
//!
//! The server keeps and checks them; the interface runs their queries by `/search` and `/sql`.

pub mod api;
mod content;

use std::sync::Arc;

use axum::http::StatusCode;
use click_lite_catalog::{Catalog, CatalogError, DashboardEntry};
use click_lite_model::Clock;
use click_lite_model::time::format_rfc3339;

use content::Content;

use crate::http::error::ApiError;

/// How long a deletion can be taken back.
const KEPT_DAYS: i64 = 30;
const DAY_NS: i64 = 86_400_000_000_000;

/// The dashboards of a server.
pub struct Dashboards {
    catalog: Catalog,
    clock: Arc<dyn Clock>,
}

impl Dashboards {
    pub fn new(catalog: Catalog, clock: Arc<dyn Clock>) -> Self {
        Self { catalog, clock }
    }

    fn now(&self) -> String {
        format_rfc3339(self.clock.now_ns())
    }

    async fn list(&self) -> Result<Vec<DashboardEntry>, ApiError> {
        self.catalog.dashboards().await.map_err(catalog_error)
    }

    async fn get(&self, id: &str) -> Result<DashboardEntry, ApiError> {
        let entry = self.catalog.dashboard(id).await.map_err(catalog_error)?;
        entry.filter(|entry| entry.deleted_at.is_none()).ok_or_else(|| missing(id))
    }

    async fn add(&self, content: &Content) -> Result<DashboardEntry, ApiError> {
        content.check()?;
        let id = uuid::Uuid::new_v4().to_string();
        let text = content.to_text()?;
        self.catalog.add_dashboard(&id, &content.name, &text, &self.now()).await.map_err(catalog_error)
    }

    /// Replaces a dashboard. Without a version the last change wins.
    async fn replace(
        &self,
        id: &str,
        version: Option<i64>,
        content: &Content,
    ) -> Result<DashboardEntry, ApiError> {
        content.check()?;
        let text = content.to_text()?;
        let last = self.get(id).await?.version;
        let version = version.unwrap_or(last);
        let replaced = self.catalog.replace_dashboard(id, version, &content.name, &text, &self.now()).await;
        if !replaced.map_err(catalog_error)? {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                "dashboard.changed",
                format!(
                    "the dashboard was changed meanwhile (version {last}, yours is {version}): load it again, or send \
                     it without a version to overwrite that change, which stays among the versions"
                ),
            ));
        }
        self.get(id).await
    }

    async fn delete(&self, id: &str) -> Result<(), ApiError> {
        let forgotten = format_rfc3339(self.clock.now_ns() - KEPT_DAYS * DAY_NS);
        let deleted = self.catalog.delete_dashboard(id, &self.now(), &forgotten).await;
        deleted.map_err(catalog_error)?.then_some(()).ok_or_else(|| missing(id))
    }

    async fn restore(&self, id: &str) -> Result<DashboardEntry, ApiError> {
        // Twice is no mistake.
        self.catalog.restore_dashboard(id).await.map_err(catalog_error)?;
        self.get(id).await
    }

    async fn mark(&self, id: &str, favourite: bool) -> Result<(), ApiError> {
        let marked = self.catalog.mark_dashboard(id, favourite).await.map_err(catalog_error)?;
        marked.then_some(()).ok_or_else(|| missing(id))
    }
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no dashboard `{id}`: it may have been deleted"))
}

fn catalog_error(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}

#[cfg(test)]
mod tests;
