//! Places in a query that are filled later: `service:$service`.
//!
//! They are filled in the syntax tree, so that a value is one value whatever it holds: it can't end the test in which
//! it stands or begin another one. A query with values in it is printed as any other.

use std::collections::{BTreeMap, BTreeSet};

use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Pattern, Piece, Query, Value};
use crate::{ErrorKind, QueryError, Span};

/// What stands in place of a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filling {
    /// Exactly this text; nothing in it is a wildcard.
    Text(String),
    /// A word as it is, such as a number or a time: it may be compared by size.
    Word(String),
    /// A text in which `*` and `?` are wildcards.
    Wildcards(String),
    /// One of these; of a test with `!=`, none of them.
    OneOf(Vec<Filling>),
    /// Nothing: the test in which it stands is left out, with its negation.
    LeftOut,
}

/// The name in `$name`.
fn placeholder(value: &Value) -> Option<&str> {
    let Value::Word(pattern) = value else { return None };
    let name = pattern.literal()?.strip_prefix('$')?;
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    (starts && plain).then_some(name)
}

impl Query {
    /// Names of the placeholders, each once, in order of the alphabet.
    pub fn placeholders(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        collect(&self.filter, &mut names);
        names.into_iter().collect()
    }

    /// The query with values in the places that `values` names. What has the form of a placeholder and is not named
    /// there stays a word.
    ///
    /// # Errors
    /// `query.type` for several values or wildcards where one value is compared by size.
    pub fn fill(&self, values: &BTreeMap<String, Filling>) -> Result<Self, QueryError> {
        let all = Expression { kind: ExpressionKind::All, span: self.filter.span };
        let filter = fill(&self.filter, values)?.unwrap_or(all);
        Ok(Self { filter, ..self.clone() })
    }
}

fn collect(node: &Expression, names: &mut BTreeSet<String>) {
    match &node.kind {
        ExpressionKind::All => {}
        ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts.iter().for_each(|part| collect(part, names));
        }
        ExpressionKind::Not(inner) => collect(inner, names),
        ExpressionKind::Text(value) => names.extend(placeholder(value).map(ToOwned::to_owned)),
        ExpressionKind::Field(test) => names.extend(placeholder(&test.value).map(ToOwned::to_owned)),
    }
}

/// `None` where the node is left out.
fn fill(node: &Expression, values: &BTreeMap<String, Filling>) -> Result<Option<Expression>, QueryError> {
    let span = node.span;
    let several = |parts: &[Expression]| -> Result<Vec<Expression>, QueryError> {
        let filled = parts.iter().map(|part| fill(part, values)).collect::<Result<Vec<_>, _>>()?;
        Ok(filled.into_iter().flatten().collect())
    };
    let kind = match &node.kind {
        ExpressionKind::All => ExpressionKind::All,
        ExpressionKind::And(parts) => return Ok(joined(several(parts)?, ExpressionKind::And, span)),
        ExpressionKind::Or(parts) => return Ok(joined(several(parts)?, ExpressionKind::Or, span)),
        ExpressionKind::Not(inner) => match fill(inner, values)? {
            Some(inner) => ExpressionKind::Not(Box::new(inner)),
            None => return Ok(None),
        },
        ExpressionKind::Text(value) => match placeholder(value).and_then(|name| values.get(name)) {
            Some(filling) => {
                let texts = texts(filling, span)?;
                return Ok(joined(texts, ExpressionKind::Or, span));
            }
            None => node.kind.clone(),
        },
        ExpressionKind::Field(test) => match placeholder(&test.value).and_then(|name| values.get(name)) {
            Some(filling) => {
                let join = if test.operator == Operator::NotEqual {
                    ExpressionKind::And
                } else {
                    ExpressionKind::Or
                };
                return Ok(joined(tests(test, filling, span)?, join, span));
            }
            None => node.kind.clone(),
        },
    };
    Ok(Some(Expression { kind, span }))
}

/// A filled word or phrase of the message.
fn texts(filling: &Filling, span: Span) -> Result<Vec<Expression>, QueryError> {
    let fillings = flat(filling);
    let text = |filling: &Filling| {
        let kind = match value(filling, span)? {
            Value::Word(pattern) if pattern.is_anything() => ExpressionKind::All,
            value => ExpressionKind::Text(value),
        };
        Ok(Expression { kind, span })
    };
    fillings.iter().map(text).collect()
}

/// A filled test of a field, once for each value.
fn tests(test: &FieldTest, filling: &Filling, span: Span) -> Result<Vec<Expression>, QueryError> {
    let fillings = flat(filling);
    let by_size = !matches!(test.operator, Operator::Matches | Operator::Equal | Operator::NotEqual);
    if by_size && fillings.len() > 1 {
        return Err(QueryError::new(
            ErrorKind::Type,
            test.value_span,
            format!("{} is compared with one value, not with several", test.field),
        )
        .hint("give this parameter one value"));
    }
    let filled = |filling: &Filling| {
        let test = FieldTest { value: value(filling, test.value_span)?, ..test.clone() };
        Ok(Expression { kind: ExpressionKind::Field(test), span })
    };
    fillings.iter().map(filled).collect()
}

fn flat(filling: &Filling) -> Vec<Filling> {
    match filling {
        Filling::LeftOut => Vec::new(),
        Filling::OneOf(fillings) => fillings.iter().flat_map(flat).collect(),
        one => vec![one.clone()],
    }
}

fn value(filling: &Filling, span: Span) -> Result<Value, QueryError> {
    let empty = || {
        QueryError::new(ErrorKind::Type, span, "the value of this parameter is empty").expect(&["a value"])
    };
    Ok(match filling {
        Filling::Word(word) if word.is_empty() => return Err(empty()),
        Filling::Word(word) => Value::Word(Pattern { pieces: vec![Piece::Text(word.clone())] }),
        Filling::Wildcards(text) => {
            let mut pattern = Pattern::default();
            for character in text.chars() {
                match character {
                    '*' => pattern.push_wildcard(Piece::AnyRun),
                    '?' => pattern.push_wildcard(Piece::AnyOne),
                    other => pattern.push_char(other),
                }
            }
            if pattern.pieces.is_empty() { Value::Quoted(String::new()) } else { Value::Word(pattern) }
        }
        Filling::Text(text) => Value::Quoted(text.clone()),
        Filling::OneOf(_) | Filling::LeftOut => return Err(empty()),
    })
}

/// `None` for nothing, the one for one. A list in a list of the same kind is no matter: it prints in parentheses.
fn joined(
    mut parts: Vec<Expression>,
    kind: fn(Vec<Expression>) -> ExpressionKind,
    span: Span,
) -> Option<Expression> {
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Expression { kind: kind(parts), span }),
    }
}

#[cfg(test)]
mod tests;
