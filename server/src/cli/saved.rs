use std::io::Write;
use std::path::Path;

use anyhow::Context;
use comfy_table::{ContentArrangement, Table, presets};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::query::{DEFAULT_COLUMNS, PAGE, Printer};
use super::{OutputFormat, QueryArgs, SavedCommand, print_line};

/// `click-lite-server query --saved NAME`: as a search, or as SQL, whichever was saved.
pub async fn run_by_name(args: &QueryArgs, name: &str) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let path = format!("/api/v1/saved-queries/{}/run", escaped(name));
    let parameters = parameters(&args.params)?;
    let mut printer: Option<Printer> = None;
    let mut cursor = Value::Null;
    let mut left = args.rows();
    while left > 0 {
        let call = json!({
            "parameters": parameters, "from": args.from, "to": args.to, "limit": left.min(PAGE), "cursor": cursor,
            "columns": columns_of_search(args), "budget": { "confirmed": args.confirm },
            "source": args.source,
        });
        let answer: Value = client.json(Method::POST, &path, Some(call.to_string())).await?;
        if args.show_sql {
            return print_line(answer["sql"].as_str().unwrap_or_default());
        }
        let rows = answer["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let printer = printer.get_or_insert_with(|| Printer::new(args.format, columns_of(args, &answer)));
        for row in rows.iter().filter_map(Value::as_object) {
            printer.row(row)?;
        }
        left = left.saturating_sub(rows.len() as u64);
        cursor = answer["next_cursor"].clone();
        if cursor.is_null() || rows.is_empty() {
            break;
        }
    }
    printer.map_or(Ok(()), Printer::finish)
}

/// Columns that a search is asked for; `None` for whole records, and for what a query makes itself.
fn columns_of_search(args: &QueryArgs) -> Option<Vec<String>> {
    if !args.columns.is_empty() {
        return Some(args.columns.clone());
    }
    (args.format != OutputFormat::Ndjson).then(|| DEFAULT_COLUMNS.map(ToOwned::to_owned).to_vec())
}

/// Columns of an answer: its own where it says them.
fn columns_of(args: &QueryArgs, answer: &Value) -> Vec<String> {
    let own = answer["columns"].as_array().map_or(&[][..], Vec::as_slice);
    let own: Vec<String> =
        own.iter().filter_map(|column| column["name"].as_str()).map(ToOwned::to_owned).collect();
    // A search lists all columns of records, also those that nobody asked for.
    let are_records = own.is_empty() || answer["shape"] == "records";
    if are_records { columns_of_search(args).unwrap_or_default() } else { own }
}

/// `NAME=VALUE`, a name that comes again having several values.
fn parameters(given: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut parameters = Map::new();
    for text in given {
        let (name, value) =
            text.split_once('=').with_context(|| format!("--param {text}: write it as NAME=VALUE"))?;
        match parameters.get_mut(name) {
            None => {
                parameters.insert(name.to_owned(), value.into());
            }
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    Ok(parameters)
}

/// `click-lite-server saved ...`.
pub async fn run(command: SavedCommand) -> anyhow::Result<()> {
    match command {
        SavedCommand::List { server, search } => {
            let path = format!("/api/v1/saved-queries?search={}", escaped(&search));
            let answer: Value = server.client()?.json(Method::GET, &path, None).await?;
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
            table.set_header(["name", "folder", "tags", "language", "last run", "ms"]);
            for item in answer["items"].as_array().map_or(&[][..], Vec::as_slice) {
                let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
                let tags: Vec<&str> = item["tags"]
                    .as_array()
                    .map_or(&[][..], Vec::as_slice)
                    .iter()
                    .filter_map(Value::as_str)
                    .collect();
                let ms = item["last_run_ms"].as_i64().map(|ms| ms.to_string()).unwrap_or_default();
                table.add_row([
                    text("name"),
                    text("folder"),
                    tags.join(", "),
                    text("language"),
                    text("last_run_at"),
                    ms,
                ]);
            }
            print_line(&table.to_string())
        }
        SavedCommand::Show { server, name } => {
            let path = format!("/api/v1/saved-queries/{}", escaped(&name));
            let saved: Value = server.client()?.json(Method::GET, &path, None).await?;
            print_line(&serde_json::to_string_pretty(&saved)?)
        }
        SavedCommand::Export { server, file } => {
            let document: Value =
                server.client()?.json(Method::GET, "/api/v1/saved-queries/export", None).await?;
            let text = serde_json::to_string_pretty(&document)?;
            if file == Path::new("-") {
                return print_line(&text);
            }
            std::fs::write(&file, text + "\n").with_context(|| format!("{} can't be written", file.display()))
        }
        SavedCommand::Import { server, dry_run, keep, file } => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} can't be read", file.display()))?;
            let path = format!("/api/v1/saved-queries/import?dry_run={dry_run}&keep={keep}");
            let report: Value = server.client()?.json(Method::POST, &path, Some(text)).await?;
            let mut out = std::io::stdout().lock();
            for item in report["items"].as_array().map_or(&[][..], Vec::as_slice) {
                let text = |field: &str| item[field].as_str().unwrap_or_default();
                writeln!(out, "{:8} {}", text("standing"), text("name"))?;
            }
            let count = |name: &str| report[name].as_u64().unwrap_or(0);
            writeln!(out, "{} new, {} changed, {} the same", count("new"), count("changed"), count("same"))?;
            Ok(())
        }
    }
}

/// A text as a part of a URL.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_comes_again_has_several_values() {
        let given = ["a=1", "b=x=y", "a=2", "a=3"].map(ToOwned::to_owned);
        assert_eq!(
            Value::from(parameters(&given).expect("read")),
            json!({ "a": ["1", "2", "3"], "b": "x=y" })
        );
        assert!(parameters(&["a".to_owned()]).is_err());
    }

    #[test]
    fn names_become_parts_of_a_url() {
        assert_eq!(escaped("Fehler/5 ü"), "Fehler%2F5%20%C3%BC");
    }
}
