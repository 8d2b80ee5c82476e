//! Bodies of Elasticsearch's `_bulk` (Elasticsearch 8 reference, "Bulk API") to records.
//!
//! A body is lines: an action, then the document that it is about. Actions `index` and `create` add a document, whose
//! fields go where those of [`crate::ndjson`] do. The name of the index becomes the attribute `elasticsearch.index`, and
//! an `_id` that the sender gives becomes `elasticsearch.id`. `update` and `delete` are refused one by one, for a log is
//! only ever added to. Other members of an action (`routing`, `pipeline`, `_type`, ...) say how to store a document, not
//! what it holds, and are passed over.
//!
//! The answer has an item for each action, in order: see [`Items`].

mod items;
#[cfg(test)]
mod tests;

use click_lite_model::Record;

pub use self::items::{FilterPath, Items, Rendering};
use crate::json::{Fault, JsonError, Scanner};
use crate::ndjson;
use crate::{DEFAULT_RECORD_BYTES, ndjson::to_text};

/// Attribute with the name of the index.
pub const INDEX_ATTRIBUTE: &str = "elasticsearch.index";
/// Attribute with the `_id` that the sender gave.
pub const ID_ATTRIBUTE: &str = "elasticsearch.id";
/// Longest name of an index, and longest `_id`, in bytes, as Elasticsearch has them.
const MAX_INDEX_BYTES: usize = 255;
const MAX_ID_BYTES: usize = 512;
/// Index in the answer for documents that name none.
const NO_INDEX: &str = "logs";

/// A body that can't be read on: which document a line belongs to is not certain any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BulkError {
    #[error("line {line} is no action ({reason}): each document follows a line such as {{\"create\":{{}}}}")]
    Action { line: u64, reason: ActionFault },
    #[error("line {line} is beyond what one request may hold: send fewer documents in each")]
    TooMany { line: u64 },
}

/// What is wrong with the line of an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionFault {
    #[error("{0}")]
    Json(#[from] JsonError),
    #[error("`{0}` is none of index, create, update and delete")]
    Unknown(String),
    #[error("it names no action")]
    Empty,
    #[error("it has more than one action")]
    Several,
    #[error("it has {0} bytes")]
    TooLong(usize),
}

impl BulkError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Action { .. } => "es_bulk.action",
            Self::TooMany { .. } => "es_bulk.too_many",
        }
    }

    /// The same body fails again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Index,
    Create,
    Update,
    Delete,
}

impl Action {
    /// Its key in requests and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Index, Self::Create, Self::Update, Self::Delete].into_iter().find(|known| known.name() == name)
    }

    fn has_document(self) -> bool {
        self != Self::Delete
    }
}

/// What comes next in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Action,
    Document,
}

/// Reads one body, a piece at a time.
#[derive(Debug, Clone)]
pub struct Decoder {
    record_bytes: usize,
    documents: ndjson::Decoder,
    default_index: String,
    expected: Expected,
    /// The line was longer than a record may be: what follows up to its end belongs to it.
    in_long_line: bool,
    line: u64,
    /// Text of the last action: most bodies repeat the same.
    last_action: Vec<u8>,
    action: Action,
    index: String,
    id: String,
}

impl Decoder {
    /// `default_index` is that of the request's path; `record_bytes` is the size above which a document is refused.
    pub fn new(record_bytes: usize, default_index: Option<&str>) -> Self {
        Self {
            record_bytes,
            documents: ndjson::Decoder::new(record_bytes),
            default_index: default_index.unwrap_or_default().to_owned(),
            expected: Expected::Action,
            in_long_line: false,
            line: 0,
            last_action: Vec::new(),
            action: Action::Index,
            index: String::new(),
            id: String::new(),
        }
    }

