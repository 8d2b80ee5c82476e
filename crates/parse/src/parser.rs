use crate::continuation::looks_like_continuation;
use crate::decode::{TextDecoder, strip_controls};
use crate::draft::{Body, Draft, Scan, Scanner};
use crate::format::{Format, Reading};
use crate::level;
use crate::report::Report;
use crate::scan::csv::Table;
use crate::scan::generic;
use crate::scan::json::JsonReader;
use crate::year::TimeCompleter;
use click_lite_model::Record;

mod container;
mod lines;

use container::Container;
use lines::Progress;
pub use lines::{Covered, Stream};

/// Lines and bytes that one record takes at most by joining; what is beyond starts another.
const ENTRY_LINES: u32 = 512;
const ENTRY_BYTES: usize = 1 << 20;
/// Input is taken in pieces of this size, so that memory does not depend on how it comes.
const PIECE_BYTES: usize = 64 << 10;

/// What is known of a file beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContext {
    /// For `log.file.name`, and the service where there is no better.
    pub file_name: String,
    /// For `log.file.path`, unless empty.
    pub file_path: String,
    /// Service of records that name none.
    pub service: Option<String>,
    /// When the file was last changed, in nanoseconds since the epoch: the latest time for lines without a year or
    /// date, and the time of lines without any.
    pub modified_ns: Option<i64>,
    /// The current time, in nanoseconds since the epoch.
    pub now_ns: i64,
    /// Zone of times that name none, in seconds east of UTC.
    pub zone_offset_seconds: i32,
    /// A longer line becomes several records, numbered by the attribute `log.line.part` from 1.
    pub max_line_bytes: usize,
    /// Attributes that every record gets.
    pub attributes: Vec<(String, String)>,
    /// Attributes of the resource that every record gets which does not have them from its line.
    pub resource: Vec<(String, String)>,
}

impl Default for FileContext {
    fn default() -> Self {
        Self {
            file_name: String::new(),
            file_path: String::new(),
            service: None,
            modified_ns: None,
            now_ns: 0,
            zone_offset_seconds: 0,
            max_line_bytes: 4 << 20,
            attributes: Vec::new(),
            resource: Vec::new(),
        }
    }
}

/// How lines are read, with what that has to remember.
enum Reader {
    Lines(Scanner),
    Json(Box<JsonReader>),
    Journald(Box<JsonReader>),
    Container(Box<Container>),
    Table { table: Option<Table>, is_open: bool },
}

/// Turns the bytes of one file into records.
///
/// Memory stays within a few times `max_line_bytes`, whatever the file holds.
pub struct FileParser {
    reader: Reader,
    joins: bool,
    context: FileContext,
    default_service: String,
    decoder: TextDecoder,
    /// Text of which no line has been made yet.
    buffer: String,
    /// Bytes of it that hold no line break.
    searched: usize,
    line_number: u64,
    /// Parts of the line at the start of the buffer that have been emitted.
    parts: u32,
    /// The record that following lines may still belong to.
    pending: Draft,
    is_pending: bool,
    pending_line: u64,
    pending_lines: u32,
    blank_lines: u32,
    /// Text of the pending record, where it is not in the record already.
    entry: String,
    scratch: Draft,
    plain: String,
    times: TimeCompleter,
    previous_ns: Option<i64>,
    progress: Progress,
    report: Report,
}

impl FileParser {
    pub fn new(format: Format, context: FileContext) -> Self {
        let mut joins = false;
        let reader = match format.reading() {
            Reading::Lines { scan, joins: format_joins, .. } => {
                joins = format_joins;
                Reader::Lines(scan)
            }
            Reading::JsonLines => Reader::Json(Box::default()),
            Reading::Journald => Reader::Journald(Box::default()),
            Reading::Docker => Reader::Container(Box::new(Container::docker())),
            Reading::Cri => Reader::Container(Box::new(Container::cri())),
            Reading::Table => Reader::Table { table: None, is_open: false },
        };
        Self::with_reader(reader, joins, context)
    }

    fn with_reader(reader: Reader, joins: bool, context: FileContext) -> Self {
        let default_service = match &context.service {
            Some(service) => service.clone(),
            None => stem(&context.file_name).to_owned(),
        };
        let times =
            TimeCompleter::new(context.modified_ns.unwrap_or(context.now_ns), context.zone_offset_seconds);
        Self {
            reader,
            joins,
            default_service,
            context: FileContext { max_line_bytes: context.max_line_bytes.max(64), ..context },
            decoder: TextDecoder::default(),
            buffer: String::new(),
            searched: 0,
            line_number: 0,
            parts: 0,
            pending: Draft::default(),
            is_pending: false,
            pending_line: 0,
            pending_lines: 0,
            blank_lines: 0,
            entry: String::new(),
            scratch: Draft::default(),
            plain: String::new(),
            times,
            previous_ns: None,
            progress: Progress::default(),
            report: Report::default(),
        }
    }

