use axum::http::HeaderName;

use super::*;

const AGENT: &str = "0193d5e0-0000-7000-8000-000000000001";

fn headers(changed: &[(&str, &str)]) -> HeaderMap {
    let usual = [
        ("x-click-lite-agent", AGENT),
        ("x-click-lite-sequence", "30"),
        ("x-click-lite-rows", "10"),
        ("x-click-lite-block-schema", "1"),
        ("content-type", CONTENT_TYPE),
        ("content-encoding", "zstd"),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in usual.iter().chain(changed) {
        let name: HeaderName = name.parse().expect("a name");
        if value.is_empty() {
            headers.remove(name);
        } else {
            headers.insert(name, value.parse().expect("a value"));
        }
    }
    headers
}

#[test]
fn a_batch_says_who_and_how_many() {
    let batch = Numbered::of_request(&headers(&[])).expect("taken");
    assert_eq!((batch.agent.to_string().as_str(), batch.sequence, batch.rows), (AGENT, 30, 10));
    assert_eq!(batch.before(), 20);
}

#[test]
fn what_a_batch_lacks_is_said() {
    for (name, value, status, code) in [
        ("x-click-lite-agent", "seven", 400, "agent.header"),
        ("x-click-lite-sequence", "", 400, "agent.header"),
        ("x-click-lite-rows", "-1", 400, "agent.header"),
        ("x-click-lite-rows", "31", 400, "agent.sequence"),
        ("x-click-lite-rows", "0", 400, "agent.sequence"),
        ("x-click-lite-block-schema", "0", 400, "agent.schema"),
        ("content-type", "application/json", 415, "request.content_type"),
        ("content-encoding", "", 415, "request.content_type"),
    ] {
        let error = Numbered::of_request(&headers(&[(name, value)])).expect_err("refused");
        assert_eq!((error.status.as_u16(), error.code.as_str()), (status, code), "{name}: {value}");
    }
}

#[test]
fn a_newer_agent_waits_for_its_server() {
    let error = Numbered::of_request(&headers(&[("x-click-lite-block-schema", "2")])).expect_err("refused");
    assert_eq!((error.status.as_u16(), error.retry_after_seconds), (503, Some(NEWER_SCHEMA_WAIT_SECONDS)));
}
