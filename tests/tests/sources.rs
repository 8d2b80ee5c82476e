//! Tables of other ClickHouse servers: connected, tested, proposed, mapped, and searched in the language, by a user who may
//! only read and set nothing.

use anyhow::{Context as _, ensure};
use click_lite_tests::foreign_clickhouse::{ForeignClickHouse, READER};
use click_lite_tests::{PATIENCE, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// As an application writes it: nothing is called as in OpenTelemetry.
const APP_TABLE: &str = "CREATE TABLE logs.app (ts DateTime64(3), lvl LowCardinality(String), msg String, \
    app LowCardinality(String), hostname String, status UInt16, labels Map(String, String)) \
    ENGINE = MergeTree ORDER BY ts SETTINGS index_granularity = 256";
const APP_ROWS: &str = "INSERT INTO logs.app SELECT toDateTime64('2026-11-27 10:00:00', 3, 'UTC') + number, \
    ['info', 'WARN', 'error'][number % 3 + 1], concat('Request ', toString(number), if(number % 10 = 0, ' timed out', ' done')), \
    ['cart', 'pay'][number % 2 + 1], concat('h', toString(number % 5)), 200 + number % 4 * 100, \
    if(number % 7 = 0, map('zone', 'eu'), map('zone', 'us', 'it''s', 'x')) FROM numbers(3600)";
const OTEL_TABLE: &str = "CREATE TABLE logs.otel_logs (Timestamp DateTime64(9), TimestampTime DateTime DEFAULT toDateTime(Timestamp), \
    TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String), SeverityNumber UInt8, \
    ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String), \
    ResourceAttributes Map(LowCardinality(String), String), ScopeSchemaUrl LowCardinality(String), ScopeName String, \
    ScopeVersion LowCardinality(String), ScopeAttributes Map(LowCardinality(String), String), \
    LogAttributes Map(LowCardinality(String), String)) ENGINE = MergeTree PARTITION BY toDate(TimestampTime) \
    PRIMARY KEY (ServiceName, TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)";
const OTEL_ROWS: &str = "INSERT INTO logs.otel_logs (Timestamp, TraceId, SeverityText, SeverityNumber, ServiceName, Body, \
    ResourceAttributes, LogAttributes) SELECT toDateTime64('2026-11-27 10:00:00', 9, 'UTC') + number, \
    lower(hex(MD5(toString(number)))), 'INFO', 9, 'api', concat('hello ', toString(number)), map('host.name', 'n1'), \
    map('user', toString(number % 3)) FROM numbers(100)";
const JSON_TABLE: &str = "CREATE TABLE logs.shipped (timestamp DateTime, log JSON, host LowCardinality(String), stream String) \
    ENGINE = MergeTree ORDER BY (host, timestamp)";
const JSON_ROWS: &str = "INSERT INTO logs.shipped FORMAT JSONEachRow \
    {\"timestamp\":\"2026-11-27 10:00:00\",\"log\":{\"log\":\"GET /cart\",\"level\":\"warn\",\"kubernetes\":{\"pod\":\"p1\"},\"code\":200},\"host\":\"h1\",\"stream\":\"stdout\"} \
    {\"timestamp\":\"2026-11-27 10:00:01\",\"log\":{\"log\":\"GET /pay\",\"level\":\"error\",\"kubernetes\":{\"pod\":\"p2\"}},\"host\":\"h2\",\"stream\":\"stderr\"}";
const RANGE: [&str; 2] = ["2026-11-27T10:00:00Z", "2026-11-27T11:00:00Z"];

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
    let body = (!body.is_null()).then(|| body.to_string());
    let (status, text) = server.client()?.request(method, path, body).await?;
    let answer = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).with_context(|| text.clone())?
    };
    Ok((status, answer))
}

fn connection(name: &str, clickhouse: &ForeignClickHouse) -> Value {
    json!({ "name": name, "url": clickhouse.url, "user": READER.0, "password": READER.1, "database": "logs" })
}

/// Adds a table as a source under the mapping that is proposed for it; the proposal.
async fn add_source(server: &Server, connection: &Value, table: &str, name: &str) -> anyhow::Result<Value> {
    let asked = json!({ "connection_id": connection["id"], "table": table });
    let proposal = server.call("/api/v1/sources/propose", &asked).await?;
    let source = json!({ "name": name, "connection_id": connection["id"], "kind": proposal["kind"],
        "mapping": proposal["mapping"] });
    let (status, made) = send(server, Method::POST, "/api/v1/sources", &source).await?;
    ensure!(status == 201, "{made}");
    Ok(proposal)
}

