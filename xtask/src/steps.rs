//! A list of steps that all run, whatever fails, and a summary of them.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::shell::{announce, run_watched, say};

/// Tests that a step ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

struct Step {
    name: String,
    duration: Duration,
    succeeded: bool,
    counts: Counts,
}

/// What ran so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

impl Steps {
    /// Runs a command as a step and counts the tests that it reports.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) {
        self.step(name, |counts| run_watched(command, |line| counts.add_line(line)));
    }

    /// Runs something else as a step.
    pub(crate) fn work(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<()>) {
        self.step(name, |_| work().map(|()| true));
    }

    fn step(&mut self, name: &str, work: impl FnOnce(&mut Counts) -> anyhow::Result<bool>) {
        announce(name);
        let began = Instant::now();
        let mut counts = Counts::default();
        let succeeded = work(&mut counts).unwrap_or_else(|error| {
            say(&format!("error: {error:#}"));
            false
        });
        self.done.push(Step { name: name.to_owned(), duration: began.elapsed(), succeeded, counts });
    }

    /// Prints the summary. Its last line is `N passed, N failed`: tests, and each failed step without a failed test
    /// as one more.
    pub(crate) fn finish(self) -> ExitCode {
        announce("summary");
        for step in &self.done {
            let mark = if step.succeeded { "ok    " } else { "FAILED" };
            let seconds = step.duration.as_secs_f64();
            let counts = match step.counts {
                Counts { passed: 0, failed: 0 } => String::new(),
                Counts { passed, failed } => format!("  {passed} passed, {failed} failed"),
            };
            say(&format!("{mark} {seconds:7.1} s  {}{counts}", step.name));
        }
        let Counts { passed, failed } = self.total();
        say(&format!("{passed} passed, {failed} failed"));
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn total(&self) -> Counts {
        self.done.iter().fold(Counts::default(), |total, step| {
            let unseen = u64::from(!step.succeeded && step.counts.failed == 0);
            Counts {
                passed: total.passed + step.counts.passed,
                failed: total.failed + step.counts.failed + unseen,
            }
        })
    }
}

impl Counts {
    /// Takes the counts out of a line as cargo test, Vitest and Playwright print them.
    fn add_line(&mut self, line: &str) {
        let line = line.trim();
        let counted = if let Some(rest) = line.strip_prefix("test result: ") {
            rest
        } else if let Some(rest) = line.strip_prefix("Tests ") {
            rest
        } else if is_playwright_count(line) {
            line
        } else {
            return;
        };
        self.passed += number_before(counted, "passed").unwrap_or(0);
        self.failed += number_before(counted, "failed").unwrap_or(0);
    }
}

/// `3 failed`, or `12 passed (4.2s)`, alone on a line.
fn is_playwright_count(line: &str) -> bool {
    let mut words = line.split(' ');
    let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    let kind = words.next().is_some_and(|word| word == "passed" || word == "failed");
    let duration = words.next().is_none_or(|word| word.starts_with('('));
    number && kind && duration && words.next().is_none()
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = text.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(lines: &[&str]) -> (u64, u64) {
        let mut counts = Counts::default();
        for line in lines {
            counts.add_line(line);
        }
        (counts.passed, counts.failed)
    }

    #[test]
    fn counts_what_the_test_programs_report() {
        let cargo =
            "test result: FAILED. 19 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 3s";
        assert_eq!(counts(&[cargo, "test result: ok. 2 passed; 0 failed; 0 ignored"]), (21, 1));
        assert_eq!(counts(&["      Tests  2 failed | 31 passed (33)"]), (31, 2));
        assert_eq!(counts(&[" Test Files  1 failed | 3 passed (4)"]), (0, 0));
        assert_eq!(counts(&["  1 failed", "  12 passed (4.2s)"]), (12, 1));
        assert_eq!(counts(&["3 passed the gate in the morning", "nothing"]), (0, 0));
    }

    #[test]
    fn a_step_that_fails_without_a_test_counts_as_one() {
        let mut steps = Steps::default();
        steps.work("bad", || anyhow::bail!("no"));
        steps.work("good", || Ok(()));
        // Not a command: what it prints would be counted by the run that this test is part of.
        steps.step("tests", |counts| {
            counts.add_line("test result: FAILED. 4 passed; 2 failed");
            Ok(false)
        });
        assert_eq!(steps.total(), Counts { passed: 4, failed: 3 });
    }
}
