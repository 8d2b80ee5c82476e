use click_lite_model::Severity;
use proptest::prelude::*;

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const NOON_NS: i64 = 1_763_640_000_000_000_000;

fn decode(text: &str) -> Record {
    let mut record = Record::new();
    Decoder::default().decode_object(text, &mut record).expect(text);
    record
}

fn attributes(record: &Record) -> Vec<(&str, &str)> {
    record.attributes().collect()
}

#[test]
fn a_usual_line() {
    let record = decode(&format!(
        r#"{{"timestamp":"2025-11-20T12:00:00Z","level":"WARN","service":"cart","host":"ip-1","trace_id":"{TRACE}",
            "span_id":"00f067aa0ba902b7","message":"say \"hi\"","http.status":200,"user":{{"id":"u1","tags":["a", "b"],"vip":true}},"x":null}}"#
    ));
    assert_eq!(record.time_ns, Some(NOON_NS));
    assert_eq!((record.severity_text(), record.severity), ("WARN", Severity::WARN));
    assert_eq!((record.service(), record.body()), ("cart", r#"say "hi""#));
    assert_eq!((record.trace_id(), record.span_id()), (TRACE, "00f067aa0ba902b7"));
    assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "ip-1")]);
    assert_eq!(
        attributes(&record),
        [
            ("http.status", "200"),
            ("user.id", "u1"),
            ("user.tags", r#"["a", "b"]"#),
            ("user.vip", "true"),
            ("x", "")
        ]
    );
}

