/// What became of a file so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Bytes taken, before any decoding.
    pub bytes: u64,
    pub lines: u64,
    pub records: u64,
    /// Records that the filter left out.
    pub filtered: u64,
    pub not_understood: NotUnderstood,
    /// Records whose lines name no time; they have that of the record before them, or the file's.
    pub without_time: u64,
    /// Lines longer than `max_line_bytes`, given as several records.
    pub long_lines: u64,
    /// Lines with bytes that are no valid UTF-8 (or UTF-16, in such a file), replaced by U+FFFD.
    pub invalid_utf8_lines: u64,
    /// Earliest and latest time that a line names, in nanoseconds since the epoch.
    pub first_time_ns: Option<i64>,
    pub last_time_ns: Option<i64>,
}

/// Lines that are not of the file's format and of no other known one. Each became a record all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotUnderstood {
    pub lines: u64,
    /// The first of them.
    pub samples: Vec<Sample>,
}

/// A line that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Number of the line in the file, from 1.
    pub line: u64,
    /// Start of the line.
    pub text: String,
}

impl NotUnderstood {
    const SAMPLES: usize = 20;
    const SAMPLE_BYTES: usize = 240;

    pub(crate) fn push(&mut self, line: u64, text: &str) {
        self.lines += 1;
        if self.samples.len() < Self::SAMPLES {
            let end = text.floor_char_boundary(Self::SAMPLE_BYTES);
            self.samples.push(Sample { line, text: text[..end].to_owned() });
        }
    }
}
