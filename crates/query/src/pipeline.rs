//! Pipes to one statement.
//!
//! Rows start as those of the table under the filter. Each pipe changes what will be selected of them; where SQL can't
//! say two things in one SELECT, what there is becomes a query in the FROM of the next one. Expressions are never named
//! inside the SELECT that holds them, so no name that a user gives can change what another expression means.

mod aggregate;
mod by_bucket;
mod call;
mod combine;
mod expression;
mod extract;
mod facets;
mod patterns;
mod rows;
mod stages;
mod value;

use serde::Serialize;

use crate::dialect::{Dialect, Reading};
use crate::plan::{Compiler, MAX_ROWS};
use crate::sql::{SqlText, Statement};
use crate::syntax::{Pipe, PipeKind, Query, Scalar, ScalarKind};
use crate::{Condition, ErrorKind, QueryError, Span, TimeRange};

pub use by_bucket::{ByBucket, Merge, Series};
pub(crate) use call::is_there;
use rows::Rows;
pub(crate) use value::Value;

/// Records of an answer where nothing else is said.
const USUAL_RECORDS: u32 = 100;

/// What the rows of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Whole log records, perhaps with columns added to them.
    Records,
    Table,
    /// A table whose first column, `time`, is the start of a bucket.
    TimeSeries,
}

/// A query with pipes, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Piped {
    pub statement: Statement,
    pub shape: Shape,
    /// Width of the buckets of a time series.
    pub bucket_seconds: Option<f64>,
    /// Most rows to show: the statement gives one more where there are more.
    pub limit: u32,
    /// Of a time series.
    pub by_bucket: Option<ByBucket>,
}

/// What [`Query::compile`] needs to know beside the query.
#[derive(Debug, Clone, Copy)]
pub struct PipeOptions<'a> {
    pub dialect: &'a Dialect,
    pub range: TimeRange,
    /// The time that relative times count from.
    pub now_ns: i64,
    /// Most rows, at most [`MAX_ROWS`]; unless said 100 records, or so many rows of a table.
    pub limit: Option<u32>,
    /// Of records, as in [`crate::SearchOptions`].
    pub columns: Option<&'a [String]>,
    /// All rows, but for `limit` and what the pipes say: for files.
    pub is_whole: bool,
}

impl Query {
    /// The filter and the pipes as one statement.
    ///
    /// # Errors
    /// As [`Query::check`], and `query.type` for an expression that makes no sense or a name that is not there, with
    /// the position in the text.
    pub fn compile(&self, options: &PipeOptions<'_>) -> Result<Piped, QueryError> {
        let scope = Scope {
            dialect: options.dialect,
            plain: options.dialect.without_indexes(),
            range: options.range,
            now_ns: options.now_ns,
            fitted_width_ms: None,
            every_series: false,
        };
        let mut piped = scope.query(self)?.finish(options)?;
        if piped.shape == Shape::TimeSeries {
            piped.by_bucket = scope.by_bucket(self);
        }
        Ok(piped)
    }

    /// The part of a time series that lies in the range of `options`, with all its series.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn compile_buckets(&self, options: &PipeOptions<'_>, of: &ByBucket) -> Result<Piped, QueryError> {
        let scope = Scope {
            dialect: options.dialect,
            plain: options.dialect.without_indexes(),
            range: options.range,
            now_ns: options.now_ns,
            fitted_width_ms: Some(of.width_ms),
            every_series: of.series.is_some(),
        };
        scope.query(self)?.finish(options)
    }

    /// The columns that the pipes leave; `None` where the rows are whole records, or make no sense.
    pub fn column_names(&self) -> Option<Vec<String>> {
        let dialect = Dialect::default();
        let scope = Scope {
            dialect: &dialect,
            plain: dialect.without_indexes(),
            range: TimeRange::ALL,
            now_ns: 0,
            fitted_width_ms: None,
            every_series: false,
        };
        let rows = scope.query(self).ok()?;
        (!rows.is_records).then(|| rows.columns.into_iter().map(|column| column.name).collect())
    }

    /// Whether rows of an earlier time than the range are read.
    pub fn compares(&self) -> bool {
        self.pipes.iter().any(|pipe| match &pipe.kind {
            PipeKind::Compare { .. } => true,
            PipeKind::Join(join) => join.query.compares(),
            PipeKind::Union(query) => query.compares(),
            _ => false,
        })
    }

    /// Whether a pipe fits the width of its buckets to the time range, so that both ends of it must be known.
    pub fn fits_buckets(&self) -> bool {
        self.pipes.iter().any(|pipe| match &pipe.kind {
            PipeKind::Timechart(chart) => chart.span.is_none(),
            PipeKind::Stats { by, .. } => by.iter().any(|key| is_fitted(&key.expression)),
            PipeKind::Eval(named) => named.iter().any(|named| is_fitted(&named.expression)),
            PipeKind::Join(join) => join.query.fits_buckets(),
            PipeKind::Union(query) => query.fits_buckets(),
            _ => false,
        })
    }
}

