//! Migrations, retention, and that the query compiler and the tables agree.

use std::sync::Arc;

use click_lite_model::Record;
use click_lite_query::{Compiler, Dialect, SearchOptions, TimeRange, parse, quote_value};
use click_lite_store::{Credentials, Endpoint, KeptTable, Store, StoreConfig};
use libtest_mimic::Trial;

use crate::{DAY_NS, Outcome, World, columns, count, frame, frame_of, rows, statement, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("migrations_run_once_and_side_by_side", migrations_run_once_and_side_by_side),
        trial("other_schemas_are_refused", other_schemas_are_refused),
        trial(
            "a_new_start_does_not_reset_how_long_rows_are_kept",
            a_new_start_does_not_reset_how_long_rows_are_kept,
        ),
        trial("old_records_are_kept_from_their_arrival", old_records_are_kept_from_their_arrival),
        trial("searches_find_the_same_with_and_without_indexes", searches_find_the_same),
        trial("searches_use_the_indexes", searches_use_the_indexes),
        trial("without_a_connection_everything_says_so", without_a_connection),
    ]
}

async fn migrations_run_once_and_side_by_side(world: World) -> Outcome {
    let endpoint = world.endpoint().await?;
    let stores: Vec<Arc<Store>> =
        (0..3).map(|_| Store::new(StoreConfig::default()).map(Arc::new)).collect::<Result<_, _>>()?;
    let starts: Vec<_> = stores
        .iter()
        .map(|store| {
            let (store, endpoint) = (Arc::clone(store), endpoint.clone());
            tokio::spawn(async move { store.connect(endpoint).await })
        })
        .collect();
    for start in starts {
        start.await??;
    }
    let applied = "SELECT groupArray(version) FROM (SELECT version FROM click_lite.schema_migrations FINAL ORDER BY version)";
    assert_eq!(world.ask(applied).await?, "[1,2,3,4,5,6,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]");
    let made = "SELECT groupArray(name) FROM (SELECT name FROM system.tables WHERE database = 'click_lite' ORDER BY name)";
    assert_eq!(
        world.ask(made).await?,
        "['log_facets','log_facets_view','otel_logs','otel_traces','schema_migrations']"
    );

    let times = "SELECT max(applied_at), count() FROM click_lite.schema_migrations FINAL";
    let before = world.ask(times).await?;
    world.store().await?.ping().await?;
    assert_eq!(world.ask(times).await?, before, "a second start takes no step");
    assert_eq!(stores[0].storage_stats().await?.rows, 0);
    Ok(())
}

async fn other_schemas_are_refused(world: World) -> Outcome {
    world.store().await?;
    let insert = |version: u32| {
        format!(
            "INSERT INTO click_lite.schema_migrations (version, name, checksum) VALUES ({version}, 'x', 'x')"
        )
    };
    world.ask(&insert(900)).await?;
    let store = Store::new(StoreConfig::default())?;
    let error = store.connect(world.endpoint().await?).await.expect_err("a schema from the future");
    assert_eq!(error.code(), "store.schema_from_future");
    assert!(error.to_string().contains("900") && !error.is_retryable() && !store.is_connected());

    world.ask("TRUNCATE TABLE click_lite.schema_migrations").await?;
    world.ask(&insert(1)).await?;
    let error = store.connect(world.endpoint().await?).await.expect_err("an edited step");
    assert_eq!(error.code(), "store.schema_changed");

    let error = Store::new(StoreConfig { database: "a b".to_owned(), ..StoreConfig::default() }).err();
    assert_eq!(error.expect("a bad name").code(), "store.database_name");
    Ok(())
}

async fn a_new_start_does_not_reset_how_long_rows_are_kept(world: World) -> Outcome {
    let days = "SELECT arrayDistinct(groupArray(extract(engine_full, 'toIntervalDay.([0-9]+)'))) FROM system.tables \
                WHERE database = 'click_lite' AND name IN ('otel_logs', 'otel_traces', 'log_facets')";
    let store = world.store().await?;
    assert_eq!(world.ask(days).await?, "['31']");
    for table in KeptTable::ALL {
        assert!(store.keep_at_most(table, 90).await?);
        assert!(!store.keep_at_most(table, 90).await?, "nothing is changed twice");
    }
    world.store_with(StoreConfig { retention_days: 7, ..StoreConfig::default() }).await?;
    assert_eq!(world.ask(days).await?, "['91']");
    Ok(())
}

async fn old_records_are_kept_from_their_arrival(world: World) -> Outcome {
    let store = world.store().await?;
    // More days than ClickHouse takes by default in one insert: a part for each.
    let old = frame_of((0..130).map(|day| {
        let mut record = Record::new();
        record.time_ns = Some(DAY_NS - (8000 - day) * 86_400_000_000_000);
        record.set_body("from an old file");
        record.push_attribute("kind", "old");
        (u64::try_from(day).expect("positive"), record)
    }));
    store.insert_native("otel_logs", &columns(), "old", &[old]).await?;
    world.ask("OPTIMIZE TABLE click_lite.otel_logs FINAL").await?;
    world.ask("OPTIMIZE TABLE click_lite.log_facets FINAL").await?;
    assert_eq!(count(&store, "otel_logs").await?, 130);
    assert_eq!(world.ask("SELECT sum(Rows) FROM click_lite.log_facets").await?, world.ask(COUNTED).await?);

    // Thirty-two days later they go by themselves, in whole parts.
    world.ask("ALTER TABLE click_lite.otel_logs UPDATE IngestedAt = now() - INTERVAL 32 DAY WHERE 1 SETTINGS mutations_sync = 2").await?;
    world.ask("OPTIMIZE TABLE click_lite.otel_logs FINAL").await?;
    assert_eq!(count(&store, "otel_logs").await?, 0);
    Ok(())
}

