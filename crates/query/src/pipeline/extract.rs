//! Columns cut out of a text.

use super::call::json_value;
use super::rows::{Column, Rows};
use super::value::{Origin, Value};
use super::{Scope, wrong_type};
use crate::functions::Kind;
use crate::pipes::check_name;
use crate::sql::SqlText;
use crate::syntax::{Extraction, ExtractionKind, Named, Pipe, PipeKind, Scalar, ScalarKind};
use crate::{QueryError, Span};

impl Scope<'_> {
    pub(super) fn extract(
        &self,
        rows: Rows,
        extraction: &Extraction,
        behind: &[Pipe],
        span: Span,
    ) -> Result<Rows, QueryError> {
        let mut rows = rows.open_to_expressions();
        let message = Scalar::new(ScalarKind::Field("message".to_owned()), span);
        let from = extraction.from.as_ref().unwrap_or(&message);
        let text = self.row_expressions(&rows).value(from)?.text();
        let columns = match &extraction.how {
            ExtractionKind::Pattern(pattern) => {
                let wanted = |name: &str| is_read(name, behind);
                groups(&text, &pattern_regex(pattern, wanted, span)?, span)?
            }
            ExtractionKind::Regex(regex) => groups(&text, regex, span)?,
            ExtractionKind::Json(paths) => named_values(paths, |path| json_value(&text, path))?,
            ExtractionKind::Logfmt(keys) => named_values(keys, |key| logfmt_value(&text, key))?,
        };
        for column in columns {
            rows.set_column(column);
        }
        Ok(rows.nested())
    }
}

/// Columns that pipes read without their being named: `extract`, `timechart`, `rate`.
const READ_UNSAID: [&str; 4] = ["message", "Body", "time", "Timestamp"];

/// Whether what comes behind may read a column: not where a pipe lets none but its own through before.
fn is_read(name: &str, behind: &[Pipe]) -> bool {
    if READ_UNSAID.contains(&name) {
        return true;
    }
    for pipe in behind {
        if pipe.to_string().contains(name) {
            return true;
        }
        match &pipe.kind {
            PipeKind::Stats { .. } | PipeKind::Timechart(_) | PipeKind::Top(_) | PipeKind::Rare(_) => {
                return false;
            }
            PipeKind::Where(_) | PipeKind::Eval(_) | PipeKind::Extract(_) | PipeKind::Limit { .. } => {}
            _ => return true,
        }
    }
    true
}

fn named_values(names: &[Named], value: impl Fn(&str) -> Value) -> Result<Vec<Column>, QueryError> {
    let mut columns = Vec::new();
    for named in names {
        let ScalarKind::Field(path) = &named.expression.kind else { continue };
        let name = named.name.as_ref().unwrap_or(path);
        check_name(name, named.expression.span)?;
        columns.push(Column::new(name, value(path)));
    }
    Ok(columns)
}

fn logfmt_value(text: &Value, key: &str) -> Value {
    let mut sql = SqlText::default();
    sql.text("extractKeyValuePairs(").append(&text.sql).text(", '=', ' ', '\"')[").string(key).text("]");
    Value::new(sql, Kind::Text).from(Origin::Attribute(key.to_owned()))
}

/// The named groups of a regular expression, empty where it does not match.
fn groups(text: &Value, regex: &str, span: Span) -> Result<Vec<Column>, QueryError> {
    crate::check::checked_regex(regex, span)?;
    let names: Vec<Option<String>> = regex::Regex::new(regex)
        .map(|regex| regex.capture_names().map(|name| name.map(str::to_owned)).collect())
        .unwrap_or_default();
    let mut columns: Vec<Column> = Vec::new();
    // The whole match is the first of them. One group is cheaper without an array of groups.
    let is_one = names.len() == 2;
    for (index, name) in names.iter().enumerate() {
        let Some(name) = name else { continue };
        check_name(name, span)?;
        let mut sql = SqlText::default();
        sql.text(if is_one { "extract(" } else { "extractGroups(" });
        sql.append(&text.sql).text(", ").string(regex).text(")");
        if !is_one {
            sql.text(&format!("[{index}]"));
        }
        columns.push(Column::new(name, Value::new(sql, Kind::Text).from(Origin::Attribute(name.clone()))));
    }
    if columns.is_empty() {
        return Err(wrong_type(span, "nothing in it has a name to extract")
            .expect(&["\"user=<user> took <ms>ms\"", "/user=(?P<user>\\w+)/"]));
    }
    Ok(columns)
}

/// `user=<user> took <ms>ms` as a regular expression: a name stands for the shortest text up to what follows it, the
/// last one for everything but white space; `<_>` has no name. Of names that are not wanted no value is kept, unless
/// none is wanted.
fn pattern_regex(pattern: &str, is_wanted: impl Fn(&str) -> bool, span: Span) -> Result<String, QueryError> {
    let mut regex = String::from("(?s)");
    let mut rest = pattern;
    let mut names: Vec<&str> = Vec::new();
    while let Some((before, behind)) = rest.split_once('<') {
        let Some((name, after)) = behind.split_once('>') else { break };
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
        regex.push_str(&regex::escape(before));
        rest = after;
        if !is_name {
            regex.push_str(&regex::escape(&format!("<{name}>")));
            continue;
        }
        let end = if after.is_empty() { r"\S*" } else { ".*?" };
        if name == "_" {
            regex.push_str(end);
            continue;
        }
        if names.contains(&name) {
            return Err(wrong_type(span, format!("<{name}> stands twice in the pattern")));
        }
        names.push(name);
        regex.push_str(&format!("(?P<{name}>{end})"));
    }
    regex.push_str(&regex::escape(rest));
    let (wanted, unwanted): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| is_wanted(name));
    if !wanted.is_empty() {
        for name in unwanted {
            regex = regex.replace(&format!("(?P<{name}>"), "(?:");
        }
    }
    Ok(regex)
}
