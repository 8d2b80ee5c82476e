use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use click_lite_model::Severity;
use proptest::prelude::*;

use super::*;

const SENDER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SECOND_NS: i64 = 1_000_000_000;

fn decode_all(bytes: &[u8]) -> (Vec<Record>, Rejections) {
    let (mut records, mut rejections) = (Vec::new(), Rejections::default());
    let decoded = Decoder::default().decode_message(
        bytes,
        &mut Record::new(),
        &mut |record| records.push(record.clone()),
        &mut rejections,
    );
    assert_eq!((decoded.accepted, decoded.rejected), (records.len() as u64, rejections.count()));
    (records, rejections)
}

fn decode(text: &str) -> Record {
    let (mut records, rejections) = decode_all(text.as_bytes());
    assert_eq!((records.len(), rejections.count()), (1, 0), "{:?}", rejections.kept());
    records.remove(0)
}

fn attributes(record: &Record) -> Vec<(&str, &str)> {
    record.attributes().collect()
}

#[test]
fn the_message_of_the_specification() {
    let record = decode(
        r#"{"version":"1.1","host":"example.org","short_message":"A short message that helps you identify what is going on",
            "full_message":"Backtrace here\n\nmore stuff","timestamp":1385053862.3072,"level":1,"_user_id":9001,
            "_some_info":"foo","_some_env_var":"bar"}"#,
    );
    assert_eq!(record.body(), "A short message that helps you identify what is going on");
    assert_eq!(record.time_ns, Some(1_385_053_862_307_200_000));
    assert_eq!((record.severity, record.severity_text()), (Severity::from_syslog(1), "alert"));
    assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "example.org")]);
    assert_eq!(
        attributes(&record),
        [
            ("user_id", "9001"),
            ("some_info", "foo"),
            ("some_env_var", "bar"),
            ("full_message", "Backtrace here\n\nmore stuff")
        ]
    );
}

#[test]
fn a_full_message_that_goes_on_from_the_short_one_is_the_body() {
    let record =
        decode(r#"{"short_message":"it \"failed\"","full_message":"it \"failed\"\nat line 1","level":3}"#);
    assert_eq!(record.body(), "it \"failed\"\nat line 1");
    assert_eq!(record.attributes().len(), 0);
    assert_eq!(decode(r#"{"full_message":"only this"}"#).body(), "only this");
}

#[test]
fn fields_of_version_1_0_and_of_docker() {
    let record = decode(
        r#"{"version":"1.0","short_message":"x","facility":"billing","file":"a.rs","line":7,"_id":"1"}"#,
    );
    assert_eq!(record.service(), "billing");
    assert_eq!(attributes(&record), [("facility", "billing"), ("file", "a.rs"), ("line", "7"), ("id", "1")]);

    let record = decode(
        r#"{"version":"1.1","host":"node","short_message":"ready","timestamp":1700000000.123,"level":6,"_command":"run",
            "_container_id":"4f2a","_container_name":"/web","_created":"2026-01-01T00:00:00Z","_image_id":"sha256:1",
            "_image_name":"shop/web:1","_tag":"4f2a"}"#,
    );
    assert_eq!((record.service(), record.severity_text()), ("web", "info"));
    assert!(attributes(&record).contains(&("container_name", "/web")));
    assert!(attributes(&record).contains(&("image_name", "shop/web:1")));
}

#[test]
fn additional_fields_name_columns_that_the_message_leaves_open() {
    let record = decode(
        r#"{"_message":"less","short_message":"more","_host":"other","host":"this","_service":"cart","facility":"f",
            "_trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","_level":"error","__odd":1,"_":2,"version":"9"}"#,
    );
    assert_eq!((record.body(), record.service()), ("more", "cart"));
    assert_eq!(record.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((record.severity, record.severity_text()), (Severity::ERROR, "error"));
    assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "this")]);
    assert_eq!(
        attributes(&record),
        [
            ("message", "less"),
            ("host", "other"),
            ("facility", "f"),
            ("_odd", "1"),
            ("_", "2"),
            ("version", "9")
        ]
    );
}

