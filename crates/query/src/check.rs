//! Syntax tree to condition: what each name means, and whether its test makes sense.

use click_lite_model::Severity;

use crate::condition::{Comparison, Condition, Predicate, Unit};
use crate::functions::Kind;
use crate::literal::{Quantity, quantity, unit_of_name};
use crate::network::Network;
use crate::syntax::{Expression, ExpressionKind, FieldTest, Operator, Pattern, Query, Value, ValueRange};
use crate::text::{TextMatch, exact_regex, wildcard_regex};
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

/// What a test of a field of the record means.
pub(crate) fn test(test: &FieldTest, now_ns: i64) -> Result<Condition, QueryError> {
    field(test, now_ns)
}

/// What a test means on a column that a pipe made, by the kind of the column. The field of the condition says nothing.
pub(crate) fn test_of_column(test: &FieldTest, kind: Kind, now_ns: i64) -> Result<Condition, QueryError> {
    let name = match kind {
        Kind::Time => "time".to_owned(),
        _ => format!("attr.{}", test.field),
    };
    field(&FieldTest { field: name, ..test.clone() }, now_ns)
}

/// A regular expression that ClickHouse can compile too.
///
/// # Errors
/// `query.regex` where it cannot be read or is too large.
pub(crate) fn checked_regex(regex: &str, span: Span) -> Result<(), QueryError> {
    regex_predicate(regex, span).map(|_| ())
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
        Value::AnyCase(inner) => match inner.as_ref() {
            Value::Regex(regex) => regex_predicate(&format!("(?i){regex}"), span)?,
            other => return body(other, span),
        },
        Value::ExactCase(inner) => return exact_body(inner, span),
        Value::List(values) => return any_of(values, |value| body(value, span)),
        Value::Range(_) => {
            return Err(QueryError::new(ErrorKind::Type, span, "the message cannot be compared by size")
                .hint("search for words, or give a range of a field such as duration_ms:[100 TO 500]"));
        }
    };
    Ok(Condition::test(Field::Body, predicate))
}

/// With upper and lower case as written: the index finds candidates, a regular expression decides.
fn exact_body(value: &Value, span: Span) -> Result<Condition, QueryError> {
    let regex = match value {
        Value::Word(pattern) if pattern.is_anything() => return body(value, span),
        Value::Word(pattern) => match pattern.literal() {
            Some(text) => exact_regex(&TextMatch::new(text)),
            None => wildcard_regex(pattern, regex::escape).replacen("(?i)", "", 1),
        },
        Value::Quoted(text) => exact_regex(&TextMatch::new(text)),
        _ => return body(value, span),
    };
    Ok(body(value, span)?.and(Condition::test(Field::Body, Predicate::Regex(regex))))
}

/// One of several conditions.
fn any_of(
    values: &[Value],
    condition: impl Fn(&Value) -> Result<Condition, QueryError>,
) -> Result<Condition, QueryError> {
    let mut parts = values.iter().map(condition).collect::<Result<Vec<_>, _>>()?;
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::Or(parts) })
}

/// `[a TO b]` as two comparisons.
fn range(test: &FieldTest, range: &ValueRange, now_ns: i64) -> Result<Condition, QueryError> {
    if matches!(Field::resolve(&test.field), Field::Body) {
        return body(&test.value, test.value_span);
    }
    if range.low.is_none() && range.high.is_none() {
        return Ok(Condition::test(Field::resolve(&test.field), Predicate::Exists));
    }
    let side = |bound: &Option<Value>, operator: Operator| match bound {
        None => Ok(Condition::All),
        Some(value) => field(&FieldTest { operator, value: value.clone(), ..test.clone() }, now_ns),
    };
    let low = if range.includes_low { Operator::GreaterOrEqual } else { Operator::Greater };
    let high = if range.includes_high { Operator::LessOrEqual } else { Operator::Less };
    Ok(side(&range.low, low)?.and(side(&range.high, high)?))
}

