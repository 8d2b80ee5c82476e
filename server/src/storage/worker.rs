//! The worker of the jobs: one at a time, in order, to the end.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use click_lite_catalog::{CatalogError, RunEntry, RunState};
use click_lite_engine::TIERED_POLICY;
use click_lite_store::{Doomed, KeptTable, PartPlan, StoreError};
use tokio_util::sync::CancellationToken;

use crate::changes::Change;

use super::policy::Signal;
use super::runs::{Action, Cause, RunRecord, Step, Task};
use super::{AFTER_MIDNIGHT_NS, DAY_NS, Housekeeper};

/// Between two looks whether a day has begun: a machine that slept does not count the time.
const LOOK: Duration = Duration::from_secs(60);
/// Between two looks at what ClickHouse rewrites.
const MUTATION_LOOK: Duration = Duration::from_millis(100);
/// How long ClickHouse may fail at rewriting before it is given up.
const MUTATION_PATIENCE: Duration = Duration::from_secs(60);
/// Tries of a job whose ClickHouse goes away, and the wait between them.
const TRIES: u32 = 20;
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// Ingest comes first: rewriting waits while records have waited for this long, but not for ever.
const INGEST_LAG: Duration = Duration::from_secs(10);
const LONGEST_YIELD: Duration = Duration::from_secs(300);
/// What is rewritten at once: at most so much, unless a day alone is more.
const TURN_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const TURN_DAYS: usize = 100;
/// Parts that were merged between counting and dropping are counted again this often.
const ROUNDS: usize = 3;
/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("ClickHouse could not rewrite {table}: {reason}")]
    Mutation { table: &'static str, reason: String },
    #[error("the server is stopping")]
    Stopped,
}

impl RunError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_retryable(),
            Self::Catalog(error) => error.is_retryable(),
            Self::Mutation { .. } | Self::Stopped => false,
        }
    }
}

