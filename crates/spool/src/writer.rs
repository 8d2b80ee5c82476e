//! The thread that writes: all waiting appends with one write and one sync.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::IoSlice,
    mem,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::Instant,
};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::{
    Appended, SpoolError,
    disk::sync_folder,
    frame::{Frame, Position},
    log::Summary,
    segment::{SEGMENT_START, encode_segment_header, segment_path},
    shared::{Shared, lock},
    sources::Sources,
};

/// Unit in which room in the queue is counted.
pub(crate) const PERMIT_BYTES: u64 = 1 << 10;
/// With so much waiting a commit begins at once.
const EAGER_BYTES: u64 = 1 << 20;

pub(crate) struct Request {
    pub(crate) frame: Frame,
    pub(crate) reply: oneshot::Sender<Result<Appended, SpoolError>>,
    /// Held until the answer, so that what waits in memory is bounded.
    pub(crate) permit: OwnedSemaphorePermit,
}

#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) requests: VecDeque<Request>,
    pub(crate) bytes: u64,
    /// Frames that were ever let in.
    pub(crate) let_in: u64,
    pub(crate) is_closed: bool,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    active: Option<Active>,
    /// A segment whose end could not be put right after a failure. Nothing is written before it is.
    unclean: Option<Active>,
    next_segment: u64,
    /// Appends in the last commit: how much company to expect.
    company: usize,
}

struct Active {
    id: u64,
    path: PathBuf,
    file: File,
    /// Durable length.
    length: u64,
}

impl Writer {
    /// Segments of earlier runs are never appended to: a cut that covers a damaged end of one must not get new
    /// frames under its old number, which the store may have seen already.
    pub(crate) fn new(shared: Arc<Shared>, next_segment: u64) -> Self {
        Self { shared, active: None, unclean: None, next_segment, company: 1 }
    }

