//! The interface's npm packages.

use std::fs;

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use super::{hex, note_is, write_note};
use crate::paths::Paths;
use crate::shell::{announce, npm, run};

/// Runs `npm ci`, unless the installed packages are those of the lock file.
pub(super) fn install(paths: &Paths) -> anyhow::Result<()> {
    let lock = paths.ui.join("package-lock.json");
    let content = fs::read(&lock).with_context(|| format!("can't read {}", lock.display()))?;
    let hash = hex(&Sha256::digest(&content));
    let note = paths.ui.join("node_modules/.click-lite-lock.sha256");
    if note_is(&note, &hash) {
        return Ok(());
    }
    announce("installing the interface's packages");
    run(&mut npm(&paths.ui, ["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
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
