//! Packages of the desktop with the server, the agent and the engine inside: deb, rpm, and a tarball that runs where it is
//! unpacked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use serde_json::json;

use crate::paths::Paths;
use crate::shell::{announce, cargo, output, run as execute};
use crate::{build, setup};

/// Fetched when it is needed: nothing but packaging uses it.
const TAURI_COMMAND_LINE: &str = "@tauri-apps/cli@2.12.5";

const PROGRAMS: [&str; 3] = ["click-lite", "click-lite-server", "click-lite-agent"];
/// Where packages have the engine's library, below `/usr`; the server looks there from its own place.
const LIBRARY: &str = "lib/click-lite/libchdb.so";

/// Builds deb, rpm and the tarball. What is put inside lies in `target/package/`, and the bundler's settings for it are an overlay, so
/// that a plain `cargo build` needs none of it.
pub(crate) fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Desktop)?;
    build::interface(paths)?;
    build::programs(paths, true)?;
    let library = setup::engine_library(paths)?.context("there is no engine library for this platform")?;

    let inside = paths.root.join("target/package");
    fs::create_dir_all(&inside)?;
    let triple = host_triple(paths)?;
    // The bundler takes programs by name and platform, and installs them beside the desktop without the platform.
    for name in ["click-lite-server", "click-lite-agent"] {
        let sidecar = inside.join(format!("{name}-{triple}"));
        fs::copy(paths.program(true, name), &sidecar).with_context(|| format!("can't copy {name}"))?;
    }
    let files = json!({ format!("/usr/{LIBRARY}"): library });
    let overlay = json!({
        "build": { "devUrl": null, "beforeBuildCommand": null },
        "bundle": {
            "active": true,
            "targets": ["deb", "rpm"],
            "externalBin": [inside.join("click-lite-server"), inside.join("click-lite-agent")],
            "linux": { "deb": { "files": files }, "rpm": { "files": files } },
        },
    });
    let overlay_file = inside.join("bundle.json");
    fs::write(&overlay_file, serde_json::to_string_pretty(&overlay)?)?;
    announce("building the packages");
    // Bundles what is built: `tauri build` would compile the desktop again with other features.
    let mut command = Command::new("npx");
    command
        .current_dir(&paths.root)
        .env("CARGO_TARGET_DIR", &paths.target)
        .args(["--yes", TAURI_COMMAND_LINE, "bundle", "--config"])
        .arg(&overlay_file);
    execute(&mut command)?;
    tarball(paths, &inside, &library)?;
    Ok(ExitCode::SUCCESS)
}

/// The programs and the library as they lie in a package, beside the packages.
fn tarball(paths: &Paths, inside: &Path, library: &Path) -> anyhow::Result<()> {
    let name = format!(
        "click-lite-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let folder = inside.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let place = |from: PathBuf, to: &str| -> anyhow::Result<()> {
        let to = folder.join(to);
        fs::create_dir_all(to.parent().context("a folder")?)?;
        fs::copy(&from, to).with_context(|| format!("can't copy {}", from.display()))?;
        Ok(())
    };
    for program in PROGRAMS {
        place(paths.program(true, program), &format!("bin/{program}"))?;
    }
    place(library.to_path_buf(), LIBRARY)?;
    for document in ["LICENSE", "README.md"] {
        place(paths.root.join(document), document)?;
    }
    let archive = paths.target.join("release/bundle").join(format!("{name}.tar.gz"));
    announce(&format!("packing {}", archive.display()));
    let mut command = Command::new("tar");
    command
        .arg("--create")
        .arg("--gzip")
        .arg("--file")
        .arg(&archive)
        .arg("--directory")
        .arg(inside)
        .arg(&name);
    execute(&mut command)?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn host_triple(paths: &Paths) -> anyhow::Result<String> {
    let text = output(cargo(&paths.root).args(["--version", "--verbose"]))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("cargo does not say its host platform")
}
