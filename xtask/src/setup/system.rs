//! Packages of the operating system, by apt on Debian and Ubuntu.

use std::process::Command;

use anyhow::Context as _;

use super::Scope;
use crate::shell::{announce, has_program, run, say};

const FOR_SERVER: &[&str] = &["build-essential", "pkg-config", "tar"];
const FOR_DESKTOP: &[&str] = &["libwebkit2gtk-4.1-dev", "libgtk-3-dev", "libdbus-1-dev", "xdg-utils"];
const FOR_TESTS: &[&str] = &[
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "webkit2gtk-driver",
    "imagemagick",
    "gnome-keyring",
    "chromium",
    "python3-venv",
    "curl",
    "openssl",
    "rsyslog",
    "rsyslog-elasticsearch",
    "rsyslog-gnutls",
    "systemd-journal-remote",
];

/// Packages that a scope needs.
fn packages(scope: Scope) -> Vec<&'static str> {
    let mut packages = FOR_SERVER.to_vec();
    if scope >= Scope::Desktop {
        packages.extend(FOR_DESKTOP);
    }
    if scope >= Scope::Tests {
        packages.extend(FOR_TESTS);
    }
    packages
}

/// Installs the packages that are missing, or says which to install.
pub(super) fn install(scope: Scope) -> anyhow::Result<()> {
    for program in ["npm", "node"] {
        anyhow::ensure!(
            has_program(program),
            "`{program}` is missing: install Node.js 20.19 or newer (https://nodejs.org)"
        );
    }
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted = packages(scope);
    if !has_program("dpkg-query") {
        return without_apt(&wanted);
    }
    install_packages(&wanted)
}

/// Installs the packages that are missing, on Debian and Ubuntu.
pub(super) fn install_packages(wanted: &[&str]) -> anyhow::Result<()> {
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let prefix: &[&str] = if is_root()? {
        &[]
    } else if has_program("sudo") {
        &["sudo"]
    } else {
        anyhow::bail!(
            "packages are missing, and this is neither root nor is there sudo; install them: apt-get install {list}"
        );
    };
    announce(&format!("installing packages: {list}"));
    let apt = |arguments: &[&str]| {
        let words: Vec<&str> =
            prefix.iter().copied().chain(["apt-get"]).chain(arguments.iter().copied()).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // Stale lists are the usual reason that a package is not found, so a failed update is only told.
    if let Err(error) = run(&mut apt(&["update", "-qq"])) {
        say(&format!("{error:#}; going on with the package lists that are there"));
    }
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(missing.iter().map(String::as_str));
    run(&mut apt(&words))
        .with_context(|| format!("can't install packages; install them by hand: apt-get install {list}"))
}

/// On other systems nothing is installed for people; the compiler will say what is missing.
fn without_apt(wanted: &[&str]) -> anyhow::Result<()> {
    let desktop_ready = !wanted.contains(&"libwebkit2gtk-4.1-dev")
        || Command::new("pkg-config")
            .args(["--exists", "webkit2gtk-4.1"])
            .status()
            .is_ok_and(|status| status.success());
    if !desktop_ready {
        say(&format!("this is not Debian or Ubuntu; install what these packages hold: {}", wanted.join(" ")));
        anyhow::bail!("WebKitGTK 4.1 is missing (pkg-config does not find webkit2gtk-4.1)");
    }
    Ok(())
}

fn missing(wanted: &[&str]) -> anyhow::Result<Vec<String>> {
    // Fails when one of them is unknown, and prints the others all the same.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .output()
        .context("can't ask dpkg-query which packages are installed")?;
    let installed = String::from_utf8_lossy(&output.stdout);
    let is_installed =
        |name: &str| installed.lines().any(|line| line.split_once(' ') == Some((name, "installed")));
    let is_there = |name: &str| is_installed(name) || (name == "chromium" && has_browser());
    Ok(wanted.iter().filter(|name| !is_there(name)).map(|name| (*name).to_owned()).collect())
}

/// Ubuntu's `chromium` is an empty package; any Chromium or Chrome will do.
fn has_browser() -> bool {
    ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| has_program(name))
}

fn is_root() -> anyhow::Result<bool> {
    Ok(crate::shell::output(Command::new("id").arg("-u"))?.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_needs_no_webkit() {
        assert!(!packages(Scope::Server).contains(&"libwebkit2gtk-4.1-dev"));
        assert!(packages(Scope::Desktop).contains(&"libwebkit2gtk-4.1-dev"));
        assert!(!packages(Scope::Desktop).contains(&"xvfb"));
        assert!(packages(Scope::Tests).contains(&"xvfb"));
    }
}
