//! Files of the log, and how to walk the frames in them, whatever state they are in.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::{
    FORMAT_VERSION, SpoolError,
    bytes::{is_sealed, put, seal, u32_at, u64_at},
    frame::{FRAME_HEADER_BYTES, FRAME_MAGIC, FrameHeader, Position},
};

pub(crate) const SEGMENT_HEADER_BYTES: usize = 32;
pub(crate) const SEGMENT_START: u64 = SEGMENT_HEADER_BYTES as u64;

const MAGIC: [u8; 8] = *b"CLSPOOLS";
const READ_BYTES: usize = 64 << 10;
const SCAN_BYTES: usize = 1 << 20;

pub(crate) fn segment_path(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("segment-{id:020}.log"))
}

/// Number of a segment by its file name.
pub(crate) fn segment_id(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("segment-")?.strip_suffix(".log")?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}

pub(crate) fn encode_segment_header(id: u64) -> [u8; SEGMENT_HEADER_BYTES] {
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    put(&mut bytes, 0, &MAGIC);
    put(&mut bytes, 8, &FORMAT_VERSION.to_le_bytes());
    put(&mut bytes, 16, &id.to_le_bytes());
    seal(&mut bytes);
    bytes
}

/// Whether the file begins as a segment of this number; a newer format is an error.
pub(crate) fn check_segment_header(path: &Path, id: u64) -> Result<bool, SpoolError> {
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut bytes));
    match read {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(SpoolError::io("read", path, error)),
    }
    if !bytes.starts_with(&MAGIC) || !is_sealed(&bytes) || u64_at(&bytes, 16) != id {
        return Ok(false);
    }
    let found = u32_at(&bytes, 8);
    if found > FORMAT_VERSION {
        return Err(SpoolError::Version { path: path.to_path_buf(), found, supported: FORMAT_VERSION });
    }
    Ok(true)
}

/// What a walk finds next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A header that holds; its payload follows and is skipped unless asked for.
    Frame(Position, FrameHeader),
    /// Bytes that are no frame, up to the next header that holds or the end.
    Garbage {
        start: u64,
        end: u64,
    },
    End,
}

/// Walks one segment from an offset to an end.
pub(crate) struct Walker {
    reader: BufReader<File>,
    segment: u64,
    offset: u64,
    end: u64,
    /// Bytes of the current payload not read yet.
    unread: u64,
}

impl Walker {
    /// `offset` is the start of a frame or of a segment's frames.
    pub(crate) fn open(folder: &Path, segment: u64, offset: u64, end: u64) -> io::Result<Self> {
        let mut file = File::open(segment_path(folder, segment))?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self { reader: BufReader::with_capacity(READ_BYTES, file), segment, offset, end, unread: 0 })
    }

    pub(crate) fn step(&mut self) -> io::Result<Step> {
        if self.unread > 0 {
            self.reader.seek_relative(i64::try_from(self.unread).unwrap_or(i64::MAX))?;
            self.unread = 0;
        }
        let start = self.offset;
        let left = self.end.saturating_sub(start);
        if left == 0 {
            return Ok(Step::End);
        }
        if left >= FRAME_HEADER_BYTES as u64 {
            let mut bytes = [0; FRAME_HEADER_BYTES];
            self.reader.read_exact(&mut bytes)?;
            if let Some(header) = self.accept(&bytes, start) {
                self.offset = start + header.disk_bytes();
                self.unread = u64::from(header.payload_bytes);
                return Ok(Step::Frame(Position { segment: self.segment, offset: start }, header));
            }
        }
        let next = self.find_header(start + 1)?;
        self.offset = next;
        self.reader.seek(SeekFrom::Start(next))?;
        Ok(Step::Garbage { start, end: next })
    }

    /// The payload of the frame that the last step returned; `None` where its checksum fails.
    pub(crate) fn payload(&mut self, header: &FrameHeader) -> io::Result<Option<Vec<u8>>> {
        let mut payload = vec![0; header.payload_bytes as usize];
        self.reader.read_exact(&mut payload)?;
        self.unread = 0;
        Ok((crc32fast::hash(&payload) == header.payload_crc).then_some(payload))
    }

    /// Whether the payload of the frame that the last step returned has its checksum. Takes little memory.
    pub(crate) fn payload_holds(&mut self, header: &FrameHeader) -> io::Result<bool> {
        let mut hasher = crc32fast::Hasher::new();
        let mut buffer = [0; 16 << 10];
        while self.unread > 0 {
            let length = usize::try_from(self.unread).unwrap_or(usize::MAX).min(buffer.len());
            self.reader.read_exact(&mut buffer[..length])?;
            hasher.update(&buffer[..length]);
            self.unread -= length as u64;
        }
        Ok(hasher.finalize() == header.payload_crc)
    }

    /// The header, if it holds, is of this place, and its payload is not cut off.
    fn accept(&self, bytes: &[u8; FRAME_HEADER_BYTES], offset: u64) -> Option<FrameHeader> {
        let (position, header) = FrameHeader::decode(bytes)?;
        let here = Position { segment: self.segment, offset };
        (position == here && header.disk_bytes() <= self.end - offset).then_some(header)
    }

    /// Offset of the first header that holds at `from` or after it, or the end.
    fn find_header(&mut self, from: u64) -> io::Result<u64> {
        let mut buffer = Vec::new();
        let mut base = from;
        while base + FRAME_HEADER_BYTES as u64 <= self.end {
            let length = usize::try_from(self.end - base).unwrap_or(usize::MAX).min(SCAN_BYTES);
            buffer.resize(length, 0);
            self.reader.seek(SeekFrom::Start(base))?;
            self.reader.read_exact(&mut buffer)?;
            for (at, window) in buffer.windows(FRAME_HEADER_BYTES).enumerate() {
                if window[0] != FRAME_MAGIC[0] || !window.starts_with(&FRAME_MAGIC) {
                    continue;
                }
                let Ok(bytes) = window.try_into() else { continue };
                let offset = base + at as u64;
                if self.accept(bytes, offset).is_some() {
                    return Ok(offset);
                }
            }
            // Windows of the next round begin where those of this one ended.
            base += (length - FRAME_HEADER_BYTES + 1) as u64;
        }
        Ok(self.end)
    }
}
