//! Expressions to SQL.

use super::rows::{Column, Rows};
use super::value::{Origin, Value};
use super::{Scope, wrong_type};
use crate::attribute_columns::AttributeColumns;
use crate::check::in_unit;
use crate::dialect::{Dialect, Reading};
use crate::field::{Field, nearest_name};
use crate::filter::{write_condition, write_value_condition};
use crate::functions::Kind;
use crate::literal::{Quantity, quantity, unit_of_name};
use crate::mapping::AttributeMap;
use crate::plan::LEVEL_RANGE;
use crate::sql::SqlText;
use crate::syntax::{
    BinaryOperator, Expression, ExpressionKind, FieldTest, Operator, Query, Scalar, ScalarKind,
    Value as WrittenValue,
};
use crate::time_range::parse_time;
use crate::{QueryError, Span};

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// It is about one row.
    Row,
    /// It is about a group of rows; these are the keys.
    Group(&'a [Column]),
}

/// Writes expressions over these rows.
#[derive(Clone, Copy)]
pub(super) struct Expressions<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) rows: &'a Rows,
    pub(super) place: Place<'a>,
}

/// Conditions that must all hold.
pub(super) fn conjuncts(scalar: &Scalar) -> Vec<&Scalar> {
    match &scalar.kind {
        ScalarKind::Binary { operator: BinaryOperator::And, left, right } => {
            let mut parts = conjuncts(left);
            parts.extend(conjuncts(right));
            parts
        }
        _ => vec![scalar],
    }
}

/// An expression that can be a part of the filter: tests, phrases and their combinations.
pub(super) fn as_filter(scalar: &Scalar) -> Option<Query> {
    filter_of(scalar).map(|filter| Query { filter, pipes: Vec::new() })
}

fn filter_of(scalar: &Scalar) -> Option<Expression> {
    let kind = match &scalar.kind {
        ScalarKind::Test(test) => ExpressionKind::Field(test.clone()),
        ScalarKind::Text(text) => ExpressionKind::Text(WrittenValue::Quoted(text.clone())),
        ScalarKind::Not(inner) => ExpressionKind::Not(Box::new(filter_of(inner)?)),
        ScalarKind::Binary { operator: BinaryOperator::And, left, right } => {
            ExpressionKind::And(vec![filter_of(left)?, filter_of(right)?])
        }
        ScalarKind::Binary { operator: BinaryOperator::Or, left, right } => {
            ExpressionKind::Or(vec![filter_of(left)?, filter_of(right)?])
        }
        _ => return None,
    };
    Some(Expression { kind, span: scalar.span })
}

