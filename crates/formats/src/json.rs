//! A single-pass JSON scanner over text (RFC 8259) that allocates nothing and never recurses.
//!
//! Numbers keep their text, so that no digit is lost. Strings are unescaped only when they are copied. Nesting is
//! limited to [`MAX_DEPTH`]. A lone surrogate escape, which the grammar allows, becomes U+FFFD.

mod leaves;
#[cfg(test)]
mod tests;
mod text;

pub use leaves::{MAX_NESTED_KEY_BYTES, Path};
pub use text::{Text, append_quoted};

/// Objects and arrays that may lie inside each other.
pub const MAX_DEPTH: u32 = 128;

/// What is wrong with a JSON text, and at which byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {at}")]
pub struct JsonError {
    /// Byte of the scanned text, from 0.
    pub at: usize,
    pub fault: Fault,
}

impl JsonError {
    /// Stable code of the error, as [`click_lite_model::Rejection::code`] has it.
    pub fn code(&self) -> &'static str {
        match self.fault {
            Fault::NotAnObject => "record.not_an_object",
            Fault::TooDeep => "record.too_deep",
            Fault::KeysTooLong => "record.too_large",
            _ => "record.not_json",
        }
    }

    /// The same text fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Kinds of faults of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the text ends inside a value")]
    EndOfText,
    #[error("expected a value")]
    ExpectedValue,
    #[error("expected a key in double quotes")]
    ExpectedKey,
    #[error("expected `:` after a key")]
    ExpectedColon,
    #[error("expected `,` or `}}`")]
    ExpectedCommaOrBrace,
    #[error("expected `,` or `]`")]
    ExpectedCommaOrBracket,
    #[error("a string holds a control character that is not escaped")]
    ControlCharacter,
    #[error("a string holds an unknown escape")]
    UnknownEscape,
    #[error("a number is malformed")]
    MalformedNumber,
    #[error("objects and arrays are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    #[error("the keys of nested objects are longer than {MAX_NESTED_KEY_BYTES} bytes in all")]
    KeysTooLong,
    #[error("expected a JSON object")]
    NotAnObject,
    #[error("expected a JSON array")]
    NotAnArray,
    #[error("more text follows the value")]
    TrailingText,
}

/// A complete JSON value. Objects and arrays are given as their text, which has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    String(Text<'a>),
    Array(&'a str),
    Object(&'a str),
}

impl<'a> Value<'a> {
    /// Appends the value as the text of an attribute: a string without quotes and escapes, null as nothing, the rest
    /// as it is written.
    pub fn append_to(&self, out: &mut String) {
        match self {
            Value::String(text) => text.append_to(out),
            other => out.push_str(other.verbatim()),
        }
    }

    /// The text of [`Self::append_to`] where it lies in the input as it is: all but strings with escapes.
    pub fn as_plain(&self) -> Option<&'a str> {
        match self {
            Value::String(text) => text.as_plain(),
            other => Some(other.verbatim()),
        }
    }

    fn verbatim(&self) -> &'a str {
        match *self {
            Value::Null => "",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(text) | Value::Array(text) | Value::Object(text) => text,
            Value::String(text) => text.raw(),
        }
    }
}

