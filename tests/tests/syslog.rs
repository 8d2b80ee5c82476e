//! Syslog from the programs that send it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use click_lite_tests::Server;
use click_lite_tests::relays::{Relay, Transport};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Messages of every test.
const MESSAGES: u64 = 10_000;
const LARGE_BYTES: usize = 100_000;

/// A file of numbered lines with multi-byte text, and one of 100 kB where the transport takes it.
fn lines(folder: &TempDir, has_large: bool) -> anyhow::Result<PathBuf> {
    let mut text = String::new();
    for n in 0..MESSAGES {
        writeln!(text, "numbered {n} Grüße 世界 🦀")?;
    }
    if has_large {
        writeln!(text, "large {}", "x".repeat(LARGE_BYTES))?;
    }
    let path = folder.path().join("lines");
    std::fs::write(&path, text)?;
    Ok(path)
}

async fn row(server: &Server, query: &str) -> anyhow::Result<Value> {
    let rows = server.rows(query, 2).await?;
    ensure!(rows.len() == 1, "{query}: {rows:?}");
    Ok(rows[0].clone())
}

/// All messages are there, and whole.
async fn check_all(server: &Server, has_large: bool) -> anyhow::Result<()> {
    server.wait_for_count("numbered", MESSAGES).await?;
    for n in [0, MESSAGES / 2, MESSAGES - 1] {
        assert_eq!(
            row(server, &format!("\"numbered {n}\"")).await?["Body"],
            format!("numbered {n} Grüße 世界 🦀")
        );
    }
    if has_large {
        server.wait_for_count("large", 1).await?;
        assert_eq!(row(server, "large").await?["Body"].as_str().map(str::len), Some(LARGE_BYTES + 6));
    }
    Ok(())
}