impl Expressions<'_> {
    pub(super) fn value(&self, scalar: &Scalar) -> Result<Value, QueryError> {
        Ok(match &scalar.kind {
            ScalarKind::Number(text) => number(text, scalar.span)?,
            ScalarKind::Text(text) => literal_text(text),
            ScalarKind::Boolean(value) => Value::of(if *value { "1" } else { "0" }, Kind::Condition),
            ScalarKind::Field(name) => self.field(name, scalar.span)?,
            ScalarKind::Not(inner) => {
                let mut sql = SqlText::default();
                sql.text("NOT (").append(&self.condition(inner)?).text(")");
                Value::new(sql, Kind::Condition)
            }
            ScalarKind::Negate(inner) => {
                let inner = self.number(inner)?;
                let mut sql = SqlText::default();
                sql.text("(-").append(&inner.sql).text(")");
                Value::new(sql, Kind::Number).nullable(inner.nullable)
            }
            ScalarKind::Binary {
                operator: operator @ (BinaryOperator::And | BinaryOperator::Or),
                left,
                right,
            } => {
                let mut sql = SqlText::default();
                let word = if *operator == BinaryOperator::And { " AND " } else { " OR " };
                sql.text("(").append(&self.condition(left)?).text(word);
                sql.append(&self.condition(right)?).text(")");
                Value::new(sql, Kind::Condition)
            }
            ScalarKind::Binary { operator, left, right } if operator.precedence() == 4 => {
                self.compared(*operator, left, right, scalar.span)?
            }
            ScalarKind::Binary { operator, left, right } => {
                self.computed(*operator, left, right, scalar.span)?
            }
            ScalarKind::In { value, list } => self.listed(value, list)?,
            ScalarKind::Call { name, arguments } => match self.named_column(scalar) {
                Some(value) => value,
                None => self.call(name, arguments, scalar.span)?,
            },
            ScalarKind::Test(test) => Value::new(self.test(test)?, Kind::Condition),
        })
    }

    /// The column that is called as the expression is written, such as `count()` after `stats`.
    fn named_column(&self, scalar: &Scalar) -> Option<Value> {
        let columns = match self.place {
            Place::Row => self.rows.columns.as_slice(),
            Place::Group(keys) => keys,
        };
        let text = scalar.to_string();
        columns.iter().find(|column| column.name == text).map(|column| column.value.clone())
    }

    pub(super) fn number(&self, scalar: &Scalar) -> Result<Value, QueryError> {
        as_number(&self.value(scalar)?, scalar.span)
    }

    /// A condition, never `NULL`.
    pub(super) fn condition(&self, scalar: &Scalar) -> Result<SqlText, QueryError> {
        if let ScalarKind::Text(text) = &scalar.kind {
            return self.phrase(text, scalar.span);
        }
        let value = self.value(scalar)?;
        if value.kind != Kind::Condition {
            let error =
                wrong_type(scalar.span, format!("a condition is needed here, not {}", described(&value)))
                    .expect(&["a comparison such as status >= 500", "field:value", "\"a phrase\""]);
            return Err(match &scalar.kind {
                ScalarKind::Field(name) => error.hint(format!(
                    "write \"{name}\" to search the message for it, or {name}:* for rows that have it"
                )),
                _ => error,
            });
        }
        Ok(never_null(value))
    }

    /// A phrase on the message.
    fn phrase(&self, text: &str, span: Span) -> Result<SqlText, QueryError> {
        let value = WrittenValue::Quoted(text.to_owned());
        let test = FieldTest {
            field: "message".to_owned(),
            field_span: span,
            operator: Operator::Matches,
            value,
            value_span: span,
        };
        self.test(&test)
    }

    pub(super) fn field(&self, name: &str, span: Span) -> Result<Value, QueryError> {
        let columns = match self.place {
            Place::Row => self.rows.columns.as_slice(),
            Place::Group(keys) => keys,
        };
        if let Some(column) = columns.iter().find(|column| column.name == name) {
            return Ok(column.value.clone());
        }
        if let Place::Group(_) = self.place {
            return Err(wrong_type(span, format!("{name} is neither in an aggregate nor behind by"))
                .hint(format!("write any({name}), or add it behind by")));
        }
        if self.rows.is_records {
            return Ok(match Field::resolve(name) {
                Field::Attribute(name) if self.scope.dialect.key_indexes => self.attribute(name),
                field => self.rows.field(&field),
            });
        }
        Err(self.no_column(name, span))
    }

    /// As [`of_record`], without reading the map of resources where none has the key.
    fn attribute(&self, name: String) -> Value {
        let columns = self.rows.attribute_columns();
        let mut lacks = SqlText::default();
        self.scope.plain_reading().write_lacks_key(&mut lacks, "ResourceAttributes", &name);
        let of_either = of_record(&Field::Attribute(name.clone()), &columns);
        let either = |of_record: &SqlText, otherwise: &SqlText| {
            let mut sql = SqlText::default();
            sql.text("if(")
                .append(&lacks)
                .text(", ")
                .append(of_record)
                .text(", ")
                .append(otherwise)
                .text(")");
            sql
        };
        let mut text = SqlText::default();
        columns.write_text(&mut text, AttributeMap::Record, &name);
        let as_number = columns.number(AttributeMap::Record, &name).map(|column| {
            let mut otherwise = SqlText::default();
            otherwise.text("toFloat64OrNull(").append(&of_either.sql).text(")");
            either(&column, &otherwise)
        });
        Value { as_number, ..Value::new(either(&text, &of_either.sql), Kind::Text) }
            .from(Origin::Attribute(name))
    }

    pub(super) fn no_column(&self, name: &str, span: Span) -> QueryError {
        let known: Vec<&str> = self.rows.columns.iter().map(|column| column.name.as_str()).collect();
        let error = wrong_type(span, format!("there is no column {name} here")).expect(&known);
        match nearest_name(name, known.iter().copied()) {
            Some(nearest) => error.hint(format!("did you mean {nearest}?")),
            None => error.hint("a pipe before this one left only these columns"),
        }
    }

    /// A test of the filter.
    fn test(&self, test: &FieldTest) -> Result<SqlText, QueryError> {
        let column = match self.place {
            Place::Row => self.rows.column(&test.field),
            Place::Group(keys) => keys.iter().find(|column| column.name == test.field),
        };
        let mut sql = SqlText::default();
        if let Some(column) = column {
            let condition = crate::check::test_of_column(test, column.value.kind, self.scope.now_ns)?;
            sql.text("(");
            write_value_condition(&mut sql, &condition, &column.value);
            sql.text(")");
            return Ok(sql);
        }
        if let Place::Group(_) = self.place {
            return Err(wrong_type(
                test.field_span,
                format!("{} is neither in an aggregate nor behind by", test.field),
            )
            .hint("write countif(condition) to count the rows for which it holds"));
        }
        if !self.rows.is_records {
            return Err(self.no_column(&test.field, test.field_span));
        }
        let condition = crate::check::test(test, self.scope.now_ns)?;
        sql.text("(");
        let dialect = Dialect { columns: self.rows.attribute_columns(), ..self.scope.plain.clone() };
        write_condition(&mut sql, Reading { dialect: &dialect, range: self.scope.range }, &condition, true);
        sql.text(")");
        Ok(sql)
    }

    fn compared(
        &self,
        operator: BinaryOperator,
        left: &Scalar,
        right: &Scalar,
        span: Span,
    ) -> Result<Value, QueryError> {
        if let Some(condition) = self.compared_as_test(operator, left, right)? {
            return Ok(Value::new(condition, Kind::Condition));
        }
        let (left_value, right_value) = (self.value(left)?, self.value(right)?);
        let is_order = !matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
        let is_attribute = |value: &Value| matches!(value.origin, Origin::Attribute(_));
        let (left_value, right_value) = match (left_value.kind, right_value.kind) {
            (Kind::Time, Kind::Text) => (left_value, self.time_of(&right_value, right.span)?),
            (Kind::Text, Kind::Time) => (self.time_of(&left_value, left.span)?, right_value),
            (Kind::Number, Kind::Text) | (Kind::Text, Kind::Number) => {
                let scaled_left = in_unit_of(&left_value, &right_value, left.span)?;
                let scaled_right = in_unit_of(&right_value, &left_value, right.span)?;
                (self.comparable(scaled_left, left.span)?, self.comparable(scaled_right, right.span)?)
            }
            (Kind::Number, Kind::Number) => {
                let scaled_left = in_unit_of(&left_value, &right_value, left.span)?;
                let scaled_right = in_unit_of(&right_value, &left_value, right.span)?;
                (scaled_left, scaled_right)
            }
            (Kind::Text, Kind::Text)
                if is_order && is_attribute(&left_value) && is_attribute(&right_value) =>
            {
                (self.comparable(left_value, left.span)?, self.comparable(right_value, right.span)?)
            }
            (one, other) if one == other && one != Kind::Other => (left_value, right_value),
            _ => {
                return Err(wrong_type(
                    span,
                    format!("{} cannot be compared with {}", described(&left_value), described(&right_value)),
                ));
            }
        };
        let mut sql = SqlText::default();
        sql.text("(").append(&left_value.sql).text(&format!(" {} ", operator.symbol()));
        sql.append(&right_value.sql).text(")");
        let nullable = left_value.nullable || right_value.nullable;
        let condition = Value::new(sql, Kind::Condition).nullable(nullable);
        Ok(Value::new(never_null(condition), Kind::Condition))
    }

    fn comparable(&self, value: Value, span: Span) -> Result<Value, QueryError> {
        if let Some(text) = value.literal() {
            return match quantity(text) {
                Some(Quantity::Plain(number)) => Ok(plain_number(number)),
                _ => Err(wrong_type(
                    span,
                    format!("\"{text}\" is a text and cannot be compared with a number"),
                )),
            };
        }
        value.number().ok_or_else(|| wrong_type(span, "a number is needed here"))
    }

    /// A comparison of a column of the table with a text: levels, times and ids are compared as in the filter.
    fn compared_as_test(
        &self,
        operator: BinaryOperator,
        left: &Scalar,
        right: &Scalar,
    ) -> Result<Option<SqlText>, QueryError> {
        let (ScalarKind::Field(name), ScalarKind::Text(text)) = (&left.kind, &right.kind) else {
            return Ok(None);
        };
        let is_own =
            matches!(self.place, Place::Row) && self.rows.is_records && self.rows.column(name).is_none();
        if !is_own || !matches!(Field::resolve(name), Field::Time | Field::Level | Field::HexColumn(_)) {
            return Ok(None);
        }
        let operator = match operator {
            BinaryOperator::Equal => Operator::Equal,
            BinaryOperator::NotEqual => Operator::NotEqual,
            BinaryOperator::Less => Operator::Less,
            BinaryOperator::LessOrEqual => Operator::LessOrEqual,
            BinaryOperator::Greater => Operator::Greater,
            _ => Operator::GreaterOrEqual,
        };
        let value = WrittenValue::Quoted(text.clone());
        let (field_span, value_span) = (left.span, right.span);
        self.test(&FieldTest { field: name.clone(), field_span, operator, value, value_span }).map(Some)
    }

    /// A time that is written as a text.
    pub(super) fn time_of(&self, value: &Value, span: Span) -> Result<Value, QueryError> {
        let Some(text) = value.literal() else {
            return Err(wrong_type(span, "a time is needed here").expect(&[
                "time",
                "\"2026-11-20\"",
                "\"now-1h\"",
            ]));
        };
        let point = parse_time(text, self.scope.now_ns).map_err(|mut error| {
            error.span = span;
            error
        })?;
        let mut sql = SqlText::default();
        sql.time(point.start_ns);
        Ok(Value::new(sql, Kind::Time))
    }

    fn computed(
        &self,
        operator: BinaryOperator,
        left: &Scalar,
        right: &Scalar,
        span: Span,
    ) -> Result<Value, QueryError> {
        let (left_value, right_value) = (self.value(left)?, self.value(right)?);
        let mut sql = SqlText::default();
        if left_value.kind == Kind::Time || right_value.kind == Kind::Time {
            return time_arithmetic(operator, &left_value, &right_value).ok_or_else(|| {
                wrong_type(span, "a time takes + or - with a length of time, or - with another time")
                    .expect(&["time - 5m", "now() - time"])
            });
        }
        let left_value = as_number(&left_value, left.span)?;
        let right_value = as_number(&right_value, right.span)?;
        let mut nullable = left_value.nullable || right_value.nullable;
        sql.text("(").append(&left_value.sql).text(&format!(" {} ", operator.symbol()));
        let divides = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
        if divides && !matches!(right_value.origin, Origin::Number(number) if number != 0.0) {
            // Nothing, rather than infinity or an error.
            sql.text("nullIf(").append(&right_value.sql).text(", 0))");
            nullable = true;
        } else {
            sql.append(&right_value.sql).text(")");
        }
        Ok(Value::new(sql, Kind::Number).nullable(nullable))
    }

    /// `value IN (...)`: as numbers where every item is one and is written without quotes.
    fn listed(&self, value: &Scalar, list: &[Scalar]) -> Result<Value, QueryError> {
        let found = self.value(value)?;
        let mut items = SqlText::default();
        let is_numeric = list.iter().all(|item| matches!(item.kind, ScalarKind::Number(_)));
        if list.is_empty() || !matches!(found.kind, Kind::Text | Kind::Number) {
            return Err(wrong_type(value.span, "in takes a text or a number, and a list of them"));
        }
        let wants_numbers = is_numeric || found.kind == Kind::Number;
        let compared = if wants_numbers { as_number(&found, value.span)? } else { found.clone() };
        for (index, item) in list.iter().enumerate() {
            items.text(if index > 0 { ", " } else { "" });
            match &item.kind {
                ScalarKind::Number(text) if wants_numbers => {
                    let written = in_unit_of(&number(text, item.span)?, &found, item.span)?;
                    items.append(&written.sql);
                }
                ScalarKind::Text(text) if !wants_numbers => {
                    items.string(text);
                }
                ScalarKind::Text(text) => {
                    items.append(&self.comparable(literal_text(text), item.span)?.sql);
                }
                ScalarKind::Number(text) => {
                    items.string(text);
                }
                _ => {
                    return Err(wrong_type(item.span, "the list behind in holds texts and numbers")
                        .expect(&["\"a text\"", "a number"]));
                }
            }
        }
        let mut sql = SqlText::default();
        sql.text("(").append(&compared.sql).text(" IN (").append(&items).text("))");
        let condition = Value::new(sql, Kind::Condition).nullable(compared.nullable);
        Ok(Value::new(never_null(condition), Kind::Condition))
    }
}

