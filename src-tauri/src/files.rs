//! Files that were named to the program: arguments, a second start, a file association.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};

use crate::links;

/// Files that the page has not asked for yet: they may be named before it listens.
#[derive(Default)]
pub struct OpenedFiles(Mutex<Vec<String>>);

impl OpenedFiles {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells the page about files, relative to `folder`. It fetches them with `take_opened_files`, now or when it is there.
pub fn open(app: &AppHandle, names: impl Iterator<Item = String>, folder: &str) {
    let paths: Vec<String> = names
        .filter(|name| !name.starts_with('-') && !name.is_empty() && !links::is_link(name))
        .map(|name| Path::new(folder).join(plain_path(name)).to_string_lossy().into_owned())
        .collect();
    if paths.is_empty() {
        return;
    }
    app.state::<OpenedFiles>().0.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    let _ = app.emit("open-files", ());
}

/// A file manager may name a file by its address, `file:///var/log/a%20b.log`.
fn plain_path(name: String) -> PathBuf {
    let address = name.starts_with("file://").then(|| tauri::Url::parse(&name).ok()).flatten();
    address.and_then(|address| address.to_file_path().ok()).unwrap_or_else(|| name.into())
}
