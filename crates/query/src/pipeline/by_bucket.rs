//! Time series whose buckets can be computed one by one, so that those of times that are over need not be computed again.

use super::Scope;
use super::stages::OTHER;
use crate::functions::Kind;
use crate::syntax::{Aggregate, PipeKind, Query, Scalar, ScalarKind};

/// Its buckets do not start at multiples of its length since 1970.
const WEEK_MS: u64 = 604_800_000;

/// A time series: each bucket is about its own records alone.
#[derive(Debug, Clone, PartialEq)]
pub struct ByBucket {
    pub width_ms: u64,
    /// Where only the largest series are shown: [`Query::compile_buckets`] gives all of them.
    pub series: Option<Series>,
}

/// Which series of a chart are shown; the others are added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Column with their names.
    pub column: String,
    /// So many, those with the highest first aggregate, then by name.
    pub limit: u64,
    /// How the aggregates of several series or buckets become one, in the order of their columns.
    pub merges: Vec<Merge>,
}

impl Series {
    /// The name of the series that the others become.
    pub const OTHER: &str = OTHER;
}

/// How two values of an aggregate become that of both their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    Sum,
    Least,
    Greatest,
}

impl Scope<'_> {
    /// How the buckets of a query can be computed one by one, if they can.
    pub(super) fn by_bucket(&self, query: &Query) -> Option<ByBucket> {
        let (last, before) = query.pipes.split_last()?;
        let each_row_alone = |kind: &PipeKind| {
            matches!(
                kind,
                PipeKind::Where(_) | PipeKind::Eval(_) | PipeKind::Extract(_) | PipeKind::Rename(_)
            )
        };
        if !before.iter().all(|pipe| each_row_alone(&pipe.kind)) {
            return None;
        }
        let records = Query { filter: query.filter.clone(), pipes: before.to_vec() };
        let rows = self.query(&records).ok()?;
        // A time that was computed says nothing about the records.
        if !rows.is_records || ["time", "Timestamp"].iter().any(|name| rows.column(name).is_some()) {
            return None;
        }
        let (width_ms, series) = match &last.kind {
            PipeKind::Timechart(chart) => {
                let width_ms = match &chart.span {
                    Some(span) => crate::literal::duration_ms(span)?,
                    None => self.fitted_width_ms(),
                };
                let key = chart.by.as_ref().map(|by| self.key(&rows, by)).transpose().ok()?;
                // Levels all have their series.
                let series = match key.filter(|key| key.group.is_none()) {
                    Some(key) if key.value.kind == Kind::Text && !key.value.nullable => Some(Series {
                        column: key.name,
                        limit: chart.limit.max(1),
                        merges: chart.aggregates.iter().map(merge_of).collect::<Option<_>>()?,
                    }),
                    Some(_) => return None,
                    None => None,
                };
                (width_ms, series)
            }
            PipeKind::Stats { by, .. } => {
                let mut buckets = by.iter().filter_map(|key| match &key.expression.kind {
                    ScalarKind::Call { name, arguments } if name.eq_ignore_ascii_case("bucket") => {
                        Some(arguments)
                    }
                    _ => None,
                });
                let (bucket, None) = (buckets.next()?, buckets.next()) else { return None };
                let is_time = |scalar: &Scalar| matches!(&scalar.kind, ScalarKind::Field(name) if name == "time" || name == "Timestamp");
                let width_ms = match bucket.as_slice() {
                    [time] if is_time(time) => self.fitted_width_ms(),
                    [time, Scalar { kind: ScalarKind::Number(width), .. }] if is_time(time) => {
                        crate::literal::duration_ms(width)?
                    }
                    _ => return None,
                };
                (width_ms, None)
            }
            _ => return None,
        };
        (width_ms != WEEK_MS && width_ms > 0).then_some(ByBucket { width_ms, series })
    }
}

impl Merge {
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Least => "min",
            Self::Greatest => "max",
        }
    }
}

/// How an aggregate of parts becomes that of the whole, `None` where its value does not say enough.
pub(super) fn merge_of(aggregate: &Aggregate) -> Option<Merge> {
    let ScalarKind::Call { name, .. } = &aggregate.expression.kind else { return None };
    match name.to_ascii_lowercase().as_str() {
        "count" | "countif" | "sum" | "rate" => Some(Merge::Sum),
        "min" => Some(Merge::Least),
        "max" => Some(Merge::Greatest),
        _ => None,
    }
}
