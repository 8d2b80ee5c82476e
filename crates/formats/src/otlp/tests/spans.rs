use click_lite_model::{SpanKind, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{self as proto, ResourceSpans, ScopeSpans};

use super::*;

type OwnedPairs = Vec<(String, String)>;

/// A span's fields, for comparison.
#[derive(Debug, PartialEq, Clone)]
struct Row {
    start_ns: Option<i64>,
    duration_ns: u64,
    kind: &'static str,
    status: (&'static str, String),
    texts: [String; 8],
    resource: OwnedPairs,
    attributes: OwnedPairs,
    events: Vec<(Option<i64>, String, OwnedPairs)>,
    links: Vec<([String; 3], OwnedPairs)>,
}

fn row(span: &Span) -> Row {
    Row {
        start_ns: span.start_ns,
        duration_ns: span.duration_ns,
        kind: span.kind.name(),
        status: (span.status.name(), span.status_message().to_owned()),
        texts: [
            span.trace_id(),
            span.span_id(),
            span.parent_span_id(),
            span.trace_state(),
            span.name(),
            span.service(),
            span.scope_name(),
            span.scope_version(),
        ]
        .map(str::to_owned),
        resource: owned(span.resource()),
        attributes: owned(span.attributes()),
        events: span
            .events()
            .map(|event| (event.time_ns, event.name.to_owned(), owned(event.attributes)))
            .collect(),
        links: span
            .links()
            .map(|link| {
                ([link.trace_id, link.span_id, link.trace_state].map(str::to_owned), owned(link.attributes))
            })
            .collect(),
    }
}

/// The rows of a request, and the first reason for which a span was refused.
type Outcome = (Vec<Row>, Option<String>);

fn from_protobuf(decoder: &mut Decoder, body: &[u8]) -> Result<Outcome, OtlpError> {
    let (mut rows, mut rejections) = (Vec::new(), Rejections::default());
    let mut sink = |span: &mut Span| rows.push(row(span));
    let decoded = decoder.decode_traces_protobuf(body, &mut Span::new(), &mut sink, &mut rejections)?;
    assert_eq!((decoded.accepted, decoded.rejected), (rows.len() as u64, rejections.count()));
    Ok((rows, rejections.kept().first().map(|rejection| rejection.message.clone())))
}

fn from_json(decoder: &mut Decoder, body: &str) -> Result<Outcome, OtlpError> {
    let (mut rows, mut rejections) = (Vec::new(), Rejections::default());
    let mut sink = |span: &mut Span| rows.push(row(span));
    decoder.decode_traces_json(body.as_bytes(), &mut Span::new(), &mut sink, &mut rejections)?;
    Ok((rows, rejections.kept().first().map(|rejection| rejection.message.clone())))
}

fn request(
    resource: Vec<KeyValue>,
    scope: Option<InstrumentationScope>,
    spans: Vec<proto::Span>,
) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes: resource, ..Resource::default() }),
            scope_spans: vec![ScopeSpans { scope, spans, schema_url: "https://scope/1".to_owned() }],
            schema_url: "https://resource/1".to_owned(),
        }],
    }
}

fn full() -> proto::Span {
    proto::Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        parent_span_id: vec![0xff; 8],
        trace_state: "vendor=1".to_owned(),
        name: "GET /käse".to_owned(),
        kind: 2,
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 1_250,
        attributes: vec![pair("http.status", any(Any::IntValue(500)))],
        dropped_attributes_count: 2,
        events: vec![
            Event {
                time_unix_nano: 1_100,
                name: "exception".to_owned(),
                attributes: vec![pair("exception.type", text("IOError"))],
                ..Event::default()
            },
            Event::default(),
        ],
        dropped_events_count: 3,
        links: vec![Link {
            trace_id: vec![0xab; 16],
            span_id: vec![1],
            trace_state: "b=2".to_owned(),
            attributes: vec![pair("k", any(Any::BoolValue(true)))],
            ..Link::default()
        }],
        dropped_links_count: 4,
        status: Some(proto::Status { message: "timed out".to_owned(), code: 2 }),
        flags: 0x101,
    }
}

