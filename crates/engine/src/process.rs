//! One run of the engine's process. A thread of its own starts it and waits for its end: the kernel ends the
//! child with the *thread* that started it (`PDEATHSIG`), and a wait costs nothing while nothing happens.

use std::fs::File;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// What to run.
pub(crate) struct Launch<'a> {
    pub(crate) program: &'a Path,
    pub(crate) arguments: Vec<String>,
    pub(crate) library: &'a Path,
    pub(crate) home: &'a Path,
    /// Takes stdout and stderr.
    pub(crate) output: File,
}

/// A running engine; killed when dropped.
pub(crate) struct Process {
    pub(crate) pid: u32,
    alive: Arc<Mutex<bool>>,
    exit: oneshot::Receiver<ExitStatus>,
    /// The engine ends when this closes, however this process ends.
    _stdin: Option<ChildStdin>,
}

impl Process {
    pub(crate) async fn spawn(launch: Launch<'_>) -> io::Result<Self> {
        let mut command = Command::new(launch.program);
        command
            .args(launch.arguments)
            .env_clear()
            .env("TZ", "UTC")
            .env("HOME", launch.home)
            .env(crate::LIBRARY_ENVIRONMENT_VARIABLE, launch.library)
            .envs(
                ["PATH", "LD_LIBRARY_PATH"]
                    .into_iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            // A process group of its own: Ctrl+C in a terminal goes to the server, which stops the engine last.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(launch.output.try_clone()?)
            .stderr(launch.output);
        let (started_sender, started) = oneshot::channel();
        let (exit_sender, exit) = oneshot::channel();
        let alive = Arc::new(Mutex::new(true));
        let alive_in_thread = Arc::clone(&alive);
        std::thread::Builder::new().name("engine-wait".to_owned()).spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let _ = started_sender.send(Err(error));
                    return;
                }
            };
            let _ = started_sender.send(Ok((child.id(), child.stdin.take())));
            wait_without_reaping(child.id());
            // From here on the number may be another process's: nobody may send it a signal any more.
            *alive_in_thread.lock().unwrap_or_else(PoisonError::into_inner) = false;
            if let Ok(status) = child.wait() {
                let _ = exit_sender.send(status);
            }
        })?;
        let (pid, stdin) = started.await.map_err(|_| io::Error::other("the starting thread ended"))??;
        Ok(Self { pid, alive, exit, _stdin: stdin })
    }

    /// Waits for the end and says how it was.
    pub(crate) async fn ended(&mut self) -> String {
        match (&mut self.exit).await {
            Ok(status) => describe(status),
            Err(_) => "its exit status is unknown".to_owned(),
        }
    }

    /// Sends a signal, unless the process has ended.
    pub(crate) fn signal(&self, signal: libc::c_int) {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        if let (true, Ok(pid)) = (*alive, libc::pid_t::try_from(self.pid)) {
            // SAFETY: a plain system call; while `alive` is locked and true the number is our child's.
            unsafe { libc::kill(pid, signal) };
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(libc::SIGKILL);
    }
}

fn wait_without_reaping(pid: u32) {
    loop {
        // SAFETY: all-zero is a valid siginfo_t, and the call only writes into it.
        let result = unsafe {
            let mut information: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, pid as libc::id_t, &raw mut information, libc::WEXITED | libc::WNOWAIT)
        };
        if result == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(libc::SIGKILL), _) => "it was killed (signal 9), by hand or for lack of memory".to_owned(),
        (Some(signal), _) => format!("it was ended by signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "its exit status is unknown".to_owned(),
    }
}
