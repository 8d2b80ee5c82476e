use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::wire::{Field, Message, WireError, WireFault};
use crate::json::append_quoted;
use crate::otlp::append_double;

/// Values that may lie inside each other.
const MAX_DEPTH: u32 = 64;

/// Key and value of a `KeyValue`, not yet read. A key that is missing is empty.
#[inline]
pub(super) fn split_attribute(
    mut fields: Message<'_>,
) -> Result<(Message<'_>, Option<Message<'_>>), WireError> {
    let (mut key, mut value) = (Message::new(&[]), None);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(text)) => key = text,
            (2, Field::Bytes(any_value)) => value = Some(any_value),
            _ => {}
        }
    }
    Ok((key, value))
}

/// Key and text of a `KeyValue`.
pub(super) fn read_attribute(fields: Message<'_>) -> Result<(String, String), WireError> {
    let (key, value) = split_attribute(fields)?;
    let mut text = String::new();
    if let Some(value) = value {
        append_value(value, &mut text)?;
    }
    Ok((key.text().into_owned(), text))
}

/// Appends an `AnyValue` as text: strings as they are, no value as nothing.
#[inline]
pub(super) fn append_value(value: Message<'_>, out: &mut String) -> Result<(), WireError> {
    match last_field(value)? {
        None => Ok(()),
        Some((1, Field::Bytes(text))) => {
            out.push_str(&text.text());
            Ok(())
        }
        Some((4, Field::Fixed64(bits))) => {
            append_double(out, f64::from_bits(bits));
            Ok(())
        }
        Some((7, Field::Bytes(bytes))) => {
            STANDARD.encode_string(bytes.bytes(), out);
            Ok(())
        }
        Some(field) => append_json(value, field, out, 0),
    }
}

/// The field that counts: the last one of a `oneof`.
fn last_field(mut value: Message<'_>) -> Result<Option<(u64, Field<'_>)>, WireError> {
    let mut last = None;
    while let Some(field) = value.next()? {
        if (1..=7).contains(&field.0) {
            last = Some(field);
        }
    }
    Ok(last)
}

/// Appends a field of an `AnyValue` as JSON.
fn append_json(
    value: Message<'_>,
    field: (u64, Field<'_>),
    out: &mut String,
    depth: u32,
) -> Result<(), WireError> {
    if depth > MAX_DEPTH {
        return Err(value.error(WireFault::TooDeep));
    }
    match field {
        (1, Field::Bytes(text)) => append_quoted(out, &text.text()),
        (2, Field::Varint(bit)) => out.push_str(if bit == 0 { "false" } else { "true" }),
        (3, Field::Varint(bits)) => out.push_str(&(bits as i64).to_string()),
        (4, Field::Fixed64(bits)) => {
            let double = f64::from_bits(bits);
            let quote = if double.is_finite() { "" } else { "\"" };
            out.push_str(quote);
            append_double(out, double);
            out.push_str(quote);
        }
        (5, Field::Bytes(mut array)) => {
            out.push('[');
            let mut separator = "";
            while let Some(field) = array.next()? {
                if let (1, Field::Bytes(element)) = field {
                    out.push_str(separator);
                    separator = ",";
                    append_nested(element, out, depth)?;
                }
            }
            out.push(']');
        }
        (6, Field::Bytes(mut list)) => {
            out.push('{');
            let mut separator = "";
            while let Some(field) = list.next()? {
                if let (1, Field::Bytes(pair)) = field {
                    out.push_str(separator);
                    separator = ",";
                    let (key, value) = split_attribute(pair)?;
                    append_quoted(out, &key.text());
                    out.push(':');
                    match value {
                        Some(value) => append_nested(value, out, depth)?,
                        None => out.push_str("null"),
                    }
                }
            }
            out.push('}');
        }
        (7, Field::Bytes(bytes)) => {
            out.push('"');
            STANDARD.encode_string(bytes.bytes(), out);
            out.push('"');
        }
        _ => out.push_str("null"),
    }
    Ok(())
}

fn append_nested(value: Message<'_>, out: &mut String, depth: u32) -> Result<(), WireError> {
    match last_field(value)? {
        Some(field) => append_json(value, field, out, depth + 1),
        None => {
            out.push_str("null");
            Ok(())
        }
    }
}