#[test]
fn every_field_goes_to_its_place() {
    let scope = InstrumentationScope {
        name: "lib".to_owned(),
        version: "1.2".to_owned(),
        attributes: vec![pair("s", text("t"))],
        ..InstrumentationScope::default()
    };
    let bare = proto::Span { span_id: vec![1, 2], end_time_unix_nano: 7, kind: 9, ..proto::Span::default() };
    let request = request(vec![pair("service.name", text("cart"))], Some(scope), vec![full(), bare]);
    let (rows, _) = from_protobuf(&mut Decoder::default(), &request.encode_to_vec()).unwrap();
    let pairs = |pairs: &[(&str, &str)]| owned(pairs.iter().copied());
    assert_eq!(
        rows[0],
        Row {
            start_ns: Some(1_000),
            duration_ns: 250,
            kind: "Server",
            status: ("Error", "timed out".to_owned()),
            texts: [
                "0102030405060708090a0b0c0d0e0f10",
                "0102030405060708",
                "ffffffffffffffff",
                "vendor=1",
                "GET /käse",
                "cart",
                "lib",
                "1.2"
            ]
            .map(str::to_owned),
            resource: pairs(&[("service.name", "cart")]),
            attributes: pairs(&[
                ("http.status", "500"),
                ("otel.scope.s", "t"),
                ("otel.dropped_attributes_count", "2"),
                ("otel.dropped_events_count", "3"),
                ("otel.dropped_links_count", "4"),
            ]),
            events: vec![
                (Some(1_100), "exception".to_owned(), pairs(&[("exception.type", "IOError")])),
                (None, String::new(), vec![])
            ],
            links: vec![(
                ["abababababababababababababababab", "", "b=2"].map(str::to_owned),
                pairs(&[("span_id", "01"), ("k", "true")])
            )],
        }
    );
    assert_eq!((rows[1].start_ns, rows[1].duration_ns, rows[1].kind), (Some(7), 0, "Unspecified"));
    assert_eq!(rows[1].attributes, pairs(&[("span_id", "0102"), ("otel.scope.s", "t")]));
    assert_eq!((rows[1].status.0, rows[1].texts[1].as_str()), ("Unset", ""));
}

#[test]
fn json_as_the_specification_shows_it() {
    let body = r#"{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"my.library","version":"1.0.0"},"spans":[
        {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"EEE19B7EC3C1B173",
         "name":"I'm a server span","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","kind":2,
         "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}}],
         "events":[{"timeUnixNano":1544712660500000000,"name":"e","attributes":[{"key":"n","value":{"intValue":"1"}}]}],
         "links":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"xyz"}],"status":{"code":"STATUS_CODE_OK"},"unknown":[{}]},
        {"trace_id":"","kind":"SPAN_KIND_CLIENT","events":null,"status":{"code":2,"message":"m"},"startTimeUnixNano":9,"endTimeUnixNano":3}]}],
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]}}]}"#;
    let (rows, _) = from_json(&mut Decoder::default(), body).unwrap();
    assert_eq!(
        rows[0].texts,
        [
            "5b8efff798038103d269b633813fc60c",
            "eee19b7ec3c1b174",
            "eee19b7ec3c1b173",
            "",
            "I'm a server span",
            "my.service",
            "my.library",
            "1.0.0"
        ]
        .map(str::to_owned)
    );
    assert_eq!((rows[0].start_ns, rows[0].duration_ns), (Some(1_544_712_660_000_000_000), 1_000_000_000));
    assert_eq!((rows[0].kind, rows[0].status.0), ("Server", "Ok"));
    assert_eq!(rows[0].events[0].0, Some(1_544_712_660_500_000_000));
    assert_eq!(rows[0].events[0].2, owned([("n", "1")].into_iter()));
    assert_eq!(rows[0].links[0].1, owned([("span_id", "xyz")].into_iter()));
    assert_eq!((rows[1].kind, rows[1].status.clone()), ("Client", ("Error", "m".to_owned())));
    assert_eq!((rows[1].start_ns, rows[1].duration_ns), (Some(9), 0));
}

