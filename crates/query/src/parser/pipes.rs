//! What stands after `|`.

use super::scalar::did_you_mean;
use super::{MAX_PIPES, MAX_SUBQUERIES, Parser};
use crate::functions;
use crate::literal;
use crate::pipes;
use crate::syntax::{
    Aggregate, Extraction, ExtractionKind, GroupKey, Join, Named, Pipe, PipeKind, Query, Sample, Scalar,
    ScalarKind, SortKey, Timechart, TopValues,
};
use crate::{ErrorKind, QueryError, Span};

const TOP_ROWS: u64 = 10;
const CHART_SERIES: u64 = 10;
const CONTEXT_ROWS: u64 = 5;
const PATTERNS: u64 = 100;

impl Parser {
    /// The pipes up to the end or the parenthesis that ends a query in a query.
    pub(super) fn pipes(&mut self, depth: usize) -> Result<Vec<Pipe>, QueryError> {
        let mut pipes = Vec::new();
        loop {
            self.lexer.skip_space();
            if self.lexer.peek() != Some('|') {
                return Ok(pipes);
            }
            self.pipes_read += 1;
            if self.pipes_read > MAX_PIPES {
                return Err(QueryError::new(
                    ErrorKind::Limit,
                    self.lexer.span_here(),
                    format!("the query has more than {MAX_PIPES} pipes"),
                ));
            }
            let bar = self.lexer.span_here();
            self.lexer.advance(1);
            pipes.push(self.pipe(bar, depth)?);
        }
    }