#[test]
fn compressed_messages_are_read_within_limits() {
    let text = br#"{"short_message":"small","host":"h"}"#;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(text).unwrap();
    for message in [gzip.finish().unwrap(), zlib.finish().unwrap()] {
        assert_eq!(decode_all(&message).0[0].body(), "small");
        let (records, rejections) = decode_all(&message[..message.len() / 2]);
        assert_eq!((records.len(), rejections.kept()[0].code), (0, "gelf.compression"));
    }
    let mut bomb = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; crate::DEFAULT_RECORD_BYTES + 1]).unwrap();
    let (records, rejections) = decode_all(&bomb.finish().unwrap());
    assert_eq!((records.len(), rejections.kept()[0].code), (0, "record.too_large"));
}

#[test]
fn a_bad_message_does_not_take_others_with_it() {
    let (records, rejections) = decode_all(
        b"{\"short_message\":\"1\"}\0{\"short_message\":\0\n{\"short_message\":\"2\"}\n{broken}\n{\"short_message\":\"3\"}\n\0\
          {\"short_message\":\"4\"}{\"short_message\":\"\xff\"}\0\0[1]\0",
    );
    let bodies: Vec<&str> = records.iter().map(Record::body).collect();
    assert_eq!(bodies, ["1", "2", "3", "4", "\u{fffd}"]);
    assert_eq!(rejections.count(), 3, "{:?}", rejections.kept());
}

#[test]
fn messages_end_at_nulls_and_at_line_breaks_between_objects() {
    for (bytes, expected) in [
        (&b"{}\0{\"a\""[..], Some(3)),
        (b"{}\0{}\0", Some(6)),
        (b"{\"a\":1}\n{\"b\"", Some(8)),
        (b"{\n \"a\": [\n{}\n]\n}\n", Some(17)),
        (b"{\n \"a\": 1", None),
        (b"{\"a\":\"}\\\"\n", Some(10)),
        (b"junk\n{", Some(5)),
        (b"it's \"junk\n", Some(11)),
        (b"", None),
    ] {
        assert_eq!(Frames::default().whole(bytes, 0), expected, "{}", String::from_utf8_lossy(bytes));
        // The same byte by byte: the first end that shows is one of them.
        let mut frames = Frames::default();
        let mut found = None;
        for end in 1..=bytes.len() {
            found = found.or_else(|| frames.whole(&bytes[..end], end - 1));
        }
        assert_eq!(found.is_some(), expected.is_some());
    }
}

fn chunk(id: u8, number: u8, count: u8, bytes: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0x1e, 0x0f, id, 0, 0, 0, 0, 0, 0, 0, number, count];
    chunk.extend_from_slice(bytes);
    chunk
}

#[test]
fn chunks_come_in_any_order_and_more_than_once() {
    let mut chunks = Chunks::new(1 << 20);
    assert_eq!(chunks.add(b"{}", SENDER, 0), Added::Message(b"{}"));
    assert_eq!(chunks.add(&chunk(1, 2, 3, b"c"), SENDER, 0), Added::Chunk);
    assert_eq!(chunks.add(&chunk(2, 0, 2, b"x"), SENDER, 0), Added::Chunk);
    assert_eq!(chunks.add(&chunk(1, 0, 3, b"a"), SENDER, 1), Added::Chunk);
    assert_eq!(chunks.add(&chunk(1, 0, 3, b"again"), SENDER, 1), Added::Chunk);
    // The same id of another sender is another message.
    let other = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(chunks.add(&chunk(1, 1, 3, b"other"), other, 1), Added::Chunk);
    assert_eq!(chunks.add(&chunk(1, 1, 3, b"b"), SENDER, 2), Added::Message(b"abc"));
    assert_eq!(chunks.add(&chunk(2, 1, 2, b"y"), SENDER, 2), Added::Message(b"xy"));
    assert_eq!(chunks.add(&chunk(3, 0, 1, b"alone"), SENDER, 2), Added::Message(b"alone"));
    assert_eq!(chunks.take_given_up(), 0);
}

