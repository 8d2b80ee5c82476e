//! Versions of what can be replaced: `ETag` out, `If-Match` in.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::error::ApiError;

/// The headers that tell a version.
pub fn etag(version: i64) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).ok();
    HeaderMap::from_iter(value.map(|value| (header::ETAG, value)))
}

/// The version of an `If-Match`, which may be quoted, weak or `*` (as if it were missing).
///
/// # Errors
/// 412 with `code` for what is no version.
pub fn if_match(headers: &HeaderMap, code: &'static str) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_start_matches("W/").trim_matches('"').parse().map(Some).map_err(|_| {
        ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            code,
            "the header If-Match holds no version: send the ETag of the last answer",
        )
    })
}
