//! Whether a connection works, step by step, and what would help where it does not.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Remote;
use crate::error::StoreError;

const STEP_TIMEOUT: Duration = Duration::from_secs(10);
const ACCESS_DENIED: u32 = 497;
/// Wrong user or password.
const SIGN_IN: [u32; 3] = [192, 193, 516];

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    Ok,
    /// It works, with something to know.
    Warning,
    Failed,
    /// A step before it failed.
    Skipped,
}

/// A step of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckStep {
    /// `resolve`, `connect`, `tls`, `sign_in`, `version`, `settings`, `tables`, `read`, `cluster`
    pub name: &'static str,
    pub state: CheckState,
    pub message: String,
    /// What to do, such as a GRANT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    pub elapsed_ms: u64,
}

type Outcome = (CheckState, String, Option<String>);

impl Remote {
    /// Checks the way there, the user, and what the user may: `table` is read, `cluster` looked for, where they are given.
    /// The first step that fails is the last one that is tried, but for rights, which are all tried.
    pub async fn check(&self, table: Option<(&str, &str)>, cluster: Option<&str>) -> Vec<CheckStep> {
        let mut steps = Steps::default();
        let is_tls = self.config.url.starts_with("https:");
        steps.run("resolve", self.resolve()).await;
        steps.run("connect", self.connect()).await;
        if is_tls {
            steps.run("tls", self.handshake()).await;
        }
        steps.run("sign_in", self.sign_in()).await;
        steps.run("version", self.version()).await;
        steps.run("settings", self.check_settings()).await;
        steps.run("tables", self.check_tables()).await;
        if let Some((database, table)) = table {
            steps.run("read", self.check_read(database, table)).await;
        }
        if let Some(cluster) = cluster {
            steps.run("cluster", self.check_cluster(cluster)).await;
        }
        steps.found
    }

    /// Host and port that are connected to: the proxy's where there is one.
    fn address(&self) -> Option<(String, u16)> {
        let url = reqwest::Url::parse(self.config.proxy.as_deref().unwrap_or(&self.config.url)).ok()?;
        Some((url.host_str()?.trim_matches(['[', ']']).to_owned(), url.port_or_known_default()?))
    }

    async fn resolve(&self) -> Outcome {
        let Some((host, port)) = self.address() else {
            return failed("the URL has no host", "write it as https://HOST:8443 or http://HOST:8123");
        };
        match tokio::net::lookup_host((host.as_str(), port)).await {
            Ok(found) => {
                let mut addresses: Vec<String> = found.map(|address| address.ip().to_string()).collect();
                addresses.sort();
                addresses.dedup();
                passed(format!("{host} is {}", addresses.join(", ")))
            }
            Err(error) => {
                failed(format!("{host} is not known: {error}"), "check the name of the host in the URL")
            }
        }
    }

    async fn connect(&self) -> Outcome {
        let Some((host, port)) = self.address() else { return failed("the URL has no host", "") };
        match tokio::net::TcpStream::connect((host.as_str(), port)).await {
            Ok(_) => passed(format!("port {port} is open")),
            Err(error) => failed(
                format!("port {port} of {host} can't be reached: {error}"),
                "ClickHouse's HTTP interface usually listens on 8123, or on 8443 with TLS; a firewall may be in between",
            ),
        }
    }

    async fn handshake(&self) -> Outcome {
        let url = format!("{}/ping", self.config.url.trim_end_matches('/'));
        match self.http.get(url).send().await {
            Ok(_) => passed(match self.config.tls.certificate {
                Some(_) => "the server's certificate is trusted, and it takes ours",
                None => "the server's certificate is trusted",
            }),
            Err(error) => {
                let text = super::Sources(&error).to_string();
                let hint = if text.contains("UnknownIssuer") || text.contains("unknown issuer") {
                    "give the certificate of the authority that signed the server's, as PEM"
                } else if text.contains("NotValidForName") || text.contains("not valid for name") {
                    "the certificate is for another name: use that name in the URL"
                } else if text.contains("CertificateRequired")
                    || text.contains("certificate required")
                    // So ends the handshake of TLS 1.3 where a certificate was asked for and none came.
                    || (text.contains("closed connection") && self.config.tls.certificate.is_none())
                {
                    "the server may ask for a client certificate: give one with its key"
                } else {
                    "the port may be one without TLS: try http:// or port 8443"
                };
                failed(format!("no TLS: {text}"), hint)
            }
        }
    }

    async fn sign_in(&self) -> Outcome {
        let user = &self.config.user;
        match self.table("SELECT 1").await {
            Ok(_) => passed(format!("signed in as {user}")),
            Err(StoreError::Refused { code, message, .. }) if SIGN_IN.contains(&code) => failed(
                message,
                "check user and password; ClickHouse also refuses users from addresses that it was not told of",
            ),
            Err(error) => failed(error.to_string(), "the port may be another program's: check the URL"),
        }
    }

