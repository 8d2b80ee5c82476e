mod spans;

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::prelude::*;
use prost::Message as _;

use super::*;

/// A record's fields, for comparison.
#[derive(Debug, PartialEq, Clone)]
struct Row {
    time_ns: Option<i64>,
    severity: (u8, String),
    texts: [String; 9],
    trace_flags: u8,
    resource: Vec<(String, String)>,
    scope: Vec<(String, String)>,
    attributes: Vec<(String, String)>,
}

fn owned<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn row(record: &Record) -> Row {
    Row {
        time_ns: record.time_ns,
        severity: (record.severity.number(), record.severity_text().to_owned()),
        texts: [
            record.service(),
            record.body(),
            record.trace_id(),
            record.span_id(),
            record.resource_schema_url(),
            record.scope_schema_url(),
            record.scope_name(),
            record.scope_version(),
            record.event_name(),
        ]
        .map(str::to_owned),
        trace_flags: record.trace_flags,
        resource: owned(record.resource()),
        scope: owned(record.scope_attributes()),
        attributes: owned(record.attributes()),
    }
}

fn from_protobuf(body: &[u8]) -> Result<Vec<Row>, OtlpError> {
    let mut rows = Vec::new();
    Decoder::default().decode_logs_protobuf(
        body,
        &mut Record::new(),
        &mut |record| rows.push(row(record)),
        &mut Rejections::default(),
    )?;
    Ok(rows)
}

fn from_json(body: &str) -> Result<Vec<Row>, OtlpError> {
    let mut rows = Vec::new();
    Decoder::default().decode_logs_json(
        body.as_bytes(),
        &mut Record::new(),
        &mut |record| rows.push(row(record)),
        &mut Rejections::default(),
    )?;
    Ok(rows)
}

fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn text(text: &str) -> AnyValue {
    any(Any::StringValue(text.to_owned()))
}

fn pair(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn request(
    resource: Vec<KeyValue>,
    scope: Option<InstrumentationScope>,
    log_records: Vec<LogRecord>,
) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource { attributes: resource, ..Resource::default() }),
            scope_logs: vec![ScopeLogs { scope, log_records, schema_url: "https://scope/1".to_owned() }],
            schema_url: "https://resource/1".to_owned(),
        }],
    }
}

fn full() -> ExportLogsServiceRequest {
    let list =
        KeyValueList { values: vec![pair("k", text("\"v\"")), pair("none", AnyValue { value: None })] };
    let array = ArrayValue {
        values: vec![
            any(Any::IntValue(-1)),
            any(Any::DoubleValue(f64::NAN)),
            any(Any::KvlistValue(list.clone())),
        ],
    };
    let record = LogRecord {
        time_unix_nano: 5,
        observed_time_unix_nano: 6,
        severity_number: 10,
        severity_text: String::new(),
        body: Some(any(Any::KvlistValue(list))),
        attributes: vec![
            pair("int", any(Any::IntValue(i64::MIN))),
            pair("double", any(Any::DoubleValue(1.0))),
            pair("tiny", any(Any::DoubleValue(1e-300))),
            pair("bool", any(Any::BoolValue(false))),
            pair("bytes", any(Any::BytesValue(vec![0, 255]))),
            pair("array", any(Any::ArrayValue(array))),
            pair("empty", AnyValue { value: None }),
        ],
        flags: 0x101,
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        event_name: "login".to_owned(),
        ..LogRecord::default()
    };
    let bare = LogRecord {
        observed_time_unix_nano: 7,
        severity_text: "Warning".to_owned(),
        trace_id: vec![0; 16],
        span_id: vec![1, 2],
        body: Some(text("plain")),
        ..LogRecord::default()
    };
    let scope = InstrumentationScope {
        name: "lib".to_owned(),
        version: "1.2".to_owned(),
        attributes: vec![pair("s", text("t"))],
        ..InstrumentationScope::default()
    };
    request(
        vec![pair("service.name", text("cart")), pair("host.name", text("a1"))],
        Some(scope),
        vec![record, bare],
    )
}

