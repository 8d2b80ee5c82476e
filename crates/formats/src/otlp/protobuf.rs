//! The protobuf encoding. Field numbers are those of `opentelemetry/proto/{collector/logs,logs,resource,common}/v1`.

mod value;
pub(crate) mod wire;

use self::value::{append_value, read_attribute};
use self::wire::{Field, Message};
pub use self::wire::{WireError, WireFault};
use super::{Header, Hex, Request};

/// `ExportLogsServiceRequest`.
pub(super) fn decode(body: &[u8], request: &mut Request<'_>) -> Result<(), WireError> {
    let mut fields = Message::new(body);
    while let Some(field) = fields.next()? {
        if let (1, Field::Bytes(resource_logs)) = field {
            read_resource_logs(resource_logs, request)?;
        }
    }
    Ok(())
}

/// `ResourceLogs`. Fields may come in any order, so the resource is looked for before the records are read.
fn read_resource_logs(message: Message<'_>, request: &mut Request<'_>) -> Result<(), WireError> {
    request.resource.clear();
    let mut fields = message;
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(mut resource)) => {
                while let Some(field) = resource.next()? {
                    if let (1, Field::Bytes(attribute)) = field {
                        let (key, value) = read_attribute(attribute)?;
                        request.resource.push_resource(&key, &value);
                    }
                }
            }
            (3, Field::Bytes(url)) => request.resource.set_resource_schema_url(&url.text()),
            _ => {}
        }
    }
    request.finish_resource();
    let mut fields = message;
    while let Some(field) = fields.next()? {
        if let (2, Field::Bytes(scope_logs)) = field {
            read_scope_logs(scope_logs, request)?;
        }
    }
    Ok(())
}

/// `ScopeLogs`.
fn read_scope_logs(message: Message<'_>, request: &mut Request<'_>) -> Result<(), WireError> {
    request.scope.clear();
    let mut fields = message;
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(mut scope)) => {
                while let Some(field) = scope.next()? {
                    match field {
                        (1, Field::Bytes(name)) => request.scope.set_scope_name(&name.text()),
                        (2, Field::Bytes(version)) => request.scope.set_scope_version(&version.text()),
                        (3, Field::Bytes(attribute)) => {
                            let (key, value) = read_attribute(attribute)?;
                            request.scope.push_scope_attribute(&key, &value);
                        }
                        _ => {}
                    }
                }
            }
            (3, Field::Bytes(url)) => request.scope.set_scope_schema_url(&url.text()),
            _ => {}
        }
    }
    let mut fields = message;
    while let Some(field) = fields.next()? {
        if let (2, Field::Bytes(log_record)) = field {
            read_log_record(log_record, request)?;
        }
    }
    Ok(())
}

/// `LogRecord`.
fn read_log_record(mut fields: Message<'_>, request: &mut Request<'_>) -> Result<(), WireError> {
    request.begin_record();
    let record = &mut *request.record;
    let mut header = Header::default();
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
                let (key, value) = value::split_attribute(attribute)?;
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
    request.finish_record(&header);
    Ok(())
}

/// Keeps an id of the wrong size, in hexadecimal digits. All zeros means that there is none.
fn push_invalid_id(record: &mut click_lite_model::Record, key: &str, bytes: &[u8]) {
    use std::fmt::Write as _;
    if bytes.iter().any(|&byte| byte != 0) {
        record.write_attribute(
            |out| out.push_str(key),
            |out| {
                for byte in bytes {
                    // Writing to a string can't fail.
                    let _ = write!(out, "{byte:02x}");
                }
            },
        );
    }
}
