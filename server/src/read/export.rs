//! `POST /api/v1/exports`: all rows of a question as a file.

mod cells;
mod text;
mod workbook;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use click_lite_model::time::format_rfc3339;
use click_lite_store::{Export, FileStream, Remote, RowStream, StoreError, UserSql};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::run::{Asked, QueryKind, Run};
use super::search::checked_query_id;
use super::sql::{BudgetRequest, PreparedSql, SqlRequest, admit_statement, ask_budget};
use super::{Prepared, Scope, query_error, read_error};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::pipeline::EXPORT_BATCHES;
use text::TextWriter;
use workbook::{About, Batch};

/// Columns of records, as the search language calls them, where none are asked for.
const USUAL_COLUMNS: [&str; 9] = [
    "time",
    "level",
    "service",
    "host",
    "message",
    "trace_id",
    "span_id",
    "LogAttributes",
    "ResourceAttributes",
];
/// Columns of ours that say nothing to a reader, unless they are asked for.
const HIDDEN: [&str; 1] = ["IngestId"];
/// Bytes that are read of a finished file at once.
pub const CHUNK_BYTES: usize = 256 * 1024;
/// Longest name of a file in bytes, without its ending and what else is added: file systems take 255.
const LONGEST_NAME: usize = 180;
/// Header that says of a file which has only the first rows how many.
const FIRST_ROWS: &str = "x-first-rows";
/// How a Parquet file begins and ends.
const PARQUET_MARK: &[u8; 4] = b"PAR1";
/// The end of a file, where the reason stands why there is no more of it.
const TAIL_BYTES: u64 = 16 * 1024;

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ExportFormat)]
pub enum Format {
    /// RFC 4180, UTF-8, with a line of names.
    Csv,
    /// An Excel workbook: the rows (at most 1,048,575), what was asked, and a chart where they are a series. Times are UTC.
    Xlsx,
    Parquet,
    /// A JSON object in each line.
    Ndjson,
}

impl Format {
    /// Of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
        }
    }

    pub fn of_ending(ending: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Parquet, Self::Ndjson]
            .into_iter()
            .find(|format| format.ending() == ending)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// A question whose whole answer is wanted: `query` of the search language, or `sql`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct ExportQuestion {
    /// A text of the search language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// A ClickHouse statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    pub format: Format,
    /// RFC 3339 or relative (`now-15m`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Values of the statement's parameters.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Of records: names as in the search language. Unless said: time, level, service, host, message, ids and attributes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Most rows; all unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A question, and how its file is made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportRequest {
    #[serde(flatten)]
    pub what: ExportQuestion,
    /// Of the file, without its ending.
    #[serde(default)]
    pub name: Option<String>,
    /// Chosen by the caller, to cancel it by.
    #[serde(default)]
    pub query_id: Option<String>,
    /// What a search with pipes or a statement may cost.
    #[serde(default)]
    pub budget: BudgetRequest,
    /// Who asks, such as the id of a page: those who wait for ClickHouse take turns by it.
    #[serde(default)]
    pub group: Option<String>,
}

/// A question that was understood.
struct Question {
    export: Export,
    asker: Asker,
    /// As it can be run in any ClickHouse client.
    shown_sql: String,
    /// Columns that the file has not.
    hidden: &'static [&'static str],
}

/// Whose question it is: errors are told in its words.
enum Asker {
    Search(Box<Prepared>),
    Sql(Box<PreparedSql>),
}

impl Question {
    async fn new(app: &App, request: &ExportRequest, query_id: &str) -> Result<Self, ApiError> {
        match (&request.what.query, &request.what.sql) {
            (Some(query), None) => Self::of_search(app, request, query, query_id).await,
            (None, Some(sql)) => Self::of_sql(app, request, sql, query_id).await,
            _ => Err(ApiError::bad_request("export.question", "send either `query` or `sql`")),
        }
    }

