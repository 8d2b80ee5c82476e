//! SQL mode on the real engine: rows, errors, what may not run, cancelling, and answers that are kept.

#[path = "sql/hostile.rs"]
mod hostile;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use click_lite_tests::clickhouse_server::ClickHouse;
use click_lite_tests::{PATIENCE, Server};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};

/// Runs for as long as it is let.
const ENDLESS: &str = "SELECT sum(cityHash64(number)) AS n FROM numbers(1000000000000)";

async fn filled(server: &Server) -> anyhow::Result<()> {
    let mut body = String::new();
    for n in 0..3000u64 {
        let (level, service) = (["info", "error"][n as usize % 2], ["api", "cart", "web"][n as usize % 3]);
        let record = json!({
            "timestamp": format!("2026-01-02T03:{:02}:{:02}Z", n / 60 % 60, n % 60), "level": level,
            "service": service, "message": format!("request {n} done"), "user": format!("u{}", n % 10),
        });
        body += &format!("{record}\n");
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 3000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_run_and_errors_say_where() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;

    let call = json!({
        "sql": "SELECT ServiceName AS service, count() AS n, max(toInt64(9223372036854775807)) AS big FROM otel_logs \
                WHERE Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)} AND ServiceName IN {names:Array(String)} \
                GROUP BY service ORDER BY service;",
        "params": { "names": ["api", "cart", "it's"] }, "from": "2026-01-02T03:00:00Z", "to": "2026-01-02T03:30:00Z",
    });
    let answer = server.call("/api/v1/sql", &call).await?;
    assert_eq!(
        answer["rows"],
        json!([
            { "service": "api", "n": "600", "big": "9223372036854775807" },
            { "service": "cart", "n": "600", "big": "9223372036854775807" },
        ])
    );
    assert_eq!(answer["columns"][1], json!({ "name": "n", "type": "UInt64" }));
    assert_eq!((&answer["truncated"], &answer["cache"]["hit"]), (&json!(false), &json!(false)));

    // The limit says that there is more; also where a statement has a limit of its own.
    for (sql, limit, rows, truncated) in [
        ("SELECT Body FROM otel_logs ORDER BY Timestamp DESC", 10, 10, true),
        ("SELECT Body FROM otel_logs LIMIT 7", 10, 7, false),
        ("SELECT Body FROM otel_logs LIMIT 10", 10, 10, false),
        ("SELECT number FROM numbers(5) UNION ALL SELECT number FROM numbers(50)", 10, 10, true),
        ("SHOW TABLES", 2, 2, true),
        ("DESCRIBE TABLE otel_logs", 1000, 20, false),
        ("WITH 3 AS x SELECT x + {y:UInt8} AS z", 10, 1, false),
        ("EXPLAIN SELECT 1", 100, 0, false),
        ("SELECT 1 WHERE 0", 10, 0, false),
    ] {
        let call = json!({ "sql": sql, "limit": limit, "params": { "y": 4 } });
        let answer = server.call("/api/v1/sql", &call).await.with_context(|| sql)?;
        let found = answer["rows"].as_array().map_or(0, Vec::len);
        assert!(found == rows || rows == 0 && sql.starts_with("EXPLAIN"), "{sql}: {answer}");
        assert_eq!(answer["truncated"], truncated, "{sql}");
        assert!(!answer["columns"].as_array().expect("columns").is_empty(), "{sql}");
    }

    for (sql, code, near, hint) in [
        ("SELECT ServiceNam FROM otel_logs", "sql.unknown_column", "ServiceNam", "ServiceName"),
        ("SELECT lenght(Body) FROM otel_logs", "sql.unknown_function", "lenght", "length"),
        ("SELECT 1 FROM otel_log", "sql.unknown_table", "otel_log", "otel_logs"),
        ("SELECT 'é', 1 FROMM x WHERE", "sql.syntax", "x", ""),
        ("SELECT 1 FROM otel_logs WHERE", "sql.syntax", "", ""),
        ("SELECT Body, count() FROM otel_logs", "sql.refused", "Body", "any(Body)"),
        ("SELECT {missing:String}", "sql.parameter", "{missing:String}", ""),
    ] {
        let (status, error) = server.refused("/api/v1/sql", &json!({ "sql": sql })).await?;
        assert_eq!((status, error.code.as_str()), (400, code), "{sql}: {error:?}");
        let number = |name: &str| error.details[name].as_u64().unwrap_or(u64::MAX) as usize;
        let marked: String = sql.chars().skip(number("position")).take(number("length")).collect();
        assert_eq!(marked, near, "{sql}: {error:?}");
        assert!(error.details["hint"].as_str().unwrap_or("").contains(hint), "{sql}: {error:?}");
    }

    // What the page is built on.
    let schema = server.get("/api/v1/schema").await?;
    let tables = schema["databases"][0]["tables"].as_array().context("tables")?;
    let logs = tables.iter().find(|table| table["name"] == "otel_logs").context("the table")?;
    assert!(
        logs["columns"]
            .as_array()
            .is_some_and(|columns| columns.iter().any(|column| column["name"] == "Body"))
    );
    assert!(schema["functions"].as_array().is_some_and(|functions| functions.len() > 500));
    let formatted = server.call("/api/v1/sql/format", &json!({ "sql": "select 1,2 from otel_logs" })).await?;
    assert_eq!(formatted["sql"], "SELECT\n    1,\n    2\nFROM otel_logs");
    let (_, error) = server.refused("/api/v1/sql/format", &json!({ "sql": "select 1 frm x y z" })).await?;
    assert_eq!(error.code, "sql.syntax");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_advise_and_a_budget_asks() -> anyhow::Result<()> {
    let server =
        Server::start_with(&["CLICK_LITE__BUDGET__ASK_ROWS=2000", "CLICK_LITE__BUDGET__REFUSE_ROWS=5000"])?;
    filled(&server).await?;
    let all = "SELECT * FROM otel_logs WHERE position(Body, 'done') > 0 AND LogAttributes['user'] = 'u1' ORDER BY Body";
    let estimate = server.call("/api/v1/estimate", &json!({ "sql": all })).await?;
    assert_eq!((&estimate["rows"], &estimate["verdict"]), (&json!(3000), &json!("ask")), "{estimate}");
    assert!(estimate["bytes"].as_u64() > Some(3000) && estimate["marks"].as_u64() > Some(0), "{estimate}");
    let codes: Vec<&str> =
        estimate["hints"].as_array().into_iter().flatten().filter_map(|hint| hint["code"].as_str()).collect();
    for code in ["no_time_range", "full_scan", "select_star", "map_access"] {
        assert!(codes.contains(&code), "{code} is missing: {estimate}");
    }

    let (status, error) = server.refused("/api/v1/sql", &json!({ "sql": all })).await?;
    assert_eq!((status, error.code.as_str()), (422, "query.over_budget"));
    assert_eq!(error.details["estimate"]["verdict"], "ask");
    let confirmed = json!({ "sql": all, "budget": { "confirmed": true } });
    assert_eq!(server.call("/api/v1/sql", &confirmed).await?["rows"].as_array().map(Vec::len), Some(300));
    let twice = json!({ "sql": "SELECT sum(length(a.Body)) FROM otel_logs a CROSS JOIN otel_logs b", "budget": { "confirmed": true } });
    let (_, error) = server.refused("/api/v1/sql", &twice).await?;
    assert_eq!(error.details["estimate"]["verdict"], "refuse", "{error:?}");

    // Neither the newest rows nor a narrow range is asked about.
    for sql in [
        "SELECT Timestamp, Body FROM otel_logs ORDER BY Timestamp DESC LIMIT 10",
        "SELECT count() FROM otel_logs WHERE Timestamp < '2026-01-02 03:05:00' AND Body != ''",
        "SHOW TABLES",
    ] {
        server.call("/api/v1/sql", &json!({ "sql": sql })).await.with_context(|| sql)?;
    }
    let plan = server
        .call(
            "/api/v1/sql/explain",
            &json!({ "sql": "SELECT Body FROM otel_logs WHERE hasAllTokens(Body, '17')" }),
        )
        .await?;
    let text = plan.to_string();
    assert!(text.contains("\"name\":\"body_words\"") && text.contains("\"is_used\":true"), "{text}");
    let search = server.call("/api/v1/estimate", &json!({ "query": "level:error" })).await?;
    assert_eq!(search["verdict"], "ok", "{search}");
    let piped = json!({ "query": "done | stats count() by user" });
    assert_eq!(server.call("/api/v1/estimate", &piped).await?["verdict"], "ask");
    let (_, error) = server.refused("/api/v1/search", &piped).await?;
    assert_eq!(error.code, "query.over_budget");
    Ok(())
}

/// A statement that runs in the background: `None` where it was cancelled or refused.
fn in_background(server: &Server, call: Value) -> anyhow::Result<tokio::task::JoinHandle<Option<Value>>> {
    let client = server.client()?;
    Ok(tokio::spawn(async move {
        client.json::<Value>(Method::POST, "/api/v1/sql", Some(call.to_string())).await.ok()
    }))
}

async fn until<F: Future<Output = anyhow::Result<bool>>>(
    what: &str,
    mut is_so: impl FnMut() -> F,
) -> anyhow::Result<Duration> {
    let began = Instant::now();
    while !is_so().await? {
        ensure!(began.elapsed() < PATIENCE, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_seen_and_really_end() -> anyhow::Result<()> {
    // A ClickHouse of the test's own, so that it can be asked what runs.
    let clickhouse = ClickHouse::start().await?;
    let options = clickhouse.options();
    let server = Server::start_with(&options.iter().map(String::as_str).collect::<Vec<_>>())?;
    let runs = |id: &'static str| {
        let clickhouse = &clickhouse;
        async move {
            let sql = format!("SELECT count() FROM system.processes WHERE query_id = '{id}'");
            Ok::<_, anyhow::Error>(clickhouse.query(&sql).await?.trim() != "0")
        }
    };

    let task = in_background(&server, json!({ "sql": ENDLESS, "query_id": "first" }))?;
    until("the query to run", || runs("first")).await?;
    let found = until("its progress", || async {
        let state = server.get("/api/v1/queries/first").await?;
        Ok(state["state"] == "running"
            && state["rows_read"].as_u64() > Some(0)
            && state["memory_bytes"].is_u64())
    });
    found.await?;
    let list = server.get("/api/v1/queries").await?;
    assert_eq!(list["queries"][0]["query_id"], "first", "{list}");
    let (status, _) = server
        .client()?
        .request(
            Method::POST,
            "/api/v1/sql",
            Some(json!({ "sql": "SELECT 1", "query_id": "first" }).to_string()),
        )
        .await?;
    assert_eq!(status, 409, "the id is taken");

    let (status, _) = server.client()?.request(Method::DELETE, "/api/v1/queries/first", None).await?;
    assert_eq!(status, 204);
    let took = until("the end in ClickHouse", || async { Ok(!runs("first").await?) }).await?;
    assert!(took < Duration::from_secs(1), "cancelled after {took:?}");
    assert_eq!(task.await?, None);
    assert_eq!(server.get("/api/v1/queries/first").await?["state"], "cancelled");

    // The end of the connection is the end of the query, whole or as a stream.
    let task = in_background(&server, json!({ "sql": ENDLESS, "query_id": "second" }))?;
    until("the query to run", || runs("second")).await?;
    task.abort();
    let took = until("the end in ClickHouse", || async { Ok(!runs("second").await?) }).await?;
    assert!(took < Duration::from_secs(1), "ended after {took:?}");
    let call = json!({ "sql": ENDLESS, "query_id": "third" });
    let mut stream = server.client()?.lines("/api/v1/sql", call.to_string()).await?;
    let line = stream.next_lines().await?.context("a line")?.concat();
    assert!(line.contains("progress"), "{line}");
    drop(stream);
    let took = until("the end in ClickHouse", || async { Ok(!runs("third").await?) }).await?;
    assert!(took < Duration::from_secs(1), "ended after {took:?}");

    // Others may write to a remote server: nothing of it is kept. Its one user may not write by way of us.
    for _ in 0..2 {
        let answer =
            server.call("/api/v1/sql", &json!({ "sql": "SELECT count() AS n FROM otel_logs" })).await?;
        assert_eq!(answer["cache"]["hit"], false);
    }
    for (sql, _) in hostile::REFUSED {
        server
            .refused("/api/v1/sql", &json!({ "sql": sql, "params": hostile::params() }))
            .await
            .with_context(|| *sql)?;
    }
    assert_eq!(clickhouse.query("SELECT count() FROM click_lite.otel_logs").await?.trim(), "0");
    drop(server);
    clickhouse.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_queries_do_not_wait_behind_a_dashboard() -> anyhow::Result<()> {
    let server = Server::start_with(&["CLICK_LITE__QUERY__MAX_RUNNING=4", "CLICK_LITE__QUERY__MAX_HEAVY=2"])?;
    filled(&server).await?;
    let call = |n: usize, group: &str| json!({ "sql": format!("{ENDLESS} WHERE number != {n}"), "query_id": format!("{group}-{n}"), "group": group });
    let mut tasks = Vec::new();
    for n in 0..12 {
        tasks.push(in_background(&server, call(n, "dashboard"))?);
    }
    let states = |state: &'static str| {
        let server = &server;
        async move {
            let list = server.get("/api/v1/queries").await?;
            let queries = list["queries"].as_array().cloned().unwrap_or_default();
            Ok::<_, anyhow::Error>(queries.iter().filter(|query| query["state"] == state).count())
        }
    };
    until("the dashboard to fill the queue", || async { Ok(states("waiting").await? == 9) }).await?;
    assert_eq!(states("running").await?, 3);
    let began = Instant::now();
    let answer = server.call("/api/v1/search", &json!({ "query": "level:error", "limit": 5 })).await?;
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(5));
    assert!(began.elapsed() < Duration::from_secs(5), "a search took {:?}", began.elapsed());

    // Another page waits for one of the dashboard's queries, not for all that came before it.
    tasks.push(in_background(&server, call(99, "other"))?);
    until("the other to wait", || async { Ok(states("waiting").await? == 10) }).await?;
    let list = server.get("/api/v1/queries").await?;
    let running: Vec<String> = list["queries"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|query| query["state"] == "running")
        .filter_map(|query| query["query_id"].as_str().map(ToOwned::to_owned))
        .collect();
    for id in running.iter().take(2) {
        server.client()?.request(Method::DELETE, &format!("/api/v1/queries/{id}"), None).await?;
    }
    until("the other page's turn", || async {
        Ok(server.get("/api/v1/queries/other-99").await?["state"] == "running")
    })
    .await?;
    for task in tasks {
        task.abort();
    }
    until("all to end", || async { Ok(states("running").await? + states("waiting").await? == 0) }).await?;
    Ok(())
}

/// Charts of errors, with their number in five minutes as `n`.
const CHARTS: [&str; 3] = [
    "level:error | timechart 5m count() as n",
    "level:error | timechart 5m count() as n by service limit 2",
    "level:error | stats count() as n, max(user) as most by service, bucket(time, 5m)",
];

/// Numbers of rows with a time, added up by that.
fn sums_by_time(rows: &Value, name: &str) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for row in rows.as_array().into_iter().flatten() {
        // With or without a fraction.
        let time = row["time"].as_str().unwrap_or_default().chars().take(19).collect();
        *sums.entry(time).or_default() += row[name].as_u64().unwrap_or_default();
    }
    sums
}

/// An answer without what differs each time.
fn content(mut answer: Value) -> Value {
    for name in ["cache", "stats", "query_id"] {
        answer.as_object_mut().map(|object| object.remove(name));
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_are_right_while_records_arrive() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;
    let day = json!({ "query": "level:error", "from": "2026-01-02T03:00:00Z", "to": "2026-01-02T04:00:00Z" });
    let with = |more: Value| {
        let mut call = day.clone();
        call.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        call
    };
    let calls = [
        ("/api/v1/search", with(json!({ "limit": 50 }))),
        ("/api/v1/histogram", with(json!({ "buckets": 60 }))),
        ("/api/v1/fields", day.clone()),
        (
            "/api/v1/sql",
            json!({ "sql": "SELECT ServiceName, count() AS n FROM otel_logs GROUP BY ServiceName ORDER BY ServiceName" }),
        ),
    ];
    // Whatever the housekeeping of the start does has to be over.
    until("an answer to be kept", || async {
        server.call(calls[0].0, &calls[0].1).await?;
        Ok(server.call(calls[0].0, &calls[0].1).await?["cache"]["hit"] == true)
    })
    .await?;
    for (path, call) in &calls {
        let first = server.call(path, call).await?;
        for _ in 0..5 {
            let again = server.call(path, call).await?;
            assert_eq!(again["cache"]["hit"], true, "{path}: {again}");
            assert_eq!(content(again), content(first.clone()), "{path}");
        }
    }

    // Records arrive, into the range and beyond it, while questions are asked: what was seen to be there stays there, and
    // at rest every answer is that of ClickHouse.
    let mut random = StdRng::seed_from_u64(7);
    let mut sent = 1500;
    for round in 0..25 {
        let inside = random.random_bool(0.6);
        let count = random.random_range(1..40u64);
        let hour = if inside { 3 } else { 5 };
        let mut body = String::new();
        for n in 0..count {
            let minute = random.random_range(0..60);
            body += &format!(
                "{{\"timestamp\":\"2026-01-02T0{hour}:{minute:02}:30Z\",\"level\":\"error\",\"service\":\"late\",\"message\":\"late {round} {n}\"}}\n"
            );
        }
        server.ingest("application/x-ndjson", body).await?;
        let before = sent;
        sent += if inside { count } else { 0 };
        let mut seen = before;
        until("the late records", || {
            let calls = &calls;
            let server = &server;
            let floor = seen;
            async move {
                let total = server.call(calls[1].0, &calls[1].1).await?["total"].as_u64().unwrap_or(0);
                ensure!(total >= floor && total <= sent, "{total} after {floor}, {sent} were sent");
                Ok(total == sent)
            }
        })
        .await?;
        seen = sent;
        // The histogram has them, so the others must as well.
        let fields = server.call(calls[2].0, &calls[2].1).await?;
        assert_eq!(fields["total_rows"], seen, "round {round}: {}", fields["cache"]);
        let rows = server.call(calls[0].0, &calls[0].1).await?;
        let histogram = server.call(calls[1].0, &with(json!({ "buckets": 12 }))).await?;
        assert_eq!(histogram["bucket_ms"], 300_000);
        for query in CHARTS {
            let chart = server.call(calls[0].0, &with(json!({ "query": query }))).await?;
            assert_eq!(chart["shape"], "time_series", "{query}");
            assert_eq!(
                sums_by_time(&chart["rows"], "n"),
                sums_by_time(&histogram["buckets"], "total"),
                "{query}, round {round}: {}",
                chart["cache"]
            );
        }
        let newest: Vec<Value> = rows["rows"].as_array().cloned().unwrap_or_default();
        let fresh = server.call(calls[0].0, &with(json!({ "limit": 49 }))).await?;
        assert_eq!(newest[..49], fresh["rows"].as_array().expect("rows")[..], "round {round}");
    }

    // Of a range that goes on a little further only that is computed.
    for query in CHARTS {
        let chart = json!({ "query": query, "from": "2026-01-02T03:00:00Z", "to": "2026-01-02T04:07:00Z" });
        let chart = server.call(calls[0].0, &chart).await?;
        // Something was computed, and something is older. How many rows that reads depends on how the parts were merged.
        let cache = &chart["cache"];
        assert!(cache["hit"] == false && cache["age_ms"].as_u64() > Some(0), "{query}: {cache}");
        assert_eq!(sums_by_time(&chart["rows"], "n").values().sum::<u64>(), sent, "{query}");
    }

    // Deleting tells too.
    let kept = server.call(calls[3].0, &calls[3].1).await?;
    assert!(kept.to_string().contains("late"), "{kept}");
    let (status, run) =
        server.client()?.request(Method::DELETE, "/api/v1/storage/services/late", None).await?;
    ensure!(status == 202, "{status}: {run}");
    until("the service to be deleted", || async {
        Ok(!server.call(calls[3].0, &calls[3].1).await?.to_string().contains("late"))
    })
    .await?;
    assert_eq!(server.call(calls[1].0, &calls[1].1).await?["total"], 1500);
    for query in CHARTS {
        let chart = server.call(calls[0].0, &with(json!({ "query": query }))).await?;
        assert_eq!(sums_by_time(&chart["rows"], "n").values().sum::<u64>(), 1500, "{query}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_with_times_is_kept_while_other_times_change() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;
    let call = json!({
        "sql": "SELECT ServiceName, count() AS n FROM otel_logs WHERE Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)} \
                GROUP BY ServiceName ORDER BY ServiceName",
        "from": "2026-01-02T03:00:00Z", "to": "2026-01-02T04:00:00Z",
    });
    let is_kept = async || anyhow::Ok(server.call("/api/v1/sql", &call).await?["cache"]["hit"] == true);
    until("an answer to be kept", || async {
        is_kept().await?;
        is_kept().await
    })
    .await?;
    let record = |hour: u32| {
        format!("{{\"timestamp\":\"2026-01-02T0{hour}:30:00Z\",\"service\":\"new\",\"message\":\"x\"}}\n")
    };
    server.ingest("application/x-ndjson", record(5)).await?;
    server.wait_for_count("*", 3001).await?;
    assert!(is_kept().await?, "the record is of another time");
    server.ingest("application/x-ndjson", record(3)).await?;
    server.wait_for_count("*", 3002).await?;
    let answer = server.call("/api/v1/sql", &call).await?;
    assert_eq!(answer["cache"]["hit"], false);
    assert!(answer["rows"].to_string().contains("new"), "{answer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_runs_statements() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;
    let run = |arguments: &[&str]| {
        let output = server.command("query", arguments)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok::<_, anyhow::Error>((output.status.code(), text(&output.stdout), text(&output.stderr)))
    };
    let sql =
        "SELECT ServiceName, count() AS n FROM otel_logs WHERE ServiceName = {service:String} GROUP BY 1";
    let (code, out, error) = run(&["--sql", sql, "--param", "service=cart", "--format", "csv"])?;
    assert_eq!((code, out.as_str(), error.as_str()), (Some(0), "ServiceName,n\ncart,1000\n", ""));
    let (_, out, error) = run(&[
        "--sql",
        "SELECT Body FROM otel_logs ORDER BY Timestamp",
        "--limit",
        "2",
        "--format",
        "ndjson",
    ])?;
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(error.contains("there are more"), "{error}");
    let (_, out, _) = run(&["--sql", "SELECT 1 AS one"])?;
    assert!(out.contains("one") && out.contains('1'), "{out}");
    let (code, _, error) = run(&["--sql", "SELECT ServiceNam\nFROM otel_logs"])?;
    assert_eq!(code, Some(1));
    assert!(
        error.contains("SELECT ServiceNam\n")
            && error.contains("^^^^^^^^^^")
            && error.contains("ServiceName"),
        "{error}"
    );
    Ok(())
}
