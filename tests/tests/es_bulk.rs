//! Elasticsearch's clients and shippers send documents, and get the answers that they wait for.

use std::io::Write;
use std::process::Command;

use click_lite_tests::clients::{MANY, MULTI_BYTE, run_script};
use click_lite_tests::{Server, http, wait_for};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_python_clients_of_versions_8_and_9() -> anyhow::Result<()> {
    let server = Server::start()?;
    for version in ["8", "9"] {
        let printed = run_script("elasticsearch_client.py", &[version, &server.url()])?;
        let report: Value = serde_json::from_str(&printed)?;
        assert_eq!(
            report,
            json!({
                "cluster": "click-lite", "ping": true, "exists": true, "health": "green",
                "bulk": [MANY, 0], "streaming": MANY, "special": 2,
                "mixed": [1, [["delete", 400], ["update", 400]]], "single": "created",
            })
        );
        server.wait_for_count(&format!("service:bulk-{version}"), MANY).await?;
        server.wait_for_count(&format!("service:streaming-{version}"), MANY).await?;
        let row = &server.rows(&format!("service:bulk-{version} \"bulk number 4321\""), 10).await?[0];
        assert_eq!(row["Timestamp"], "2026-01-02T03:04:01.004321000Z");
        assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("warn"), &json!(13)));
        assert_eq!(row["ResourceAttributes"]["host.name"], "es-host");
        assert_eq!(
            row["LogAttributes"],
            json!({ "number": "4321", "elasticsearch.index": format!("web-{version}") })
        );
        server.wait_for_count(&format!("service:special-{version}"), 1).await?;
        let special = &server.rows(&format!("service:special-{version}"), 10).await?[0];
        assert_eq!(special["Body"], MULTI_BYTE);
        assert_eq!(
            special["LogAttributes"],
            json!({ "elasticsearch.index": "web-special", "elasticsearch.id": format!("id-{version}") })
        );
        server.wait_for_count(&format!("service:large-{version}"), 1).await?;
        let large = &server.rows(&format!("service:large-{version}"), 10).await?[0];
        assert_eq!(large["Body"].as_str().map(str::len), Some(100_000));
        server.wait_for_count(&format!("service:mixed-{version}"), 1).await?;
        server.wait_for_count(&format!("service:single-{version}"), 1).await?;
    }
    Ok(())
}

/// rsyslog with `omelasticsearch` reads a file to its end and sends it on.
#[tokio::test(flavor = "multi_thread")]
async fn rsyslog_sends_by_omelasticsearch() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("app.log");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&log)?);
    for number in 0..MANY {
        writeln!(file, "number {number}")?;
    }
    // A tab would be written as #011 by rsyslog's own sanitizing.
    let multi_byte = MULTI_BYTE.replace('\t', " ");
    writeln!(file, "{multi_byte}")?;
    writeln!(file, "long {}", "x".repeat(100_000))?;
    file.into_inner()?.sync_all()?;

    let work = folder.path().display();
    let port = server.url().rsplit(':').next().unwrap_or_default().to_owned();
    let config = format!(
        r#"
global(workDirectory="{work}" maxMessageSize="256k")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="omelasticsearch")
template(name="document" type="list" option.json="on") {{
  constant(value="{{\"@timestamp\":\"") property(name="timereported" dateFormat="rfc3339")
  constant(value="\",\"host\":\"rsyslog-host\",\"service\":\"rsyslog\",\"severity\":\"") property(name="syslogseverity-text")
  constant(value="\",\"message\":\"") property(name="msg")
  constant(value="\"}}")
}}
input(type="imfile" file="{log}" tag="app" severity="warning" ruleset="out")
ruleset(name="out" queue.type="LinkedList" queue.dequeueBatchSize="500") {{
  action(type="omelasticsearch" server="127.0.0.1" serverport="{port}" template="document" searchIndex="syslog-index"
         searchType="" bulkmode="on" errorFile="{work}/errors.json" action.resumeRetryCount="-1")
}}
"#,
        log = log.display(),
    );
    let config_file = folder.path().join("rsyslog.conf");
    std::fs::write(&config_file, config)?;
    let mut rsyslog = Program(
        Command::new("rsyslogd")
            .arg("-n")
            .arg("-f")
            .arg(&config_file)
            .arg("-i")
            .arg(folder.path().join("pid"))
            .stdout(std::fs::File::create(folder.path().join("rsyslog.out"))?)
            .stderr(std::fs::File::create(folder.path().join("rsyslog.err"))?)
            .spawn()?,
    );
    let counted = server.wait_for_count("service:rsyslog", MANY + 2).await;
    let said = std::fs::read_to_string(folder.path().join("rsyslog.err"))?;
    let refused = std::fs::read_to_string(folder.path().join("errors.json")).unwrap_or_default();
    assert!(counted.is_ok(), "{counted:?}\n{said}\n{refused}");
    assert_eq!(refused, "");
    let row = &server.rows("service:rsyslog \"number 777\"", 10).await?[0];
    assert_eq!((&row["SeverityText"], &row["SeverityNumber"]), (&json!("warning"), &json!(13)));
    assert_eq!(row["ResourceAttributes"]["host.name"], "rsyslog-host");
    assert_eq!(row["LogAttributes"]["elasticsearch.index"], "syslog-index");
    assert_eq!(server.rows("service:rsyslog 世界", 10).await?[0]["Body"], multi_byte);
    let long = &server.rows("service:rsyslog long", 10).await?[0];
    assert_eq!(long["Body"].as_str().map(str::len), Some(100_005));
    click_lite_tests::signal(rsyslog.0.id(), libc::SIGTERM)?;
    wait_for("rsyslog to end", || Ok(rsyslog.0.try_wait()?))?;
    Ok(())
}

