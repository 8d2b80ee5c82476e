use crate::json::append_quoted;

/// The protobuf `ExportLogsServiceResponse`; with nothing rejected and no message it is empty: full success.
pub fn logs_response_protobuf(rejected: u64, message: &str) -> Vec<u8> {
    let mut partial = Vec::new();
    if rejected > 0 {
        partial.push(1 << 3);
        append_varint(&mut partial, rejected);
    }
    if !message.is_empty() {
        partial.push(2 << 3 | 2);
        append_varint(&mut partial, message.len() as u64);
        partial.extend_from_slice(message.as_bytes());
    }
    let mut response = Vec::new();
    if !partial.is_empty() {
        response.push(1 << 3 | 2);
        append_varint(&mut response, partial.len() as u64);
        response.extend_from_slice(&partial);
    }
    response
}

/// The same in the JSON encoding of OTLP.
pub fn logs_response_json(rejected: u64, message: &str) -> String {
    if rejected == 0 && message.is_empty() {
        return "{}".to_owned();
    }
    let mut response = format!(r#"{{"partialSuccess":{{"rejectedLogRecords":"{rejected}","errorMessage":"#);
    append_quoted(&mut response, message);
    response.push_str("}}");
    response
}

fn append_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