    fn pipe(&mut self, bar: Span, depth: usize) -> Result<Pipe, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let name = self.lexer.take_while(|next| next.is_alphanumeric() || next == '_');
        let known = pipes::NAMES.iter().map(|pipe| pipe.name);
        if name.is_empty() {
            let span = if self.lexer.peek().is_none() { bar } else { self.lexer.span_here() };
            let names: Vec<&str> = known.collect();
            return Err(QueryError::syntax(span, "the name of a pipe is missing after |")
                .expect(&names)
                .hint("quote it to search for the character: \"|\""));
        }
        let kind = match name.to_ascii_lowercase().as_str() {
            "stats" => self.stats(depth)?,
            "timechart" => PipeKind::Timechart(self.timechart(depth)?),
            "top" => PipeKind::Top(self.top(depth)?),
            "rare" => PipeKind::Rare(self.top(depth)?),
            "fields" => self.fields(depth)?,
            "sort" => self.sort(depth)?,
            "limit" | "head" => self.limit()?,
            "where" => PipeKind::Where(self.scalar(depth)?),
            "eval" => PipeKind::Eval(self.assignments(depth)?),
            "rename" => PipeKind::Rename(self.renamed(depth)?),
            "dedup" => self.dedup(depth)?,
            "sample" => PipeKind::Sample(self.sample()?),
            "extract" => PipeKind::Extract(self.extract(depth)?),
            "join" => self.join(depth)?,
            "union" => PipeKind::Union(Box::new(self.subquery(depth)?)),
            "context" => self.context(depth)?,
            "facets" => self.facets(depth)?,
            "patterns" => PipeKind::Patterns {
                limit: self.number_if_any()?.unwrap_or(PATTERNS),
                from: self.source_column(depth)?,
            },
            "compare" => PipeKind::Compare { earlier: self.duration()? },
            _ => {
                let span = self.lexer.span_from(start);
                let mut error = QueryError::syntax(span, format!("there is no pipe {name}"));
                let names: Vec<&str> = known.clone().collect();
                error = error.expect(&names);
                return Err(match did_you_mean(&name.to_ascii_lowercase(), known) {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        };
        let span = self.lexer.span_from(start);
        self.lexer.skip_space();
        if !matches!(self.lexer.peek(), None | Some('|' | ')')) {
            let here = self.lexer.position();
            let word =
                self.lexer.take_while(|next| !next.is_whitespace() && !matches!(next, '|' | '(' | ')' | ','));
            let span = if word.is_empty() { self.lexer.span_here() } else { self.lexer.span_from(here) };
            let usage = pipes::NAMES.iter().find(|pipe| pipe.name.eq_ignore_ascii_case(&name));
            let error =
                QueryError::syntax(span, format!("this does not belong to {name}")).expect(&["|", ","]);
            return Err(match usage {
                Some(pipe) => error.hint(format!("it is written: {}", pipe.usage)),
                None => error,
            });
        }
        Ok(Pipe { kind, span })
    }

    fn stats(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        let aggregates = self.aggregates(depth)?;
        Ok(PipeKind::Stats { aggregates, by: self.by(depth)? })
    }

    fn aggregates(&mut self, depth: usize) -> Result<Vec<Aggregate>, QueryError> {
        self.list(|parser| {
            let expression = parser.scalar(depth)?;
            if !functions::has_aggregate(&expression) {
                let error = QueryError::syntax(expression.span, "an aggregate is missing here").expect(&[
                    "count()",
                    "sum(field)",
                    "avg(field)",
                    "p95(field)",
                    "uniq(field)",
                ]);
                return Err(match &expression.kind {
                    ScalarKind::Field(name) | ScalarKind::Call { name, .. } => {
                        match did_you_mean(name, functions::AGGREGATES.iter().map(|known| known.name)) {
                            Some(hint) => error.hint(hint),
                            None => error,
                        }
                    }
                    _ => error,
                });
            }
            Ok(Aggregate { expression, name: parser.alias()? })
        })
    }

    /// `by a, bucket(time, 5m) as t`
    fn by(&mut self, depth: usize) -> Result<Vec<GroupKey>, QueryError> {
        self.lexer.skip_space();
        if !self.lexer.take_word_ignoring_case("by") {
            return Ok(Vec::new());
        }
        self.list(|parser| parser.key(depth))
    }

    fn key(&mut self, depth: usize) -> Result<GroupKey, QueryError> {
        Ok(GroupKey { expression: self.column(depth)?, name: self.alias()? })
    }

    fn timechart(&mut self, depth: usize) -> Result<Timechart, QueryError> {
        self.lexer.skip_space();
        let named = self.lexer.take_word_ignoring_case("span");
        self.lexer.skip_space();
        if named && self.lexer.peek() == Some('=') {
            self.lexer.advance(1);
            self.lexer.skip_space();
        }
        let digit = self.lexer.peek().is_some_and(|next| next.is_ascii_digit());
        let span = if named || digit { Some(self.duration()?) } else { None };
        let aggregates = self.aggregates(depth)?;
        self.lexer.skip_space();
        let by = if self.lexer.take_word_ignoring_case("by") { Some(self.key(depth)?) } else { None };
        let limit = self.after_word("limit")?.unwrap_or(CHART_SERIES);
        Ok(Timechart { span, aggregates, by, limit })
    }

    fn top(&mut self, depth: usize) -> Result<TopValues, QueryError> {
        let limit = self.number_if_any()?.unwrap_or(TOP_ROWS);
        let fields =
            self.list(|parser| Ok(Named { expression: parser.column(depth)?, name: parser.alias()? }))?;
        Ok(TopValues { limit, fields, by: self.by(depth)? })
    }

    fn fields(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        self.lexer.skip_space();
        if self.lexer.peek() == Some('-') {
            self.lexer.advance(1);
            return Ok(PipeKind::Without(self.list(|parser| parser.column(depth))?));
        }
        let named =
            self.list(|parser| Ok(Named { expression: parser.column(depth)?, name: parser.alias()? }))?;
        Ok(PipeKind::Fields(named))
    }

    fn sort(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        self.lexer.skip_space();
        self.lexer.take_word_ignoring_case("by");
        let keys = self.list(|parser| {
            parser.lexer.skip_space();
            let minus = parser.lexer.peek() == Some('-');
            if minus {
                parser.lexer.advance(1);
            }
            let expression = parser.column(depth)?;
            parser.lexer.skip_space();
            let word = parser.lexer.take_word_ignoring_case("desc");
            if !word {
                parser.lexer.take_word_ignoring_case("asc");
            }
            Ok(SortKey { expression, descending: minus || word })
        })?;
        Ok(PipeKind::Sort(keys))
    }

    fn limit(&mut self) -> Result<PipeKind, QueryError> {
        let rows = self.count("how many rows")?;
        Ok(PipeKind::Limit { rows, offset: self.after_word("offset")?.unwrap_or(0) })
    }

    fn assignments(&mut self, depth: usize) -> Result<Vec<Named>, QueryError> {
        self.list(|parser| {
            let name = parser.name()?;
            parser.lexer.skip_space();
            if parser.lexer.peek() != Some('=') || parser.lexer.peek_at(1) == Some('=') {
                return Err(QueryError::syntax(
                    parser.lexer.span_here(),
                    format!("= is missing after {name}"),
                )
                .expect(&["="])
                .hint("eval is written: eval name = expression"));
            }
            parser.lexer.advance(1);
            Ok(Named { expression: parser.scalar(depth)?, name: Some(name) })
        })
    }

    fn renamed(&mut self, depth: usize) -> Result<Vec<Named>, QueryError> {
        self.list(|parser| {
            let expression = parser.column(depth)?;
            let Some(name) = parser.alias()? else {
                return Err(QueryError::syntax(parser.lexer.span_here(), "as is missing here")
                    .expect(&["as"])
                    .hint("rename is written: rename old as new"));
            };
            Ok(Named { expression, name: Some(name) })
        })
    }

    fn dedup(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        let fields = self.list(|parser| parser.column(depth))?;
        Ok(PipeKind::Dedup { fields, keep: self.after_word("keep")?.unwrap_or(1) })
    }

    /// `sample 1000` is so many rows, `sample 1%` a share.
    fn sample(&mut self) -> Result<Sample, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let text = self.lexer.take_while(|next| next.is_ascii_digit() || next == '.');
        let percent = self.lexer.peek() == Some('%');
        if percent {
            self.lexer.advance(1);
        }
        let wrong = |span: Span| {
            QueryError::syntax(span, "sample takes a number of rows or a share in percent")
                .expect(&["1000", "1%"])
        };
        let span = self.lexer.span_from(start);
        if !percent {
            return match text.parse::<u64>() {
                Ok(rows) if rows > 0 => Ok(Sample::Rows(rows)),
                _ => Err(wrong(span)),
            };
        }
        match literal::number(&text) {
            Some(share) if (0.01..=100.0).contains(&share) => {
                // At most 10,000, so the number is exact.
                Ok(Sample::TenThousandths((share * 100.0).round() as u64))
            }
            _ => Err(wrong(span).hint("the smallest share is 0.01%")),
        }
    }

    fn extract(&mut self, depth: usize) -> Result<Extraction, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let how = match self.lexer.peek() {
            Some(mark @ ('"' | '\'')) => ExtractionKind::Pattern(self.lexer.take_quoted(mark)?),
            Some('/') => match self.lexer.take_regex() {
                Some(regex) => ExtractionKind::Regex(regex),
                None => {
                    return Err(QueryError::syntax(
                        self.lexer.span_here(),
                        "the regular expression is never closed",
                    )
                    .expect(&["/"]));
                }
            },
            _ if self.lexer.take_word_ignoring_case("json") => ExtractionKind::Json(self.paths()?),
            _ if self.lexer.take_word_ignoring_case("logfmt") => ExtractionKind::Logfmt(self.paths()?),
            _ => {
                return Err(QueryError::syntax(self.lexer.span_from(start), "extract has to be told how")
                    .expect(&[
                        "\"a <pattern>\"",
                        "/a (?P<regular>expression)/",
                        "json a.b, c",
                        "logfmt a, b",
                    ]));
            }
        };
        Ok(Extraction { how, from: self.source_column(depth)? })
    }

