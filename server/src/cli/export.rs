//! `click-lite-server query --out`: all rows as a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use click_lite_client::{ApiClient, ClientError};
use futures_util::{StreamExt, pin_mut};
use indicatif::HumanBytes;
use serde_json::{Value, json};
use uuid::Uuid;

use super::QueryArgs;
use super::query::shown_in_text;
use super::sql::{INTERRUPTED, params};

/// Endings of files, which are the names of the formats.
const FORMATS: [&str; 4] = ["xlsx", "csv", "ndjson", "parquet"];

/// Writes what the arguments ask for to a file.
pub async fn run(args: &QueryArgs, out: &Path) -> anyhow::Result<()> {
    let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    anyhow::ensure!(
        FORMATS.contains(&ending.as_str()),
        "{}: the name of the file says its format: end it with .{}",
        out.display(),
        FORMATS.join(", .")
    );
    let client = args.server.client()?;
    let query_id = Uuid::new_v4().to_string();
    let mut call = json!({
        "format": ending, "from": args.from, "to": args.to, "limit": args.limit, "source": args.source,
        "params": params(&args.params)?, "query_id": query_id, "budget": { "confirmed": args.confirm },
        "group": "cli",
    });
    let text = match &args.sql {
        Some(sql) => {
            call["sql"] = json!(sql);
            sql
        }
        None => {
            call["query"] = json!(args.text);
            if !args.columns.is_empty() {
                call["columns"] = json!(args.columns);
            }
            &args.text
        }
    };
    tokio::select! {
        result = save(&client, text, &call, out) => {
            let bytes = result?;
            writeln!(std::io::stderr(), "{}: {}", out.display(), HumanBytes(bytes))?;
            Ok(())
        }
        _ = tokio::signal::ctrl_c() => {
            let path = format!("/api/v1/queries/{query_id}");
            // The connection's end would end it too.
            let _ = client.request(reqwest::Method::DELETE, &path, None).await;
            writeln!(std::io::stderr(), "cancelled")?;
            std::process::exit(INTERRUPTED);
        }
    }
}

/// The bytes of the file. Where it can't be whole there is none, and one of before stays as it was.
async fn save(client: &ApiClient, text: &str, call: &Value, out: &Path) -> anyhow::Result<u64> {
    let pieces = match client.file("/api/v1/exports", call.to_string()).await {
        Ok(pieces) => pieces,
        Err(ClientError::Api { detail, .. }) => return Err(shown_in_text(text, &detail)),
        Err(error) => return Err(error.into()),
    };
    pin_mut!(pieces);
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wrong = || format!("{} can't be written", out.display());
    let part = tempfile::NamedTempFile::new_in(folder).with_context(wrong)?;
    let mut file = BufWriter::new(part.as_file());
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.context("the export was cut off; the server's log says why")?;
        bytes += piece.len() as u64;
        file.write_all(&piece).with_context(wrong)?;
    }
    file.flush().with_context(wrong)?;
    drop(file);
    readable_as_usual(part.as_file());
    part.persist(out).with_context(wrong)?;
    Ok(bytes)
}

/// Temporary files are their owner's alone; this one becomes a file like those that a program makes.
fn readable_as_usual(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = file;
}
