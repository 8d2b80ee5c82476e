//! Expressions of pipes, by precedence climbing.

use super::{MAX_DEPTH, Parser};
use crate::field::nearest_name;
use crate::functions;
use crate::lexer::WordPlace;
use crate::literal;
use crate::syntax::{
    BinaryOperator, Expression, ExpressionKind, FieldTest, Operator, Scalar, ScalarKind, Value,
};
use crate::{ErrorKind, QueryError, Span};

/// Words that end an expression: they belong to the pipe around it.
const RESERVED: [&str; 10] = ["as", "by", "asc", "desc", "from", "limit", "span", "keep", "offset", "after"];
const OPERAND: [&str; 4] = ["a field", "a number", "\"a text\"", "a function"];

/// Starts a name in an expression.
pub(crate) fn starts_name(next: char) -> bool {
    next.is_alphabetic() || matches!(next, '_' | '@' | '$')
}

/// Is part of a name in an expression; other characters need backticks.
pub(crate) fn is_name_char(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '.' | '@' | '$')
}

impl Parser {
    pub(super) fn scalar(&mut self, depth: usize) -> Result<Scalar, QueryError> {
        self.binary(1, depth)
    }

    fn binary(&mut self, lowest: u8, depth: usize) -> Result<Scalar, QueryError> {
        self.lexer.skip_space();
        if depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        let mut left = self.prefixed(depth)?;
        let mut length = depth;
        loop {
            self.lexer.skip_space();
            if lowest <= 4
                && let Some(negated) = self.take_in()
            {
                left = self.listed(left, negated, depth)?;
                continue;
            }
            let Some((operator, width)) = self.peek_operator(&left) else { return Ok(left) };
            let precedence = operator.precedence();
            if precedence < lowest {
                return Ok(left);
            }
            // A chain is as deep as it is long.
            length += 1;
            if length >= MAX_DEPTH {
                return Err(self.too_deep());
            }
            self.lexer.advance(width);
            let right = self.binary(precedence + 1, depth + 1)?;
            let span = left.span.to(right.span);
            let (left_side, right_side) = (Box::new(left), Box::new(right));
            left = self.node(ScalarKind::Binary { operator, left: left_side, right: right_side }, span)?;
        }
    }

    fn too_deep(&self) -> QueryError {
        QueryError::new(
            ErrorKind::Limit,
            self.lexer.span_here(),
            format!("the expression is nested deeper than {MAX_DEPTH}"),
        )
    }

    fn node(&mut self, kind: ScalarKind, span: Span) -> Result<Scalar, QueryError> {
        self.count_term()?;
        Ok(Scalar::new(kind, span))
    }

    /// The operator that stands here and its length; conditions that follow each other are joined by `and`.
    fn peek_operator(&self, left: &Scalar) -> Option<(BinaryOperator, usize)> {
        let next = self.lexer.peek()?;
        let after = self.lexer.peek_at(1);
        if is_condition(left) && next == '-' && after.is_some_and(|after| !after.is_whitespace()) {
            return Some((BinaryOperator::And, 0));
        }
        Some(match (next, after) {
            ('=', Some('=')) => (BinaryOperator::Equal, 2),
            ('=', _) => (BinaryOperator::Equal, 1),
            ('!', Some('=')) | ('<', Some('>')) => (BinaryOperator::NotEqual, 2),
            ('<', Some('=')) => (BinaryOperator::LessOrEqual, 2),
            ('<', _) => (BinaryOperator::Less, 1),
            ('>', Some('=')) => (BinaryOperator::GreaterOrEqual, 2),
            ('>', _) => (BinaryOperator::Greater, 1),
            ('+', _) => (BinaryOperator::Add, 1),
            ('-', _) => (BinaryOperator::Subtract, 1),
            ('*', _) => (BinaryOperator::Multiply, 1),
            ('/', _) => (BinaryOperator::Divide, 1),
            ('%', _) => (BinaryOperator::Remainder, 1),
            _ if self.lexer.peek_word("and") => (BinaryOperator::And, 3),
            _ if self.lexer.peek_word("or") => (BinaryOperator::Or, 2),
            _ if is_condition(left) && self.starts_operand() => (BinaryOperator::And, 0),
            _ => return None,
        })
    }

    fn starts_operand(&self) -> bool {
        self.lexer.peek().is_some_and(|next| starts_name(next) || matches!(next, '(' | '"' | '\'' | '`'))
            && !RESERVED.iter().any(|word| self.lexer.peek_word(word))
    }

    /// `in (` or `not in (`; says whether it is negated.
    fn take_in(&mut self) -> Option<bool> {
        let start = self.lexer.position();
        let negated = self.lexer.take_word_ignoring_case("not");
        self.lexer.skip_space();
        if self.lexer.take_word_ignoring_case("in") {
            self.lexer.skip_space();
            if self.lexer.peek() == Some('(') {
                return Some(negated);
            }
        }
        self.lexer.reset(start);
        None
    }

