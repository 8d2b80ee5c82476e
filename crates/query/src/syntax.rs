//! The syntax tree of the search language. The visual builder makes and edits the same tree.

mod pipe;
mod scalar;

use serde::{Deserialize, Serialize};

pub use pipe::{
    Aggregate, Extraction, ExtractionKind, GroupKey, Join, Named, Pipe, PipeKind, Sample, SortKey, Timechart,
    TopValues,
};
pub use scalar::{BinaryOperator, Scalar, ScalarKind};

use crate::Span;

/// A whole query: a filter, and the pipes that its records go through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub filter: Expression,
    #[serde(default)]
    pub pipes: Vec<Pipe>,
}

/// A node of the filter and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    #[serde(flatten)]
    pub kind: ExpressionKind,
    #[serde(default)]
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldTest {
    /// As written, without quotes and escapes.
    pub field: String,
    #[serde(default)]
    pub field_span: Span,
    pub operator: Operator,
    pub value: Value,
    #[serde(default)]
    pub value_span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `:` (contains the words on the message, equals elsewhere)
    #[serde(rename = ":")]
    Matches,
    /// `=`
    #[serde(rename = "=")]
    Equal,
    /// `!=`
    #[serde(rename = "!=")]
    NotEqual,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    LessOrEqual,
    /// `>`
    #[serde(rename = ">")]
    Greater,
    /// `>=`
    #[serde(rename = ">=")]
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

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Value {
    /// Without quotes; may hold wildcards.
    Word(Pattern),
    /// In double quotes; nothing in it is a wildcard.
    Quoted(String),
    /// Between slashes, in RE2 syntax.
    Regex(String),
    /// `[a TO b]`, `{a TO b}`
    Range(Box<ValueRange>),
    /// `IN (a, b)`
    List(Vec<Value>),
    /// `i(value)`: in any case. The value is a word, quoted or a regular expression.
    AnyCase(Box<Value>),
    /// `c(value)`: with upper and lower case as written.
    ExactCase(Box<Value>),
}

/// The two ends of `[a TO b]`; `None` is `*`, an open end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ValueRange {
    pub low: Option<Value>,
    pub high: Option<Value>,
    /// `[` rather than `{`
    pub includes_low: bool,
    /// `]` rather than `}`
    pub includes_high: bool,
}

impl Value {
    /// The text of a word without wildcards, or of a quoted value.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Word(pattern) => pattern.literal(),
            Self::Quoted(text) => Some(text),
            Self::Regex(_) | Self::Range(_) | Self::List(_) | Self::AnyCase(_) | Self::ExactCase(_) => None,
        }
    }
}

/// A word with wildcards. Never empty; neighbours are never both [`Piece::Text`] or both [`Piece::AnyRun`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
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

/// `*` and `?` are wildcards, `\` takes the meaning from the next character.
impl From<String> for Pattern {
    fn from(text: String) -> Self {
        let mut pattern = Self::default();
        let mut characters = text.chars();
        while let Some(next) = characters.next() {
            match next {
                '*' => pattern.push_wildcard(Piece::AnyRun),
                '?' => pattern.push_wildcard(Piece::AnyOne),
                '\\' => pattern.push_char(characters.next().unwrap_or('\\')),
                other => pattern.push_char(other),
            }
        }
        pattern
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        let mut text = Self::new();
        for piece in pattern.pieces {
            match piece {
                Piece::AnyRun => text.push('*'),
                Piece::AnyOne => text.push('?'),
                Piece::Text(literal) => {
                    for character in literal.chars() {
                        if matches!(character, '*' | '?' | '\\') {
                            text.push('\\');
                        }
                        text.push(character);
                    }
                }
            }
        }
        text
    }
}