#[test]
fn large_spans_are_refused_and_cost_no_more_than_their_limit() {
    let spans = ["a", "b", "c"].map(|name| proto::Span {
        name: name.to_owned(),
        events: vec![Event::default(); if name == "b" { 100_000 } else { 1 }],
        ..proto::Span::default()
    });
    let request = request(vec![], None, spans.to_vec());
    let json = serde_json::to_string(&request).unwrap();
    let mut decoder = Decoder::new(1_000);
    for (rows, reason) in [
        from_protobuf(&mut decoder, &request.encode_to_vec()).unwrap(),
        from_json(&mut decoder, &json).unwrap(),
    ] {
        assert_eq!(rows.iter().map(|row| row.texts[4].as_str()).collect::<Vec<_>>(), ["a", "c"]);
        let bytes: usize = reason
            .as_deref()
            .and_then(|reason| reason.strip_prefix("the record has "))
            .and_then(|rest| rest.split(' ').next())
            .and_then(|number| number.parse().ok())
            .expect("a reason with the size");
        assert!(bytes < 1_100, "events beyond the limit were kept: {bytes}");
    }
}

#[test]
fn responses_are_read_by_the_generated_types() {
    let answer = Response { signal: Signal::Traces, rejected: 2, message: "too large" };
    let response = ExportTraceServiceResponse::decode(&*answer.to_protobuf()).unwrap();
    let expected = ExportTracePartialSuccess { rejected_spans: 2, error_message: "too large".to_owned() };
    assert_eq!(response.partial_success, Some(expected));
    assert_eq!(answer.to_json(), r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too large"}}"#);
}

/// Ids of the right size, of a wrong one, and none.
fn id(bytes: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::collection::vec(0..=255u8, bytes),
        1 => prop::collection::vec(0..=255u8, 0..20),
        1 => Just(vec![0; bytes]),
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1..i64::MAX as u64, 1 => Just(0), 1 => proptest::num::u64::ANY]
}

fn event() -> impl Strategy<Value = Event> {
    (time(), ".{0,9}", key_values(any_value())).prop_map(|(time_unix_nano, name, attributes)| Event {
        time_unix_nano,
        name,
        attributes,
        dropped_attributes_count: 1,
    })
}

fn link() -> impl Strategy<Value = Link> {
    (id(16), id(8), "[a-z=,]{0,9}", key_values(any_value())).prop_map(
        |(trace_id, span_id, trace_state, attributes)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            ..Link::default()
        },
    )
}