fn field(test: &FieldTest, now_ns: i64) -> Result<Condition, QueryError> {
    if test.operator == Operator::NotEqual {
        let equal = FieldTest { operator: Operator::Equal, ..test.clone() };
        return Ok(field(&equal, now_ns)?.negated());
    }
    match &test.value {
        Value::Range(bounds) if Comparison::of(test.operator).is_none() => {
            return range(test, bounds, now_ns);
        }
        Value::List(values) if Comparison::of(test.operator).is_none() => {
            return any_of(values, |value| {
                field(&FieldTest { value: value.clone(), ..test.clone() }, now_ns)
            });
        }
        Value::Range(_) | Value::List(_) => {
            return Err(wrong_type(test, "a range or a list cannot be compared by size")
                .hint(format!("write {}: before it", test.field)));
        }
        _ => {}
    }
    let own = Field::resolve(&test.field);
    let exists = matches!(&test.value, Value::Word(pattern) if pattern.is_anything());
    if exists {
        if Comparison::of(test.operator).is_some() {
            return Err(wrong_type(test, "* cannot be compared")
                .hint(format!("write {}:* for any value", test.field)));
        }
        return Ok(Condition::test(own, Predicate::Exists));
    }
    match &own {
        Field::Time => time(test, now_ns),
        Field::Level => level(test),
        Field::Body if test.operator == Operator::Matches => body(&test.value, test.value_span),
        Field::Body if test.operator != Operator::Equal => {
            Err(wrong_type(test, "the message cannot be compared by size")
                .hint("search for words, or compare a field such as duration_ms>500"))
        }
        Field::NumberColumn(_) => number_column(test, own),
        Field::HexColumn(_) => text(test, own, str::to_ascii_lowercase),
        _ => text(test, own, str::to_owned),
    }
}

/// Equality, wildcards, regular expressions, networks and comparisons on a text.
fn text(test: &FieldTest, field: Field, normalize: fn(&str) -> String) -> Result<Condition, QueryError> {
    let predicate = match (Comparison::of(test.operator), &test.value) {
        (None, Value::ExactCase(inner)) => {
            return text(&FieldTest { value: inner.as_ref().clone(), ..test.clone() }, field, normalize);
        }
        (None, value) => equality(value, test.value_span, normalize)?,
        (Some(comparison), value) => {
            let text = comparable(test, value)?;
            let quantity = if matches!(value, Value::Word(_)) { quantity(text) } else { None };
            match quantity {
                Some(Quantity::Plain(number)) => Predicate::CompareNumber(comparison, number),
                Some(with_unit) => compare_with_unit(test, comparison, text, with_unit)?,
                None => Predicate::CompareText(comparison, normalize(text)),
            }
        }
    };
    Ok(Condition::test(field, predicate))
}

fn equality(value: &Value, span: Span, normalize: fn(&str) -> String) -> Result<Predicate, QueryError> {
    Ok(match value {
        Value::Regex(regex) => regex_predicate(regex, span)?,
        Value::Quoted(text) => Predicate::Equals(normalize(text)),
        Value::Word(pattern) => match pattern.literal() {
            Some(text) => match Network::parse(text) {
                Some(network) => Predicate::InNetwork(network),
                None => Predicate::Equals(normalize(text)),
            },
            None => Predicate::Like(Pattern {
                pieces: pattern.pieces.iter().map(|piece| piece.map(normalize)).collect(),
            }),
        },
        Value::AnyCase(inner) => match inner.as_ref() {
            Value::Regex(regex) => regex_predicate(&format!("(?i){regex}"), span)?,
            Value::Word(pattern) if pattern.literal().is_none() => Predicate::LikeIgnoreCase(pattern.clone()),
            other => Predicate::EqualsIgnoreCase(other.literal().unwrap_or_default().to_owned()),
        },
        Value::ExactCase(inner) => equality(inner, span, normalize)?,
        Value::Range(_) | Value::List(_) => {
            return Err(QueryError::new(ErrorKind::Type, span, "a range or a list cannot stand here"));
        }
    })
}

