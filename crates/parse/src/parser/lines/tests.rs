use super::*;
use crate::Format;

fn bodies(parser: &mut FileParser, lines: &[&str]) -> Vec<(String, Covered)> {
    let mut emitted = Vec::new();
    for line in lines {
        let mut records = Vec::new();
        parser.push_line(line, line.len() as u64 + 1, false, &mut |record| {
            records.push(record.body().to_owned());
        });
        let covered = parser.covered();
        emitted.extend(records.into_iter().map(|body| (body, covered)));
    }
    emitted
}

const TRACE: [&str; 5] = [
    "2025-11-20 08:15:30,123 ERROR [main] a.B: failed",
    "java.lang.IllegalStateException: closed",
    "\tat a.B.run(B.java:12)",
    "2025-11-20 08:15:31,000 INFO [main] a.B: next",
    "2025-11-20 08:15:32,000 INFO [main] a.B: last",
];

#[test]
fn covered_is_the_start_of_what_was_not_given_away() {
    let mut parser = FileParser::new(Format::Log4j, FileContext::default());
    let emitted = bodies(&mut parser, &TRACE);
    let first: u64 = TRACE[..3].iter().map(|line| line.len() as u64 + 1).sum();
    assert_eq!(emitted.len(), 2);
    assert_eq!(emitted[0].1, Covered { bytes: first, lines: 3, parts: 0 });
    assert!(parser.is_pending());
    let all: u64 = TRACE.iter().map(|line| line.len() as u64 + 1).sum();
    assert!(parser.covered().bytes < all);
    parser.flush_pending(&mut |_| {});
    assert_eq!(parser.covered(), Covered { bytes: all, lines: 5, parts: 0 });
}

/// Wherever a reader is stopped, another that goes on from what was covered gives what is missing, and nothing twice.
#[test]
fn reading_goes_on_from_what_was_covered() {
    let docker = [
        r#"{"log":"plain one\n","stream":"stdout","time":"2025-11-20T08:15:30.1Z"}"#,
        r#"{"log":"cut ","stream":"stdout","time":"2025-11-20T08:15:30.2Z"}"#,
        r#"{"log":"in two\n","stream":"stdout","time":"2025-11-20T08:15:30.2Z"}"#,
        r#"{"log":"last\n","stream":"stderr","time":"2025-11-20T08:15:30.3Z"}"#,
    ];
    let table = [
        "time,message",
        "2025-11-20T08:15:30Z,one",
        "2025-11-20T08:15:30Z,\"two",
        "lines\"",
        "2025-11-20T08:15:30Z,three",
    ];
    for (format, lines) in [
        (Some(Format::Log4j), &TRACE[..]),
        (Some(Format::DockerJson), &docker),
        (Some(Format::Csv), &table),
        (None, &TRACE),
    ] {
        let make = || match format {
            Some(format) => FileParser::new(format, FileContext::default()),
            None => FileParser::any_format(FileContext::default(), None),
        };
        let whole = {
            let mut parser = make();
            let mut records: Vec<String> =
                bodies(&mut parser, lines).into_iter().map(|(body, _)| body).collect();
            parser.end_lines(&mut |record| records.push(record.body().to_owned()));
            records
        };
        for stop in 0..=lines.len() {
            let mut parser = make();
            let mut records: Vec<String> =
                bodies(&mut parser, &lines[..stop]).into_iter().map(|(body, _)| body).collect();
            let covered = parser.covered();
            let mut second = make();
            second.resume(covered, &lines.join("\n"));
            let mut at = 0;
            for line in lines {
                if at >= covered.bytes {
                    second.push_line(line, line.len() as u64 + 1, false, &mut |record| {
                        records.push(record.body().to_owned());
                    });
                }
                at += line.len() as u64 + 1;
            }
            second.end_lines(&mut |record| records.push(record.body().to_owned()));
            assert_eq!(records, whole, "{format:?} stopped after {stop} lines");
            assert_eq!(second.covered(), Covered { bytes: at, lines: lines.len() as u64, parts: 0 });
        }
    }
}

