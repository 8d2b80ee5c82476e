//! The events that everything is measured with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use click_lite_tests::{server_binary, shared_data};

use crate::process;
use crate::report::{output_folder, say};
use crate::server::Server;

/// How many events, unless `CLICK_LITE_BENCH_EVENTS` says another number for a quick try.
const EVENTS: u64 = 5_000_000;

/// The number of events of this run.
pub fn events() -> u64 {
    std::env::var("CLICK_LITE_BENCH_EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(EVENTS)
}

/// The events as NDJSON; made when they are not there, by the generator that lies beside the checkout: other systems were
/// measured with its events.
///
/// # Errors
/// They can't be made.
pub fn events_file() -> anyhow::Result<PathBuf> {
    let generator = shared_data()?.join("../tools/gen_events.py");
    let folder = server_binary()?.parent().context("a folder")?.join("test-data");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("events-{}.ndjson", events()));
    if !path.is_file() {
        let part = path.with_extension("part");
        let status = Command::new("python3").arg(generator).arg(events().to_string()).arg(&part).status()?;
        ensure!(status.success(), "the generator failed");
        fs::rename(&part, &path)?;
    }
    Ok(path)
}

/// Folder of a server that has stored the events and merged them; filled once and kept. Remove it after a change of
/// the schema.
///
/// # Errors
/// The import fails.
pub async fn stored_events() -> anyhow::Result<PathBuf> {
    let folder = output_folder()?.join(format!("data-{}", events()));
    let complete = folder.join("complete");
    if !complete.is_file() {
        let _ = fs::remove_dir_all(&folder);
        say(&format!("importing {} events into {} once", events(), folder.display()))?;
        let server = Server::start(&folder, &[])?;
        server.import(&events_file()?).await?;
        process::wait_until_idle(server.engine_pid()?).await?;
        server.stop()?;
        fs::write(complete, "")?;
    }
    Ok(folder)
}
