/// Why one record of a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Position of the record in its request, from 0.
    pub index: u64,
    /// Stable code, such as `record.not_json`.
    pub code: &'static str,
    /// What is wrong and where, for a person.
    pub message: String,
}

/// The refused records of a request: all are counted, the first few are kept.
#[derive(Debug, Clone, Default)]
pub struct Rejections {
    count: u64,
    kept: Vec<Rejection>,
}

impl Rejections {
    /// How many rejections are kept with their reason.
    pub const KEPT: usize = 100;

    pub fn push(&mut self, index: u64, code: &'static str, message: impl Into<String>) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push(Rejection { index, code, message: message.into() });
        }
    }

    /// Adds the refused records of another list.
    pub fn append(&mut self, other: &Self) {
        self.count += other.count;
        let room = Self::KEPT - self.kept.len();
        self.kept.extend(other.kept.iter().take(room).cloned());
    }

    /// All refused records, kept or not.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first [`Self::KEPT`] of them.
    pub fn kept(&self) -> &[Rejection] {
        &self.kept
    }
}
