use proptest::prelude::*;
use prost::Message as _;

use super::*;

/// The messages of `pkg/push/push.proto`, as a check on the decoder.
#[derive(Clone, PartialEq, prost::Message)]
struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<Stream>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Stream {
    #[prost(string, tag = "1")]
    labels: String,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<Entry>,
    #[prost(uint64, tag = "3")]
    hash: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Entry {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Timestamp>,
    #[prost(string, tag = "2")]
    line: String,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<Label>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

type Outcome = (Vec<Record>, Rejections, Result<Decoded, LokiError>);

fn decode(body: &[u8], is_json: bool) -> Outcome {
    let mut decoder = Decoder::new(2000);
    let (mut record, mut rejections, mut records) = (Record::new(), Rejections::default(), Vec::new());
    let mut sink = |record: &mut Record| records.push(record.clone());
    let result = if is_json {
        decoder.decode_json(body, &mut record, &mut sink, &mut rejections)
    } else {
        decoder.decode_protobuf(body, &mut record, &mut sink, &mut rejections)
    };
    (records, rejections, result)
}

fn attributes(record: &Record) -> Vec<(&str, &str)> {
    record.attributes().collect()
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn protobuf() -> Vec<u8> {
    let label = |name: &str, value: &str| Label { name: name.into(), value: value.into() };
    PushRequest {
        streams: vec![Stream {
            labels: r#"{app="shop", job="a/b", level="info", host="h1", path="C:\\x\"\u00e4"}"#.into(),
            entries: vec![
                Entry {
                    timestamp: Some(Timestamp { seconds: 1_767_323_045, nanos: 678_901_234 }),
                    line: r#"{"msg":"Grüße 世界"}"#.into(),
                    metadata: vec![label("trace_id", TRACE), label("user", "7"), label("traceID", "none")],
                },
                Entry { line: "two".into(), ..Entry::default() },
            ],
            hash: 5,
        }],
    }
    .encode_to_vec()
}

fn check(records: &[Record]) {
    let first = &records[0];
    assert_eq!((first.body(), first.time_ns), (r#"{"msg":"Grüße 世界"}"#, Some(1_767_323_045_678_901_234)));
    assert_eq!((first.service(), first.severity, first.trace_id()), ("shop", Severity::INFO, TRACE));
    assert_eq!(first.resource().collect::<Vec<_>>(), [("host.name", "h1")]);
    assert_eq!(
        attributes(first),
        [("user", "7"), ("traceID", "none"), ("app", "shop"), ("job", "a/b"), ("path", "C:\\x\"ä")]
    );
    assert_eq!((records[1].body(), records[1].time_ns), ("two", None));
    assert_eq!(attributes(&records[1]), [("app", "shop"), ("job", "a/b"), ("path", "C:\\x\"ä")]);
}

#[test]
fn protobuf_and_both_json_forms_give_the_same() {
    let (records, rejections, result) = decode(&protobuf(), false);
    assert_eq!((result.expect("readable").accepted, rejections.count()), (2, 0));
    check(&records);
    let entries = r#"[["1767323045678901234","{\"msg\":\"Grüße 世界\"}",{"trace_id":"0af7651916cd43dd8448eb211c80319c","user":7,"traceID":"none"}],["","two"]]"#;
    let labels = r#"{"app":"shop","job":"a/b","level":"info","host":"h1","path":"C:\\x\"ä"}"#;
    for body in [
        format!(r#"{{"streams":[{{"stream":{labels},"values":{entries}}}]}}"#),
        format!(r#"{{"x":1,"streams":[{{"values":{entries},"stream":{labels}}}]}}"#),
    ] {
        let (records, rejections, result) = decode(body.as_bytes(), true);
        assert_eq!((result.expect("readable").accepted, rejections.count()), (2, 0));
        check(&records);
    }
    let old = br#"{"streams":[{"labels":"{a=\"b\",}","entries":[{"ts":"2026-01-02T03:04:05.5Z","line":"ERROR x"}]}]}"#;
    let (records, ..) = decode(old, true);
    assert_eq!((records[0].body(), records[0].time_ns), ("ERROR x", Some(1_767_323_045_500_000_000)));
    assert_eq!((attributes(&records[0]), records[0].severity), (vec![("a", "b")], Severity::ERROR));
}

#[test]
fn what_names_the_service_and_the_level() {
    for (labels, service, severity, left) in [
        (r#"{service_name="a", service="b", app="c"}"#, "a", 0, vec![("service", "b"), ("app", "c")]),
        (r#"{job="j", container="c"}"#, "c", 0, vec![("job", "j"), ("container", "c")]),
        (r#"{detected_level="warn", level="unknown"}"#, "", 13, vec![("level", "unknown")]),
        (r#"{level="error", detected_level="warn"}"#, "", 17, vec![("detected_level", "warn")]),
        ("{}", "", 0, vec![]),
        ("{a=`\\n\"`, b=\"\\x41\\102\\n\"}", "", 0, vec![("a", "\\n\""), ("b", "AB\n")]),
        ("{ a.b = \"1\" , \u{fc}=\"2\" } ", "", 0, vec![("a.b", "1"), ("\u{fc}", "2")]),
    ] {
        let mut record = Record::new();
        let mut names = Names::default();
        labels::read(labels, &mut names, &mut String::new()).expect(labels);
        fill(&mut record, &Names::default(), &names);
        assert_eq!((record.service(), record.severity.number()), (service, severity), "{labels}");
        assert_eq!(attributes(&record), left, "{labels}");
    }
}

#[test]
fn labels_that_can_not_be_read() {
    for labels in [
        "",
        "a",
        "{",
        "{a}",
        "{a=}",
        "{a=b}",
        "{a=\"b}",
        "{a=\"b\"",
        "{a=\"b\"} x",
        "{=\"b\"}",
        "{a=\"\\q\"}",
        "{a=\"\\x+1\"}",
        "{a=\"\\ud800\"}",
        "{a=\"\\",
        "{a=`b}",
        "{a=\"b\" c=\"d\"}",
        "{a=\"\\xä\"}",
        "ä",
        "{a=ä}",
    ] {
        assert!(labels::read(labels, &mut Names::default(), &mut String::new()).is_err(), "{labels}");
    }
    let body =
        br#"{"streams":[{"labels":"{a","entries":[{"line":"x"}]},{"stream":{},"values":[["1"],["1","y"]]}]}"#;
    let (records, rejections, result) = decode(body, true);
    assert_eq!((records.len(), result.expect("readable").rejected), (1, 2));
    let codes: Vec<_> = rejections.kept().iter().map(|rejection| rejection.code).collect();
    assert_eq!(codes, ["loki.labels", "loki.entry"]);
}

#[test]
fn levels_in_lines() {
    for (line, level) in [
        (r#"{"ts":1,"level":"warn","msg":"ERROR"}"#, Some("warn")),
        (r#"{"Level": "Error"}"#, Some("Error")),
        ("ts=1 lvl=dbug level=info msg=x", Some("info")),
        ("2026-01-02 03:04:05 ERROR broken", Some("ERROR")),
        ("2026-01-02 03:04:05 [warn] broken", Some("warn")),
        ("INFO: x", Some("INFO")),
        ("[2026-01-02] app.CRITICAL: x", None),
        ("an error happened", None),
        ("GET /ERROR HTTP/1.1", None),
        (r#"{"msg":"an ERROR happened"}"#, None),
        ("level", None),
        ("level=", None),
        ("severity:ä", None),
        ("", None),
    ] {
        assert_eq!(level::find(line), level, "{line}");
    }
}

#[test]
fn large_labels_do_not_grow_a_request() {
    let stream = Stream {
        labels: format!("{{a=\"{}\"}}", "x".repeat(3000)),
        entries: vec![Entry::default(); 100],
        hash: 0,
    };
    let (records, rejections, _) = decode(&PushRequest { streams: vec![stream] }.encode_to_vec(), false);
    assert_eq!((records.len(), rejections.count(), rejections.kept()[0].code), (0, 100, "record.too_large"));
}

#[test]
fn bodies_that_are_no_requests() {
    assert_eq!(
        decode(b"{\"streams\":[{\"stream\":1}]}", true).2.expect_err("refused").code(),
        "loki.not_json"
    );
    assert_eq!(decode(b"[]", true).2.expect_err("refused").code(), "loki.not_json");
    assert_eq!(decode(b"\xff\xff", false).2.expect_err("refused").code(), "loki.not_protobuf");
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..400, byte in any::<u8>()) {
        let _ = decode(&bytes, false);
        let mut changed = protobuf();
        let at = at % changed.len();
        changed[at] = byte;
        let _ = decode(&changed, false);
    }

    #[test]
    fn any_labels_are_taken_or_refused(text in "[{}a=,\"`\\\\uxä0 ]{0,30}") {
        let _ = labels::read(&text, &mut Names::default(), &mut String::new());
        level::find(&text);
    }
}
