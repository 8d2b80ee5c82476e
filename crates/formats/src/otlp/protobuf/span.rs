use click_lite_model::{Span, SpanKind, StatusCode};

use super::value::{append_value, split_attribute};
use super::wire::{Field, Message, WireError};
use super::{append_hex, is_unset};
use crate::ids::Hex;
use crate::otlp::Request;
use crate::otlp::item::{SpanHeader, time_ns};

/// `Span`.
pub(in crate::otlp) fn read_span(
    mut fields: Message<'_>,
    request: &mut Request<'_, Span>,
) -> Result<(), WireError> {
    let limit = request.record_bytes;
    let span = &mut *request.item;
    span.clear();
    let mut header = SpanHeader::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(id)) => match Hex::<32>::from_bytes(id.bytes()) {
                Some(hex) => span.set_trace_id(hex.as_str()),
                None => push_invalid_id(span, "trace_id", id.bytes()),
            },
            (2, Field::Bytes(id)) => match Hex::<16>::from_bytes(id.bytes()) {
                Some(hex) => span.set_span_id(hex.as_str()),
                None => push_invalid_id(span, "span_id", id.bytes()),
            },
            (3, Field::Bytes(state)) => span.set_trace_state(&state.text()),
            (4, Field::Bytes(id)) => match Hex::<16>::from_bytes(id.bytes()) {
                Some(hex) => span.set_parent_span_id(hex.as_str()),
                None => push_invalid_id(span, "parent_span_id", id.bytes()),
            },
            (5, Field::Bytes(name)) => span.set_name(&name.text()),
            (6, Field::Varint(number)) => span.kind = SpanKind::from_number(number),
            (7, Field::Fixed64(time)) => header.start_time_unix_nano = time,
            (8, Field::Fixed64(time)) => header.end_time_unix_nano = time,
            (9, Field::Bytes(attribute)) => {
                read_pair(attribute, |key, value| span.write_attribute(key, value))?;
            }
            (10, Field::Varint(count)) => header.dropped_attributes = count,
            // The fixed part of an event is larger than an empty one on the wire: a span that is over the limit, and will
            // be refused for it, takes no more of them.
            (11, Field::Bytes(event)) if span.size_bytes() <= limit => read_event(event, span)?,
            (12, Field::Varint(count)) => header.dropped_events = count,
            (13, Field::Bytes(link)) if span.size_bytes() <= limit => read_link(link, span)?,
            (14, Field::Varint(count)) => header.dropped_links = count,
            (15, Field::Bytes(status)) => read_status(status, span)?,
            _ => {}
        }
    }
    request.finish_item(&header);
    Ok(())
}

/// `Span.Event`.
fn read_event(mut fields: Message<'_>, span: &mut Span) -> Result<(), WireError> {
    span.begin_event();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Fixed64(time)) => span.set_event_time_ns(time_ns(time)),
            (2, Field::Bytes(name)) => span.set_event_name(&name.text()),
            (3, Field::Bytes(attribute)) => {
                read_pair(attribute, |key, value| span.write_event_attribute(key, value))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `Span.Link`.
fn read_link(mut fields: Message<'_>, span: &mut Span) -> Result<(), WireError> {
    span.begin_link();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(id)) => match Hex::<32>::from_bytes(id.bytes()) {
                Some(hex) => span.set_link_trace_id(hex.as_str()),
                None if is_unset(id.bytes()) => {}
                None => span.write_link_attribute("trace_id", |out| append_hex(out, id.bytes())),
            },
            (2, Field::Bytes(id)) => match Hex::<16>::from_bytes(id.bytes()) {
                Some(hex) => span.set_link_span_id(hex.as_str()),
                None if is_unset(id.bytes()) => {}
                None => span.write_link_attribute("span_id", |out| append_hex(out, id.bytes())),
            },
            (3, Field::Bytes(state)) => span.set_link_trace_state(&state.text()),
            (4, Field::Bytes(attribute)) => {
                read_pair(attribute, |key, value| span.write_link_attribute(key, value))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `Status`.
fn read_status(mut fields: Message<'_>, span: &mut Span) -> Result<(), WireError> {
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Bytes(message)) => span.set_status_message(&message.text()),
            (3, Field::Varint(code)) => span.status = StatusCode::from_number(code),
            _ => {}
        }
    }
    Ok(())
}

/// Reads a `KeyValue`; `push` is given its key and what appends its value.
fn read_pair(
    attribute: Message<'_>,
    push: impl FnOnce(&str, &mut dyn FnMut(&mut String)),
) -> Result<(), WireError> {
    let (key, value) = split_attribute(attribute)?;
    let mut result = Ok(());
    push(&key.text(), &mut |out| result = value.map_or(Ok(()), |value| append_value(value, out)));
    result
}

/// Keeps an id of the wrong size.
fn push_invalid_id(span: &mut Span, key: &str, bytes: &[u8]) {
    if !is_unset(bytes) {
        span.write_attribute(key, |out| append_hex(out, bytes));
    }
}
