//! Builds of the interface and the programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use crate::paths::Paths;
use crate::setup::{hex, note_is, write_note};
use crate::shell::{announce, cargo, npm, run};

/// Builds `ui/dist`, unless it is there and no source of it changed.
pub(crate) fn interface(paths: &Paths) -> anyhow::Result<()> {
    let hash = interface_hash(&paths.ui)?;
    let note = paths.notes().join("interface.sha256");
    if paths.ui.join("dist/index.html").is_file() && note_is(&note, &hash) {
        return Ok(());
    }
    announce("building the interface");
    run(&mut npm(&paths.ui, ["run", "--silent", "build"]))?;
    write_note(&note, &hash)
}

/// Builds all programs: the desktop, the server and the others. One selection of packages everywhere, or cargo
/// would compile shared crates again with other features.
pub(crate) fn programs(paths: &Paths, release: bool) -> anyhow::Result<()> {
    announce("building the programs");
    run(cargo(&paths.root).args(["build", "--workspace", "--bins"]).args(release.then_some("--release")))
}

/// Builds the server alone, which needs no WebKit.
pub(crate) fn server(paths: &Paths, release: bool) -> anyhow::Result<()> {
    announce("building the server");
    run(cargo(&paths.root).args(["build", "-p", "click-lite-server"]).args(release.then_some("--release")))
}

/// Builds the agent alone.
pub(crate) fn agent(paths: &Paths, release: bool) -> anyhow::Result<()> {
    announce("building the agent");
    run(cargo(&paths.root).args(["build", "-p", "click-lite-agent"]).args(release.then_some("--release")))
}

/// Hash of everything that the build of the interface reads.
fn interface_hash(ui: &Path) -> anyhow::Result<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        let name = file.strip_prefix(ui)?.to_string_lossy().into_owned();
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    Ok(hex(&hash.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let left_out = ["node_modules", "dist", "tests", "test-results", "playwright-report"];
        if left_out.iter().any(|left_out| name == *left_out) || name.to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type()? {
            kind if kind.is_dir() => collect(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_follows_the_sources_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ui = folder.path();
        fs::create_dir_all(ui.join("src")).expect("made");
        fs::create_dir_all(ui.join("dist")).expect("made");
        fs::write(ui.join("src/main.tsx"), "one").expect("written");
        let first = interface_hash(ui).expect("hashed");
        fs::write(ui.join("dist/index.html"), "built").expect("written");
        assert_eq!(interface_hash(ui).expect("hashed"), first);
        fs::write(ui.join("src/main.tsx"), "two").expect("written");
        assert_ne!(interface_hash(ui).expect("hashed"), first);
    }
}
