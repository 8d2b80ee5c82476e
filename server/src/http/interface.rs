//! The web interface's files, which are inside the program.

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::unknown_path;

#[derive(RustEmbed)]
#[folder = "../ui/dist"]
#[allow_missing = true]
struct Files;

/// Nothing from elsewhere runs in the interface; styles may be inline because its components compute them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// A file of the interface; paths without an extension are its pages, which `index.html` serves.
pub async fn serve(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_page = !path.contains('.');
    if (method != Method::GET && method != Method::HEAD) || path.starts_with("api/") {
        return unknown_path(uri).await.into_response();
    }
    let name = if is_page { "index.html" } else { path };
    match Files::get(name) {
        Some(file) => answer(name, file),
        None if is_page => (
            StatusCode::NOT_FOUND,
            "this server was built without its web interface: build it with `cargo xtask serve`\n",
        )
            .into_response(),
        None => unknown_path(uri).await.into_response(),
    }
}

fn answer(name: &str, file: EmbeddedFile) -> Response {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let mut response = file.data.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    // Names of built files carry a hash of their content.
    let caching =
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
