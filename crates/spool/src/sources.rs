//! Last sequence of each source. The log holds those of the frames in it; this file those of frames long delivered.

use std::{collections::HashMap, fs, io, path::Path};

use crate::{
    SpoolError,
    bytes::{array_at, i64_at, put, u32_at, u64_at},
    disk::{Reserve, replace_file},
};

const MAGIC: [u8; 8] = *b"CLSPOOLQ";
const HEADER_BYTES: usize = 16;
/// Version 1 had no times.
const VERSION: u32 = 2;
const ENTRY_BYTES: [usize; 2] = [24, 32];
const FILE_NAME: &str = "sources";

/// What is known of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownSource {
    /// That of its last durable frame.
    pub sequence: u64,
    /// When that frame was appended, nanoseconds since the Unix epoch, UTC.
    pub appended_at_ns: i64,
}

/// Sources by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources(HashMap<[u8; 16], KnownSource>);

impl Sources {
    pub(crate) fn get(&self, id: &[u8; 16]) -> Option<KnownSource> {
        self.0.get(id).copied()
    }

    /// Whether the source has sent this already.
    pub(crate) fn knows(&self, id: &[u8; 16], sequence: u64) -> bool {
        self.0.get(id).is_some_and(|known| known.sequence >= sequence)
    }

    /// Takes note of a frame.
    pub(crate) fn advance(&mut self, id: [u8; 16], sequence: u64, appended_at_ns: i64) {
        let known = self.0.entry(id).or_default();
        known.sequence = known.sequence.max(sequence);
        known.appended_at_ns = known.appended_at_ns.max(appended_at_ns);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets those whose last frame is longest ago, beyond this number.
    pub(crate) fn keep_newest(&mut self, most: usize) {
        if self.0.len() <= most {
            return;
        }
        let mut times: Vec<i64> = self.0.values().map(|known| known.appended_at_ns).collect();
        times.sort_unstable_by(|left, right| right.cmp(left));
        let Some(&oldest_kept) = times[..most].last() else { return self.0.clear() };
        let newer = self.0.values().filter(|known| known.appended_at_ns > oldest_kept).count();
        let mut as_old = most.saturating_sub(newer);
        self.0.retain(|_, known| {
            if known.appended_at_ns != oldest_kept {
                return known.appended_at_ns > oldest_kept;
            }
            let is_kept = as_old > 0;
            as_old = as_old.saturating_sub(1);
            is_kept
        });
    }
}

/// Writes the file; durable on return.
pub(crate) fn save(folder: &Path, reserve: &Reserve, sources: &Sources) -> Result<(), SpoolError> {
    let mut bytes = vec![0; HEADER_BYTES];
    put(&mut bytes, 0, &MAGIC);
    put(&mut bytes, 8, &VERSION.to_le_bytes());
    for (id, known) in &sources.0 {
        bytes.extend(id);
        bytes.extend(known.sequence.to_le_bytes());
        bytes.extend(known.appended_at_ns.to_le_bytes());
    }
    let crc = crc32fast::hash(&bytes).to_le_bytes();
    let path = folder.join(FILE_NAME);
    reserve
        .with(|| replace_file(&path, &[&bytes, &crc]))
        .map_err(|error| SpoolError::io("write", &path, error))
}

/// `None` where the file is damaged; without a file there are no sources. Sources of a file without times were last
/// seen at `now_ns`.
pub(crate) fn load(folder: &Path, now_ns: i64) -> Result<Option<Sources>, SpoolError> {
    let path = folder.join(FILE_NAME);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Sources::default())),
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
    if found > VERSION {
        return Err(SpoolError::Version { path, found, supported: VERSION });
    }
    let has_times = found == VERSION;
    let mut sources = Sources::default();
    for entry in body[HEADER_BYTES..].chunks_exact(ENTRY_BYTES[usize::from(has_times)]) {
        let appended_at_ns = if has_times { i64_at(entry, 24) } else { now_ns };
        sources.advance(array_at(entry, 0), u64_at(entry, 16), appended_at_ns);
    }
    Ok(Some(sources))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        for most in 0..6 {
            let mut sources = Sources::default();
            for (id, time) in [(1, 50), (2, 10), (3, 30), (4, 30)] {
                sources.advance([id; 16], 7, time);
            }
            sources.keep_newest(most);
            assert_eq!(sources.len(), most.min(4));
            let kept = |id: u8| sources.knows(&[id; 16], 7);
            assert_eq!((kept(1), kept(2)), (most > 0, most > 3), "{most}");
        }
    }

    #[test]
    fn a_file_without_times_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bytes = vec![0; HEADER_BYTES];
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 8, &1_u32.to_le_bytes());
        for id in [3, 4] {
            bytes.extend([id; 16]);
            bytes.extend((u64::from(id) * 100).to_le_bytes());
        }
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        fs::write(folder.path().join(FILE_NAME), bytes).expect("written");
        let sources = load(folder.path(), 99).expect("read").expect("whole");
        assert_eq!(sources.len(), 2);
        assert_eq!(sources.get(&[4; 16]), Some(KnownSource { sequence: 400, appended_at_ns: 99 }));
    }
}