fn span() -> impl Strategy<Value = proto::Span> {
    let ids = (id(16), id(8), id(8), "[a-z=,]{0,9}", ".{0,9}");
    let numbers = (0..=6i32, time(), time(), 0..3u32, 0..3i32);
    let lists = (
        key_values(any_value()),
        prop::collection::vec(event(), 0..4),
        prop::collection::vec(link(), 0..4),
        prop::option::of(".{0,9}"),
    );
    (ids, numbers, lists).prop_map(|(ids, numbers, lists)| {
        let (trace_id, span_id, parent_span_id, trace_state, name) = ids;
        let (kind, start_time_unix_nano, end_time_unix_nano, dropped, code) = numbers;
        let (attributes, events, links, message) = lists;
        proto::Span {
            trace_id,
            span_id,
            parent_span_id,
            trace_state,
            name,
            kind,
            start_time_unix_nano,
            end_time_unix_nano,
            attributes,
            dropped_attributes_count: dropped,
            events,
            dropped_events_count: dropped,
            links,
            dropped_links_count: dropped,
            status: message.map(|message| proto::Status { message, code }),
            flags: 1,
        }
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(pairs: &[KeyValue]) -> OwnedPairs {
    pairs.iter().map(|pair| (pair.key.clone(), reference_text(pair.value.as_ref().unwrap()))).collect()
}

/// The column of an id, and the attribute of one that is invalid.
fn reference_id(key: &str, id: &[u8], bytes: usize) -> (String, OwnedPairs) {
    if id.iter().all(|&byte| byte == 0) {
        (String::new(), vec![])
    } else if id.len() == bytes {
        (hex(id), vec![])
    } else {
        (String::new(), vec![(key.to_owned(), hex(id))])
    }
}

/// What becomes of a span, by way of the generated types.
fn reference(span: &proto::Span, resource: &[KeyValue]) -> Row {
    let time = |time: u64| if time == 0 { None } else { i64::try_from(time).ok() };
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    let (trace_id, trace_kept) = reference_id("trace_id", &span.trace_id, 16);
    let (span_id, span_kept) = reference_id("span_id", &span.span_id, 8);
    let (parent, parent_kept) = reference_id("parent_span_id", &span.parent_span_id, 8);
    let mut attributes = [trace_kept, span_kept, parent_kept, texts(&span.attributes)].concat();
    for (key, count) in [
        ("otel.dropped_attributes_count", span.dropped_attributes_count),
        ("otel.dropped_events_count", span.dropped_events_count),
        ("otel.dropped_links_count", span.dropped_links_count),
    ] {
        if count > 0 {
            attributes.push((key.to_owned(), count.to_string()));
        }
    }
    let service = texts(resource).into_iter().find(|(key, _)| key == "service.name");
    let status = span.status.clone().unwrap_or_default();
    Row {
        start_ns: time(start).or(time(end)),
        duration_ns: if start == 0 { 0 } else { end.saturating_sub(start) },
        kind: ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer", "Unspecified"]
            [span.kind as usize],
        status: (["Unset", "Ok", "Error"][status.code as usize], status.message),
        texts: [
            trace_id,
            span_id,
            parent,
            span.trace_state.clone(),
            span.name.clone(),
            service.map_or(String::new(), |(_, value)| value),
            String::new(),
            String::new(),
        ],
        resource: texts(resource),
        attributes,
        events: span
            .events
            .iter()
            .map(|event| (time(event.time_unix_nano), event.name.clone(), texts(&event.attributes)))
            .collect(),
        links: span
            .links
            .iter()
            .map(|link| {
                let (trace_id, trace_kept) = reference_id("trace_id", &link.trace_id, 16);
                let (span_id, span_kept) = reference_id("span_id", &link.span_id, 8);
                let kept = [trace_kept, span_kept, texts(&link.attributes)].concat();
                ([trace_id, span_id, link.trace_state.clone()], kept)
            })
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn both_encodings_give_what_the_generated_types_hold(
        resource in key_values(any_value()),
        spans in prop::collection::vec(span(), 0..4),
    ) {
        let expected: Vec<_> = spans.iter().map(|span| reference(span, &resource)).collect();
        let request = request(resource, None, spans);
        let mut decoder = Decoder::default();
        let (rows, _) = from_protobuf(&mut decoder, &request.encode_to_vec()).unwrap();
        prop_assert_eq!(&rows, &expected);
        let (rows, _) = from_json(&mut decoder, &serde_json::to_string(&request).unwrap()).unwrap();
        prop_assert_eq!(&rows, &expected);
    }

    #[test]
    fn never_panics(span in span(), at in any_index(), byte in 0..=255u8, noise in prop::collection::vec(0..=255u8, 0..60)) {
        let mut body = request(vec![], None, vec![span]).encode_to_vec();
        let at = at.index(body.len());
        let mut decoder = Decoder::default();
        body[at] = byte;
        let _ = from_protobuf(&mut decoder, &body);
        let _ = from_protobuf(&mut decoder, &body[..at]);
        let _ = from_protobuf(&mut decoder, &noise);
        let _ = from_json(&mut decoder, &String::from_utf8_lossy(&noise));
    }
}

#[test]
fn names_are_those_of_the_exporter() {
    let kinds: Vec<_> = (0..=6).map(|number| SpanKind::from_number(number).name()).collect();
    assert_eq!(kinds, ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer", "Unspecified"]);
    let codes: Vec<_> = (0..=3).map(|number| StatusCode::from_number(number).name()).collect();
    assert_eq!(codes, ["Unset", "Ok", "Error", "Unset"]);
}
