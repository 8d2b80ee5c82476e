use std::collections::BTreeSet;

use click_lite_model::{Record, Severity};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::native::BlockEncoder;

/// A record with these texts in every column that holds text.
fn record(time_ns: i64, texts: &[String], pairs: &[(String, String)]) -> Record {
    let mut record = Record::new();
    let text = |index: usize| texts.get(index).map_or("", String::as_str);
    record.time_ns = Some(time_ns);
    record.severity = Severity::from_number(time_ns as u8 % 25);
    record.trace_flags = time_ns as u8;
    record.set_severity_text(text(0));
    record.set_service(text(1));
    record.set_body(text(2));
    record.set_event_name(text(3));
    record.set_scope_name(text(4));
    record.set_scope_version(text(5));
    for (index, (key, value)) in pairs.iter().enumerate() {
        match index % 3 {
            0 => record.push_attribute(key, value),
            1 => record.push_resource(key, value),
            _ => record.push_scope_attribute(key, value),
        }
    }
    record
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    // Around 128 bytes a length takes its second byte.
    let text = || prop_oneof![".{0,8}", "[a-zé世]{0,3}", "[xé]{60,140}"];
    let one = (any::<i64>(), vec(text(), 0..6), vec((text(), text()), 0..7));
    vec(one.prop_map(|(time_ns, texts, pairs)| record(time_ns, &texts, &pairs)), 1..20)
}

fn block_of(records: &[Record]) -> (Vec<u8>, Block) {
    let mut encoder = BlockEncoder::new();
    for (index, record) in records.iter().enumerate() {
        encoder.push(record, index as u64, 0, "");
    }
    let mut out = Vec::new();
    let block = encoder.finish(&mut out);
    (out, block)
}

/// Reads a block slowly and in another way: the number of its rows, or `None` where anything is wrong with it.
fn read_slowly(mut bytes: &[u8]) -> Option<u64> {
    fn number(bytes: &mut &[u8]) -> Option<u64> {
        let end = bytes.iter().take(9).position(|byte| *byte < 128)? + 1;
        let (digits, rest) = bytes.split_at(end);
        *bytes = rest;
        Some(digits.iter().rev().fold(0, |value, digit| value << 7 | u64::from(digit & 127)))
    }
    fn fixed<const BYTES: usize>(bytes: &mut &[u8], count: u64) -> Option<Vec<u64>> {
        let mut values = Vec::new();
        for _ in 0..count {
            let (value, rest) = bytes.split_at_checked(BYTES)?;
            let mut wide = [0; 8];
            wide[..BYTES].copy_from_slice(value);
            values.push(u64::from_le_bytes(wide));
            *bytes = rest;
        }
        Some(values)
    }
    fn text(bytes: &mut &[u8]) -> Option<String> {
        let length = usize::try_from(number(bytes)?).ok()?;
        let (text, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        String::from_utf8(text.to_vec()).ok()
    }
    fn texts(bytes: &mut &[u8], count: u64) -> Option<()> {
        (0..count).try_for_each(|_| text(bytes).map(drop))
    }
    fn dictionary(bytes: &mut &[u8], values: u64) -> Option<()> {
        let flags = fixed::<8>(bytes, 1)?[0];
        let keys = fixed::<8>(bytes, 1)?[0];
        texts(bytes, keys)?;
        (fixed::<8>(bytes, 1)?[0] == values).then_some(())?;
        let indexes = match flags {
            0x600 => fixed::<1>(bytes, values)?,
            0x601 => fixed::<2>(bytes, values)?,
            0x602 => fixed::<4>(bytes, values)?,
            _ => return None,
        };
        indexes.iter().all(|index| *index < keys).then_some(())
    }
    let bytes = &mut bytes;
    (number(bytes)? == COLUMNS.len() as u64).then_some(())?;
    let rows = number(bytes)?;
    (rows > 0).then_some(())?;
    for (name, kind) in COLUMNS {
        (text(bytes)? == name && text(bytes)? == kind).then_some(())?;
        match kind {
            "DateTime64(9)" | "UInt64" => _ = fixed::<8>(bytes, rows)?,
            "UInt8" => {
                let values = fixed::<1>(bytes, rows)?;
                (name != "SeverityNumber" || values.iter().all(|value| *value <= 24)).then_some(())?;
            }
            "String" => texts(bytes, rows)?,
            _ => {
                (fixed::<8>(bytes, 1)?[0] == 1).then_some(())?;
                if kind.starts_with("Map") {
                    let ends = fixed::<8>(bytes, rows)?;
                    ends.is_sorted().then_some(())?;
                    let total = *ends.last()?;
                    if total > 0 {
                        dictionary(bytes, total)?;
                    }
                    texts(bytes, total)?;
                } else {
                    dictionary(bytes, rows)?;
                }
            }
        }
    }
    bytes.is_empty().then_some(rows)
}

proptest! {
    #[test]
    fn what_the_encoder_writes_passes(records in records()) {
        let (bytes, block) = block_of(&records);
        prop_assert_eq!(check(&bytes), Ok(block));
        prop_assert_eq!(read_slowly(&bytes), Some(block.rows));
    }

    #[test]
    fn a_changed_byte_is_refused_or_makes_another_block(
        records in records(),
        places in vec((any::<prop::sample::Index>(), 1..=255_u8), 40),
    ) {
        let (bytes, _) = block_of(&records);
        for (place, flip) in places {
            let mut changed = bytes.clone();
            changed[place.index(bytes.len())] ^= flip;
            prop_assert_eq!(check(&changed).ok().map(|block| block.rows), read_slowly(&changed));
        }
    }

    #[test]
    fn anything_is_taken_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(check(&bytes).ok().map(|block| block.rows), read_slowly(&bytes));
    }
}

