//! The reference page of the configuration, made from the doc comments of the sections.

use super::{ColdVolume, Config, ConnectionSection};

/// The source whose comments are the documentation.
const SECTIONS: &str = include_str!("sections.rs");

/// Struct of each section, in the order of the page.
const STRUCTS: &[(&str, &str)] = &[
    ("data", "Data"),
    ("http", "Http"),
    ("otlp", "Otlp"),
    ("tcp", "Tcp"),
    ("gelf", "Gelf"),
    ("fluent", "Fluent"),
    ("syslog", "Syslog"),
    ("tls", "Tls"),
    ("access", "Access"),
    ("clickhouse", "ClickHouse"),
    ("[connections]", "ConnectionSection"),
    ("engine", "EngineSection"),
    ("engine.cold", "ColdVolume"),
    ("ingest", "Ingest"),
    ("spool", "Spool"),
    ("query", "Query"),
    ("budget", "Budget"),
    ("exports", "Exports"),
    ("log", "LogSection"),
];

/// `docs/configuration.md` as Markdown: every option with its default and what it does.
pub fn reference() -> String {
    let defaults = toml::Value::try_from(Config::default()).unwrap_or(toml::Value::Table(toml::Table::new()));
    let mut defaults = defaults;
    let cold = toml::Value::try_from(ColdVolume::default());
    if let (toml::Value::Table(sections), Ok(cold)) = (&mut defaults, cold) {
        // Left out of the configuration unless it is used.
        sections.insert("engine.cold".into(), cold);
    }
    let connection = toml::Value::try_from(ConnectionSection::default());
    if let (toml::Value::Table(sections), Ok(connection)) = (&mut defaults, connection) {
        sections.insert("[connections]".into(), connection);
    }
    let mut page = String::from(
        "# Configuration\n\n<!-- Made by `click-lite-server config schema`; edit the comments in server/src/config/sections.rs. -->\n\n\
         The server reads a TOML file (`--config FILE`), then environment variables, then command-line options; the\n\
         later ones win. The variable of an option is `CLICK_LITE__SECTION__NAME`, such as\n\
         `CLICK_LITE__HTTP__LISTEN=127.0.0.1:8000`. `click-lite-server config check` says what is wrong with a file,\n\
         `config print` shows what is in force (without secrets).\n",
    );
    for &(section, name) in STRUCTS {
        let (about, fields) = describe(name);
        page.push_str(&format!(
            "\n## `[{section}]`\n\n{about}\n\n| option | default | what it does |\n| --- | --- | --- |\n"
        ));
        for (field, text) in fields {
            let default = if (section, field.as_str()) == ("data", "dir") {
                "the user's data folder (`~/.local/share/click-lite` on Linux)".into()
            } else {
                defaults
                    .get(section)
                    .and_then(|table| table.get(&field))
                    .map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
            };
            page.push_str(&format!("| `{field}` | {default} | {text} |\n"));
        }
    }
    page
}

/// Doc comment of a struct, and of each of its public fields.
fn describe(name: &str) -> (String, Vec<(String, String)>) {
    let mut about = String::new();
    let mut fields = Vec::new();
    let mut comment = String::new();
    let mut inside = false;
    for line in SECTIONS.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            if !comment.is_empty() {
                comment.push(' ');
            }
            comment.push_str(text.trim());
        } else if line == format!("pub struct {name} {{") {
            about = std::mem::take(&mut comment);
            inside = true;
        } else if inside && line == "}" {
            break;
        } else if inside
            && let Some((field, _)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(':'))
        {
            fields.push((field.to_owned(), std::mem::take(&mut comment)));
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    (about, fields)
}
