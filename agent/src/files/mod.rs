//! Files that are followed: found by patterns, told apart by inode and first bytes, read as they grow.
//!
//! Rotation by renaming: the old file stays open and is read to its end; the new one is another file. Rotation by copying
//! and truncating: a file that is shorter than what was read of it, or starts otherwise, is read from its start.

mod discover;
mod followed;
mod watch;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use discover::Globs;
pub use watch::Inbox;

use self::followed::{Followed, Progress};
use self::watch::{Changes, DirectoryWatcher};
use crate::batch::Batcher;
use crate::docker;
use crate::reading::Reading;
use crate::state::{FileKey, FilePosition, Spool, StateError};

/// Everything is looked at this often although nothing was told, for what a watcher may miss.
const SAFETY_SCAN: Duration = Duration::from_secs(30);
/// Looks for directories in a row, each after some were found that nobody watched: a bound where more are made all the time.
const MOST_LOOKS: usize = 16;
/// Events of this time are handled together.
const GATHER: Duration = Duration::from_millis(10);
/// Bytes of one file before the next has its turn.
const TURN_BYTES: usize = 1 << 20;
const BUFFER_BYTES: usize = 128 << 10;
/// Between two looks whether there is room.
const ROOM_PATIENCE: Duration = Duration::from_millis(250);

/// A set of files that are read alike.
#[derive(Debug, Clone)]
pub struct FileSource {
    pub globs: Globs,
    /// Files that are there when these patterns are used for the first time are read from their end.
    pub starts_at_end: bool,
    /// The files are those of Docker: names and labels of the containers lie beside them.
    pub is_docker: bool,
    pub reading: Reading,
}

/// How files are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowLimits {
    /// Look at the files this often in place of being told of changes; also for what can't be watched.
    pub poll_interval: Duration,
    pub is_polling: bool,
    /// Files that are open at once.
    pub max_open: usize,
    /// How long a file that was renamed or deleted is read on after its last growth.
    pub rotated_wait: Duration,
}

/// Follows the files of all sources, on a thread of its own.
pub struct Collector {
    sources: Vec<FileSource>,
    limits: FollowLimits,
    batcher: Arc<Batcher>,
    inbox: Inbox,
    watcher: DirectoryWatcher,
    files: HashMap<FileKey, Followed>,
    /// Names of files, and what symbolic links lead to.
    names: HashMap<PathBuf, FileKey>,
    /// Positions of files that were read before and not found yet.
    known: HashMap<FileKey, FilePosition>,
    /// Sources that were used before.
    used: Vec<bool>,
    pending: HashSet<FileKey>,
    /// Files that can't be read; each was told of once.
    unreadable: HashSet<PathBuf>,
    /// Files were found whose positions are not on disk yet.
    is_new: bool,
    buffer: Vec<u8>,
}

