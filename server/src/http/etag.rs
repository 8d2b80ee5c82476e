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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_if_match_is_a_version_or_refused() {
        let with = |text: &str| {
            let value = HeaderValue::from_str(text).expect("a header");
            if_match(&HeaderMap::from_iter([(header::IF_MATCH, value)]), "retention.changed")
        };
        assert_eq!(if_match(&HeaderMap::new(), "retention.changed").expect("none"), None);
        assert_eq!(with("\"7\"").expect("quoted"), Some(7));
        assert_eq!(with("W/\"7\"").expect("weak"), Some(7));
        assert_eq!(with("*").expect("any"), None);
        assert_eq!(with("\"x\"").expect_err("no number").code, "retention.changed");
    }
}
