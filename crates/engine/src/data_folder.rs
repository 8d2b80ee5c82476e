use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::error::EngineError;

const VERSION_FILE: &str = "clickhouse-version";

/// The engine's folder, locked for this process until dropped.
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder when missing (mode 0700), locks it, and refuses one that a newer ClickHouse wrote.
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let io = |source| EngineError::DataFolder { path: path.to_path_buf(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io)?;
        let folder = Self { path: path.to_path_buf(), _lock: lock(path)? };
        folder.check_version()?;
        Ok(folder)
    }

    fn check_version(&self) -> Result<(), EngineError> {
        let file = self.path.join(VERSION_FILE);
        let found = match fs::read_to_string(&file) {
            Ok(text) => text.trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(EngineError::DataFolder { path: file, source }),
        };
        if release(&found).is_some_and(|release| release > crate::CLICKHOUSE_RELEASE) {
            let supported = supported_release();
            return Err(EngineError::DataFolderNewer { path: self.path.clone(), found, supported });
        }
        Ok(())
    }

    /// Notes which ClickHouse wrote here last.
    pub(crate) fn record_version(&self, version: &str) -> io::Result<()> {
        let temporary = self.path.join("clickhouse-version.new");
        let mut file = File::create(&temporary)?;
        writeln!(file, "{version}")?;
        file.sync_all()?;
        fs::rename(temporary, self.path.join(VERSION_FILE))
    }

    /// Refuses a disk with less than `needed_bytes` free.
    pub(crate) fn check_free_space(&self, needed_bytes: u64) -> Result<(), EngineError> {
        let free_bytes = free_bytes(&self.path)
            .map_err(|source| EngineError::DataFolder { path: self.path.clone(), source })?;
        if free_bytes < needed_bytes {
            return Err(EngineError::DiskFull { path: self.path.clone(), free_bytes, needed_bytes });
        }
        Ok(())
    }
}

/// Year and month of a ClickHouse version, `26.7.2.1` is (26, 7).
pub(crate) fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub(crate) fn supported_release() -> String {
    format!("{}.{}", crate::CLICKHOUSE_RELEASE.0, crate::CLICKHOUSE_RELEASE.1)
}

fn lock(folder: &Path) -> Result<File, EngineError> {
    let path = folder.join("lock");
    let io = |source| EngineError::DataFolder { path: path.clone(), source };
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(io)?;
            let pid = if pid.trim().is_empty() { "(unknown)" } else { pid.trim() }.to_owned();
            return Err(EngineError::DataFolderInUse { path: folder.to_path_buf(), pid });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    file.set_len(0).map_err(io)?;
    file.rewind().map_err(io)?;
    writeln!(file, "{}", std::process::id()).map_err(io)?;
    Ok(file)
}

fn free_bytes(path: &Path) -> io::Result<u64> {
    let path = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: all-zero is a valid statvfs, and the call only writes into it; `path` ends with a zero byte.
    let status = unsafe {
        let mut status: libc::statvfs = std::mem::zeroed();
        if libc::statvfs(path.as_ptr(), &raw mut status) != 0 {
            return Err(io::Error::last_os_error());
        }
        status
    };
    // The two fields are narrower than 64 bits on some systems.
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion))]
    let bytes = u64::from(status.f_bavail).saturating_mul(u64::from(status.f_frsize));
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    #[test]
    fn is_held_by_one_at_a_time() {
        let place = folder();
        let held = DataFolder::open(place.path()).expect("free");
        let error = DataFolder::open(place.path()).err().expect("held");
        assert_eq!(error.code(), "engine.data_folder_in_use");
        assert!(error.to_string().contains(&format!("process {};", std::process::id())), "{error}");
        drop(held);
        DataFolder::open(place.path()).expect("free again");
    }

    #[test]
    fn refuses_the_data_of_a_newer_release() {
        let place = folder();
        DataFolder::open(place.path()).expect("new").record_version("26.8.1.2").expect("noted");
        let error = DataFolder::open(place.path()).err().expect("newer");
        assert_eq!(error.code(), "engine.data_folder_newer");
        assert!(error.to_string().contains("26.8.1.2, newer than 26.7"), "{error}");
    }

    #[test]
    fn takes_the_data_of_an_older_release() {
        let place = folder();
        for version in ["26.7.9.1", "25.12.3.4", "not a version"] {
            fs::write(place.path().join(VERSION_FILE), version).expect("written");
            DataFolder::open(place.path()).expect(version);
        }
    }

    #[test]
    fn says_when_the_disk_is_full() {
        let place = folder();
        let folder = DataFolder::open(place.path()).expect("new");
        folder.check_free_space(1).expect("a byte is free");
        let error = folder.check_free_space(u64::MAX).expect_err("nobody has that much");
        assert_eq!(error.code(), "engine.disk_full");
    }

    #[test]
    fn says_which_folder_it_can_not_make() {
        let place = folder();
        fs::write(place.path().join("file"), "").expect("written");
        let error = DataFolder::open(&place.path().join("file/data")).err().expect("not a folder");
        assert_eq!(error.code(), "engine.data_folder");
        assert!(error.to_string().contains("file/data"), "{error}");
    }
}