/// What the roll-up counts of one attribute of every record: eight times each eighth record.
const COUNTED: &str = "SELECT 8 * countIf(intHash32(IngestId) % 8 = 0) FROM click_lite.otel_logs";

/// Values that the index of items holds, and ones that it does not.
const VALUES: [&str; 14] = [
    "500", "GET", "a=b", "1.5", "-.25", "v1.2", "1234", "x12345y", "1.5\n", "12.", "ünï", "", "a b",
    "u000001",
];

async fn searches_find_the_same(world: World) -> Outcome {
    let store = world.store().await?;
    let long = "y".repeat(200);
    let values: Vec<&str> = VALUES.into_iter().chain([long.as_str()]).collect();
    let records = frame_of((0..).zip(values.iter()).flat_map(|(number, value)| {
        let mut of_record = Record::new();
        of_record.set_body(&format!("Message {value} about Frobnication"));
        of_record.push_attribute("key", value);
        let mut of_resource = Record::new();
        of_resource.push_resource("key", value);
        [(number * 2, of_record), (number * 2 + 1, of_resource)]
    }));
    store.insert_native("otel_logs", &columns(), "values", &[records]).await?;
    for value in &values {
        for field in ["key", "attr.key", "resource.key"] {
            let query = format!("{field}:{}", quote_value(value));
            let mut found = Vec::new();
            for dialect in [Dialect::default(), Dialect::plain("otel_logs")] {
                let parsed = parse(&query)?;
                let condition = parsed.query.check(DAY_NS)?;
                let range = TimeRange::parse(None, None, DAY_NS)?;
                let compiler = Compiler::new(&dialect, &condition, range);
                let search = compiler.search(&SearchOptions { limit: 100, ..SearchOptions::default() })?;
                found.push(rows(&store, &search).await?);
            }
            assert_eq!(found[0], found[1], "{query}");
            let expected = if field == "key" { 2 } else { 1 };
            assert!(found[0].len() >= expected, "{query} found {}", found[0].len());
        }
    }
    Ok(())
}

async fn searches_use_the_indexes(world: World) -> Outcome {
    let store = world.store().await?;
    store.insert_native("otel_logs", &columns(), "many", &[frame(0, 50_000)]).await?;
    for (query, index) in [
        ("12345", "body_words"),
        ("\"request 777 completed\"", "body_words"),
        ("http.status:500", "attribute_items"),
        ("host:host-2", "resource_values"),
        ("user_id:u012345", "attribute_values"),
        ("trace_id:00000000000000000000000000003039", "trace_id"),
    ] {
        let parsed = parse(query)?;
        let condition = parsed.query.check(DAY_NS)?;
        let dialect = Dialect::default();
        let compiler = Compiler::new(&dialect, &condition, TimeRange::parse(None, None, DAY_NS)?);
        let mut search = compiler.search(&SearchOptions { limit: 10, ..SearchOptions::default() })?;
        search.sql = format!("EXPLAIN indexes = 1 {}", search.sql);
        let plan: Vec<String> =
            rows(&store, &search).await?.iter().map(|row| row["explain"].to_string()).collect();
        assert!(plan.iter().any(|line| line.contains(&format!("Name: {index}"))), "{query}: {plan:#?}");
    }
    Ok(())
}

async fn without_a_connection(world: World) -> Outcome {
    let store = Arc::new(Store::new(StoreConfig::default())?);
    assert!(!store.is_connected());
    let error = store.ping().await.expect_err("not connected");
    assert!(error.code() == "store.not_connected" && error.is_retryable());
    let error =
        store.insert_native("otel_logs", &columns(), "t", &[frame(0, 1)]).await.expect_err("not connected");
    assert!(error.is_retryable());

    let waiting = Arc::clone(&store);
    let waiter = tokio::spawn(async move { waiting.wait_until_connected().await });
    let nobody = Credentials { user: "nobody".to_owned(), password: "wrong".to_owned() };
    let closed =
        Endpoint { url: "http://127.0.0.1:1".to_owned(), writer: nobody.clone(), reader: nobody.clone() };
    assert_eq!(store.connect(closed).await.expect_err("nothing listens").code(), "store.unreachable");
    let stranger = Endpoint { writer: nobody.clone(), reader: nobody, ..world.endpoint().await? };
    let error = store.connect(stranger).await.expect_err("a wrong password");
    assert!(error.is_retryable() && !store.is_connected(), "{error}");
    assert!(!waiter.is_finished());

    store.connect(world.endpoint().await?).await?;
    waiter.await?;
    store.ping().await?;
    let found = rows(&store, &statement("SELECT 1 AS one")).await?;
    assert_eq!(found, [serde_json::json!({ "one": 1 })]);
    store.disconnect();
    assert!(!store.is_connected());
    Ok(())
}
