//! What could be written at a position of a query.

mod pipes;

use serde::Serialize;

pub use pipes::column_text;

use crate::Span;
use crate::field::SHORT_NAMES;
use crate::lexer::{Keyword, Lexer, WordPlace};
use crate::syntax::Value;

/// What stands at the cursor. The caller adds fields of the data and their values to `items`; texts that it inserts
/// are quoted by [`crate::quote_field`] and [`crate::quote_value`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompletionContext {
    /// What a chosen item replaces, in characters.
    pub replace: Span,
    pub kind: CompletionKind,
    /// Known without data, and fitting the prefix: short names, levels, keywords, pipes, functions.
    pub items: Vec<CompletionItem>,
    /// How the function or the pipe at the cursor is written.
    pub signature: Option<Signature>,
}

/// Help on what is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// An example: `round(x, digits)`, `top 10 service by host`.
    pub usage: String,
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CompletionKind {
    /// A term starts here: the name of a field (to be inserted with `:` after it), or a word.
    Field { prefix: String },
    /// A value of this field.
    Value { field: String, prefix: String },
    /// The name of a pipe.
    Pipe { prefix: String },
    /// A field or a function of a pipe. `columns` are what the pipes before leave; `None`: every field of the records.
    Column { prefix: String, columns: Option<Vec<String>> },
    /// Inside a regular expression or a quoted phrase on the message: nothing to offer.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompletionItem {
    /// To insert.
    pub text: String,
    /// To show.
    pub label: String,
    pub kind: ItemKind,
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    Field,
    Value,
    Keyword,
    Operator,
    Pipe,
    Function,
}

/// Says what is being written at the cursor, a position in characters (beyond the end: the end). The text need not be
/// a valid query. Takes time in proportion to the text.
pub fn complete(text: &str, cursor: usize) -> CompletionContext {
    let before: String = text.chars().take(cursor).collect();
    let mut reader = Reader { lexer: Lexer::new(&before), groups: Vec::new(), after_term: false, bar: None };
    let (start, kind) = reader.read();
    if let Some(bar) = reader.bar {
        return pipes::complete(text, &before, bar);
    }
    let cursor = before.chars().count();
    let quoted = text.chars().nth(start) == Some('"');
    let mut end = cursor;
    for next in text.chars().skip(cursor) {
        let ends = if quoted { false } else { next.is_whitespace() || matches!(next, '(' | ')' | '"' | '|') };
        let ends = ends
            || matches!(kind, CompletionKind::Field { .. }) && matches!(next, ':' | '=' | '<' | '>' | '!');
        if ends {
            break;
        }
        end += 1;
        if quoted && next == '"' {
            break;
        }
    }
    // An open quotation mark must not swallow the rest of the query.
    if quoted && text.chars().nth(end.saturating_sub(1)) != Some('"') {
        end = cursor;
    }
    let items = items(&kind, reader.after_term);
    CompletionContext { replace: Span::new(start, end), kind, items, signature: None }
}

/// Reads what stands before the cursor, forgiving mistakes.
struct Reader {
    lexer: Lexer,
    /// The field before each open parenthesis.
    groups: Vec<Option<String>>,
    /// A complete term stands before the word at the cursor.
    after_term: bool,
    /// The last `|`.
    bar: Option<usize>,
}

impl Reader {
    /// Where the last piece starts, and what it is.
    fn read(&mut self) -> (usize, CompletionKind) {
        loop {
            self.lexer.skip_space();
            let start = self.lexer.position();
            let group = self.groups.last().cloned().flatten();
            match self.lexer.peek() {
                None => return (start, open(group, String::new())),
                Some('(') => {
                    self.groups.push(group);
                    self.lexer.advance(1);
                    self.after_term = false;
                    continue;
                }
                Some(')') => {
                    self.groups.pop();
                    self.lexer.advance(1);
                    self.after_term = true;
                    continue;
                }
                Some('-' | '!') => {
                    self.lexer.advance(1);
                    continue;
                }
                Some('|') => {
                    self.bar = Some(start);
                    self.skip_pipe();
                    if self.lexer.peek().is_none() {
                        return (start, CompletionKind::Text);
                    }
                    continue;
                }
                _ => {}
            }
            if let Some(keyword) = self.lexer.peek_keyword() {
                self.lexer.take_keyword(keyword);
                if self.lexer.peek().is_none() {
                    // Still being written.
                    return (start, open(group, String::new()));
                }
                self.after_term = false;
                continue;
            }
            if let Some(field) = group {
                self.lexer.take_operator();
                let start = self.lexer.position();
                if let Some(end) = self.value(start, Some(field)) {
                    return end;
                }
                continue;
            }
            if let Some(end) = self.term(start) {
                return end;
            }
        }
    }

