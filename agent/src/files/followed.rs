use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::time::Instant;

use click_lite_parse::{Covered, looks_binary};

use crate::batch::{Batcher, Feed};
use crate::reading::{Lines, Reading};
use crate::state::{FileKey, FilePosition, Fingerprint};

/// Bytes at the start of a file that its format is detected from.
const HEAD_BYTES: usize = 64 << 10;

/// How far a read came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Everything that was there is taken.
    AtEnd,
    /// There is more.
    More,
    /// There is no room for records.
    Blocked,
}

/// A file that is read as it grows.
pub struct Followed {
    pub key: FileKey,
    /// Where it lies now, as far as is known.
    pub path: PathBuf,
    /// The last name that a pattern of its source gave. The next process finds the source by it, whatever the file is
    /// called by then.
    pub name: PathBuf,
    /// The source that it belongs to, by position.
    pub source: usize,
    /// Since when no name of a source leads to it.
    pub unnamed_since: Option<Instant>,
    /// When something new was read last.
    pub last_data: Instant,
    /// It is no text.
    pub is_binary: bool,
    handle: Option<File>,
    fingerprint: Fingerprint,
    /// Where reading starts, before anything was read.
    start: Covered,
    is_numbered: bool,
    format: String,
    /// Bytes that were read, whether or not they are in records yet.
    offset: u64,
    lines: Option<Lines>,
}

impl Followed {
    /// A file that was not read before.
    pub fn new(key: FileKey, path: PathBuf, source: usize, now: Instant) -> Self {
        Self {
            key,
            name: path.clone(),
            path,
            source,
            unnamed_since: None,
            last_data: now,
            is_binary: false,
            handle: None,
            fingerprint: Fingerprint::default(),
            start: Covered::default(),
            is_numbered: true,
            format: String::new(),
            offset: 0,
            lines: None,
        }
    }

    /// Goes on where it was read to, if it is the same file; from its start otherwise.
    pub fn resume(&mut self, position: FilePosition) -> io::Result<()> {
        let (file, metadata) = self.open()?;
        let mut head = [0; Fingerprint::MOST_BYTES];
        let bytes = read_full(file, &mut head, 0)?;
        if position.fingerprint.matches(&head[..bytes]) && metadata.len() >= position.covered.bytes {
            self.fingerprint = position.fingerprint;
            self.start = position.covered;
            self.offset = position.covered.bytes;
            self.is_numbered = position.is_numbered;
            self.format = position.format;
        }
        Ok(())
    }

    /// Whether [`Self::resume`] found the file that was read before.
    pub fn is_resumed(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint == *fingerprint
    }

    /// Whether there is more than what was read.
    pub fn has_more(&mut self) -> bool {
        let offset = self.offset;
        self.open().is_ok_and(|(_, metadata)| metadata.len() != offset)
    }

    /// Leaves out what is there already.
    pub fn skip_to_end(&mut self) -> io::Result<()> {
        let (file, metadata) = self.open()?;
        let mut head = [0; Fingerprint::MOST_BYTES];
        let bytes = read_full(file, &mut head, 0)?;
        self.fingerprint = Fingerprint::of(&head[..bytes]);
        self.offset = metadata.len();
        self.start = Covered { bytes: metadata.len(), ..Covered::default() };
        self.is_numbered = metadata.len() == 0;
        Ok(())
    }

    /// Reads on, at most about `budget` bytes.
    pub fn read(
        &mut self,
        reading: &Reading,
        batcher: &Batcher,
        buffer: &mut [u8],
        mut budget: usize,
    ) -> io::Result<Progress> {
        let (_, metadata) = self.open()?;
        let size = metadata.len();
        if self.is_another(size)? {
            let Some(mut feed) = batcher.feed() else { return Ok(Progress::Blocked) };
            self.start_anew(&mut feed);
            // For the fingerprint of the new content.
            self.is_another(size)?;
        }
        if self.is_binary {
            return Ok(Progress::AtEnd);
        }
        loop {
            let offset = self.offset;
            let (file, _) = self.open()?;
            let bytes = read_full(file, buffer, offset)?;
            if bytes == 0 {
                return Ok(Progress::AtEnd);
            }
            if self.lines.is_none() && !self.find_lines(reading)? {
                return Ok(Progress::AtEnd);
            }
            let Some(mut feed) = batcher.feed() else { return Ok(Progress::Blocked) };
            self.offset += bytes as u64;
            self.last_data = Instant::now();
            let position = self.position(Covered::default());
            let Some(lines) = &mut self.lines else { return Ok(Progress::AtEnd) };
            let is_written = lines.push(&buffer[..bytes], &mut feed, |feed, covered| {
                feed.note_file(FilePosition { covered, ..position.clone() });
            });
            if !is_written {
                return Ok(Progress::Blocked);
            }
            if bytes < buffer.len() {
                return Ok(Progress::AtEnd);
            }
            budget = budget.saturating_sub(bytes);
            if budget == 0 {
                return Ok(Progress::More);
            }
        }
    }

