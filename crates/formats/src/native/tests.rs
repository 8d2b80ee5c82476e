use click_lite_model::{Record, Span};

use super::columns::{Arrays, Column, LowCardinality, Map};
use super::*;
use crate::ndjson::Decoder;

const ARRIVAL_NS: i64 = 1_763_640_000_000_000_001;

/// Three rows that use every column, an empty map, a repeated key and a repeated value.
fn sample() -> BlockEncoder {
    let mut encoder = BlockEncoder::new();
    let mut decoder = Decoder::default();
    let mut record = Record::new();
    for (index, text) in [
        r#"{"timestamp":"2025-11-20T12:00:00.123456789Z","level":"warn","service":"cart","host":"a1","message":"disk \"full\"",
            "trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","k":"v","n":1.5,"k":"w"}"#,
        "{}",
        r#"{"timestamp":"1960-01-01T00:00:00Z","level":"warn","message":"é","k":"x"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        decoder.decode_object(text, &mut record).unwrap();
        if index == 2 {
            record.trace_flags = 1;
            record.set_resource_schema_url("https://a/1");
            record.set_scope_schema_url("https://b/2");
            record.set_scope_name("logger");
            record.set_scope_version("1.2");
            record.push_scope_attribute("s", "t");
            record.set_event_name("login");
        }
        encoder.push(&record, 100 + index as u64, ARRIVAL_NS, "default");
    }
    encoder
}

/// The golden block was read back by ClickHouse 26.7 with
/// `SELECT * FROM file('sample.native', Native) FORMAT JSONEachRow`, which gave `sample.jsonl` beside it.
#[test]
fn the_block_is_the_one_that_clickhouse_read() {
    let mut out = Vec::new();
    let block = sample().finish(&mut out);
    assert_eq!(
        block,
        Block {
            rows: 3,
            uncompressed_bytes: out.len(),
            min_time_ns: -315_619_200_000_000_000,
            max_time_ns: ARRIVAL_NS.max(1_763_640_000_123_456_789),
        }
    );
    if let Some(path) = std::env::var_os("CLICK_LITE_WRITE_GOLDEN") {
        std::fs::write(path, &out).unwrap();
    }
    assert!(out == include_bytes!("golden/sample.native"), "the block has changed: check it with ClickHouse");
}

#[test]
fn a_compressed_block_is_two_frames_and_the_encoder_begins_anew() {
    let mut plain = Vec::new();
    sample().finish(&mut plain);
    let mut encoder = sample();
    let mut out = b"before".to_vec();
    for level in [1, 1, 3] {
        let start = out.len();
        let block = encoder.finish_compressed(level, &mut out).unwrap();
        assert_eq!((block.rows, block.uncompressed_bytes), (3, plain.len()));
        assert_eq!(zstd::bulk::decompress(&out[start..], 1 << 20).unwrap(), plain);
        let (first, content) = frames::frame_size(&out[start..]).unwrap();
        assert_eq!(content, plain.len() as u64 - 24);
        let ids = zstd::bulk::decompress(&out[start + first..], 1 << 20).unwrap();
        assert_eq!(ids, [100_u64, 101, 102].map(u64::to_le_bytes).concat());
        assert_eq!((encoder.rows(), encoder.estimated_bytes()), (0, 0));
        encoder = sample();
    }
    assert!(out.starts_with(b"before"));
}

#[test]
fn no_rows_are_a_valid_block() {
    let mut out = Vec::new();
    let block = BlockEncoder::new().finish(&mut out);
    assert_eq!((block.rows, block.min_time_ns, block.max_time_ns), (0, 0, 0));
    assert_eq!(out[..2], [COLUMNS.len() as u8, 0]);
}

fn map(rows: &[&[(&str, &str)]]) -> Vec<u8> {
    let mut map = Map::default();
    for row in rows {
        map.push(row.iter().copied());
    }
    let mut out = Vec::new();
    map.write(&mut out);
    out
}

#[test]
fn repeated_keys_are_numbered() {
    let repeated = map(&[&[("a", "1"), ("a", "2"), ("a#2", "3"), ("a", "4"), ("b", "5")], &[("a", "6")]]);
    let named = map(&[&[("a", "1"), ("a#2", "2"), ("a#2#2", "3"), ("a#3", "4"), ("b", "5")], &[("a", "6")]]);
    assert_eq!(repeated, named);
    let texts: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = texts.iter().map(|text| ("k", text.as_str())).collect();
    assert!(map(&[&many]).len() > 20_000 * 12);
}

