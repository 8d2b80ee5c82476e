use std::time::Instant;

use click_lite_query::Statement;
use clickhouse::query::Query;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::{AnswerColumn, Line, Lines, Progress};
use crate::connection::Connection;
use crate::error::StoreError;
use crate::remote::{AnswerBody, RowRepair};

/// Most rows of one batch of a stream; memory is bounded by them and by one chunk of the answer.
const BATCH_ROWS: usize = 1000;

/// What goes with a query.
#[derive(Debug, Clone)]
pub struct SelectOptions {
    /// Unique among running queries; [`crate::Store::kill`] takes it.
    pub query_id: String,
}

/// What a query cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueryStats {
    pub rows_read: u64,
    pub bytes_read: u64,
    /// From the request to the last answer seen, as the caller felt it.
    pub elapsed_ms: u64,
}

/// What a stream gives.
#[derive(Debug)]
pub enum RowEvent {
    /// At least one row.
    Rows(Vec<Box<RawValue>>),
    Progress(Progress),
}

/// The answer to a query as it comes. Dropping it closes the connection, upon which ClickHouse cancels the query.
///
/// A row is a JSON object by column: 64-bit integers are strings, times ISO 8601 in UTC with all their digits, maps
/// objects.
pub struct RowStream {
    body: AnswerBody,
    lines: Lines,
    columns: Vec<AnswerColumn>,
    /// For rows that could not be asked for in the form that is wanted.
    repair: Option<RowRepair>,
    /// A line that was read behind the rows of the last event.
    pending: Option<Progress>,
    ended: bool,
    started: Instant,
    stats: QueryStats,
}

impl RowStream {
    /// Sends the statement and waits for the first bytes of the answer, so that what is refused is refused here.
    pub(crate) async fn begin(
        connection: &Connection,
        statement: &Statement,
        options: SelectOptions,
    ) -> Result<Self, StoreError> {
        let mut query =
            connection.reader.query_raw(&statement.sql).with_setting("query_id", options.query_id);
        for param in &statement.params {
            query = query.with_setting(format!("param_{}", param.name), param.http_value());
        }
        Self::of(query).await
    }

    /// Sends a query that is complete.
    pub(crate) async fn of(query: Query) -> Result<Self, StoreError> {
        let started = Instant::now();
        let cursor = query.fetch_bytes("JSONEachRowWithProgress")?;
        Self::read(AnswerBody::Store(Box::new(cursor)), started, None).await
    }

    /// The answer in a body whose request was sent at `started`.
    pub(crate) async fn read(
        body: AnswerBody,
        started: Instant,
        repair: Option<RowRepair>,
    ) -> Result<Self, StoreError> {
        let mut stream = Self {
            body,
            repair,
            lines: Lines::default(),
            columns: Vec::new(),
            pending: None,
            ended: false,
            started,
            stats: QueryStats::default(),
        };
        stream.fill().await?;
        Ok(stream)
    }

    /// The next rows or progress; `None` at the end.
    ///
    /// # Errors
    /// What ClickHouse or the network says in the middle of the answer. The stream has ended then.
    pub async fn next_event(&mut self) -> Result<Option<RowEvent>, StoreError> {
        if let Some(progress) = self.pending.take() {
            return Ok(Some(RowEvent::Progress(progress)));
        }
        let mut rows = Vec::new();
        loop {
            match self.lines.next_line().inspect_err(|_| self.ended = true)? {
                Some(Line::Row(row)) => {
                    rows.push(match self.repair {
                        Some(repair) => repair.apply(row, &self.columns),
                        None => row,
                    });
                    if rows.len() == BATCH_ROWS {
                        return Ok(Some(RowEvent::Rows(rows)));
                    }
                }
                Some(Line::Progress(progress)) => {
                    self.stats.rows_read = progress.rows_read;
                    self.stats.bytes_read = progress.bytes_read;
                    self.stats.elapsed_ms = self.elapsed_ms();
                    if rows.is_empty() {
                        return Ok(Some(RowEvent::Progress(progress)));
                    }
                    self.pending = Some(progress);
                    return Ok(Some(RowEvent::Rows(rows)));
                }
                Some(Line::Columns(columns)) => self.columns = columns,
                Some(Line::Other) => {}
                // What is there is given before more is waited for.
                None if !rows.is_empty() => return Ok(Some(RowEvent::Rows(rows))),
                None if self.ended => return Ok(None),
                None => self.fill().await?,
            }
        }
    }

    /// The next rows, at least one; `None` at the end.
    ///
    /// # Errors
    /// As [`RowStream::next_event`].
    pub async fn next_rows(&mut self) -> Result<Option<Vec<Box<RawValue>>>, StoreError> {
        loop {
            match self.next_event().await? {
                Some(RowEvent::Rows(rows)) => return Ok(Some(rows)),
                Some(RowEvent::Progress(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// Names and types, in order; known with the first row, and at the end.
    pub fn columns(&self) -> &[AnswerColumn] {
        &self.columns
    }

    /// What the query cost so far; at the end, in all.
    pub fn stats(&self) -> QueryStats {
        self.stats
    }

    async fn fill(&mut self) -> Result<(), StoreError> {
        let chunk = self.body.next().await.inspect_err(|_| self.ended = true)?;
        self.stats.elapsed_ms = self.elapsed_ms();
        match chunk {
            Some(chunk) => self.lines.push(&chunk),
            None => {
                self.ended = true;
                self.lines.finish()?;
            }
        }
        Ok(())
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
