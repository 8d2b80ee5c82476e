//! Trace and span ids as the OpenTelemetry data model writes them: lower-case hexadecimal digits.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// A trace id (16 bytes) as 32 lower-case hexadecimal digits. Taken are: 32 hexadecimal digits in any case, the
/// same as a UUID with hyphens, and padded base64 of 16 bytes. `None` for anything else and for the id that is all
/// zeros, which means "none".
pub fn trace_id(text: &str) -> Option<Hex<32>> {
    if text.len() == 36 {
        let mut digits = Vec::with_capacity(32);
        for (at, byte) in text.bytes().enumerate() {
            match (at, byte) {
                (8 | 13 | 18 | 23, b'-') => {}
                (8 | 13 | 18 | 23, _) => return None,
                _ => digits.push(byte),
            }
        }
        return Hex::from_digits(&digits);
    }
    Hex::from_digits(text.as_bytes()).or_else(|| Hex::from_base64(text))
}

/// A span id (8 bytes) as 16 lower-case hexadecimal digits, from hexadecimal digits or padded base64.
pub fn span_id(text: &str) -> Option<Hex<16>> {
    Hex::from_digits(text.as_bytes()).or_else(|| Hex::from_base64(text))
}

/// `DIGITS` lower-case hexadecimal digits, not all of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex<const DIGITS: usize>([u8; DIGITS]);

impl<const DIGITS: usize> Hex<DIGITS> {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// From that many hexadecimal digits, in any case.
    #[inline]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let mut hex = <[u8; DIGITS]>::try_from(digits).ok()?;
        let mut valid = true;
        let mut set = false;
        for digit in &mut hex {
            valid &= digit.is_ascii_hexdigit();
            set |= *digit != b'0';
            // Sets the bit that tells lower from upper case; digits have it set.
            *digit |= 0x20;
        }
        (valid && set).then_some(Self(hex))
    }

    /// From half as many bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() * 2 != DIGITS || bytes.iter().all(|&byte| byte == 0) {
            return None;
        }
        let mut hex = [0; DIGITS];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(bytes) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        Some(Self(hex))
    }

    fn from_base64(text: &str) -> Option<Self> {
        // Padding is what tells base64 from other ids of the same length.
        if text.len() != (DIGITS / 2).div_ceil(3) * 4 || !text.ends_with('=') {
            return None;
        }
        let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
        Self::from_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_form() {
        let expected = "4bf92f3577b34da6a3ce929d0e0e4736";
        for text in [
            expected,
            "4BF92F3577B34DA6A3CE929D0E0E4736",
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
            "S/kvNXezTaajzpKdDg5HNg==",
        ] {
            assert_eq!(trace_id(text).expect(text).as_str(), expected);
        }
        assert_eq!(span_id("APBnqgupArc=").unwrap().as_str(), "00f067aa0ba902b7");
        assert_eq!(span_id("00F067AA0BA902B7").unwrap().as_str(), "00f067aa0ba902b7");
    }

    #[test]
    fn what_is_no_id() {
        for text in [
            "",
            "-",
            "00000000000000000000000000000000",
            "4bf92f3577b34da6a3ce929d0e0e473g",
            "4bf92f35x77b3x4da6xa3cex929d0e0e4736",
            "4bf92f3577b34da6a3ce929d0e0e47361",
            "éééééééééééééééé",
            "S/kvNXezTaajzpKdDg5HNgAA",
        ] {
            assert_eq!(trace_id(text), None, "{text}");
        }
        assert_eq!(span_id("0000000000000000"), None);
        assert_eq!(span_id("1234567890123456789"), None);
    }
}
