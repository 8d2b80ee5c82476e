use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum ImportState {
    Running,
    Done,
    Failed,
    Cancelled,
}

/// An imported file. Times are RFC 3339 in UTC, sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ImportEntry {
    pub id: String,
    /// Identity of the rows in the spool; shared by an interrupted import and the one that took it up.
    pub source_id: String,
    pub name: String,
    pub path: String,
    pub size_bytes: Option<i64>,
    pub modified: Option<String>,
    pub fingerprint: Option<String>,
    pub service: String,
    pub format: String,
    pub state: ImportState,
    /// The last report, a JSON object.
    pub report: String,
    pub started_at: String,
    pub finished_at: Option<String>,
}

const COLUMNS: &str = "id, source_id, name, path, size_bytes, modified, fingerprint, service, format, state, report, started_at, finished_at";

impl Catalog {
    /// Adds an import or replaces the one with the same id.
    pub async fn put_import(&self, entry: &ImportEntry) -> Result<(), CatalogError> {
        sqlx::query(
            "INSERT OR REPLACE INTO imports (id, source_id, name, path, size_bytes, modified, fingerprint, service, \
             format, state, report, started_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&entry.id)
        .bind(&entry.source_id)
        .bind(&entry.name)
        .bind(&entry.path)
        .bind(entry.size_bytes)
        .bind(&entry.modified)
        .bind(&entry.fingerprint)
        .bind(&entry.service)
        .bind(&entry.format)
        .bind(entry.state)
        .bind(&entry.report)
        .bind(&entry.started_at)
        .bind(&entry.finished_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The import with this id.
    pub async fn import(&self, id: &str) -> Result<Option<ImportEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM imports WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The newest imports first, of one fingerprint where it is given; at most 1,000.
    pub async fn imports(&self, fingerprint: Option<&str>) -> Result<Vec<ImportEntry>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM imports WHERE ?1 IS NULL OR fingerprint = ?1 ORDER BY started_at DESC, id LIMIT 1000"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(fingerprint).fetch_all(&self.pool).await?)
    }

    /// Imports that were running when the server last ended: what they wrote stays, and they can be taken up again.
    pub async fn interrupted_imports(&self) -> Result<Vec<ImportEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM imports WHERE state = 'running'");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, fingerprint: &str, started_at: &str) -> ImportEntry {
        ImportEntry {
            id: id.into(),
            source_id: id.into(),
            name: "app.log".into(),
            path: "/var/log/app.log".into(),
            size_bytes: Some(12),
            modified: None,
            fingerprint: Some(fingerprint.into()),
            service: String::new(),
            format: "syslog".into(),
            state: ImportState::Running,
            report: "{}".into(),
            started_at: started_at.into(),
            finished_at: None,
        }
    }

    #[tokio::test]
    async fn imports_survive_a_restart_and_are_found_by_fingerprint() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("catalog.sqlite");
        let catalog = Catalog::open(&path).await.expect("a new catalog");
        let first = entry("a", "f1", "2026-01-01T00:00:00Z");
        let mut second = entry("b", "f1", "2026-01-02T00:00:00Z");
        catalog.put_import(&first).await.expect("written");
        catalog.put_import(&second).await.expect("written");
        catalog.put_import(&entry("c", "f2", "2026-01-03T00:00:00Z")).await.expect("written");
        second.state = ImportState::Done;
        catalog.put_import(&second).await.expect("replaced");
        catalog.close().await;

        let catalog = Catalog::open(&path).await.expect("the same catalog");
        assert_eq!(catalog.imports(Some("f1")).await.expect("read"), [second, first.clone()]);
        assert_eq!(catalog.imports(None).await.expect("read").len(), 3);
        assert_eq!(catalog.import("a").await.expect("read"), Some(first));
        assert_eq!(catalog.interrupted_imports().await.expect("read").len(), 2);
    }

    #[tokio::test]
    async fn a_catalog_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("catalog.sqlite");
        let catalog = Catalog::open(&path).await.expect("a new catalog");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 1)",
        )
        .execute(&catalog.pool)
        .await
        .expect("a migration from the future");
        catalog.close().await;
        let error = Catalog::open(&path).await.expect_err("refused");
        assert_eq!(error.code(), "catalog.newer");
        assert!(error.to_string().contains("newer version"), "{error}");
    }
}
