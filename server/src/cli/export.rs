//! `click-lite-server query --out`: all rows as a file.

use std::io::Write;
use std::path::Path;

use click_lite_client::{ApiClient, ClientError};
use indicatif::{HumanBytes, HumanCount};
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
            let (bytes, first_rows) = result?;
            writeln!(std::io::stderr(), "{}: {}", out.display(), HumanBytes(bytes))?;
            if let Some(rows) = first_rows {
                writeln!(
                    std::io::stderr(),
                    "it has the first {} rows: a sheet holds no more; write CSV or Parquet for all of them",
                    HumanCount(rows)
                )?;
            }
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

/// The bytes of the file, and its rows where these are the first of more.
async fn save(
    client: &ApiClient,
    text: &str,
    call: &Value,
    out: &Path,
) -> anyhow::Result<(u64, Option<u64>)> {
    match client.file("/api/v1/exports", Some(call.to_string())).await {
        Ok(answer) => {
            let first_rows = answer.first_rows();
            Ok((answer.save(out, |_| {}).await?, first_rows))
        }
        Err(ClientError::Api { detail, .. }) => Err(shown_in_text(text, &detail)),
        Err(error) => Err(error.into()),
    }
}