    /// `from message`, if it is there.
    fn source_column(&mut self, depth: usize) -> Result<Option<Scalar>, QueryError> {
        self.lexer.skip_space();
        if self.lexer.take_word_ignoring_case("from") { self.column(depth).map(Some) } else { Ok(None) }
    }

    /// Names inside a text: `user.id as user, status`.
    fn paths(&mut self) -> Result<Vec<Named>, QueryError> {
        self.list(|parser| {
            parser.lexer.skip_space();
            let start = parser.lexer.position();
            let path = parser.name()?;
            let span = parser.lexer.span_from(start);
            let expression = Scalar::new(ScalarKind::Field(path), span);
            Ok(Named { expression, name: parser.alias()? })
        })
    }

    fn join(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        self.lexer.skip_space();
        let left = self.lexer.take_word_ignoring_case("left");
        if !left {
            self.lexer.take_word_ignoring_case("inner");
        }
        self.lexer.skip_space();
        if !self.lexer.take_word_ignoring_case("by") {
            return Err(QueryError::syntax(self.lexer.span_here(), "join has to be told by which fields")
                .expect(&["by"])
                .hint("join is written: join by trace_id (level:error | stats count() by trace_id)"));
        }
        let by = self.list(|parser| parser.column(depth))?;
        Ok(PipeKind::Join(Join { left, by, query: Box::new(self.subquery(depth)?) }))
    }