    /// Commits until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(requests) = self.take() {
            let fresh = self.without_duplicates(requests);
            self.commit_all(fresh);
        }
    }

    /// Commits a batch, with more than one write where it does not fit into the segment. After a failure the rest
    /// fails too: a source's later frame must not be stored where its earlier one is not.
    fn commit_all(&mut self, requests: Vec<Request>) {
        let mut group = Vec::new();
        let mut group_bytes = 0;
        let mut requests = requests.into_iter();
        while let Some(request) = requests.next() {
            let bytes = request.frame.disk_bytes();
            let used = self.active.as_ref().map_or(SEGMENT_START, |active| active.length) + group_bytes;
            if used + bytes > self.shared.config.effective_segment_bytes() && used > SEGMENT_START {
                if let Err(error) = self.commit(mem::take(&mut group)) {
                    let rest = std::iter::once(request).chain(requests).collect();
                    return self.answer(rest, &Err(error));
                }
                group_bytes = 0;
                self.active = None;
            }
            group_bytes += bytes;
            group.push(request);
        }
        // The senders have the error.
        let _ = self.commit(group);
    }

    /// Waits for appends, and a little for as many as came last time: senders who wait for their answers send again at
    /// about the same moment, and a lone one waits for nobody. `None` once the spool is closed and nothing waits.
    fn take(&mut self) -> Option<VecDeque<Request>> {
        let mut queue = lock(&self.shared.queue);
        while queue.requests.is_empty() {
            if queue.is_closed {
                return None;
            }
            queue = self.shared.queued.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let deadline = Instant::now() + self.shared.config.commit_delay;
        while queue.requests.len() < self.company && queue.bytes < EAGER_BYTES && !queue.is_closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.queued.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.bytes = 0;
        self.company = queue.requests.len();
        Some(mem::take(&mut queue.requests))
    }

    /// Answers what is durable already, and leaves a sequence that is twice in the batch for a later commit.
    fn without_duplicates(&mut self, requests: VecDeque<Request>) -> Vec<Request> {
        let mut fresh = Vec::with_capacity(requests.len());
        let mut duplicates = Vec::new();
        let mut later = Vec::new();
        let mut in_batch = Sources::default();
        {
            let state = lock(&self.shared.state);
            for request in requests {
                let Some(source) = request.frame.source else {
                    fresh.push(request);
                    continue;
                };
                let durable = state.sources.knows(&source.id, source.sequence);
                let waiting = in_batch.knows(&source.id, source.sequence);
                if durable {
                    duplicates.push(request);
                } else if waiting {
                    // Only the outcome of this commit tells whether it is a duplicate.
                    later.push(request);
                } else {
                    in_batch.advance(source.id, source.sequence, 0);
                    fresh.push(request);
                }
            }
        }
        self.answer(duplicates, &Ok(Appended::Duplicate));
        if !later.is_empty() {
            let mut queue = lock(&self.shared.queue);
            for request in later.into_iter().rev() {
                queue.bytes += request.frame.disk_bytes();
                queue.requests.push_front(request);
            }
        }
        fresh
    }

    /// Writes and syncs the frames, then answers their senders.
    fn commit(&mut self, group: Vec<Request>) -> Result<(), SpoolError> {
        if group.is_empty() {
            return Ok(());
        }
        match self.write(&group) {
            Ok((end, all)) => {
                let mut state = lock(&self.shared.state);
                state.segments.insert(end.segment, end.offset);
                state.active = Some(end.segment);
                state.pending.add(&all);
                if state.uncut_frames == 0 {
                    state.uncut_oldest_ns = all.oldest_ns;
                }
                state.uncut_frames += all.frames;
                for source in group.iter().filter_map(|request| request.frame.source) {
                    state.sources.advance(source.id, source.sequence, all.oldest_ns.unwrap_or(0));
                }
                drop(state);
                self.shared.announce();
                // Before the answers: who has one finds that the observer knows of the frame.
                if let Some(observe) = self.shared.observer.get() {
                    for request in &group {
                        observe(&request.frame);
                    }
                }
                self.answer(group, &Ok(Appended::Stored));
                Ok(())
            }
            Err(error) => {
                if let Some(active) = self.active.take() {
                    self.abandon(active);
                }
                lock(&self.shared.state).active = None;
                self.answer(group, &Err(error.clone()));
                Err(error)
            }
        }
    }

    fn answer(&self, group: Vec<Request>, outcome: &Result<Appended, SpoolError>) {
        let bytes: u64 = group.iter().map(|request| request.frame.disk_bytes()).sum();
        let mut state = lock(&self.shared.state);
        state.reserved_bytes = state.reserved_bytes.saturating_sub(bytes);
        state.settled += group.len() as u64;
        drop(state);
        for request in group {
            drop(request.permit);
            // A sender that went away needs no answer; its frame is kept all the same.
            let _ = request.reply.send(outcome.clone());
        }
    }

    fn write(&mut self, group: &[Request]) -> Result<(Position, Summary), SpoolError> {
        if let Some(unclean) = self.unclean.take() {
            self.abandon(unclean);
        }
        if let Some(unclean) = &self.unclean {
            let error = std::io::Error::other("its end could not be put right after an earlier failure");
            return Err(SpoolError::io("write", &unclean.path, error));
        }
        let folder = &self.shared.config.dir;
        self.shared.reserve.fill().map_err(|error| SpoolError::io("write", folder, error))?;
        let now_ns = self.shared.clock.now_ns();
        let active = match self.active.take() {
            Some(active) => active,
            None => self.create_segment()?,
        };
        let active = self.active.insert(active);
        let mut end = Position { segment: active.id, offset: active.length };
        let mut all = Summary::default();
        let mut headers = Vec::with_capacity(group.len());
        for Request { frame, .. } in group {
            let payload_bytes =
                u32::try_from(frame.payload.len()).map_err(|_| SpoolError::FrameTooLarge {
                    bytes: frame.payload.len() as u64,
                    limit_bytes: u64::from(u32::MAX),
                })?;
            let header = frame.header(payload_bytes, now_ns);
            headers.push(header.encode(end));
            end.offset += header.disk_bytes();
            all.add(&header);
        }
        let mut parts = Vec::with_capacity(2 * group.len());
        for (header, request) in headers.iter().zip(group) {
            parts.push(IoSlice::new(header));
            parts.push(IoSlice::new(&request.frame.payload));
        }
        let disk = &self.shared.disk;
        disk.write(&mut active.file, &mut parts)
            .map_err(|error| SpoolError::io("write", &active.path, error))?;
        disk.sync(&active.file).map_err(|error| SpoolError::io("sync", &active.path, error))?;
        active.length = end.offset;
        Ok((end, all))
    }

    /// Starts a segment; its file and its place in the folder are durable on return.
    fn create_segment(&mut self) -> Result<Active, SpoolError> {
        let id = self.next_segment;
        self.next_segment += 1;
        let folder = &self.shared.config.dir;
        let path = segment_path(folder, id);
        let mut file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| SpoolError::io("create", &path, error))?;
        let disk = &self.shared.disk;
        let written = disk
            .write(&mut file, &mut [IoSlice::new(&encode_segment_header(id))])
            .and_then(|()| disk.sync(&file))
            .and_then(|()| sync_folder(folder));
        let active = Active { id, path, file, length: SEGMENT_START };
        if let Err(error) = written {
            let error = SpoolError::io("write", &active.path, error);
            self.abandon(active);
            return Err(error);
        }
        Ok(active)
    }

    /// Puts the end of a segment right after a failed commit, and leaves the segment for good.
    ///
    /// After a failed sync nobody knows which of the written pages reached the disk: Linux marks them clean and
    /// reports the error once, so a second sync succeeds without writing them (Rebello et al., "Can Applications
    /// Recover from fsync Failures?", USENIX ATC 2020). Hence the commit has failed, its bytes are cut off, and what
    /// comes goes to a new file: the last page of this one is as doubtful as those after it.
    fn abandon(&mut self, active: Active) {
        let result = if active.length == SEGMENT_START {
            fs::remove_file(&active.path)
        } else {
            active.file.set_len(active.length).and_then(|()| active.file.sync_all())
        };
        if result.is_err() {
            self.unclean = Some(active);
        }
    }
}
