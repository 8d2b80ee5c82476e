//! The server with its engine, and the agent: killed, and started again a moment later.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, ensure};

use super::proxy::Proxy;
use super::writers;
use crate::{ANY_PORT, agent_binary, child_of, serve_command, signal, tail, wait_for};

/// Printed by the server when its HTTP listener is open, before the engine answers.
const LISTENING: &str = "Listening on http://";

/// A program that is started again whenever it ended.
pub struct Program {
    name: &'static str,
    log: PathBuf,
    start: Box<dyn Fn(File) -> anyhow::Result<Child> + Send>,
    child: Option<Child>,
    start_at: Option<Instant>,
    pub starts: u64,
    /// How it ended when nobody killed it.
    pub faults: Vec<String>,
}

impl Program {
    pub fn server(folder: &Path, proxy: Arc<Proxy>) -> Self {
        let of_start = folder.to_owned();
        Self::new("server", folder, move |log| {
            let mut command = serve_command(&of_start, ANY_PORT)?;
            let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
            let output = BufReader::new(child.stdout.take().context("a pipe")?);
            let proxy = Arc::clone(&proxy);
            thread::spawn(move || {
                for line in output.lines().map_while(Result::ok) {
                    if let Some(address) = line.strip_prefix(LISTENING).and_then(|text| text.parse().ok()) {
                        proxy.set_server(address);
                    }
                }
            });
            Ok(child)
        })
    }

    pub fn agent(folder: &Path, logs: &Path, proxy: &Proxy) -> anyhow::Result<Self> {
        let binary = agent_binary()?;
        let state = folder.join("agent");
        let url = format!("http://{}", proxy.address);
        let glob = writers::glob(logs);
        Ok(Self::new("agent", folder, move |log| {
            let mut command = Command::new(&binary);
            command.args(["tail", "--server", &url, "--state-dir"]).arg(&state).arg(&glob);
            command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            Ok(command.spawn()?)
        }))
    }

    fn new(
        name: &'static str,
        folder: &Path,
        start: impl Fn(File) -> anyhow::Result<Child> + Send + 'static,
    ) -> Self {
        let log = folder.join(format!("{name}.log"));
        Self { name, log, start: Box::new(start), child: None, start_at: None, starts: 0, faults: Vec::new() }
    }

    /// Its process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// `kill -9`; it starts again at that moment. False where it does not run.
    pub fn kill(&mut self, start_at: Instant) -> anyhow::Result<bool> {
        let Some(mut child) = self.child.take() else { return Ok(false) };
        child.kill()?;
        child.wait()?;
        self.start_at = Some(start_at);
        Ok(true)
    }

    /// Kills a process that the program has started.
    pub fn kill_child(&self) -> anyhow::Result<bool> {
        let Some(pid) = self.pid().map(child_of).transpose()?.flatten() else { return Ok(false) };
        // It may have ended by itself just now.
        Ok(signal(pid, libc::SIGKILL).is_ok())
    }

    /// Starts what is due, and what has ended without being asked to.
    pub fn tend(&mut self) -> anyhow::Result<()> {
        if let Some(child) = &mut self.child
            && let Some(status) = child.try_wait()?
        {
            self.child = None;
            self.faults.push(format!("the {} ended by itself: {status}\n{}", self.name, tail(&self.log)));
            self.start_at = Some(Instant::now());
        }
        if self.child.is_none() && self.start_at.is_none_or(|due| due <= Instant::now()) {
            let log = File::options().create(true).append(true).open(&self.log)?;
            self.child = Some((self.start)(log)?);
            self.start_at = None;
            self.starts += 1;
        }
        Ok(())
    }

    /// `kill -TERM`, and waits for an orderly end.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().with_context(|| format!("the {} does not run", self.name))?;
        signal(child.id(), libc::SIGTERM)?;
        let status: anyhow::Result<ExitStatus> = wait_for("the end of a program", || Ok(child.try_wait()?));
        if status.is_err() {
            child.kill()?;
            child.wait()?;
        }
        let status = status.with_context(|| self.name)?;
        ensure!(status.success(), "the {} ended with {status}\n{}", self.name, tail(&self.log));
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