impl Collector {
    pub fn new(
        sources: Vec<FileSource>,
        limits: FollowLimits,
        spool: &Spool,
        batcher: Arc<Batcher>,
    ) -> Result<Self, StateError> {
        let known = spool.files()?.into_iter().map(|position| (position.key, position)).collect();
        let used = sources
            .iter()
            .map(|source| Ok(spool.cursor(&used_name(source))?.is_some()))
            .collect::<Result<_, _>>()?;
        let inbox = Inbox::default();
        let watcher = DirectoryWatcher::new(&inbox, limits.is_polling);
        Ok(Self {
            sources,
            limits,
            batcher,
            inbox,
            watcher,
            files: HashMap::new(),
            names: HashMap::new(),
            known,
            used,
            pending: HashSet::new(),
            unreadable: HashSet::new(),
            is_new: false,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    /// Tells the collector to end.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Follows the files until told to end.
    pub fn run(mut self) {
        let mut dirty: VecDeque<FileKey> = VecDeque::new();
        let mut scanned = self.scan(&mut dirty);
        self.find_renamed(&mut dirty);
        self.mark_used();
        loop {
            self.read(&mut dirty);
            self.flush_pending();
            self.let_go();
            if self.inbox.is_stopped() {
                break;
            }
            let patience = if dirty.is_empty() { self.patience(scanned) } else { Duration::ZERO };
            let changes = self.inbox.take(Some(patience));
            if changes.is_stopped {
                break;
            }
            // Asked before watches are forgotten: that one is gone is a reason to look.
            let has_changed = self.changes_files(&changes);
            self.check_directories(&changes);
            let is_scan_due = scanned.elapsed() >= self.scan_interval();
            if is_scan_due || has_changed {
                scanned = self.scan(&mut dirty);
            }
            self.mark(changes, &mut dirty);
            if !dirty.is_empty() {
                std::thread::sleep(GATHER);
            }
        }
        self.read_gone();
        self.batcher.flush();
    }

    /// Reads deleted files to their end: they can't be found again.
    fn read_gone(&mut self) {
        for key in self.unnamed() {
            if !self.files.get(&key).is_some_and(Followed::is_gone) {
                continue;
            }
            while self.read_one(key) == Progress::More {}
            if let (Some(mut file), Some(mut feed)) = (self.files.remove(&key), self.batcher.feed()) {
                file.finish(&mut feed);
                feed.forget_file(key);
            }
        }
    }

    fn scan_interval(&self) -> Duration {
        if self.watcher.is_polling() { self.limits.poll_interval } else { SAFETY_SCAN }
    }

    /// How long nothing has to be done if nothing happens.
    fn patience(&self, scanned: Instant) -> Duration {
        let mut patience = self.scan_interval().saturating_sub(scanned.elapsed());
        for file in self.pending.iter().filter_map(|key| self.files.get(key)) {
            let wait = self.sources[file.source].reading.pending_wait;
            patience = patience.min(wait.saturating_sub(file.last_data.elapsed()));
        }
        for key in self.unnamed() {
            if let Some(file) = self.files.get(&key) {
                patience = patience.min(self.limits.rotated_wait.saturating_sub(file.last_data.elapsed()));
            }
        }
        patience
    }

    fn unnamed(&self) -> Vec<FileKey> {
        let unnamed = self.files.values().filter(|file| file.unnamed_since.is_some());
        unnamed.map(|file| file.key).collect()
    }

    /// Whether names changed that matter here.
    fn changes_files(&self, changes: &Changes) -> bool {
        changes.is_incomplete
            || changes.names.iter().any(|path| {
                self.names.contains_key(path)
                    || self.sources.iter().any(|source| source.globs.matches(path))
                    || self.watcher.is_watched(path)
                    || path.is_dir()
            })
    }

    /// Adds the files with new content.
    fn mark(&mut self, changes: Changes, dirty: &mut VecDeque<FileKey>) {
        for path in changes.contents.into_iter().chain(changes.names) {
            if let Some(key) = self.names.get(&path)
                && !dirty.contains(key)
            {
                dirty.push_back(*key);
            }
        }
        // No name tells of these.
        for key in self.unnamed() {
            if !dirty.contains(&key) {
                dirty.push_back(key);
            }
        }
    }

    /// A directory that was removed, or made anew under the same name, is watched no longer.
    fn check_directories(&mut self, changes: &Changes) {
        for path in &changes.names {
            self.watcher.forget(path);
        }
    }

    /// Looks which files there are, and which of them have something new.
    fn scan(&mut self, dirty: &mut VecDeque<FileKey>) -> Instant {
        let mut found: HashMap<FileKey, PathBuf> = HashMap::new();
        let mut directories = HashSet::new();
        self.names.clear();
        // Watched before they are looked at, so that nothing falls in between: neither a file, nor a directory that is made
        // in another one before that is watched.
        for _ in 0..MOST_LOOKS {
            directories.clear();
            for source in &self.sources {
                source.globs.directories(&mut directories);
            }
            if !self.watcher.watch(&directories) {
                break;
            }
        }
        for index in 0..self.sources.len() {
            let mut paths = Vec::new();
            self.sources[index].globs.files(|path| paths.push(path));
            for path in paths {
                self.look_at(index, path, &mut found, &mut directories, dirty);
            }
        }
        let now = Instant::now();
        for file in self.files.values_mut() {
            match found.remove(&file.key) {
                Some(path) => {
                    file.name.clone_from(&path);
                    file.path = path;
                    file.unnamed_since = None;
                }
                None => {
                    if file.unnamed_since.is_none() {
                        file.unnamed_since = Some(now);
                        file.last_data = now;
                    }
                    if !dirty.contains(&file.key) {
                        dirty.push_back(file.key);
                    }
                }
            }
        }
        self.name_renamed();
        self.watcher.watch(&directories);
        if std::mem::take(&mut self.is_new) {
            // Known on disk before they can be renamed to what no pattern matches.
            self.batcher.flush();
        }
        now
    }

    /// A path that a pattern gave.
    fn look_at(
        &mut self,
        source: usize,
        path: PathBuf,
        found: &mut HashMap<FileKey, PathBuf>,
        directories: &mut HashSet<PathBuf>,
        dirty: &mut VecDeque<FileKey>,
    ) {
        // Follows symbolic links.
        let Ok(metadata) = std::fs::metadata(&path) else { return };
        if !metadata.is_file() {
            return;
        }
        let key = FileKey::of(&metadata);
        self.names.insert(path.clone(), key);
        if path.is_symlink()
            && let Ok(target) = path.canonicalize()
        {
            directories.extend(target.parent().map(Path::to_path_buf));
            self.names.insert(target, key);
        }
        if found.contains_key(&key) {
            return;
        }
        found.insert(key, path.clone());
        let is_new = !self.files.contains_key(&key);
        if is_new {
            if let Err(error) = self.follow(key, source, path.clone()) {
                if self.unreadable.insert(path.clone()) {
                    tracing::warn!(file = %path.display(), error = %error, "a file can't be read");
                }
                return;
            }
            self.unreadable.remove(&path);
        }
        let has_more = self.files.get(&key).is_some_and(|file| file.unread(&metadata));
        if has_more && !dirty.contains(&key) {
            dirty.push_back(key);
        }
    }

    /// Begins to follow a file.
    fn follow(&mut self, key: FileKey, source: usize, path: PathBuf) -> io::Result<()> {
        let mut file = Followed::new(key, path, source, Instant::now());
        if let Some(position) = self.known.remove(&key) {
            file.resume(position)?;
        } else if self.sources[source].starts_at_end && !self.used[source] {
            file.skip_to_end()?;
            self.note_new(file.edge());
        } else {
            file.open()?;
            self.note_new(file.edge());
        }
        if self.files.values().filter(|file| file.is_open()).count() >= self.limits.max_open {
            file.close();
        }
        tracing::debug!(file = %file.path.display(), "a file is followed");
        self.files.insert(key, file);
        Ok(())
    }

    fn note_new(&mut self, position: FilePosition) {
        self.is_new = true;
        self.batcher.note(|changes| changes.set_file(position));
    }

    /// The sources' files that are there are known from now on: what comes later is read from its start.
    fn mark_used(&mut self) {
        self.used.fill(true);
        let names: Vec<String> = self.sources.iter().map(used_name).collect();
        self.batcher.note(|changes| {
            changes.cursors.extend(names.into_iter().map(|name| (name, "used".to_owned())));
        });
        self.batcher.flush();
    }

    /// Files that were renamed to what no pattern matches while no agent ran: they are read to their end. What is gone is
    /// forgotten.
    fn find_renamed(&mut self, dirty: &mut VecDeque<FileKey>) {
        let mut directories: HashMap<PathBuf, HashMap<u64, PathBuf>> = HashMap::new();
        let mut gone = Vec::new();
        for (key, position) in std::mem::take(&mut self.known) {
            let Some(directory) = position.path.parent() else { continue };
            let Some(source) = self.sources.iter().position(|source| source.globs.matches(&position.path))
            else {
                self.known.insert(key, position);
                continue;
            };
            let is_mounted = std::fs::metadata(directory)
                .is_ok_and(|metadata| FileKey::of(&metadata).device == key.device);
            if !is_mounted {
                self.known.insert(key, position);
                continue;
            }
            let inodes =
                directories.entry(directory.to_owned()).or_insert_with(|| discover::inodes(directory));
            let Some(path) = inodes.get(&key.inode) else {
                gone.push(key);
                continue;
            };
            let mut file = Followed::new(key, path.clone(), source, Instant::now());
            file.name.clone_from(&position.path);
            file.unnamed_since = Some(Instant::now());
            match file.resume(position.clone()) {
                Ok(()) if !file.is_resumed(&position.fingerprint) => gone.push(key),
                Ok(()) if file.has_more() => {
                    self.names.insert(path.clone(), key);
                    self.files.insert(key, file);
                    dirty.push_back(key);
                }
                _ => {
                    self.known.insert(key, position);
                }
            }
        }
        if !gone.is_empty() {
            self.batcher.note(|changes| gone.into_iter().for_each(|key| changes.forget_file(key)));
        }
    }

    /// Finds the present names of files that were renamed, to be told of what is written to them still.
    fn name_renamed(&mut self) {
        let mut directories: HashMap<PathBuf, HashMap<u64, PathBuf>> = HashMap::new();
        for file in self.files.values_mut().filter(|file| file.unnamed_since.is_some()) {
            let Some(directory) = file.path.parent().map(Path::to_path_buf) else { continue };
            let inodes = directories.entry(directory.clone()).or_insert_with(|| discover::inodes(&directory));
            if let Some(path) = inodes.get(&file.key.inode) {
                file.path.clone_from(path);
                self.names.insert(path.clone(), file.key);
            }
        }
    }

    /// Reads what is new, each file in turn, until there is no room.
    fn read(&mut self, dirty: &mut VecDeque<FileKey>) {
        for _ in 0..dirty.len() {
            if self.inbox.is_stopped() {
                return;
            }
            let Some(key) = dirty.pop_front() else { return };
            match self.read_one(key) {
                Progress::AtEnd => {}
                Progress::More => dirty.push_back(key),
                Progress::Blocked => {
                    dirty.push_front(key);
                    self.batcher.wait_for_room(ROOM_PATIENCE);
                    return;
                }
            }
        }
    }

    fn read_one(&mut self, key: FileKey) -> Progress {
        let Some(file) = self.files.get_mut(&key) else { return Progress::AtEnd };
        let was_open = file.is_open();
        let source = &self.sources[file.source];
        let labelled =
            (source.is_docker && file.is_unread()).then(|| docker::label(&source.reading, &file.path));
        let reading = labelled.as_ref().unwrap_or(&source.reading);
        let progress = match file.read(reading, &self.batcher, &mut self.buffer, TURN_BYTES) {
            Ok(progress) => progress,
            // Renamed or deleted since: the next scan finds out which.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Progress::AtEnd,
            Err(error) => {
                if self.unreadable.insert(file.path.clone()) {
                    tracing::warn!(file = %file.path.display(), error = %error, "a file can't be read");
                }
                Progress::AtEnd
            }
        };
        if file.is_pending() {
            self.pending.insert(key);
        } else {
            self.pending.remove(&key);
        }
        if !was_open && progress != Progress::More {
            self.close_spare(key);
        }
        progress
    }

    /// Keeps the number of open files within its limit: those that have been quiet for longest are closed.
    fn close_spare(&mut self, just_read: FileKey) {
        let open = self.files.values().filter(|file| file.is_open()).count();
        if open <= self.limits.max_open {
            return;
        }
        let quietest = self
            .files
            .values_mut()
            .filter(|file| file.is_open() && file.key != just_read && file.unnamed_since.is_none())
            .min_by_key(|file| file.last_data);
        if let Some(file) = quietest {
            file.close();
        }
    }

    /// Gives records away that have waited long enough for more lines.
    fn flush_pending(&mut self) {
        let due: Vec<FileKey> = self
            .pending
            .iter()
            .filter(|key| {
                self.files.get(key).is_none_or(|file| {
                    file.last_data.elapsed() >= self.sources[file.source].reading.pending_wait
                })
            })
            .copied()
            .collect();
        if due.is_empty() {
            return;
        }
        let Some(mut feed) = self.batcher.feed() else {
            self.batcher.wait_for_room(ROOM_PATIENCE);
            return;
        };
        for key in due {
            self.pending.remove(&key);
            if let Some(file) = self.files.get_mut(&key) {
                file.flush_pending(&mut feed);
            }
        }
    }

    /// Lets files go that were renamed or deleted and have not grown for a while.
    fn let_go(&mut self) {
        for key in self.unnamed() {
            if !self.is_quiet(key) {
                continue;
            }
            // What was written since the last look, without anybody telling.
            if self.read_one(key) != Progress::AtEnd || !self.is_quiet(key) {
                continue;
            }
            let Some(mut feed) = self.batcher.feed() else {
                self.batcher.wait_for_room(ROOM_PATIENCE);
                return;
            };
            let Some(mut file) = self.files.remove(&key) else { continue };
            self.pending.remove(&key);
            file.finish(&mut feed);
            if file.is_gone() {
                feed.forget_file(key);
            } else {
                // It may get a name of ours again.
                self.known.insert(key, file.edge());
            }
            tracing::debug!(file = %file.path.display(), "a file that was rotated is let go");
        }
    }

    fn is_quiet(&self, key: FileKey) -> bool {
        self.files.get(&key).is_some_and(|file| file.last_data.elapsed() >= self.limits.rotated_wait)
    }
}

/// Under which name it is kept that a source was used.
fn used_name(source: &FileSource) -> String {
    format!("files:{}", source.globs.name())
}
