//! Packages of the desktop with the server and the engine inside.

use std::fs;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use crate::paths::Paths;
use crate::shell::{announce, cargo, output, run as execute};
use crate::{build, setup};

/// Fetched when it is needed: nothing but packaging uses it.
const TAURI_COMMAND_LINE: &str = "@tauri-apps/cli@2.12.5";

/// Builds deb and rpm. What is put inside lies in `target/package/`, and the bundler's settings for it are an overlay, so
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
    let overlay = json!({
        "build": { "devUrl": null, "beforeBuildCommand": null },
        "bundle": {
            "active": true,
            "targets": ["deb", "rpm"],
            "externalBin": [inside.join("click-lite-server"), inside.join("click-lite-agent")],
            "resources": {},
            "linux": {
                "deb": { "files": { "/usr/lib/click-lite/libchdb.so": library } },
                "rpm": { "files": { "/usr/lib/click-lite/libchdb.so": library } },
            },
        },
    });
    let overlay_file = inside.join("bundle.json");
    fs::write(&overlay_file, serde_json::to_string_pretty(&overlay)?)?;
    announce("building the packages");
    let mut command = std::process::Command::new("npx");
    command
        .current_dir(&paths.root)
        .args(["--yes", TAURI_COMMAND_LINE, "build", "--config"])
        .arg(&overlay_file);
    execute(&mut command)?;
    Ok(ExitCode::SUCCESS)
}

fn host_triple(paths: &Paths) -> anyhow::Result<String> {
    let text = output(cargo(&paths.root).args(["--version", "--verbose"]))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("cargo does not say its host platform")
}
