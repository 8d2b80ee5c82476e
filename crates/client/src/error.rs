use std::path::PathBuf;

use crate::ErrorDetail;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{} is a directory: name the files in it", path.display())]
    Directory { path: PathBuf },
    #[error("{} is not there", path.display())]
    NotFound { path: PathBuf },
    #[error("{} can't be read: permission denied", path.display())]
    PermissionDenied { path: PathBuf },
    #[error("{} can't be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} can't be written: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(
        "no token was found for the server: pass --token-file, set {}, or run this as the user who runs the server",
        crate::TOKEN_VARIABLE
    )]
    NoToken,
    #[error("{0} is not a URL of a server, such as http://127.0.0.1:7410")]
    Url(String),
    #[error("the server at {url} does not answer: {reason}")]
    Unreachable { url: String, reason: String },
    #[error("the connection to the server broke: {0}")]
    Broken(String),
    #[error("{}", .detail.message)]
    Api { status: u16, detail: ErrorDetail },
    #[error("the server answered what is not understood (status {status}): is it a Click-Lite server?")]
    NotOurs { status: u16 },
}

impl ClientError {
    /// Stable code; of an API error the server's own.
    pub fn code(&self) -> &str {
        match self {
            Self::Directory { .. } => "file.directory",
            Self::NotFound { .. } => "file.not_found",
            Self::PermissionDenied { .. } => "file.permission",
            Self::Read { .. } => "file.read",
            Self::Write { .. } => "file.write",
            Self::NoToken => "access.no_token",
            Self::Url(_) => "server.url",
            Self::Unreachable { .. } => "server.unreachable",
            Self::Broken(_) => "server.broken",
            Self::Api { detail, .. } => &detail.code,
            Self::NotOurs { .. } => "server.not_ours",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Broken(_) => true,
            Self::Api { status, .. } => matches!(status, 429 | 500..),
            _ => false,
        }
    }

    pub(crate) fn read(path: &std::path::Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path },
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied { path },
            std::io::ErrorKind::IsADirectory => Self::Directory { path },
            _ => Self::Read { path, source },
        }
    }
}
