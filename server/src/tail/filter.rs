use click_lite_model::Record;
use click_lite_query::{Condition, Matcher, parse};
use serde_json::json;

use crate::http::error::ApiError;
use crate::read::query_error;

/// What a tail shows: a filter of the search language, ready for memory and for ClickHouse.
pub struct Filter {
    text: String,
    pub condition: Condition,
    matcher: Matcher,
}

impl Filter {
    /// Relative times in the text count from `now_ns`, nanoseconds since the epoch.
    ///
    /// # Errors
    /// What `crates/query` says of the text; `query.tail` for pipes.
    pub fn new(text: &str, now_ns: i64) -> Result<Self, ApiError> {
        let parsed = parse(text).map_err(|error| query_error(&error))?;
        if let Some(pipe) = parsed.query.pipes.first() {
            let message = "a live tail takes a filter alone: pipes need all rows, and run in Explore";
            return Err(ApiError::bad_request("query.tail", message)
                .details(json!({ "position": pipe.span.start, "length": pipe.span.length() })));
        }
        let condition = parsed.query.check(now_ns).map_err(|error| query_error(&error))?;
        let matcher = Matcher::new(&condition).map_err(|error| {
            ApiError::bad_request("query.regex", format!("this regular expression can't be tailed: {error}"))
        })?;
        Ok(Self { text: text.trim().to_owned(), condition, matcher })
    }

    pub fn matches(&self, record: &Record) -> bool {
        self.matcher.matches(record)
    }

    /// Whether the two take the same records.
    pub fn is_same(&self, other: &Self) -> bool {
        self.condition == other.condition
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}