    /// Takes the next bytes of the file and calls `sink` with each record that they complete.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&Record)) {
        self.report.bytes += bytes.len() as u64;
        for piece in bytes.chunks(PIECE_BYTES) {
            self.decoder.push(piece, &mut self.buffer);
            self.cut_lines(sink);
        }
    }

    /// Takes the end of the file: a last line without a line break, and the record that waited for more lines.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&Record)) {
        self.decoder.finish(&mut self.buffer);
        self.cut_lines(sink);
        let rest = std::mem::take(&mut self.buffer);
        self.searched = 0;
        if !rest.is_empty() || self.parts > 0 {
            self.last_of_line(&rest, sink);
        }
        self.end(sink);
    }

    /// What was waiting for more lines: a container's line, a table's row, a record.
    fn end(&mut self, sink: &mut dyn FnMut(&Record)) {
        self.end_wrapped_line(sink);
        if let Reader::Table { is_open, .. } = &mut self.reader
            && std::mem::take(is_open)
        {
            self.table_row(sink);
        }
        self.flush(sink);
    }

    /// A line that a container's runtime cut goes on no more.
    fn end_wrapped_line(&mut self, sink: &mut dyn FnMut(&Record)) {
        let Reader::Container(container) = &mut self.reader else { return };
        let mut line = String::new();
        let Some(first_line) = container.complete(&mut line) else { return };
        let line_start = std::mem::replace(&mut self.progress.line_start, self.progress.wrapped_start);
        self.one_line(&line, first_line, sink);
        self.progress.line_start = line_start;
    }

    pub fn report(&self) -> Report {
        Report { invalid_utf8_lines: self.decoder.invalid_lines, ..self.report.clone() }
    }

    /// Handles every complete line of the buffer, and as much of an endless one as may be kept.
    fn cut_lines(&mut self, sink: &mut dyn FnMut(&Record)) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let limit = self.context.max_line_bytes;
        let mut start = 0;
        let mut from = self.searched;
        loop {
            let end = memchr::memchr(b'\n', &buffer.as_bytes()[from..]).map(|length| from + length);
            while end.unwrap_or(buffer.len()) - start > limit {
                let cut = buffer.floor_char_boundary(start + limit);
                self.part_of_line(&buffer[start..cut], sink);
                start = cut;
            }
            let Some(end) = end else { break };
            self.last_of_line(&buffer[start..end], sink);
            start = end + 1;
            from = start;
        }
        buffer.drain(..start);
        self.searched = buffer.len();
        self.buffer = buffer;
    }

    /// What stands before a line break, or at the end of the file.
    fn last_of_line(&mut self, line: &str, sink: &mut dyn FnMut(&Record)) {
        if self.parts > 0 {
            self.part_of_line(line, sink);
            self.parts = 0;
            return;
        }
        self.line_number += 1;
        self.report.lines += 1;
        let line = line.trim_end_matches('\r').trim_matches('\0');
        if memchr::memchr(0x1b, line.as_bytes()).is_none() {
            self.wrapped_line(line, sink);
            return;
        }
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        strip_controls(line, &mut plain);
        self.wrapped_line(&plain, sink);
        self.plain = plain;
    }

    /// A piece of a line that is too long: a record of its own.
    fn part_of_line(&mut self, piece: &str, sink: &mut dyn FnMut(&Record)) {
        if let Reader::Table { is_open, .. } = &mut self.reader
            && std::mem::take(is_open)
        {
            self.table_row(sink);
        }
        self.end_wrapped_line(sink);
        self.flush(sink);
        self.parts += 1;
        if self.parts == 1 {
            self.line_number += 1;
            self.report.lines += 1;
            self.report.long_lines += 1;
            if matches!(self.reader, Reader::Table { .. } | Reader::Container(_)) {
                self.orphan(piece, self.line_number);
            } else {
                self.one_line(piece, self.line_number, sink);
            }
        } else {
            self.orphan(piece, self.line_number);
        }
        if self.is_pending {
            let part = self.parts;
            self.pending
                .record
                .write_attribute(|text| text.push_str("log.line.part"), |text| number(text, part.into()));
        }
        self.flush(sink);
    }

    /// A line as the file has it: of a table, of a container, or plain.
    fn wrapped_line(&mut self, line: &str, sink: &mut dyn FnMut(&Record)) {
        match &mut self.reader {
            Reader::Table { .. } => self.table_line(line, sink),
            Reader::Container(container) => {
                let mut inner = std::mem::take(&mut container.inner);
                if !container.is_open() {
                    self.progress.wrapped_start = self.progress.line_start;
                }
                match container.unwrap(line, self.line_number, &mut inner) {
                    container::Unwrapped::Line(first_line) => {
                        self.progress.line_start = self.progress.wrapped_start;
                        self.one_line(&inner, first_line, sink);
                    }
                    container::Unwrapped::Part => {}
                    container::Unwrapped::Foreign => {
                        self.end_wrapped_line(sink);
                        if let Reader::Container(container) = &mut self.reader {
                            container.set_foreign();
                        }
                        self.one_line(line, self.line_number, sink);
                    }
                }
                if let Reader::Container(container) = &mut self.reader {
                    container.inner = inner;
                }
            }
            _ => self.one_line(line, self.line_number, sink),
        }
    }

    /// One line of a program.
    fn one_line(&mut self, line: &str, line_number: u64, sink: &mut dyn FnMut(&Record)) {
        if line.trim_ascii().is_empty() {
            self.blank_lines += u32::from(self.is_pending);
            return;
        }
        let is_start = self.progress.starts.as_ref().map(|starts| starts(line));
        if is_start == Some(false) && self.join(line) {
            return;
        }
        self.scratch.clear();
        let scan = match &mut self.reader {
            Reader::Lines(scanner) => scanner(line, &mut self.scratch),
            Reader::Json(reader) => reader.object(line, &mut self.scratch),
            Reader::Journald(reader) => reader.journald(line, &mut self.scratch),
            Reader::Container(container) => container.scan(line, &mut self.scratch),
            Reader::Table { .. } => Scan::No,
        };
        let is_trace = scan == Scan::Continuation || (scan == Scan::No && looks_like_continuation(line));
        if scan == Scan::Start {
            self.begin(line, line_number, sink);
        } else if is_start == Some(true) {
            self.flush(sink);
            self.orphan(line, line_number);
        } else if is_trace && self.join(line) {
        } else if !is_trace && self.is_foreign_start(line) {
            self.begin(line, line_number, sink);
        } else if self.joins && self.join(line) {
        } else {
            self.flush(sink);
            self.orphan(line, line_number);
            if !is_trace {
                self.report.not_understood.push(line_number, line);
            }
        }
    }

    /// Whether a line that is not of the format is a record all the same, as it starts with a full time.
    fn is_foreign_start(&mut self, line: &str) -> bool {
        self.scratch.clear();
        !matches!(self.reader, Reader::Table { .. })
            && generic::foreign(line, &mut self.scratch) == Scan::Start
    }

    /// The scratch draft becomes the pending record.
    fn begin(&mut self, line: &str, line_number: u64, sink: &mut dyn FnMut(&Record)) {
        self.flush(sink);
        std::mem::swap(&mut self.pending, &mut self.scratch);
        self.is_pending = true;
        self.progress.start(line);
        self.pending_line = line_number;
        self.pending_lines = 1;
        self.blank_lines = 0;
        self.entry.clear();
        if self.pending.body != Body::InRecord {
            self.entry.push_str(line);
        }
    }

    /// A line without anything of the format becomes a pending record.
    fn orphan(&mut self, line: &str, line_number: u64) {
        self.pending.clear();
        if let Some((name, _)) = level::leading(line) {
            self.pending.record.set_level(name);
        }
        self.is_pending = true;
        self.progress.start(line);
        self.pending_line = line_number;
        self.pending_lines = 1;
        self.blank_lines = 0;
        self.entry.clear();
        self.entry.push_str(line);
    }

    /// Adds a line to the pending record. False where there is none, or no more room.
    fn join(&mut self, line: &str) -> bool {
        let lines = self.pending_lines + self.blank_lines + 1;
        if !self.is_pending || lines > ENTRY_LINES || self.entry.len() + line.len() > ENTRY_BYTES {
            return false;
        }
        for _ in 0..=self.blank_lines {
            self.entry.push('\n');
        }
        self.entry.push_str(line);
        self.pending_lines = lines;
        self.blank_lines = 0;
        true
    }

    fn table_line(&mut self, line: &str, sink: &mut dyn FnMut(&Record)) {
        let Reader::Table { table, is_open } = &mut self.reader else { return };
        if line.trim_ascii().is_empty() && !*is_open {
            return;
        }
        let Some(header) = table else {
            *table = Some(Table::from_header(line));
            return;
        };
        if *is_open {
            self.entry.push('\n');
            self.pending_lines += 1;
        } else {
            self.entry.clear();
            self.progress.start(line);
            self.pending_line = self.line_number;
            self.pending_lines = 1;
        }
        self.entry.push_str(line);
        *is_open = header.is_open_after(line, *is_open);
        if *is_open {
            // A quote that is never closed would swallow the file.
            if self.pending_lines < ENTRY_LINES && self.entry.len() < ENTRY_BYTES {
                return;
            }
            *is_open = false;
        }
        self.table_row(sink);
    }

    /// The entry is a row.
    fn table_row(&mut self, sink: &mut dyn FnMut(&Record)) {
        let Reader::Table { table: Some(table), .. } = &self.reader else { return };
        let mut row = std::mem::take(&mut self.entry);
        self.pending.clear();
        if !table.read(&row, &mut self.pending) {
            self.pending.clear();
            self.report.not_understood.push(self.pending_line, &row);
        }
        self.is_pending = true;
        if self.pending.body == Body::InRecord {
            row.clear();
        }
        self.entry = row;
        self.flush(sink);
    }

    /// Completes the pending record and gives it away.
    fn flush(&mut self, sink: &mut dyn FnMut(&Record)) {
        if !self.is_pending {
            return;
        }
        self.is_pending = false;
        let is_dropped = self.progress.is_dropped;
        let Draft { record, time, body } = &mut self.pending;
        match body {
            Body::From(at) => {
                let text = self.entry.get(*at..).unwrap_or_default();
                record.set_body(text.trim_start_matches('\n').trim_end());
            }
            Body::InRecord if !self.entry.is_empty() => {
                let first = record.body().to_owned();
                record.write_body(|text| {
                    text.push_str(&first);
                    text.push_str(&self.entry);
                });
            }
            Body::InRecord => {}
        }
        match self.times.complete(*time) {
            Some(time_ns) => {
                record.time_ns = Some(time_ns);
                self.previous_ns = Some(time_ns);
                let report = &mut self.report;
                report.first_time_ns = Some(report.first_time_ns.map_or(time_ns, |first| first.min(time_ns)));
                report.last_time_ns = Some(report.last_time_ns.map_or(time_ns, |last| last.max(time_ns)));
            }
            None => {
                record.time_ns = self.previous_ns.or(self.context.modified_ns).or(Some(self.context.now_ns));
                self.report.without_time += u64::from(self.parts <= 1);
            }
        }
        if record.service().is_empty() {
            record.set_service(&self.default_service);
        }
        if !self.context.file_name.is_empty() {
            record.push_attribute("log.file.name", &self.context.file_name);
        }
        if !self.context.file_path.is_empty() {
            record.push_attribute("log.file.path", &self.context.file_path);
        }
        if !self.progress.is_unnumbered {
            let line = self.pending_line;
            record.write_attribute(|text| text.push_str("log.file.line"), |text| number(text, line));
        }
        for (key, value) in &self.context.attributes {
            record.push_attribute(key, value);
        }
        for (key, value) in &self.context.resource {
            if !record.resource().any(|(known, _)| known == key) {
                record.push_resource(key, value);
            }
        }
        if is_dropped {
            self.report.filtered += 1;
            return;
        }
        self.report.records += 1;
        sink(record);
    }
}

/// Appends a number in decimal; every record has one, and the general formatter takes thrice as long.
fn number(text: &mut String, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend(digits[at..].iter().map(|&digit| char::from(digit)));
}

/// The name of a file without what tells compression, rotation and kind: `app` of `app.log.2.gz`.
fn stem(name: &str) -> &str {
    let mut stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    loop {
        let Some((before, end)) = stem.rsplit_once(['.', '-']).filter(|(before, _)| !before.is_empty())
        else {
            return stem;
        };
        let is_rotation = !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit());
        let known = [
            "gz", "zst", "zstd", "bz2", "xz", "log", "txt", "json", "ndjson", "jsonl", "csv", "tsv", "out",
            "err", "old",
        ];
        if !is_rotation && !known.iter().any(|ending| ending.eq_ignore_ascii_case(end)) {
            return stem;
        }
        stem = before;
    }
}

#[cfg(test)]
mod tests;