fn is_fitted(scalar: &Scalar) -> bool {
    matches!(&scalar.kind, ScalarKind::Call { name, arguments } if name == "bucket" && arguments.len() < 2)
}

/// What every stage of one query reads and counts from.
struct Scope<'a> {
    dialect: &'a Dialect,
    /// For conditions outside of the `WHERE` of the table.
    plain: Dialect,
    range: TimeRange,
    now_ns: i64,
    /// Width of the buckets that fit the range, where it is another one that they fit.
    fitted_width_ms: Option<u64>,
    /// The smaller series of a chart are not added up.
    every_series: bool,
}

impl Scope<'_> {
    /// For conditions outside of the `WHERE` of the table.
    fn plain_reading(&self) -> Reading<'_> {
        Reading { dialect: &self.plain, range: self.range }
    }

    fn query(&self, query: &Query) -> Result<Rows, QueryError> {
        let mut source = Source { condition: query.check(self.now_ns)?, rest: Vec::new() };
        // Conditions right behind the filter are a part of it, so that the indexes serve them.
        let mut pipes = query.pipes.as_slice();
        while let Some((Pipe { kind: PipeKind::Where(scalar), .. }, behind)) = pipes.split_first() {
            for part in expression::conjuncts(scalar) {
                match expression::as_filter(part) {
                    Some(more) => source.condition = source.condition.and(more.check(self.now_ns)?),
                    None => source.rest.push(part),
                }
            }
            pipes = behind;
        }
        self.stages(&source, pipes)
    }

    fn stages(&self, source: &Source<'_>, pipes: &[Pipe]) -> Result<Rows, QueryError> {
        let mut rows = self.records(&source.condition);
        for scalar in &source.rest {
            let condition = self.row_expressions(&rows).condition(scalar)?;
            rows.add_condition(condition);
        }
        for (index, pipe) in pipes.iter().enumerate() {
            rows = match &pipe.kind {
                PipeKind::Compare { earlier } => {
                    self.compare(rows, source, pipes.get(..index).unwrap_or_default(), earlier, pipe.span)?
                }
                _ => {
                    let behind = pipes.get(index + 1..).unwrap_or_default();
                    self.stage(rows, &source.condition, pipe, behind)?
                }
            };
        }
        Ok(rows)
    }

    /// The records of the table under a condition.
    fn records(&self, condition: &Condition) -> Rows {
        let mut from = SqlText::default();
        from.text(&self.dialect.table);
        let conditions = Compiler::new(self.dialect, condition, self.range).conditions();
        Rows::of_table(from, conditions, self.dialect)
    }
}

/// Where the rows of a query come from.
struct Source<'q> {
    condition: Condition,
    /// Conditions of the filter that only an expression can say.
    rest: Vec<&'q Scalar>,
}

fn wrong_type(span: Span, message: impl Into<String>) -> QueryError {
    QueryError::new(ErrorKind::Type, span, message)
}

/// Rows that an answer may hold.
fn row_limit(options: &PipeOptions<'_>, is_records: bool) -> u32 {
    if options.is_whole {
        return options.limit.unwrap_or(u32::MAX - 1).max(1);
    }
    options.limit.unwrap_or(if is_records { USUAL_RECORDS } else { MAX_ROWS }).clamp(1, MAX_ROWS)
}