/// A position in a JSON text.
///
/// The methods consume one value each and leave the position behind it. After an error the position is of no use.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, depth: 0 }
    }

    /// Byte of the text at which the next value is looked for.
    pub fn position(&self) -> usize {
        self.at
    }

    /// First byte of the next value, `None` at the end of the text.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.byte()
    }

    /// Fails unless only white space is left.
    pub fn end(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(Fault::TrailingText)),
        }
    }

    /// Reads a value whole.
    #[inline]
    pub fn value(&mut self) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'{') => Ok(Value::Object(self.container()?)),
            Some(b'[') => Ok(Value::Array(self.container()?)),
            _ => self.scalar(),
        }
    }

    /// Calls `visit` with each key of the object that comes next; `visit` has to consume the key's value.
    pub fn for_each_member<E: From<JsonError>>(
        &mut self,
        mut visit: impl FnMut(&mut Self, Text<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.enter(b'{', Fault::NotAnObject)?;
        if self.peek() == Some(b'}') {
            self.leave();
            return Ok(());
        }
        loop {
            let key = self.key()?;
            visit(self, key)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.leave();
                    return Ok(());
                }
                _ => return Err(self.fault(Fault::ExpectedCommaOrBrace).into()),
            }
        }
    }

    /// Calls `visit` for each element of the array that comes next; `visit` has to consume it.
    pub fn for_each_element<E: From<JsonError>>(
        &mut self,
        mut visit: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.enter(b'[', Fault::NotAnArray)?;
        if self.peek() == Some(b']') {
            self.leave();
            return Ok(());
        }
        loop {
            visit(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.leave();
                    return Ok(());
                }
                _ => return Err(self.fault(Fault::ExpectedCommaOrBracket).into()),
            }
        }
    }

    fn enter(&mut self, open: u8, otherwise: Fault) -> Result<(), JsonError> {
        if self.peek() != Some(open) {
            return Err(self.fault(otherwise));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.fault(Fault::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// A key and its colon.
    #[inline]
    fn key(&mut self) -> Result<Text<'a>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.fault(Fault::ExpectedKey));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.fault(Fault::ExpectedColon));
        }
        self.at += 1;
        Ok(key)
    }

    /// The string at the position, which is its opening quote.
    #[inline]
    fn string(&mut self) -> Result<Text<'a>, JsonError> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at = text::find_special(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Text::new(&self.text[start..at], escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    at = self.skip_escape(at)?;
                }
                Some(_) => return Err(JsonError { at, fault: Fault::ControlCharacter }),
                None => return Err(JsonError { at, fault: Fault::EndOfText }),
            }
        }
    }

    /// Position behind the escape whose backslash is at `at`.
    fn skip_escape(&self, at: usize) -> Result<usize, JsonError> {
        match self.bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match self.bytes.get(at + 2..at + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
                Some(_) => Err(JsonError { at, fault: Fault::UnknownEscape }),
                None => Err(JsonError { at: self.bytes.len(), fault: Fault::EndOfText }),
            },
            Some(_) => Err(JsonError { at, fault: Fault::UnknownEscape }),
            None => Err(JsonError { at: self.bytes.len(), fault: Fault::EndOfText }),
        }
    }

    /// A number, `true`, `false` or `null`.
    #[inline]
    fn scalar(&mut self) -> Result<Value<'a>, JsonError> {
        let (literal, value) = match self.byte() {
            Some(b'-' | b'0'..=b'9') => return Ok(Value::Number(self.number()?)),
            Some(b't') => ("true", Value::Bool(true)),
            Some(b'f') => ("false", Value::Bool(false)),
            Some(b'n') => ("null", Value::Null),
            _ => return Err(self.fault(Fault::ExpectedValue)),
        };
        if !self.bytes[self.at..].starts_with(literal.as_bytes()) {
            return Err(self.fault(Fault::ExpectedValue));
        }
        self.at += literal.len();
        Ok(value)
    }

    #[inline]
    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        // `01`, `1a` and the like: whatever follows a number has to be punctuation.
        if self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return Err(self.fault(Fault::MalformedNumber));
        }
        Ok(&self.text[start..self.at])
    }

    #[inline]
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        match self.byte() {
            _ if self.at > start => Ok(()),
            None => Err(self.fault(Fault::EndOfText)),
            Some(_) => Err(self.fault(Fault::MalformedNumber)),
        }
    }

    /// Checks the object or array at the position and gives its text.
    fn container(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        // One bit for each open container, set for an object; the innermost is the lowest.
        let mut objects: u128 = 0;
        let mut open = 0;
        loop {
            match self.peek() {
                Some(byte @ (b'{' | b'[')) => {
                    if self.depth + open == MAX_DEPTH {
                        return Err(self.fault(Fault::TooDeep));
                    }
                    let is_object = byte == b'{';
                    self.at += 1;
                    open += 1;
                    objects = objects << 1 | u128::from(is_object);
                    let empty = self.peek() == Some(if is_object { b'}' } else { b']' });
                    if !empty {
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => {
                    self.string()?;
                }
                _ => {
                    self.scalar()?;
                }
            }
            // Behind a value, or at the end of an empty container.
            loop {
                let in_object = objects & 1 == 1;
                match self.peek() {
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    Some(b',') => {
                        self.at += 1;
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    _ if in_object => return Err(self.fault(Fault::ExpectedCommaOrBrace)),
                    _ => return Err(self.fault(Fault::ExpectedCommaOrBracket)),
                }
                self.at += 1;
                open -= 1;
                objects >>= 1;
                if open == 0 {
                    return Ok(&self.text[start..self.at]);
                }
            }
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// An error at the position; at the end of the text it is always that.
    #[cold]
    fn fault(&self, fault: Fault) -> JsonError {
        let fault = match fault {
            Fault::TooDeep | Fault::KeysTooLong | Fault::NotAnObject => fault,
            _ if self.at >= self.bytes.len() => Fault::EndOfText,
            _ => fault,
        };
        JsonError { at: self.at, fault }
    }
}
