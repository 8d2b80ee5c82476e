//! The npm packages of the interface and of the tests' clients.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use super::{hex, note_is, write_note};
use crate::paths::Paths;
use crate::shell::{announce, npm, run};

/// The interface's packages.
pub(super) fn install(paths: &Paths) -> anyhow::Result<()> {
    install_in(&paths.ui, "the interface's packages")
}

/// Packages of the clients that the end-to-end tests send with.
pub(super) fn install_test_clients(paths: &Paths) -> anyhow::Result<()> {
    install_in(&paths.root.join("tests/clients"), "the Node packages of the tests")
}

/// Runs `npm ci`, unless the installed packages are those of the lock file.
fn install_in(folder: &Path, what: &str) -> anyhow::Result<()> {
    let lock = folder.join("package-lock.json");
    let content = fs::read(&lock).with_context(|| format!("can't read {}", lock.display()))?;
    let hash = hex(&Sha256::digest(&content));
    let note = folder.join("node_modules/.click-lite-lock.sha256");
    if note_is(&note, &hash) {
        return Ok(());
    }
    announce(&format!("installing {what}"));
    run(&mut npm(folder, ["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    write_note(&note, &hash)
}

/// Names of the scripts in `ui/package.json`.
pub(crate) fn npm_scripts(paths: &Paths) -> anyhow::Result<Vec<String>> {
    let path = paths.ui.join("package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
    let scripts = json["scripts"].as_object().context("ui/package.json has no scripts")?;
    Ok(scripts.keys().cloned().collect())
}
