//! Lines of what grows: a file that is followed, a stream. The caller cuts lines; records and bytes are kept in step.

use click_lite_model::Record;

use super::container::Container;
use super::{FileContext, FileParser, Reader};
use crate::scan::csv::Table;

/// Looks at the first line of a record.
pub(super) type LineTest = Box<dyn Fn(&str) -> bool + Send>;

/// A program's output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How much of a file the records cover that were given away. What comes after has to be read again after a stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Covered {
    /// Bytes from the file's start.
    pub bytes: u64,
    /// Lines that begin within these bytes.
    pub lines: u64,
    /// Parts of the last of these lines that were given away, where it is too long for one record and goes on.
    pub parts: u32,
}

/// Where the parser is in the bytes of the file, and what its lines are tested for.
#[derive(Default)]
pub(super) struct Progress {
    position: u64,
    pub(super) line_start: u64,
    pending_start: u64,
    /// Start of the first line of a container's that is put together.
    pub(super) wrapped_start: u64,
    /// Whether records leave the number of their line out.
    pub(super) is_unnumbered: bool,
    pub(super) starts: Option<LineTest>,
    filter: Option<LineTest>,
    /// Whether the filter leaves the pending record out.
    pub(super) is_dropped: bool,
}

impl Progress {
    /// A record starts in the line at hand.
    pub(super) fn start(&mut self, line: &str) {
        self.pending_start = self.line_start;
        self.is_dropped = self.filter.as_ref().is_some_and(|keeps| !keeps(line));
    }
}

impl FileParser {
    /// A parser for lines of which no format is known: each is read in whatever known format it has.
    ///
    /// Records of a `stream` have it in `log.iostream`, and the time set by [`Self::set_now`] where their lines name none.
    pub fn any_format(context: FileContext, stream: Option<Stream>) -> Self {
        Self::with_reader(Reader::Container(Box::new(Container::bare(stream))), false, context)
    }

    /// Records begin in lines for which `starts` holds, and other lines belong to the record before them.
    pub fn set_record_start(&mut self, starts: impl Fn(&str) -> bool + Send + 'static) {
        self.progress.starts = Some(Box::new(starts));
    }

    /// Only records are given away for whose first line `keeps` holds.
    pub fn set_filter(&mut self, keeps: impl Fn(&str) -> bool + Send + 'static) {
        self.progress.filter = Some(Box::new(keeps));
    }

    /// Leaves `log.file.line` out: for streams, whose lines have no numbers.
    pub fn without_line_numbers(&mut self) {
        self.progress.is_unnumbered = true;
    }

    /// Tells the time (nanoseconds since the epoch), for lines that name none or no year, and the zone of times without one.
    pub fn set_now(&mut self, now_ns: i64, zone_offset_seconds: i32) {
        self.context.now_ns = now_ns;
        self.times.set_limit(now_ns, zone_offset_seconds);
        if let Reader::Container(container) = &mut self.reader {
            container.now_ns = now_ns;
        }
    }

    /// Goes on where another parser of the same file was. `head` is the start of the file: a table's rows mean nothing
    /// without its header, the first line that is not blank.
    pub fn resume(&mut self, covered: Covered, head: &str) {
        self.progress.position = covered.bytes;
        self.line_number = covered.lines;
        self.parts = covered.parts;
        if let Reader::Table { table, .. } = &mut self.reader {
            let lines = usize::try_from(covered.lines).unwrap_or(usize::MAX);
            let header = head.lines().take(lines).find(|line| !line.trim_ascii().is_empty());
            *table = header.map(Table::from_header);
        }
    }

    /// Takes the next line without its line break, or the next piece of one that `goes_on`, for which
    /// [`FileContext::max_line_bytes`] does not count. `source_bytes` is what it takes in the file, line break included.
    pub fn push_line(&mut self, text: &str, source_bytes: u64, goes_on: bool, sink: &mut dyn FnMut(&Record)) {
        self.report.bytes += source_bytes;
        self.progress.line_start = self.progress.position;
        self.progress.position += source_bytes;
        if goes_on {
            self.part_of_line(text, sink);
        } else if self.parts > 0 && text.is_empty() {
            self.parts = 0;
        } else {
            self.last_of_line(text, sink);
        }
    }

    /// Whether a record waits for more lines.
    pub fn is_pending(&self) -> bool {
        self.is_pending
    }

    /// Gives the record away that waits for more lines: none came for a while.
    pub fn flush_pending(&mut self, sink: &mut dyn FnMut(&Record)) {
        self.flush(sink);
    }

    /// Gives everything away that waits for more lines: none will come.
    pub fn end_lines(&mut self, sink: &mut dyn FnMut(&Record)) {
        self.end(sink);
    }

    /// What is covered by records that were given away.
    pub fn covered(&self) -> Covered {
        let all = Covered { bytes: self.progress.position, lines: self.line_number, parts: self.parts };
        let (is_row_open, open_line) = match &self.reader {
            Reader::Table { is_open, .. } => (*is_open, None),
            Reader::Container(container) => (false, container.open_line()),
            _ => (false, None),
        };
        let record = (self.is_pending || is_row_open).then(|| Covered {
            bytes: self.progress.pending_start,
            lines: self.pending_line.saturating_sub(1),
            parts: 0,
        });
        let wrapped = open_line.map(|line| Covered {
            bytes: self.progress.wrapped_start,
            lines: line.saturating_sub(1),
            parts: 0,
        });
        [Some(all), record, wrapped].into_iter().flatten().min_by_key(|covered| covered.bytes).unwrap_or(all)
    }
}

#[cfg(test)]
mod tests;
