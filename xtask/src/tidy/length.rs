//! Files stay under 600 lines, tests apart.

use super::rust_text::{lines, tests_begin};
use super::{Source, Violation};

const MOST_LINES: usize = 600;
const KINDS: &[&str] = &[".rs", ".ts", ".tsx", ".css", ".py", ".js"];
const GENERATED: &[&str] = &["ui/src/api/schema.d.ts"];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let measured = sources.iter().filter(|source| {
        KINDS.iter().any(|kind| source.path.ends_with(kind))
            && !source.is_test()
            && !GENERATED.contains(&&*source.path)
    });
    measured
        .filter_map(|source| {
            let count = if source.is_rust() {
                tests_begin(&lines(&source.text))
            } else {
                source.text.lines().count()
            };
            let message = format!("has {count} lines without its tests; {MOST_LINES} is the most");
            (count > MOST_LINES).then(|| Violation::new(source, 0, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    #[test]
    fn counts_without_the_tests() {
        let code = "let a = 1;\n".repeat(600);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
        assert_eq!(check(&[source("server/src/a.rs", &format!("{code}{tests}"))]), []);
        assert_eq!(check(&[source("server/tests/a.rs", &format!("{code}{code}"))]), []);
        assert_eq!(
            shown(&check(&[source("ui/src/a.ts", &format!("{code}1\n"))])),
            ["ui/src/a.ts: has 601 lines without its tests; 600 is the most"]
        );
    }
}
