//! SQL for the log store is written in `crates/query` and `crates/store` alone.

use super::rust_text::{lines, tests_begin};
use super::{Source, Violation};

/// The catalog and the agent's state are databases of their own, and the engine only holds its session open.
const PLACES: &[&str] =
    &["crates/query/", "crates/store/", "crates/engine/", "crates/catalog/", "agent/src/state/", "xtask/"];
const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO ", "ALTER TABLE ", "CREATE TABLE "];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let elsewhere = sources.iter().filter(|source| {
        source.is_rust() && !source.is_test() && !PLACES.iter().any(|place| source.path.starts_with(place))
    });
    elsewhere.flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Violation> {
    let lines = lines(&source.text);
    let end = tests_begin(&lines);
    lines[..end]
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let statement =
                STATEMENTS.iter().find(|statement| line.strings.trim_start().starts_with(*statement))?;
            let message = format!("SQL (`{}`) belongs to crates/query or crates/store", statement.trim_end());
            Some(Violation::new(source, index + 1, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    #[test]
    fn finds_statements_in_strings() {
        let text =
            "// SELECT is fine here\nlet a = \"SELECT 1\";\nlet b = \"chosen by SELECT statements\";\n";
        assert_eq!(
            shown(&check(&[source("server/src/read/search.rs", text)])),
            ["server/src/read/search.rs:2: SQL (`SELECT`) belongs to crates/query or crates/store"]
        );
    }

    #[test]
    fn leaves_store_and_tests_alone() {
        let text = "let a = \"SELECT 1\";\n";
        let in_tests = "#[cfg(test)]\nmod tests {\n    const A: &str = \"SELECT 1\";\n}\n";
        let sources = [
            source("crates/store/src/a.rs", text),
            source("tests/src/lib.rs", text),
            source("server/src/read/tests.rs", text),
            source("server/src/read/search.rs", in_tests),
        ];
        assert_eq!(check(&sources), []);
    }
}