fn literal_text(text: &str) -> Value {
    let mut sql = SqlText::default();
    sql.string(text);
    Value::new(sql, Kind::Text).from(Origin::Text(text.to_owned()))
}

fn as_number(value: &Value, span: Span) -> Result<Value, QueryError> {
    if let Origin::Text(text) = &value.origin {
        return Err(wrong_type(span, format!("\"{text}\" is a text, a number is needed here"))
            .expect(&["a number", "a field"]));
    }
    value.number().ok_or_else(|| {
        wrong_type(span, format!("a number is needed here, not {}", described(value)))
            .expect(&["a number", "a field"])
    })
}

/// A condition that is 0 where it would be `NULL`.
pub(super) fn never_null(condition: Value) -> SqlText {
    if !condition.nullable {
        return condition.sql;
    }
    let mut sql = SqlText::default();
    sql.text("ifNull(").append(&condition.sql).text(", 0)");
    sql
}

pub(super) fn plain_number(number: f64) -> Value {
    let mut sql = SqlText::default();
    sql.float(number);
    Value::new(sql, Kind::Number).from(Origin::Number(number))
}

fn number(text: &str, span: Span) -> Result<Value, QueryError> {
    let whole = text.parse::<u64>();
    if let Ok(whole) = whole {
        let mut sql = SqlText::default();
        sql.integer(whole);
        return Ok(Value::new(sql, Kind::Number).from(Origin::Number(whole as f64)));
    }
    Ok(match quantity(text) {
        Some(Quantity::Plain(number)) => plain_number(number),
        Some(Quantity::Seconds(seconds)) => plain_number(seconds).from(Origin::Duration(seconds)),
        Some(Quantity::Bytes(bytes)) => plain_number(bytes).from(Origin::Size(bytes)),
        None => return Err(wrong_type(span, format!("{text} is no number")).expect(&["a number"])),
    })
}

