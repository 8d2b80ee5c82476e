//! What changes in watched directories, collected until it is asked for.

use std::collections::{HashMap, HashSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// More changed paths than this are one "look at everything".
const MOST_PATHS: usize = 4096;

/// What changed since the last time it was asked.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files with new content.
    pub contents: HashSet<PathBuf>,
    /// Names that appeared, went away or were renamed.
    pub names: HashSet<PathBuf>,
    /// Something was missed.
    pub is_incomplete: bool,
    pub is_stopped: bool,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.names.is_empty() && !self.is_incomplete && !self.is_stopped
    }
}

/// Where the watcher writes and the collector reads.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    shared: Arc<(Mutex<Changes>, Condvar)>,
}

impl Inbox {
    /// Takes what changed, and waits for it where there is nothing.
    pub fn take(&self, patience: Option<Duration>) -> Changes {
        let (changes, arrived) = &*self.shared;
        let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
        match patience {
            Some(patience) => {
                let waited = arrived.wait_timeout_while(changes, patience, |changes| changes.is_empty());
                changes = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            None => {
                let waited = arrived.wait_while(changes, |changes| changes.is_empty());
                changes = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
        let is_stopped = changes.is_stopped;
        let taken = std::mem::take(&mut *changes);
        changes.is_stopped = is_stopped;
        taken
    }

    pub fn stop(&self) {
        self.write(|changes| changes.is_stopped = true);
    }

    pub fn is_stopped(&self) -> bool {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).is_stopped
    }

    fn write(&self, write: impl FnOnce(&mut Changes)) {
        let (changes, arrived) = &*self.shared;
        let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut changes);
        if changes.contents.len() > MOST_PATHS || changes.names.len() > MOST_PATHS {
            changes.contents.clear();
            changes.names.clear();
            changes.is_incomplete = true;
        }
        arrived.notify_all();
    }

    fn event(&self, event: notify::Result<Event>) {
        let Ok(event) = event else {
            self.write(|changes| changes.is_incomplete = true);
            return;
        };
        let is_name = match event.kind {
            EventKind::Access(_) => return,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => true,
            _ => false,
        };
        let is_incomplete = event.need_rescan();
        self.write(|changes| {
            changes.is_incomplete |= is_incomplete;
            let paths = if is_name { &mut changes.names } else { &mut changes.contents };
            paths.extend(event.paths);
        });
    }
}

/// Device and inode of a directory, and when it was made, as inodes are used again.
type Identity = (u64, u64, Option<SystemTime>);

fn identity(directory: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(directory).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.created().ok()))
}

/// Watches directories, each by itself; what can't be watched has to be polled.
pub struct DirectoryWatcher {
    watcher: Option<RecommendedWatcher>,
    /// With which directory had the path then: that another one has it now is not always told.
    watched: HashMap<PathBuf, Option<Identity>>,
    refused: HashSet<PathBuf>,
}

impl DirectoryWatcher {
    /// Without a watcher where `is_polling`, or where the system has none to give.
    pub fn new(inbox: &Inbox, is_polling: bool) -> Self {
        let mut watcher = None;
        if !is_polling {
            let inbox = inbox.clone();
            match notify::recommended_watcher(move |event| inbox.event(event)) {
                Ok(made) => watcher = Some(made),
                Err(error) => tracing::warn!(error = %error, "files can't be watched and are polled"),
            }
        }
        Self { watcher, watched: HashMap::new(), refused: HashSet::new() }
    }

    /// Watches these directories from now on, and no others. Whether one of them was not watched before: what was made in it
    /// until now was told by nobody.
    pub fn watch(&mut self, directories: &HashSet<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let mut has_new = false;
        self.watched.retain(|directory, known| {
            let is_wanted = directories.contains(directory) && *known == identity(directory);
            if !is_wanted {
                // It may be gone, and its watch with it.
                let _ = watcher.unwatch(directory);
            }
            is_wanted
        });
        self.refused.retain(|directory| directories.contains(directory));
        for directory in directories {
            if self.watched.contains_key(directory) {
                continue;
            }
            let known = identity(directory);
            match watcher.watch(directory, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.refused.remove(directory);
                    self.watched.insert(directory.clone(), known);
                    has_new = true;
                }
                Err(error) => {
                    if self.refused.insert(directory.clone()) {
                        tracing::warn!(
                            directory = %directory.display(),
                            error = %error,
                            "a directory can't be watched, its files are polled"
                        );
                    }
                }
            }
        }
        has_new
    }

    /// A directory went away or came anew: its watch is not to be relied on, and no watch of those inside of it. The
    /// watcher ends them all by their paths, also those of directories that were made anew meanwhile.
    pub fn forget(&mut self, directory: &Path) {
        if !self.watched.contains_key(directory) {
            return;
        }
        let Some(watcher) = &mut self.watcher else { return };
        self.watched.retain(|watched, _| {
            let is_inside = watched.starts_with(directory);
            if is_inside {
                let _ = watcher.unwatch(watched);
            }
            !is_inside
        });
    }

    pub fn is_watched(&self, directory: &Path) -> bool {
        self.watched.contains_key(directory)
    }

    /// Whether some directories have to be polled.
    pub fn is_polling(&self) -> bool {
        self.watcher.is_none() || !self.refused.is_empty()
    }
}
