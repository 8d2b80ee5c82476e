use sqlx::{AssertSqlSafe, FromRow, Sqlite, Transaction};

use crate::{Catalog, CatalogError};

/// Versions of a saved query that are kept; older ones are forgotten.
const VERSIONS_KEPT: i64 = 200;

/// A query under a name. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SavedQueryEntry {
    pub id: String,
    /// Counts the changes, from 1.
    pub version: i64,
    pub name: String,
    /// Names of folders, from the outermost, separated by `/`; empty outside of all.
    pub folder: String,
    /// A JSON array of texts.
    pub tags: String,
    /// JSON; its shape is the server's.
    pub content: String,
    /// In lower case, what a search of the list looks through.
    pub searchable: String,
    pub owner: String,
    pub favourite: bool,
    pub created_at: String,
    pub updated_at: String,
    pub deleted_at: Option<String>,
    /// When it was last opened or run.
    pub last_used_at: Option<String>,
    pub last_run_at: Option<String>,
    pub last_run_ms: Option<i64>,
}

/// What a saved query was after one of its changes.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SavedQueryVersion {
    pub version: i64,
    /// As [`SavedQueryEntry::content`].
    pub content: String,
    pub changed_at: String,
    pub changed_by: String,
}

/// Which saved queries to list; what is missing or empty leaves none out.
#[derive(Debug, Clone, Default)]
pub struct SavedQueryFilter {
    /// Words in lower case, all of which are looked for.
    pub words: Vec<String>,
    /// This folder and those in it.
    pub folder: Option<String>,
    pub tag: Option<String>,
    /// Those that were deleted and can be restored, in place of the others.
    pub deleted: bool,
}

/// How a change of a saved query ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    Done,
    /// There is none with this id (any more).
    Missing,
    /// Its version is another one by now.
    Stale(i64),
    /// Another one has the name.
    NameTaken,
}

const COLUMNS: &str = "id, version, name, folder, tags, content, searchable, owner, favourite, created_at, updated_at, deleted_at, last_used_at, last_run_at, last_run_ms";

impl Catalog {
    /// Adds a saved query, and its first version.
    pub async fn add_saved_query(&self, entry: &SavedQueryEntry) -> Result<Written, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let added = sqlx::query(
            "INSERT INTO saved_queries (id, version, name, folder, tags, content, searchable, owner, favourite, created_at, \
             updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&entry.id)
        .bind(entry.version)
        .bind(&entry.name)
        .bind(&entry.folder)
        .bind(&entry.tags)
        .bind(&entry.content)
        .bind(&entry.searchable)
        .bind(&entry.owner)
        .bind(entry.favourite)
        .bind(&entry.created_at)
        .bind(&entry.updated_at)
        .execute(&mut *transaction)
        .await;
        match added {
            Ok(_) => {}
            Err(error) if is_name_taken(&error) => return Ok(Written::NameTaken),
            Err(error) => return Err(error.into()),
        }
        add_version(&mut transaction, entry, &entry.owner).await?;
        transaction.commit().await?;
        Ok(Written::Done)
    }