#[test]
fn parts_of_a_long_line_are_records() {
    let mut parser = FileParser::new(Format::Text, FileContext::default());
    let mut parts = Vec::new();
    let mut take = |record: &Record| {
        let part =
            record.attributes().find(|(key, _)| *key == "log.line.part").map(|(_, part)| part.to_owned());
        parts.push((record.body().to_owned(), part));
    };
    parser.push_line("abc", 3, true, &mut take);
    assert_eq!(parser.covered(), Covered { bytes: 3, lines: 1, parts: 1 });
    let covered = parser.covered();
    let mut parser = FileParser::new(Format::Text, FileContext::default());
    parser.resume(covered, "");
    parser.push_line("def", 4, false, &mut take);
    parser.push_line("next", 5, false, &mut take);
    parser.end_lines(&mut take);
    assert_eq!(parser.covered(), Covered { bytes: 12, lines: 2, parts: 0 });
    let expected = [("abc", Some("1")), ("def", Some("2")), ("next", None)];
    assert_eq!(parts, expected.map(|(body, part)| (body.to_owned(), part.map(str::to_owned))));
}

/// Lines of the runtime, of which the first was cut and never went on.
const CUT: &str = r#"{"log":"cut ","stream":"stdout","time":"2025-11-20T08:15:30.2Z"}"#;
const WHOLE: &str = r#"{"log":"whole\n","stream":"stdout","time":"2025-11-20T08:15:30.1Z"}"#;

