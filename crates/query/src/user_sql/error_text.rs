//! Errors of ClickHouse, told in terms of the user's text.

use super::lexer::tokens;
use super::{SqlError, span_of};
use crate::{Span, nearest_name};

const SYNTAX_ERROR: u32 = 62;
const UNKNOWN_FUNCTION: u32 = 46;
const UNKNOWN_IDENTIFIER: u32 = 47;
const UNKNOWN_TABLE: u32 = 60;
const UNKNOWN_DATABASE: u32 = 81;
const NOT_AN_AGGREGATE: u32 = 215;
const UNKNOWN_SETTING: u32 = 115;
const BAD_QUERY_PARAMETER: u32 = 457;
const UNKNOWN_QUERY_PARAMETER: u32 = 456;
const ACCESS_DENIED: u32 = 497;
const READONLY: u32 = 164;
const SETTING_CONSTRAINT_VIOLATION: u32 = 452;

/// The name that an error is about, where ClickHouse says one.
pub fn missing_name(message: &str) -> Option<&str> {
    ["identifier `", "identifier '", "with name `", "name '", "Column '", "table expression identifier '"]
        .iter()
        .find_map(|start| {
            let rest = &message[message.find(start)? + start.len()..];
            Some(&rest[..rest.find(['`', '\''])?])
        })
        .filter(|name| !name.is_empty())
}

/// An error of ClickHouse about `sql`, which was sent after `prefix_bytes` of ours. `known` are names that could have been
/// meant: columns, tables, functions.
pub fn explain_error<'a>(
    sql: &str,
    prefix_bytes: usize,
    code: u32,
    message: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> SqlError {
    let stable = match code {
        SYNTAX_ERROR => "sql.syntax",
        UNKNOWN_FUNCTION => "sql.unknown_function",
        UNKNOWN_IDENTIFIER => "sql.unknown_column",
        UNKNOWN_TABLE | UNKNOWN_DATABASE => "sql.unknown_table",
        BAD_QUERY_PARAMETER | UNKNOWN_QUERY_PARAMETER => "sql.parameter",
        ACCESS_DENIED | READONLY | SETTING_CONSTRAINT_VIOLATION | UNKNOWN_SETTING => "sql.not_allowed",
        _ => "sql.refused",
    };
    let mut error = SqlError::new(stable, readable(message));
    if code == SYNTAX_ERROR {
        error.span = syntax_position(sql, prefix_bytes, message);
        if message.contains("Multi-statements") {
            "there is more than one statement: run them one by one".clone_into(&mut error.message);
        }
        return error;
    }
    if code == ACCESS_DENIED {
        "this reaches beyond what may be read here".clone_into(&mut error.message);
        return error;
    }
    if let Some(name) = missing_name(message) {
        error.span = place_of_name(sql, name);
        let suggested = suggestion(message).map(ToOwned::to_owned);
        error.hint = suggested
            .or_else(|| nearest_name(name, known).map(ToOwned::to_owned))
            .map(|nearest| format!("did you mean {nearest}?"));
        if code == NOT_AN_AGGREGATE {
            let column = name.rsplit('.').next().unwrap_or(name);
            error.message = format!("{column} is neither in GROUP BY nor inside an aggregate function");
            error.hint = Some(format!("add {column} to GROUP BY, or write any({column})"));
        }
    }
    error
}

/// What ClickHouse adds for itself is left out: the statement again, and the whole list of what could follow.
fn readable(message: &str) -> String {
    let mut text = message;
    for end in
        [" In scope ", " in scope ", ": In scope ", ". In query ", ": While processing ", " Maybe you meant"]
    {
        if let Some(at) = text.find(end).filter(|at| *at > 0) {
            text = &text[..at];
        }
    }
    let text = text.trim_end_matches(['.', ':', ' ']);
    match text.split_once("Expected one of: ") {
        Some((before, expected)) => {
            let few: Vec<&str> =
                expected.split(", ").filter(|item| !item.starts_with("token")).take(6).collect();
            let more = if expected.split(", ").count() > few.len() { ", ..." } else { "" };
            format!("{} Expected: {}{more}", shortened(before.trim_end()), few.join(", "))
        }
        None => shortened(text),
    }
}

/// `Syntax error: failed at position 16 (x): x WHERE ... .` without the rest of the statement.
fn shortened(text: &str) -> String {
    match text.split_once(": failed at position") {
        Some((start, rest)) => {
            let near =
                rest.split_once('(').and_then(|(_, rest)| rest.split_once("):")).map_or("", |(near, _)| near);
            if near.is_empty() { format!("{start}.") } else { format!("{start} at {near}.") }
        }
        None => text.to_owned(),
    }
}

/// `Maybe you meant: ['Body']` or `Maybe you meant click_lite.otel_logs?`.
fn suggestion(message: &str) -> Option<&str> {
    let rest = &message[message.find("Maybe you meant")? + "Maybe you meant".len()..];
    let rest = rest.trim_start_matches([':', ' ', '[', '\'']);
    let end = rest.find(['\'', ']', '?', ','])?;
    Some(rest[..end].trim_start_matches("click_lite.")).filter(|name| !name.is_empty())
}

/// `failed at position 16 (x)`: bytes, from 1, of what was sent.
fn syntax_position(sql: &str, prefix_bytes: usize, message: &str) -> Option<Span> {
    let rest = message.split_once("failed at position ")?.1;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let at = rest[..digits].parse::<usize>().ok()?.checked_sub(1 + prefix_bytes)?.min(sql.len());
    let found = tokens(sql).into_iter().find(|token| token.bytes.contains(&at));
    Some(span_of(sql, found.map_or(at..at, |token| token.bytes)))
}

/// Where a name stands, also the last part of one such as `database.table.column`.
fn place_of_name(sql: &str, name: &str) -> Option<Span> {
    let cut = tokens(sql);
    let find = |wanted: &str| {
        cut.iter()
            .find(|token| token.name().is_some_and(|found| found == wanted))
            .map(|token| token.bytes.clone())
    };
    let bytes = find(name).or_else(|| find(name.rsplit('.').next()?))?;
    Some(span_of(sql, bytes))
}
