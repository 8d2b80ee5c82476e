use sqlx::{FromRow, Sqlite, Transaction};

use crate::{Catalog, CatalogError};

/// Versions of a dashboard that are kept; older ones are forgotten.
const VERSIONS_KEPT: i64 = 100;

/// A dashboard as it is stored. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DashboardEntry {
    pub id: String,
    pub name: String,
    /// JSON; its shape is the server's.
    pub content: String,
    pub favourite: bool,
    /// Counts the changes of name and content, from 1.
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
    /// Since when it is put aside; `None` where it is not.
    pub deleted_at: Option<String>,
}

/// What a dashboard was.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DashboardVersion {
    pub version: i64,
    pub name: String,
    pub content: String,
    pub saved_at: String,
}

const COLUMNS: &str = "id, name, content, favourite, version, created_at, updated_at, deleted_at";

impl Catalog {
    /// All dashboards that are not deleted, by name.
    pub async fn dashboards(&self) -> Result<Vec<DashboardEntry>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM dashboards WHERE deleted_at IS NULL ORDER BY name COLLATE NOCASE, id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// The dashboard with this id, deleted or not.
    pub async fn dashboard(&self, id: &str) -> Result<Option<DashboardEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM dashboards WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Adds a dashboard in its first version.
    pub async fn add_dashboard(
        &self,
        id: &str,
        name: &str,
        content: &str,
        now: &str,
    ) -> Result<DashboardEntry, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO dashboards (id, name, content, version, created_at, updated_at) VALUES (?1, ?2, ?3, 1, ?4, ?4)",
        )
        .bind(id)
        .bind(name)
        .bind(content)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        keep_version(&mut transaction, id, 1, name, content, now).await?;
        transaction.commit().await?;
        Ok(DashboardEntry {
            id: id.to_owned(),
            name: name.to_owned(),
            content: content.to_owned(),
            favourite: false,
            version: 1,
            created_at: now.to_owned(),
            updated_at: now.to_owned(),
            deleted_at: None,
        })
    }

    /// Replaces name and content, where `version` is still the last one; `false` where it is not, or the dashboard is
    /// not there.
    pub async fn replace_dashboard(
        &self,
        id: &str,
        version: i64,
        name: &str,
        content: &str,
        now: &str,
    ) -> Result<bool, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let changed = sqlx::query(
            "UPDATE dashboards SET name = ?, content = ?, version = version + 1, updated_at = ? \
             WHERE id = ? AND version = ? AND deleted_at IS NULL",
        )
        .bind(name)
        .bind(content)
        .bind(now)
        .bind(id)
        .bind(version)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        keep_version(&mut transaction, id, version + 1, name, content, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Marks a dashboard as a favourite or not. That is no change of it.
    pub async fn mark_dashboard(&self, id: &str, favourite: bool) -> Result<bool, CatalogError> {
        let changed = sqlx::query("UPDATE dashboards SET favourite = ? WHERE id = ? AND deleted_at IS NULL")
            .bind(favourite)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Puts a dashboard aside, and forgets those that were put aside before `forgotten`.
    pub async fn delete_dashboard(&self, id: &str, now: &str, forgotten: &str) -> Result<bool, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let changed = sqlx::query("UPDATE dashboards SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
            .bind(now)
            .bind(id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        sqlx::query(
            "DELETE FROM dashboard_versions WHERE dashboard_id IN (SELECT id FROM dashboards WHERE deleted_at < ?)",
        )
        .bind(forgotten)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM dashboards WHERE deleted_at < ?")
            .bind(forgotten)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Takes a deletion back.
    pub async fn restore_dashboard(&self, id: &str) -> Result<bool, CatalogError> {
        let changed =
            sqlx::query("UPDATE dashboards SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL")
                .bind(id)
                .execute(&self.pool)
                .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// What a dashboard was, the last version first.
    pub async fn dashboard_versions(&self, id: &str) -> Result<Vec<DashboardVersion>, CatalogError> {
        Ok(sqlx::query_as(
            "SELECT version, name, content, saved_at FROM dashboard_versions WHERE dashboard_id = ? ORDER BY version DESC",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?)
    }
}

async fn keep_version(
    transaction: &mut Transaction<'_, Sqlite>,
    id: &str,
    version: i64,
    name: &str,
    content: &str,
    now: &str,
) -> Result<(), CatalogError> {
    sqlx::query(
        "INSERT INTO dashboard_versions (dashboard_id, version, name, content, saved_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(version)
    .bind(name)
    .bind(content)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("DELETE FROM dashboard_versions WHERE dashboard_id = ? AND version <= ?")
        .bind(id)
        .bind(version - VERSIONS_KEPT)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