#[test]
fn what_the_runtime_cut_ends_where_something_else_begins() {
    let mut records = Vec::new();
    let mut take = |record: &Record| {
        let line =
            record.attributes().find(|(key, _)| *key == "log.file.line").map(|(_, line)| line.to_owned());
        records.push((line.unwrap_or_default(), record.body().to_owned()));
    };
    let mut parser = FileParser::new(Format::DockerJson, FileContext::default());
    for line in [WHOLE, CUT, CUT, r#"{"level":"info","msg":"foreign"}"#, CUT, "", WHOLE, CUT] {
        parser.push_line(line, line.len() as u64 + 1, false, &mut take);
    }
    parser.push_line("a line without end", 18, true, &mut take);
    parser.push_line("", 1, false, &mut take);
    parser.push_line(CUT, CUT.len() as u64 + 1, false, &mut take);
    parser.end_lines(&mut take);
    let expected = [
        ("1", "whole"),
        ("2", "cut cut"),
        ("4", r#"{"level":"info","msg":"foreign"}"#),
        ("5", "cut"),
        ("7", "whole"),
        ("8", "cut"),
        ("9", "a line without end"),
        ("10", "cut"),
    ];
    assert_eq!(records, expected.map(|(line, body)| (line.to_owned(), body.to_owned())));
}

#[test]
fn a_pattern_says_where_records_start_and_a_filter_which_are_kept() {
    let mut parser = FileParser::any_format(FileContext::default(), Some(Stream::Stderr));
    parser.set_now(1_763_626_530_000_000_000, 0);
    parser.set_record_start(|line| line.starts_with('>'));
    parser.set_filter(|line| !line.contains("noise"));
    parser.without_line_numbers();
    let mut records = Vec::new();
    let mut take = |record: &Record| {
        let stream =
            record.attributes().find(|(key, _)| *key == "log.iostream").map(|(_, value)| value.to_owned());
        records.push((record.body().to_owned(), record.time_ns, stream, record.attributes().len()));
    };
    for line in ["> one", "of it", "", "more", "> noise", "of noise", "> two"] {
        parser.push_line(line, line.len() as u64 + 1, false, &mut take);
    }
    parser.end_lines(&mut take);
    let time = Some(1_763_626_530_000_000_000);
    let bodies: Vec<&str> = records.iter().map(|record| record.0.as_str()).collect();
    assert_eq!(bodies, ["> one\nof it\n\nmore", "> two"]);
    for record in &records {
        assert_eq!((record.1, record.3), (time, usize::from(record.2.is_some())));
    }
    assert_eq!(parser.report().filtered, 1);
}

#[test]
fn attributes_of_the_context_are_in_every_record() {
    let context = FileContext {
        attributes: vec![("team".into(), "shop".into())],
        resource: vec![("host.name".into(), "ours".into()), ("zone".into(), "a".into())],
        ..FileContext::default()
    };
    let mut parser = FileParser::new(Format::SyslogIso, context);
    let mut seen = false;
    parser.push_line("2025-11-20T08:15:30Z theirs sshd[1]: hello", 43, false, &mut |_| {});
    parser.end_lines(&mut |record| {
        seen = true;
        assert!(record.attributes().any(|pair| pair == ("team", "shop")));
        let resource: Vec<_> = record.resource().collect();
        assert_eq!(resource, [("host.name", "theirs"), ("zone", "a")]);
    });
    assert!(seen);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Lines of several kinds, in any order: starts of records, what follows them, what is damaged.
    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just("  ".to_owned()),
            Just("2025-11-20 08:15:30,123 INFO [main] a.B: started".to_owned()),
            Just("java.lang.IllegalStateException: closed".to_owned()),
            Just("\tat a.B.run(B.java:12)".to_owned()),
            Just(r#"{"log":"whole\n","stream":"stdout","time":"2025-11-20T08:15:30.1Z"}"#.to_owned()),
            Just(r#"{"log":"cut ","stream":"stdout","time":"2025-11-20T08:15:30.2Z"}"#.to_owned()),
            Just(r#"{"level":"info","msg":"json"}"#.to_owned()),
            Just("level=info msg=logfmt".to_owned()),
            Just("a,\"b".to_owned()),
            "\\PC{0,30}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// Every byte belongs to one record: those given away before a stop and after it are those of a reader that did
        /// not stop.
        #[test]
        fn nothing_is_lost_or_twice_wherever_it_stops(
            lines in prop::collection::vec(line(), 1..40),
            stop in 0usize..40,
            format in 0usize..crate::FORMATS.len(),
        ) {
            let format = crate::FORMATS[format].format;
            let feed = |parser: &mut FileParser, lines: &[String], from: u64, records: &mut Vec<u64>| {
                let mut at = 0;
                let mut last = parser.covered().bytes;
                for line in lines {
                    let bytes = line.len() as u64 + 1;
                    if at >= from {
                        parser.push_line(line, bytes, false, &mut |record| records.push(number_of(record)));
                        let covered = parser.covered().bytes;
                        assert!((last..=at + bytes).contains(&covered), "{last} {covered} {at}");
                        last = covered;
                    }
                    at += bytes;
                }
            };
            let mut whole = Vec::new();
            let mut parser = FileParser::new(format, FileContext::default());
            feed(&mut parser, &lines, 0, &mut whole);
            parser.end_lines(&mut |record| whole.push(number_of(record)));

            let mut both = Vec::new();
            let mut first = FileParser::new(format, FileContext::default());
            feed(&mut first, &lines[..stop.min(lines.len())], 0, &mut both);
            let mut second = FileParser::new(format, FileContext::default());
            second.resume(first.covered(), &lines.join("\n"));
            feed(&mut second, &lines, first.covered().bytes, &mut both);
            second.end_lines(&mut |record| both.push(number_of(record)));
            prop_assert_eq!(both, whole, "{:?}", format);
        }
    }

    /// The line in which a record starts.
    fn number_of(record: &Record) -> u64 {
        let mut attributes = record.attributes();
        let line = attributes.find(|(key, _)| *key == "log.file.line").map_or("", |(_, line)| line);
        line.parse().expect("every record has the number of its line")
    }
}
