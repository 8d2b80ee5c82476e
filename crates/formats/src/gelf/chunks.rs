use std::collections::HashMap;
use std::net::IpAddr;

/// The first two bytes of a chunk.
const MAGIC: [u8; 2] = [0x1e, 0x0f];
/// Magic, message id (8 bytes), number of the chunk, count of chunks.
const HEADER_BYTES: usize = 12;
/// Most chunks of a message.
const MAX_CHUNKS: u8 = 128;
/// How long after its first chunk a message has to be whole.
const COMPLETE_WITHIN_NS: i64 = 5_000_000_000;
/// Messages of which some chunks are missing.
const MAX_MESSAGES: usize = 1024;
/// Bytes of their chunks.
const MAX_BYTES: usize = 32 << 20;

/// What a datagram is.
#[derive(Debug, PartialEq, Eq)]
pub enum Added<'a> {
    /// A message, or the last chunk that one waited for.
    Message(&'a [u8]),
    /// A chunk of a message that waits for more, or that came twice.
    Chunk,
    Refused(ChunkError),
}

/// What is wrong with a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    #[error("the chunk's header is cut off")]
    Header,
    #[error("the chunk is number {number} of {count}: at most 128 are taken, counted from 0")]
    Number { number: u8, count: u8 },
    #[error("the chunks of a message do not agree how many they are")]
    Count,
    #[error("the chunks of a message have more than {0} bytes")]
    TooLarge(usize),
}

/// Puts messages together that come in several datagrams, in any order. Time comes from outside.
///
/// Memory is bounded: when too much waits for missing chunks, the oldest message is given up.
#[derive(Debug)]
pub struct Chunks {
    message_bytes: usize,
    pub(super) waiting: HashMap<Key, Waiting>,
    /// Bytes of all chunks that wait.
    pub(super) bytes: usize,
    /// When the next message may be too old.
    look_at_ns: i64,
    given_up: u64,
    whole: Vec<u8>,
}

/// Who sent a message, and its id.
type Key = (IpAddr, [u8; 8]);

#[derive(Debug)]
pub(super) struct Waiting {
    first_ns: i64,
    /// Where each chunk lies in `bytes`, by number; `None` for those that are missing.
    parts: Vec<Option<(usize, usize)>>,
    missing: u8,
    pub(super) bytes: Vec<u8>,
}

impl Waiting {
    fn chunks(&self) -> u64 {
        self.parts.len() as u64 - u64::from(self.missing)
    }
}

impl Chunks {
    /// `message_bytes` is the size above which a message is refused, before decompression.
    pub fn new(message_bytes: usize) -> Self {
        Self {
            message_bytes: message_bytes.min(MAX_BYTES / 2),
            waiting: HashMap::new(),
            bytes: 0,
            look_at_ns: i64::MAX,
            given_up: 0,
            whole: Vec::new(),
        }
    }

    /// Takes a datagram. `now_ns` is the time in nanoseconds, from any start.
    pub fn add<'a>(&'a mut self, datagram: &'a [u8], from: IpAddr, now_ns: i64) -> Added<'a> {
        if now_ns >= self.look_at_ns {
            self.give_up_old(now_ns);
        }
        if !datagram.starts_with(&MAGIC) {
            return Added::Message(datagram);
        }
        let Some((header, chunk)) = datagram.split_first_chunk::<HEADER_BYTES>() else {
            return Added::Refused(ChunkError::Header);
        };
        let [_, _, id @ .., number, count] = *header;
        if count == 0 || count > MAX_CHUNKS || number >= count {
            return Added::Refused(ChunkError::Number { number, count });
        }
        if count == 1 {
            return Added::Message(&datagram[HEADER_BYTES..]);
        }
        self.add_chunk((from, id), number, count, chunk, now_ns)
    }

    /// Chunks that were taken of messages that did not become whole, since this was last asked.
    pub fn take_given_up(&mut self) -> u64 {
        std::mem::take(&mut self.given_up)
    }

    fn add_chunk(&mut self, key: Key, number: u8, count: u8, chunk: &[u8], now_ns: i64) -> Added<'_> {
        while self.bytes + chunk.len() > MAX_BYTES {
            self.give_up_oldest();
        }
        if self.waiting.len() >= MAX_MESSAGES && !self.waiting.contains_key(&key) {
            self.give_up_oldest();
        }
        let waiting = self.waiting.entry(key).or_insert_with(|| Waiting {
            first_ns: now_ns,
            parts: vec![None; usize::from(count)],
            missing: count,
            bytes: Vec::new(),
        });
        self.look_at_ns = self.look_at_ns.min(waiting.first_ns.saturating_add(COMPLETE_WITHIN_NS));
        if waiting.parts.len() != usize::from(count) {
            return Added::Refused(ChunkError::Count);
        }
        let part = &mut waiting.parts[usize::from(number)];
        if part.is_some() {
            return Added::Chunk;
        }
        if waiting.bytes.len() + chunk.len() > self.message_bytes {
            let limit = self.message_bytes;
            self.give_up(&key);
            return Added::Refused(ChunkError::TooLarge(limit));
        }
        let start = waiting.bytes.len();
        waiting.bytes.extend_from_slice(chunk);
        *part = Some((start, waiting.bytes.len()));
        waiting.missing -= 1;
        self.bytes += chunk.len();
        if waiting.missing > 0 {
            return Added::Chunk;
        }
        self.whole.clear();
        if let Some(done) = self.waiting.remove(&key) {
            self.bytes -= done.bytes.len();
            for (start, end) in done.parts.into_iter().flatten() {
                self.whole.extend_from_slice(&done.bytes[start..end]);
            }
        }
        Added::Message(&self.whole)
    }

    fn give_up_old(&mut self, now_ns: i64) {
        let is_old = |waiting: &Waiting| now_ns.saturating_sub(waiting.first_ns) >= COMPLETE_WITHIN_NS;
        let old: Vec<Key> =
            self.waiting.iter().filter(|(_, waiting)| is_old(waiting)).map(|(key, _)| *key).collect();
        for key in old {
            self.give_up(&key);
        }
        let oldest_ns = self.waiting.values().map(|waiting| waiting.first_ns).min();
        self.look_at_ns = oldest_ns.map_or(i64::MAX, |first_ns| first_ns.saturating_add(COMPLETE_WITHIN_NS));
    }

    fn give_up_oldest(&mut self) {
        let oldest = self.waiting.iter().min_by_key(|(_, waiting)| waiting.first_ns).map(|(key, _)| *key);
        if let Some(key) = oldest {
            self.give_up(&key);
        }
    }

    fn give_up(&mut self, key: &Key) {
        if let Some(waiting) = self.waiting.remove(key) {
            self.bytes -= waiting.bytes.len();
            self.given_up += waiting.chunks();
        }
    }
}
