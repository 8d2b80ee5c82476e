//! Records sent over HTTP come back as they were sent.

use click_lite_tests::Server;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_fill_the_columns() -> anyhow::Result<()> {
    let server = Server::start()?;
    let body = concat!(
        r#"{"timestamp":"2026-01-02T03:04:05.678901234Z","level":"error","service":"pay","host":"h1","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","message":"Grüße 世界","http":{"status":503},"ok":true,"n":1.50}"#,
        "\n",
        "{\"broken\": \n",
        r#"{"msg":"second","@timestamp":1767323046}"#,
        "\n",
    );
    let answer = server.ingest("application/x-ndjson", body).await?;
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(answer["errors"][0]["index"], 1);
    assert_eq!(answer["errors"][0]["code"], "record.not_json");

    server.wait_for_count("*", 2).await?;
    let rows = server.rows("service:pay", 10).await?;
    let row = &rows[0];
    assert_eq!(row["Timestamp"], "2026-01-02T03:04:05.678901234Z");
    assert_eq!(row["Body"], "Grüße 世界");
    assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("error"), &json!(17)));
    assert_eq!(row["TraceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(row["ResourceAttributes"]["host.name"], "h1");
    assert_eq!(row["LogAttributes"], json!({ "http.status": "503", "ok": "true", "n": "1.50" }));
    let second = server.rows("second", 10).await?;
    assert_eq!(second[0]["Timestamp"], "2026-01-02T03:04:06.000000000Z");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn arrays_text_and_compressed_bodies_are_taken() -> anyhow::Result<()> {
    let server = Server::start()?;
    server.ingest("application/json", r#"[{"message":"one"},{"message":"two"}]"#).await?;
    server.ingest("text/plain", "three\nfour\n").await?;
    let lines = "{\"message\":\"five\"}\n{\"message\":\"six\"}\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, lines.as_bytes())?;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, lines.as_bytes())?;
    let bodies = [
        ("gzip", gzip.finish()?),
        ("deflate", zlib.finish()?),
        ("zstd", zstd::bulk::compress(lines.as_bytes(), 3)?),
    ];
    let http = click_lite_tests::http()?;
    for (encoding, body) in bodies {
        let answer = http
            .post(format!("{}/api/v1/ingest?service=box", server.url()))
            .header("content-type", "application/x-ndjson")
            .header("content-encoding", encoding)
            .body(body)
            .send()
            .await?;
        assert_eq!(answer.json::<serde_json::Value>().await?["accepted"], 2, "{encoding}");
    }
    server.wait_for_count("*", 10).await?;
    assert_eq!(server.count("service:box").await?, 6);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_of_another_site_can_send_nothing() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = click_lite_tests::http()?;
    let url = format!("{}/api/v1/ingest", server.url());
    for (name, value) in [("origin", "http://evil.example"), ("host", "evil.example"), ("origin", "null")] {
        let answer = http.post(&url).header(name, value).body("{\"message\":\"x\"}").send().await?;
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    // Reading needs the token.
    let answer = http.post(format!("{}/api/v1/search", server.url())).json(&json!({})).send().await?;
    assert_eq!(answer.status(), 401);
    assert_eq!(http.get(format!("{}/healthz", server.url())).send().await?.status(), 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_says_wait_and_loses_nothing() -> anyhow::Result<()> {
    // The engine is stopped, so that nothing is delivered.
    let server = Server::start_with(&["CLICK_LITE__SPOOL__MAX_BYTES=67108864"])?;
    click_lite_tests::signal(server.engine_pid()?, libc::SIGSTOP)?;
    let line = |n: usize| {
        // Hard to compress, so that the spool fills.
        let mut state = n as u64 + 1;
        let noise: String = (0..2000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'#' + ((state >> 33) % 57) as u8)
            })
            .collect();
        format!("{{\"message\":\"{n} {noise}\"}}\n")
    };
    let mut accepted = 0;
    let mut refused = None;
    for batch in 0..40 {
        let body: String = (0..4000).map(|n| line(batch * 4000 + n)).collect();
        let answer = click_lite_tests::http()?
            .post(format!("{}/api/v1/ingest", server.url()))
            .body(body)
            .send()
            .await?;
        if answer.status() == 429 {
            refused = Some((answer.headers().get("retry-after").is_some(), answer.text().await?));
            break;
        }
        accepted += answer.json::<serde_json::Value>().await?["accepted"].as_u64().unwrap_or(0);
    }
    let (has_retry_after, text) = refused.expect("the spool fills up");
    assert!(has_retry_after && text.contains("spool.full"), "{text}");
    click_lite_tests::signal(server.engine_pid()?, libc::SIGCONT)?;
    server.wait_for_count("*", accepted).await?;
    Ok(())
}
