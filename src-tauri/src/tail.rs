//! Live tail: the sockets, which the page can't open itself, since it has no token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use click_lite_client::{ClientError, TailSocket};
use serde::Serialize;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, WebviewWindow, WindowEvent};
use tokio::sync::mpsc;

use crate::commands::{Result, client};
use crate::sidecar::Sidecar;
use crate::window;

/// Messages that go to the page at once, and how long they wait for company.
const BATCH_MESSAGES: usize = 64;
const BATCH_WAIT: Duration = Duration::from_millis(16);
/// Messages of the page that wait for the socket.
const COMMANDS: usize = 16;

/// Sockets that are open, by the id that the page chose; `None` for one that was closed before it was open.
#[derive(Default)]
pub struct Tails(Mutex<HashMap<String, Option<Open>>>);

struct Open {
    /// Label of the window that shows it.
    window: String,
    commands: mpsc::Sender<String>,
}

impl Tails {
    fn locked(&self) -> MutexGuard<'_, HashMap<String, Option<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the sockets of a window that is gone.
    fn close_all_of(&self, window: &str) {
        self.locked().retain(|_, open| open.as_ref().is_none_or(|open| open.window != window));
    }
}

/// What the page hears of its socket.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TailEvent {
    Open,
    Messages { messages: Vec<String> },
    Closed,
}

/// Opens a socket; what comes goes through `on_event` in batches, until one of the two sides closes it.
#[tauri::command]
pub async fn tail_open(
    window: WebviewWindow,
    sidecar: State<'_, Arc<Sidecar>>,
    tails: State<'_, Tails>,
    id: String,
    on_event: Channel<TailEvent>,
) -> Result<()> {
    let (sender, commands) = mpsc::channel(COMMANDS);
    let open = Open { window: window.label().to_owned(), commands: sender };
    if tails.locked().insert(id.clone(), Some(open)).is_some() {
        tails.locked().remove(&id);
        return Ok(());
    }
    let result = match client(&sidecar).await {
        Ok(client) => tokio::select! {
            // The page connects again by itself, whatever ended the socket.
            ended = async { forward(client.tail("/api/v1/tail").await?, commands, &on_event).await } => {
                ended.map_err(Into::into)
            }
            () = sidecar.gone() => Ok(()),
        },
        Err(error) => Err(error),
    };
    tails.locked().remove(&id);
    let _ = on_event.send(TailEvent::Closed);
    result
}

async fn forward(
    mut socket: TailSocket,
    mut commands: mpsc::Receiver<String>,
    on_event: &Channel<TailEvent>,
) -> std::result::Result<(), ClientError> {
    let page = |error: tauri::Error| ClientError::Broken(error.to_string());
    on_event.send(TailEvent::Open).map_err(page)?;
    let mut messages = Vec::new();
    let mut due = tokio::time::Instant::now();
    loop {
        tokio::select! {
            message = socket.next() => match message? {
                Some(message) => {
                    if messages.is_empty() {
                        due = tokio::time::Instant::now() + BATCH_WAIT;
                    }
                    messages.push(message);
                }
                None => return Ok(()),
            },
            command = commands.recv() => match command {
                Some(command) => socket.send(command).await?,
                None => return Ok(()),
            },
            () = tokio::time::sleep_until(due), if !messages.is_empty() => {
                on_event.send(TailEvent::Messages { messages: std::mem::take(&mut messages) }).map_err(page)?;
            }
        }
        if messages.len() >= BATCH_MESSAGES {
            on_event.send(TailEvent::Messages { messages: std::mem::take(&mut messages) }).map_err(page)?;
        }
    }
}

/// Sends a message of the page; to a socket that is closed by now it is lost.
#[tauri::command]
pub async fn tail_send(tails: State<'_, Tails>, id: String, message: String) -> Result<()> {
    let commands = tails.locked().get(&id).and_then(|open| Some(open.as_ref()?.commands.clone()));
    if let Some(commands) = commands {
        let _ = commands.send(message).await;
    }
    Ok(())
}

#[tauri::command]
pub fn tail_close(tails: State<'_, Tails>, id: String) {
    let mut open = tails.locked();
    // The opening and the closing come by ways of their own, and this one may be faster.
    if open.remove(&id).is_none() {
        open.insert(id, None);
    }
}

/// Opens a page of the interface in a window of its own.
#[tauri::command]
pub async fn open_window(
    app: AppHandle,
    path: String,
    title: String,
    width: f64,
    height: f64,
    always_on_top: bool,
) -> Result<()> {
    let opened = window::open_own(&app, &path, &title, (width, height), always_on_top)?;
    let label = opened.label().to_owned();
    opened.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            app.state::<Tails>().close_all_of(&label);
        }
    });
    Ok(())
}

/// Keeps the calling window above all others, or no longer.
#[tauri::command]
pub fn set_always_on_top(window: WebviewWindow, is_on_top: bool) -> Result<()> {
    Ok(window.set_always_on_top(is_on_top)?)
}
