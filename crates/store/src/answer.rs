//! Lines of ClickHouse's format `JSONEachRowWithProgress`, and the exception that can end them.
//!
//! ```text
//! {"progress":{"read_rows":"4","read_bytes":"914","total_rows_to_read":"2","elapsed_ns":"18872756"}}
//! {"meta":[...]}
//! {"row":{...}}
//! {"rows_before_limit_at_least":2}
//! ```
//!
//! An error after the answer began is a part of the body: an empty line, `__exception__`, a tag, the message, its length and
//! the tag, `__exception__`.

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::StoreError;

/// How far a query is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub rows_read: u64,
    pub bytes_read: u64,
    /// Rows that it has to read at most, as far as known.
    pub total_rows: u64,
    pub elapsed_ms: u64,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerColumn {
    pub name: String,
    /// ClickHouse type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a line says.
#[derive(Debug)]
pub(crate) enum Line {
    Row(Box<RawValue>),
    Progress(Progress),
    /// Comes once, before the rows.
    Columns(Vec<AnswerColumn>),
    /// Totals and counts: not needed.
    Other,
}

/// Cuts an answer into lines, whatever the chunks it comes in.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: BytesMut,
    /// Up to here there is no end of line.
    searched: usize,
    exception: Option<Vec<u8>>,
}

const ROW: &[u8] = b"{\"row\":";
const EXCEPTION: &[u8] = b"__exception__";

impl Lines {
    pub(crate) fn push(&mut self, chunk: &Bytes) {
        self.rest.extend_from_slice(chunk);
    }

    /// The next whole line that is not empty.
    ///
    /// # Errors
    /// [`StoreError::BadAnswer`] for a line that is none of ClickHouse's.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, StoreError> {
        while let Some(length) = memchr::memchr(b'\n', &self.rest[self.searched..]) {
            let line = self.rest.split_to(self.searched + length + 1);
            self.searched = 0;
            if let Some(exception) = &mut self.exception {
                exception.extend_from_slice(&line);
                continue;
            }
            let line = line.trim_ascii();
            if line == EXCEPTION {
                self.exception = Some(Vec::new());
            } else if !line.is_empty() {
                return parse(line).map(Some);
            }
        }
        self.searched = self.rest.len();
        Ok(None)
    }

    /// Called when no more bytes come.
    ///
    /// # Errors
    /// The exception that ended the answer; an answer that was cut off.
    pub(crate) fn finish(&mut self) -> Result<(), StoreError> {
        if let Some(mut exception) = self.exception.take() {
            exception.extend_from_slice(&self.rest);
            let text = String::from_utf8_lossy(&exception);
            let start = text.find("Code: ").unwrap_or(0);
            let message = text[start..].lines().take_while(|line| line.trim() != "__exception__");
            let message: Vec<&str> = message.collect();
            // The last line is the length of the message and the tag.
            let end = message.len().saturating_sub(1).max(1);
            return Err(StoreError::from_exception(&message[..end.min(message.len())].join("\n")));
        }
        if self.rest.trim_ascii().is_empty() {
            return Ok(());
        }
        Err(StoreError::Unreachable("the answer was cut off".to_owned()))
    }
}

