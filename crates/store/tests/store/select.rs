//! Answers: types, parameters, progress, limits, errors in the middle, and that what nobody waits for is cancelled.

use std::time::{Duration, Instant};

use click_lite_query::{Param, ParamType, Statement};
use click_lite_store::{RowEvent, StoreConfig};
use libtest_mimic::Trial;

use crate::{Outcome, World, columns, count, frame, id, rows, statement, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("rows_are_whole_and_exact", rows_are_whole_and_exact),
        trial("parameters_are_values_and_nothing_else", parameters_are_values),
        trial("a_long_query_reports_progress_and_can_be_killed", progress_and_kill),
        trial("a_dropped_stream_cancels_its_query", dropping_cancels),
        trial("limits_and_late_errors_are_errors", limits_and_late_errors),
        trial("the_reader_can_not_write", the_reader_can_not_write),
    ]
}

/// Hashes numbers for hours.
const ENDLESS: &str = "SELECT sum(sipHash64(number)) AS n FROM system.numbers LIMIT 1";
const ROWS: &str = "SELECT *, IngestId FROM otel_logs ORDER BY Timestamp DESC, IngestId DESC LIMIT 1";

async fn rows_are_whole_and_exact(world: World) -> Outcome {
    let store = world.store().await?;
    store.insert_native("otel_logs", &columns(), "t", &[frame(0, 5000)]).await?;
    let found = rows(&store, &statement(ROWS)).await?;
    let row = &found[0];
    assert_eq!(row["Timestamp"], "2026-11-20T00:00:04.999000000Z");
    assert_eq!((row["IngestId"].as_str(), row["SeverityNumber"].as_u64()), (Some("4999"), Some(9)));
    assert_eq!(row["LogAttributes"]["user_id"], "u004999");
    assert_eq!(row["ResourceAttributes"], serde_json::json!({ "host.name": "host-1" }));
    assert!(row.get("AttributeItems").is_none());

    let mut stream = store.select(&statement("SELECT Body FROM otel_logs"), id("whole")).await?;
    let mut seen = 0;
    while let Some(batch) = stream.next_rows().await? {
        assert!((1..=1000).contains(&batch.len()));
        seen += batch.len();
    }
    assert_eq!(seen, 5000);
    let stats = stream.stats();
    assert!(stats.rows_read == 5000 && stats.bytes_read > 5000, "{stats:?}");
    Ok(())
}

async fn parameters_are_values(world: World) -> Outcome {
    let store = world.store().await?;
    let values = [
        "it's",
        "a\\b",
        "tab\tline\nend\r",
        "{p0:String}",
        "ünï ?",
        "",
        "'; DROP TABLE otel_logs; --",
        "\0",
        "\\N",
    ];
    for value in values {
        let param =
            |name: &str, kind, value: &str| Param { name: name.to_owned(), kind, value: value.to_owned() };
        let query = Statement {
            sql: "SELECT {p0:String} AS text, {p1:UInt64} AS n, {p2:DateTime64(9, 'UTC')} AS t, '?' AS mark"
                .to_owned(),
            params: vec![
                param("p0", ParamType::String, value),
                param("p1", ParamType::UInt64, "18446744073709551615"),
                param("p2", ParamType::DateTime64, "2026-11-20 00:00:00.123456789"),
            ],
            display_sql: String::new(),
        };
        let found = rows(&store, &query).await?;
        assert_eq!(
            found[0],
            serde_json::json!({ "text": value, "n": "18446744073709551615", "t": "2026-11-20T00:00:00.123456789Z", "mark": "?" })
        );
    }
    Ok(())
}

async fn is_running(world: &World, query_id: &str) -> Result<bool, libtest_mimic::Failed> {
    let sql = format!("SELECT count() FROM system.processes WHERE query_id = '{query_id}'");
    Ok(world.ask(&sql).await? != "0")
}

async fn progress_and_kill(world: World) -> Outcome {
    let store = world.store().await?;
    let mut stream = store.select(&statement(ENDLESS), id("endless")).await?;
    let mut last = 0;
    for _ in 0..3 {
        let Some(RowEvent::Progress(progress)) = stream.next_event().await? else { panic!("progress first") };
        assert!(progress.rows_read > last);
        last = progress.rows_read;
    }
    assert!(is_running(&world, "endless").await?);
    let started = Instant::now();
    store.kill("endless").await?;
    let error = loop {
        match stream.next_event().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a killed query has no end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "store.cancelled");
    assert!(started.elapsed() < Duration::from_secs(5));
    store.kill("not there' OR 1").await?;
    Ok(())
}

async fn dropping_cancels(world: World) -> Outcome {
    let store = world.store().await?;
    let mut stream = store.select(&statement(ENDLESS), id("dropped")).await?;
    assert!(stream.next_event().await?.is_some());
    assert!(is_running(&world, "dropped").await?);
    drop(stream);
    let started = Instant::now();
    while is_running(&world, "dropped").await? {
        assert!(started.elapsed() < Duration::from_secs(10), "it runs on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn limits_and_late_errors(world: World) -> Outcome {
    let config = StoreConfig {
        max_query_seconds: 1,
        max_query_memory_bytes: 100 << 20,
        max_result_rows: 100_000,
        ..StoreConfig::default()
    };
    let store = world.store_with(config).await?;
    for (sql, code) in [
        (ENDLESS, "store.timeout"),
        ("SELECT groupArray(number) FROM numbers(1000000000)", "store.memory_limit"),
        ("SELECT number FROM numbers(10000000)", "store.limit"),
        (
            "SELECT throwIf(number = 90000) FROM numbers(95000) SETTINGS max_block_size = 1000",
            "store.refused",
        ),
        ("SELECT nothing_like_it FROM otel_logs", "store.refused"),
        ("SELEKT 1", "store.refused"),
    ] {
        let outcome = rows(&store, &statement(sql)).await;
        let error = outcome.map(|rows| rows.len()).expect_err(sql);
        assert_eq!(error.code(), code, "{sql}: {error}");
    }
    assert_eq!(count(&store, "otel_logs").await?, 0, "the connection is still good");
    Ok(())
}

async fn the_reader_can_not_write(world: World) -> Outcome {
    let store = world.store().await?;
    for sql in [
        "INSERT INTO otel_logs (Body) VALUES ('x')",
        "DROP TABLE otel_logs",
        "ALTER TABLE otel_logs DELETE WHERE 1",
        "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
        "SELECT * FROM file('/etc/passwd', LineAsString, 'a String')",
    ] {
        let error = rows(&store, &statement(sql)).await.map(|rows| rows.len()).expect_err(sql);
        assert_eq!(error.code(), "store.refused", "{sql}: {error}");
    }
    Ok(())
}
