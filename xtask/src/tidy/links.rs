//! Links between the documents lead somewhere.

use super::{Source, Violation};

/// `exists` says whether a path of the repository, which may be a folder, is there.
pub(super) fn check(sources: &[Source], exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    let documents = sources.iter().filter(|source| {
        source.path.ends_with(".md") && (source.path.starts_with("docs/") || !source.path.contains('/'))
    });
    for source in documents {
        for (line, target) in targets(&source.text) {
            let (path, anchor) =
                target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
            let file = if path.is_empty() { source.path.clone() } else { join(&source.path, path) };
            if !exists(&file) {
                violations.push(Violation::new(source, line, format!("leads nowhere: {target}")));
            } else if let (Some(anchor), Some(document)) =
                (anchor, sources.iter().find(|source| source.path == file))
                && file.ends_with(".md")
                && !anchors(&document.text).iter().any(|found| found == anchor)
            {
                violations.push(Violation::new(source, line, format!("{file} has no heading #{anchor}")));
            }
        }
    }
    violations
}

/// Targets of a document's links and images that are neither web nor mail addresses, with their lines.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let image = line.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let ours =
            inline.chain(image).filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
        found.extend(ours.map(|target| (index + 1, target)));
    }
    found
}

fn join(document: &str, path: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Anchors of a document's headings, made as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let headings =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept =
            heading.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.flat_map(char::to_lowercase)
            .map(|character| if character == ' ' { '-' } else { character })
            .collect()
    };
    headings.map(anchor).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    #[test]
    fn finds_links_that_lead_nowhere() {
        let text = "[a](ARCHITECTURE.md#the-way-of-a-record) [b](adr/) ![c](../shot.png) [d](https://example.org/x)\n\
                    [e](gone.md) [f](ARCHITECTURE.md#nothing) [g](#here)\n# Here!\n```\n[h](in/code)\n```\n";
        let sources =
            [source("docs/guide.md", text), source("docs/ARCHITECTURE.md", "## The way of a record\n")];
        let there = ["docs/ARCHITECTURE.md", "docs/adr", "shot.png", "docs/guide.md"];
        assert_eq!(
            shown(&check(&sources, |path| there.contains(&path))),
            [
                "docs/guide.md:2: leads nowhere: gone.md",
                "docs/guide.md:2: docs/ARCHITECTURE.md has no heading #nothing"
            ]
        );
    }
}
