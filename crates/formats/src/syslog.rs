//! Syslog to records: RFC 5424, and what goes by the name of RFC 3164.
//!
//! - the priority becomes the severity and the attribute `syslog.facility`;
//! - the program becomes the service, its process id the attribute `process.pid`, the host `host.name` of the resource;
//! - RFC 5424's MSGID, and the mnemonic of Cisco's messages, become the attribute `syslog.msgid`; its structured data
//!   attributes `SD-ID.PARAM`.
//!
//! Nothing is thrown away: what is not understood stays in the body.

mod framing;
mod rfc3164;
mod rfc5424;
#[cfg(test)]
mod tests;
pub mod time;

use std::borrow::Cow;

use click_lite_model::{Record, Rejections, Severity};

pub use self::framing::{Frame, Framer};
pub use self::rfc5424::structured_data;
pub use self::time::Now;
use crate::DEFAULT_RECORD_BYTES;

/// Names of the severities 0 to 7 (RFC 5424, table 2, as syslog.h abbreviates them).
pub const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// Names of the facilities 0 to 23 (RFC 5424, table 1).
pub const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
];

/// A priority (`<34>`) at the start of a message: its number, 0 to 191, and the bytes it takes.
#[inline]
pub fn priority(message: &[u8]) -> Option<(u8, usize)> {
    let digits = message.strip_prefix(b"<")?;
    let length = digits.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let number = digits[..length].iter().fold(0, |number: u16, digit| number * 10 + u16::from(digit - b'0'));
    let number = u8::try_from(number).ok().filter(|number| *number <= 191)?;
    (length > 0 && digits.get(length) == Some(&b'>')).then_some((number, length + 2))
}

/// Turns messages into records. Keep one and use it again.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES)
    }
}

impl Decoder {
    /// `record_bytes` is the size above which a message is refused.
    pub fn new(record_bytes: usize) -> Self {
        Self { record_bytes }
    }

    /// Reads a stream of messages, framed by their length or by what ends them (RFC 6587). The last one needs no end.
    pub fn decode_stream(
        &mut self,
        stream: &[u8],
        now: Now,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) {
        let mut framer = Framer::default();
        let mut rest = stream;
        let mut index = 0;
        loop {
            let (message, used) = match framer.next(rest, 0) {
                Frame::Whole { message, used } => (&rest[message], used),
                Frame::Partial if rest.is_empty() => return,
                Frame::Partial => (framing::without_count(rest), rest.len()),
            };
            rest = &rest[used..];
            index += u64::from(self.decode_message(message, index, now, record, sink, rejections));
        }
    }

    /// Reads one message, such as that of a datagram. False for an empty one, which is no record.
    pub fn decode_message(
        &mut self,
        message: &[u8],
        index: u64,
        now: Now,
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> bool {
        let message = framing::trim(message);
        if message.is_empty() {
            return false;
        }
        if message.len() > self.record_bytes {
            rejections.push(
                index,
                "record.too_large",
                format!(
                    "the message has {} bytes, more than the {} that are taken",
                    message.len(),
                    self.record_bytes
                ),
            );
            return true;
        }
        let text = match simdutf8::basic::from_utf8(message) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(message),
        };
        read(&text, now, record);
        sink(record);
        true
    }
}

fn read(text: &str, now: Now, record: &mut Record) {
    record.clear();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    let priority = priority(text.as_bytes());
    if let Some((_, used)) = priority {
        rest = &text[used..];
    }
    if rest.starts_with("1 ") && rfc5424::read(&rest[2..], record).is_some() {
        set_priority(record, priority.map(|(number, _)| number));
        return;
    }
    rfc3164::read(rest, priority.is_some(), now, record);
    set_priority(record, priority.map(|(number, _)| number));
}

fn set_priority(record: &mut Record, priority: Option<u8>) {
    let Some(number) = priority else { return };
    record.set_severity_text(SEVERITIES[usize::from(number & 7)]);
    record.severity = Severity::from_syslog(number);
    if let Some(facility) = FACILITIES.get(usize::from(number >> 3)) {
        record.push_attribute("syslog.facility", facility);
    }
}
