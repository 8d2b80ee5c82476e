//! The few ways in which the spool touches the disk.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, IoSlice, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
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
/// given up to let it go on. Until it is there again nothing is appended, or appends would take its place.
pub(crate) struct Reserve {
    path: PathBuf,
    is_held: AtomicBool,
}

impl Reserve {
    const BYTES: usize = 1 << 20;

    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: folder.join("reserve"), is_held: AtomicBool::new(false) }
    }

    /// Takes the reserve where it is not held.
    pub(crate) fn fill(&self) -> io::Result<()> {
        if self.is_held.load(Ordering::Relaxed) {
            return Ok(());
        }
        let is_whole = fs::metadata(&self.path).is_ok_and(|file| file.len() == Self::BYTES as u64);
        if !is_whole && let Err(error) = fs::write(&self.path, vec![0x55; Self::BYTES]) {
            // A part of it would keep from delivery what it needs.
            let _ = fs::remove_file(&self.path);
            return Err(error);
        }
        self.is_held.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Runs `write`; where the disk is full, gives up the reserve and runs it once more.
    pub(crate) fn with<T>(&self, mut write: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        match write() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
            {
                self.is_held.store(false, Ordering::Relaxed);
                fs::remove_file(&self.path).map_err(|_| error)?;
                write()
            }
            result => result,
        }
    }
}
