use std::fmt;

use super::{quoted, write_regex, write_test};
use crate::lexer::WordPlace;
use crate::parser::scalar::{is_name_char, starts_name};
use crate::syntax::{
    Aggregate, BinaryOperator, ExtractionKind, GroupKey, Named, Pipe, PipeKind, Sample, Scalar, ScalarKind,
    SortKey, TopValues,
};

impl fmt::Display for Pipe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            PipeKind::Stats { aggregates, by } => {
                out.write_str("stats ")?;
                list(out, aggregates, write_aggregate)?;
                write_by(out, by)
            }
            PipeKind::Timechart(chart) => {
                out.write_str("timechart ")?;
                if let Some(span) = &chart.span {
                    write!(out, "{span} ")?;
                }
                list(out, &chart.aggregates, write_aggregate)?;
                write_by(out, chart.by.as_slice())?;
                write!(out, " limit {}", chart.limit)
            }
            PipeKind::Top(top) => write_top(out, "top", top),
            PipeKind::Rare(top) => write_top(out, "rare", top),
            PipeKind::Fields(fields) => {
                out.write_str("fields ")?;
                list(out, fields, write_named)
            }
            PipeKind::Without(fields) => {
                out.write_str("fields - ")?;
                list(out, fields, |out, field| write!(out, "{field}"))
            }
            PipeKind::Sort(keys) => {
                out.write_str("sort ")?;
                list(out, keys, |out, SortKey { expression, descending }| {
                    write!(out, "{expression}{}", if *descending { " desc" } else { "" })
                })
            }
            PipeKind::Limit { rows, offset: 0 } => write!(out, "limit {rows}"),
            PipeKind::Limit { rows, offset } => write!(out, "limit {rows} offset {offset}"),
            PipeKind::Where(condition) => write!(out, "where {condition}"),
            PipeKind::Eval(named) => {
                out.write_str("eval ")?;
                list(out, named, |out, Named { expression, name }| {
                    write!(out, "{} = {expression}", name_text(name.as_deref().unwrap_or_default()))
                })
            }
            PipeKind::Rename(named) => {
                out.write_str("rename ")?;
                list(out, named, write_named)
            }
            PipeKind::Dedup { fields, keep } => {
                out.write_str("dedup ")?;
                list(out, fields, |out, field| write!(out, "{field}"))?;
                if *keep == 1 { Ok(()) } else { write!(out, " keep {keep}") }
            }
            PipeKind::Sample(Sample::Rows(rows)) => write!(out, "sample {rows}"),
            PipeKind::Sample(Sample::TenThousandths(share)) => {
                let (whole, rest) = (share / 100, share % 100);
                if rest == 0 {
                    write!(out, "sample {whole}%")
                } else {
                    write!(out, "sample {whole}.{rest:02}%")
                }
            }
            PipeKind::Extract(extraction) => {
                out.write_str("extract ")?;
                match &extraction.how {
                    ExtractionKind::Pattern(pattern) => out.write_str(&quoted(pattern))?,
                    ExtractionKind::Regex(regex) => write_regex(out, regex)?,
                    ExtractionKind::Json(paths) => {
                        out.write_str("json ")?;
                        list(out, paths, write_named)?;
                    }
                    ExtractionKind::Logfmt(keys) => {
                        out.write_str("logfmt ")?;
                        list(out, keys, write_named)?;
                    }
                }
                extraction.from.as_ref().map_or(Ok(()), |from| write!(out, " from {from}"))
            }
            PipeKind::Join(join) => {
                out.write_str(if join.left { "join left by " } else { "join by " })?;
                list(out, &join.by, |out, field| write!(out, "{field}"))?;
                write!(out, " ({})", join.query)
            }
            PipeKind::Union(query) => write!(out, "union ({query})"),
            PipeKind::Context { before, after, by } => {
                write!(out, "context before {before} after {after}")?;
                if by.is_empty() {
                    return Ok(());
                }
                out.write_str(" by ")?;
                list(out, by, |out, field| write!(out, "{field}"))
            }
            PipeKind::Facets { values, fields } => {
                write!(out, "facets {values}")?;
                if fields.is_empty() {
                    return Ok(());
                }
                out.write_str(" ")?;
                list(out, fields, |out, field| write!(out, "{field}"))
            }
            PipeKind::Patterns { limit, from } => {
                write!(out, "patterns {limit}")?;
                from.as_ref().map_or(Ok(()), |from| write!(out, " from {from}"))
            }
            PipeKind::Compare { earlier } => write!(out, "compare {earlier}"),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ScalarKind::Number(text) => out.write_str(text),
            ScalarKind::Text(text) => out.write_str(&quoted(text)),
            ScalarKind::Boolean(value) => write!(out, "{value}"),
            ScalarKind::Field(name) => out.write_str(&name_text(name)),
            ScalarKind::Not(inner) => {
                out.write_str("not ")?;
                operand(out, inner, 4)
            }
            ScalarKind::Negate(inner) => {
                out.write_str("-")?;
                operand(out, inner, 8)
            }
            ScalarKind::Binary { operator, left, right } => {
                operand(out, left, operator.precedence())?;
                write!(out, " {} ", operator.symbol())?;
                operand(out, right, operator.precedence() + 1)
            }
            ScalarKind::In { value, list: values } => {
                operand(out, value, 5)?;
                out.write_str(" in (")?;
                list(out, values, |out, value| write!(out, "{value}"))?;
                out.write_str(")")
            }
            ScalarKind::Call { name, arguments } => {
                write!(out, "{name}(")?;
                list(out, arguments, |out, argument| write!(out, "{argument}"))?;
                out.write_str(")")
            }
            ScalarKind::Test(test) => write_test(out, test, WordPlace::Argument),
        }
    }
}

