use click_lite_model::Record;

use super::value::{append_value, split_attribute};
use super::wire::{Field, Message, WireError};
use super::{append_hex, is_unset};
use crate::ids::Hex;
use crate::otlp::Request;
use crate::otlp::item::LogHeader;

/// `LogRecord`.
pub(in crate::otlp) fn read_log_record(
    mut fields: Message<'_>,
    request: &mut Request<'_, Record>,
) -> Result<(), WireError> {
    let record = &mut *request.item;
    record.clear();
    let mut header = LogHeader::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Fixed64(time)) => header.time_unix_nano = time,
            (11, Field::Fixed64(time)) => header.observed_time_unix_nano = time,
            (2, Field::Varint(number)) => header.severity_number = u8::try_from(number).unwrap_or(0),
            (3, Field::Bytes(text)) => record.set_severity_text(&text.text()),
            (5, Field::Bytes(body)) => {
                let mut result = Ok(());
                record.write_body(|out| result = append_value(body, out));
                result?;
            }
            (6, Field::Bytes(attribute)) => {
                let (key, value) = split_attribute(attribute)?;
                let mut result = Ok(());
                record.write_attribute(
                    |out| out.push_str(&key.text()),
                    |out| result = value.map_or(Ok(()), |value| append_value(value, out)),
                );
                result?;
            }
            (8, Field::Fixed32(flags)) => record.trace_flags = flags as u8,
            (9, Field::Bytes(id)) => match Hex::<32>::from_bytes(id.bytes()) {
                Some(hex) => record.set_trace_id(hex.as_str()),
                None => push_invalid_id(record, "trace_id", id.bytes()),
            },
            (10, Field::Bytes(id)) => match Hex::<16>::from_bytes(id.bytes()) {
                Some(hex) => record.set_span_id(hex.as_str()),
                None => push_invalid_id(record, "span_id", id.bytes()),
            },
            (12, Field::Bytes(name)) => record.set_event_name(&name.text()),
            _ => {}
        }
    }
    request.finish_item(&header);
    Ok(())
}

/// Keeps an id of the wrong size.
fn push_invalid_id(record: &mut Record, key: &str, bytes: &[u8]) {
    if !is_unset(bytes) {
        record.write_attribute(|out| out.push_str(key), |out| append_hex(out, bytes));
    }
}
