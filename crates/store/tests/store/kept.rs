//! Who goes when, how it is removed, and that inserts stay exactly once through it.

use click_lite_model::Record;
use click_lite_store::{Doomed, KeepRule, KeptTable, Lifetime, Store};
use libtest_mimic::{Failed, Trial};

use crate::{DAY_NS, Outcome, World, columns, count, frame, frame_of, trial};

/// 2026-11-20, counted from 1970-01-01.
const DAY: i64 = DAY_NS / 86_400_000_000_000;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("rows_go_at_the_midnight_after_their_days", rows_go_at_the_midnight_after_their_days),
        trial("a_retry_stays_harmless_through_changes", a_retry_stays_harmless_through_changes),
        trial("a_longer_time_reaches_parts_that_are_there", a_longer_time_reaches_parts_that_are_there),
        trial("very_long_times_delete_nothing", very_long_times_delete_nothing),
        trial("attributes_can_be_asked_for_after_every_kind_of_delete", attributes_after_deletes),
    ]
}

/// Hourly records of two services for three days from 2026-11-18 on, that arrived when they were made.
async fn three_days(world: &World) -> Result<Store, Failed> {
    let store = world.store().await?;
    let records = (0..144_u64).map(|number| {
        let mut record = Record::new();
        let hours = i64::try_from(number / 2).expect("small");
        record.time_ns = Some(DAY_NS + (hours - 48) * 3_600_000_000_000);
        record.set_service(if number % 2 == 0 { "api" } else { "it's" });
        record.set_body("a record");
        record.push_attribute("env", if number % 4 == 0 { "dev" } else { "prod" });
        (number, record)
    });
    store.insert_native("otel_logs", &columns(), "three days", &[frame_of(records)]).await?;
    for (table, time) in [("otel_logs", "toDateTime(Timestamp)"), ("log_facets", "Hour")] {
        world
            .ask(&format!("ALTER TABLE click_lite.{table} UPDATE IngestedAt = {time} WHERE 1 SETTINGS mutations_sync = 2"))
            .await?;
    }
    Ok(store)
}

