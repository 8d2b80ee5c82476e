use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// Runs of a job that are kept in its log; older ones whose file is gone are forgotten.
const RUNS_KEPT: i64 = 200;

/// An export that runs by a schedule, as it is stored. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ExportJobEntry {
    pub id: String,
    pub name: String,
    /// JSON; its shape is the server's.
    pub content: String,
    /// Counts the changes of the content, from 1.
    pub version: i64,
    /// What the schedule has after this time is still to be done.
    pub due_after: String,
    pub created_at: String,
    pub updated_at: String,
    /// Since when it is put aside; `None` where it is not.
    pub deleted_at: Option<String>,
}

/// Where a run of an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum ExportRunState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// A run of an export. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ExportRunEntry {
    /// Sorts by when the run was asked for.
    pub id: String,
    pub job_id: String,
    /// `schedule` or `request`.
    pub cause: String,
    /// When the schedule wanted it.
    pub planned_at: String,
    pub state: ExportRunState,
    /// How often it was begun.
    pub tries: i64,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    /// Below the folder of exports; `None` where there is none any more.
    pub file: Option<String>,
    pub bytes: Option<i64>,
    /// Rows in the file, where there are more than such a file holds.
    pub first_rows: Option<i64>,
    pub error: Option<String>,
}

const JOB: &str = "id, name, content, version, due_after, created_at, updated_at, deleted_at";
const RUN: &str =
    "id, job_id, cause, planned_at, state, tries, started_at, finished_at, file, bytes, first_rows, error";

impl Catalog {
    /// All jobs that are not deleted, by name.
    pub async fn export_jobs(&self) -> Result<Vec<ExportJobEntry>, CatalogError> {
        let sql = format!(
            "SELECT {JOB} FROM export_jobs WHERE deleted_at IS NULL ORDER BY name COLLATE NOCASE, id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// The job with this id, deleted or not.
    pub async fn export_job(&self, id: &str) -> Result<Option<ExportJobEntry>, CatalogError> {
        let sql = format!("SELECT {JOB} FROM export_jobs WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Adds a job in its first version; what its schedule has after `now` is to be done.
    pub async fn add_export_job(
        &self,
        id: &str,
        name: &str,
        content: &str,
        now: &str,
    ) -> Result<(), CatalogError> {
        sqlx::query(
            "INSERT INTO export_jobs (id, name, content, version, due_after, created_at, updated_at) \
             VALUES (?1, ?2, ?3, 1, ?4, ?4, ?4)",
        )
        .bind(id)
        .bind(name)
        .bind(content)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Replaces name and content, where `version` is still the last one; `false` where it is not, or the job is not
    /// there. With `due_after` its schedule begins there.
    pub async fn replace_export_job(
        &self,
        id: &str,
        version: i64,
        name: &str,
        content: &str,
        due_after: Option<&str>,
        now: &str,
    ) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE export_jobs SET name = ?, content = ?, version = version + 1, updated_at = ?, \
             due_after = coalesce(?, due_after) WHERE id = ? AND version = ? AND deleted_at IS NULL",
        )
        .bind(name)
        .bind(content)
        .bind(now)
        .bind(due_after)
        .bind(id)
        .bind(version)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Puts a job aside, and forgets those that were put aside before `forgotten`.
    pub async fn delete_export_job(
        &self,
        id: &str,
        now: &str,
        forgotten: &str,
    ) -> Result<bool, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let changed =
            sqlx::query("UPDATE export_jobs SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
                .bind(now)
                .bind(id)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
        sqlx::query("DELETE FROM export_jobs WHERE deleted_at < ?")
            .bind(forgotten)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Takes a deletion back; what its schedule has after `now` is to be done.
    pub async fn restore_export_job(&self, id: &str, now: &str) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE export_jobs SET deleted_at = NULL, due_after = ? WHERE id = ? AND deleted_at IS NOT NULL",
        )
        .bind(now)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Adds a run; with `due_after` the schedule of its job goes on from there, in the same transaction.
    pub async fn add_export_run(
        &self,
        run: &ExportRunEntry,
        due_after: Option<&str>,
    ) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO export_runs (id, job_id, cause, planned_at, state, tries) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&run.id)
        .bind(&run.job_id)
        .bind(&run.cause)
        .bind(&run.planned_at)
        .bind(run.state)
        .bind(run.tries)
        .execute(&mut *transaction)
        .await?;
        if let Some(due_after) = due_after {
            sqlx::query("UPDATE export_jobs SET due_after = ? WHERE id = ?")
                .bind(due_after)
                .bind(&run.job_id)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "DELETE FROM export_runs WHERE job_id = ?1 AND file IS NULL AND state NOT IN ('waiting', 'running') \
             AND id NOT IN (SELECT id FROM export_runs WHERE job_id = ?1 ORDER BY id DESC LIMIT ?2)",
        )
        .bind(&run.job_id)
        .bind(RUNS_KEPT)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes how a run stands; `false` where it is not in the log any more.
    pub async fn put_export_run(&self, run: &ExportRunEntry) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE export_runs SET state = ?, tries = ?, started_at = ?, finished_at = ?, file = ?, bytes = ?, first_rows = ?, \
             error = ? \
             WHERE id = ?",
        )
        .bind(run.state)
        .bind(run.tries)
        .bind(&run.started_at)
        .bind(&run.finished_at)
        .bind(&run.file)
        .bind(run.bytes)
        .bind(run.first_rows)
        .bind(&run.error)
        .bind(&run.id)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Writes that a run begins; `false` where it does not wait any more.
    pub async fn begin_export_run(&self, run: &ExportRunEntry) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE export_runs SET state = 'running', tries = ?, started_at = ? WHERE id = ? AND state = 'waiting'",
        )
        .bind(run.tries)
        .bind(&run.started_at)
        .bind(&run.id)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Ends a run that nobody has begun; `false` where that is too late.
    pub async fn cancel_waiting_export_run(&self, id: &str, now: &str) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE export_runs SET state = 'cancelled', finished_at = ? WHERE id = ? AND state = 'waiting'",
        )
        .bind(now)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// The run with this id.
    pub async fn export_run(&self, id: &str) -> Result<Option<ExportRunEntry>, CatalogError> {
        let sql = format!("SELECT {RUN} FROM export_runs WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The runs of a job, the last first.
    pub async fn export_runs(&self, job_id: &str) -> Result<Vec<ExportRunEntry>, CatalogError> {
        let sql = format!("SELECT {RUN} FROM export_runs WHERE job_id = ? ORDER BY id DESC");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(job_id).fetch_all(&self.pool).await?)
    }

    /// The last run of each job.
    pub async fn last_export_runs(&self) -> Result<Vec<ExportRunEntry>, CatalogError> {
        let sql = format!(
            "SELECT {RUN} FROM export_runs WHERE id IN (SELECT max(id) FROM export_runs GROUP BY job_id)"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Runs that wait or were running, in the order in which they were asked for.
    pub async fn unfinished_export_runs(&self) -> Result<Vec<ExportRunEntry>, CatalogError> {
        let sql = format!("SELECT {RUN} FROM export_runs WHERE state IN ('waiting', 'running') ORDER BY id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Takes a run out of the log.
    pub async fn delete_export_run(&self, id: &str) -> Result<(), CatalogError> {
        sqlx::query("DELETE FROM export_runs WHERE id = ?").bind(id).execute(&self.pool).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
