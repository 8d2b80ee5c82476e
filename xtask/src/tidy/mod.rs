//! The rules of docs/ARCHITECTURE.md that no other tool knows. A rule takes the sources and gives violations.

mod dependencies;
mod interface;
mod leftovers;
mod length;
mod links;
mod queues;
mod rust_text;
mod sql;
mod table;

use std::fmt;
use std::fs;
use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::paths::Paths;
use crate::shell::{output, say};

/// A text file of the repository.
pub(crate) struct Source {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether all of it is test or benchmark.
    fn is_test(&self) -> bool {
        let path = format!("/{}", self.path);
        ["/tests/", "/benches/", "/fuzz/"].iter().any(|folder| path.contains(folder))
            || ["/tests.rs", ".test.ts", ".test.tsx"].iter().any(|end| path.ends_with(end))
    }
}

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    /// From 1; 0 is the file as a whole.
    line: usize,
    message: String,
}

impl Violation {
    fn new(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.path, self.message),
            line => write!(formatter, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// `cargo xtask tidy`.
pub(crate) fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    check(paths)?;
    say("tidy: nothing to say");
    Ok(ExitCode::SUCCESS)
}

/// Prints each violation; an error when there are any.
pub(crate) fn check(paths: &Paths) -> anyhow::Result<()> {
    let sources = sources(paths)?;
    let mut violations: Vec<Violation> = [
        dependencies::check(&sources),
        sql::check(&sources),
        queues::check(&sources),
        interface::check(&sources),
        length::check(&sources),
        leftovers::check(&sources),
        links::check(&sources, |path| paths.root.join(path).exists()),
    ]
    .into_iter()
    .flatten()
    .collect();
    violations.sort();
    for violation in &violations {
        say(&violation.to_string());
    }
    anyhow::ensure!(violations.is_empty(), "tidy found {} violation(s)", violations.len());
    Ok(())
}

/// Every text file that git knows or would take.
fn sources(paths: &Paths) -> anyhow::Result<Vec<Source>> {
    let list = output(Command::new("git").current_dir(&paths.root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]))
    .context("tidy asks git for the list of files")?;
    let mut sources = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // A file that git knows may be gone from the folder, and one that is no text has no rules.
        if let Ok(bytes) = fs::read(paths.root.join(path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    Ok(sources)
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
fn shown(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(ToString::to_string).collect()
}
