use crate::bytes::{array_at, i64_at, is_sealed, put, seal, u32_at, u64_at};

pub(crate) const FRAME_HEADER_BYTES: usize = 100;
pub(crate) const FRAME_MAGIC: [u8; 4] = *b"CLFR";
/// Largest payload of one frame. Far above what a sender needs, far below what `u32` lengths can say.
pub(crate) const MAX_PAYLOAD_BYTES: u64 = 1 << 30;

const HAS_SOURCE: u32 = 1;
const HAS_TIMES: u32 = 2;

/// A sender that numbers its records, so that a batch sent twice is stored once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub id: [u8; 16],
    /// Records that this source has sent in all, those of this frame included.
    pub sequence: u64,
}

/// Earliest and latest time of a frame's records, nanoseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    pub min_ns: i64,
    pub max_ns: i64,
}

/// One batch of records, encoded. The spool does not look into the payload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    pub payload: Vec<u8>,
    /// Records in the payload.
    pub rows: u32,
    /// Size of the payload once decompressed.
    pub uncompressed_bytes: u64,
    /// Table and columns version; frames of one cut have the same.
    pub schema: u32,
    pub source: Option<Source>,
    pub times: Option<TimeRange>,
}

/// A frame as it was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFrame {
    pub frame: Frame,
    /// Where the spool keeps it, or kept it: no other frame of this spool ever had or will have the same place.
    pub place: Position,
    /// Nanoseconds since the Unix epoch, UTC.
    pub appended_at_ns: i64,
}

/// A place in the log: byte `offset` of the file of `segment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    pub segment: u64,
    pub offset: u64,
}

/// What a frame's header says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) payload_bytes: u32,
    pub(crate) payload_crc: u32,
    pub(crate) rows: u32,
    pub(crate) uncompressed_bytes: u64,
    pub(crate) schema: u32,
    pub(crate) appended_at_ns: i64,
    pub(crate) source: Option<Source>,
    pub(crate) times: Option<TimeRange>,
}

impl Frame {
    /// Bytes that the frame takes on disk.
    pub(crate) fn disk_bytes(&self) -> u64 {
        FRAME_HEADER_BYTES as u64 + self.payload.len() as u64
    }

    /// `payload_bytes` was checked against [`MAX_PAYLOAD_BYTES`] on entry.
    pub(crate) fn header(&self, payload_bytes: u32, appended_at_ns: i64) -> FrameHeader {
        FrameHeader {
            payload_bytes,
            payload_crc: crc32fast::hash(&self.payload),
            rows: self.rows,
            uncompressed_bytes: self.uncompressed_bytes,
            schema: self.schema,
            appended_at_ns,
            source: self.source,
            times: self.times,
        }
    }
}

impl FrameHeader {
    pub(crate) fn disk_bytes(&self) -> u64 {
        FRAME_HEADER_BYTES as u64 + u64::from(self.payload_bytes)
    }

    /// The header names its own position, so bytes of another place or another spool never pass for a frame.
    pub(crate) fn encode(&self, at: Position) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        let mut flags = 0;
        put(&mut bytes, 0, &FRAME_MAGIC);
        put(&mut bytes, 8, &at.segment.to_le_bytes());
        put(&mut bytes, 16, &at.offset.to_le_bytes());
        put(&mut bytes, 24, &self.payload_bytes.to_le_bytes());
        put(&mut bytes, 28, &self.rows.to_le_bytes());
        put(&mut bytes, 32, &self.uncompressed_bytes.to_le_bytes());
        put(&mut bytes, 40, &self.schema.to_le_bytes());
        put(&mut bytes, 44, &self.payload_crc.to_le_bytes());
        put(&mut bytes, 48, &self.appended_at_ns.to_le_bytes());
        if let Some(times) = self.times {
            flags |= HAS_TIMES;
            put(&mut bytes, 56, &times.min_ns.to_le_bytes());
            put(&mut bytes, 64, &times.max_ns.to_le_bytes());
        }
        if let Some(source) = self.source {
            flags |= HAS_SOURCE;
            put(&mut bytes, 72, &source.id);
            put(&mut bytes, 88, &source.sequence.to_le_bytes());
        }
        put(&mut bytes, 4, &flags.to_le_bytes());
        seal(&mut bytes);
        bytes
    }

    /// `None` where the bytes are no header.
    pub(crate) fn decode(bytes: &[u8; FRAME_HEADER_BYTES]) -> Option<(Position, Self)> {
        if !bytes.starts_with(&FRAME_MAGIC) || !is_sealed(bytes) {
            return None;
        }
        let flags = u32_at(bytes, 4);
        let position = Position { segment: u64_at(bytes, 8), offset: u64_at(bytes, 16) };
        let header = Self {
            payload_bytes: u32_at(bytes, 24),
            rows: u32_at(bytes, 28),
            uncompressed_bytes: u64_at(bytes, 32),
            schema: u32_at(bytes, 40),
            payload_crc: u32_at(bytes, 44),
            appended_at_ns: i64_at(bytes, 48),
            times: (flags & HAS_TIMES != 0)
                .then(|| TimeRange { min_ns: i64_at(bytes, 56), max_ns: i64_at(bytes, 64) }),
            source: (flags & HAS_SOURCE != 0)
                .then(|| Source { id: array_at(bytes, 72), sequence: u64_at(bytes, 88) }),
        };
        Some((position, header))
    }

    pub(crate) fn into_stored(self, place: Position, payload: Vec<u8>) -> StoredFrame {
        StoredFrame {
            place,
            appended_at_ns: self.appended_at_ns,
            frame: Frame {
                payload,
                rows: self.rows,
                uncompressed_bytes: self.uncompressed_bytes,
                schema: self.schema,
                source: self.source,
                times: self.times,
            },
        }
    }
}
