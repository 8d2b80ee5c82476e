//! Saved queries and templates: kept, changed, run by name, moved as a file; every template finds what it is for.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use click_lite_tests::{Server, server_binary};
use reqwest::Method;
use serde_json::{Value, json};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Seconds since the epoch, so many seconds ago.
fn ago(seconds: i64) -> anyhow::Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? - seconds)
}

/// Records in which every template has something to find.
fn records() -> anyhow::Result<String> {
    let at = ago(600)?;
    let mut records: Vec<Value> = (0..8)
        .map(|n| {
            json!({
                "time": at + n, "service": "shop", "level": if n < 3 { "error" } else { "info" }, "host": "web-1",
                "message": format!("GET /cart/{n} took long"), "url.path": "/cart", "duration_ms": 1_500 + n,
                "http.response.status_code": if n < 3 { 503 } else { 200 }, "client.address": "203.0.113.7",
                "http.response.body.size": 100, "user_agent.original": "probe/1.0", "user_id": "alice",
            })
        })
        .collect();
    records.push(
        json!({ "time": at, "service": "shop", "level": "warn", "message": "GET /gone", "url.path": "/gone",
        "http.response.status_code": 404, "client.address": "203.0.113.8" }),
    );
    for (level, message) in [
        ("info", "Starting server on port 80"),
        ("fatal", "kernel: Out of memory: Killed process 4242 (java)"),
        ("error", "write /var/lib/x: no space left on device"),
        ("error", "lookup db.internal: Temporary failure in name resolution"),
        ("error", "connect 10.0.0.7:5432: Connection refused"),
        ("error", "x509: certificate has expired or is not yet valid"),
        ("error", "worker[77]: segfault at 0 ip 00007f"),
        ("error", "thread 'main' panicked at src/main.rs:7"),
        ("info", "sudo: alice : TTY=pts/0 ; COMMAND=/usr/bin/id"),
        ("info", "useradd[9]: new user: name=bob, UID=1001"),
    ] {
        records.push(
            json!({ "time": at, "service": "system", "host": "web-2", "level": level, "message": message }),
        );
    }
    for n in 0..4 {
        let message = format!("Failed password for invalid user admin{n} from 203.0.113.9 port 4022 ssh2");
        records.push(json!({ "time": at + n, "service": "sshd", "level": "info", "message": message }));
    }
    records.push(json!({ "time": at, "service": "traced", "level": "error", "message": "payment failed", "trace_id": TRACE }));
    records.push(json!({ "time": at, "service": "plain", "message": "nothing is said of how bad this is" }));
    records
        .push(json!({ "time": ago(7_200)?, "service": "asleep", "level": "info", "message": "good night" }));
    records.push(json!({ "time": ago(-900)?, "service": "early", "level": "info", "message": "not yet" }));
    for _ in 0..2 {
        records.push(json!({ "time": at, "service": "twice", "level": "info", "message": "the same again" }));
    }
    Ok(records.iter().map(|record| format!("{record}\n")).collect())
}

/// A span that failed.
fn spans() -> anyhow::Result<Value> {
    let start = ago(600)? * 1_000_000_000;
    Ok(json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "payments" } }] },
        "scopeSpans": [{ "spans": [{
            "traceId": TRACE, "spanId": "b7ad6b7169203331", "name": "charge card", "kind": 2,
            "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + 2_000_000_000).to_string(),
            "status": { "code": 2, "message": "card declined" },
        }] }],
    }] }))
}

