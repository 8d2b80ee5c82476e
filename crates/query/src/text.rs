//! Words and wildcards on the message: what they match, as the engine's tokenizer `splitByNonAlpha` cuts it.
//!
//! A token is a run of ASCII letters, ASCII digits and characters beyond ASCII. The index keeps tokens with ASCII
//! letters in lower case (`lower()` of the engine leaves other letters alone).

use regex_syntax::hir::{Hir, HirKind};

use crate::syntax::{Pattern, Piece};

/// Characters that are no part of a token, for a regular expression.
pub(crate) const GAP: &str = r"[^0-9A-Za-z\x{80}-\x{10FFFF}]";

pub(crate) fn is_token_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || !character.is_ascii()
}

/// The tokens of a text, ASCII letters in lower case.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|character| !is_token_char(character))
        .filter(|token| !token.is_empty())
        .map(str::to_ascii_lowercase)
}

/// What a word or phrase asks of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMatch {
    /// As written.
    pub text: String,
    /// Lower-case tokens that must follow each other in the message.
    pub tokens: Vec<String>,
    /// The text must be there as written (in any case): it holds more than tokens and white space.
    pub literal: bool,
    /// Letters beyond ASCII that have upper and lower case, which the index does not fold.
    pub folds_beyond_ascii: bool,
}

impl TextMatch {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            tokens: tokens(text).collect(),
            literal: text.chars().any(|character| !is_token_char(character) && !character.is_whitespace()),
            folds_beyond_ascii: text
                .chars()
                .any(|c| !c.is_ascii() && (!c.to_lowercase().eq([c]) || !c.to_uppercase().eq([c]))),
        }
    }

    /// A single word: its spellings as the index holds them. `café` is kept as `café`, `Café` as `café`, `CAFÉ` as `cafÉ`.
    pub(crate) fn spellings(&self) -> Option<Vec<String>> {
        let [token] = self.tokens.as_slice() else { return None };
        if self.literal {
            return None;
        }
        if !self.folds_beyond_ascii {
            return Some(vec![token.clone()]);
        }
        let mut spellings = vec![token.clone()];
        let mut characters = token.chars();
        let title: String = characters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(characters.flat_map(char::to_lowercase))
            .collect();
        for spelling in [token.to_lowercase(), title, token.to_uppercase()] {
            let spelling = spelling.to_ascii_lowercase();
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
        Some(spellings)
    }

    /// Tokens whose spelling in the index is certain.
    pub(crate) fn ascii_tokens(&self) -> Vec<&str> {
        self.tokens.iter().map(String::as_str).filter(|token| token.is_ascii()).collect()
    }

    /// Whether the message holds it.
    pub(crate) fn matches(&self, body: &str) -> bool {
        let found = || contains_ignoring_case(body, &self.text);
        if let Some(spellings) = self.spellings() {
            return tokens(body).any(|token| spellings.contains(&token));
        }
        if self.tokens.is_empty() {
            return found();
        }
        let in_body: Vec<String> = tokens(body).collect();
        if self.folds_beyond_ascii {
            return self.ascii_tokens().iter().all(|&wanted| in_body.iter().any(|token| token == wanted))
                && found();
        }
        in_body.windows(self.tokens.len()).any(|window| window == self.tokens) && (!self.literal || found())
    }
}

fn contains_ignoring_case(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.to_lowercase())
}

/// Shorter ones are in most messages.
const SHORTEST_REQUIRED: usize = 4;

/// The longest text that stands in whatever a regular expression matches, as it is written; `None` where there is none
/// that is worth looking for.
pub(crate) fn required_text(regex: &str) -> Option<String> {
    let tree = regex_syntax::Parser::new().parse(regex).ok()?;
    let (mut run, mut longest) = (String::new(), String::new());
    collect_required(&tree, &mut run, &mut longest);
    keep_longer(&mut run, &mut longest);
    (longest.len() >= SHORTEST_REQUIRED).then_some(longest)
}

/// `run` is the text that ends where the part begins.
fn collect_required(part: &Hir, run: &mut String, longest: &mut String) {
    match part.kind() {
        HirKind::Literal(literal) => {
            for &byte in &literal.0 {
                // What `ILIKE` makes of other letters is not worth a risk.
                if byte.is_ascii() { run.push(char::from(byte)) } else { keep_longer(run, longest) }
            }
        }
        HirKind::Capture(capture) => collect_required(&capture.sub, run, longest),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect_required(part, run, longest)),
        HirKind::Repetition(repetition) => {
            keep_longer(run, longest);
            if repetition.min > 0 {
                collect_required(&repetition.sub, run, longest);
                keep_longer(run, longest);
            }
        }
        // They match no character.
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Class(_) | HirKind::Alternation(_) => keep_longer(run, longest),
    }
}

fn keep_longer(run: &mut String, longest: &mut String) {
    let run = std::mem::take(run);
    if run.len() > longest.len() {
        *longest = run;
    }
}

