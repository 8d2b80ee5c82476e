//! Jobs that delete or move records, as the API shows them and as the catalog keeps them.

use click_lite_catalog::{RunEntry, RunState};
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::policy::Signal;

/// Steps that are listed one by one; what is beyond is counted in the sums alone.
const MAX_STEPS: usize = 1_000;

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Applies the rules.
    Retention {
        /// Rules that were applied, to notice a change of the configuration.
        #[serde(default)]
        fingerprint: String,
    },
    DropDay {
        day: String,
        signals: Vec<Signal>,
    },
    DropService {
        service: String,
        signals: Vec<Signal>,
    },
}

/// Who asked for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Once a day, and at the start of a server that missed it.
    Schedule,
    /// The rules were changed.
    Change,
    User,
}

/// A job that deletes or moves records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Run {
    pub id: String,
    /// `retention`, `drop_day` or `drop_service`.
    pub kind: &'static str,
    /// The day or the service that is dropped.
    pub subject: Option<String>,
    /// Signals that a drop is about.
    pub signals: Vec<Signal>,
    pub cause: Cause,
    /// `queued`, `running`, `done` or `failed`.
    #[schema(value_type = String)]
    pub state: RunState,
    pub queued_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    /// From its start to its end.
    pub elapsed_ms: Option<u64>,
    /// Records and spans.
    pub rows_deleted: u64,
    /// On disk, roll-ups included.
    pub bytes_freed: u64,
    /// To the cold volume.
    pub bytes_moved: u64,
    pub steps: Vec<Step>,
    pub error: Option<String>,
}

/// One thing that a job did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// `otel_logs`, `otel_traces` or `log_facets`.
    pub table: String,
    pub action: Action,
    /// The day, `2026-11-23`; empty where all of the table is meant.
    pub day: String,
    pub rows: u64,
    pub bytes: u64,
    pub elapsed_ms: u64,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Whole parts were dropped.
    Drop,
    /// Parts were written anew without the rows.
    Rewrite,
    /// Parts went to the cold volume.
    Move,
    /// The table's own TTL was changed.
    Ttl,
    /// The table was given the cold volume.
    Volume,
}

/// A run while it is worked on.
#[derive(Debug, Clone)]
pub struct RunRecord {
    pub entry: RunEntry,
    pub task: Task,
    pub cause: Cause,
    pub steps: Vec<Step>,
}

impl RunRecord {
    pub fn new(task: Task, cause: Cause, now_ns: i64) -> Self {
        let entry = RunEntry {
            id: Uuid::now_v7().to_string(),
            task: to_json(&task),
            cause: to_json(&cause),
            state: RunState::Queued,
            queued_at: format_rfc3339(now_ns),
            started_at: None,
            finished_at: None,
            rows_deleted: 0,
            bytes_freed: 0,
            bytes_moved: 0,
            steps: "[]".into(),
            error: None,
        };
        Self { entry, task, cause, steps: Vec::new() }
    }

    /// `None` for a task that another version wrote.
    pub fn read(entry: RunEntry) -> Option<Self> {
        let task = serde_json::from_str(&entry.task).ok()?;
        let cause = serde_json::from_str(&entry.cause).unwrap_or(Cause::User);
        let steps = serde_json::from_str(&entry.steps).unwrap_or_default();
        Some(Self { entry, task, cause, steps })
    }

    /// Counts a step; roll-ups add bytes and no rows.
    pub fn add(&mut self, step: Step, counts_rows: bool) {
        let (rows, bytes) = (to_signed(step.rows), to_signed(step.bytes));
        match step.action {
            Action::Drop | Action::Rewrite => {
                self.entry.bytes_freed += bytes;
                self.entry.rows_deleted += if counts_rows { rows } else { 0 };
            }
            Action::Move => self.entry.bytes_moved += bytes,
            Action::Ttl | Action::Volume => {}
        }
        if self.steps.len() < MAX_STEPS {
            self.steps.push(step);
        }
    }

    /// The entry with the task and steps of now.
    pub fn entry(&mut self) -> &RunEntry {
        self.entry.task = to_json(&self.task);
        self.entry.steps = to_json(&self.steps);
        &self.entry
    }

    pub fn into_run(self) -> Run {
        let (kind, subject, signals) = match self.task {
            Task::Retention { .. } => ("retention", None, Signal::ALL.to_vec()),
            Task::DropDay { day, signals } => ("drop_day", Some(day), signals),
            Task::DropService { service, signals } => ("drop_service", Some(service), signals),
        };
        let entry = self.entry;
        let time = |text: &Option<String>| text.as_deref().and_then(parse_rfc3339);
        let elapsed_ms = time(&entry.started_at)
            .zip(time(&entry.finished_at))
            .map(|(start, end)| u64::try_from((end - start) / 1_000_000).unwrap_or(0));
        let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
        Run {
            id: entry.id,
            kind,
            subject,
            signals,
            cause: self.cause,
            state: entry.state,
            queued_at: entry.queued_at,
            started_at: entry.started_at,
            finished_at: entry.finished_at,
            elapsed_ms,
            rows_deleted: unsigned(entry.rows_deleted),
            bytes_freed: unsigned(entry.bytes_freed),
            bytes_moved: unsigned(entry.bytes_moved),
            steps: self.steps,
            error: entry.error,
        }
    }
}

fn to_signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_survives_the_catalog() {
        let task = Task::DropService { service: "a \"b\"".into(), signals: vec![Signal::Logs] };
        let mut record = RunRecord::new(task.clone(), Cause::User, 0);
        let step = |action, rows, bytes| Step {
            table: "otel_logs".into(),
            action,
            day: "2026-11-23".into(),
            rows,
            bytes,
            elapsed_ms: 1,
        };
        record.add(step(Action::Drop, 5, 50), true);
        record.add(step(Action::Rewrite, 7, 70), false);
        record.add(step(Action::Move, 9, 90), true);
        let read = RunRecord::read(record.entry().clone()).expect("a run of ours");
        assert_eq!((&read.task, read.cause, &read.steps), (&task, Cause::User, &record.steps));
        let run = read.into_run();
        assert_eq!((run.rows_deleted, run.bytes_freed, run.bytes_moved), (5, 120, 90));
        assert_eq!((run.kind, run.subject.as_deref()), ("drop_service", Some("a \"b\"")));
    }

    #[test]
    fn steps_are_bounded_and_still_counted() {
        let mut record = RunRecord::new(Task::Retention { fingerprint: String::new() }, Cause::Schedule, 0);
        for _ in 0..1_500 {
            let step = Step {
                table: "otel_logs".into(),
                action: Action::Drop,
                day: String::new(),
                rows: 1,
                bytes: 1,
                elapsed_ms: 0,
            };
            record.add(step, true);
        }
        assert_eq!((record.steps.len(), record.entry.rows_deleted), (1_000, 1_500));
    }
}
