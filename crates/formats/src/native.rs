//! Records and spans to blocks of ClickHouse's `Native` format, column by column.
//!
//! A block is: number of columns, number of rows, then for each column its name, its type and its data, as ClickHouse's
//! HTTP interface takes it (protocol revision 0, no block info). Blocks one after the other are one valid `Native`
//! stream, and so are the zstd frames of blocks: delivery joins them without looking inside.
//!
//! A compressed block is two frames, the second of which holds the data of the last column, `IngestId`. So the server
//! can number a block in the very moment in which it goes to the spool, and pass the rest of an agent's on as it came.

mod check;
mod columns;
mod frames;
mod logs;
mod read;
mod receive;
mod records;
mod spans;
mod table;
#[cfg(test)]
mod tests;

pub use self::check::{BlockError, check};
use self::columns::{write_length, write_string};
use self::frames::FrameWriter;
pub use self::logs::{COLUMNS, LogColumns};
pub use self::read::{Cell, ReadError, read_keys, read_rows};
pub use self::receive::{BlockReceiver, ReceiveError, ReceivedBlock};
pub use self::records::read_records;
pub use self::spans::{SPAN_COLUMNS, SpanColumns};
pub use self::table::Table;

/// Bytes of an `IngestId`.
const ID_BYTES: usize = 8;

/// A block could not be compressed.
#[derive(Debug, thiserror::Error)]
#[error("can't compress a block of {uncompressed_bytes} bytes at level {level}")]
pub struct CompressError {
    pub level: i32,
    pub uncompressed_bytes: usize,
    source: std::io::Error,
}

impl CompressError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        "block.compress"
    }

    /// zstd fails for want of memory, which may be there later.
    pub fn is_retryable(&self) -> bool {
        true
    }
}

/// What a finished block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub rows: u64,
    /// Size of the `Native` block before compression.
    pub uncompressed_bytes: usize,
    /// Time of the earliest and the latest row, nanoseconds since the epoch; both 0 in an empty block.
    pub min_time_ns: i64,
    pub max_time_ns: i64,
}

impl Block {
    /// Where the `IngestId`s begin: they are the last bytes of the block.
    fn ids_at(&self) -> usize {
        self.uncompressed_bytes - self.rows as usize * ID_BYTES
    }
}

/// Collects log records.
pub type BlockEncoder = Encoder<LogColumns>;
/// Collects spans.
pub type SpanBlockEncoder = Encoder<SpanColumns>;

/// Collects rows of a table and writes them as one block. Keep one and use it again: it holds the columns' memory.
///
/// A key that comes twice in one map keeps its first value under its name; later ones are kept as `key#2`, `key#3`.
#[derive(Default)]
pub struct Encoder<T> {
    rows: u64,
    text_bytes: usize,
    min_time_ns: i64,
    max_time_ns: i64,
    columns: T,
    block: Vec<u8>,
    frames: FrameWriter,
}

impl<T: Table> Encoder<T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a row that is about to be pushed.
    #[inline]
    fn begin_row(&mut self, time_ns: i64, text_bytes: usize) {
        if self.rows == 0 {
            (self.min_time_ns, self.max_time_ns) = (time_ns, time_ns);
        }
        self.min_time_ns = self.min_time_ns.min(time_ns);
        self.max_time_ns = self.max_time_ns.max(time_ns);
        self.rows += 1;
        self.text_bytes += text_bytes;
    }

    /// Rows pushed since the last block.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Size of the block so far, told without building it: an estimate that is rather above than below.
    pub fn estimated_bytes(&self) -> usize {
        self.text_bytes + self.rows as usize * T::ROW_BYTES
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.text_bytes = 0;
        (self.min_time_ns, self.max_time_ns) = (0, 0);
        for column in self.columns.columns() {
            column.clear();
        }
    }

    /// Appends the block to `out` and begins a new one.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Block {
        let start = out.len();
        let rows = self.rows;
        write_length(out, T::COLUMNS.len());
        write_length(out, rows as usize);
        for (column, (name, kind)) in self.columns.columns().zip(T::COLUMNS) {
            write_string(out, name);
            write_string(out, kind);
            column.write(out);
        }
        let block = Block {
            rows,
            uncompressed_bytes: out.len() - start,
            min_time_ns: self.min_time_ns,
            max_time_ns: self.max_time_ns,
        };
        self.clear();
        block
    }

    /// Appends the block as one zstd frame that lacks the data of the last column, and begins a new one: see
    /// [`IdFrames`], which appends them. On an error the rows are lost.
    pub fn finish_without_ids(&mut self, level: i32, out: &mut Vec<u8>) -> Result<Block, CompressError> {
        let mut plain = std::mem::take(&mut self.block);
        plain.clear();
        let block = self.finish(&mut plain);
        let written = self.frames.append(level, &plain[..block.ids_at()], out);
        self.block = plain;
        written.map_err(|source| CompressError {
            level,
            uncompressed_bytes: block.uncompressed_bytes,
            source,
        })?;
        Ok(block)
    }

    /// Appends the block as two zstd frames (each with its content size, without a checksum) to `out` and begins a new
    /// one; the second holds the data of the last column. On an error the rows are lost.
    pub fn finish_compressed(&mut self, level: i32, out: &mut Vec<u8>) -> Result<Block, CompressError> {
        let mut plain = std::mem::take(&mut self.block);
        plain.clear();
        let block = self.finish(&mut plain);
        let (columns, ids) = plain.split_at(block.ids_at());
        let written =
            self.frames.append(level, columns, out).and_then(|()| self.frames.append(level, ids, out));
        self.block = plain;
        written.map_err(|source| CompressError {
            level,
            uncompressed_bytes: block.uncompressed_bytes,
            source,
        })?;
        Ok(block)
    }
}

/// Writes the `IngestId`s of blocks that lack them.
#[derive(Default)]
pub struct IdFrames {
    ids: Vec<u8>,
    frames: FrameWriter,
}

impl IdFrames {
    /// Appends `first_id` and those after it, one a row, as the last frame of a compressed block.
    pub fn append(
        &mut self,
        first_id: u64,
        rows: u64,
        level: i32,
        out: &mut Vec<u8>,
    ) -> Result<(), CompressError> {
        self.ids.clear();
        self.ids.extend((0..rows).flat_map(|row| first_id.wrapping_add(row).to_le_bytes()));
        self.frames.append(level, &self.ids, out).map_err(|source| CompressError {
            level,
            uncompressed_bytes: self.ids.len(),
            source,
        })
    }
}

impl<T> std::fmt::Debug for Encoder<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Encoder").field("rows", &self.rows).finish_non_exhaustive()
    }
}
