//! Dashboards: the API from making one to taking its deletion back, and every query of every template on records as
//! the importers and receivers store them.

use anyhow::{Context as _, ensure};
use click_lite_tests::{Server, samples};
use reqwest::Method;
use serde_json::{Value, json};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_made_changed_and_put_aside() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let widget = json!({ "id": "w", "kind": "number", "title": "Rows", "layout": { "x": 0, "y": 0, "w": 3, "h": 3 },
        "query": { "language": "sql", "text": "SELECT count() FROM otel_logs" }, "options": { "unit": "compact" } });
    let content = json!({ "name": "Shop", "folder": "Web", "tags": ["shop"], "definition": { "widgets": [widget], "from": "now-1h" } });
    let (status, made) = send(&server, Method::POST, "/api/v1/dashboards", &content).await?;
    assert_eq!(
        (status, &made["version"], &made["definition"]["widgets"][0]["options"]["unit"]),
        (201, &json!(1), &json!("compact"))
    );
    let path = format!("/api/v1/dashboards/{}", made["id"].as_str().context("an id")?);

    // Of two changes from the same version, one counts.
    let mut second = content.clone();
    second["name"] = json!("Shop, changed");
    second["version"] = json!(1);
    let (status, changed) = send(&server, Method::PUT, &path, &second).await?;
    assert_eq!((status, &changed["version"]), (200, &json!(2)));
    let (status, refused) = send(&server, Method::PUT, &path, &second).await?;
    assert_eq!((status, &refused["error"]["code"]), (412, &json!("dashboard.changed")));
    let mut wrong = content.clone();
    wrong["definition"]["widgets"][0]["layout"]["w"] = json!(13);
    let (status, refused) = send(&server, Method::PUT, &path, &wrong).await?;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("dashboard.invalid")));
    assert_eq!(refused["error"]["details"]["field"], "widgets.w");

    let (status, _) = send(&server, Method::PUT, &format!("{path}/favourite"), &Value::Null).await?;
    assert_eq!(status, 204);
    let (status, back) =
        send(&server, Method::POST, &format!("{path}/versions/1/restore"), &Value::Null).await?;
    assert_eq!(
        (status, &back["name"], &back["version"], &back["favourite"]),
        (200, &json!("Shop"), &json!(3), &json!(true))
    );
    let versions = server.get(&format!("{path}/versions")).await?;
    let names: Vec<_> =
        versions["versions"].as_array().context("versions")?.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Shop", "Shop, changed", "Shop"]);

    // As a file it comes to another name of its own; a file of something else does not.
    let file = server.get(&format!("{path}/export")).await?;
    assert_eq!((&file["format"], &file["format_version"]), (&json!("click-lite.dashboard"), &json!(1)));
    let (status, imported) = send(&server, Method::POST, "/api/v1/dashboards/import", &file).await?;
    assert_eq!((status, &imported["definition"]), (201, &back["definition"]));
    let mut newer = file.clone();
    newer["format_version"] = json!(2);
    let (status, refused) = send(&server, Method::POST, "/api/v1/dashboards/import", &newer).await?;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("dashboard.format")));
    let (status, copy) = send(&server, Method::POST, &format!("{path}/duplicate"), &Value::Null).await?;
    assert_eq!((status, &copy["name"]), (201, &json!("Copy of Shop")));

    let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await?;
    assert_eq!(status, 204);
    assert_eq!(send(&server, Method::GET, &path, &Value::Null).await?.0, 404);
    server.restart()?;
    let (status, restored) = send(&server, Method::POST, &format!("{path}/restore"), &Value::Null).await?;
    assert_eq!((status, &restored["name"], &restored["version"]), (200, &json!("Shop"), &json!(3)));
    let list = server.get("/api/v1/dashboards").await?;
    let names: Vec<_> =
        list["dashboards"].as_array().context("dashboards")?.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Copy of Shop", "Shop", "Shop"]);
    Ok(())
}

/// Records of pods as the collector and Fluent Bit send them, of machines, and errors of services.
fn records() -> String {
    let mut lines = String::new();
    for n in 0..40u32 {
        let time = format!("2026-05-18T10:{n:02}:00Z");
        let level = ["info", "warn", "error"][n as usize % 3];
        for record in [
            json!({ "time": time, "level": level, "service": "cart", "message": format!("order {n} failed"), "exception.type": "Timeout",
                "kubernetes": { "pod_name": format!("cart-{}", n % 3), "namespace_name": "shop", "host": "node-1" } }),
            json!({ "time": time, "level": level, "service": "sshd", "host": format!("db-{}", n % 2),
                "message": format!("Failed password for root from 10.0.0.{} port 22", n % 5) }),
        ] {
            lines += &format!("{record}\n");
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_every_template_finds_what_is_stored() -> anyhow::Result<()> {
    let server = Server::start()?;
    server.import(&samples::access_log(2_000)?, &["--service", "web"])?;
    server.ingest("application/x-ndjson", records()).await?;
    server.wait_for_count("*", 2_080).await?;

    let range = json!({ "from": "2026-05-17T00:00:00Z", "to": "2026-05-20T00:00:00Z" });
    let templates = server.get("/api/v1/dashboard-templates").await?;
    let templates = templates["templates"].as_array().context("templates")?;
    assert_eq!(templates.len(), 4);
    for template in templates {
        let name = &template["id"];
        let (status, made) = send(&server, Method::POST, "/api/v1/dashboards", template).await?;
        assert_eq!(status, 201, "{made}");
        let variables = template["definition"]["variables"].as_array().context("variables")?;
        let mut params = json!({ "bucket_seconds": 3600 });
        for variable in variables {
            let rows = run(&server, &variable["query"], &json!({}), &range).await?;
            ensure!(!rows.is_empty(), "{name}: {} has no value", variable["name"]);
            params[variable["name"].as_str().context("a name")?] = json!([]);
        }
        for widget in template["definition"]["widgets"].as_array().context("widgets")? {
            let rows = run(&server, &widget["query"], &params, &range).await?;
            ensure!(!rows.is_empty(), "{name}: {} shows nothing", widget["title"]);
        }
    }
    Ok(())
}

/// Rows of a query; in a search, tests with a variable are left out.
async fn run(server: &Server, query: &Value, params: &Value, range: &Value) -> anyhow::Result<Vec<Value>> {
    let text = query["text"].as_str().context("a text")?;
    let (path, mut body) = if query["language"] == "sql" {
        let used = params
            .as_object()
            .context("values")?
            .iter()
            .filter(|(name, _)| text.contains(&format!("{{{name}:")));
        (
            "/api/v1/sql",
            json!({ "sql": text, "params": Value::Object(used.map(|(name, value)| (name.clone(), value.clone())).collect()) }),
        )
    } else {
        let words: Vec<String> = text
            .split(' ')
            .map(|word| match word.find('$') {
                Some(_) => format!(
                    "{}*{}",
                    if word.starts_with('(') { "(" } else { "" },
                    if word.ends_with(')') { ")" } else { "" }
                ),
                None => word.to_owned(),
            })
            .collect();
        ("/api/v1/search", json!({ "query": words.join(" ") }))
    };
    body["from"] = range["from"].clone();
    body["to"] = range["to"].clone();
    let answer = server.call(path, &body).await.with_context(|| text.to_owned())?;
    answer["rows"].as_array().cloned().context("rows")
}