/// A length of time or a size in the unit that the name of what it is compared with tells.
fn in_unit_of(value: &Value, other: &Value, span: Span) -> Result<Value, QueryError> {
    let Origin::Attribute(name) = &other.origin else { return Ok(value.clone()) };
    match (&value.origin, unit_of_name(name)) {
        (Origin::Duration(seconds), Some(Quantity::Seconds(unit))) => {
            Ok(plain_number(in_unit(*seconds, unit)))
        }
        (Origin::Size(bytes), Some(Quantity::Bytes(unit))) => Ok(plain_number(in_unit(*bytes, unit))),
        (Origin::Duration(_), Some(_)) => {
            Err(wrong_type(span, format!("{name} is a size by its name, this is a time")))
        }
        (Origin::Size(_), Some(_)) => {
            Err(wrong_type(span, format!("{name} is a time by its name, this is a size")))
        }
        _ => Ok(value.clone()),
    }
}

fn time_arithmetic(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    let mut sql = SqlText::default();
    let nanos = |seconds: f64| (seconds * 1e9).round() as i64;
    match (operator, left.kind, right.kind) {
        (BinaryOperator::Subtract, Kind::Time, Kind::Time) => {
            sql.text("((toUnixTimestamp64Nano(toDateTime64(").append(&left.sql);
            sql.text(", 9)) - toUnixTimestamp64Nano(toDateTime64(")
                .append(&right.sql)
                .text(", 9))) / 1000000000)");
            Some(Value::new(sql, Kind::Number).nullable(left.nullable || right.nullable))
        }
        (BinaryOperator::Add | BinaryOperator::Subtract, Kind::Time, Kind::Number) => {
            let Origin::Duration(seconds) = right.origin else { return None };
            let sign = if operator == BinaryOperator::Add { 1 } else { -1 };
            sql.text("addNanoseconds(toDateTime64(").append(&left.sql);
            sql.text(&format!(", 9), {})", nanos(seconds).saturating_mul(sign)));
            Some(Value::new(sql, Kind::Time).nullable(left.nullable))
        }
        _ => None,
    }
}

