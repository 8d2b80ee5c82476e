//! Each search of the API beside its own SQL sent to ClickHouse, in turns, against one engine.
//!
//! The benchmark starts the engine itself and gives it to the server as a remote ClickHouse, so that both ways
//! ask the same process with the same caches. Beyond that choice the server's way is the same.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use click_lite_benches::clickhouse::{ClickHouse, DATABASE};
use click_lite_benches::report::{say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{data, process, runtime};
use click_lite_client::ApiClient;
use reqwest::Method;
use serde_json::{Value, json};

const WARM_UP: usize = 3;
const REPETITIONS: usize = 30;
/// Of a query without a goal that takes longer than [`PATIENCE`] in all.
const FEWEST: usize = 5;
const PATIENCE: Duration = Duration::from_secs(10);
/// Most that our own part may take, median.
const OVERHEAD_GOAL_MS: f64 = 10.0;
/// 95th percentile at the API.
const ROWS_GOAL_MS: f64 = 150.0;
const HISTOGRAM_GOAL_MS: f64 = 200.0;

/// The time of all events. With an open range the server first asks for the times of the first and the last record,
/// which comes to the same statement and one small one.
const DAY: (&str, &str) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");

const SEARCH: &str = "/api/v1/search";
const HISTOGRAM: &str = "/api/v1/histogram";
const FIELDS: &str = "/api/v1/fields";

struct Case {
    name: &'static str,
    path: &'static str,
    body: Value,
    goal_ms: Option<f64>,
}

struct Measured {
    name: &'static str,
    rows: usize,
    api: Samples,
    direct: Samples,
    /// Processor time of one query, milliseconds.
    engine_cpu_ms: f64,
    server_cpu_ms: f64,
    goal_ms: Option<f64>,
    sql: String,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = data::stored_events().await?;
    let clickhouse = ClickHouse::start(&folder).await?;
    let api_folder = tempfile::tempdir()?;
    let server = {
        let (endpoint, writer) = (&clickhouse.endpoint, &clickhouse.endpoint.writer);
        let options = [
            ("CLICK_LITE__CLICKHOUSE__URL", endpoint.url.as_str()),
            ("CLICK_LITE__CLICKHOUSE__DATABASE", DATABASE),
            ("CLICK_LITE__CLICKHOUSE__USER", &writer.user),
            ("CLICK_LITE__CLICKHOUSE__PASSWORD", &writer.password),
        ];
        Server::start(api_folder.path(), &options)?
    };
    let client = server.client()?;

    let mut measured = Vec::new();
    for case in cases(&client).await? {
        let pids = (clickhouse.endpoint.pid, server.pid());
        let result = measure(&client, &clickhouse, pids, &case).await;
        let result = result.with_context(|| case.name)?;
        say(&format!(
            "{}: {:.1} ms, directly {:.1} ms",
            case.name,
            result.api.median(),
            result.direct.median()
        ))?;
        measured.push(result);
    }
    let floor = floor(&client, &clickhouse).await?;
    server.stop()?;
    clickhouse.stop().await;
    report(&measured, floor)
}

/// The questions; some values are taken from a stored record, so that there is something to find.
async fn cases(client: &ApiClient) -> anyhow::Result<Vec<Case>> {
    let needle = call(client, SEARCH, &json!({ "query": "xylophonequartz" })).await?;
    let record: Value = serde_json::from_str(&needle)?;
    let record = &record["rows"][3];
    let of =
        |value: &Value| value.as_str().map(ToOwned::to_owned).with_context(|| format!("a value in {record}"));
    let trace = format!("trace_id:{}", of(&record["TraceId"])?);
    let user = format!("user_id:{}", of(&record["LogAttributes"]["user_id"])?);

    let rows =
        |name, query: &str, goal_ms| Case { name, path: SEARCH, body: json!({ "query": query }), goal_ms };
    let counts = |name, query: &str, buckets: u64, goal_ms| Case {
        name,
        path: HISTOGRAM,
        body: json!({ "query": query, "buckets": buckets, "from": DAY.0, "to": DAY.1 }),
        goal_ms,
    };
    let (fast, fast_counts) = (Some(ROWS_GOAL_MS), Some(HISTOGRAM_GOAL_MS));
    Ok(vec![
        rows("last 100 rows", "", fast),
        rows("rare word", "hypervisorpanic", fast),
        rows("needle, 7 rows", "xylophonequartz", fast),
        rows("frequent word", "request", fast),
        rows("phrase", "\"request completed method=PUT\"", fast),
        rows("service and level", "service:checkout level:error", fast),
        rows("trace id", &trace, fast),
        rows("attribute = frequent value", "http.status:503", fast),
        rows("attribute = rare value", &user, fast),
        rows("attribute > number", "duration_ms:>500", fast),
        rows("attribute > rare number", "duration_ms:>9000", None),
        rows("host and word", "host:ip-10-0-2-116 request", fast),
        rows("substring", "*pervisorpan*", None),
        rows("regular expression", "/hypervisor(panic|fault)/", None),
        rows("none found", "nosuchwordanywhere", fast),
        counts("histogram, all, 90 buckets", "", 90, fast_counts),
        counts("histogram, all, by minute", "", 1440, fast_counts),
        counts("histogram, errors", "level:error", 90, fast_counts),
        counts("histogram, frequent word", "request", 90, fast_counts),
        counts("histogram, service and level", "service:checkout level:error", 90, fast_counts),
        counts("count all", "", 1, fast_counts),
        Case {
            name: "histogram, all, open range",
            path: HISTOGRAM,
            body: json!({ "query": "" }),
            goal_ms: fast_counts,
        },
        Case { name: "fields, all", path: FIELDS, body: json!({ "query": "" }), goal_ms: None },
        Case { name: "fields, errors", path: FIELDS, body: json!({ "query": "level:error" }), goal_ms: None },
    ])
}

async fn call(client: &ApiClient, path: &str, body: &Value) -> anyhow::Result<String> {
    let (status, text) = client.request(Method::POST, path, Some(body.to_string())).await?;
    ensure!(status == 200, "{path} answered {status}: {text}");
    Ok(text)
}

/// Asks the API and ClickHouse in turns.
async fn measure(
    client: &ApiClient,
    clickhouse: &ClickHouse,
    (engine_pid, server_pid): (u32, u32),
    case: &Case,
) -> anyhow::Result<Measured> {
    let answer: Value = serde_json::from_str(&call(client, case.path, &case.body).await?)?;
    // Facets take several statements, which their answer does not hold.
    let sql = answer["sql"].as_str().unwrap_or_default().to_owned();
    let list = if case.path == HISTOGRAM { "buckets" } else { "rows" };
    let rows = answer[list].as_array().map_or(0, Vec::len);

    let (mut api, mut direct) = (Samples::default(), Samples::default());
    let mut cpu_before = (process::cpu(engine_pid)?, process::cpu(server_pid)?);
    let begun = Instant::now();
    for repetition in 0..WARM_UP + REPETITIONS {
        // A scan of everything is shown, not judged: a few times are enough.
        if case.goal_ms.is_none() && api.len() >= FEWEST && begun.elapsed() > PATIENCE {
            break;
        }
        if repetition == WARM_UP {
            (api, direct) = Default::default();
            cpu_before = (process::cpu(engine_pid)?, process::cpu(server_pid)?);
        }
        let started = Instant::now();
        call(client, case.path, &case.body).await?;
        api.push(started.elapsed());
        if !sql.is_empty() {
            let started = Instant::now();
            let answer = clickhouse.query(&sql, &[("default_format", "JSONEachRow")]).await?;
            direct.push(started.elapsed());
            let lines = answer.iter().filter(|byte| **byte == b'\n').count();
            ensure!(lines == rows, "the API gave {rows} rows, ClickHouse {lines}");
        }
    }
    let asked = (api.len() + direct.len()) as f64;
    Ok(Measured {
        name: case.name,
        rows,
        engine_cpu_ms: (process::cpu(engine_pid)? - cpu_before.0) * 1e3 / asked,
        server_cpu_ms: (process::cpu(server_pid)? - cpu_before.1) * 1e3 / api.len() as f64,
        api,
        direct,
        goal_ms: case.goal_ms,
        sql,
    })
}

/// A call of the API that asks nothing of ClickHouse, and the least that can be asked of ClickHouse: medians.
async fn floor(client: &ApiClient, clickhouse: &ClickHouse) -> anyhow::Result<(f64, f64)> {
    let (mut api, mut direct) = (Samples::default(), Samples::default());
    for _ in 0..REPETITIONS {
        let started = Instant::now();
        client.request(Method::GET, "/healthz", None).await?;
        api.push(started.elapsed());
        let started = Instant::now();
        clickhouse.query("SELECT 1", &[]).await?;
        direct.push(started.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok((api.median(), direct.median()))
}

fn report(measured: &[Measured], (api_floor, direct_floor): (f64, f64)) -> anyhow::Result<()> {
    let figure = |value: f64| format!("{value:.1}");
    let mut rows = Vec::new();
    let mut figures = Vec::new();
    for case in measured {
        let overhead = case.api.beyond(&case.direct);
        let (median, p95) = (case.api.median(), case.api.percentile(95.0));
        let compared = !case.direct.is_empty();
        let ratio = median / case.direct.median();
        let unless = |text: String| if compared { text } else { "-".to_owned() };
        let goals =
            [case.goal_ms.map(|goal| p95 < goal), compared.then(|| overhead.median() < OVERHEAD_GOAL_MS)];
        rows.push(vec![
            case.name.to_owned(),
            case.rows.to_string(),
            figure(median),
            figure(p95),
            unless(figure(case.direct.median())),
            unless(figure(case.direct.percentile(95.0))),
            unless(figure(overhead.median())),
            unless(format!("{ratio:.2}")),
            figure(case.engine_cpu_ms),
            figure(case.server_cpu_ms),
            case.goal_ms.map_or_else(|| "-".to_owned(), |goal| format!("{goal:.0}")),
            verdict(goals.iter().all(|met| met.unwrap_or(true))).to_owned(),
        ]);
        figures.push(json!({
            "query": case.name,
            "rows": case.rows,
            "api_ms": { "p50": median, "p95": p95 },
            "direct_ms": compared.then(|| json!({
                "p50": case.direct.median(), "p95": case.direct.percentile(95.0),
            })),
            "overhead_ms": compared.then(|| overhead.median()),
            "ratio": compared.then_some(ratio),
            "engine_cpu_ms": case.engine_cpu_ms,
            "server_cpu_ms": case.server_cpu_ms,
            "goal_p95_ms": case.goal_ms,
            "sql": case.sql,
        }));
    }
    let count = data::events();
    say(&format!("{count} events, warm, up to {REPETITIONS} times each in turns; milliseconds"))?;
    table(
        &[
            "query",
            "rows",
            "API P50",
            "P95",
            "direct P50",
            "P95",
            "overhead",
            "ratio",
            "engine CPU",
            "server CPU",
            "goal P95",
            "",
        ],
        &rows,
    )?;
    say(&format!("GET /healthz {api_floor:.2} ms, `SELECT 1` directly {direct_floor:.2} ms"))?;
    let floor = json!({ "healthz_ms": api_floor, "select_1_ms": direct_floor });
    write("search", json!({ "events": count, "floor": floor, "queries": figures }))
}
