use super::*;
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use proptest::prelude::*;

fn context() -> FileContext {
    FileContext {
        file_name: "app.log".to_owned(),
        file_path: "/var/log/app.log".to_owned(),
        modified_ns: parse_rfc3339("2025-12-01T00:00:00Z"),
        ..FileContext::default()
    }
}

/// Every field of a record as text.
fn show(record: &Record) -> String {
    let pairs = |pairs: click_lite_model::Pairs<'_>| {
        pairs
            .filter(|(key, _)| !key.starts_with("log.file.name") && *key != "log.file.path")
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "{} {} {:?} {} | {} | {} | {}",
        record.time_ns.map(format_rfc3339).unwrap_or_default(),
        record.severity.range_name(),
        record.severity_text(),
        record.service(),
        record.body(),
        pairs(record.attributes()),
        pairs(record.resource()),
    )
}

fn parse_in(format: Format, context: FileContext, pieces: &[&[u8]]) -> (Vec<String>, Report) {
    let mut parser = FileParser::new(format, context);
    let mut records = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut |record| records.push(show(record)));
    }
    parser.finish(&mut |record| records.push(show(record)));
    (records, parser.report())
}

fn parse(format: Format, text: &str) -> Vec<String> {
    parse_in(format, context(), &[text.as_bytes()]).0
}

fn bodies(format: Format, bytes: &[u8]) -> Vec<String> {
    let mut parser = FileParser::new(format, context());
    let mut bodies = Vec::new();
    parser.push(bytes, &mut |record| bodies.push(record.body().to_owned()));
    parser.finish(&mut |record| bodies.push(record.body().to_owned()));
    bodies
}

#[test]
fn stack_traces_stay_with_their_line() {
    let java = "2025-11-20 08:15:30,123 ERROR [main] org.example.Main: failed\r\n\
        java.lang.IllegalStateException: closed\r\n\
        \tat org.example.Main.run(Main.java:12)\r\n\
        \r\n\
        Caused by: java.io.IOException: broken pipe\r\n\
        \t... 12 more\r\n\
        2025-11-20 08:15:31,000 INFO [main] org.example.Main: next\r\n";
    assert_eq!(
        parse(Format::Log4j, java),
        [
            "2025-11-20T08:15:30.123000000Z error \"ERROR\" app | failed\njava.lang.IllegalStateException: closed\n\
             \tat org.example.Main.run(Main.java:12)\n\nCaused by: java.io.IOException: broken pipe\n\t... 12 more | \
             thread.name=main logger.name=org.example.Main log.file.line=1 | ",
            "2025-11-20T08:15:31.000000000Z info \"INFO\" app | next | \
             thread.name=main logger.name=org.example.Main log.file.line=7 | ",
        ]
    );
    let python = b"ERROR:root:failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no\nINFO:root:x";
    assert_eq!(
        bodies(Format::Python, python),
        ["failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no", "x"]
    );
    let go = b"panic: oops\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/a/main.go:5\nexit status 2\nbye\n";
    assert_eq!(
        bodies(Format::Text, go),
        ["panic: oops\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/a/main.go:5\nexit status 2", "bye"]
    );
}

#[test]
fn a_record_joins_no_more_than_its_cap() {
    let mut text = "2025-11-20 08:15:30,123 ERROR [main] a.B: failed\n".to_owned();
    for _ in 0..1000 {
        text.push_str("\tat a.B.c(B.java:1)\n");
    }
    text.push_str("2025-11-20 08:15:31,000 INFO [main] a.B: next\n");
    let (records, report) = parse_in(Format::Log4j, context(), &[text.as_bytes()]);
    assert_eq!(records.len(), 3);
    assert_eq!(records[0].matches("B.java").count() + records[1].matches("B.java").count(), 1000);
    assert_eq!(
        (report.lines, report.records, report.without_time, report.not_understood.lines),
        (1002, 3, 1, 0)
    );
    // What is beyond the cap has the time of the record that it was cut from.
    assert!(records[1].starts_with("2025-11-20T08:15:30.123"));
}

#[test]
fn a_long_line_comes_in_parts_and_little_memory() {
    let context = FileContext { max_line_bytes: 1 << 20, ..context() };
    let mut parser = FileParser::new(Format::Text, context);
    let piece = "é".repeat(128 << 10);
    let (mut bytes, mut records, mut last) = (0, 0, String::new());
    let mut sink = |record: &Record| {
        bytes += record.body().len();
        records += 1;
        last = show(record).split('|').nth(2).unwrap_or_default().to_owned();
    };
    for _ in 0..64 {
        parser.push(piece.as_bytes(), &mut sink);
        assert!(parser.buffer.capacity() < 4 << 20);
    }
    parser.push(b"\nnext\n", &mut sink);
    parser.finish(&mut sink);
    assert_eq!((bytes, records), ((16 << 20) + 4, 17));
    assert_eq!(last.trim(), "log.file.line=2");
    let report = parser.report();
    assert_eq!((report.lines, report.long_lines, report.records), (2, 1, 17));
}

