//! `click-lite-server query --sql`: the rows of a statement, with progress, until they end or Ctrl-C.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use click_lite_client::{ApiClient, ClientError};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::{Printer, shown_in_text};
use super::{OutputFormat, QueryArgs};

/// Exit code of a program that Ctrl-C ended.
pub(super) const INTERRUPTED: i32 = 130;

/// Runs the statement of `--sql`.
pub async fn run(args: &QueryArgs, sql: &str) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let query_id = Uuid::new_v4().to_string();
    let call = json!({
        "sql": sql, "params": params(&args.params)?, "from": args.from, "to": args.to, "limit": args.rows(),
        "source": args.source, "query_id": query_id, "budget": { "confirmed": args.confirm }, "group": "cli",
    });
    let bar = progress_bar();
    let rows = print_rows(&client, args, sql, &call, &bar);
    tokio::select! {
        result = rows => {
            bar.finish_and_clear();
            result
        }
        _ = tokio::signal::ctrl_c() => {
            bar.finish_and_clear();
            let path = format!("/api/v1/queries/{query_id}");
            // The connection's end would end it too.
            let _ = client.request(reqwest::Method::DELETE, &path, None).await;
            writeln!(std::io::stderr(), "cancelled")?;
            std::process::exit(INTERRUPTED);
        }
    }
}

async fn print_rows(
    client: &ApiClient,
    args: &QueryArgs,
    sql: &str,
    call: &Value,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let mut lines = match client.lines("/api/v1/sql", call.to_string()).await {
        Ok(lines) => lines,
        Err(ClientError::Api { detail, .. }) => return Err(shown_in_text(sql, &detail)),
        Err(error) => return Err(error.into()),
    };
    let mut printer: Option<Printer> = None;
    while let Some(lines) = lines.next_lines().await? {
        for line in lines {
            let line: Map<String, Value> = serde_json::from_str(&line)?;
            let Some((name, value)) = line.into_iter().next() else { continue };
            match name.as_str() {
                "columns" => printer = Some(printer_of(args.format, &value)),
                "progress" => show_progress(bar, &value),
                "rows" => {
                    let Some(printer) = &mut printer else { continue };
                    bar.suspend(|| {
                        let rows = value.as_array().map_or(&[][..], Vec::as_slice);
                        rows.iter().filter_map(Value::as_object).try_for_each(|row| printer.row(row))
                    })?;
                }
                "error" => {
                    let detail: click_lite_client::ErrorDetail = serde_json::from_value(value)?;
                    return Err(shown_in_text(sql, &detail));
                }
                "done" => {
                    bar.finish_and_clear();
                    let printer =
                        printer.take().unwrap_or_else(|| printer_of(args.format, &value["columns"]));
                    printer.finish()?;
                    if value["truncated"] == true {
                        writeln!(
                            std::io::stderr(),
                            "the first {} rows; there are more: raise --limit",
                            args.rows()
                        )?;
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn printer_of(format: OutputFormat, columns: &Value) -> Printer {
    let names = columns.as_array().map_or(&[][..], Vec::as_slice);
    let names = names.iter().filter_map(|column| column["name"].as_str()).map(ToOwned::to_owned);
    Printer::new(format, names.collect())
}

/// `name=value` pairs.
pub(super) fn params(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    pairs
        .iter()
        .map(|pair| {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| anyhow::anyhow!("--param {pair}: write it as name=value"))?;
            Ok((name.trim().to_owned(), Value::from(value)))
        })
        .collect()
}

/// On standard error, where that is a terminal; hidden elsewhere.
fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {percent}% {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn show_progress(bar: &ProgressBar, progress: &Value) {
    let number = |name: &str| progress[name].as_u64().unwrap_or(0);
    bar.set_length(number("total_rows").max(number("rows_read")));
    bar.set_position(number("rows_read"));
    bar.set_message(format!(
        "{} rows, {}",
        HumanCount(number("rows_read")),
        HumanBytes(number("bytes_read"))
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_pairs() {
        let pairs = ["a=1".to_owned(), "b=x=y".to_owned(), "c=".to_owned()];
        assert_eq!(Value::from(params(&pairs).expect("pairs")), json!({ "a": "1", "b": "x=y", "c": "" }));
        assert!(params(&["a".to_owned()]).is_err());
    }
}
