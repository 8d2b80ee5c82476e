//! Attributes that have a column of their own: the same answers, from less.

use std::fmt::Write as _;

use click_lite_tests::Server;
use reqwest::Method;
use serde_json::{Value, json};

const RECORDS: u64 = 20_000;
const QUESTIONS: [&str; 6] = [
    "attr.ms:>500 | stats count() as n",
    "ms:>=990 | stats count() as n, max(ms) as most",
    "* | stats avg(ms) as mean, uniq(path) as paths by service | sort service",
    "path:/item/1* | stats count() as n",
    "* | top 3 path",
    "* | stats count() as n by host | sort host",
];

async fn send(server: &Server, method: Method, path: &str, body: Value) -> anyhow::Result<(u16, Value)> {
    let body = (!body.is_null()).then(|| body.to_string());
    let (status, text) = server.client()?.request(method, path, body).await?;
    Ok((status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? }))
}

/// Rows and statements of the questions; `limit` tells them from those that were asked before.
async fn answers(server: &Server, limit: usize) -> anyhow::Result<(Vec<Value>, String)> {
    let (mut rows, mut statements) = (Vec::new(), String::new());
    for query in QUESTIONS {
        let answer = server.call("/api/v1/search", &json!({ "query": query, "limit": limit })).await?;
        statements.push_str(answer["sql"].as_str().unwrap_or_default());
        rows.push(answer["rows"].clone());
    }
    Ok((rows, statements))
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_attributes_change_no_answer() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let mut body = String::new();
    for number in 0..RECORDS {
        let service = ["cart", "web"][(number % 2) as usize];
        let ms = if number % 50 == 7 { "none".to_owned() } else { (number % 1_000).to_string() };
        writeln!(
            body,
            r#"{{"message":"record {number}","service":"{service}","host":"h{}","ms":"{ms}","path":"/item/{}"}}"#,
            number % 3,
            number % 20
        )?;
    }
    server.ingest("application/x-ndjson", body.clone()).await?;
    server.wait_for_count("*", RECORDS).await?;

    // The host has one from the start.
    let listed = server.get("/api/v1/storage/columns").await?;
    assert_eq!(listed["columns"][0]["attribute"], "resource.host.name", "{listed}");
    let (before, statements) = answers(&server, 100).await?;
    assert!(
        statements.contains("resource_host_name_text") && !statements.contains("attr_ms"),
        "{statements}"
    );

    let number = json!({ "attribute": "ms", "type": "number" });
    let (status, made) = send(&server, Method::POST, "/api/v1/storage/columns", number.clone()).await?;
    assert_eq!((status, &made["name"]), (201, &json!("attr_ms_number")), "{made}");
    let (status, made) = send(
        &server,
        Method::POST,
        "/api/v1/storage/columns",
        json!({ "attribute": "attr.path", "type": "text" }),
    )
    .await?;
    assert_eq!((status, &made["clickhouse_type"]), (201, &json!("LowCardinality(String)")), "{made}");
    let (after, statements) = answers(&server, 101).await?;
    assert_eq!(after, before);
    assert!(statements.contains("attr_ms_number") && statements.contains("attr_path_text"), "{statements}");

    // Records that come later have it, too, also after a start.
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 2 * RECORDS).await?;
    server.restart()?;
    let (twice, statements) = answers(&server, 102).await?;
    assert_eq!(twice[0][0]["n"].as_u64(), before[0][0]["n"].as_u64().map(|count| 2 * count));
    assert!(statements.contains("attr_ms_number"), "{statements}");

    for (request, code, expected) in [
        (number, "column.exists", 409),
        (json!({ "attribute": "level", "type": "text" }), "column.attribute", 400),
        (json!({ "attribute": "", "type": "text" }), "column.attribute", 400),
    ] {
        let (status, error) = send(&server, Method::POST, "/api/v1/storage/columns", request).await?;
        assert_eq!((status, error["error"]["code"].as_str()), (expected, Some(code)), "{error}");
    }
    for (name, expected) in
        [("attr_ms_number", 204), ("attr_ms_number", 404), ("Body", 404), ("attr_path_text", 204)]
    {
        let path = format!("/api/v1/storage/columns/{name}");
        let (status, answer) = send(&server, Method::DELETE, &path, Value::Null).await?;
        assert_eq!(status, expected, "{name}: {answer}");
    }
    let (without, statements) = answers(&server, 103).await?;
    assert_eq!(without, twice);
    assert!(!statements.contains("attr_"), "{statements}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_often_is_proposed() -> anyhow::Result<()> {
    const MOST_QUESTIONS: u32 = 2_000;
    let mut server = Server::start()?;
    let mut body = String::new();
    for number in 0..60_000_u32 {
        let ms = number % 1_000;
        writeln!(body, r#"{{"message":"record {number}","ms":"{ms}.5","path":"/item/{}"}}"#, number % 20)?;
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 60_000).await?;
    let listed = server.get("/api/v1/storage/columns").await?;
    assert_eq!(listed["suggestions"], json!([]), "nothing was asked yet");

    // Each is another question, so that none is answered from what is known. No record has `nothere`, and equality is
    // served by an index.
    let mut asked = 0;
    let suggestions = loop {
        asked += 1;
        anyhow::ensure!(asked < MOST_QUESTIONS, "nothing is proposed after {asked} questions");
        let query = format!("path:/item/1 | stats avg(ms), max(nothere) | eval x = {asked}");
        server.call("/api/v1/search", &json!({ "query": query })).await?;
        let sql = format!("SELECT max(toFloat64OrNull(LogAttributes['ms'])) + {asked} FROM otel_logs");
        server.call("/api/v1/sql", &json!({ "sql": sql })).await?;
        if asked % 10 == 0 {
            let listed = server.get("/api/v1/storage/columns").await?;
            if listed["suggestions"] != json!([]) {
                break listed["suggestions"].clone();
            }
        }
    };
    let [one] = suggestions.as_array().map(Vec::as_slice).unwrap_or_default() else {
        anyhow::bail!("one attribute was asked for: {suggestions}");
    };
    assert_eq!((&one["attribute"], &one["type"]), (&json!("attr.ms"), &json!("number")), "{one}");
    assert_eq!(one["share"], 1.0, "{one}");
    assert!(one["queries"].as_u64() >= Some(10) && one["seconds"].as_f64() >= Some(1.0), "{one}");

    // It is known after a start, until there is a column.
    server.restart()?;
    let listed = server.get("/api/v1/storage/columns").await?;
    assert_eq!(listed["suggestions"][0]["attribute"], "attr.ms", "{listed}");
    let wanted = json!({ "attribute": one["attribute"], "type": one["type"] });
    let (status, made) = send(&server, Method::POST, "/api/v1/storage/columns", wanted).await?;
    assert_eq!(status, 201, "{made}");
    let listed = server.get("/api/v1/storage/columns").await?;
    assert_eq!(listed["suggestions"], json!([]), "{listed}");
    Ok(())
}