/// What each template must have in its rows.
const FOUND: [(&str, &str); 42] = [
    ("errors-by-service", "\"shop\""),
    ("error-log", "no space left"),
    ("most-frequent-errors", "GET /cart/# took long"),
    ("errors-over-time", "\"system\""),
    ("new-messages", "payment failed"),
    ("rising-errors", "\"shop\""),
    ("exceptions", "panicked"),
    ("slow-requests", "1507"),
    ("latency-percentiles", "p99"),
    ("slowest-paths", "/cart"),
    ("status-codes-over-time", "5xx"),
    ("server-errors-by-path", "/cart"),
    ("not-found", "/gone"),
    ("top-talkers", "203.0.113.7"),
    ("user-agents", "probe/1.0"),
    ("log-volume-by-source", "web-2"),
    ("log-volume-over-time", "\"sshd\""),
    ("noisy-services", "Failed password"),
    ("volume-change", "\"shop\""),
    ("silent-services", "asleep"),
    ("longest-messages", "Failed password"),
    ("restarts", "web-2"),
    ("out-of-memory", "Killed process"),
    ("disk-full", "no space left"),
    ("dns-failures", "db.internal"),
    ("connection-failures", "10.0.0.7"),
    ("certificate-problems", "x509"),
    ("crashes", "segfault"),
    ("failed-logins", "Failed password"),
    ("failed-logins-by-address", "203.0.113.9"),
    ("privileged-commands", "COMMAND"),
    ("account-changes", "useradd"),
    ("user-activity", "alice"),
    ("traces-with-most-errors", TRACE),
    ("records-of-a-trace", "payment failed"),
    ("slowest-spans", "charge card"),
    ("failed-spans", "card declined"),
    ("missing-levels", "\"plain\""),
    ("duplicates", "the same again"),
    ("late-records", "\"shop\""),
    ("records-from-the-future", "\"early\""),
    ("attributes", "duration_ms"),
];

async fn call(server: &Server, method: Method, path: &str, body: Value) -> anyhow::Result<(u16, Value)> {
    let body = (!body.is_null()).then(|| body.to_string());
    let (status, text) = server.client()?.request(method, path, body).await?;
    let answer = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).context(text)? };
    Ok((status, answer))
}

#[tokio::test]
async fn saved_queries_and_templates() -> anyhow::Result<()> {
    let server = Server::start()?;
    server.ingest("application/x-ndjson", records()?).await?;
    server.call("/v1/traces", &spans()?).await?;
    server.wait_for_count("*", 29).await?;
    server.wait_for_spans(TRACE, 1).await?;

    every_template_finds_what_it_is_for(&server).await?;
    a_query_is_saved_changed_and_restored(&server).await?;
    a_query_is_run_by_name(&server).await?;
    queries_move_as_a_file(&server).await
}

async fn every_template_finds_what_it_is_for(server: &Server) -> anyhow::Result<()> {
    let answer = server.get("/api/v1/templates").await?;
    let templates = answer["items"].as_array().context("templates")?;
    let mut missed = Vec::new();
    for template in templates {
        let id = template["id"].as_str().context("an id")?;
        let (_, wanted) =
            FOUND.iter().find(|(known, _)| *known == id).with_context(|| format!("{id} is not tested"))?;
        let parameters = match id {
            "user-activity" => json!({ "user": "alice" }),
            "records-of-a-trace" => json!({ "trace_id": TRACE }),
            _ => json!({}),
        };
        let path = format!("/api/v1/templates/{id}/run");
        let (status, answer) = call(server, Method::POST, &path, json!({ "parameters": parameters })).await?;
        if status != 200 || !answer["rows"].to_string().contains(wanted) {
            missed.push(format!("{id}: {wanted} is not in {answer}"));
        }
        for parameter in template["parameters"].as_array().context("parameters")? {
            if parameter["values_query"].is_string() {
                let name = parameter["name"].as_str().context("a name")?;
                let values = server.get(&format!("/api/v1/templates/{id}/parameters/{name}/values")).await?;
                let values = values["values"].as_array().context("values")?;
                ensure!(values.contains(&json!("shop")), "{id}: {name} offers {values:?}");
            }
        }
    }
    ensure!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(templates.len(), FOUND.len());
    Ok(())
}