    /// Up to the next `|` or `(` that starts a search inside the pipe; quotation marks are skipped whole.
    fn skip_pipe(&mut self) {
        self.lexer.advance(1);
        while let Some(next) = self.lexer.peek() {
            match next {
                '|' => return,
                '"' | '\'' | '`' => {
                    if self.lexer.take_quoted(next).is_err() {
                        return;
                    }
                }
                _ => self.lexer.advance(1),
            }
        }
    }

    fn term(&mut self, start: usize) -> Option<(usize, CompletionKind)> {
        let field = match self.lexer.take_value(WordPlace::Term) {
            Err(_) => return Some((start, CompletionKind::Text)),
            Ok(value) => value,
        };
        if self.lexer.peek().is_none() {
            return Some(match field {
                Some(Value::Word(pattern)) => (
                    start,
                    CompletionKind::Field { prefix: pattern.literal().unwrap_or_default().to_owned() },
                ),
                Some(_) => (start, CompletionKind::Text),
                None => (start, open(None, String::new())),
            });
        }
        if self.lexer.take_operator().is_none() {
            if field.is_none() {
                self.lexer.advance(1);
            }
            self.after_term = true;
            return None;
        }
        let name = field.as_ref().and_then(Value::literal).map(str::to_owned);
        if self.lexer.peek() == Some('(') {
            self.groups.push(name);
            self.lexer.advance(1);
            self.after_term = false;
            return None;
        }
        self.value(self.lexer.position(), name)
    }

    /// A value after an operator; `Some` where the cursor is in it.
    fn value(&mut self, start: usize, field: Option<String>) -> Option<(usize, CompletionKind)> {
        let value = match self.lexer.take_value(WordPlace::Value) {
            Ok(value) => value,
            Err(_) => {
                // An open quotation mark: everything after it is the prefix.
                let error_start = start + 1;
                return Some((start, open(field, self.lexer.text_from(error_start))));
            }
        };
        if self.lexer.peek().is_some() {
            if value.is_none() && !self.lexer.at_gap() {
                self.lexer.advance(1);
            }
            self.after_term = true;
            return None;
        }
        Some(match value {
            Some(Value::Regex(_)) => (start, CompletionKind::Text),
            Some(value) => (start, open(field, value.literal().unwrap_or_default().to_owned())),
            None => (start, open(field, String::new())),
        })
    }
}

fn open(field: Option<String>, prefix: String) -> CompletionKind {
    match field {
        Some(field) => CompletionKind::Value { field, prefix },
        None => CompletionKind::Field { prefix },
    }
}

fn items(kind: &CompletionKind, after_term: bool) -> Vec<CompletionItem> {
    let item = |text: String, label: &str, kind: ItemKind, detail: Option<&str>| CompletionItem {
        text,
        label: label.to_owned(),
        kind,
        detail: detail.map(str::to_owned),
    };
    match kind {
        CompletionKind::Text | CompletionKind::Pipe { .. } | CompletionKind::Column { .. } => Vec::new(),
        CompletionKind::Field { prefix } => {
            let fields = SHORT_NAMES
                .iter()
                .filter(|name| fits(name, prefix))
                .map(|name| item(format!("{name}:"), name, ItemKind::Field, None));
            let keywords = Keyword::ALL
                .iter()
                .filter(|(name, keyword)| fits(name, prefix) && (after_term || *keyword == Keyword::Not))
                .map(|(name, _)| item(format!("{name} "), name, ItemKind::Keyword, None));
            fields.chain(keywords).collect()
        }
        CompletionKind::Value { field, prefix } => known_values(field, prefix),
    }
}

/// Values that are known without data.
fn known_values(field: &str, prefix: &str) -> Vec<CompletionItem> {
    let known: &[(&str, Option<&str>)] = match field {
        "level" | "severity" => &[
            ("error", None),
            ("warn", None),
            ("info", None),
            ("debug", None),
            ("trace", None),
            ("fatal", None),
            ("unknown", Some("no known level")),
        ],
        "time" => &[
            ("now-15m", Some("15 minutes ago")),
            ("now-1h", Some("an hour ago")),
            ("now-1d", Some("a day ago")),
            ("now/d", Some("today, 00:00 UTC")),
        ],
        _ => &[],
    };
    let fitting = known.iter().filter(|(value, _)| fits(value, prefix));
    fitting
        .map(|&(value, detail)| CompletionItem {
            text: value.to_owned(),
            label: value.to_owned(),
            kind: ItemKind::Value,
            detail: detail.map(str::to_owned),
        })
        .collect()
}

