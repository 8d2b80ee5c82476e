//! Running other programs, and talking to the terminal.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus};

use anyhow::Context as _;

/// Prints a line for the person at the terminal.
pub(crate) fn say(line: &str) {
    let mut out = io::stderr().lock();
    // A closed terminal is no reason to stop.
    let _ = writeln!(out, "{line}");
}

/// Prints the headline of a piece of work.
pub(crate) fn announce(line: &str) {
    if io::stderr().is_terminal() {
        say(&format!("\x1b[1m==> {line}\x1b[0m"));
    } else {
        say(&format!("==> {line}"));
    }
}

/// A cargo command as every part of xtask runs it. Without a development server the desktop holds the built
/// interface; always the same, or the desktop would be compiled anew at each change of command.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("TAURI_CONFIG", r#"{"build":{"devUrl":null}}"#);
    // What cargo told this program about its own package: build scripts that look at these variables (ring's does) would
    // run again at each change between `cargo xtask` and cargo by hand.
    let about_xtask = |name: &str| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(about_xtask) {
            command.env_remove(name);
        }
    }
    command
}

/// An `npm` command in the interface's folder.
pub(crate) fn npm<I: AsRef<OsStr>>(ui: &Path, arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(ui).args(arguments);
    command
}

/// How a command is shown.
pub(crate) fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn start_error(command: &Command) -> String {
    format!("can't start `{}`: is it installed?", command.get_program().to_string_lossy())
}

/// Runs a command with the terminal's input and output; an error when it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| start_error(command))?;
    succeed(command, status)
}

/// Runs a command and returns what it printed to stdout; an error, with what it printed to stderr, when it fails.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| start_error(command))?;
    if !output.status.success() {
        say(String::from_utf8_lossy(&output.stderr).trim_end());
    }
    succeed(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no UTF-8", describe(command)))
}

/// Runs a command, shows each line that it prints, and gives each to `line` too. Returns whether it succeeded.
pub(crate) fn run_watched(command: &mut Command, mut line: impl FnMut(&str)) -> anyhow::Result<bool> {
    let (reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| start_error(command))?;
    // The command keeps the pipe's other end, which has to close for the reading to end.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut out = io::stderr();
    for text in BufReader::new(reader).split(b'\n') {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        let _ = writeln!(out, "{text}");
        line(&without_colours(&text));
    }
    Ok(child.wait()?.success())
}

fn succeed(command: &Command, status: ExitStatus) -> anyhow::Result<()> {
    anyhow::ensure!(status.success(), "`{}` failed ({status})", describe(command));
    Ok(())
}

/// Whether a program can be found in `PATH`.
pub(crate) fn has_program(name: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The text without terminal escape sequences (ECMA-48 control sequences).
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\x1b' {
            plain.push(character);
        } else if characters.next() == Some('[') {
            // The sequence ends with a byte from `@` to `~`.
            for part in characters.by_ref() {
                if ('@'..='~').contains(&part) {
                    break;
                }
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_colours_out() {
        assert_eq!(without_colours("\x1b[32m  Tests \x1b[1m3 passed\x1b[0m"), "  Tests 3 passed");
    }

    #[test]
    fn cargo_is_not_told_about_the_package_of_xtask() {
        let command = cargo(Path::new("/"));
        let removed = |name: &str| command.get_envs().any(|(key, value)| key == name && value.is_none());
        assert!(
            removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"),
            "a test is told about its package"
        );
        assert!(!removed("CARGO_TARGET_DIR"));
    }

    #[test]
    fn watches_both_streams() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 1"]);
        let succeeded = run_watched(&mut command, |line| lines.push(line.to_owned())).expect("it runs");
        assert!(!succeeded);
        assert_eq!(lines, ["out", "err"]);
    }

    #[test]
    fn names_a_missing_program() {
        let error = run(&mut Command::new("no-such-program")).expect_err("there is none");
        assert!(error.to_string().contains("`no-such-program`"), "{error}");
    }
}
