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
    io::{self, Read},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::{
    FORMAT_VERSION, SpoolError, StoredFrame,
    bytes::{array_at, i64_at, is_sealed, put, seal, u32_at, u64_at},
    disk::{create_folder, replace_file, sync_folder},
    frame::{FRAME_HEADER_BYTES, FrameHeader},
};

const MAGIC: [u8; 8] = *b"CLSPOOLD";
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

/// Writes a dead letter; durable on return. One of the same name is replaced.
pub(crate) fn write(folder: &Path, letter: &NewDeadLetter<'_>) -> Result<PathBuf, SpoolError> {
    let dead = dead_folder(folder);
    let path = dead.join(format!("{}.dead", letter.name));
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
    let dead = dead_folder(folder);
    let entries = match fs::read_dir(&dead) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SpoolError::io("read", &dead, error)),
    };
    let mut letters = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| SpoolError::io("read", &dead, error))?.path();
        if path.extension().is_some_and(|extension| extension == "dead")
            && let Ok(letter) = DeadLetter::open(&path)
        {
            letters.push(letter);
        }
    }
    letters.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(letters)
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
        Ok(Self {
            path: path.to_path_buf(),
            kind,
            cut: u64_at(&header, 16),
            spool: Uuid::from_bytes(array_at(&header, 24)),
            written_at_ns: i64_at(&header, 40),
            reason: String::from_utf8_lossy(&reason).into_owned(),
            bytes: length.saturating_sub((HEADER_BYTES + reason_bytes) as u64),
        })
    }

    /// Reads the content. Frames whose checksum fails are an error ([`SpoolError::Damaged`]).
    pub fn read(&self) -> Result<DeadContent, SpoolError> {
        let damaged = || SpoolError::Damaged { path: self.path.clone() };
        let bytes = fs::read(&self.path).map_err(|error| SpoolError::io("read", &self.path, error))?;
        let length = usize::try_from(self.bytes).map_err(|_| damaged())?;
        let start = bytes.len().checked_sub(length).ok_or_else(damaged)?;
        let mut rest = &bytes[start..];
        if self.kind == DeadKind::Corrupt {
            return Ok(DeadContent::Bytes(rest.to_vec()));
        }
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let (header, after) = rest.split_first_chunk::<FRAME_HEADER_BYTES>().ok_or_else(damaged)?;
            let (_, header) = FrameHeader::decode(header).ok_or_else(damaged)?;
            let (payload, after) =
                after.split_at_checked(header.payload_bytes as usize).ok_or_else(damaged)?;
            if crc32fast::hash(payload) != header.payload_crc {
                return Err(damaged());
            }
            frames.push(header.into_stored(payload.to_vec()));
            rest = after;
        }
        Ok(DeadContent::Frames(frames))
    }

    /// Deletes it for good.
    pub fn delete(self) -> Result<(), SpoolError> {
        fs::remove_file(&self.path).map_err(|error| SpoolError::io("delete", &self.path, error))
    }
}
