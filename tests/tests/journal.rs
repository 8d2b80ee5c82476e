//! The systemd journal of another machine, sent by `systemd-journal-upload`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::ensure;
use click_lite_tests::Server;
use click_lite_tests::relays::systemd_program;
use serde_json::json;
use tempfile::TempDir;

const ENTRIES: u64 = 10_000;

/// Writes entries into a journal as its receiver does. The first has two lines, the second 100,000 bytes.
fn write_journal(root: &Path, numbers: std::ops::Range<u64>) -> anyhow::Result<()> {
    let mut export = Vec::new();
    for number in numbers {
        write!(
            export,
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n\
             PRIORITY={}\n_HOSTNAME=größer\nSYSLOG_IDENTIFIER=uploader\nNUMBER={number}\n",
            1_763_626_530_000_000 + number,
            1 + number,
            number % 8
        )?;
        let message = match number {
            0 => "first line\nzweite Zeile: 日本".to_owned(),
            1 => format!("long {}", "x".repeat(99_995)),
            _ => format!("entry {number} ünïcödé"),
        };
        if message.contains('\n') {
            export.extend_from_slice(b"MESSAGE\n");
            export.extend_from_slice(&(message.len() as u64).to_le_bytes());
            export.extend_from_slice(message.as_bytes());
            export.extend_from_slice(b"\n\n");
        } else {
            write!(export, "MESSAGE={message}\n\n")?;
        }
    }
    let file = root.join("entries.export");
    fs::write(&file, export)?;
    let output = Command::new(systemd_program("systemd-journal-remote")?)
        .arg("--output")
        .arg(root.join("x.journal"))
        .arg(&file)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Sends what was not sent yet.
fn upload(root: &Path, url: &str) -> anyhow::Result<Output> {
    let output = Command::new(systemd_program("systemd-journal-upload")?)
        // With a place to keep it would wait for more.
        .arg("--follow=no")
        .arg(format!("--url={url}"))
        .arg(format!("--file={}", root.join("x.journal").display()))
        .arg(format!("--save-state={}", root.join("state").display()))
        .output()?;
    Ok(output)
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_uploads_its_journal_and_goes_on_where_it_was() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let folder = TempDir::new()?;
    let root = folder.path();
    write_journal(root, 0..ENTRIES)?;
    let sent = upload(root, &server.url())?;
    ensure!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    server.wait_for_count("service:uploader host:größer", ENTRIES).await?;
    assert_eq!(server.count("ünïcödé").await?, ENTRIES - 2);
    // Priorities 1 to 3.
    assert_eq!(server.count("level:error").await?, 3 * ENTRIES / 8);
    for (number, message) in
        [(0, "first line\nzweite Zeile: 日本".to_owned()), (1, format!("long {}", "x".repeat(99_995)))]
    {
        let rows = server.rows(&format!("NUMBER:{number}"), 2).await?;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["Body"], message);
        let micros = 530_000_000 + number;
        assert!(
            rows[0]["Timestamp"]
                .as_str()
                .is_some_and(|time| time.ends_with(&format!("{:06}000Z", micros % 1_000_000))),
            "{}",
            rows[0]["Timestamp"]
        );
    }

    // A server that is not there takes nothing: the sender keeps its place.
    let url = server.url();
    server.stop()?;
    write_journal(root, ENTRIES..ENTRIES + 50)?;
    assert!(!upload(root, &url)?.status.success());
    server.restart()?;
    let sent = upload(root, &server.url())?;
    ensure!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    // systemd 252 repeats the entry at which it had stopped.
    server.wait_for_count("service:uploader", ENTRIES + 51).await?;
    let all = server
        .call("/api/v1/search", &json!({ "query": "service:uploader | stats uniq(NUMBER) as n" }))
        .await?;
    assert_eq!(all["rows"][0]["n"], ENTRIES + 50);

    // What is no journal is refused, and what came before it stays.
    let answer = click_lite_tests::http()?
        .post(format!("{}/upload", server.url()))
        .header("content-type", "application/vnd.fdo.journal")
        .body("MESSAGE=kept\n\nnot a journal\n")
        .send()
        .await?;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await?.contains("journal.no_field"));
    server.wait_for_count("kept", 1).await?;
    let answer = click_lite_tests::http()?.post(format!("{}/upload", server.url())).body("x").send().await?;
    assert_eq!(answer.status(), 415);
    Ok(())
}