    /// Whether a record waits for more lines.
    pub fn is_pending(&self) -> bool {
        self.lines.as_ref().is_some_and(Lines::is_pending)
    }

    /// Gives the waiting record away.
    pub fn flush_pending(&mut self, feed: &mut Feed<'_>) {
        if let Some(lines) = &mut self.lines {
            let covered = lines.flush_pending(feed);
            let position = self.position(covered);
            feed.note_file(position);
        }
    }

    /// Gives everything away, also a last line without a line break: nothing more will come.
    pub fn finish(&mut self, feed: &mut Feed<'_>) {
        if let Some(mut lines) = self.lines.take() {
            self.start = lines.finish(feed);
            let position = self.position(self.start);
            feed.note_file(position);
        }
    }

    /// Whether the file can't be found again under any name that is known.
    pub fn is_gone(&self) -> bool {
        match &self.handle {
            Some(handle) => handle.metadata().is_ok_and(|metadata| metadata.nlink() == 0),
            None => !std::fs::metadata(&self.path).is_ok_and(|metadata| FileKey::of(&metadata) == self.key),
        }
    }

    /// Whether its [`Reading`] is yet to be used.
    pub fn is_unread(&self) -> bool {
        self.lines.is_none()
    }

    /// Where reading starts, or has ended with [`Self::finish`].
    pub fn edge(&self) -> FilePosition {
        self.position(self.start)
    }

    /// Bytes that are there and were not read.
    pub fn unread(&self, metadata: &Metadata) -> bool {
        metadata.len() != self.offset
    }

    pub fn is_open(&self) -> bool {
        self.handle.is_some()
    }

    /// Lets the handle go; it is opened again when there is something to read.
    pub fn close(&mut self) {
        self.handle = None;
    }

    /// The open file. An error of kind `NotFound` where its name leads elsewhere by now.
    pub fn open(&mut self) -> io::Result<(&File, Metadata)> {
        if self.handle.is_none() {
            let file = File::open(&self.path)?;
            if FileKey::of(&file.metadata()?) != self.key {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name leads to another file"));
            }
            self.handle = Some(file);
        }
        match &self.handle {
            Some(file) => Ok((file, file.metadata()?)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Whether the content was replaced: the file is shorter than what was read, or starts otherwise.
    fn is_another(&mut self, size: u64) -> io::Result<bool> {
        if size < self.offset {
            return Ok(true);
        }
        let known = self.fingerprint;
        let (file, _) = self.open()?;
        let mut head = [0; Fingerprint::MOST_BYTES];
        let bytes = read_full(file, &mut head, 0)?;
        if !known.matches(&head[..bytes]) {
            return Ok(true);
        }
        if !known.is_complete() && bytes > known.bytes as usize {
            self.fingerprint = Fingerprint::of(&head[..bytes]);
        }
        Ok(false)
    }

    /// What was read of the old content is given away, and the new is read from its start.
    fn start_anew(&mut self, feed: &mut Feed<'_>) {
        tracing::info!(file = %self.path.display(), "a file was truncated and is read from its start");
        self.finish(feed);
        self.start = Covered::default();
        self.offset = 0;
        self.is_numbered = true;
        self.is_binary = false;
        self.fingerprint = Fingerprint::default();
        feed.note_file(self.position(self.start));
    }

    /// Finds out how the file is read. False where it is no text.
    fn find_lines(&mut self, reading: &Reading) -> io::Result<bool> {
        let (file, _) = self.open()?;
        let mut head = vec![0; HEAD_BYTES];
        let bytes = read_full(file, &mut head, 0)?;
        head.truncate(bytes);
        if reading.format.is_none()
            && let Some(what) = looks_binary(&head)
        {
            tracing::warn!(file = %self.path.display(), what, "a file is left out, as it is no log");
            self.is_binary = true;
            return Ok(false);
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.format = reading.find_format(&head, &name, &self.format);
        self.lines = Some(reading.file_lines(&self.path, &self.format, &head, self.start, self.is_numbered));
        Ok(true)
    }

    fn position(&self, covered: Covered) -> FilePosition {
        FilePosition {
            key: self.key,
            path: self.name.clone(),
            fingerprint: self.fingerprint,
            covered,
            is_numbered: self.is_numbered,
            format: self.format.clone(),
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
