use std::path::Path;
use std::process::ExitCode;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{FINISH_PATIENCE, config_of, files_of, report, start_log};
use crate::agent::Agent;
use crate::cli::{RunArgs, TailArgs};
use crate::config::{Config, Files, Plan};
use crate::signals::{self, Signals};
use crate::state::{StateFolder, default_folder};

/// `click-lite-agent tail`.
pub fn tail(args: &TailArgs) -> anyhow::Result<ExitCode> {
    let signals = Signals::block(&[libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let files = Files { paths: args.globs.clone(), start_at: args.start_at, ..files_of(&args.reading) };
    let config = Config { files: vec![files], ..config_of(&args.delivery) };
    let plan = Plan::new(&config)?;
    start_log(&config.log.level)?;
    let folder = args.delivery.state_dir.clone().unwrap_or_else(|| default_folder().join("tail"));
    let mut agent = Agent::start(StateFolder::take(&folder)?, &plan)?;
    agent.start_sources(&plan)?;
    tracing::info!(server.url = plan.server.url, state.dir = %folder.display(), "following files");
    signals.next()?;
    report(agent.finish(FINISH_PATIENCE), &folder);
    Ok(ExitCode::SUCCESS)
}

/// `click-lite-agent run`.
pub fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let signals = Signals::block(&[libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let (mut config, plan) = Config::load(&args.config)?;
    start_log(&config.log.level)?;
    let folder = args.state_dir.clone().unwrap_or_else(|| config.state.dir.clone());
    let mut agent = Agent::start(StateFolder::take(&folder)?, &plan)?;
    agent.start_sources(&plan)?;
    let _watcher = watch(&args.config);
    tracing::info!(server.url = plan.server.url, state.dir = %folder.display(), "the agent runs");
    let mut last_mistake = String::new();
    while signals.next()?.signal == libc::SIGHUP {
        match Config::load(&args.config) {
            Ok((changed, _)) if changed == config => last_mistake.clear(),
            Ok((changed, plan)) => {
                if changed.state != config.state || changed.log != config.log {
                    tracing::warn!("a changed [state] or [log] takes effect at the next start");
                }
                agent.reload(&plan)?;
                config = changed;
                last_mistake.clear();
                tracing::info!("the configuration was read again");
            }
            Err(error) => {
                let mistake = error.to_string();
                if mistake != last_mistake {
                    tracing::error!(
                        error = mistake,
                        error.code = error.code(),
                        "the changed configuration can't be used; the one before stays in force"
                    );
                    last_mistake = mistake;
                }
            }
        }
    }
    report(agent.finish(FINISH_PATIENCE), &folder);
    Ok(ExitCode::SUCCESS)
}

/// Tells this process when the file changes, by the signal that asks for it. Editors and tools often put another file in
/// its place, so the directory is watched.
fn watch(config: &Path) -> Option<RecommendedWatcher> {
    let path = std::path::absolute(config).ok()?;
    let directory = path.parent()?.to_owned();
    let watched = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let is_change = event.is_ok_and(|event| {
            !matches!(event.kind, EventKind::Access(_))
                && event.paths.iter().any(|changed| *changed == path || changed.is_symlink())
        });
        if is_change {
            signals::send(std::process::id(), libc::SIGHUP);
        }
    })
    .and_then(|mut watcher| watcher.watch(&directory, RecursiveMode::NonRecursive).map(|()| watcher));
    match watched {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(error = %error, "the configuration file can't be watched: send SIGHUP after a change");
            None
        }
    }
}
