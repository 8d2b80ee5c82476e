use std::collections::BTreeMap;
use std::path::Path;

use click_lite_model::time::format_rfc3339;
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use super::spool::{SELECT_FILES, file_of};
use super::{StateError, StateFolder, schema};

/// What the state of an agent says, for people and for JSON. Times are RFC 3339 in UTC.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub agent_id: Uuid,
    /// Process that uses the state at the moment.
    pub running_pid: Option<u32>,
    /// Records that went into batches since the state was made.
    pub rows_made: u64,
    pub waiting: Waiting,
    /// Sums over the life of the state, such as `sent_rows`, `dropped_rows` and `dead_batches`.
    pub counters: BTreeMap<String, u64>,
    pub last_error: Option<Note>,
    pub files: Vec<FileSummary>,
}

/// Batches that the server does not have.
#[derive(Debug, Serialize)]
pub struct Waiting {
    pub batches: u64,
    pub rows: u64,
    pub bytes: u64,
    /// When the oldest was made.
    pub since: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Note {
    pub text: String,
    pub at: String,
}

/// How far a file is read.
#[derive(Debug, Serialize)]
pub struct FileSummary {
    pub path: String,
    /// Bytes that are in batches.
    pub position: u64,
    /// `None` where the file is gone.
    pub size: Option<u64>,
    /// Bytes that are not in batches yet.
    pub lag: u64,
    pub format: String,
}

impl Summary {
    /// Reads the state of a folder, whether an agent runs on it or not.
    ///
    /// # Errors
    /// There is no state, or it can't be read.
    pub fn read(folder: &Path) -> Result<Self, StateError> {
        let connection = schema::open_to_read(folder)?;
        let read = || summary(&connection, folder);
        read().map_err(|source| StateError::Database { path: folder.to_owned(), source })
    }
}

fn summary(connection: &Connection, folder: &Path) -> rusqlite::Result<Summary> {
    let time = |at_ms: i64| format_rfc3339(at_ms.saturating_mul(1_000_000));
    let (id, rows_made): ([u8; 16], u64) =
        connection.query_row("SELECT id, sequence FROM agent", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let waiting = connection.query_row(
        "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(bytes), 0), min(made_at_ms) FROM batches",
        [],
        |row| {
            let since: Option<i64> = row.get(3)?;
            Ok(Waiting {
                batches: row.get(0)?,
                rows: row.get(1)?,
                bytes: row.get(2)?,
                since: since.map(time),
            })
        },
    )?;
    let counters = connection
        .prepare("SELECT name, value FROM counters")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let last_error = connection
        .prepare("SELECT text, at_ms FROM notes WHERE name = 'last_error'")?
        .query_map([], |row| Ok(Note { text: row.get(0)?, at: time(row.get(1)?) }))?
        .next()
        .transpose()?;
    let mut files = connection
        .prepare(SELECT_FILES)?
        .query_map([], |row| {
            let file = file_of(row)?;
            let size = super::position::current_size(&file);
            Ok(FileSummary {
                path: file.path.display().to_string(),
                position: file.covered.bytes,
                size,
                lag: size.unwrap_or(0).saturating_sub(file.covered.bytes),
                format: file.format,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(Summary {
        agent_id: Uuid::from_bytes(id),
        running_pid: StateFolder::owner(folder).and_then(|owner| owner.trim().parse().ok()),
        rows_made,
        waiting,
        counters,
        last_error,
        files,
    })
}
