use std::process::ExitCode;

use crate::display::Display;
use crate::paths::Paths;
use crate::setup::{self, Scope};
use crate::shell::{cargo, npm, say};
use crate::steps::Steps;
use crate::{build, deny};

/// Collected log files that are not ours to copy. Tests that read them have `real_files` in their names.
const REAL_FILES: &str = "../shared/data";

#[derive(clap::Args)]
pub(crate) struct TestArgs {
    /// Arguments of `cargo test`, such as a part of a test's name; with any, only the Rust tests run
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs every test there is. Whatever fails, the rest runs too; the last line counts all.
pub(crate) fn run(paths: &Paths, arguments: &TestArgs) -> anyhow::Result<ExitCode> {
    setup::run(paths, Scope::Tests)?;
    let display = Display::open()?;
    let scripts = setup::npm_scripts(paths)?;
    let rust_only = !arguments.arguments.is_empty();
    let interface_script = |name: &str| !rust_only && scripts.iter().any(|script| script == name);

    let mut steps = Steps::default();
    for script in ["lint", "typecheck", "test"] {
        if interface_script(script) {
            steps.command(&format!("interface: {script}"), &mut npm(&paths.ui, ["run", "--silent", script]));
        }
    }
    steps.work("interface: build", || build::interface(paths));
    // Before the tests, which start them.
    steps.work("programs: build", || build::programs(paths, false));

    let mut rust = cargo(&paths.root);
    rust.args(["test", "--workspace", "--no-fail-fast", "--"]).args(&arguments.arguments);
    let lacks_real_files = !paths.root.join(REAL_FILES).is_dir();
    if lacks_real_files {
        rust.args(["--skip", "real_files"]);
    }
    with_programs(&mut rust, paths)?;
    steps.command("Rust tests, end-to-end and desktop tests", &mut display.attach(rust));

    if interface_script("test:browser") {
        let mut browser = npm(&paths.ui, ["run", "--silent", "test:browser"]);
        with_programs(&mut browser, paths)?;
        steps.command("browser tests", &mut display.attach(browser));
    }
    if !rust_only {
        steps.work("licences and sources of dependencies", || deny::check(paths));
    }
    if lacks_real_files {
        say(&format!(
            "left out: tests of real log files, since there is no {REAL_FILES} beside the checkout"
        ));
    }
    Ok(steps.finish())
}

/// Tells tests where the built programs and the Python of the test clients are.
fn with_programs(command: &mut std::process::Command, paths: &Paths) -> anyhow::Result<()> {
    command.env("CLICK_LITE_SERVER", paths.program(false, "click-lite-server"));
    command.env("CLICK_LITE_AGENT", paths.program(false, "click-lite-agent"));
    command.env("CLICK_LITE_DESKTOP", paths.program(false, "click-lite"));
    if let Some(python) = setup::test_python(paths)? {
        command.env("CLICK_LITE_TEST_PYTHON", python);
    }
    if let Some(files) = setup::syslog_ng(paths)? {
        command.env("CLICK_LITE_TEST_SYSLOG_NG", files);
    }
    Ok(())
}
