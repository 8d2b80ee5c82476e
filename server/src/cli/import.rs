use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use click_lite_client::{ApiClient, ClientError, Import, ImportRequest, inspect};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::ImportArgs;

/// How often progress is asked for.
const POLL: Duration = Duration::from_millis(200);

/// `click-lite-server import`: each file in turn. A file that fails does not stop the others.
pub async fn run(args: ImportArgs) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let mut failed = 0;
    for path in &args.files {
        if let Err(error) = import(&client, &args, path).await {
            failed += 1;
            eprintln!("{}: {error:#}", path.display());
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} files were not imported", args.files.len());
    Ok(())
}

async fn import(client: &ApiClient, args: &ImportArgs, path: &Path) -> anyhow::Result<()> {
    let is_stdin = path == Path::new("-");
    let mut request = ImportRequest {
        id: uuid::Uuid::now_v7().to_string(),
        name: "stdin".into(),
        service: args.service.clone(),
        format: args.format.clone(),
        again: args.again,
        ..ImportRequest::default()
    };
    if !is_stdin {
        let file = inspect(path)?;
        request.name.clone_from(&file.name);
        if !request.again
            && let Some(earlier) =
                client.imports_of(&file.fingerprint).await?.into_iter().find(|import| import.state == "done")
        {
            request.again = ask_again(path, &earlier)?;
        }
        request.file = Some(file);
    }

    let bar = progress_bar(request.file.as_ref().map(|file| file.size_bytes));
    let finish = |result: Result<Import, ClientError>| {
        bar.finish_and_clear();
        result
    };
    let sending = async {
        if is_stdin { client.import_stdin(&request).await } else { client.import_file(path, &request).await }
    };
    tokio::pin!(sending);
    let mut import = loop {
        tokio::select! {
            result = &mut sending => break finish(result)?,
            _ = tokio::signal::ctrl_c() => {
                let _ = client.request(reqwest::Method::DELETE, &format!("/api/v1/imports/{}", request.id), None).await;
                bar.finish_and_clear();
                anyhow::bail!("cancelled; the records that were sent so far stay");
            }
            () = tokio::time::sleep(POLL) => {
                if let Ok(status) = client.import_status(&request.id).await {
                    show(&bar, &status);
                }
            }
        }
    };
    if !args.no_wait && import.state == "done" {
        import = wait_until_stored(client, import).await?;
    }
    report(&import, args.json)
}

/// The records are durable; this waits until ClickHouse has them too.
async fn wait_until_stored(client: &ApiClient, mut import: Import) -> anyhow::Result<Import> {
    while import.rows_stored < import.rows {
        tokio::time::sleep(POLL / 4).await;
        import = client
            .import_status(&import.id)
            .await
            .context("the records are safe in the server's spool, but it no longer answers")?;
    }
    Ok(import)
}

fn ask_again(path: &Path, earlier: &Import) -> anyhow::Result<bool> {
    let what = format!(
        "{} was imported on {} ({} records)",
        path.display(),
        earlier.started_at,
        HumanCount(earlier.rows)
    );
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("{what}: pass --again to import it once more");
    }
    eprint!("{what}. Import it again? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(true);
    }
    anyhow::bail!("not imported again")
}

fn progress_bar(size_bytes: Option<u64>) -> ProgressBar {
    let bar = match size_bytes {
        Some(size) => ProgressBar::new(size),
        None => ProgressBar::no_length(),
    };
    let template = if size_bytes.is_some() {
        "{bar:30} {bytes}/{total_bytes} {msg} ({eta} left)"
    } else {
        "{spinner} {bytes} {msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, status: &Import) {
    bar.set_position(status.bytes_read);
    bar.set_message(format!(
        "{} records, {}/s",
        HumanCount(status.rows),
        HumanBytes(status.bytes_per_second as u64)
    ));
}

/// What came of it, on standard output.
fn report(import: &Import, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", serde_json::to_string(import)?)?;
    } else {
        writeln!(
            out,
            "{}: {} records from {} as {}, {}/s",
            import.name,
            HumanCount(import.rows),
            HumanBytes(import.bytes_read),
            import.format_title,
            HumanBytes(import.bytes_per_second as u64)
        )?;
        if let (Some(first), Some(last)) = (&import.first_time, &import.last_time) {
            writeln!(out, "  from {first} to {last}")?;
        }
        if import.rows_resumed > 0 {
            writeln!(
                out,
                "  taken up where an earlier import of this file broke off, after {} records",
                HumanCount(import.rows_resumed)
            )?;
        }
        if import.without_time > 0 {
            writeln!(out, "  {} records have no time of their own", HumanCount(import.without_time))?;
        }
        if import.not_understood.lines > 0 {
            writeln!(
                out,
                "  {} lines do not look like this format and were kept as they are:",
                HumanCount(import.not_understood.lines)
            )?;
            for sample in import.not_understood.samples.iter().take(3) {
                writeln!(
                    out,
                    "    line {}: {}",
                    sample.line,
                    sample.text.chars().take(120).collect::<String>()
                )?;
            }
        }
    }
    if let Some(problem) = &import.error {
        anyhow::bail!("{}", problem.message);
    }
    Ok(())
}
