//! The server as a child process: started, watched, started again, ended with the desktop.
//!
//! The server ends by itself when its standard input closes, so it never outlives the desktop, however that ends.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use click_lite_client::{ApiClient, LOCAL_TOKEN_FILE, default_data_dir};
use serde::Serialize;
use tauri::{AppHandle, Emitter};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot, watch};

/// Port that programs on this machine send to; another is taken when it is not free.
const USUAL_PORT: u16 = 7410;
/// First and longest wait before the server is started again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// A server that ran this long starts the waits anew.
const STABLE: Duration = Duration::from_secs(30);
/// What the server prints before its address, once it listens.
const LISTENING: &str = "Listening on ";
/// How long the server may take to write everything and end.
const STOP_DEADLINE: Duration = Duration::from_secs(15);
/// How long a call waits for a server that is starting.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// Last lines of the server's output that are kept for the message.
const KEPT_LINES: usize = 20;

/// How the server is, as the page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerState {
    /// `starting`, `ready`, `restarting` or `down`.
    pub state: &'static str,
    /// Why it is not ready.
    pub message: Option<String>,
    pub version: &'static str,
    pub log_path: String,
    pub data_dir: String,
}

enum Order {
    Restart,
    Stop,
}

/// The running server, or the tries to start it.
pub struct Sidecar {
    state: watch::Receiver<ServerState>,
    client: watch::Receiver<Option<ApiClient>>,
    orders: mpsc::Sender<Order>,
    stopped: Mutex<Option<std::sync::mpsc::Receiver<()>>>,
}

/// Data folder of the desktop and its server: the configured one, else the user's.
pub fn data_dir() -> PathBuf {
    std::env::var_os("CLICK_LITE__DATA__DIR").map_or_else(default_data_dir, PathBuf::from)
}

impl Sidecar {
    /// Starts the server and the task that watches it.
    pub fn start(app: AppHandle, data_dir: PathBuf) -> Self {
        let (state_sender, state) = watch::channel(ServerState {
            state: "starting",
            message: None,
            version: env!("CARGO_PKG_VERSION"),
            log_path: data_dir.join("logs").display().to_string(),
            data_dir: data_dir.display().to_string(),
        });
        let (client_sender, client) = watch::channel(None);
        let (orders, order_receiver) = mpsc::channel(4);
        let (stopped_sender, stopped) = std::sync::mpsc::sync_channel(1);
        let watcher = Watcher { app, state: state_sender, client: client_sender, data_dir };
        tauri::async_runtime::spawn(async move {
            watcher.run(order_receiver).await;
            let _ = stopped_sender.send(());
        });
        Self { state, client, orders, stopped: Mutex::new(Some(stopped)) }
    }

    pub fn state(&self) -> ServerState {
        self.state.borrow().clone()
    }

    /// A client of the server; `None` while it is not ready. One that is starting is waited for: the page stands sooner
    /// than the server, and its first calls would come again after a pause.
    pub async fn started_client(&self) -> Option<ApiClient> {
        let mut state = self.state.clone();
        let started = state.wait_for(|now| now.state != "starting");
        let _ = tokio::time::timeout(START_PATIENCE, started).await;
        self.client.borrow().clone()
    }

    /// Returns once the server is gone, or is asked to end.
    pub async fn gone(&self) {
        let _ = self.client.clone().wait_for(Option::is_none).await;
    }

    /// Ends the server and starts it anew.
    pub async fn restart(&self) {
        let _ = self.orders.send(Order::Restart).await;
    }

    /// Ends the server; returns when it is gone or its time is over.
    pub fn stop(&self) {
        if let Some(stopped) = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take()
            && self.orders.try_send(Order::Stop).is_ok()
        {
            let _ = stopped.recv_timeout(STOP_DEADLINE + Duration::from_secs(1));
        }
    }
}

struct Watcher {
    app: AppHandle,
    state: watch::Sender<ServerState>,
    client: watch::Sender<Option<ApiClient>>,
    data_dir: PathBuf,
}

/// How a run of the server ended.
enum Ended {
    Asked,
    Stopped,
    Crashed(String),
}

