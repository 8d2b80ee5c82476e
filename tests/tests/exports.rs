//! Files of whole answers, read by the programs that people open them with.

use std::io::Read as _;
use std::time::Duration;

use anyhow::Context as _;
use click_lite_tests::{Server, clients, http};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

const RECORDS: usize = 12_345;
/// Several scripts, an emoji, quotes, a line break and what a spreadsheet would compute.
const DIFFICULT: &str = "=1+1 Grüße, 世界 🦀 \"quoted\"\nnext line";

async fn export(server: &Server, body: &Value) -> anyhow::Result<Response> {
    let request = http()?.post(format!("{}/api/v1/exports", server.url())).bearer_auth(server.token());
    Ok(request.json(body).send().await?)
}

/// The file; an error where there is none.
async fn file(server: &Server, body: &Value) -> anyhow::Result<Vec<u8>> {
    let answer = export(server, body).await?;
    let status = answer.status();
    let bytes = answer.bytes().await?;
    anyhow::ensure!(status.is_success(), "{body}: {status} {}", String::from_utf8_lossy(&bytes));
    Ok(bytes.into())
}

/// What another program reads in a file.
async fn read(server: &Server, body: &Value) -> anyhow::Result<Value> {
    let bytes = file(server, body).await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("file.{}", body["format"].as_str().unwrap_or_default()));
    std::fs::write(&path, bytes)?;
    let path = path.to_str().context("a path")?;
    Ok(serde_json::from_str(&clients::run_script("read_export.py", &[path])?)?)
}

fn service(number: usize) -> &'static str {
    ["cart", "web", "pay"][number / 24 % 3]
}

