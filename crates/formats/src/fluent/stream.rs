use super::Batch;
use super::inflate::Inflate;
use crate::msgpack::{Head, MsgpackError, Reader, Skip};

/// Longest tag.
const MAX_TAG_BYTES: usize = 16 * 1024;
/// Longest options of a message.
const MAX_OPTIONS_BYTES: usize = 64 * 1024;
/// Bytes that are handed to the decompression, and taken from it, at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Why a connection can't go on: where the next message begins is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FluentError {
    #[error("the bytes are no MessagePack: {0}")]
    Msgpack(#[from] MsgpackError),
    #[error("a message is an array of a tag, entries and options: {0}")]
    Shape(&'static str),
    #[error("the tag has {0} bytes, more than the {MAX_TAG_BYTES} that are taken")]
    TagTooLarge(u32),
    #[error("the options of a message have more than {MAX_OPTIONS_BYTES} bytes")]
    OptionsTooLarge,
}

impl FluentError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Msgpack(_) => "fluent.not_msgpack",
            Self::Shape(_) => "fluent.not_a_message",
            Self::TagTooLarge(_) | Self::OptionsTooLarge => "fluent.too_large",
        }
    }

    /// The same bytes fail again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// What a stream may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest entry; a larger one is refused.
    pub record_bytes: usize,
    /// Entries' bytes at which a batch is full.
    pub batch_bytes: usize,
    /// Largest ratio of decompressed to compressed bytes of a message, from 8 MiB on.
    pub max_compression_ratio: u64,
}

/// Takes the bytes of one connection apart into entries.
#[derive(Debug)]
pub struct Stream {
    limits: Limits,
    state: State,
    /// Tag of the message that is read.
    tag: String,
    /// Elements of the message behind its entries.
    after: u32,
    entry: Entry,
}

#[derive(Debug)]
enum State {
    /// Before a message.
    Head,
    /// Message mode: the one entry, without an array around it.
    Single,
    /// Forward mode: so many entries are to come.
    Entries(u32),
    /// PackedForward mode: so many bytes of entries are to come.
    Packed(u64),
    /// CompressedPackedForward mode.
    Compressed(Box<Compressed>),
    /// So many bytes are to be passed over.
    Drop(u64),
    /// Behind the entries.
    Tail,
}

/// Compressed entries.
#[derive(Debug)]
struct Compressed {
    inflate: Inflate,
    /// Compressed bytes that are to come.
    left: u64,
    /// Decompressed bytes, and how many of them are used.
    plain: Vec<u8>,
    used: usize,
}