    async fn of_search(
        app: &App,
        request: &ExportRequest,
        query: &str,
        query_id: &str,
    ) -> Result<Self, ApiError> {
        let scope = Scope {
            query: query.to_owned(),
            from: request.what.from.clone(),
            to: request.what.to.clone(),
            source: request.what.source.clone(),
            group: request.group.clone(),
        };
        let prepared = Prepared::new(app, &scope).await?;
        let columns = request.what.columns.clone().filter(|columns| !columns.is_empty());
        let is_asked_for = columns
            .as_ref()
            .is_some_and(|columns| columns.iter().any(|name| HIDDEN.contains(&name.as_str())));
        let mut hidden: &'static [&'static str] = if is_asked_for { &[] } else { &HIDDEN };
        let statement = if prepared.parsed.query.pipes.is_empty() {
            hidden = &[];
            let columns = columns.unwrap_or_else(|| USUAL_COLUMNS.map(str::to_owned).to_vec());
            let limit = request.what.limit.map(u64::from);
            prepared.compiler().export(&columns, limit).map_err(|error| query_error(&error))?
        } else {
            let caller = prepared.caller(QueryKind::Export, request.group.as_deref());
            let piped = prepared.compiled(app, request.what.limit, columns.as_deref(), true, caller).await?;
            admit_statement(app, &piped.statement, prepared.source.as_deref(), request.budget.confirmed)
                .await?;
            piped.statement
        };
        Ok(Self {
            export: Export::of_statement(&statement, query_id.to_owned(), app.config.query.export_seconds()),
            asker: Asker::Search(Box::new(prepared)),
            shown_sql: statement.display_sql,
            hidden,
        })
    }

    async fn of_sql(app: &App, request: &ExportRequest, sql: &str, query_id: &str) -> Result<Self, ApiError> {
        let asked = SqlRequest {
            sql: sql.to_owned(),
            params: request.what.params.clone(),
            from: request.what.from.clone(),
            to: request.what.to.clone(),
            source: request.what.source.clone(),
            ..SqlRequest::default()
        };
        let prepared = PreparedSql::new(app, &asked).await?;
        ask_budget(app, &prepared, request.budget.confirmed).await?;
        let limit = |limit: u64| Some(limit).filter(|limit| *limit > 0);
        let statement = UserSql {
            sql: prepared.sql.clone(),
            params: prepared.params.clone(),
            rows: request.what.limit.map(u64::from).filter(|_| prepared.is_select()),
            max_rows_read: limit(app.config.budget.refuse_rows),
            max_bytes_read: limit(app.config.budget.refuse_bytes),
        };
        Ok(Self {
            export: Export::of_user_sql(statement, query_id.to_owned(), app.config.query.export_seconds()),
            shown_sql: prepared.sql.clone(),
            asker: Asker::Sql(Box::new(prepared)),
            hidden: &[],
        })
    }

    /// The server that runs it, where that is another's.
    fn remote(&self) -> Option<Arc<Remote>> {
        match &self.asker {
            Asker::Search(prepared) => prepared.source.as_ref().map(|source| Arc::clone(&source.remote)),
            Asker::Sql(prepared) => prepared.server.as_ref().map(|(_, remote)| Arc::clone(remote)),
        }
    }

    async fn error(&self, app: &App, error: &StoreError) -> ApiError {
        match &self.asker {
            Asker::Search(prepared) => read_error(app, prepared.source.as_deref(), error),
            Asker::Sql(prepared) => prepared.error(app, 0, error).await,
        }
    }

    fn asked<'a>(&'a self, request: &'a ExportRequest) -> Asked<'a> {
        Asked {
            id: self.export.query_id.clone(),
            kind: QueryKind::Export,
            sql: &self.shown_sql,
            shape: &self.export.sql,
            group: request.group.as_deref().unwrap_or_default(),
            is_heavy: true,
            remote: self.remote(),
        }
    }

    /// Begins it; its rows come as they are found.
    async fn rows(&self, app: &App, request: &ExportRequest) -> Result<Run, ApiError> {
        let remote = self.remote();
        let begin = |_: String| async {
            let rows: Result<RowStream, StoreError> = match &remote {
                Some(remote) => remote.export_rows(&self.export).await,
                None => app.store.export_rows(&self.export).await,
            };
            rows
        };
        match app.queries.run(app, self.asked(request), begin).await? {
            Ok(run) => Ok(run),
            Err(error) => Err(self.error(app, &error).await),
        }
    }
}

/// Gives all rows of a search or a statement as a file.
///
/// CSV and lines of JSON come as the rows are found; an error after the first bytes cuts the answer off. Workbooks and
/// Parquet come once they are whole. Closing the connection cancels the query in ClickHouse. Where a workbook has only the first rows,
/// because a sheet holds no more, the header `X-First-Rows` says how many.
#[utoipa::path(
    post, path = "/api/v1/exports", tag = "read", request_body = ExportRequest,
    responses(
        (status = 200, description = "the file", content(
            (String = "text/csv"), (String = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/vnd.apache.parquet")
        )),
        (status = 400, description = "the question is wrong; details say where", body = click_lite_client::ErrorBody),
        (status = 422, description = "it is over a limit", body = click_lite_client::ErrorBody),
        (status = 503, description = "the engine is not ready", body = click_lite_client::ErrorBody)
    )
)]
pub async fn export(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ExportRequest>,
) -> Result<Response, ApiError> {
    let name = file_name(&app, &request);
    let ExportFile { body, first_rows } = file(&app, &request).await?;
    let disposition = disposition(&name, request.what.format.ending());
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(request.what.format.content_type()));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(rows) = first_rows {
        headers.insert(FIRST_ROWS, HeaderValue::from(rows));
    }
    Ok(response)
}

