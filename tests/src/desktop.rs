//! The real desktop program in its window: a display, a message bus, a home folder and a WebDriver of its own.

pub mod drag;
pub mod page;
pub mod window;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::{FREE_PORTS, PATIENCE, parent_of, server_binary, wait_for};
use page::Page;
use window::Window;

/// A message bus that starts no services: portals and keyrings would outlive the test.
const BUS_SETTINGS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What a desktop runs on. Dropping it ends everything that was started on it.
pub struct Surroundings {
    driver: Child,
    driver_url: String,
    // Ended after the programs that use them.
    bus: Child,
    screen: Child,
    variables: Vec<(&'static str, String)>,
    _home: TempDir,
}

impl Surroundings {
    pub fn new() -> anyhow::Result<Self> {
        Self::with(&[])
    }

    /// As [`Self::new`], with variables of the desktop's environment, such as another data folder.
    pub fn with(options: &[(&'static str, String)]) -> anyhow::Result<Self> {
        let binary = desktop_binary()?;
        ensure!(
            binary.with_file_name("click-lite-server").is_file(),
            "the server must lie beside the desktop: cargo build -p click-lite-server"
        );
        let home = TempDir::new()?;
        let folder = |name: &str| home.path().join(name).display().to_string();
        let mut variables = vec![
            ("HOME", folder("")),
            ("XDG_CONFIG_HOME", folder("config")),
            ("XDG_DATA_HOME", folder("share")),
            ("XDG_CACHE_HOME", folder("cache")),
            ("CLICK_LITE__DATA__DIR", folder("data")),
            ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
            ("GDK_BACKEND", "x11".into()),
            // Without a graphics card, as in CI, this is the way to draw that always works.
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".into()),
            ("NO_AT_BRIDGE", "1".into()),
        ];
        variables.extend(FREE_PORTS.map(|(name, value)| (name, value.to_owned())));
        variables.retain(|(known, _)| options.iter().all(|(name, _)| name != known));
        variables.extend(options.iter().cloned());
        // The engine's library lies in the real user's cache.
        if let (None, Some(real)) = (std::env::var_os("CLICK_LITE_CACHE"), std::env::var_os("HOME")) {
            variables
                .push(("CLICK_LITE_CACHE", Path::new(&real).join(".cache/click-lite").display().to_string()));
        }
        let settings = home.path().join("bus.conf");
        std::fs::write(&settings, BUS_SETTINGS)?;
        let (mut bus, address) = started(
            Command::new("dbus-daemon").arg(format!("--config-file={}", settings.display())).args([
                "--nofork",
                "--print-address=1",
                "--nopidfile",
            ]),
            "the package dbus",
        )?;
        variables.push(("DBUS_SESSION_BUS_ADDRESS", address));
        // Never the screen of whoever runs the tests: its window manager has a mind of its own.
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]);
        let (mut screen, number) =
            started(&mut command, "the package xvfb").inspect_err(|_| end(&mut bus))?;
        variables.push(("DISPLAY", format!(":{number}")));
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let driver = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs(variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                end(&mut bus);
                end(&mut screen);
                return Err(error)
                    .context("WebKitWebDriver does not start: install the package webkit2gtk-driver");
            }
        };
        Ok(Self {
            driver,
            driver_url: format!("http://127.0.0.1:{port}"),
            bus,
            screen,
            variables,
            _home: home,
        })
    }

    pub fn data_dir(&self) -> PathBuf {
        self.variable("CLICK_LITE__DATA__DIR").into()
    }

    pub fn display(&self) -> &str {
        self.variable("DISPLAY")
    }

