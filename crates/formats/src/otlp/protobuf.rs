//! The protobuf encoding. Field numbers are those of
//! `opentelemetry/proto/{collector/logs,collector/trace,logs,trace,resource,common}/v1`; down to the items they are the
//! same for all signals.

mod log_record;
mod span;
mod value;
pub(crate) mod wire;

pub(super) use self::log_record::read_log_record;
pub(super) use self::span::read_span;
use self::value::read_attribute;
use self::wire::Field;
pub(super) use self::wire::Message;
pub use self::wire::{WireError, WireFault};
use super::{Item, Request};

/// `ExportLogsServiceRequest`, `ExportTraceServiceRequest`.
pub(super) fn decode<T: Item>(body: &[u8], request: &mut Request<'_, T>) -> Result<(), WireError> {
    let mut fields = Message::new(body);
    while let Some(field) = fields.next()? {
        if let (1, Field::Bytes(resource_items)) = field {
            read_resource_items(resource_items, request)?;
        }
    }
    Ok(())
}

/// `ResourceLogs`, `ResourceSpans`. Fields may come in any order, so the resource is looked for before the items are
/// read.
fn read_resource_items<T: Item>(message: Message<'_>, request: &mut Request<'_, T>) -> Result<(), WireError> {
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
        if let (2, Field::Bytes(scope_items)) = field {
            read_scope_items(scope_items, request)?;
        }
    }
    Ok(())
}

/// `ScopeLogs`, `ScopeSpans`.
fn read_scope_items<T: Item>(message: Message<'_>, request: &mut Request<'_, T>) -> Result<(), WireError> {
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
        if let (2, Field::Bytes(item)) = field {
            T::read_protobuf(item, request)?;
        }
    }
    Ok(())
}

/// Appends an id of the wrong size in hexadecimal digits.
fn append_hex(out: &mut String, bytes: &[u8]) {
    use std::fmt::Write as _;
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// All zeros means that there is no id.
fn is_unset(id: &[u8]) -> bool {
    id.iter().all(|&byte| byte == 0)
}
