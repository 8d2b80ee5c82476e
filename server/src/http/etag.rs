//! Versions as `ETag` and `If-Match`, so that nobody overwrites a change that they have not seen.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::error::ApiError;

/// The header that names this version.
pub fn etag(version: i64) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).ok();
    HeaderMap::from_iter(value.map(|value| (header::ETAG, value)))
}

/// The version of an `If-Match`, which may be quoted, weak or `*`; `None` where there is none or any will do. What is
/// no version is refused with 412 and `code`.
pub fn if_match(headers: &HeaderMap, code: &str) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| {
        ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            code,
            "the header If-Match holds no version: send the ETag of the last answer",
        )
    })
}
