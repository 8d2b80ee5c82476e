//! Named queries beside the best SQL that we can write by hand for the same question, in turns, against one engine.
//!
//! The engine is started by the benchmark and given to the server as a remote ClickHouse, so that both ways ask the same
//! process, and the server keeps no answers. Then the server runs with its own engine on the same folder, and each
//! query is asked again and again: what a kept answer takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use click_lite_benches::clickhouse::{ClickHouse, DATABASE};
use click_lite_benches::named_queries::{NamedQuery, named_queries};
use click_lite_benches::report::{say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::server::Server;
use click_lite_benches::{data, process, runtime};
use click_lite_client::ApiClient;
use reqwest::Method;
use serde_json::{Value, json};

const WARM_UP: usize = 2;
const REPETITIONS: usize = 20;
/// Times that a query is asked until its answer is kept.
const MOST_ASKED: usize = 50;
/// Of a query that takes longer than [`PATIENCE`] in all.
const FEWEST: usize = 5;
const PATIENCE: Duration = Duration::from_secs(15);
/// Most that the generated SQL may take of what the best SQL does: time, or CPU.
const RATIO_GOAL: f64 = 1.15;
/// Times below this differ by chance.
const NOISE_MS: f64 = 2.0;
const CACHED_GOAL_MS: f64 = 10.0;
const SEARCH: &str = "/api/v1/search";

/// Times and processor times of the engine.
#[derive(Default)]
struct Way {
    samples: Samples,
    engine_cpu_seconds: f64,
}

struct Measured {
    query: NamedQuery,
    api: Way,
    generated: Way,
    best: Way,
    cached: Samples,
    sql: String,
}

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = data::copied_events().await?;
    let mut measured = beside_best_sql(&folder).await?;
    again(&folder, &mut measured).await?;
    report(&measured)
}

async fn beside_best_sql(folder: &Path) -> anyhow::Result<Vec<Measured>> {
    let clickhouse = ClickHouse::start(folder).await?;
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
    for query in queries(&client).await? {
        let name = query.name;
        let result = measure(&client, &clickhouse, query).await.with_context(|| name)?;
        say(&format!(
            "{name}: {:.1} ms, by hand {:.1} ms",
            result.generated.samples.median(),
            result.best.samples.median()
        ))?;
        measured.push(result);
    }
    server.stop()?;
    clickhouse.stop().await;
    Ok(measured)
}

/// The queries, with values of a stored record.
async fn queries(client: &ApiClient) -> anyhow::Result<Vec<NamedQuery>> {
    let needle: Value = serde_json::from_str(&call(client, &json!({ "query": "xylophonequartz" })).await?)?;
    let record = &needle["rows"][3];
    let of =
        |value: &Value| value.as_str().map(ToOwned::to_owned).with_context(|| format!("a value in {record}"));
    Ok(named_queries(&of(&record["TraceId"])?, &of(&record["LogAttributes"]["user_id"])?))
}

fn body(query: &NamedQuery) -> Value {
    let (from, to) = query.range.unzip();
    json!({ "query": query.query, "from": from, "to": to, "budget": { "confirmed": true } })
}

async fn call(client: &ApiClient, body: &Value) -> anyhow::Result<String> {
    let (status, text) = client.request(Method::POST, SEARCH, Some(body.to_string())).await?;
    ensure!(status == 200, "the search answered {status}: {text}");
    Ok(text)
}

/// Asks the API, then ClickHouse with the API's SQL, then with ours, again and again.
async fn measure(client: &ApiClient, clickhouse: &ClickHouse, query: NamedQuery) -> anyhow::Result<Measured> {
    let body = body(&query);
    let answer: Value = serde_json::from_str(&call(client, &body).await?)?;
    let sql = answer["sql"].as_str().context("SQL")?.to_owned();
    let rows = answer["rows"].as_array().map_or(0, Vec::len);
    ensure!(rows > 0, "nothing was found: {answer}");

    let pid = clickhouse.endpoint.pid;
    let (mut api, mut generated, mut best) = (Way::default(), Way::default(), Way::default());
    let begun = Instant::now();
    for repetition in 0..WARM_UP + REPETITIONS {
        if best.samples.len() >= FEWEST && begun.elapsed() > PATIENCE {
            break;
        }
        if repetition == WARM_UP {
            (api, generated, best) = Default::default();
        }
        api.time(pid, async || call(client, &body).await.map(drop)).await?;
        generated.time(pid, async || directly(clickhouse, &sql, rows).await).await?;
        best.time(pid, async || directly(clickhouse, &query.best_sql, rows).await).await?;
    }
    Ok(Measured { query, api, generated, best, cached: Samples::default(), sql })
}

