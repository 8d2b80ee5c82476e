use click_lite_model::Rejections;

use crate::msgpack::{Head, Reader};

/// Entries of a connection's messages that are to become records together, and what is owed to the sender once they
/// are durable.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// For each row of entries with the same tag: the tag as a string, then the entries as one binary value.
    bytes: Vec<u8>,
    /// Where the last tag begins, and where the length of its entries.
    last: Option<(usize, usize)>,
    count: u64,
    acknowledgements: Vec<u8>,
    rejections: Rejections,
}

impl Batch {
    /// Size of the entries.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing to store, nothing to answer and nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.acknowledgements.is_empty() && self.rejections.count() == 0
    }

    /// Takes the entries, for [`super::Decoder::decode`].
    pub fn take_entries(&mut self) -> Vec<u8> {
        self.last = None;
        self.count = 0;
        std::mem::take(&mut self.bytes)
    }

    /// Takes what has to be sent when the entries are durable: an `ack` for each message that asked for one.
    pub fn take_acknowledgements(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.acknowledgements)
    }

    /// Takes the entries that were refused before they were whole.
    pub fn take_rejections(&mut self) -> Rejections {
        std::mem::take(&mut self.rejections)
    }

    /// Adds an entry: an array of a time and a map, in two parts.
    pub(super) fn push(&mut self, tag: &str, parts: [&[u8]; 2]) {
        let length_at = match self.last {
            Some((tag_at, length_at)) if self.bytes[tag_at..length_at - 1] == *tag.as_bytes() => length_at,
            _ => {
                self.push_head(0xdb, tag.len());
                let tag_at = self.bytes.len();
                self.bytes.extend_from_slice(tag.as_bytes());
                self.push_head(0xc6, 0);
                let length_at = self.bytes.len() - 4;
                self.last = Some((tag_at, length_at));
                length_at
            }
        };
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        let length = self.bytes.len() - (length_at + 4);
        self.bytes[length_at..length_at + 4].copy_from_slice(&length_of(length));
        self.count += 1;
    }

    /// Owes the sender an `ack` for the message with this chunk id, given as the MessagePack value that it sent.
    pub(super) fn acknowledge(&mut self, chunk: &[u8]) {
        self.acknowledgements.extend_from_slice(b"\x81\xa3ack");
        self.acknowledgements.extend_from_slice(chunk);
    }

    pub(super) fn reject(&mut self, code: &'static str, message: String) {
        self.rejections.push(self.count + self.rejections.count(), code, message);
    }

    fn push_head(&mut self, first: u8, length: usize) {
        self.bytes.push(first);
        self.bytes.extend(length_of(length));
    }
}

/// A batch is far smaller than 4 GiB: a full one takes no more entries.
fn length_of(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// The tags of a batch's bytes, each with its entries.
pub(super) fn rows(bytes: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        let Ok((Head::Text(_), tag)) = reader.read() else { return None };
        let Ok((Head::Binary(_), entries)) = reader.read() else { return None };
        Some((std::str::from_utf8(tag).unwrap_or_default(), entries))
    })
}
