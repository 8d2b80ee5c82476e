//! The syntax tree of the search language. The visual builder makes and edits the same tree.

use crate::Span;

/// A whole query: a filter. Pipes will follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub filter: Expression,
}

/// A node of the filter and where it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `*`, or an empty query: every record.
    All,
    /// At least two.
    And(Vec<Expression>),
    /// At least two.
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// A word, phrase, wildcard or regular expression on the message.
    Text(Value),
    Field(FieldTest),
}

/// `field:value`, `field>5` and so on.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldTest {
    /// As written, without quotes and escapes.
    pub field: String,
    pub field_span: Span,
    pub operator: Operator,
    pub value: Value,
    pub value_span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `:` (contains the words on the message, equals elsewhere)
    Matches,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operator {
    /// As it is written after a field.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Matches => ":",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Without quotes; may hold wildcards.
    Word(Pattern),
    /// In double quotes; nothing in it is a wildcard.
    Quoted(String),
    /// Between slashes, in RE2 syntax.
    Regex(String),
}

impl Value {
    /// The text of a word without wildcards, or of a quoted value.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Word(pattern) => pattern.literal(),
            Self::Quoted(text) => Some(text),
            Self::Regex(_) => None,
        }
    }
}

/// A word with wildcards. Never empty; neighbours are never both [`Piece::Text`] or both [`Piece::AnyRun`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern {
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    Text(String),
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
}

impl Piece {
    pub(crate) fn map(&self, change: fn(&str) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(text)),
            other => other.clone(),
        }
    }
}

impl Pattern {
    /// The text where the pattern has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// `*` alone.
    pub fn is_anything(&self) -> bool {
        self.pieces == [Piece::AnyRun]
    }

    pub(crate) fn push_char(&mut self, character: char) {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.push(character);
        } else {
            self.pieces.push(Piece::Text(character.to_string()));
        }
    }

    pub(crate) fn push_wildcard(&mut self, piece: Piece) {
        if piece != Piece::AnyRun || self.pieces.last() != Some(&Piece::AnyRun) {
            self.pieces.push(piece);
        }
    }
}
