use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use click_lite_model::{Clock, SystemClock};
use click_lite_parse::Covered;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::position::{FileKey, FilePosition, Fingerprint};
use super::{StateError, StateFolder, schema};

/// What happens when the spool is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum WhenFull {
    /// Reading stops until there is room: nothing is lost.
    #[default]
    Block,
    /// The oldest batches are dropped, and counted.
    DropOldest,
}

/// How much may wait for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLimits {
    /// Bytes of batches, compressed. One more batch than that may be there.
    pub max_bytes: u64,
    pub when_full: WhenFull,
}

/// A batch as it goes to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Records that this agent made in all, those of this batch included.
    pub sequence: u64,
    pub rows: u64,
    /// One zstd frame with one `Native` block.
    pub payload: Vec<u8>,
}

/// What is written together with a batch, or alone.
#[derive(Debug, Default)]
pub struct Changes {
    files: HashMap<FileKey, FilePosition>,
    /// Files that are gone for good.
    gone: HashSet<FileKey>,
    /// Cursors by name of their source.
    pub cursors: HashMap<String, String>,
    /// Records that a source could not take, to be counted.
    pub refused_rows: u64,
}

impl Changes {
    /// The file is read up to here.
    pub fn set_file(&mut self, position: FilePosition) {
        self.gone.remove(&position.key);
        self.files.insert(position.key, position);
    }

    /// The file is gone for good.
    pub fn forget_file(&mut self, key: FileKey) {
        self.files.remove(&key);
        self.gone.insert(key);
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.gone.is_empty() && self.cursors.is_empty() && self.refused_rows == 0
    }

    pub fn clear(&mut self) {
        self.files.clear();
        self.gone.clear();
        self.cursors.clear();
        self.refused_rows = 0;
    }
}

/// The queue of batches and the positions: all of the agent's state.
pub struct Spool {
    folder: StateFolder,
    agent_id: Uuid,
    database: Mutex<Connection>,
    usage: Mutex<Usage>,
    changed: Condvar,
}

#[derive(Debug)]
struct Usage {
    limits: SpoolLimits,
    bytes: u64,
    batches: u64,
    rows: u64,
    /// Sequence of the batch that is being sent: it is never dropped.
    in_flight: Option<u64>,
    is_closed: bool,
}

impl Usage {
    fn is_full(&self) -> bool {
        self.limits.when_full == WhenFull::Block && self.bytes >= self.limits.max_bytes
    }
}

