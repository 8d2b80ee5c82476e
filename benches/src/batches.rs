//! Lines of a file in batches, given to several senders.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// Senders at once.
pub const SENDERS: usize = 4;
/// Batches that wait for a sender.
const WAITING_BATCHES: usize = 8;

/// Batches of a file that is read meanwhile.
pub struct Batches {
    receiver: Mutex<mpsc::Receiver<Bytes>>,
    reader: JoinHandle<anyhow::Result<()>>,
}

impl Batches {
    /// Begins to read a file in batches of at least `bytes`, of whole lines.
    pub fn read(path: PathBuf, bytes: u64) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
        let reader = tokio::task::spawn_blocking(move || {
            let mut lines = Lines::open(&path)?;
            while let Some(batch) = lines.next(bytes)? {
                if sender.blocking_send(batch).is_err() {
                    break;
                }
            }
            Ok(())
        });
        Self { receiver: Mutex::new(receiver), reader }
    }

    /// The next batch, for any of the senders; `None` at the end.
    pub async fn next(&self) -> Option<Bytes> {
        self.receiver.lock().await.recv().await
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// The file could not be read.
    pub async fn finish(self) -> anyhow::Result<()> {
        drop(self.receiver);
        self.reader.await?
    }
}

/// A file read by whole lines.
pub struct Lines(BufReader<File>);

impl Lines {
    /// # Errors
    /// The file can't be opened.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self(BufReader::with_capacity(1 << 20, File::open(path)?)))
    }

    /// Whole lines of at least this many bytes; `None` at the end.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next(&mut self, bytes: u64) -> anyhow::Result<Option<Bytes>> {
        let mut batch = Vec::with_capacity(bytes as usize + 1024);
        self.0.by_ref().take(bytes).read_to_end(&mut batch)?;
        if batch.is_empty() {
            return Ok(None);
        }
        if batch.last() != Some(&b'\n') {
            self.0.read_until(b'\n', &mut batch)?;
        }
        Ok(Some(batch.into()))
    }
}
