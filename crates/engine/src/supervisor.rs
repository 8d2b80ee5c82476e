//! The life of the engine: start, wait until it answers, watch, start again, stop.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::config::EngineConfig;
use crate::data_folder::{DataFolder, release, supported_release};
use crate::error::EngineError;
use crate::process::{Launch, Process};
use crate::secret::{Credentials, random_hex};
use crate::state::{Endpoint, EngineState};
use crate::{backoff, log_tail, probe, server_xml};

const PROBE_LIMIT: Duration = Duration::from_secs(10);
const READINESS_POLL: Duration = Duration::from_millis(10);
const FAILED_CHECKS_ALLOWED: u32 = 3;
/// So many starts in a row may fail before the state says `down`; they go on all the same.
const FAILED_STARTS_ALLOWED: u32 = 5;
/// An engine that ran this long was well: the next crash counts as the first.
const SETTLED: Duration = Duration::from_secs(60);
const RETRY_WHEN_DOWN: Duration = Duration::from_secs(30);
const KILL_AFTER_TERMINATE: Duration = Duration::from_secs(1);

pub(crate) enum Command {
    Restart,
    Stop,
}

/// How a phase of its life ended, when not with an error.
enum Interruption {
    Restart,
    Stop,
    Failed(EngineError),
}

impl From<EngineError> for Interruption {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

pub(crate) struct Supervisor {
    config: EngineConfig,
    library: PathBuf,
    folder: DataFolder,
    state: watch::Sender<EngineState>,
    commands: mpsc::Receiver<Command>,
    restarts: Arc<AtomicU32>,
    port: u16,
}

struct Running {
    process: Process,
    endpoint: Arc<Endpoint>,
    port: u16,
    logs: LogStart,
}

/// Where the log files stood when the process was started.
struct LogStart {
    output: PathBuf,
    clickhouse: PathBuf,
    clickhouse_bytes: u64,
}

impl LogStart {
    /// The process's own words on why it ended, with how it ended.
    fn explain(&self, how: &str) -> String {
        let said = log_tail::reason_in_output(&log_tail::read_since(&self.output, 0)).or_else(|| {
            log_tail::reason_in_log(&log_tail::read_since(&self.clickhouse, self.clickhouse_bytes))
        });
        match said {
            Some(said) => format!("{how}; it said: {said}"),
            None => format!("{how}; its log is {}", self.clickhouse.display()),
        }
    }
}

impl Supervisor {
    pub(crate) fn new(
        config: EngineConfig,
        library: PathBuf,
        folder: DataFolder,
        state: watch::Sender<EngineState>,
        commands: mpsc::Receiver<Command>,
        restarts: Arc<AtomicU32>,
    ) -> Self {
        let port = config.http_port;
        Self { config, library, folder, state, commands, restarts, port }
    }

