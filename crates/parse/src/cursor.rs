/// A place in a line. It only ever stands after ASCII bytes or at the end, so every slice is valid text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    /// `at` must be a character boundary.
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    #[inline]
    pub(crate) fn eat(&mut self, expected: &str) -> bool {
        let found = self.bytes().starts_with(expected.as_bytes());
        if found {
            self.at += expected.len();
        }
        found
    }

    #[inline]
    pub(crate) fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Text up to an ASCII byte, which is passed over. `None`, without a step, where it does not come.
    #[inline]
    pub(crate) fn until(&mut self, end: u8) -> Option<&'a str> {
        let length = memchr::memchr(end, self.bytes())?;
        let text = &self.text[self.at..self.at + length];
        self.at += length + 1;
        Some(text)
    }

    /// As [`Self::until`] for a longer end.
    pub(crate) fn until_text(&mut self, end: &str) -> Option<&'a str> {
        let length = self.rest().find(end)?;
        let text = &self.text[self.at..self.at + length];
        self.at += length + end.len();
        Some(text)
    }

    /// Bytes up to the next space or the end; stands on the space.
    #[inline]
    pub(crate) fn word(&mut self) -> &'a str {
        let bytes = self.bytes();
        let length = bytes.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(bytes.len());
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        word
    }

    /// A run of digits, 1 to `most` of them.
    #[inline]
    pub(crate) fn digits(&mut self, most: usize) -> Option<&'a str> {
        let length = self.bytes().iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return None;
        }
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        Some(text)
    }

    /// What stands between an opening bracket here and its closing one (nesting allowed), without the brackets.
    pub(crate) fn bracketed(&mut self, open: u8, close: u8) -> Option<&'a str> {
        if self.peek() != Some(open) {
            return None;
        }
        let mut depth = 0usize;
        for (index, &byte) in self.bytes().iter().enumerate() {
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    let inner = &self.text[self.at + 1..self.at + index];
                    self.at += index + 1;
                    return Some(inner);
                }
            }
        }
        None
    }

    /// What stands between double quotes here, escapes left as they are. Passes over the closing quote.
    #[inline]
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        let bytes = self.bytes();
        if bytes.first() != Some(&b'"') {
            return None;
        }
        let mut end = 1;
        loop {
            end += memchr::memchr2(b'"', b'\\', &bytes[end..])?;
            if bytes[end] == b'"' {
                let inner = &self.text[self.at + 1..self.at + end];
                self.at += end + 1;
                return Some(inner);
            }
            end += 2;
            if end > bytes.len() {
                return None;
            }
        }
    }
}
