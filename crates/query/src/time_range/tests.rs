use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use proptest::prelude::*;

use super::*;

fn now() -> i64 {
    parse_rfc3339("2026-03-31T10:20:30.5Z").expect("a time")
}

#[test]
fn times_as_people_write_them() {
    for (text, start, length_ns) in [
        ("now", "2026-03-31T10:20:30.5Z", 1),
        ("now-15m", "2026-03-31T10:05:30.5Z", 1),
        ("-15m", "2026-03-31T10:05:30.5Z", 1),
        ("+1h", "2026-03-31T11:20:30.5Z", 1),
        ("now-1d/d", "2026-03-30T00:00:00Z", 1),
        ("now/h", "2026-03-31T10:00:00Z", 1),
        ("now/w", "2026-03-30T00:00:00Z", 1),
        ("now/M", "2026-03-01T00:00:00Z", 1),
        ("now/y+2d", "2026-01-03T00:00:00Z", 1),
        ("now-1M", "2026-02-28T10:20:30.5Z", 1),
        ("now-1y", "2025-03-31T10:20:30.5Z", 1),
        ("now-500ms", "2026-03-31T10:20:30Z", 1),
        ("2026-11-20", "2026-11-20T00:00:00Z", DAY_NS),
        ("2026-11-20T08:15", "2026-11-20T08:15:00Z", MINUTE_NS),
        ("2026-11-20 08:15Z", "2026-11-20T08:15:00Z", MINUTE_NS),
        ("2026-11-20T08:15:30", "2026-11-20T08:15:30Z", SECOND_NS),
        ("2026-11-20T09:15:30+01:00", "2026-11-20T08:15:30Z", SECOND_NS),
        ("2026-11-20T08:15:30.25Z", "2026-11-20T08:15:30.25Z", 1),
        ("1763626530", "2025-11-20T08:15:30Z", 1),
        ("1763626530123", "2025-11-20T08:15:30.123Z", 1),
    ] {
        let point = parse_time(text, now()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            format_rfc3339(point.start_ns),
            format_rfc3339(parse_rfc3339(start).expect(start)),
            "{text}"
        );
        assert_eq!(point.end_ns - point.start_ns, length_ns, "{text}");
    }
}

#[test]
fn mistakes_carry_their_position() {
    for (text, start, end) in [
        ("yesterday", 0, 9),
        ("now-15x", 6, 7),
        ("now-m", 3, 5),
        ("now-5", 5, 5),
        ("now15m", 3, 6),
        ("now/q", 4, 5),
        ("now-99999999999y", 3, 16),
        ("now-999999999999999999999s", 3, 25),
        ("2026-11-20T08:15:30Zulu", 20, 23),
        ("2026-02-30", 0, 10),
        ("", 0, 0),
        ("1.2.3", 0, 5),
    ] {
        let error = parse_time(text, now()).expect_err(text);
        assert_eq!((error.code(), error.span), ("query.time", Span::new(start, end)), "{text}");
    }
    let error = TimeRange::parse(Some("now-1h"), Some("now-2x"), now()).expect_err("bad unit");
    assert!(error.message.starts_with("to: "), "{}", error.message);
    assert!(TimeRange::parse(Some("now"), Some("now-1h"), now()).is_err());
    assert_eq!(TimeRange::parse(None, Some(" "), now()), Ok(TimeRange::ALL));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(now|[-+/0-9smhdwMyTZ:. ]|\\PC){0,30}", now_ns: i64) {
        if let Err(error) = parse_time(&text, now_ns) {
            prop_assert!(error.span.start <= error.span.end && error.span.end <= text.chars().count());
        }
    }
}

#[test]
fn widths_are_round_and_few_enough() {
    let range = |seconds: i64| TimeRange { from_ns: Some(0), to_ns: Some(seconds * 1_000_000_000) };
    for (seconds, width_ms) in
        [(900, 10_000), (86_400, 1_800_000), (60, 1_000), (0, 1), (315_360_000, 2 * 2_592_000_000)]
    {
        assert_eq!(bucket_width_ms(range(seconds), 90), width_ms, "{seconds} s");
    }
    assert_eq!(bucket_width_ms(TimeRange::ALL, 90), 1);
}
