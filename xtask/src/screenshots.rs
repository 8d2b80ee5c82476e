use std::process::ExitCode;

use crate::paths::Paths;
use crate::shell::{npm, run as execute};
use crate::{build, setup};

/// Takes the README's screenshots and the pictures that `ui/tests/pages.spec.ts` compares the pages with, each against a
/// server that it starts itself.
pub(crate) fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    setup::run(paths, setup::Scope::Tests)?;
    build::interface(paths)?;
    build::programs(paths, false)?;
    for script in ["screenshots", "pictures"] {
        let mut command = npm(&paths.ui, ["run", script]);
        command.env("CLICK_LITE_SERVER", paths.program(false, "click-lite-server"));
        execute(&mut command)?;
    }
    Ok(ExitCode::SUCCESS)
}
