//! OTLP over HTTP and gRPC, with OpenTelemetry's own messages.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use click_lite_tests::{PATIENCE, Server, python_client, signal};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span};
use prost::Message;
use serde_json::json;

fn text(text: &str) -> Option<AnyValue> {
    Some(AnyValue { value: Some(Value::StringValue(text.into())) })
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.into(), value: text(value), ..KeyValue::default() }
}

fn request() -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: 1_767_323_045_678_901_234,
        severity_number: 13,
        severity_text: "WARN".into(),
        body: text("disk is nearly full"),
        attributes: vec![pair("disk", "/dev/sda1")],
        trace_id: vec![0x0a; 16],
        span_id: vec![0x0b; 8],
        ..LogRecord::default()
    };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource {
                attributes: vec![pair("service.name", "storage"), pair("host.name", "node-7")],
                ..Resource::default()
            }),
            scope_logs: vec![ScopeLogs {
                scope: Some(InstrumentationScope {
                    name: "disks".into(),
                    version: "1.2".into(),
                    ..InstrumentationScope::default()
                }),
                log_records: vec![record],
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_arrive_by_protobuf_and_json_on_both_ports() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = click_lite_tests::http()?;
    let otlp = format!("http://{}", server.ready["otlp_http"].as_str().expect("an OTLP listener"));
    for base in [server.url(), otlp] {
        let answer = http
            .post(format!("{base}/v1/logs"))
            .header("content-type", "application/x-protobuf")
            .body(request().encode_to_vec())
            .send()
            .await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/x-protobuf");
        assert!(ExportLogsServiceResponse::decode(answer.bytes().await?)?.partial_success.is_none());
    }
    let body = json!({ "resourceLogs": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "storage" } }] },
        "scopeLogs": [{ "logRecords": [{ "timeUnixNano": "1767323045678901234", "severityNumber": 17, "body": { "stringValue": "by JSON" },
            "traceId": "5b8efff798038103d269b633813fc60c" }] }]
    }] });
    let answer = http.post(format!("{}/v1/logs", server.url())).json(&body).send().await?;
    assert_eq!(answer.status(), 200);

    server.wait_for_count("service:storage", 3).await?;
    let row = &server.rows("\"nearly full\"", 10).await?[0];
    assert_eq!(row["Timestamp"], "2026-01-02T03:04:05.678901234Z");
    assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("WARN"), &json!(13)));
    assert_eq!(row["TraceId"], "0a".repeat(16));
    assert_eq!((&row["ScopeName"], &row["ScopeVersion"]), (&json!("disks"), &json!("1.2")));
    assert_eq!(row["ResourceAttributes"]["host.name"], "node-7");
    assert_eq!(row["LogAttributes"]["disk"], "/dev/sda1");
    assert_eq!(server.rows("trace_id:5b8efff798038103d269b633813fc60c", 10).await?[0]["Body"], "by JSON");

    Ok(())
}

/// `google.rpc.Status`, as much as the tests look at.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<RpcDetail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct RpcDetail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

const PROTOBUF: &str = "application/x-protobuf";

fn span(number: u64) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: format!("span {number}"),
        kind: 3,
        start_time_unix_nano: 1_767_323_045_678_901_234 + number,
        end_time_unix_nano: 1_767_323_046_678_901_234 + number,
        events: vec![span::Event { name: "e".into(), ..span::Event::default() }],
        ..Span::default()
    }
}

