//! OTLP over HTTP, with OpenTelemetry's own messages.

use click_lite_tests::Server;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
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

    let answer = http
        .post(format!("{}/v1/logs", server.url()))
        .header("content-type", "application/x-protobuf")
        .body(&b"\xff\xff\xff"[..])
        .send()
        .await?;
    assert_eq!(answer.status(), 400);
    Ok(())
}
