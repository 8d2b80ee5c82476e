//! Text to syntax tree, by recursive descent with a bound on depth.

mod pipes;
pub(crate) mod scalar;
mod value;

use crate::lexer::{Keyword, Lexer, WordPlace};
use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Query, Value};
use crate::{ErrorKind, QueryError, Span};

/// Longest query, in characters.
pub const MAX_CHARACTERS: usize = 20_000;
/// Deepest nesting of parentheses and negations.
pub const MAX_DEPTH: usize = 100;
/// Most words, phrases and field tests of a query, and parts of expressions.
pub const MAX_TERMS: usize = 500;
/// Most pipes of a query, those of searches inside it included.
pub const MAX_PIPES: usize = 50;
/// Most searches inside a query.
pub const MAX_SUBQUERIES: usize = 8;

/// A query that was understood, and what may not be meant as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub query: Query,
    pub hints: Vec<Hint>,
}

/// Advice about a query that is valid.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hint {
    pub message: String,
    pub span: Span,
}

/// Reads a query. Takes time in proportion to the length of the text.
///
/// # Errors
/// `query.syntax` where the text does not follow the grammar, `query.limit` beyond [`MAX_CHARACTERS`],
/// [`MAX_DEPTH`] or [`MAX_TERMS`].
pub fn parse(text: &str) -> Result<Parsed, QueryError> {
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        return Err(QueryError::new(
            ErrorKind::Limit,
            Span::new(MAX_CHARACTERS, MAX_CHARACTERS + 1),
            format!("the query is longer than {MAX_CHARACTERS} characters"),
        ));
    }
    let mut parser =
        Parser { lexer: Lexer::new(text), hints: Vec::new(), terms: 0, pipes_read: 0, subqueries: 0 };
    let query = parser.query(0)?;
    if parser.lexer.peek().is_some() {
        return Err(QueryError::syntax(parser.lexer.span_here(), "this closing parenthesis closes nothing")
            .hint("remove it, or quote it to search for it: \")\""));
    }
    Ok(Parsed { query, hints: parser.hints })
}

/// The field and operator before a group: `field:(a OR b)`.
#[derive(Clone)]
struct Group {
    field: String,
    field_span: Span,
    operator: Operator,
}

struct Parser {
    lexer: Lexer,
    hints: Vec<Hint>,
    terms: usize,
    pipes_read: usize,
    subqueries: usize,
}

const TERM: [&str; 4] = ["a word", "a \"phrase\"", "field:value", "("];

impl Parser {
    /// A filter, which may be left out, and pipes; up to the end or a closing parenthesis.
    fn query(&mut self, depth: usize) -> Result<Query, QueryError> {
        self.lexer.skip_space();
        let filter = match self.lexer.peek() {
            None | Some('|') => Expression { kind: ExpressionKind::All, span: Span::default() },
            Some(_) => self.any_of(None, depth)?,
        };
        Ok(Query { filter, pipes: self.pipes(depth)? })
    }