#[test]
fn each_byte_of_a_block_matters_or_is_data() {
    let pairs = [("k".to_owned(), "v".to_owned()), ("r".to_owned(), "w".to_owned())];
    let (bytes, _) =
        block_of(&[record(7, &["info".into(), "api".into(), "é".repeat(70)], &pairs), record(9, &[], &[])]);
    let mut codes = BTreeSet::new();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            let checked = check(&changed);
            assert_eq!(
                checked.is_ok(),
                read_slowly(&changed).is_some(),
                "byte {place}, bit {bit}: {checked:?}"
            );
            codes.extend(checked.err().map(|error| error.code()));
        }
    }
    for end in 0..bytes.len() {
        assert!(check(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
    }
    codes.extend(check(&[bytes.as_slice(), b"x"].concat()).err().map(|error| error.code()));
    codes.extend(check(&[COLUMNS.len() as u8, 0]).err().map(|error| error.code()));
    let all = [
        "block.columns",
        "block.dictionary",
        "block.empty",
        "block.excess",
        "block.row_ends",
        "block.severity",
        "block.truncated",
        "block.utf8",
    ];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn dictionaries_of_every_width_pass() {
    for keys in [256, 257, 65_537] {
        let records: Vec<_> = (0..keys).map(|n| record(0, &[String::new(), n.to_string()], &[])).collect();
        let (bytes, block) = block_of(&records);
        assert_eq!(check(&bytes), Ok(block));
    }
}

#[test]
fn a_block_that_claims_more_than_there_is_costs_nothing() {
    let (bytes, _) = block_of(&[record(1, &[], &[])]);
    // 2^62 rows.
    let mut huge = vec![COLUMNS.len() as u8];
    huge.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
    huge.extend(&bytes[2..]);
    assert_eq!(check(&huge), Err(BlockError::Truncated { column: "Timestamp" }));
}

#[test]
fn a_column_of_another_schema_is_named() {
    let (mut bytes, _) = block_of(&[record(1, &[], &[])]);
    let place = bytes.windows(7).position(|window| window == b"TraceId").expect("the column");
    bytes[place..place + 7].copy_from_slice(b"traceid");
    let error = check(&bytes).expect_err("refused");
    assert_eq!(error.to_string(), "column 1 of the block says `traceid` where `TraceId` belongs");
}
