use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The folders that every command needs.
pub(crate) struct Paths {
    /// The repository.
    pub(crate) root: PathBuf,
    /// The interface's sources.
    pub(crate) ui: PathBuf,
    /// Cargo's output.
    pub(crate) target: PathBuf,
    /// What is downloaded once and kept between clones.
    pub(crate) cache: PathBuf,
}

impl Paths {
    pub(crate) fn find() -> anyhow::Result<Self> {
        // Asked at run time first: with one target folder for several clones, the program may be from another one.
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package).parent().context("xtask lies in the repository")?;
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |path| root.join(path));
        let cache = match (env::var_os("CLICK_LITE_CACHE"), env::var_os("HOME")) {
            (Some(cache), _) if !cache.is_empty() => PathBuf::from(cache),
            (_, Some(home)) => Path::new(&home).join(".cache/click-lite"),
            _ => anyhow::bail!("neither CLICK_LITE_CACHE nor HOME is set: no place for downloads"),
        };
        Ok(Self { root: root.to_path_buf(), ui: root.join("ui"), target, cache })
    }

    /// Where xtask notes what it did, inside cargo's output.
    pub(crate) fn notes(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// A built program of the workspace.
    pub(crate) fn program(&self, release: bool, name: &str) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join(name)
    }
}