/// Waits for what was begun; the tests' time limit bounds it.
async fn finish(store: &Store, table: KeptTable) -> Outcome {
    while !store.pending_mutations(table).await?.is_empty() {
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn rows_go_at_the_midnight_after_their_days(world: World) -> Outcome {
    let store = three_days(&world).await?;
    let rule = |service: Option<&str>, attribute: Option<(&str, &str)>, days| KeepRule {
        service: service.map(Into::into),
        attribute: attribute.map(|(key, value)| (key.into(), value.into())),
        days,
    };
    let lifetime =
        Lifetime { days: 2, rules: vec![rule(Some("it's"), None, 1), rule(None, Some(("env", "dev")), 400)] };
    let at = |today| Doomed::Expired { lifetime: &lifetime, today };
    assert_eq!(store.doomed_parts(KeptTable::Logs, at(DAY - 1)).await?, []);

    // On the 20th the service's rows of the 18th have been there for a whole day.
    let plans = store.doomed_parts(KeptTable::Logs, at(DAY)).await?;
    assert_eq!(plans.len(), 1);
    assert_eq!((plans[0].day.as_str(), plans[0].rows, plans[0].doomed_rows()), ("2026-11-18", 48, 24));
    assert_eq!((plans[0].doomed[0].rule, plans[0].doomed[0].oldest_s), (1, (DAY - 2) * 86_400));
    assert!(!plans[0].is_whole());
    store.delete_rows(KeptTable::Logs, &[&plans[0].partition_id], at(DAY)).await?;
    finish(&store, KeptTable::Logs).await?;
    assert_eq!(count(&store, "otel_logs WHERE toDate(Timestamp) = '2026-11-18'").await?, 24);
    assert_eq!(store.doomed_parts(KeptTable::Logs, at(DAY)).await?, []);

    // A day later the rest of the 18th goes but what the second rule keeps, and the service's 19th.
    let plans = store.doomed_parts(KeptTable::Logs, at(DAY + 1)).await?;
    let seen: Vec<_> = plans.iter().map(|plan| (plan.day.as_str(), plan.doomed_rows())).collect();
    assert_eq!(seen, [("2026-11-18", 12), ("2026-11-19", 24)]);

    // Roll-ups know services, not attributes: of the 18th all is over, which makes it a whole part.
    let facets = store.doomed_parts(KeptTable::Facets, at(DAY + 1)).await?;
    let seen: Vec<_> = facets.iter().map(|plan| (plan.day.as_str(), plan.is_whole())).collect();
    assert_eq!(seen, [("2026-11-18", true), ("2026-11-19", false)]);
    assert!(store.drop_part(KeptTable::Facets, &facets[0].part).await?);
    assert!(!store.drop_part(KeptTable::Facets, &facets[0].part).await?, "it is gone already");
    Ok(())
}

async fn a_retry_stays_harmless_through_changes(world: World) -> Outcome {
    let store = world.store().await?;
    let (columns, body) = (columns(), [frame(0, 1_000)]);
    let insert = || store.insert_native("otel_logs", &columns, "token", &body);
    insert().await?;
    for days in [90, 20_000, 7] {
        for table in KeptTable::ALL {
            store.keep_at_most(table, days).await?;
        }
        insert().await?;
        assert_eq!(count(&store, "otel_logs").await?, 1_000, "after {days} days were asked for");
    }
    store.delete_rows(KeptTable::Logs, &["20261120"], Doomed::Service("nobody")).await?;
    finish(&store, KeptTable::Logs).await?;
    world
        .ask("ALTER TABLE click_lite.otel_logs DELETE WHERE IngestId < 10 SETTINGS mutations_sync = 2")
        .await?;
    insert().await?;
    assert_eq!(count(&store, "otel_logs").await?, 990);
    let facets = "SELECT sum(Rows) FROM click_lite.log_facets WHERE Key = 'host.name'";
    let once = "SELECT 8 * countIf(intHash32(number) % 8 = 0) FROM numbers(1000)";
    assert_eq!(world.ask(facets).await?, world.ask(once).await?, "the view did not count a retry");
    Ok(())
}

async fn a_longer_time_reaches_parts_that_are_there(world: World) -> Outcome {
    let store = three_days(&world).await?;
    let until = "SELECT max(delete_ttl_info_max) > now() + INTERVAL 80 DAY, count() FROM system.parts \
                 WHERE active AND database = 'click_lite' AND table = 'otel_logs'";
    assert!(world.ask(until).await?.starts_with('0'));
    store.keep_at_most(KeptTable::Logs, 400).await?;
    finish(&store, KeptTable::Logs).await?;
    assert!(world.ask(until).await?.starts_with('1'), "counted anew");

    // A shorter one leaves the parts as they are.
    let parts = "SELECT groupArray(name) FROM (SELECT name FROM system.parts WHERE active AND database = 'click_lite' AND table = 'otel_logs' ORDER BY name)";
    let before = world.ask(parts).await?;
    store.keep_at_most(KeptTable::Logs, 200).await?;
    assert_eq!(store.pending_mutations(KeptTable::Logs).await?, []);
    assert_eq!(world.ask(parts).await?, before);
    Ok(())
}

async fn very_long_times_delete_nothing(world: World) -> Outcome {
    let config = click_lite_store::StoreConfig { retention_days: 36_500, ..Default::default() };
    let store = world.store_with(config).await?;
    store.insert_native("otel_logs", &columns(), "a", &[frame(0, 100)]).await?;
    assert!(store.keep_at_most(KeptTable::Logs, 36_500).await?);
    store.insert_native("otel_logs", &columns(), "b", &[frame(100, 100)]).await?;
    world.ask("OPTIMIZE TABLE click_lite.otel_logs FINAL").await?;
    assert_eq!(count(&store, "otel_logs").await?, 200);
    let lifetime = Lifetime { days: 36_500, rules: Vec::new() };
    let doomed = Doomed::Expired { lifetime: &lifetime, today: DAY };
    assert_eq!(store.doomed_parts(KeptTable::Logs, doomed).await?, []);
    assert!(store.keep_at_most(KeptTable::Logs, 30).await?);
    Ok(())
}

/// ClickHouse 26.7 can't read a key of a map from a part without rows, which its own TTL leaves behind for a while.
async fn attributes_after_deletes(world: World) -> Outcome {
    let store = three_days(&world).await?;
    let dev = "otel_logs WHERE LogAttributes['env'] = 'dev'";
    assert_eq!(count(&store, dev).await?, 36);
    let of = |day: &'static str| {
        let store = &store;
        async move {
            let plans = store.doomed_parts(KeptTable::Logs, Doomed::Service("api")).await?;
            plans.into_iter().find(|plan| plan.day == day).ok_or_else(|| Failed::from("no such day"))
        }
    };
    store.drop_part(KeptTable::Logs, &of("2026-11-18").await?.part).await?;
    assert_eq!(count(&store, dev).await?, 24);
    store.drop_partition(KeptTable::Logs, &of("2026-11-19").await?.partition_id).await?;
    assert_eq!(count(&store, dev).await?, 12);
    store
        .delete_rows(KeptTable::Logs, &[&of("2026-11-20").await?.partition_id], Doomed::Service("it's"))
        .await?;
    finish(&store, KeptTable::Logs).await?;
    assert_eq!(count(&store, dev).await?, 12);
    Ok(())
}
