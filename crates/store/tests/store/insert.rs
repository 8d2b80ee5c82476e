//! Each insert takes effect once, whatever happens in between.

use std::time::Duration;

use bytes::Bytes;
use libtest_mimic::Trial;

use crate::{DAY_NS, Outcome, World, columns, count, frame, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_token_inserts_once", a_token_inserts_once),
        trial("a_token_inserts_once_across_a_kill", a_token_inserts_once_across_a_kill),
        trial("a_kill_in_the_middle_loses_and_doubles_nothing", a_kill_in_the_middle),
        trial("refused_content_is_told_from_trouble", refused_content_is_told_from_trouble),
        trial("what_is_refused_has_stored_nothing", what_is_refused_has_stored_nothing),
    ]
}

/// What the roll-up counts of an attribute that every record has, and what it has to count.
const FACETS: &str = "SELECT sum(Rows) FROM click_lite.log_facets WHERE Key = 'http.status'";
const COUNTED: &str = "SELECT 8 * countIf(intHash32(IngestId) % 8 = 0) FROM click_lite.otel_logs";

async fn a_token_inserts_once(world: World) -> Outcome {
    let store = world.store().await?;
    let frames = [frame(0, 1000), frame(1000, 1000), frame(2000, 1000)];
    for _ in 0..3 {
        store.insert_native("otel_logs", &columns(), "cut-1", &frames).await?;
    }
    assert_eq!(count(&store, "otel_logs").await?, 3000);
    assert_eq!(world.ask("SELECT count() FROM system.parts WHERE database = 'click_lite' AND table = 'otel_logs' AND active").await?, "1");
    let counted = world.ask(COUNTED).await?;
    assert!(counted != "0" && world.ask(FACETS).await? == counted, "the view counts a retry once, too");

    store.insert_native("otel_logs", &columns(), "cut-2", &frames).await?;
    assert_eq!(count(&store, "otel_logs").await?, 6000, "another token is another insert");
    let stats = store.storage_stats().await?;
    assert!(stats.rows == 6000 && stats.disk_bytes > 1000, "{stats:?}");
    Ok(())
}

async fn a_token_inserts_once_across_a_kill(world: World) -> Outcome {
    let store = world.store().await?;
    store.insert_native("otel_logs", &columns(), "cut-1", &[frame(0, 1000)]).await?;
    world.kill_engine().await?;
    let error = store.ping().await.expect_err("the old engine is gone");
    assert!(error.is_retryable(), "{error}");
    store.connect(world.endpoint().await?).await?;
    store.insert_native("otel_logs", &columns(), "cut-1", &[frame(0, 1000)]).await?;
    assert_eq!(count(&store, "otel_logs").await?, 1000);
    assert_eq!(world.ask(FACETS).await?, world.ask(COUNTED).await?);
    Ok(())
}

async fn a_kill_in_the_middle(world: World) -> Outcome {
    let store = std::sync::Arc::new(world.store().await?);
    let frames: Vec<Bytes> = (0..20).map(|number| frame(number * 20_000, 20_000)).collect();
    for round in 0..3_u64 {
        let (inserting, body) = (std::sync::Arc::clone(&store), frames.clone());
        let token = format!("round-{round}");
        let sent = token.clone();
        let insert =
            tokio::spawn(async move { inserting.insert_native("otel_logs", &columns(), &sent, &body).await });
        tokio::time::sleep(Duration::from_millis(40 + round * 120)).await;
        world.kill_engine().await?;
        if let Err(error) = insert.await? {
            assert!(error.is_retryable(), "{error}");
        }
        store.connect(world.endpoint().await?).await?;
        store.insert_native("otel_logs", &columns(), &token, &frames).await?;
        assert_eq!(count(&store, "otel_logs").await?, (round + 1) * 400_000);
        let distinct =
            count(&store, "(SELECT IngestId, count() AS n FROM otel_logs GROUP BY IngestId)").await?;
        assert_eq!(distinct, 400_000);
        assert_eq!(world.ask(FACETS).await?, world.ask(COUNTED).await?);
    }
    Ok(())
}

async fn refused_content_is_told_from_trouble(world: World) -> Outcome {
    let store = world.store().await?;
    let garbage = Bytes::from(zstd::bulk::compress(b"this is no block at all, whatever the format", 1)?);
    let error = store.insert_native("otel_logs", &columns(), "a", &[garbage]).await.expect_err("garbage");
    assert!(!error.is_retryable(), "{error:?}");

    let error =
        store.insert_native("otel_logs", &["NoSuch"], "b", &[frame(0, 1)]).await.expect_err("a column");
    assert!(!error.is_retryable(), "{error:?}");

    let error = store.insert_native("no_such", &columns(), "c", &[frame(0, 1)]).await.expect_err("a table");
    assert!(error.is_retryable(), "a table can come back: {error:?}");
    assert_eq!(count(&store, "otel_logs").await?, 0);
    Ok(())
}

async fn what_is_refused_has_stored_nothing(world: World) -> Outcome {
    let store = world.store().await?;
    let good: Vec<Bytes> = (0..8).map(|number| frame(number * 200_000, 200_000)).collect();
    let mut frames = good.clone();
    frames.push(Bytes::from(zstd::bulk::compress(b"no block", 1)?));
    let error = store.insert_native("otel_logs", &columns(), "cut", &frames).await.expect_err("garbage");
    assert!(!error.is_retryable(), "{error:?}");
    assert_eq!(count(&store, "otel_logs").await?, 0, "more than a million good rows came before it");

    let all = (0, 2 * DAY_NS);
    assert!(store.stored_ids("otel_logs", all, &[0, 5]).await?.is_empty());
    store.insert_native("otel_logs", &columns(), "part", &good[..1]).await?;
    let ids: Vec<u64> = (0..300_000).step_by(50_000).collect();
    let stored = store.stored_ids("otel_logs", all, &ids).await?;
    assert_eq!(stored, [0, 50_000, 100_000, 150_000].into_iter().collect());
    assert!(store.stored_ids("otel_logs", (0, 1), &ids).await?.is_empty());
    Ok(())
}
