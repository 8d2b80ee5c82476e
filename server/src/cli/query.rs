use std::io::Write;

use click_lite_client::{ApiClient, ClientError, ErrorDetail};
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value, json};

use super::{OutputFormat, QueryArgs};

/// Columns of a table when none are named.
pub(super) const DEFAULT_COLUMNS: [&str; 4] = ["time", "level", "service", "message"];
/// Rows of one page; more are fetched by cursor.
pub(super) const PAGE: u64 = 1000;

/// `click-lite-server query`: rows newest first, or what the pipes make of them.
pub async fn run(args: QueryArgs) -> anyhow::Result<()> {
    if let Some(out) = &args.out {
        return super::export::run(&args, out).await;
    }
    if let Some(name) = &args.saved {
        return super::saved::run_by_name(&args, name).await;
    }
    if let Some(sql) = &args.sql {
        return super::sql::run(&args, sql).await;
    }
    let client = args.server.client()?;
    let columns: Vec<String> = if args.columns.is_empty() && args.format != OutputFormat::Ndjson {
        DEFAULT_COLUMNS.iter().map(ToString::to_string).collect()
    } else {
        args.columns.clone()
    };
    let mut printer = Printer::new(args.format, columns.clone());
    let mut cursor = Value::Null;
    let mut left = args.rows();
    // Pipes give one page.
    let has_pipes = click_lite_query::parse(&args.text).is_ok_and(|parsed| !parsed.query.pipes.is_empty());
    let page = if has_pipes { u64::from(click_lite_query::MAX_ROWS) } else { PAGE };
    while left > 0 {
        let call = json!({
            "query": args.text, "from": args.from, "to": args.to, "limit": left.min(page), "cursor": cursor,
            "source": args.source, "budget": { "confirmed": args.confirm },
            "columns": if columns.is_empty() { Value::Null } else { json!(columns) },
        });
        let answer = search(&client, &args.text, &call).await?;
        if args.show_sql {
            writeln!(std::io::stdout(), "{}", answer["sql"].as_str().unwrap_or_default())?;
            return Ok(());
        }
        if has_pipes {
            let is_records = answer["shape"] == "records";
            let hidden = |name: &String| is_records && matches!(name.as_str(), "Timestamp" | "IngestId");
            printer.columns = names_of(&answer["columns"]).into_iter().filter(|name| !hidden(name)).collect();
        }
        let rows = answer["rows"].as_array().map_or(&[][..], Vec::as_slice);
        for row in rows.iter().filter_map(Value::as_object) {
            printer.row(row)?;
        }
        if answer["truncated"] == true {
            writeln!(std::io::stderr(), "only the first {} rows are shown: --limit shows more", rows.len())?;
        }
        left = left.saturating_sub(rows.len() as u64);
        cursor = answer["next_cursor"].clone();
        if cursor.is_null() || rows.is_empty() {
            break;
        }
    }
    printer.finish()
}

async fn search(client: &ApiClient, text: &str, call: &Value) -> anyhow::Result<Value> {
    match client.json(reqwest::Method::POST, "/api/v1/search", Some(call.to_string())).await {
        Ok(answer) => Ok(answer),
        Err(ClientError::Api { detail, .. }) => Err(shown_in_text(text, &detail)),
        Err(error) => Err(error.into()),
    }
}

fn names_of(columns: &Value) -> Vec<String> {
    let columns = columns.as_array().map_or(&[][..], Vec::as_slice);
    columns.iter().filter_map(|column| column["name"].as_str()).map(ToOwned::to_owned).collect()
}

/// An error with the line of the text that it is about, and carets below the place.
pub(super) fn shown_in_text(text: &str, detail: &ErrorDetail) -> anyhow::Error {
    let hint = detail.details["hint"].as_str().map(|hint| format!("\n  {hint}")).unwrap_or_default();
    let number = |name: &str| detail.details[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let Some(position) = number("position") else { return anyhow::anyhow!("{}{hint}", detail.message) };
    let before: String = text.chars().take(position).collect();
    let column = before.chars().rev().take_while(|character| *character != '\n').count();
    let line = text.split('\n').nth(before.matches('\n').count()).unwrap_or_default();
    let room = (line.chars().count() + 1).saturating_sub(column).max(1);
    let carets = "^".repeat(number("length").unwrap_or(1).clamp(1, room));
    anyhow::anyhow!("{}\n  {line}\n  {}{carets}{hint}", detail.message, " ".repeat(column))
}

/// Prints rows as they come.
pub(super) struct Printer {
    format: OutputFormat,
    columns: Vec<String>,
    table: Table,
    header: bool,
}

impl Printer {
    pub(super) fn new(format: OutputFormat, columns: Vec<String>) -> Self {
        Self { format, columns, table: Table::new(), header: true }
    }

    pub(super) fn row(&mut self, row: &Map<String, Value>) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match self.format {
            OutputFormat::Ndjson => writeln!(out, "{}", Value::Object(row.clone()))?,
            OutputFormat::Csv => {
                if std::mem::take(&mut self.header) {
                    writeln!(
                        out,
                        "{}",
                        self.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",")
                    )?;
                }
                let cells: Vec<String> =
                    self.columns.iter().map(|name| quoted(&text(row.get(name)))).collect();
                writeln!(out, "{}", cells.join(","))?;
            }
            OutputFormat::Table => {
                self.table.add_row(self.columns.iter().map(|name| text(row.get(name))));
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        if self.format == OutputFormat::Table {
            self.table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
            self.table.set_header(self.columns);
            writeln!(std::io::stdout(), "{}", self.table)?;
        }
        Ok(())
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A CSV field (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