#[test]
fn every_field_goes_to_its_place() {
    let rows = from_protobuf(&full().encode_to_vec()).unwrap();
    let pairs = |pairs: &[(&str, &str)]| owned(pairs.iter().copied());
    let first = Row {
        time_ns: Some(5),
        severity: (10, "INFO2".to_owned()),
        texts: [
            "cart",
            r#"{"k":"\"v\"","none":null}"#,
            "0102030405060708090a0b0c0d0e0f10",
            "0102030405060708",
            "https://resource/1",
            "https://scope/1",
            "lib",
            "1.2",
            "login",
        ]
        .map(str::to_owned),
        trace_flags: 1,
        resource: pairs(&[("service.name", "cart"), ("host.name", "a1")]),
        scope: pairs(&[("s", "t")]),
        attributes: pairs(&[
            ("int", "-9223372036854775808"),
            ("double", "1"),
            ("tiny", "1e-300"),
            ("bool", "false"),
            ("bytes", "AP8="),
            ("array", r#"[-1,"NaN",{"k":"\"v\"","none":null}]"#),
            ("empty", ""),
        ]),
    };
    assert_eq!(rows[0], first);
    assert_eq!((rows[1].time_ns, rows[1].severity.clone()), (Some(7), (13, "Warning".to_owned())));
    assert_eq!((rows[1].texts[2].as_str(), rows[1].texts[3].as_str()), ("", ""));
    assert_eq!(rows[1].attributes, pairs(&[("span_id", "0102")]));
    assert_eq!(rows[1].resource, first.resource);
    assert_eq!(rows.len(), 2);
}

#[test]
fn json_as_the_specification_shows_it() {
    let body = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
        {"timeUnixNano":"1544712660300000000","observedTimeUnixNano":"1","severityNumber":9,"severityText":"Information",
         "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","body":{"stringValue":"Example"},
         "attributes":[{"key":"i","value":{"intValue":"10"}},{"key":"n","value":{"intValue":11}},{"key":"d","value":{"doubleValue":637.704}},
          {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"many"},{"boolValue":true},{}]}}},
          {"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"arrayValue":{}}},{"value":null}]}}},{"key":"none"}],
         "flags":1,"droppedAttributesCount":3,"unknown":{"a":[1]}},
        {"time_unix_nano":2,"body":null,"traceId":"","spanId":"xyz"}]}],
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},"schemaUrl":"u"}]}"#;
    let rows = from_json(body).unwrap();
    assert_eq!(rows[0].time_ns, Some(1_544_712_660_300_000_000));
    assert_eq!(rows[0].severity, (9, "Information".to_owned()));
    assert_eq!(
        rows[0].texts[..5],
        ["my.service", "Example", "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "u"]
    );
    let expected = [
        ("i", "10"),
        ("n", "11"),
        ("d", "637.704"),
        ("a", r#"["many",true,null]"#),
        ("m", r#"{"x":[],"":null}"#),
        ("none", ""),
    ];
    assert_eq!(rows[0].attributes, owned(expected.into_iter()));
    assert_eq!(
        (rows[1].time_ns, rows[1].attributes.as_slice()),
        (Some(2), &[("span_id".to_owned(), "xyz".to_owned())][..])
    );
}

#[test]
fn the_resource_may_come_after_the_records() {
    let whole = full();
    let logs = &whole.resource_logs[0];
    let records = ResourceLogs { resource: None, ..logs.clone() };
    let resource = ResourceLogs { resource: logs.resource.clone(), ..ResourceLogs::default() };
    let inner = [records.encode_to_vec(), resource.encode_to_vec()].concat();
    let mut body = vec![1 << 3 | 2];
    prost::encoding::encode_varint(inner.len() as u64, &mut body);
    body.extend_from_slice(&inner);
    assert_eq!(from_protobuf(&body).unwrap(), from_protobuf(&whole.encode_to_vec()).unwrap());
}

#[test]
fn deep_values_and_large_records_are_refused() {
    let mut deep = text("x");
    for _ in 0..5_000 {
        deep = any(Any::ArrayValue(ArrayValue { values: vec![deep] }));
    }
    let body =
        request(vec![], None, vec![LogRecord { body: Some(deep), ..LogRecord::default() }]).encode_to_vec();
    match from_protobuf(&body) {
        Err(OtlpError::Protobuf(error)) => assert_eq!(error.fault, WireFault::TooDeep),
        other => panic!("{other:?}"),
    }
    let nested = r#"{"arrayValue":{"values":["#.repeat(10_000);
    let body = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{nested}"#);
    let error = from_json(&body).unwrap_err();
    assert!(error.to_string().contains("nested more than 128 deep"), "{error}");

    let records = ["x".repeat(50), "y".repeat(200), "z".repeat(50)]
        .map(|body| LogRecord { body: Some(text(&body)), ..LogRecord::default() });
    let body = request(vec![pair("a", text("b"))], None, records.to_vec()).encode_to_vec();
    let mut rejections = Rejections::default();
    let decoded = Decoder::new(200)
        .decode_logs_protobuf(&body, &mut Record::new(), &mut |_| {}, &mut rejections)
        .unwrap();
    assert_eq!((decoded.accepted, decoded.rejected), (2, 1));
    assert_eq!((rejections.kept()[0].index, rejections.kept()[0].code), (1, "record.too_large"));
}

#[test]
fn malformed_requests_say_where() {
    for (body, at, fault) in [
        (&[0x0a, 5, 1][..], 2, WireFault::Truncated),
        (&[0x0a], 1, WireFault::Truncated),
        (&[0x0b], 1, WireFault::UnknownWireType),
        (&[0x02, 0], 2, WireFault::NoFieldNumber),
        (&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], 1, WireFault::LongVarint),
        (&[0x0a, 2, 0x12, 9], 4, WireFault::Truncated),
    ] {
        assert_eq!(from_protobuf(body), Err(OtlpError::Protobuf(WireError { at, fault })), "{body:?}");
    }
    assert_eq!(from_protobuf(&[]).unwrap(), []);
    assert_eq!(from_json("{}").unwrap(), []);
    for body in [
        "",
        "[]",
        "{\"resourceLogs\":5}",
        "{} x",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{]}]}",
    ] {
        assert!(from_json(body).is_err(), "{body}");
    }
}

