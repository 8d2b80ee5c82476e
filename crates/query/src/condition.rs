//! A checked query: what each test means, independent of how it is written and of SQL.

use crate::network::Network;
use crate::syntax::{Operator, Pattern};
use crate::text::{TextMatch, longest_text, required_text};
use crate::{Field, TimeRange};

/// A filter over records. Two-valued: a test on a field that a record lacks does not hold, its negation does.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Every record.
    All,
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub field: Field,
    pub predicate: Predicate,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Body: words in this order, in any case.
    Contains(TextMatch),
    /// Body: a word with wildcards, in any case.
    Wildcard(Pattern),
    Equals(String),
    /// In any case (a level that is not known).
    EqualsIgnoreCase(String),
    /// The whole value matches, case-sensitive.
    Like(Pattern),
    /// As [`Self::Like`], in any case.
    LikeIgnoreCase(Pattern),
    /// Found anywhere in the value; RE2 syntax.
    Regex(String),
    Exists,
    /// By bytes.
    CompareText(Comparison, String),
    /// A value that is no number does not match.
    CompareNumber(Comparison, f64),
    /// A value with a unit of its own, such as `12ms` or `3 MB`; a plain number is in seconds or bytes.
    CompareQuantity(Comparison, Unit, f64),
    /// An address of this network.
    InNetwork(Network),
    /// A whole number against a number column; `None` is equality.
    CompareInteger(Option<Comparison>, u64),
    /// Severity number from, to; both inclusive.
    SeverityBetween(u8, u8),
    TimeWithin(TimeRange),
}

/// What an amount is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn of(operator: Operator) -> Option<Self> {
        Some(match operator {
            Operator::Less => Self::Less,
            Operator::LessOrEqual => Self::LessOrEqual,
            Operator::Greater => Self::Greater,
            Operator::GreaterOrEqual => Self::GreaterOrEqual,
            Operator::Matches | Operator::Equal | Operator::NotEqual => return None,
        })
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(crate) fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Condition {
    pub(crate) fn test(field: Field, predicate: Predicate) -> Self {
        Self::Test(Test { field, predicate })
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// This and the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, condition) | (condition, Self::All) => condition,
            (Self::And(mut left), Self::And(right)) => {
                left.extend(right);
                Self::And(left)
            }
            (Self::And(mut left), right) => {
                left.push(right);
                Self::And(left)
            }
            (left, right) => Self::And(vec![left, right]),
        }
    }

    /// Whether the message of each row is read to decide, because the index over its words does not answer.
    pub(crate) fn reads_messages(&self) -> bool {
        match self {
            Self::All => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::reads_messages),
            Self::Not(inner) => inner.reads_messages(),
            Self::Test(test) => test.field == Field::Body && test.predicate.reads_message(),
        }
    }
}

impl Predicate {
    fn reads_message(&self) -> bool {
        match self {
            Self::Contains(text) => text.tokens.is_empty(),
            Self::Wildcard(pattern) => longest_text(pattern).is_none(),
            Self::Regex(regex) => required_text(regex).is_none(),
            Self::Exists => false,
            _ => true,
        }
    }
}