/// `*text*`: the text anywhere in the message.
pub(crate) fn substring(pattern: &Pattern) -> Option<&str> {
    match pattern.pieces.as_slice() {
        [Piece::AnyRun, Piece::Text(text), Piece::AnyRun] => Some(text),
        _ => None,
    }
}

/// The longest literal part of a pattern.
pub(crate) fn longest_text(pattern: &Pattern) -> Option<&str> {
    pattern
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .max_by_key(|text| text.len())
}

/// A wildcard word on the message as a regular expression: it starts and ends where a token does unless it starts or
/// ends with `*`; `*` is a run and `?` one of any characters but white space. `escape` quotes what is special in the
/// flavour of regular expressions that is wanted.
pub(crate) fn wildcard_regex(pattern: &Pattern, escape: fn(&str) -> String) -> String {
    let mut regex = String::from("(?i)");
    let last = pattern.pieces.len().saturating_sub(1);
    for (index, piece) in pattern.pieces.iter().enumerate() {
        match piece {
            Piece::AnyRun if index == 0 || index == last => {}
            Piece::AnyRun => regex.push_str(r"[^\t\n\f\r ]*"),
            Piece::AnyOne => regex.push_str(r"[^\t\n\f\r ]"),
            Piece::Text(text) => {
                if index == 0 && text.starts_with(is_token_char) {
                    regex.push_str("(?:^|");
                    regex.push_str(GAP);
                    regex.push(')');
                }
                regex.push_str(&escape(text));
                if index == last && text.ends_with(is_token_char) {
                    regex.push_str("(?:$|");
                    regex.push_str(GAP);
                    regex.push(')');
                }
            }
        }
    }
    regex
}

/// A word or phrase with upper and lower case as written, as a regular expression.
pub(crate) fn exact_regex(wanted: &TextMatch) -> String {
    let starts = wanted.text.starts_with(is_token_char);
    let ends = wanted.text.ends_with(is_token_char);
    let inner = if wanted.literal || wanted.tokens.is_empty() {
        regex::escape(&wanted.text)
    } else {
        let words: Vec<String> = wanted.text.split_whitespace().map(regex::escape).collect();
        words.join(&format!("{GAP}+"))
    };
    let before = if starts { format!("(?:^|{GAP})") } else { String::new() };
    let after = if ends { format!("(?:$|{GAP})") } else { String::new() };
    format!("{before}{inner}{after}")
}

/// A pattern for SQL `LIKE`.
pub(crate) fn like_pattern(pattern: &Pattern) -> String {
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::AnyRun => out.push('%'),
            Piece::AnyOne => out.push('_'),
            Piece::Text(text) => push_like_literal(&mut out, text),
        }
    }
    out
}

/// `%text%` with what is special to `LIKE` escaped.
pub(crate) fn like_substring(text: &str) -> String {
    let mut out = String::from("%");
    push_like_literal(&mut out, text);
    out.push('%');
    out
}

pub(crate) fn push_like_literal(out: &mut String, text: &str) {
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
}

/// A pattern that must match a whole value, as a regular expression.
pub(crate) fn whole_value_regex(pattern: &Pattern, ignore_case: bool) -> String {
    let mut regex = String::from(if ignore_case { "(?is)^" } else { "(?s)^" });
    for piece in &pattern.pieces {
        match piece {
            Piece::AnyRun => regex.push_str(".*"),
            Piece::AnyOne => regex.push('.'),
            Piece::Text(text) => regex.push_str(&regex::escape(text)),
        }
    }
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_match_of_a_regular_expression_holds() {
        for (regex, required) in [
            ("hypervisor(panic|fault)", Some("hypervisor")),
            ("hypervisor(?:panic|pause)", Some("hypervisor")),
            (r"^\[?time(d )?out\b", Some("time")),
            (r"^user-\d+ (logged in)+", Some("logged in")),
            (r"a (connection)? refused\.$", Some(" refused.")),
            ("(timeout)*", None),
            ("timeout|refused", None),
            ("(?i)timeout", None),
            ("[a-z]{4}", None),
            ("GET /api/v1", Some("GET /api/v1")),
            ("größere Menge", Some("ere Menge")),
        ] {
            assert_eq!(required_text(regex).as_deref(), required, "{regex}");
        }
    }

    #[test]
    fn words_and_phrases_on_a_message() {
        for (text, body, matches) in [
            ("Refused", "connection REFUSED by peer", true),
            ("refuse", "connection refused", false),
            ("connection refused", "Connection, refused", true),
            ("connection refused", "connection was refused", false),
            ("connection-refused", "connection refused", false),
            ("10.0.0.1", "from 10.0.0.1:80", true),
            ("10.0.0.1", "from 10.0.0.15", false),
            ("=>", "a => b", true),
            ("café", "Au CAFÉ noir", true),
            ("café", "cafés", false),
            ("petit café", "un Petit Café noir", true),
            ("", "anything", true),
        ] {
            assert_eq!(TextMatch::new(text).matches(body), matches, "{text} in {body}");
        }
    }
}
