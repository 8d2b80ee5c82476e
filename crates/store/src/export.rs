//! Whole answers, for files.

use bytes::Bytes;
use click_lite_query::Statement;
use clickhouse::query::Query;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::remote::AnswerBody;
use crate::select::RowStream;
use crate::store::Store;
use crate::user_sql::UserSql;

/// A statement of which all rows are wanted.
#[derive(Debug, Clone)]
pub struct Export {
    pub sql: String,
    /// Names and values as ClickHouse's HTTP interface takes them.
    pub params: Vec<(String, String)>,
    /// Unique among running queries; [`Store::kill`] takes it.
    pub query_id: String,
    /// Names and values of the settings that go with it.
    settings: Vec<(&'static str, String)>,
}

impl Export {
    /// Of a statement that we made; ClickHouse gives it up after so many seconds.
    pub fn of_statement(statement: &Statement, query_id: String, longest_seconds: u64) -> Self {
        let params = statement.params.iter().map(|param| (param.name.clone(), param.http_value())).collect();
        Self { sql: statement.sql.clone(), params, query_id, settings: settings(longest_seconds) }
    }

    /// Of a user's.
    pub fn of_user_sql(statement: UserSql, query_id: String, longest_seconds: u64) -> Self {
        let params = statement.params.into_iter().map(|param| (param.name, param.http_value)).collect();
        let limits = [
            ("limit", statement.rows),
            ("max_rows_to_read", statement.max_rows_read),
            ("max_bytes_to_read", statement.max_bytes_read),
        ];
        let mut settings = settings(longest_seconds);
        settings.extend(limits.into_iter().filter_map(|(name, limit)| Some((name, limit?.to_string()))));
        Self { sql: statement.sql, params, query_id, settings }
    }

    /// What is set for it beside what is set for each query.
    pub(crate) fn settings(&self) -> &[(&'static str, String)] {
        &self.settings
    }

    fn query(&self, connection: &Connection) -> Query {
        let query = connection
            .reader
            .query_raw(&self.sql)
            .with_setting("readonly", "2")
            .with_setting("query_id", &self.query_id)
            .with_setting("output_format_json_quote_64bit_integers", "0");
        let query = self
            .settings
            .iter()
            .fold(query, |query, (name, value)| query.with_setting(*name, value.as_str()));
        self.params
            .iter()
            .fold(query, |query, (name, value)| query.with_setting(format!("param_{name}"), value.as_str()))
    }
}

/// All rows, for so long.
fn settings(longest_seconds: u64) -> Vec<(&'static str, String)> {
    vec![("max_execution_time", longest_seconds.to_string()), ("max_result_rows", "0".to_owned())]
}

/// A file of one of ClickHouse's formats as it comes. Dropping it cancels the query.
pub struct FileStream {
    body: AnswerBody,
}

impl FileStream {
    pub(crate) fn new(body: AnswerBody) -> Self {
        Self { body }
    }

    /// Why a file ended before its end, by its last bytes.
    pub fn failure(tail: &[u8]) -> StoreError {
        let text = String::from_utf8_lossy(tail);
        match text.rfind("Code: ") {
            Some(start) => StoreError::from_exception(text[start..].lines().next().unwrap_or_default()),
            None => StoreError::Unreachable("the answer was cut off".to_owned()),
        }
    }

    /// The next piece; `None` at the end. What fails after the first bytes can stand in the last pieces as a text.
    ///
    /// # Errors
    /// What the network says in the middle of the answer.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        self.body.next().await
    }
}

impl Store {
    /// All rows. Whole numbers of 64 bits are numbers.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn export_rows(&self, export: &Export) -> Result<RowStream, StoreError> {
        RowStream::of(export.query(&*self.connection()?)).await
    }

    /// The answer in a format of ClickHouse's, such as `Parquet`.
    ///
    /// # Errors
    /// As [`Self::export_rows`].
    pub async fn export_file(&self, export: &Export, format: &str) -> Result<FileStream, StoreError> {
        let cursor = export.query(&*self.connection()?).fetch_bytes(format)?;
        Ok(FileStream::new(AnswerBody::Store(Box::new(cursor))))
    }
}
