use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// Runs that are kept in the log; older ones are forgotten.
const RUNS_KEPT: i64 = 1_000;

/// How long records are kept, as it was last said.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RetentionEntry {
    /// Counts the changes, from 1.
    pub version: i64,
    /// JSON; its shape is the server's.
    pub policy: String,
    /// RFC 3339 in UTC.
    pub changed_at: String,
}

/// Where a run of a storage job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum RunState {
    Queued,
    Running,
    Done,
    Failed,
}

/// A job that deletes or moves records. Times are RFC 3339 in UTC, sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RunEntry {
    pub id: String,
    /// What to do, JSON: enough to do it again after a crash.
    pub task: String,
    /// Who asked for it.
    pub cause: String,
    pub state: RunState,
    pub queued_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub rows_deleted: i64,
    pub bytes_freed: i64,
    pub bytes_moved: i64,
    /// What was done so far, JSON.
    pub steps: String,
    pub error: Option<String>,
}

const COLUMNS: &str = "id, task, cause, state, queued_at, started_at, finished_at, rows_deleted, bytes_freed, bytes_moved, steps, error";

impl Catalog {
    /// The rules in force; `None` while nobody has set any.
    pub async fn retention(&self) -> Result<Option<RetentionEntry>, CatalogError> {
        Ok(sqlx::query_as("SELECT version, policy, changed_at FROM retention")
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Replaces the rules, where `version` is still the one in force (0: none are set). `None` where it is not.
    pub async fn put_retention(
        &self,
        version: i64,
        policy: &str,
        changed_at: &str,
    ) -> Result<Option<RetentionEntry>, CatalogError> {
        let next = version + 1;
        let changed = sqlx::query(
            "INSERT INTO retention (id, version, policy, changed_at) SELECT 1, ?1, ?2, ?3 \
             WHERE coalesce((SELECT version FROM retention), 0) = ?4 \
             ON CONFLICT (id) DO UPDATE SET version = ?1, policy = ?2, changed_at = ?3 WHERE version = ?4",
        )
        .bind(next)
        .bind(policy)
        .bind(changed_at)
        .bind(version)
        .execute(&self.pool)
        .await?;
        Ok((changed.rows_affected() == 1).then(|| RetentionEntry {
            version: next,
            policy: policy.to_owned(),
            changed_at: changed_at.to_owned(),
        }))
    }

    /// Adds a run or replaces the one with the same id; forgets the oldest ones that ended.
    pub async fn put_run(&self, run: &RunEntry) -> Result<(), CatalogError> {
        sqlx::query(
            "INSERT OR REPLACE INTO storage_runs (id, task, cause, state, queued_at, started_at, finished_at, rows_deleted, \
             bytes_freed, bytes_moved, steps, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&run.id)
        .bind(&run.task)
        .bind(&run.cause)
        .bind(run.state)
        .bind(&run.queued_at)
        .bind(&run.started_at)
        .bind(&run.finished_at)
        .bind(run.rows_deleted)
        .bind(run.bytes_freed)
        .bind(run.bytes_moved)
        .bind(&run.steps)
        .bind(&run.error)
        .execute(&self.pool)
        .await?;
        sqlx::query(
            "DELETE FROM storage_runs WHERE state IN ('done', 'failed') AND id NOT IN \
             (SELECT id FROM storage_runs ORDER BY queued_at DESC LIMIT ?)",
        )
        .bind(RUNS_KEPT)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The run with this id.
    pub async fn run(&self, id: &str) -> Result<Option<RunEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM storage_runs WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The newest runs first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<RunEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM storage_runs ORDER BY queued_at DESC, id DESC LIMIT ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Runs that did not end: the one that was interrupted first, then those that wait, in their order.
    pub async fn unfinished_runs(&self) -> Result<Vec<RunEntry>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM storage_runs WHERE state IN ('running', 'queued') \
             ORDER BY state = 'queued', queued_at, id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(folder: &tempfile::TempDir) -> Catalog {
        Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a catalog")
    }

    fn run(id: &str, state: RunState, queued_at: &str) -> RunEntry {
        RunEntry {
            id: id.into(),
            task: "{}".into(),
            cause: "user".into(),
            state,
            queued_at: queued_at.into(),
            started_at: None,
            finished_at: None,
            rows_deleted: 1,
            bytes_freed: 2,
            bytes_moved: 3,
            steps: "[]".into(),
            error: None,
        }
    }

    #[tokio::test]
    async fn rules_are_replaced_only_by_who_saw_the_last_ones() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = open(&folder).await;
        assert_eq!(catalog.retention().await.expect("read"), None);
        assert_eq!(catalog.put_retention(4, "x", "t").await.expect("asked"), None);
        let first = catalog.put_retention(0, "a", "t1").await.expect("asked").expect("written");
        assert_eq!(first.version, 1);
        assert_eq!(catalog.put_retention(0, "b", "t2").await.expect("asked"), None);
        let second = catalog.put_retention(1, "b", "t2").await.expect("asked").expect("written");
        catalog.close().await;
        assert_eq!(open(&folder).await.retention().await.expect("read"), Some(second));
    }

    #[tokio::test]
    async fn an_interrupted_run_comes_before_those_that_wait() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = open(&folder).await;
        for (id, state, queued_at) in [
            ("late", RunState::Queued, "2026-01-03"),
            ("early", RunState::Queued, "2026-01-01"),
            ("ended", RunState::Done, "2026-01-01"),
            ("broken", RunState::Running, "2026-01-02"),
        ] {
            catalog.put_run(&run(id, state, queued_at)).await.expect("written");
        }
        let ids = |runs: Vec<RunEntry>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(ids(catalog.unfinished_runs().await.expect("read")), ["broken", "early", "late"]);
        assert_eq!(ids(catalog.runs(2).await.expect("read")), ["late", "broken"]);
        assert_eq!(
            catalog.run("ended").await.expect("read"),
            Some(run("ended", RunState::Done, "2026-01-01"))
        );
    }
}
