//! Evaluates a condition on a record in memory: for records on their way in, and to check what the SQL means.

use click_lite_model::{Pairs, Record};
use regex::Regex;

use crate::condition::{Condition, Predicate, Test, Unit};
use crate::literal::{DURATION_UNITS, SIZE_UNITS};
use crate::{Field, text};

/// A condition made ready to be applied to many records.
#[derive(Debug)]
pub struct Matcher {
    root: Node,
}

#[derive(Debug)]
enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Test, Option<Regex>),
}

impl Matcher {
    /// # Errors
    /// A regular expression that this side cannot compile (it is too large).
    pub fn new(condition: &Condition) -> Result<Self, regex::Error> {
        Ok(Self { root: Node::new(condition)? })
    }

    pub fn matches(&self, record: &Record) -> bool {
        self.root.matches(record)
    }
}

impl Node {
    fn new(condition: &Condition) -> Result<Self, regex::Error> {
        let all = |parts: &[Condition]| parts.iter().map(Self::new).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::All => Self::All,
            Condition::And(parts) => Self::And(all(parts)?),
            Condition::Or(parts) => Self::Or(all(parts)?),
            Condition::Not(inner) => Self::Not(Box::new(Self::new(inner)?)),
            Condition::Test(test) => {
                let regex = match &test.predicate {
                    Predicate::Regex(regex) => Some(regex.clone()),
                    Predicate::Wildcard(pattern) => Some(text::wildcard_regex(pattern, regex::escape)),
                    Predicate::Like(pattern) => Some(text::whole_value_regex(pattern, false)),
                    Predicate::LikeIgnoreCase(pattern) => Some(text::whole_value_regex(pattern, true)),
                    _ => None,
                };
                Self::Test(test.clone(), regex.as_deref().map(Regex::new).transpose()?)
            }
        })
    }

    fn matches(&self, record: &Record) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Not(inner) => !inner.matches(record),
            Self::Test(test, regex) => test_matches(test, regex.as_ref(), record),
        }
    }
}

fn test_matches(test: &Test, regex: Option<&Regex>, record: &Record) -> bool {
    let column = |value: &str| match &test.predicate {
        Predicate::Exists => !value.is_empty(),
        predicate => value_matches(predicate, regex, value),
    };
    let attribute = |pairs: Pairs<'_>, name: &str| {
        let value = pairs.into_iter().find(|&(key, _)| key == name).map(|(_, value)| value);
        value.is_some_and(|value| {
            matches!(test.predicate, Predicate::Exists) || value_matches(&test.predicate, regex, value)
        })
    };
    match &test.field {
        Field::Time => match (&test.predicate, record.time_ns) {
            (Predicate::TimeWithin(range), Some(time_ns)) => range.contains(time_ns),
            (Predicate::Exists, _) => true,
            _ => false,
        },
        Field::Level => match &test.predicate {
            Predicate::SeverityBetween(low, high) => (*low..=*high).contains(&record.severity.number()),
            Predicate::Exists => record.severity.number() > 0 || !record.severity_text().is_empty(),
            _ => column(record.severity_text()),
        },
        Field::Body => column(record.body()),
        Field::HexColumn("TraceId") => column(record.trace_id()),
        Field::HexColumn(_) => column(record.span_id()),
        Field::TextColumn(name) => column(match *name {
            "ServiceName" => record.service(),
            "SeverityText" => record.severity_text(),
            "ResourceSchemaUrl" => record.resource_schema_url(),
            "ScopeSchemaUrl" => record.scope_schema_url(),
            "ScopeName" => record.scope_name(),
            "ScopeVersion" => record.scope_version(),
            _ => record.event_name(),
        }),
        Field::NumberColumn("SeverityNumber") => {
            number_matches(&test.predicate, u64::from(record.severity.number()))
        }
        Field::NumberColumn("TraceFlags") => number_matches(&test.predicate, u64::from(record.trace_flags)),
        // A record has no number of its own before it is stored.
        Field::NumberColumn(_) => false,
        Field::Attribute(name) => attribute(record.attributes(), name) || attribute(record.resource(), name),
        Field::RecordAttribute(name) => attribute(record.attributes(), name),
        Field::ResourceAttribute(name) => attribute(record.resource(), name),
        Field::ScopeAttribute(name) => attribute(record.scope_attributes(), name),
    }
}

fn value_matches(predicate: &Predicate, regex: Option<&Regex>, value: &str) -> bool {
    match predicate {
        Predicate::Contains(text) => text.matches(value),
        Predicate::Equals(wanted) => value == wanted,
        Predicate::EqualsIgnoreCase(wanted) => value.to_lowercase() == wanted.to_lowercase(),
        Predicate::Wildcard(_) | Predicate::Like(_) | Predicate::LikeIgnoreCase(_) | Predicate::Regex(_) => {
            regex.is_some_and(|regex| regex.is_match(value))
        }
        Predicate::CompareText(comparison, wanted) => comparison.holds(value, wanted.as_str()),
        Predicate::CompareNumber(comparison, wanted) => {
            value.parse::<f64>().is_ok_and(|number| comparison.holds(&number, wanted))
        }
        Predicate::CompareQuantity(comparison, unit, wanted) => {
            amount_of(value, *unit).is_some_and(|amount| comparison.holds(&amount, wanted))
        }
        Predicate::InNetwork(network) => network.contains(value),
        Predicate::Exists
        | Predicate::CompareInteger(..)
        | Predicate::SeverityBetween(..)
        | Predicate::TimeWithin(_) => false,
    }
}

/// A number with a unit or without: `12ms`, `1.5 s`, `3MB`.
fn amount_of(value: &str, unit: Unit) -> Option<f64> {
    let value = value.trim_matches(' ');
    let digits = |text: &str, more: &[u8]| {
        text.bytes().take_while(|byte| byte.is_ascii_digit() || more.contains(byte)).count()
    };
    let sign = |text: &str| usize::from(text.starts_with(['-', '+']));
    let mut end = sign(value);
    end += digits(value.get(end..)?, b".");
    if value.get(end..)?.starts_with(['e', 'E']) {
        let exponent = end + 1 + sign(value.get(end + 1..)?);
        let length = digits(value.get(exponent..)?, b"");
        end = if length > 0 { exponent + length } else { end };
    }
    let number = value.get(..end)?.parse::<f64>().ok()?;
    let name = value.get(end..)?.trim_matches(' ');
    if name.is_empty() {
        return Some(number);
    }
    let factor = match unit {
        Unit::Seconds => DURATION_UNITS.iter().find(|(known, _)| *known == name),
        Unit::Bytes => SIZE_UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)),
    };
    factor.map(|(_, factor)| number * factor)
}

fn number_matches(predicate: &Predicate, number: u64) -> bool {
    match predicate {
        Predicate::CompareInteger(None, wanted) => number == *wanted,
        Predicate::CompareInteger(Some(comparison), wanted) => comparison.holds(&number, wanted),
        Predicate::Exists => true,
        _ => false,
    }
}
