//! Reads the smallest pieces of a query. What a character means depends on where it stands (`:` ends a field name but
//! is part of a value), so the parser says what it wants to read.

use crate::syntax::{Operator, Pattern, Piece, Value};
use crate::{QueryError, Span};

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordPlace {
    /// At the start of a term: an operator ends it.
    Term,
    /// After an operator: colons, equals signs and angle brackets are part of it.
    Value,
    /// As [`Self::Value`] in a list: a comma ends it as well.
    Argument,
    /// As [`Self::Value`] in `[a TO b]`: a bracket ends it as well.
    Bound,
}

impl WordPlace {
    /// Characters that end a word, beside white space.
    pub(crate) fn ends_word(self, next: char) -> bool {
        matches!(next, '(' | ')' | '"' | '|')
            || match self {
                Self::Term => matches!(next, ':' | '=' | '<' | '>'),
                Self::Value => false,
                Self::Argument => next == ',',
                Self::Bound => matches!(next, ']' | '}'),
            }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Or,
    Not,
}

impl Keyword {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("AND", Self::And), ("OR", Self::Or), ("NOT", Self::Not)];
}

/// The text as characters, and how far it is read. Every method takes time in proportion to what it reads.
pub(crate) struct Lexer {
    characters: Vec<char>,
    at: usize,
}

impl Lexer {
    pub(crate) fn new(text: &str) -> Self {
        Self { characters: text.chars().collect(), at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    pub(crate) fn advance(&mut self, characters: usize) {
        self.at = (self.at + characters).min(self.characters.len());
    }

    /// From `start` to where the text is read.
    pub(crate) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// The next character, or an empty span at the end.
    pub(crate) fn span_here(&self) -> Span {
        Span::new(self.at, (self.at + 1).min(self.characters.len()))
    }

    /// The characters from `start` to where the text is read, as they are.
    pub(crate) fn text_from(&self, start: usize) -> String {
        self.characters.get(start..self.at).unwrap_or_default().iter().collect()
    }

    /// White space and comments: `//` or `# ` to the end of the line.
    pub(crate) fn skip_space(&mut self) {
        loop {
            while self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            }
            let is_comment = match self.peek() {
                Some('/') => self.peek_at(1) == Some('/'),
                Some('#') => self.peek_at(1).is_none_or(char::is_whitespace),
                _ => false,
            };
            if !is_comment {
                return;
            }
            while self.peek().is_some_and(|next| next != '\n') {
                self.at += 1;
            }
        }
    }

    /// This word in any case right here, with no letter, digit or `_` after it.
    pub(crate) fn peek_word(&self, word: &str) -> bool {
        let same = word.chars().enumerate().all(|(ahead, letter)| {
            self.peek_at(ahead).is_some_and(|next| next.eq_ignore_ascii_case(&letter))
        });
        same && self.peek_at(word.len()).is_none_or(|next| !next.is_alphanumeric() && next != '_')
    }

    pub(crate) fn take_word_ignoring_case(&mut self, word: &str) -> bool {
        let found = self.peek_word(word);
        if found {
            self.advance(word.len());
        }
        found
    }

    /// As many characters as pass the test.
    pub(crate) fn take_while(&mut self, test: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&test) {
            self.at += 1;
        }
        self.text_from(start)
    }

    /// Back to a position that was read before.
    pub(crate) fn reset(&mut self, position: usize) {
        self.at = position;
    }

    /// The end of the text, white space or a closing parenthesis.
    pub(crate) fn at_gap(&self) -> bool {
        self.peek().is_none_or(|next| next.is_whitespace() || next == ')')
    }

