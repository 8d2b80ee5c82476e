//! Searching what is stored: pages, errors, facets, streams, cancelling.

use click_lite_tests::{Server, signal};
use serde_json::{Value, json};

async fn filled() -> anyhow::Result<Server> {
    let server = Server::start()?;
    let mut body = String::new();
    for n in 0..2500u64 {
        // Many records share a time, so that pages can't be told by time alone.
        let level = ["info", "info", "warn", "error"][n as usize % 4];
        let service = ["api", "cart"][n as usize % 2];
        body += &json!({
            "timestamp": format!("2026-01-02T03:{:02}:00Z", n / 500), "level": level, "service": service, "host": format!("h{}", n % 3),
            "message": format!("request {n} done"), "n": n, "user.id": format!("u{}", n % 10),
        })
        .to_string();
        body.push('\n');
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 2500).await?;
    Ok(server)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_row_once_while_late_rows_arrive() -> anyhow::Result<()> {
    let server = filled().await?;
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    let mut pages = 0;
    loop {
        let call = json!({ "query": "request", "limit": 300, "cursor": cursor, "columns": ["n", "time"] });
        let answer = server.call("/api/v1/search", &call).await?;
        seen.extend(
            answer["rows"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| row["n"].as_str().unwrap_or("?").to_owned()),
        );
        cursor = answer["next_cursor"].clone();
        pages += 1;
        if pages == 2 {
            // Newer than what was shown, and of the same times: neither may move the pages.
            let late = "{\"timestamp\":\"2026-01-02T04:00:00Z\",\"message\":\"request late\",\"n\":\"late\"}\n{\"timestamp\":\"2026-01-02T03:04:00Z\",\"message\":\"request late\",\"n\":\"late\"}\n";
            server.ingest("application/x-ndjson", late).await?;
            server.wait_for_count("n:late", 2).await?;
        }
        if cursor.is_null() {
            break;
        }
    }
    seen.retain(|n| n != "late");
    assert_eq!(seen.len(), 2500);
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 2500);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_means_what_it_says() -> anyhow::Result<()> {
    let server = filled().await?;
    for (query, expected) in [
        ("*", 2500),
        ("", 2500),
        ("level:error", 625),
        ("level:>=warn", 1250),
        ("service:api level:error", 0),
        ("service:cart level:error", 625),
        ("service:api OR level:error", 1875),
        ("NOT service:api", 1250),
        ("-service:api -level:error", 625),
        ("n:>=2400", 100),
        ("n:>9 n:<100", 90),
        ("\"request 42 done\"", 1),
        ("\"done request\"", 0),
        ("REQUEST 42", 1),
        ("requ*", 2500),
        ("message:/request 4[0-3] done/", 4),
        ("user.id:u3", 250),
        ("host:h0 (service:api OR service:cart)", 834),
        ("user.id:*", 2500),
        ("missing:*", 0),
        ("n:(1 OR 2 OR 3)", 3),
        ("user.id:u*", 2500),
    ] {
        assert_eq!(server.count(query).await?, expected, "{query}");
        assert_eq!(server.rows(query, 10_000).await?.len() as u64, expected, "{query}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_where() -> anyhow::Result<()> {
    let server = Server::start()?;
    for (query, code, position) in [
        ("level:error (api OR", "query.syntax", 17),
        ("message:/([/", "query.regex", 10),
        ("a \"unclosed", "query.syntax", 2),
    ] {
        let (status, error) = server.refused("/api/v1/search", &json!({ "query": query })).await?;
        assert_eq!((status, error.code.as_str()), (400, code), "{query}: {error:?}");
        let found = error.details["position"].as_u64();
        assert!(found.is_some_and(|found| found.abs_diff(position) <= 1), "{query}: {error:?}");
        assert!(!error.request_id.is_empty());
    }
    let (_, error) =
        server.refused("/api/v1/search", &json!({ "query": "*", "from": "yesterdayish" })).await?;
    assert_eq!(error.code, "query.time");
    let (_, error) = server.refused("/api/v1/search", &json!({ "query": "*", "cursor": "nonsense" })).await?;
    assert_eq!(error.code, "query.cursor");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_count_and_histograms_add_up() -> anyhow::Result<()> {
    let server = filled().await?;
    let answer = server.call("/api/v1/fields", &json!({ "query": "service:cart" })).await?;
    assert_eq!((&answer["total_rows"], &answer["sampled_rows"]), (&json!(1250), &Value::Null));
    let fields = answer["fields"].as_array().expect("fields");
    let field = |name: &str| {
        fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("{name}: {answer}"))
    };
    assert_eq!(fields[0]["name"], "level");
    assert_eq!(field("level")["values"][0], json!({ "value": "error", "count": 625 }));
    assert_eq!(field("service")["values"], json!([{ "value": "cart", "count": 1250 }]));
    assert_eq!(field("n")["type"], "number");
    assert_eq!(field("user.id")["values"].as_array().map(Vec::len), Some(5));

    let values = server
        .call("/api/v1/field-values", &json!({ "query": "*", "field": "user.id", "prefix": "U" }))
        .await?;
    assert_eq!(values["values"].as_array().map(Vec::len), Some(10));
    assert_eq!(values["values"][0]["count"], 250);

    let histogram = server.call("/api/v1/histogram", &json!({ "query": "*", "from": "2026-01-02T03:00:00Z", "to": "2026-01-02T03:05:00Z", "buckets": 5 })).await?;
    assert_eq!(histogram["bucket_ms"], 60_000);
    assert_eq!(histogram["buckets"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        histogram["buckets"][0],
        json!({ "time": "2026-01-02T03:00:00.000000000Z", "total": 500, "levels": { "info": 250, "warn": 125, "error": 125 } })
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stream_and_the_sql_can_be_taken_over() -> anyhow::Result<()> {
    let server = filled().await?;
    let call = json!({ "query": "level:error user.id:u3", "limit": 1000 });
    let mut lines = server.client()?.lines("/api/v1/search", call.to_string()).await?;
    let mut rows = 0;
    let mut done = Value::Null;
    while let Some(batch) = lines.next_lines().await? {
        for line in batch {
            let value: Value = serde_json::from_str(&line)?;
            rows += value["rows"].as_array().map_or(0, Vec::len);
            if value.get("done").is_some() {
                done = value["done"].clone();
            }
        }
    }
    assert_eq!(rows, server.count("level:error user.id:u3").await? as usize);
    // Browsers take the stream compressed; it ends in an orderly way for them too.
    let answer = click_lite_tests::http()?
        .post(format!("{}/api/v1/search", server.url()))
        .header("authorization", format!("Bearer {}", server.token()))
        .header("accept", "application/x-ndjson")
        .header("accept-encoding", "gzip")
        .json(&call)
        .send()
        .await?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&answer.bytes().await?[..]), &mut text)?;
    assert!(text.lines().last().is_some_and(|line| line.starts_with("{\"done\"")), "{text}");
    assert!(done["stats"]["rows_read"].as_u64() > Some(0), "{done}");
    let sql = done["sql"].as_str().expect("a statement");
    assert!(sql.contains("u3'") && sql.contains("otel_logs"), "{sql}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_offers_fields_and_values() -> anyhow::Result<()> {
    let server = filled().await?;
    let answer = server.call("/api/v1/complete", &json!({ "query": "user", "cursor": 4 })).await?;
    let items = answer["items"].as_array().expect("items");
    assert!(items.iter().any(|item| item["text"] == "user.id:"), "{answer}");
    let answer = server.call("/api/v1/complete", &json!({ "query": "service:c", "cursor": 9 })).await?;
    assert_eq!(answer["items"][0]["text"], "cart", "{answer}");
    assert_eq!(answer["replace"], json!({ "from": 8, "to": 9 }));

    // The values are known by now: the letters that follow need no ClickHouse.
    let engine = server.engine_pid()?;
    signal(engine, libc::SIGSTOP)?;
    let answer = server.call("/api/v1/complete", &json!({ "query": "service:CA", "cursor": 10 })).await;
    signal(engine, libc::SIGCONT)?;
    assert_eq!(answer?["items"][0]["text"], "cart");

    // The names are known by now: one that is nearly right finds nothing, and the answer says why.
    let answer = server.call("/api/v1/search", &json!({ "query": "usr.id:u3" })).await?;
    assert_eq!(answer["rows"], json!([]));
    let hint = &answer["hints"][0];
    assert!(hint["message"].as_str().is_some_and(|message| message.contains("user.id")), "{answer}");
    assert_eq!((&hint["position"], &hint["length"]), (&json!(0), &json!(6)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_comes_before_the_engine_waits_for_it() -> anyhow::Result<()> {
    let mut server = filled().await?;
    server.restart_unready()?;
    let answer = server.call("/api/v1/search", &json!({ "query": "request", "limit": 1 })).await?;
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(1), "{answer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_are_answered_printed_and_completed() -> anyhow::Result<()> {
    let server = filled().await?;
    let answer = server.call("/api/v1/search", &json!({ "query": "* | stats count() by service" })).await?;
    assert_eq!(answer["shape"], "table");
    assert_eq!(
        answer["rows"],
        json!([{ "service": "api", "count()": 1250 }, { "service": "cart", "count()": 1250 }])
    );
    assert_eq!(answer["columns"][1], json!({ "name": "count()", "type": "UInt64" }));
    assert_eq!((&answer["truncated"], &answer["next_cursor"]), (&json!(false), &Value::Null));

    let call = json!({ "query": "level:error | timechart 1m count() as n", "limit": 2 });
    let answer = server.call("/api/v1/search", &call).await?;
    assert_eq!((&answer["shape"], &answer["bucket_seconds"]), (&json!("time_series"), &json!(60.0)));
    assert_eq!(answer["rows"][0], json!({ "time": "2026-01-02T03:00:00Z", "n": 125 }));
    assert_eq!((answer["rows"].as_array().map(Vec::len), &answer["truncated"]), (Some(2), &json!(true)));
    let mut lines = server.client()?.lines("/api/v1/search", call.to_string()).await?;
    let mut streamed = Vec::new();
    while let Some(batch) = lines.next_lines().await? {
        for line in batch {
            streamed.push(serde_json::from_str::<Value>(&line)?);
        }
    }
    let rows: usize = streamed.iter().map(|line| line["rows"].as_array().map_or(0, Vec::len)).sum();
    let done = streamed.last().map(|line| &line["done"]);
    assert_eq!((rows, done.map(|done| &done["truncated"])), (2, Some(&json!(true))));

    // Without an end the width of the buckets fits what is stored; other calls use the filter.
    let call = json!({ "query": "service:cart | timechart count()" });
    assert_eq!(server.call("/api/v1/search", &call).await?["bucket_seconds"], 5.0);
    assert_eq!(server.call("/api/v1/histogram", &call).await?["total"], 1250);
    assert_eq!(server.call("/api/v1/fields", &call).await?["total_rows"], 1250);
    let call = json!({ "query": "* | where n >= 2490 | eval half = n / 2 | sort n", "columns": ["message"] });
    let answer = server.call("/api/v1/search", &call).await?;
    assert_eq!((&answer["shape"], &answer["rows"][0]["half"]), (&json!("records"), &json!(1245)));
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(10));

    let (_, error) = server
        .refused("/api/v1/search", &json!({ "query": "* | stats count() by sevice | fields srvice" }))
        .await?;
    assert_eq!((error.code.as_str(), &error.details["position"]), ("query.type", &json!(37)));
    assert_eq!(error.details["hint"], "did you mean sevice?");

    let parsed =
        server.call("/api/v1/query/parse", &json!({ "query": "level:error|stats count() by host" })).await?;
    assert_eq!(parsed["text"], "level:error | stats count() by host");
    assert_eq!((&parsed["shape"], &parsed["errors"]), (&json!("table"), &json!([])));
    let printed = server.call("/api/v1/query/print", &json!({ "query": parsed["query"] })).await?;
    assert_eq!((&printed["text"], &printed["sql"]), (&parsed["text"], &parsed["sql"]));
    let parsed = server.call("/api/v1/query/parse", &json!({ "query": "* | stats" })).await?;
    assert_eq!((&parsed["query"], &parsed["errors"][0]["position"]), (&Value::Null, &json!(9)));

    let answer =
        server.call("/api/v1/complete", &json!({ "query": "* | stats sum(user", "cursor": 18 })).await?;
    assert_eq!(answer["items"][0]["text"], "user.id", "{answer}");
    assert_eq!(answer["signature"]["usage"], "sum(bytes)");

    let output =
        server.command("query", &["--format", "csv", "level:error | stats count() as n by service"])?;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "service,n\ncart,625\n");
    Ok(())
}
