//! Exports that run by a schedule: their files, and what happens when something is in their way.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use click_lite_model::time::parse_rfc3339;
use click_lite_tests::{Server, http, python};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const JOBS: &str = "/api/v1/export-jobs";

/// A question that takes as long as somebody lets it.
const ENDLESS: &str = "SELECT number FROM numbers(100000000000) WHERE sipHash64(number) % 1000000 = 1";

async fn filled(server: &Server) -> anyhow::Result<()> {
    let mut body = String::new();
    for number in 0..300 {
        let record = json!({ "timestamp": format!("2026-11-20T{:02}:00:00Z", number % 24),
            "level": (["info", "error"][number % 2]), "message": format!("Grüße {number}") });
        body.push_str(&format!("{record}\n"));
    }
    server.ingest("application/x-ndjson", body).await?;
    server.wait_for_count("*", 300).await
}

async fn call(
    server: &Server,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> anyhow::Result<(u16, Value)> {
    let request = http()?.request(method, format!("{}{path}", server.url())).bearer_auth(server.token());
    let request = match &body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// A job of this question; it runs in the night of a leap day alone.
async fn job(server: &Server, change: Value) -> anyhow::Result<String> {
    let mut body = json!({ "name": "Errors", "schedule": "0 0 29 2 *", "query": "level:error",
        "columns": ["time", "message"], "format": "csv" });
    for (key, value) in change.as_object().context("an object")? {
        body[key] = value.clone();
    }
    if change.get("sql").is_some() {
        body.as_object_mut().context("an object")?.remove("query");
    }
    let (status, job) = call(server, Method::POST, JOBS, Some(body)).await?;
    anyhow::ensure!(status == 201, "{status} {job}");
    Ok(job["id"].as_str().context("an id")?.to_owned())
}

async fn run(server: &Server, job: &str) -> anyhow::Result<String> {
    let (status, run) = call(server, Method::POST, &format!("{JOBS}/{job}/run"), None).await?;
    anyhow::ensure!(status == 202, "{status} {run}");
    Ok(run["id"].as_str().context("an id")?.to_owned())
}

async fn runs(server: &Server, job: &str) -> anyhow::Result<Vec<Value>> {
    let list = server.get(&format!("{JOBS}/{job}/runs")).await?;
    Ok(list["runs"].as_array().context("runs")?.clone())
}

/// The last run of a job, once it stands so.
async fn wait_for_run(server: &Server, job: &str, state: &str) -> anyhow::Result<Value> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let last = runs(server, job).await?.into_iter().next().unwrap_or_default();
        if last["state"] == state {
            return Ok(last);
        }
        anyhow::ensure!(Instant::now() < until, "no run is {state}: {last}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn path_of(run: &Value) -> anyhow::Result<PathBuf> {
    Ok(run["path"].as_str().context("a path")?.into())
}

/// The names in a folder.
fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Changes a row of the catalog of a server that is stopped.
fn change_catalog(server: &Server, sql: &str) -> anyhow::Result<()> {
    let script = "import sqlite3, sys\n\
        catalog = sqlite3.connect(sys.argv[1])\n\
        assert catalog.execute(sys.argv[2]).rowcount == 1\n\
        catalog.commit()";
    let catalog = server.data_dir().join("catalog.sqlite");
    let done = python().args(["-c", script]).arg(catalog).arg(sql).status()?;
    anyhow::ensure!(done.success(), "{sql}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_makes_its_file_and_old_ones_go() -> anyhow::Result<()> {
    let server = Server::start()?;
    filled(&server).await?;
    let id = job(&server, json!({ "name": "Fehler / Nacht", "keep_files": 2 })).await?;
    let mut paths = Vec::new();
    for _ in 0..3 {
        run(&server, &id).await?;
        paths.push(path_of(&wait_for_run(&server, &id, "done").await?)?);
    }
    let folder = server.data_dir().join("exports/Fehler - Nacht");
    assert!(!paths[0].exists() && paths[1].exists() && paths[2].exists(), "{paths:?}");
    assert_eq!(names(&folder)?.len(), 2, "nothing else is there: {:?}", names(&folder)?);
    let log = runs(&server, &id).await?;
    let gone: Vec<bool> = log.iter().map(|run| run["path"].is_null()).collect();
    assert_eq!((gone, &log[0]["cause"]), (vec![false, false, true], &json!("request")));

    // The file is the answer, on the disk and by the API.
    let text = std::fs::read_to_string(&paths[2])?;
    assert_eq!(text.lines().count(), 151);
    assert!(text.starts_with("time,message\r\n") && text.contains("Grüße 299"), "{}", &text[..200]);
    let last = log[0]["id"].as_str().context("an id")?;
    let answer = http()?
        .get(format!("{}{JOBS}/{id}/runs/{last}/file", server.url()))
        .bearer_auth(server.token())
        .send()
        .await?;
    let disposition = answer.headers()["content-disposition"].to_str()?.to_owned();
    assert!(disposition.starts_with("attachment; filename=\"Fehler - Nacht 20"), "{disposition}");
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.text().await?, text);
    assert_eq!(log[0]["bytes"], text.len());

    // A run that is taken out of the log takes its file with it.
    let (status, _) = call(&server, Method::DELETE, &format!("{JOBS}/{id}/runs/{last}"), None).await?;
    assert_eq!((status, paths[2].exists()), (204, false));
    let (status, _) = call(&server, Method::GET, &format!("{JOBS}/{id}/runs/{last}/file"), None).await?;
    assert_eq!(status, 404);

    // Every format, and statements.
    for (format, mark) in [("xlsx", "PK"), ("parquet", "PAR1"), ("ndjson", "{\"n\":")] {
        let change = json!({ "name": format, "format": format, "sql": "SELECT count() AS n FROM otel_logs" });
        let id = job(&server, change).await?;
        run(&server, &id).await?;
        let bytes = std::fs::read(path_of(&wait_for_run(&server, &id, "done").await?)?)?;
        assert!(bytes.starts_with(mark.as_bytes()), "{format}");
    }
    assert_eq!(server.metric("click_lite_export_runs_total", &["state=\"done\""]).await?, 6.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_schedule_wanted_while_the_server_was_off_is_made_up_for_once() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    filled(&server).await?;
    let daily =
        json!({ "name": "Daily", "schedule": "30 6 * * *", "time_zone": "Asia/Tokyo", "period": "day" });
    let id = job(&server, daily.clone()).await?;
    let off = job(&server, json!({ "name": "Off", "schedule": "30 6 * * *", "enabled": false })).await?;
    assert!(server.get(&format!("{JOBS}/{off}")).await?["next_at"].is_null());
    let next = server.get(&format!("{JOBS}/{id}")).await?["next_at"].clone();
    assert!(next.as_str().is_some_and(|next| next.contains("T21:30:00")), "{next}");
    assert_eq!(runs(&server, &id).await?.len(), 0, "a new one owes nothing");

    server.stop()?;
    for job in [&id, &off] {
        let sql = format!("UPDATE export_jobs SET due_after = '2026-01-01T00:00:00Z' WHERE id = '{job}'");
        change_catalog(&server, &sql)?;
    }
    server.restart()?;
    let made = wait_for_run(&server, &id, "done").await?;
    assert_eq!(made["cause"], "schedule");
    let planned = made["planned_at"].as_str().context("a time")?.to_owned();
    assert!(planned.contains("T21:30:00"), "{planned}");
    // Named by the clock on the wall of its zone.
    let name = path_of(&made)?.file_name().context("a name")?.to_string_lossy().into_owned();
    assert!(name.starts_with("Daily 20") && name.ends_with(" 0630.csv"), "{name}");
    server.stop()?;
    server.restart()?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(runs(&server, &id).await?.len(), 1, "once");
    assert_eq!(runs(&server, &off).await?.len(), 0, "what is off owes nothing");

    // Neither does one whose schedule is changed, nor one that comes back.
    server.stop()?;
    let sql = format!("UPDATE export_jobs SET due_after = '2026-01-01T00:00:00Z' WHERE id = '{off}'");
    change_catalog(&server, &sql)?;
    server.restart()?;
    let mut on = daily;
    for (key, value) in [("name", json!("Off")), ("query", json!("*")), ("format", json!("csv"))] {
        on[key] = value;
    }
    let (status, _) = call(&server, Method::PUT, &format!("{JOBS}/{off}"), Some(on)).await?;
    assert_eq!(status, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(runs(&server, &off).await?.len(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_with_the_server_begins_again() -> anyhow::Result<()> {
    let mut server = Server::start()?;
    let id = job(&server, json!({ "sql": ENDLESS })).await?;
    run(&server, &id).await?;
    wait_for_run(&server, &id, "running").await?;
    let second = job(&server, json!({ "name": "Second", "sql": "SELECT 1 AS one" })).await?;
    run(&server, &second).await?;
    assert_eq!(runs(&server, &second).await?[0]["state"], "waiting", "one at a time");
    server.kill();
    server.restart()?;
    let again = wait_for_run(&server, &id, "running").await?;
    let run_id = again["id"].as_str().context("an id")?.to_owned();
    assert_eq!(runs(&server, &id).await?.len(), 1, "the same run");

    // By its id it is seen, and ended; then comes the next one.
    let path = format!("/api/v1/queries/{run_id}");
    let until = Instant::now() + Duration::from_secs(10);
    while server.get(&path).await.ok().is_none_or(|query| query["state"] != "running") {
        anyhow::ensure!(Instant::now() < until, "the query does not run");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (status, _) = call(&server, Method::DELETE, &format!("{JOBS}/{id}/runs/{run_id}"), None).await?;
    assert_eq!(status, 204);
    wait_for_run(&server, &id, "cancelled").await?;
    while server.get(&path).await?["state"] != "cancelled" {
        anyhow::ensure!(Instant::now() < until + Duration::from_secs(10), "the query goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let done = wait_for_run(&server, &second, "done").await?;
    assert_eq!(std::fs::read_to_string(path_of(&done)?)?, "one\r\n1\r\n");
    assert_eq!(names(&server.data_dir().join("exports/Errors")).unwrap_or_default(), [""; 0], "nothing half");

    // Nor is one made twice that had its file but for the word in the log.
    server.stop()?;
    let done = done["id"].as_str().context("an id")?;
    change_catalog(&server, &format!("UPDATE export_runs SET state = 'running' WHERE id = '{done}'"))?;
    server.restart()?;
    wait_for_run(&server, &second, "done").await?;
    assert_eq!(runs(&server, &second).await?[0]["id"], done);
    assert_eq!(names(&server.data_dir().join("exports/Second"))?.len(), 1);

    // A server that is stopped in peace leaves it for the next start as well.
    run(&server, &id).await?;
    wait_for_run(&server, &id, "running").await?;
    server.stop()?;
    server.restart()?;
    wait_for_run(&server, &id, "running").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_said() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let server = Server::start_configured(&format!("[exports]\ndir = {:?}\n", out.display().to_string()))?;
    filled(&server).await?;
    for (change, code) in [
        (json!({ "schedule": "0 7 * *" }), "export_job.schedule"),
        (json!({ "time_zone": "Europe/Atlantis" }), "export_job.time_zone"),
        (json!({ "query": "level:(" }), "query.syntax"),
        (json!({ "query": "* | nothing" }), "query.syntax"),
        (json!({ "query": null }), "export.question"),
        (json!({ "query": null, "sql": "DROP TABLE otel_logs" }), "sql.not_allowed"),
    ] {
        let mut body = json!({ "name": "x", "schedule": "@daily", "query": "*", "format": "csv" });
        for (key, value) in change.as_object().context("an object")? {
            body[key] = value.clone();
        }
        let (found, error) = server.refused(JOBS, &body).await?;
        assert_eq!((found, error.code.as_str()), (400, code), "{change}: {}", error.message);
    }

    // What ClickHouse finds in the middle, and a folder that can't be written.
    let failing = "SELECT number, throwIf(number = 900000) FROM numbers(1000000)";
    let id = job(&server, json!({ "name": "Fails", "sql": failing })).await?;
    run(&server, &id).await?;
    let failed = wait_for_run(&server, &id, "failed").await?;
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("throwIf")), "{failed}");
    assert!(failed["path"].is_null());
    assert_eq!(names(&out.join("Fails"))?, [""; 0], "nothing half is left");
    let alarmed = async |expected: bool| {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let status = server.get("/api/v1/status").await?;
            if status["alarms"].to_string().contains("exports.failing") == expected {
                return anyhow::Ok(());
            }
            anyhow::ensure!(Instant::now() < until, "{}", status["alarms"]);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    alarmed(true).await?;
    let path = format!("{JOBS}/{id}");
    let mut mended =
        json!({ "name": "Fails", "schedule": "@daily", "sql": "SELECT 2 AS two", "format": "csv" });
    mended["version"] = json!(7);
    let (status, error) = call(&server, Method::PUT, &path, Some(mended.clone())).await?;
    assert_eq!((status, &error["error"]["code"]), (412, &json!("export_job.changed")));
    mended["version"] = json!(1);
    let (status, job_now) = call(&server, Method::PUT, &path, Some(mended)).await?;
    assert_eq!((status, &job_now["version"]), (200, &json!(2)));
    std::fs::remove_dir_all(&out)?;
    std::fs::write(&out, "no folder")?;
    run(&server, &id).await?;
    let failed = wait_for_run(&server, &id, "failed").await?;
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("exports.dir")), "{failed}");
    std::fs::remove_file(&out)?;
    run(&server, &id).await?;
    let done = wait_for_run(&server, &id, "done").await?;
    assert_eq!(std::fs::read_to_string(path_of(&done)?)?, "two\r\n2\r\n");
    alarmed(false).await?;

    // Deleted and taken back, with its runs and its files.
    let (status, _) = call(&server, Method::DELETE, &path, None).await?;
    assert_eq!((status, call(&server, Method::GET, &path, None).await?.0), (204, 404));
    assert!(path_of(&done)?.exists());
    let (status, back) = call(&server, Method::POST, &format!("{path}/restore"), None).await?;
    assert_eq!((status, &back["last_run"]["state"]), (200, &json!("done")), "{back}");
    let (status, _) = call(&server, Method::POST, &format!("{JOBS}/none/run"), None).await?;
    assert_eq!(status, StatusCode::NOT_FOUND.as_u16());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_can_be_looked_at_before_it_is_saved() -> anyhow::Result<()> {
    let server = Server::start()?;
    let asked = json!({ "schedule": "0 7 * * 1", "time_zone": "Europe/Berlin", "period": "week" });
    let plan = server.call(&format!("{JOBS}/preview"), &asked).await?;
    let runs = plan["runs"].as_array().context("runs")?;
    assert_eq!(runs.len(), 5);
    for run in runs {
        let time = |name: &str| -> anyhow::Result<i64> {
            let time = run[name].as_str().and_then(parse_rfc3339).context("a time")?;
            Ok(time / 1_000_000_000)
        };
        let (from, to, at) = (time("from")?, time("to")?, time("at")?);
        assert_eq!(at - to, 7 * 3600, "the week ends on Monday at midnight: {run}");
        // One of 168 hours, or of an hour more or less where the clock changes.
        assert!((to - from - 7 * 86_400).abs() <= 3600, "{run}");
    }
    let (status, error) =
        server.refused(&format!("{JOBS}/preview"), &json!({ "schedule": "x", "time_zone": "UTC" })).await?;
    assert_eq!((status, error.code.as_str()), (400, "export_job.schedule"));
    Ok(())
}
