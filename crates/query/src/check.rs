//! Syntax tree to condition: what each name means, and whether its test makes sense.

use click_lite_model::Severity;

use crate::condition::{Comparison, Condition, Predicate};
use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Pattern, Query, Value};
use crate::text::TextMatch;
use crate::time_range::parse_time;
use crate::{ErrorKind, Field, QueryError, Span, TimeRange};

impl Query {
    /// Checks every test and says what it means. `now_ns` is the time that relative times count from.
    ///
    /// # Errors
    /// `query.type` for a test that its field cannot take, `query.time` and `query.regex` for values that cannot be
    /// read; each with the position in the text.
    pub fn check(&self, now_ns: i64) -> Result<Condition, QueryError> {
        expression(&self.filter, now_ns)
    }
}

fn expression(node: &Expression, now_ns: i64) -> Result<Condition, QueryError> {
    let all = |parts: &[Expression]| {
        parts.iter().map(|part| expression(part, now_ns)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match &node.kind {
        ExpressionKind::All => Condition::All,
        ExpressionKind::And(parts) => all(parts)?.into_iter().fold(Condition::All, Condition::and),
        ExpressionKind::Or(parts) => {
            let mut flat = Vec::new();
            for part in all(parts)? {
                match part {
                    Condition::All => return Ok(Condition::All),
                    Condition::Or(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            Condition::Or(flat)
        }
        ExpressionKind::Not(inner) => expression(inner, now_ns)?.negated(),
        ExpressionKind::Text(value) => body(value, node.span)?,
        ExpressionKind::Field(test) => field(test, now_ns)?,
    })
}

/// A word, phrase, wildcard or regular expression on the message.
fn body(value: &Value, span: Span) -> Result<Condition, QueryError> {
    let predicate = match value {
        Value::Regex(regex) => regex_predicate(regex, span)?,
        Value::Quoted(text) => {
            if text.is_empty() {
                return Err(QueryError::syntax(span, "the phrase is empty").hint("write * for every record"));
            }
            Predicate::Contains(TextMatch::new(text))
        }
        Value::Word(pattern) => match pattern.literal() {
            Some(text) => Predicate::Contains(TextMatch::new(text)),
            None if pattern.is_anything() => Predicate::Exists,
            None => Predicate::Wildcard(pattern.clone()),
        },
    };
    Ok(Condition::test(Field::Body, predicate))
}

fn field(test: &FieldTest, now_ns: i64) -> Result<Condition, QueryError> {
    if test.operator == Operator::NotEqual {
        let equal = FieldTest { operator: Operator::Equal, ..test.clone() };
        return Ok(field(&equal, now_ns)?.negated());
    }
    let field = Field::resolve(&test.field);
    let exists = matches!(&test.value, Value::Word(pattern) if pattern.is_anything());
    if exists {
        if Comparison::of(test.operator).is_some() {
            return Err(wrong_type(test, "* cannot be compared")
                .hint(format!("write {}:* for any value", test.field)));
        }
        return Ok(Condition::test(field, Predicate::Exists));
    }
    match &field {
        Field::Time => time(test, now_ns),
        Field::Level => level(test),
        Field::Body if test.operator == Operator::Matches => body(&test.value, test.value_span),
        Field::Body if test.operator != Operator::Equal => {
            Err(wrong_type(test, "the message cannot be compared by size")
                .hint("search for words, or compare a field such as duration_ms>500"))
        }
        Field::NumberColumn(_) => number_column(test, field),
        Field::HexColumn(_) => text(test, field, str::to_ascii_lowercase),
        _ => text(test, field, str::to_owned),
    }
}

/// Equality, wildcards, regular expressions and comparisons on a text.
fn text(test: &FieldTest, field: Field, normalize: fn(&str) -> String) -> Result<Condition, QueryError> {
    let predicate = match (Comparison::of(test.operator), &test.value) {
        (None, Value::Regex(regex)) => regex_predicate(regex, test.value_span)?,
        (None, Value::Quoted(text)) => Predicate::Equals(normalize(text)),
        (None, Value::Word(pattern)) => match pattern.literal() {
            Some(text) => Predicate::Equals(normalize(text)),
            None => Predicate::Like(Pattern {
                pieces: pattern.pieces.iter().map(|piece| piece.map(normalize)).collect(),
            }),
        },
        (Some(comparison), value) => {
            let text = comparable(test, value)?;
            match number(text) {
                Some(number) if matches!(value, Value::Word(_)) => {
                    Predicate::CompareNumber(comparison, number)
                }
                _ => {
                    refuse_unit(test, text)?;
                    Predicate::CompareText(comparison, normalize(text))
                }
            }
        }
    };
    Ok(Condition::test(field, predicate))
}

fn comparable<'a>(test: &FieldTest, value: &'a Value) -> Result<&'a str, QueryError> {
    value.literal().ok_or_else(|| {
        wrong_type(test, "wildcards and regular expressions cannot be compared by size")
            .expect(&["a number", "a text"])
            .hint("escape a wildcard that is meant as it stands: \\*")
    })
}

/// `500ms` is no number, and as a text it would be compared letter by letter.
fn refuse_unit(test: &FieldTest, text: &str) -> Result<(), QueryError> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    if matches!(test.value, Value::Word(_)) && !unit.is_empty() && unit.len() <= 3 && number(digits).is_some()
    {
        return Err(wrong_type(test, format!("{text} is no number"))
            .expect(&["a number"])
            .hint(format!("write the number in the unit of the field, without {unit}")));
    }
    Ok(())
}

fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

fn number_column(test: &FieldTest, field: Field) -> Result<Condition, QueryError> {
    let number = test.value.literal().and_then(|text| text.parse::<u64>().ok()).ok_or_else(|| {
        wrong_type(test, format!("{} holds whole numbers", test.field)).expect(&["a whole number"])
    })?;
    Ok(Condition::test(field, Predicate::CompareInteger(Comparison::of(test.operator), number)))
}

fn level(test: &FieldTest) -> Result<Condition, QueryError> {
    let between = |low: u8, high: u8| Condition::test(Field::Level, Predicate::SeverityBetween(low, high));
    let comparison = Comparison::of(test.operator);
    if let Some(text) = test.value.literal() {
        if let Some((low, high)) = severity_numbers(text) {
            return Ok(match comparison {
                None => between(low, high),
                Some(Comparison::Less) => between(1, low.saturating_sub(1)),
                Some(Comparison::LessOrEqual) => between(1, high),
                Some(Comparison::Greater) => between(high.saturating_add(1), 24),
                Some(Comparison::GreaterOrEqual) => between(low.max(1), 24),
            });
        }
        if comparison.is_some() {
            return Err(wrong_type(test, format!("{text} is no known level"))
                .expect(&["trace", "debug", "info", "warn", "error", "fatal", "a number from 1 to 24"])
                .hint(
                    "a level that programs write in their own way can be compared as a text: SeverityText",
                ));
        }
    }
    let predicate = match (&test.value, comparison) {
        (_, Some(_)) => {
            comparable(test, &test.value)?;
            return Err(wrong_type(test, "a level is compared with a level's name"));
        }
        (Value::Regex(regex), None) => regex_predicate(regex, test.value_span)?,
        (Value::Quoted(text), None) => Predicate::EqualsIgnoreCase(text.clone()),
        (Value::Word(pattern), None) => match pattern.literal() {
            Some(text) => Predicate::EqualsIgnoreCase(text.to_owned()),
            None => Predicate::LikeIgnoreCase(pattern.clone()),
        },
    };
    Ok(Condition::test(Field::Level, predicate))
}

/// Lowest and highest number of a level: a range (`error`, `warning`), one number (`notice`, `critical`, `18`).
fn severity_numbers(text: &str) -> Option<(u8, u8)> {
    if let Ok(number) = text.parse::<u8>() {
        return (number <= 24).then_some((number, number));
    }
    if text.eq_ignore_ascii_case("unknown") {
        return Some((0, 0));
    }
    let severity = Severity::from_text(text)?;
    let (low, high) = Severity::range_numbers(severity.range_name())?;
    Some(if severity.number() == low { (low, high) } else { (severity.number(), severity.number()) })
}

fn time(test: &FieldTest, now_ns: i64) -> Result<Condition, QueryError> {
    let Some(text) = test.value.literal() else {
        return Err(wrong_type(test, "a time takes no wildcard and no regular expression")
            .expect(&["2026-11-20T08:15:00Z", "2026-11-20", "now-15m"])
            .hint("write time:2026-11-20 for a whole day"));
    };
    let point = parse_time(text, now_ns).map_err(|mut error| {
        let quote = usize::from(matches!(test.value, Value::Quoted(_)));
        let start = test.value_span.start + quote + error.span.start;
        error.span = Span::new(start, start + error.span.length());
        if start >= test.value_span.end || error.span.end > test.value_span.end {
            error.span = test.value_span;
        }
        error
    })?;
    let range = match Comparison::of(test.operator) {
        None => TimeRange { from_ns: Some(point.start_ns), to_ns: Some(point.end_ns) },
        Some(Comparison::Less) => TimeRange { from_ns: None, to_ns: Some(point.start_ns) },
        Some(Comparison::LessOrEqual) => TimeRange { from_ns: None, to_ns: Some(point.end_ns) },
        Some(Comparison::Greater) => TimeRange { from_ns: Some(point.end_ns), to_ns: None },
        Some(Comparison::GreaterOrEqual) => TimeRange { from_ns: Some(point.start_ns), to_ns: None },
    };
    Ok(Condition::test(Field::Time, Predicate::TimeWithin(range)))
}

fn regex_predicate(regex: &str, span: Span) -> Result<Predicate, QueryError> {
    let wrong = |inner: Span, message: String| {
        // One slash before the expression; an escaped slash before the mistake shifts it a little.
        let start = (span.start + 1 + inner.start).min(span.end.saturating_sub(1));
        let end = (span.start + 1 + inner.end).clamp(start + 1, span.end.max(start + 1));
        QueryError::new(ErrorKind::Regex, Span::new(start, end), message).hint(
            "regular expressions follow RE2 (https://github.com/google/re2/wiki/Syntax): no look-around, no back-references",
        )
    };
    let characters = |bytes: usize| regex.get(..bytes).map_or(0, |before| before.chars().count());
    let inner = |from: usize, to: usize| Span::new(characters(from), characters(to));
    match regex_syntax::Parser::new().parse(regex) {
        Ok(_) => {}
        Err(regex_syntax::Error::Parse(error)) => {
            let at = error.span();
            return Err(wrong(
                inner(at.start.offset, at.end.offset),
                format!("regular expression: {}", error.kind()),
            ));
        }
        Err(regex_syntax::Error::Translate(error)) => {
            let at = error.span();
            return Err(wrong(
                inner(at.start.offset, at.end.offset),
                format!("regular expression: {}", error.kind()),
            ));
        }
        Err(_) => {
            return Err(wrong(
                Span::new(0, regex.chars().count()),
                "regular expression: cannot be read".into(),
            ));
        }
    }
    if regex::Regex::new(regex).is_err() {
        return Err(wrong(
            Span::new(0, regex.chars().count()),
            "regular expression: it becomes too large when compiled".into(),
        ));
    }
    Ok(Predicate::Regex(regex.to_owned()))
}

fn wrong_type(test: &FieldTest, message: impl Into<String>) -> QueryError {
    QueryError::new(ErrorKind::Type, test.value_span, message)
}
