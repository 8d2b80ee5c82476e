//! OpenTelemetry's Python SDK: what it sends over gRPC and HTTP is stored, all of it, once and in its place.

use anyhow::Context;
use click_lite_tests::{Server, python_client};
use serde_json::Value;

const COUNT: usize = 10_000;
const WORDS: &str = "Käse 日本語 🦀";

/// Ways of the SDK to the server: protocol, endpoint, compression.
fn ways(server: &Server) -> anyhow::Result<Vec<(&'static str, String, &'static str)>> {
    let address = |name: &str| server.ready[name].as_str().map(ToOwned::to_owned).context("a listener");
    let (grpc, http) = (address("otlp_grpc")?, format!("http://{}", address("otlp_http")?));
    Ok(vec![
        ("grpc", grpc.clone(), "none"),
        ("grpc", grpc, "gzip"),
        ("http", http, "none"),
        // The API's own port takes OTLP as well.
        ("http", server.url(), "gzip"),
    ])
}

/// Runs the SDK; the line that it prints.
async fn send(signal: &'static str, way: &(&'static str, String, &'static str)) -> anyhow::Result<String> {
    let (protocol, endpoint, compression) = way.clone();
    let printed = tokio::task::spawn_blocking(move || {
        python_client("otlp_sdk.py", &[signal, protocol, &endpoint, compression, &COUNT.to_string()], &[])
    })
    .await??;
    Ok(printed.trim().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_of_the_sdk_are_stored() -> anyhow::Result<()> {
    let server = Server::start()?;
    let ways = ways(&server)?;
    for (index, way) in ways.iter().enumerate() {
        send("logs", way).await?;
        server
            .wait_for_count("service:shop", ((index + 1) * COUNT) as u64)
            .await
            .with_context(|| format!("{way:?}"))?;
    }
    let each = ways.len() as u64;

    let row = &server.rows("\"order 77 is\"", 10).await?[0];
    assert_eq!(row["Body"], format!("order 77 is {WORDS}"));
    assert_eq!(row["LogAttributes"]["n"], "77");
    assert_eq!(row["SeverityText"], "INFO");
    assert_eq!(
        (&row["ScopeName"], &row["ResourceAttributes"]["host.name"]),
        (&"shop.cart".into(), &"node-é".into())
    );

    let large = server.rows("service:shop level:warn", 10).await?;
    assert_eq!(large.len() as u64, each);
    assert!(large.iter().all(|row| row["Body"].as_str().is_some_and(|body| body == "x".repeat(100_000))));

    let failed = server.rows("\"it failed\"", 10).await?;
    assert_eq!(failed.len() as u64, each);
    for row in failed {
        let attributes = &row["LogAttributes"];
        assert_eq!(attributes["exception.type"], "OSError", "{row}");
        assert_eq!(attributes["exception.message"], format!("disk of {WORDS} is full"));
        assert!(attributes["exception.stacktrace"].as_str().is_some_and(|trace| trace.contains("in fail")));
        assert_eq!(row["SeverityNumber"], 17);
    }
    let within = server.rows("trace_id:00000000000000000000000000000abc", 10).await?;
    assert_eq!(within.len() as u64, each);
    assert_eq!((&within[0]["SpanId"], &within[0]["TraceFlags"]), (&"0000000000000def".into(), &1.into()));

    // Each number of each way is there: none is lost, none is there twice.
    assert_eq!(server.count("service:shop n:4242").await?, each);
    Ok(())
}

fn named<'a>(spans: &'a [Value], name: &str) -> anyhow::Result<&'a Value> {
    spans.iter().find(|span| span["SpanName"] == name).with_context(|| format!("no span {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_of_the_sdk_are_stored() -> anyhow::Result<()> {
    let server = Server::start()?;
    for way in ways(&server)? {
        let trace_id = send("traces", &way).await?;
        let spans = server.wait_for_spans(&trace_id, COUNT).await.with_context(|| format!("{way:?}"))?;
        let ids: std::collections::HashSet<_> = spans.iter().map(|span| span["SpanId"].to_string()).collect();
        assert_eq!(ids.len(), COUNT, "every span is there once");
        let mut numbers: Vec<usize> =
            spans.iter().filter_map(|span| span["SpanAttributes"]["n"].as_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..COUNT - 3).collect::<Vec<_>>());

        let root = &spans[0];
        assert_eq!((&root["SpanName"], &root["SpanKind"]), (&"root".into(), &"Server".into()));
        assert_eq!((&root["ParentSpanId"], &root["StatusCode"]), (&"".into(), &"Unset".into()));
        let link = &root["Links"][0];
        assert_eq!(link["TraceId"], "00000000000000000000000000000abc");
        assert_eq!(
            (&link["SpanId"], &link["Attributes"]["why"]),
            (&"0000000000000def".into(), &WORDS.into())
        );
        assert!(
            root["Duration"].as_str().is_some_and(|duration| duration.parse::<u64>().is_ok_and(|ns| ns > 0))
        );

        let step = named(&spans, "step 7")?;
        assert_eq!(step["ParentSpanId"], root["SpanId"]);
        assert_eq!((&step["SpanKind"], &step["SpanAttributes"]["text"]), (&"Internal".into(), &WORDS.into()));
        assert_eq!(
            (&step["ServiceName"], &step["ResourceAttributes"]["host.name"]),
            (&"shop".into(), &"node-é".into())
        );
        assert_eq!((&step["ScopeName"], &step["ScopeVersion"]), (&"shop.tracer".into(), &"1.2.3".into()));
        assert_eq!(step["SpanAttributes"]["otel.scope.kind"], "test");

        let large = named(&spans, "large")?;
        assert_eq!(large["SpanAttributes"]["body"], "x".repeat(100_000));
        assert_eq!(
            (&large["SpanAttributes"]["list"], &large["SpanAttributes"]["ratio"]),
            (&r#"["a","b"]"#.into(), &"0.5".into())
        );
        assert_eq!(
            (&large["Events"][0]["Name"], &large["Events"][0]["Attributes"]["key"]),
            (&"cache miss".into(), &WORDS.into())
        );
        assert_eq!(large["StatusCode"], "Ok");

        let failing = named(&spans, "failing")?;
        assert_eq!((&failing["SpanKind"], &failing["StatusCode"]), (&"Client".into(), &"Error".into()));
        assert_eq!(failing["StatusMessage"], format!("OSError: disk of {WORDS} is full"));
        let exception = &failing["Events"][0];
        assert_eq!(
            (&exception["Name"], &exception["Attributes"]["exception.type"]),
            (&"exception".into(), &"OSError".into())
        );
        assert_eq!(exception["Attributes"]["exception.message"], format!("disk of {WORDS} is full"));
        assert!(exception["Timestamp"].as_str() >= failing["Timestamp"].as_str(), "{failing}");
    }
    let status = server.get("/api/v1/status").await?;
    assert_eq!(status["ingest"]["accepted_rows"], 4 * COUNT, "{status}");
    Ok(())
}
