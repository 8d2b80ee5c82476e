//! What the page may call. Calls of the API are forwarded as they are: one API, under a thin shell.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use click_lite_client::{ApiClient, FileIdentity, Import, ImportRequest, inspect};
use serde::{Deserialize, Serialize};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, Theme, WebviewWindow};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_opener::OpenerExt;
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use crate::error::CommandError;
use crate::files::OpenedFiles;
use crate::links::OpenedLinks;
use crate::sidecar::{ServerState, Sidecar};
use crate::window;

/// Lines that go to the page at once: one message each would take forty times as long.
const BATCH_LINES: usize = 1000;
/// How long lines wait for company.
const BATCH_WAIT: Duration = Duration::from_millis(16);
/// Between two words about how much of a file has come.
const PROGRESS_WAIT: Duration = Duration::from_millis(100);
/// Start of a file that its preview is made from.
const PREVIEW_BYTES: u64 = 256 * 1024;

pub type Result<T> = std::result::Result<T, CommandError>;

/// Streams that run, to cancel them by their id; `None` for one that was cancelled before it was begun.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, Option<oneshot::Sender<()>>>>);

/// Imports that run: closing the window would break them off.
#[derive(Default)]
pub struct RunningImports(AtomicUsize);

impl RunningImports {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn begin(&self) -> RunningImport<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        RunningImport(&self.0)
    }
}

/// Counts until it is dropped.
struct RunningImport<'a>(&'a AtomicUsize);

impl Drop for RunningImport<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Streams {
    fn locked(&self) -> MutexGuard<'_, HashMap<String, Option<oneshot::Sender<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer of the server.
#[derive(Serialize)]
pub struct Answer {
    status: u16,
    body: String,
}

/// What a streamed answer consists of. The status comes last.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StreamEvent {
    Lines { lines: Vec<String> },
    Status { status: u16, body: String },
}

/// How a file is imported.
#[derive(Deserialize)]
pub struct ImportOptions {
    service: Option<String>,
    format: Option<String>,
    #[serde(default)]
    again: bool,
}

/// The running server, once it has started.
pub async fn client(sidecar: &Sidecar) -> Result<ApiClient> {
    sidecar.started_client().await.ok_or_else(|| {
        let state = sidecar.state();
        let why = state.message.unwrap_or_else(|| "it is starting".into());
        CommandError::new("server.unavailable", format!("the server is not ready: {why}"))
    })
}

fn stopped() -> CommandError {
    CommandError::new("server.unavailable", "the server was stopped meanwhile")
}

/// Any call of the API.
#[tauri::command]
pub async fn api_request(
    sidecar: State<'_, Arc<Sidecar>>,
    method: String,
    path: String,
    body: Option<String>,
) -> Result<Answer> {
    let method =
        method.parse().map_err(|_| CommandError::new("shell.method", format!("{method} is no method")))?;
    let (status, body) = client(&sidecar).await?.request(method, &path, body).await?;
    Ok(Answer { status, body })
}

/// A call whose answer is lines of JSON; they come through `on_event` in batches, and the status after the last.
#[tauri::command]
pub async fn api_stream(
    sidecar: State<'_, Arc<Sidecar>>,
    streams: State<'_, Streams>,
    id: String,
    path: String,
    body: Option<String>,
    on_event: Channel<StreamEvent>,
) -> Result<()> {
    let (sender, cancelled) = oneshot::channel();
    if streams.locked().insert(id.clone(), Some(sender)).is_some() {
        streams.locked().remove(&id);
        return Ok(());
    }
    let answered = async {
        let client = client(&sidecar).await?;
        tokio::select! {
            result = forward(&client, &path, body.unwrap_or_default(), &on_event) => result,
            () = sidecar.gone() => Err(stopped()),
        }
    };
    let result = tokio::select! {
        result = answered => result,
        // Dropping the answer cancels the query.
        _ = cancelled => Ok(()),
    };
    streams.locked().remove(&id);
    result
}

