//! Blocks of log records back to records, column by column: a few allocations a block, none a row.

use std::borrow::Cow;

use click_lite_model::{Record, Severity};

use super::COLUMNS;
use super::read::{Bytes, ReadError, begin, column_header};

/// Calls `visit` with the `IngestId` of each row of a block, in their order, and its record, which always has a time.
///
/// # Errors
/// The bytes are no block of ours; nothing was visited then.
pub fn read_records(block: &[u8], mut visit: impl FnMut(u64, &Record)) -> Result<(), ReadError> {
    let mut bytes = Bytes(block);
    let rows = begin(&mut bytes)?;
    let mut columns = COLUMNS.iter().map(|(name, kind)| {
        column_header(&mut bytes, name, kind)?;
        Column::read(&mut bytes, kind, rows)
    });
    let mut next = || columns.next().unwrap_or(Err(ReadError::Columns));
    let (time, trace_id, span_id, flags) = (next()?, next()?, next()?, next()?);
    let (severity_text, severity, service, body) = (next()?, next()?, next()?, next()?);
    let (resource_url, resource, scope_url, scope_name) = (next()?, next()?, next()?, next()?);
    let (scope_version, scope, attributes, event_name, ids) = (next()?, next()?, next()?, next()?, next()?);

    let mut record = Record::new();
    for row in 0..rows {
        record.clear();
        record.time_ns = Some(time.number(row).cast_signed());
        record.set_trace_id(&trace_id.text(row));
        record.set_span_id(&span_id.text(row));
        record.trace_flags = flags.number(row) as u8;
        record.set_severity_text(&severity_text.text(row));
        record.severity = Severity::from_number(severity.number(row) as u8);
        record.set_service(&service.text(row));
        record.set_body(&body.text(row));
        record.set_resource_schema_url(&resource_url.text(row));
        resource.pairs(row, |key, value| record.push_resource(key, value));
        record.set_scope_schema_url(&scope_url.text(row));
        record.set_scope_name(&scope_name.text(row));
        record.set_scope_version(&scope_version.text(row));
        scope.pairs(row, |key, value| record.push_scope_attribute(key, value));
        attributes.pairs(row, |key, value| record.push_attribute(key, value));
        record.set_event_name(&event_name.text(row));
        visit(ids.number(row), &record);
    }
    Ok(())
}

/// The values of a column, where they lie in the block.
enum Column<'a> {
    Wide(&'a [[u8; 8]]),
    Narrow(&'a [u8]),
    Texts(Vec<&'a [u8]>),
    Maps { ends: Vec<usize>, keys: Vec<&'a [u8]>, values: Vec<&'a [u8]> },
}

impl<'a> Column<'a> {
    fn read(bytes: &mut Bytes<'a>, kind: &str, rows: usize) -> Result<Self, ReadError> {
        const DICTIONARY: &str = "a dictionary's version";
        Ok(match kind {
            "DateTime64(9)" | "UInt64" => Self::Wide(bytes.fixed(rows, 8)?.as_chunks().0),
            "UInt8" => Self::Narrow(bytes.fixed(rows, 1)?),
            "String" => Self::Texts(bytes.strings(rows, rows)?),
            "LowCardinality(String)" => {
                bytes.take(8, DICTIONARY)?;
                Self::Texts(bytes.dictionary(rows, rows)?)
            }
            _ => {
                bytes.take(8, DICTIONARY)?;
                let mut ends = Vec::with_capacity(rows);
                for end in bytes.fixed(rows, 8)?.as_chunks().0 {
                    let end = usize::try_from(u64::from_le_bytes(*end));
                    let end = end.map_err(|_| ReadError::Range("a map's end"))?;
                    if ends.last().is_some_and(|last| *last > end) {
                        return Err(ReadError::Range("a map's end"));
                    }
                    ends.push(end);
                }
                let all = ends.last().copied().unwrap_or(0);
                Self::Maps { ends, keys: bytes.dictionary(all, all)?, values: bytes.strings(all, all)? }
            }
        })
    }

    fn number(&self, row: usize) -> u64 {
        match self {
            Self::Wide(values) => u64::from_le_bytes(values[row]),
            Self::Narrow(values) => u64::from(values[row]),
            Self::Texts(_) | Self::Maps { .. } => 0,
        }
    }

    fn text(&self, row: usize) -> Cow<'a, str> {
        match self {
            Self::Texts(values) => String::from_utf8_lossy(values[row]),
            _ => Cow::Borrowed(""),
        }
    }

    fn pairs(&self, row: usize, mut push: impl FnMut(&str, &str)) {
        let Self::Maps { ends, keys, values } = self else { return };
        let start = row.checked_sub(1).map_or(0, |before| ends[before]);
        for index in start..ends[row] {
            push(&String::from_utf8_lossy(keys[index]), &String::from_utf8_lossy(values[index]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::BlockEncoder;

    #[test]
    fn records_come_back_as_they_went() {
        let mut record = Record::new();
        record.set_body("disk is full");
        record.set_level("warn");
        record.set_trace_id("0af7651916cd43dd8448eb211c80319c");
        record.push_attribute("path", "/var");
        record.push_attribute("n", "7");
        record.push_resource("host.name", "web-1");
        record.push_scope_attribute("kind", "x");
        record.time_ns = Some(-5);
        let mut encoder = BlockEncoder::new();
        encoder.push(&record, 1 << 60, 0, "api");
        record.clear();
        encoder.push(&record, 2, 99, "api");
        let mut block = Vec::new();
        encoder.finish(&mut block);

        let mut seen = Vec::new();
        read_records(&block, |id, record| seen.push((id, record.clone()))).expect("a block of ours");
        let [(first_id, first), (second_id, second)] = &seen[..] else { panic!("two rows") };
        assert_eq!((*first_id, *second_id), (1 << 60, 2));
        assert_eq!((first.time_ns, second.time_ns), (Some(-5), Some(99)));
        assert_eq!((first.body(), first.service(), first.severity), ("disk is full", "api", Severity::WARN));
        assert_eq!(first.attributes().collect::<Vec<_>>(), [("path", "/var"), ("n", "7")]);
        assert_eq!(first.resource().collect::<Vec<_>>(), [("host.name", "web-1")]);
        assert_eq!(first.scope_attributes().collect::<Vec<_>>(), [("kind", "x")]);
        assert_eq!((second.body(), second.attributes().len()), ("", 0));

        for length in 0..block.len() {
            assert!(read_records(&block[..length], |_, _| ()).is_err(), "cut at {length}");
        }
    }
}