#[test]
fn responses_are_read_by_the_generated_types() {
    for (rejected, message) in
        [(0, ""), (3, "two \"bad\" records"), (0, "a warning"), (u64::from(u32::MAX), "x")]
    {
        let expected = (rejected > 0 || !message.is_empty()).then(|| ExportLogsPartialSuccess {
            rejected_log_records: i64::try_from(rejected).unwrap(),
            error_message: message.to_owned(),
        });
        let answer = Response { signal: Signal::Logs, rejected, message };
        let response = ExportLogsServiceResponse::decode(&*answer.to_protobuf()).unwrap();
        assert_eq!(response.partial_success, expected);
        let json: serde_json::Value = serde_json::from_str(&answer.to_json()).unwrap();
        let partial = expected.map(
            |_| serde_json::json!({"rejectedLogRecords": rejected.to_string(), "errorMessage": message}),
        );
        assert_eq!(json.get("partialSuccess"), partial.as_ref());
    }
}

#[test]
fn errors_are_a_status_with_details() {
    let status = Status { code: 8, message: "the spool is \"full\"", retry_after_seconds: Some(5) };
    let json: serde_json::Value = serde_json::from_str(&status.to_json()).unwrap();
    let retry = serde_json::json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "5s"});
    assert_eq!(json, serde_json::json!({"code": 8, "message": "the spool is \"full\"", "details": [retry]}));
    let any = [b"\x0a\x28type.googleapis.com/google.rpc.RetryInfo".as_slice(), b"\x12\x04\x0a\x02\x08\x05"]
        .concat();
    let expected =
        [b"\x08\x08\x12\x13the spool is \"full\"\x1a".as_slice(), &[any.len() as u8], &any].concat();
    assert_eq!(status.to_protobuf(), expected);

    let json = Status { code: 3, message: "x", retry_after_seconds: None }.to_json();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["details"][0]["fieldViolations"][0]["description"], "x");
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        ".{0,12}".prop_map(Any::StringValue),
        proptest::bool::ANY.prop_map(Any::BoolValue),
        proptest::num::i64::ANY.prop_map(Any::IntValue),
        proptest::num::f64::NORMAL.prop_map(Any::DoubleValue),
        prop::collection::vec(0..=255u8, 0..9).prop_map(Any::BytesValue),
    ]
    .prop_map(any);
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|values| any(Any::ArrayValue(ArrayValue { values }))),
            key_values(inner).prop_map(|values| any(Any::KvlistValue(KeyValueList { values }))),
        ]
    })
}

