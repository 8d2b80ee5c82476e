use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every error answer of the API.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// What went wrong, for programs (`code`) and for people (`message`).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable code, such as `query.syntax` or `spool.full`.
    pub code: String,
    /// What happened, why if that is known, and what to do.
    pub message: String,
    /// Stands in the server's log beside the same failure.
    #[serde(default)]
    pub request_id: String,
    /// More about this error; its shape depends on the code.
    #[serde(default)]
    pub details: serde_json::Value,
}

/// A file being imported, or imported before. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Import {
    pub id: String,
    pub name: String,
    /// Where the file lay; empty for standard input and uploads from a browser.
    pub path: String,
    pub size_bytes: Option<u64>,
    pub fingerprint: Option<String>,
    /// Name of the format, as `GET /api/v1/imports/formats` lists them; empty until it is known.
    pub format: String,
    pub format_title: String,
    /// `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Bytes of the file (as it came, before decompression) that were read.
    pub bytes_read: u64,
    /// Records that are durable.
    pub rows: u64,
    /// Records of those that can be searched already.
    pub rows_stored: u64,
    /// Records that an interrupted import of the same file had stored before; they count in `rows`.
    pub rows_resumed: u64,
    pub bytes_per_second: f64,
    pub rows_per_second: f64,
    pub not_understood: NotUnderstood,
    /// Records whose time was not found; they have the time of the record before, or the file's.
    pub without_time: u64,
    pub first_time: Option<String>,
    pub last_time: Option<String>,
    pub started_at: String,
    pub finished_at: Option<String>,
    pub error: Option<ImportProblem>,
}

/// Lines that do not look like the file's format. They are stored as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct NotUnderstood {
    pub lines: u64,
    pub samples: Vec<SampleLine>,
}

/// A line of the file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SampleLine {
    /// From 1.
    pub line: u64,
    pub text: String,
}

/// Why an import ended early.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportProblem {
    pub code: String,
    pub message: String,
}
