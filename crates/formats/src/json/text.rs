use std::borrow::Cow;

/// The inside of a JSON string, its escapes checked but not yet resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    #[inline]
    pub(super) fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// As written, between the quotes.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The text where it holds no escape.
    #[inline]
    pub fn as_plain(&self) -> Option<&'a str> {
        (!self.escaped).then_some(self.raw)
    }

    /// The text, copied only where it holds an escape.
    pub fn to_cow(&self) -> Cow<'a, str> {
        match self.as_plain() {
            Some(plain) => Cow::Borrowed(plain),
            None => {
                let mut text = String::with_capacity(self.raw.len());
                self.append_to(&mut text);
                Cow::Owned(text)
            }
        }
    }

    /// Appends the text, escapes resolved.
    #[inline]
    pub fn append_to(&self, out: &mut String) {
        if self.escaped { self.unescape(out) } else { out.push_str(self.raw) }
    }

    fn unescape(&self, out: &mut String) {
        let mut rest = self.raw;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            let used = match rest.as_bytes().get(at + 1) {
                Some(b'u') => {
                    let (character, used) = unicode_escape(&rest[at..]);
                    out.push(character);
                    used
                }
                Some(&letter) => {
                    out.push(match letter {
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        other => char::from(other),
                    });
                    2
                }
                None => 1,
            };
            rest = &rest[at + used..];
        }
        out.push_str(rest);
    }
}

/// The character of the `\uXXXX` at the start of a text, or of the surrogate pair there, and the bytes it takes.
fn unicode_escape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let first = unit(0).unwrap_or(0xfffd);
    if (0xd800..0xdc00).contains(&first)
        && let Some(second @ 0xdc00..0xe000) = unit(6)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// Position, from `at` on, of the first quote, backslash or control character, or the length of the text.
///
/// Eight bytes at a time: the high bit of each byte of a mask is set where the byte is one of them. A borrow can set
/// false bits, but only above a true one, and the lowest counts.
#[inline]
pub(super) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ LOW.wrapping_mul(0x22);
        let backslash = word ^ LOW.wrapping_mul(0x5c);
        let mask = (quote.wrapping_sub(LOW) & !quote)
            | (backslash.wrapping_sub(LOW) & !backslash)
            | (word.wrapping_sub(LOW.wrapping_mul(0x20)) & !word);
        let mask = mask & HIGH;
        if mask != 0 {
            return at + (mask.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

/// Appends a text as a JSON string, quotes included.
pub fn append_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut start = 0;
    loop {
        let at = find_special(text.as_bytes(), start);
        out.push_str(&text[start..at]);
        let Some(&byte) = text.as_bytes().get(at) else { break };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                out.push_str("\\u00");
                for digit in [control >> 4, control & 15] {
                    out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
                }
            }
        }
        start = at + 1;
    }
    out.push('"');
}