    fn listed(&mut self, value: Scalar, negated: bool, depth: usize) -> Result<Scalar, QueryError> {
        let start = value.span.start;
        let list = self.arguments(depth)?;
        let span = self.lexer.span_from(start);
        let node = self.node(ScalarKind::In { value: Box::new(value), list }, span)?;
        Ok(if negated { Scalar::new(ScalarKind::Not(Box::new(node)), span) } else { node })
    }

    /// `not a`, `-a`
    fn prefixed(&mut self, depth: usize) -> Result<Scalar, QueryError> {
        self.lexer.skip_space();
        if depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        let start = self.lexer.position();
        if self.lexer.take_word_ignoring_case("not") {
            let inner = self.binary(4, depth + 1)?;
            let span = Span::new(start, inner.span.end);
            return self.node(ScalarKind::Not(Box::new(inner)), span);
        }
        if self.lexer.peek() == Some('-') {
            self.lexer.advance(1);
            let inner = self.prefixed(depth + 1)?;
            let span = Span::new(start, inner.span.end);
            let kind = match inner.kind {
                // A number with its sign is one number.
                ScalarKind::Number(text) if !text.starts_with('-') => ScalarKind::Number(format!("-{text}")),
                _ if is_condition(&inner) => ScalarKind::Not(Box::new(inner)),
                _ => ScalarKind::Negate(Box::new(inner)),
            };
            return self.node(kind, span);
        }
        self.operand(depth)
    }

    fn operand(&mut self, depth: usize) -> Result<Scalar, QueryError> {
        let start = self.lexer.position();
        match self.lexer.peek() {
            Some('(') => {
                self.lexer.advance(1);
                let mut inner = self.scalar(depth + 1)?;
                self.close_parenthesis(start)?;
                inner.span = self.lexer.span_from(start);
                Ok(inner)
            }
            Some(mark @ ('"' | '\'')) => {
                let text = self.lexer.take_quoted(mark)?;
                if mark == '"' && self.lexer.peek() == Some(':') {
                    return self.tested(text, start, depth);
                }
                let span = self.lexer.span_from(start);
                self.node(ScalarKind::Text(text), span)
            }
            Some('`') => {
                let name = self.lexer.take_quoted('`')?;
                if name.is_empty() {
                    return Err(QueryError::syntax(self.lexer.span_from(start), "the name is empty")
                        .expect(&["a field name"]));
                }
                if self.lexer.peek() == Some(':') {
                    return self.tested(name, start, depth);
                }
                let span = self.lexer.span_from(start);
                self.node(ScalarKind::Field(name), span)
            }
            Some('/') => {
                let Some(regex) = self.lexer.take_regex() else { return Err(self.operand_missing()) };
                let span = self.lexer.span_from(start);
                let test = FieldTest {
                    field: "message".to_owned(),
                    field_span: span,
                    operator: Operator::Matches,
                    value: Value::Regex(regex),
                    value_span: span,
                };
                self.node(ScalarKind::Test(test), span)
            }
            Some(next) if next.is_ascii_digit() || next == '.' => self.number(start),
            Some(next) if starts_name(next) => self.named(start, depth),
            _ => Err(self.operand_missing()),
        }
    }

    fn operand_missing(&self) -> QueryError {
        let message = match self.lexer.peek() {
            None | Some('|' | ')' | ',') => "a value is missing here",
            Some(_) => "no value can start here",
        };
        QueryError::syntax(self.lexer.span_here(), message).expect(&OPERAND)
    }

    fn number(&mut self, start: usize) -> Result<Scalar, QueryError> {
        let mut text = self.lexer.take_while(|next| next.is_ascii_digit() || next == '.');
        if matches!(self.lexer.peek(), Some('e' | 'E'))
            && matches!(self.lexer.peek_at(1), Some(next) if next.is_ascii_digit() || matches!(next, '-' | '+'))
        {
            text.push('e');
            self.lexer.advance(1);
            if let Some(sign @ ('-' | '+')) = self.lexer.peek() {
                text.push(sign);
                self.lexer.advance(1);
            }
            text.push_str(&self.lexer.take_while(|next| next.is_ascii_digit()));
        }
        text.push_str(&self.lexer.take_while(char::is_alphabetic));
        let span = self.lexer.span_from(start);
        if literal::quantity(&text).is_none() {
            return Err(QueryError::syntax(span, format!("{text} is no number")).expect(&["a number"]).hint(
                "units are ns us ms s m h d w and B kB MB GB TB KiB MiB GiB TiB; quote a text: \"10.0.0.1\"",
            ));
        }
        self.node(ScalarKind::Number(text), span)
    }

