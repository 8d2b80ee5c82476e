use click_lite_model::{Span, SpanKind, StatusCode};

use super::value::attributes;
use super::{Result, elements, enumeration, is_unset, members, number, skip, text};
use crate::ids;
use crate::json::Scanner;
use crate::otlp::Request;
use crate::otlp::item::{SpanHeader, time_ns};

/// Names of the numbers of `SpanKind` and of `StatusCode`. OTLP's JSON wants numbers; other encoders of protobuf write
/// these.
const KINDS: [&str; 6] = [
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const CODES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// `Span`.
pub(in crate::otlp) fn read_span(scanner: &mut Scanner<'_>, request: &mut Request<'_, Span>) -> Result {
    let limit = request.record_bytes;
    let span = &mut *request.item;
    span.clear();
    let mut header = SpanHeader::default();
    members(scanner, |scanner, key| {
        match &*key.to_cow() {
            "traceId" | "trace_id" => text(scanner, |text| match ids::trace_id(text) {
                Some(id) => span.set_trace_id(id.as_str()),
                None if is_unset(text) => {}
                None => span.push_attribute("trace_id", text),
            })?,
            "spanId" | "span_id" => text(scanner, |text| match ids::span_id(text) {
                Some(id) => span.set_span_id(id.as_str()),
                None if is_unset(text) => {}
                None => span.push_attribute("span_id", text),
            })?,
            "parentSpanId" | "parent_span_id" => text(scanner, |text| match ids::span_id(text) {
                Some(id) => span.set_parent_span_id(id.as_str()),
                None if is_unset(text) => {}
                None => span.push_attribute("parent_span_id", text),
            })?,
            "traceState" | "trace_state" => text(scanner, |state| span.set_trace_state(state))?,
            "name" => text(scanner, |name| span.set_name(name))?,
            "kind" => span.kind = SpanKind::from_number(enumeration(scanner, &KINDS)?),
            "startTimeUnixNano" | "start_time_unix_nano" => header.start_time_unix_nano = number(scanner)?,
            "endTimeUnixNano" | "end_time_unix_nano" => header.end_time_unix_nano = number(scanner)?,
            "attributes" => attributes(scanner, |key, value| span.push_attribute(key, value))?,
            "droppedAttributesCount" | "dropped_attributes_count" => {
                header.dropped_attributes = number(scanner)?;
            }
            "events" => elements(scanner, |scanner| {
                // A span that is over the limit, and will be refused for it, takes no more of them.
                if span.size_bytes() > limit { skip(scanner) } else { read_event(scanner, span) }
            })?,
            "droppedEventsCount" | "dropped_events_count" => header.dropped_events = number(scanner)?,
            "links" => elements(scanner, |scanner| {
                if span.size_bytes() > limit { skip(scanner) } else { read_link(scanner, span) }
            })?,
            "droppedLinksCount" | "dropped_links_count" => header.dropped_links = number(scanner)?,
            "status" => members(scanner, |scanner, key| {
                match &*key.to_cow() {
                    "message" => text(scanner, |message| span.set_status_message(message))?,
                    "code" => span.status = StatusCode::from_number(enumeration(scanner, &CODES)?),
                    _ => skip(scanner)?,
                }
                Ok(())
            })?,
            _ => skip(scanner)?,
        }
        Ok(())
    })?;
    request.finish_item(&header);
    Ok(())
}

/// `Span.Event`.
fn read_event(scanner: &mut Scanner<'_>, span: &mut Span) -> Result {
    span.begin_event();
    members(scanner, |scanner, key| {
        match &*key.to_cow() {
            "timeUnixNano" | "time_unix_nano" => span.set_event_time_ns(time_ns(number(scanner)?)),
            "name" => text(scanner, |name| span.set_event_name(name))?,
            "attributes" => attributes(scanner, |key, value| {
                span.write_event_attribute(key, |out| out.push_str(value));
            })?,
            _ => skip(scanner)?,
        }
        Ok(())
    })
}

/// `Span.Link`.
fn read_link(scanner: &mut Scanner<'_>, span: &mut Span) -> Result {
    span.begin_link();
    members(scanner, |scanner, key| match &*key.to_cow() {
        "traceId" | "trace_id" => text(scanner, |text| match ids::trace_id(text) {
            Some(id) => span.set_link_trace_id(id.as_str()),
            None if is_unset(text) => {}
            None => span.write_link_attribute("trace_id", |out| out.push_str(text)),
        }),
        "spanId" | "span_id" => text(scanner, |text| match ids::span_id(text) {
            Some(id) => span.set_link_span_id(id.as_str()),
            None if is_unset(text) => {}
            None => span.write_link_attribute("span_id", |out| out.push_str(text)),
        }),
        "traceState" | "trace_state" => text(scanner, |state| span.set_link_trace_state(state)),
        "attributes" => attributes(scanner, |key, value| {
            span.write_link_attribute(key, |out| out.push_str(value));
        }),
        _ => skip(scanner),
    })
}