fn parse(line: &[u8]) -> Result<Line, StoreError> {
    /// ClickHouse leaves out what is zero.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Raw {
        read_rows: String,
        read_bytes: String,
        total_rows_to_read: String,
        elapsed_ns: String,
    }
    #[derive(Deserialize)]
    struct ProgressLine {
        progress: Option<Raw>,
        meta: Option<Vec<AnswerColumn>>,
    }
    let bad = |_| StoreError::BadAnswer(String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned());
    if line.starts_with(ROW) && line.ends_with(b"}") {
        // ClickHouse passes on bytes that are no UTF-8, which JSON can't hold.
        let text = String::from_utf8_lossy(&line[ROW.len()..line.len() - 1]).into_owned();
        return RawValue::from_string(text).map(Line::Row).map_err(bad);
    }
    let parsed: ProgressLine = serde_json::from_slice(line).map_err(bad)?;
    if let Some(columns) = parsed.meta {
        return Ok(Line::Columns(columns));
    }
    let Some(raw) = parsed.progress else { return Ok(Line::Other) };
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    Ok(Line::Progress(Progress {
        rows_read: number(&raw.read_rows),
        bytes_read: number(&raw.read_bytes),
        total_rows: number(&raw.total_rows_to_read),
        elapsed_ms: number(&raw.elapsed_ns) / 1_000_000,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = concat!(
        "{\"progress\":{\"read_rows\":\"4\",\"read_bytes\":\"914\",\"total_rows_to_read\":\"2\",\"elapsed_ns\":\"18872756\"}}\n",
        "{\"meta\":[{\"name\":\"a\",\"type\":\"String\"}]}\n",
        "{\"row\":{\"a\":\"x\\ny\"}}\n",
        "{\"row\":{\"a\":\"{\\\"row\\\":1}\"}}\n",
        "{\"rows_before_limit_at_least\":2}\n",
    );
    const EXCEPTION: &str = "\r\n__exception__\r\nhhywsrnhhjhwgdgi\r\nCode: 159. DB::Exception: Timeout exceeded: \
        elapsed 1000 ms. (TIMEOUT_EXCEEDED) (version 26.7.2.1)\n151 hhywsrnhhjhwgdgi\r\n__exception__\r\n";

    fn read(answer: &str, chunk_bytes: usize) -> (Vec<String>, Vec<Progress>, Result<(), StoreError>) {
        let mut lines = Lines::default();
        let (mut rows, mut progress) = (Vec::new(), Vec::new());
        for chunk in answer.as_bytes().chunks(chunk_bytes) {
            lines.push(&Bytes::copy_from_slice(chunk));
            while let Some(line) = lines.next_line().expect("lines of ClickHouse") {
                match line {
                    Line::Row(row) => rows.push(row.get().to_owned()),
                    Line::Progress(seen) => progress.push(seen),
                    Line::Columns(columns) => {
                        assert_eq!((columns[0].name.as_str(), columns[0].kind.as_str()), ("a", "String"));
                    }
                    Line::Other => {}
                }
            }
        }
        (rows, progress, lines.finish())
    }

    #[test]
    fn lines_do_not_depend_on_chunks() {
        for chunk_bytes in [1, 2, 7, 64, 10_000] {
            let (rows, progress, end) = read(ANSWER, chunk_bytes);
            assert_eq!(rows, ["{\"a\":\"x\\ny\"}", "{\"a\":\"{\\\"row\\\":1}\"}"]);
            assert_eq!(progress, [Progress { rows_read: 4, bytes_read: 914, total_rows: 2, elapsed_ms: 18 }]);
            end.expect("a whole answer");
        }
    }

    #[test]
    fn an_exception_after_rows_is_an_error() {
        for chunk_bytes in [1, 5, 33, 10_000] {
            let (rows, _, end) = read(&format!("{ANSWER}{EXCEPTION}"), chunk_bytes);
            assert_eq!(rows.len(), 2);
            assert_eq!(end.expect_err("an exception").code(), "store.timeout");
        }
        let refused = EXCEPTION.replace("159", "395").replace("TIMEOUT_EXCEEDED", "X_Y");
        let (_, _, end) = read(&refused, 11);
        let error = end.expect_err("an exception");
        assert!(matches!(&error, StoreError::Refused { code: 395, name, .. } if name == "X_Y"), "{error:?}");
    }

    #[test]
    fn an_answer_that_stops_in_a_line_is_an_error() {
        let (rows, _, end) = read(&ANSWER[..ANSWER.len() - 60], 9);
        assert_eq!(rows.len(), 1);
        assert_eq!(end.expect_err("cut off").code(), "store.unreachable");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced() {
        let mut lines = Lines::default();
        lines.push(&Bytes::from_static(b"{\"row\":{\"a\":\"\xff\"}}\n"));
        let Ok(Some(Line::Row(row))) = lines.next_line() else { panic!("a row") };
        assert_eq!(row.get(), "{\"a\":\"\u{fffd}\"}");
    }
}
