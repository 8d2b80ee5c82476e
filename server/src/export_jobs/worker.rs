//! Runs what is due: one run at a time, in the order in which they were asked for.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use click_lite_catalog::{CatalogError, ExportRunEntry, ExportRunState};
use futures_util::StreamExt as _;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

use super::content::Content;
use super::{BY_SCHEDULE, ExportJobs, time_of};
use crate::app::App;
use crate::http::error::ApiError;
use crate::read::export::{ExportFile, ExportRequest, file, plain_name};

/// Longest rest between two looks: a machine that slept, or whose clock was set, is not waited for.
const LOOK: Duration = Duration::from_secs(30);
/// How often a run is begun again after the server died in it.
const MOST_BEGINNINGS: i64 = 3;
/// Tries of a run while ClickHouse is away or busy, and the wait between them.
const TRIES: u32 = 5;
const TRY_AGAIN: Duration = Duration::from_secs(15);
/// Files of one name and time, such as of runs that were asked for in one minute.
const MOST_NAMESAKES: u32 = 1_000;

/// Why a run has no file.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("{}", .0.message)]
    Question(ApiError),
    #[error("the answer broke off: {0}")]
    BrokeOff(String),
    #[error("{} can't be written: {source}; make room there, or choose another folder with exports.dir", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("it was deleted")]
    Deleted,
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl From<ApiError> for RunError {
    fn from(error: ApiError) -> Self {
        Self::Question(error)
    }
}

