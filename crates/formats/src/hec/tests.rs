use click_lite_model::Severity;
use proptest::prelude::*;

use super::*;

fn decode(pieces: &[&[u8]], metadata: Metadata) -> (Vec<Record>, Result<(), EventError>) {
    let mut decoder = Decoder::new(2000, metadata);
    let (mut record, mut records) = (Record::new(), Vec::new());
    let mut sink = |record: &mut Record| records.push(record.clone());
    let mut result = Ok(());
    for (at, piece) in pieces.iter().enumerate() {
        result = decoder.decode_events(piece, at + 1 == pieces.len(), &mut record, &mut sink);
        if result.is_err() {
            break;
        }
    }
    (records, result)
}

fn attributes(record: &Record) -> Vec<(&str, &str)> {
    record.attributes().collect()
}

#[test]
fn events_one_after_the_other() {
    let body = concat!(
        r#"{"time":1426279439.5,"host":"h1","source":"s","sourcetype":"t","index":"main","event":"Grüße\n世界","fields":{"level":"warn","region":"eu","n":1}}"#,
        r#"{"time":"1426279440","event":{"message":"two","service":"shop","time":"2020-01-01T00:00:00Z","source":"stdout","http":{"status":200}}} "#,
        "\n",
        r#"{"event":{"line":"three","tag":"abc"},"extra":{"a":1}}{"event":42,"time":"soon"}{"event":{"user":{"id":7}}}"#,
    );
    let metadata = Metadata { host: "default".into(), sourcetype: "json".into(), ..Metadata::default() };
    let (records, result) = decode(&[body.as_bytes()], metadata);
    assert_eq!((records.len(), result), (5, Ok(())));
    let first = &records[0];
    assert_eq!((first.body(), first.time_ns), ("Grüße\n世界", Some(1_426_279_439_500_000_000)));
    assert_eq!(
        (first.severity, first.resource().collect::<Vec<_>>()),
        (Severity::WARN, vec![("host.name", "h1")])
    );
    assert_eq!(
        attributes(first),
        [("source", "s"), ("sourcetype", "t"), ("index", "main"), ("region", "eu"), ("n", "1")]
    );
    let second = &records[1];
    assert_eq!((second.body(), second.service()), ("two", "shop"));
    assert_eq!(second.time_ns, Some(1_426_279_440_000_000_000), "the envelope's");
    assert_eq!(
        attributes(second),
        [
            ("source", "stdout"),
            ("http.status", "200"),
            ("time", "2020-01-01T00:00:00Z"),
            ("sourcetype", "json")
        ]
    );
    assert_eq!(second.resource().collect::<Vec<_>>(), [("host.name", "default")]);
    assert_eq!(records[2].body(), "three");
    assert_eq!(attributes(&records[2]), [("extra", "{\"a\":1}"), ("tag", "abc"), ("sourcetype", "json")]);
    assert_eq!((records[3].body(), records[3].time_ns), ("42", None));
    assert_eq!(attributes(&records[3])[0], ("time", "soon"));
    assert_eq!((records[4].body(), attributes(&records[4])[0]), (r#"{"user":{"id":7}}"#, ("user.id", "7")));
}

#[test]
fn what_can_not_be_taken_says_which_event() {
    let long = format!("{{\"event\":\"{}\"}}", "x".repeat(3000));
    for (body, number, code) in [
        (r#"{"event":"a"}{"time":1}"#, 1, "hec.no_event"),
        (r#"{"event":null}"#, 0, "hec.no_event"),
        (r#"{"event":"a"} {"event":"b"} {"event":" "}"#, 2, "hec.blank_event"),
        (r#"{"event":"a","fields":[]}"#, 0, "hec.fields"),
        (r#"{"event":"a"}{"event":"#, 1, "hec.not_json"),
        (r#"{"event":"a"}[{"event":"b"}]"#, 1, "hec.not_json"),
        ("text", 0, "hec.not_json"),
        (&long, 0, "record.too_large"),
    ] {
        let (records, result) = decode(&[body.as_bytes()], Metadata::default());
        let error = result.expect_err(body);
        assert_eq!((error.number, error.code(), records.len() as u64), (number, code, number), "{body}");
    }
}

#[test]
fn an_event_without_end_is_bounded() {
    let mut decoder = Decoder::new(10_000, Metadata::default());
    let mut record = Record::new();
    decoder.decode_events(b"{\"event\":\"", false, &mut record, &mut |_| {}).expect("so far");
    for _ in 0..1000 {
        if let Err(error) = decoder.decode_events(&[b'x'; 100], false, &mut record, &mut |_| {}) {
            assert_eq!(error.code(), "record.too_large");
            assert!(decoder.text.len() <= 20_200);
            return;
        }
    }
    panic!("never refused");
}

#[test]
fn raw_lines_get_the_metadata_of_the_request() {
    let metadata = Metadata {
        host: "h".into(),
        source: "s".into(),
        sourcetype: "t".into(),
        index: "i".into(),
        time_ns: Some(5),
    };
    let mut decoder = Decoder::new(100, metadata);
    let (mut record, mut rejections, mut records) = (Record::new(), Rejections::default(), Vec::new());
    let mut sink = |record: &mut Record| records.push(record.clone());
    let decoded = decoder.decode_raw(b"one\r\n\ntwo", 0, &mut record, &mut sink, &mut rejections);
    assert_eq!((decoded.accepted, records[1].body(), records[1].time_ns), (2, "two", Some(5)));
    assert_eq!(attributes(&records[0]), [("source", "s"), ("sourcetype", "t"), ("index", "i")]);
    assert_eq!(records[0].resource().collect::<Vec<_>>(), [("host.name", "h")]);
}

proptest! {
    /// Where a body is cut makes no difference.
    #[test]
    fn pieces_do_not_matter(
        events in proptest::collection::vec("\\{\"event\":(\"[aä世🦀]{1,5}\"|true|1.5|\\{\"m\":null\\}|nul|)\\}[ \n]{0,2}", 0..5),
        cuts in proptest::collection::btree_set(0usize..200, 0..20),
        noise in proptest::option::of((0usize..200, any::<u8>())),
    ) {
        let mut body = events.concat().into_bytes();
        if let Some((at, byte)) = noise && at < body.len() {
            body[at] = byte;
        }
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts.into_iter().filter(|&cut| cut < body.len()) {
            pieces.push(&body[start..cut]);
            start = cut;
        }
        pieces.push(&body[start..]);
        let show = |(records, result): (Vec<Record>, Result<(), EventError>)| {
            (records.iter().map(|record| record.body().to_owned()).collect::<Vec<_>>(), result.map_err(|error| (error.number, error.code())))
        };
        prop_assert_eq!(show(decode(&pieces, Metadata::default())), show(decode(&[&body], Metadata::default())));
    }
}
