//! Messages on the socket: JSON texts, described in `docs/api.md`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::subscription::Counts;
use crate::http::error::ApiError;

/// Rows of the start when nothing is said.
pub const DEFAULT_LAST: u32 = 100;
/// Most rows of the start.
pub const MOST_LAST: u32 = 10_000;

/// What to tail, and how.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// A filter of the search language; empty or `*` is everything.
    pub query: String,
    /// A table of another ClickHouse, by the name or id of its source: asked for what is new each second. What this
    /// server stores where it is missing.
    pub source: Option<String>,
    /// Latest rows of the store to start with: 100 unless said, 10,000 at most.
    pub last: Option<u32>,
    /// Token of an earlier message: goes on behind it, in place of the latest rows.
    pub resume: Option<String>,
    /// Rows a second at most; what is above is dropped and counted. No limit where it is missing.
    pub rate_limit: Option<u32>,
    /// Shows one of so many rows.
    pub sample: Option<u32>,
}

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Begins a filter, or replaces the one with the same id.
    Subscribe {
        id: String,
        #[serde(flatten)]
        wish: Wish,
    },
    Unsubscribe {
        id: String,
    },
    Pause {
        id: String,
    },
    Resume {
        id: String,
        /// Leaves out what came meanwhile.
        #[serde(default)]
        skip: bool,
    },
}

/// What a filter is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reads the latest rows.
    Starting,
    /// Reads what was missed.
    CatchingUp,
    Live,
    Paused,
}

/// The filter is understood.
pub fn subscribed(id: &str, query: &str, resume: &str) -> String {
    json!({ "type": "subscribed", "id": id, "query": query, "resume": resume }).to_string()
}

/// The filter does something else from now on; `reason` where it can't do what it should.
pub fn phase(id: &str, phase: Phase, reason: Option<&str>) -> String {
    let mut message = json!({ "type": "phase", "id": id, "phase": phase });
    if let Some(reason) = reason {
        message["reason"] = Value::from(reason);
    }
    message.to_string()
}

/// Rows in the order in which they were taken in.
pub fn rows<'a>(id: &str, resume: &str, rows: impl Iterator<Item = &'a str>) -> String {
    let mut message =
        format!("{{\"type\":\"rows\",\"id\":{},\"resume\":\"{resume}\",\"rows\":[", Value::from(id));
    for (index, row) in rows.enumerate() {
        if index > 0 {
            message.push(',');
        }
        message.push_str(row);
    }
    message.push_str("]}");
    message
}

/// What was counted since the filter began.
pub fn stats(id: &str, resume: &str, phase: Phase, counts: Counts) -> String {
    json!({
        "type": "stats", "id": id, "resume": resume, "phase": phase, "matched": counts.matched, "sent": counts.sent,
        "dropped": counts.dropped, "waiting": counts.waiting,
    })
    .to_string()
}

/// Something can't be done. The socket stays open.
pub fn error(id: Option<&str>, error: &ApiError) -> String {
    json!({ "type": "error", "id": id, "error": error.detail() }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_what_and_for_whom() {
        let text = r#"{"type":"subscribe","id":"a","query":"level:error","last":5,"sample":10}"#;
        let Ok(Command::Subscribe { id, wish }) = serde_json::from_str(text) else {
            panic!("a subscription")
        };
        assert_eq!(
            (id.as_str(), wish.query.as_str(), wish.last, wish.sample),
            ("a", "level:error", Some(5), Some(10))
        );
        let resume = serde_json::from_str(r#"{"type":"resume","id":"a"}"#);
        assert!(matches!(resume, Ok(Command::Resume { skip: false, .. })));
        assert!(serde_json::from_str::<Command>(r#"{"type":"drop","id":"a"}"#).is_err());
    }

    #[test]
    fn rows_are_one_json_text() {
        let message: Value =
            serde_json::from_str(&rows("a\"", "t-1", ["{\"a\":1}", "{}"].into_iter())).expect("JSON");
        assert_eq!(
            message,
            json!({ "type": "rows", "id": "a\"", "resume": "t-1", "rows": [{ "a": 1 }, {}] })
        );
    }
}
