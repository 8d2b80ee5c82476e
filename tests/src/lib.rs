//! What the end-to-end tests share: the real server in a temporary folder, called as a user calls it.

pub mod clickhouse;
pub mod clickhouse_server;
pub mod clients;
#[cfg(target_os = "linux")]
pub mod desktop;
pub mod exactly_once;
pub mod foreign_clickhouse;
pub mod relays;
pub mod samples;

use std::io::{BufRead, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use click_lite_client::{ApiClient, ErrorDetail};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Options by which every listener but HTTP's takes a free port.
pub const FREE_PORTS: [(&str, &str); 8] = [
    ("CLICK_LITE__OTLP__HTTP_LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__OTLP__GRPC_LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__TCP__LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__GELF__LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__FLUENT__LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__SYSLOG__UDP_LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__SYSLOG__TCP_LISTEN", "127.0.0.1:0"),
    ("CLICK_LITE__SYSLOG__TLS_LISTEN", "127.0.0.1:0"),
];

/// Beside the data folder, where a server has one.
const CONFIG_FILE: &str = "config.toml";

const ANY_PORT: &str = "127.0.0.1:0";

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running `click-lite-server serve` on free ports, with a data folder of its own. Dropping it kills the server.
pub struct Server {
    child: Child,
    folder: TempDir,
    /// What the server wrote to its ready file.
    pub ready: Value,
    options: Vec<String>,
}

impl Server {
    /// Starts a server on a new folder.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with(&[])
    }

    /// As [`Self::start`], with environment-style options such as `CLICK_LITE__SPOOL__MAX_BYTES=...`.
    pub fn start_with(options: &[&str]) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        let (child, ready) = launch(folder.path(), &options, ANY_PORT)?;
        Ok(Self { child, folder, ready, options })
    }

    /// As [`Self::start`], with a configuration file.
    pub fn start_configured(toml: &str) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        std::fs::write(folder.path().join(CONFIG_FILE), toml)?;
        let (child, ready) = launch(folder.path(), &[], ANY_PORT)?;
        Ok(Self { child, folder, ready, options: Vec::new() })
    }

    /// Starts it again on the same folder, after it ended or was killed.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.child, self.ready) = launch(self.folder.path(), &self.options, ANY_PORT)?;
        Ok(())
    }

    /// Kills it and starts it again where its clients look for it.
    pub fn restart_in_place(&mut self) -> anyhow::Result<()> {
        self.kill();
        let listen = self.ready["http"].as_str().context("it has no address")?.to_owned();
        (self.child, self.ready) = launch(self.folder.path(), &self.options, &listen)?;
        Ok(())
    }

    /// Starts it again on the same folder and returns as soon as it listens, before its engine answers.
    pub fn restart_unready(&mut self) -> anyhow::Result<()> {
        self.kill();
        let mut child = serve_command(self.folder.path(), ANY_PORT)?
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = BufReader::new(child.stdout.take().context("a pipe")?).lines();
        self.child = child;
        let address = said
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("Listening on http://")?.to_owned()));
        self.ready["http"] = address.context("the server ended before it listened")?.into();
        Ok(())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// `kill -TERM`, then waits for the end.
    pub fn stop(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        signal(self.child.id(), libc::SIGTERM)?;
        wait_for("the server to end", || Ok(self.child.try_wait()?))
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.ready["http"].as_str().unwrap_or_default())
    }

    /// Address of a listener, by its name in the ready file.
    pub fn address(&self, listener: &str) -> anyhow::Result<SocketAddr> {
        let address = self.ready[listener].as_str().with_context(|| format!("{listener} is not open"))?;
        Ok(address.parse()?)
    }

    /// Sum of a metric over the lines that hold all of these labels, such as `protocol="tcp"`.
    pub async fn metric(&self, name: &str, labels: &[&str]) -> anyhow::Result<f64> {
        let (_, text) = self.client()?.request(Method::GET, "/metrics", None).await?;
        let lines = text.lines().filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']))
                && labels.iter().all(|label| line.contains(label))
        });
        Ok(lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum())
    }

    /// Waits until a metric is what is wanted.
    pub async fn wait_for_metric(
        &self,
        name: &str,
        labels: &[&str],
        wanted: impl Fn(f64) -> bool,
    ) -> anyhow::Result<f64> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let value = self.metric(name, labels).await?;
            if wanted(value) {
                return Ok(value);
            }
            ensure!(Instant::now() < deadline, "{name}{labels:?} is {value} and does not change");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn token(&self) -> String {
        let path = self.ready["token_file"].as_str().unwrap_or_default();
        std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
    }

    pub fn client(&self) -> anyhow::Result<ApiClient> {
        Ok(ApiClient::new(&self.url(), Some(self.token()))?)
    }

    /// A call of the API whose answer is JSON.
    pub async fn call(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.client()?.json(Method::POST, path, Some(body.to_string())).await?)
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.client()?.json(Method::GET, path, None).await?)
    }

    /// A call that must fail: its status and error.
    pub async fn refused(&self, path: &str, body: &Value) -> anyhow::Result<(u16, ErrorDetail)> {
        let (status, text) = self.client()?.request(Method::POST, path, Some(body.to_string())).await?;
        ensure!(status >= 400, "{path} answered {status}: {text}");
        let body: click_lite_client::ErrorBody = serde_json::from_str(&text).with_context(|| text.clone())?;
        Ok((status, body.error))
    }

    /// Sends records without a token, as a program on this machine does.
    pub async fn ingest(&self, kind: &str, body: impl Into<reqwest::Body>) -> anyhow::Result<Value> {
        let answer = http()?
            .post(format!("{}/api/v1/ingest", self.url()))
            .header("content-type", kind)
            .body(body)
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "ingest answered {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Number of records that a search matches.
    pub async fn count(&self, query: &str) -> anyhow::Result<u64> {
        let answer = self.call("/api/v1/histogram", &json!({ "query": query })).await?;
        answer["total"].as_u64().with_context(|| answer.to_string())
    }

    /// Waits until a search matches this many records, and fails when it matches more.
    pub async fn wait_for_count(&self, query: &str, expected: u64) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let count = self.count(query).await;
            match count {
                Ok(count) if count == expected => return Ok(()),
                Ok(count) if count > expected => bail!("{query}: {count} records, {expected} were sent"),
                Err(error) if error.to_string().contains("the server failed") => return Err(error),
                other if Instant::now() > deadline => {
                    bail!("{query}: waited for {expected} records, have {other:?}")
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Rows of a search, newest first.
    pub async fn rows(&self, query: &str, limit: u64) -> anyhow::Result<Vec<Value>> {
        let answer = self.call("/api/v1/search", &json!({ "query": query, "limit": limit })).await?;
        Ok(answer["rows"].as_array().cloned().unwrap_or_default())
    }

    /// Spans of a trace, in the order in which they began.
    pub async fn spans(&self, trace_id: &str) -> anyhow::Result<Vec<Value>> {
        let answer = self.get(&format!("/api/v1/traces/{trace_id}")).await?;
        Ok(answer["spans"].as_array().cloned().unwrap_or_default())
    }

    /// Waits until a trace has this many spans, and fails when it has more.
    pub async fn wait_for_spans(&self, trace_id: &str, expected: usize) -> anyhow::Result<Vec<Value>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let spans = self.spans(trace_id).await;
            match spans {
                Ok(spans) if spans.len() == expected => return Ok(spans),
                Ok(spans) if spans.len() > expected => {
                    bail!("{trace_id}: {} spans, {expected} were sent", spans.len())
                }
                other if Instant::now() > deadline => {
                    bail!(
                        "{trace_id}: waited for {expected} spans, have {:?}",
                        other.map(|spans| spans.len())
                    )
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Runs `click-lite-server` with this server's address and token.
    pub fn command(&self, subcommand: &str, arguments: &[&str]) -> anyhow::Result<Output> {
        let token_file = self.ready["token_file"].as_str().unwrap_or_default();
        Ok(Command::new(server_binary()?)
            .args([subcommand, "--server", &self.url(), "--token-file", token_file])
            .args(arguments)
            .stdin(Stdio::null())
            .output()?)
    }

    /// Imports a file by the command line; its report.
    pub fn import(&self, path: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let path = path.to_string_lossy();
        all.push(&path);
        let output = self.command("import", &all)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Process id of the engine.
    pub fn engine_pid(&self) -> anyhow::Result<u32> {
        child_of(self.child.id())?.context("the server has no engine")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(folder: &Path, options: &[String], listen: &str) -> anyhow::Result<(Child, Value)> {
    let ready_file = folder.join("ready.json");
    let _ = std::fs::remove_file(&ready_file);
    let log = std::fs::File::options().create(true).append(true).open(folder.join("server.log"))?;
    let environment = options.iter().filter_map(|option| option.split_once('='));
    let mut child =
        serve_command(folder, listen)?.envs(environment).stdout(Stdio::null()).stderr(log).spawn()?;
    let ready = wait_for("the server to be ready", || {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended: {status}\n{}", tail(&folder.join("server.log")));
        }
        // The file appears whole: it is renamed into place.
        Ok(std::fs::read_to_string(&ready_file).ok().and_then(|text| serde_json::from_str(&text).ok()))
    });
    match ready {
        Ok(ready) => Ok((child, ready)),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

/// `click-lite-server serve` on free ports, with its data and its ready file in a folder.
fn serve_command(folder: &Path, listen: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(server_binary()?);
    command
        .args(["serve", "--listen", listen, "--data-dir"])
        .arg(folder.join("data"))
        .arg("--ready-file")
        .arg(folder.join("ready.json"))
        .envs(FREE_PORTS)
        .stdin(Stdio::null());
    let config = folder.join(CONFIG_FILE);
    if config.is_file() {
        command.arg("--config").arg(config);
    }
    Ok(command)
}

fn tail(path: &Path) -> String {
    let Ok(file) = std::fs::File::open(path) else { return String::new() };
    let lines: Vec<String> = BufReader::new(file).lines().map_while(Result::ok).collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Calls `look` until it gives something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A client that sends what it is told, without a token.
pub fn http() -> anyhow::Result<reqwest::Client> {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// Lets this process open as many files, and so connections, as the system allows.
pub fn raise_open_files() -> anyhow::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    Ok(rustix::process::setrlimit(rustix::process::Resource::Nofile, raised)?)
}

/// Sends a signal to a process.
pub fn signal(pid: u32, signal: i32) -> anyhow::Result<()> {
    let pid = i32::try_from(pid)?;
    // SAFETY: a plain system call without pointers.
    let result = unsafe { libc::kill(pid, signal) };
    ensure!(result == 0, "kill: {}", std::io::Error::last_os_error());
    Ok(())
}

/// A process that another one started and that runs.
fn child_of(parent: u32) -> anyhow::Result<Option<u32>> {
    let mut processes =
        std::fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    Ok(processes.find(|pid| parent_of(*pid) == Some(parent)))
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Most memory that a process ever had in use.
pub fn peak_memory_bytes(pid: u32) -> anyhow::Result<u64> {
    status_bytes(pid, "VmHWM:")
}

/// A size in `/proc/PID/status`, such as `VmRSS:`.
pub fn status_bytes(pid: u32, name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

/// The server's program, which `cargo build` left beside the tests.
pub fn server_binary() -> anyhow::Result<PathBuf> {
    binary("CLICK_LITE_SERVER", "click-lite-server")
}

/// The agent's program, likewise.
pub fn agent_binary() -> anyhow::Result<PathBuf> {
    binary("CLICK_LITE_AGENT", "click-lite-agent")
}

fn binary(variable: &str, name: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let test = std::env::current_exe()?;
    let path = test.ancestors().skip(1).map(|folder| folder.join(name)).find(|path| path.is_file());
    path.with_context(|| format!("build the program first: cargo build -p {name}"))
}

/// Python with the packages of the tests, or the system's where none was made.
pub fn python() -> Command {
    Command::new(std::env::var_os("CLICK_LITE_TEST_PYTHON").unwrap_or_else(|| "python3".into()))
}

/// A script of `tests/clients` for Node, whose packages lie beside it.
pub fn node_client(script: &str) -> anyhow::Result<Command> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    ensure!(
        folder.join("node_modules").is_dir(),
        "run `npm ci` in {} first, as `cargo xtask test` does",
        folder.display()
    );
    let mut command = Command::new("node");
    command.arg(folder.join(script));
    Ok(command)
}

/// Folder of the real log files that lie beside the checkout. Tests that read it have `real_files` in their names.
pub fn shared_data() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    folder.canonicalize().with_context(|| format!("{} holds the data of these tests", folder.display()))
}

/// Runs a script of `tests/clients` with the Python that has the packages of `tests/requirements.txt`; its output.
pub fn python_client(script: &str, arguments: &[&str], input: &[u8]) -> anyhow::Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script);
    let mut child = python()
        .arg(&path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Read whole by the script before it prints anything.
    child.stdin.take().context("standard input")?.write_all(input)?;
    let output = child.wait_with_output()?;
    let (text, errors) = (String::from_utf8(output.stdout)?, String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{script} {arguments:?} ended with {}:\n{text}{errors}", output.status);
    Ok(text)
}
