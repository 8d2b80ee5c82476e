use super::{Fault, JsonError, MAX_DEPTH, Scanner, Value};

/// Bytes that the flattened keys of nested objects may take in one object: a long key with many small values below
/// it would otherwise grow a record far beyond its size on the wire.
pub const MAX_NESTED_KEY_BYTES: usize = 16 << 20;

/// Reused memory of [`Scanner::for_each_leaf`].
#[derive(Debug, Clone, Default)]
pub struct Path {
    text: String,
    /// Length of `text` outside of each open object.
    outside: Vec<usize>,
}

impl<'a> Scanner<'a> {
    /// Reads the object that comes next and calls `visit` with each value in it that is no object, in order; the keys
    /// of nested objects are joined with dots. An array is one value, and so is an empty object (`{}`).
    ///
    /// Duplicate keys are visited each. On an error some values have been visited already.
    #[inline]
    pub fn for_each_leaf(
        &mut self,
        path: &mut Path,
        mut visit: impl FnMut(&str, Value<'a>),
    ) -> Result<(), JsonError> {
        if self.peek() != Some(b'{') {
            return Err(self.fault(Fault::NotAnObject));
        }
        self.at += 1;
        path.text.clear();
        path.outside.clear();
        let mut nested_bytes = 0;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let value = if self.peek() == Some(b'{') {
                let start = self.at;
                self.at += 1;
                if self.peek() != Some(b'}') {
                    if self.depth as usize + path.outside.len() + 2 > MAX_DEPTH as usize {
                        return Err(JsonError { at: start, fault: Fault::TooDeep });
                    }
                    path.outside.push(path.text.len());
                    key.append_to(&mut path.text);
                    path.text.push('.');
                    continue;
                }
                self.at += 1;
                Value::Object(&self.text[start..self.at])
            } else {
                // Arrays count from the depth of the object that holds them.
                let outer = self.depth;
                self.depth += 1 + path.outside.len() as u32;
                let value = self.value();
                self.depth = outer;
                value?
            };
            match key.as_plain() {
                Some(plain) if path.outside.is_empty() => visit(plain, value),
                _ => {
                    let outside = path.text.len();
                    key.append_to(&mut path.text);
                    nested_bytes += path.text.len();
                    if nested_bytes > MAX_NESTED_KEY_BYTES {
                        return Err(self.fault(Fault::KeysTooLong));
                    }
                    visit(&path.text, value);
                    path.text.truncate(outside);
                }
            }
            loop {
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        break;
                    }
                    Some(b'}') => {
                        self.at += 1;
                        match path.outside.pop() {
                            Some(length) => path.text.truncate(length),
                            None => return Ok(()),
                        }
                    }
                    _ => return Err(self.fault(Fault::ExpectedCommaOrBrace)),
                }
            }
        }
    }
}
