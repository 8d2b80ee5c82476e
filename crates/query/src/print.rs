//! Syntax tree to text. What is printed parses to the same tree.

use std::fmt;

mod pipes;

use crate::lexer::WordPlace;
use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Pattern, Piece, Query, Value};

impl fmt::Display for Query {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.filter)?;
        self.pipes.iter().try_for_each(|pipe| write!(out, " | {pipe}"))
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
            ExpressionKind::Text(value) => write_value(out, value, WordPlace::Term),
            ExpressionKind::Field(test) => write_test(out, test, WordPlace::Value),
        }
    }
}

fn write_test(out: &mut fmt::Formatter<'_>, test: &FieldTest, place: WordPlace) -> fmt::Result {
    // In an expression only a colon makes it a test.
    let colon = place == WordPlace::Argument && test.operator != Operator::Matches;
    let (field, symbol) = (quote_field(&test.field), test.operator.symbol());
    write!(out, "{field}{}{symbol}", if colon { ":" } else { "" })?;
    write_value(out, &test.value, place)
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

fn write_value(out: &mut fmt::Formatter<'_>, value: &Value, place: WordPlace) -> fmt::Result {
    match value {
        Value::Quoted(text) => out.write_str(&quoted(text)),
        Value::Regex(regex) => write_regex(out, regex),
        Value::Word(pattern) => write_word(out, pattern, place),
        Value::Range(range) => {
            out.write_str(if range.includes_low { "[" } else { "{" })?;
            write_bound(out, range.low.as_ref())?;
            out.write_str(" TO ")?;
            write_bound(out, range.high.as_ref())?;
            out.write_str(if range.includes_high { "]" } else { "}" })
        }
        Value::List(values) => {
            out.write_str("in(")?;
            for (index, value) in values.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_value(out, value, WordPlace::Argument)?;
            }
            out.write_str(")")
        }
        Value::AnyCase(inner) | Value::ExactCase(inner) => {
            out.write_str(if matches!(value, Value::AnyCase(_)) { "i(" } else { "c(" })?;
            write_value(out, inner, WordPlace::Argument)?;
            out.write_str(")")
        }
    }
}

fn write_bound(out: &mut fmt::Formatter<'_>, bound: Option<&Value>) -> fmt::Result {
    match bound {
        Some(value) => write_value(out, value, WordPlace::Bound),
        None => out.write_str("*"),
    }
}

fn write_regex(out: &mut fmt::Formatter<'_>, regex: &str) -> fmt::Result {
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

fn write_word(out: &mut fmt::Formatter<'_>, pattern: &Pattern, place: WordPlace) -> fmt::Result {
    // A keyword that was escaped stays a word.
    let is_keyword = |text: &str| matches!(text, "AND" | "OR" | "NOT") || text.eq_ignore_ascii_case("in");
    let keyword = place == WordPlace::Term && pattern.literal().is_some_and(is_keyword);
    let mut first = true;
    for piece in &pattern.pieces {
        match piece {
            Piece::AnyRun => out.write_str("*")?,
            Piece::AnyOne => out.write_str("?")?,
            Piece::Text(text) => {
                for character in text.chars() {
                    let special = character.is_whitespace()
                        || place.ends_word(character)
                        || matches!(character, '\\' | '*' | '?')
                        || place == WordPlace::Term && character == '!'
                        || first
                            && (keyword
                                || matches!(character, '/' | '-' | '=' | '<' | '>' | '!' | '[' | '{' | '#'));
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
