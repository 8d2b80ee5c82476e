//! Calls of functions to SQL.

use super::aggregate;
use super::expression::{Expressions, Place, described};
use super::value::{Origin, Value};
use super::wrong_type;
use crate::field::nearest_name;
use crate::functions::{self, Argument, FUNCTIONS, Function, Kind};
use crate::network::Network;
use crate::sql::SqlText;
use crate::syntax::{Scalar, ScalarKind};
use crate::{ErrorKind, QueryError, Span, literal};

impl Expressions<'_> {
    pub(super) fn call(&self, name: &str, arguments: &[Scalar], span: Span) -> Result<Value, QueryError> {
        if let Some(wanted) = functions::aggregate_of(name) {
            return match self.place {
                Place::Group(_) => aggregate::write(self, name, wanted, arguments, span),
                Place::Row => {
                    Err(wrong_type(span, format!("{name} is an aggregate and stands in stats or timechart"))
                        .hint(format!("write stats {name}(...) before this pipe")))
                }
            };
        }
        let lower = name.to_ascii_lowercase();
        let mut named = FUNCTIONS.iter().filter(|known| known.name == lower).peekable();
        if named.peek().is_none() {
            return Err(self.unknown(name, span));
        }
        match lower.as_str() {
            "concat" if arguments.len() >= 2 => return self.concat(arguments),
            "coalesce" if arguments.len() >= 2 => return self.coalesce(arguments, span),
            "if" if arguments.len() == 3 => return self.either(arguments, span),
            _ => {}
        }
        let usage: Vec<&str> = named.clone().map(|known| known.usage).collect();
        let Some(function) = named.find(|known| known.arguments.len() == arguments.len()) else {
            return Err(wrong_type(span, format!("{lower} takes other arguments")).expect(&usage));
        };
        match (lower.as_str(), arguments) {
            ("bucket", _) => self.bucket(arguments, span).map(|(value, _)| value),
            ("now", _) => {
                let mut sql = SqlText::default();
                sql.time(self.scope.now_ns);
                Ok(Value::new(sql, Kind::Time))
            }
            ("exists", [argument]) => self.exists(argument),
            ("json", [text, path]) => {
                let text = self.value(text)?.text();
                let Some(path) = self.value(path)?.literal().map(str::to_owned) else {
                    return Err(wrong_type(path.span, "a path in quotation marks is needed here"));
                };
                Ok(json_value(&text, &path))
            }
            ("replace_regex", [_, regex, new]) => {
                check_groups(regex, new)?;
                self.written(function, arguments)
            }
            _ => self.written(function, arguments),
        }
    }

    fn unknown(&self, name: &str, span: Span) -> QueryError {
        let known = FUNCTIONS.iter().map(|known| known.name);
        let known: Vec<&str> = match self.place {
            Place::Row => known.collect(),
            Place::Group(_) => known.chain(functions::AGGREGATES.iter().map(|known| known.name)).collect(),
        };
        let error = QueryError::new(ErrorKind::Type, span, format!("there is no function {name}"));
        match nearest_name(&name.to_ascii_lowercase(), known.iter().copied()) {
            Some(nearest) => error.expect(&[nearest]).hint(format!("did you mean {nearest}?")),
            None => error.hint("the functions are listed in the help of the search language"),
        }
    }

    fn written(&self, function: &Function, arguments: &[Scalar]) -> Result<Value, QueryError> {
        let mut written = Vec::new();
        let mut nullable = function.nullable;
        for (argument, wanted) in arguments.iter().zip(function.arguments) {
            let value = self.argument(argument, *wanted, &mut written)?;
            nullable |= value;
        }
        let mut sql = SqlText::default();
        let mut parts = function.sql.split('$');
        sql.text(parts.next().unwrap_or_default());
        for part in parts {
            let (digit, rest) = part.split_at(1);
            if let Some(argument) = digit.parse::<usize>().ok().and_then(|index| written.get(index)) {
                sql.append(argument);
            }
            sql.text(rest);
        }
        let value = Value::new(sql, function.gives).nullable(nullable);
        if value.kind == Kind::Condition && value.nullable {
            return Ok(Value::new(super::expression::never_null(value), Kind::Condition));
        }
        Ok(value)
    }

    /// Writes one argument (a network is two); says whether it may be `NULL`.
    fn argument(
        &self,
        argument: &Scalar,
        wanted: Argument,
        written: &mut Vec<SqlText>,
    ) -> Result<bool, QueryError> {
        let span = argument.span;
        let literal_text = || match &argument.kind {
            ScalarKind::Text(text) => Ok(text.clone()),
            _ => Err(wrong_type(span, "a text in quotation marks is needed here").expect(&["\"a text\""])),
        };
        let value = match wanted {
            Argument::Number => self.number(argument)?,
            Argument::Text => self.value(argument)?.text(),
            Argument::Condition => Value::new(self.condition(argument)?, Kind::Condition),
            Argument::Time => self.time(argument)?,
            Argument::Any => self.value(argument)?,
            Argument::Count => match &argument.kind {
                ScalarKind::Number(text) if text.parse::<u32>().is_ok() => Value::of(text, Kind::Number),
                _ => {
                    return Err(wrong_type(span, "a whole number is needed here").expect(&["a whole number"]));
                }
            },
            Argument::Duration => return Err(wrong_type(span, "a length of time is needed here")),
            Argument::Literal | Argument::Path => {
                let mut sql = SqlText::default();
                sql.string(&literal_text()?);
                Value::new(sql, Kind::Text)
            }
            Argument::Regex => {
                let text = literal_text()?;
                crate::check::checked_regex(&text, span)?;
                let mut sql = SqlText::default();
                sql.string(&text);
                Value::new(sql, Kind::Text)
            }
            Argument::Network => {
                let text = literal_text()?;
                let network = Network::parse(&text).ok_or_else(|| {
                    wrong_type(span, format!("{text} is no network"))
                        .expect(&["\"10.0.0.0/8\"", "\"fd00::/8\""])
                })?;
                for address in [network.first(), network.last()] {
                    let mut sql = SqlText::default();
                    sql.string(&address);
                    written.push(sql);
                }
                return Ok(false);
            }
        };
        written.push(value.sql);
        Ok(value.nullable)
    }

    pub(super) fn time(&self, scalar: &Scalar) -> Result<Value, QueryError> {
        let value = self.value(scalar)?;
        match value.kind {
            Kind::Time => Ok(value),
            _ if value.literal().is_some() => self.time_of(&value, scalar.span),
            _ => Err(wrong_type(scalar.span, format!("a time is needed here, not {}", described(&value)))
                .expect(&["time"])),
        }
    }

    /// The start of a bucket and its width in milliseconds.
    pub(super) fn bucket(&self, arguments: &[Scalar], span: Span) -> Result<(Value, u64), QueryError> {
        let Some(time) = arguments.first() else {
            return Err(wrong_type(span, "bucket takes a time").expect(&["bucket(time, 5m)"]));
        };
        let value = self.time(time)?;
        let width_ms = match arguments.get(1).map(|width| (&width.kind, width.span)) {
            None => self.scope.fitted_width_ms(),
            Some((ScalarKind::Number(text), span)) => literal::duration_ms(text).ok_or_else(|| {
                wrong_type(span, format!("{text} is no length of time")).expect(&["30s", "5m", "1h", "1d"])
            })?,
            Some((_, span)) => {
                return Err(
                    wrong_type(span, "a length of time is needed here").expect(&["30s", "5m", "1h", "1d"])
                );
            }
        };
        Ok((bucket_of(&value, width_ms), width_ms))
    }

    fn exists(&self, argument: &Scalar) -> Result<Value, QueryError> {
        let value = self.value(argument)?;
        Ok(Value::new(is_there(&value), Kind::Condition))
    }

    fn concat(&self, arguments: &[Scalar]) -> Result<Value, QueryError> {
        let mut sql = SqlText::default();
        let mut nullable = false;
        for (index, argument) in arguments.iter().enumerate() {
            let value = self.value(argument)?.text();
            nullable |= value.nullable;
            sql.text(if index > 0 { ", " } else { "concat(" }).append(&value.sql);
        }
        sql.text(")");
        Ok(Value::new(sql, Kind::Text).nullable(nullable))
    }

    /// The arguments brought to one kind.
    fn of_one_kind(&self, arguments: &[Scalar], span: Span) -> Result<Vec<Value>, QueryError> {
        let values = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
        let first = values.first().map_or(Kind::Other, |value| value.kind);
        if values.iter().all(|value| value.kind == first) {
            return Ok(values);
        }
        if values.iter().any(|value| value.kind == Kind::Number) {
            let numbers: Option<Vec<Value>> = values.iter().map(Value::number).collect();
            return numbers.ok_or_else(|| wrong_type(span, "the values are of different kinds"));
        }
        Ok(values.iter().map(Value::text).collect())
    }

    fn coalesce(&self, arguments: &[Scalar], span: Span) -> Result<Value, QueryError> {
        let values = self.of_one_kind(arguments, span)?;
        let kind = values.first().map_or(Kind::Other, |value| value.kind);
        let nullable = values.last().is_none_or(|value| value.nullable);
        let mut sql = SqlText::default();
        for (index, value) in values.iter().enumerate() {
            sql.text(if index > 0 { ", " } else { "coalesce(" });
            if kind == Kind::Text && index + 1 < values.len() {
                sql.text("nullIf(").append(&value.sql).text(", '')");
            } else {
                sql.append(&value.sql);
            }
        }
        sql.text(")");
        Ok(Value::new(sql, kind).nullable(nullable))
    }

    fn either(&self, arguments: &[Scalar], span: Span) -> Result<Value, QueryError> {
        let condition = self.condition(&arguments[0])?;
        let values = self.of_one_kind(&arguments[1..], span)?;
        let mut sql = SqlText::default();
        sql.text("if(").append(&condition);
        for value in &values {
            sql.text(", ").append(&value.sql);
        }
        sql.text(")");
        let nullable = values.iter().any(|value| value.nullable);
        Ok(Value::new(sql, values.first().map_or(Kind::Other, |value| value.kind)).nullable(nullable))
    }
}