impl Watcher {
    async fn run(self, mut orders: mpsc::Receiver<Order>) {
        let mut wait = BACK_OFF.0;
        loop {
            let started = Instant::now();
            let ended = match self.spawn() {
                Ok(child) => self.watch(child, &mut orders).await,
                Err(message) => Ended::Crashed(message),
            };
            self.client.send_replace(None);
            let message = match ended {
                Ended::Stopped => return,
                Ended::Asked => {
                    self.set("restarting", None);
                    wait = BACK_OFF.0;
                    continue;
                }
                Ended::Crashed(message) => message,
            };
            tracing::error!(reason = %message, "the server ended");
            if started.elapsed() > STABLE {
                wait = BACK_OFF.0;
            }
            // After a few quick ends it is most likely the same each time: say so rather than flicker.
            let state = if wait >= Duration::from_secs(1) { "down" } else { "restarting" };
            self.set(state, Some(message));
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(BACK_OFF.1),
                order = orders.recv() => match order {
                    Some(Order::Restart) => wait = BACK_OFF.0,
                    Some(Order::Stop) | None => return,
                },
            }
        }
    }

    fn spawn(&self) -> Result<Child, String> {
        let program = server_program()?;
        let port_is_free = TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT)).is_ok();
        let port = if port_is_free { USUAL_PORT } else { 0 };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Command::new(&program)
            .args(["serve", "--stop-with-stdin", "--listen", &listen.to_string()])
            .arg("--data-dir")
            .arg(&self.data_dir)
            .env("CLICK_LITE__LOG__TO_FILE", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} can't be started: {error}", program.display()))
    }

    async fn watch(&self, mut child: Child, orders: &mut mpsc::Receiver<Order>) -> Ended {
        let stdin = child.stdin.take();
        let stderr = child.stderr.take();
        let child_stdout = child.stdout.take();
        let lines = async {
            let mut kept = VecDeque::new();
            if let Some(stderr) = stderr {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if kept.len() == KEPT_LINES {
                        kept.pop_front();
                    }
                    kept.push_back(line);
                }
            }
            kept
        };
        let ended = async {
            let (status, kept) = tokio::join!(child.wait(), lines);
            (status, kept)
        };
        tokio::pin!(ended);
        let (address_sender, mut address) = oneshot::channel();
        if let Some(stdout) = child_stdout {
            tauri::async_runtime::spawn(read_address(stdout, address_sender));
        }
        let mut is_ready = false;
        let asked = loop {
            tokio::select! {
                (status, kept) = &mut ended => {
                    // The program's own last line says why; a signal leaves none.
                    let said = kept.iter().rev().find_map(|line| line.strip_prefix("click-lite-server: "));
                    let message = said.map_or_else(
                        || match &status {
                            Ok(status) => format!("the server ended unexpectedly ({status})"),
                            Err(error) => format!("the server was lost: {error}"),
                        },
                        ToOwned::to_owned,
                    );
                    return Ended::Crashed(message);
                }
                found = &mut address, if !is_ready => {
                    is_ready = true;
                    // No address: the server is ending, and says why.
                    match found.map(|address| self.client_of(&address)) {
                        Ok(Ok(client)) => {
                            self.client.send_replace(Some(client));
                            self.set("ready", None);
                        }
                        Ok(Err(message)) => self.set("down", Some(message)),
                        Err(_) => {}
                    }
                }
                order = orders.recv() => break order,
            }
        };
        self.client.send_replace(None);
        // Closing its input asks the server to end.
        drop(stdin);
        let _ = tokio::time::timeout(STOP_DEADLINE, &mut ended).await;
        match asked {
            Some(Order::Restart) => Ended::Asked,
            Some(Order::Stop) | None => Ended::Stopped,
        }
    }

    fn client_of(&self, address: &str) -> Result<ApiClient, String> {
        let path = self.data_dir.join(LOCAL_TOKEN_FILE);
        let token = std::fs::read_to_string(&path)
            .map_err(|error| format!("the token in {} can't be read: {error}", path.display()))?;
        ApiClient::new(address, Some(token.trim().to_owned())).map_err(|error| error.to_string())
    }

    fn set(&self, state: &'static str, message: Option<String>) {
        self.state.send_modify(|current| {
            current.state = state;
            current.message = message;
        });
        let now = self.state.borrow().clone();
        tracing::info!(server.state = state, "server state");
        let _ = self.app.emit("server-state", now);
    }
}

/// Reads what the server prints: its address once, and the rest so that it never waits for a reader.
async fn read_address(stdout: ChildStdout, address: oneshot::Sender<String>) {
    let mut lines = BufReader::new(stdout).lines();
    let mut address = Some(address);
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(found) = line.strip_prefix(LISTENING)
            && let Some(sender) = address.take()
        {
            let _ = sender.send(found.trim().to_owned());
        }
    }
}

/// The server lies beside the desktop's program, in the build folder as well as installed.
fn server_program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = own.with_file_name("click-lite-server");
    if program.is_file() {
        return Ok(program);
    }
    Err(format!(
        "{} is missing: install Click-Lite again, or build it with `cargo xtask run`",
        program.display()
    ))
}