    /// `(query)`
    fn subquery(&mut self, depth: usize) -> Result<Query, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        if self.lexer.peek() != Some('(') {
            return Err(QueryError::syntax(
                self.lexer.span_here(),
                "a search in parentheses is missing here",
            )
            .expect(&["("]));
        }
        if self.subqueries >= MAX_SUBQUERIES {
            return Err(QueryError::new(
                ErrorKind::Limit,
                self.lexer.span_here(),
                format!("the query holds more than {MAX_SUBQUERIES} other searches"),
            ));
        }
        self.subqueries += 1;
        self.lexer.advance(1);
        let query = self.query(depth + 1)?;
        if self.lexer.peek() != Some(')') {
            return Err(QueryError::syntax(Span::new(start, start + 1), "this parenthesis is never closed")
                .expect(&[")"]));
        }
        self.lexer.advance(1);
        Ok(query)
    }

    fn context(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        let both = self.number_if_any()?.unwrap_or(CONTEXT_ROWS);
        let before = self.after_word("before")?;
        let after = self.after_word("after")?;
        let (before, after) = match (before, after) {
            (None, None) => (both, both),
            (before, after) => (before.unwrap_or(0), after.unwrap_or(0)),
        };
        self.lexer.skip_space();
        let by = if self.lexer.take_word_ignoring_case("by") {
            self.list(|parser| parser.column(depth))?
        } else {
            Vec::new()
        };
        Ok(PipeKind::Context { before, after, by })
    }

    fn facets(&mut self, depth: usize) -> Result<PipeKind, QueryError> {
        let values = self.number_if_any()?.unwrap_or(TOP_ROWS);
        self.lexer.skip_space();
        let fields = if matches!(self.lexer.peek(), None | Some('|' | ')')) {
            Vec::new()
        } else {
            self.list(|parser| parser.column(depth))?
        };
        Ok(PipeKind::Facets { values, fields })
    }

    /// `a, b, c`: at least one.
    fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, QueryError>,
    ) -> Result<Vec<T>, QueryError> {
        let mut items = Vec::new();
        loop {
            items.push(read(self)?);
            self.lexer.skip_space();
            if self.lexer.peek() != Some(',') {
                return Ok(items);
            }
            self.lexer.advance(1);
        }
    }

    /// `as name`, if it is there.
    fn alias(&mut self) -> Result<Option<String>, QueryError> {
        self.lexer.skip_space();
        if self.lexer.take_word_ignoring_case("as") { self.name().map(Some) } else { Ok(None) }
    }

    /// A name that a column gets.
    fn name(&mut self) -> Result<String, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let name = match self.lexer.peek() {
            Some(mark @ ('"' | '`')) => self.lexer.take_quoted(mark)?,
            _ => self
                .lexer
                .take_while(|next| next.is_alphanumeric() || matches!(next, '_' | '.' | '-' | '@' | '$')),
        };
        let span = if name.is_empty() { self.lexer.span_here() } else { self.lexer.span_from(start) };
        if name.is_empty() {
            return Err(QueryError::syntax(span, "a name is missing here").expect(&["a name"]));
        }
        pipes::check_name(&name, span)?;
        Ok(name)
    }

    fn count(&mut self, what: &str) -> Result<u64, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let text = self.lexer.take_while(|next| next.is_ascii_digit());
        let span = if text.is_empty() { self.lexer.span_here() } else { self.lexer.span_from(start) };
        text.parse::<u64>().ok().filter(|number| *number <= pipes::MAX_COUNT).ok_or_else(|| {
            QueryError::syntax(span, format!("a whole number is missing here: {what}"))
                .expect(&["a whole number"])
                .hint(format!("at most {}", pipes::MAX_COUNT))
        })
    }

    fn number_if_any(&mut self) -> Result<Option<u64>, QueryError> {
        self.lexer.skip_space();
        if self.lexer.peek().is_some_and(|next| next.is_ascii_digit()) {
            return self.count("how many").map(Some);
        }
        Ok(None)
    }

    /// The number after a word, if the word is there.
    fn after_word(&mut self, word: &str) -> Result<Option<u64>, QueryError> {
        self.lexer.skip_space();
        if self.lexer.take_word_ignoring_case(word) { self.count("how many").map(Some) } else { Ok(None) }
    }

    /// A length of time as it is written.
    fn duration(&mut self) -> Result<String, QueryError> {
        self.lexer.skip_space();
        let start = self.lexer.position();
        let text = self.lexer.take_while(|next| next.is_alphanumeric() || next == '.');
        let span = if text.is_empty() { self.lexer.span_here() } else { self.lexer.span_from(start) };
        if literal::duration_ms(&text).is_none() {
            return Err(QueryError::syntax(span, "a length of time is missing here")
                .expect(&["30s", "5m", "1h", "1d"])
                .hint("units are ms s m h d w"));
        }
        Ok(text)
    }
}
