//! The systemd journal, read by `journalctl -o json`, which follows it and goes on after a cursor.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::batch::Batcher;
use crate::reading::Reading;
use crate::state::Spool;
use crate::stop::Stop;

/// Between two starts of `journalctl`, when it ended by itself.
const RESTART_DELAY: Duration = Duration::from_secs(5);
/// A longer entry is left out: the journal itself takes none that is much larger.
const MOST_ENTRY_BYTES: u64 = 64 << 20;

/// What is read from the journal.
#[derive(Debug, Clone)]
pub struct JournalSource {
    pub units: Vec<String>,
    pub starts_at_end: bool,
    pub directory: Option<PathBuf>,
    pub reading: Reading,
}

impl JournalSource {
    /// Under which name its cursor is kept.
    fn name(&self) -> String {
        let directory = self.directory.as_ref().map(|path| path.display().to_string());
        format!("journald:{}:{}", directory.unwrap_or_default(), self.units.join(","))
    }

    fn command(&self, cursor: Option<&str>) -> Command {
        let mut command = Command::new("journalctl");
        command.args(["--output=json", "--follow", "--all", "--quiet"]);
        match cursor {
            Some(cursor) => {
                command.arg(format!("--after-cursor={cursor}"));
            }
            None if self.starts_at_end => {
                command.arg("--lines=0");
            }
            None => {
                command.arg("--no-tail");
            }
        }
        if let Some(directory) = &self.directory {
            command.arg("--directory").arg(directory);
        }
        command.args(self.units.iter().map(|unit| format!("--unit={unit}")));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// Follows a journal, on a thread of its own.
pub struct JournalReader {
    source: JournalSource,
    spool: Arc<Spool>,
    batcher: Arc<Batcher>,
    stop: Stop,
    child: Arc<Mutex<Option<Child>>>,
}

/// Ends a [`JournalReader`].
#[derive(Clone)]
pub struct JournalStop {
    stop: Stop,
    child: Arc<Mutex<Option<Child>>>,
}

impl JournalStop {
    pub fn set(&self) {
        self.stop.set();
        if let Some(child) = &mut *self.child.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = child.kill();
        }
    }
}

impl JournalReader {
    pub fn new(source: JournalSource, spool: Arc<Spool>, batcher: Arc<Batcher>) -> Self {
        Self { source, spool, batcher, stop: Stop::default(), child: Arc::default() }
    }

    pub fn stop_handle(&self) -> JournalStop {
        JournalStop { stop: self.stop.clone(), child: Arc::clone(&self.child) }
    }

    /// Follows the journal until told to end.
    pub fn run(self) {
        loop {
            match self.start() {
                Ok(output) => self.read(output),
                Err(error) => tracing::warn!(error, "the journal can't be read"),
            }
            self.reap();
            if self.stop.wait(RESTART_DELAY) {
                return;
            }
        }
    }

    fn start(&self) -> Result<ChildStdout, String> {
        let cursor = self.spool.cursor(&self.source.name()).map_err(|error| error.to_string())?;
        let mut slot = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stop.is_set() {
            return Err("it ends".into());
        }
        let mut child = self
            .source
            .command(cursor.as_deref())
            .spawn()
            .map_err(|error| format!("journalctl can't be started: {error}"))?;
        let output = child.stdout.take().ok_or("journalctl has no output")?;
        *slot = Some(child);
        Ok(output)
    }

    fn read(&self, output: ChildStdout) {
        let name = self.source.name();
        let mut lines = self.source.reading.stream_lines(None);
        let mut output = BufReader::with_capacity(64 << 10, output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match output.by_ref().take(MOST_ENTRY_BYTES).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let Some(cursor) = cursor_of(&line) else { continue };
            let Some(mut feed) = self.batcher.feed_when_room(|| self.stop.is_set()) else { return };
            // Every entry is a record: nothing waits for more lines, so the cursor is that of what was pushed.
            lines.push(&line, &mut feed, |_, _| {});
            lines.flush_pending(&mut feed);
            match feed.cursors().get_mut(&name) {
                Some(known) => *known = cursor,
                None => {
                    feed.cursors().insert(name.clone(), cursor);
                }
            }
            if feed.is_full() {
                feed.cut();
            }
        }
    }

    fn reap(&self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The place of an entry in the journal.
fn cursor_of(line: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Entry {
        #[serde(rename = "__CURSOR")]
        cursor: String,
    }
    serde_json::from_slice::<Entry>(line).ok().map(|entry| entry.cursor)
}