    async fn version(&self) -> Outcome {
        match self.table("SELECT version(), timezone()").await {
            Ok(rows) => {
                let field =
                    |index: usize| rows.first().and_then(|row| row.get(index)).cloned().unwrap_or_default();
                passed(format!("ClickHouse {}, time zone {}", field(0), field(1)))
            }
            Err(error) => failed(error.to_string(), ""),
        }
    }

    async fn check_settings(&self) -> Outcome {
        let allowed = match self.allowed().await {
            Ok(allowed) => allowed,
            Err(error) => return failed(error.to_string(), ""),
        };
        let missing: Vec<&str> = self.setting_names().filter(|name| !allowed.contains(*name)).collect();
        if missing.is_empty() {
            return passed("limits and formats can be set for each query");
        }
        let message = if allowed.is_empty() {
            "the user may set nothing (readonly = 1): queries have the server's own limits, and one that is cancelled here \
             goes on there until its end"
                .to_owned()
        } else {
            format!("the user may not set {}", missing.join(", "))
        };
        (
            CheckState::Warning,
            message,
            Some("searches work; readonly = 2 lets the limits of this server count".to_owned()),
        )
    }

    async fn check_tables(&self) -> Outcome {
        match self.tables().await {
            Ok(tables) if tables.is_empty() => failed(
                "the user can see no table",
                &format!("GRANT SELECT ON {}.* TO {}", quoted(self.database()), quoted(&self.config.user)),
            ),
            Ok(tables) if tables.len() == 1 => passed("1 table can be seen"),
            Ok(tables) => passed(format!("{} tables can be seen", tables.len())),
            Err(error) => self.refused(&error),
        }
    }

    async fn check_read(&self, database: &str, table: &str) -> Outcome {
        let database = if database.is_empty() { self.database() } else { database };
        let name = format!("{}.{}", quoted(database), quoted(table));
        match self.table(&format!("SELECT * FROM {name} LIMIT 0")).await {
            Ok(_) => passed(format!("{name} can be read")),
            Err(error) => self.refused(&error),
        }
    }

    async fn check_cluster(&self, cluster: &str) -> Outcome {
        let name = click_lite_query::string_literal(cluster);
        match self.table(&format!("SELECT count() FROM cluster({name}, system.one)")).await {
            Ok(rows) => {
                let nodes = rows.first().and_then(|row| row.first()).cloned().unwrap_or_default();
                passed(format!("{nodes} shards of {cluster} answer"))
            }
            Err(error) => self.refused(&error),
        }
    }

    /// ClickHouse itself says which right is missing.
    fn refused(&self, error: &StoreError) -> Outcome {
        let StoreError::Refused { code: ACCESS_DENIED, message, .. } = error else {
            return failed(error.to_string(), "");
        };
        let needed =
            message.split_once("have the grant ").map(|(_, needed)| needed.trim_end_matches('.').trim());
        let hint = needed.map(|needed| {
            let needed = needed.replace("SELECT for at least one column on ", "SELECT ON ");
            let needed = if needed == "READ ON REMOTE" { "REMOTE ON *.*".to_owned() } else { needed };
            format!("GRANT {needed} TO {}", quoted(&self.config.user))
        });
        failed(message.clone(), &hint.unwrap_or_default())
    }
}

#[derive(Default)]
struct Steps {
    found: Vec<CheckStep>,
    stopped: bool,
}

impl Steps {
    async fn run(&mut self, name: &'static str, step: impl Future<Output = Outcome>) {
        let started = Instant::now();
        let (state, message, hint) = if self.stopped {
            (CheckState::Skipped, String::new(), None)
        } else {
            match tokio::time::timeout(STEP_TIMEOUT, step).await {
                Ok(outcome) => outcome,
                Err(_) => failed("no answer within 10 seconds", "a firewall may be in between"),
            }
        };
        // Rights are asked for one by one.
        let is_right = matches!(name, "settings" | "tables" | "read" | "cluster");
        self.stopped |= state == CheckState::Failed && !is_right;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.found.push(CheckStep { name, state, message, hint, elapsed_ms });
    }
}

fn passed(message: impl Into<String>) -> Outcome {
    (CheckState::Ok, message.into(), None)
}

fn failed(message: impl Into<String>, hint: &str) -> Outcome {
    (CheckState::Failed, message.into(), (!hint.is_empty()).then(|| hint.to_owned()))
}

/// A name as ClickHouse's statements have it.
fn quoted(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_plain = is_plain && !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty();
    if is_plain { name.to_owned() } else { format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")) }
}