async fn forward(
    client: &ApiClient,
    path: &str,
    body: String,
    on_event: &Channel<StreamEvent>,
) -> Result<()> {
    let mut stream = match client.lines(path, body).await {
        Ok(stream) => stream,
        Err(click_lite_client::ClientError::Api { status, detail }) => {
            let body = serde_json::json!({ "error": detail }).to_string();
            on_event.send(StreamEvent::Status { status, body })?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut batch = Vec::new();
    let mut due = tokio::time::Instant::now();
    loop {
        tokio::select! {
            lines = stream.next_lines() => match lines? {
                Some(lines) => {
                    if batch.is_empty() {
                        due = tokio::time::Instant::now() + BATCH_WAIT;
                    }
                    batch.extend(lines);
                }
                None => break,
            },
            () = tokio::time::sleep_until(due), if !batch.is_empty() => {
                on_event.send(StreamEvent::Lines { lines: std::mem::take(&mut batch) })?;
            }
        }
        if batch.len() >= BATCH_LINES {
            on_event.send(StreamEvent::Lines { lines: std::mem::take(&mut batch) })?;
        }
    }
    if !batch.is_empty() {
        on_event.send(StreamEvent::Lines { lines: batch })?;
    }
    on_event.send(StreamEvent::Status { status: 200, body: String::new() })?;
    Ok(())
}

#[tauri::command]
pub fn api_cancel(streams: State<'_, Streams>, id: String) {
    let mut running = streams.locked();
    // A stream and its cancellation come by ways of their own, and this one may be faster.
    if running.remove(&id).is_none() {
        running.insert(id, None);
    }
}

#[tauri::command]
pub fn server_state(window: WebviewWindow, sidecar: State<'_, Arc<Sidecar>>) -> ServerState {
    // The page asks this once it stands: from now on there is something to see.
    window::reveal(&window);
    sidecar.state()
}

#[tauri::command]
pub async fn restart_server(sidecar: State<'_, Arc<Sidecar>>) -> Result<()> {
    sidecar.restart().await;
    Ok(())
}

#[tauri::command]
pub fn open_log_folder(app: AppHandle, sidecar: State<'_, Arc<Sidecar>>) -> Result<()> {
    open_folder(&app, &sidecar.state().log_path)
}

/// Lets what the system draws follow the theme of the page; `null` is the system's own.
#[tauri::command]
pub fn set_theme(window: WebviewWindow, theme: Option<Theme>) -> Result<()> {
    crate::window::set_theme(&window, theme)
        .map_err(|error| CommandError::new("shell.theme", format!("the window keeps its theme: {error}")))
}

/// Opens a folder in the user's file manager.
pub fn open_folder(app: &AppHandle, folder: &str) -> Result<()> {
    app.opener()
        .open_path(folder, None::<&str>)
        .map_err(|error| CommandError::new("shell.open", format!("{folder} can't be opened: {error}")))
}

/// Asks for files; none when the dialog is cancelled.
#[tauri::command]
pub async fn pick_files(app: AppHandle) -> Result<Vec<String>> {
    let (sender, picked) = oneshot::channel();
    app.dialog().file().set_title("Open log files").pick_files(move |files| {
        let _ = sender.send(files);
    });
    let files = picked.await.ok().flatten().unwrap_or_default();
    Ok(files
        .into_iter()
        .filter_map(|file| file.into_path().ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect())
}

/// Files that were named to the program since the last time this was asked.
#[tauri::command]
pub fn take_opened_files(app: AppHandle) -> Vec<String> {
    app.state::<OpenedFiles>().take()
}

#[tauri::command]
pub async fn inspect_file(path: PathBuf) -> Result<FileIdentity> {
    blocking(move || inspect(&path)).await
}

/// The answer of `/api/v1/imports/preview` for a file.
#[tauri::command]
pub async fn preview_file(
    sidecar: State<'_, Arc<Sidecar>>,
    path: PathBuf,
    format: Option<String>,
) -> Result<serde_json::Value> {
    let client = client(&sidecar).await?;
    let name = name_of(&path);
    let mut head = Vec::new();
    let file = tokio::fs::File::open(&path).await.map_err(|error| unreadable(&path, &error))?;
    file.take(PREVIEW_BYTES).read_to_end(&mut head).await.map_err(|error| unreadable(&path, &error))?;
    Ok(client.preview(&name, format.as_deref(), head).await?)
}

/// Sends a file to the server; returns when every record of it is durable.
#[tauri::command]
pub async fn import_file(
    sidecar: State<'_, Arc<Sidecar>>,
    imports: State<'_, RunningImports>,
    path: PathBuf,
    id: String,
    options: ImportOptions,
) -> Result<Import> {
    let client = client(&sidecar).await?;
    let _running = imports.begin();
    let inspected = path.clone();
    let file = blocking(move || inspect(&inspected)).await?;
    let request = ImportRequest {
        id,
        name: file.name.clone(),
        file: Some(file),
        service: options.service,
        format: options.format,
        again: options.again,
    };
    tokio::select! {
        import = client.import_file(&path, &request) => Ok(import?),
        // Else a server that is asked to end would wait for the rest of the file.
        () = sidecar.gone() => Err(stopped()),
    }
}

#[tauri::command]
pub fn write_clipboard(app: AppHandle, text: String) -> Result<()> {
    app.clipboard().write_text(text).map_err(|error| {
        CommandError::new("shell.clipboard", format!("the clipboard can't be written: {error}"))
    })
}

/// Pages that links lead to, which were not fetched yet.
#[tauri::command]
pub fn take_opened_links(links: State<'_, OpenedLinks>) -> Vec<String> {
    links.take()
}

/// Asks where to save a text, and saves it there; `None` when the dialog is cancelled.
#[tauri::command]
pub async fn save_text(app: AppHandle, suggested_name: String, text: String) -> Result<Option<String>> {
    save(&app, suggested_name, text.as_bytes()).await
}

/// As [`save_text`], for a picture.
#[tauri::command]
pub async fn save_image(app: AppHandle, suggested_name: String, base64: String) -> Result<Option<String>> {
    let bytes = BASE64_STANDARD
        .decode(base64)
        .map_err(|error| CommandError::new("shell.failed", format!("the picture is not whole: {error}")))?;
    save(&app, suggested_name, &bytes).await
}

/// A file that was saved.
#[derive(Serialize)]
pub struct SavedFile {
    place: String,
    bytes: u64,
    /// Rows in it, where these are the first of more than such a file holds.
    first_rows: Option<u64>,
}

/// Saves the file that the API answers with, where the user says; `None` when that is cancelled. It is written aside while
/// the dialog stands: a server does not wait for a person. `on_bytes` tells how much has come.
#[tauri::command]
pub async fn save_answer(
    app: AppHandle,
    id: String,
    path: String,
    body: Option<String>,
    suggested_name: String,
    on_bytes: Channel<u64>,
) -> Result<Option<SavedFile>> {
    let (sidecar, streams) = (app.state::<Arc<Sidecar>>(), app.state::<Streams>());
    let (sender, cancelled) = oneshot::channel();
    if streams.locked().insert(id.clone(), Some(sender)).is_some() {
        streams.locked().remove(&id);
        return Ok(None);
    }
    let saved = async {
        let client = client(&sidecar).await?;
        tokio::select! {
            saved = save_file(&app, &client, &path, body, suggested_name, &on_bytes) => saved,
            () = sidecar.gone() => Err(stopped()),
        }
    };
    let result = tokio::select! {
        result = saved => result,
        // Dropping the answer cancels the query.
        _ = cancelled => Ok(None),
    };
    streams.locked().remove(&id);
    result
}

async fn save_file(
    app: &AppHandle,
    client: &ApiClient,
    path: &str,
    body: Option<String>,
    suggested_name: String,
    on_bytes: &Channel<u64>,
) -> Result<Option<SavedFile>> {
    let answer = client.file(path, body).await?;
    let first_rows = answer.first_rows();
    let folder = app.path().app_cache_dir()?;
    let wrong = |path: &Path, error: std::io::Error| {
        CommandError::new("file.write", format!("{} can't be written: {error}", path.display()))
    };
    std::fs::create_dir_all(&folder).map_err(|error| wrong(&folder, error))?;
    let part = click_lite_client::part_in(&folder).map_err(|error| wrong(&folder, error))?;
    let mut told = tokio::time::Instant::now();
    let writing = answer.write(part.as_file(), |bytes| {
        if told.elapsed() >= PROGRESS_WAIT {
            told = tokio::time::Instant::now();
            let _ = on_bytes.send(bytes);
        }
    });
    // What fails first ends both: the writing, or a dialog that is cancelled.
    let writing = async { writing.await.map_err(|error| Some(CommandError::from(error))) };
    let picking = async { pick_place(app, suggested_name).await.ok_or(None) };
    let (written, out) = match tokio::try_join!(writing, picking) {
        Ok(both) => both,
        Err(Some(error)) => return Err(error),
        Err(None) => return Ok(None),
    };
    let bytes = written.map_err(|error| wrong(&folder, error))?;
    let placed = out.clone();
    tokio::task::spawn_blocking(move || click_lite_client::place(part, &placed))
        .await
        .map_err(|error| CommandError::new("shell.failed", error.to_string()))?
        .map_err(|error| wrong(&out, error))?;
    Ok(Some(SavedFile { place: out.to_string_lossy().into_owned(), bytes, first_rows }))
}

/// Where the user wants a file; `None` when the dialog is cancelled.
async fn pick_place(app: &AppHandle, suggested_name: String) -> Option<PathBuf> {
    let (sender, picked) = oneshot::channel();
    app.dialog().file().set_file_name(suggested_name).save_file(move |file| {
        let _ = sender.send(file);
    });
    picked.await.ok().flatten().and_then(|file| file.into_path().ok())
}

async fn save(app: &AppHandle, suggested_name: String, content: &[u8]) -> Result<Option<String>> {
    let Some(path) = pick_place(app, suggested_name).await else { return Ok(None) };
    tokio::fs::write(&path, content).await.map_err(|error| {
        CommandError::new("file.write", format!("{} can't be written: {error}", path.display()))
    })?;
    Ok(Some(path.to_string_lossy().into_owned()))
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned())
}

fn unreadable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::new("file.read", format!("{} can't be read: {error}", path.display()))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, click_lite_client::ClientError> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| CommandError::new("shell.failed", error.to_string()))?
        .map_err(Into::into)
}