/// Over UDP some may be dropped: each is counted.
async fn check_udp(server: &Server, sent: u64) -> anyhow::Result<()> {
    let protocol = r#"protocol="syslog_udp""#;
    let deadline = std::time::Instant::now() + click_lite_tests::PATIENCE;
    loop {
        let stored = server.metric("click_lite_receiver_rows_total", &[protocol]).await?;
        let dropped = server.metric("click_lite_datagrams_dropped_total", &[protocol]).await?;
        if stored + dropped >= sent as f64 {
            assert_eq!(stored + dropped, sent as f64, "{stored} stored, {dropped} dropped");
            return server.wait_for_count("*", stored as u64).await;
        }
        ensure!(std::time::Instant::now() < deadline, "{stored} stored, {dropped} dropped");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn logger(server: &Server, listener: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let address = server.address(listener)?;
    let status = Command::new("logger")
        .args(["--server", "127.0.0.1", "--port", &address.port().to_string()])
        .args(arguments)
        .status()?;
    ensure!(status.success(), "logger: {status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn logger_over_tcp() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = lines(&folder, true)?;
    let file = file.to_string_lossy();
    for framing in [&["--tcp"][..], &["--tcp", "--octet-count"], &["--tcp", "--rfc3164"]] {
        let server = Server::start()?;
        let mut arguments = framing.to_vec();
        arguments.extend([
            "--size",
            "200000",
            "-t",
            "logger-test",
            "-p",
            "local3.warning",
            "--id=4711",
            "-f",
            &file,
        ]);
        logger(&server, "syslog_tcp", &arguments)?;
        check_all(&server, true).await?;
        let row = row(&server, "\"numbered 77\"").await?;
        assert_eq!(
            (&row["ServiceName"], &row["SeverityNumber"]),
            (&json!("logger-test"), &json!(13)),
            "{framing:?}"
        );
        assert_eq!(row["SeverityText"], "warning");
        assert_eq!(row["LogAttributes"]["syslog.facility"], "local3");
        assert_eq!(row["LogAttributes"]["process.pid"], "4711");
        let host = row["ResourceAttributes"]["host.name"].as_str().unwrap_or_default();
        assert!(!host.is_empty(), "{row}");
        assert_eq!(row["ResourceAttributes"]["client.address"], "127.0.0.1");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn logger_over_udp() -> anyhow::Result<()> {
    let server = Server::start()?;
    logger(
        &server,
        "syslog_udp",
        &[
            "--udp",
            "--rfc5424",
            "-t",
            "app",
            "-p",
            "daemon.err",
            "--msgid",
            "ID7",
            "--sd-id",
            "shop@32473",
            "--sd-param",
            "order=\"12\"",
            "--sd-param",
            "name=\"Müller \\\"x\\\"\"",
            "structured",
        ],
    )?;
    logger(&server, "syslog_udp", &["--udp", "--rfc3164", "-t", "old", "-p", "auth.crit", "traditional"])?;
    server.wait_for_count("*", 2).await?;
    let structured = row(&server, "structured").await?;
    assert_eq!((&structured["ServiceName"], &structured["Body"]), (&json!("app"), &json!("structured")));
    let attributes = &structured["LogAttributes"];
    assert_eq!(attributes["shop@32473.order"], "12");
    assert_eq!(attributes["shop@32473.name"], "Müller \"x\"");
    assert_eq!(attributes["syslog.msgid"], "ID7");
    assert_eq!(attributes["timeQuality.tzKnown"], "1");
    let traditional = row(&server, "traditional").await?;
    assert_eq!((&traditional["ServiceName"], &traditional["SeverityText"]), (&json!("old"), &json!("crit")));
    // The time without a year and a zone is the present one.
    let answer = server
        .call("/api/v1/search", &json!({ "query": "traditional", "from": "now-1m", "to": "now+1m" }))
        .await?;
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(1), "{answer}");

    let server = Server::start()?;
    let folder = TempDir::new()?;
    logger(&server, "syslog_udp", &["--udp", "-f", &lines(&folder, false)?.to_string_lossy()])?;
    check_udp(&server, MESSAGES).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rsyslog_over_tcp_and_udp() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = lines(&folder, true)?;
    for (template, framing) in [
        ("RSYSLOG_SyslogProtocol23Format", "octet-counted"),
        ("RSYSLOG_ForwardFormat", "traditional"),
        ("RSYSLOG_TraditionalForwardFormat", "traditional"),
    ] {
        let server = Server::start()?;
        let to = server.address("syslog_tcp")?;
        let relay = Relay::rsyslog(&file, to, Transport::Tcp, template, framing)?;
        check_all(&server, true).await.map_err(|error| error.context(relay.log()))?;
        check_rsyslog_row(&server, template).await?;
    }
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let file = lines(&folder, false)?;
    let to = server.address("syslog_udp")?;
    let _relay = Relay::rsyslog(&file, to, Transport::Udp, "RSYSLOG_SyslogProtocol23Format", "")?;
    check_udp(&server, MESSAGES).await
}

async fn check_rsyslog_row(server: &Server, template: &str) -> anyhow::Result<()> {
    let row = row(server, "\"numbered 77\"").await?;
    assert_eq!(
        (&row["ServiceName"], &row["SeverityText"]),
        (&json!("rsyslog-test"), &json!("warning")),
        "{template}"
    );
    assert_eq!(row["ResourceAttributes"]["host.name"], "relay-1", "{template}");
    assert_eq!(row["LogAttributes"]["syslog.facility"], "local3");
    Ok(())
}

/// The certificate that the server made for itself.
fn certificate(server: &Server) -> PathBuf {
    server.data_dir().join("tls/certificate.pem")
}

#[tokio::test(flavor = "multi_thread")]
async fn rsyslog_over_tls() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = lines(&folder, true)?;
    let server = Server::start()?;
    let to = server.address("syslog_tls")?;
    let certificate = certificate(&server);
    let template = "RSYSLOG_SyslogProtocol23Format";
    let relay = Relay::rsyslog(&file, to, Transport::Tls(&certificate), template, "octet-counted")?;
    check_all(&server, true).await.map_err(|error| error.context(relay.log()))?;
    check_rsyslog_row(&server, template).await
}

#[tokio::test(flavor = "multi_thread")]
async fn syslog_ng_over_tcp_udp_and_tls() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = lines(&folder, true)?;
    for (listener, driver, is_tls) in
        [("syslog_tcp", "syslog", false), ("syslog_tcp", "network", false), ("syslog_tls", "syslog", true)]
    {
        let server = Server::start()?;
        let certificate = certificate(&server);
        let transport = if is_tls { Transport::Tls(&certificate) } else { Transport::Tcp };
        let relay = Relay::syslog_ng(&file, server.address(listener)?, transport, driver)?;
        check_all(&server, true).await.map_err(|error| error.context(relay.log()))?;
        let row = row(&server, "\"numbered 77\"").await?;
        assert_eq!(
            (&row["ServiceName"], &row["SeverityText"]),
            (&json!("ng-test"), &json!("warning")),
            "{driver}"
        );
        assert_eq!(row["ResourceAttributes"]["host.name"], "relay-2", "{driver}");
    }
    let server = Server::start()?;
    let folder = TempDir::new()?;
    let file = lines(&folder, false)?;
    let _relay = Relay::syslog_ng(&file, server.address("syslog_udp")?, Transport::Udp, "syslog")?;
    check_udp(&server, MESSAGES).await
}

/// Python's own handler ends messages with NUL, and says neither time nor host nor, unless told, program.
const PYTHON: &str = r#"
import logging, logging.handlers, socket, sys
port, kind, count, large = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
kind = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
handler = logging.handlers.SysLogHandler(("127.0.0.1", port), facility="local3", socktype=kind)
handler.ident = "python-test: "
log = logging.getLogger("test")
log.addHandler(handler)
for n in range(count):
    log.warning("numbered %d Grüße 世界 🦀", n)
if large:
    log.warning("large " + "x" * large)
try:
    raise ValueError("an exception")
except ValueError:
    log.exception("it failed")
handler.close()
"#;

fn python(port: u16, kind: &str, large: usize) -> anyhow::Result<()> {
    let (messages, large) = (MESSAGES.to_string(), large.to_string());
    let status = click_lite_tests::python()
        .args(["-c", PYTHON, &port.to_string(), kind, &messages, &large])
        .status()?;
    ensure!(status.success(), "python: {status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn python_s_handler() -> anyhow::Result<()> {
    let server = Server::start()?;
    python(server.address("syslog_tcp")?.port(), "tcp", LARGE_BYTES)?;
    check_all(&server, true).await?;
    server.wait_for_count("*", MESSAGES + 2).await?;
    let failed = row(&server, "\"it failed\"").await?;
    assert_eq!((&failed["ServiceName"], &failed["SeverityText"]), (&json!("python-test"), &json!("err")));
    let body = failed["Body"].as_str().unwrap_or_default();
    assert!(body.contains("\nTraceback") && body.ends_with("ValueError: an exception"), "{body}");
    assert_eq!(row(&server, "\"numbered 77\"").await?["SeverityNumber"], 13);

    let server = Server::start()?;
    python(server.address("syslog_udp")?.port(), "udp", 0)?;
    check_udp(&server, MESSAGES + 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_that_nobody_reads_are_counted() -> anyhow::Result<()> {
    // The server is stopped while more comes than the kernel keeps.
    let server = Server::start_with(&["CLICK_LITE__INGEST__DATAGRAM_BUFFER_BYTES=4096"])?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(server.address("syslog_udp")?)?;
    click_lite_tests::signal(server.pid(), libc::SIGSTOP)?;
    for n in 0..MESSAGES {
        socket.send(format!("<14>numbered {n}").as_bytes())?;
    }
    click_lite_tests::signal(server.pid(), libc::SIGCONT)?;
    check_udp(&server, MESSAGES).await?;
    let labels = [r#"protocol="syslog_udp""#, r#"reason="kernel""#];
    let dropped = server.metric("click_lite_datagrams_dropped_total", &labels).await?;
    assert!(dropped > 0.0 && dropped < MESSAGES as f64, "{dropped}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_every_framing_share_a_connection() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_RECORD_BYTES=2000"])?;
    let mut stream = TcpStream::connect(server.address("syslog_tcp")?)?;
    let counted = "<14>1 - h counted - - - two\nlines";
    write!(stream, "<14>1 - h lines - - - one\n{} {counted}<14>1 - h lines - - - two\r\n", counted.len())?;
    // Too large, counted and not: passed over, and the connection goes on.
    let large = format!("<14>1 - h large - - - {}", "x".repeat(100_000));
    write!(stream, "{} {large}{large}\n<14>1 - h lines - - - three\n", large.len())?;
    // Not syslog at all, and a last message without an end.
    write!(stream, "just text: ünïcode\n<14>1 - h lines - - - four")?;
    drop(stream);
    server.wait_for_count("*", 6).await?;
    server.wait_for_count("service:lines", 4).await?;
    assert_eq!(row(&server, "service:counted").await?["Body"], "two\nlines");
    assert_eq!(row(&server, "ünïcode").await?["Body"], "just text: ünïcode");
    let refused = ("click_lite_receiver_rejected_total", [r#"protocol="syslog_tcp""#]);
    server.wait_for_metric(refused.0, &refused.1, |refused| refused == 2.0).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_certificate_is_shown_and_a_plain_sender_is_not_taken() -> anyhow::Result<()> {
    let first = Server::start()?;
    let folder = first.data_dir().join("tls");
    let option = |name: &str, file: &str| format!("CLICK_LITE__TLS__{name}={}", folder.join(file).display());
    let (certificate, key) = (option("CERTIFICATE", "certificate.pem"), option("KEY", "key.pem"));
    let server = Server::start_with(&[&certificate, &key])?;
    assert!(!Path::new(&server.data_dir().join("tls")).exists());
    let output = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            &server.address("syslog_tls")?.to_string(),
            "-verify_return_error",
            "-brief",
        ])
        .args(["-verify_hostname", "localhost", "-CAfile"])
        .arg(folder.join("certificate.pem"))
        .stdin(std::process::Stdio::null())
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let mut plain = TcpStream::connect(server.address("syslog_tls")?)?;
    plain.write_all(b"<14>1 - h plain - - - text\n")?;
    let closed =
        ("click_lite_connections_closed_total", [r#"protocol="syslog_tls""#, r#"reason="handshake""#]);
    server.wait_for_metric(closed.0, &closed.1, |closed| closed == 1.0).await?;
    assert_eq!(server.count("*").await?, 0);
    Ok(())
}
