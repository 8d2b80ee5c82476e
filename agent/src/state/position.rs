use std::path::PathBuf;

use click_lite_parse::Covered;
use sha2::{Digest as _, Sha256};

/// What stays the same when a file is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileKey {
    pub device: u64,
    pub inode: u64,
}

/// Hash of a file's first bytes: tells it from another that got the same inode, and from what it was before it was
/// truncated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Bytes that are covered, at most [`Self::MOST_BYTES`].
    pub bytes: u32,
    /// First half of their SHA-256.
    pub hash: [u8; 16],
}

impl Fingerprint {
    pub const MOST_BYTES: usize = 1024;

    /// Of the first bytes of a file.
    pub fn of(head: &[u8]) -> Self {
        let head = &head[..head.len().min(Self::MOST_BYTES)];
        let digest = Sha256::digest(head);
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        Self { bytes: head.len() as u32, hash }
    }

    /// Whether a file that starts so is the one of the fingerprint.
    pub fn matches(&self, head: &[u8]) -> bool {
        self.bytes == 0 || head.get(..self.bytes as usize).is_some_and(|start| Self::of(start) == *self)
    }

    pub fn is_complete(&self) -> bool {
        self.bytes as usize == Self::MOST_BYTES
    }
}

/// How far a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePosition {
    pub key: FileKey,
    pub path: PathBuf,
    pub fingerprint: Fingerprint,
    pub covered: Covered,
    /// Whether lines were counted from the file's start.
    pub is_numbered: bool,
    /// Name of the file's format, `any`, or empty while it is not known.
    pub format: String,
}

impl FileKey {
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// Size of the file, if it still lies at its path.
pub(super) fn current_size(file: &FilePosition) -> Option<u64> {
    let metadata = std::fs::metadata(&file.path).ok()?;
    (FileKey::of(&metadata) == file.key).then_some(metadata.len())
}
