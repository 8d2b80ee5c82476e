//! Fluent forward with the clients that people use, for Python and for Node.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::Stdio;

use anyhow::ensure;
use click_lite_tests::{PATIENCE, Server, node_client, python};
use serde_json::{Value, json};

/// Records of the long run of each client; two more come before it.
const MANY: u64 = 10_000;
const PROTOCOL: &str = "protocol=\"fluent\"";

/// The only record that a search finds.
async fn only(server: &Server, query: &str) -> anyhow::Result<Value> {
    server.wait_for_count(query, 1).await?;
    Ok(server.rows(query, 2).await?.remove(0))
}

async fn check_first_records(server: &Server, tag: &str) -> anyhow::Result<()> {
    let first = only(server, &format!("fluent.tag:\"{tag}.first\"")).await?;
    assert_eq!(first["Body"], "Grüße 世界 🚀");
    assert_eq!(first["Timestamp"], "2026-01-02T03:04:05.678901234Z");
    assert_eq!(first["ServiceName"], format!("{tag}.first"));
    assert_eq!(first["LogAttributes"]["http.status"], "503");
    assert_eq!(first["ResourceAttributes"]["client.address"], "127.0.0.1");
    let large = only(server, &format!("fluent.tag:\"{tag}.large\"")).await?;
    assert_eq!(large["Body"], format!("l{}end", "ö".repeat(50_000)));
    Ok(())
}

fn node(arguments: &[&str]) -> anyhow::Result<Vec<u64>> {
    let output = node_client("fluent_client.js")?.args(arguments).output()?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(numbers(&output.stdout))
}