impl Spool {
    /// Opens the state of a folder.
    pub fn open(folder: StateFolder, limits: SpoolLimits) -> Result<Self, StateError> {
        let connection = schema::open(folder.path())?;
        let failed = |source| StateError::Database { path: folder.path().to_owned(), source };
        let id: [u8; 16] =
            connection.query_row("SELECT id FROM agent", [], |row| row.get(0)).map_err(failed)?;
        let (batches, rows, bytes) = connection
            .query_row(
                "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(bytes), 0) FROM batches",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .map_err(failed)?;
        let usage = Usage { limits, bytes, batches, rows, in_flight: None, is_closed: false };
        Ok(Self {
            agent_id: Uuid::from_bytes(id),
            database: Mutex::new(connection),
            usage: Mutex::new(usage),
            changed: Condvar::new(),
            folder,
        })
    }

    /// Chosen once for this state folder.
    pub fn agent_id(&self) -> Uuid {
        self.agent_id
    }

    pub fn set_limits(&self, limits: SpoolLimits) {
        self.usage().limits = limits;
        self.changed.notify_all();
    }

    /// Whether reading has to wait for the server.
    pub fn is_full(&self) -> bool {
        self.usage().is_full()
    }

    /// Batches and records that wait.
    pub fn waiting(&self) -> (u64, u64) {
        let usage = self.usage();
        (usage.batches, usage.rows)
    }

    /// Positions of all files that were read.
    pub fn files(&self) -> Result<Vec<FilePosition>, StateError> {
        let database = self.database();
        let read = || {
            let mut statement = database.prepare(SELECT_FILES)?;
            let rows = statement.query_map([], file_of)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|source| self.failed(source))
    }

    /// Where a source with a cursor is.
    pub fn cursor(&self, source: &str) -> Result<Option<String>, StateError> {
        self.database()
            .query_row("SELECT cursor FROM cursors WHERE source = ?1", params![source], |row| row.get(0))
            .optional()
            .map_err(|source| self.failed(source))
    }

    /// Makes a batch durable together with the positions that it brings the sources to.
    pub fn store(&self, rows: u64, payload: &[u8], changes: &Changes) -> Result<(), StateError> {
        let now_ms = SystemClock.now_ns() / 1_000_000;
        let dropped = {
            let mut database = self.database();
            let write = |database: &mut Connection| {
                let transaction = database.transaction()?;
                let mut dropped = Dropped::default();
                if rows > 0 {
                    dropped = self.make_room(&transaction, payload.len() as u64)?;
                    let sequence: u64 = transaction
                        .prepare_cached("UPDATE agent SET sequence = sequence + ?1 RETURNING sequence")?
                        .query_row(params![rows], |row| row.get(0))?;
                    transaction
                        .prepare_cached(
                            "INSERT INTO batches (sequence, rows, bytes, made_at_ms, payload)
                             VALUES (?1, ?2, ?3, ?4, ?5)",
                        )?
                        .execute(params![sequence, rows, payload.len(), now_ms, payload])?;
                }
                write_changes(&transaction, changes, now_ms)?;
                transaction.commit()?;
                Ok(dropped)
            };
            write(&mut database).map_err(|source| self.failed(source))?
        };
        if rows > 0 {
            let mut usage = self.usage();
            usage.bytes = (usage.bytes + payload.len() as u64).saturating_sub(dropped.bytes);
            usage.batches = (usage.batches + 1).saturating_sub(dropped.batches);
            usage.rows = (usage.rows + rows).saturating_sub(dropped.rows);
            self.changed.notify_all();
        }
        if dropped.rows > 0 {
            tracing::warn!(
                batch.rows = dropped.rows,
                batch.count = dropped.batches,
                "the spool is full: the oldest batches were dropped"
            );
        }
        Ok(())
    }

    /// Drops the oldest batches until a new one fits, where that is wanted.
    fn make_room(&self, transaction: &Transaction<'_>, bytes: u64) -> rusqlite::Result<Dropped> {
        let (mut excess, in_flight) = {
            let usage = self.usage();
            if usage.limits.when_full == WhenFull::Block {
                return Ok(Dropped::default());
            }
            ((usage.bytes + bytes).saturating_sub(usage.limits.max_bytes), usage.in_flight)
        };
        let mut dropped = Dropped::default();
        while excess > 0 {
            let oldest: Option<(u64, u64, u64)> = transaction
                .prepare_cached(
                    "SELECT sequence, rows, bytes FROM batches WHERE sequence IS NOT ?1 ORDER BY sequence LIMIT 1",
                )?
                .query_row(params![in_flight], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((sequence, rows, size)) = oldest else { break };
            transaction.execute("DELETE FROM batches WHERE sequence = ?1", params![sequence])?;
            dropped.batches += 1;
            dropped.rows += rows;
            dropped.bytes += size;
            excess = excess.saturating_sub(size);
        }
        if dropped.batches > 0 {
            count(transaction, "dropped_rows", dropped.rows)?;
            count(transaction, "dropped_batches", dropped.batches)?;
        }
        Ok(dropped)
    }

    /// The oldest batch, as soon as there is one; `None` after the time is over, or when [`Self::close`]d and empty.
    pub fn next(&self, patience: Duration) -> Result<Option<Batch>, StateError> {
        let mut usage = self.usage();
        if usage.batches == 0 {
            if usage.is_closed {
                return Ok(None);
            }
            let waited = self
                .changed
                .wait_timeout_while(usage, patience, |usage| usage.batches == 0 && !usage.is_closed);
            usage = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(usage);
        // Held while the batch is chosen and marked, so that it can't be dropped in between.
        let database = self.database();
        let read = || {
            database
                .prepare_cached("SELECT sequence, rows, payload FROM batches ORDER BY sequence LIMIT 1")?
                .query_row([], |row| {
                    Ok(Batch { sequence: row.get(0)?, rows: row.get(1)?, payload: row.get(2)? })
                })
                .optional()
        };
        let batch = read().map_err(|source| self.failed(source))?;
        self.usage().in_flight = batch.as_ref().map(|batch| batch.sequence);
        Ok(batch)
    }

    /// Whether no batch will come any more once those that are there are sent.
    pub fn close(&self) {
        self.usage().is_closed = true;
        self.changed.notify_all();
    }

    /// The server has the batch.
    pub fn acknowledge(&self, batch: &Batch) -> Result<(), StateError> {
        self.remove(batch, "sent_rows", "sent_batches")
    }

    /// The server refused the batch for good: it goes to the folder `dead`, with the reason beside it.
    pub fn bury(&self, batch: &Batch, reason: &str) -> Result<(), StateError> {
        let folder = self.dead_folder();
        let write = || {
            fs::create_dir_all(&folder)?;
            for (ending, bytes) in
                [("native.zst", batch.payload.as_slice()), ("reason.txt", reason.as_bytes())]
            {
                let mut file = fs::File::create(folder.join(format!("{:020}.{ending}", batch.sequence)))?;
                file.write_all(bytes)?;
                file.sync_all()?;
            }
            fs::File::open(&folder)?.sync_all()
        };
        write().map_err(|source| StateError::Folder { path: folder.clone(), source })?;
        self.remove(batch, "dead_rows", "dead_batches")
    }

    /// Where batches go that the server refused for good.
    pub fn dead_folder(&self) -> PathBuf {
        self.folder.path().join("dead")
    }

    /// Removes a batch. Not synced: were that lost, the batch would be sent again and the server would know it.
    fn remove(&self, batch: &Batch, rows: &str, batches: &str) -> Result<(), StateError> {
        let removed = {
            let mut database = self.database();
            let write = |database: &mut Connection| {
                database.execute_batch("PRAGMA synchronous = NORMAL")?;
                let transaction = database.transaction()?;
                let removed = transaction
                    .execute("DELETE FROM batches WHERE sequence = ?1", params![batch.sequence])?;
                count(&transaction, rows, batch.rows)?;
                count(&transaction, batches, 1)?;
                transaction.commit()?;
                Ok(removed)
            };
            let removed = write(&mut database);
            let synced = database.execute_batch("PRAGMA synchronous = FULL");
            removed.and_then(|removed| synced.map(|()| removed)).map_err(|source| self.failed(source))?
        };
        let is_empty = {
            let mut usage = self.usage();
            usage.in_flight = None;
            if removed > 0 {
                usage.bytes = usage.bytes.saturating_sub(batch.payload.len() as u64);
                usage.batches = usage.batches.saturating_sub(1);
                usage.rows = usage.rows.saturating_sub(batch.rows);
            }
            self.changed.notify_all();
            usage.batches == 0
        };
        if is_empty {
            self.give_back().map_err(|source| self.failed(source))?;
        }
        Ok(())
    }

    /// Gives the disk back what a long queue took.
    fn give_back(&self) -> rusqlite::Result<()> {
        /// Pages that are kept for the next batches.
        const KEPT_PAGES: u64 = 2048;
        let database = self.database();
        let free: u64 = database.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        if free <= KEPT_PAGES {
            return Ok(());
        }
        let mut vacuum = database.prepare(&format!("PRAGMA incremental_vacuum({})", free - KEPT_PAGES))?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// Keeps a text for `status`, such as the last error. Empty takes it away.
    pub fn note(&self, name: &str, text: &str) -> Result<(), StateError> {
        let now_ms = SystemClock.now_ns() / 1_000_000;
        let database = self.database();
        let written = if text.is_empty() {
            database.execute("DELETE FROM notes WHERE name = ?1", params![name])
        } else {
            database.execute(
                "INSERT INTO notes (name, text, at_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms",
                params![name, text, now_ms],
            )
        };
        written.map(|_| ()).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: rusqlite::Error) -> StateError {
        StateError::Database { path: self.folder.path().to_owned(), source }
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room, or for the time given.
    pub fn wait_for_room(&self, patience: Duration) {
        let usage = self.usage();
        let waited = self.changed.wait_timeout_while(usage, patience, |usage| usage.is_full());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

#[derive(Debug, Default)]
struct Dropped {
    batches: u64,
    rows: u64,
    bytes: u64,
}

pub(super) const SELECT_FILES: &str = "SELECT device, inode, path, fingerprint, fingerprint_bytes, position, lines, parts, is_numbered, format FROM files";

/// A row of [`SELECT_FILES`]. SQLite's integers are signed, so devices and inodes are stored by their bits.
pub(super) fn file_of(row: &Row<'_>) -> rusqlite::Result<FilePosition> {
    let device: i64 = row.get(0)?;
    let inode: i64 = row.get(1)?;
    Ok(FilePosition {
        key: FileKey { device: device.cast_unsigned(), inode: inode.cast_unsigned() },
        path: path_of(row.get(2)?),
        fingerprint: Fingerprint { hash: row.get(3)?, bytes: row.get(4)? },
        covered: Covered { bytes: row.get(5)?, lines: row.get(6)?, parts: row.get(7)? },
        is_numbered: row.get(8)?,
        format: row.get(9)?,
    })
}

fn write_changes(transaction: &Transaction<'_>, changes: &Changes, now_ms: i64) -> rusqlite::Result<()> {
    for file in changes.files.values() {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO files (device, inode, path, fingerprint, fingerprint_bytes, position, lines,
                 parts, is_numbered, format, updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                file.key.device.cast_signed(),
                file.key.inode.cast_signed(),
                file.path.as_os_str().as_encoded_bytes(),
                file.fingerprint.hash.as_slice(),
                file.fingerprint.bytes,
                file.covered.bytes,
                file.covered.lines,
                file.covered.parts,
                file.is_numbered,
                file.format,
                now_ms,
            ])?;
    }
    for key in &changes.gone {
        transaction
            .prepare_cached("DELETE FROM files WHERE device = ?1 AND inode = ?2")?
            .execute(params![key.device.cast_signed(), key.inode.cast_signed()])?;
    }
    for (source, cursor) in &changes.cursors {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO cursors (source, cursor) VALUES (?1, ?2)")?
            .execute(params![source, cursor])?;
    }
    if changes.refused_rows > 0 {
        count(transaction, "refused_rows", changes.refused_rows)?;
    }
    Ok(())
}

fn count(transaction: &Transaction<'_>, name: &str, more: u64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO counters (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        )?
        .execute(params![name, more])?;
    Ok(())
}

fn path_of(bytes: Vec<u8>) -> PathBuf {
    std::ffi::OsString::from_vec(bytes).into()
}