async fn filled(server: &Server) -> anyhow::Result<()> {
    let mut body = String::new();
    for number in 0..RECORDS {
        let message = if number == 0 { DIFFICULT.to_owned() } else { format!("record {number}") };
        let record = json!({
            "timestamp": format!("2026-11-20T{:02}:{:02}:00.123456789Z", number % 24, number % 60),
            "level": (["info", "error"][number % 2]), "service": service(number),
            "message": message, "ms": number % 100, "order": format!("{}", 9_007_199_254_740_993_u64),
        });
        body.push_str(&record.to_string());
        body.push('\n');
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", RECORDS as u64).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_every_row_and_every_character() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;

    // More rows than a page of a search may have.
    let lines = file(&server, &json!({ "query": "*", "format": "ndjson" })).await?;
    let lines = String::from_utf8(lines)?;
    let rows: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(rows.len(), RECORDS);
    let first = rows.iter().find(|row| row["message"] == DIFFICULT).context("the difficult one")?;
    assert_eq!(first["time"], "2026-11-20T00:00:00.123456789Z");
    assert_eq!(first["LogAttributes"]["order"], "9007199254740993");
    assert!(rows.windows(2).all(|pair| pair[0]["time"].as_str() >= pair[1]["time"].as_str()), "newest first");

    let asked = json!({ "query": "level:error | stats count() as n, max(ms) as most by service | sort service", "format": "csv" });
    let csv = String::from_utf8(file(&server, &asked).await?)?;
    let errors =
        |name: &str| (0..RECORDS).filter(|number| number % 2 == 1 && service(*number) == name).count();
    let expected = ["cart", "pay", "web"].map(|name| format!("{name},{},99\r\n", errors(name)));
    assert_eq!(csv, format!("service,n,most\r\n{}", expected.concat()));
    let asked = json!({ "query": "Grüße", "format": "csv", "columns": ["message", "ms"] });
    let csv = String::from_utf8(file(&server, &asked).await?)?;
    assert_eq!(csv, format!("message,ms\r\n\"{}\",0\r\n", DIFFICULT.replace('"', "\"\"")));

    // Compressed on the way, as browsers ask for it.
    let asked = json!({ "query": "*", "format": "csv", "columns": ["service"] });
    let request = http()?.post(format!("{}/api/v1/exports", server.url())).bearer_auth(server.token());
    let answer = request.header("accept-encoding", "gzip").json(&asked).send().await?;
    assert_eq!(answer.headers().get("content-encoding").map(|name| name.as_bytes()), Some(&b"gzip"[..]));
    let mut csv = String::new();
    flate2::read::GzDecoder::new(&*answer.bytes().await?).read_to_string(&mut csv)?;
    assert_eq!(csv.lines().count(), RECORDS + 1);

    // As a person opens it: times are times, texts are texts, whatever they begin with.
    let asked = json!({ "query": "*", "format": "xlsx", "columns": ["time", "message", "order"] });
    let book = read(&server, &asked).await?;
    let sheet = &book["Rows"];
    let rows = sheet["rows"].as_array().context("rows")?;
    assert_eq!((rows.len(), &rows[0]), (RECORDS + 1, &json!(["time", "message", "order"])));
    let first = rows.iter().find(|row| row[1] == DIFFICULT).context("the difficult one")?;
    assert_eq!(first[0], "2026-11-20T00:00:00.123000", "to the millisecond, of which Excel knows");
    assert_eq!(first[2], "9007199254740993", "no digit is lost");
    assert_eq!((&sheet["frozen"], &sheet["formulas"]), (&json!("A2"), &json!(0)));
    assert_eq!(sheet["filter"], format!("A1:C{}", RECORDS + 1));
    let about = book["Query"]["rows"].to_string();
    assert!(about.contains("ORDER BY Timestamp DESC") && about.contains("UTC"), "{about}");

    // A series has a chart, and stands across.
    let asked = json!({ "query": "* | timechart span=1h count() by service", "format": "xlsx" });
    let book = read(&server, &asked).await?;
    assert_eq!(book["Rows"]["rows"].as_array().map(Vec::len), Some(24 * 3 + 1));
    assert_eq!(book["Across"]["rows"][0], json!(["time", "cart", "pay", "web"]), "{book}");
    assert_eq!(book["Across"]["rows"].as_array().map(Vec::len), Some(25));
    assert_eq!((&book["Chart"]["charts"], &book["Across"]["charts"]), (&json!(1), &json!(0)));

    let table = read(&server, &json!({ "sql": "SELECT Timestamp AS time, Body, LogAttributes, IngestId FROM otel_logs", "format": "parquet" })).await?;
    assert_eq!(table["count"], RECORDS, "{table}");
    assert_eq!(table["columns"]["time"], "timestamp[ns, tz=UTC]", "{table}");
    assert_eq!(table["columns"]["IngestId"], "uint64", "{table}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_said() -> anyhow::Result<()> {
    let server = Server::start_configured("[budget]\nask_rows = 100\n")?;
    filled(&server).await?;
    for (body, status, code) in [
        (json!({ "format": "csv" }), 400, "export.question"),
        (json!({ "format": "csv", "query": "*", "sql": "SELECT 1" }), 400, "export.question"),
        (json!({ "format": "csv", "query": "level:(" }), 400, "query.syntax"),
        (json!({ "format": "csv", "sql": "SELECT nothing FROM otel_logs" }), 400, "sql.unknown_column"),
        (
            json!({ "format": "parquet", "sql": "SELECT throwIf(number = 9999) FROM numbers(10000)" }),
            400,
            "sql.refused",
        ),
        (
            json!({ "format": "xlsx", "sql": "SELECT throwIf(number = 9999) FROM numbers(10000)" }),
            400,
            "sql.refused",
        ),
        (json!({ "format": "csv", "sql": "DROP TABLE otel_logs" }), 400, "sql.not_allowed"),
        (json!({ "format": "csv", "query": "* | stats count() by ms" }), 422, "query.over_budget"),
    ] {
        let (found, error) = server.refused("/api/v1/exports", &body).await?;
        assert_eq!((found, error.code.as_str()), (status, code), "{body}: {}", error.message);
    }
    // Agreed to, it runs; records without pipes are never asked about.
    let confirmed =
        json!({ "format": "csv", "query": "* | stats count() as n", "budget": { "confirmed": true } });
    assert_eq!(file(&server, &confirmed).await?, b"n\r\n12345\r\n");
    let asked =
        json!({ "format": "ndjson", "query": "*", "limit": 7, "columns": ["service"], "name": "Größe / 1" });
    let answer = export(&server, &asked).await?;
    let disposition = answer.headers()["content-disposition"].to_str()?.to_owned();
    assert_eq!(
        disposition,
        "attachment; filename=\"Gr__e - 1.ndjson\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20-%201.ndjson"
    );
    assert_eq!(answer.text().await?.lines().count(), 7);

    // A failure in the middle must not look like an end.
    let late =
        json!({ "format": "csv", "sql": "SELECT number, throwIf(number = 900000) FROM numbers(1000000)" });
    let answer = export(&server, &late).await?;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.is_err(), "the answer is cut off");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_that_is_full_says_so() -> anyhow::Result<()> {
    let server = Server::start()?;
    let most = json!({ "format": "xlsx", "sql": "SELECT 1 AS n FROM numbers(1048575)" });
    let full = export(&server, &most).await?;
    assert_eq!(full.status(), StatusCode::OK);
    assert_eq!(full.headers().get("x-first-rows"), None, "all of them are there");

    // One row more.
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("rows.xlsx").display().to_string();
    let done = server
        .command("query", &["--sql", "SELECT 1 AS n FROM numbers(1048576)", "--confirm", "--out", &out])?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("the first 1,048,575 rows"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_can_be_cancelled() -> anyhow::Result<()> {
    let server = Server::start()?;
    let body = json!({ "format": "xlsx", "query_id": "export-1",
        "sql": "SELECT number FROM numbers(100000000000) WHERE sipHash64(number) % 1000000 = 1" });
    let waiting = tokio::spawn({
        let request =
            http()?.post(format!("{}/api/v1/exports", server.url())).bearer_auth(server.token()).json(&body);
        async move { request.send().await }
    });
    tokio::time::sleep(Duration::from_millis(800)).await;
    let running = server.get("/api/v1/queries/export-1").await?;
    assert_eq!((&running["kind"], &running["state"]), (&json!("export"), &json!("running")), "{running}");
    let client = server.client()?;
    let (status, _) = client.request(reqwest::Method::DELETE, "/api/v1/queries/export-1", None).await?;
    assert!(status < 300, "{status}");
    let answer = waiting.await??;
    assert_eq!(answer.status(), StatusCode::CONFLICT, "{}", answer.text().await?);
    // Who goes away ends it as well.
    let mut body = body;
    body["query_id"] = json!("export-2");
    let request = http()?.post(format!("{}/api/v1/exports", server.url())).bearer_auth(server.token());
    let left = tokio::time::timeout(Duration::from_millis(800), request.json(&body).send()).await;
    assert!(left.is_err(), "it takes longer");
    for query_id in ["export-1", "export-2"] {
        let path = format!("/api/v1/queries/{query_id}");
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while server.get(&path).await?["state"] != "cancelled" {
            anyhow::ensure!(std::time::Instant::now() < until, "{query_id} goes on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_writes_files() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;
    let folder = tempfile::tempdir()?;
    let out = |name: &str| folder.path().join(name).display().to_string();

    let done =
        server.command("query", &["level:error", "--columns", "message", "--out", &out("rows.csv")])?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = std::fs::read_to_string(out("rows.csv"))?;
    assert_eq!(text.lines().count(), RECORDS / 2 + 1, "all rows, not the usual hundred");
    let done = server.command("query", &["--sql", "SELECT 1 AS one", "--out", &out("one.ndjson")])?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(std::fs::read_to_string(out("one.ndjson"))?, "{\"one\":1}\n");

    // What fails leaves the file of before as it was, and nothing beside it.
    for arguments in [
        ["--sql", "SELECT number, throwIf(number = 900000) FROM numbers(1000000)", "--out", &out("rows.csv")],
        ["--sql", "SELECT nothing FROM otel_logs", "--out", &out("rows.csv")],
        ["--sql", "SELECT 1", "--out", &out("rows.doc")],
    ] {
        let failed = server.command("query", &arguments)?;
        assert_eq!(failed.status.code(), Some(1), "{}", String::from_utf8_lossy(&failed.stderr));
    }
    assert_eq!(std::fs::read_to_string(out("rows.csv"))?, text);
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 2);
    Ok(())
}