    /// Replaces what `entry` holds of a saved query, where its version is still the one before `entry.version`.
    pub async fn replace_saved_query(
        &self,
        entry: &SavedQueryEntry,
        changed_by: &str,
    ) -> Result<Written, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let replaced = sqlx::query(
            "UPDATE saved_queries SET version = ?2, name = ?3, folder = ?4, tags = ?5, content = ?6, searchable = ?7, \
             updated_at = ?8 WHERE id = ?1 AND version = ?2 - 1 AND deleted_at IS NULL",
        )
        .bind(&entry.id)
        .bind(entry.version)
        .bind(&entry.name)
        .bind(&entry.folder)
        .bind(&entry.tags)
        .bind(&entry.content)
        .bind(&entry.searchable)
        .bind(&entry.updated_at)
        .execute(&mut *transaction)
        .await;
        match replaced {
            Ok(done) if done.rows_affected() == 1 => {}
            Ok(_) => {
                drop(transaction);
                return self.why_not(&entry.id).await;
            }
            Err(error) if is_name_taken(&error) => return Ok(Written::NameTaken),
            Err(error) => return Err(error.into()),
        }
        add_version(&mut transaction, entry, changed_by).await?;
        sqlx::query("DELETE FROM saved_query_versions WHERE query_id = ? AND version <= ?")
            .bind(&entry.id)
            .bind(entry.version - VERSIONS_KEPT)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Written::Done)
    }

    /// Puts a saved query aside, where its version is `version` (`None`: whichever), and sweeps away for good what was
    /// put aside before `sweep_before`.
    pub async fn delete_saved_query(
        &self,
        id: &str,
        version: Option<i64>,
        deleted_at: &str,
        sweep_before: &str,
    ) -> Result<Written, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let deleted = sqlx::query(
            "UPDATE saved_queries SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL AND (?3 IS NULL OR version = ?3)",
        )
        .bind(id)
        .bind(deleted_at)
        .bind(version)
        .execute(&mut *transaction)
        .await?;
        if deleted.rows_affected() == 0 {
            drop(transaction);
            return self.why_not(id).await;
        }
        sqlx::query(
            "DELETE FROM saved_query_versions WHERE query_id IN (SELECT id FROM saved_queries WHERE deleted_at < ?)",
        )
        .bind(sweep_before)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM saved_queries WHERE deleted_at < ?")
            .bind(sweep_before)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Written::Done)
    }

    /// Takes back a deletion.
    pub async fn undelete_saved_query(&self, id: &str) -> Result<Written, CatalogError> {
        let restored = sqlx::query("UPDATE saved_queries SET deleted_at = NULL WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await;
        match restored {
            Ok(done) if done.rows_affected() == 1 => Ok(Written::Done),
            Ok(_) => Ok(Written::Missing),
            Err(error) if is_name_taken(&error) => Ok(Written::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// The saved query with this id, or else with this name; never a deleted one.
    pub async fn saved_query(&self, id_or_name: &str) -> Result<Option<SavedQueryEntry>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM saved_queries WHERE deleted_at IS NULL AND (id = ?1 OR name = ?1 COLLATE NOCASE) \
             ORDER BY id = ?1 DESC LIMIT 1"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id_or_name).fetch_optional(&self.pool).await?)
    }

    /// Saved queries by name.
    pub async fn saved_queries(
        &self,
        filter: &SavedQueryFilter,
    ) -> Result<Vec<SavedQueryEntry>, CatalogError> {
        let words = (4..filter.words.len() + 4).map(|at| format!(" AND instr(searchable, ?{at}) > 0"));
        let words = words.collect::<String>();
        let sql = format!(
            "SELECT {COLUMNS} FROM saved_queries WHERE (deleted_at IS NOT NULL) = ?1 \
             AND (?2 IS NULL OR folder = ?2 OR substr(folder, 1, length(?2) + 1) = ?2 || '/') \
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?3)){words} \
             ORDER BY name COLLATE NOCASE, id"
        );
        let mut query =
            sqlx::query_as(AssertSqlSafe(sql)).bind(filter.deleted).bind(&filter.folder).bind(&filter.tag);
        for word in &filter.words {
            query = query.bind(word);
        }
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// What a saved query was, the newest first.
    pub async fn saved_query_versions(&self, id: &str) -> Result<Vec<SavedQueryVersion>, CatalogError> {
        Ok(sqlx::query_as(
            "SELECT version, content, changed_at, changed_by FROM saved_query_versions WHERE query_id = ? \
             ORDER BY version DESC",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?)
    }

    /// Notes that a saved query was run.
    pub async fn note_saved_query_run(
        &self,
        id: &str,
        run_at: &str,
        run_ms: i64,
    ) -> Result<(), CatalogError> {
        sqlx::query(
            "UPDATE saved_queries SET last_used_at = ?2, last_run_at = ?2, last_run_ms = ?3 WHERE id = ?1",
        )
        .bind(id)
        .bind(run_at)
        .bind(run_ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that a saved query was opened.
    pub async fn note_saved_query_use(&self, id: &str, used_at: &str) -> Result<(), CatalogError> {
        sqlx::query("UPDATE saved_queries SET last_used_at = ?2 WHERE id = ?1")
            .bind(id)
            .bind(used_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Says whether a saved query is a favourite; that is no change of it.
    pub async fn set_saved_query_favourite(
        &self,
        id: &str,
        favourite: bool,
    ) -> Result<Written, CatalogError> {
        let done =
            sqlx::query("UPDATE saved_queries SET favourite = ?2 WHERE id = ?1 AND deleted_at IS NULL")
                .bind(id)
                .bind(favourite)
                .execute(&self.pool)
                .await?;
        Ok(if done.rows_affected() == 1 { Written::Done } else { Written::Missing })
    }

    /// Why a change found nothing to change.
    async fn why_not(&self, id: &str) -> Result<Written, CatalogError> {
        let version: Option<i64> =
            sqlx::query_scalar("SELECT version FROM saved_queries WHERE id = ? AND deleted_at IS NULL")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(version.map_or(Written::Missing, Written::Stale))
    }
}

async fn add_version(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &SavedQueryEntry,
    changed_by: &str,
) -> Result<(), CatalogError> {
    sqlx::query(
        "INSERT INTO saved_query_versions (query_id, version, content, changed_at, changed_by) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&entry.id)
    .bind(entry.version)
    .bind(&entry.content)
    .bind(&entry.updated_at)
    .bind(changed_by)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn is_name_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

#[cfg(test)]
mod tests;
