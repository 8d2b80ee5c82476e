//! The server in a folder that can be kept.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use click_lite_client::{ApiClient, Import};
use click_lite_tests::{FREE_PORTS, PATIENCE, server_binary, signal, wait_for};
use serde_json::{Value, json};

use crate::process;

/// Records of the generator have fixed times, and must not be deleted for their age.
const KEEP_FOREVER: (&str, &str) = ("CLICK_LITE__DATA__RETENTION_DAYS", "3650");

/// Times that hold every event.
pub const ALL: (&str, &str) = ("2026-11-19T00:00:00Z", "2026-11-22T00:00:00Z");

/// A running `click-lite-server serve`. Dropping it kills the server; [`Server::stop`] ends it in an orderly way.
pub struct Server {
    child: Child,
    ready: Value,
}

/// An import, seen from outside.
pub struct Imported {
    /// Until every record was durable and the command returned.
    pub acknowledged: Duration,
    /// Until every record could be searched.
    pub searchable: Duration,
    /// What `click-lite-server import` itself used, seconds.
    pub client_cpu_seconds: f64,
    pub report: Import,
}

impl Server {
    /// Starts a server whose data lies in `folder/data`; options such as `("CLICK_LITE__SPOOL__MAX_BYTES", "...")`.
    ///
    /// # Errors
    /// It does not get ready; the end of its log is in `folder/server.log`.
    pub fn start(folder: &Path, options: &[(&str, &str)]) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let ready_file = folder.join("ready.json");
        let _ = fs::remove_file(&ready_file);
        let log_path = folder.join("server.log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        let child = Command::new(server_binary()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.join("data"))
            .arg("--ready-file")
            .arg(&ready_file)
            .envs(FREE_PORTS)
            .env("CLICK_LITE__OTLP__GRPC_ENABLED", "false")
            .envs([KEEP_FOREVER])
            .envs(options.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut server = Self { child, ready: Value::Null };
        server.ready = wait_for("the server to be ready", || {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended ({status}); see {}", log_path.display());
            }
            // The file appears whole: it is renamed into place.
            Ok(fs::read_to_string(&ready_file).ok().and_then(|text| serde_json::from_str(&text).ok()))
        })?;
        Ok(server)
    }

    /// Ends the server; returns when it has written everything.
    ///
    /// # Errors
    /// It does not end, or ends with a failure.
    pub fn stop(mut self) -> anyhow::Result<()> {
        signal(self.child.id(), libc::SIGTERM)?;
        let status = wait_for("the server to end", || Ok(self.child.try_wait()?))?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Process of the embedded engine.
    ///
    /// # Errors
    /// There is none.
    pub fn engine_pid(&self) -> anyhow::Result<u32> {
        let tree = process::tree(self.pid())?;
        let engine = tree.iter().find(|(pid, _)| *pid != self.pid());
        Ok(engine.context("the server has no engine")?.0)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.ready["http"].as_str().unwrap_or_default())
    }

    /// File of the token that local programs sign in with.
    pub fn token_file(&self) -> PathBuf {
        self.ready["token_file"].as_str().unwrap_or_default().into()
    }

    /// # Errors
    /// The token can't be read.
    pub fn client(&self) -> anyhow::Result<ApiClient> {
        let token = fs::read_to_string(self.token_file())?.trim().to_owned();
        Ok(ApiClient::new(&self.url(), Some(token))?)
    }

    /// Number of records that a search matches.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn count(&self, query: &str) -> anyhow::Result<u64> {
        let body = json!({ "query": query, "buckets": 1, "from": ALL.0, "to": ALL.1 }).to_string();
        let answer: Value =
            self.client()?.json(reqwest::Method::POST, "/api/v1/histogram", Some(body)).await?;
        answer["total"].as_u64().with_context(|| answer.to_string())
    }

    /// Runs `click-lite-server import` on a file, and waits until its records can be searched.
    ///
    /// # Errors
    /// The import fails, or stores another number of records than it acknowledged.
    pub async fn import(&self, path: &Path) -> anyhow::Result<Imported> {
        let (started, cpu_before) = (Instant::now(), process::cpu_of_ended_children());
        let mut command = Command::new(server_binary()?);
        command.args(["import", "--json", "--no-wait", "--server", &self.url(), "--token-file"]);
        command.arg(self.token_file()).arg(path).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let acknowledged = started.elapsed();
        ensure!(output.status.success(), "the import ended with {}", output.status);
        let client_cpu_seconds = process::cpu_of_ended_children() - cpu_before;
        let mut report: Import = serde_json::from_slice(&output.stdout)?;
        let client = self.client()?;
        while report.rows_stored < report.rows {
            tokio::time::sleep(Duration::from_millis(20)).await;
            report = client.import_status(&report.id).await?;
        }
        // The server counts up to the newest insert that ended; an earlier one may still run.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let count = self.count("").await?;
            if count == report.rows {
                break;
            }
            ensure!(
                count < report.rows && Instant::now() < deadline,
                "{count} records are stored, {} were acknowledged",
                report.rows
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let searchable = started.elapsed();
        Ok(Imported { acknowledged, searchable, client_cpu_seconds, report })
    }

    /// Bytes of the tables on disk.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn disk_bytes(&self) -> anyhow::Result<u64> {
        let status: Value = self.client()?.json(reqwest::Method::GET, "/api/v1/status", None).await?;
        status["storage"]["disk_bytes"].as_u64().with_context(|| status.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
