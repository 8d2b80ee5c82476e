//! Syntax tree to text. What is printed parses to the same tree.

use std::fmt;

use crate::syntax::{Expression, ExpressionKind, Pattern, Piece, Query, Value};

impl fmt::Display for Query {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.filter)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExpressionKind::All => out.write_str("*"),
            ExpressionKind::And(parts) => list(out, parts, " "),
            ExpressionKind::Or(parts) => list(out, parts, " OR "),
            ExpressionKind::Not(inner) => {
                out.write_str("NOT ")?;
                operand(out, inner)
            }
            ExpressionKind::Text(value) => write_value(out, value, false),
            ExpressionKind::Field(test) => {
                write!(out, "{}{}", quote_field(&test.field), test.operator.symbol())?;
                write_value(out, &test.value, true)
            }
        }
    }
}

fn list(out: &mut fmt::Formatter<'_>, parts: &[Expression], separator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.write_str(separator)?;
        }
        operand(out, part)?;
    }
    Ok(())
}

fn operand(out: &mut fmt::Formatter<'_>, part: &Expression) -> fmt::Result {
    match part.kind {
        ExpressionKind::And(_) | ExpressionKind::Or(_) => write!(out, "({part})"),
        _ => write!(out, "{part}"),
    }
}

/// A field name as it must be written before an operator: quoted where it needs quotes.
pub fn quote_field(name: &str) -> String {
    let plain = name
        .starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '@' | '$' | '#' | '.'))
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | '$' | '#'));
    if plain { name.to_owned() } else { quoted(name) }
}

/// A value as it must be written after `field:` to mean exactly this text: quoted where it needs quotes.
pub fn quote_value(value: &str) -> String {
    let plain = value.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '-' | '.'))
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | ':' | '+' | '#' | '%'));
    if plain { value.to_owned() } else { quoted(value) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

fn write_value(out: &mut fmt::Formatter<'_>, value: &Value, after_operator: bool) -> fmt::Result {
    match value {
        Value::Quoted(text) => out.write_str(&quoted(text)),
        Value::Regex(regex) => {
            out.write_str("/")?;
            let mut characters = regex.chars();
            while let Some(character) = characters.next() {
                match character {
                    '/' => out.write_str("\\/")?,
                    '\\' => {
                        out.write_str("\\")?;
                        if let Some(escaped) = characters.next() {
                            write!(out, "{escaped}")?;
                        }
                    }
                    _ => write!(out, "{character}")?,
                }
            }
            out.write_str("/")
        }
        Value::Word(pattern) => write_word(out, pattern, after_operator),
    }
}

fn write_word(out: &mut fmt::Formatter<'_>, pattern: &Pattern, after_operator: bool) -> fmt::Result {
    // A keyword that was escaped stays a word.
    let keyword = !after_operator && matches!(pattern.literal(), Some("AND" | "OR" | "NOT"));
    let mut first = true;
    for piece in &pattern.pieces {
        match piece {
            Piece::AnyRun => out.write_str("*")?,
            Piece::AnyOne => out.write_str("?")?,
            Piece::Text(text) => {
                for character in text.chars() {
                    let special = character.is_whitespace()
                        || matches!(character, '(' | ')' | '"' | '|' | '\\' | '*' | '?')
                        || !after_operator && matches!(character, ':' | '=' | '<' | '>' | '!')
                        || first && (keyword || matches!(character, '/' | '-' | '=' | '<' | '>' | '!'));
                    if special {
                        out.write_str("\\")?;
                    }
                    write!(out, "{character}")?;
                    first = false;
                }
            }
        }
        first = false;
    }
    Ok(())
}