/// `\1` in what is put in place of a match stands for a group that the regular expression must have.
fn check_groups(regex: &Scalar, new: &Scalar) -> Result<(), QueryError> {
    let (ScalarKind::Text(regex), ScalarKind::Text(text)) = (&regex.kind, &new.kind) else { return Ok(()) };
    let groups = regex::Regex::new(regex).map_or(0, |regex| regex.captures_len().saturating_sub(1));
    let mut characters = text.chars();
    while let Some(next) = characters.next() {
        if next != '\\' {
            continue;
        }
        let group = characters.next();
        let is_known = match group {
            Some('\\') => true,
            Some(digit) => digit.to_digit(10).is_some_and(|number| number as usize <= groups),
            None => false,
        };
        if !is_known {
            let group = group.map(String::from).unwrap_or_default();
            return Err(wrong_type(new.span, format!("the regular expression has no group {group}"))
                .hint("\\0 is the whole match, \\1 the first group, \\\\ a backslash"));
        }
    }
    Ok(())
}

/// Whether a value is there: a text that is not empty, anything else that is not `NULL`.
pub(crate) fn is_there(value: &Value) -> SqlText {
    let mut sql = SqlText::default();
    match (value.kind, value.nullable) {
        (Kind::Text, true) => sql.text("(ifNull(").append(&value.sql).text(", '') != '')"),
        (Kind::Text, false) => sql.text("(").append(&value.sql).text(" != '')"),
        (_, true) => sql.text("isNotNull(").append(&value.sql).text(")"),
        (_, false) => sql.text("1"),
    };
    sql
}