async fn a_query_is_saved_changed_and_restored(server: &Server) -> anyhow::Result<()> {
    let content = json!({
        "name": "Errors of a service", "folder": "Web / Shop", "tags": ["errors", "shop", "errors"], "description": "first",
        "language": "search", "text": "level:>=$level service:$service", "from": "now-1h",
        "parameters": [
            { "name": "level", "type": "word", "default": "error", "values": ["warn", "error"] },
            { "name": "service", "type": "text", "optional": true },
        ],
    });
    let (status, saved) = call(server, Method::POST, "/api/v1/saved-queries", content.clone()).await?;
    assert_eq!(status, 201, "{saved}");
    assert_eq!((&saved["folder"], &saved["tags"]), (&json!("Web/Shop"), &json!(["errors", "shop"])));
    assert_eq!((&saved["version"], &saved["owner"]), (&json!(1), &json!("local")));
    let (status, taken) = call(server, Method::POST, "/api/v1/saved-queries", content.clone()).await?;
    assert_eq!((status, &taken["error"]["code"]), (409, &json!("saved.name_taken")));
    let wrong = json!({ "name": "Wrong", "text": "level:(" });
    let (status, wrong) = call(server, Method::POST, "/api/v1/saved-queries", wrong).await?;
    assert_eq!((status, &wrong["error"]["code"]), (400, &json!("query.syntax")));

    let path = format!("/api/v1/saved-queries/{}", saved["id"].as_str().context("an id")?);
    let mut change = content.clone();
    change["description"] = json!("second");
    change["text"] = json!("level:>=$level service:$service -healthz");
    change["version"] = json!(1);
    let (status, changed) = call(server, Method::PUT, &path, change.clone()).await?;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    let (status, stale) = call(server, Method::PUT, &path, change).await?;
    assert_eq!((status, &stale["error"]["code"]), (412, &json!("saved.changed")));
    let response = delete_if_match(server, &path, "\"1\"").await?;
    assert_eq!(response, 412);

    let versions = server.get(&format!("{path}/versions")).await?;
    assert_eq!(versions["items"][0]["changed"], json!(["description", "text"]));
    let detail = server.get(&format!("{path}/versions/2")).await?;
    assert_eq!(detail["compared_with"], json!(1));
    assert_eq!(detail["difference"]["fields"][0]["before"], json!("first"));
    let lines = detail["difference"]["text"].as_array().context("lines")?;
    assert_eq!(lines.iter().map(|line| line["kind"].clone()).collect::<Vec<_>>(), ["removed", "added"]);
    let restored = server.call(&format!("{path}/versions/1/restore"), &Value::Null).await?;
    assert_eq!((&restored["version"], &restored["description"]), (&json!(3), &json!("first")));

    let (status, _) = call(server, Method::PUT, &format!("{path}/favourite"), Value::Null).await?;
    assert_eq!(status, 200);
    let (status, _) = call(server, Method::DELETE, &path, Value::Null).await?;
    assert_eq!(status, 204);
    assert_eq!(call(server, Method::GET, &path, Value::Null).await?.0, 404);
    let deleted = server.get("/api/v1/saved-queries?deleted=true").await?;
    assert_eq!(deleted["items"][0]["name"], json!("Errors of a service"));
    let back = server.call(&format!("{path}/restore"), &Value::Null).await?;
    assert_eq!((&back["favourite"], &back["version"]), (&json!(true), &json!(3)));

    let list = server.get("/api/v1/saved-queries?search=ERRORS&folder=Web&tag=shop").await?;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["folders"], json!([{ "name": "Web/Shop", "count": 1 }]));
    Ok(())
}

async fn delete_if_match(server: &Server, path: &str, version: &str) -> anyhow::Result<u16> {
    let answer = click_lite_tests::http()?
        .delete(format!("{}{path}", server.url()))
        .bearer_auth(server.token())
        .header("if-match", version)
        .send()
        .await?;
    Ok(answer.status().as_u16())
}