fn numbers(lines: &[u8]) -> Vec<u64> {
    lines.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_logger_with_nanoseconds() -> anyhow::Result<()> {
    let server = Server::start()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/fluent_client.py");
    let port = server.address("fluent")?.port();
    let output = python().arg(script).args([port.to_string(), MANY.to_string()]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    server.wait_for_count("*", MANY + 2).await?;
    check_first_records(&server, "python.app").await?;
    let first = only(&server, "level:warn").await?;
    assert_eq!(
        first["LogAttributes"],
        json!({ "fluent.tag": "python.app.first", "http.status": "503", "http.tags": "[\"a\",1]", "n": "1.5", "ok": "true" })
    );
    assert_eq!(server.count("service:\"python.app.many\" number:9999").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mode_of_the_node_loggers_is_acknowledged() -> anyhow::Result<()> {
    let server = Server::start()?;
    let port = server.address("fluent")?.port().to_string();
    let mut sent = 0;
    for (library, mode, count) in [
        ("@fluent-org/logger", "Message", MANY),
        ("@fluent-org/logger", "Forward", MANY),
        ("@fluent-org/logger", "PackedForward", MANY),
        ("@fluent-org/logger", "CompressedPackedForward", MANY),
    ] {
        let acknowledged = node(&[library, mode, &port, &count.to_string()])?;
        assert_eq!(acknowledged.len() as u64, count, "{mode}");
        sent += count + 2;
        server.wait_for_count("*", sent).await?;
        check_first_records(&server, &format!("node.{mode}")).await?;
        assert_eq!(server.count(&format!("fluent.tag:\"node.{mode}.many\"")).await?, count);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mode_of_the_older_node_logger_is_acknowledged() -> anyhow::Result<()> {
    let server = Server::start()?;
    let port = server.address("fluent")?.port().to_string();
    let mut sent = 0;
    // In its Message mode it waits for each answer before it sends the next.
    for (mode, count) in [("Message", 200), ("PackedForward", MANY), ("CompressedPackedForward", MANY)] {
        let acknowledged = node(&["fluent-logger", mode, &port, &count.to_string()])?;
        assert_eq!(acknowledged.len() as u64, count, "{mode}");
        sent += count + 2;
        server.wait_for_count("*", sent).await?;
        check_first_records(&server, &format!("node.{mode}")).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let port = server.address("fluent")?.port().to_string();
    let mut client = node_client("fluent_client.js")?
        .args(["@fluent-org/logger", "PackedForward", &port, "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut lines = BufReader::new(client.stdout.take().expect("piped")).lines();
    let mut acknowledged = BTreeSet::new();
    while acknowledged.len() < 5000 {
        let line = lines.next().expect("the client goes on")?;
        acknowledged.insert(line.parse::<u64>()?);
    }
    server.kill();
    // What was answered before the kill may still be on its way to the client's output.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok()));
    let _ = client.kill();
    client.wait()?;
    server.restart()?;
    // Answers come in the order of the records, and nothing is sent twice: so the numbers up to the last answered one
    // are exactly those that were answered.
    let last = acknowledged.last().copied().unwrap_or_default();
    assert_eq!(acknowledged.len() as u64, last + 1);
    let query = format!("fluent.tag:\"node.PackedForward.many\" number:<={last}");
    server.wait_for_count(&query, last + 1).await?;
    for number in acknowledged.iter().step_by(acknowledged.len() / 20) {
        assert_eq!(server.count(&format!("{query} number:{number}")).await?, 1, "{number}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_key_lets_in_who_has_it() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__FLUENT__SHARED_KEY=open sesame"])?;
    let port = server.address("fluent")?.port().to_string();
    for library in ["@fluent-org/logger", "fluent-logger"] {
        node(&[library, "PackedForward", &port, "10", "open sesame"])?;
    }
    server.wait_for_count("*", 24).await?;
    for library in ["@fluent-org/logger", "fluent-logger"] {
        // One says so, the other ends without a word.
        let acknowledged = node(&[library, "PackedForward", &port, "10", "wrong"]).unwrap_or_default();
        assert!(acknowledged.is_empty(), "{library}");
    }
    // Who does not shake hands is not heard.
    let mut tcp = TcpStream::connect(server.address("fluent")?)?;
    tcp.write_all(b"\x93\xa1t\x01\x81\xa3msg\xa1x")?;
    let mut answer = Vec::new();
    let _ = tcp.read_to_end(&mut answer);
    assert!(answer.windows(4).any(|part| part == b"HELO") && !answer.windows(4).any(|part| part == b"PONG"));
    server.wait_for_metric("click_lite_receiver_rejected_total", &[PROTOCOL], |count| count == 1.0).await?;
    assert_eq!(server.count("*").await?, 24);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_are_answered_and_garbage_ends_its_connection_alone() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_RECORD_BYTES=4096"])?;
    let address = server.address("fluent")?;
    let udp = UdpSocket::bind("127.0.0.1:0")?;
    udp.set_read_timeout(Some(PATIENCE))?;
    udp.connect(address)?;
    udp.send(b"\0")?;
    let mut answer = [1; 4];
    assert_eq!((udp.recv(&mut answer)?, answer[0]), (1, 0));

    let mut good = TcpStream::connect(address)?;
    good.write_all(b"\xc0\x93\xa1t\x01\x81\xa3msg\xa3one")?;
    let mut bad = TcpStream::connect(address)?;
    bad.write_all(b"\x93\xa1t\x01\x81\xa3msg\xa3twoGET / HTTP/1.1\r\n\r\n")?;
    let mut rest = Vec::new();
    let _ = bad.read_to_end(&mut rest);
    assert!(rest.is_empty());
    // A record that is too large, and one that is none, in the middle of good ones.
    let mut message = b"\x93\xa1t\x93\x92\x01\xdf\x00\x00\x00\x01\xa3msg\xda\x20\x00".to_vec();
    message.extend([b'x'; 0x2000]);
    message.extend(b"\x92\x01\xa4none\x92\x01\x81\xa3msg\xa5three\x81\xa5chunk\xa2id");
    good.write_all(&message)?;
    let mut answer = [0; 8];
    good.set_read_timeout(Some(PATIENCE))?;
    good.read_exact(&mut answer)?;
    assert_eq!(&answer, b"\x81\xa3ack\xa2id");
    server.wait_for_count("*", 3).await?;
    for body in ["one", "two", "three"] {
        assert_eq!(only(&server, body).await?["ServiceName"], "t");
    }
    assert_eq!(server.metric("click_lite_receiver_rejected_total", &[PROTOCOL]).await?, 3.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compression_bomb_is_refused_and_memory_stays_small() -> anyhow::Result<()> {
    let server = Server::start()?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // An entry that announces two gigabytes and holds a good deal of them.
    gzip.write_all(b"\x92\x01\x81\xa3msg\xdb\x7f\xff\xff\xff")?;
    let block = vec![b'x'; 1 << 20];
    for _ in 0..512 {
        gzip.write_all(&block)?;
    }
    let packed = gzip.finish()?;
    let mut message = b"\x93\xa1t\xc6".to_vec();
    message.extend(u32::try_from(packed.len())?.to_be_bytes());
    message.extend(packed);
    message.extend(b"\x81\xa5chunk\xa1c");
    let before = resident_bytes(server.pid())?;
    let mut tcp = TcpStream::connect(server.address("fluent")?)?;
    tcp.write_all(&message)?;
    let mut answer = [0; 7];
    tcp.set_read_timeout(Some(PATIENCE))?;
    tcp.read_exact(&mut answer)?;
    assert_eq!(&answer, b"\x81\xa3ack\xa1c");
    let grown = resident_bytes(server.pid())?.saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes for a compression bomb");
    assert_eq!(server.metric("click_lite_receiver_rejected_total", &[PROTOCOL]).await?, 1.0);
    Ok(())
}

/// Most memory that a process had.
fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