impl Housekeeper {
    /// Works until `stop`. A job that runs then is taken up at the next start.
    pub async fn work(self: Arc<Self>, stop: CancellationToken) {
        let mut has_failed = false;
        loop {
            let next = match self.next_job().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(error = %error, "the catalog does not give the jobs of the storage");
                    None
                }
            };
            let Some(record) = next else {
                if !has_failed {
                    self.settle();
                }
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = tokio::time::sleep(LOOK) => {}
                    () = stop.cancelled() => return,
                }
                continue;
            };
            tokio::select! {
                () = self.store.wait_until_connected() => {}
                () = stop.cancelled() => return,
            }
            let open = self.changes.begin(Change::EVERYTHING);
            has_failed = !self.execute(record, &stop).await;
            if has_failed {
                // ClickHouse may go on rewriting what the job began.
                *self.unsettled.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
            } else {
                self.settle();
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }

    /// The job that is to run now; makes the daily one when it is due.
    async fn next_job(&self) -> Result<Option<RunRecord>, CatalogError> {
        let unfinished = self.catalog.unfinished_runs().await?;
        for entry in unfinished {
            if let Some(record) = RunRecord::read(entry.clone()) {
                return Ok(Some(record));
            }
            let error = Some("another version of the server asked for this job".to_owned());
            let failed = RunEntry { state: RunState::Failed, finished_at: Some(self.now()), error, ..entry };
            self.catalog.put_run(&failed).await?;
        }
        if !self.is_due().await? {
            return Ok(None);
        }
        let task = Task::Retention { fingerprint: String::new() };
        let mut record = RunRecord::new(task, Cause::Schedule, self.clock.now_ns());
        self.catalog.put_run(record.entry()).await?;
        Ok(Some(record))
    }

    /// Whether the rules were not applied today, or other ones were.
    async fn is_due(&self) -> Result<bool, CatalogError> {
        let applied_on = *self.applied_on.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(day) = applied_on {
            let since_midnight = self.clock.now_ns().rem_euclid(DAY_NS);
            return Ok(day != self.today() && since_midnight >= AFTER_MIDNIGHT_NS);
        }
        // The first look of this server: the log tells what was done before, under which configuration.
        let fingerprint = self.rules().await?.effective.fingerprint();
        let midnight = click_lite_model::time::format_rfc3339(self.today() * DAY_NS);
        let runs = self.catalog.runs(super::LISTED_RUNS).await?;
        let is_done = runs.into_iter().filter_map(RunRecord::read).any(|record| {
            record.entry.state == RunState::Done
                && record.entry.started_at.as_ref().is_some_and(|started| *started >= midnight)
                && record.task == Task::Retention { fingerprint: fingerprint.clone() }
        });
        if is_done {
            *self.applied_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.today());
        }
        Ok(!is_done)
    }

    /// Nothing that a job began goes on.
    fn settle(&self) {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether the job is done.
    async fn execute(&self, mut record: RunRecord, stop: &CancellationToken) -> bool {
        record.entry.state = RunState::Running;
        record.entry.started_at.get_or_insert_with(|| self.now());
        let mut tries = 0;
        let result = loop {
            match self.perform(&mut record, stop).await {
                Err(RunError::Stopped) => return false,
                Err(error) if error.is_retryable() && tries < TRIES => {
                    tries += 1;
                    tracing::warn!(run.id = %record.entry.id, error = %error, "a job of the storage is tried again");
                    tokio::select! {
                        () = tokio::time::sleep(TRY_AGAIN) => {}
                        () = stop.cancelled() => return false,
                    }
                    tokio::select! {
                        () = self.store.wait_until_connected() => {}
                        () = stop.cancelled() => return false,
                    }
                }
                result => break result,
            }
        };
        record.entry.finished_at = Some(self.now());
        let is_done = result.is_ok();
        match result {
            Ok(()) => {
                record.entry.state = RunState::Done;
                tracing::info!(
                    run.id = %record.entry.id,
                    run.rows = record.entry.rows_deleted,
                    run.bytes = record.entry.bytes_freed,
                    "a job of the storage is done"
                );
                metrics::counter!("click_lite_storage_rows_deleted_total")
                    .increment(u64::try_from(record.entry.rows_deleted).unwrap_or(0));
            }
            Err(error) => {
                record.entry.state = RunState::Failed;
                record.entry.error = Some(error.to_string());
                tracing::error!(run.id = %record.entry.id, error = %error, "a job of the storage failed");
            }
        }
        if matches!(record.task, Task::Retention { .. }) {
            *self.applied_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.today());
        }
        if let Err(error) = self.catalog.put_run(record.entry()).await {
            tracing::error!(error = %error, "the end of a job was not written to the catalog");
        }
        self.forget_report().await;
        is_done
    }

    async fn perform(&self, record: &mut RunRecord, stop: &CancellationToken) -> Result<(), RunError> {
        self.catalog.put_run(record.entry()).await?;
        match record.task.clone() {
            Task::Retention { .. } => self.apply_rules(record, stop).await,
            Task::DropDay { day, signals } => {
                for table in signals.iter().flat_map(|signal| signal.tables()) {
                    self.drop_day(record, *table, &day).await?;
                }
                Ok(())
            }
            Task::DropService { service, signals } => {
                for table in signals.iter().flat_map(|signal| signal.tables()) {
                    self.sweep(record, *table, Doomed::Service(&service), stop).await?;
                }
                Ok(())
            }
        }
    }

    async fn apply_rules(&self, record: &mut RunRecord, stop: &CancellationToken) -> Result<(), RunError> {
        let effective = self.rules().await?.effective;
        let today = self.today();
        for signal in Signal::ALL {
            let lifetime = effective.lifetime(signal);
            for table in signal.tables() {
                let started = Instant::now();
                // First of all: a longer time has to hold before ClickHouse goes by the shorter one.
                if self.store.keep_at_most(*table, lifetime.longest_days()).await? {
                    self.note(record, step(*table, Action::Ttl, "", 0, 0, started)).await?;
                    self.wait_for_mutations(*table, stop).await?;
                }
                self.sweep(record, *table, Doomed::Expired { lifetime: &lifetime, today }, stop).await?;
            }
        }
        if let Some(cold) = &self.cold {
            for table in KeptTable::ALL {
                self.move_old(record, table, today - i64::from(cold.after_days), stop).await?;
            }
        }
        record.task = Task::Retention { fingerprint: effective.fingerprint() };
        Ok(())
    }

    /// Deletes from a table what has to go.
    async fn sweep(
        &self,
        record: &mut RunRecord,
        table: KeptTable,
        doomed: Doomed<'_>,
        stop: &CancellationToken,
    ) -> Result<(), RunError> {
        // What an interrupted run began.
        self.wait_for_mutations(table, stop).await?;
        for _ in 0..ROUNDS {
            let plans = self.store.doomed_parts(table, doomed).await?;
            let (whole, mixed): (Vec<PartPlan>, Vec<PartPlan>) =
                plans.into_iter().partition(PartPlan::is_whole);
            let mut is_complete = true;
            // Before anything is rewritten: that gives every part of the table a new name.
            for (day, parts) in by_partition(whole) {
                let started = Instant::now();
                let (mut rows, mut bytes) = (0, 0);
                for plan in parts {
                    if self.store.drop_part(table, &plan.part).await? {
                        rows += plan.rows;
                        bytes += plan.disk_bytes;
                    } else {
                        is_complete = false;
                    }
                }
                if rows > 0 {
                    self.note(record, step(table, Action::Drop, &day.1, rows, bytes, started)).await?;
                }
            }
            for days in in_turns(by_partition(mixed)) {
                self.yield_to_ingest(stop).await?;
                self.rewrite(record, table, &days, doomed, stop).await?;
            }
            if is_complete {
                break;
            }
        }
        Ok(())
    }

    /// Writes the parts of some days anew without what has to go.
    async fn rewrite(
        &self,
        record: &mut RunRecord,
        table: KeptTable,
        days: &[DayPlan],
        doomed: Doomed<'_>,
        stop: &CancellationToken,
    ) -> Result<(), RunError> {
        let started = Instant::now();
        let partitions: Vec<&str> = days.iter().map(|((id, _), _)| id.as_str()).collect();
        let before = self.store.partition_bytes(table, &partitions).await?;
        self.store.delete_rows(table, &partitions, doomed).await?;
        self.wait_for_mutations(table, stop).await?;
        let after = self.store.partition_bytes(table, &partitions).await?;
        for ((partition_id, day), parts) in days {
            let rows = parts.iter().map(PartPlan::doomed_rows).sum();
            let bytes = |sizes: &HashMap<String, u64>| sizes.get(partition_id).copied().unwrap_or(0);
            let freed = bytes(&before).saturating_sub(bytes(&after));
            self.note(record, step(table, Action::Rewrite, day, rows, freed, started)).await?;
        }
        Ok(())
    }

    async fn drop_day(&self, record: &mut RunRecord, table: KeptTable, day: &str) -> Result<(), RunError> {
        let report = self.store.storage_report().await?;
        let of_day = report.partitions.iter().find(|found| found.table == table && found.day == day);
        let Some(partition) = of_day else { return Ok(()) };
        let started = Instant::now();
        self.store.drop_partition(table, &partition.partition_id).await?;
        let (rows, bytes) = (partition.rows, partition.disk_bytes);
        self.note(record, step(table, Action::Drop, day, rows, bytes, started)).await
    }

    /// Moves the parts of days before `before` to the cold volume.
    async fn move_old(
        &self,
        record: &mut RunRecord,
        table: KeptTable,
        before: i64,
        stop: &CancellationToken,
    ) -> Result<(), RunError> {
        let started = Instant::now();
        if self.store.use_policy(table, TIERED_POLICY).await? {
            self.note(record, step(table, Action::Volume, "", 0, 0, started)).await?;
        }
        let mut moved: BTreeMap<String, Step> = BTreeMap::new();
        for part in self.store.parts_to_move(table, before).await? {
            self.yield_to_ingest(stop).await?;
            let started = Instant::now();
            if !self.store.move_to_cold(table, &part.part).await? {
                continue;
            }
            let empty = step(table, Action::Move, &part.day, 0, 0, Instant::now());
            let entry = moved.entry(part.day).or_insert(empty);
            entry.rows += part.rows;
            entry.bytes += part.disk_bytes;
            entry.elapsed_ms += elapsed_ms(started);
        }
        for (_, step) in moved {
            self.note(record, step).await?;
        }
        Ok(())
    }

    /// Adds a step to the log, so that it is seen while the job goes on.
    async fn note(&self, record: &mut RunRecord, step: Step) -> Result<(), RunError> {
        let counts_rows = step.table != KeptTable::Facets.name();
        record.add(step, counts_rows);
        Ok(self.catalog.put_run(record.entry()).await?)
    }

    /// Waits until ClickHouse has rewritten everything that it was told to.
    async fn wait_for_mutations(&self, table: KeptTable, stop: &CancellationToken) -> Result<(), RunError> {
        let mut failing_since = None;
        loop {
            let pending = self.store.pending_mutations(table).await?;
            if pending.is_empty() {
                return Ok(());
            }
            match pending.into_iter().find(|mutation| !mutation.failure.is_empty()) {
                None => failing_since = None,
                Some(mutation) => {
                    let since = *failing_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > MUTATION_PATIENCE {
                        self.store.kill_mutation(table, &mutation.id).await?;
                        return Err(RunError::Mutation { table: table.name(), reason: mutation.failure });
                    }
                }
            }
            pause(MUTATION_LOOK, stop).await?;
        }
    }

    /// Rewriting takes processor and disk: what comes in has the right of way.
    async fn yield_to_ingest(&self, stop: &CancellationToken) -> Result<(), RunError> {
        let since = Instant::now();
        while since.elapsed() < LONGEST_YIELD
            && self.pipeline.spool_stats().oldest_age.is_some_and(|age| age > INGEST_LAG)
        {
            pause(Duration::from_secs(1), stop).await?;
        }
        if stop.is_cancelled() { Err(RunError::Stopped) } else { Ok(()) }
    }
}

