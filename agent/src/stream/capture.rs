use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use click_lite_parse::Stream;

use crate::batch::Batcher;
use crate::reading::{Lines, Reading};

/// Bytes between the stream and the lines made of them.
const QUEUE_BYTES: usize = 1 << 20;

/// What happens when lines come faster than they can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenBehind {
    /// The stream waits.
    Wait,
    /// Lines are not taken, and counted.
    Refuse,
}

/// Makes records of a stream, on a thread of its own.
pub struct Capture {
    queue: Arc<Queue>,
    batcher: Arc<Batcher>,
    thread: JoinHandle<()>,
    when_behind: WhenBehind,
}

/// The end that bytes are put in.
#[derive(Clone)]
pub struct CaptureWriter {
    queue: Arc<Queue>,
    when_behind: WhenBehind,
}

#[derive(Default)]
struct Queue {
    open: Mutex<Open>,
    changed: Condvar,
}

#[derive(Default)]
struct Open {
    bytes: Vec<u8>,
    refused_lines: u64,
    /// The rest of a line is left out, as its start was.
    is_skipping: bool,
    is_ended: bool,
    /// There is no more time.
    is_abandoned: bool,
}

impl Queue {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Capture {
    pub fn start(
        reading: &Reading,
        stream: Option<Stream>,
        batcher: Arc<Batcher>,
        when_behind: WhenBehind,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let lines = reading.stream_lines(stream);
        let wait = reading.pending_wait;
        let thread = {
            let (queue, batcher) = (Arc::clone(&queue), Arc::clone(&batcher));
            std::thread::Builder::new()
                .name("lines".into())
                .spawn(move || read_lines(&queue, &batcher, lines, wait))?
        };
        Ok(Self { queue, batcher, thread, when_behind })
    }

    pub fn writer(&self) -> CaptureWriter {
        CaptureWriter { queue: Arc::clone(&self.queue), when_behind: self.when_behind }
    }

    /// The stream has ended. What is left of it is made records of, in the time given; how many lines were not taken.
    pub fn finish(self, patience: Duration) -> u64 {
        let Self { queue, batcher, thread, .. } = self;
        queue.open().is_ended = true;
        queue.changed.notify_all();
        let deadline = Instant::now() + patience;
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        queue.open().is_abandoned = true;
        // Ends within the time in which it looks whether it should.
        let _ = thread.join();
        let refused = queue.open().refused_lines;
        if refused > 0 {
            batcher.note(|changes| changes.refused_rows += refused);
        }
        refused
    }
}

impl CaptureWriter {
    /// Takes the next bytes of the stream.
    pub fn push(&self, bytes: &[u8]) {
        let mut open = self.queue.open();
        if self.when_behind == WhenBehind::Wait {
            let has_room = |open: &mut Open| open.bytes.len() >= QUEUE_BYTES && !open.is_ended;
            open = self.queue.changed.wait_while(open, has_room).unwrap_or_else(PoisonError::into_inner);
            open.bytes.extend_from_slice(bytes);
        } else {
            open.take(bytes);
        }
        self.queue.changed.notify_all();
    }
}

impl Open {
    /// Takes what there is room for, and whole lines alone.
    fn take(&mut self, mut bytes: &[u8]) {
        if self.is_skipping {
            let Some(end) = memchr::memchr(b'\n', bytes) else { return };
            self.is_skipping = false;
            bytes = &bytes[end + 1..];
        }
        if self.bytes.len() + bytes.len() <= QUEUE_BYTES {
            self.bytes.extend_from_slice(bytes);
            return;
        }
        // The start of a line that is there already loses its end; that is better than to join it to another.
        if self.bytes.last().is_some_and(|last| *last != b'\n') {
            self.bytes.push(b'\n');
        }
        let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.is_skipping = bytes.last().is_some_and(|last| *last != b'\n');
        self.refused_lines += ends + u64::from(self.is_skipping);
    }
}

fn read_lines(queue: &Queue, batcher: &Batcher, mut lines: Lines, pending_wait: Duration) {
    let mut bytes = Vec::new();
    loop {
        let is_last = {
            let mut open = queue.open();
            let is_quiet = |open: &mut Open| open.bytes.is_empty() && !open.is_ended;
            open = if lines.is_pending() {
                let waited = queue.changed.wait_timeout_while(open, pending_wait, is_quiet);
                waited.unwrap_or_else(PoisonError::into_inner).0
            } else {
                queue.changed.wait_while(open, is_quiet).unwrap_or_else(PoisonError::into_inner)
            };
            bytes.clear();
            std::mem::swap(&mut bytes, &mut open.bytes);
            open.is_ended && bytes.is_empty()
        };
        queue.changed.notify_all();
        let is_abandoned = || queue.open().is_abandoned;
        let mut rest = bytes.as_slice();
        loop {
            let Some(mut feed) = batcher.feed_when_room(is_abandoned) else {
                let mut open = queue.open();
                open.refused_lines += memchr::memchr_iter(b'\n', rest).count() as u64;
                return;
            };
            let is_written = lines.push(rest, &mut feed, |_, _| {});
            rest = &[];
            if is_written {
                if is_last {
                    lines.finish(&mut feed);
                } else if bytes.is_empty() {
                    lines.flush_pending(&mut feed);
                }
                break;
            }
        }
        if is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_refused_and_counted() {
        let mut open = Open { bytes: vec![b'x'; QUEUE_BYTES - 4], ..Open::default() };
        open.take(b"one\ntwo\nthr");
        open.take(b"ee\nok\n");
        let end = String::from_utf8_lossy(&open.bytes[QUEUE_BYTES - 4..]).into_owned();
        assert_eq!((open.refused_lines, end.as_str()), (3, "\nok\n"));
    }
}
