//! No queue is unbounded, and the server's capacities are constants of its pipeline.

use super::rust_text::{lines, tests_begin};
use super::{Source, Violation};

const PIPELINE: &str = "server/src/pipeline.rs";
const UNBOUNDED: &[&str] = &["unbounded_channel", "unbounded(", "UnboundedSender", "UnboundedReceiver"];
const BOUNDED: &[&str] = &["mpsc::channel", "sync_channel", "broadcast::channel"];

pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let pipeline = sources.iter().find(|source| source.path == PIPELINE);
    let capacities: Vec<String> = pipeline.map(|source| constants(&source.text)).unwrap_or_default();
    let ours = sources
        .iter()
        .filter(|source| source.is_rust() && !source.is_test() && !source.path.starts_with("xtask/"));
    ours.flat_map(|source| of_source(source, &capacities)).collect()
}

/// Names of the constants of a source.
fn constants(text: &str) -> Vec<String> {
    let name = |code: &str| Some(code.split_once("const ")?.1.split_once(':')?.0.trim().to_owned());
    lines(text).iter().filter_map(|line| name(&line.code)).collect()
}

fn of_source(source: &Source, capacities: &[String]) -> Vec<Violation> {
    let lines = lines(&source.text);
    let end = tests_begin(&lines);
    let in_server = source.path.starts_with("server/") && source.path != PIPELINE;
    let mut violations = Vec::new();
    for (index, line) in lines[..end].iter().enumerate() {
        if line.code.trim_start().starts_with("use ") {
            continue;
        }
        if UNBOUNDED.iter().any(|name| line.code.contains(name)) || line.code.contains("mpsc::channel()") {
            violations.push(Violation::new(source, index + 1, "no queue may be unbounded"));
        } else if let Some(capacity) = capacity(&line.code)
            && in_server
            && !capacities.contains(&capacity)
        {
            let message = format!("the capacity of this queue has to be a constant of {PIPELINE}");
            violations.push(Violation::new(source, index + 1, message));
        }
    }
    violations
}

/// First word of the argument with which a line makes a bounded queue.
fn capacity(code: &str) -> Option<String> {
    let start = BOUNDED.iter().find_map(|name| code.find(name).map(|position| position + name.len()))?;
    let (_, argument) = code[start..].split_once('(')?;
    let last = argument
        .split(|character: char| !character.is_alphanumeric() && character != '_' && character != ':')
        .next()?;
    Some(last.rsplit("::").next().unwrap_or(last).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{shown, source};
    use super::*;

    fn of(path: &str, text: &str) -> Vec<String> {
        shown(&check(&[source(PIPELINE, "pub const CHUNKS: usize = 4;\n"), source(path, text)]))
    }

    #[test]
    fn refuses_queues_without_end() {
        assert_eq!(of("agent/src/a.rs", "let q = mpsc::unbounded_channel();").len(), 1);
        assert_eq!(of("agent/src/a.rs", "let q = mpsc::channel();").len(), 1);
        assert_eq!(of("agent/src/a.rs", "let q = mpsc::channel(3); // not unbounded"), [""; 0]);
    }

    #[test]
    fn the_capacities_of_the_server_are_in_its_pipeline() {
        assert_eq!(of("server/src/a.rs", "let q = mpsc::channel(CHUNKS);"), [""; 0]);
        assert_eq!(of("server/src/a.rs", "let q = sync_channel::<Block>(pipeline::CHUNKS + 2);"), [""; 0]);
        let expected =
            "server/src/a.rs:1: the capacity of this queue has to be a constant of server/src/pipeline.rs";
        assert_eq!(of("server/src/a.rs", "let q = mpsc::channel(16);"), [expected]);
    }
}