pub(super) fn described(value: &Value) -> &'static str {
    match value.kind {
        Kind::Text => "a text",
        Kind::Number => "a number",
        Kind::Condition => "a condition",
        Kind::Time => "a time",
        Kind::Other => "a list",
    }
}

/// A field of a record. An attribute is that of the record, else of the resource; an empty one counts as missing.
pub(super) fn of_record(field: &Field, columns: &AttributeColumns) -> Value {
    let (map, name) = match field {
        Field::Time => return Value::of("Timestamp", Kind::Time),
        Field::Level => return Value::of(LEVEL_RANGE, Kind::Text),
        Field::Body => return Value::of("Body", Kind::Text),
        Field::HexColumn(column) | Field::TextColumn(column) => return Value::of(column, Kind::Text),
        Field::NumberColumn(column) => return Value::of(column, Kind::Number),
        Field::Attribute(name) => {
            let mut sql = SqlText::default();
            sql.text("if(");
            columns.write_text(&mut sql, AttributeMap::Record, name);
            sql.text(" != '', ");
            columns.write_text(&mut sql, AttributeMap::Record, name);
            sql.text(", ");
            columns.write_text(&mut sql, AttributeMap::Resource, name);
            sql.text(")");
            return Value::new(sql, Kind::Text).from(Origin::Attribute(name.clone()));
        }
        Field::RecordAttribute(name) => (AttributeMap::Record, name),
        Field::ResourceAttribute(name) => (AttributeMap::Resource, name),
        Field::ScopeAttribute(name) => (AttributeMap::Scope, name),
    };
    let mut sql = SqlText::default();
    columns.write_text(&mut sql, map, name);
    let value = Value::new(sql, Kind::Text).from(Origin::Attribute(name.clone()));
    Value { as_number: columns.number(map, name), ..value }
}

/// What tells the levels apart in `GROUP BY`, cheaper than their names.
pub(super) fn level_group() -> SqlText {
    Value::of("least(intDiv(SeverityNumber + 3, 4), 6)", Kind::Number).sql
}
