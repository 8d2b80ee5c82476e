//! The few ways in which the spool touches the disk.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, IoSlice, Write},
    path::{Path, PathBuf},
};

use crate::SpoolError;

/// Writes and syncs of the files that grow: segments and the journal. A trait so that tests can make them fail.
pub(crate) trait Disk: Send + Sync {
    fn write(&self, file: &mut File, parts: &mut [IoSlice<'_>]) -> io::Result<()>;
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The disk of the operating system.
pub(crate) struct SystemDisk;

impl Disk for SystemDisk {
    fn write(&self, file: &mut File, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        // Drops empty parts in front, which a vectored write would report as nothing written.
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match file.write_vectored(parts) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut parts, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// Makes creations, renames and deletions in a folder durable.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems offer no way to sync a folder; their file systems log such changes themselves.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates a folder that only this user can read, and its parents.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Replaces a file as a whole: after a crash it is the old one or the new one, never a mixture.
pub(crate) fn replace_file(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let written = (|| {
        let mut file = File::create(&temporary)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if let Err(error) = written {
        // The error at hand matters more than the file left behind; the next open removes it too.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Takes the folder for this process. The lock goes with the returned file, even if the process is killed.
pub(crate) fn lock_folder(folder: &Path) -> Result<File, SpoolError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| SpoolError::io("open", &path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SpoolError::Locked { path: folder.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(SpoolError::io("lock", &path, error)),
    }
}

/// A file of no use but its size. Delivery needs a few bytes of disk to free many, so on a full disk the reserve is
/// given up to let it go on; it is taken again once segments were deleted.
pub(crate) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    const BYTES: usize = 1 << 20;

    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: folder.join("reserve") }
    }

    /// Without a reserve the spool works all the same, so a failure is no error.
    pub(crate) fn fill(&self) {
        if !self.path.exists() && fs::write(&self.path, vec![0x55; Self::BYTES]).is_err() {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Runs `write`; where the disk is full, gives up the reserve and runs it once more.
    pub(crate) fn with<T>(&self, mut write: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        match write() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
                    && fs::remove_file(&self.path).is_ok() =>
            {
                write()
            }
            result => result,
        }
    }
}
