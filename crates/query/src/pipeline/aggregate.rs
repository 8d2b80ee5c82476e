//! Aggregates to SQL.

use super::call::is_there;
use super::expression::{Expressions, Place, described};
use super::rows::Rows;
use super::value::Value;
use super::wrong_type;
use crate::functions::{AggregateName, Kind};
use crate::sql::SqlText;
use crate::syntax::{Scalar, ScalarKind};
use crate::{QueryError, Span};

const MOST_VALUES: u64 = 100;
const HISTOGRAM_RANGES: u64 = 10;

/// Writes one aggregate; its arguments are about the rows of the group.
pub(super) fn write(
    outer: &Expressions<'_>,
    name: &str,
    wanted: AggregateName,
    arguments: &[Scalar],
    span: Span,
) -> Result<Value, QueryError> {
    let (least, most) = match wanted {
        AggregateName::Plain(known) => known.arguments,
        AggregateName::Percentile(_) => (1, 1),
    };
    if !(least..=most).contains(&arguments.len()) {
        let usage = match wanted {
            AggregateName::Plain(known) => known.usage.to_owned(),
            AggregateName::Percentile(_) => format!("{name}(field)"),
        };
        return Err(wrong_type(span, format!("{name} takes other arguments")).expect(&[&usage]));
    }
    let inner = Expressions { place: Place::Row, ..*outer };
    let writer = Writer { outer, inner, arguments };
    match wanted {
        AggregateName::Percentile(level) => writer.quantile(level),
        AggregateName::Plain(known) => writer.plain(known.name, span),
    }
}

struct Writer<'a> {
    outer: &'a Expressions<'a>,
    inner: Expressions<'a>,
    arguments: &'a [Scalar],
}

