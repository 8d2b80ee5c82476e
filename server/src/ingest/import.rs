//! `POST /api/v1/imports`: a log file, streamed.
//!
//! Two threads work on a file: one reads, decompresses, parses and encodes, the other compresses blocks and hands them to the
//! spool. Blocks carry the import's source and a running number, so that a file which is sent again after an
//! interruption goes on where it broke off.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use click_lite_client::{Import, ImportProblem};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Record, time::parse_rfc3339};
use click_lite_parse::{FORMATS, FileContext, FileParser, Format, detect, looks_binary};
use click_lite_spool::{Completion, Source, SpoolError};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::{ChannelReader, Encoding, channel_reader};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};
use crate::manage::imports::{ImportFile, ImportJob};
use crate::pipeline::{IMPORT_BLOCKS, Pipeline, frame_of, is_large};

/// Decompressed bytes at the start of a file that its format is detected from.
const HEAD_BYTES: usize = 256 * 1024;
/// Bytes that the parser gets at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Between two looks at a full spool.
const FULL_SPOOL_WAIT: Duration = Duration::from_millis(250);

/// What is said about the file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportParameters {
    /// Chosen by the caller (UUID), to ask for progress meanwhile. A new one is made where it is missing.
    id: Option<Uuid>,
    /// Name of the file.
    name: Option<String>,
    /// Where the file lies, for display.
    path: Option<String>,
    /// Size of the file in bytes, as it is sent.
    size: Option<u64>,
    /// When the file was changed last (RFC 3339): the year of formats that have none.
    modified: Option<String>,
    /// SHA-256 of size and parts of the file, to notice that it was imported before.
    fingerprint: Option<String>,
    /// Service of records that name none.
    service: Option<String>,
    /// Name of a format (`GET /api/v1/imports/formats`), or `auto`.
    format: Option<String>,
    /// Import although the same file was imported before.
    #[serde(default)]
    again: bool,
}

/// Imports a file.
///
/// The body is the file as it is, compressed (gzip, zstd, bzip2) or not. Answers when every record is on disk; ask
/// `GET /api/v1/imports/{id}` for progress meanwhile.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "imports", params(ImportParameters),
    request_body(content = String, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = Import),
        (status = 400, description = "not a text file, an empty file, ...", body = click_lite_client::ErrorBody),
        (status = 409, description = "this file was imported before", body = click_lite_client::ErrorBody)
    )
)]
pub async fn import(
    State(app): State<Arc<App>>,
    Parameters(parameters): Parameters<ImportParameters>,
    body: Body,
) -> Result<Json<Import>, ApiError> {
    let format = chosen_format(parameters.format.as_deref())?;
    let name = parameters.name.filter(|name| !name.is_empty()).unwrap_or_else(|| "stdin".into());
    let file = ImportFile {
        id: parameters.id.unwrap_or_else(Uuid::now_v7),
        name,
        path: parameters.path.unwrap_or_default(),
        size_bytes: parameters.size,
        modified: parameters.modified,
        fingerprint: parameters.fingerprint.filter(|fingerprint| !fingerprint.is_empty()),
        service: parameters.service.filter(|service| !service.is_empty()),
        format: format.map(|format| format.name().to_owned()),
    };
    let spool = app.pipeline.spool().clone();
    let last_sequence = move |source: Uuid| spool.last_sequence(*source.as_bytes()).unwrap_or(0);
    let job = app.imports.start(file, parameters.again, last_sequence).await?;

    // A task of its own: when the client goes away the import still ends in an orderly way, as interrupted.
    let app = Arc::clone(&app);
    let task = tokio::spawn(async move {
        let (forward, reader) = channel_reader(body, Arc::clone(&job.bytes_read));
        let worker = {
            let (job, pipeline) = (Arc::clone(&job), Arc::clone(&app.pipeline));
            let max_line_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
            tokio::task::spawn_blocking(move || Worker { job, pipeline, max_line_bytes }.run(reader, format))
        };
        let (worked, ()) = tokio::join!(worker, forward);
        let problem = match worked {
            Ok(Ok(())) => cut_short(&job),
            Ok(Err(problem)) => Some(problem),
            Err(error) => {
                tracing::error!(import.id = %job.file.id, error = %error, "an import panicked");
                Some(problem("server.internal", "the server failed at this file: its log has the reason"))
            }
        };
        app.imports.finish(&job, problem).await
    });
    let import = task.await.map_err(|error| ApiError::internal(&error))??;
    match &import.error {
        // Nothing was taken: an error says that more clearly than a report of zero records.
        Some(problem) if import.rows == 0 && problem.code != "import.cancelled" => {
            Err(ApiError::bad_request(problem.code.clone(), problem.message.clone()))
        }
        _ => Ok(Json(import)),
    }
}

