//! Rows of blocks that [`BlockEncoder`](super::BlockEncoder) wrote: to show them, and to find them in the table.

use std::borrow::Cow;

use super::COLUMNS;

/// Why bytes are no block of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the block ends in the middle of {0}")]
    Truncated(&'static str),
    #[error("the columns of the block are not those of this program")]
    Columns,
    #[error("{0} of the block is out of range")]
    Range(&'static str),
}

impl ReadError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        "block.unreadable"
    }

    /// A block stays as it is.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// A value of a row. Text that is no UTF-8 is shown with replacement characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nanoseconds since the Unix epoch.
    Time(i64),
    Number(u64),
    Text(Cow<'a, str>),
    Map(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

/// The first rows of a block, each with a value for each of [`COLUMNS`], in their order.
///
/// # Errors
/// The bytes are no block of ours.
pub fn read_rows(block: &[u8], most: usize) -> Result<Vec<Vec<Cell<'_>>>, ReadError> {
    let mut bytes = Bytes(block);
    let rows = begin(&mut bytes)?;
    let most = most.min(rows);
    let mut table: Vec<Vec<Cell<'_>>> = (0..most).map(|_| Vec::with_capacity(COLUMNS.len())).collect();
    for (name, kind) in COLUMNS {
        column_header(&mut bytes, name, kind)?;
        column(&mut bytes, kind, rows, &mut table)?;
    }
    Ok(table)
}

/// Time (nanoseconds since the Unix epoch) and `IngestId` of each row of a block, of log records or of spans: of both
/// the time is the first column and the id the last.
///
/// # Errors
/// The bytes are no block of ours.
pub fn read_keys(block: &[u8]) -> Result<Vec<(i64, u64)>, ReadError> {
    const ID_HEADER: &[u8] = b"\x08IngestId\x06UInt64";
    let mut bytes = Bytes(block);
    bytes.length()?;
    let rows = bytes.length()?;
    column_header(&mut bytes, "Timestamp", "DateTime64(9)")?;
    let times = bytes.fixed(rows, 8)?;
    let ids_at = bytes.0.len().checked_sub(times.len()).ok_or(ReadError::Truncated("the ids"))?;
    let (before, ids) = bytes.0.split_at(ids_at);
    if !before.ends_with(ID_HEADER) {
        return Err(ReadError::Columns);
    }
    Ok(times
        .as_chunks()
        .0
        .iter()
        .zip(ids.as_chunks().0)
        .map(|(time, id)| (i64::from_le_bytes(*time), u64::from_le_bytes(*id)))
        .collect())
}

/// Reads the head of the block: its number of rows.
pub(super) fn begin(bytes: &mut Bytes<'_>) -> Result<usize, ReadError> {
    if bytes.length()? != COLUMNS.len() {
        return Err(ReadError::Columns);
    }
    bytes.length()
}

pub(super) fn column_header(bytes: &mut Bytes<'_>, name: &str, kind: &str) -> Result<(), ReadError> {
    let is_ours = bytes.string()? == name.as_bytes() && bytes.string()? == kind.as_bytes();
    if is_ours { Ok(()) } else { Err(ReadError::Columns) }
}

/// Reads a column of `rows` values, and gives the first of them to the rows of `table`.
fn column<'a>(
    bytes: &mut Bytes<'a>,
    kind: &str,
    rows: usize,
    table: &mut [Vec<Cell<'a>>],
) -> Result<(), ReadError> {
    match kind {
        "DateTime64(9)" => {
            let values = bytes.fixed(rows, 8)?.as_chunks().0;
            give(table, values.iter().map(|value| Cell::Time(i64::from_le_bytes(*value))));
        }
        "UInt64" => {
            let values = bytes.fixed(rows, 8)?.as_chunks().0;
            give(table, values.iter().map(|value| Cell::Number(u64::from_le_bytes(*value))));
        }
        "UInt8" => {
            let values = bytes.fixed(rows, 1)?;
            give(table, values.iter().map(|value| Cell::Number(u64::from(*value))));
        }
        "String" => {
            let values = bytes.strings(rows, table.len())?;
            give(table, values.into_iter().map(|value| Cell::Text(text(value))));
        }
        "LowCardinality(String)" => {
            bytes.take(8, "a dictionary's version")?;
            let values = bytes.dictionary(rows, table.len())?;
            give(table, values.into_iter().map(|value| Cell::Text(text(value))));
        }
        _ => return map(bytes, rows, table),
    }
    Ok(())
}

/// `Map(LowCardinality(String), String)`.
fn map<'a>(bytes: &mut Bytes<'a>, rows: usize, table: &mut [Vec<Cell<'a>>]) -> Result<(), ReadError> {
    bytes.take(8, "a dictionary's version")?;
    let ends = bytes.fixed(rows, 8)?.as_chunks::<8>().0;
    let end = |row: usize| {
        let end = ends.get(row).map_or(0, |end| u64::from_le_bytes(*end));
        usize::try_from(end).map_err(|_| ReadError::Range("a map's end"))
    };
    let all = end(rows.wrapping_sub(1))?;
    let shown = if table.is_empty() { 0 } else { end(table.len() - 1)? };
    let keys = bytes.dictionary(all, shown)?;
    let values = bytes.strings(all, shown)?;
    let mut pairs = keys.into_iter().zip(values).map(|(key, value)| (text(key), text(value)));
    let mut start = 0;
    for (index, row) in table.iter_mut().enumerate() {
        let stop = end(index)?;
        let count = stop.checked_sub(start).ok_or(ReadError::Range("a map's end"))?;
        row.push(Cell::Map(pairs.by_ref().take(count).collect()));
        start = stop;
    }
    Ok(())
}

fn give<'a>(table: &mut [Vec<Cell<'a>>], values: impl Iterator<Item = Cell<'a>>) {
    for (row, value) in table.iter_mut().zip(values) {
        row.push(value);
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// What is left of a block.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ReadError::Truncated(what))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn fixed(&mut self, rows: usize, width: usize) -> Result<&'a [u8], ReadError> {
        self.take(rows.saturating_mul(width), "a column")
    }

    /// `VarUInt` (LEB128).
    fn length(&mut self) -> Result<usize, ReadError> {
        let mut length = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1, "a length")?[0];
            length |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(length).map_err(|_| ReadError::Range("a length"));
            }
        }
        Err(ReadError::Range("a length"))
    }

    fn string(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.length()?;
        self.take(length, "a text")
    }

    /// Reads `count` texts and gives the first `shown`.
    pub(super) fn strings(&mut self, count: usize, shown: usize) -> Result<Vec<&'a [u8]>, ReadError> {
        let mut texts = Vec::new();
        for index in 0..count {
            let text = self.string()?;
            if index < shown {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    fn number(&mut self, what: &'static str) -> Result<u64, ReadError> {
        let mut number = [0; 8];
        number.copy_from_slice(self.take(8, what)?);
        Ok(u64::from_le_bytes(number))
    }

    /// Reads the keys of a dictionary and `count` indexes into them; gives the texts of the first `shown`. No rows are
    /// nothing at all.
    pub(super) fn dictionary(&mut self, count: usize, shown: usize) -> Result<Vec<&'a [u8]>, ReadError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let width = match self.number("a dictionary")? & 0xff {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => return Err(ReadError::Range("the type of a dictionary's indexes")),
        };
        let size = usize::try_from(self.number("a dictionary")?).unwrap_or(usize::MAX);
        let keys = self.strings(size, size)?;
        if usize::try_from(self.number("a dictionary")?) != Ok(count) {
            return Err(ReadError::Range("the number of a dictionary's indexes"));
        }
        let indexes = self.fixed(count, width)?;
        let index =
            |bytes: &[u8]| bytes.iter().rev().fold(0, |index, byte| (index << 8) | usize::from(*byte));
        indexes
            .chunks_exact(width)
            .take(shown)
            .map(|bytes| keys.get(index(bytes)).copied().ok_or(ReadError::Range("a dictionary's index")))
            .collect()
    }
}
