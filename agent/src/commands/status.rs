use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::StatusArgs;
use crate::config::Config;
use crate::state::{Summary, default_folder};

/// `click-lite-agent status`.
pub fn status(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let folder = match (&args.state_dir, &args.config) {
        (Some(folder), _) => folder.clone(),
        (None, Some(config)) => Config::load(config)?.0.state.dir,
        (None, None) => default_folder(),
    };
    let summary = Summary::read(&folder)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&summary)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match summary.running_pid {
        Some(pid) => writeln!(out, "agent    {} (running, process {pid})", summary.agent_id)?,
        None => writeln!(out, "agent    {} (not running)", summary.agent_id)?,
    }
    let waiting = &summary.waiting;
    writeln!(out, "records  {} taken", summary.rows_made)?;
    write!(out, "spool    {} records in {} batches, {} bytes", waiting.rows, waiting.batches, waiting.bytes)?;
    match &waiting.since {
        Some(since) => writeln!(out, ", since {since}")?,
        None => writeln!(out)?,
    }
    for (name, what) in [
        ("sent_rows", "sent"),
        ("dropped_rows", "dropped, as the spool was full"),
        ("refused_rows", "not taken from streams, as the spool was full"),
        ("dead_rows", "refused by the server; they are in the folder `dead`"),
    ] {
        if let Some(count) = summary.counters.get(name) {
            writeln!(out, "         {count} {what}")?;
        }
    }
    if let Some(error) = &summary.last_error {
        writeln!(out, "error    {} ({})", error.text, error.at)?;
    }
    for file in &summary.files {
        let size = file.size.map_or_else(|| "gone".to_owned(), |size| size.to_string());
        writeln!(
            out,
            "file     {}: {} of {size} bytes, {} behind, {}",
            file.path, file.position, file.lag, file.format
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
