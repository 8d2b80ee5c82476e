//! `PushRequest` of `pkg/push/push.proto`. Field numbers are those of that file.

use click_lite_model::Record;

use super::Request;
use super::names::Names;
use crate::otlp::protobuf::wire::{Field, Message, WireError};

pub(super) fn decode(body: &[u8], request: &mut Request<'_>) -> Result<(), WireError> {
    let mut fields = Message::new(body);
    while let Some(field) = fields.next()? {
        if let (1, Field::Bytes(stream)) = field {
            read_stream(stream, request)?;
        }
    }
    Ok(())
}

/// `StreamAdapter`. Fields may come in any order, so the labels are looked for before the entries are read.
fn read_stream(message: Message<'_>, request: &mut Request<'_>) -> Result<(), WireError> {
    request.begin_stream();
    let mut fields = message;
    while let Some(field) = fields.next()? {
        if let (1, Field::Bytes(labels)) = field {
            request.read_labels(&labels.text());
            // They are the first field in all that is sent.
            break;
        }
    }
    let mut fields = message;
    while let Some(field) = fields.next()? {
        if let (2, Field::Bytes(entry)) = field {
            read_entry(entry, request)?;
        }
    }
    Ok(())
}

/// `EntryAdapter`.
fn read_entry(mut fields: Message<'_>, request: &mut Request<'_>) -> Result<(), WireError> {
    request.begin_entry();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(timestamp)) => read_time(timestamp, request.record)?,
            (2, Field::Bytes(line)) => request.record.set_body(&line.text()),
            (3, Field::Bytes(pair)) => read_pair(pair, request.metadata)?,
            _ => {}
        }
    }
    request.finish_entry();
    Ok(())
}

/// `google.protobuf.Timestamp`. A time of 0 is none.
fn read_time(mut fields: Message<'_>, record: &mut Record) -> Result<(), WireError> {
    let (mut seconds, mut nanos) = (0_i64, 0_i64);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Varint(value)) => seconds = value as i64,
            (2, Field::Varint(value)) => nanos = value as i64,
            _ => {}
        }
    }
    record.time_ns = seconds
        .checked_mul(1_000_000_000)
        .and_then(|seconds| seconds.checked_add(nanos))
        .filter(|&time_ns| time_ns != 0);
    Ok(())
}

/// `LabelPairAdapter`.
fn read_pair(mut fields: Message<'_>, names: &mut Names) -> Result<(), WireError> {
    let (mut name, mut value) = (Message::new(&[]), Message::new(&[]));
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(text)) => name = text,
            (2, Field::Bytes(text)) => value = text,
            _ => {}
        }
    }
    names.push(&name.text(), &value.text());
    Ok(())
}
