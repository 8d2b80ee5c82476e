//! What can go wrong, and that each says what to do.

use std::net::TcpListener;

use click_lite_engine::{Engine, EngineConfig, EngineError, EngineState};
use libtest_mimic::Trial;

use crate::{Outcome, config, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_second_start_on_a_folder_names_the_holder", second_start),
        trial("a_missing_library_says_how_to_get_it", missing_library),
        trial("a_broken_library_is_named", broken_library),
        trial("a_taken_port_is_named", taken_port),
        trial("a_newer_data_folder_is_refused", newer_data_folder),
        trial("a_full_disk_is_refused", full_disk),
        trial("a_missing_program_is_named", missing_program),
        trial("a_host_that_always_fails_goes_down_with_its_last_words", always_failing),
        trial("a_refused_configuration_says_why", refused_configuration),
    ]
}

fn refusal(config: EngineConfig, code: &str, words: &str) -> EngineError {
    let error = Engine::start(config).err().expect("it has to be refused");
    assert_eq!(error.code(), code);
    assert!(error.to_string().contains(words), "{error}");
    error
}

async fn down(engine: &Engine) -> Result<(&'static str, String), libtest_mimic::Failed> {
    let mut states = engine.state();
    match &*states.wait_for(|state| matches!(state, EngineState::Down { .. })).await? {
        EngineState::Down { code, reason } => Ok((code, reason.clone())),
        other => Err(format!("{other:?}").into()),
    }
}

async fn second_start() -> Outcome {
    let folder = tempfile::tempdir()?;
    let config = config(folder.path().join("engine"));
    let engine = Engine::start(config.clone())?;
    refusal(config.clone(), "engine.data_folder_in_use", &format!("process {};", std::process::id()));
    engine.ready().await?;
    engine.stop().await;
    let again = Engine::start(config)?;
    again.stop().await;
    Ok(())
}

async fn missing_library() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.library = Some(folder.path().join("libchdb.so"));
    refusal(config, "engine.library_missing", "cargo xtask setup");
    Ok(())
}

async fn broken_library() -> Outcome {
    let folder = tempfile::tempdir()?;
    let library = folder.path().join("libchdb.so");
    std::fs::write(&library, "half a download")?;
    let mut config = config(folder.path().join("engine"));
    config.library = Some(library.clone());
    let engine = Engine::start(config)?;
    let (code, reason) = down(&engine).await?;
    assert_eq!(code, "engine.library_unusable");
    assert!(reason.contains(&library.display().to_string()), "{reason}");
    engine.stop().await;
    Ok(())
}

async fn taken_port() -> Outcome {
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut config = config(folder.path().join("engine"));
    config.http_port = listener.local_addr()?.port();
    refusal(config.clone(), "engine.port_taken", &format!("port {}", config.http_port));
    drop(listener);
    let engine = Engine::start(config.clone())?;
    assert_eq!(engine.ready().await?.url, format!("http://127.0.0.1:{}", config.http_port));
    engine.stop().await;
    Ok(())
}

async fn newer_data_folder() -> Outcome {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("clickhouse-version"), "99.1.1.1\n")?;
    refusal(config(folder.path().to_path_buf()), "engine.data_folder_newer", "update Click-Lite");
    Ok(())
}

async fn full_disk() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.limits.minimum_free_disk_bytes = u64::MAX;
    refusal(config, "engine.disk_full", "free some space");
    Ok(())
}

async fn missing_program() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.program = folder.path().join("no-such-program");
    let engine = Engine::start(config)?;
    let (code, reason) = down(&engine).await?;
    assert_eq!(code, "engine.spawn");
    assert!(reason.contains("no-such-program"), "{reason}");
    engine.stop().await;
    Ok(())
}

async fn always_failing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.program = "/bin/sh".into();
    config.program_args = vec!["-c".to_owned(), "echo the anchor is stuck >&2; exit 9".to_owned()];
    let engine = Engine::start(config)?;
    let (code, reason) = down(&engine).await?;
    assert_eq!(code, "engine.ended");
    assert!(reason.contains("exit code 9") && reason.contains("the anchor is stuck"), "{reason}");
    assert!(engine.restarts() >= 5, "{}", engine.restarts());
    assert_eq!(engine.ready().await.expect_err("it is down").code(), "engine.ended");
    engine.stop().await;
    Ok(())
}

async fn refused_configuration() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut config = config(folder.path().join("engine"));
    config.extra_server_xml = "<not-closed>".to_owned();
    let engine = Engine::start(config)?;
    let (_, reason) = down(&engine).await?;
    assert!(reason.contains("Exception"), "{reason}");
    engine.stop().await;
    Ok(())
}
