use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use proptest::prelude::*;

use super::*;

fn now() -> Now {
    Now { time_ns: parse_rfc3339("2026-03-05T12:00:00Z").unwrap(), zone_offset_seconds: 3600 }
}

fn decode(message: impl AsRef<[u8]>) -> Record {
    let (mut decoded, mut rejections) = (Vec::new(), Rejections::default());
    let mut sink = |record: &mut Record| decoded.push(record.clone());
    Decoder::default().decode_message(
        message.as_ref(),
        0,
        now(),
        &mut Record::new(),
        &mut sink,
        &mut rejections,
    );
    decoded.pop().expect("a record")
}

/// `time | level | host | service | attributes | body`
fn show(record: &Record) -> String {
    let time = record.time_ns.map_or("-".into(), format_rfc3339).replace(".000000000", "");
    let host = record.resource().map(|(_, value)| value).collect::<Vec<_>>().join(",");
    let attributes =
        record.attributes().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
    format!(
        "{time} | {} | {host} | {} | {attributes} | {}",
        record.severity_text(),
        record.service(),
        record.body()
    )
}

fn check(cases: &[(&str, &str)]) {
    for (message, expected) in cases {
        assert_eq!(show(&decode(message)), *expected, "{message}");
    }
}

#[test]
fn rfc_5424_as_its_examples_have_it() {
    check(&[
        (
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick on /dev/pts/8",
            "2003-10-11T22:14:15.003000000Z | crit | mymachine.example.com | su | syslog.msgid=ID47 syslog.facility=auth | 'su root' failed for lonvick on /dev/pts/8",
        ),
        (
            "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
            "2003-08-24T12:14:15.000003000Z | notice | 192.0.2.1 | myproc | process.pid=8710 syslog.facility=local4 | %% It's time to make the do-nuts.",
        ),
        (
            "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"] \u{feff}An application event log entry...",
            "2003-10-11T22:14:15.003000000Z | notice | mymachine.example.com | evntslog | syslog.msgid=ID47 exampleSDID@32473.iut=3 exampleSDID@32473.eventSource=Application exampleSDID@32473.eventID=1011 syslog.facility=local4 | An application event log entry...",
        ),
        (
            "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\"][examplePriority@32473 class=\"high\"]",
            "2003-10-11T22:14:15.003000000Z | notice | mymachine.example.com | evntslog | syslog.msgid=ID47 exampleSDID@32473.iut=3 examplePriority@32473.class=high syslog.facility=local4 | ",
        ),
    ]);
}

