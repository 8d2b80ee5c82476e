use std::process::ExitCode;

use crate::paths::Paths;
use crate::setup::{self, Scope};
use crate::shell::{cargo, npm};
use crate::steps::Steps;
use crate::{build, deny, generate, tidy};

/// Everything that can be said about the sources without running tests. Whatever fails, the rest runs too.
pub(crate) fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    setup::run(paths, Scope::Desktop)?;
    let scripts = setup::npm_scripts(paths)?;
    let mut steps = Steps::default();
    steps.work("tidy", || tidy::check(paths));
    steps.command("Rust: format", cargo(&paths.root).args(["fmt", "--all", "--check"]));
    for script in ["format:check", "lint", "typecheck"] {
        if scripts.iter().any(|name| name == script) {
            steps.command(&format!("interface: {script}"), &mut npm(&paths.ui, ["run", "--silent", script]));
        }
    }
    // The programs hold the built interface, so it has to be there before they are compiled.
    steps.work("interface: build", || build::interface(paths));
    steps.command(
        "Rust: clippy",
        cargo(&paths.root).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    );
    steps.work("generated files", || generate::check(paths));
    steps.work("licences and sources of dependencies", || deny::check(paths));
    Ok(steps.finish())
}
