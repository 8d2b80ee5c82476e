//! Files that were named to the program: arguments, a second start, a file association.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};

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
        .filter(|name| !name.starts_with('-') && !name.is_empty())
        .map(|name| Path::new(folder).join(name).to_string_lossy().into_owned())
        .collect();
    if paths.is_empty() {
        return;
    }
    app.state::<OpenedFiles>().0.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    let _ = app.emit("open-files", ());
}
