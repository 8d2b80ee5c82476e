//! SQL that users write: its tokens and parameters, what of it may run, and where an error of ClickHouse is in it.
//!
//! ClickHouse decides what a statement means: [`Tree`] is the syntax tree that its own `EXPLAIN AST` prints, and
//! [`check`] looks at that, not at the text. The text's tokens serve to find parameters, and places to point at.

mod error_text;
mod functions;
mod guard;
mod hints;
mod lexer;
mod parameters;
mod plan;
mod time_bounds;
mod tree;

pub use error_text::{explain_error, missing_name};
pub use guard::{Allowed, StatementKind, check, names_in_canonical_text};
pub use hints::{Advice, advise};
pub use lexer::{Token, TokenKind, has_comment, tokens};
pub use parameters::{BoundParameter, SqlParameter, bind, parameters};
pub use plan::{PlanIndex, PlanReads, PlanStep, Selected};
pub use time_bounds::rows_range;
pub use tree::{Node, Tree};

use crate::Span;

/// Longest statement, in bytes: as ClickHouse's own `max_query_size`.
pub const MAX_SQL_BYTES: usize = 262_144;

/// SQL that may not or can't run: what is wrong, where, and what to write in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// Stable, such as `sql.syntax`.
    pub code: &'static str,
    pub message: String,
    /// Where in the text, if it is known.
    pub span: Option<Span>,
    pub hint: Option<String>,
}

impl SqlError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span: None, hint: None }
    }

    pub(crate) fn at(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A piece of bytes of `text` as a piece of characters.
pub(crate) fn span_of(text: &str, bytes: std::ops::Range<usize>) -> Span {
    let characters = |range: std::ops::Range<usize>| text.get(range).map_or(0, |piece| piece.chars().count());
    let start = characters(0..bytes.start);
    Span::new(start, start + characters(bytes))
}

#[cfg(test)]
mod tests;
