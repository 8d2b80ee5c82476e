//! Records to blocks of ClickHouse's `Native` format, column by column.
//!
//! A block is: number of columns, number of rows, then for each column its name, its type and its data, as ClickHouse's
//! HTTP interface takes it (protocol revision 0, no block info). Blocks one after the other are one valid `Native`
//! stream, and so are the zstd frames of blocks: delivery joins them without looking inside.
//!
//! A compressed block is two frames, the second of which holds the data of the last column, `IngestId`. So the server
//! can number a block of an agent anew and pass the rest on as it came.

mod check;
mod columns;
mod frames;
mod receive;
#[cfg(test)]
mod tests;

use click_lite_model::Record;

pub use self::check::{BlockError, check};
use self::columns::{Column, Fixed, LowCardinality, Map, Strings, write_length, write_string};
use self::frames::FrameWriter;
pub use self::receive::{BlockReceiver, ReceiveError, ReceivedBlock};

/// Name and type of each column of a block, in order: the columns of OpenTelemetry's `otel_logs`, then ours.
pub const COLUMNS: [(&str, &str); 17] = [
    ("Timestamp", "DateTime64(9)"),
    ("TraceId", "String"),
    ("SpanId", "String"),
    ("TraceFlags", "UInt8"),
    ("SeverityText", "LowCardinality(String)"),
    ("SeverityNumber", "UInt8"),
    ("ServiceName", "LowCardinality(String)"),
    ("Body", "String"),
    ("ResourceSchemaUrl", "LowCardinality(String)"),
    ("ResourceAttributes", "Map(LowCardinality(String), String)"),
    ("ScopeSchemaUrl", "LowCardinality(String)"),
    ("ScopeName", "String"),
    ("ScopeVersion", "LowCardinality(String)"),
    ("ScopeAttributes", "Map(LowCardinality(String), String)"),
    ("LogAttributes", "Map(LowCardinality(String), String)"),
    ("EventName", "String"),
    ("IngestId", "UInt64"),
];

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
    /// Time of the earliest and the latest record, nanoseconds since the epoch; both 0 in an empty block.
    pub min_time_ns: i64,
    pub max_time_ns: i64,
}

impl Block {
    /// Where the `IngestId`s begin: they are the last bytes of the block.
    fn ids_at(&self) -> usize {
        self.uncompressed_bytes - self.rows as usize * ID_BYTES
    }
}

/// Collects records and writes them as one block. Keep one and use it again: it holds the columns' memory.
///
/// A key that comes twice in one map keeps its first value under its name; later ones are kept as `key#2`, `key#3`.
#[derive(Default)]
pub struct BlockEncoder {
    rows: u64,
    text_bytes: usize,
    min_time_ns: i64,
    max_time_ns: i64,
    timestamp: Fixed,
    trace_id: Strings,
    span_id: Strings,
    trace_flags: Fixed,
    severity_text: LowCardinality,
    severity_number: Fixed,
    service_name: LowCardinality,
    body: Strings,
    resource_schema_url: LowCardinality,
    resource_attributes: Map,
    scope_schema_url: LowCardinality,
    scope_name: Strings,
    scope_version: LowCardinality,
    scope_attributes: Map,
    log_attributes: Map,
    event_name: Strings,
    ingest_id: Fixed,
    block: Vec<u8>,
    frames: FrameWriter,
}

impl BlockEncoder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record as a row. `arrival_ns` (nanoseconds since the epoch) is its time where it has none, and
    /// `default_service` its service where it names none.
    pub fn push(&mut self, record: &Record, ingest_id: u64, arrival_ns: i64, default_service: &str) {
        let time_ns = record.time_ns.unwrap_or(arrival_ns);
        if self.rows == 0 {
            (self.min_time_ns, self.max_time_ns) = (time_ns, time_ns);
        }
        self.min_time_ns = self.min_time_ns.min(time_ns);
        self.max_time_ns = self.max_time_ns.max(time_ns);
        self.rows += 1;
        self.text_bytes += record.text_bytes();

        let service = if record.service().is_empty() { default_service } else { record.service() };
        self.timestamp.push(time_ns.to_le_bytes());
        self.trace_id.push(record.trace_id());
        self.span_id.push(record.span_id());
        self.trace_flags.push([record.trace_flags]);
        self.severity_text.push(record.severity_text());
        self.severity_number.push([record.severity.number()]);
        self.service_name.push(service);
        self.body.push(record.body());
        self.resource_schema_url.push(record.resource_schema_url());
        self.resource_attributes.push(record.resource());
        self.scope_schema_url.push(record.scope_schema_url());
        self.scope_name.push(record.scope_name());
        self.scope_version.push(record.scope_version());
        self.scope_attributes.push(record.scope_attributes());
        self.log_attributes.push(record.attributes());
        self.event_name.push(record.event_name());
        self.ingest_id.push(ingest_id.to_le_bytes());
    }

    /// Rows pushed since the last block.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Size of the block so far, told without building it: an estimate that is rather above than below.
    pub fn estimated_bytes(&self) -> usize {
        /// Fixed-size columns, offsets of the maps, and length bytes.
        const ROW_BYTES: usize = 64;
        self.text_bytes + self.rows as usize * ROW_BYTES
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.text_bytes = 0;
        (self.min_time_ns, self.max_time_ns) = (0, 0);
        for column in self.columns() {
            column.clear();
        }
    }

    /// Appends the block to `out` and begins a new one.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Block {
        let start = out.len();
        let rows = self.rows;
        write_length(out, COLUMNS.len());
        write_length(out, rows as usize);
        for (column, (name, kind)) in self.columns().into_iter().zip(COLUMNS) {
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

    /// In the order of [`COLUMNS`].
    fn columns(&mut self) -> [&mut dyn Column; COLUMNS.len()] {
        [
            &mut self.timestamp,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.trace_flags,
            &mut self.severity_text,
            &mut self.severity_number,
            &mut self.service_name,
            &mut self.body,
            &mut self.resource_schema_url,
            &mut self.resource_attributes,
            &mut self.scope_schema_url,
            &mut self.scope_name,
            &mut self.scope_version,
            &mut self.scope_attributes,
            &mut self.log_attributes,
            &mut self.event_name,
            &mut self.ingest_id,
        ]
    }
}

impl std::fmt::Debug for BlockEncoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BlockEncoder").field("rows", &self.rows).finish_non_exhaustive()
    }
}