/// `500ms` in the unit that the name of the field tells. Where it tells none, each value says its own, and a plain
/// number is in seconds or bytes.
fn compare_with_unit(
    test: &FieldTest,
    comparison: Comparison,
    text: &str,
    wanted: Quantity,
) -> Result<Predicate, QueryError> {
    let mixed = |is: &str| {
        wrong_type(test, format!("{} is {is} by its name, {text} is not", test.field))
            .hint("write the number in the unit of the field, without a unit")
    };
    Ok(match (wanted, unit_of_name(&test.field)) {
        (Quantity::Seconds(seconds), Some(Quantity::Seconds(unit))) => {
            Predicate::CompareNumber(comparison, in_unit(seconds, unit))
        }
        (Quantity::Bytes(bytes), Some(Quantity::Bytes(unit))) => {
            Predicate::CompareNumber(comparison, in_unit(bytes, unit))
        }
        (Quantity::Seconds(_), Some(_)) => return Err(mixed("a size")),
        (Quantity::Bytes(_), Some(_)) => return Err(mixed("a time")),
        (Quantity::Seconds(seconds), None) => Predicate::CompareQuantity(comparison, Unit::Seconds, seconds),
        (Quantity::Bytes(bytes), None) => Predicate::CompareQuantity(comparison, Unit::Bytes, bytes),
        (Quantity::Plain(number), _) => Predicate::CompareNumber(comparison, number),
    })
}

/// Without the noise that a factor such as 0.001 leaves behind the twelfth digit.
pub(crate) fn in_unit(amount: f64, unit: f64) -> f64 {
    let exact = amount / unit;
    let rounded = exact.round();
    if rounded != 0.0 && ((exact - rounded) / rounded).abs() < 1e-12 { rounded } else { exact }
}

fn comparable<'a>(test: &FieldTest, value: &'a Value) -> Result<&'a str, QueryError> {
    value.literal().ok_or_else(|| {
        wrong_type(test, "wildcards and regular expressions cannot be compared by size")
            .expect(&["a number", "a text"])
            .hint("escape a wildcard that is meant as it stands: \\*")
    })
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
    if comparison.is_some() {
        comparable(test, &test.value)?;
        return Err(wrong_type(test, "a level is compared with a level's name"));
    }
    let predicate = match &test.value {
        Value::Word(pattern) if pattern.literal().is_none() => Predicate::LikeIgnoreCase(pattern.clone()),
        value => match value.literal() {
            Some(text) => Predicate::EqualsIgnoreCase(text.to_owned()),
            None => equality(value, test.value_span, str::to_owned)?,
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
    if let Some(at) = flag_unknown_to_re2(regex) {
        return Err(wrong(
            inner(at, at + 1),
            "regular expression: RE2 knows the flags i, m, s and U alone".into(),
        ));
    }
    if regex::Regex::new(regex).is_err() {
        return Err(wrong(
            Span::new(0, regex.chars().count()),
            "regular expression: it becomes too large when compiled".into(),
        ));
    }
    Ok(Predicate::Regex(regex.to_owned()))
}

/// Where a flag stands that only this side's engine knows, in bytes: `(?x)`, `(?R-u:...)`.
fn flag_unknown_to_re2(regex: &str) -> Option<usize> {
    let bytes = regex.as_bytes();
    let mut at = 0;
    let mut in_class = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class && bytes.get(at + 1) == Some(&b'?') => {
                let flags =
                    bytes[at + 2..].iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-');
                let ends = bytes.get(at + 2 + flags.clone().count());
                let unknown =
                    flags.clone().position(|flag| !matches!(flag, b'i' | b'm' | b's' | b'U' | b'-'));
                if let (Some(unknown), Some(b')' | b':')) = (unknown, ends) {
                    return Some(at + 2 + unknown);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn wrong_type(test: &FieldTest, message: impl Into<String>) -> QueryError {
    QueryError::new(ErrorKind::Type, test.value_span, message)
}
