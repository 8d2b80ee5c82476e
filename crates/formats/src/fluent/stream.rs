use super::Batch;
use super::inflate::Inflate;
use crate::msgpack::{Head, MsgpackError, Reader, Skip};

/// Longest tag.
const MAX_TAG_BYTES: usize = 16 * 1024;
/// Longest options of a message.
const MAX_OPTIONS_BYTES: usize = 64 * 1024;
/// Bytes that are decompressed, and handed to the decompression, at once.
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
    /// Decompressed bytes that are not yet in an entry.
    plain: Vec<u8>,
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
    /// CompressedPackedForward mode: so many compressed bytes are to come.
    Compressed(u64, Box<Inflate>),
    /// So many bytes are to be passed over.
    Drop(u64),
    /// Behind the entries.
    Tail,
}

impl Stream {
    /// Bytes that [`Self::feed`] leaves at most when it needs more.
    pub const MAX_LEFT_BYTES: usize = MAX_OPTIONS_BYTES + 64;

    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Head,
            tag: String::new(),
            after: 0,
            entry: Entry::default(),
            plain: Vec::new(),
        }
    }

    /// Whether the stream is between two messages.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, State::Head)
    }

    /// Moves whole entries to the batch and says how many bytes of `input` were used. It stops when the batch is full, or
    /// when it needs more than `input` has: then give it what was not used again, with more after it. After a full
    /// batch it goes on without new input.
    ///
    /// After an error the connection is of no use; what is in the batch is whole.
    pub fn feed(&mut self, input: &[u8], batch: &mut Batch) -> Result<usize, FluentError> {
        let mut at = 0;
        while batch.bytes() < self.limits.batch_bytes {
            match self.step(&input[at..], batch)? {
                Some(used) => at += used,
                None => break,
            }
        }
        Ok(at)
    }

    /// Does one thing and says how many bytes it took; `None` where it needs more.
    fn step(&mut self, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        match &mut self.state {
            State::Head => self.head(input),
            State::Single => {
                let (used, is_done) = self.entry.feed(input, &self.tag, batch, &self.limits)?;
                if is_done {
                    self.state = State::Tail;
                }
                Ok((used > 0).then_some(used))
            }
            State::Entries(0) => self.go_to(State::Tail),
            State::Entries(left) => {
                let (used, is_done) = self.entry.feed(input, &self.tag, batch, &self.limits)?;
                *left -= u32::from(is_done);
                Ok((used > 0).then_some(used))
            }
            State::Packed(left) => {
                let left = *left;
                self.packed(left, input, batch)
            }
            State::Compressed(..) => self.compressed(input, batch),
            State::Drop(0) => self.go_to(State::Tail),
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
        let elements = match Head::read(input)? {
            // The heartbeat of a client that keeps its connection.
            Some((Head::Nil, used)) => return Ok(Some(used)),
            Some((Head::Array(elements @ 2..=4), _)) => elements,
            Some((Head::Array(_), _)) => return Err(FluentError::Shape("it has 2 to 4 elements")),
            Some(_) => return Err(FluentError::Shape("it begins with no array")),
            None => return Ok(None),
        };
        let (_, mut at) = Head::read(input)?.unwrap_or((Head::Nil, 0));
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
        let (state, elements_used) = match third {
            Head::Array(count) => {
                at += third_bytes;
                self.entry = Entry::new(1);
                (State::Entries(count), 2)
            }
            Head::Text(bytes) | Head::Binary(bytes) => {
                let first = rest.get(third_bytes).copied();
                let Some(first) = first.or((bytes == 0).then_some(0)) else { return Ok(None) };
                at += third_bytes;
                self.entry = Entry::new(1);
                (self.packed_state(first, u64::from(bytes)), 2)
            }
            _ => {
                self.entry = Entry::new(2);
                (State::Single, 3)
            }
        };
        self.after = elements.checked_sub(elements_used).ok_or(FluentError::Shape("it has no record"))?;
        self.tag.clear();
        self.tag.push_str(&String::from_utf8_lossy(tag));
        self.state = state;
        Ok(Some(at))
    }

    fn packed_state(&mut self, first: u8, bytes: u64) -> State {
        self.plain.clear();
        if !Inflate::is_compressed(first) {
            return State::Packed(bytes);
        }
        match Inflate::new(first, self.limits.max_compression_ratio) {
            Ok(inflate) => State::Compressed(bytes, Box::new(inflate)),
            // Only without memory for it: the entries are then no MessagePack.
            Err(_) => State::Packed(bytes),
        }
    }

    fn packed(&mut self, left: u64, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        let here = &input[..at_most(left, input.len())];
        let is_all = here.len() as u64 == left;
        let used = match self.entry.feed(here, &self.tag, batch, &self.limits) {
            Ok((used, _)) => used,
            Err(error) => {
                reject_rest(batch, &error.to_string());
                return self.go_to(State::Drop(left));
            }
        };
        if is_all && (used == here.len() || used == 0) {
            if used < here.len() || !self.entry.is_new() {
                reject_rest(batch, "they end inside of one");
            }
            self.state = State::Tail;
            return Ok(Some(here.len()));
        }
        self.state = State::Packed(left - used as u64);
        Ok((used > 0).then_some(used))
    }

    fn compressed(&mut self, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        let State::Compressed(left, inflate) = &mut self.state else { return Ok(None) };
        let fault = match self.entry.feed(&self.plain, &self.tag, batch, &self.limits) {
            Ok((used, _)) if used > 0 => {
                self.plain.drain(..used);
                return Ok(Some(0));
            }
            Ok(_) => match inflate.read(&mut self.plain, PIECE_BYTES) {
                Ok(true) => return Ok(Some(0)),
                Ok(false) => None,
                Err(error) => Some(error.to_string()),
            },
            Err(error) => Some(error.to_string()),
        };
        if let Some(fault) = fault {
            reject_rest(batch, &fault);
            let left = *left;
            return self.go_to(State::Drop(left));
        }
        if *left == 0 {
            if !self.plain.is_empty() || !self.entry.is_new() {
                reject_rest(batch, "they end inside of one");
            }
            return self.go_to(State::Tail);
        }
        let piece = &input[..at_most(*left, input.len().min(PIECE_BYTES))];
        *left -= piece.len() as u64;
        if !piece.is_empty() {
            inflate.feed(piece, *left == 0);
        }
        Ok((!piece.is_empty()).then_some(piece.len()))
    }

    /// Options and whatever else stands behind the entries.
    fn tail(&mut self, input: &[u8], batch: &mut Batch) -> Result<Option<usize>, FluentError> {
        if self.after == 0 {
            return self.go_to(State::Head);
        }
        let Some(used) = Skip::value(input)? else {
            return if input.len() > MAX_OPTIONS_BYTES { Err(FluentError::OptionsTooLarge) } else { Ok(None) };
        };
        self.after -= 1;
        let mut reader = Reader::new(&input[..used]);
        if let (Head::Map(pairs), _) = reader.next()? {
            for _ in 0..pairs {
                let (_, key) = Reader::new(reader.skip()?).next()?;
                let value = reader.skip()?;
                if key == b"chunk" && matches!(Head::read(value)?, Some((Head::Text(_) | Head::Binary(_), _))) {
                    batch.acknowledge(value);
                }
            }
        }
        Ok(Some(used))
    }
}

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).map_or(length, |limit| limit.min(length))
}

