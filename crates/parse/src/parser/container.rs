//! Lines of containers: what the runtime wrapped around a program's line is taken off, and the line is read in whatever
//! format the program writes.

use super::lines::Stream;
use crate::draft::{Draft, EntryTime, Scan, Scanner};
use crate::scan::json::{self, JsonReader, Wrapped};
use crate::scan::{access, database, generic, go, java, logfmt, python, rust, syslog, web_error};
use click_lite_formats::json::Path;

/// A program's line that the runtime cut is put together up to this size.
const LINE_BYTES: usize = 1 << 20;
/// Lines in a row that no scanner knew, after which only the last resort is tried.
const TRIES: u32 = 200;

const SCANNERS: [Scanner; 17] = [
    go::klog,
    rust::tracing,
    rust::env_logger,
    java::spring_boot,
    python::logging,
    java::log4j,
    java::elasticsearch,
    logfmt::scan,
    access::any,
    web_error::nginx,
    web_error::apache,
    database::postgresql,
    database::mysql,
    database::redis,
    database::clickhouse,
    syslog::rfc3164,
    generic::timestamped,
];

pub(super) enum Unwrapped {
    /// A complete line, and the number of the file's line in which it starts.
    Line(u64),
    /// The line goes on in the next.
    Part,
    /// Not wrapped.
    Foreign,
}

/// What wrapped the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Docker,
    Cri,
    /// Nothing: they come as the program wrote them.
    Bare(Option<Stream>),
}

pub(super) struct Container {
    wrapping: Wrapping,
    /// When bare lines of a stream that name no time arrived, in nanoseconds since the epoch.
    pub(super) now_ns: i64,
    path: Path,
    json: JsonReader,
    /// Reused memory for the program's line.
    pub(super) inner: String,
    /// What the runtime said about the line that is scanned next.
    wrapped: Option<Wrapped>,
    attributes: Vec<(String, String)>,
    partial: String,
    first_line: u64,
    scanner: usize,
    unknown: u32,
}

impl Container {
    pub(super) fn docker() -> Self {
        Self {
            wrapping: Wrapping::Docker,
            now_ns: 0,
            path: Path::default(),
            json: JsonReader::default(),
            inner: String::new(),
            wrapped: None,
            attributes: Vec::new(),
            partial: String::new(),
            first_line: 0,
            scanner: 0,
            unknown: 0,
        }
    }

    pub(super) fn cri() -> Self {
        Self { wrapping: Wrapping::Cri, ..Self::docker() }
    }

    pub(super) fn bare(stream: Option<Stream>) -> Self {
        Self { wrapping: Wrapping::Bare(stream), ..Self::docker() }
    }

    /// Number of the file's line in which a line starts that the runtime cut, until its end came.
    pub(super) fn open_line(&self) -> Option<u64> {
        self.is_open().then_some(self.first_line)
    }

    pub(super) fn is_open(&self) -> bool {
        !self.partial.is_empty()
    }

    /// Takes a line of the file; the program's line is left in `inner`.
    pub(super) fn unwrap(&mut self, line: &str, line_number: u64, inner: &mut String) -> Unwrapped {
        inner.clear();
        if self.partial.is_empty() {
            self.attributes.clear();
        }
        let found = match self.wrapping {
            Wrapping::Docker => json::unwrap_docker(line, &mut self.path, inner, &mut self.attributes),
            Wrapping::Cri => json::unwrap_cri(line, inner),
            Wrapping::Bare(stream) => {
                inner.push_str(line);
                let time = stream.map_or(EntryTime::Missing, |_| EntryTime::Utc(self.now_ns));
                Some(Wrapped { time, is_stderr: stream == Some(Stream::Stderr), partial: false })
            }
        };
        let Some(wrapped) = found else { return Unwrapped::Foreign };
        if self.partial.is_empty() {
            self.first_line = line_number;
            self.wrapped = Some(wrapped);
        }
        if !self.partial.is_empty() || wrapped.partial {
            self.partial.push_str(inner);
            if wrapped.partial && self.partial.len() < LINE_BYTES {
                return Unwrapped::Part;
            }
            inner.clear();
            std::mem::swap(inner, &mut self.partial);
        }
        without_colours(inner);
        Unwrapped::Line(self.first_line)
    }

    /// Ends a line that was still open: its text is left in `inner`, and the number of the file's line in which it starts
    /// is the answer.
    pub(super) fn complete(&mut self, inner: &mut String) -> Option<u64> {
        let first_line = self.open_line()?;
        inner.clear();
        std::mem::swap(inner, &mut self.partial);
        without_colours(inner);
        Some(first_line)
    }

    /// The line that is scanned next was not wrapped.
    pub(super) fn set_foreign(&mut self) {
        self.wrapped = None;
    }

    /// Reads the program's line. Every line is a record, but for what follows one.
    pub(super) fn scan(&mut self, line: &str, draft: &mut Draft) -> Scan {
        let Some(wrapped) = self.wrapped else { return Scan::No };
        let scan = self.scan_inner(line, draft);
        if scan != Scan::Start {
            return scan;
        }
        // The runtime's time is certain; the program's own is better only if it says its zone. Bare lines may be old.
        let is_bare = matches!(self.wrapping, Wrapping::Bare(_));
        if draft.time == EntryTime::Missing || !is_bare && !matches!(draft.time, EntryTime::Utc(_)) {
            draft.time = wrapped.time;
        }
        if self.wrapping != Wrapping::Bare(None) {
            draft.attribute("log.iostream", if wrapped.is_stderr { "stderr" } else { "stdout" });
        }
        for (key, value) in &self.attributes {
            draft.attribute(key, value);
        }
        Scan::Start
    }

    fn scan_inner(&mut self, line: &str, draft: &mut Draft) -> Scan {
        if self.json.object(line, draft) == Scan::Start {
            return Scan::Start;
        }
        draft.clear();
        if self.unknown < TRIES {
            // The format of the last line is tried first.
            let order =
                std::iter::once(self.scanner).chain((0..SCANNERS.len()).filter(|at| *at != self.scanner));
            for at in order {
                if SCANNERS[at](line, draft) == Scan::Start {
                    self.scanner = at;
                    self.unknown = 0;
                    return Scan::Start;
                }
                draft.clear();
            }
            self.unknown += 1;
        }
        generic::text(line, draft)
    }
}

fn without_colours(inner: &mut String) {
    if memchr::memchr(0x1b, inner.as_bytes()).is_some() {
        let mut plain = String::with_capacity(inner.len());
        crate::decode::strip_controls(inner, &mut plain);
        *inner = plain;
    }
}
