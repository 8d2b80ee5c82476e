use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::StateError;

/// A state folder that this process holds alone, until this is dropped.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Makes the folder where it is missing, readable by its owner alone, and takes it.
    ///
    /// # Errors
    /// Another process has it, or it can't be made.
    pub fn take(path: &Path) -> Result<Self, StateError> {
        let failed = |source| StateError::Folder { path: path.to_owned(), source };
        make(path).map_err(failed)?;
        let mut lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(lock_file(path))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = lock.read_to_string(&mut owner);
                return Err(StateError::InUse { path: path.to_owned(), owner: owner.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        lock.set_len(0).map_err(failed)?;
        lock.write_all(std::process::id().to_string().as_bytes()).map_err(failed)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Process that holds the folder.
    pub fn owner(path: &Path) -> Option<String> {
        let mut lock = File::open(lock_file(path)).ok()?;
        if !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return None;
        }
        let mut owner = String::new();
        lock.read_to_string(&mut owner).ok()?;
        Some(owner)
    }
}

/// Where state lies when nothing else is said: `~/.local/state/click-lite-agent` on Linux.
pub fn default_folder() -> PathBuf {
    directories::ProjectDirs::from("", "", "click-lite-agent").map_or_else(
        || PathBuf::from("click-lite-agent-state"),
        |folders| folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned(),
    )
}

fn lock_file(path: &Path) -> PathBuf {
    path.join("lock")
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