#[test]
fn lines_of_no_format_are_kept_and_counted() {
    let text = "10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] \"GET / HTTP/1.1\" 200 5\ngarbage\n\
        2025-11-20 09:00:00 other format\n\0\0\0\n";
    let (records, report) = parse_in(Format::ApacheCommon, context(), &[text.as_bytes()]);
    assert_eq!(
        records[1..],
        [
            "2025-11-20T08:15:30.000000000Z unknown \"\" app | garbage | log.file.line=2 | ",
            "2025-11-20T09:00:00.000000000Z unknown \"\" app | other format | log.file.line=3 | ",
        ]
    );
    assert_eq!(report.not_understood.lines, 1);
    assert_eq!(report.not_understood.samples, [crate::Sample { line: 2, text: "garbage".to_owned() }]);
    assert_eq!((report.lines, report.without_time), (4, 1));
}

#[test]
fn a_line_without_any_time_has_that_of_the_file() {
    assert_eq!(
        parse(Format::Text, "ERROR: no disk\n"),
        ["2025-12-01T00:00:00.000000000Z error \"ERROR\" app | ERROR: no disk | log.file.line=1 | "]
    );
}

#[test]
fn names_of_services_from_files() {
    for (name, service) in [
        ("dpkg.log", "dpkg"),
        ("/var/log/app.log.2.gz", "app"),
        ("error.log-20240101", "error"),
        ("Apache_2k.log", "Apache_2k"),
        ("my-app.json", "my-app"),
        (".log", ".log"),
        ("", ""),
    ] {
        assert_eq!(stem(name), service, "{name}");
    }
}

#[test]
fn tables_with_quoted_lines() {
    let text = "Time;Level;Message;Count\n2025-11-20 08:15:30;WARN;\"two\nlines; and \"\"quotes\"\"\";3\n\n2025-11-20 08:15:31;INFO;x;\n";
    assert_eq!(
        parse(Format::Csv, text),
        [
            "2025-11-20T08:15:30.000000000Z warn \"WARN\" app | two\nlines; and \"quotes\" | Count=3 log.file.line=2 | ",
            "2025-11-20T08:15:31.000000000Z info \"INFO\" app | x |  log.file.line=5 | "
                .replace("|  log", "| log")
                .as_str(),
        ]
    );
    // A quote that is never closed does not swallow the rest for ever.
    let open = format!("a,message\n1,\"open\n{}", "x,y\n".repeat(2000));
    let (records, _) = parse_in(Format::Csv, context(), &[open.as_bytes()]);
    assert!(records.len() > 1400, "{}", records.len());
}

#[test]
fn containers_hold_any_format() {
    let docker = concat!(
        r#"{"log":"{\"level\":\"warn\",\"msg\":\"low disk\",\"free\":5}\n","stream":"stderr","time":"2025-11-20T08:15:30.5Z"}"#,
        "\n",
        r#"{"log":"2025-11-20 09:15:30,123 ERROR [main] a.B: failed\n","stream":"stdout","time":"2025-11-20T08:15:31Z"}"#,
        "\n",
        r#"{"log":"\tat a.B.c(B.java:1)\n","stream":"stdout","time":"2025-11-20T08:15:31.1Z"}"#,
        "\n",
        r#"{"log":"in two ","stream":"stdout","time":"2025-11-20T08:15:32Z"}"#,
        "\n",
        r#"{"log":"parts\n","stream":"stdout","time":"2025-11-20T08:15:33Z"}"#,
        "\n"
    );
    assert_eq!(
        parse(Format::DockerJson, docker),
        [
            "2025-11-20T08:15:30.500000000Z warn \"warn\" app | low disk | free=5 log.iostream=stderr log.file.line=1 | ",
            "2025-11-20T08:15:31.000000000Z error \"ERROR\" app | failed\n\tat a.B.c(B.java:1) | \
             thread.name=main logger.name=a.B log.iostream=stdout log.file.line=2 | ",
            "2025-11-20T08:15:32.000000000Z unknown \"\" app | in two parts | log.iostream=stdout log.file.line=4 | ",
        ]
    );
    let cri =
        "2025-11-20T08:15:30.5Z stdout P I1120 08:15:30.1    12 a.go:1] \n2025-11-20T08:15:31Z stdout F up\n";
    assert_eq!(
        parse(Format::KubernetesCri, cri),
        ["2025-11-20T08:15:30.500000000Z info \"I\" app | up | \
          thread.id=12 code.file.path=a.go code.line.number=1 log.iostream=stdout log.file.line=1 | "]
    );
}

