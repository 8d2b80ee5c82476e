//! Nothing is left for later, and no lint or test is silenced.

use super::rust_text::lines;
use super::{Source, Violation};

const KINDS: &[&str] =
    &[".rs", ".ts", ".tsx", ".js", ".css", ".py", ".sh", ".toml", ".yml", ".yaml", ".html"];
/// Words that mark unfinished work, in capitals.
const MARKS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
const IN_RUST: &[(&str, &str)] = &[
    ("todo!(", "unfinished code"),
    ("unimplemented!(", "unfinished code"),
    ("[allow(", "a lint is silenced"),
    ("[ignore", "a test is ignored"),
];
const IN_TYPESCRIPT: &[(&str, &str)] = &[
    ("eslint-disable", "a lint is silenced"),
    ("@ts-ignore", "a type error is silenced"),
    ("@ts-expect-error", "a type error is silenced"),
    ("@ts-nocheck", "type errors are silenced"),
    ("it.skip(", "a test is ignored"),
    ("test.skip(", "a test is ignored"),
    ("describe.skip(", "a test is ignored"),
];
/// This rule has to name what it looks for.
const ITSELF: &str = "xtask/src/tidy/leftovers.rs";

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let ours = sources
        .iter()
        .filter(|source| source.path != ITSELF && KINDS.iter().any(|kind| source.path.ends_with(kind)));
    ours.flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut report = |line: usize, message: String| violations.push(Violation::new(source, line, message));
    if source.is_rust() {
        for (index, line) in lines(&source.text).iter().enumerate() {
            if let Some(mark) = mark(&line.comments) {
                report(index + 1, format!("unfinished work ({mark})"));
            }
            for (text, what) in IN_RUST.iter().filter(|(text, _)| line.code.contains(text)) {
                report(index + 1, format!("{what} (`{text}`)"));
            }
        }
    } else {
        let rules = if source.path.starts_with("ui/") { IN_TYPESCRIPT } else { &[] };
        for (index, line) in source.text.lines().enumerate() {
            if let Some(mark) = mark(line) {
                report(index + 1, format!("unfinished work ({mark})"));
            }
            for (text, what) in rules.iter().filter(|(text, _)| line.contains(text)) {
                report(index + 1, format!("{what} (`{text}`)"));
            }
        }
    }
    violations
}

/// A mark that stands as a word of its own.
fn mark(text: &str) -> Option<&'static str> {
    let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
    words.into_iter().find_map(|word| MARKS.iter().find(|mark| **mark == word).copied())
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    #[test]
    fn finds_what_is_left_for_later() {
        let text = "fn a() { todo!() }\n// FIXME: later\nlet text = \"TODO list\";\n#[ignore = \"slow\"]\n#[allow(dead_code)]\n";
        assert_eq!(
            shown(&check(&[source("server/src/a.rs", text)])),
            [
                "server/src/a.rs:1: unfinished code (`todo!(`)",
                "server/src/a.rs:2: unfinished work (FIXME)",
                "server/src/a.rs:4: a test is ignored (`[ignore`)",
                "server/src/a.rs:5: a lint is silenced (`[allow(`)",
            ]
        );
    }

    #[test]
    fn knows_the_interface_too() {
        let text = "// eslint-disable-next-line\nconst TODOS = 1; // hackers\n";
        assert_eq!(
            shown(&check(&[source("ui/src/a.ts", text)])),
            ["ui/src/a.ts:1: a lint is silenced (`eslint-disable`)"]
        );
    }
}
