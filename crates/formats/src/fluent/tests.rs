use std::io::Write as _;

use click_lite_model::Severity;
use proptest::prelude::*;

use super::*;

/// MessagePack of what these tests need.
#[derive(Debug, Clone)]
enum Value<'a> {
    Nil,
    Number(u32),
    Text(&'a str),
    Binary(Vec<u8>),
    Array(Vec<Value<'a>>),
    Map(Vec<(&'a str, Value<'a>)>),
    EventTime(u32, u32),
}

use Value::{Array, Binary, EventTime, Map, Nil, Number, Text};

impl Value<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut head = |first: u8, length: usize| {
            out.push(first);
            out.extend((length as u32).to_be_bytes());
        };
        match self {
            Nil => out.push(0xc0),
            Number(number) => head(0xce, *number as usize),
            Text(text) => {
                head(0xdb, text.len());
                out.extend_from_slice(text.as_bytes());
            }
            Binary(bytes) => {
                head(0xc6, bytes.len());
                out.extend_from_slice(bytes);
            }
            Array(values) => {
                // The short form where there is one: that is what clients write.
                match values.len() {
                    length @ ..16 => out.push(0x90 | length as u8),
                    length => head(0xdd, length),
                }
                values.iter().for_each(|value| value.write(out));
            }
            Map(pairs) => {
                head(0xdf, pairs.len());
                for (key, value) in pairs {
                    Text(key).write(out);
                    value.write(out);
                }
            }
            EventTime(seconds, nanos) => {
                out.extend([0xd7, 0x00]);
                out.extend(seconds.to_be_bytes());
                out.extend(nanos.to_be_bytes());
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

const SECONDS: u32 = 1_700_000_000;
const TIME_NS: i64 = SECONDS as i64 * NS_PER_SECOND;

fn message(text: &str) -> Value<'_> {
    Map(vec![("message", Text(text))])
}

fn entry(text: &str) -> Value<'_> {
    Array(vec![Number(SECONDS), message(text)])
}

fn packed(entries: &[Value<'_>]) -> Vec<u8> {
    entries.iter().flat_map(Value::bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const LIMITS: Limits = Limits { record_bytes: 1 << 20, batch_bytes: 1 << 20, max_compression_ratio: 1000 };

/// What became of a connection's bytes.
#[derive(Debug, Default)]
struct Outcome {
    records: Vec<Record>,
    acknowledgements: Vec<u8>,
    codes: Vec<&'static str>,
    error: Option<FluentError>,
    left: usize,
}

impl Outcome {
    fn bodies(&self) -> Vec<&str> {
        self.records.iter().map(Record::body).collect()
    }
}

/// Feeds a connection's bytes, so many at a time.
fn receive(bytes: &[u8], piece: usize, limits: Limits) -> Outcome {
    let mut outcome = Outcome::default();
    let mut stream = Stream::new(limits);
    let mut decoder = Decoder::new(limits.record_bytes);
    let (mut record, mut batch) = (Record::new(), Batch::default());
    let (mut start, mut end) = (0, 0);
    while outcome.error.is_none() {
        loop {
            let used = stream.feed(&bytes[start..end], &mut batch).unwrap_or_else(|error| {
                outcome.error = Some(error);
                0
            });
            start += used;
            if stream.must_inflate() {
                stream.inflate(&mut batch);
            } else if batch.is_empty() && used == 0 {
                break;
            }
            outcome.codes.extend(batch.take_rejections().kept().iter().map(|rejection| rejection.code));
            let mut rejections = Rejections::default();
            let mut sink = |record: &mut Record| outcome.records.push(record.clone());
            decoder.decode(&batch.take_entries(), &mut record, &mut sink, &mut rejections);
            outcome.codes.extend(rejections.kept().iter().map(|rejection| rejection.code));
            outcome.acknowledgements.extend(batch.take_acknowledgements());
        }
        assert!(end - start <= stream.max_input_bytes() + piece);
        if end == bytes.len() {
            break;
        }
        end = (end + piece).min(bytes.len());
    }
    outcome.left = bytes.len() - start;
    outcome
}

fn receive_all(bytes: &[u8]) -> Outcome {
    receive(bytes, bytes.len(), LIMITS)
}

fn attributes(record: &Record) -> Vec<(&str, &str)> {
    record.attributes().collect()
}

#[test]
fn all_modes_whole_and_in_pieces() {
    let option = |chunk| Map(vec![("size", Number(2)), ("chunk", Text(chunk))]);
    let compressed = |bytes: Vec<u8>, chunk| {
        Array(vec![
            Text("a.c"),
            Binary(bytes),
            Map(vec![("compressed", Text("gzip")), ("chunk", Text(chunk))]),
        ])
    };
    let entries = packed(&[entry("5"), entry("6")]);
    // Fluentd joins compressed chunks: a value may have several members.
    let members = [gzip(&packed(&[entry("7")])), gzip(&packed(&[entry("8"), entry("9")]))].concat();
    let bytes: Vec<u8> = [
        Nil,
        Array(vec![Text("a.m"), Number(SECONDS), message("1")]),
        Array(vec![Text("a.m"), EventTime(SECONDS, 5), message("2"), option("c1")]),
        Array(vec![Text("a.f"), Array(vec![entry("3"), entry("4")]), option("c2")]),
        Array(vec![Text("a.f"), Array(vec![])]),
        Array(vec![Text("a.p"), Binary(entries), option("c3")]),
        Array(vec![Text("a.p"), Text("")]),
        compressed(members, "c4"),
        compressed(zstd::bulk::compress(&packed(&[entry("10")]), 3).unwrap(), "c5"),
        Array(vec![Text("a.m"), Number(SECONDS), message("11"), Nil]),
    ]
    .iter()
    .flat_map(Value::bytes)
    .collect();
    for (piece, batch_bytes) in [(bytes.len(), 1 << 20), (1, 1 << 20), (7, 1), (64, 40)] {
        let outcome = receive(&bytes, piece, Limits { batch_bytes, ..LIMITS });
        assert_eq!((outcome.error, outcome.left), (None, 0));
        assert_eq!(outcome.codes, [""; 0]);
        assert_eq!(outcome.bodies(), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"], "{piece}");
        let acknowledged: Vec<u8> = ["c1", "c2", "c3", "c4", "c5"]
            .iter()
            .flat_map(|chunk| [&b"\x81\xa3ack"[..], &Text(chunk).bytes()].concat())
            .collect();
        assert_eq!(outcome.acknowledgements, acknowledged);
        let tags: Vec<&str> = outcome.records.iter().map(Record::service).collect();
        assert_eq!(tags, ["a.m", "a.m", "a.f", "a.f", "a.p", "a.p", "a.c", "a.c", "a.c", "a.c", "a.m"]);
        assert_eq!(outcome.records[0].time_ns, Some(TIME_NS));
        assert_eq!(outcome.records[1].time_ns, Some(TIME_NS + 5));
    }
}

#[test]
fn a_map_is_read_as_a_json_object_is() {
    let map = Map(vec![
        ("log", Text("Grüße \"世界\"\n")),
        ("level", Text("warn")),
        ("host", Text("h1")),
        ("trace_id", Text("4bf92f3577b34da6a3ce929d0e0e4736")),
        ("http", Map(vec![("status", Number(503)), ("tags", Array(vec![Text("a"), Nil]))])),
        ("raw", Binary(b"\xff\x00".to_vec())),
        ("seen", EventTime(SECONDS, 1)),
    ]);
    let bytes = Array(vec![Text("app.web"), EventTime(SECONDS, 7), map]).bytes();
    let outcome = receive_all(&bytes);
    let record = &outcome.records[0];
    assert_eq!((record.body(), record.severity), ("Grüße \"世界\"\n", Severity::WARN));
    assert_eq!((record.time_ns, record.service()), (Some(TIME_NS + 7), "app.web"));
    assert_eq!(record.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "h1")]);
    assert_eq!(
        attributes(record),
        [
            ("http.status", "503"),
            ("http.tags", r#"["a",null]"#),
            ("raw", "/wA="),
            ("seen", "1700000000.000000001"),
            ("fluent.tag", "app.web"),
        ]
    );
}

#[test]
fn a_time_in_the_map_is_the_records_and_the_entrys_stays() {
    let map = Map(vec![("time", Text("2023-11-14T22:13:20.5Z")), ("msg", Text("x"))]);
    let outcome = receive_all(&Array(vec![Text("t"), EventTime(SECONDS, 5), map.clone()]).bytes());
    assert_eq!(outcome.records[0].time_ns, Some(TIME_NS + 500_000_000));
    assert_eq!(
        attributes(&outcome.records[0]),
        [("fluent.time", "1700000000.000000005"), ("fluent.tag", "t")]
    );
    let outcome = receive_all(&Array(vec![Text("t"), EventTime(SECONDS, 500_000_000), map]).bytes());
    assert_eq!(attributes(&outcome.records[0]), [("fluent.tag", "t")]);
    for (time, time_ns, kept) in [
        (Number(0), None, None),
        (Nil, None, None),
        (Text("2023-11-14T22:13:20Z"), Some(TIME_NS), None),
        (Text("soon"), None, Some("\"soon\"")),
        (EventTime(SECONDS, 1_000_000_000), None, Some("\"ZVPxADuaygA=\"")),
    ] {
        let forward = Array(vec![Text("t"), Array(vec![Array(vec![time, message("x")])])]);
        let outcome = receive_all(&forward.bytes());
        let record = &outcome.records[0];
        assert_eq!(record.time_ns, time_ns);
        let found = record.attributes().find(|(key, _)| *key == "fluent.time").map(|(_, value)| value);
        assert_eq!(found, kept);
    }
    let float =
        [b"\x93\xa1t\xcb".as_slice(), &1_700_000_000.25_f64.to_be_bytes(), &message("x").bytes()].concat();
    assert_eq!(receive_all(&float).records[0].time_ns, Some(TIME_NS + 250_000_000));
}

#[test]
fn metadata_of_fluent_bit_becomes_attributes() {
    let metadata = Map(vec![("kind", Text("k8s")), ("n", Number(3)), ("deep", Map(vec![("a", Nil)]))]);
    let time = Array(vec![EventTime(SECONDS, 1), metadata]);
    let bytes = Array(vec![Text("t"), Array(vec![Array(vec![time, message("x")])])]).bytes();
    let outcome = receive_all(&bytes);
    assert_eq!(outcome.records[0].time_ns, Some(TIME_NS + 1));
    assert_eq!(
        attributes(&outcome.records[0]),
        [
            ("fluent.metadata.kind", "k8s"),
            ("fluent.metadata.n", "3"),
            ("fluent.metadata.deep", "{\"a\":null}"),
            ("fluent.tag", "t")
        ]
    );
}

#[test]
fn the_service_is_that_of_the_container_before_the_tag() {
    let service = |map: Value<'_>| {
        receive_all(&Array(vec![Text("tag"), Number(SECONDS), map]).bytes()).records[0].service().to_owned()
    };
    let docker = vec![
        ("container_id", Text("4f2a")),
        ("container_name", Text("/web")),
        ("source", Text("stdout")),
        ("log", Text("x")),
    ];
    assert_eq!(service(Map(docker)), "web");
    let labels = Map(vec![("app", Text("cart"))]);
    assert_eq!(
        service(Map(vec![("kubernetes", Map(vec![("container_name", Text("c")), ("labels", labels)]))])),
        "cart"
    );
    assert_eq!(service(Map(vec![("service", Text("pay")), ("container_name", Text("c"))])), "pay");
    assert_eq!(service(message("x")), "tag");
}

#[test]
fn what_is_no_record_is_refused_and_the_rest_goes_on() {
    let bad = [
        Array(vec![Number(1)]),
        Array(vec![Number(1), Text("no map")]),
        Number(7),
        Array(vec![Number(SECONDS), message("good")]),
    ];
    let forward = Array(vec![Text("t"), Array(bad.to_vec())]).bytes();
    let outcome = receive_all(&forward);
    assert_eq!(outcome.bodies(), ["good"]);
    assert_eq!(outcome.codes, ["record.not_an_object"; 3]);

    let mut cut = packed(&[entry("1"), entry("2")]);
    cut.truncate(cut.len() - 1);
    let mut broken = packed(&[entry("3")]);
    broken.extend([0xc1, 1, 2, 3]);
    let mut half = gzip(&packed(&[entry("4")]));
    half.truncate(half.len() / 2);
    let bytes: Vec<u8> =
        [cut.clone(), broken, gzip(&cut), half, b"\x1f\x8bno gzip".to_vec(), b"(no zstd".to_vec()]
            .into_iter()
            .map(|entries| Array(vec![Text("t"), Binary(entries), Map(vec![("chunk", Text("c"))])]))
            .chain([Array(vec![Text("t"), Number(1), message("last")])])
            .flat_map(|value| value.bytes())
            .collect();
    for piece in [bytes.len(), 1, 5] {
        let outcome = receive(&bytes, piece, LIMITS);
        assert_eq!(outcome.error, None);
        assert_eq!(outcome.codes, ["fluent.bad_entries"; 6]);
        assert_eq!(outcome.bodies(), ["1", "3", "1", "last"]);
        assert_eq!(outcome.acknowledgements.len(), 6 * (5 + 6));
    }
}

#[test]
fn what_is_no_message_ends_the_connection() {
    for (bytes, code) in [
        (&b"GET / HTTP/1.1\r\n"[..], "fluent.not_a_message"),
        (b"\xc1", "fluent.not_msgpack"),
        (b"\x91\xa1t", "fluent.not_a_message"),
        (b"\x92\x01\x02", "fluent.not_a_message"),
        (b"\x92\xa1t\x01", "fluent.not_a_message"),
        (b"\x92\xdb\xff\xff\xff\xff", "fluent.too_large"),
    ] {
        assert_eq!(receive_all(bytes).error.map(|error| error.code()), Some(code), "{bytes:?}");
    }
    // What came before is taken.
    let mut bytes = Array(vec![Text("t"), Number(1), message("good")]).bytes();
    bytes.push(0xc1);
    for piece in [bytes.len(), 1] {
        let outcome = receive(&bytes, piece, LIMITS);
        assert_eq!((outcome.bodies().len(), outcome.error.is_some()), (1, true));
    }
}

#[test]
fn entries_that_are_too_large_are_passed_over_without_being_held() {
    let limits = Limits { record_bytes: 1000, ..LIMITS };
    let large = "x".repeat(5000);
    let entries = [entry("1"), entry(&large), entry("2")];
    let bytes: Vec<u8> = [
        Array(vec![Text("t"), Array(entries.to_vec())]),
        Array(vec![Text("t"), Binary(packed(&entries))]),
        Array(vec![Text("t"), Binary(gzip(&packed(&entries)))]),
        Array(vec![Text("t"), Number(1), message(&large)]),
        Array(vec![Text("t"), Number(1), message("3")]),
    ]
    .iter()
    .flat_map(Value::bytes)
    .collect();
    for piece in [bytes.len(), 1, 300] {
        let outcome = receive(&bytes, piece, limits);
        assert_eq!(outcome.error, None);
        assert_eq!(outcome.bodies(), ["1", "2", "1", "2", "1", "2", "3"]);
        assert_eq!(outcome.codes, ["record.too_large"; 4]);
    }
}

#[test]
fn a_compression_bomb_is_refused() {
    let bomb = Binary(gzip(&vec![0; 64 << 20]));
    let bytes = Array(vec![Text("t"), bomb, Map(vec![])]).bytes();
    let limits = Limits { max_compression_ratio: 100, record_bytes: 1 << 30, ..LIMITS };
    let mut stream = Stream::new(limits);
    let (mut batch, mut start) = (Batch::default(), 0);
    while start < bytes.len() {
        start += stream.feed(&bytes[start..], &mut batch).unwrap();
        while stream.must_inflate() {
            stream.inflate(&mut batch);
            let _ = batch.take_entries();
            assert!(stream.held_bytes() < 1 << 20);
        }
    }
    assert_eq!(batch.take_rejections().kept()[0].code, "fluent.bad_entries");
}

#[test]
fn hands_are_shaken_with_the_right_key_alone() {
    let mut helo = Vec::new();
    append_helo(&mut helo, b"nonce");
    let mut text = String::new();
    append_json(&mut Reader::new(&helo), &mut text).unwrap();
    assert_eq!(text, r#"["HELO",{"nonce":"nonce","auth":"","keepalive":true}]"#);

    let ping = |digest| {
        Array(vec![Text("PING"), Text("host"), Text("salt"), Text(digest), Text(""), Text("")]).bytes()
    };
    let bytes = ping("f1a6f3d1b2f2e7c1");
    let (read, used) = Ping::read(&bytes).unwrap().unwrap();
    assert_eq!((read.hostname.as_str(), used), ("host", bytes.len()));
    assert!(!read.is_right(b"nonce", "key"));
    for end in 0..bytes.len() {
        assert!(Ping::read(&bytes[..end]).unwrap().is_none());
    }
    // `printf %s salthostnoncekey | sha512sum`
    let right = "22ec4f9c36a2f046a7b4655800a5ddfb182586919b3cd9677fdec97a04c86982043491985b89d8ad2ca716289d8daf1521a9bd98ef009f54d9db291d83284e98";
    let (read, _) = Ping::read(&ping(right)).unwrap().unwrap();
    assert!(read.is_right(b"nonce", "key"));
    assert!(!read.is_right(b"nonce", "other") && !read.is_right(b"other", "key"));

    let mut pong = Vec::new();
    append_pong(&mut pong, &read, b"nonce", "us", "key", None);
    append_pong(&mut pong, &read, b"nonce", "us", "key", Some("shared_key mismatch"));
    let mut reader = Reader::new(&pong);
    let mut text = String::new();
    append_json(&mut reader, &mut text).unwrap();
    assert!(text.starts_with(r#"["PONG",true,"","us",""#), "{text}");
    text.clear();
    append_json(&mut reader, &mut text).unwrap();
    assert_eq!(text, r#"["PONG",false,"shared_key mismatch","",""]"#);
    assert!(Ping::read(&message("x").bytes()).is_err());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_come_out_the_same(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0x92), Just(0xa1), Just(0xc0), Just(0x80)], 0..200),
        piece in 1_usize..20,
    ) {
        let bytes = [b"\x92\xa1t".as_slice(), &bytes].concat();
        let whole = receive_all(&bytes);
        let pieces = receive(&bytes, piece, Limits { batch_bytes: 1, ..LIMITS });
        prop_assert_eq!(whole.bodies(), pieces.bodies());
        prop_assert_eq!(whole.codes.len(), pieces.codes.len());
        prop_assert_eq!(whole.error, pieces.error);
        prop_assert_eq!(whole.acknowledgements, pieces.acknowledgements);
    }
}