async fn a_query_is_run_by_name(server: &Server) -> anyhow::Result<()> {
    let path = "/api/v1/saved-queries/errors%20of%20a%20service/run";
    let all = server.call(path, &json!({})).await?;
    let found = all["rows"].as_array().context("rows")?.len();
    let of_shop = server.call(path, &json!({ "parameters": { "service": ["shop", "traced"] } })).await?;
    assert_eq!((found, of_shop["rows"].as_array().map(Vec::len)), (11, Some(4)), "{of_shop}");

    // A value is a value, whatever it says.
    let hostile = json!({ "parameters": { "service": "x\" OR level:info OR service:\"shop" } });
    assert_eq!(server.call(path, &hostile).await?["rows"], json!([]));
    let (status, error) = server.refused(path, &json!({ "parameters": { "level": "error OR *" } })).await?;
    assert_eq!((status, error.code.as_str()), (400, "saved.parameter"));
    let (status, error) = server.refused(path, &json!({ "parameters": { "lvl": "error" } })).await?;
    assert_eq!((status, error.code.as_str()), (400, "saved.parameter"));
    let noted = server.get("/api/v1/saved-queries/Errors%20of%20a%20service").await?;
    ensure!(noted["last_run_at"].is_string() && noted["last_run_ms"].is_u64(), "{noted}");

    let sql = json!({
        "name": "Rows of a service", "language": "sql",
        "text": "SELECT count() AS records FROM otel_logs WHERE ServiceName = {service:String}",
        "parameters": [{ "name": "service", "type": "String" }],
    });
    server.call("/api/v1/saved-queries", &sql).await?;
    let arguments = ["--format", "csv", "--saved", "Rows of a service", "--param", "service=shop"];
    let output = server.command("query", &arguments)?;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "records\n9\n", "{output:?}");
    let arguments = [
        "--format",
        "csv",
        "--columns",
        "service",
        "--saved",
        "Errors of a service",
        "--param",
        "service=shop",
    ];
    let output = server.command("query", &arguments)?;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "service\nshop\nshop\nshop\n", "{output:?}");
    let output = server.command("query", &["--saved", "Rows of a service"])?;
    assert_eq!(output.status.code(), Some(1));
    ensure!(String::from_utf8_lossy(&output.stderr).contains("`service` needs a value"), "{output:?}");
    Ok(())
}

async fn queries_move_as_a_file(server: &Server) -> anyhow::Result<()> {
    let mut file = server.get("/api/v1/saved-queries/export").await?;
    assert_eq!((&file["format_version"], file["items"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    file["items"][0]["description"] = json!("from the file");
    file["items"].as_array_mut().context("items")?.push(json!({ "name": "New one", "text": "timeout" }));
    let standings =
        |report: &Value| (report["new"].clone(), report["changed"].clone(), report["same"].clone());
    let dry = server.call("/api/v1/saved-queries/import?dry_run=true", &file).await?;
    assert_eq!(standings(&dry), (json!(1), json!(1), json!(1)));
    assert_eq!(server.get("/api/v1/saved-queries").await?["items"].as_array().map(Vec::len), Some(2));
    server.call("/api/v1/saved-queries/import", &file).await?;
    let again = server.call("/api/v1/saved-queries/import", &file).await?;
    assert_eq!(standings(&again), (json!(0), json!(0), json!(3)));

    file["format_version"] = json!(2);
    let (status, error) = server.refused("/api/v1/saved-queries/import", &file).await?;
    assert_eq!((status, error.code.as_str()), (400, "saved.file"));
    let token_file = server.ready["token_file"].as_str().context("a token file")?;
    let listed = std::process::Command::new(server_binary()?)
        .args(["saved", "list", "--server", &server.url(), "--token-file", token_file, "new"])
        .output()?;
    ensure!(String::from_utf8_lossy(&listed.stdout).contains("New one"), "{listed:?}");
    Ok(())
}