    /// `AND`, `OR` or `NOT` in upper case, standing alone.
    pub(crate) fn peek_keyword(&self) -> Option<Keyword> {
        Keyword::ALL.into_iter().find_map(|(name, keyword)| {
            let same = name.chars().enumerate().all(|(ahead, letter)| self.peek_at(ahead) == Some(letter));
            let ends = self
                .peek_at(name.len())
                .is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')' | '"' | '|'));
            (same && ends).then_some(keyword)
        })
    }

    pub(crate) fn take_keyword(&mut self, wanted: Keyword) -> bool {
        let found = self.peek_keyword() == Some(wanted);
        if found {
            self.advance(if wanted == Keyword::Or { 2 } else { 3 });
        }
        found
    }

    /// An operator right here: `:`, `=`, `!=`, `<`, `<=`, `>`, `>=`, the last six after a colon as well.
    pub(crate) fn take_operator(&mut self) -> Option<Operator> {
        let colon = self.peek() == Some(':');
        let ahead = usize::from(colon);
        let (operator, length) = match (self.peek_at(ahead), self.peek_at(ahead + 1)) {
            (Some('!'), Some('=')) => (Operator::NotEqual, 2),
            (Some('<'), Some('=')) => (Operator::LessOrEqual, 2),
            (Some('>'), Some('=')) => (Operator::GreaterOrEqual, 2),
            (Some('<'), _) => (Operator::Less, 1),
            (Some('>'), _) => (Operator::Greater, 1),
            (Some('='), _) => (Operator::Equal, 1),
            _ if colon => (Operator::Matches, 0),
            _ => return None,
        };
        self.advance(ahead + length);
        Some(operator)
    }

    /// A quoted text, a regular expression or a word; `None` where no value can start.
    pub(crate) fn take_value(&mut self, place: WordPlace) -> Result<Option<Value>, QueryError> {
        match self.peek() {
            Some('"') => self.take_quoted('"').map(|text| Some(Value::Quoted(text))),
            Some('/') => match self.take_regex() {
                Some(regex) => Ok(Some(Value::Regex(regex))),
                None => Ok(self.take_word(place).map(Value::Word)),
            },
            _ => Ok(self.take_word(place).map(Value::Word)),
        }
    }

    /// From a mark to the next; a mark and a backslash after a backslash stand for themselves.
    pub(crate) fn take_quoted(&mut self, mark: char) -> Result<String, QueryError> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        while let Some(next) = self.peek() {
            self.at += 1;
            match next {
                _ if next == mark => return Ok(text),
                '\\' => match self.peek() {
                    Some(escaped) if escaped == mark || escaped == '\\' => {
                        text.push(escaped);
                        self.at += 1;
                    }
                    _ => text.push('\\'),
                },
                _ => text.push(next),
            }
        }
        Err(QueryError::syntax(self.span_from(start), "the quotation mark is never closed")
            .expect(&[&mark.to_string()])
            .hint(format!("close it with {mark}, or write \\{mark} for a quotation mark itself")))
    }

    /// `/` to the next `/` that is not escaped, where a gap follows it; otherwise this is a word such as `/api/v1`.
    pub(crate) fn take_regex(&mut self) -> Option<String> {
        let mut end = self.at + 1;
        let mut regex = String::new();
        loop {
            match *self.characters.get(end)? {
                '/' => break,
                '\\' => {
                    let escaped = *self.characters.get(end + 1)?;
                    if escaped != '/' {
                        regex.push('\\');
                    }
                    regex.push(escaped);
                    end += 2;
                }
                other => {
                    regex.push(other);
                    end += 1;
                }
            }
        }
        let gap = self
            .characters
            .get(end + 1)
            .is_none_or(|&next| next.is_whitespace() || matches!(next, '(' | ')' | '|' | ','));
        if regex.is_empty() || !gap {
            return None;
        }
        self.at = end + 1;
        Some(regex)
    }

    fn take_word(&mut self, place: WordPlace) -> Option<Pattern> {
        let mut pattern = Pattern::default();
        while let Some(next) = self.peek() {
            let ends = next.is_whitespace()
                || place.ends_word(next)
                || place == WordPlace::Term && next == '!' && self.peek_at(1) == Some('=');
            if ends {
                break;
            }
            self.at += 1;
            match next {
                '*' => pattern.push_wildcard(Piece::AnyRun),
                '?' => pattern.push_wildcard(Piece::AnyOne),
                '\\' => {
                    pattern.push_char(self.peek().unwrap_or('\\'));
                    self.advance(1);
                }
                _ => pattern.push_char(next),
            }
        }
        (!pattern.pieces.is_empty()).then_some(pattern)
    }
}
