use super::stub::{Reply, Stub};
use super::*;

#[test]
fn a_request_is_as_the_server_wants_it() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    setup.append("app.log", "first line\nsecond line\n");
    let path = setup.path("app.log");
    let agent = setup.tail(&stub.url, &["--key", "secret", path.to_str().expect("text")]);
    wait_until("both lines are there", || stub.stored_rows() == 2);
    assert_eq!(agent.stop(), Some(0));
    let requests = stub.requests();
    let request = &requests[0];
    assert_eq!(request.line, "POST /api/v1/agent/batches HTTP/1.1");
    for (name, value) in [
        ("content-type", "application/vnd.clickhouse.native"),
        ("content-encoding", "zstd"),
        ("x-click-lite-block-schema", "1"),
        ("authorization", "Bearer secret"),
    ] {
        assert_eq!(request.headers[name], value);
    }
    assert_eq!(request.headers["x-click-lite-agent"].len(), 36);
    assert!(request.headers["user-agent"].starts_with("click-lite-agent/"));
    assert_eq!(requests.last().expect("one").sequence(), 2);
    assert_eq!(stub.count("first line"), 1);
}

#[test]
fn what_is_not_acknowledged_is_sent_again_as_it_was() {
    let setup = Setup::new();
    let stub = Stub::start(&[
        Reply::RetryAfter(503, 1),
        Reply::HangUp,
        Reply::Status(429, ""),
        Reply::Status(507, ""),
        Reply::Status(500, ""),
    ]);
    setup.append("app.log", "one\n");
    let path = setup.path("app.log");
    let started = Instant::now();
    let agent = setup.tail(&stub.url, &[path.to_str().expect("text")]);
    wait_until("the line is there", || stub.stored_rows() == 1);
    assert!(started.elapsed() >= Duration::from_secs(1), "Retry-After is kept to");
    setup.append("app.log", "two\n");
    wait_until("the next line is there", || stub.stored_rows() == 2);
    assert_eq!(agent.stop(), Some(0));
    let requests = stub.requests();
    assert_eq!(requests.len(), 7);
    for again in &requests[1..6] {
        assert_eq!((again.sequence(), &again.body), (1, &requests[0].body));
        assert_eq!(again.headers["x-click-lite-agent"], requests[0].headers["x-click-lite-agent"]);
    }
    assert_eq!(requests[6].sequence(), 2);
}

#[test]
fn a_batch_that_is_refused_for_good_is_kept_and_the_rest_goes_on() {
    let setup = Setup::new();
    let refusal = r#"{"error":{"code":"agent.block","message":"the block is damaged"}}"#;
    let stub = Stub::start(&[Reply::Status(400, refusal)]);
    setup.append("app.log", "refused\n");
    let path = setup.path("app.log");
    let agent = setup.tail(&stub.url, &[path.to_str().expect("text")]);
    wait_until("it was refused", || !stub.requests().is_empty());
    setup.append("app.log", "taken\n");
    wait_until("the next is taken", || stub.stored_rows() == 1);
    assert_eq!(agent.stop(), Some(0));
    let dead = setup.state().join("dead/00000000000000000001");
    let reason = std::fs::read_to_string(dead.with_extension("reason.txt")).expect("a reason");
    assert!(reason.contains("the block is damaged"), "{reason}");
    assert_eq!(std::fs::read(dead.with_extension("native.zst")).expect("kept"), stub.requests()[0].body);
    assert_eq!(setup.status()["counters"]["dead_rows"], 1);
    assert_eq!((stub.count("refused"), stub.count("taken")), (0, 1));
}

#[test]
fn a_wrong_key_loses_nothing() {
    let setup = Setup::new();
    let stub = Stub::start(&[Reply::Status(401, ""), Reply::Status(403, ""), Reply::Status(404, "")]);
    setup.append("app.log", "one\n");
    let path = setup.path("app.log");
    let agent = setup.tail(&stub.url, &[path.to_str().expect("text")]);
    wait_until("the line is there", || stub.stored_rows() == 1);
    assert_eq!(agent.stop(), Some(0));
    assert!(!setup.state().join("dead").exists());
}