/// A file that is being sent.
pub struct ExportFile {
    pub body: Body,
    /// So many rows are in it, the first ones of more; `None` where it has all.
    pub first_rows: Option<u32>,
}

/// The file that a request asks for, as it is made.
///
/// # Errors
/// What is wrong with the question, and what goes wrong before the first row of text, or at all where the file comes
/// once it is whole. Later the body ends with an error.
pub async fn file(app: &Arc<App>, request: &ExportRequest) -> Result<ExportFile, ApiError> {
    let query_id = checked_query_id(request.query_id.as_deref())?;
    let question = Question::new(app, request, &query_id).await?;
    let body = match request.what.format {
        Format::Csv => text_body(app, question, request, TextWriter::csv).await?,
        Format::Ndjson => text_body(app, question, request, TextWriter::json_lines).await?,
        Format::Xlsx => return workbook_file(app, question, request).await,
        Format::Parquet => parquet_body(app, question, request).await?,
    };
    Ok(ExportFile { body, first_rows: None })
}

/// Whether a question can be asked.
///
/// # Errors
/// What is wrong with it, and what keeps it from being understood, such as a server that does not answer.
pub async fn check(app: &App, request: &ExportRequest) -> Result<(), ApiError> {
    Question::new(app, request, "").await.map(drop)
}

async fn text_body(
    app: &App,
    question: Question,
    request: &ExportRequest,
    writer: impl FnOnce(&'static [&'static str]) -> TextWriter,
) -> Result<Body, ApiError> {
    let mut run = question.rows(app, request).await?;
    let mut writer = writer(question.hidden);
    // What fails before the first row is told as an error.
    let first = match run.next_rows().await {
        Ok(rows) => rows.unwrap_or_default(),
        Err(error) => return Err(question.error(app, &error).await),
    };
    let bad = |error: std::io::Error| ApiError::internal(&error);
    let first = Bytes::from(writer.write(run.columns(), &first).map_err(bad)?);
    let rest = futures_util::stream::unfold((run, writer), |(mut run, mut writer)| async move {
        let text = match run.next_rows().await {
            Ok(None) => return None,
            Ok(Some(rows)) => writer.write(run.columns(), &rows),
            Err(error) => {
                tracing::warn!(error = %error, "an export was cut off");
                Err(std::io::Error::other(error))
            }
        };
        Some((text.map(Bytes::from), (run, writer)))
    });
    let first = futures_util::stream::once(async { Ok::<_, std::io::Error>(first) });
    // Compression asks once more after the end.
    Ok(Body::from_stream(first.chain(rest).fuse()))
}

async fn workbook_file(
    app: &Arc<App>,
    question: Question,
    request: &ExportRequest,
) -> Result<ExportFile, ApiError> {
    let mut run = question.rows(app, request).await?;
    let (sender, batches) = mpsc::channel(EXPORT_BATCHES);
    let folder = app.config.data.dir.clone();
    let (about, hidden) = (about(app, request, &question.shown_sql), question.hidden);
    let writing = tokio::task::spawn_blocking(move || {
        let file = tempfile::tempfile_in(&folder)?;
        let first_rows = workbook::write(batches, hidden, about, &folder, &file)?;
        Ok::<_, workbook::WorkbookError>((file, first_rows))
    });
    let mut is_first = true;
    loop {
        let rows = match run.next_rows().await {
            Ok(Some(rows)) => rows,
            // No rows, but columns.
            Ok(None) if is_first => Vec::new(),
            Ok(None) => break,
            Err(error) => return Err(question.error(app, &error).await),
        };
        let columns = if std::mem::take(&mut is_first) { run.columns().to_vec() } else { Vec::new() };
        if sender.send(Batch { columns, rows }).await.is_err() {
            // The sheet is full, or the disk.
            run.finish();
            break;
        }
    }
    drop((sender, run));
    let written = writing.await.map_err(|error| ApiError::internal(&error))?;
    let (file, first_rows) = written.map_err(|error| file_error(&error))?;
    Ok(ExportFile { body: file_body(file)?, first_rows })
}

