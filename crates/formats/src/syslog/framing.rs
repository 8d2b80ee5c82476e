//! Where a message of a stream ends (RFC 6587): by a count before it, by a line feed, or by a NUL as Python's
//! `SysLogHandler` writes it. Senders are told apart message by message.

use std::ops::Range;

use super::priority;

/// Most digits of a count: a larger number is text.
const COUNT_DIGITS: usize = 9;

/// A message at the start of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Where the message lies, and the bytes that it takes with its frame.
    Whole { message: Range<usize>, used: usize },
    /// It is not whole.
    Partial,
}

/// Finds messages in a stream. Keep one for a connection.
#[derive(Debug, Clone, Default)]
pub struct Framer {
    /// The sender ends its messages with NUL, so that line feeds are inside of them, unless a priority follows.
    ends_with_nul: bool,
}

impl Framer {
    /// The message at the start of `bytes`, of which the first `seen` are known to hold no end.
    pub fn next(&mut self, bytes: &[u8], seen: usize) -> Frame {
        match count(bytes) {
            Count::Bytes { message, digits } => {
                let (start, end) = (digits + 1, digits + 1 + message);
                return if end <= bytes.len() {
                    Frame::Whole { message: start..end, used: end }
                } else {
                    Frame::Partial
                };
            }
            Count::Partial => return Frame::Partial,
            Count::None => {}
        }
        if bytes.last() == Some(&0) && bytes.first() == Some(&b'<') {
            self.ends_with_nul = true;
        }
        let mut from = seen.saturating_sub(1).min(bytes.len());
        while let Some(length) = memchr::memchr2(b'\n', 0, &bytes[from..]) {
            let end = from + length;
            let is_end = match bytes[end] {
                b'\n' => !self.ends_with_nul || end == 0 || priority(&bytes[end + 1..]).is_some(),
                _ => ends_message(&bytes[end + 1..]),
            };
            if is_end {
                return Frame::Whole { message: 0..end, used: end + 1 };
            }
            from = end + 1;
        }
        Frame::Partial
    }

    /// Bytes of the message at the start that are counted before it, whether they have come or not.
    pub fn counted_bytes(bytes: &[u8]) -> Option<usize> {
        match count(bytes) {
            Count::Bytes { message, digits } => Some(digits + 1 + message),
            Count::None | Count::Partial => None,
        }
    }
}

/// A NUL inside a text is none that ends a message.
fn ends_message(after: &[u8]) -> bool {
    matches!(after.first(), None | Some(b'<' | b'\n' | b'\r' | 0))
}

enum Count {
    None,
    /// More bytes are needed to tell.
    Partial,
    Bytes {
        message: usize,
        digits: usize,
    },
}

/// `MSG-LEN SP`, where a priority follows: digits start lines of text as well.
fn count(bytes: &[u8]) -> Count {
    if !matches!(bytes.first(), Some(b'1'..=b'9')) {
        return Count::None;
    }
    let digits = bytes.iter().take(COUNT_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
    match (bytes.get(digits), bytes.get(digits + 1)) {
        _ if digits > COUNT_DIGITS => Count::None,
        (None, _) | (Some(b' '), None) => Count::Partial,
        (Some(b' '), Some(b'<')) => {
            let message = bytes[..digits].iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
            Count::Bytes { message, digits }
        }
        _ => Count::None,
    }
}

/// What has come of a counted message that is cut short.
pub(super) fn without_count(bytes: &[u8]) -> &[u8] {
    match count(bytes) {
        Count::Bytes { digits, .. } => &bytes[digits + 1..],
        Count::None | Count::Partial => bytes,
    }
}

/// Takes the ends away that some senders put into the message: line feeds, NUL.
pub(super) fn trim(message: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
    let end = message.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    let start = message[..end].iter().position(|byte| !is_end(byte)).unwrap_or(end);
    &message[start..end]
}
