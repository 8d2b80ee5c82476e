use click_lite_model::Rejections;

/// Entries of a connection's messages that are to become records together, and what is owed to the sender once they
/// are durable.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Entries one after the other, each an array of a time and a map.
    entries: Vec<u8>,
    tags: String,
    runs: Vec<Run>,
    count: u64,
    acknowledgements: Vec<u8>,
    rejections: Rejections,
}

/// Entries in a row with the same tag.
#[derive(Debug, Clone, Copy)]
struct Run {
    tag: (usize, usize),
    entries_end: usize,
}

impl Batch {
    /// Bytes of entries.
    pub fn bytes(&self) -> usize {
        self.entries.len()
    }

    /// Number of entries.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is nothing to store and nothing to answer.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.acknowledgements.is_empty() && self.rejections.count() == 0
    }

    /// What has to be sent when the entries are durable: an `ack` for each message that asked for one.
    pub fn acknowledgements(&self) -> &[u8] {
        &self.acknowledgements
    }

    /// Entries that were refused before they were complete.
    pub fn rejections(&self) -> &Rejections {
        &self.rejections
    }

    /// Empties the batch and keeps its memory, but for what a very large one left.
    pub fn clear(&mut self) {
        const KEPT_BYTES: usize = 2 << 20;
        self.entries.clear();
        self.entries.shrink_to(KEPT_BYTES);
        self.tags.clear();
        self.runs.clear();
        self.count = 0;
        self.acknowledgements.clear();
        self.rejections = Rejections::default();
    }

    /// Each tag with its entries.
    pub(super) fn runs(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let mut start = 0;
        self.runs.iter().map(move |run| {
            let entries = &self.entries[start..run.entries_end];
            start = run.entries_end;
            (&self.tags[run.tag.0..run.tag.1], entries)
        })
    }

    /// Adds an entry that is whole, from parts.
    pub(super) fn push(&mut self, tag: &str, parts: [&[u8]; 3]) {
        for part in parts {
            self.entries.extend_from_slice(part);
        }
        self.count += 1;
        let entries_end = self.entries.len();
        match self.runs.last_mut() {
            Some(run) if self.tags[run.tag.0..run.tag.1] == *tag => run.entries_end = entries_end,
            _ => {
                let start = self.tags.len();
                self.tags.push_str(tag);
                self.runs.push(Run { tag: (start, self.tags.len()), entries_end });
            }
        }
    }

    /// Owes the sender an `ack` for the message with this chunk id, given as the MessagePack value that it sent.
    pub(super) fn acknowledge(&mut self, chunk: &[u8]) {
        self.acknowledgements.extend_from_slice(b"\x81\xa3ack");
        self.acknowledgements.extend_from_slice(chunk);
    }

    pub(super) fn reject(&mut self, code: &'static str, message: String) {
        self.rejections.push(self.count + self.rejections.count(), code, message);
    }
}
