//! The journal of cuts: which frames were handed out under which number, and which of them are delivered.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, IoSlice},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::{
    FORMAT_VERSION, SpoolError,
    bytes::{array_at, is_sealed, put, seal, u32_at, u64_at},
    disk::{Disk, Reserve, replace_file},
    frame::Position,
};

/// Size of the header and of each record. One size for all, so that a damaged record hides none after it.
const RECORD_BYTES: usize = 64;
const MAGIC: [u8; 8] = *b"CLSPOOLJ";
const KIND_CUT: u32 = 1;
const KIND_COMPLETE: u32 = 2;
/// Above this size the journal is written anew, with what is still outstanding.
const REWRITE_BYTES: u64 = 1 << 20;
/// Numbers left out after damage, where a lost record may have held the next ones. A number used twice would let the
/// store take new records for a repetition.
const SKIPPED_AFTER_DAMAGE: u64 = 1 << 32;

/// The frames from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CutRecord {
    pub(crate) id: u64,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    Cut(CutRecord),
    Complete(u64),
}

/// What a journal says as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) uuid: Uuid,
    pub(crate) next_id: u64,
    /// All frames before it are delivered.
    pub(crate) watermark: Position,
    /// In order of position.
    pub(crate) cuts: Vec<CutRecord>,
    pub(crate) completed: HashSet<u64>,
}

/// How well a journal could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Whole,
    /// So many records are damaged; the rest is known.
    Damaged(u64),
    /// Missing, or its header is damaged.
    Lost,
}

pub(crate) struct Journal {
    path: PathBuf,
    /// `None` after a failed write: what the file holds is not known, so it is replaced before it is used again.
    file: Option<File>,
    length: u64,
    is_synced: bool,
}

impl Contents {
    fn new() -> Self {
        Self {
            uuid: Uuid::new_v4(),
            next_id: 1,
            watermark: Position::default(),
            cuts: Vec::new(),
            completed: HashSet::new(),
        }
    }

    /// First position that belongs to no cut.
    pub(crate) fn uncut(&self) -> Position {
        self.cuts.last().map_or(self.watermark, |cut| cut.end)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; RECORD_BYTES];
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 8, &FORMAT_VERSION.to_le_bytes());
        put(&mut bytes, 16, self.uuid.as_bytes());
        put(&mut bytes, 32, &self.next_id.to_le_bytes());
        put(&mut bytes, 40, &self.watermark.segment.to_le_bytes());
        put(&mut bytes, 48, &self.watermark.offset.to_le_bytes());
        seal(&mut bytes);
        for &cut in &self.cuts {
            bytes.extend(encode_record(Record::Cut(cut)));
            if self.completed.contains(&cut.id) {
                bytes.extend(encode_record(Record::Complete(cut.id)));
            }
        }
        bytes
    }
}

fn encode_record(record: Record) -> [u8; RECORD_BYTES] {
    let mut bytes = [0; RECORD_BYTES];
    match record {
        Record::Cut(cut) => {
            put(&mut bytes, 0, &KIND_CUT.to_le_bytes());
            put(&mut bytes, 8, &cut.id.to_le_bytes());
            put(&mut bytes, 16, &cut.start.segment.to_le_bytes());
            put(&mut bytes, 24, &cut.start.offset.to_le_bytes());
            put(&mut bytes, 32, &cut.end.segment.to_le_bytes());
            put(&mut bytes, 40, &cut.end.offset.to_le_bytes());
        }
        Record::Complete(id) => {
            put(&mut bytes, 0, &KIND_COMPLETE.to_le_bytes());
            put(&mut bytes, 8, &id.to_le_bytes());
        }
    }
    seal(&mut bytes);
    bytes
}

fn decode_record(bytes: &[u8]) -> Option<Record> {
    if !is_sealed(bytes) {
        return None;
    }
    let id = u64_at(bytes, 8);
    match u32_at(bytes, 0) {
        KIND_CUT => Some(Record::Cut(CutRecord {
            id,
            start: Position { segment: u64_at(bytes, 16), offset: u64_at(bytes, 24) },
            end: Position { segment: u64_at(bytes, 32), offset: u64_at(bytes, 40) },
        })),
        KIND_COMPLETE => Some(Record::Complete(id)),
        _ => None,
    }
}