impl Stream {
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: State::Head, tag: String::new(), after: 0, entry: Entry::new(1) }
    }

    /// Bytes that [`Self::feed`] needs at most at once.
    pub fn max_input_bytes(&self) -> usize {
        self.limits.record_bytes.saturating_add(MAX_OPTIONS_BYTES + MAX_TAG_BYTES)
    }

    /// Bytes of a compressed message that are in memory. Others hold none.
    pub fn held_bytes(&self) -> usize {
        match &self.state {
            State::Compressed(compressed) => compressed.plain.capacity(),
            _ => 0,
        }
    }

    /// Moves whole entries to the batch and says how many bytes of `input` were used. It stops when the batch is full, when
    /// [`Self::must_inflate`], or when it needs more than `input` has: then give it again what was not used, with more
    /// after it.
    ///
    /// After an error the connection is of no use.
    pub fn feed(&mut self, input: &[u8], batch: &mut Batch) -> Result<usize, FluentError> {
        let mut at = 0;
        while batch.len() < self.limits.batch_bytes {
            match self.step(&input[at..], batch) {
                Ok(Some(used)) => at += used,
                Ok(None) => break,
                // What came before is taken first; the error comes again.
                Err(_) if at > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(at)
    }

    /// Whether there are compressed entries for [`Self::inflate`], before which nothing more can be fed.
    pub fn must_inflate(&mut self) -> bool {
        match &mut self.state {
            State::Compressed(compressed) => compressed.left == 0 || !compressed.inflate.is_hungry(),
            _ => false,
        }
    }

    /// Decompresses what was fed and moves whole entries to the batch, until it is full or more input is needed. Takes
    /// processor time: not for threads that others wait for.
    pub fn inflate(&mut self, batch: &mut Batch) {
        let Self { limits, state: State::Compressed(compressed), tag, entry, .. } = self else { return };
        let Compressed { inflate, left, plain, used } = &mut **compressed;
        let fault = loop {
            if batch.len() >= limits.batch_bytes {
                return;
            }
            match entry.feed(&plain[*used..], tag, batch, limits) {
                Ok((0, _)) => {}
                Ok((more, _)) => {
                    *used += more;
                    continue;
                }
                Err(error) => break Some(error.to_string()),
            }
            plain.drain(..*used);
            *used = 0;
            if plain.len() < PIECE_BYTES {
                plain.shrink_to(2 * PIECE_BYTES);
            }
            match inflate.read(plain, PIECE_BYTES) {
                Ok(true) => {}
                Ok(false) if *left > 0 => return,
                Ok(false) => break (!plain.is_empty() || !entry.is_new()).then(|| CUT_OFF.to_owned()),
                Err(error) => break Some(error.to_string()),
            }
        };
        let left = *left;
        if let Some(fault) = fault {
            reject_rest(batch, &fault);
        }
        self.state = State::Drop(left);
    }

    /// Does one thing and says how many bytes it took; `None` where it needs more.
    fn step(&mut self, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        match &mut self.state {
            State::Head => self.head(input),
            State::Single => {
                let (used, is_whole) = self.entry.feed(input, &self.tag, batch, &self.limits)?;
                if is_whole {
                    self.state = State::Tail;
                }
                Ok((used > 0).then_some(used))
            }
            State::Entries(0) | State::Drop(0) => self.go_to(State::Tail),
            State::Entries(left) => {
                let (used, is_whole) = self.entry.feed(input, &self.tag, batch, &self.limits)?;
                *left -= u32::from(is_whole);
                Ok((used > 0).then_some(used))
            }
            State::Packed(left) => {
                let left = *left;
                self.packed(left, input, batch)
            }
            State::Compressed(compressed) => {
                if compressed.left == 0 || !compressed.inflate.is_hungry() {
                    return Ok(None);
                }
                let piece = &input[..at_most(compressed.left, input.len().min(PIECE_BYTES))];
                if piece.is_empty() {
                    return Ok(None);
                }
                compressed.left -= piece.len() as u64;
                compressed.inflate.feed(piece, compressed.left == 0);
                Ok(Some(piece.len()))
            }
            State::Drop(left) => {
                let used = at_most(*left, input.len());
                *left -= used as u64;
                Ok((used > 0).then_some(used))
            }
            State::Tail => self.tail(input, batch),
        }
    }

    fn go_to(&mut self, state: State) -> Result<Option<usize>, FluentError> {
        self.state = state;
        Ok(Some(0))
    }

    /// The start of a message: its tag, and what comes after it.
    fn head(&mut self, input: &[u8]) -> Result<Option<usize>, FluentError> {
        let (elements, mut at) = match Head::read(input)? {
            // The heartbeat of a client that keeps its connection.
            Some((Head::Nil, used)) => return Ok(Some(used)),
            Some((Head::Array(elements @ 2..=4), used)) => (elements, used),
            Some((Head::Array(_), _)) => return Err(FluentError::Shape("it has 2 to 4 elements")),
            Some(_) => return Err(FluentError::Shape("it begins with no array")),
            None => return Ok(None),
        };
        let Some((tag, head_bytes)) = Head::read(&input[at..])? else { return Ok(None) };
        let (Head::Text(tag_bytes) | Head::Binary(tag_bytes)) = tag else {
            return Err(FluentError::Shape("its tag is no string"));
        };
        if tag_bytes as usize > MAX_TAG_BYTES {
            return Err(FluentError::TagTooLarge(tag_bytes));
        }
        at += head_bytes;
        let Some((tag, rest)) = input[at..].split_at_checked(tag_bytes as usize) else { return Ok(None) };
        at += tag.len();
        let Some((third, third_bytes)) = Head::read(rest)? else { return Ok(None) };
        let (state, values, elements_used) = match third {
            Head::Array(count) => {
                at += third_bytes;
                (State::Entries(count), 1, 2)
            }
            Head::Text(bytes) | Head::Binary(bytes) => {
                let first = match rest.get(third_bytes) {
                    Some(&first) => first,
                    None if bytes == 0 => 0,
                    None => return Ok(None),
                };
                at += third_bytes;
                (self.packed_state(first, u64::from(bytes))?, 1, 2)
            }
            _ => (State::Single, 2, 3),
        };
        self.after = elements.checked_sub(elements_used).ok_or(FluentError::Shape("it has no record"))?;
        self.entry = Entry::new(values);
        self.tag.clear();
        self.tag.push_str(&String::from_utf8_lossy(tag));
        self.state = state;
        Ok(Some(at))
    }

    fn packed_state(&self, first: u8, left: u64) -> Result<State, FluentError> {
        if left == 0 || !Inflate::is_compressed(first) {
            return Ok(State::Packed(left));
        }
        let inflate = Inflate::new(first, self.limits.max_compression_ratio)
            .map_err(|_| FluentError::Shape("there is no memory to decompress it"))?;
        Ok(State::Compressed(Box::new(Compressed { inflate, left, plain: Vec::new(), used: 0 })))
    }

    fn packed(&mut self, left: u64, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        if left == 0 {
            if !self.entry.is_new() {
                reject_rest(batch, CUT_OFF);
            }
            return self.go_to(State::Tail);
        }
        let here = &input[..at_most(left, input.len())];
        let fault = match self.entry.feed(here, &self.tag, batch, &self.limits) {
            Ok((0, _)) if here.len() as u64 == left => CUT_OFF.to_owned(),
            Ok((used, _)) => {
                self.state = State::Packed(left - used as u64);
                return Ok((used > 0).then_some(used));
            }
            Err(error) => error.to_string(),
        };
        reject_rest(batch, &fault);
        self.go_to(State::Drop(left))
    }

    /// Options and whatever else stands behind the entries.
    fn tail(&mut self, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        if self.after == 0 {
            return self.go_to(State::Head);
        }
        let Some(used) = Skip::value(input)? else {
            return if input.len() > MAX_OPTIONS_BYTES {
                Err(FluentError::OptionsTooLarge)
            } else {
                Ok(None)
            };
        };
        self.after -= 1;
        let mut reader = Reader::new(&input[..used]);
        if let (Head::Map(pairs), _) = reader.read()? {
            for _ in 0..pairs {
                let (_, key) = Reader::new(reader.skip()?).read()?;
                let value = reader.skip()?;
                if key == b"chunk" && matches!(Head::read(value)?, Some((Head::Text(_) | Head::Binary(_), _)))
                {
                    batch.acknowledge(value);
                }
            }
        }
        Ok(Some(used))
    }
}

const CUT_OFF: &str = "they end inside of one";

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).map_or(length, |limit| limit.min(length))
}

