//! Dead letters: what ClickHouse refused for its content, and what the disk damaged.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use click_lite_formats::native::{COLUMNS, Cell, read_rows};
use click_lite_spool::{DeadContent, DeadKind, DeadLetter, Spool, SpoolError};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use crate::app::App;
use crate::deliver::decompress;
use crate::http::error::ApiError;

/// Rows of a dead letter that are shown.
const SHOWN_ROWS: usize = 20;
/// How long a dead letter is sent again before the caller is told that it goes on later.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// What could not be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterInfo {
    id: String,
    /// `refused`: ClickHouse refuses the records for their content; `damaged`: bytes of the spool whose checksum fails.
    kind: &'static str,
    /// When it was put aside, RFC 3339.
    time: String,
    reason: String,
    /// Records in it; 0 where they are not known.
    rows: u64,
    /// Bytes on disk.
    bytes: u64,
}

/// All dead letters, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterList {
    dead_letters: Vec<DeadLetterInfo>,
    /// Bytes that they take in all.
    bytes: u64,
    limit_bytes: u64,
    /// Refused batches that stay in the spool because there is no room for more dead letters.
    waiting_batches: u64,
}

/// A dead letter with some of its records.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterDetail {
    #[serde(flatten)]
    info: DeadLetterInfo,
    /// The first log records, as a search shows them; none of spans, or where they can't be read.
    #[schema(value_type = Vec<Object>)]
    sample: Vec<Map<String, Value>>,
}

/// What became of a dead letter that was sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterRetry {
    /// Records that are in the table now.
    stored: u64,
    /// Records that were refused again; they stay a dead letter.
    refused: u64,
    /// Why they were.
    reason: Option<String>,
}

/// Lists what could not be stored, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "operate", responses((status = 200, body = DeadLetterList)))]
pub async fn list_dead_letters(State(app): State<Arc<App>>) -> Result<Json<DeadLetterList>, ApiError> {
    let mut letters = letters(&app).await?;
    letters.sort_by_key(|found| std::cmp::Reverse(found.letter.written_at_ns));
    let stats = app.pipeline.spool_stats();
    Ok(Json(DeadLetterList {
        dead_letters: letters.iter().map(info).collect(),
        bytes: stats.dead_bytes,
        limit_bytes: stats.dead_limit_bytes,
        waiting_batches: app.parked_batches(),
    }))
}

/// A dead letter with the first of its records.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}", tag = "operate", params(("id" = String, Path)),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get_dead_letter(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DeadLetterDetail>, ApiError> {
    let found = find(&app, &id).await?;
    let (info, sample) = blocking(move || {
        let sample = match found.letter.read()? {
            DeadContent::Frames(frames) => frames
                .iter()
                .filter_map(|stored| decompress(&stored.frame.payload, stored.frame.uncompressed_bytes))
                .flat_map(|block| sample_rows(&block))
                .take(SHOWN_ROWS)
                .collect(),
            DeadContent::Bytes(_) => Vec::new(),
        };
        Ok((info(&found), sample))
    })
    .await?;
    Ok(Json(DeadLetterDetail { info, sample }))
}

/// The content of a dead letter: of a refused one ClickHouse's `Native` blocks as zstd frames, which
/// `zstd -dc FILE | clickhouse local --input-format Native` reads; of a damaged one the bytes as they are.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}/content", tag = "operate", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get_dead_letter_content(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let letter = find(&app, &id).await?.letter;
    let content = blocking(move || {
        Ok(match letter.read()? {
            DeadContent::Frames(frames) => {
                frames.into_iter().flat_map(|stored| stored.frame.payload).collect::<Vec<u8>>()
            }
            DeadContent::Bytes(bytes) => bytes,
        })
    })
    .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.native.zst\"")),
    ];
    Ok((headers, Bytes::from(content)).into_response())
}

/// Sends a dead letter's records to ClickHouse again, after what made it refuse them was mended.
///
/// Records that are stored leave the dead letter, and it goes when none are left; none is stored twice, whatever is
/// interrupted.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/retry", tag = "operate", params(("id" = String, Path)),
    responses((status = 200, body = DeadLetterRetry), (status = 404, body = click_lite_client::ErrorBody),
        (status = 503, description = "ClickHouse does not answer", body = click_lite_client::ErrorBody)))]