#[test]
fn what_stays_incomplete_is_given_up_and_counted() {
    let mut chunks = Chunks::new(1 << 20);
    assert_eq!(chunks.add(&chunk(1, 0, 2, b"a"), SENDER, 0), Added::Chunk);
    assert_eq!(chunks.add(&chunk(2, 0, 3, b"a"), SENDER, SECOND_NS), Added::Chunk);
    assert_eq!(chunks.add(&chunk(2, 1, 3, b"b"), SENDER, SECOND_NS), Added::Chunk);
    assert_eq!(chunks.add(b"{}", SENDER, 5 * SECOND_NS), Added::Message(b"{}"));
    assert_eq!(chunks.take_given_up(), 1);
    assert_eq!(chunks.add(&chunk(2, 2, 3, b"c"), SENDER, 5 * SECOND_NS), Added::Message(b"abc"));
    assert_eq!(chunks.add(&chunk(1, 1, 2, b"late"), SENDER, 6 * SECOND_NS), Added::Chunk);
    assert_eq!(chunks.add(b"{}", SENDER, 12 * SECOND_NS), Added::Message(b"{}"));
    assert_eq!((chunks.take_given_up(), chunks.bytes, chunks.waiting.len()), (1, 0, 0));
}

#[test]
fn bad_chunks_are_refused() {
    let mut chunks = Chunks::new(10);
    for (datagram, error) in [
        (vec![0x1e, 0x0f, 0], ChunkError::Header),
        (chunk(1, 0, 0, b""), ChunkError::Number { number: 0, count: 0 }),
        (chunk(1, 0, 129, b""), ChunkError::Number { number: 0, count: 129 }),
        (chunk(1, 3, 3, b""), ChunkError::Number { number: 3, count: 3 }),
    ] {
        assert_eq!(chunks.add(&datagram, SENDER, 0), Added::Refused(error));
    }
    assert_eq!(chunks.add(&chunk(1, 0, 3, b"12345678"), SENDER, 0), Added::Chunk);
    assert_eq!(chunks.add(&chunk(1, 1, 4, b"1"), SENDER, 0), Added::Refused(ChunkError::Count));
    assert_eq!(chunks.add(&chunk(1, 1, 3, b"123"), SENDER, 0), Added::Refused(ChunkError::TooLarge(10)));
    assert_eq!((chunks.take_given_up(), chunks.bytes), (1, 0));
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let mut chunks = Chunks::new(usize::MAX);
    let part = vec![b'x'; 60_000];
    for at in 0..4000_u16 {
        let mut datagram = chunk(0, 0, 2, &part);
        datagram[2..4].copy_from_slice(&at.to_be_bytes());
        assert_eq!(chunks.add(&datagram, SENDER, i64::from(at)), Added::Chunk);
        assert!(chunks.bytes <= MAX_BYTES_SEEN && chunks.waiting.len() <= 1024);
    }
    assert_eq!(chunks.take_given_up() + chunks.waiting.len() as u64, 4000);
    let mut last = chunk(0, 1, 2, b"y");
    last[2..4].copy_from_slice(&3999_u16.to_be_bytes());
    assert!(matches!(chunks.add(&last, SENDER, 4000), Added::Message(message) if message.len() == 60_001));
}

const MAX_BYTES_SEEN: usize = 32 << 20;

proptest! {
    #[test]
    fn any_datagrams_in_any_order(
        datagrams in prop::collection::vec((0_u8..4, 0_u8..5, 0_u8..5, prop::collection::vec(any::<u8>(), 0..20)), 0..60),
    ) {
        let mut chunks = Chunks::new(64);
        for (at, (id, number, count, bytes)) in datagrams.iter().enumerate() {
            let datagram = chunk(*id, *number, *count, bytes);
            let _ = chunks.add(&datagram, SENDER, at as i64 * SECOND_NS / 2);
        }
        let held: usize = chunks.waiting.values().map(|waiting| waiting.bytes.len()).sum();
        prop_assert_eq!(held, chunks.bytes);
    }

    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        decode_all(&bytes);
    }

    #[test]
    fn any_text_is_decoded_without_a_panic(text in r#"[{}\[\]"\\:,a\n\x00é1_ ]{0,60}"#) {
        decode_all(text.as_bytes());
        let mut frames = Frames::default();
        let mut taken = 0;
        let mut seen = 0;
        for end in 0..=text.len() {
            match frames.whole(&text.as_bytes()[taken..end], seen) {
                Some(whole) => {
                    taken += whole;
                    seen = 0;
                }
                None => seen = end - taken,
            }
        }
        prop_assert!(taken <= text.len());
    }
}
