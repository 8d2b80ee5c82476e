//! Real syslog daemons that read a file and forward each of its lines.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

/// How a relay sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport<'a> {
    Udp,
    Tcp,
    /// With the certificate that the receiver has to show.
    Tls(&'a Path),
}

/// A running daemon. Dropping it kills it.
pub struct Relay {
    child: Child,
    folder: TempDir,
}

impl Relay {
    /// rsyslog, whose `omfwd` sends what the template makes of the lines (`RSYSLOG_SyslogProtocol23Format` for RFC 5424).
    /// The program is `rsyslog-test`, the facility local3, the severity warning.
    pub fn rsyslog(
        lines: &Path,
        to: SocketAddr,
        transport: Transport<'_>,
        template: &str,
        framing: &str,
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let (global, action) = match transport {
            Transport::Udp => (String::new(), "protocol=\"udp\"".to_owned()),
            Transport::Tcp => (String::new(), format!("protocol=\"tcp\" TCP_Framing=\"{framing}\"")),
            Transport::Tls(certificate) => (
                format!(
                    "DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"{}\"",
                    certificate.display()
                ),
                format!(
                    "protocol=\"tcp\" TCP_Framing=\"{framing}\" StreamDriver=\"gtls\" StreamDriverMode=\"1\" \
                     StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"localhost\""
                ),
            ),
        };
        let configuration = format!(
            "global(workDirectory=\"{folder}\" maxMessageSize=\"256k\" localHostname=\"relay-1\" {global})\n\
             module(load=\"imfile\")\n\
             input(type=\"imfile\" File=\"{lines}\" Tag=\"rsyslog-test:\" Severity=\"warning\" Facility=\"local3\" \
             freshStartTail=\"off\")\n\
             action(type=\"omfwd\" target=\"{host}\" port=\"{port}\" template=\"{template}\" {action} \
             action.resumeRetryCount=\"-1\")\n",
            folder = folder.path().display(),
            lines = lines.display(),
            host = to.ip(),
            port = to.port(),
        );
        let file = folder.path().join("rsyslog.conf");
        std::fs::write(&file, configuration)?;
        let mut command = Command::new("rsyslogd");
        command.arg("-n").arg("-f").arg(&file).arg("-i").arg(folder.path().join("pid"));
        Self::start(command, folder)
    }

    /// syslog-ng, which sends RFC 5424 with counted messages over TCP and TLS (`syslog()`), or RFC 3164 (`network()`).
    pub fn syslog_ng(
        lines: &Path,
        to: SocketAddr,
        transport: Transport<'_>,
        driver: &str,
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let transport = match transport {
            Transport::Udp => "transport(udp)".to_owned(),
            Transport::Tcp => "transport(tcp)".to_owned(),
            Transport::Tls(certificate) => {
                format!(
                    "transport(tls) tls(ca-file(\"{}\") peer-verify(required-trusted))",
                    certificate.display()
                )
            }
        };
        let configuration = format!(
            "@version: 3.35\n\
             options {{ keep-hostname(yes); log-msg-size(262144); log-fifo-size(20000); stats-freq(0); }};\n\
             source lines {{ file(\"{lines}\" flags(no-parse) follow-freq(0.1) program-override(\"ng-test\") \
             host-override(\"relay-2\") default-facility(local3) default-priority(warning)); }};\n\
             destination server {{ {driver}(\"{host}\" port({port}) {transport}); }};\n\
             log {{ source(lines); destination(server); flags(flow-control); }};\n",
            lines = lines.display(),
            host = to.ip(),
            port = to.port(),
        );
        let file = folder.path().join("syslog-ng.conf");
        std::fs::write(&file, configuration)?;
        let mut command = match std::env::var_os("CLICK_LITE_TEST_SYSLOG_NG") {
            None => Command::new("syslog-ng"),
            // The package's files, unpacked: Debian lets only one syslog daemon be installed.
            Some(root) => {
                let root = PathBuf::from(root);
                let libraries = root.join("usr/lib/syslog-ng");
                let modules = std::fs::read_dir(&libraries)?
                    .filter_map(|entry| Some(entry.ok()?.path()))
                    .find(|path| path.is_dir())
                    .context("syslog-ng has modules")?;
                let mut command = Command::new(root.join("usr/sbin/syslog-ng"));
                command.env("LD_LIBRARY_PATH", libraries).arg("--module-path").arg(modules);
                command
            }
        };
        command.args(["--foreground", "--no-caps"]);
        for (option, name) in
            [("--cfgfile", ""), ("--persist-file", "persist"), ("--pidfile", "pid"), ("--control", "control")]
        {
            let path = if name.is_empty() { file.clone() } else { folder.path().join(name) };
            command.arg(option).arg(path);
        }
        Self::start(command, folder)
    }

    fn start(mut command: Command, folder: TempDir) -> anyhow::Result<Self> {
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} is not installed", command.get_program().display()))?;
        Ok(Self { child, folder })
    }

    /// What the daemon said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of the package `systemd-journal-remote`.
pub fn systemd_program(name: &str) -> anyhow::Result<PathBuf> {
    let places = ["/usr/lib/systemd", "/lib/systemd"].map(|folder| Path::new(folder).join(name));
    places.into_iter().find(|path| path.is_file()).context("install systemd-journal-remote")
}
