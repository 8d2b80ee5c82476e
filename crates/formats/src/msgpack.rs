//! MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>): where values end, and values to JSON text.
//!
//! Nothing here reserves memory for what a length announces, and passing over a value ([`Skip`]) takes neither stack
//! nor memory however deep it is nested, so that a stream can be cut into messages before anything is decoded.

mod json;
#[cfg(test)]
mod tests;

pub(crate) use json::time_of_extension;
pub use json::{MAX_DEPTH, append_json};

/// What is wrong with a MessagePack value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MsgpackError {
    #[error("the MessagePack value ends early")]
    EndOfBytes,
    #[error("0xc1 begins no MessagePack value")]
    Reserved,
    #[error("MessagePack values are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// The first byte of a value, with its number or its lengths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Head {
    Nil,
    Bool(bool),
    Unsigned(u64),
    /// Below zero, or written as signed.
    Signed(i64),
    Float32(f32),
    Float64(f64),
    /// Bytes of a string, which should be UTF-8.
    Text(u32),
    /// Bytes of a binary value.
    Binary(u32),
    /// Values that follow.
    Array(u32),
    /// Pairs of values that follow.
    Map(u32),
    /// Type, and bytes that follow.
    Extension(i8, u32),
}

impl Head {
    /// Reads the head of the value at the start of `bytes`, and how many bytes it takes; `None` where it is cut off.
    #[inline]
    pub fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, MsgpackError> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        let read = match first {
            0x00..=0x7f => Some((Self::Unsigned(u64::from(first)), 1)),
            0x80..=0x8f => Some((Self::Map(u32::from(first & 0x0f)), 1)),
            0x90..=0x9f => Some((Self::Array(u32::from(first & 0x0f)), 1)),
            0xa0..=0xbf => Some((Self::Text(u32::from(first & 0x1f)), 1)),
            0xc0 => Some((Self::Nil, 1)),
            0xc1 => return Err(MsgpackError::Reserved),
            0xc2 => Some((Self::Bool(false), 1)),
            0xc3 => Some((Self::Bool(true), 1)),
            0xc4 => u8_at(rest).map(|length| (Self::Binary(length), 2)),
            0xc5 => u16_at(rest).map(|length| (Self::Binary(length), 3)),
            0xc6 => u32_at(rest).map(|length| (Self::Binary(length), 5)),
            0xc7 => extension(u8_at(rest), rest, 1),
            0xc8 => extension(u16_at(rest), rest, 2),
            0xc9 => extension(u32_at(rest), rest, 4),
            0xca => array(rest).map(|bytes| (Self::Float32(f32::from_be_bytes(bytes)), 5)),
            0xcb => array(rest).map(|bytes| (Self::Float64(f64::from_be_bytes(bytes)), 9)),
            0xcc => u8_at(rest).map(|number| (Self::Unsigned(u64::from(number)), 2)),
            0xcd => u16_at(rest).map(|number| (Self::Unsigned(u64::from(number)), 3)),
            0xce => u32_at(rest).map(|number| (Self::Unsigned(u64::from(number)), 5)),
            0xcf => array(rest).map(|bytes| (Self::Unsigned(u64::from_be_bytes(bytes)), 9)),
            0xd0 => array(rest).map(|bytes| (Self::Signed(i64::from(i8::from_be_bytes(bytes))), 2)),
            0xd1 => array(rest).map(|bytes| (Self::Signed(i64::from(i16::from_be_bytes(bytes))), 3)),
            0xd2 => array(rest).map(|bytes| (Self::Signed(i64::from(i32::from_be_bytes(bytes))), 5)),
            0xd3 => array(rest).map(|bytes| (Self::Signed(i64::from_be_bytes(bytes)), 9)),
            0xd4..=0xd8 => extension(Some(1 << (first - 0xd4)), rest, 0),
            0xd9 => u8_at(rest).map(|length| (Self::Text(length), 2)),
            0xda => u16_at(rest).map(|length| (Self::Text(length), 3)),
            0xdb => u32_at(rest).map(|length| (Self::Text(length), 5)),
            0xdc => u16_at(rest).map(|count| (Self::Array(count), 3)),
            0xdd => u32_at(rest).map(|count| (Self::Array(count), 5)),
            0xde => u16_at(rest).map(|count| (Self::Map(count), 3)),
            0xdf => u32_at(rest).map(|count| (Self::Map(count), 5)),
            0xe0..=0xff => Some((Self::Signed(i64::from(first as i8)), 1)),
        };
        Ok(read)
    }

    /// Bytes of text or data right after the head.
    #[inline]
    pub fn payload_bytes(self) -> u32 {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) | Self::Extension(_, bytes) => bytes,
            _ => 0,
        }
    }

    /// Values inside of this one.
    #[inline]
    pub fn children(self) -> u64 {
        match self {
            Self::Array(count) => u64::from(count),
            Self::Map(pairs) => 2 * u64::from(pairs),
            _ => 0,
        }
    }
}