    fn variable(&self, name: &str) -> &str {
        self.variables.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The desktop's program on this screen, not started yet.
    pub fn command(&self, arguments: &[&Path]) -> anyhow::Result<Command> {
        let mut command = Command::new(desktop_binary()?);
        command
            .args(arguments)
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Ok(command)
    }

    /// Starts the desktop and takes hold of its page.
    pub async fn start(&self) -> anyhow::Result<Desktop> {
        let page = Page::open(&self.driver_url, &desktop_binary()?).await?;
        let pid = wait_for("the desktop's process", || Ok(self.desktop_pid()))?;
        let window = wait_for("the window", || Window::find(self.display(), pid))?;
        Ok(Desktop { page, pid, window })
    }

    /// The process with our program and our data folder.
    pub fn desktop_pid(&self) -> Option<u32> {
        let binary = desktop_binary().ok()?;
        let own = format!("CLICK_LITE__DATA__DIR={}", self.data_dir().display());
        processes().find(|pid| {
            let is_program =
                std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| program == binary);
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            is_program && environment.split(|byte| *byte == 0).any(|variable| variable == own.as_bytes())
        })
    }
}

impl Drop for Surroundings {
    fn drop(&mut self) {
        if let Some(pid) = self.desktop_pid() {
            let _ = crate::signal(pid, libc::SIGKILL);
        }
        end(&mut self.driver);
        end(&mut self.bus);
        end(&mut self.screen);
    }
}

/// A running desktop.
pub struct Desktop {
    pub page: Page,
    pub pid: u32,
    pub window: Window,
}

impl Desktop {
    /// The server's process, once there is one.
    pub fn server_pid(&self) -> anyhow::Result<u32> {
        wait_for("the server's process", || Ok(child_of(self.pid, "click-lite-server")))
    }

    /// The engine's process, once there is one.
    pub fn engine_pid(&self) -> anyhow::Result<u32> {
        wait_for("the engine's process", || {
            Ok(child_of(self.pid, "click-lite-server").and_then(|pid| child_of(pid, "click-lite-server")))
        })
    }

    /// Every process of the program: the shell, the webview's, the server and the engine.
    pub fn processes(&self) -> Vec<u32> {
        let mut all = vec![self.pid];
        let mut next = 0;
        while next < all.len() {
            let parent = all[next];
            all.extend(processes().filter(|pid| parent_of(*pid) == Some(parent)));
            next += 1;
        }
        all
    }
}

/// Waits until none of these processes is there.
pub fn wait_until_gone(pids: &[u32]) -> anyhow::Result<()> {
    wait_for("the processes to end", || {
        // A zombie is gone, only not collected yet.
        let is_there = |pid: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
        };
        Ok(pids.iter().all(|pid| !is_there(pid)).then_some(()))
    })
}

/// The desktop's program, which `cargo build` left beside the tests.
pub fn desktop_binary() -> anyhow::Result<PathBuf> {
    let path = match std::env::var_os("CLICK_LITE_DESKTOP") {
        Some(path) => PathBuf::from(path),
        None => server_binary()?.with_file_name("click-lite"),
    };
    ensure!(
        path.is_file(),
        "{} is missing: build the interface (npm run build in ui/), then the desktop with it inside: \
         TAURI_CONFIG='{{\"build\":{{\"devUrl\":null}}}}' cargo build -p click-lite -p click-lite-server",
        path.display()
    );
    Ok(path.canonicalize()?)
}

/// Starts a program that prints a line once it is ready.
fn started(command: &mut Command, package: &str) -> anyhow::Result<(Child, String)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{program} does not start: install {package}"))?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    if line.trim().is_empty() {
        end(&mut child);
        anyhow::bail!("{program} ended at once");
    }
    Ok((child, line.trim().to_owned()))
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn child_of(parent: u32, program: &str) -> Option<u32> {
    processes().find(|pid| {
        parent_of(*pid) == Some(parent)
            && std::fs::read_link(format!("/proc/{pid}/exe"))
                .is_ok_and(|path| path.file_name().is_some_and(|name| name == program))
    })
}

/// As [`wait_for`], for what is asked asynchronously.
pub async fn wait_until<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