/// The start of the bucket that a time lies in. Buckets are counted from 1970 in UTC, weeks from a Monday.
pub(super) fn bucket_of(time: &Value, width_ms: u64) -> Value {
    const WEEK_MS: u64 = 604_800_000;
    let mut sql = SqlText::default();
    if width_ms == WEEK_MS {
        sql.text("toDateTime(toMonday(").append(&time.sql).text(", 'UTC'), 'UTC')");
    } else if width_ms.is_multiple_of(1000) {
        sql.text("toStartOfInterval(").append(&time.sql);
        sql.text(&format!(", INTERVAL {} SECOND, 'UTC')", width_ms / 1000));
    } else {
        sql.text("toStartOfInterval(")
            .append(&time.sql)
            .text(&format!(", INTERVAL {width_ms} MILLISECOND, 'UTC')"));
    }
    Value::new(sql, Kind::Time).nullable(time.nullable)
}

/// A value inside a JSON text: numbers and such as they are written, `''` where there is none.
pub(super) fn json_value(text: &Value, path: &str) -> Value {
    let mut arguments = text.sql.clone();
    for key in path.split('.') {
        match key.parse::<u32>() {
            // Lists count from 1 in ClickHouse.
            Ok(index) => arguments.text(&format!(", {}", u64::from(index) + 1)),
            Err(_) => arguments.text(", ").string(key),
        };
    }
    let mut sql = SqlText::default();
    sql.text("JSONExtract(").append(&arguments).text(", 'String')");
    Value::new(sql, Kind::Text).nullable(text.nullable).from(Origin::Attribute(path.to_owned()))
}
