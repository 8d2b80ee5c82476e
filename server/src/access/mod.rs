//! Who may call: `local` mode.
//!
//! One secret, made at first start in the data folder and readable by its owner alone, opens everything. Browsers
//! trade a one-time code for a cookie. Ingest needs no key on loopback, so what a web page could forge is refused by
//! `Host` (DNS rebinding) and `Origin` (cross-site requests), for every path.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use click_lite_client::LOCAL_TOKEN_FILE;
use rand::Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;

use crate::http::error::ApiError;

const COOKIE: &str = "click_lite_session";
/// One-time codes that are open at once; the oldest goes first.
const OPEN_CODES: usize = 16;

/// The secret of `local` mode and the codes that were handed out for it.
pub struct LocalAccess {
    token: String,
    token_file: PathBuf,
    codes: Mutex<Vec<String>>,
}

impl LocalAccess {
    /// Reads the token of a data folder, or makes one.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let token_file = data_dir.join(LOCAL_TOKEN_FILE);
        let token = match std::fs::read_to_string(&token_file) {
            Ok(token) if token.trim().len() >= 32 => token.trim().to_owned(),
            Ok(_) => {
                anyhow::bail!("{} holds no token: delete it, and a new one is made", token_file.display())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let token = random_hex();
                let mut file = std::fs::OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&token_file)
                    .with_context(|| format!("{} can't be written", token_file.display()))?;
                writeln!(file, "{token}")?;
                token
            }
            Err(error) => {
                return Err(error).with_context(|| format!("{} can't be read", token_file.display()));
            }
        };
        Ok(Self { token, token_file, codes: Mutex::new(Vec::new()) })
    }

    pub fn token_file(&self) -> &Path {
        &self.token_file
    }

    /// A code that opens a browser session once.
    pub fn new_code(&self) -> String {
        let code = random_hex();
        let mut codes = self.codes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if codes.len() >= OPEN_CODES {
            codes.remove(0);
        }
        codes.push(code.clone());
        code
    }

    /// Takes a one-time code; `Set-Cookie` of the session that it opens.
    pub fn redeem(&self, code: &str) -> Option<String> {
        let mut codes = self.codes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let position = codes.iter().position(|open| equal(open, code))?;
        codes.remove(position);
        let nonce = random_hex();
        let proof = self.proof(&nonce);
        Some(format!("{COOKIE}={nonce}.{proof}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000"))
    }

    /// Ties a session to the token, so that sessions survive a restart and end when the token is replaced.
    fn proof(&self, nonce: &str) -> String {
        hex(&Sha256::digest(format!("session {} {nonce}", self.token)))
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .is_some_and(|(_, token)| equal(token.trim(), &self.token));
        bearer || self.has_session(headers)
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == COOKIE)
            .filter_map(|(_, value)| value.split_once('.'))
            .any(|(nonce, proof)| equal(proof, &self.proof(nonce)))
    }
}

/// Lets through what may pass, for every request.
pub async fn guard(State(access): State<Arc<LocalAccess>>, request: Request, next: Next) -> Response {
    if let Err(error) = same_site(request.headers()) {
        return error.into_response();
    }
    if !is_open(request.method(), request.uri()) && !access.is_known(request.headers()) {
        return ApiError::new(
            StatusCode::UNAUTHORIZED,
            "access.unauthenticated",
            "this needs the token of this server (`Authorization: Bearer ...`): it is in the file local-token of the \
             data folder; a browser gets in by the link that `click-lite-server serve` prints",
        )
        .into_response();
    }
    next.run(request).await
}

/// As [`guard`], for listeners that take nothing but ingest.
pub async fn guard_ingest(request: Request, next: Next) -> Response {
    match same_site(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// What needs no key: liveness, signing in, ingest, and the files of the interface.
fn is_open(method: &Method, uri: &Uri) -> bool {
    match uri.path() {
        "/healthz"
        | "/api/v1/session"
        | "/api/v1/ingest"
        | "/api/v1/agent/batches"
        | "/v1/logs"
        | "/v1/traces" => true,
        "/metrics" | "/readyz" | "/docs" => false,
        path if crate::ingest::is_foreign_ingest(method, path) => true,
        path => {
            let interface = !["/api/", "/v1/", "/docs/"].iter().any(|prefix| path.starts_with(prefix));
            interface && (method == Method::GET || method == Method::HEAD)
        }
    }
}

/// Refuses what a page of another site could have made a browser send.
fn same_site(headers: &HeaderMap) -> Result<(), ApiError> {
    let foreign = |what: &str, value: &str| {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "access.foreign",
            format!("the {what} `{value}` is not this server: requests from other sites are refused"),
        )
    };
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    if !is_loopback_host(host) {
        return Err(foreign("Host", host));
    }
    match text(header::ORIGIN) {
        Some(origin) if origin.strip_prefix("http://") != Some(host) => Err(foreign("Origin", origin)),
        _ => Ok(()),
    }
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn equal(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn random_hex() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