async fn pause(length: Duration, stop: &CancellationToken) -> Result<(), RunError> {
    tokio::select! {
        () = tokio::time::sleep(length) => Ok(()),
        () = stop.cancelled() => Err(RunError::Stopped),
    }
}

/// Partition and day, and what of its parts has to go.
type DayPlan = ((String, String), Vec<PartPlan>);

/// Plans by partition and day, the oldest first.
fn by_partition(plans: Vec<PartPlan>) -> BTreeMap<(String, String), Vec<PartPlan>> {
    let mut grouped: BTreeMap<_, Vec<PartPlan>> = BTreeMap::new();
    for plan in plans {
        grouped.entry((plan.partition_id.clone(), plan.day.clone())).or_default().push(plan);
    }
    grouped
}

/// Days that are rewritten together: every rewriting touches all parts of the table, and takes room for what it writes.
fn in_turns(days: BTreeMap<(String, String), Vec<PartPlan>>) -> Vec<Vec<DayPlan>> {
    let mut turns: Vec<Vec<DayPlan>> = Vec::new();
    let mut turn_bytes = u64::MAX;
    for (key, parts) in days {
        let bytes: u64 = parts.iter().map(|plan| plan.disk_bytes).sum();
        turn_bytes = turn_bytes.saturating_add(bytes);
        match turns.last_mut() {
            Some(turn) if turn_bytes <= TURN_BYTES && turn.len() < TURN_DAYS => turn.push((key, parts)),
            _ => {
                turn_bytes = bytes;
                turns.push(vec![(key, parts)]);
            }
        }
    }
    turns
}

fn step(table: KeptTable, action: Action, day: &str, rows: u64, bytes: u64, started: Instant) -> Step {
    Step {
        table: table.name().to_owned(),
        action,
        day: day.to_owned(),
        rows,
        bytes,
        elapsed_ms: elapsed_ms(started),
    }
}

fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_bounded_by_bytes_and_days() {
        let plan = |day: usize, disk_bytes| PartPlan {
            part: format!("p{day}"),
            partition_id: format!("{day:08}"),
            day: format!("{day:08}"),
            rows: 2,
            disk_bytes,
            doomed: Vec::new(),
        };
        let lengths =
            |plans: Vec<PartPlan>| in_turns(by_partition(plans)).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(Vec::new()), [0; 0]);
        assert_eq!(lengths((0..250).map(|day| plan(day, 1)).collect()), [100, 100, 50]);
        let large = TURN_BYTES / 2;
        assert_eq!(
            lengths(vec![plan(0, large), plan(1, large), plan(2, 2 * TURN_BYTES), plan(3, 1)]),
            [2, 1, 1]
        );
    }
}
