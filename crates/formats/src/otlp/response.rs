use crate::json::append_quoted;

/// What an answer is about: the two name their counts differently in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Logs,
    Traces,
}

impl Signal {
    fn rejected_name(self) -> &'static str {
        match self {
            Self::Logs => "rejectedLogRecords",
            Self::Traces => "rejectedSpans",
        }
    }
}

/// The answer to a request that was read, `ExportLogsServiceResponse` or `ExportTraceServiceResponse`: with nothing
/// rejected and no message it is empty, which is full success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    pub signal: Signal,
    pub rejected: u64,
    /// Why, or a warning where nothing was rejected.
    pub message: &'a str,
}

impl Response<'_> {
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut partial = Vec::new();
        append_number(&mut partial, 1, self.rejected);
        append_bytes(&mut partial, 2, self.message.as_bytes());
        let mut response = Vec::new();
        append_bytes(&mut response, 1, &partial);
        response
    }

    pub fn to_json(&self) -> String {
        if self.rejected == 0 && self.message.is_empty() {
            return "{}".to_owned();
        }
        let (name, rejected) = (self.signal.rejected_name(), self.rejected);
        let mut response = format!(r#"{{"partialSuccess":{{"{name}":"{rejected}","errorMessage":"#);
        append_quoted(&mut response, self.message);
        response.push_str("}}");
        response
    }
}

/// `google.rpc.Code` of a request that can't be read.
const INVALID_ARGUMENT: u32 = 3;

/// The answer to a request that failed, `google.rpc.Status`: the body over HTTP, the details of the status over gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status<'a> {
    /// `google.rpc.Code`.
    pub code: u32,
    pub message: &'a str,
    /// When the same request may be sent again; becomes a `google.rpc.RetryInfo`.
    pub retry_after_seconds: Option<u32>,
}

impl Status<'_> {
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut status = Vec::new();
        append_number(&mut status, 1, u64::from(self.code));
        append_bytes(&mut status, 2, self.message.as_bytes());
        let mut append_detail = |kind: &str, value: &[u8]| {
            let mut any = Vec::new();
            append_bytes(&mut any, 1, format!("type.googleapis.com/google.rpc.{kind}").as_bytes());
            append_bytes(&mut any, 2, value);
            append_bytes(&mut status, 3, &any);
        };
        if let Some(retry_info) = self.retry_info() {
            append_detail("RetryInfo", &retry_info);
        }
        if self.code == INVALID_ARGUMENT {
            let (mut violation, mut bad_request) = (Vec::new(), Vec::new());
            append_bytes(&mut violation, 2, self.message.as_bytes());
            append_bytes(&mut bad_request, 1, &violation);
            append_detail("BadRequest", &bad_request);
        }
        status
    }

    /// The `google.rpc.RetryInfo` alone.
    pub fn retry_info(&self) -> Option<Vec<u8>> {
        let (mut delay, mut retry_info) = (Vec::new(), Vec::new());
        append_number(&mut delay, 1, u64::from(self.retry_after_seconds?));
        append_bytes(&mut retry_info, 1, &delay);
        Some(retry_info)
    }

    pub fn to_json(&self) -> String {
        let mut message = String::new();
        append_quoted(&mut message, self.message);
        let mut details = Vec::new();
        if let Some(seconds) = self.retry_after_seconds {
            details.push(format!(
                r#"{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{seconds}s"}}"#
            ));
        }
        if self.code == INVALID_ARGUMENT {
            details.push(format!(
                r#"{{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{{"description":{message}}}]}}"#
            ));
        }
        format!(r#"{{"code":{},"message":{message},"details":[{}]}}"#, self.code, details.join(","))
    }
}

/// Appends a number field; 0 is the default and left out.
fn append_number(out: &mut Vec<u8>, field: u8, value: u64) {
    if value != 0 {
        out.push(field << 3);
        append_varint(out, value);
    }
}

/// Appends a text, bytes or message field; empty ones are left out.
fn append_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    if !bytes.is_empty() {
        out.push(field << 3 | 2);
        append_varint(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
}

fn append_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