    /// Reads a piece of the body: whole lines, but for the last of the body and for lines of more than `record_bytes`,
    /// which may come in several pieces. Calls `sink` with each record and adds to `items` what the answer says. After an
    /// error nothing more of the body can be read.
    pub fn decode_lines(
        &mut self,
        piece: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        items: &mut Items,
    ) -> Result<(), BulkError> {
        let mut rest = piece;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest);
            let (line, after) = match end {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = after;
            if std::mem::replace(&mut self.in_long_line, false) {
                self.in_long_line = end.is_none();
                continue;
            }
            self.in_long_line = end.is_none() && line.len() > self.record_bytes;
            self.line += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match self.expected {
                Expected::Action if ndjson::is_blank(line) => {}
                Expected::Action => self.read_action(line, items)?,
                Expected::Document => self.read_document(line, record, sink, items),
            }
        }
        Ok(())
    }

    /// Ends the body: an action whose document never came is refused.
    pub fn finish(&mut self, items: &mut Items) {
        if self.expected == Expected::Document {
            self.expected = Expected::Action;
            self.refuse(
                items,
                "illegal_argument_exception",
                "the body ends before the document of this action",
            );
        }
    }

    fn read_action(&mut self, line: &[u8], items: &mut Items) -> Result<(), BulkError> {
        if items.is_full() {
            return Err(BulkError::TooMany { line: self.line });
        }
        if self.last_action != line {
            let fault = |reason| BulkError::Action { line: self.line, reason };
            if line.len() > self.record_bytes {
                return Err(fault(ActionFault::TooLong(line.len())));
            }
            self.last_action.clear();
            let (text, _) = to_text(line);
            let mut parsed = ParsedAction { action: None, index: &mut self.index, id: &mut self.id };
            parsed.index.clear();
            parsed.id.clear();
            parsed.read(text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(fault)?;
            self.action = parsed.action.ok_or_else(|| fault(ActionFault::Empty))?;
            if self.index.is_empty() {
                self.index.push_str(&self.default_index);
            }
            self.last_action.extend_from_slice(line);
        }
        if self.action.has_document() {
            self.expected = Expected::Document;
        } else {
            self.refuse_action(items);
        }
        Ok(())
    }

    fn read_document(
        &mut self,
        line: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        items: &mut Items,
    ) {
        self.expected = Expected::Action;
        if matches!(self.action, Action::Update | Action::Delete) {
            self.refuse_action(items);
            return;
        }
        if line.len() > self.record_bytes {
            let reason = format!(
                "the document has {}{} bytes, more than the {} that are taken (`ingest.record_bytes`)",
                if self.in_long_line { "more than " } else { "" },
                line.len(),
                self.record_bytes
            );
            self.refuse(items, "illegal_argument_exception", &reason);
            return;
        }
        if self.index.len() > MAX_INDEX_BYTES {
            let reason = format!("the name of the index has more than {MAX_INDEX_BYTES} bytes");
            self.index.clear();
            self.last_action.clear();
            self.refuse(items, "invalid_index_name_exception", &reason);
            return;
        }
        if self.id.len() > MAX_ID_BYTES {
            let reason = format!("the _id has more than {MAX_ID_BYTES} bytes");
            self.id.clear();
            self.last_action.clear();
            self.refuse(items, "illegal_argument_exception", &reason);
            return;
        }
        let (text, _) = to_text(line);
        match self.documents.decode_object(&text, record) {
            Ok(()) => {
                if !self.index.is_empty() {
                    record.push_attribute(INDEX_ATTRIBUTE, &self.index);
                }
                if !self.id.is_empty() {
                    record.push_attribute(ID_ATTRIBUTE, &self.id);
                }
                sink(record);
                items.accept(self.action, self.index_in_answer(), &self.id);
            }
            Err(error) => {
                let kind = match error.fault {
                    Fault::TooDeep | Fault::KeysTooLong => "illegal_argument_exception",
                    _ => "document_parsing_exception",
                };
                self.refuse(items, kind, &format!("failed to parse: {error}"));
            }
        }
    }

    fn refuse_action(&mut self, items: &mut Items) {
        let reason =
            format!("{} is not possible: logs are only added to, by index and create", self.action.name());
        self.refuse(items, "illegal_argument_exception", &reason);
    }

    fn refuse(&self, items: &mut Items, kind: &'static str, reason: &str) {
        items.refuse(self.action, self.index_in_answer(), &self.id, kind, reason);
    }

    fn index_in_answer(&self) -> &str {
        if self.index.is_empty() { NO_INDEX } else { &self.index }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(DEFAULT_RECORD_BYTES, None)
    }
}

/// An action while its line is read.
struct ParsedAction<'d> {
    action: Option<Action>,
    index: &'d mut String,
    id: &'d mut String,
}

impl ParsedAction<'_> {
    fn read(&mut self, text: &str) -> Result<(), ActionFault> {
        let mut scanner = Scanner::new(text);
        scanner.for_each_member(|scanner, name| {
            let name = name.to_cow();
            let action = Action::from_name(&name).ok_or_else(|| ActionFault::Unknown(shortened(&name)))?;
            if self.action.replace(action).is_some() {
                return Err(ActionFault::Several);
            }
            if scanner.peek() == Some(b'n') {
                scanner.value()?;
                return Ok(());
            }
            scanner.for_each_member(|scanner, key| {
                let target = match key.as_plain() {
                    Some("_index") => Some(&mut *self.index),
                    Some("_id") => Some(&mut *self.id),
                    _ => None,
                };
                let value = scanner.value()?;
                if let Some(target) = target {
                    target.clear();
                    value.append_to(target);
                }
                Ok(())
            })
        })?;
        Ok(scanner.end()?)
    }
}

/// The start of a text, for a message.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
