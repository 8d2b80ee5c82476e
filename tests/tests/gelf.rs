//! GELF with the clients that people use, and by hand where they would not send it so.

use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use click_lite_tests::{PATIENCE, Server, python};
use serde_json::{Value, json};

/// Records of the long run of each client; three more come before it.
const MANY: u64 = 10_000;
const MULTI_BYTE: &str = "Grüße 世界 🚀 \"quoted\"\nnext line";
const DROPS: &str = "click_lite_datagrams_dropped_total";

fn send(client: &str, port: u16) -> anyhow::Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/gelf_client.py");
    let arguments = [client.to_owned(), port.to_string(), MANY.to_string()];
    let output = python().arg(script).args(arguments).output()?;
    ensure!(output.status.success(), "{client}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// The only record that a search finds.
async fn only(server: &Server, query: &str) -> anyhow::Result<Value> {
    server.wait_for_count(query, 1).await?;
    Ok(server.rows(query, 2).await?.remove(0))
}

async fn check_first_records(server: &Server, service: &str) -> anyhow::Result<Value> {
    let first = only(server, &format!("service:{service} level:warn")).await?;
    assert_eq!(first["Body"], MULTI_BYTE);
    assert_eq!((&first["SeverityText"], &first["SeverityNumber"]), (&json!("warning"), &json!(13)));
    assert_eq!(first["ResourceAttributes"]["client.address"], "127.0.0.1");
    let time = first["Timestamp"].as_str().unwrap_or_default();
    assert!(time.starts_with("20") && !time.ends_with(".000000000Z"), "{time}");

    let failed = only(server, &format!("service:{service} \"it failed\"")).await?;
    let trace = failed["LogAttributes"]["full_message"].as_str().unwrap_or_default();
    assert!(trace.contains("ValueError: boom"), "{failed}");
    let large = only(server, &format!("service:{service} level:error -\"it failed\"")).await?;
    assert_eq!(large["Body"], format!("l{}end", "ö".repeat(50_000)));
    Ok(first)
}

#[tokio::test(flavor = "multi_thread")]
async fn python_clients_over_tcp() -> anyhow::Result<()> {
    let server = Server::start()?;
    let port = server.address("gelf_tcp")?.port();
    send("pygelf_tcp", port)?;
    server.wait_for_count("service:shop", MANY + 3).await?;
    let first = check_first_records(&server, "shop").await?;
    assert_eq!(first["LogAttributes"]["order.id"], "7");
    assert_eq!(first["LogAttributes"]["user"], "ü");

    send("graypy_tcp", port)?;
    server.wait_for_count("service:orders", MANY + 3).await?;
    let first = check_first_records(&server, "orders").await?;
    assert_eq!(first["ResourceAttributes"]["host.name"], "node-1");
    assert_eq!(first["LogAttributes"]["facility"], "orders");
    assert!(first["LogAttributes"]["line"].as_str().is_some_and(|line| line.parse::<u32>().is_ok()));
    assert_eq!(server.count("*").await?, 2 * (MANY + 3));
    assert_eq!(server.count("\"record 9999\"").await?, 2);
    Ok(())
}

/// Waits until what was sent is stored or counted as dropped; how much is stored.
async fn stored_or_dropped(server: &Server, query: &str, sent: u64) -> anyhow::Result<u64> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stored = server.count(query).await?;
        let dropped = server.metric(DROPS, &["gelf_udp"]).await? as u64;
        if stored + dropped == sent {
            return Ok(stored);
        }
        ensure!(
            stored <= sent && Instant::now() < deadline,
            "{query}: {sent} were sent, {stored} are stored, {dropped} dropped"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python_clients_over_udp_in_chunks_and_compressed() -> anyhow::Result<()> {
    for (client, service) in [("pygelf_udp", "shop"), ("graypy_udp", "billing")] {
        let server = Server::start()?;
        send(client, server.address("gelf_udp")?.port())?;
        let stored = stored_or_dropped(&server, &format!("service:{service}"), MANY + 3).await?;
        assert!(stored > MANY / 2, "{client}: {stored} of {MANY} are stored");
        check_first_records(&server, service).await?;
    }
    // Not compressed, a hundred kilobytes are 78 chunks: what is dropped is counted in datagrams.
    let server = Server::start()?;
    send("pygelf_udp_plain", server.address("gelf_udp")?.port())?;
    let large = only(&server, "level:error -\"it failed\"").await?;
    assert_eq!(large["Body"], format!("l{}end", "ö".repeat(50_000)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_is_counted_and_the_connection_goes_on() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_RECORD_BYTES=4096"])?;
    let mut tcp = TcpStream::connect(server.address("gelf_tcp")?)?;
    tcp.write_all(b"{\"short_message\":\"one\"}\0{\"short_message\":\0")?;
    tcp.write_all(format!("{{\"short_message\":\"{}\"}}\0", "x".repeat(20_000)).as_bytes())?;
    // Some senders end messages with line breaks, and some write their JSON over several lines.
    tcp.write_all(
        b"{\"short_message\":\"two\"}\n{\n \"short_message\": \"three\"\n}\n{\"short_message\":\"four\"}",
    )?;
    drop(tcp);
    server.wait_for_count("*", 4).await?;
    for body in ["one", "two", "three", "four"] {
        assert_eq!(server.count(&format!("\"{body}\"")).await?, 1, "{body}");
    }
    server
        .wait_for_metric("click_lite_receiver_rejected_total", &["protocol=\"gelf_tcp\""], |count| {
            count >= 2.0
        })
        .await?;

    let udp = UdpSocket::bind("127.0.0.1:0")?;
    udp.connect(server.address("gelf_udp")?)?;
    udp.send(b"\x1e\x0fcut off")?;
    udp.send(b"no JSON")?;
    udp.send(br#"{"short_message":"five","_container_name":"/web","_image_name":"shop/web:1","level":3}"#)?;
    let row = only(&server, "five").await?;
    assert_eq!((&row["ServiceName"], &row["SeverityText"]), (&json!("web"), &json!("err")));
    assert_eq!(row["LogAttributes"]["image_name"], "shop/web:1");
    server.wait_for_metric(DROPS, &["reason=\"malformed\""], |count| count == 1.0).await?;
    server
        .wait_for_metric("click_lite_receiver_rejected_total", &["protocol=\"gelf_udp\""], |count| {
            count == 1.0
        })
        .await?;
    Ok(())
}
