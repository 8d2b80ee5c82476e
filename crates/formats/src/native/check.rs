//! Whether bytes are a block that [`BlockEncoder`](super::BlockEncoder) could have written.
//!
//! The bytes come from anywhere. What passes is taken by ClickHouse: one block that it refuses would take the whole
//! insert with it, and its other senders' records. Nothing is allocated but the text of an error.

use super::columns::{DICTIONARY_VERSION, HAS_ADDITIONAL_KEYS, NEED_UPDATE_DICTIONARY};
use super::{Block, COLUMNS, ID_BYTES};

/// Highest `SeverityNumber` (OpenTelemetry log data model, "Field: `SeverityNumber`").
const MOST_SEVERE: u8 = 24;
/// Bytes of an unexpected name that are shown.
const SHOWN_BYTES: usize = 64;

/// Why a block is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    #[error("the block has {found} columns where {} belong", COLUMNS.len())]
    Columns { found: u64 },
    #[error("column {position} of the block says `{found}` where `{expected}` belongs")]
    Header { position: usize, expected: &'static str, found: String },
    #[error("the block has no rows")]
    NoRows,
    #[error("the block ends within column {column}, or a length in it is wrong")]
    Truncated { column: &'static str },
    #[error("column {column} of the block holds text that is not UTF-8")]
    Utf8 { column: &'static str },
    #[error("the dictionary of column {column} does not fit the block: {what} is {found}")]
    Dictionary { column: &'static str, what: &'static str, found: u64 },
    #[error("the row ends of column {column} do not grow")]
    RowEnds { column: &'static str },
    #[error("column SeverityNumber of the block holds {found}; {MOST_SEVERE} is the highest")]
    Severity { found: u8 },
    #[error("{bytes} bytes follow the block")]
    Excess { bytes: usize },
}

impl BlockError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Columns { .. } | Self::Header { .. } => "block.columns",
            Self::NoRows => "block.empty",
            Self::Truncated { .. } => "block.truncated",
            Self::Utf8 { .. } => "block.utf8",
            Self::Dictionary { .. } => "block.dictionary",
            Self::RowEnds { .. } => "block.row_ends",
            Self::Severity { .. } => "block.severity",
            Self::Excess { .. } => "block.excess",
        }
    }

    /// The same bytes are refused again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Checks a `Native` block with the columns of [`COLUMNS`] and at least one row. Its last bytes are the `IngestId` of
/// each row: see [`Block::ids_at`].
pub fn check(bytes: &[u8]) -> Result<Block, BlockError> {
    let mut reader = Reader { bytes, at: 0, column: COLUMNS[0].0 };
    let found = reader.length()?;
    if found != COLUMNS.len() as u64 {
        return Err(BlockError::Columns { found });
    }
    // A row takes more than a byte, so more rows than bytes can't be.
    let rows = reader.count()?;
    if rows == 0 {
        return Err(BlockError::NoRows);
    }
    let mut times = (0, 0);
    for (position, (name, kind)) in COLUMNS.into_iter().enumerate() {
        reader.column = name;
        reader.header(position, name)?;
        reader.header(position, kind)?;
        match kind {
            "DateTime64(9)" => times = earliest_and_latest(reader.fixed::<8>(rows)?),
            "UInt64" => _ = reader.fixed::<ID_BYTES>(rows)?,
            "UInt8" => {
                let found = reader.fixed::<1>(rows)?.iter().fold(0, |most, [value]| most.max(*value));
                if name == "SeverityNumber" && found > MOST_SEVERE {
                    return Err(BlockError::Severity { found });
                }
            }
            "String" => reader.strings(rows)?,
            "LowCardinality(String)" => {
                reader.dictionary_version()?;
                reader.dictionary(rows)?;
            }
            _ => reader.map(rows)?,
        }
    }
    if reader.at < bytes.len() {
        return Err(BlockError::Excess { bytes: bytes.len() - reader.at });
    }
    Ok(Block {
        rows: rows as u64,
        uncompressed_bytes: bytes.len(),
        min_time_ns: times.0,
        max_time_ns: times.1,
    })
}

fn earliest_and_latest(times: &[[u8; 8]]) -> (i64, i64) {
    times
        .iter()
        .map(|bytes| i64::from_le_bytes(*bytes))
        .fold((i64::MAX, i64::MIN), |(earliest, latest), time| (earliest.min(time), latest.max(time)))
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Never beyond the end.
    at: usize,
    /// The column that is read.
    column: &'static str,
}

impl<'a> Reader<'a> {
    fn truncated(&self) -> BlockError {
        BlockError::Truncated { column: self.column }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], BlockError> {
        let end = self.at.checked_add(count).ok_or_else(|| self.truncated())?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.truncated())?;
        self.at = end;
        Ok(taken)
    }

    fn fixed<const BYTES: usize>(&mut self, count: usize) -> Result<&'a [[u8; BYTES]], BlockError> {
        let bytes = count.checked_mul(BYTES).ok_or_else(|| self.truncated())?;
        Ok(self.take(bytes)?.as_chunks().0)
    }

    fn u64(&mut self) -> Result<u64, BlockError> {
        Ok(u64::from_le_bytes(self.fixed::<8>(1)?[0]))
    }

    /// ClickHouse's `VarUInt` (LEB128).
    #[inline]
    fn length(&mut self) -> Result<u64, BlockError> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or_else(|| self.truncated())?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.truncated())
    }

    /// A number of things of which each takes at least one of the bytes that follow.
    fn count(&mut self) -> Result<usize, BlockError> {
        let count = self.length()?;
        self.within(count)
    }

    fn within(&self, count: u64) -> Result<usize, BlockError> {
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= self.bytes.len() - self.at)
            .ok_or_else(|| self.truncated())
    }

    /// The name or the type of a column.
    fn header(&mut self, position: usize, expected: &'static str) -> Result<(), BlockError> {
        let length = self.count()?;
        let found = self.take(length)?;
        if found == expected.as_bytes() {
            return Ok(());
        }
        let found = String::from_utf8_lossy(&found[..found.len().min(SHOWN_BYTES)]).into_owned();
        Err(BlockError::Header { position, expected, found })
    }

    /// Texts, each after its length.
    ///
    /// A length below 128 is an ASCII character, so a run of short texts with their lengths is UTF-8 exactly where each
    /// text is; only the longer lengths are left out. So the check runs over long stretches, at the speed of memory.
    fn strings(&mut self, count: usize) -> Result<(), BlockError> {
        let mut unchecked = self.at;
        for _ in 0..count {
            let first = *self.bytes.get(self.at).ok_or_else(|| self.truncated())?;
            if first < 0x80 {
                self.at += 1 + usize::from(first);
            } else {
                self.utf8(unchecked)?;
                let length = self.count()?;
                unchecked = self.at;
                self.at += length;
            }
            if self.at > self.bytes.len() {
                return Err(self.truncated());
            }
        }
        self.utf8(unchecked)
    }

    /// Whether what lies between `start` and here is UTF-8.
    fn utf8(&self, start: usize) -> Result<(), BlockError> {
        match simdutf8::basic::from_utf8(&self.bytes[start..self.at]) {
            Ok(_) => Ok(()),
            Err(_) => Err(BlockError::Utf8 { column: self.column }),
        }
    }

    fn dictionary_version(&mut self) -> Result<(), BlockError> {
        self.expect("its version", DICTIONARY_VERSION)
    }

    fn expect(&mut self, what: &'static str, expected: u64) -> Result<(), BlockError> {
        let found = self.u64()?;
        if found == expected { Ok(()) } else { Err(self.dictionary_error(what, found)) }
    }

    fn dictionary_error(&self, what: &'static str, found: u64) -> BlockError {
        BlockError::Dictionary { column: self.column, what, found }
    }

    /// The keys of a `LowCardinality` column and the index of each of its values, of which there is at least one.
    fn dictionary(&mut self, values: usize) -> Result<(), BlockError> {
        const FLAGS: u64 = HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY;
        let flags = self.u64()?;
        let keys = self.u64()?;
        let key_count = self.within(keys)?;
        self.strings(key_count)?;
        self.expect("the number of its values", values as u64)?;
        let highest = match flags.wrapping_sub(FLAGS) {
            0 => self.fixed::<1>(values)?.iter().fold(0, |most, [index]| most.max(*index)).into(),
            1 => {
                self.fixed(values)?.iter().fold(0, |most, index| most.max(u16::from_le_bytes(*index))).into()
            }
            2 => {
                self.fixed(values)?.iter().fold(0, |most, index| most.max(u32::from_le_bytes(*index))).into()
            }
            _ => return Err(self.dictionary_error("its kind", flags)),
        };
        if highest >= keys { Err(self.dictionary_error("its highest index", highest)) } else { Ok(()) }
    }

    /// `Map(LowCardinality(String), String)`: the end of each row, the keys of all rows, their values.
    fn map(&mut self, rows: usize) -> Result<(), BlockError> {
        self.dictionary_version()?;
        let mut total = 0;
        let mut grows = true;
        for end in self.fixed(rows)? {
            let end = u64::from_le_bytes(*end);
            grows &= end >= total;
            total = end;
        }
        if !grows {
            return Err(BlockError::RowEnds { column: self.column });
        }
        let total = self.within(total)?;
        // Without values there is no dictionary at all.
        if total > 0 {
            self.dictionary(total)?;
        }
        self.strings(total)
    }
}

#[cfg(test)]
mod tests;
