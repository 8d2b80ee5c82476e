use std::process::Command;

use crate::paths::Paths;
use crate::setup;
use crate::shell::run;

/// Checks licences, banned crates and sources with the rules of `deny.toml`.
pub(crate) fn check(paths: &Paths) -> anyhow::Result<()> {
    let program = setup::cargo_deny(paths)?;
    run(Command::new(program).current_dir(&paths.root).args([
        "--log-level",
        "warn",
        "--workspace",
        "check",
        "licenses",
        "bans",
        "sources",
    ]))
}
