//! Programs of others that send to the server: Python clients from `tests/requirements.txt`, scripts of `tests/clients`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

/// Records that each client sends in its long run.
pub const MANY: u64 = 10_000;
/// What every client sends at least once: several scripts, an emoji, quotes and a tab.
pub const MULTI_BYTE: &str = "Grüße, 世界 🦀 \"quoted\"\tend";

/// Python with the packages of `tests/requirements.txt`; `cargo xtask test` says where it is.
pub fn python() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("CLICK_LITE_TEST_PYTHON").context(
        "CLICK_LITE_TEST_PYTHON names no Python with the packages of tests/requirements.txt: run `cargo xtask test`",
    )?;
    Ok(path.into())
}

/// Runs a script of `tests/clients` to its end; what it printed.
pub fn run_script(name: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name);
    run(Command::new(python()?).arg(script).args(arguments).env("NO_PROXY", "*"))
}

/// Runs a program to its end; what it printed.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?} can't be started"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Stops the engine and sends until the spool is full.
pub async fn fill_spool(server: &crate::Server) -> anyhow::Result<()> {
    crate::signal(server.engine_pid()?, libc::SIGSTOP)?;
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'#' + ((state >> 33) % 57) as u8)
    };
    // Hard to compress, so that the spool fills; smaller and smaller, until not even the smallest fits.
    for bytes in [8_000_000, 400_000, 20_000, 1000, 10] {
        let body: String = (0..bytes).map(|at| if at % 2000 == 1999 { '\n' } else { noise() }).collect();
        let mut is_full = false;
        for _ in 0..40 {
            let answer = crate::http()?
                .post(format!("{}/api/v1/ingest", server.url()))
                .header("content-type", "text/plain")
                .body(body.clone())
                .send()
                .await?;
            is_full = answer.status() == 429;
            if is_full {
                break;
            }
            ensure!(answer.status().is_success(), "{}", answer.text().await?);
        }
        ensure!(is_full, "the spool never fills up");
    }
    Ok(())
}