fn key_values(value: impl Strategy<Value = AnyValue>) -> impl Strategy<Value = Vec<KeyValue>> {
    prop::collection::vec(("[a-zé.\"]{0,8}", value).prop_map(|(key, value)| pair(&key, value)), 0..5)
}

fn log_record() -> impl Strategy<Value = LogRecord> {
    (
        0..i64::MAX as u64,
        0..=24i32,
        "(|info|WARN|x)",
        prop::option::of(any_value()),
        key_values(any_value()),
        (prop::collection::vec(0..=255u8, 16), prop::collection::vec(0..=255u8, 8)),
        "[a-z]{0,5}",
    )
        .prop_map(
            |(time_unix_nano, severity_number, severity_text, body, attributes, ids, event_name)| LogRecord {
                time_unix_nano,
                severity_number,
                severity_text,
                body,
                attributes,
                trace_id: ids.0,
                span_id: ids.1,
                event_name,
                flags: 1,
                ..LogRecord::default()
            },
        )
}

/// An attribute's text, by way of the generated types.
fn reference_text(value: &AnyValue) -> String {
    match value.value.as_ref() {
        Some(Any::StringValue(text)) => text.clone(),
        Some(Any::BytesValue(bytes)) => {
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
        }
        _ => reference_json(value),
    }
}

fn reference_json(value: &AnyValue) -> String {
    match value.value.as_ref() {
        Some(Any::BoolValue(value)) => value.to_string(),
        Some(Any::IntValue(value)) => value.to_string(),
        Some(Any::DoubleValue(value)) => {
            let mut text = String::new();
            append_double(&mut text, *value);
            text
        }
        Some(Any::ArrayValue(array)) => {
            format!("[{}]", array.values.iter().map(reference_json).collect::<Vec<_>>().join(","))
        }
        Some(Any::KvlistValue(list)) => {
            let members: Vec<_> = list
                .values
                .iter()
                .map(|pair| {
                    let value = pair.value.as_ref().map_or("null".to_owned(), reference_json);
                    format!("{}:{value}", serde_json::json!(pair.key))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Some(_) => serde_json::json!(reference_text(value)).to_string(),
        None => "null".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn both_encodings_give_what_the_generated_types_hold(
        resource in key_values(any_value()),
        records in prop::collection::vec(log_record(), 0..4),
    ) {
        let request = request(resource, None, records);
        let rows = from_protobuf(&request.encode_to_vec()).unwrap();
        let sent = &request.resource_logs[0].scope_logs[0].log_records;
        prop_assert_eq!(rows.len(), sent.len());
        for (row, sent) in rows.iter().zip(sent) {
            let attributes: Vec<_> =
                sent.attributes.iter().map(|pair| (pair.key.clone(), reference_text(pair.value.as_ref().unwrap()))).collect();
            prop_assert_eq!(&row.attributes, &attributes);
            prop_assert_eq!(&row.texts[1], &sent.body.as_ref().map_or(String::new(), reference_text));
        }
        prop_assert_eq!(from_json(&serde_json::to_string(&request).unwrap()).unwrap(), rows);
    }

    #[test]
    fn never_panics(record in log_record(), at in any_index(), byte in 0..=255u8, noise in prop::collection::vec(0..=255u8, 0..60)) {
        let mut body = request(vec![], None, vec![record]).encode_to_vec();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = from_protobuf(&body);
        let _ = from_protobuf(&body[..at]);
        let _ = from_protobuf(&noise);
        let _ = from_json(&String::from_utf8_lossy(&noise));
    }
}

fn any_index() -> impl Strategy<Value = prop::sample::Index> {
    proptest::arbitrary::any::<prop::sample::Index>()
}