/// Reads the journal of a folder.
pub(crate) fn load(folder: &Path) -> Result<(Contents, Condition), SpoolError> {
    let path = journal_path(folder);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Contents::new(), Condition::Lost));
        }
        Err(error) => return Err(SpoolError::io("read", &path, error)),
    };
    let mut records = bytes.chunks_exact(RECORD_BYTES);
    let Some(header) = records.next().filter(|header| header.starts_with(&MAGIC) && is_sealed(header)) else {
        // The new journal has a new UUID, so its numbers may begin at 1 again.
        return Ok((Contents::new(), Condition::Lost));
    };
    let found = u32_at(header, 8);
    if found > FORMAT_VERSION {
        return Err(SpoolError::Version { path, found, supported: FORMAT_VERSION });
    }
    let mut contents = Contents {
        uuid: Uuid::from_bytes(array_at(header, 16)),
        next_id: u64_at(header, 32),
        watermark: Position { segment: u64_at(header, 40), offset: u64_at(header, 48) },
        cuts: Vec::new(),
        completed: HashSet::new(),
    };
    let mut damaged = 0;
    for bytes in records {
        match decode_record(bytes) {
            Some(Record::Cut(cut)) => {
                contents.next_id = contents.next_id.max(cut.id.saturating_add(1));
                contents.cuts.push(cut);
            }
            Some(Record::Complete(id)) => {
                contents.completed.insert(id);
            }
            None => damaged += 1,
        }
    }
    contents.cuts.sort_by_key(|cut| (cut.start, cut.id));
    if damaged == 0 {
        return Ok((contents, Condition::Whole));
    }
    contents.next_id = contents.next_id.saturating_add(SKIPPED_AFTER_DAMAGE);
    Ok((contents, Condition::Damaged(damaged)))
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("cuts")
}

impl Journal {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: journal_path(folder), file: None, length: 0, is_synced: true }
    }

    /// Adds a record that `contents` has already. With `sync` it is durable on return. After a failure the record
    /// counts as not written.
    pub(crate) fn append(
        &mut self,
        disk: &dyn Disk,
        reserve: &Reserve,
        record: Record,
        sync: bool,
        contents: impl FnOnce() -> Contents,
    ) -> Result<(), SpoolError> {
        if self.length <= REWRITE_BYTES
            && let Some(file) = &mut self.file
        {
            let bytes = encode_record(record);
            let written = disk
                .write(file, &mut [IoSlice::new(&bytes)])
                .and_then(|()| if sync { disk.sync(file) } else { Ok(()) });
            if written.is_ok() {
                self.length += bytes.len() as u64;
                self.is_synced = sync;
                return Ok(());
            }
        }
        self.rewrite(reserve, &contents())
    }

    /// Replaces the journal; all of it is durable on return.
    pub(crate) fn rewrite(&mut self, reserve: &Reserve, contents: &Contents) -> Result<(), SpoolError> {
        self.file = None;
        let bytes = contents.encode();
        let file = reserve
            .with(|| {
                replace_file(&self.path, &[&bytes])?;
                OpenOptions::new().append(true).open(&self.path)
            })
            .map_err(|error| SpoolError::io("write", &self.path, error))?;
        self.file = Some(file);
        self.length = bytes.len() as u64;
        self.is_synced = true;
        Ok(())
    }

    /// Makes all records durable.
    pub(crate) fn sync(
        &mut self,
        disk: &dyn Disk,
        reserve: &Reserve,
        contents: impl FnOnce() -> Contents,
    ) -> Result<(), SpoolError> {
        match &self.file {
            Some(_) if self.is_synced => Ok(()),
            Some(file) if disk.sync(file).is_ok() => {
                self.is_synced = true;
                Ok(())
            }
            _ => self.rewrite(reserve, &contents()),
        }
    }
}
