//! The language from text to SQL, and its laws on random input.

mod language;
mod laws;
mod meaning;
mod statements;

use click_lite_model::time::parse_rfc3339;

use crate::{Compiler, Condition, Dialect, QueryError, Statement, TimeRange, parse};

/// The time that relative times of the tests count from.
fn now_ns() -> i64 {
    parse_rfc3339("2026-11-20T12:00:00Z").expect("a time")
}

fn condition(text: &str) -> Result<Condition, QueryError> {
    parse(text)?.query.check(now_ns())
}

fn count(text: &str, dialect: &Dialect) -> Result<Statement, QueryError> {
    Ok(Compiler::new(dialect, &condition(text)?, TimeRange::ALL).count())
}

/// What stands after `WHERE`, on one line.
fn filter(text: &str, dialect: &Dialect) -> String {
    match count(text, dialect) {
        Ok(statement) => {
            let (_, filter) = statement.display_sql.split_once("WHERE ").unwrap_or(("", "(everything)"));
            filter.replace("\n  AND ", "\n      AND ")
        }
        Err(error) => error.render(text).replace('\n', "\n      "),
    }
}

/// Each text with the filter or the error that it gives.
fn listing(texts: &[&str], dialect: &Dialect) -> String {
    texts
        .iter()
        .map(|text| format!("{text}\n   => {}\n", filter(text, dialect)))
        .collect::<Vec<_>>()
        .join("\n")
}
