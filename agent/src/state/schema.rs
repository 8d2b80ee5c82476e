use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use uuid::Uuid;

use super::StateError;

pub(super) const FILE_NAME: &str = "state.sqlite";

const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE agent (id BLOB NOT NULL, sequence INTEGER NOT NULL) STRICT;
CREATE TABLE batches (
    sequence INTEGER PRIMARY KEY, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, made_at_ms INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE TABLE files (
    device INTEGER NOT NULL, inode INTEGER NOT NULL, path BLOB NOT NULL, fingerprint BLOB NOT NULL,
    fingerprint_bytes INTEGER NOT NULL, position INTEGER NOT NULL, lines INTEGER NOT NULL, parts INTEGER NOT NULL,
    is_numbered INTEGER NOT NULL, format TEXT NOT NULL, updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Opens the database of a folder, and makes it where it is missing.
pub(super) fn open(folder: &Path) -> Result<Connection, StateError> {
    let failed = |source| StateError::Database { path: folder.to_owned(), source };
    let mut connection = Connection::open(folder.join(FILE_NAME)).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 512; PRAGMA cache_size = -512;
             PRAGMA busy_timeout = 10000;",
        )
        .map_err(failed)?;
    let found = version(&connection).map_err(failed)?;
    if found > VERSION {
        return Err(StateError::Newer { path: folder.to_owned(), found, known: VERSION });
    }
    if found == 0 {
        let make = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            transaction.execute_batch(TABLES)?;
            transaction.execute(
                "INSERT INTO agent (id, sequence) VALUES (?1, 0)",
                params![Uuid::new_v4().as_bytes().as_slice()],
            )?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()
        };
        make(&mut connection).map_err(failed)?;
    }
    Ok(connection)
}

/// Opens the database of a folder to look at it; another process may write meanwhile.
pub(super) fn open_to_read(folder: &Path) -> Result<Connection, StateError> {
    let file = folder.join(FILE_NAME);
    if !file.is_file() {
        return Err(StateError::Missing { path: folder.to_owned() });
    }
    let failed = |source| StateError::Database { path: folder.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000").map_err(failed)?;
    match version(&connection).map_err(failed)? {
        0 => Err(StateError::Missing { path: folder.to_owned() }),
        found if found > VERSION => Err(StateError::Newer { path: folder.to_owned(), found, known: VERSION }),
        _ => Ok(connection),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