#[test]
fn every_alias_in_any_case_goes_to_its_column() {
    for key in ["timestamp", "TIME", "ts", "@timestamp", "_time", "T", "@t"] {
        let record = decode(&format!(r#"{{"{key}":"2025-11-20 12:00:00"}}"#));
        assert_eq!((record.time_ns, record.attributes().len()), (Some(NOON_NS), 0), "{key}");
    }
    for key in ["message", "Msg", "body", "log", "_msg", "text", "event", "@m", "@mt"] {
        assert_eq!(decode(&format!(r#"{{"{key}":"hi"}}"#)).body(), "hi", "{key}");
    }
    for key in ["level", "Severity", "lvl", "logLevel", "priority", "log.level", "@l", "SeverityText"] {
        assert_eq!(decode(&format!(r#"{{"{key}":"err"}}"#)).severity, Severity::ERROR, "{key}");
    }
    for key in ["service", "service.name", "app", "logger", "log.logger", "ServiceName"] {
        assert_eq!(decode(&format!(r#"{{"{key}":"cart"}}"#)).service(), "cart", "{key}");
    }
    for key in ["trace_id", "traceId", "trace.id", "TraceId"] {
        assert_eq!(decode(&format!(r#"{{"{key}":"{}"}}"#, TRACE.to_uppercase())).trace_id(), TRACE, "{key}");
    }
    for key in ["span_id", "spanId", "span.id"] {
        assert_eq!(
            decode(&format!(r#"{{"{key}":"00F067AA0BA902B7"}}"#)).span_id(),
            "00f067aa0ba902b7",
            "{key}"
        );
    }
    for key in ["host", "hostname", "host.name"] {
        let record = decode(&format!(r#"{{"{key}":"a1"}}"#));
        assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "a1")], "{key}");
    }
    let nested =
        decode(r#"{"service":{"name":"cart","version":"1"},"log":{"level":"info"},"host":{"name":"a1"}}"#);
    assert_eq!((nested.service(), nested.severity), ("cart", Severity::INFO));
    assert_eq!(attributes(&nested), [("service.version", "1")]);
}

#[test]
fn the_preferred_alias_wins_in_any_order_and_the_others_stay() {
    let record = decode(r#"{"msg":"b","event":"login","message":"a","text":"c"}"#);
    assert_eq!(record.body(), "a");
    assert_eq!(attributes(&record), [("event", "login"), ("msg", "b"), ("text", "c")]);
    let record = decode(r#"{"hostname":"x","Host":"y","message":"a","message":"again"}"#);
    assert_eq!(record.resource().collect::<Vec<_>>(), [("host.name", "y")]);
    assert_eq!(attributes(&record), [("hostname", "x"), ("message", "again")]);
    let record = decode(r#"{"message":{"a":1},"msg":"b"}"#);
    assert_eq!((record.body(), attributes(&record)), ("b", vec![("message.a", "1")]));
    let record = decode(r#"{"message":null,"msg":"b","trace_id":"","ts":null}"#);
    assert_eq!((record.body(), record.attributes().len()), ("b", 0));
}

#[test]
fn times_and_ids_that_are_not_understood_stay_attributes() {
    let record = decode(
        r#"{"timestamp":"yesterday","time":1763640000,"trace_id":"abc","span_id":7,"ts":0.25,"t":true}"#,
    );
    assert_eq!((record.time_ns, record.trace_id(), record.span_id()), (Some(NOON_NS), "", ""));
    assert_eq!(
        attributes(&record),
        [("timestamp", "yesterday"), ("trace_id", "abc"), ("span_id", "7"), ("ts", "0.25"), ("t", "true")]
    );
}

#[test]
fn levels_as_numbers() {
    for (key, level, number) in [
        ("level", "10", 1),
        ("level", "30", 9),
        ("level", "35", 9),
        ("level", "40", 13),
        ("level", "50", 17),
        ("level", "60", 21),
        ("level", "3", 17),
        ("level", "\"6\"", 9),
        ("severity", "17", 17),
        ("priority", "30", 9),
        ("PRIORITY", "131", 17),
        ("level", "300", 0),
        ("level", "-1", 0),
    ] {
        let record = decode(&format!(r#"{{"{key}":{level}}}"#));
        assert_eq!(record.severity.number(), number, "{key} {level}");
        assert_eq!(record.severity_text(), level.trim_matches('"'));
    }
}

#[test]
fn times_as_programs_write_them() {
    for text in [
        "2025-11-20T12:00:00Z",
        "2025-11-20T13:00:00.000+01:00",
        "2025-11-20 12:00:00 UTC",
        "2025-11-20 12:00:00 +0000 UTC m=+0.01",
        "2025/11/20 12:00:00",
        "2025.11.20 12:00:00,000",
        "2025-11-20T12:00",
        "2025-11-20T12:00Z",
        "2025-11-20 14:00+02:00",
        "20251120T120000Z",
        "20251120T120000.000Z",
        "20/Nov/2025:12:00:00 +0000",
        "20/Nov/2025:13:00:00 +0100",
        "Thu, 20 Nov 2025 12:00:00 GMT",
        "20 November 2025 12:00:00",
        "Thu Nov 20 12:00:00 2025",
        "Thu Nov 20 12:00:00.000 UTC 2025",
        "Nov 20, 2025 12:00:00",
        "1763640000",
        "1763640000000",
        "1763640000000000000",
        "1763640000.000",
        "1.76364e9",
        " 1763640000 ",
    ] {
        assert_eq!(parse_time(text), Some(NOON_NS), "{text}");
    }
    assert_eq!(parse_time("2025-11-20"), Some(NOON_NS - 12 * 3_600_000_000_000));
    for text in [
        "",
        "now",
        "12:00:00",
        "Nov 20 12:00:00",
        "11/20/2025 12:00:00",
        "2025-11-20T12:00:00 CET",
        "2025-11-20T25:00",
        "2025-13-20",
        "20251120",
        "2025x11x20",
        "0",
        "86400",
        "-1763640000",
        "1763640000 s",
        "99999999999999999999",
        "1e300",
        "2025-11-20 12:00:00 and more",
        "Thu Nov 20 Nov 12:00:00 2025",
        "éééé/éé/éé",
        "2025é11é20é",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

fn lines(input: &[u8]) -> (Vec<String>, Decoded, Rejections) {
    let mut bodies = Vec::new();
    let mut rejections = Rejections::default();
    let decoded = Decoder::new(100).decode_lines(
        input,
        10,
        &mut Record::new(),
        &mut |record| bodies.push(record.body().to_owned()),
        &mut rejections,
    );
    (bodies, decoded, rejections)
}

#[test]
fn lines_are_refused_one_by_one() {
    let long = format!(r#"{{"msg":"{}"}}"#, "x".repeat(100));
    let input = format!(
        "\u{feff}{{\"msg\":\"a\"}}\r\n\n  \t\n[1]\nplain\n{{\"msg\":\n{long}\n{{\"msg\":\"b\"}} x\n{{\"msg\":\"c\"}}"
    );
    let (bodies, decoded, rejections) = lines(input.as_bytes());
    assert_eq!(bodies, ["a", "c"]);
    assert_eq!(decoded, Decoded { accepted: 2, rejected: 5, repaired: 0 });
    let reasons: Vec<_> = rejections.kept().iter().map(|kept| (kept.index, kept.code)).collect();
    assert_eq!(
        reasons,
        [
            (11, "record.not_an_object"),
            (12, "record.not_an_object"),
            (13, "record.not_json"),
            (14, "record.too_large"),
            (15, "record.not_json")
        ]
    );
    assert_eq!(rejections.kept()[4].message, "more text follows the value at byte 12");
}

#[test]
fn invalid_utf8_is_replaced_and_counted() {
    let (bodies, decoded, rejections) = lines(b"{\"msg\":\"a\xffb\"}\r\n{\"msg\":\"\xc3\xa9\"}\n\xff\n");
    assert_eq!(bodies, ["a\u{fffd}b", "é"]);
    assert_eq!(decoded, Decoded { accepted: 2, rejected: 1, repaired: 1 });
    assert_eq!(rejections.kept()[0].code, "record.not_an_object");
}

#[test]
fn json_bodies() {
    for (body, accepted, rejected) in [
        (r#"{"msg":"a"}"#, 1, 0),
        (r#" [ {"msg":"a"} , 7 , {"msg":"b"}, [] ] "#, 2, 2),
        ("{\"msg\":\"a\"}\n{\"msg\":\"b\"}", 2, 0),
        (r#"[{"msg":"a"},{"msg":b}]"#, 1, 1),
        (r#"[{"msg":"a"}"#, 1, 1),
        ("[]", 0, 0),
        ("", 0, 0),
        ("null", 0, 1),
        ("]", 0, 1),
        ("\u{feff}{}", 1, 0),
    ] {
        let mut rejections = Rejections::default();
        let mut seen = 0;
        let decoded = Decoder::default().decode_body(
            body.as_bytes(),
            &mut Record::new(),
            &mut |_| seen += 1,
            &mut rejections,
        );
        assert_eq!((decoded.accepted, decoded.rejected), (accepted, rejected), "{body}");
        assert_eq!((seen, rejections.count()), (accepted, rejected), "{body}");
    }
}

#[test]
fn text_is_a_record_a_line() {
    let mut bodies = Vec::new();
    let decoded = Decoder::default().decode_text(
        b"one\r\n\n  two \nthr\xffee",
        0,
        &mut Record::new(),
        &mut |record| bodies.push(record.body().to_owned()),
        &mut Rejections::default(),
    );
    assert_eq!(bodies, ["one", "  two ", "thr\u{fffd}ee"]);
    assert_eq!(decoded, Decoded { accepted: 3, rejected: 0, repaired: 1 });
}

#[test]
fn hostile_objects() {
    let many: Vec<String> = (0..100_000).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let record = decode(&format!("{{{}}}", many.join(",")));
    assert_eq!(record.attributes().len(), 100_000);
    assert_eq!(record.attributes().last(), Some(("k99999", "99999")));

    let record = decode(r#"{"a":1e999,"b":"\u0000\ud800","a":2,"c":123456789012345678901234567890}"#);
    assert_eq!(
        attributes(&record),
        [("a", "1e999"), ("b", "\0\u{fffd}"), ("a", "2"), ("c", "123456789012345678901234567890")]
    );

    let whole = format!(
        r#"{{"timestamp":"2025-11-20T12:00:00Z","msg":"a\u00e9b","o":{{"p":[1,{{"q":-1.5e3}}]}},"trace_id":"{TRACE}"}}"#
    );
    for end in 0..whole.len() {
        assert!(Decoder::default().decode_object(&whole[..end], &mut Record::new()).is_err(), "{end}");
    }
}

#[test]
fn objects_and_text_are_told_apart_line_by_line() {
    let lines = "{\"msg\":\"one\"}\ntwo\n\n  {\"msg\":\"three\",\"a\":1}\r\n{four\n{\"a\":1} five\né1234567";
    let mut bodies = Vec::new();
    let mut decoder = Decoder::new(26);
    let decoded = decoder.decode_mixed(lines.as_bytes(), &mut Record::new(), &mut |record| {
        bodies.push((record.body().to_owned(), record.attributes().len()));
    });
    let expected =
        [("one", 0), ("two", 0), ("three", 1), ("{four", 0), ("{\"a\":1} five", 0), ("é1234567", 0)];
    assert_eq!(bodies, expected.map(|(body, attributes)| (body.to_owned(), attributes)));
    assert_eq!((decoded.accepted, decoded.rejected), (6, 0));

    // What is longer than a record may be is cut between characters, and is no object.
    let mut parts = Vec::new();
    Decoder::new(4).decode_mixed("{\"é\":\"ééé\"}".as_bytes(), &mut Record::new(), &mut |record| {
        parts.push(record.body().to_owned());
    });
    assert_eq!(parts, ["{\"é", "\":\"", "éé", "é\"}"]);
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        let mut decoder = Decoder::default();
        let (mut record, mut rejections) = (Record::new(), Rejections::default());
        decoder.decode_lines(&bytes, 0, &mut record, &mut |_| {}, &mut rejections);
        decoder.decode_body(&bytes, &mut record, &mut |_| {}, &mut rejections);
        decoder.decode_text(&bytes, 0, &mut record, &mut |_| {}, &mut rejections);
        decoder.decode_mixed(&bytes, &mut record, &mut |_| {});
        let _ = parse_time(&text);
    }

    #[test]
    fn times_never_panic(text in "[0-9/:TZ+.,\\- a-zA-Zé]{0,40}") {
        let _ = parse_time(&text);
    }

    #[test]
    fn no_value_is_lost(members in prop::collection::vec(("(time|msg|message|level|lvl|app|host|trace_id|a|b|c\\.d)", "[a-z0-9]{1,12}"), 0..12)) {
        let body: Vec<String> = members.iter().map(|(key, value)| format!(r#""{key}":"{value}""#)).collect();
        let record = decode(&format!("{{{}}}", body.join(",")));
        let mut kept: Vec<String> = record
            .attributes()
            .map(|(_, value)| value.to_owned())
            .chain(record.resource().map(|(_, value)| value.to_owned()))
            .chain([record.body(), record.severity_text(), record.service()].map(str::to_owned))
            .filter(|value| !value.is_empty())
            .collect();
        let times = usize::from(record.time_ns.is_some());
        prop_assert_eq!(kept.len() + times, members.len());
        kept.sort_unstable();
        let mut sent: Vec<String> = members.into_iter().map(|(_, value)| value).collect();
        sent.sort_unstable();
        sent.retain(|value| kept.binary_search(value).is_ok());
        prop_assert_eq!(sent.len(), kept.len());
    }
}
