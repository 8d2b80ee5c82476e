//! Senders of Grafana Loki push their entries.

use std::io::Write;

use click_lite_tests::clients::{MANY, MULTI_BYTE, run_script};
use click_lite_tests::{Server, http};
use serde_json::{Value, json};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test(flavor = "multi_thread")]
async fn python_logging_sends_json() -> anyhow::Result<()> {
    let server = Server::start()?;
    let report: Value = serde_json::from_str(&run_script("loki_client.py", &["logging", &server.url()])?)?;
    assert_eq!(report, json!({ "failures": [] }));
    server.wait_for_count("service:loki-logging", MANY + 2).await?;
    let row = &server.rows("\"number 4321\"", 10).await?[0];
    assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("info"), &json!(9)));
    assert_eq!(
        row["LogAttributes"],
        json!({ "application": "loki-logging", "region": "eu", "logger": "orders.1" })
    );
    let special = &server.rows("special:yes", 10).await?[0];
    assert_eq!((&special["Body"], &special["SeverityText"]), (&json!(MULTI_BYTE), &json!("error")));
    let long = &server.rows("level:warn", 10).await?[0];
    assert_eq!(long["Body"].as_str().map(str::len), Some(100_000));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn protobuf_in_snappy_with_structured_metadata() -> anyhow::Result<()> {
    let server = Server::start()?;
    let report: Value = serde_json::from_str(&run_script("loki_client.py", &["protobuf", &server.url()])?)?;
    assert_eq!(report, json!({ "statuses": [204] }));
    server.wait_for_count("service:loki-protobuf", MANY).await?;
    let row = &server.rows("service:loki-protobuf user:4321", 10).await?[0];
    assert_eq!(row["Timestamp"], "2026-01-02T03:04:05.000004321Z");
    assert_eq!(row["Body"], "level=warn number=4321");
    // Told from the line, because no label says it.
    assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("warn"), &json!(13)));
    assert_eq!(row["TraceId"], TRACE);
    assert_eq!(
        row["LogAttributes"],
        json!({ "user": "4321", "app": "loki-protobuf", "job": "varlogs", "filename": "/var/log/a.log" })
    );
    server.wait_for_count("service:loki-special level:error", 2).await?;
    let mut bodies: Vec<String> = server
        .rows("service:loki-special", 10)
        .await?
        .iter()
        .filter_map(|row| row["Body"].as_str().map(ToOwned::to_owned))
        .collect();
    bodies.sort_by_key(String::len);
    assert_eq!((bodies[0].as_str(), bodies[1].len()), (MULTI_BYTE, 100_000));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_and_the_rest_is_taken() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = http()?;
    let push = |kind: &str, encoding: &str, body: Vec<u8>| {
        http.post(format!("{}/loki/api/v1/push", server.url()))
            .header("content-type", kind)
            .header("content-encoding", encoding)
            .body(body)
    };
    let body = json!({ "streams": [{ "stream": { "service_name": "mixed" }, "values": [
        ["1767323045000000000", "fine", { "user": "7" }], ["1767323045000000000"],
        ["1767323045000000000", "{\"level\":\"error\",\"msg\":\"kept as it is\"}"],
    ] }] })
    .to_string();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes())?;
    let answer = push("application/json", "gzip", gzip.finish()?).send().await?;
    assert_eq!(answer.status(), 400);
    let text = answer.text().await?;
    assert!(text.contains("1 entries were refused, the others taken; entry 1"), "{text}");
    server.wait_for_count("service:mixed", 2).await?;
    let row = &server.rows("service:mixed level:error", 10).await?[0];
    assert_eq!(row["Body"], "{\"level\":\"error\",\"msg\":\"kept as it is\"}");

    // The path of before 1.0.
    let old = json!({ "streams": [{ "labels": "{app=\"old\"}", "entries": [{ "ts": "2026-01-02T03:04:05Z", "line": "x" }] }] });
    let answer = http.post(format!("{}/api/prom/push", server.url())).json(&old).send().await?;
    assert_eq!(answer.status(), 204);
    server.wait_for_count("service:old", 1).await?;
    assert_eq!(http.get(format!("{}/ready", server.url())).send().await?.text().await?, "ready\n");

    // A block that says to be 4 GiB, one that says to be more than its bytes can become, and what is none.
    for (body, status) in
        [(&b"\xff\xff\xff\xff\x0f\x00"[..], 413), (b"\x80\x80\x80\x10\x00", 400), (b"\x05hello", 400)]
    {
        let answer = push("application/x-protobuf", "snappy", body.to_vec()).send().await?;
        assert_eq!(answer.status().as_u16(), status, "{body:?}");
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        gzip.write_all(&vec![b' '; 1 << 20])?;
    }
    assert_eq!(push("application/json", "gzip", gzip.finish()?).send().await?.status(), 413);
    for (kind, body, status) in
        [("application/json", "{", 400), ("application/x-protobuf", "", 400), ("text/plain", "x", 415)]
    {
        assert_eq!(push(kind, "", body.into()).send().await?.status().as_u16(), status, "{kind} {body}");
    }
    let foreign =
        push("application/json", "", body.into()).header("origin", "http://evil.example").send().await?;
    assert_eq!(foreign.status(), 403);
    server.wait_for_count("*", 3).await?;
    Ok(())
}
