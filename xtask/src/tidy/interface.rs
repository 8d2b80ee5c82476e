//! Features of the interface never import each other; nothing outside `ui/src/platform` imports Tauri.

use super::{Source, Violation};

const FEATURES: &str = "ui/src/features/";
const PLATFORM: &str = "ui/src/platform/";

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let interface = sources.iter().filter(|source| {
        source.path.starts_with("ui/src/") && (source.path.ends_with(".ts") || source.path.ends_with(".tsx"))
    });
    interface.flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        for module in imported(line) {
            if module.starts_with("@tauri-apps/") && !source.path.starts_with(PLATFORM) {
                violations.push(Violation::new(
                    source,
                    index + 1,
                    format!("only {PLATFORM} may import {module}"),
                ));
            }
            let (own, other) =
                (feature(&source.path), resolve(&source.path, module).and_then(|path| feature(&path)));
            if let (Some(own), Some(other)) = (own, other)
                && own != other
            {
                let message = format!("feature `{own}` may not import feature `{other}`");
                violations.push(Violation::new(source, index + 1, message));
            }
        }
    }
    violations
}

/// Modules that a line imports: what stands in quotes after `from`, `import` or `import(`.
fn imported(line: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for quote in ['"', '\''] {
        let parts: Vec<&str> = line.split(quote).collect();
        for pair in parts.chunks(2) {
            if let [before, module] = pair {
                let before = before.trim_end();
                let imports =
                    ["from", "import", "import(", "vi.mock("].iter().any(|word| before.ends_with(word));
                if imports {
                    modules.push(*module);
                }
            }
        }
    }
    modules
}

fn feature(path: &str) -> Option<String> {
    path.strip_prefix(FEATURES)?.split_once('/').map(|(name, _)| name.to_owned())
}

/// The path of a module of ours: `@/x` is `ui/src/x`, the rest is relative.
fn resolve(importer: &str, module: &str) -> Option<String> {
    if let Some(rest) = module.strip_prefix("@/") {
        return Some(format!("ui/src/{rest}/"));
    }
    if !module.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in module.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("{}/", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    fn of(path: &str, text: &str) -> Vec<String> {
        shown(&check(&[source(path, text)]))
    }

    #[test]
    fn features_are_apart() {
        let path = "ui/src/features/explore/table/row.tsx";
        assert_eq!(
            of(path, "import { a } from \"../../imports/dialog\";"),
            ["ui/src/features/explore/table/row.tsx:1: feature `explore` may not import feature `imports`"]
        );
        assert_eq!(of(path, "import { a } from '@/features/imports/dialog'").len(), 1);
        assert_eq!(of(path, "const a = await import(\"@/features/imports\");").len(), 1);
        assert_eq!(of(path, "import { a } from \"../state/search\";"), [""; 0]);
        assert_eq!(of(path, "import { a } from \"@/lib/time\";"), [""; 0]);
        assert_eq!(of("ui/src/routes/root.tsx", "import { a } from \"@/features/imports/dialog\";"), [""; 0]);
    }

    #[test]
    fn tauri_is_known_to_the_platform_alone() {
        let text = "import { invoke } from \"@tauri-apps/api/core\";";
        assert_eq!(of("ui/src/platform/tauri.ts", text), [""; 0]);
        assert_eq!(
            of("ui/src/app/app.tsx", text),
            ["ui/src/app/app.tsx:1: only ui/src/platform/ may import @tauri-apps/api/core"]
        );
    }
}
