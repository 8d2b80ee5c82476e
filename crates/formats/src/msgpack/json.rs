use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Head, MsgpackError, Reader};
use crate::json::append_quoted;

/// Arrays and maps that may lie inside each other; those of [`crate::json`] are limited the same.
pub const MAX_DEPTH: u32 = 128;

/// Appends the next value as JSON text.
///
/// Binary values that are UTF-8 become strings, others base64; extensions that are times (MessagePack's own, type -1,
/// and Fluent's EventTime, type 0) numbers of seconds since the epoch, other extensions base64. Keys become strings.
/// Numbers that JSON does not know become strings (`NaN`, `Infinity`). Invalid UTF-8 in strings is replaced.
pub fn append_json(reader: &mut Reader<'_>, out: &mut String) -> Result<(), MsgpackError> {
    append_value(reader, out, Place::default())
}

/// What a value lies inside of.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    depth: u32,
    is_in_key: bool,
}

fn append_value(reader: &mut Reader<'_>, out: &mut String, place: Place) -> Result<(), MsgpackError> {
    if place.depth == MAX_DEPTH {
        return Err(MsgpackError::TooDeep);
    }
    let inside = Place { depth: place.depth + 1, ..place };
    let (head, payload) = reader.read()?;
    match head {
        Head::Array(count) => {
            out.push('[');
            for index in 0..count {
                if index > 0 {
                    out.push(',');
                }
                append_value(reader, out, inside)?;
            }
            out.push(']');
        }
        Head::Map(pairs) => {
            out.push('{');
            for index in 0..pairs {
                if index > 0 {
                    out.push(',');
                }
                append_key(reader, out, inside)?;
                out.push(':');
                append_value(reader, out, inside)?;
            }
            out.push('}');
        }
        scalar => append_scalar(scalar, payload, out),
    }
    Ok(())
}

/// A key, always as a string; what is no string is written as its JSON text. Of an array or a map inside of a key that is
/// base64 of its bytes: as JSON in strings in strings it would double with each level.
fn append_key(reader: &mut Reader<'_>, out: &mut String, place: Place) -> Result<(), MsgpackError> {
    if place.is_in_key
        && let Some((Head::Array(_) | Head::Map(_), _)) = Head::read(reader.rest())?
    {
        append_base64(out, reader.skip()?);
        return Ok(());
    }
    let start = out.len();
    append_value(reader, out, Place { is_in_key: true, ..place })?;
    if !out[start..].starts_with('"') {
        let text = out.split_off(start);
        append_quoted(out, &text);
    }
    Ok(())
}

fn append_scalar(head: Head, payload: &[u8], out: &mut String) {
    // Writing to a string can't fail.
    let _ = match head {
        Head::Nil | Head::Array(_) | Head::Map(_) => out.write_str("null"),
        Head::Bool(value) => write!(out, "{value}"),
        Head::Unsigned(number) => write!(out, "{number}"),
        Head::Signed(number) => write!(out, "{number}"),
        Head::Float32(number) if is_plain(f64::from(number)) => write!(out, "{number}"),
        Head::Float32(number) if number.is_finite() => write!(out, "{number:e}"),
        Head::Float32(number) => out.write_str(not_finite(f64::from(number))),
        Head::Float64(number) if is_plain(number) => write!(out, "{number}"),
        Head::Float64(number) if number.is_finite() => write!(out, "{number:e}"),
        Head::Float64(number) => out.write_str(not_finite(number)),
        Head::Text(_) => {
            append_quoted(out, &String::from_utf8_lossy(payload));
            Ok(())
        }
        Head::Binary(_) => {
            match simdutf8::basic::from_utf8(payload) {
                Ok(text) => append_quoted(out, text),
                Err(_) => append_base64(out, payload),
            }
            Ok(())
        }
        Head::Extension(kind, _) => match time_of_extension(kind, payload) {
            Some((seconds, nanos)) => write!(out, "{seconds}.{nanos:09}"),
            None => {
                append_base64(out, payload);
                Ok(())
            }
        },
    };
}

/// Whether a number is short without an exponent.
fn is_plain(number: f64) -> bool {
    number == 0.0 || (1e-6..1e21).contains(&number.abs())
}

fn not_finite(number: f64) -> &'static str {
    if number.is_nan() {
        "\"NaN\""
    } else if number > 0.0 {
        "\"Infinity\""
    } else {
        "\"-Infinity\""
    }
}

fn append_base64(out: &mut String, bytes: &[u8]) {
    out.push('"');
    STANDARD.encode_string(bytes, out);
    out.push('"');
}

/// Seconds since the epoch and nanoseconds of an extension that is a time: Fluent's EventTime (type 0) and the
/// timestamp of MessagePack (type -1). `None` before the epoch, where nothing is logged.
pub(crate) fn time_of_extension(kind: i8, payload: &[u8]) -> Option<(u64, u32)> {
    let word = |at: usize| payload[at..].first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let (seconds, nanos) = match (kind, payload.len()) {
        (0, 8) => (u64::from(word(0)?), word(4)?),
        (-1, 4) => (u64::from(word(0)?), 0),
        (-1, 8) => {
            let both = u64::from(word(0)?) << 32 | u64::from(word(4)?);
            (both & ((1 << 34) - 1), (both >> 34) as u32)
        }
        (-1, 12) => {
            let seconds = u64::from(word(4)?) << 32 | u64::from(word(8)?);
            (u64::try_from(seconds as i64).ok()?, word(0)?)
        }
        _ => return None,
    };
    (nanos < 1_000_000_000).then_some((seconds, nanos))
}