#[test]
fn rfc_5424_at_its_edges() {
    check(&[
        ("<0>1 - - - - - -", "- | emerg |  |  | syslog.facility=kern | "),
        ("<191>1 - - - - - - 世界", "- | debug |  |  | syslog.facility=local7 | 世界"),
        (
            r#"<14>1 - h a - - [x a="q\"b\\c\]d\n"][y][z  b="" ] m"#,
            r#"- | info | h | a | x.a=q"b\c]d\n y= z.b= syslog.facility=user | m"#,
        ),
        // Broken structured data is text.
        (r#"<14>1 - h a - - [x a="b m"#, r#"- | info | h | a | syslog.facility=user | [x a="b m"#),
        (r#"<14>1 - h a - - [x a=b] m"#, r#"- | info | h | a | syslog.facility=user | [x a=b] m"#),
        ("<14>1 - h a - - [] m", "- | info | h | a | syslog.facility=user | [] m"),
        ("<14>1 - h a - - [x a=\"\\", "- | info | h | a | syslog.facility=user | [x a=\"\\"),
        // No structured data at all, or nothing behind the message id.
        (
            "<14>1 - h a 1 m hello there",
            "- | info | h | a | process.pid=1 syslog.msgid=m syslog.facility=user | hello there",
        ),
        ("<14>1 - h a 1 m", "- | info | h | a | process.pid=1 syslog.msgid=m syslog.facility=user | "),
        // Not a time: nothing is lost.
        ("<14>1 yesterday h a - - - m", "- | info |  |  | syslog.facility=user | 1 yesterday h a - - - m"),
        (
            "<14>1 2003-10-11T22:14:15Zx h a - - - m",
            "- | info |  |  | syslog.facility=user | 1 2003-10-11T22:14:15Zx h a - - - m",
        ),
        // Without a priority.
        ("1 2003-10-11T22:14:15Z h a - - - m", "2003-10-11T22:14:15Z |  | h | a |  | m"),
    ]);
}

#[test]
fn rfc_3164_and_what_is_sent_by_its_name() {
    check(&[
        (
            "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
            "2025-10-11T21:14:15Z | crit | mymachine | su | syslog.facility=auth | 'su root' failed for lonvick on /dev/pts/8",
        ),
        (
            "<13>Mar  5 12:00:00 h sshd[12]: hi",
            "2026-03-05T11:00:00Z | notice | h | sshd | process.pid=12 syslog.facility=user | hi",
        ),
        ("Mar 5 12:00:00 h sshd[12]: hi", "2026-03-05T11:00:00Z |  | h | sshd | process.pid=12 | hi"),
        (
            "<13>Mar  5 12:00:00.250 h sshd: hi",
            "2026-03-05T11:00:00.250000000Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        // No host.
        (
            "<134>Mar  5 12:00:00 haproxy[123]: up",
            "2026-03-05T11:00:00Z | info |  | haproxy | process.pid=123 syslog.facility=local0 | up",
        ),
        (
            "<13>Mar  5 12:00:00 root: hi",
            "2026-03-05T11:00:00Z | notice |  | root | syslog.facility=user | hi",
        ),
        // No tag.
        (
            "<13>Mar  5 12:00:00 h last message repeated 3 times",
            "2026-03-05T11:00:00Z | notice | h |  | syslog.facility=user | last message repeated 3 times",
        ),
        (
            "<13>Mar  5 12:00:00 h see http://x/y: gone",
            "2026-03-05T11:00:00Z | notice | h |  | syslog.facility=user | see http://x/y: gone",
        ),
        (
            "<13>Mar  5 12:00:00 h error: no disk",
            "2026-03-05T11:00:00Z | notice | h |  | syslog.facility=user | error: no disk",
        ),
        // ISO 8601 times.
        (
            "<13>2026-03-05T12:00:00.5+02:00 h sshd[12]: hi",
            "2026-03-05T10:00:00.500000000Z | notice | h | sshd | process.pid=12 syslog.facility=user | hi",
        ),
        (
            "<13>2026-03-05T12:00:00 h sshd: hi",
            "2026-03-05T11:00:00Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        (
            "<13>2026-03-05 12:00:00,123 h sshd: hi",
            "2026-03-05T11:00:00.123000000Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        (
            "<30> 2026-03-05T12:00:00Z h tag[123]: hi",
            "2026-03-05T12:00:00Z | info | h | tag | process.pid=123 syslog.facility=daemon | hi",
        ),
        // Years.
        (
            "<13>Mar  5 2024 12:00:00 h sshd: hi",
            "2024-03-05T11:00:00Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        (
            "<13>Mar  5 12:00:00 2024 h sshd: hi",
            "2024-03-05T11:00:00Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        (
            "<13>Mar  7 12:00:00 h sshd: hi",
            "2025-03-07T11:00:00Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        (
            "<13>Feb 29 12:00:00 h sshd: hi",
            "2024-02-29T11:00:00Z | notice | h | sshd | syslog.facility=user | hi",
        ),
        // Tags.
        (
            "<86>Mar  5 12:00:00 h sshd(pam_unix)[9]: x",
            "2026-03-05T11:00:00Z | info | h | sshd | syslog.appname=sshd(pam_unix) process.pid=9 syslog.facility=authpriv | x",
        ),
        (
            "<46>Mar  5 12:00:00 h syslogd 1.4.1: restart.",
            "2026-03-05T11:00:00Z | info | h | syslogd | syslog.appname=syslogd 1.4.1 syslog.facility=syslog | restart.",
        ),
        (
            "<22>Mar  5 12:00:00 h postfix/smtpd[1]: x",
            "2026-03-05T11:00:00Z | info | h | postfix/smtpd | process.pid=1 syslog.facility=mail | x",
        ),
        (
            "<13>Mar  5 12:00:00 h com.apple.xpc[1] (com.foo): x",
            "2026-03-05T11:00:00Z | notice | h | com.apple.xpc | process.pid=1 syslog.facility=user | (com.foo): x",
        ),
        (
            "<13>Mar  5 12:00:00 h app:{\"a\":1}",
            "2026-03-05T11:00:00Z | notice | h | app | syslog.facility=user | {\"a\":1}",
        ),
        (
            "<13>Mar  5 12:00:00 fe80::1 app:   indented",
            "2026-03-05T11:00:00Z | notice | fe80::1 | app | syslog.facility=user |   indented",
        ),
        (
            "<13>Mar  5 12:00:00 [10.0.0.1] app: x",
            "2026-03-05T11:00:00Z | notice | [10.0.0.1] | app | syslog.facility=user | x",
        ),
        (
            "<13>Mar  5 12:00:00 Message forwarded from aix1: app[7]: x",
            "2026-03-05T11:00:00Z | notice | aix1 | app | process.pid=7 syslog.facility=user | x",
        ),
        // No time.
        ("<14>ident: a message", "- | info |  | ident | syslog.facility=user | a message"),
        ("<14>prog[5]: a message", "- | info |  | prog | process.pid=5 syslog.facility=user | a message"),
        ("<14>ValueError: a message", "- | info |  |  | syslog.facility=user | ValueError: a message"),
        (
            "<6>[12345.678] usb 1-1: new device",
            "- | info |  |  | syslog.facility=kern | [12345.678] usb 1-1: new device",
        ),
        ("just: text", "- |  |  |  |  | just: text"),
        ("<192>no priority", "- |  |  |  |  | <192>no priority"),
        ("<>x", "- |  |  |  |  | <>x"),
        ("<13>Mar 32 12:00:00 h a: x", "- | notice |  |  | syslog.facility=user | Mar 32 12:00:00 h a: x"),
    ]);
}

#[test]
fn network_devices() {
    check(&[
        (
            "<189>29: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured from console",
            "2026-03-01T17:46:11.123000000Z | notice |  |  | syslog.sequence=29 syslog.clock=not set syslog.msgid=SYS-5-CONFIG_I syslog.facility=local7 | %SYS-5-CONFIG_I: Configured from console",
        ),
        (
            "<189>29: 000123: .Mar  1 18:46:11 UTC: %SYS-5-CONFIG_I: x",
            "2026-03-01T18:46:11Z | notice |  |  | syslog.sequence=29 syslog.sequence.device=000123 syslog.clock=not synchronized syslog.msgid=SYS-5-CONFIG_I syslog.facility=local7 | %SYS-5-CONFIG_I: x",
        ),
        (
            "<189>29: router-1: Mar  1 18:46:11.123 CET: %LINK-3-UPDOWN: x",
            "2026-03-01T17:46:11.123000000Z | notice | router-1 |  | syslog.sequence=29 syslog.msgid=LINK-3-UPDOWN syslog.facility=local7 | %LINK-3-UPDOWN: x",
        ),
        (
            "<187>: 2013 Dec 12 12:12:12 UTC: %ETHPORT-5-IF_UP: x",
            "2013-12-12T12:12:12Z | err |  |  | syslog.msgid=ETHPORT-5-IF_UP syslog.facility=local7 | %ETHPORT-5-IF_UP: x",
        ),
        (
            "<166>Oct 11 2003 22:14:15: %ASA-6-302013: Built",
            "2003-10-11T21:14:15Z | info |  |  | syslog.msgid=ASA-6-302013 syslog.facility=local4 | %ASA-6-302013: Built",
        ),
        (
            "<166>Oct 11 2003 22:14:15 fw1 : %ASA-6-302013: Built",
            "2003-10-11T21:14:15Z | info | fw1 |  | syslog.msgid=ASA-6-302013 syslog.facility=local4 | %ASA-6-302013: Built",
        ),
        (
            "Mar  1 18:46:11: %SYS-SP-3-CPUHOG: x",
            "2026-03-01T17:46:11Z | err |  |  | syslog.msgid=SYS-SP-3-CPUHOG | %SYS-SP-3-CPUHOG: x",
        ),
        (
            "<134>1 1563249630.774247467 branch_ap events type=association",
            "2019-07-16T04:00:30.774247467Z | info | branch_ap |  | syslog.facility=local0 | events type=association",
        ),
    ]);
}

#[test]
fn invalid_text_is_repaired_and_ends_are_taken_away() {
    assert_eq!(decode(b"<14>caf\xe9\r\n\0").body(), "caf\u{fffd}");
    assert_eq!(decode("<14>two\nlines\n").body(), "two\nlines");
    let mut rejections = Rejections::default();
    let mut decoder = Decoder::new(10);
    let taken = decoder.decode_message(
        b"<14>0123456789",
        3,
        now(),
        &mut Record::new(),
        &mut |_| panic!(),
        &mut rejections,
    );
    assert!(taken);
    assert_eq!((rejections.kept()[0].index, rejections.kept()[0].code), (3, "record.too_large"));
}

fn bodies(stream: &[u8]) -> Vec<String> {
    let (mut bodies, mut rejections) = (Vec::new(), Rejections::default());
    let mut sink = |record: &mut Record| bodies.push(record.body().to_owned());
    Decoder::default().decode_stream(stream, now(), &mut Record::new(), &mut sink, &mut rejections);
    bodies
}

#[test]
fn framing_is_told_apart_message_by_message() {
    assert_eq!(bodies(b"<1>one\n<2>two\r\n\n<3>three"), ["one", "two", "three"]);
    assert_eq!(bodies(b"6 <1>one10 <2>two\nmore7 <3>x\n\0<4>y\n"), ["one", "two\nmor", "e7 <3>x", "y"]);
    assert_eq!(bodies("8 <1>é\nü".as_bytes()), ["é\nü"]);
    assert_eq!(bodies(b"<1>one\0<2>two\nlines\0"), ["one", "two\nlines"]);
    assert_eq!(bodies(b"<1>a\0b\n<2>c\n"), ["a\0b", "c"]);
    assert_eq!(bodies(b"12 drummers\n2026 was\n"), ["12 drummers", "2026 was"]);
    assert_eq!(bodies(b"30 <1>cut short"), ["cut short"]);
    assert_eq!(bodies(b"1"), ["1"]);
}

#[test]
fn a_message_that_is_not_whole_is_waited_for() {
    let mut framer = Framer::default();
    for partial in ["1", "12 ", "12 <1>", "<1>one", ""] {
        assert_eq!(framer.next(partial.as_bytes(), 0), Frame::Partial, "{partial}");
    }
    assert_eq!(framer.next(b"<1>one\n", 6), Frame::Whole { message: 0..6, used: 7 });
    assert_eq!(Framer::counted_bytes(b"999999999 <1>"), Some(1_000_000_009));
    assert_eq!(Framer::counted_bytes(b"9999999999 <1>"), None);
}

#[test]
fn line_feeds_are_kept_for_senders_that_end_with_nul() {
    let mut framer = Framer::default();
    assert_eq!(framer.next(b"<1>one\0", 0), Frame::Whole { message: 0..6, used: 7 });
    assert_eq!(framer.next(b"<1>two\nli", 0), Frame::Partial);
    assert_eq!(framer.next(b"<1>two\nlines\0<2>", 9), Frame::Whole { message: 0..12, used: 13 });
    assert_eq!(framer.next(b"<1>a line\n<2>", 0), Frame::Whole { message: 0..9, used: 10 });
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bodies(&bytes);
    }

    #[test]
    fn never_panics_on_what_looks_like_syslog(
        text in "(<[0-9]{1,3}>)?(1 )?([A-Z][a-z]{2} [ 0-9]{1,2} ([0-9]{2}:){2}[0-9]{2}[.,: ]?)?([a-zé]{1,5}(\\[[0-9]*\\]?)?[: \\[\"=%é-]{0,3}){0,5}"
    ) {
        bodies(text.as_bytes());
    }

    #[test]
    fn messages_come_back_from_either_framing(texts in prop::collection::vec("[a-zé ]{1,20}x", 1..8)) {
        let messages: Vec<String> = texts.iter().map(|text| format!("<14>1 - - - - - - {text}")).collect();
        let lines: String = messages.iter().map(|message| format!("{message}\n")).collect();
        let counted: String = messages.iter().map(|message| format!("{} {message}", message.len())).collect();
        prop_assert_eq!(&bodies(lines.as_bytes()), &texts);
        prop_assert_eq!(&bodies(counted.as_bytes()), &texts);
    }

    #[test]
    fn no_word_is_lost(words in prop::collection::vec("[a-zA-Z0-9é:\\[\\]=.%-]{1,8}", 1..8)) {
        let text = words.join(" ");
        let record = decode(format!("<13>Mar  5 12:00:00 {text}"));
        let mut kept = String::new();
        for value in record.resource().chain(record.attributes()).map(|(_, value)| value)
            .chain([record.service(), record.body()])
        {
            kept.push_str(value);
        }
        for character in text.chars().filter(|character| !matches!(character, ' ' | ':' | '[' | ']')) {
            prop_assert!(kept.contains(character), "{} in {}", character, show(&record));
        }
    }
}