async fn parquet_body(app: &App, question: Question, request: &ExportRequest) -> Result<Body, ApiError> {
    let remote = question.remote();
    let begin = |_: String| async {
        let file: Result<FileStream, StoreError> = match &remote {
            Some(remote) => remote.export_file(&question.export, "Parquet").await,
            None => app.store.export_file(&question.export, "Parquet").await,
        };
        file
    };
    let mut run = match app.queries.run_file(app, question.asked(request), begin).await? {
        Ok(run) => run,
        Err(error) => return Err(question.error(app, &error).await),
    };
    let mut file = tempfile::tempfile_in(&app.config.data.dir).map_err(|error| file_error(&error))?;
    loop {
        match run.next().await {
            // Each piece is small, and the page cache takes it.
            Ok(Some(piece)) => file.write_all(&piece).map_err(|error| file_error(&error))?,
            Ok(None) => break,
            Err(error) => return Err(question.error(app, &error).await),
        }
    }
    let tail = tail_of(&mut file).map_err(|error| file_error(&error))?;
    if !tail.ends_with(PARQUET_MARK) {
        return Err(question.error(app, &FileStream::failure(&tail)).await);
    }
    file_body(file)
}

/// The last bytes of a file.
fn tail_of(file: &mut File) -> std::io::Result<Vec<u8>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(tail)
}

/// A file from its start, with its length.
fn file_body(mut file: File) -> Result<Body, ApiError> {
    file.rewind().map_err(|error| file_error(&error))?;
    let file = tokio::fs::File::from_std(file);
    Ok(Body::from_stream(ReaderStream::with_capacity(file, CHUNK_BYTES)))
}

fn file_error(error: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(error = %error, "an export could not be written");
    ApiError::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "export.write",
        format!(
            "the file could not be written to the data folder: {error}; make room there, or export fewer rows"
        ),
    )
}

/// What the last sheet of a workbook says.
fn about(app: &App, request: &ExportRequest, sql: &str) -> About {
    let mut about = vec![("Exported", format_rfc3339(app.clock.now_ns()))];
    let all_or = |query: &String| if query.trim().is_empty() { "*".to_owned() } else { query.clone() };
    about.extend(request.what.query.as_ref().map(|query| ("Search", all_or(query))));
    about.extend(request.what.from.clone().map(|from| ("From", from)));
    about.extend(request.what.to.clone().map(|to| ("To", to)));
    about.extend(request.what.source.clone().map(|source| ("Source", source)));
    about.extend(request.what.params.iter().map(|(name, value)| ("Parameter", format!("{name} = {value}"))));
    about.push(("SQL", sql.to_owned()));
    about.push(("Times", "UTC".to_owned()));
    about
}

/// The name that was asked for, as far as it can be one, or one of the time.
fn file_name(app: &App, request: &ExportRequest) -> String {
    let name = plain_name(request.name.as_deref().unwrap_or_default());
    if !name.is_empty() {
        return name;
    }
    let now = format_rfc3339(app.clock.now_ns());
    let minute = now.get(..16).unwrap_or(&now).replace('T', "-").replace(':', "");
    format!("click-lite-{minute}")
}

/// What is left of a text as the name of a file, without an ending; empty where nothing is.
pub fn plain_name(text: &str) -> String {
    let plain = |character: char| {
        if character.is_control() || r#"/\:*?"<>|"#.contains(character) { '-' } else { character }
    };
    let mut name: String = text.trim().trim_matches('.').chars().map(plain).collect();
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name.truncate(name.trim_end_matches([' ', '.']).len());
    name
}

/// RFC 6266: the name for every program, and with all its characters (RFC 8187).
pub fn disposition(name: &str, ending: &str) -> HeaderValue {
    let ascii: String = name
        .chars()
        .map(|character| if character.is_ascii_graphic() || character == ' ' { character } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let value = format!("attachment; filename=\"{ascii}.{ending}\"; filename*=UTF-8''{encoded}.{ending}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use click_lite_query::COLUMNS;

    use super::*;

    #[test]
    fn names_of_files_keep_their_characters() {
        assert_eq!(
            disposition("Fehler größer", "csv"),
            "attachment; filename=\"Fehler gr__er.csv\"; filename*=UTF-8''Fehler%20gr%C3%B6%C3%9Fer.csv"
        );
    }

    #[test]
    fn any_text_becomes_a_name_that_file_systems_take() {
        assert_eq!(plain_name(" ../a\\b: c. "), "-a-b- c");
        assert_eq!(plain_name("..."), "");
        let long = plain_name(&"größer ".repeat(60));
        assert!(long.len() <= LONGEST_NAME && long.starts_with("größer") && !long.ends_with(' '), "{long}");
    }

    #[test]
    fn usual_columns_are_known() {
        for name in USUAL_COLUMNS.iter().filter(|name| name.starts_with(char::is_uppercase)) {
            assert!(COLUMNS.contains(name), "{name}");
        }
    }
}
