//! Senders of Splunk's HTTP Event Collector.

use std::io::Write;
use std::process::Command;

use click_lite_tests::clients::{MANY, MULTI_BYTE, run, run_script};
use click_lite_tests::{Server, http};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_python_handlers() -> anyhow::Result<()> {
    let server = Server::start()?;
    let url = server.url();
    let (host, port) = url.trim_start_matches("http://").split_once(':').expect("an address");
    run_script("splunk_client.py", &["splunk_handler", host, port])?;
    server.wait_for_count("source:handler", MANY + 2).await?;
    let row = &server.rows("source:handler \"number 4321\"", 10).await?[0];
    assert_eq!(row["ResourceAttributes"]["host.name"], "splunk-host");
    assert_eq!(row["LogAttributes"], json!({ "source": "handler", "sourcetype": "plain", "index": "main" }));
    assert_eq!(server.rows("source:handler 世界", 10).await?[0]["Body"], MULTI_BYTE);

    run_script("splunk_client.py", &["splunk_hec_handler", host, port])?;
    server.wait_for_count("source:hec-handler", MANY + 2).await?;
    let row = &server.rows("source:hec-handler user:4321", 10).await?[0];
    assert_eq!((&row["Body"], &row["SeverityText"]), (&json!("number 4321"), &json!("WARNING")));
    assert_eq!(
        row["LogAttributes"],
        json!({ "user": "4321", "source": "hec-handler", "sourcetype": "_json", "index": "main" })
    );
    let special = &server.rows("source:hec-handler level:error", 10).await?[0];
    assert_eq!(special["Body"], MULTI_BYTE);
    for (query, body_bytes) in [("source:handler xxx*", 100_000), ("source:hec-handler level:info", 100_000)]
    {
        let rows = server.rows(query, 10).await?;
        assert_eq!(rows[0]["Body"].as_str().map(str::len), Some(body_bytes), "{query}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_sends_a_large_file_of_events_and_of_raw_lines() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let (events, lines) = (folder.path().join("events.json"), folder.path().join("lines.log"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&events)?);
    for number in 0..MANY {
        // One after the other, without anything between them.
        write!(
            file,
            "{}",
            json!({ "time": 1_767_323_045.25, "event": { "message": format!("event {number} {MULTI_BYTE}"), "n": number } })
        )?;
    }
    file.into_inner()?.sync_all()?;
    let mut file = std::io::BufWriter::new(std::fs::File::create(&lines)?);
    for number in 0..MANY {
        writeln!(file, "raw line {number}")?;
    }
    file.into_inner()?.sync_all()?;
    let send = |path: &str, file: &std::path::Path| {
        run(Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-H", "Authorization: Splunk any", "--data-binary"])
            .arg(format!("@{}", file.display()))
            .arg(format!("{}{path}", server.url())))
    };
    let answer: Value = serde_json::from_str(&send("/services/collector/event", &events)?)?;
    assert_eq!(answer, json!({ "text": "Success", "code": 0 }));
    let path =
        "/services/collector/raw?channel=c1&host=h1&source=s1&sourcetype=t1&index=i1&time=1767323045.5";
    let answer: Value = serde_json::from_str(&send(path, &lines)?)?;
    assert_eq!((&answer["code"], answer["ackId"].is_u64()), (&json!(0), true), "{answer}");

    server.wait_for_count("*", 2 * MANY).await?;
    let row = &server.rows("n:777", 10).await?[0];
    assert_eq!(row["Body"], format!("event 777 {MULTI_BYTE}"));
    assert_eq!(row["Timestamp"], "2026-01-02T03:04:05.250000000Z");
    let row = &server.rows("\"raw line 777\"", 10).await?[0];
    assert_eq!(row["Timestamp"], "2026-01-02T03:04:05.500000000Z");
    assert_eq!(row["ResourceAttributes"]["host.name"], "h1");
    assert_eq!(row["LogAttributes"], json!({ "source": "s1", "sourcetype": "t1", "index": "i1" }));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgements_and_errors_are_those_of_splunk() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let http = http()?;
    let base = server.url();
    let post = |path: &str, body: &str| {
        http.post(format!("{base}/services/collector{path}"))
            .header("authorization", "Splunk any")
            .body(body.to_owned())
    };
    for (path, body, status, code, number) in [
        ("", "", 400, 5, None),
        ("/raw", "\n\n", 400, 5, None),
        ("", "{\"event\":\"a\"} {\"event\":", 400, 6, Some(1)),
        ("", "{\"event\":\"b\"} {\"time\":1}", 400, 12, Some(1)),
        ("/event/1.0", "{\"event\":\"\"}", 400, 13, Some(0)),
        ("/event", "{\"event\":\"c\",\"fields\":[1]}", 400, 15, Some(0)),
        ("/ack", "{\"acks\":[1]}", 400, 10, None),
    ] {
        let answer = post(path, body).send().await?;
        assert_eq!(answer.status().as_u16(), status, "{body}");
        let answer: Value = answer.json().await?;
        assert_eq!(
            (answer["code"].as_u64(), answer["invalid-event-number"].as_u64()),
            (Some(code), number),
            "{answer}"
        );
    }
    server.wait_for_count("*", 2).await?;

    let mut ids = Vec::new();
    for _ in 0..3 {
        let answer: Value = post("", "{\"event\":\"d\"}")
            .header("x-splunk-request-channel", "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba")
            .send()
            .await?
            .json()
            .await?;
        ids.push(answer["ackId"].as_u64().expect("an id"));
    }
    assert!(ids[0] < ids[1] && ids[1] < ids[2] && ids[2] < 1 << 53, "{ids:?}");
    let never = ids[2] + 1_000_000_000;
    let question = json!({ "acks": [ids[0], ids[2], never] }).to_string();
    let answer: Value = post("/ack?channel=c", &question).send().await?.json().await?;
    assert_eq!(answer["acks"][ids[0].to_string()], true);
    assert_eq!(answer["acks"][ids[2].to_string()], true);
    assert_eq!(answer["acks"][never.to_string()], false);

    // Docker's driver asks so whether the collector is there.
    let options =
        http.request(reqwest::Method::OPTIONS, format!("{base}/services/collector/event/1.0")).send().await?;
    assert_eq!(options.status(), 200);
    let health = http.get(format!("{base}/services/collector/health")).send().await?;
    assert_eq!(health.json::<Value>().await?, json!({ "text": "HEC is healthy", "code": 17 }));
    let docker = r#"{"event":{"line":"from a container","source":"stdout","tag":"ab12"},"time":"1767323045.123456","host":"dock"}"#;
    assert_eq!(post("/event/1.0", docker).send().await?.status(), 200);
    server.wait_for_count("\"from a container\" tag:ab12 source:stdout", 1).await?;

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..900 {
        gzip.write_all(&vec![b' '; 1 << 20])?;
    }
    let bomb = http
        .post(format!("{base}/services/collector"))
        .header("content-encoding", "gzip")
        .body(gzip.finish()?)
        .send()
        .await?;
    assert_eq!(bomb.status(), 413);
    let foreign = post("", "{\"event\":\"x\"}").header("origin", "http://evil.example").send().await?;
    assert_eq!(foreign.status(), 403);
    server.wait_for_count("*", 6).await?;

    // What was acknowledged stays so after a restart.
    server.restart()?;
    let answer: Value = http
        .post(format!("{}/services/collector/ack?channel=c", server.url()))
        .body(question)
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(
        (&answer["acks"][ids[2].to_string()], &answer["acks"][never.to_string()]),
        (&json!(true), &json!(false))
    );
    Ok(())
}
