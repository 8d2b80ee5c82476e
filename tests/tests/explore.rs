//! What Explore asks beside searching: rows around a row, the figures of a field, notes.

use anyhow::Context;
use click_lite_tests::{Server, http};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// 40 rows a second apart, two services in turn; every tenth has no `ms`, and the last one is far out.
async fn filled() -> anyhow::Result<Server> {
    let server = Server::start()?;
    let mut body = String::new();
    for n in 0..40u64 {
        let service = if n % 2 == 0 { "api" } else { "cart" };
        let mut record = json!({
            "timestamp": format!("2026-01-02T03:00:{n:02}.000000001Z"), "level": if n % 8 == 0 { "error" } else { "info" },
            "service": service, "host": "h1", "message": format!("request {n}"),
            "path": format!("/{}", n % 3),
        });
        if n % 10 != 9 {
            record["ms"] = if n == 38 { json!(50_000) } else { json!(n) };
        }
        body += &format!("{record}\n");
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 40).await?;
    Ok(server)
}

fn messages(rows: &Value) -> Vec<&str> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["Body"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_around_a_row_are_the_nearest_on_both_sides() -> anyhow::Result<()> {
    let server = filled().await?;
    let rows = server.rows("\"request 20\"", 10).await?;
    let row = rows.first().context("a row")?;
    let place = json!({ "timestamp": row["Timestamp"], "ingest_id": row["IngestId"] });
    let ask = |more: Value| {
        let mut call = place.clone();
        call.as_object_mut()
            .into_iter()
            .for_each(|call| call.extend(more.as_object().cloned().unwrap_or_default()));
        call
    };
    let around = server.call("/api/v1/surrounding", &ask(json!({ "before": 2, "after": 3 }))).await?;
    assert_eq!(messages(&around["before"]), ["request 19", "request 18"]);
    assert_eq!(messages(&around["after"]), ["request 21", "request 22", "request 23"]);
    let of_service = server
        .call("/api/v1/surrounding", &ask(json!({ "query": "service:api", "before": 1, "after": 50 })))
        .await?;
    assert_eq!(messages(&of_service["before"]), ["request 18"]);
    assert_eq!(messages(&of_service["after"]).len(), 9);
    // A time alone, far from all rows: the nearest row is found however far it is.
    let far = json!({ "timestamp": "2020-01-01", "before": 1, "after": 1, "query": "level:error" });
    let nearest = server.call("/api/v1/surrounding", &far).await?;
    assert_eq!(messages(&nearest["after"]), ["request 0"]);
    assert_eq!(messages(&nearest["before"]), [""; 0]);
    let (status, error) = server.refused("/api/v1/surrounding", &json!({ "timestamp": "soon" })).await?;
    assert_eq!((status, error.code.as_str()), (400, "query.time"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_a_field() -> anyhow::Result<()> {
    let server = filled().await?;
    let stats = server.call("/api/v1/field-stats", &json!({ "query": "*", "field": "ms" })).await?;
    assert_eq!(
        (&stats["total_rows"], &stats["rows"], &stats["sampled"]),
        (&json!(40), &json!(40), &json!(false))
    );
    assert_eq!((&stats["present"], &stats["distinct"]), (&json!(36), &json!(36)));
    let numbers = &stats["numbers"];
    assert_eq!(
        (&numbers["min"], &numbers["max"], &numbers["count"]),
        (&json!(0.0), &json!(50_000.0), &json!(36))
    );
    let buckets = numbers["distribution"].as_array().context("a distribution")?;
    assert_eq!(buckets.iter().filter_map(|bucket| bucket["count"].as_u64()).sum::<u64>(), 36);
    let median = numbers["quantiles"].as_array().context("quantiles")?.iter().find(|one| one["share"] == 0.5);
    let median = median.and_then(|one| one["value"].as_f64()).context("a median")?;
    assert!((17.0..=20.0).contains(&median), "{median}");

    let service =
        server.call("/api/v1/field-stats", &json!({ "query": "level:error", "field": "service" })).await?;
    assert_eq!(service["top_values"], json!([{ "value": "api", "count": 5 }]));
    assert_eq!(service["numbers"], Value::Null);
    let none = server.call("/api/v1/field-stats", &json!({ "query": "*", "field": "nowhere" })).await?;
    assert_eq!((&none["present"], &none["distinct"]), (&json!(0), &json!(0)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_kept_and_nobody_overwrites_what_they_did_not_see() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let row = json!({ "timestamp": "2026-01-02T03:00:20.000000001Z", "ingest_id": "18446744073709551615" });
    let mut new = row.clone();
    new["text"] = json!("here it starts");
    new["colour"] = json!("red");
    new["excerpt"] = json!("connection refused");
    let (status, text) =
        server.client()?.request(Method::POST, "/api/v1/notes", Some(new.to_string())).await?;
    assert_eq!(status, 201, "{text}");
    let note: Value = serde_json::from_str(&text)?;
    assert_eq!((&note["timestamp"], &note["ingest_id"]), (&row["timestamp"], &row["ingest_id"]));
    let path = format!("/api/v1/notes/{}", note["id"].as_str().context("an id")?);

    server.restart()?;
    let put = async |body: Value| {
        let request = http()?.put(format!("{}{path}", server.url())).bearer_auth(server.token());
        let request = request.header("If-Match", "\"1\"").header("Content-Type", "application/json");
        anyhow::Ok(request.body(body.to_string()).send().await?)
    };
    let changed = put(json!({ "text": "and ends", "colour": "green" })).await?;
    assert_eq!(changed.headers().get("etag").and_then(|value| value.to_str().ok()), Some("\"2\""));
    let refused = put(json!({ "text": "lost" })).await?;
    assert_eq!(refused.status(), StatusCode::PRECONDITION_FAILED);

    let inside = server.get("/api/v1/notes?from=2026-01-02T03:00:20Z&to=2026-01-02T03:00:21Z").await?;
    assert_eq!(inside["notes"][0]["text"], "and ends");
    assert_eq!(inside["notes"][0]["excerpt"], "connection refused");
    let outside = server.get("/api/v1/notes?to=2026-01-02T03:00:20Z").await?;
    assert_eq!(outside["notes"], json!([]));

    let (status, _) = server.client()?.request(Method::DELETE, &format!("{path}?version=1"), None).await?;
    assert_eq!(status, 412);
    let (status, _) = server.client()?.request(Method::DELETE, &path, None).await?;
    assert_eq!(status, 204);
    let (status, _) = server.client()?.request(Method::GET, &path, None).await?;
    assert_eq!(status, 404);
    Ok(())
}