    /// A field, a function or a test of a field.
    fn named(&mut self, start: usize, depth: usize) -> Result<Scalar, QueryError> {
        let name = self.lexer.take_while(is_name_char);
        let span = self.lexer.span_from(start);
        match self.lexer.peek() {
            Some('(') => {
                let arguments = self.arguments(depth)?;
                let span = self.lexer.span_from(start);
                self.node(ScalarKind::Call { name, arguments }, span)
            }
            Some(':') => self.tested(name, start, depth),
            _ => match name.to_ascii_lowercase().as_str() {
                "true" => self.node(ScalarKind::Boolean(true), span),
                "false" => self.node(ScalarKind::Boolean(false), span),
                word if RESERVED.contains(&word) || matches!(word, "and" | "or") => {
                    Err(QueryError::syntax(span, format!("a value is missing before {name}"))
                        .expect(&OPERAND)
                        .hint(format!("write `{name}` in backticks for a field of this name")))
                }
                _ => self.node(ScalarKind::Field(name), span),
            },
        }
    }

    /// `field:value` after its name.
    fn tested(&mut self, field: String, start: usize, depth: usize) -> Result<Scalar, QueryError> {
        let field_span = self.lexer.span_from(start);
        let operator = self.lexer.take_operator().unwrap_or(Operator::Matches);
        let tested = self.after_field(field, field_span, operator, WordPlace::Argument, depth)?;
        Ok(of_expression(tested))
    }

    /// `(a, b)`
    fn arguments(&mut self, depth: usize) -> Result<Vec<Scalar>, QueryError> {
        let start = self.lexer.position();
        self.lexer.advance(1);
        let mut arguments = Vec::new();
        self.lexer.skip_space();
        if self.lexer.peek() == Some(')') {
            self.lexer.advance(1);
            return Ok(arguments);
        }
        loop {
            arguments.push(self.scalar(depth + 1)?);
            self.lexer.skip_space();
            if self.lexer.peek() == Some(',') {
                self.lexer.advance(1);
                continue;
            }
            self.close_parenthesis(start)?;
            return Ok(arguments);
        }
    }

    fn close_parenthesis(&mut self, start: usize) -> Result<(), QueryError> {
        self.lexer.skip_space();
        if self.lexer.peek() == Some(')') {
            self.lexer.advance(1);
            return Ok(());
        }
        match self.lexer.peek() {
            None | Some('|') => {
                Err(QueryError::syntax(Span::new(start, start + 1), "this parenthesis is never closed")
                    .expect(&[")"]))
            }
            Some(_) => Err(QueryError::syntax(self.lexer.span_here(), "this does not belong here")
                .expect(&[",", ")", "an operator"])),
        }
    }

    /// A name of a list: a field, or a call that stands for the column of this name.
    pub(super) fn column(&mut self, depth: usize) -> Result<Scalar, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        match self.lexer.peek() {
            Some(mark @ ('"' | '`')) => {
                let name = self.lexer.take_quoted(mark)?;
                let span = self.lexer.span_from(start);
                if name.is_empty() {
                    return Err(QueryError::syntax(span, "the name is empty").expect(&["a field name"]));
                }
                self.node(ScalarKind::Field(name), span)
            }
            Some(next) if starts_name(next) => {
                let name =
                    self.lexer.take_while(|next| is_name_char(next) || matches!(next, '-' | '/' | '#'));
                if self.lexer.peek() == Some('(') {
                    self.lexer.reset(start);
                    return self.scalar(depth);
                }
                let span = self.lexer.span_from(start);
                if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(&name)) {
                    return Err(QueryError::syntax(span, format!("a field is missing before {name}"))
                        .expect(&["a field name"]));
                }
                self.node(ScalarKind::Field(name), span)
            }
            _ => Err(QueryError::syntax(self.lexer.span_here(), "a field is missing here")
                .expect(&["a field name"])),
        }
    }
}

/// Whether the expression is a condition by its form.
fn is_condition(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Text(_)
        | ScalarKind::Boolean(_)
        | ScalarKind::Not(_)
        | ScalarKind::In { .. }
        | ScalarKind::Test(_) => true,
        ScalarKind::Binary { operator, .. } => operator.precedence() <= 4,
        ScalarKind::Call { name, .. } => functions::is_condition(name),
        _ => false,
    }
}

/// A test of the filter, or a group of them, as an expression.
fn of_expression(expression: Expression) -> Scalar {
    let span = expression.span;
    let joined = |parts: Vec<Expression>, operator: BinaryOperator| {
        parts.into_iter().map(of_expression).reduce(|left, right| {
            let span = left.span.to(right.span);
            let (left, right) = (Box::new(left), Box::new(right));
            Scalar::new(ScalarKind::Binary { operator, left, right }, span)
        })
    };
    let always = || Scalar::new(ScalarKind::Boolean(true), span);
    match expression.kind {
        ExpressionKind::Field(test) => Scalar::new(ScalarKind::Test(test), span),
        ExpressionKind::Not(inner) => Scalar::new(ScalarKind::Not(Box::new(of_expression(*inner))), span),
        ExpressionKind::And(parts) => joined(parts, BinaryOperator::And).unwrap_or_else(always),
        ExpressionKind::Or(parts) => joined(parts, BinaryOperator::Or).unwrap_or_else(always),
        // A group after a field holds neither.
        ExpressionKind::All | ExpressionKind::Text(_) => always(),
    }
}

/// The nearest of the known names as a hint.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest_name(name, known).map(|nearest| format!("did you mean {nearest}?"))
}
