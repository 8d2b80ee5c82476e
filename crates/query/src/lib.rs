//! The search language: text to syntax tree, to checked condition, to parameterised ClickHouse SQL.
//!
//! ```
//! use click_lite_query::{Compiler, Dialect, SearchOptions, TimeRange, parse};
//!
//! let now_ns = 1_763_626_530_000_000_000;
//! let parsed = parse("timeout level:>=warn")?;
//! let condition = parsed.query.check(now_ns)?;
//! let range = TimeRange::parse(Some("now-15m"), None, now_ns)?;
//! let dialect = Dialect::default();
//! let options = SearchOptions { limit: 100, ..SearchOptions::default() };
//! let statement = Compiler::new(&dialect, &condition, range).search(&options)?;
//! assert!(statement.sql.contains("hasAllTokens(Body, {p1:String})"));
//! # Ok::<(), click_lite_query::QueryError>(())
//! ```
//!
//! The language is described in `docs/search-language.md`. Nothing in here does I/O. What a user wrote never gets into
//! the text of a statement other than as a bound parameter, but for names of result columns, which are quoted.

mod attribute_columns;
mod check;
mod completion;
mod condition;
mod cursor;
mod dashboards;
mod dialect;
mod error;
mod facets;
mod field;
mod field_stats;
mod filter;
mod functions;
mod highlight;
mod hints;
mod lexer;
mod literal;
mod map_reads;
pub mod mapping;
mod matcher;
mod neighbours;
mod network;
mod parser;
mod pipeline;
mod pipes;
mod placeholders;
mod plan;
mod print;
mod rollup;
mod sql;
pub mod syntax;
mod tail;
pub mod templates;
mod text;
mod time_range;
mod trace;
pub mod user_sql;

pub use attribute_columns::{AttributeColumn, AttributeColumns, ColumnKind};
pub use completion::{
    CompletionContext, CompletionItem, CompletionKind, ItemKind, Signature, column_text, complete,
};
pub use condition::{Comparison, Condition, Predicate, Test, Unit};
pub use cursor::Cursor;
pub use dashboards::DASHBOARD_TEMPLATES;
pub use dialect::{Dialect, ItemsIndex};
pub use error::{ErrorKind, QueryError, Span};
pub use facets::{FieldValues, TOP_VALUES};
pub use field::{COLUMNS, Field, SHORT_NAMES, nearest_name};
pub use field_stats::{FieldSample, QUANTILES};
pub use highlight::{Highlight, HighlightKind, highlight_terms};
pub use map_reads::{MapRead, map_reads};
pub use matcher::Matcher;
pub use network::Network;
pub use parser::{Hint, MAX_CHARACTERS, MAX_DEPTH, MAX_PIPES, MAX_SUBQUERIES, MAX_TERMS, Parsed, parse};
pub use pipeline::{ByBucket, Merge, PipeOptions, Piped, Series, Shape};
pub use placeholders::Filling;
pub use plan::{Compiler, MAX_ROWS, SearchOptions};
pub use print::{quote_field, quote_value};
pub use sql::{Param, ParamType, Statement, string_literal};
pub use tail::Stretch;
pub use text::TextMatch;
pub use time_range::{TimePoint, TimeRange, bucket_width_ms, parse_time};
pub use trace::{MAX_SPANS, trace_spans};

#[cfg(test)]
mod tests;