async fn directly(clickhouse: &ClickHouse, sql: &str, rows: usize) -> anyhow::Result<()> {
    let answer = clickhouse.query(sql, &[("default_format", "JSONEachRow")]).await?;
    let lines = answer.iter().filter(|byte| **byte == b'\n').count();
    ensure!(lines == rows, "the API gave {rows} rows, ClickHouse {lines} for {sql}");
    Ok(())
}

impl Way {
    async fn time(
        &mut self,
        engine_pid: u32,
        ask: impl AsyncFnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (cpu_before, started) = (process::cpu(engine_pid)?, Instant::now());
        ask().await?;
        self.samples.push(started.elapsed());
        self.engine_cpu_seconds += process::cpu(engine_pid)? - cpu_before;
        Ok(())
    }

    /// Of one query, milliseconds.
    fn cpu_ms(&self) -> f64 {
        self.engine_cpu_seconds * 1e3 / self.samples.len().max(1) as f64
    }

    fn json(&self) -> Value {
        json!({ "p50_ms": self.samples.median(), "p95_ms": self.samples.percentile(95.0), "engine_cpu_ms": self.cpu_ms() })
    }
}

impl Measured {
    fn ratios(&self) -> (f64, f64) {
        (
            self.generated.samples.median() / self.best.samples.median(),
            self.generated.cpu_ms() / self.best.cpu_ms(),
        )
    }

    fn is_near_the_best(&self) -> bool {
        let beyond_ms = self.generated.samples.median() - self.best.samples.median();
        self.ratios().0 <= RATIO_GOAL || beyond_ms < NOISE_MS
    }
}

/// With the server's own engine, whose every change it knows: the first answer of each query is kept.
async fn again(folder: &Path, measured: &mut [Measured]) -> anyhow::Result<()> {
    let server = Server::start(folder, &[])?;
    let client = server.client()?;
    for one in measured {
        let body = body(&one.query);
        // What the server does at its start may change the table: nothing is kept before that is done.
        for _ in 0..MOST_ASKED {
            let answer: Value = serde_json::from_str(&call(&client, &body).await?)?;
            if answer["cache"]["hit"] == true {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for _ in 0..REPETITIONS {
            let started = Instant::now();
            let answer = call(&client, &body).await?;
            one.cached.push(started.elapsed());
            let answer: Value = serde_json::from_str(&answer)?;
            ensure!(answer["cache"]["hit"] == true, "{}: not from the cache", one.query.name);
        }
    }
    server.stop()
}

fn report(measured: &[Measured]) -> anyhow::Result<()> {
    let figure = |value: f64| format!("{value:.1}");
    let mut rows = Vec::new();
    for one in measured {
        let (ratio, cpu_ratio) = one.ratios();
        let cached = one.cached.median();
        rows.push(vec![
            one.query.name.to_owned(),
            figure(one.api.samples.median()),
            figure(one.generated.samples.median()),
            figure(one.best.samples.median()),
            format!("{ratio:.2}"),
            figure(one.generated.cpu_ms()),
            figure(one.best.cpu_ms()),
            format!("{cpu_ratio:.2}"),
            figure(cached),
            verdict(one.is_near_the_best() && cached < CACHED_GOAL_MS).to_owned(),
        ]);
    }
    let (events, copies) = (data::events(), data::copies());
    say(&format!(
        "{} events, warm, up to {REPETITIONS} times each in turns; medians, milliseconds",
        events * copies
    ))?;
    table(
        &["query", "API", "generated SQL", "best SQL", "ratio", "CPU", "best CPU", "ratio", "kept", ""],
        &rows,
    )?;
    let figures: Vec<Value> = measured
        .iter()
        .map(|one| {
            let (ratio, cpu_ratio) = one.ratios();
            json!({
                "name": one.query.name, "query": one.query.query, "sql": one.sql, "best_sql": one.query.best_sql,
                "api": one.api.json(), "generated": one.generated.json(), "best": one.best.json(),
                "ratio": ratio, "cpu_ratio": if cpu_ratio.is_finite() { Some(cpu_ratio) } else { None },
                "kept_ms": { "p50": one.cached.median(), "p95": one.cached.percentile(95.0) },
            })
        })
        .collect();
    write("queries", json!({ "events": events * copies, "goal_ratio": RATIO_GOAL, "queries": figures }))
}
