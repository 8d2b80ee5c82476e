//! Dead letters: what can't be delivered, kept with the reason, each in a file of its own.
//!
//! ```text
//! magic "CLSPOOLD"  version u32  kind u32  cut u64  uuid [16]  written_at_ns i64  reason_bytes u32  crc u32
//! reason, UTF-8     body: frames as they were in the segment (kind 1), or damaged bytes (kind 2)
//! ```
//!
//! The CRC covers the header; the frames have their own.

use std::{
    fs,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::{
    FORMAT_VERSION, SpoolConfig, SpoolError, StoredFrame,
    bytes::{array_at, i64_at, is_sealed, put, seal, u32_at, u64_at},
    disk::{create_folder, replace_file, sync_folder},
    frame::{FRAME_HEADER_BYTES, FrameHeader, Position},
};

const MAGIC: [u8; 8] = *b"CLSPOOLD";
const EXTENSION: &str = "dead";
const HEADER_BYTES: usize = 56;
const KIND_REFUSED: u32 = 1;
const KIND_CORRUPT: u32 = 2;
/// Longer reasons are cut here.
const MAX_REASON_BYTES: usize = 64 << 10;

/// Why something is in `dead/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadKind {
    /// The store refused the frames of a cut for their content.
    Refused,
    /// Bytes of the log whose checksum fails.
    Corrupt,
}

/// A dead letter without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub path: PathBuf,
    pub kind: DeadKind,
    /// The cut that was refused; 0 for [`DeadKind::Corrupt`].
    pub cut: u64,
    /// UUID of the spool.
    pub spool: Uuid,
    /// Nanoseconds since the Unix epoch, UTC.
    pub written_at_ns: i64,
    pub reason: String,
    /// Size of the content.
    pub bytes: u64,
    /// Frames and the records in them; 0 for [`DeadKind::Corrupt`].
    pub frames: u64,
    pub rows: u64,
}

/// Sums over the files of the dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DeadTotals {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// The content of a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadContent {
    Frames(Vec<StoredFrame>),
    Bytes(Vec<u8>),
}

/// What to write.
pub(crate) struct NewDeadLetter<'a> {
    pub(crate) name: String,
    pub(crate) kind: DeadKind,
    pub(crate) cut: u64,
    pub(crate) spool: Uuid,
    pub(crate) written_at_ns: i64,
    pub(crate) reason: &'a str,
    pub(crate) body: &'a [u8],
}

fn dead_folder(folder: &Path) -> PathBuf {
    folder.join("dead")
}

fn letter_path(folder: &Path, name: &str) -> PathBuf {
    dead_folder(folder).join(format!("{name}.{EXTENSION}"))
}

/// Sums over all dead letters of a spool's folder.
pub(crate) fn totals(folder: &Path) -> Result<DeadTotals, SpoolError> {
    let mut totals = DeadTotals::default();
    for path in paths(folder)? {
        // One that was deleted meanwhile takes no room.
        if let Ok(file) = fs::metadata(&path) {
            totals.files += 1;
            totals.bytes += file.len();
        }
    }
    Ok(totals)
}

/// Refuses a dead letter for which there is no room.
pub(crate) fn check_room(config: &SpoolConfig, letter: &NewDeadLetter<'_>) -> Result<(), SpoolError> {
    let replaced = fs::metadata(letter_path(&config.dir, &letter.name)).map_or(0, |file| file.len());
    let current_bytes = totals(&config.dir)?.bytes.saturating_sub(replaced);
    let bytes = (HEADER_BYTES + letter.reason.len() + letter.body.len()) as u64;
    if current_bytes + bytes > config.max_dead_bytes {
        return Err(SpoolError::DeadLettersFull { bytes, current_bytes, limit_bytes: config.max_dead_bytes });
    }
    Ok(())
}

/// Writes a dead letter; durable on return. One of the same name is replaced.
pub(crate) fn write(folder: &Path, letter: &NewDeadLetter<'_>) -> Result<PathBuf, SpoolError> {
    let dead = dead_folder(folder);
    let path = letter_path(folder, &letter.name);
    let reason = letter.reason.as_bytes();
    let reason = &letter.reason[..letter.reason.floor_char_boundary(reason.len().min(MAX_REASON_BYTES))];
    let mut header = [0; HEADER_BYTES];
    put(&mut header, 0, &MAGIC);
    put(&mut header, 8, &FORMAT_VERSION.to_le_bytes());
    let kind = match letter.kind {
        DeadKind::Refused => KIND_REFUSED,
        DeadKind::Corrupt => KIND_CORRUPT,
    };
    put(&mut header, 12, &kind.to_le_bytes());
    put(&mut header, 16, &letter.cut.to_le_bytes());
    put(&mut header, 24, letter.spool.as_bytes());
    put(&mut header, 40, &letter.written_at_ns.to_le_bytes());
    put(&mut header, 48, &u32::try_from(reason.len()).unwrap_or(0).to_le_bytes());
    seal(&mut header);
    let written = (|| {
        if !dead.is_dir() {
            create_folder(&dead)?;
            sync_folder(folder)?;
        }
        replace_file(&path, &[&header, reason.as_bytes(), letter.body])
    })();
    written.map_err(|error| SpoolError::io("write", &path, error))?;
    Ok(path)
}