/// A file that became shorter, or was removed, while it was sent.
fn cut_short(job: &ImportJob) -> Option<ImportProblem> {
    let (size, read) = (job.file.size_bytes?, job.bytes_read.load(Ordering::Relaxed));
    let message = || {
        format!(
            "{} ended after {read} of its {size} bytes: it was changed or removed meanwhile; the records up to there are \
             imported",
            job.file.name
        )
    };
    (read < size).then(|| problem("import.cut_short", message()))
}

fn chosen_format(name: Option<&str>) -> Result<Option<Format>, ApiError> {
    match name {
        None | Some("" | "auto") => Ok(None),
        Some(name) => Format::from_name(name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            ApiError::bad_request(
                "import.format",
                format!("`{name}` is no format: use auto, {}", known.join(", ")),
            )
        }),
    }
}

fn problem(code: &str, message: impl Into<String>) -> ImportProblem {
    ImportProblem { code: code.into(), message: message.into() }
}

struct Worker {
    job: Arc<ImportJob>,
    pipeline: Arc<Pipeline>,
    max_line_bytes: usize,
}

impl Worker {
    /// Reads the file to its end. What was taken before a problem stays.
    fn run(&self, mut reader: ChannelReader, format: Option<Format>) -> Result<(), ImportProblem> {
        let encoding = Encoding::of_file(reader.fill_buf().map_err(|error| self.read_problem(&error))?);
        let mut decoded = encoding.decode(reader).map_err(|error| self.read_problem(&error))?;
        let mut head = Vec::new();
        let head_read = decoded.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
        let format = self.find_format(&head, format, &head_read)?;
        self.job.set_format(format.name(), format.title());

        let mut parser = FileParser::new(format, self.context());
        std::thread::scope(|scope| {
            let (full, blocks) = sync_channel(IMPORT_BLOCKS);
            let (emptied, empty) = sync_channel(IMPORT_BLOCKS + 2);
            let runtime = tokio::runtime::Handle::current();
            let committer = scope.spawn(move || {
                let _guard = runtime.enter();
                self.commit(&blocks, &emptied)
            });
            let mut blocks = Blocks {
                worker: self,
                encoder: self.pipeline.take_encoder(),
                skip: self.job.resumed,
                sequence: self.job.resumed,
                full,
                empty,
                stopped: false,
                arrival_ns: self.pipeline.now_ns(),
            };
            let read = match head_read {
                Ok(_) => self.feed(&mut parser, &head, decoded, &mut blocks),
                // The start alone could be read: it is taken, and what was wrong is told.
                Err(error) => {
                    parser.push(&head, &mut |record| blocks.push(record));
                    Err(self.read_problem(&error))
                }
            };
            parser.finish(&mut |record| blocks.push(record));
            self.job.set_report(parser.report());
            blocks.end();
            let committed =
                committer.join().unwrap_or_else(|_| Err(problem("server.internal", "the server failed")));
            committed.and(read)
        })
    }

