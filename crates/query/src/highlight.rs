//! What of a row a query is about, so that it can be marked where the row is shown.

use serde::Serialize;

use crate::condition::{Condition, Predicate};
use crate::syntax::Pattern;
use crate::text::{TextMatch, wildcard_regex};
use crate::{Field, text};

/// A piece of a field to mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Highlight {
    /// Name of the field as the search language writes it: `message`, `level`, `user_id`, ...
    pub field: String,
    pub kind: HighlightKind,
    /// The word, phrase, wildcard, value or regular expression.
    pub text: String,
    /// Regular expression that finds it, for ECMAScript with the flag `u`.
    pub pattern: String,
    /// Whether `pattern` is meant in any case (flag `i`).
    pub ignore_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HighlightKind {
    Word,
    Phrase,
    Wildcard,
    Regex,
    /// The whole value of the field.
    Value,
}

/// Everything that a matching row may hold because of the query; what is negated is left out. Each once, in the order
/// of the text.
pub fn highlight_terms(condition: &Condition) -> Vec<Highlight> {
    let mut found = Vec::new();
    collect(condition, &mut found);
    found
}

fn collect(condition: &Condition, found: &mut Vec<Highlight>) {
    match condition {
        Condition::All | Condition::Not(_) => {}
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| collect(part, found)),
        Condition::Test(test) => {
            let highlight = of_predicate(&test.predicate).map(|(kind, text, pattern, ignore_case)| {
                Highlight { field: field_name(&test.field), kind, text, pattern, ignore_case }
            });
            if let Some(highlight) = highlight.filter(|highlight| !found.contains(highlight)) {
                found.push(highlight);
            }
        }
    }
}

fn field_name(field: &Field) -> String {
    match field {
        Field::Time => "time".to_owned(),
        Field::Level => "level".to_owned(),
        Field::Body => "message".to_owned(),
        Field::HexColumn("TraceId") => "trace_id".to_owned(),
        Field::HexColumn(_) => "span_id".to_owned(),
        Field::TextColumn("ServiceName") => "service".to_owned(),
        Field::TextColumn(column) | Field::NumberColumn(column) => (*column).to_owned(),
        Field::Attribute(name) => name.clone(),
        Field::RecordAttribute(name) => Field::query_name(name, false),
        Field::ResourceAttribute(name) => Field::query_name(name, true),
        Field::ScopeAttribute(name) => format!("scope_attr.{name}"),
    }
}

fn of_predicate(predicate: &Predicate) -> Option<(HighlightKind, String, String, bool)> {
    Some(match predicate {
        Predicate::Contains(wanted) => of_text(wanted),
        Predicate::Wildcard(pattern) => {
            let regex = wildcard_regex(pattern, escape);
            let regex = regex.strip_prefix("(?i)").unwrap_or(&regex);
            // What stands beside the word is not marked: look around it, which ECMAScript can.
            let regex = regex
                .replace(&format!("(?:^|{})", text::GAP), &format!("(?<!{TOKEN_CHAR})"))
                .replace(&format!("(?:$|{})", text::GAP), &format!("(?!{TOKEN_CHAR})"));
            (HighlightKind::Wildcard, written(pattern), regex, true)
        }
        Predicate::Regex(regex) => {
            let (ignore_case, pattern) = match regex.strip_prefix("(?i)") {
                Some(rest) => (true, rest),
                None => (false, regex.as_str()),
            };
            (HighlightKind::Regex, regex.clone(), pattern.to_owned(), ignore_case)
        }
        Predicate::Equals(value) if !value.is_empty() => {
            (HighlightKind::Value, value.clone(), format!("^{}$", escape(value)), false)
        }
        Predicate::EqualsIgnoreCase(value) if !value.is_empty() => {
            (HighlightKind::Value, value.clone(), format!("^{}$", escape(value)), true)
        }
        Predicate::Like(pattern) | Predicate::LikeIgnoreCase(pattern) => {
            (HighlightKind::Value, written(pattern), "^.*$".to_owned(), false)
        }
        _ => return None,
    })
}

const TOKEN_CHAR: &str = r"[0-9A-Za-z\u{80}-\u{10FFFF}]";

fn of_text(wanted: &TextMatch) -> (HighlightKind, String, String, bool) {
    let kind = if wanted.tokens.len() > 1 { HighlightKind::Phrase } else { HighlightKind::Word };
    let inner = if wanted.literal || wanted.tokens.is_empty() {
        escape(&wanted.text)
    } else {
        let tokens: Vec<String> = wanted.tokens.iter().map(|token| escape(token)).collect();
        tokens.join(r"[^0-9A-Za-z\u{80}-\u{10FFFF}]+")
    };
    let before = if wanted.text.starts_with(text::is_token_char) {
        format!("(?<!{TOKEN_CHAR})")
    } else {
        String::new()
    };
    let after =
        if wanted.text.ends_with(text::is_token_char) { format!("(?!{TOKEN_CHAR})") } else { String::new() };
    (kind, wanted.text.clone(), format!("{before}{inner}{after}"), true)
}

fn written(pattern: &Pattern) -> String {
    crate::syntax::Expression {
        kind: crate::syntax::ExpressionKind::Text(crate::syntax::Value::Word(pattern.clone())),
        span: crate::Span::default(),
    }
    .to_string()
}

/// Escapes what is special in an ECMAScript regular expression with the flag `u`, and nothing else.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn patterns(text: &str) -> Vec<(String, String)> {
        let condition = parse(text).and_then(|parsed| parsed.query.check(0)).expect(text);
        highlight_terms(&condition).into_iter().map(|one| (one.field, one.pattern)).collect()
    }

    #[test]
    fn marks_what_is_asked_for_and_not_what_is_excluded() {
        let token = TOKEN_CHAR;
        assert_eq!(
            patterns("Refused NOT other user_id:u.1 Refused level:error /a+/ conn*"),
            [
                ("message".to_owned(), format!("(?<!{token})refused(?!{token})")),
                ("user_id".to_owned(), "^u\\.1$".to_owned()),
                ("message".to_owned(), "a+".to_owned()),
                ("message".to_owned(), format!("(?<!{token})conn")),
            ]
        );
    }
}
