use super::names::Names;

/// Reads labels as Prometheus writes them: `{name="value", other=`raw`}`, with the escapes of Go's strings. On an error
/// the byte at which the text can't be read on.
pub(super) fn read(text: &str, names: &mut Names, unescaped: &mut String) -> Result<(), usize> {
    let mut reader = Reader { text, at: 0 };
    reader.expect(b'{')?;
    if reader.take(b'}') {
        return reader.end();
    }
    loop {
        let name = reader.name()?;
        reader.expect(b'=')?;
        let value = reader.value(unescaped)?;
        names.push(name, value);
        if !reader.take(b',') {
            reader.expect(b'}')?;
            return reader.end();
        }
        if reader.take(b'}') {
            return reader.end();
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.byte() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), usize> {
        if self.take(byte) { Ok(()) } else { Err(self.at) }
    }

    fn end(&mut self) -> Result<(), usize> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.at) }
    }

    /// A name: everything up to the `=`, for senders that know dots and other characters in names.
    fn name(&mut self) -> Result<&'t str, usize> {
        self.skip_space();
        let start = self.at;
        let length = self.text[start..].find('=').ok_or(start)?;
        let name = self.text[start..start + length].trim_ascii_end();
        if name.is_empty() || name.contains(['"', '`', ',', '{', '}']) {
            return Err(start);
        }
        self.at += length;
        Ok(name)
    }

    fn value<'v>(&mut self, unescaped: &'v mut String) -> Result<&'v str, usize>
    where
        't: 'v,
    {
        self.skip_space();
        let start = self.at;
        let rest = self.text.get(start + 1..).ok_or(start)?;
        match self.byte() {
            Some(b'`') => {
                let length = rest.find('`').ok_or(self.text.len())?;
                self.at += length + 2;
                Ok(&rest[..length])
            }
            Some(b'"') => {
                let plain = memchr::memchr2(b'"', b'\\', rest.as_bytes()).ok_or(self.text.len())?;
                if rest.as_bytes()[plain] == b'"' {
                    self.at += plain + 2;
                    return Ok(&rest[..plain]);
                }
                unescaped.clear();
                let used = unescape(rest, unescaped).map_err(|at| start + 1 + at)?;
                self.at += 1 + used;
                Ok(unescaped)
            }
            _ => Err(start),
        }
    }
}

/// Appends a string of Go up to its closing quote; the bytes it takes with the quote.
fn unescape(text: &str, out: &mut String) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut raw = Vec::new();
    let mut at = 0;
    loop {
        let special = memchr::memchr2(b'"', b'\\', &bytes[at..]).ok_or(bytes.len())?;
        raw.extend_from_slice(&bytes[at..at + special]);
        at += special;
        if bytes[at] == b'"' {
            // Bytes written as `\xNN` or in octal need not be UTF-8.
            out.push_str(&String::from_utf8_lossy(&raw));
            return Ok(at + 1);
        }
        let letter = *bytes.get(at + 1).ok_or(at)?;
        let number = |from: usize, digits: usize, radix: u32| -> Result<u32, usize> {
            let text = text.get(from..from + digits).ok_or(at)?;
            // `from_str_radix` would take a sign.
            if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(at);
            }
            u32::from_str_radix(text, radix).map_err(|_| at)
        };
        let (byte, used) = match letter {
            b'a' => (0x07, 2),
            b'b' => (0x08, 2),
            b'f' => (0x0c, 2),
            b'n' => (b'\n', 2),
            b'r' => (b'\r', 2),
            b't' => (b'\t', 2),
            b'v' => (0x0b, 2),
            b'\\' | b'"' | b'\'' => (letter, 2),
            b'x' => (u8::try_from(number(at + 2, 2, 16)?).map_err(|_| at)?, 4),
            b'0'..=b'7' => (u8::try_from(number(at + 1, 3, 8)?).map_err(|_| at)?, 4),
            b'u' | b'U' => {
                let digits = if letter == b'u' { 4 } else { 8 };
                let character = char::from_u32(number(at + 2, digits, 16)?).ok_or(at)?;
                raw.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += 2 + digits;
                continue;
            }
            _ => return Err(at),
        };
        raw.push(byte);
        at += used;
    }
}