/// In parentheses where it binds less than what stands around it.
fn operand(out: &mut fmt::Formatter<'_>, scalar: &Scalar, least: u8) -> fmt::Result {
    let binds = match &scalar.kind {
        ScalarKind::Binary { operator, .. } => operator.precedence(),
        ScalarKind::Not(_) => BinaryOperator::And.precedence() + 1,
        ScalarKind::In { .. } => BinaryOperator::Equal.precedence(),
        ScalarKind::Negate(_) => 7,
        ScalarKind::Number(text) if text.starts_with('-') => 7,
        _ => 9,
    };
    if binds < least { write!(out, "({scalar})") } else { write!(out, "{scalar}") }
}

/// A name as it is written in an expression: in backticks where it needs them.
fn name_text(name: &str) -> String {
    const KEYWORDS: [&str; 15] = [
        "and", "or", "not", "in", "true", "false", "as", "by", "asc", "desc", "from", "limit", "span",
        "keep", "offset",
    ];
    let plain = name.starts_with(starts_name)
        && name.chars().all(is_name_char)
        && !KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "after" | "before" | "json" | "logfmt" | "left" | "inner"
        );
    if plain { name.to_owned() } else { format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")) }
}

fn list<T>(
    out: &mut fmt::Formatter<'_>,
    items: &[T],
    mut write: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        out.write_str(if index > 0 { ", " } else { "" })?;
        write(out, item)?;
    }
    Ok(())
}

fn write_as(out: &mut fmt::Formatter<'_>, expression: &Scalar, name: Option<&str>) -> fmt::Result {
    write!(out, "{expression}")?;
    name.map_or(Ok(()), |name| write!(out, " as {}", name_text(name)))
}

fn write_aggregate(out: &mut fmt::Formatter<'_>, aggregate: &Aggregate) -> fmt::Result {
    write_as(out, &aggregate.expression, aggregate.name.as_deref())
}

fn write_named(out: &mut fmt::Formatter<'_>, named: &Named) -> fmt::Result {
    write_as(out, &named.expression, named.name.as_deref())
}

fn write_by(out: &mut fmt::Formatter<'_>, by: &[GroupKey]) -> fmt::Result {
    if by.is_empty() {
        return Ok(());
    }
    out.write_str(" by ")?;
    list(out, by, |out, key| write_as(out, &key.expression, key.name.as_deref()))
}

fn write_top(out: &mut fmt::Formatter<'_>, name: &str, top: &TopValues) -> fmt::Result {
    write!(out, "{name} {} ", top.limit)?;
    list(out, &top.fields, write_named)?;
    write_by(out, &top.by)
}
