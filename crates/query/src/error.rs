use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A piece of a text, counted in characters (not bytes), from 0, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// From the start of this piece to the end of the other.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }

    pub fn length(self) -> usize {
        self.end - self.start
    }

    /// The same piece in bytes of `text`; a position beyond the text is its end.
    pub fn byte_range(self, text: &str) -> Range<usize> {
        let byte = |position: usize| text.char_indices().nth(position).map_or(text.len(), |(at, _)| at);
        byte(self.start)..byte(self.end)
    }
}

/// What kind of mistake a query holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// A test that its field cannot take, such as a wildcard on a time.
    Type,
    /// A time that cannot be read.
    Time,
    /// A regular expression that cannot be compiled.
    Regex,
    /// A cursor that this version did not make.
    Cursor,
    /// Longer, deeper or with more terms than allowed.
    Limit,
}

/// A query that cannot be understood: what is wrong, where, and what to write in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    pub kind: ErrorKind,
    pub message: String,
    /// Where in the text; empty at the end of the text where something is missing.
    pub span: Span,
    /// What could stand there.
    pub expected: Vec<String>,
    pub hint: Option<String>,
}

impl QueryError {
    pub(crate) fn new(kind: ErrorKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), span, expected: Vec::new(), hint: None }
    }

    pub(crate) fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Syntax, span, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn expect(mut self, expected: &[&str]) -> Self {
        self.expected = expected.iter().map(|&text| text.to_owned()).collect();
        self
    }

    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Syntax => "query.syntax",
            ErrorKind::Type => "query.type",
            ErrorKind::Time => "query.time",
            ErrorKind::Regex => "query.regex",
            ErrorKind::Cursor => "query.cursor",
            ErrorKind::Limit => "query.limit",
        }
    }

    /// The same text fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }

    /// The line of the mistake with carets under it, then the message and the hint, for a terminal.
    pub fn render(&self, text: &str) -> String {
        let mut line_start = 0;
        let mut line = "";
        for candidate in text.split('\n') {
            line = candidate;
            let length = candidate.chars().count();
            if self.span.start <= line_start + length {
                break;
            }
            line_start += length + 1;
        }
        let column = self.span.start.saturating_sub(line_start);
        let room = (line.chars().count() + 1).saturating_sub(column).max(1);
        let carets = self.span.length().clamp(1, room);
        let mut out = format!(
            "{line}\n{}{}\n{}: {}",
            " ".repeat(column),
            "^".repeat(carets),
            self.code(),
            self.message
        );
        if !self.expected.is_empty() {
            out.push_str(&format!("\nexpected: {}", self.expected.join(", ")));
        }
        if let Some(hint) = &self.hint {
            out.push_str(&format!("\nhint: {hint}"));
        }
        out
    }
}