    fn count_term(&mut self) -> Result<(), QueryError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(QueryError::new(
                ErrorKind::Limit,
                self.lexer.span_here(),
                format!("the query has more than {MAX_TERMS} terms"),
            ));
        }
        Ok(())
    }

    /// `a OR b`
    fn any_of(&mut self, group: Option<&Group>, depth: usize) -> Result<Expression, QueryError> {
        let mut parts = vec![self.all_of(group, depth)?];
        while self.take_binary(Keyword::Or)? {
            parts.push(self.all_of(group, depth)?);
        }
        Ok(joined(parts, ExpressionKind::Or))
    }

    /// `a AND b` and `a b`
    fn all_of(&mut self, group: Option<&Group>, depth: usize) -> Result<Expression, QueryError> {
        let mut parts = vec![self.negated(group, depth)?];
        loop {
            self.lexer.skip_space();
            match (self.lexer.peek(), self.lexer.peek_keyword()) {
                (None | Some(')' | '|'), _) | (_, Some(Keyword::Or)) => break,
                (_, Some(Keyword::And)) => {
                    self.take_binary(Keyword::And)?;
                }
                _ => {}
            }
            parts.push(self.negated(group, depth)?);
        }
        Ok(joined(parts, ExpressionKind::And))
    }

    /// A keyword between two terms; the second must follow.
    fn take_binary(&mut self, keyword: Keyword) -> Result<bool, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        if !self.lexer.take_keyword(keyword) {
            return Ok(false);
        }
        let span = self.lexer.span_from(start);
        self.lexer.skip_space();
        let name = if keyword == Keyword::Or { "OR" } else { "AND" };
        if matches!(self.lexer.peek(), None | Some(')' | '|')) {
            return Err(QueryError::syntax(span, format!("a term is missing after {name}"))
                .expect(&TERM)
                .hint(format!("quote it to search for the word: \"{name}\"")));
        }
        Ok(true)
    }

    /// `NOT a`, `-a`, `!a`
    fn negated(&mut self, group: Option<&Group>, depth: usize) -> Result<Expression, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        if depth >= MAX_DEPTH {
            return Err(QueryError::new(
                ErrorKind::Limit,
                self.lexer.span_here(),
                format!("parentheses and negations are nested deeper than {MAX_DEPTH}"),
            ));
        }
        let glued = !self.lexer.peek_at(1).is_none_or(|next| next.is_whitespace() || next == ')');
        let prefix = glued
            && match self.lexer.peek() {
                Some('-') => true,
                Some('!') => self.lexer.peek_at(1) != Some('='),
                _ => false,
            };
        if prefix {
            self.lexer.advance(1);
        } else if self.lexer.take_keyword(Keyword::Not) {
            let span = self.lexer.span_from(start);
            self.lexer.skip_space();
            if matches!(self.lexer.peek(), None | Some(')' | '|')) {
                return Err(QueryError::syntax(span, "a term is missing after NOT")
                    .expect(&TERM)
                    .hint("quote it to search for the word: \"NOT\""));
            }
        } else {
            return self.term(group, depth);
        }
        let inner = self.negated(group, depth + 1)?;
        let span = Span::new(start, inner.span.end);
        Ok(Expression { kind: ExpressionKind::Not(Box::new(inner)), span })
    }

    fn term(&mut self, group: Option<&Group>, depth: usize) -> Result<Expression, QueryError> {
        let start = self.lexer.position();
        match (self.lexer.peek(), self.lexer.peek_keyword()) {
            (Some('('), _) => return self.parenthesized(group, depth),
            (Some(')'), _) => {
                return Err(QueryError::syntax(
                    self.lexer.span_here(),
                    "a term is missing before this parenthesis",
                )
                .expect(&TERM));
            }
            (Some('|'), _) => {
                return Err(QueryError::syntax(self.lexer.span_here(), "a term is missing before this |")
                    .expect(&TERM)
                    .hint("pipes stand after the whole filter; quote it to search for it: \"|\""));
            }
            (_, Some(keyword @ (Keyword::And | Keyword::Or))) => {
                let name = if keyword == Keyword::Or { "OR" } else { "AND" };
                self.lexer.take_keyword(keyword);
                return Err(QueryError::syntax(
                    self.lexer.span_from(start),
                    format!("a term is missing before {name}"),
                )
                .expect(&TERM)
                .hint(format!("quote it to search for the word: \"{name}\"")));
            }
            (None, _) => {
                return Err(
                    QueryError::syntax(self.lexer.span_here(), "a term is missing here").expect(&TERM)
                );
            }
            _ => {}
        }
        self.count_term()?;
        match group {
            Some(group) => self.group_value(group),
            None => self.word_or_field(depth),
        }
    }

    fn parenthesized(&mut self, group: Option<&Group>, depth: usize) -> Result<Expression, QueryError> {
        let start = self.lexer.position();
        self.lexer.advance(1);
        self.lexer.skip_space();
        if self.lexer.peek() == Some(')') {
            self.lexer.advance(1);
            return Err(QueryError::syntax(
                self.lexer.span_from(start),
                "there is nothing between the parentheses",
            )
            .expect(&TERM));
        }
        let mut inner = self.any_of(group, depth + 1)?;
        if self.lexer.peek() == Some('|') {
            return Err(QueryError::syntax(self.lexer.span_here(), "a pipe stands inside parentheses")
                .expect(&[")"])
                .hint("pipes stand after the whole filter; quote it to search for it: \"|\""));
        }
        if self.lexer.peek() != Some(')') {
            return Err(QueryError::syntax(Span::new(start, start + 1), "this parenthesis is never closed")
                .expect(&[")"])
                .hint("close it with ), or quote it to search for it: \"(\""));
        }
        self.lexer.advance(1);
        inner.span = self.lexer.span_from(start);
        Ok(inner)
    }

    /// A value of `field:(...)`, with an operator of its own or the one before the group.
    fn group_value(&mut self, group: &Group) -> Result<Expression, QueryError> {
        let start = self.lexer.position();
        let operator = match self.lexer.peek() {
            Some('<' | '>' | '=' | '!') => self.lexer.take_operator().unwrap_or(group.operator),
            _ => group.operator,
        };
        let value_start = self.lexer.position();
        let Some(value) = self.value(WordPlace::Value)? else {
            return Err(
                QueryError::syntax(self.lexer.span_here(), "a value is missing here").expect(&["a value"])
            );
        };
        self.note_keyword(&value, start);
        let test = FieldTest {
            field: group.field.clone(),
            field_span: group.field_span,
            operator,
            value,
            value_span: self.lexer.span_from(value_start),
        };
        Ok(Expression { kind: ExpressionKind::Field(test), span: self.lexer.span_from(start) })
    }

    fn word_or_field(&mut self, depth: usize) -> Result<Expression, QueryError> {
        let start = self.lexer.position();
        let Some(value) = self.lexer.take_value(WordPlace::Term)? else {
            self.lexer.take_operator();
            let span = self.lexer.span_from(start);
            return Err(QueryError::syntax(span, "a field name is missing before this operator")
                .expect(&TERM)
                .hint("write field>5 without spaces, or quote the text to search for it"));
        };
        let value_span = self.lexer.span_from(start);
        let Some(operator) = self.lexer.take_operator() else {
            if let Some(special) = self.special_term(&value, start)? {
                return Ok(special);
            }
            self.note_keyword(&value, start);
            let kind = match value {
                Value::Word(pattern) if pattern.is_anything() => ExpressionKind::All,
                value => ExpressionKind::Text(value),
            };
            return Ok(Expression { kind, span: value_span });
        };
        let Some(field) = value.literal().filter(|name| !name.is_empty()) else {
            return Err(QueryError::syntax(value_span, "a field name holds no wildcard and is not empty")
                .expect(&["a field name"])
                .hint("quote the whole text to search for it, or escape the wildcard with \\"));
        };
        self.after_field(field.to_owned(), value_span, operator, WordPlace::Value, depth)
    }

    /// What stands after `field:`: a value or a group of them.
    fn after_field(
        &mut self,
        field: String,
        field_span: Span,
        operator: Operator,
        place: WordPlace,
        depth: usize,
    ) -> Result<Expression, QueryError> {
        let start = field_span.start;
        let symbol = operator.symbol();
        let missing = |span: Span| {
            QueryError::syntax(span, format!("a value is missing after {field}{symbol}"))
                .expect(&["a value", "\"a value\"", "/a regular expression/", "*"])
                .hint(format!("write {field}{symbol}value without spaces, or quote the text to search for it: \"{field}{symbol}\""))
        };
        if self.lexer.at_gap() {
            return Err(missing(self.lexer.span_from(start)));
        }
        if self.lexer.peek() == Some('(') {
            let group = Group { field, field_span, operator };
            let mut inner = self.parenthesized(Some(&group), depth)?;
            inner.span = self.lexer.span_from(start);
            return Ok(inner);
        }
        let start_of_value = self.lexer.position();
        let Some(value) = self.value(place)? else {
            return Err(missing(self.lexer.span_here()).hint("quote a value with special characters"));
        };
        let value_span = self.lexer.span_from(start_of_value);
        let test = FieldTest { field, field_span, operator, value, value_span };
        Ok(Expression { kind: ExpressionKind::Field(test), span: self.lexer.span_from(start) })
    }

    /// `and` between words is a word; say so where it looks like a mistake.
    fn note_keyword(&mut self, value: &Value, start: usize) {
        let Value::Word(pattern) = value else { return };
        let Some(word) = pattern.literal() else { return };
        let keyword = Keyword::ALL.iter().map(|&(name, _)| name).find(|name| name.eq_ignore_ascii_case(word));
        if let Some(keyword) = keyword.filter(|&keyword| keyword != word) {
            self.hints.push(Hint {
                message: format!(
                    "{word} is searched for as a word; write {keyword} in capitals to combine terms"
                ),
                span: self.lexer.span_from(start),
            });
        }
    }
}

fn joined(mut parts: Vec<Expression>, kind: fn(Vec<Expression>) -> ExpressionKind) -> Expression {
    if parts.len() > 1 {
        let span = Span::new(parts[0].span.start, parts[parts.len() - 1].span.end);
        return Expression { kind: kind(parts), span };
    }
    parts.swap_remove(0)
}