fn fits(candidate: &str, prefix: &str) -> bool {
    candidate.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `|` marks the cursor.
    fn at(marked: &str) -> CompletionContext {
        let cursor = marked.chars().position(|character| character == '|').expect("a cursor");
        complete(&marked.replacen('|', "", 1), cursor)
    }

    fn field(prefix: &str) -> CompletionKind {
        CompletionKind::Field { prefix: prefix.into() }
    }

    fn value(field: &str, prefix: &str) -> CompletionKind {
        CompletionKind::Value { field: field.into(), prefix: prefix.into() }
    }

    #[test]
    fn what_is_written_at_the_cursor() {
        for (marked, kind, start, end) in [
            ("|", field(""), 0, 0),
            ("ser|", field("ser"), 0, 3),
            ("ser|vice:x", field("ser"), 0, 7),
            ("a lev|", field("lev"), 2, 5),
            ("level:|", value("level", ""), 6, 6),
            ("level:er| x", value("level", "er"), 6, 8),
            ("level:e|rr x", value("level", "e"), 6, 9),
            ("level>=w|", value("level", "w"), 7, 8),
            ("-service:ca|", value("service", "ca"), 9, 11),
            ("service:(cart OR ch|eckout)", value("service", "ch"), 17, 25),
            ("(a OR lev|)", field("lev"), 6, 9),
            ("service:\"my s|erv\" x", value("service", "my s"), 8, 17),
            ("service:\"my s|", value("service", "my s"), 8, 13),
            ("service:\"my s| level:x", value("service", "my s"), 8, 13),
            ("\"some phr|ase\"", CompletionKind::Text, 0, 13),
            ("path:/ab|c/", value("path", "/ab"), 5, 10),
            ("größe:x| y", value("größe", "x"), 6, 7),
            ("a AND |", field(""), 6, 6),
        ] {
            let context = at(marked);
            assert_eq!((context.kind, context.replace), (kind, Span::new(start, end)), "{marked}");
        }
    }

    #[test]
    fn pipes_and_what_is_in_them() {
        let column = |prefix: &str, columns: Option<&[&str]>| CompletionKind::Column {
            prefix: prefix.into(),
            columns: columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        };
        // `¦` marks the cursor.
        let at = |marked: &str| {
            let cursor = marked.chars().position(|character| character == '¦').expect("a cursor");
            complete(&marked.replacen('¦', "", 1), cursor)
        };
        for (marked, kind, start, end) in [
            ("a | ¦", CompletionKind::Pipe { prefix: String::new() }, 4, 4),
            ("a | st¦", CompletionKind::Pipe { prefix: "st".into() }, 4, 6),
            ("a | stats co¦unt()", column("co", None), 10, 15),
            ("a | stats sum(dur¦)", column("dur", None), 14, 17),
            ("a | stats count() by ¦", column("", None), 21, 21),
            ("a | stats count() by service | sort se¦", column("se", Some(&["service", "count()"])), 36, 38),
            (
                "a | where level:er¦",
                CompletionKind::Value { field: "level".into(), prefix: "er".into() },
                16,
                18,
            ),
            ("a | where \"x | y¦", CompletionKind::Text, 16, 16),
            ("\"a | b¦", CompletionKind::Text, 0, 6),
        ] {
            let context = at(marked);
            assert_eq!((context.kind, context.replace), (kind, Span::new(start, end)), "{marked}");
        }
        let labels = |marked: &str| at(marked).items.into_iter().map(|item| item.label).collect::<Vec<_>>();
        assert_eq!(labels("a | t¦"), ["timechart", "top"]);
        assert_eq!(labels("a | stats uni¦"), ["uniq", "uniq_exact", "unix"]);
        assert_eq!(labels("a | stats count() as n by s | where n¦"), ["n", "number", "now", "not"]);
        let usage = |marked: &str| at(marked).signature.map(|signature| signature.usage);
        assert_eq!(usage("a | stats p95(¦").as_deref(), Some("p95(duration_ms)"));
        assert_eq!(usage("a | where round(x, ¦").as_deref(), Some("round(x)"));
        assert_eq!(usage("a | top ¦").as_deref(), Some("top 10 service by host"));
    }

    #[test]
    fn offers_what_fits() {
        let labels = |marked: &str| at(marked).items.into_iter().map(|item| item.label).collect::<Vec<_>>();
        assert_eq!(labels("le|"), ["level"]);
        assert_eq!(labels("x o|"), ["OR"]);
        assert_eq!(labels("n|"), ["NOT"]);
        assert_eq!(labels("level:f|"), ["fatal"]);
        assert_eq!(labels("user:f|"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn never_fails(text in "[-ab:()\"/\\\\*! ANDORT><=|é]{0,40}", cursor in 0usize..50) {
            let context = complete(&text, cursor);
            let length = text.chars().count();
            prop_assert!(context.replace.start <= cursor.min(length));
            prop_assert!(cursor.min(length) <= context.replace.end && context.replace.end <= length);
        }
    }
}