struct Program(std::process::Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shippers_are_told_what_they_ask_and_browsers_see_the_interface() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = http()?;
    for prefix in ["", "/elastic"] {
        for (path, key) in [
            ("/", "version"),
            ("/_license", "license"),
            ("/_xpack", "features"),
            ("/_nodes/http", "nodes"),
            ("/_cluster/health", "status"),
            ("/_index_template/web", "index_templates"),
            ("/_template/web", "web"),
            ("/_ilm/policy/web", "web"),
            ("/_ingest/pipeline/web", "web"),
        ] {
            let answer = http.get(format!("{}{prefix}{path}", server.url())).send().await?;
            assert_eq!(
                (answer.status(), &answer.headers()["x-elastic-product"]),
                (200.try_into()?, &"Elasticsearch".parse()?)
            );
            let body: Value = answer.json().await?;
            assert!(!body[key].is_null(), "{path}: {body}");
        }
        for path in ["/_index_template/web", "/_ilm/policy/web", "/_ingest/pipeline/web", "/web-2026.01.02"] {
            let answer = http.put(format!("{}{prefix}{path}", server.url())).json(&json!({})).send().await?;
            assert_eq!(answer.json::<Value>().await?["acknowledged"], true, "{path}");
        }
        let exists = http
            .head(format!("{}{prefix}/web-2026.01.02", server.url()))
            .header("accept", "application/vnd.elasticsearch+json; compatible-with=8")
            .send()
            .await?;
        assert_eq!(
            (exists.status().as_u16(), exists.headers().contains_key("x-elastic-product")),
            (200, true)
        );
    }
    let templates = http.get(format!("{}/_cat/templates/web", server.url())).send().await?.text().await?;
    assert!(templates.starts_with("web "), "{templates}");
    let search = http.post(format!("{}/web/_search", server.url())).json(&json!({})).send().await?;
    assert_eq!(search.status(), 404);
    assert!(search.text().await?.contains("/api/v1/search"));

    for path in ["/", "/explore", "/settings"] {
        let page = http
            .get(format!("{}{path}", server.url()))
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .send()
            .await?;
        assert!(!page.headers().contains_key("x-elastic-product"), "{path}");
        assert!(!page.text().await?.contains("tagline"), "{path}");
    }
    // What no index may hide.
    for (path, status) in [("/healthz", 200), ("/metrics", 401), ("/readyz", 401), ("/api/v1/status", 401)] {
        let answer =
            http.get(format!("{}{path}", server.url())).header("accept", "application/json").send().await?;
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_has_its_answer() -> anyhow::Result<()> {
    let server = Server::start()?;
    let http = http()?;
    let bulk = |path: &str, body: Vec<u8>| {
        http.post(format!("{}{path}", server.url())).header("content-type", "application/x-ndjson").body(body)
    };
    let body = "{\"create\":{}}\n{\"message\":\"one\"}\n{\"index\":{\"_index\":\"b\"}}\n{\"message\": \n{\"create\":{}}\n{\"message\":\"two\"}\n";
    let answer: Value = bulk("/a/_bulk", body.into()).send().await?.json().await?;
    assert_eq!(answer["errors"], true);
    assert_eq!(answer["items"][0]["create"]["_index"], "a");
    assert_eq!(answer["items"][1]["index"]["error"]["type"], "document_parsing_exception");
    assert_eq!(answer["items"][2]["create"]["status"], 201);
    let filtered: Value =
        bulk("/_bulk?filter_path=errors,items.*.status", body.into()).send().await?.json().await?;
    assert_eq!(
        filtered,
        json!({ "errors": true, "items": [{ "create": { "status": 201 } }, { "index": { "status": 400 } }, { "create": { "status": 201 } }] })
    );
    server.wait_for_count("*", 4).await?;
    let metrics = http
        .get(format!("{}/metrics", server.url()))
        .bearer_auth(server.token())
        .send()
        .await?
        .text()
        .await?;
    assert!(metrics.contains("click_lite_receiver_rows_total{protocol=\"elasticsearch\"} 4"), "{metrics}");

    for (body, status) in
        [("", 400), ("no action\n", 400), ("{\"message\":\"one\"}\n{\"message\":\"two\"}\n", 400)]
    {
        let answer = bulk("/_bulk", body.into()).send().await?;
        assert_eq!(answer.status().as_u16(), status, "{body}");
        let answer: Value = answer.json().await?;
        assert_eq!(
            (&answer["status"], &answer["error"]["type"]),
            (&json!(400), &json!("illegal_argument_exception"))
        );
    }
    // 64 MiB of nothing in 64 KiB.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 * 3 {
        gzip.write_all(&vec![b' '; 1 << 20])?;
    }
    let bomb = bulk("/_bulk", gzip.finish()?).header("content-encoding", "gzip").send().await?;
    assert_eq!(bomb.status(), 413);
    let foreign = bulk("/_bulk", body.into()).header("origin", "http://evil.example").send().await?;
    assert_eq!(foreign.status(), 403);
    let foreign = http.put(format!("{}/web", server.url())).header("host", "evil.example").send().await?;
    assert_eq!(foreign.status(), 403);
    server.wait_for_count("*", 4).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_in_one_request_take_little_memory() -> anyhow::Result<()> {
    let server = Server::start()?;
    let line = format!(
        "{{\"create\":{{\"_index\":\"big\"}}}}\n{{\"message\":\"{}\",\"service\":\"big\"}}\n",
        "word ".repeat(180)
    );
    let documents = 100_000_000 / line.len();
    let body = line.repeat(documents);
    let before = peak_memory_bytes(server.pid())?;
    let answer: Value =
        http()?.post(format!("{}/_bulk", server.url())).body(body).send().await?.json().await?;
    let grown = peak_memory_bytes(server.pid())? - before;
    assert_eq!(
        (&answer["errors"], answer["items"].as_array().map(Vec::len)),
        (&json!(false), Some(documents))
    );
    assert!(grown < 150 << 20, "the server grew by {} MiB", grown >> 20);
    server.wait_for_count("service:big", documents as u64).await?;
    Ok(())
}

fn peak_memory_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_is_told_in_the_words_of_each_protocol() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__SPOOL__MAX_BYTES=67108864"])?;
    click_lite_tests::clients::fill_spool(&server).await?;
    let bulk = post(&server, "/_bulk", "{\"create\":{}}\n{\"message\":\"one\"}\n").await;
    let push =
        json!({ "streams": [{ "stream": { "app": "x" }, "values": [["1767323045000000000", "line"]] }] });
    let push = post(&server, "/loki/api/v1/push", &push.to_string()).await;
    let event = post(&server, "/services/collector", "{\"event\":\"x\"}").await;
    let health = http()?
        .get(format!("{}/services/collector/health", server.url()))
        .send()
        .await?
        .json::<Value>()
        .await;
    click_lite_tests::signal(server.engine_pid()?, libc::SIGCONT)?;

    let (status, text) = bulk?;
    let answer: Value = serde_json::from_str(&text)?;
    assert_eq!((status, &answer["error"]["type"]), (429, &json!("es_rejected_execution_exception")));
    let (status, text) = push?;
    assert_eq!((status, text.contains("spool")), (429, true), "{text}");
    let (status, text) = event?;
    let answer: Value = serde_json::from_str(&text)?;
    assert_eq!((status, &answer["code"], &answer["text"]), (503, &json!(9), &json!("Server is busy")));
    assert_eq!(health?["code"], 18);
    Ok(())
}

async fn post(server: &Server, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
    let answer = http()?
        .post(format!("{}{path}", server.url()))
        .header("content-type", "application/json")
        .body(body.to_owned())
        .send()
        .await?;
    let says_when = answer.headers().contains_key("retry-after");
    let (status, text) = (answer.status().as_u16(), answer.text().await?);
    anyhow::ensure!(says_when, "{path} does not say when to come again: {status} {text}");
    Ok((status, text))
}
