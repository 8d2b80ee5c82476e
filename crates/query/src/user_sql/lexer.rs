//! Tokens as ClickHouse's lexer cuts them.

use std::ops::Range;

/// What a piece of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name.
    Word,
    /// A name in backticks or double quotes.
    QuotedName,
    String,
    Number,
    /// One character of punctuation, or `->`.
    Symbol,
}

/// A piece of a statement that is neither white space nor a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Bytes of the statement.
    pub bytes: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this keyword or name, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The name that it stands for, without quotes; `None` where it is no name.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::QuotedName => Some(unquoted(self.text)),
            _ => None,
        }
    }
}

/// Cuts a statement into its tokens. What is not closed goes to the end of the text.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if let Some(length) = comment(rest) {
            at += length;
            continue;
        }
        let (kind, length) = token(rest, first);
        found.push(Token { kind, text: &rest[..length], bytes: at..at + length });
        at += length;
    }
    found
}

/// Whether a statement has a comment.
pub fn has_comment(text: &str) -> bool {
    let mut end = 0;
    let mut gaps = Vec::new();
    for token in tokens(text) {
        gaps.push(&text[end..token.bytes.start]);
        end = token.bytes.end;
    }
    gaps.push(&text[end..]);
    gaps.iter().any(|gap| !gap.trim().is_empty())
}

/// Length of the comment that the text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("--") || text.starts_with("# ") || text.starts_with("#!") {
        return Some(text.find('\n').map_or(text.len(), |end| end + 1));
    }
    let inner = text.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(text.len(), |end| end + 4))
}

fn token(text: &str, first: char) -> (TokenKind, usize) {
    match first {
        '\'' | '"' | '`' => {
            let kind = if first == '\'' { TokenKind::String } else { TokenKind::QuotedName };
            (kind, quoted_length(text, first))
        }
        '\u{2018}' => (TokenKind::String, until(text, '\u{2019}')),
        '\u{201c}' => (TokenKind::QuotedName, until(text, '\u{201d}')),
        '$' => heredoc(text)
            .map_or_else(|| (TokenKind::Word, word_length(text)), |length| (TokenKind::String, length)),
        '0'..='9' => (TokenKind::Number, number_length(text)),
        _ if first.is_ascii_alphabetic() || first == '_' || !first.is_ascii() => {
            (TokenKind::Word, word_length(text))
        }
        _ if text.starts_with("->") => (TokenKind::Symbol, 2),
        _ => (TokenKind::Symbol, first.len_utf8()),
    }
}

/// A backslash takes the next character with it, and the mark twice is the mark.
fn quoted_length(text: &str, mark: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == mark {
            if characters.peek().is_some_and(|(_, next)| *next == mark) {
                characters.next();
            } else {
                return at + character.len_utf8();
            }
        }
    }
    text.len()
}

fn until(text: &str, mark: char) -> usize {
    text.find(mark).map_or(text.len(), |end| end + mark.len_utf8())
}

/// `$tag$ ... $tag$`.
fn heredoc(text: &str) -> Option<usize> {
    let tag_length = text[1..].find('$')? + 2;
    let tag = &text[..tag_length];
    if !tag[1..tag_length - 1].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    text[tag_length..].find(tag).map(|end| tag_length + end + tag_length)
}

fn word_length(text: &str) -> usize {
    let is_part = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '_' | '$')
            || (!character.is_ascii() && !character.is_whitespace())
    };
    text.find(|character| !is_part(character)).unwrap_or(text.len()).max(1)
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 1;
    while let Some(&byte) = bytes.get(end) {
        let is_sign = matches!(byte, b'+' | b'-') && matches!(bytes[end - 1], b'e' | b'E');
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || is_sign) {
            break;
        }
        end += 1;
    }
    end
}

/// A quoted name without its quotes and escapes.
fn unquoted(text: &str) -> String {
    let mut characters = text.chars();
    let Some(mark) = characters.next() else { return String::new() };
    let mark = if mark == '\u{201c}' { '\u{201d}' } else { mark };
    let mut out = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('x') => {
                    let digits: String = characters.by_ref().take(2).collect();
                    out.extend(u8::from_str_radix(&digits, 16).ok().map(char::from));
                }
                Some(other) => out.push(other),
                None => {}
            },
            _ if character == mark => match characters.next() {
                Some(next) if next == mark => out.push(mark),
                _ => break,
            },
            _ => out.push(character),
        }
    }
    out
}