impl RunError {
    fn is_retryable(&self) -> bool {
        let Self::Question(error) = self else { return false };
        matches!(error.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
    }
}

/// A file that is whole and has no name yet.
struct Written {
    part: NamedTempFile,
    bytes: u64,
    /// Rows, where there are more than the file holds.
    first_rows: Option<u32>,
    folder: PathBuf,
    name: String,
    ending: &'static str,
}

/// How a run went.
enum End {
    Done,
    Failed(RunError),
    Cancelled,
    /// The server is stopping: it is begun again at the next start.
    Stopped,
}

impl ExportJobs {
    /// Works until `stop`. A run that is under way then begins again at the next start.
    pub async fn work(&self, app: &Arc<App>, stop: &CancellationToken) {
        if let Err(error) = self.take_up().await {
            tracing::error!(error = %error, "the catalog does not give the runs of exports");
        }
        loop {
            let rest = match self.work_off(app, stop).await {
                Ok(rest) => rest,
                Err(error) => {
                    tracing::error!(error = %error, "the catalog does not give the scheduled exports");
                    LOOK
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(rest) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// What a server that died had begun waits again, unless it was done but for saying so, or the server died of it.
    async fn take_up(&self) -> Result<(), CatalogError> {
        for mut run in self.catalog.unfinished_export_runs().await? {
            if run.state != ExportRunState::Running {
                continue;
            }
            if self.path_of(&run).is_some_and(|path| path.exists()) {
                run.state = ExportRunState::Done;
                run.finished_at = Some(self.now());
                self.catalog.put_export_run(&run).await?;
                continue;
            }
            run.state = ExportRunState::Waiting;
            (run.file, run.bytes, run.first_rows) = (None, None, None);
            if run.tries >= MOST_BEGINNINGS {
                run.state = ExportRunState::Failed;
                run.finished_at = Some(self.now());
                run.error = Some(format!("the server ended {} times while it ran", run.tries));
                self.forget_part(&run).await?;
            }
            self.catalog.put_export_run(&run).await?;
        }
        Ok(())
    }

    /// Deletes what a run left that will not be begun again.
    async fn forget_part(&self, run: &ExportRunEntry) -> Result<(), CatalogError> {
        let Some(entry) = self.catalog.export_job(&run.job_id).await? else { return Ok(()) };
        let Ok(content) = Content::of(&entry) else { return Ok(()) };
        let part = self.folder.join(plain_name(&content.name)).join(part_name(&run.id));
        if let Err(error) = tokio::fs::remove_file(&part).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(error = %error, "what is left of a scheduled export can't be deleted");
        }
        Ok(())
    }

    /// Does what is to be done now; the time until there is something to look for again.
    async fn work_off(&self, app: &Arc<App>, stop: &CancellationToken) -> Result<Duration, CatalogError> {
        loop {
            let rest = self.plan().await?;
            self.count_failing().await?;
            let unfinished = self.catalog.unfinished_export_runs().await?;
            let Some(run) = unfinished.into_iter().find(|run| run.state == ExportRunState::Waiting) else {
                return Ok(rest);
            };
            self.perform(app, run, stop).await?;
            if stop.is_cancelled() {
                return Ok(LOOK);
            }
        }
    }

    /// Asks for the runs that are due; the time until the next one is.
    async fn plan(&self) -> Result<Duration, CatalogError> {
        let mut rest = LOOK;
        for entry in self.catalog.export_jobs().await? {
            let Ok(content) = Content::of(&entry) else { continue };
            let Ok(schedule) = content.schedule() else { continue };
            if !content.enabled {
                continue;
            }
            let now_ns = self.clock.now_ns();
            // Of many that were missed, the last one alone.
            let last = schedule.last_until(now_ns).filter(|last| *last > time_of(&entry.due_after));
            if let Some(planned_ns) = last {
                self.ask(&entry.id, BY_SCHEDULE, planned_ns).await?;
            }
            let next = schedule.next_after(now_ns).unwrap_or(i64::MAX);
            let until = u64::try_from(next.saturating_sub(now_ns)).unwrap_or(0);
            rest = rest.min(Duration::from_nanos(until));
        }
        Ok(rest)
    }

    async fn perform(
        &self,
        app: &Arc<App>,
        mut run: ExportRunEntry,
        stop: &CancellationToken,
    ) -> Result<(), CatalogError> {
        let cancel = CancellationToken::new();
        self.set_current(Some((run.id.clone(), cancel.clone())));
        run.state = ExportRunState::Running;
        run.tries += 1;
        run.started_at.get_or_insert_with(|| self.now());
        // One that was cancelled a moment ago stays so.
        let begun = self.catalog.begin_export_run(&run).await?;
        if !begun {
            self.set_current(None);
            return Ok(());
        }
        let end = tokio::select! {
            written = self.write(app, &run) => match written {
                // From here it is neither cancelled nor stopped: that takes no time.
                Ok(written) => match self.keep(&mut run, written).await {
                    Ok(()) => End::Done,
                    Err(error) => End::Failed(error),
                },
                Err(RunError::Deleted) => End::Cancelled,
                Err(error) => End::Failed(error),
            },
            // What was written goes with the temporary file, the query with its answer.
            () = cancel.cancelled() => End::Cancelled,
            () = stop.cancelled() => End::Stopped,
        };
        self.set_current(None);
        self.note_end(&mut run, end).await
    }

    async fn note_end(&self, run: &mut ExportRunEntry, end: End) -> Result<(), CatalogError> {
        run.finished_at = Some(self.now());
        let state = match end {
            End::Done => {
                tracing::info!(export.job = %run.job_id, export.bytes = run.bytes, "a scheduled export is done");
                run.state = ExportRunState::Done;
                "done"
            }
            End::Failed(error) => {
                tracing::error!(export.job = %run.job_id, error = %error, "a scheduled export failed");
                run.error = Some(error.to_string());
                run.state = ExportRunState::Failed;
                "failed"
            }
            End::Cancelled => {
                run.state = ExportRunState::Cancelled;
                "cancelled"
            }
            End::Stopped => {
                run.state = ExportRunState::Waiting;
                run.tries -= 1;
                (run.started_at, run.finished_at) = (None, None);
                self.catalog.put_export_run(run).await?;
                return Ok(());
            }
        };
        metrics::counter!("click_lite_export_runs_total", "state" => state).increment(1);
        if run.state == ExportRunState::Done {
            self.catalog.put_export_run(run).await?;
            return self.tidy(&run.job_id).await;
        }
        (run.file, run.bytes, run.first_rows) = (None, None, None);
        self.catalog.put_export_run(run).await?;
        // What an earlier beginning left.
        self.forget_part(run).await
    }

    /// Deletes the files of a job that are more than it keeps.
    async fn tidy(&self, job_id: &str) -> Result<(), CatalogError> {
        let Some(entry) = self.catalog.export_job(job_id).await? else { return Ok(()) };
        let Ok(content) = Content::of(&entry) else { return Ok(()) };
        let runs = self.catalog.export_runs(job_id).await?;
        let old = runs.into_iter().filter(|run| run.file.is_some()).skip(content.keep_files as usize);
        for run in old {
            if let Err(error) = self.delete_file(&run).await {
                tracing::warn!(error = %error, "an old file of a scheduled export can't be deleted");
                continue;
            }
            self.catalog.put_export_run(&ExportRunEntry { file: None, ..run }).await?;
        }
        Ok(())
    }

    async fn count_failing(&self) -> Result<(), CatalogError> {
        let last = self.catalog.last_export_runs().await?;
        let jobs = self.catalog.export_jobs().await?;
        let fails = |id: &str| last.iter().any(|run| run.job_id == id && run.state == ExportRunState::Failed);
        let is_on = |entry| Content::of(entry).is_ok_and(|content| content.enabled);
        let failing = jobs.iter().filter(|entry| fails(&entry.id) && is_on(entry)).count();
        self.failing.store(failing as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Writes the file of a run, in spite of a ClickHouse that is away for a while.
    async fn write(&self, app: &Arc<App>, run: &ExportRunEntry) -> Result<Written, RunError> {
        let entry = self.catalog.export_job(&run.job_id).await?;
        let entry = entry.filter(|entry| entry.deleted_at.is_none()).ok_or(RunError::Deleted)?;
        let content = Content::of(&entry)?;
        let schedule = content.schedule()?;
        let planned_ns = time_of(&run.planned_at);
        let request = content.request(&schedule, planned_ns, &run.id)?;
        let folder = self.folder.join(plain_name(&content.name));
        let name = content.file_name(&schedule, planned_ns);
        let mut tries = 0;
        loop {
            app.store.wait_until_connected().await;
            match self.write_once(app, &request, &run.id, &folder, &name).await {
                Err(error) if error.is_retryable() && tries < TRIES => {
                    tries += 1;
                    tracing::warn!(export.job = %run.job_id, error = %error, "a scheduled export is tried again");
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                written => return written,
            }
        }
    }

    async fn write_once(
        &self,
        app: &Arc<App>,
        request: &ExportRequest,
        run_id: &str,
        folder: &Path,
        name: &str,
    ) -> Result<Written, RunError> {
        let wrong = |source| RunError::Write { path: folder.to_owned(), source };
        let ExportFile { body, first_rows } = file(app, request).await?;
        let mut pieces = body.into_data_stream();
        let part = {
            let (folder, run_id) = (folder.to_owned(), run_id.to_owned());
            blocking(move || {
                std::fs::create_dir_all(&folder)?;
                part_of(&folder, &run_id)
            })
        };
        let part = part.await.map_err(wrong)?;
        let mut out = tokio::fs::File::from_std(part.as_file().try_clone().map_err(wrong)?);
        let mut bytes = 0;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| RunError::BrokeOff(error.to_string()))?;
            out.write_all(&piece).await.map_err(wrong)?;
            bytes += piece.len() as u64;
        }
        // What the last write says is told by this.
        out.flush().await.map_err(wrong)?;
        out.sync_all().await.map_err(wrong)?;
        let (folder, name) = (folder.to_owned(), name.to_owned());
        Ok(Written { part, bytes, first_rows, folder, name, ending: request.what.format.ending() })
    }

    /// Gives a whole file its name, or one with a number where there is such a file already. The name is in the log before
    /// the file has it: a run is not done twice.
    async fn keep(&self, run: &mut ExportRunEntry, written: Written) -> Result<(), RunError> {
        let Written { mut part, bytes, first_rows, folder, name, ending } = written;
        for number in 1..=MOST_NAMESAKES {
            let path = match number {
                1 => folder.join(format!("{name}.{ending}")),
                _ => folder.join(format!("{name} ({number}).{ending}")),
            };
            if path.exists() {
                continue;
            }
            let below = path.strip_prefix(&self.folder).unwrap_or(&path);
            run.file = Some(below.to_string_lossy().into_owned());
            run.bytes = i64::try_from(bytes).ok();
            run.first_rows = first_rows.map(i64::from);
            self.catalog.put_export_run(run).await?;
            let place = folder.clone();
            match blocking(move || Ok(place_part(part, &path, &place))).await {
                Ok(Ok(())) => return Ok(()),
                // Somebody else was faster.
                Ok(Err((back, error))) if error.kind() == std::io::ErrorKind::AlreadyExists => part = back,
                Ok(Err((_, error))) | Err(error) => {
                    return Err(RunError::Write { path: folder, source: error });
                }
            }
        }
        let source = std::io::Error::other(format!("there are {MOST_NAMESAKES} files named {name} already"));
        Err(RunError::Write { path: folder, source })
    }

    fn set_current(&self, current: Option<(String, CancellationToken)>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }

    /// Ends the run that is under way; `false` where it is another one, or none.
    pub(super) fn cancel_current(&self, run_id: &str) -> bool {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, cancel)) = current.as_ref().filter(|(id, _)| id == run_id) else { return false };
        cancel.cancel();
        true
    }
}

/// The file of a run while it is written, in place of what a server that died left of it. Others may read it as far as they
/// may read files of this user.
fn part_of(folder: &Path, run_id: &str) -> std::io::Result<NamedTempFile> {
    let name = part_name(run_id);
    match std::fs::remove_file(folder.join(&name)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    tempfile::Builder::new()
        .prefix(&name)
        .rand_bytes(0)
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

fn part_name(run_id: &str) -> String {
    format!(".{run_id}.part")
}

/// Gives a file its name where that is free, else gives it back. Durable when it returns.
fn place_part(
    part: NamedTempFile,
    path: &Path,
    folder: &Path,
) -> Result<(), (NamedTempFile, std::io::Error)> {
    part.persist_noclobber(path).map_err(|failed| (failed.file, failed.error))?;
    // The file has its name: a folder that can't be synced is no reason to make it again.
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::warn!(error = %error, "the folder of a scheduled export can't be synced");
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("Errors 2026-11-28 0700.csv");
        std::fs::write(&path, "of somebody else").expect("written");
        // A server died in the first run.
        std::fs::write(folder.path().join(part_name("run")), "half").expect("written");
        let part = part_of(folder.path(), "run").expect("a part");
        assert_eq!(part.as_file().metadata().expect("a file").len(), 0);
        let (part, error) = place_part(part, &path, folder.path()).expect_err("it is taken");
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "of somebody else");
        place_part(part, &folder.path().join("b.csv"), folder.path()).expect("placed");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }
}
