//! The reference page of the configuration, made from the doc comments of the sections.

use super::Config;

/// The source whose comments are the documentation.
const SECTIONS: &str = include_str!("sections.rs");

/// Heading and struct of each section, in the order of the page.
const STRUCTS: [(&str, &str); 10] = [
    ("[server]", "Server"),
    ("[state]", "State"),
    ("[spool]", "Spool"),
    ("[batch]", "Batch"),
    ("[follow]", "Follow"),
    ("[log]", "Log"),
    ("[[files]]", "Files"),
    ("[files.multiline]", "Multiline"),
    ("[[docker]]", "Docker"),
    ("[[journald]]", "Journald"),
];

/// `docs/agent-configuration.md` as Markdown: every option with its default and what it does.
pub fn reference() -> String {
    let defaults = Config {
        files: vec![Default::default()],
        docker: vec![Default::default()],
        journald: vec![Default::default()],
        ..Config::default()
    };
    let defaults = toml::Value::try_from(defaults).unwrap_or(toml::Value::Table(toml::Table::new()));
    let mut page = String::from(
        "# Configuration of the agent\n\n<!-- Made by `click-lite-agent config schema`; edit the comments in \
         agent/src/config/sections.rs. -->\n\n\
         `click-lite-agent run --config FILE` reads a TOML file. `click-lite-agent config check --config FILE` says what is\n\
         wrong with one. Sections in double brackets may come several times. `[resource]` and `attributes` are tables of texts.\n\
         See the [guide](agent.md) for what the agent does.\n",
    );
    for (heading, name) in STRUCTS {
        let (about, fields) = describe(name);
        page.push_str(&format!(
            "\n## `{heading}`\n\n{about}\n\n| option | default | what it does |\n| --- | --- | --- |\n"
        ));
        for (field, text) in fields {
            let default = match (heading, field.as_str()) {
                ("[state]", "dir") => {
                    "the user's state folder (`~/.local/state/click-lite-agent` on Linux)".to_owned()
                }
                ("[[files]]", "multiline") => "see below".to_owned(),
                _ => default_of(&defaults, heading, &field),
            };
            page.push_str(&format!("| `{field}` | {default} | {text} |\n"));
        }
    }
    page
}

fn default_of(defaults: &toml::Value, heading: &str, field: &str) -> String {
    let mut value = Some(defaults);
    for part in heading.trim_matches(['[', ']']).split('.').chain([field]) {
        value = value.and_then(|value| value.get(part));
        if let Some(list) = value.and_then(toml::Value::as_array)
            && part != field
        {
            value = list.first();
        }
    }
    match value {
        None => "none".to_owned(),
        Some(toml::Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(toml::Value::Table(table)) if table.is_empty() => "none".to_owned(),
        Some(value) => format!("`{value}`"),
    }
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
