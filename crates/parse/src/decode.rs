//! Bytes of a file to text: byte order marks, UTF-16, invalid UTF-8; whatever pieces the bytes come in.

/// Turns the bytes of a file into UTF-8.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextDecoder {
    encoding: Encoding,
    /// Bytes of a character or byte order mark whose rest has not come yet.
    carry: Vec<u8>,
    high_surrogate: Option<u16>,
    /// Whether the line at the end of the text has been counted already.
    is_line_counted: bool,
    /// Lines with something that is no character.
    pub(crate) invalid_lines: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Encoding {
    /// The byte order mark is yet to be seen.
    #[default]
    Unknown,
    Utf8,
    Utf16 {
        big_endian: bool,
    },
}

impl TextDecoder {
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut String) {
        if self.encoding == Encoding::Unknown {
            self.carry.extend_from_slice(bytes);
            let is_prefix = |mark: &[u8]| mark.len() > self.carry.len() && mark.starts_with(&self.carry);
            if [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].into_iter().any(is_prefix) {
                return;
            }
            self.start(out);
            return;
        }
        self.decode(bytes, out);
    }

    /// The end of the file: what is left over is no character.
    pub(crate) fn finish(&mut self, out: &mut String) {
        if self.encoding == Encoding::Unknown {
            self.start(out);
        }
        if !self.carry.is_empty() || self.high_surrogate.is_some() {
            self.carry.clear();
            self.high_surrogate = None;
            self.replace(out);
        }
    }

    fn start(&mut self, out: &mut String) {
        let bytes = std::mem::take(&mut self.carry);
        let (encoding, mark_bytes) = match bytes.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big_endian: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big_endian: true }, 2),
            _ => (Encoding::Utf8, 0),
        };
        self.encoding = encoding;
        self.decode(&bytes[mark_bytes..], out);
    }

    fn decode(&mut self, bytes: &[u8], out: &mut String) {
        match self.encoding {
            Encoding::Utf16 { big_endian } => self.utf16(bytes, big_endian, out),
            _ => self.utf8(bytes, out),
        }
    }

    fn utf8(&mut self, mut bytes: &[u8], out: &mut String) {
        while !self.carry.is_empty() {
            let Some((&next, rest)) = bytes.split_first() else { return };
            self.carry.push(next);
            match std::str::from_utf8(&self.carry) {
                Ok(text) => {
                    out.push_str(text);
                    self.carry.clear();
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => bytes = rest,
                // The last byte is not part of the broken character: it is looked at again.
                Err(_) => {
                    self.carry.clear();
                    self.replace(out);
                }
            }
        }
        loop {
            match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.append(text, out);
                    return;
                }
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    if let Ok(text) = std::str::from_utf8(valid) {
                        self.append(text, out);
                    }
                    match error.error_len() {
                        Some(length) => {
                            self.replace(out);
                            bytes = &rest[length..];
                        }
                        None => {
                            self.carry.extend_from_slice(rest);
                            return;
                        }
                    }
                }
            }
        }
    }

    fn utf16(&mut self, bytes: &[u8], big_endian: bool, out: &mut String) {
        for &byte in bytes {
            let Some(&first) = self.carry.first() else {
                self.carry.push(byte);
                continue;
            };
            self.carry.clear();
            let unit = if big_endian {
                u16::from_be_bytes([first, byte])
            } else {
                u16::from_le_bytes([first, byte])
            };
            if let Some(high) = self.high_surrogate.take() {
                if let Some(Ok(character)) = char::decode_utf16([high, unit]).next() {
                    out.push(character);
                    continue;
                }
                self.replace(out);
            }
            match char::from_u32(u32::from(unit)) {
                Some('\n') => {
                    self.is_line_counted = false;
                    out.push('\n');
                }
                Some(character) => out.push(character),
                None if (0xd800..0xdc00).contains(&unit) => self.high_surrogate = Some(unit),
                None => self.replace(out),
            }
        }
    }

    fn append(&mut self, text: &str, out: &mut String) {
        if self.is_line_counted && memchr::memchr(b'\n', text.as_bytes()).is_some() {
            self.is_line_counted = false;
        }
        out.push_str(text);
    }

    fn replace(&mut self, out: &mut String) {
        out.push(char::REPLACEMENT_CHARACTER);
        if !self.is_line_counted {
            self.is_line_counted = true;
            self.invalid_lines += 1;
        }
    }
}

/// Appends a line without its terminal control sequences (colours): ECMA-48 CSI, and OSC (titles, links).
pub(crate) fn strip_controls(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let bytes = rest.as_bytes();
        let used = match bytes.first() {
            Some(b'[') => bytes[1..].iter().position(|byte| (0x40..=0x7e).contains(byte)).map(|at| at + 2),
            Some(b']') => {
                let bell = memchr::memchr(7, bytes).map(|at| at + 1);
                let terminator = rest.find("\x1b\\").map(|at| at + 2);
                [bell, terminator].into_iter().flatten().min()
            }
            _ => None,
        };
        rest = &rest[used.filter(|&used| rest.is_char_boundary(used)).unwrap_or(0)..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&[u8]]) -> (String, u64) {
        let mut decoder = TextDecoder::default();
        let mut text = String::new();
        for piece in pieces {
            decoder.push(piece, &mut text);
        }
        decoder.finish(&mut text);
        (text, decoder.invalid_lines)
    }

    #[test]
    fn encodings_whatever_the_pieces() {
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("a€😀\nb".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let cases: [(&[u8], &str, u64); 6] = [
            (b"\xef\xbb\xbfplain", "plain", 0),
            (&utf16, "a€😀\nb", 0),
            ("größer 日本 😀".as_bytes(), "größer 日本 😀", 0),
            (b"a\xff\xfe b\nc \xf0\x9f\x98 d\ne", "a\u{fffd}\u{fffd} b\nc \u{fffd} d\ne", 2),
            (b"\xef\xbb", "\u{fffd}", 1),
            (b"", "", 0),
        ];
        for (bytes, text, invalid) in cases {
            assert_eq!(decode(&[bytes]), (text.to_owned(), invalid));
            for size in 1..4 {
                let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
                assert_eq!(decode(&pieces), (text.to_owned(), invalid), "{size}");
            }
        }
    }

    #[test]
    fn colours_go() {
        let mut out = String::new();
        strip_controls(
            "\x1b[2m2024\x1b[0m \x1b[32m INFO\x1b[0m \x1b]8;;http://a\x1b\\b\x1b]8;;\x07 \x1bx é",
            &mut out,
        );
        assert_eq!(out, "2024  INFO b x é");
    }
}
