//! `crash KILLS SEED [FOLDER]`: see `click_lite_tests::exactly_once`. Started by `cargo xtask crash`.
//!
//! The folder is left as it is, for looking at what went wrong; without one a temporary folder is used.

use std::path::PathBuf;

use anyhow::Context as _;
use click_lite_tests::exactly_once::{Plan, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number =
        || -> anyhow::Result<u64> { Ok(arguments.next().context("crash KILLS SEED [FOLDER]")?.parse()?) };
    let plan = Plan { kills: number()?, seed: number()? };
    let temporary = tempfile::tempdir()?;
    let folder = arguments.next().map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let outcome = run(plan, &folder).await?;
    let mut out = std::io::stdout();
    std::io::Write::write_all(&mut out, outcome.to_string().as_bytes())?;
    outcome.check().map_err(|_| anyhow::anyhow!("lost, doubled or failed: see above"))
}
