use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// Another ClickHouse server. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ConnectionEntry {
    pub id: String,
    pub name: String,
    /// JSON without secrets.
    pub settings: String,
    pub created_at: String,
    pub updated_at: String,
    /// Counts the changes, from 1.
    pub version: i64,
}

/// A table that is searched.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SourceEntry {
    pub id: String,
    pub name: String,
    pub connection_id: String,
    pub kind: String,
    /// JSON: which column is what.
    pub mapping: String,
    pub created_at: String,
    pub updated_at: String,
    pub version: i64,
}

const CONNECTION: &str = "id, name, settings, created_at, updated_at, version";
const SOURCE: &str = "id, name, connection_id, kind, mapping, created_at, updated_at, version";

impl Catalog {
    /// Connections by name.
    pub async fn connections(&self) -> Result<Vec<ConnectionEntry>, CatalogError> {
        let sql = format!("SELECT {CONNECTION} FROM connections ORDER BY name");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn connection(&self, id: &str) -> Result<Option<ConnectionEntry>, CatalogError> {
        let sql = format!("SELECT {CONNECTION} FROM connections WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Adds a connection; false where its name is taken.
    pub async fn add_connection(&self, entry: &ConnectionEntry) -> Result<bool, CatalogError> {
        let added = sqlx::query(
            "INSERT INTO connections (id, name, settings, created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(&entry.id)
        .bind(&entry.name)
        .bind(&entry.settings)
        .bind(&entry.created_at)
        .bind(&entry.updated_at)
        .bind(entry.version)
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// Writes name, settings and time of change, where the stored version is the one before and no other has the name.
    pub async fn replace_connection(&self, entry: &ConnectionEntry) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE OR IGNORE connections SET name = ?, settings = ?, updated_at = ?, version = ? WHERE id = ? AND version = ?",
        )
        .bind(&entry.name)
        .bind(&entry.settings)
        .bind(&entry.updated_at)
        .bind(entry.version)
        .bind(&entry.id)
        .bind(entry.version - 1)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Deletes a connection of this version with its sources.
    pub async fn delete_connection(&self, id: &str, version: i64) -> Result<bool, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let deleted = sqlx::query("DELETE FROM connections WHERE id = ? AND version = ?")
            .bind(id)
            .bind(version)
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM sources WHERE connection_id = ?")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Sources by name.
    pub async fn sources(&self) -> Result<Vec<SourceEntry>, CatalogError> {
        let sql = format!("SELECT {SOURCE} FROM sources ORDER BY name");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// By its id or its name.
    pub async fn source(&self, id: &str) -> Result<Option<SourceEntry>, CatalogError> {
        let sql = format!("SELECT {SOURCE} FROM sources WHERE id = ? OR name = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Adds a source; false where its name is taken.
    pub async fn add_source(&self, entry: &SourceEntry) -> Result<bool, CatalogError> {
        let added = sqlx::query(
            "INSERT INTO sources (id, name, connection_id, kind, mapping, created_at, updated_at, version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&entry.id)
        .bind(&entry.name)
        .bind(&entry.connection_id)
        .bind(&entry.kind)
        .bind(&entry.mapping)
        .bind(&entry.created_at)
        .bind(&entry.updated_at)
        .bind(entry.version)
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// As [`Self::replace_connection`].
    pub async fn replace_source(&self, entry: &SourceEntry) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE OR IGNORE sources SET name = ?, connection_id = ?, kind = ?, mapping = ?, updated_at = ?, version = ? \
             WHERE id = ? AND version = ?",
        )
        .bind(&entry.name)
        .bind(&entry.connection_id)
        .bind(&entry.kind)
        .bind(&entry.mapping)
        .bind(&entry.updated_at)
        .bind(entry.version)
        .bind(&entry.id)
        .bind(entry.version - 1)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Deletes a source of this version.
    pub async fn delete_source(&self, id: &str, version: i64) -> Result<bool, CatalogError> {
        let deleted = sqlx::query("DELETE FROM sources WHERE id = ? AND version = ?")
            .bind(id)
            .bind(version)
            .execute(&self.pool)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sources_go_with_their_connection_and_names_are_unique() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a catalog");
        let at = || "2026-11-27T10:00:00Z".to_owned();
        let connection = |id: &str, name: &str| ConnectionEntry {
            id: id.into(),
            name: name.into(),
            settings: "{}".into(),
            created_at: at(),
            updated_at: at(),
            version: 1,
        };
        let source = |id: &str, name: &str| SourceEntry {
            id: id.into(),
            name: name.into(),
            connection_id: "c1".into(),
            kind: "other".into(),
            mapping: "{}".into(),
            created_at: at(),
            updated_at: at(),
            version: 1,
        };
        assert!(catalog.add_connection(&connection("c1", "prod")).await.expect("asked"));
        assert!(!catalog.add_connection(&connection("c2", "prod")).await.expect("asked"));
        assert!(catalog.add_connection(&connection("c2", "test")).await.expect("asked"));
        let taken = ConnectionEntry { version: 2, ..connection("c2", "prod") };
        assert!(!catalog.replace_connection(&taken).await.expect("asked"), "the name is taken");
        assert!(catalog.add_source(&source("s1", "app")).await.expect("asked"));
        assert!(!catalog.add_source(&source("s2", "app")).await.expect("asked"));
        assert_eq!(catalog.source("app").await.expect("read"), catalog.source("s1").await.expect("read"));
        let renamed = SourceEntry { version: 2, ..source("s1", "application") };
        assert!(catalog.replace_source(&renamed).await.expect("asked"));
        assert!(!catalog.replace_source(&renamed).await.expect("asked"), "not the version before");
        assert!(!catalog.delete_connection("c1", 9).await.expect("asked"));
        assert!(catalog.delete_connection("c1", 1).await.expect("asked"));
        assert!(catalog.sources().await.expect("read").is_empty());
    }
}
