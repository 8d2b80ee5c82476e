//! A display and a message bus for tests of windows on machines that have none.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// Where windows open: the machine's display, or one of our own, which ends with this value.
pub(crate) enum Display {
    Present,
    Virtual { server: Child, name: String },
}

impl Display {
    /// The display that is there, or else a new Xvfb on the first free number.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let present = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
        if present || !cfg!(target_os = "linux") {
            return Ok(Self::Present);
        }
        Self::start()
    }

    fn start() -> anyhow::Result<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("can't start Xvfb: install the package xvfb, or set DISPLAY")?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        let number = number.trim();
        if number.is_empty() {
            let status = server.wait()?;
            anyhow::bail!("Xvfb ended without a display ({status})");
        }
        let name = format!(":{number}");
        Ok(Self::Virtual { server, name })
    }

    /// Changes a command so that its windows open here, with a message bus of its own where there is none.
    pub(crate) fn attach(&self, command: Command) -> Command {
        let needs_bus = cfg!(target_os = "linux") && env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none();
        let mut command = if needs_bus { behind("dbus-run-session", command) } else { command };
        if let Self::Virtual { name, .. } = self {
            command.env("DISPLAY", name);
        }
        command
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Self::Virtual { server, .. } = self {
            // It may have ended already, which is as good.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// `program -- command`, in the same folder and environment.
fn behind(program: &str, command: Command) -> Command {
    let mut wrapped = Command::new(program);
    wrapped.arg("--").arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    let variables: Vec<(OsString, Option<OsString>)> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    for (name, value) in variables {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::describe;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_display_of_our_own_ends_with_its_value() {
        let display = Display::start().expect("Xvfb is installed");
        let Display::Virtual { name, .. } = &display else { panic!("it is our own") };
        let socket = format!("/tmp/.X11-unix/X{}", name.trim_start_matches(':'));
        assert!(std::path::Path::new(&socket).exists(), "{socket}");
        drop(display);
        assert!(std::os::unix::net::UnixStream::connect(&socket).is_err(), "{socket} still answers");
    }

    #[test]
    fn keeps_folder_and_environment_behind_another_program() {
        let mut command = Command::new("cargo");
        command.arg("test").current_dir("/tmp").env("A", "1").env_remove("B");
        let wrapped = behind("dbus-run-session", command);
        assert_eq!(describe(&wrapped), "dbus-run-session -- cargo test");
        assert_eq!(wrapped.get_current_dir(), Some(std::path::Path::new("/tmp")));
        assert_eq!(wrapped.get_envs().count(), 2);
    }
}