#[test]
fn hostile_json_is_kept_as_text() {
    let deep = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let keys: Vec<String> = (0..100_000).map(|key| format!("\"k{key}\":{key}")).collect();
    let text = format!("{{\"msg\":\"x\"}}\n{deep}\n{{{}}}\n{{\"cut\":\n", keys.join(","));
    let mut parser = FileParser::new(Format::JsonLines, context());
    let mut found = Vec::new();
    let mut sink = |record: &Record| found.push((record.body().len(), record.attributes().len()));
    parser.push(text.as_bytes(), &mut sink);
    parser.finish(&mut sink);
    let keys_bytes = keys.join(",").len() + 2;
    assert_eq!(found, [(1, 3), (deep.len(), 3), (keys_bytes, 100_003), (7, 3)]);
    let report = parser.report();
    assert_eq!((report.not_understood.lines, report.records), (2, 4));
    assert!(report.not_understood.samples[0].text.len() <= 240);
}

#[test]
fn journald_exports() {
    let line = r#"{"__REALTIME_TIMESTAMP":"1763626530123456","PRIORITY":"3","_HOSTNAME":"a1","SYSLOG_IDENTIFIER":"sshd","_PID":"12","MESSAGE":[104,105]}"#;
    assert_eq!(
        parse(Format::JournaldJson, line),
        [
            "2025-11-20T08:15:30.123456000Z error \"err\" sshd | hi | process.pid=12 log.file.line=1 | host.name=a1"
        ]
    );
}

/// Text that looks like logs, with what tends to break parsers between.
fn log_like() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => (0..crate::FORMATS.len()).prop_map(|index| crate::FORMATS[index].example.as_bytes().to_vec()),
        2 => (0..crate::FORMATS.len(), any::<prop::sample::Index>()).prop_map(|(index, cut)| {
            let example = crate::FORMATS[index].example.as_bytes();
            example[..cut.index(example.len())].to_vec()
        }),
        2 => Just(b"\tat a.B.c(B.java:1)".to_vec()),
        1 => Just(b"Caused by: a.BException: \xff\xfe\xf0\x9f\x98".to_vec()),
        1 => Just("\u{1b}[31mé\u{1b}[0m\u{1b}é \0 \u{feff}".as_bytes().to_vec()),
        1 => Just(vec![b'x'; 700]),
        1 => Just(b"1,\"open".to_vec()),
        1 => Just(Vec::new()),
        2 => prop::collection::vec(any::<u8>(), 0..60),
    ];
    let end = prop_oneof![Just(&b"\n"[..]), Just(&b"\r\n"[..]), Just(&b"\r\r\n"[..])];
    prop::collection::vec((line, end), 0..30).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(line, end)| line.into_iter().chain(end.iter().copied()).collect::<Vec<u8>>())
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn pieces_make_no_difference(
        bytes in log_like(),
        index in 0..crate::FORMATS.len(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        mark in prop_oneof![8 => Just(&b""[..]), 1 => Just(&b"\xef\xbb\xbf"[..]), 1 => Just(&b"\xff\xfe"[..])],
    ) {
        let bytes = [mark, &bytes].concat();
        let format = crate::FORMATS[index].format;
        let context = FileContext { max_line_bytes: 256, ..context() };
        let whole = parse_in(format, context.clone(), &[&bytes]);
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        ends.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for end in ends.into_iter().chain([bytes.len()]) {
            pieces.push(&bytes[start..end]);
            start = end;
        }
        prop_assert_eq!(&parse_in(format, context.clone(), &pieces), &whole);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&parse_in(format, context, &single), &whole);
        prop_assert_eq!(whole.1.bytes, bytes.len() as u64);
        prop_assert_eq!(whole.1.records, whole.0.len() as u64);
        crate::detect(&bytes, Some("x.csv"));
        crate::looks_binary(&bytes);
    }

    #[test]
    fn no_text_is_lost(lines in prop::collection::vec("[a-zé\"{\\[,= ]{0,300}", 0..40)) {
        let text = lines.join("\n");
        let context = FileContext { max_line_bytes: 100, ..context() };
        let mut parser = FileParser::new(Format::Text, context);
        let mut found = String::new();
        parser.push(text.as_bytes(), &mut |record| found.push_str(record.body()));
        parser.finish(&mut |record| found.push_str(record.body()));
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(solid(&found), solid(&text));
        prop_assert_eq!(parser.report().bytes, text.len() as u64);
    }
}