pub async fn retry_dead_letter(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DeadLetterRetry>, ApiError> {
    let Found { lane, letter } = find(&app, &id).await?;
    if letter.kind == DeadKind::Corrupt {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "dead_letter.damaged",
            "these are damaged bytes of the spool: they hold no whole batch that could be sent again",
        ));
    }
    if !app.store.is_connected() {
        return Err(unavailable());
    }
    let rows = letter.rows;
    let abandon = CancellationToken::new();
    let _end_with_request = abandon.clone().drop_guard();
    let retry = app.inserters[lane].retry(letter, &abandon);
    let retried = tokio::time::timeout(RETRY_TIMEOUT, retry).await.map_err(|_| unavailable())?;
    let (stored, reason) = retried.map_err(|error| spool_error(&error))?.ok_or_else(unavailable)?;
    Ok(Json(DeadLetterRetry { stored, refused: rows.saturating_sub(stored), reason }))
}

/// Deletes a dead letter for good.
#[utoipa::path(delete, path = "/api/v1/dead-letters/{id}", tag = "operate", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn delete_dead_letter(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let Found { lane, letter } = find(&app, &id).await?;
    tracing::warn!(dead_letter.id = %id, dead_letter.rows = letter.rows, "a dead letter is deleted on request");
    let spool = app.pipeline.spools()[lane].clone();
    blocking(move || spool.delete_dead_letter(&letter)).await?;
    app.inserters[lane].room.notify_waiters();
    Ok(StatusCode::NO_CONTENT)
}

fn unavailable() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "engine.unavailable",
        "ClickHouse does not answer: the dead letter is kept, send it again later",
    )
    .retry_after(5)
}

fn spool_error(error: &SpoolError) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))?;
    done.map_err(|error| spool_error(&error))
}

/// A dead letter, and which of the spools has it: 0 of the log records, 1 of the spans.
struct Found {
    lane: usize,
    letter: DeadLetter,
}

async fn letters(app: &App) -> Result<Vec<Found>, ApiError> {
    let spools = app.pipeline.spools().map(Spool::clone);
    blocking(move || {
        let mut all = Vec::new();
        for (lane, spool) in spools.iter().enumerate() {
            all.extend(spool.dead_letters()?.into_iter().map(|letter| Found { lane, letter }));
        }
        Ok(all)
    })
    .await
}

/// An id is compared with those that there are, and never part of a path.
async fn find(app: &App, id: &str) -> Result<Found, ApiError> {
    letters(app).await?.into_iter().find(|found| id_of(found) == id).ok_or_else(|| {
        ApiError::not_found(format!("there is no dead letter {id}: it was sent or deleted meanwhile"))
    })
}

/// Two spools may give the same name to a file.
fn id_of(Found { lane, letter }: &Found) -> String {
    let name = letter.path.file_stem().map(|name| name.to_string_lossy()).unwrap_or_default();
    if *lane == 0 { name.into_owned() } else { format!("traces-{name}") }
}

fn info(found: &Found) -> DeadLetterInfo {
    let letter = &found.letter;
    DeadLetterInfo {
        id: id_of(found),
        kind: match letter.kind {
            DeadKind::Refused => "refused",
            DeadKind::Corrupt => "damaged",
        },
        time: time_text(letter.written_at_ns),
        reason: letter.reason.clone(),
        rows: letter.rows,
        bytes: letter.bytes,
    }
}

fn sample_rows(block: &[u8]) -> Vec<Map<String, Value>> {
    let rows = read_rows(block, SHOWN_ROWS).unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            COLUMNS.iter().zip(row).map(|((name, _), cell)| ((*name).to_owned(), json(cell))).collect()
        })
        .collect()
}

/// As a search shows it.
fn json(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Time(time_ns) => time_text(time_ns).into(),
        // 64-bit numbers are texts there: JavaScript's hold 53 bits.
        Cell::Number(number) if number > u64::from(u8::MAX) => number.to_string().into(),
        Cell::Number(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::Map(pairs) => pairs
            .into_iter()
            .map(|(key, value)| (key.into_owned(), Value::from(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn time_text(time_ns: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_ns))
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}