#[test]
fn records_wait_while_the_server_is_away() {
    let setup = Setup::new();
    // A port on which nobody listens.
    let away = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    setup.append("app.log", "while it was away\n");
    let path = setup.path("app.log");
    let agent = setup.tail(&away, &[path.to_str().expect("text")]);
    wait_until("the line waits", || setup.status()["waiting"]["rows"] == 1);
    wait_until("the reason is told", || setup.status()["last_error"]["text"].is_string());
    assert_eq!(agent.stop(), Some(0));
    let stub = Stub::start(&[]);
    setup.append("app.log", "when it was back\n");
    let agent = setup.tail(&stub.url, &[path.to_str().expect("text")]);
    wait_until("both lines are there", || stub.stored_rows() == 2);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!((stub.count("while it was away"), stub.count("when it was back")), (1, 1));
    assert_eq!(setup.status()["waiting"]["rows"], 0);
}

#[test]
fn a_full_spool_stops_reading_or_drops_the_oldest() {
    let lines: String = (0..200_000u64)
        .map(|n| format!("line {n} {:016x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    for policy in ["block", "drop_oldest"] {
        let setup = Setup::new();
        setup.append("app.log", &lines);
        let path = setup.path("app.log");
        let options = ["--spool-max-bytes", "1048576", "--when-full", policy, path.to_str().expect("text")];
        let agent = setup.tail("http://127.0.0.1:9", &options);
        if policy == "block" {
            wait_until("the spool is full", || {
                setup.status()["waiting"]["bytes"].as_u64().is_some_and(|bytes| bytes >= 1 << 20)
            });
            assert!(setup.status()["files"][0]["lag"].as_u64() > Some(0), "reading stopped");
        } else {
            wait_until("the oldest are dropped", || {
                setup.status()["counters"]["dropped_rows"].as_u64() > Some(0)
                    && setup.status()["files"][0]["lag"] == 0
            });
        }
        assert_eq!(agent.stop(), Some(0));
        let stub = Stub::start(&[]);
        let agent = setup.tail(&stub.url, &options);
        let dropped = setup.status()["counters"]["dropped_rows"].as_u64().unwrap_or(0);
        wait_until("the rest is sent", || stub.stored_rows() + dropped == 200_000);
        assert_eq!(agent.stop(), Some(0));
        assert_eq!(dropped > 0, policy == "drop_oldest");
        assert_eq!(stub.count("line 199999 "), 1);
        // The batch that was being sent is the oldest, and not dropped.
        assert_eq!(stub.count("line 0 "), 1);
    }
}

#[test]
fn sending_keeps_to_the_bandwidth() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let lines: String =
        (0..40_000u64).map(|n| format!("{n} {:016x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    setup.append("app.log", &lines);
    let path = setup.path("app.log");
    let agent = setup.tail(&stub.url, &["--max-bytes-per-second", "400000", path.to_str().expect("text")]);
    wait_until("the first batch came", || stub.stored_rows() > 0);
    let started = Instant::now();
    wait_until("all came", || stub.stored_rows() == 40_000);
    let rest: usize = stub.requests()[1..].iter().map(|request| request.body.len()).sum();
    // What was sent last is paid for by what comes next.
    let first = stub.requests()[0].body.len();
    let last = stub.requests().last().expect("one").body.len();
    let least = (first + rest - last) as f64 / 400_000.0;
    assert!(rest > last, "there were several batches");
    assert!(started.elapsed().as_secs_f64() > least * 0.8, "{rest} bytes in {:?}", started.elapsed());
    drop(agent);
}

#[test]
fn tls_with_an_authority_of_ones_own() {
    let (setup, stub) = (Setup::new(), Stub::start_tls());
    setup.append("app.log", "over tls\n");
    let path = setup.path("app.log");
    let path = path.to_str().expect("text");
    let agent = setup.tail(&stub.url, &[path]);
    wait_until("the certificate is refused", || setup.status()["last_error"]["text"].is_string());
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(stub.stored_rows(), 0);
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ca.pem");
    let agent = setup.tail(&stub.url, &["--ca-file", authority, path]);
    wait_until("the line is there", || stub.stored_rows() == 1);
    assert_eq!(agent.stop(), Some(0));
}
