//! How the lines of a source become records: format, encoding, and what is added or left out.

use std::path::Path;
use std::time::Duration;

use click_lite_parse::{Covered, FileContext, FileParser, Format, Stream, detect};
use regex::Regex;

use crate::batch::Feed;

/// Stands for "whatever known format each line has" where a format is kept by name.
const ANY_FORMAT: &str = "any";

/// Zone of times that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// That of this machine, as it is when a line is read.
    Local,
    /// Seconds east of UTC.
    Fixed(i32),
}

impl Zone {
    pub fn offset_seconds(self, now_ns: i64) -> i32 {
        match self {
            Self::Fixed(seconds) => seconds,
            Self::Local => local_offset_seconds(now_ns),
        }
    }
}

fn local_offset_seconds(now_ns: i64) -> i32 {
    let seconds: libc::time_t = now_ns.div_euclid(1_000_000_000);
    // SAFETY: `tm` is plain old data, for which zeros are valid; both pointers are to live values of their types.
    let offset = unsafe {
        let mut parts: libc::tm = std::mem::zeroed();
        libc::localtime_r(&seconds, &mut parts);
        parts.tm_gmtoff
    };
    i32::try_from(offset).unwrap_or(0)
}

/// What is done with the lines of a source.
#[derive(Debug, Clone)]
pub struct Reading {
    /// `None` is found by looking.
    pub format: Option<Format>,
    /// Bytes are ISO 8859-1, not UTF-8.
    pub is_latin1: bool,
    pub service: Option<String>,
    pub attributes: Vec<(String, String)>,
    pub resource: Vec<(String, String)>,
    /// Its named groups become attributes; the group `service` the service.
    pub path_pattern: Option<Regex>,
    /// A record is kept if its first line matches one of them, or there are none.
    pub include: Vec<Regex>,
    /// A record is left out if its first line matches one of them.
    pub exclude: Vec<Regex>,
    /// First lines of records; other lines belong to the record before.
    pub start_pattern: Option<Regex>,
    /// How long a record waits for more lines.
    pub pending_wait: Duration,
    pub zone: Zone,
    /// A longer line becomes several records.
    pub max_line_bytes: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            format: None,
            is_latin1: false,
            service: None,
            attributes: Vec::new(),
            resource: Vec::new(),
            path_pattern: None,
            include: Vec::new(),
            exclude: Vec::new(),
            start_pattern: None,
            pending_wait: Duration::from_millis(500),
            zone: Zone::Local,
            max_line_bytes: 1 << 20,
        }
    }
}

impl Reading {
    /// The format of a file by its start; `remembered` is what it was found to be before. Its name, and the parser's choice.
    pub fn find_format(&self, head: &[u8], file_name: &str, remembered: &str) -> String {
        if let Some(format) = self.format {
            return format.name().to_owned();
        }
        if !remembered.is_empty() {
            return remembered.to_owned();
        }
        match detect(head, Some(file_name)).format {
            Format::Text => ANY_FORMAT.to_owned(),
            format => format.name().to_owned(),
        }
    }

    /// Reads a file from `covered` on, whose first bytes are `head`.
    pub fn file_lines(
        &self,
        path: &Path,
        format: &str,
        head: &[u8],
        covered: Covered,
        is_numbered: bool,
    ) -> Lines {
        let mut context = self.context();
        context.file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        context.file_path = path.to_string_lossy().into_owned();
        self.apply_path(&mut context);
        let mut parser = match Format::from_name(format) {
            Some(format) => FileParser::new(format, context),
            None => FileParser::any_format(context, None),
        };
        self.set_up(&mut parser);
        if !is_numbered {
            parser.without_line_numbers();
        }
        let encoding = Encoding::of(head, self.is_latin1);
        let mut text = String::new();
        let text = encoding.decode(head, &mut text).trim_start_matches(BYTE_ORDER_MARK);
        parser.resume(covered, text);
        Lines::new(parser, encoding, self, covered.bytes == 0)
    }

    /// Reads a program's output.
    pub fn stream_lines(&self, stream: Option<Stream>) -> Lines {
        let context = self.context();
        let mut parser = match self.format {
            Some(format) => FileParser::new(format, context),
            None => FileParser::any_format(context, Some(stream.unwrap_or(Stream::Stdout))),
        };
        self.set_up(&mut parser);
        parser.without_line_numbers();
        Lines::new(parser, Encoding::of(&[], self.is_latin1), self, true)
    }

    fn context(&self) -> FileContext {
        FileContext {
            service: self.service.clone(),
            attributes: self.attributes.clone(),
            resource: self.resource.clone(),
            max_line_bytes: self.max_line_bytes,
            ..FileContext::default()
        }
    }

    fn apply_path(&self, context: &mut FileContext) {
        let Some(pattern) = &self.path_pattern else { return };
        let Some(captures) = pattern.captures(&context.file_path) else { return };
        for name in pattern.capture_names().flatten() {
            let Some(value) = captures.name(name) else { continue };
            if name == "service" {
                context.service = Some(value.as_str().to_owned());
            } else {
                context.attributes.push((name.to_owned(), value.as_str().to_owned()));
            }
        }
    }

