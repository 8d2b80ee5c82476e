use click_lite_model::Record;
use click_lite_model::time::parse_rfc3339;

use super::condition;
use crate::Matcher;

fn record() -> Record {
    let mut record = Record::new();
    record.time_ns = parse_rfc3339("2026-11-20T08:15:30.5Z");
    record.set_level("WARNING");
    record.set_service("cart");
    record.set_body("Connection refused by 10.0.0.15, code=E_42 (Größe)");
    record.set_trace_id("0af7651916cd43dd8448eb211c80319c");
    record.push_attribute("user_id", "42");
    record.push_attribute("empty", "");
    record.push_attribute("duration", "12.5");
    record.push_attribute("both", "record");
    record.push_resource("host.name", "web-1");
    record.push_resource("both", "resource");
    record
}

fn holds(text: &str) -> bool {
    let condition = condition(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
    Matcher::new(&condition).expect("regexes compile").matches(&record())
}

#[test]
fn tests_that_hold() {
    for text in [
        "*",
        "connection",
        "\"connection refused\"",
        "10.0.0.15",
        "conn*",
        "*onnect*",
        "re?used",
        "refus* -reset",
        "code=E_42 OR e_42",
        "GRÖSSE OR größe",
        "/by \\d+/",
        "message:*",
        "level:warn",
        "level>=info level<error",
        "level:WARNING",
        "service:cart",
        "service:c*t",
        "trace_id:0AF7651916CD43DD8448EB211C80319C",
        "user_id:42",
        "user_id>41.5",
        "user_id:(>40 <50)",
        "host:web-1",
        "host.name:web*",
        "both:record",
        "both:resource",
        "attr.both:record",
        "empty:*",
        "empty:\"\"",
        "time:2026-11-20",
        "time>2026-11-19 time<2026-11-21",
        "time:2026-11-20T08:15:30",
        "duration:12.5",
        "duration:/^1\\d/",
    ] {
        assert!(holds(text), "{text}");
        assert!(!holds(&format!("NOT ({text})")), "NOT ({text})");
    }
}

#[test]
fn tests_that_do_not_hold() {
    for text in [
        "connect",
        "\"refused connection\"",
        "10.0.0.1",
        "*refus",
        "service:Cart",
        "level:error",
        "level:unknown",
        "user_id:4",
        "user_id>42",
        "attr.both:resource",
        "resource.both:record",
        "time>2026-11-20",
        "-conn*",
    ] {
        assert!(!holds(text), "{text}");
        assert!(holds(&format!("NOT ({text})")), "NOT ({text})");
    }
}

/// A missing field passes no test but the negated ones.
#[test]
fn missing_fields() {
    for text in [
        "gone:x",
        "gone:*",
        "gone:\"\"",
        "gone:/^$/",
        "gone:/x*/",
        "gone<5",
        "gone>5",
        "gone<abc",
        "gone>=\"\"",
        "gone:?",
        "resource.user_id:42",
        "span_id:*",
        "service>x gone:y",
    ] {
        assert!(!holds(text), "{text}");
        assert!(holds(&format!("NOT ({text})")), "NOT ({text})");
    }
    assert!(holds("gone!=x") && holds("user_id!=41") && !holds("user_id!=42"));
}
