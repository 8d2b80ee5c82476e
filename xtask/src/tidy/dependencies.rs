//! Crates depend on each other as the table says, and nothing under `crates/` knows axum or Tauri.

use toml::Table;

use super::table::{self, Uses};
use super::{Source, Violation};

const DOCUMENT: &str = "docs/ARCHITECTURE.md";
const OURS: &str = "click-lite-";

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let Some(document) = sources.iter().find(|source| source.path == DOCUMENT) else {
        let message = "is missing: it holds the table of what may depend on what".to_owned();
        return vec![Violation { path: DOCUMENT.to_owned(), line: 0, message }];
    };
    let allowed = table::read(&document.text);
    let manifests = sources.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    // The fuzz targets are a workspace of their own.
    manifests
        .filter(|source| !source.path.starts_with("fuzz/"))
        .flat_map(|source| of_manifest(source, &allowed))
        .collect()
}

fn of_manifest(source: &Source, allowed: &table::Allowed) -> Vec<Violation> {
    let manifest: Table = match source.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Violation::new(source, 0, format!("is no TOML: {error}"))],
    };
    let folder = source.path.trim_end_matches("Cargo.toml").trim_end_matches('/');
    let name = if folder.is_empty() { "." } else { folder.trim_start_matches("crates/") };
    let Some(uses) = allowed.get(name) else {
        return vec![Violation::new(source, 0, format!("`{folder}` is not in the table of {DOCUMENT}"))];
    };
    let mut violations = Vec::new();
    for (section, dependency) in dependencies(&manifest) {
        let line = 1 + source.text.lines().position(|line| line.starts_with(&dependency)).unwrap_or(0);
        let framework = ["axum", "tauri"]
            .iter()
            .any(|name| dependency == *name || dependency.starts_with(&format!("{name}-")));
        if folder.starts_with("crates/") && framework {
            violations.push(Violation::new(
                source,
                line,
                format!("nothing under crates/ may know {dependency}"),
            ));
        }
        // Tests of a crate may use any other crate.
        if let (Some(used), Uses::These(these)) = (dependency.strip_prefix(OURS), uses)
            && section != "dev-dependencies"
            && !these.iter().any(|name| name == used)
        {
            let message = format!("`{name}` may not depend on `{used}` by the table of {DOCUMENT}");
            violations.push(Violation::new(source, line, message));
        }
    }
    violations
}

fn dependencies(manifest: &Table) -> Vec<(&'static str, String)> {
    let sections = ["dependencies", "build-dependencies", "dev-dependencies"];
    let targets = manifest.get("target").and_then(|targets| targets.as_table());
    let tables: Vec<&Table> = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(Table::values).filter_map(|target| target.as_table()))
        .collect();
    let mut found = Vec::new();
    for section in sections {
        for table in &tables {
            if let Some(dependencies) = table.get(section).and_then(|section| section.as_table()) {
                found.extend(dependencies.keys().map(|name| (section, name.clone())));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    const TABLE: &str = "| `crates/model` | records | - |\n| `crates/parse` | files | model |\n";

    fn of(path: &str, text: &str) -> Vec<String> {
        shown(&check(&[source(DOCUMENT, TABLE), source(path, text)]))
    }

    #[test]
    fn takes_what_the_table_allows() {
        let text = "[dependencies]\nclick-lite-model.workspace = true\n[dev-dependencies]\nclick-lite-spool = { path = \"\" }\n";
        assert_eq!(of("crates/parse/Cargo.toml", text), [""; 0]);
    }

    #[test]
    fn refuses_another_crate() {
        let text = "[dependencies]\nclick-lite-parse.workspace = true\n";
        let expected = "crates/model/Cargo.toml:2: `model` may not depend on `parse` by the table of docs/ARCHITECTURE.md";
        assert_eq!(of("crates/model/Cargo.toml", text), [expected]);
    }

    #[test]
    fn refuses_frameworks_under_crates_even_for_one_platform() {
        let text = "[target.'cfg(unix)'.dependencies]\naxum = \"1\"\ntauri-build = \"2\"\naxumatic = \"1\"\n";
        let found = of("crates/parse/Cargo.toml", text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("may know axum"), "{found:?}");
    }

    #[test]
    fn refuses_a_crate_that_the_table_does_not_know() {
        assert_eq!(
            of("crates/helper/Cargo.toml", ""),
            ["crates/helper/Cargo.toml: `crates/helper` is not in the table of docs/ARCHITECTURE.md"]
        );
    }
}