fn reject_rest(batch: &mut Batch, reason: &str) {
    batch.reject("fluent.bad_entries", format!("the packed entries of a message can't be read to their end: {reason}"));
}

/// The entry that is being received.
#[derive(Debug)]
struct Entry {
    /// Values that make an entry.
    values: u64,
    skip: Skip,
    /// What has come of it, where it came in pieces.
    open: Vec<u8>,
    bytes: u64,
}

impl Default for Entry {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Entry {
    /// `values` is 1 for entries that are arrays, 2 for a time and a map side by side.
    fn new(values: u64) -> Self {
        Self { values, skip: Skip::new(values), open: Vec::new(), bytes: 0 }
    }

    /// Whether nothing of it has come.
    fn is_new(&self) -> bool {
        self.bytes == 0
    }

    /// Takes the entry, or its next part, from the start of `input`: how much, and whether it is now whole.
    #[inline]
    fn feed(
        &mut self,
        input: &[u8],
        tag: &str,
        batch: &mut Batch,
        limits: &Limits,
    ) -> Result<(usize, bool), MsgpackError> {
        let used = self.skip.feed(input)?;
        self.bytes += used as u64;
        let is_whole = self.skip.is_done();
        if self.bytes > limits.record_bytes as u64 {
            self.open = Vec::new();
            if is_whole {
                let (bytes, limit) = (self.bytes, limits.record_bytes);
                batch.reject(
                    "record.too_large",
                    format!("the record has {bytes} bytes, more than the {limit} that are taken (`ingest.max_record_bytes`)"),
                );
            }
        } else if is_whole {
            // An array of two before a time and a map that have none.
            let array: &[u8] = if self.values == 2 { b"\x92" } else { b"" };
            batch.push(tag, [array, &self.open, &input[..used]]);
        } else {
            self.open.extend_from_slice(&input[..used]);
        }
        if is_whole {
            self.skip = Skip::new(self.values);
            self.bytes = 0;
            self.open.clear();
        }
        Ok((used, is_whole))
    }
}