    fn set_up(&self, parser: &mut FileParser) {
        if let Some(pattern) = self.start_pattern.clone() {
            parser.set_record_start(move |line| pattern.is_match(line));
        }
        if !self.include.is_empty() || !self.exclude.is_empty() {
            let (include, exclude) = (self.include.clone(), self.exclude.clone());
            parser.set_filter(move |line| {
                (include.is_empty() || include.iter().any(|pattern| pattern.is_match(line)))
                    && !exclude.iter().any(|pattern| pattern.is_match(line))
            });
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// How bytes are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16 { is_big_endian: bool },
}

/// A line at the start of some bytes, or a piece of one that is too long.
struct Piece {
    /// Without the line break.
    content_bytes: usize,
    bytes: usize,
    goes_on: bool,
}

impl Encoding {
    fn of(head: &[u8], is_latin1: bool) -> Self {
        match head {
            [0xff, 0xfe, ..] => Self::Utf16 { is_big_endian: false },
            [0xfe, 0xff, ..] => Self::Utf16 { is_big_endian: true },
            _ if is_latin1 => Self::Latin1,
            _ => Self::Utf8,
        }
    }

    /// The first line of the bytes, if it is whole or longer than `most`.
    fn next(self, bytes: &[u8], most: usize) -> Option<Piece> {
        let end = match self {
            Self::Utf16 { is_big_endian } => {
                let line_break: &[u8] = if is_big_endian { &[0, b'\n'] } else { &[b'\n', 0] };
                bytes.chunks_exact(2).position(|unit| unit == line_break).map(|at| (at * 2, 2))
            }
            _ => memchr::memchr(b'\n', bytes).map(|at| (at, 1)),
        };
        match end {
            Some((at, width)) if at <= most => {
                Some(Piece { content_bytes: at, bytes: at + width, goes_on: false })
            }
            None if bytes.len() <= most => None,
            _ => {
                let cut = self.cut(bytes, most);
                Some(Piece { content_bytes: cut, bytes: cut, goes_on: true })
            }
        }
    }

    /// At most `most` bytes that do not end within a character.
    fn cut(self, bytes: &[u8], most: usize) -> usize {
        match self {
            Self::Latin1 => most,
            Self::Utf16 { .. } => most & !3,
            Self::Utf8 => {
                let is_inside = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
                // A character has at most four bytes; what has more of them in a row is no UTF-8.
                (most.saturating_sub(3)..=most).rev().find(|at| !is_inside(at)).unwrap_or(most)
            }
        }
    }

    fn decode<'a>(self, bytes: &'a [u8], text: &'a mut String) -> &'a str {
        match self {
            Self::Utf8 => {
                if let Ok(valid) = std::str::from_utf8(bytes) {
                    return valid;
                }
                text.clear();
                text.push_str(&String::from_utf8_lossy(bytes));
            }
            Self::Latin1 => {
                text.clear();
                text.extend(bytes.iter().map(|&byte| char::from(byte)));
            }
            Self::Utf16 { is_big_endian } => {
                text.clear();
                let units = bytes.chunks_exact(2).map(|unit| {
                    let unit = [unit[0], unit[1]];
                    if is_big_endian { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) }
                });
                let characters = char::decode_utf16(units);
                text.extend(characters.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
        }
        text
    }
}

/// Bytes of one source to records of the batch at hand.
pub struct Lines {
    parser: FileParser,
    encoding: Encoding,
    zone: Zone,
    max_line_bytes: usize,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
    text: String,
    /// Whether the next line is the first, which a byte order mark may precede.
    is_first: bool,
}

impl Lines {
    fn new(parser: FileParser, encoding: Encoding, reading: &Reading, is_first: bool) -> Self {
        Self {
            parser,
            encoding,
            zone: reading.zone,
            max_line_bytes: reading.max_line_bytes,
            rest: Vec::new(),
            text: String::new(),
            is_first,
        }
    }

    /// Takes the next bytes. `note` gets what is covered by records, before each cut of a batch and at the end. False
    /// where a batch could not be written: what is left of the bytes stays, for the next call.
    pub fn push(
        &mut self,
        bytes: &[u8],
        feed: &mut Feed<'_>,
        mut note: impl FnMut(&mut Feed<'_>, Covered),
    ) -> bool {
        self.parser.set_now(feed.arrival_ns, self.zone.offset_seconds(feed.arrival_ns));
        let mut joined = std::mem::take(&mut self.rest);
        let input = if joined.is_empty() {
            bytes
        } else {
            joined.extend_from_slice(bytes);
            &joined
        };
        let mut at = 0;
        let mut is_written = true;
        while is_written && let Some(piece) = self.encoding.next(&input[at..], self.max_line_bytes) {
            let mut text = self.encoding.decode(&input[at..at + piece.content_bytes], &mut self.text);
            if std::mem::take(&mut self.is_first) {
                text = text.trim_start_matches(BYTE_ORDER_MARK);
            }
            self.parser.push_line(text, piece.bytes as u64, piece.goes_on, &mut |record| feed.push(record));
            at += piece.bytes;
            if feed.is_full() {
                note(feed, self.parser.covered());
                is_written = feed.cut();
            }
        }
        note(feed, self.parser.covered());
        // A new one, as small as it can be: there may be many sources.
        self.rest = input[at..].to_vec();
        is_written
    }

    /// Whether a record waits for more lines.
    pub fn is_pending(&self) -> bool {
        self.parser.is_pending()
    }

    /// Gives the waiting record away; what is covered then.
    pub fn flush_pending(&mut self, feed: &mut Feed<'_>) -> Covered {
        self.parser.flush_pending(&mut |record| feed.push(record));
        self.parser.covered()
    }

    /// Nothing more will come: the last line is taken although it has no line break. What is covered then.
    pub fn finish(&mut self, feed: &mut Feed<'_>) -> Covered {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            let text = self.encoding.decode(&rest, &mut self.text).trim_start_matches(BYTE_ORDER_MARK);
            self.parser.push_line(text, rest.len() as u64, false, &mut |record| feed.push(record));
        }
        self.parser.end_lines(&mut |record| feed.push(record));
        self.parser.covered()
    }
}

#[cfg(test)]
mod tests;
