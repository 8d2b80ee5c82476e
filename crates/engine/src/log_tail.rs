use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

const TAIL_BYTES: u64 = 64 * 1024;
const MESSAGE_CHARACTERS: usize = 600;

/// The end of what was written to `path` after `start_bytes`, up to 64 KiB. A file that is shorter by now
/// was rotated, and is read from its start. Empty when it can't be read: it is only for a message.
pub(crate) fn read_since(path: &Path, start_bytes: u64) -> String {
    fn read(path: &Path, start_bytes: u64) -> io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let start = if length < start_bytes { 0 } else { start_bytes };
        file.seek(SeekFrom::Start(start.max(length.saturating_sub(TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
    read(path, start_bytes).unwrap_or_default()
}

/// The line of the program's own output that says why it ended: the last with an error code, else the last.
pub(crate) fn reason_in_output(output: &str) -> Option<String> {
    let mut lines =
        output.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("Logging "));
    let all: Vec<&str> = lines.by_ref().collect();
    let coded = all.iter().rev().find(|line| line.contains("Exception") || line.contains("engine library"));
    coded.or(all.last()).map(|line| shorten(line))
}

/// The last line of ClickHouse's log that may say why it ended. Errors of single queries are not that.
pub(crate) fn reason_in_log(log: &str) -> Option<String> {
    let line = log.lines().rev().find(|line| {
        line.contains("<Fatal>")
            || (line.contains("<Error>")
                && !["executeQuery:", "DynamicQueryHandler:", "TCPHandler:"]
                    .iter()
                    .any(|part| line.contains(part)))
    })?;
    Some(shorten(line.split_once("> ").map_or(line, |(_, message)| message)))
}

fn shorten(line: &str) -> String {
    line.chars().take(MESSAGE_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_exception_in_the_output() {
        let output = "Logging information to /x.log\nCode: 210. DB::Exception: Listen failed\nbye\n";
        assert_eq!(reason_in_output(output).as_deref(), Some("Code: 210. DB::Exception: Listen failed"));
        assert_eq!(reason_in_output("Logging information to /x.log\n"), None);
        assert_eq!(reason_in_output("Killed\n").as_deref(), Some("Killed"));
    }

    #[test]
    fn passes_over_failed_queries_in_the_log() {
        let log = "2026.11.22 22:16:56.1 [ 1 ] {} <Fatal> BaseDaemon: (version 26.7) Received signal 11\n\
                   2026.11.22 22:16:56.2 [ 2 ] {a} <Error> executeQuery: Code: 497. DB::Exception: no\n";
        assert_eq!(reason_in_log(log).as_deref(), Some("BaseDaemon: (version 26.7) Received signal 11"));
    }

    #[test]
    fn reads_what_came_after_the_start() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log");
        std::fs::write(&path, "old\nnew\n").expect("written");
        assert_eq!(read_since(&path, 4), "new\n");
        assert_eq!(read_since(&path, 100), "old\nnew\n", "rotated");
        assert_eq!(read_since(&folder.path().join("none"), 0), "");
    }
}