impl Writer<'_> {
    fn plain(&self, name: &str, span: Span) -> Result<Value, QueryError> {
        let Some(first) = self.arguments.first() else {
            return match name {
                "rate" => self.rate(Value::of("count()", Kind::Number)),
                _ => Ok(Value::of("count()", Kind::Number)),
            };
        };
        match name {
            "count" => {
                let value = self.inner.value(first)?;
                let there = is_there(&value);
                Ok(around("countIf(", &there, ")", Kind::Number))
            }
            "countif" => {
                let condition = self.inner.condition(first)?;
                Ok(around("countIf(", &condition, ")", Kind::Number))
            }
            "uniq" => self.distinct("uniqIf(", first),
            "uniq_exact" => self.distinct("uniqExactIf(", first),
            "sum" => self.of_numbers("sum(", first),
            "avg" => self.of_numbers("avg(", first),
            "stddev" => self.of_numbers("stddevPop(", first),
            "median" => self.quantile(0.5),
            "min" | "max" => self.extreme(name, first),
            "rate" => {
                let sum = self.of_numbers("sum(", first)?;
                self.rate(sum)
            }
            "first" => self.by_time("argMin(", "any(", first),
            "last" => self.by_time("argMax(", "anyLast(", first),
            "any" => {
                let value = self.inner.value(first)?;
                Ok(around("any(", &value.sql, ")", value.kind).nullable(value.nullable))
            }
            "values" => {
                let value = self.inner.value(first)?;
                let most = self.count(MOST_VALUES)?;
                let list = if value.kind == Kind::Text && !value.nullable {
                    let mut sql = SqlText::default();
                    sql.text(&format!("arraySort(groupUniqArrayIf({most})(")).append(&value.sql);
                    sql.text(", ").append(&is_there(&value)).text("))");
                    Value::new(sql, Kind::Other)
                } else {
                    around(&format!("arraySort(groupUniqArray({most})("), &value.sql, "))", Kind::Other)
                };
                Ok(list)
            }
            "histogram" => {
                let number = self.inner.number(first)?;
                let ranges = self.count(HISTOGRAM_RANGES)?;
                let there = is_there(&number);
                let mut sql = SqlText::default();
                sql.text(&format!("histogramIf({ranges})(ifNull(")).append(&number.sql).text(", 0), ");
                sql.append(&there).text(")");
                Ok(Value::new(sql, Kind::Other))
            }
            _ => Err(wrong_type(span, format!("there is no aggregate {name}"))),
        }
    }

    fn count(&self, usual: u64) -> Result<u64, QueryError> {
        let Some(argument) = self.arguments.get(1) else { return Ok(usual) };
        match &argument.kind {
            ScalarKind::Number(text) => {
                text.parse::<u64>().ok().filter(|number| (1..=10_000).contains(number))
            }
            _ => None,
        }
        .ok_or_else(|| {
            wrong_type(argument.span, "a whole number from 1 to 10000 is needed here")
                .expect(&["a whole number"])
        })
    }

    fn of_numbers(&self, function: &str, argument: &Scalar) -> Result<Value, QueryError> {
        let number = self.inner.number(argument)?;
        Ok(around(function, &number.sql, ")", Kind::Number).nullable(number.nullable))
    }

    fn quantile(&self, level: f64) -> Result<Value, QueryError> {
        self.of_numbers(&format!("quantile({level})("), &self.arguments[0])
    }

    /// Rows that lack the field are no value of it.
    fn distinct(&self, function: &str, argument: &Scalar) -> Result<Value, QueryError> {
        let value = self.inner.value(argument)?;
        let mut sql = SqlText::default();
        sql.text(function).append(&value.sql).text(", ").append(&is_there(&value)).text(")");
        Ok(Value::new(sql, Kind::Number))
    }

    /// Of numbers, or of times.
    fn extreme(&self, name: &str, argument: &Scalar) -> Result<Value, QueryError> {
        let value = self.inner.value(argument)?;
        if value.kind == Kind::Time {
            return Ok(around(&format!("{name}("), &value.sql, ")", Kind::Time).nullable(value.nullable));
        }
        if value.kind == Kind::Other {
            return Err(wrong_type(
                argument.span,
                format!("{name} takes numbers or times, not {}", described(&value)),
            ));
        }
        self.of_numbers(&format!("{name}("), argument)
    }

    /// Per second of the bucket, else of the time range, else between the first row and the last.
    fn rate(&self, sum: Value) -> Result<Value, QueryError> {
        let bucket_ms = match self.outer.place {
            Place::Group(keys) => keys.iter().find_map(|key| key.bucket_ms),
            Place::Row => None,
        };
        let range = self.outer.scope.range;
        let mut sql = SqlText::default();
        sql.text("(").append(&sum.sql).text(" / ");
        let range_ns = range.from_ns.zip(range.to_ns).map(|(from_ns, to_ns)| to_ns.saturating_sub(from_ns));
        match (bucket_ms, range_ns) {
            (Some(width_ms), _) => sql.float(width_ms as f64 / 1000.0),
            (None, Some(length_ns)) if length_ns > 0 => sql.float(length_ns as f64 / 1e9),
            _ => {
                let time = self.inner.rows_time().ok_or_else(|| {
                    wrong_type(Span::default(), "rate needs a time range, or a bucket behind by")
                })?;
                sql.text("greatest(toUnixTimestamp64Milli(toDateTime64(max(").append(&time);
                sql.text("), 9)) - toUnixTimestamp64Milli(toDateTime64(min(").append(&time);
                sql.text("), 9)), 1) * 1000")
            }
        };
        sql.text(")");
        Ok(Value::new(sql, Kind::Number).nullable(sum.nullable))
    }

    fn by_time(&self, timed: &str, untimed: &str, argument: &Scalar) -> Result<Value, QueryError> {
        let value = self.inner.value(argument)?;
        let Some(time) = self.inner.rows_time() else {
            return Ok(around(untimed, &value.sql, ")", value.kind).nullable(value.nullable));
        };
        let mut sql = SqlText::default();
        sql.text(timed).append(&value.sql).text(", ").append(&time).text(")");
        Ok(Value::new(sql, value.kind).nullable(value.nullable))
    }
}

impl Expressions<'_> {
    /// The time of a row, if the rows have one.
    pub(super) fn rows_time(&self) -> Option<SqlText> {
        time_of(self.rows)
    }
}

fn time_of(rows: &Rows) -> Option<SqlText> {
    match rows.column("time") {
        Some(column) => (column.value.kind == Kind::Time).then(|| column.value.sql.clone()),
        None => rows.is_records.then(|| Value::of("Timestamp", Kind::Time).sql),
    }
}

fn around(before: &str, inner: &SqlText, after: &str, kind: Kind) -> Value {
    let mut sql = SqlText::default();
    sql.text(before).append(inner).text(after);
    Value::new(sql, kind)
}
