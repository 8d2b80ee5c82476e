//! Speed of OTLP traces: requests of 512 spans, as SDKs send them, to spans, to columns, to a zstd frame.

use std::hint::black_box;

use click_lite_formats::native::SpanBlockEncoder;
use click_lite_formats::otlp::Decoder;
use click_lite_model::{Rejections, Span};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{self as proto, ResourceSpans, ScopeSpans};
use prost::Message as _;

const REQUESTS: u64 = 40;
const SPANS: u64 = 512;

fn text(key: &str, text: impl Into<String>) -> KeyValue {
    pair(key, Value::StringValue(text.into()))
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn span(number: u64) -> proto::Span {
    let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let failed = random.is_multiple_of(20);
    let exception = Event {
        time_unix_nano: 1_795_132_800_000_000_000 + number,
        name: "exception".to_owned(),
        attributes: vec![
            text("exception.type", "TimeoutError"),
            text("exception.message", "the database did not answer within 500 ms"),
        ],
        ..Event::default()
    };
    proto::Span {
        trace_id: (random / 8).to_be_bytes().repeat(2),
        span_id: random.to_be_bytes().to_vec(),
        parent_span_id: random.rotate_left(9).to_be_bytes().to_vec(),
        name: format!("GET /api/v1/orders/{}", random % 40),
        kind: 2,
        start_time_unix_nano: 1_795_132_800_000_000_000 + number * 1000,
        end_time_unix_nano: 1_795_132_800_000_000_000 + number * 1000 + random % 700_000_000,
        attributes: vec![
            text("http.request.method", "GET"),
            pair("http.response.status_code", Value::IntValue(if failed { 500 } else { 200 })),
            text("url.path", format!("/api/v1/orders/{}", random % 90_000)),
            text("server.address", "orders.prod.svc"),
            pair("server.port", Value::IntValue(8080)),
            text("user.id", format!("u{:06}", random % 200_000)),
        ],
        events: if failed { vec![exception] } else { vec![] },
        status: Some(proto::Status { message: String::new(), code: if failed { 2 } else { 0 } }),
        flags: 0x101,
        ..proto::Span::default()
    }
}

fn request(number: u64) -> Vec<u8> {
    let resource = vec![
        text("service.name", format!("svc-{}", number % 20)),
        text("host.name", "ip-10-0-2-17"),
        text("k8s.pod.name", format!("svc-68kxfnbbb2-{}", number % 30)),
    ];
    let scope = InstrumentationScope { name: "http.server".to_owned(), ..InstrumentationScope::default() };
    let spans = (number * SPANS..(number + 1) * SPANS).map(span).collect();
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes: resource, ..Resource::default() }),
            scope_spans: vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    };
    request.encode_to_vec()
}

fn stages(criterion: &mut Criterion) {
    let requests: Vec<Vec<u8>> = (0..REQUESTS).map(request).collect();
    let bytes = requests.iter().map(Vec::len).sum::<usize>() as u64;
    let mut group = criterion.benchmark_group("otlp_traces");
    group.throughput(Throughput::ElementsAndBytes { elements: REQUESTS * SPANS, bytes });
    group.sample_size(10);
    let (mut decoder, mut span, mut encoder) = (Decoder::default(), Span::new(), SpanBlockEncoder::new());
    let mut decode = |sink: &mut dyn FnMut(&mut Span)| {
        for request in &requests {
            decoder
                .decode_traces_protobuf(request, &mut span, sink, &mut Rejections::default())
                .expect("a request");
        }
    };
    group.bench_function("decode", |bencher| {
        bencher.iter(|| decode(&mut |span| _ = black_box(span)));
    });
    let mut out = Vec::new();
    group.bench_function("decode_encode_zstd", |bencher| {
        bencher.iter(|| {
            decode(&mut |span| encoder.push(span, 1, 0, ""));
            out.clear();
            encoder.finish_compressed(1, &mut out).expect("zstd has the memory");
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
