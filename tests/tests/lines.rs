//! Lines over TCP, and what holds for every connection: nothing is lost, nothing is unbounded.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use click_lite_tests::Server;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn json_and_text_are_told_apart_line_by_line() -> anyhow::Result<()> {
    let server = Server::start()?;
    let mut stream = TcpStream::connect(server.address("tcp")?)?;
    stream.write_all(
        concat!(
            r#"{"message":"Grüße 世界","level":"warn","service":"pay","host":"h1","http":{"status":503}}"#,
            "\nplain text with {braces}\r\n\n{broken json\nhalf a li",
        )
        .as_bytes(),
    )?;
    stream.write_all(b"ne at the end")?;
    drop(stream);
    server.wait_for_count("*", 4).await?;
    let row = &server.rows("service:pay", 10).await?[0];
    assert_eq!((&row["Body"], &row["SeverityText"]), (&json!("Grüße 世界"), &json!("warn")));
    assert_eq!(row["ResourceAttributes"], json!({ "host.name": "h1", "client.address": "127.0.0.1" }));
    assert_eq!(row["LogAttributes"], json!({ "http.status": "503" }));
    for body in ["plain text with {braces}", "{broken json", "half a line at the end"] {
        let rows = server.rows(&format!("\"{body}\""), 10).await?;
        assert_eq!(rows.len(), 1, "{body}");
        assert_eq!(rows[0]["Body"], body);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_lines_and_long_ones_arrive_whole() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_RECORD_BYTES=200000"])?;
    let mut stream = TcpStream::connect(server.address("tcp")?)?;
    let lines: String = (0..10_000).map(|n| format!("line {n} of many: 世界\n")).collect();
    stream.write_all(lines.as_bytes())?;
    // 100 kB come as one record; what is longer than a record may be is cut between characters.
    let long = "ä".repeat(50_000);
    stream.write_all(format!("long {long}\nlonger {}\n", "€".repeat(100_000)).as_bytes())?;
    drop(stream);
    server.wait_for_count("\"of many\"", 10_000).await?;
    server.wait_for_count("*", 10_003).await?;
    assert_eq!(server.rows("long", 10).await?[0]["Body"], format!("long {long}"));
    let parts = server.rows("-long -\"of many\"", 10).await?;
    let euros: usize = parts
        .iter()
        .map(|row| row["Body"].as_str().map_or(0, |body| body.chars().filter(|c| *c == '€').count()))
        .sum();
    assert_eq!((parts.len(), euros), (2, 100_000));
    assert!(parts.iter().all(|row| !row["Body"].as_str().unwrap_or_default().contains('\u{fffd}')));
    Ok(())
}

/// Lines that hardly compress.
fn noise(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|n| {
            let mut state = n as u64 + 1;
            let noise: String = (0..2000)
                .map(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    char::from(b'#' + ((state >> 33) % 57) as u8)
                })
                .collect();
            format!("{n} {noise}\n")
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_holds_senders_back_and_loses_nothing() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__SPOOL__MAX_BYTES=67108864"])?;
    // The engine is stopped, so that nothing is delivered.
    click_lite_tests::signal(server.engine_pid()?, libc::SIGSTOP)?;
    const BATCHES: usize = 60;
    const LINES: usize = 1000;
    let address = server.address("tcp")?;
    let sender = std::thread::spawn(move || -> std::io::Result<()> {
        let mut stream = TcpStream::connect(address)?;
        for batch in 0..BATCHES {
            stream.write_all(noise(batch * LINES, LINES).as_bytes())?;
        }
        Ok(())
    });
    server
        .wait_for_metric("click_lite_receiver_waits_total", &[r#"protocol="tcp""#], |waits| waits >= 3.0)
        .await?;
    assert!(!sender.is_finished(), "the sender is held back");
    click_lite_tests::signal(server.engine_pid()?, libc::SIGCONT)?;
    server.wait_for_count("*", (BATCHES * LINES) as u64).await?;
    sender.join().expect("the sender ends")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_do_not_go_on_end_their_connection() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__STALL_SECONDS=1"])?;
    let mut slow = TcpStream::connect(server.address("tcp")?)?;
    let mut trickle = slow.try_clone()?;
    let mut waits = TcpStream::connect(server.address("tcp")?)?;
    slow.write_all(b"begun and")?;
    let began = Instant::now();
    // A byte now and then does not keep it open.
    let sender = std::thread::spawn(move || {
        while trickle.write_all(b".").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    slow.set_read_timeout(Some(Duration::from_secs(20)))?;
    assert!(matches!(slow.read(&mut [0; 1]), Ok(0) | Err(_)));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    sender.join().expect("the sender ends");
    let closed = ("click_lite_connections_closed_total", [r#"protocol="tcp""#, r#"reason="stalled""#]);
    server.wait_for_metric(closed.0, &closed.1, |closed| closed == 1.0).await?;
    server.wait_for_count("\"begun and\"", 1).await?;
    // One that says nothing has not begun a message.
    waits.write_all(b"still open\n")?;
    server.wait_for_count("\"still open\"", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__IDLE_SECONDS=1"])?;
    let mut idle = TcpStream::connect(server.address("tcp")?)?;
    idle.write_all(b"a line\n")?;
    idle.set_read_timeout(Some(Duration::from_secs(20)))?;
    assert_eq!(idle.read(&mut [0; 1])?, 0);
    let closed = ("click_lite_connections_closed_total", [r#"protocol="tcp""#, r#"reason="idle""#]);
    server.wait_for_metric(closed.0, &closed.1, |closed| closed == 1.0).await?;
    server.wait_for_count("*", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_limit_are_refused_and_counted() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__INGEST__MAX_CONNECTIONS=3"])?;
    let mut open: Vec<TcpStream> = Vec::new();
    for (name, _) in [("tcp", 1), ("tcp", 2), ("syslog_tcp", 3)] {
        open.push(TcpStream::connect(server.address(name)?)?);
    }
    let open_now = "click_lite_connections_open";
    server.wait_for_metric(open_now, &[r#"protocol="tcp""#], |connections| connections == 2.0).await?;
    server.wait_for_metric(open_now, &[r#"protocol="syslog_tcp""#], |connections| connections == 1.0).await?;
    let mut refused = TcpStream::connect(server.address("tcp")?)?;
    refused.set_read_timeout(Some(Duration::from_secs(20)))?;
    assert!(matches!(refused.read(&mut [0; 1]), Ok(0) | Err(_)));
    let refusals = ("click_lite_connections_refused_total", [r#"protocol="tcp""#]);
    server.wait_for_metric(refusals.0, &refusals.1, |refused| refused == 1.0).await?;
    // Those that are open go on, and a place that becomes free is taken again.
    open[0].write_all(b"one\n")?;
    server.wait_for_count("one", 1).await?;
    open.remove(1);
    server.wait_for_metric(open_now, &[r#"protocol="tcp""#], |connections| connections == 1.0).await?;
    TcpStream::connect(server.address("tcp")?)?.write_all(b"two\n")?;
    server.wait_for_count("two", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_a_stop_is_stored() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let mut stream = TcpStream::connect(server.address("tcp")?)?;
    stream.write_all((0..5000).map(|n| format!("line {n}\n")).collect::<String>().as_bytes())?;
    server.stop()?;
    server.restart()?;
    server.wait_for_count("line", 5000).await?;
    Ok(())
}
