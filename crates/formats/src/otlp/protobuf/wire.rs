use std::borrow::Cow;

/// What is wrong with a protobuf message, and at which byte of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {at}")]
pub struct WireError {
    pub at: usize,
    pub fault: WireFault,
}

/// Kinds of faults of a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    #[error("a field ends behind its message")]
    Truncated,
    #[error("a number has more than 64 bits")]
    LongVarint,
    #[error("a field has no number")]
    NoFieldNumber,
    #[error("a field has an unknown wire type")]
    UnknownWireType,
    #[error("values are nested too deep")]
    TooDeep,
}

/// A message that is read field by field (<https://protobuf.dev/programming-guides/encoding/>).
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    bytes: &'a [u8],
    /// Position of `bytes` in the body.
    at: usize,
}

/// A field's value by wire type.
pub(crate) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(Message<'a>),
    Fixed32(u32),
}

impl<'a> Message<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes as a `string` field.
    #[inline]
    pub(crate) fn text(&self) -> Cow<'a, str> {
        match simdutf8::basic::from_utf8(self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self.bytes),
        }
    }

    /// Number and value of the next field.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, WireError> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).map_err(|_| self.error(WireFault::Truncated))?;
                let at = self.at;
                Field::Bytes(Message { bytes: self.take(length)?, at })
            }
            5 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(self.error(WireFault::UnknownWireType)),
        };
        match tag >> 3 {
            0 => Err(self.error(WireFault::NoFieldNumber)),
            number => Ok(Some((number, field))),
        }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (position, &byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * position);
            if byte < 0x80 {
                if position == 9 && byte > 1 {
                    break;
                }
                self.take(position + 1)?;
                return Ok(value);
            }
        }
        let fault = if self.bytes.len() < 10 { WireFault::Truncated } else { WireFault::LongVarint };
        Err(self.error(fault))
    }

    fn array<const BYTES: usize>(&mut self) -> Result<[u8; BYTES], WireError> {
        let bytes = self.take(BYTES)?;
        bytes.try_into().map_err(|_| self.error(WireFault::Truncated))
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) =
            self.bytes.split_at_checked(length).ok_or_else(|| self.error(WireFault::Truncated))?;
        self.bytes = rest;
        self.at += length;
        Ok(taken)
    }

    #[cold]
    pub(crate) fn error(&self, fault: WireFault) -> WireError {
        WireError { at: self.at, fault }
    }
}
