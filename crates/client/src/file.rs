use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ClientError;

/// Bytes of each of the three parts of a large file that its fingerprint covers.
const PART_BYTES: u64 = 64 * 1024;

/// What tells one file from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileIdentity {
    pub name: String,
    /// Absolute.
    pub path: PathBuf,
    pub size_bytes: u64,
    /// RFC 3339, UTC, where the file system knows it.
    pub modified: Option<String>,
    /// SHA-256 in lower-case hexadecimal of the size in decimal digits, a newline, and the first, middle and last
    /// 64 KiB (the whole of a file that is no larger than these). Cheap for any size; the browser computes the same.
    pub fingerprint: String,
}

/// Looks at a file without reading all of it.
///
/// # Errors
/// It is a directory, is not there or can't be read.
pub fn inspect(path: &Path) -> Result<FileIdentity, ClientError> {
    let failed = |source| ClientError::read(path, source);
    let absolute = std::path::absolute(path).map_err(failed)?;
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(ClientError::Directory { path: path.to_owned() });
    }
    let size_bytes = metadata.len();
    let mut file = File::open(path).map_err(failed)?;
    let mut digest = Sha256::new();
    digest.update(format!("{size_bytes}\n"));
    if size_bytes <= 3 * PART_BYTES {
        update(&mut digest, &mut file, 0, size_bytes).map_err(failed)?;
    } else {
        for start in [0, (size_bytes - PART_BYTES) / 2, size_bytes - PART_BYTES] {
            update(&mut digest, &mut file, start, PART_BYTES).map_err(failed)?;
        }
    }
    let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let modified =
        metadata.modified().ok().and_then(|modified| OffsetDateTime::from(modified).format(&Rfc3339).ok());
    let name = absolute.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
    Ok(FileIdentity { name, path: absolute, size_bytes, modified, fingerprint })
}

fn update(digest: &mut Sha256, file: &mut File, start: u64, bytes: u64) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    let mut part = Vec::new();
    file.take(bytes).read_to_end(&mut part)?;
    digest.update(&part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_covers_size_and_three_parts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.log");
        let mut content = vec![b'a'; 300_000];
        std::fs::write(&path, &content).expect("written");
        let first = inspect(&path).expect("inspected");
        assert_eq!((first.size_bytes, first.name.as_str()), (300_000, "a.log"));
        for position in [0, 150_000, 299_999] {
            content[position] = b'b';
            std::fs::write(&path, &content).expect("written");
            assert_ne!(inspect(&path).expect("inspected").fingerprint, first.fingerprint, "{position}");
            content[position] = b'a';
        }
        // `printf '3\nabc' | sha256sum`
        std::fs::write(&path, "abc").expect("written");
        assert_eq!(
            inspect(&path).expect("inspected").fingerprint,
            "b00c078ef550998002854805b6d1fac35a8601ebe3d9a9b32bf6f6157038e1b9"
        );
    }

    #[test]
    fn what_is_no_file_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(inspect(folder.path()).expect_err("a directory").code(), "file.directory");
        assert_eq!(inspect(&folder.path().join("none")).expect_err("not there").code(), "file.not_found");
    }
}
