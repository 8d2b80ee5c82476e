use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, StatusCode, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use uuid::Uuid;

use super::find_token;
use crate::host;
use crate::state::Batch;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Most of an error's text that is kept.
const REASON_BYTES: u64 = 2048;

/// The server and how to talk to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Such as `http://127.0.0.1:7410`.
    pub url: String,
    pub key: Option<String>,
    pub token_file: Option<PathBuf>,
    /// Certificates in PEM to trust in place of the public ones.
    pub roots_pem: Option<Arc<Vec<u8>>>,
    /// For one request.
    pub timeout: Duration,
    /// 0 is no limit.
    pub max_bytes_per_second: u64,
}

/// What the server said about a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is durable there, by this request or an earlier one.
    Stored,
    /// It will never be taken as it is.
    Refused { reason: String },
    /// The same batch may be taken later.
    Later { reason: String, retry_after: Option<Duration> },
}

/// Whether a URL is that of a server on this machine.
pub fn is_local(url: &str) -> bool {
    let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Sends batches over one connection that is kept.
pub struct Client {
    http: Agent,
    url: String,
    settings: ServerSettings,
    token: Option<String>,
    agent_id: String,
}

impl Client {
    pub fn new(settings: &ServerSettings, agent_id: Uuid) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots =
            settings.roots_pem.as_deref().map_or(RootCerts::WebPki, |pem| RootCerts::from(certificates(pem)));
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(provider)
            .root_certs(roots)
            .build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(settings.timeout))
            .user_agent(user_agent());
        if is_local(&settings.url) {
            config = config.proxy(None);
        }
        Self {
            http: config.build().into(),
            url: format!("{}/api/v1/agent/batches", settings.url.trim_end_matches('/')),
            settings: settings.clone(),
            token: None,
            agent_id: agent_id.to_string(),
        }
    }

    /// Sends a batch once.
    pub fn send(&mut self, batch: &Batch) -> Answer {
        if self.token.is_none() {
            match self.find_token() {
                Ok(token) => self.token = token,
                Err(reason) => return Answer::Later { reason, retry_after: None },
            }
        }
        let mut request = self
            .http
            .post(&self.url)
            .header("content-type", "application/vnd.clickhouse.native")
            .header("content-encoding", "zstd")
            .header("x-click-lite-agent", &self.agent_id)
            .header("x-click-lite-sequence", batch.sequence.to_string())
            .header("x-click-lite-rows", batch.rows.to_string())
            .header("x-click-lite-block-schema", "1");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        match request.send(&batch.payload[..]) {
            Ok(mut response) => {
                if response.status() == StatusCode::UNAUTHORIZED {
                    // A server that was set up anew has another local token.
                    self.token = None;
                }
                answer(&mut response)
            }
            Err(error) => Answer::Later {
                reason: format!("{} can't be reached: {error}", self.settings.url),
                retry_after: None,
            },
        }
    }

    fn find_token(&self) -> Result<Option<String>, String> {
        if let Some(key) = &self.settings.key {
            return Ok(Some(key.clone()));
        }
        let file = self.settings.token_file.as_deref();
        find_token(file, is_local(&self.settings.url)).map_err(|error| {
            let path = file.map(|file| file.display().to_string()).unwrap_or_default();
            format!("the token file {path} can't be read: {error}")
        })
    }
}

/// Version and machine, for the server's list of agents.
fn user_agent() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match host::name() {
        // A header takes visible ASCII alone.
        Some(name) if name.bytes().all(|byte| byte.is_ascii_graphic()) => {
            format!("click-lite-agent/{version} ({name})")
        }
        _ => format!("click-lite-agent/{version}"),
    }
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect()
}

/// Number of certificates in a PEM file.
pub fn count_certificates(pem: &[u8]) -> usize {
    certificates(pem).len()
}

fn answer(response: &mut Response<ureq::Body>) -> Answer {
    let status = response.status();
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    // Read to its end, so that the connection can be used again.
    let text = response.body_mut().with_config().limit(REASON_BYTES).lossy_utf8(true).read_to_string();
    if status.is_success() {
        return Answer::Stored;
    }
    let reason = format!("the server answered {status}: {}", message(&text.unwrap_or_default()));
    // These say something about the agent's settings or the server, nothing about the batch.
    let is_about_batch =
        status.is_client_error() && !matches!(status.as_u16(), 401 | 403 | 404 | 405 | 407 | 408 | 425 | 429);
    if is_about_batch { Answer::Refused { reason } } else { Answer::Later { reason, retry_after } }
}

/// The message of the server's error, or the start of whatever it said.
fn message(text: &str) -> String {
    let error: Option<serde_json::Value> = serde_json::from_str(text).ok();
    match error.as_ref().and_then(|body| body["error"]["message"].as_str()) {
        Some(message) => message.to_owned(),
        None => text[..text.floor_char_boundary(200)].trim().to_owned(),
    }
}
