//! Last sequence of each source. The log holds those of the frames in it; this file those of frames long delivered.

use std::{collections::HashMap, fs, io, path::Path};

use crate::{
    FORMAT_VERSION, SpoolError,
    bytes::{array_at, put, u32_at, u64_at},
    disk::{Reserve, replace_file},
};

const MAGIC: [u8; 8] = *b"CLSPOOLQ";
const HEADER_BYTES: usize = 16;
const ENTRY_BYTES: usize = 24;
const FILE_NAME: &str = "sources";

pub(crate) type Sources = HashMap<[u8; 16], u64>;

/// Writes the file; durable on return.
pub(crate) fn save(folder: &Path, reserve: &Reserve, sources: &Sources) -> Result<(), SpoolError> {
    let mut bytes = vec![0; HEADER_BYTES];
    put(&mut bytes, 0, &MAGIC);
    put(&mut bytes, 8, &FORMAT_VERSION.to_le_bytes());
    for (id, sequence) in sources {
        bytes.extend(id);
        bytes.extend(sequence.to_le_bytes());
    }
    let crc = crc32fast::hash(&bytes).to_le_bytes();
    let path = folder.join(FILE_NAME);
    reserve
        .with(|| replace_file(&path, &[&bytes, &crc]))
        .map_err(|error| SpoolError::io("write", &path, error))
}

/// `None` where the file is damaged; without a file there are no sources.
pub(crate) fn load(folder: &Path) -> Result<Option<Sources>, SpoolError> {
    let path = folder.join(FILE_NAME);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Sources::new())),
        Err(error) => return Err(SpoolError::io("read", &path, error)),
    };
    if bytes.len() < HEADER_BYTES + 4 || !bytes.starts_with(&MAGIC) {
        return Ok(None);
    }
    let (body, crc) = bytes.split_at(bytes.len() - 4);
    if crc32fast::hash(body) != u32_at(crc, 0) {
        return Ok(None);
    }
    let found = u32_at(body, 8);
    if found > FORMAT_VERSION {
        return Err(SpoolError::Version { path, found, supported: FORMAT_VERSION });
    }
    let entries = body[HEADER_BYTES..].chunks_exact(ENTRY_BYTES);
    Ok(Some(entries.map(|entry| (array_at(entry, 0), u64_at(entry, 16))).collect()))
}
