//! Start, crash, stop.

use std::process::Command;
use std::time::{Duration, Instant};

use click_lite_engine::{Engine, EngineState};
use libtest_mimic::Trial;

use crate::client::{try_query, write};
use crate::{Outcome, config, is_alive, send_signal, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("starts_and_answers", starts_and_answers),
        trial("comes_back_after_a_kill_with_its_data_and_new_passwords", comes_back_after_a_kill),
        trial("is_replaced_when_it_hangs", is_replaced_when_it_hangs),
        trial("ends_with_its_parent", ends_with_its_parent),
        trial("ends_when_dropped", ends_when_dropped),
        trial("stops_cleanly_and_starts_again", stops_cleanly_and_starts_again),
        trial("restarts_on_request", restarts_on_request),
        trial("uses_almost_no_processor_time_when_idle", is_idle),
    ]
}

async fn starts_and_answers() -> Outcome {
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let endpoint = engine.ready().await?;
    eprintln!("first start on an empty folder: {} ms", began.elapsed().as_millis());
    for who in [&endpoint.writer, &endpoint.reader] {
        let answer = try_query(&endpoint, who, "", "SELECT currentUser(), timezone()")?;
        assert_eq!((answer.status, answer.body), (200, format!("{}\tUTC", who.user)));
    }
    assert!(endpoint.version.starts_with("26.7."), "{}", endpoint.version);
    assert_eq!(engine.state().borrow().name(), "ready");
    assert_eq!(engine.restarts(), 0);
    engine.stop().await;
    Ok(())
}

async fn comes_back_after_a_kill() -> Outcome {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let first = engine.ready().await?;
    write(&first, "CREATE DATABASE click_lite");
    write(&first, "CREATE TABLE click_lite.rows (number UInt64) ENGINE = MergeTree ORDER BY number");
    write(&first, "INSERT INTO click_lite.rows SELECT number FROM numbers(100000)");

    let mut states = engine.state();
    states.mark_unchanged();
    let killed = Instant::now();
    send_signal(first.pid, libc::SIGKILL);
    let reason = states
        .wait_for(|state| matches!(state, EngineState::Restarting { .. }))
        .await?
        .reason()
        .map(str::to_owned);
    let second = engine.ready().await?;
    let elapsed = killed.elapsed();
    eprintln!("ready again {} ms after kill -9", elapsed.as_millis());
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    assert!(reason.as_deref().is_some_and(|reason| reason.contains("signal 9")), "{reason:?}");
    assert_ne!(second.pid, first.pid);
    assert_ne!(second.writer.password, first.writer.password);
    assert_ne!(second.reader.password, first.reader.password);
    assert_eq!(engine.restarts(), 1);
    assert_eq!(write(&second, "SELECT count() FROM click_lite.rows"), "100000");
    let old = try_query(&second, &first.writer, "", "SELECT 1")?;
    assert_eq!(old.status, 403, "the old password still works: {}", old.body);
    engine.stop().await;
    Ok(())
}

async fn is_replaced_when_it_hangs() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.health_interval = Duration::from_millis(300);
    let engine = Engine::start(config)?;
    let first = engine.ready().await?;
    let mut states = engine.state();
    send_signal(first.pid, libc::SIGSTOP);
    let state = states.wait_for(|state| matches!(state, EngineState::Restarting { .. })).await?.clone();
    assert!(state.reason().is_some_and(|reason| reason.contains("health checks")), "{state:?}");
    assert_ne!(engine.ready().await?.pid, first.pid);
    engine.stop().await;
    Ok(())
}

async fn ends_with_its_parent() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("engine");
    let mut parent = Command::new(std::env::current_exe()?).arg("hold").arg(&data_dir).spawn()?;
    let pid_file = data_dir.join("pid");
    let pid =
        wait_for("the engine's process number", || std::fs::read_to_string(&pid_file).ok()?.parse().ok())
            .await;
    assert!(is_alive(pid));
    parent.kill()?;
    parent.wait()?;
    wait_for("the end of the engine", || (!is_alive(pid)).then_some(())).await;
    // The folder is free at once.
    let engine = Engine::start(config(data_dir))?;
    engine.ready().await?;
    engine.stop().await;
    Ok(())
}

async fn ends_when_dropped() -> Outcome {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let pid = engine.ready().await?.pid;
    drop(engine);
    wait_for("the end of the engine", || (!is_alive(pid)).then_some(())).await;
    Ok(())
}

async fn stops_cleanly_and_starts_again() -> Outcome {
    let folder = tempfile::tempdir()?;
    let config = config(folder.path().join("engine"));
    let engine = Engine::start(config.clone())?;
    let endpoint = engine.ready().await?;
    write(&endpoint, "CREATE DATABASE click_lite");
    write(&endpoint, "CREATE TABLE click_lite.rows (number UInt64) ENGINE = MergeTree ORDER BY number");
    write(&endpoint, "INSERT INTO click_lite.rows VALUES (7)");
    let began = Instant::now();
    engine.stop().await;
    eprintln!("stopped in {} ms", began.elapsed().as_millis());
    assert!(!is_alive(endpoint.pid));
    assert_eq!(*engine.state().borrow(), EngineState::Stopped);
    assert_eq!(engine.ready().await.expect_err("it is stopped").code(), "engine.stopped");
    let log = std::fs::read_to_string(config.data_dir.join("log/clickhouse.log"))?;
    assert!(log.contains("Shutdown"), "ClickHouse did not shut its tables down: {log}");

    let engine = Engine::start(config)?;
    let endpoint = engine.ready().await?;
    assert_eq!(write(&endpoint, "SELECT number FROM click_lite.rows"), "7");
    engine.stop().await;
    Ok(())
}

async fn restarts_on_request() -> Outcome {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let first = engine.ready().await?;
    let mut states = engine.state();
    engine.restart().await;
    states.wait_for(|state| matches!(state, EngineState::Ready(now) if now.pid != first.pid)).await?;
    assert!(!is_alive(first.pid));
    assert_eq!(engine.restarts(), 0, "asked for, so not counted");
    engine.stop().await;
    Ok(())
}

async fn is_idle() -> Outcome {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let endpoint = engine.ready().await?;
    write(&endpoint, "CREATE DATABASE click_lite");
    for table in ["a", "b", "c", "d", "e", "f"] {
        write(
            &endpoint,
            &format!("CREATE TABLE click_lite.{table} (number UInt64) ENGINE = MergeTree ORDER BY number"),
        );
        write(&endpoint, &format!("INSERT INTO click_lite.{table} SELECT number FROM numbers(1000)"));
    }
    // What the inserts set going may take its time; what counts is the rate after it.
    let settle = Duration::from_secs(5);
    let window = Duration::from_secs(15);
    tokio::time::sleep(settle).await;
    let before = processor_ticks(endpoint.pid);
    tokio::time::sleep(window).await;
    let ticks = processor_ticks(endpoint.pid) - before;
    // SAFETY: reads a number.
    let ticks_per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64;
    let percent = 100.0 * ticks as f64 / ticks_per_second / window.as_secs_f64();
    eprintln!("idle engine with 6 tables: {percent:.2} % of a core");
    assert!(percent < 1.0, "{percent} % of a core when idle");
    engine.stop().await;
    Ok(())
}

/// User and system time of a process, in clock ticks (fields 14 and 15 of proc(5) stat).
fn processor_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a live process");
    let (_, fields) = stat.rsplit_once(") ").expect("fields after the name");
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

async fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