#[test]
fn indexes_take_the_smallest_type() {
    for (keys, index_type, index_bytes) in [(256, 0, 1), (257, 1, 2), (65_536, 1, 2), (65_537, 2, 4)] {
        let mut column = LowCardinality::default();
        let mut texts = 0;
        for key in 0..keys {
            let text = key.to_string();
            column.push(&text);
            column.push(&text);
            texts += text.len() + 1;
        }
        let mut out = Vec::new();
        column.write(&mut out);
        assert_eq!(out[8..10], [index_type, 6], "{keys}");
        assert_eq!(out.len(), 32 + texts + 2 * keys * index_bytes, "{keys}");
    }
}

#[test]
fn arrays_have_the_prefix_of_their_elements_first() {
    let mut column = Arrays::<LowCardinality>::default();
    for row in [&["a", "b"][..], &[], &["a"]] {
        for text in row {
            column.next().push(text);
        }
        column.end_row();
    }
    let mut out = Vec::new();
    column.write(&mut out);
    let numbers =
        |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
    // Version of the dictionary; ends of the rows; dictionary of two texts with indexes of one byte.
    let expected =
        [numbers(&[1, 2, 2, 3, 0x600, 2]), b"\x01a\x01b".to_vec(), numbers(&[3]), vec![0, 1, 0]].concat();
    assert_eq!(out, expected);
    column.clear();
    column.end_row();
    out.clear();
    column.write(&mut out);
    assert_eq!(out, numbers(&[1, 0]));
}

#[test]
fn spans_make_a_block_of_their_own_columns() {
    let mut encoder = SpanBlockEncoder::new();
    let mut span = Span::new();
    for start_ns in [Some(5), None, Some(-3)] {
        span.start_ns = start_ns;
        encoder.push(&span, 1, ARRIVAL_NS, "");
    }
    let mut out = Vec::new();
    let block = encoder.finish(&mut out);
    assert_eq!((block.rows, block.min_time_ns, block.max_time_ns), (3, -3, ARRIVAL_NS));
    assert_eq!(out[..2], [SPAN_COLUMNS.len() as u8, 3]);
    assert_eq!((encoder.rows(), encoder.estimated_bytes()), (0, 0));
}

#[test]
fn lengths_are_leb128() {
    for (length, bytes) in [(0, vec![0]), (127, vec![127]), (128, vec![128, 1]), (16_384, vec![128, 128, 1])]
    {
        let mut out = Vec::new();
        write_length(&mut out, length);
        assert_eq!(out, bytes);
    }
}

#[test]
fn rows_are_read_as_they_were_written() {
    let mut block = Vec::new();
    sample().finish(&mut block);
    let rows = read_rows(&block, 10).expect("a block of ours");
    assert_eq!(rows.len(), 3);
    let cell = |row: usize, name: &str| {
        let column = COLUMNS.iter().position(|(column, _)| *column == name).expect("a column");
        rows[row][column].clone()
    };
    let text = |text: &'static str| Cell::Text(text.into());
    assert_eq!(cell(0, "Timestamp"), Cell::Time(1_763_640_000_123_456_789));
    assert_eq!(cell(0, "Body"), text("disk \"full\""));
    assert_eq!((cell(0, "SeverityText"), cell(0, "SeverityNumber")), (text("warn"), Cell::Number(13)));
    let Cell::Map(attributes) = cell(0, "LogAttributes") else { panic!("a map") };
    let attributes: Vec<_> = attributes.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(attributes, [("k", "v"), ("n", "1.5"), ("k#2", "w")]);
    assert_eq!(cell(1, "ServiceName"), text("default"));
    assert_eq!(cell(1, "LogAttributes"), Cell::Map(Vec::new()));
    assert_eq!((cell(2, "Body"), cell(2, "IngestId")), (text("é"), Cell::Number(102)));
    assert_eq!(read_rows(&block, 1).expect("a block of ours"), rows[..1]);
    let keys = read_keys(&block).expect("a block of ours");
    assert_eq!(keys.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [100, 101, 102]);
    assert_eq!(keys[2].0, -315_619_200_000_000_000);

    let mut empty = Vec::new();
    BlockEncoder::new().finish(&mut empty);
    assert_eq!((read_rows(&empty, 5), read_keys(&empty)), (Ok(Vec::new()), Ok(Vec::new())));
}

#[test]
fn no_bytes_make_the_reader_fail_hard() {
    let mut block = Vec::new();
    sample().finish(&mut block);
    for end in 0..block.len() {
        assert!(read_rows(&block[..end], 10).is_err(), "{end}");
        assert!(read_keys(&block[..end]).is_err(), "{end}");
    }
    for at in 0..block.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = block.clone();
            damaged[at] ^= flip;
            // Whatever it gives: it ends, and takes no more memory than the block is long.
            let _ = (read_rows(&damaged, 10), read_keys(&damaged));
        }
    }
}