    fn feed(
        &self,
        parser: &mut FileParser,
        head: &[u8],
        decoded: impl Read,
        blocks: &mut Blocks<'_>,
    ) -> Result<(), ImportProblem> {
        parser.push(head, &mut |record| blocks.push(record));
        let mut reader = BufReader::with_capacity(PIECE_BYTES, decoded);
        loop {
            if self.job.is_cancelled() {
                return Err(problem("import.cancelled", "cancelled; the records that were read so far stay"));
            }
            if blocks.stopped {
                // The committer has the reason.
                return Ok(());
            }
            let piece = match reader.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.read_problem(&error)),
            };
            if piece.is_empty() {
                return Ok(());
            }
            parser.push(piece, &mut |record| blocks.push(record));
            let count = piece.len();
            reader.consume(count);
            self.job.set_report(parser.report());
        }
    }

    /// Compresses blocks and hands them to the spool, in order, until there are no more.
    fn commit(
        &self,
        blocks: &Receiver<(BlockEncoder, u64)>,
        emptied: &SyncSender<BlockEncoder>,
    ) -> Result<(), ImportProblem> {
        let mut last: Option<(Completion, u64)> = None;
        while let Ok((mut encoder, sequence)) = blocks.recv() {
            let source = Source { id: *self.job.source.as_bytes(), sequence };
            let frame = frame_of(&mut encoder, Some(source))
                .map_err(|error| problem(error.code(), error.to_string()))?;
            let _ = emptied.try_send(encoder);
            // A block is written while the next is compressed. It must be safe before the next is handed over: were it lost and
            // the next stored, a later try would take its records for known.
            if let Some(previous) = last.take() {
                self.settle(previous)?;
            }
            last = Some((self.enqueue(frame)?, sequence));
        }
        last.map_or(Ok(()), |last| self.settle(last))
    }

    /// Waits while the spool is full: a file can wait, unlike a sender.
    fn enqueue(&self, frame: click_lite_spool::Frame) -> Result<Completion, ImportProblem> {
        loop {
            match self.pipeline.enqueue(frame.clone()) {
                Err(SpoolError::Full { .. }) if !self.job.is_cancelled() => {
                    std::thread::sleep(FULL_SPOOL_WAIT);
                }
                Err(SpoolError::Full { .. }) => {
                    return Err(problem(
                        "import.cancelled",
                        "cancelled; the records that were read so far stay",
                    ));
                }
                other => return other.map_err(|error| problem(error.code(), error.to_string())),
            }
        }
    }

    fn settle(&self, (completion, sequence): (Completion, u64)) -> Result<(), ImportProblem> {
        completion.wait().map_err(|error| problem(error.code(), error.to_string()))?;
        self.job.rows.store(sequence, Ordering::Relaxed);
        Ok(())
    }

    fn find_format(
        &self,
        head: &[u8],
        chosen: Option<Format>,
        head_read: &io::Result<usize>,
    ) -> Result<Format, ImportProblem> {
        if head.is_empty() {
            return Err(match head_read {
                Err(error) => self.read_problem(error),
                Ok(_) => problem("import.empty", format!("{} is empty", self.job.file.name)),
            });
        }
        if let Some(format) = chosen {
            return Ok(format);
        }
        if let Some(what) = looks_binary(head) {
            return Err(binary(&self.job.file.name, what));
        }
        Ok(detect(head, Some(&self.job.file.name)).format)
    }

    fn context(&self) -> FileContext {
        FileContext {
            file_name: self.job.file.name.clone(),
            file_path: self.job.file.path.clone(),
            service: self.job.file.service.clone(),
            modified_ns: self.job.file.modified.as_deref().and_then(parse_rfc3339),
            now_ns: self.pipeline.now_ns(),
            max_line_bytes: self.max_line_bytes,
            ..FileContext::default()
        }
    }

    fn read_problem(&self, error: &io::Error) -> ImportProblem {
        let name = &self.job.file.name;
        match error.kind() {
            io::ErrorKind::ConnectionAborted => problem(
                "import.interrupted",
                format!("{name} was not sent to its end; import it again, and it goes on where it broke off"),
            ),
            io::ErrorKind::UnexpectedEof => problem(
                "import.truncated",
                format!(
                    "{name} ends in the middle of its compressed data; the records up to there are imported"
                ),
            ),
            _ => problem(
                "import.damaged",
                format!("{name} can't be decompressed ({error}); the records up to there are imported"),
            ),
        }
    }
}

fn binary(name: &str, what: &str) -> ImportProblem {
    problem(
        "import.binary",
        format!("{name} is {what}, not a log file. To import it all the same, choose a format."),
    )
}

/// Records of a file on their way into numbered blocks.
struct Blocks<'w> {
    worker: &'w Worker,
    encoder: BlockEncoder,
    /// Records that an interrupted import stored already.
    skip: u64,
    /// Records so far, those included.
    sequence: u64,
    full: SyncSender<(BlockEncoder, u64)>,
    empty: Receiver<BlockEncoder>,
    stopped: bool,
    arrival_ns: i64,
}

