//! The agent's program against a server that answers as it is told: what it does on the wire, with files, and with the
//! programs that it runs. What the real server makes of it is tested in the workspace's `tests`.

#[path = "agent/files.rs"]
mod files;
#[path = "agent/programs.rs"]
mod programs;
#[path = "agent/protocol.rs"]
mod protocol;
#[path = "agent/stub.rs"]
mod stub;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// `click-lite-agent` with a state folder of its own.
struct Setup {
    folder: tempfile::TempDir,
}

impl Setup {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// A command that sends to `url`.
    fn command(&self, subcommand: &str, url: &str) -> Command {
        let mut command = program();
        command
            .args([subcommand, "--server", url, "--state-dir"])
            .arg(self.state())
            .env_remove("CLICK_LITE_TOKEN")
            .env("XDG_DATA_HOME", self.path("data"));
        command
    }

    fn tail(&self, url: &str, arguments: &[&str]) -> Running {
        let mut command = self.command("tail", url);
        command.args(["--log-level", "debug"]).args(arguments);
        let log =
            std::fs::File::options().create(true).append(true).open(self.path("agent.err")).expect("a log");
        Running(command.stdin(Stdio::null()).stderr(log).spawn().expect("started"))
    }

    fn status(&self) -> serde_json::Value {
        let mut command = program();
        let output =
            command.args(["status", "--json", "--state-dir"]).arg(self.state()).output().expect("run");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn append(&self, name: &str, text: &str) {
        append(&self.path(name), text);
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.path("agent.err")).unwrap_or_default();
            eprintln!("{log}\n{}", self.status());
        }
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_click-lite-agent"))
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::File::options().create(true).append(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

/// Killed when it is dropped.
struct Running(Child);

impl Running {
    /// `kill -9`.
    fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("gone");
    }

    /// `kill -TERM`; the exit code.
    fn stop(mut self) -> Option<i32> {
        signal(&self.0, libc::SIGTERM);
        self.0.wait().expect("gone").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(child: &Child, signal: i32) {
    // SAFETY: a plain system call without pointers.
    unsafe { libc::kill(child.id().cast_signed(), signal) };
}

/// Looks until it is so.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
