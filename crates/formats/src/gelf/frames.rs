/// Finds where messages end in a stream: at null bytes, as GELF over TCP has them, and at line breaks outside of a JSON
/// object, as some senders write them instead.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    /// Bytes that were looked at for line breaks.
    scanned: usize,
    depth: u32,
    in_string: bool,
    is_escaped: bool,
    /// End of the last message among the bytes that were scanned.
    end: usize,
}

impl Frames {
    /// Bytes of whole messages at the start of `bytes`, which are those of the last call with more after them unless it
    /// found some.
    ///
    /// `seen` bytes, from the start, were there at the last call.
    pub fn whole(&mut self, bytes: &[u8], seen: usize) -> Option<usize> {
        let seen = seen.min(bytes.len());
        if let Some(null) = memchr::memrchr(0, &bytes[seen..]) {
            *self = Self::default();
            return Some(seen + null + 1);
        }
        // JSON is mostly written without line breaks: only when there is one, objects are told apart.
        if self.scanned > 0 || memchr::memchr(b'\n', &bytes[seen..]).is_some() {
            self.scan(bytes);
        }
        let end = self.end;
        if end == 0 {
            return None;
        }
        *self = Self::default();
        Some(end)
    }

    fn scan(&mut self, bytes: &[u8]) {
        for (at, byte) in bytes.iter().enumerate().skip(self.scanned) {
            if *byte == b'\n' && (self.in_string || self.depth == 0) {
                // A string can't hold a line break: what it is in is broken, and the next line may be a message.
                self.end = at + 1;
                (self.depth, self.in_string, self.is_escaped) = (0, false, false);
            } else if self.in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    // Outside of an object quotes mean nothing.
                    b'"' => self.in_string = self.depth > 0,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
        self.scanned = bytes.len();
    }
}