fn reject_rest(batch: &mut Batch, reason: &str) {
    batch.reject(
        "fluent.bad_entries",
        format!("the packed entries of a message can't be read to their end: {reason}"),
    );
}

/// The entry that is being received.
#[derive(Debug)]
struct Entry {
    /// Values that make an entry.
    values: u64,
    skip: Skip,
    /// Bytes of it, from the start of the input, that were looked at.
    seen: usize,
    /// Bytes of it that were thrown away, for it is too large.
    dropped: u64,
}

impl Entry {
    /// `values` is 1 for entries that are arrays, 2 for a time and a map side by side.
    fn new(values: u64) -> Self {
        Self { values, skip: Skip::new(values), seen: 0, dropped: 0 }
    }

    /// Whether nothing of it has come.
    fn is_new(&self) -> bool {
        self.seen == 0 && self.dropped == 0
    }

    /// Takes the entry from the start of `input` if it is whole there, or all there is of one that is too large: how
    /// much was taken, and whether that is its end.
    #[inline]
    fn feed(
        &mut self,
        input: &[u8],
        tag: &str,
        batch: &mut Batch,
        limits: &Limits,
    ) -> Result<(usize, bool), MsgpackError> {
        self.seen += self.skip.feed(&input[self.seen..])?;
        let is_whole = self.skip.is_done();
        let bytes = self.dropped + self.seen as u64;
        if bytes > limits.record_bytes as u64 {
            if is_whole {
                let limit = limits.record_bytes;
                batch.reject(
                    "record.too_large",
                    format!(
                        "the record has {bytes} bytes, more than the {limit} that are taken (`ingest.max_record_bytes`)"
                    ),
                );
            }
            self.dropped = bytes;
        } else if is_whole {
            // An array of two around a time and a map that have none.
            let array: &[u8] = if self.values == 2 { b"\x92" } else { b"" };
            batch.push(tag, [array, &input[..self.seen]]);
        } else {
            return Ok((0, false));
        }
        let used = std::mem::take(&mut self.seen);
        if is_whole {
            *self = Self::new(self.values);
        }
        Ok((used, is_whole))
    }
}