fn trace_request(spans: impl IntoIterator<Item = Span>) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![pair("service.name", "storage")],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans { spans: spans.into_iter().collect(), ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn deflate(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Waits until log records and spans together are so many.
async fn wait_for_rows(server: &Server, expected: u64) -> anyhow::Result<()> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let status = server.get("/api/v1/status").await?;
        if status["storage"]["rows"] == expected {
            return Ok(());
        }
        anyhow::ensure!(std::time::Instant::now() < deadline, "{expected} rows were sent: {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_arrive_by_protobuf_and_json_in_every_compression() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = click_lite_tests::http()?;
    let otlp = format!("http://{}", server.ready["otlp_http"].as_str().expect("an OTLP listener"));
    let body = |number| trace_request([span(number)]).encode_to_vec();
    let bodies = [
        ("identity", body(0)),
        ("gzip", gzip(&body(1))?),
        ("deflate", deflate(&body(2))?),
        ("zstd", zstd::bulk::compress(&body(3), 1)?),
    ];
    for (base, (encoding, body)) in [server.url(), otlp].iter().cycle().zip(bodies) {
        let answer = http
            .post(format!("{base}/v1/traces"))
            .header("content-type", PROTOBUF)
            .header("content-encoding", encoding)
            .body(body)
            .send()
            .await?;
        assert_eq!((answer.status().as_u16(), encoding), (200, encoding));
        assert!(ExportTraceServiceResponse::decode(answer.bytes().await?)?.partial_success.is_none());
    }
    // A large body in pieces, without a length.
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        trace_request((0..40_000).map(|n| Span { trace_id: vec![9; 16], ..span(n) }))
            .encode_to_vec()
            .chunks(100_000)
            .map(|piece| Ok(piece.to_vec()))
            .collect();
    assert!(pieces.len() > 15, "more than one step of what is unknown: {}", pieces.len());
    let answer = http
        .post(format!("{}/v1/traces", server.url()))
        .header("content-type", PROTOBUF)
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(pieces)))
        .send()
        .await?;
    assert_eq!(answer.status(), 200);
    let body = json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [{ "traceId": "07".repeat(16), "spanId": "0b".repeat(8), "name": "by JSON",
        "kind": 2, "startTimeUnixNano": "1767323049000000000", "endTimeUnixNano": "1767323049000000500", "status": { "code": 2 } }] }] }] });
    let answer = http.post(format!("{}/v1/traces", server.url())).json(&body).send().await?;
    assert_eq!((answer.status().as_u16(), answer.text().await?.as_str()), (200, "{}"));

    let spans = server.wait_for_spans(&"07".repeat(16), 5).await?;
    let names: Vec<_> = spans.iter().map(|span| span["SpanName"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["span 0", "span 1", "span 2", "span 3", "by JSON"], "in order of their start");
    assert_eq!(spans[0]["Timestamp"], "2026-01-02T03:04:05.678901234Z");
    assert_eq!((&spans[0]["Duration"], &spans[0]["SpanKind"]), (&json!("1000000000"), &json!("Client")));
    assert_eq!(spans[0]["Events"][0]["Timestamp"], spans[0]["Timestamp"], "an event without a time");
    assert_eq!((&spans[4]["StatusCode"], &spans[4]["Duration"]), (&json!("Error"), &json!("500")));

    let part = server.get(&format!("/api/v1/traces/{}?limit=2", "07".repeat(16))).await?;
    assert_eq!((part["spans"].as_array().map(Vec::len), &part["truncated"]), (Some(2), &json!(true)));
    assert_eq!(server.spans(&"08".repeat(16)).await?.len(), 0);
    assert!(server.get("/api/v1/traces/xyz").await.is_err());
    wait_for_rows(&server, 40_005).await?;
    let status = server.get("/api/v1/status").await?;
    assert_eq!(status["spool"]["dead_letters"], 0, "{status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_the_shape_of_the_protocol() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_RECORD_BYTES=2000"])?;
    let http = click_lite_tests::http()?;
    let post = |path: &str, kind: &str, body: Vec<u8>| {
        http.post(format!("{}{path}", server.url())).header("content-type", kind).body(body).send()
    };
    for path in ["/v1/logs", "/v1/traces"] {
        let answer = post(path, PROTOBUF, b"\xff\xff\xff".to_vec()).await?;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers()["content-type"], PROTOBUF);
        let status = RpcStatus::decode(answer.bytes().await?)?;
        assert!(status.code == 3 && status.message.contains("no OTLP request in protobuf"), "{status:?}");
        assert_eq!(status.details[0].type_url, "type.googleapis.com/google.rpc.BadRequest");

        let answer = post(path, "application/json", b"[".to_vec()).await?;
        assert_eq!(answer.status(), 400);
        let status: serde_json::Value = answer.json().await?;
        assert!(status["code"] == 3 && status["message"].is_string(), "{status}");

        let answer = post(path, "text/plain", vec![]).await?;
        assert_eq!(answer.status(), 415);
        let status: serde_json::Value = answer.json().await?;
        assert!(status["message"].as_str().is_some_and(|text| text.contains("text/plain")), "{status}");
    }
    // What a web page could have sent is refused before it gets to the receiver.
    let answer = http
        .post(format!("{}/v1/traces", server.url()))
        .header("content-type", PROTOBUF)
        .header("origin", "https://elsewhere.example")
        .send()
        .await?;
    assert_eq!(answer.status(), 403);
    assert_eq!(RpcStatus::decode(answer.bytes().await?)?.code, 7);

    let large = Span { name: "x".repeat(3000), ..span(1) };
    let answer =
        post("/v1/traces", PROTOBUF, trace_request([span(0), large, span(2)]).encode_to_vec()).await?;
    assert_eq!(answer.status(), 200);
    let partial = ExportTraceServiceResponse::decode(answer.bytes().await?)?.partial_success;
    let partial = partial.expect("a partial success");
    assert_eq!(partial.rejected_spans, 1);
    assert!(partial.error_message.contains("ingest.max_record_bytes"), "{partial:?}");
    server.wait_for_spans(&"07".repeat(16), 2).await?;
    Ok(())
}

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// One call over gRPC by Google's own client.
async fn grpc(
    server: &Server,
    method: &str,
    compression: &str,
    message: Vec<u8>,
) -> anyhow::Result<serde_json::Value> {
    let address = server.ready["otlp_grpc"].as_str().expect("a gRPC listener").to_owned();
    let (method, compression) = (method.to_owned(), compression.to_owned());
    tokio::task::spawn_blocking(move || {
        let printed = python_client("otlp_grpc.py", &[&address, &method, &compression], &message)?;
        Ok(serde_json::from_str(&printed)?)
    })
    .await?
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_answers_as_the_specification_says() -> anyhow::Result<()> {
    let server = Server::start_with(&[
        "CLICK_LITE__INGEST__MAX_RECORD_BYTES=2000",
        "CLICK_LITE__OTLP__MAX_REQUEST_BYTES=1048576",
    ])?;
    let outcome = grpc(&server, TRACES, "none", trace_request([span(0)]).encode_to_vec()).await?;
    assert_eq!(outcome, json!({ "code": "OK", "answer": "" }));
    let outcome = grpc(&server, LOGS, "gzip", request().encode_to_vec()).await?;
    assert_eq!(outcome["code"], "OK", "{outcome}");
    server.wait_for_spans(&"07".repeat(16), 1).await?;
    server.wait_for_count("service:storage", 1).await?;

    let large = Span { name: "x".repeat(3000), ..span(1) };
    let outcome = grpc(&server, TRACES, "none", trace_request([large]).encode_to_vec()).await?;
    let answer = outcome["answer"].as_str().unwrap_or_default();
    assert!(
        outcome["code"] == "OK" && answer.starts_with("0a") && answer.len() > 20,
        "a partial success: {outcome}"
    );

    let outcome = grpc(&server, TRACES, "none", b"\xff\xff\xff".to_vec()).await?;
    assert_eq!(outcome["code"], "INVALID_ARGUMENT", "{outcome}");
    assert_eq!(outcome["kinds"], json!(["google.rpc.BadRequest"]));
    assert_eq!(outcome["message"], outcome["details"]);

    // A message of 2 MB, and one that becomes as large when it is decompressed.
    for compression in ["none", "gzip"] {
        let outcome = grpc(&server, LOGS, compression, vec![0; 2_000_000]).await?;
        assert_eq!(outcome["code"], "RESOURCE_EXHAUSTED", "{outcome}");
        assert_eq!(outcome["kinds"], json!([]), "it is not to be sent again: {outcome}");
    }
    let outcome =
        grpc(&server, "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "none", vec![])
            .await?;
    assert_eq!(outcome["code"], "UNIMPLEMENTED", "{outcome}");

    let metrics = server.client()?.request(reqwest::Method::GET, "/metrics", None).await?.1;
    for line in [
        r#"click_lite_receiver_rows_total{protocol="otlp_grpc"} 2"#,
        r#"click_lite_receiver_rejected_total{protocol="otlp_grpc"} 1"#,
        r#"click_lite_requests_refused_total{protocol="otlp_grpc",reason="request.too_large"} 2"#,
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_is_told_in_the_protocols_own_way() -> anyhow::Result<()> {
    let server = Arc::new(Server::start_with(&["CLICK_LITE__SPOOL__MAX_BYTES=67108864"])?);
    // An engine that does not move takes nothing, so the spool fills up. The server puts another in its place: that one
    // is not to move either.
    let is_frozen = Arc::new(AtomicBool::new(true));
    let freezer = {
        let (server, is_frozen) = (Arc::clone(&server), Arc::clone(&is_frozen));
        tokio::task::spawn_blocking(move || {
            while is_frozen.load(Ordering::Relaxed) {
                if let Ok(engine) = server.engine_pid() {
                    let _ = signal(engine, libc::SIGSTOP);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        })
    };
    let mut seed = 1_u64;
    // Ever smaller pieces, until none of a few hundred bytes fits.
    for bytes in [1_000_000, 60_000, 4_000, 300] {
        let mut tries = 0;
        loop {
            let noise: String = (0..bytes)
                .map(|_| {
                    seed =
                        seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    char::from(b'!' + ((seed >> 33) % 90) as u8)
                })
                .collect();
            if server.ingest("text/plain", noise).await.is_err() {
                break;
            }
            tries += 1;
            anyhow::ensure!(tries < 300, "the spool has no end");
        }
    }

    let http = click_lite_tests::http()?;
    let mut accepted = 0;
    let refused = loop {
        let answer = http
            .post(format!("{}/v1/traces", server.url()))
            .header("content-type", PROTOBUF)
            .body(trace_request([span(0)]).encode_to_vec())
            .send()
            .await?;
        if answer.status() != 200 {
            break answer;
        }
        accepted += 1;
        anyhow::ensure!(accepted < 20, "the spool has room");
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"5".parse()?));
    let status = RpcStatus::decode(refused.bytes().await?)?;
    assert_eq!(
        (status.code, status.details[0].type_url.as_str()),
        (8, "type.googleapis.com/google.rpc.RetryInfo")
    );
    for (method, message) in
        [(TRACES, trace_request([span(0)]).encode_to_vec()), (LOGS, request().encode_to_vec())]
    {
        let outcome = grpc(&server, method, "none", message).await?;
        assert_eq!(outcome["code"], "RESOURCE_EXHAUSTED", "{outcome}");
        assert_eq!(
            (&outcome["retry_seconds"], &outcome["retry_info_seconds"]),
            (&json!(5), &json!(5)),
            "{outcome}"
        );
    }

    is_frozen.store(false, Ordering::Relaxed);
    freezer.await?;
    if let Ok(engine) = server.engine_pid() {
        signal(engine, libc::SIGCONT)?;
    }
    let deadline = std::time::Instant::now() + PATIENCE;
    while grpc(&server, TRACES, "none", trace_request([span(0)]).encode_to_vec()).await?["code"] != "OK" {
        anyhow::ensure!(std::time::Instant::now() < deadline, "the spool stays full");
    }
    server.wait_for_spans(&"07".repeat(16), accepted + 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_spans_survive_kills_of_the_server() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let next = Arc::new(AtomicU64::new(0));
    let answers = Arc::new(AtomicU64::new(0));
    let mut acknowledged = HashSet::new();
    for round in 0..4 {
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let url = format!("{}/v1/traces", server.url());
                let (next, answers, stop) = (Arc::clone(&next), Arc::clone(&answers), Arc::clone(&stop));
                tokio::spawn(async move {
                    let http = click_lite_tests::http()?;
                    let mut acknowledged = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let first = next.fetch_add(20, Ordering::Relaxed);
                        // A trace for each thousand: an answer has at most ten thousand spans.
                        let spans = (first..first + 20)
                            .map(|n| Span { trace_id: (n / 1000 + 1).to_be_bytes().repeat(2), ..span(n) });
                        let body = trace_request(spans).encode_to_vec();
                        match http.post(&url).header("content-type", PROTOBUF).body(body).send().await {
                            Ok(answer) if answer.status().is_success() => {
                                acknowledged.extend(first..first + 20);
                                answers.fetch_add(1, Ordering::Relaxed);
                            }
                            // Without an answer nothing is promised.
                            _ => {}
                        }
                    }
                    Ok::<_, anyhow::Error>(acknowledged)
                })
            })
            .collect();
        // In the middle of it, and at another place each time.
        let deadline = std::time::Instant::now() + PATIENCE;
        while answers.load(Ordering::Relaxed) < (round + 1) * 37 {
            anyhow::ensure!(std::time::Instant::now() < deadline, "the server takes no spans");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for sender in senders {
            acknowledged.extend(sender.await??);
        }
        server.restart()?;
    }
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let mut stored = HashSet::new();
        for trace in 1..=next.load(Ordering::Relaxed) / 1000 + 1 {
            for span in server.spans(&format!("{trace:016x}").repeat(2)).await? {
                let name =
                    span["SpanName"].as_str().unwrap_or_default().trim_start_matches("span ").to_owned();
                assert!(stored.insert(name.parse::<u64>()?), "span {name} is there twice");
            }
        }
        let missing = acknowledged.difference(&stored).count();
        if missing == 0 {
            return Ok(());
        }
        anyhow::ensure!(
            std::time::Instant::now() < deadline,
            "{missing} of {} acknowledged spans are missing",
            acknowledged.len()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