    pub(crate) async fn run(mut self) {
        let mut attempt = 0;
        loop {
            let mut ran_since = None;
            let interruption = match self.start().await {
                Ok(mut running) => {
                    tracing::info!(
                        engine.pid = running.process.pid,
                        engine.url = running.endpoint.url,
                        "engine is ready"
                    );
                    self.state.send_replace(EngineState::Ready(Arc::clone(&running.endpoint)));
                    ran_since = Some(Instant::now());
                    let interruption = self.watch(&mut running).await;
                    if !matches!(interruption, Interruption::Failed(_)) {
                        self.shut_down(running).await;
                    }
                    interruption
                }
                Err(interruption) => interruption,
            };
            match interruption {
                Interruption::Stop => break,
                Interruption::Restart => {
                    attempt = 0;
                    self.state.send_replace(EngineState::Starting);
                }
                Interruption::Failed(error) => {
                    attempt = match ran_since {
                        Some(since) if since.elapsed() >= SETTLED => 1,
                        _ => attempt + 1,
                    };
                    match self.wait_to_retry(&error, attempt).await {
                        Some(Command::Stop) => break,
                        Some(Command::Restart) => attempt = 0,
                        None => {}
                    }
                    self.restarts.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        tracing::info!("engine is stopped");
        self.state.send_replace(EngineState::Stopped);
    }

    async fn wait_to_retry(&mut self, error: &EngineError, attempt: u32) -> Option<Command> {
        let reason = error.to_string();
        let wait = if error.is_retryable() && attempt <= FAILED_STARTS_ALLOWED {
            tracing::warn!(engine.attempt = attempt, error = reason, "engine ended, starting it again");
            self.state.send_replace(EngineState::Restarting { attempt, reason });
            backoff::delay(attempt, rand::random())
        } else {
            tracing::error!(engine.attempt = attempt, error = reason, "engine is down");
            self.state.send_replace(EngineState::Down { code: error.code(), reason });
            RETRY_WHEN_DOWN
        };
        tokio::select! {
            () = sleep(wait) => None,
            command = self.commands.recv() => Some(command.unwrap_or(Command::Stop)),
        }
    }

    /// Starts the process and waits until it answers to the new password.
    async fn start(&mut self) -> Result<Running, Interruption> {
        self.folder.check_free_space(self.config.limits.minimum_free_disk_bytes)?;
        self.port = self.pick_port()?;
        let port = self.port;
        let writer = Credentials::generate(server_xml::WRITER);
        let reader = Credentials::generate(server_xml::READER);
        let instance = random_hex();
        let (mut process, logs) = self.launch(&writer, &reader, &instance).await?;

        let deadline = Instant::now() + self.config.start_timeout;
        let version = tokio::select! {
            how = process.ended() => return Err(self.explain_failed_start(&logs, &how).into()),
            command = self.commands.recv() => return Err(match command {
                Some(Command::Restart) => Interruption::Restart,
                Some(Command::Stop) | None => Interruption::Stop,
            }),
            version = wait_until_ready(port, &instance, &writer, deadline) => version,
        };
        let version = match version {
            Ok(version) => version,
            Err(detail) => {
                let seconds = self.config.start_timeout.as_secs();
                return Err(EngineError::StartTimeout { seconds, detail: logs.explain(&detail) }.into());
            }
        };
        if release(&version) != Some(crate::CLICKHOUSE_RELEASE) {
            let (path, expected) = (self.library.clone(), supported_release());
            return Err(EngineError::LibraryVersion { path, found: version, expected }.into());
        }
        self.folder.record_version(&version).map_err(|source| self.io(source))?;
        let url = format!("http://127.0.0.1:{port}");
        let endpoint = Arc::new(Endpoint { url, writer, reader, version, pid: process.pid });
        Ok(Running { process, endpoint, port, logs })
    }

    async fn launch(
        &self,
        writer: &Credentials,
        reader: &Credentials,
        instance: &str,
    ) -> Result<(Process, LogStart), EngineError> {
        let config_file =
            server_xml::write(&self.config, &server_xml::Start { port: self.port, instance, writer, reader })
                .map_err(|source| self.io(source))?;
        let log_dir = self.config.log_dir();
        fs::create_dir_all(&log_dir).map_err(|source| self.io(source))?;
        let output = log_dir.join("engine-output.log");
        let clickhouse = server_xml::clickhouse_log(&self.config);
        let clickhouse_bytes = fs::metadata(&clickhouse).map_or(0, |metadata| metadata.len());
        let output_file = File::create(&output).map_err(|source| self.io(source))?;

        let mut arguments = self.config.program_args.clone();
        arguments.extend(["--config".to_owned(), config_file.display().to_string()]);
        let launch = Launch {
            program: &self.config.program,
            arguments,
            library: &self.library,
            home: &self.config.data_dir,
            output: output_file,
        };
        let process = Process::spawn(launch)
            .await
            .map_err(|source| EngineError::Spawn { program: self.config.program.clone(), source })?;
        Ok((process, LogStart { output, clickhouse, clickhouse_bytes }))
    }

    /// The configured port, else the last one while it is free, else any free one.
    fn pick_port(&self) -> Result<u16, EngineError> {
        let free =
            |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| listener.local_addr());
        match self.config.http_port {
            0 => free(self.port)
                .or_else(|_| free(0))
                .map(|address| address.port())
                .map_err(|source| self.io(source)),
            port => free(port).map(|_| port).map_err(|_| EngineError::PortTaken { port }),
        }
    }

    fn io(&self, source: std::io::Error) -> EngineError {
        let path = self.config.data_dir.clone();
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => self.disk_full(path),
            _ => EngineError::DataFolder { path, source },
        }
    }

    fn disk_full(&self, path: PathBuf) -> EngineError {
        EngineError::DiskFull {
            path,
            free_bytes: 0,
            needed_bytes: self.config.limits.minimum_free_disk_bytes,
        }
    }

    /// Turns what the process said into the error that tells what to do.
    fn explain_failed_start(&self, logs: &LogStart, how: &str) -> EngineError {
        let detail = logs.explain(how);
        classify(&detail, &self.library, self.config.http_port).unwrap_or_else(|| {
            if detail.contains("NOT_ENOUGH_SPACE") || detail.contains("No space left on device") {
                self.disk_full(self.config.data_dir.clone())
            } else {
                EngineError::Ended { detail }
            }
        })
    }

    /// Waits for the end of a running engine, or for a command.
    async fn watch(&mut self, running: &mut Running) -> Interruption {
        let mut failed_checks = 0;
        let mut check = tokio::time::interval_at(
            Instant::now() + self.config.health_interval,
            self.config.health_interval,
        );
        check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                how = running.process.ended() => {
                    return EngineError::Ended { detail: running.logs.explain(&how) }.into();
                }
                command = self.commands.recv() => return match command {
                    Some(Command::Restart) => Interruption::Restart,
                    Some(Command::Stop) | None => Interruption::Stop,
                },
                _ = check.tick() => match probe::get(running.port, "/ping", self.config.health_interval).await {
                    Ok(answer) if answer.status == 200 => failed_checks = 0,
                    Ok(answer) => {
                        tracing::warn!(http.status = answer.status, "engine answers a health check badly");
                    }
                    Err(error) => {
                        failed_checks += 1;
                        tracing::warn!(%error, engine.failed_checks = failed_checks, "engine missed a health check");
                        if failed_checks >= FAILED_CHECKS_ALLOWED {
                            running.process.signal(libc::SIGKILL);
                            running.process.ended().await;
                            let detail = running.logs.explain(&error.to_string());
                            return EngineError::Unresponsive { checks: failed_checks, detail }.into();
                        }
                    }
                },
            }
        }
    }