async fn ask(server: &Server, path: &str, source: &str, query: &str) -> anyhow::Result<Value> {
    server
        .call(path, &json!({ "source": source, "query": query, "from": RANGE[0], "to": RANGE[1] }))
        .await
        .with_context(|| format!("{source}: {query}"))
}

fn codes(limits: &Value) -> Vec<&str> {
    limits.as_array().into_iter().flatten().filter_map(|limit| limit["code"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_clickhouse_are_searched_by_who_may_only_read() -> anyhow::Result<()> {
    let server = Server::start()?;
    let other = ForeignClickHouse::start().await?;
    for sql in [APP_TABLE, APP_ROWS, OTEL_TABLE, OTEL_ROWS, JSON_TABLE, JSON_ROWS] {
        other.query(sql).await?;
    }

    // A connection is kept without showing its password, and tested step by step.
    let (status, made) =
        send(&server, Method::POST, "/api/v1/connections", &connection("other", &other)).await?;
    assert_eq!((status, &made["has_password"]), (201, &json!(true)), "{made}");
    let listed = server.get("/api/v1/connections").await?.to_string();
    assert!(
        !listed.contains(READER.1)
            && !std::fs::read(server.data_dir().join("catalog.sqlite"))?
                .windows(READER.1.len())
                .any(|bytes| bytes == READER.1.as_bytes()),
        "{listed}"
    );
    let path = format!("/api/v1/connections/{}", made["id"].as_str().context("an id")?);
    let test = server.call(&format!("{path}/test"), &json!({ "table": "logs.app" })).await?;
    let state = |test: &Value, name: &str| {
        let steps = test["steps"].as_array().into_iter().flatten();
        steps.filter(|step| step["name"] == name).map(|step| step["state"].clone()).next().unwrap_or_default()
    };
    assert_eq!(test["ok"], true, "{test}");
    assert_eq!((state(&test, "settings"), state(&test, "read")), (json!("warning"), json!("ok")), "{test}");
    let test = server.call(&format!("{path}/test"), &json!({ "table": "system.processes" })).await?;
    let read = test["steps"].as_array().and_then(|steps| steps.last()).context("a step")?;
    assert_eq!(read["hint"], "GRANT SELECT ON system.processes TO analyst", "{test}");
    let mut wrong = connection("wrong", &other);
    wrong["password"] = json!("guessed");
    let test = server.call("/api/v1/connections/test", &wrong).await?;
    assert_eq!(
        (state(&test, "sign_in"), state(&test, "version")),
        (json!("failed"), json!("skipped")),
        "{test}"
    );
    let mut elsewhere = connection("other", &other);
    elsewhere["url"] = json!("http://127.0.0.1:9");
    elsewhere["password"] = Value::Null;
    let (status, refused) = send(&server, Method::PUT, &path, &elsewhere).await?;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("connection.secret_needed")), "{refused}");

    // Mappings come from the schemas, and say what is slow.
    let app = add_source(&server, &made, "app", "app").await?;
    for (format, length) in [("csv", 20), ("parquet", 100), ("xlsx", 1_000)] {
        let question =
            json!({ "source": "app", "query": "*", "format": format, "from": RANGE[0], "to": RANGE[1] });
        let request = click_lite_tests::http()?.post(format!("{}/api/v1/exports", server.url()));
        let answer = request.bearer_auth(server.token()).json(&question).send().await?;
        let (status, file) = (answer.status(), answer.bytes().await?);
        ensure!(status.is_success() && file.len() > length, "{format}: {status} {file:?}");
    }
    let column = |proposal: &Value, field: &str| proposal["mapping"][field]["name"].clone();
    for (field, name) in
        [("time", "ts"), ("message", "msg"), ("level", "lvl"), ("service", "app"), ("host", "hostname")]
    {
        assert_eq!(column(&app, field), name, "{app}");
    }
    assert_eq!(app["kind"], "other");
    assert!(codes(&app["limits"]).contains(&"no_text_index"), "{app}");
    let otel = add_source(&server, &made, "otel_logs", "otel").await?;
    assert_eq!(
        (&otel["kind"], &otel["mapping"]["key_times"][0]["name"]),
        (&json!("opentelemetry"), &json!("TimestampTime"))
    );
    assert!(codes(&otel["limits"]).contains(&"key_not_by_time"), "{otel}");
    let shipped = add_source(&server, &made, "shipped", "shipped").await?;
    assert_eq!(
        (&shipped["kind"], &shipped["mapping"]["message"]["path"]),
        (&json!("fluent_bit"), &json!("log"))
    );
    let preview = server.call("/api/v1/sources/app/preview", &json!({ "limit": 2 })).await?;
    assert_eq!(preview["rows"][0]["Body"], "Request 3599 done", "{preview}");
    let tables = server.get(&format!("{path}/tables")).await?;
    assert_eq!(tables["tables"].as_array().map(Vec::len), Some(3), "{tables}");

    // The language means the same as on our own records.
    for (source, query, expected) in [
        ("app", "*", 3600),
        ("app", "level:warn", 1200),
        ("app", "level:>=warn", 2400),
        ("app", "service:cart", 1800),
        ("app", "host:h3", 720),
        ("app", "status:500", 900),
        ("app", "status:>=400 -service:cart", 900),
        ("app", "zone:eu", 515),
        ("app", "\"timed out\"", 360),
        ("app", "timed", 360),
        ("app", "request 3599", 1),
        ("app", "tim*", 360),
        ("app", "message:/^Request 1[0-9] /", 10),
        ("app", "\"attr.it's\":x", 3085),
        ("app", "'; DROP TABLE logs.app --", 0),
        ("otel", "hello user:1 host:n1", 33),
        ("otel", "service:api", 100),
        ("shipped", "level:warn", 1),
        ("shipped", "cart", 1),
        ("shipped", "kubernetes.pod:p2", 1),
        ("shipped", "code:200 host:h1", 1),
        ("shipped", "log.code:*", 0),
    ] {
        let counted = ask(&server, "/api/v1/histogram", source, query).await?;
        assert_eq!(counted["total"], expected, "{source}: {query}\n{}", counted["sql"]);
    }
    let page = server
        .call(
            "/api/v1/search",
            &json!({ "source": "app", "query": "level:error", "limit": 1000,
            "from": RANGE[0], "to": RANGE[1] }),
        )
        .await?;
    let first = &page["rows"][0];
    assert_eq!(first["Timestamp"], "2026-11-27T10:59:59.000000000Z", "{first}");
    assert_eq!(
        (&first["SeverityNumber"], &first["ResourceAttributes"]["host.name"]),
        (&json!(17), &json!("h4"))
    );
    assert_eq!(
        (&first["LogAttributes"]["status"], &first["LogAttributes"]["zone"]),
        (&json!("500"), &json!("us"))
    );
    assert!(first["IngestId"].is_string(), "{first}");
    let next = server
        .call(
            "/api/v1/search",
            &json!({ "source": "app", "query": "level:error", "limit": 1000,
            "from": RANGE[0], "to": RANGE[1], "cursor": page["next_cursor"] }),
        )
        .await?;
    assert_eq!((next["rows"].as_array().map(Vec::len), &next["next_cursor"]), (Some(200), &Value::Null));

    // Pipes, facets, values, neighbours, completion.
    let table = ask(
        &server,
        "/api/v1/search",
        "app",
        "level:error | stats count() as n, max(status) by service | sort service",
    )
    .await?;
    assert_eq!(
        (&table["rows"][0]["service"], &table["rows"][0]["n"]),
        (&json!("cart"), &json!(600)),
        "{table}"
    );
    for pipes in [
        "* | timechart count() by host",
        "* | top 3 status by service",
        "* | context 1 | where service = \"cart\" | limit 5",
        "level:error | join by service (level:warn | stats count() as warned by service)",
        "level:error | union (level:warn) | stats count() by level",
        "* | eval slow = status >= 500 | stats countif(slow) by service | compare 1h",
        "* | extract \"Request <n> <rest>\" | dedup rest | fields n, rest",
        "* | facets",
        "* | sample 5",
    ] {
        let answer = ask(&server, "/api/v1/search", "app", pipes).await?;
        ensure!(answer["rows"].as_array().is_some_and(|rows| !rows.is_empty()), "{pipes}: {answer}");
    }
    let fields = ask(&server, "/api/v1/fields", "app", "*").await?;
    let names: Vec<&str> = fields["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| field["name"].as_str())
        .collect();
    for name in ["level", "service", "host", "status", "zone"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let values = server
        .call(
            "/api/v1/field-values",
            &json!({ "source": "app", "field": "host", "from": RANGE[0], "to": RANGE[1] }),
        )
        .await?;
    assert_eq!(values["values"].as_array().map(Vec::len), Some(5), "{values}");
    let around = server
        .call(
            "/api/v1/surrounding",
            &json!({ "source": "app", "query": "*", "timestamp": first["Timestamp"],
            "ingest_id": first["IngestId"], "before": 2 }),
        )
        .await?;
    assert_eq!(around["before"].as_array().map(Vec::len), Some(2), "{around}");
    let offered = server
        .call(
            "/api/v1/complete",
            &json!({ "source": "app", "query": "zo", "cursor": 2,
        "from": RANGE[0], "to": RANGE[1] }),
        )
        .await?;
    assert!(offered["items"].to_string().contains("zone"), "{offered}");

    // SQL runs there, as that user; our own tables are not there, and nothing is written.
    let rows = server
        .call("/api/v1/sql", &json!({ "source": "other", "sql": "SELECT count() AS n FROM app" }))
        .await?;
    assert_eq!(rows["rows"][0]["n"], "3600", "{rows}");
    let (status, error) = server
        .refused("/api/v1/sql", &json!({ "source": "app", "sql": "SELECT * FROM system.processes" }))
        .await?;
    assert_eq!(status, 400, "{error:?}");
    let (status, error) =
        server.refused("/api/v1/search", &json!({ "source": "nope", "query": "*" })).await?;
    assert_eq!((status, error.code.as_str()), (400, "query.source"));
    let printed = server.command(
        "query",
        &[
            "--source",
            "app",
            "--format",
            "csv",
            "--from",
            RANGE[0],
            "--to",
            RANGE[1],
            "status:500 | stats count() as n",
        ],
    )?;
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim(), "n\n900", "{printed:?}");

    is_worked_with(&server).await?;

    // Sources are edited, and go with their connection.
    let (_, source) = send(&server, Method::GET, "/api/v1/sources/app", &Value::Null).await?;
    let mut edited = json!({ "name": "application", "connection_id": made["id"], "mapping": source["mapping"], "version": 1 });
    edited["mapping"]["service"] = json!({ "name": "nope" });
    let (status, refused) = send(&server, Method::PUT, "/api/v1/sources/app", &edited).await?;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("source.mapping")), "{refused}");
    edited["mapping"]["service"] = Value::Null;
    let (status, changed) = send(&server, Method::PUT, "/api/v1/sources/app", &edited).await?;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    assert_eq!(ask(&server, "/api/v1/histogram", "application", "service:cart").await?["total"], 0);
    drop(other);
    let (status, error) =
        server.refused("/api/v1/search", &json!({ "source": "otel", "query": "*" })).await?;
    assert_eq!((status, error.code.as_str()), (503, "source.unavailable"), "{error:?}");
    let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await?;
    assert_eq!(status, 204);
    assert_eq!(server.get("/api/v1/sources").await?["sources"].as_array().map(Vec::len), Some(1));
    Ok(())
}

