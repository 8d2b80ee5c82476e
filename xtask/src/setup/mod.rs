//! Installs what is missing. Each part first looks whether there is anything to do, so a second run takes no time.

mod engine;
mod node;
mod system;
mod tools;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub(crate) use engine::engine_library;
pub(crate) use node::npm_scripts;
pub(crate) use tools::{cargo_deny, syslog_ng, test_python};

use crate::paths::Paths;

/// What the set-up is for; each includes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// The server and the web interface.
    Server,
    /// The desktop as well, which needs WebKit.
    Desktop,
    /// All tests as well, which need a display, a browser and more.
    Tests,
}

pub(crate) fn run(paths: &Paths, scope: Scope) -> anyhow::Result<()> {
    system::install(scope)?;
    engine::fetch(paths)?;
    node::install(paths)?;
    if scope == Scope::Tests {
        tools::install(paths)?;
    }
    Ok(())
}

/// Whether the note holds this text.
pub(crate) fn note_is(note: &Path, text: &str) -> bool {
    fs::read_to_string(note).is_ok_and(|found| found == text)
}

/// Notes what was done, for [`note_is`] the next time.
pub(crate) fn write_note(note: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = note.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(note, text).with_context(|| format!("can't write {}", note.display()))
}

/// An empty folder inside `parent` for work that ends with a rename; what an earlier run left there is removed.
fn work_folder(parent: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let folder = parent.join(format!(".{name}-{}", std::process::id()));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    Ok(folder)
}

/// Lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