    /// Ends the local session that holds the engine open, so that ClickHouse shuts its tables down itself;
    /// then, at the deadline, SIGTERM (which ClickHouse takes as an end at once), then SIGKILL.
    async fn shut_down(&self, mut running: Running) {
        // The local session is the only one without a user name.
        let end_session = "KILL QUERY WHERE user = '' ASYNC";
        let asked =
            probe::query(running.port, &running.endpoint.writer, end_session, self.config.stop_timeout).await;
        let clean = match asked {
            Ok(answer) if answer.status == 200 => {
                timeout(self.config.stop_timeout, running.process.ended()).await.is_ok()
            }
            _ => false,
        };
        if clean {
            return;
        }
        tracing::warn!(engine.pid = running.process.pid, "engine did not stop by itself, ending it");
        running.process.signal(libc::SIGTERM);
        if timeout(KILL_AFTER_TERMINATE, running.process.ended()).await.is_err() {
            running.process.signal(libc::SIGKILL);
            running.process.ended().await;
        }
    }
}

/// Errors that the process reports in words. `port` is the configured one; a free port that was taken in the
/// meantime is only tried again.
fn classify(detail: &str, library: &Path, port: u16) -> Option<EngineError> {
    if detail.contains("engine library") {
        return Some(EngineError::LibraryUnusable { path: library.to_path_buf(), detail: detail.to_owned() });
    }
    if port != 0 && detail.contains("Address already in use") {
        return Some(EngineError::PortTaken { port });
    }
    None
}

/// Polls until the port answers with our word, then asks for the version with our password.
async fn wait_until_ready(
    port: u16,
    instance: &str,
    writer: &Credentials,
    deadline: Instant,
) -> Result<String, String> {
    loop {
        let problem = match probe::get(port, server_xml::INSTANCE_PATH, PROBE_LIMIT).await {
            Ok(answer) if answer.status == 200 && answer.body == instance => {
                match probe::query(port, writer, "SELECT version()", PROBE_LIMIT).await {
                    Ok(answer) if answer.status == 200 => return Ok(answer.body),
                    Ok(answer) => format!("status {} to the first query: {}", answer.status, answer.body),
                    Err(error) => error.to_string(),
                }
            }
            Ok(_) => format!("another program answers on port {port}"),
            Err(error) => error.to_string(),
        };
        if Instant::now() >= deadline {
            return Err(problem);
        }
        sleep(READINESS_POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_errors_that_need_a_person() {
        let library = Path::new("/x/libchdb.so");
        let code = |detail, port| classify(detail, library, port).map(|error| error.code());
        assert_eq!(
            code("exit code 1; it said: can't load the engine library", 0),
            Some("engine.library_unusable")
        );
        let taken =
            "Code: 210. DB::Exception: Listen [127.0.0.1]:1 failed: Address already in use: (NETWORK_ERROR)";
        assert_eq!(code(taken, 8123), Some("engine.port_taken"));
        assert_eq!(code(taken, 0), None);
    }
}
