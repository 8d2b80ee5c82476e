//! Blocks of spans are read by ClickHouse as they were meant.

use bytes::Bytes;
use click_lite_formats::native::{SPAN_COLUMNS, SpanBlockEncoder};
use click_lite_model::{Span, SpanKind, StatusCode};
use click_lite_query::trace_spans;
use libtest_mimic::Trial;
use serde_json::json;

use crate::{DAY_NS, Outcome, World, count, rows, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("spans_with_events_and_links_come_back", spans_with_events_and_links_come_back),
        trial("spans_of_every_shape_fit_into_one_insert", spans_of_every_shape_fit_into_one_insert),
    ]
}

fn columns() -> [&'static str; SPAN_COLUMNS.len()] {
    SPAN_COLUMNS.map(|(name, _)| name)
}

fn frame_of(spans: &[Span]) -> Bytes {
    let mut encoder = SpanBlockEncoder::new();
    for (number, span) in (0..).zip(spans) {
        encoder.push(span, number, DAY_NS, "unnamed");
    }
    let mut frame = Vec::new();
    encoder.finish_compressed(1, &mut frame).expect("compressed");
    frame.into()
}

async fn spans_with_events_and_links_come_back(world: World) -> Outcome {
    let store = world.store().await?;
    let trace_id = "0af7651916cd43dd8448eb211c80319c";
    let mut full = Span::new();
    full.set_trace_id(trace_id);
    full.set_span_id("b7ad6b7169203331");
    full.set_parent_span_id("00f067aa0ba902b7");
    full.set_trace_state("a=b");
    full.set_name("GET /käse");
    full.set_service("shop");
    full.set_scope_name("lib");
    full.set_scope_version("1.0");
    full.set_status_message("it's \"bad\"");
    full.start_ns = Some(DAY_NS + 1);
    full.duration_ns = 12_345;
    full.kind = SpanKind::Server;
    full.status = StatusCode::Error;
    full.push_resource("host.name", "a");
    full.push_attribute("k", "1");
    full.push_attribute("k", "2");
    for number in 0..3 {
        full.begin_event();
        full.set_event_name(if number == 0 { "first" } else { "later" });
        full.set_event_time_ns((number > 0).then_some(DAY_NS + number));
        for attribute in 0..number {
            full.write_event_attribute(&format!("a{attribute}"), |out| out.push('v'));
        }
    }
    full.begin_link();
    full.set_link_trace_id(trace_id);
    full.set_link_span_id("00f067aa0ba902b7");
    full.set_link_trace_state("c=d");
    full.write_link_attribute("why", |out| out.push_str("because"));
    let mut bare = Span::new();
    bare.set_trace_id(trace_id);

    store.insert_native("otel_traces", &columns(), "cut-1", &[frame_of(&[full, bare])]).await?;
    let spans = rows(&store, &trace_spans(trace_id, 10)).await?;
    assert_eq!(
        spans,
        [
            json!({
                "Timestamp": "2026-11-20T00:00:00.000000000Z", "TraceId": trace_id, "SpanId": "", "ParentSpanId": "",
                "TraceState": "", "SpanName": "", "SpanKind": "Unspecified", "ServiceName": "unnamed",
                "ResourceAttributes": {}, "ScopeName": "", "ScopeVersion": "", "SpanAttributes": {}, "Duration": "0",
                "StatusCode": "Unset", "StatusMessage": "", "IngestId": "1", "Events": [], "Links": []
            }),
            json!({
                "Timestamp": "2026-11-20T00:00:00.000000001Z", "TraceId": trace_id, "SpanId": "b7ad6b7169203331",
                "ParentSpanId": "00f067aa0ba902b7", "TraceState": "a=b", "SpanName": "GET /käse", "SpanKind": "Server",
                "ServiceName": "shop", "ResourceAttributes": {"host.name": "a"}, "ScopeName": "lib", "ScopeVersion": "1.0",
                "SpanAttributes": {"k": "1", "k#2": "2"}, "Duration": "12345", "StatusCode": "Error",
                "StatusMessage": "it's \"bad\"", "IngestId": "0",
                "Events": [
                    {"Timestamp": "2026-11-20T00:00:00.000000001Z", "Name": "first", "Attributes": {}},
                    {"Timestamp": "2026-11-20T00:00:00.000000001Z", "Name": "later", "Attributes": {"a0": "v"}},
                    {"Timestamp": "2026-11-20T00:00:00.000000002Z", "Name": "later", "Attributes": {"a0": "v", "a1": "v"}}
                ],
                "Links": [{"TraceId": trace_id, "SpanId": "00f067aa0ba902b7", "TraceState": "c=d", "Attributes": {"why": "because"}}]
            }),
        ]
    );
    Ok(())
}

async fn spans_of_every_shape_fit_into_one_insert(world: World) -> Outcome {
    let store = world.store().await?;
    // Blocks without an event or a link, with many, and with more names than fit into one byte.
    let shape = |spans: usize, events: usize| -> Vec<Span> {
        (0..spans)
            .map(|number| {
                let mut span = Span::new();
                span.set_name(&format!("name {number}"));
                for event in 0..events {
                    span.begin_event();
                    span.set_event_name(&format!("event {number} {event}"));
                    span.begin_link();
                    span.write_link_attribute(&format!("key {number}"), |out| out.push('v'));
                }
                span
            })
            .collect()
    };
    let frames = [shape(3, 0), shape(300, 2), shape(1, 1000), shape(1, 0)].map(|spans| frame_of(&spans));
    store.insert_native("otel_traces", &columns(), "cut-1", &frames).await?;
    store.insert_native("otel_traces", &columns(), "cut-1", &frames).await?;
    assert_eq!(count(&store, "otel_traces").await?, 305, "the token inserts once");
    let events =
        world.ask("SELECT count() FROM click_lite.otel_traces ARRAY JOIN Events WHERE Events.Name != ''");
    assert_eq!(events.await?, "1600");
    assert_eq!(store.storage_stats().await?.rows, 305);
    Ok(())
}
