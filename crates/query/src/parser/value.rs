//! Values beyond words: ranges, lists, case.

use super::Parser;
use crate::lexer::WordPlace;
use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Pattern, Piece, Value, ValueRange};
use crate::{QueryError, Span};

/// Most values of one list.
const MAX_LIST: usize = 500;

impl Parser {
    /// A value after an operator; `None` where none can start.
    pub(super) fn value(&mut self, place: WordPlace) -> Result<Option<Value>, QueryError> {
        if let Some('[' | '{') = self.lexer.peek()
            && let Some(range) = self.range()?
        {
            return Ok(Some(Value::Range(Box::new(range))));
        }
        if self.lexer.peek_word("in") && self.lexer.peek_at(2) == Some('(') {
            self.lexer.advance(2);
            return self.values().map(|values| Some(Value::List(values)));
        }
        if self.lexer.peek_at(1) == Some('(')
            && let Some(letter @ ('i' | 'c')) = self.lexer.peek()
        {
            self.lexer.advance(1);
            return self.cased(letter).map(Some);
        }
        self.lexer.take_value(place)
    }

    /// A term that starts with a word and is more than it: `exists(field)`, `i(Word)`, `field in (a, b)`.
    pub(super) fn special_term(
        &mut self,
        first: &Value,
        start: usize,
    ) -> Result<Option<Expression>, QueryError> {
        let Some(word) = first.literal() else { return Ok(None) };
        if matches!(first, Value::Word(_)) && self.lexer.peek() == Some('(') {
            match word {
                "exists" => return self.exists(start).map(Some),
                "i" | "c" => {
                    let letter = if word == "i" { 'i' } else { 'c' };
                    let kind = ExpressionKind::Text(self.cased(letter)?);
                    return Ok(Some(Expression { kind, span: self.lexer.span_from(start) }));
                }
                _ => {}
            }
        }
        let field_span = self.lexer.span_from(start);
        let field = word.to_owned();
        if field.is_empty() || !self.take_in_before_list() {
            return Ok(None);
        }
        let start_of_value = self.lexer.position();
        let value = Value::List(self.values()?);
        let value_span = self.lexer.span_from(start_of_value);
        let test = FieldTest { field, field_span, operator: Operator::Matches, value, value_span };
        Ok(Some(Expression { kind: ExpressionKind::Field(test), span: self.lexer.span_from(start) }))
    }

    /// ` in (` after a word; nothing is read unless all of it is there.
    fn take_in_before_list(&mut self) -> bool {
        let start = self.lexer.position();
        self.lexer.skip_space();
        if self.lexer.position() > start && self.lexer.take_word_ignoring_case("in") {
            self.lexer.skip_space();
            if self.lexer.peek() == Some('(') {
                return true;
            }
        }
        self.lexer.reset(start);
        false
    }

    fn exists(&mut self, start: usize) -> Result<Expression, QueryError> {
        self.lexer.advance(1);
        self.lexer.skip_space();
        let start_of_field = self.lexer.position();
        let value = self.lexer.take_value(WordPlace::Argument)?;
        let field_span = self.lexer.span_from(start_of_field);
        let field =
            value.as_ref().and_then(Value::literal).filter(|name| !name.is_empty()).map(str::to_owned);
        self.lexer.skip_space();
        let (Some(field), Some(')')) = (field, self.lexer.peek()) else {
            return Err(QueryError::syntax(self.lexer.span_from(start), "exists takes the name of a field")
                .expect(&["exists(field)"]));
        };
        self.lexer.advance(1);
        let value = Value::Word(Pattern { pieces: vec![Piece::AnyRun] });
        let span = self.lexer.span_from(start);
        let test = FieldTest { field, field_span, operator: Operator::Matches, value, value_span: span };
        Ok(Expression { kind: ExpressionKind::Field(test), span })
    }

    /// `(value)` after `i` or `c`.
    fn cased(&mut self, letter: char) -> Result<Value, QueryError> {
        let start = self.lexer.position().saturating_sub(1);
        self.lexer.advance(1);
        self.lexer.skip_space();
        let value = self.lexer.take_value(WordPlace::Argument)?;
        self.lexer.skip_space();
        let (Some(value), Some(')')) = (value, self.lexer.peek()) else {
            return Err(QueryError::syntax(
                self.lexer.span_from(start),
                format!("{letter}( takes one word, phrase or regular expression"),
            )
            .expect(&[&format!("{letter}(value)")])
            .hint("i(value) is in any case, c(value) with upper and lower case as written"));
        };
        self.lexer.advance(1);
        let value = Box::new(value);
        Ok(if letter == 'i' { Value::AnyCase(value) } else { Value::ExactCase(value) })
    }

    /// `(a, b, c)`
    fn values(&mut self) -> Result<Vec<Value>, QueryError> {
        let start = self.lexer.position();
        self.lexer.advance(1);
        let mut values = Vec::new();
        loop {
            self.lexer.skip_space();
            let Some(value) = self.lexer.take_value(WordPlace::Argument)? else {
                return Err(QueryError::syntax(self.lexer.span_here(), "a value is missing in this list")
                    .expect(&["a value", "\"a value\""]));
            };
            values.push(value);
            self.count_term()?;
            if values.len() > MAX_LIST {
                return Err(QueryError::syntax(self.lexer.span_from(start), "the list is too long"));
            }
            self.lexer.skip_space();
            match self.lexer.peek() {
                Some(',') => self.lexer.advance(1),
                Some(')') => {
                    self.lexer.advance(1);
                    return Ok(values);
                }
                None => {
                    return Err(QueryError::syntax(Span::new(start, start + 1), "this list is never closed")
                        .expect(&[",", ")"]));
                }
                Some(_) => {
                    return Err(QueryError::syntax(
                        self.lexer.span_here(),
                        "a comma is missing in this list",
                    )
                    .expect(&[",", ")"])
                    .hint("values of a list are parted by commas; quote \"in\" to search for the word"));
                }
            }
        }
    }

    /// `[a TO b]`; `None` where the bracket starts a word.
    fn range(&mut self) -> Result<Option<ValueRange>, QueryError> {
        let start = self.lexer.position();
        let includes_low = self.lexer.peek() == Some('[');
        self.lexer.advance(1);
        self.lexer.skip_space();
        let low = self.lexer.take_value(WordPlace::Bound)?;
        let gap = self.lexer.peek().is_some_and(char::is_whitespace);
        self.lexer.skip_space();
        let Some(low) = low.filter(|_| gap && self.lexer.peek_word("TO")) else {
            self.lexer.reset(start);
            return Ok(None);
        };
        self.lexer.advance(2);
        self.lexer.skip_space();
        let high = self.lexer.take_value(WordPlace::Bound)?;
        self.lexer.skip_space();
        let (Some(high), Some(close @ (']' | '}'))) = (high, self.lexer.peek()) else {
            return Err(QueryError::syntax(self.lexer.span_from(start), "this range is not complete")
                .expect(&["[low TO high]", "{low TO high}"])
                .hint("[ and ] include the ends, { and } leave them out, * leaves an end open"));
        };
        self.lexer.advance(1);
        let bound = |value: Value| match &value {
            Value::Word(pattern) if pattern.is_anything() => None,
            _ => Some(value),
        };
        Ok(Some(ValueRange { low: bound(low), high: bound(high), includes_low, includes_high: close == ']' }))
    }
}