/// All dead letters of a spool's folder, by name. Files that are none are left out.
pub(crate) fn list(folder: &Path) -> Result<Vec<DeadLetter>, SpoolError> {
    let mut letters: Vec<_> = paths(folder)?.iter().filter_map(|path| DeadLetter::open(path).ok()).collect();
    letters.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(letters)
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, SpoolError> {
    let dead = dead_folder(folder);
    let failed = |error| SpoolError::io("read", &dead, error);
    let entries = match fs::read_dir(&dead) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Leaves in a dead letter only the frames for which `is_dead` is true, with a new reason; deletes it when there are
/// none.
pub(crate) fn shrink(
    folder: &Path,
    letter: &DeadLetter,
    reason: &str,
    is_dead: impl Fn(Position) -> bool,
) -> Result<(), SpoolError> {
    let bytes = letter.content()?;
    let mut body = Vec::new();
    letter.frames(&bytes, |place, header, payload| {
        if is_dead(place) {
            body.extend(header.encode(place));
            body.extend(payload);
        }
    })?;
    if body.is_empty() {
        return letter.delete();
    }
    let name = letter.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let shrunk = NewDeadLetter {
        name,
        kind: letter.kind,
        cut: letter.cut,
        spool: letter.spool,
        written_at_ns: letter.written_at_ns,
        reason,
        body: &body,
    };
    write(folder, &shrunk).map(drop)
}

impl DeadLetter {
    /// Reads what the file says of itself, without its content.
    pub fn open(path: &Path) -> Result<Self, SpoolError> {
        let mut header = [0; HEADER_BYTES];
        let damaged = || SpoolError::Damaged { path: path.to_path_buf() };
        let failed = |error: io::Error| {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                damaged()
            } else {
                SpoolError::io("read", path, error)
            }
        };
        let mut file = fs::File::open(path).map_err(failed)?;
        file.read_exact(&mut header).map_err(failed)?;
        if !header.starts_with(&MAGIC) || !is_sealed(&header) {
            return Err(damaged());
        }
        let found = u32_at(&header, 8);
        if found > FORMAT_VERSION {
            return Err(SpoolError::Version { path: path.to_path_buf(), found, supported: FORMAT_VERSION });
        }
        let kind = match u32_at(&header, 12) {
            KIND_REFUSED => DeadKind::Refused,
            KIND_CORRUPT => DeadKind::Corrupt,
            _ => return Err(damaged()),
        };
        let reason_bytes = u32_at(&header, 48) as usize;
        if reason_bytes > MAX_REASON_BYTES {
            return Err(damaged());
        }
        let mut reason = vec![0; reason_bytes];
        file.read_exact(&mut reason).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let bytes = length.saturating_sub((HEADER_BYTES + reason_bytes) as u64);
        let (frames, rows) = match kind {
            DeadKind::Refused => count(&mut file, bytes).map_err(failed)?,
            DeadKind::Corrupt => (0, 0),
        };
        Ok(Self {
            path: path.to_path_buf(),
            kind,
            cut: u64_at(&header, 16),
            spool: Uuid::from_bytes(array_at(&header, 24)),
            written_at_ns: i64_at(&header, 40),
            reason: String::from_utf8_lossy(&reason).into_owned(),
            bytes,
            frames,
            rows,
        })
    }

    /// Reads the content. Frames whose checksum fails are an error ([`SpoolError::Damaged`]).
    pub fn read(&self) -> Result<DeadContent, SpoolError> {
        let bytes = self.content()?;
        if self.kind == DeadKind::Corrupt {
            return Ok(DeadContent::Bytes(bytes));
        }
        let mut frames = Vec::new();
        self.frames(&bytes, |place, header, payload| {
            frames.push(header.into_stored(place, payload.to_vec()));
        })?;
        Ok(DeadContent::Frames(frames))
    }

    /// What follows the header and the reason.
    fn content(&self) -> Result<Vec<u8>, SpoolError> {
        let mut bytes = fs::read(&self.path).map_err(|error| SpoolError::io("read", &self.path, error))?;
        let start = usize::try_from(self.bytes).ok().and_then(|length| bytes.len().checked_sub(length));
        let start = start.ok_or_else(|| SpoolError::Damaged { path: self.path.clone() })?;
        bytes.drain(..start);
        Ok(bytes)
    }

    fn frames(
        &self,
        content: &[u8],
        mut visit: impl FnMut(Position, FrameHeader, &[u8]),
    ) -> Result<(), SpoolError> {
        let damaged = || SpoolError::Damaged { path: self.path.clone() };
        let mut rest = content;
        while !rest.is_empty() {
            let (header, after) = rest.split_first_chunk::<FRAME_HEADER_BYTES>().ok_or_else(damaged)?;
            let (place, header) = FrameHeader::decode(header).ok_or_else(damaged)?;
            let (payload, after) =
                after.split_at_checked(header.payload_bytes as usize).ok_or_else(damaged)?;
            if crc32fast::hash(payload) != header.payload_crc {
                return Err(damaged());
            }
            visit(place, header, payload);
            rest = after;
        }
        Ok(())
    }

    /// Deletes it for good.
    pub(crate) fn delete(&self) -> Result<(), SpoolError> {
        fs::remove_file(&self.path).map_err(|error| SpoolError::io("delete", &self.path, error))
    }
}

/// Frames, and records in them, of the content that begins at the file's position. Payloads are not looked at.
fn count(file: &mut fs::File, bytes: u64) -> io::Result<(u64, u64)> {
    let (mut frames, mut rows, mut left) = (0, 0, bytes);
    while left >= FRAME_HEADER_BYTES as u64 {
        let mut header = [0; FRAME_HEADER_BYTES];
        file.read_exact(&mut header)?;
        let Some((_, header)) = FrameHeader::decode(&header) else { break };
        file.seek(SeekFrom::Current(i64::from(header.payload_bytes)))?;
        left = left.saturating_sub(header.disk_bytes());
        frames += 1;
        rows += u64::from(header.rows);
    }
    Ok((frames, rows))
}