impl Blocks<'_> {
    fn push(&mut self, record: &Record) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.encoder.push(record, 0, self.arrival_ns, "");
        self.sequence += 1;
        if is_large(&self.encoder) {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let next = self.empty.try_recv().unwrap_or_else(|_| self.worker.pipeline.take_encoder());
        let block = std::mem::replace(&mut self.encoder, next);
        self.stopped |= self.full.send((block, self.sequence)).is_err();
    }

    fn end(mut self) {
        if self.encoder.rows() > 0 {
            self.hand_over();
        }
    }
}

/// Name of a file whose start is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewParameters {
    /// Name of the file: it helps to detect the format.
    name: Option<String>,
    /// Name of a format in place of the detected one, or `auto`.
    format: Option<String>,
}

/// What a file looks like to the server.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Preview {
    format: String,
    title: String,
    /// 0 to 1.
    confidence: f32,
    /// `gzip`, `zstd`, `bzip2` or `none`.
    encoding: String,
    /// The first records, as a search would show them.
    rows: Vec<serde_json::Value>,
    /// Why the file can't be imported as it is.
    problem: Option<ImportProblem>,
}

/// Rows of a preview.
const PREVIEW_ROWS: usize = 20;

/// Detects the format of a file and shows its first records. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/imports/preview", tag = "imports", params(PreviewParameters),
    request_body(content = String, content_type = "application/octet-stream", description = "the first bytes of the file, at most 1 MiB"),
    responses((status = 200, body = Preview))
)]
pub async fn preview(
    State(app): State<Arc<App>>,
    Parameters(parameters): Parameters<PreviewParameters>,
    body: Bytes,
) -> Result<Json<Preview>, ApiError> {
    let name = parameters.name.unwrap_or_default();
    let chosen = chosen_format(parameters.format.as_deref())?;
    let now_ns = app.pipeline.now_ns();
    tokio::task::spawn_blocking(move || Json(preview_of(&name, chosen, now_ns, &body)))
        .await
        .map_err(|error| ApiError::internal(&error))
}

fn preview_of(name: &str, chosen: Option<Format>, now_ns: i64, body: &[u8]) -> Preview {
    let encoding = Encoding::of_file(body);
    let mut head = Vec::new();
    // The body is the start of a file: that its compressed data ends early is no problem here.
    let read =
        encoding.decode(body).and_then(|decoded| decoded.take(HEAD_BYTES as u64).read_to_end(&mut head));
    let problem = match (read, head.is_empty()) {
        (Err(error), true) if encoding != Encoding::None => {
            Some(problem("import.damaged", format!("{name} can't be decompressed: {error}")))
        }
        (_, true) => Some(problem("import.empty", format!("{name} is empty"))),
        _ => looks_binary(&head).filter(|_| chosen.is_none()).map(|what| binary(name, what)),
    };
    let detection = detect(&head, Some(name));
    let (format, confidence) =
        chosen.map_or((detection.format, detection.confidence), |format| (format, 1.0));
    let mut rows = Vec::new();
    if problem.is_none() {
        let mut parser = FileParser::new(
            format,
            FileContext { file_name: name.to_owned(), now_ns, ..FileContext::default() },
        );
        let mut keep = |record: &Record| {
            if rows.len() < PREVIEW_ROWS {
                rows.push(crate::read::row_of(record, now_ns));
            }
        };
        parser.push(&head, &mut keep);
        parser.finish(&mut keep);
    }
    Preview {
        format: format.name().to_owned(),
        title: format.title().to_owned(),
        confidence,
        encoding: encoding.name().to_owned(),
        rows,
        problem,
    }
}

/// A format that files can be imported as.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FormatInfo {
    name: String,
    title: String,
    /// A typical line.
    example: String,
}

/// All formats.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Formats {
    formats: Vec<FormatInfo>,
}

/// Lists the formats that are detected and can be chosen.
#[utoipa::path(get, path = "/api/v1/imports/formats", tag = "imports", responses((status = 200, body = Formats)))]
pub async fn formats() -> Json<Formats> {
    let formats = FORMATS
        .iter()
        .map(|format| FormatInfo {
            name: format.name.into(),
            title: format.title.into(),
            example: format.example.into(),
        })
        .collect();
    Json(Formats { formats })
}
