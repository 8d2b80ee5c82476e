//! The ClickHouse library: an npm package, pinned in `crates/engine/package.json`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

use super::work_folder;
use crate::paths::Paths;
use crate::shell::{announce, output, run, say};

const FILE: &str = "libchdb.so";

/// What `crates/engine/package.json` pins.
struct Pin {
    version: String,
    package: String,
    /// `sha512-` and base64, as npm writes it; none for platforms whose package was never seen by us.
    integrity: Option<String>,
}

fn pin(root: &Path) -> anyhow::Result<Option<Pin>> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64-gnu",
        ("linux", "aarch64") => "linux-arm64-gnu",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => return Ok(None),
    };
    let path = root.join("crates/engine/package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
    let version = json["engine"]["version"]
        .as_str()
        .context("engine.version is missing in crates/engine/package.json")?;
    let package = format!("@chdb/lib-{platform}");
    let integrity = json["engine"]["packages"][&package].as_str().map(str::to_owned);
    Ok(Some(Pin { version: version.to_owned(), package, integrity }))
}

/// Where the library is, once fetched; none on platforms without one.
pub(crate) fn engine_library(paths: &Paths) -> anyhow::Result<Option<PathBuf>> {
    Ok(pin(&paths.root)?.map(|pin| paths.cache.join("engine").join(pin.version).join(FILE)))
}

/// Fetches the library into the cache, unless it is there.
pub(super) fn fetch(paths: &Paths) -> anyhow::Result<()> {
    let Some(pin) = pin(&paths.root)? else {
        say("there is no ClickHouse library for this platform: use a remote ClickHouse (--clickhouse URL)");
        return Ok(());
    };
    let folder = paths.cache.join("engine").join(&pin.version);
    if folder.join(FILE).is_file() {
        return Ok(());
    }
    announce(&format!("fetching the engine library: {} {} (180 MB)", pin.package, pin.version));
    let parent = paths.cache.join("engine");
    let work = work_folder(&parent, "fetch")?;
    let done = unpack(&pin, &work).and_then(|()| {
        fs::create_dir_all(&folder)?;
        // The library appears whole or not at all.
        fs::rename(work.join("package").join(FILE), folder.join(FILE))
            .context("can't move the library into place")
    });
    fs::remove_dir_all(&work)?;
    done
}

fn unpack(pin: &Pin, work: &Path) -> anyhow::Result<()> {
    let wanted = format!("{}@{}", pin.package, pin.version);
    let name = output(Command::new("npm").current_dir(work).args(["pack", "--silent", &wanted]))?;
    let archive = work.join(name.lines().last().context("npm pack named no file")?.trim());
    match &pin.integrity {
        Some(expected) => {
            let found = integrity(&archive)?;
            anyhow::ensure!(
                found == *expected,
                "{wanted} is not what is pinned: {found} in place of {expected}"
            );
        }
        None => say(&format!("{wanted}: no checksum is pinned for this platform, npm's own was checked")),
    }
    run(Command::new("tar").current_dir(work).arg("-xzf").arg(&archive).arg(format!("package/{FILE}")))
}

/// npm's integrity string of a file.
fn integrity(file: &Path) -> anyhow::Result<String> {
    let mut file = fs::File::open(file).with_context(|| format!("can't open {}", file.display()))?;
    let mut hash = Sha512::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    Ok(format!("sha512-{}", STANDARD.encode(hash.finalize())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_npm_does() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "abc").expect("written");
        // FIPS 180-2, appendix C.1, in base64.
        assert_eq!(
            integrity(&file).expect("hashed"),
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
        );
    }

    #[test]
    fn the_library_is_pinned_for_this_repository() {
        // As it is now: the program may have been built for another checkout that shares its target folder.
        let package = std::env::var("CARGO_MANIFEST_DIR").expect("run by cargo");
        let root = Path::new(&package).parent().expect("the repository");
        if let Some(pin) = pin(root).expect("readable") {
            assert!(pin.version.contains("-stable"), "{}", pin.version);
        }
    }
}
