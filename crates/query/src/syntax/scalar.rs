use serde::{Deserialize, Serialize};

use super::FieldTest;
use crate::Span;

/// An expression of `where` and `eval`, an argument of a function, a key of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scalar {
    #[serde(flatten)]
    pub kind: ScalarKind,
    #[serde(default)]
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum ScalarKind {
    /// As written, with its unit if it has one: `5`, `1.5`, `500ms`, `2MB`, `10%`.
    Number(String),
    Text(String),
    Boolean(bool),
    Field(String),
    Not(Box<Scalar>),
    /// `-a`
    Negate(Box<Scalar>),
    Binary {
        operator: BinaryOperator,
        left: Box<Scalar>,
        right: Box<Scalar>,
    },
    /// `a in (b, c)`
    In {
        value: Box<Scalar>,
        list: Vec<Scalar>,
    },
    Call {
        name: String,
        arguments: Vec<Scalar>,
    },
    /// `field:value`, as in the filter.
    Test(FieldTest),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BinaryOperator {
    #[serde(rename = "or")]
    Or,
    #[serde(rename = "and")]
    And,
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "+")]
    Add,
    #[serde(rename = "-")]
    Subtract,
    #[serde(rename = "*")]
    Multiply,
    #[serde(rename = "/")]
    Divide,
    #[serde(rename = "%")]
    Remainder,
}

impl BinaryOperator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// A higher number binds closer; `not` stands between `and` and the comparisons.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
        }
    }
}

impl Scalar {
    pub(crate) fn new(kind: ScalarKind, span: Span) -> Self {
        Self { kind, span }
    }
}