/// The SQL page, saved queries and dashboards of the connection `other` and its source `app`.
async fn is_worked_with(server: &Server) -> anyhow::Result<()> {
    // What statements can be about is what is there: its tables, as far as the user sees them.
    let here = server.get("/api/v1/schema").await?;
    let there = server.get("/api/v1/schema?source=other").await?;
    let tables = |schema: &Value| schema["databases"].to_string();
    assert!(tables(&here).contains("IngestId") && !tables(&here).contains("hostname"));
    assert!(tables(&there).contains("hostname") && !tables(&there).contains("IngestId"), "{there}");
    assert_eq!(there["default_database"], "logs");
    assert!(
        there["functions"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "uniqExact"))
    );
    let (status, text) = server.client()?.request(Method::GET, "/api/v1/schema?source=nope", None).await?;
    assert!(status == 400 && text.contains("query.source"), "{status} {text}");

    let sql =
        json!({ "source": "app", "sql": "SELECT count() FROM logs.app WHERE ts < '2026-11-27 10:04:16'" });
    let plan = server.call("/api/v1/sql/explain", &sql).await?;
    assert!(plan["plan"].to_string().contains("logs.app"), "{plan}");
    let estimate = server.call("/api/v1/estimate", &sql).await?;
    assert!((256..1_000).contains(&estimate["rows"].as_u64().unwrap_or_default()), "{estimate}");

    // A saved query asks the source that it was saved with, unless the run says another.
    let search = json!({ "name": "Slow there", "language": "search", "text": "message:\"timed out\" | stats count() as n",
        "source": "app", "from": RANGE[0], "to": RANGE[1] });
    let statement = json!({ "name": "Rows there", "language": "sql", "text": "SELECT count() AS n FROM app",
        "source": "other" });
    for content in [search, statement] {
        let (status, saved) = send(server, Method::POST, "/api/v1/saved-queries", &content).await?;
        assert_eq!((status, &saved["source"]), (201, &content["source"]), "{saved}");
    }
    let run = |name: &str, call: Value| {
        let path = format!("/api/v1/saved-queries/{}/run", name.replace(' ', "%20"));
        async move { server.call(&path, &call).await }
    };
    assert_eq!(run("Slow there", json!({})).await?["rows"][0]["n"], 360);
    assert_eq!(run("Rows there", json!({})).await?["rows"][0]["n"], "3600");
    assert_eq!(run("Slow there", json!({ "source": "logs" })).await?["rows"][0]["n"], 0);
    let bound = server.call("/api/v1/saved-queries/Slow%20there/bind", &json!({})).await?;
    assert_eq!(bound["source"], "app", "{bound}");

    // So do dashboards and their widgets.
    let query = |source: Value| json!({ "language": "search", "text": "*", "source": source });
    let widget = |id: &str, query: Value| json!({ "id": id, "kind": "number", "layout": { "x": 0, "y": 0, "w": 4, "h": 4 }, "query": query });
    let content = json!({ "name": "There", "definition": { "source": "app",
        "widgets": [widget("a", query(Value::Null)), widget("b", query(json!("logs")))] } });
    let (status, made) = send(server, Method::POST, "/api/v1/dashboards", &content).await?;
    let definition = &made["definition"];
    assert_eq!((status, &definition["source"]), (201, &json!("app")), "{made}");
    assert_eq!(definition["widgets"][1]["query"]["source"], "logs", "{made}");
    let mut nameless = content;
    nameless["definition"]["source"] = json!("");
    let (status, error) = send(server, Method::POST, "/api/v1/dashboards", &nameless).await?;
    assert_eq!((status, &error["error"]["details"]["field"]), (400, &json!("source")), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shards_of_a_cluster_are_one_source() -> anyhow::Result<()> {
    let [first, second] = ForeignClickHouse::start_cluster().await?;
    for (shard, service) in [(&first, "'cart'"), (&second, "'pay'")] {
        shard.query(APP_TABLE).await?;
        shard
            .query(&format!(
                "INSERT INTO logs.app SELECT toDateTime64('2026-11-27 10:00:00', 3, 'UTC') + number, 'info', \
                 concat('row ', toString(number)), {service}, 'h', 200, map() FROM numbers(1000)"
            ))
            .await?;
    }
    first
        .query("CREATE TABLE logs.app_all AS logs.app ENGINE = Distributed(pair, logs, app, rand())")
        .await?;
    // A connection of the configuration file, by a user who may use the cluster.
    let server = Server::start_configured(&format!(
        "[[connections]]\nname = \"pair\"\nurl = \"{}\"\ndatabase = \"logs\"\ncluster = \"pair\"\n",
        first.url
    ))?;
    let connections = server.get("/api/v1/connections").await?;
    let pair = &connections["connections"][0];
    assert_eq!((&pair["name"], &pair["is_configured"]), (&json!("pair"), &json!(true)), "{connections}");
    let id = pair["id"].as_str().context("an id")?;
    let (status, _) =
        send(&server, Method::DELETE, &format!("/api/v1/connections/{id}"), &Value::Null).await?;
    assert_eq!(status, 409);
    let test = server.call(&format!("/api/v1/connections/{id}/test"), &json!({})).await?;
    assert_eq!(test["ok"], true, "{test}");

    add_source(&server, pair, "app_all", "distributed").await?;
    let local = add_source(&server, pair, "app", "by cluster").await?;
    assert_eq!(local["mapping"]["cluster"], "pair", "{local}");
    for source in ["distributed", "by cluster"] {
        for (query, expected) in [("*", 2000), ("service:pay", 1000), ("\"row 7\"", 2)] {
            let counted = ask(&server, "/api/v1/histogram", source, query).await?;
            assert_eq!(counted["total"], expected, "{source}: {query}");
        }
        for pipes in
            ["* | stats count() by service", "* | timechart count() by service", "\"row 7\" | context 1"]
        {
            let answer = ask(&server, "/api/v1/search", source, pipes).await?;
            ensure!(
                answer["rows"].as_array().is_some_and(|rows| rows.len() >= 2),
                "{source}: {pipes}: {answer}"
            );
        }
        let page = ask(&server, "/api/v1/search", source, "*").await?;
        assert_eq!(page["rows"][0]["Body"], "row 999", "{page}");
    }
    Ok(())
}

/// Messages of the rows that a tail showed, and the place it is at.
struct Tail {
    socket: click_lite_client::TailSocket,
    seen: Vec<String>,
    resume: String,
}

impl Tail {
    async fn open(server: &Server, parameters: &str) -> anyhow::Result<Self> {
        let socket = server.client()?.tail(&format!("/api/v1/tail?{parameters}")).await?;
        Ok(Self { socket, seen: Vec::new(), resume: String::new() })
    }

    /// Reads until a message is what is wanted.
    async fn until(&mut self, what: &str, is_there: impl Fn(&Self, &Value) -> bool) -> anyhow::Result<()> {
        let wait = async {
            loop {
                let text = self.socket.next().await?.context("the socket was closed")?;
                let message: Value = serde_json::from_str(&text)?;
                if let Some(resume) = message["resume"].as_str() {
                    resume.clone_into(&mut self.resume);
                }
                let rows = message["rows"].as_array().into_iter().flatten();
                self.seen.extend(rows.filter_map(|row| row["Body"].as_str().map(str::to_owned)));
                if is_there(self, &message) {
                    return anyhow::Ok(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.with_context(|| format!("waited too long for {what}"))?
    }

    async fn until_seen(&mut self, messages: &[&str]) -> anyhow::Result<()> {
        self.until(&format!("{messages:?}"), |tail, _| tail.seen == messages).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_others_fill_are_tailed() -> anyhow::Result<()> {
    let server = Server::start()?;
    let other = ForeignClickHouse::start().await?;
    for sql in [APP_TABLE, APP_ROWS] {
        other.query(sql).await?;
    }
    let (_, made) = send(&server, Method::POST, "/api/v1/connections", &connection("other", &other)).await?;
    add_source(&server, &made, "app", "app").await?;
    let insert = async |message: &str, seconds: i64| {
        let sql = format!(
            "INSERT INTO logs.app (ts, lvl, msg, app) SELECT now64(3, 'UTC') + toIntervalSecond({seconds}), 'error', '{message}', 'cart'"
        );
        other.query(&sql).await
    };

    let mut tail = Tail::open(&server, "query=level:error+service:cart&source=app&last=2").await?;
    tail.until("the latest rows", |_, message| message["phase"] == "live").await?;
    assert_eq!(tail.seen, ["Request 3590 timed out", "Request 3596 done"]);
    tail.seen.clear();
    // One of the future would hide all that follow, and is shown when its time has come.
    insert("future", 3600).await?;
    insert("new", 0).await?;
    tail.until_seen(&["new"]).await?;
    // Stored behind one that is newer; of two that say the same at the same time both are shown.
    insert("late", -20).await?;
    tail.until_seen(&["new", "late"]).await?;
    other
        .query("INSERT INTO logs.app (ts, lvl, msg, app) SELECT now64(3, 'UTC') - 5, 'error', 'twin', 'cart' FROM numbers(2)")
        .await?;
    tail.until_seen(&["new", "late", "twin", "twin"]).await?;

    // A pause counts what waits, and loses nothing.
    tail.seen.clear();
    tail.socket.send(json!({ "type": "pause", "id": "main" }).to_string()).await?;
    tail.until("the pause", |_, message| message["phase"] == "paused").await?;
    insert("waited", 0).await?;
    tail.until("a row that waits", |_, message| message["waiting"] == 1).await?;
    assert_eq!(tail.seen, Vec::<String>::new());
    tail.socket.send(json!({ "type": "resume", "id": "main" }).to_string()).await?;
    tail.until_seen(&["waited"]).await?;

    // A connection that is made again goes on behind what it saw.
    let resume = tail.resume.clone();
    drop(tail);
    insert("meanwhile", 0).await?;
    let mut tail =
        Tail::open(&server, &format!("query=level:error+service:cart&source=app&resume={resume}")).await?;
    tail.until_seen(&["meanwhile"]).await?;
    insert("after", 0).await?;
    tail.until_seen(&["meanwhile", "after"]).await?;

    let refused = server.client()?.tail("/api/v1/tail?query=*&source=nowhere").await;
    assert!(refused.err().is_some_and(|error| error.to_string().contains("nowhere")));
    let refused = server.client()?.tail("/api/v1/tail?query=*&source=app&resume=abc-7").await;
    assert!(refused.err().is_some_and(|error| error.to_string().contains("resume token")));
    Ok(())
}
