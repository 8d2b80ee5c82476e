//! The agent's program with the real server: what is logged on a machine can be searched, each record once.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use click_lite_tests::relays::systemd_program;
use click_lite_tests::{Server, agent_binary, signal, wait_for};
use tempfile::TempDir;

/// `click-lite-agent run` with a configuration of its own. Dropping it kills the agent.
struct Agent {
    child: Child,
}

impl Agent {
    fn run(folder: &Path) -> anyhow::Result<Self> {
        let log = fs::File::options().create(true).append(true).open(folder.join("agent.err"))?;
        let child = Command::new(agent_binary()?)
            .args(["run", "--config"])
            .arg(folder.join("agent.toml"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Self { child })
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        signal(self.child.id(), libc::SIGTERM)?;
        let status = wait_for("the agent to end", || Ok(self.child.try_wait()?))?;
        ensure!(status.success(), "the agent ended: {status}");
        Ok(())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(folder: &Path) -> anyhow::Result<serde_json::Value> {
    let output = Command::new(agent_binary()?)
        .args(["status", "--json", "--state-dir"])
        .arg(folder.join("state"))
        .output()?;
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

fn wait_for_log(folder: &Path, text: &str) -> anyhow::Result<()> {
    wait_for(text, || {
        let log = fs::read_to_string(folder.join("agent.err")).unwrap_or_default();
        Ok(log.contains(text).then_some(()))
    })
}

/// As editors and tools do it: whole, under the name.
fn configure(folder: &Path, server: &str, sections: &str) -> anyhow::Result<()> {
    let text = format!(
        "[server]\nurl = \"{server}\"\n[state]\ndir = \"{}\"\n{sections}",
        folder.join("state").display()
    );
    fs::write(folder.join("agent.new"), text)?;
    Ok(fs::rename(folder.join("agent.new"), folder.join("agent.toml"))?)
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("a folder")?)?;
    let mut file = fs::File::options().create(true).append(true).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_as_configured_and_the_configuration_again_when_it_changes() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let root = folder.path();
    let path = |name: &str| root.join(name).display().to_string();
    append(
        &root.join("logs/shop/web.log"),
        "2025-11-20 08:15:30 start one\n  belongs to it\nso does this\n2025-11-20 08:15:31 noise\n2025-11-20 08:15:32 start two\n",
    )?;
    fs::write(root.join("logs/latin.log"), b"gr\xf6\xdfer\n")?;
    append(&root.join("logs/other.log"), "not asked for\n")?;
    let sections = format!(
        r#"
        [resource]
        "host.name" = "a1"
        [[files]]
        paths = ["{}"]
        path_pattern = '/logs/(?<service>[^/]+)/(?<part>[^/]+)\.log$'
        exclude_lines = ["noise"]
        multiline = {{ start_pattern = '^\d{{4}}-' }}
        attributes = {{ team = "blue" }}
        zone = "+02:00"
        [[files]]
        paths = ["{}"]
        encoding = "latin-1"
        service = "old"
        "#,
        path("logs/*/*.log"),
        path("logs/latin.log"),
    );
    configure(root, &server.url(), &sections)?;
    let mut agent = Agent::run(root)?;
    server.wait_for_count("service:shop", 2).await?;
    server.wait_for_count("service:old message:größer", 1).await?;
    server.wait_for_count("service:shop part:web team:blue host:a1", 2).await?;
    let rows = server.rows("service:shop \"start one\"", 10).await?;
    assert!(
        rows[0]["Body"]
            .as_str()
            .is_some_and(|text| text.contains("start one\n  belongs to it\nso does this")),
        "{rows:?}"
    );
    assert!(
        rows[0]["Timestamp"].as_str().is_some_and(|time| time.starts_with("2025-11-20T06:15:30")),
        "{rows:?}"
    );

    // A mistake changes nothing.
    configure(root, &server.url(), &format!("{sections}\n[[files]]\nformat = \"auto\""))?;
    wait_for_log(root, "files[2].paths")?;
    append(&root.join("logs/latin.log"), "still read\n")?;
    server.wait_for_count("service:old", 2).await?;

    // More to read; what was read is not read again.
    let more = format!("{sections}\n[[files]]\npaths = [\"{}\"]\nservice = \"more\"", path("logs/other.log"));
    configure(root, &server.url(), &more)?;
    server.wait_for_count("service:more", 1).await?;
    append(&root.join("logs/shop/web.log"), "2025-11-20 08:15:33 start three\n")?;
    server.wait_for_count("service:shop", 3).await?;

    let status = status(root)?;
    assert_eq!(status["running_pid"], agent.child.id());
    assert_eq!(status["files"].as_array().map(Vec::len), Some(3));
    assert!(
        status["files"].as_array().is_some_and(|files| files.iter().all(|file| file["lag"] == 0)),
        "{status}"
    );
    agent.stop()?;
    server.wait_for_count("*", 6).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_logged_while_the_server_was_away_comes_when_it_is_back() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let folder = TempDir::new()?;
    let root = folder.path();
    let log = root.join("app.log");
    let sections = format!("[[files]]\npaths = [\"{}\"]\nservice = \"app\"", log.display());
    append(&log, "before\n")?;
    configure(root, &server.url(), &sections)?;
    let mut agent = Agent::run(root)?;
    server.wait_for_count("service:app", 1).await?;

    server.kill();
    append(&log, &(0..1000).map(|n| format!("while it was away {n}\n")).collect::<String>())?;
    wait_for("the records to wait", || Ok((status(root)?["waiting"]["rows"] == 1000).then_some(())))?;
    wait_for("the reason", || Ok(status(root)?["last_error"]["text"].is_string().then_some(())))?;

    // It is back elsewhere: the new address is taken without a restart of the agent.
    server.restart()?;
    configure(root, &server.url(), &sections)?;
    server.wait_for_count("service:app", 1001).await?;
    wait_for("nothing to wait", || {
        let status = status(root)?;
        Ok((status["waiting"]["rows"] == 0 && status["last_error"].is_null()).then_some(()))
    })?;
    agent.stop()?;
    assert_eq!(server.count("service:app").await?, 1001);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_and_a_pipe() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let command = |subcommand: &str| -> anyhow::Result<Command> {
        let mut command = Command::new(agent_binary()?);
        command
            .args([subcommand, "--server", &server.url(), "--service", subcommand, "--state-dir"])
            .arg(folder.path().join(subcommand));
        Ok(command)
    };
    let script = "echo '{\"level\":\"warn\",\"msg\":\"größer 日本\",\"n\":5}'; echo 'panic: no' >&2; exit 9";
    let output = command("exec")?.args(["--", "sh", "-c", script]).output()?;
    assert_eq!(output.status.code(), Some(9));
    server.wait_for_count("service:exec", 2).await?;
    server.wait_for_count("log.iostream:stderr \"panic: no\"", 1).await?;
    server.wait_for_count("log.iostream:stdout level:warn n:5 message:日本", 1).await?;

    let mut pipe = command("pipe")?.arg("--tee").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = pipe.stdin.take().context("a pipe")?;
    let text: String = (0..10_000).map(|n| format!("{{\"msg\":\"piped {n}\",\"n\":{n}}}\n")).collect();
    let long = format!("{}\n", "ü".repeat(50_000));
    let expected = format!("{text}{long}");
    let writer = std::thread::spawn({
        let expected = expected.clone();
        move || input.write_all(expected.as_bytes())
    });
    let output = pipe.wait_with_output()?;
    writer.join().ok().context("the writer")??;
    assert!(output.status.success());
    assert_eq!(output.stdout, expected.into_bytes(), "what was read is shown as it was");
    server.wait_for_count("service:pipe", 10_001).await?;
    server.wait_for_count("service:pipe n:9999", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_have_their_names() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let root = folder.path();
    let container = root.join("containers/0123abc");
    append(
        &container.join("0123abc-json.log"),
        "{\"log\":\"level=info msg=started port=80\\n\",\"stream\":\"stdout\",\"time\":\"2025-11-20T08:15:30.1Z\"}\n\
         {\"log\":\"plain\\n\",\"stream\":\"stderr\",\"time\":\"2025-11-20T08:15:30.2Z\"}\n",
    )?;
    fs::write(
        container.join("config.v2.json"),
        r#"{"ID":"0123abc","Name":"/shop-web-1","Config":{"Image":"nginx:1.29","Labels":{"com.docker.compose.service":"web"}}}"#,
    )?;
    let pattern = root.join("containers/*/*-json.log");
    configure(root, &server.url(), &format!("[[docker]]\npaths = [\"{}\"]", pattern.display()))?;
    let mut agent = Agent::run(root)?;
    server.wait_for_count("service:web resource.container.name:shop-web-1", 2).await?;
    server
        .wait_for_count("resource.container.image.name:\"nginx:1.29\" resource.container.id:0123abc", 2)
        .await?;
    server.wait_for_count("log.iostream:stderr plain", 1).await?;
    server.wait_for_count("level:info port:80", 1).await?;
    agent.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_read_on_after_its_cursor() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let root = folder.path();
    fs::create_dir(root.join("journal"))?;
    write_journal(root, 0..50)?;
    let sections = format!(
        "[[journald]]\ndirectory = \"{}\"\nattributes = {{ from = \"journal\" }}",
        root.join("journal").display()
    );
    configure(root, &server.url(), &sections)?;
    let mut agent = Agent::run(root)?;
    server.wait_for_count("service:sshd from:journal host:a1 level:err", 50).await?;
    agent.stop()?;
    write_journal(root, 50..60)?;
    let agent = Agent::run(root)?;
    server.wait_for_count("service:sshd", 60).await?;
    // Killed, it reads nothing twice.
    drop(agent);
    let mut agent = Agent::run(root)?;
    write_journal(root, 60..61)?;
    server.wait_for_count("service:sshd", 61).await?;
    agent.stop()
}

/// Adds entries to the journal of a folder, as a journal's receiver does.
fn write_journal(root: &Path, numbers: std::ops::Range<u64>) -> anyhow::Result<()> {
    let program = systemd_program("systemd-journal-remote")?;
    let entries: String = numbers
        .map(|n| {
            format!(
                "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n\
                 MESSAGE=entry {n}\nPRIORITY=3\n_HOSTNAME=a1\nSYSLOG_IDENTIFIER=sshd\n\n",
                1_763_626_530_000_000 + n,
                1 + n
            )
        })
        .collect();
    let file = root.join("entries.export");
    fs::write(&file, entries)?;
    let output =
        Command::new(program).arg("--output").arg(root.join("journal/x.journal")).arg(&file).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
