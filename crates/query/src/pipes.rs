//! What pipes there are: for errors, completion and help.

use crate::{ErrorKind, QueryError, Span};

/// A pipe as it is explained to people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipeInfo {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) about: &'static str,
}

const fn pipe(name: &'static str, usage: &'static str, about: &'static str) -> PipeInfo {
    PipeInfo { name, usage, about }
}

/// In the order in which they are offered.
pub(crate) const NAMES: [PipeInfo; 19] = [
    pipe("stats", "stats count(), p95(duration_ms) as p95 by service", "aggregates by fields and times"),
    pipe("timechart", "timechart 5m count() by service limit 10", "aggregates over time"),
    pipe("top", "top 10 service by host", "the most frequent values"),
    pipe("rare", "rare 10 service", "the rarest values"),
    pipe("where", "where duration_ms > 500 and level:error", "keeps rows for which a condition holds"),
    pipe("fields", "fields time, service as s, message", "keeps these columns; fields - a, b drops them"),
    pipe("sort", "sort duration_ms desc, time", "orders rows"),
    pipe("limit", "limit 10 offset 20", "keeps the first rows"),
    pipe("eval", "eval seconds = duration_ms / 1000", "computes columns"),
    pipe("extract", "extract \"user=<user> took <ms>ms\" from message", "cuts columns out of a text"),
    pipe("rename", "rename duration_ms as ms", "gives columns other names"),
    pipe("dedup", "dedup service, host keep 1", "keeps the first rows of each value"),
    pipe("sample", "sample 1%", "keeps a share or a number of rows, by chance"),
    pipe(
        "join",
        "join by trace_id (level:error | stats count() as errors by trace_id)",
        "adds columns of another search",
    ),
    pipe("union", "union (service:cart | fields time, message)", "adds the rows of another search"),
    pipe("context", "context before 5 after 5 by host", "adds the rows around each row"),
    pipe("facets", "facets 10 service, host", "the most frequent values of many fields"),
    pipe("patterns", "patterns 20 from message", "templates of messages, with how many each has"),
    pipe("compare", "compare 1d", "puts the result of an earlier time beside each row"),
];

/// Largest number that a pipe takes, such as rows of `limit`.
pub(crate) const MAX_COUNT: u64 = 1_000_000;
/// Longest name of a column, in characters.
const MAX_NAME: usize = 200;

/// Whether a column may have this name.
pub(crate) fn check_name(name: &str, span: Span) -> Result<(), QueryError> {
    let wrong = |message: &str| Err(QueryError::new(ErrorKind::Type, span, message));
    if name.is_empty() {
        return wrong("the name of a column is empty");
    }
    if name.chars().any(char::is_control) {
        return wrong("the name of a column holds a control character");
    }
    if name.chars().count() > MAX_NAME {
        return wrong("the name of a column is longer than 200 characters");
    }
    Ok(())
}