#[inline]
fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

#[inline]
fn u8_at(bytes: &[u8]) -> Option<u32> {
    bytes.first().map(|&byte| u32::from(byte))
}

#[inline]
fn u16_at(bytes: &[u8]) -> Option<u32> {
    array(bytes).map(|bytes| u32::from(u16::from_be_bytes(bytes)))
}

#[inline]
fn u32_at(bytes: &[u8]) -> Option<u32> {
    array(bytes).map(u32::from_be_bytes)
}

/// An extension whose type comes after a length of `length_bytes`.
#[inline]
fn extension(length: Option<u32>, rest: &[u8], length_bytes: usize) -> Option<(Head, usize)> {
    let kind = *rest.get(length_bytes)? as i8;
    Some((Head::Extension(kind, length?), 2 + length_bytes))
}

/// Passes over one value that arrives in pieces.
#[derive(Debug, Clone, Copy)]
pub struct Skip {
    /// Values whose head has not been seen yet.
    values: u64,
    /// Bytes of text or data that are still to come.
    payload: u64,
}

impl Skip {
    /// For `values` values in a row.
    pub fn new(values: u64) -> Self {
        Self { values, payload: 0 }
    }

    /// Whether all of it has been passed over.
    pub fn is_done(&self) -> bool {
        self.values == 0 && self.payload == 0
    }

    /// Passes over as much as `bytes` holds, and says how much that is. Less than all of `bytes` means that it is
    /// done, or that a head is cut off at the end: give that again, with more after it. An error changes nothing.
    #[inline]
    pub fn feed(&mut self, bytes: &[u8]) -> Result<usize, MsgpackError> {
        let Self { mut values, mut payload } = *self;
        let mut at = 0;
        loop {
            if payload > 0 {
                let left = bytes.len() - at;
                let passed = usize::try_from(payload).map_or(left, |payload| payload.min(left));
                at += passed;
                payload -= passed as u64;
            }
            let head = if payload > 0 || values == 0 { None } else { Head::read(&bytes[at..])? };
            let Some((head, head_bytes)) = head else { break };
            at += head_bytes;
            payload = u64::from(head.payload_bytes());
            // Each count comes with a byte of its own, so that no stream reaches the end of 64 bits.
            values = (values - 1).saturating_add(head.children());
        }
        *self = Self { values, payload };
        Ok(at)
    }

    /// Bytes of the first value of `bytes`; `None` where it is cut off.
    pub fn value(bytes: &[u8]) -> Result<Option<usize>, MsgpackError> {
        let mut skip = Self::new(1);
        let used = skip.feed(bytes)?;
        Ok(skip.is_done().then_some(used))
    }
}

/// Reads values one after the other from bytes that are all there.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next head, and the text or data that belongs to it.
    #[inline]
    pub fn read(&mut self) -> Result<(Head, &'a [u8]), MsgpackError> {
        let (head, head_bytes) = Head::read(self.bytes)?.ok_or(MsgpackError::EndOfBytes)?;
        let payload_end = (head.payload_bytes() as usize).checked_add(head_bytes);
        let whole = payload_end.and_then(|end| self.bytes.split_at_checked(end));
        let (value, rest) = whole.ok_or(MsgpackError::EndOfBytes)?;
        self.bytes = rest;
        Ok((head, &value[head_bytes..]))
    }

    /// Passes over the next value whole, and gives its bytes.
    pub fn skip(&mut self) -> Result<&'a [u8], MsgpackError> {
        let used = Skip::value(self.bytes)?.ok_or(MsgpackError::EndOfBytes)?;
        let (value, rest) = self.bytes.split_at(used);
        self.bytes = rest;
        Ok(value)
    }
}
