//! `POST /api/v1/agent/batches`: numbered batches of agents, as blocks that are ready for ClickHouse.
//!
//! An agent sends its batches in order, one at a time, and each again until it has an answer. The number of a batch is
//! durable in the same sync as its records, so one that comes again after a lost answer is acknowledged and not stored
//! twice. Blocks are checked byte by byte; the records of one pass on as they came, all but their `IngestId`s.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use click_lite_formats::native::{BlockReceiver, LogColumns, ReceiveError};
use click_lite_spool::{Appended, Completion, Frame, Source, TimeRange};
use futures_util::StreamExt;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::content_length;
use crate::app::App;
use crate::http::error::ApiError;
use crate::manage::agents::Delivery;
use crate::pipeline::{COMPRESSION_LEVEL, Signal, spool_error};

const CONTENT_TYPE: &str = "application/vnd.clickhouse.native";
/// Largest body, and largest block in it. Agents cut batches at a few megabytes, 16 MiB and a record at most.
const MAX_BODY_BYTES: u64 = 32 * 1024 * 1024;
const MAX_BLOCK_BYTES: u64 = 64 * 1024 * 1024;
/// Seconds after which an agent that is newer than its server may ask again.
const NEWER_SCHEMA_WAIT_SECONDS: u32 = 60;
/// How long the rest of a body that is refused is read: a sender reads the answer when it has sent all.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// False where it was durable already.
    stored: bool,
}

/// What the headers say of a batch.
#[derive(Debug, Clone, Copy)]
struct Numbered {
    agent: Uuid,
    /// Records that the agent has sent in all, those of this batch included.
    sequence: u64,
    rows: u32,
}

impl Numbered {
    fn of_request(headers: &HeaderMap) -> Result<Self, ApiError> {
        let schema: u32 = number(headers, "x-click-lite-block-schema")?;
        if schema > LogColumns::SCHEMA {
            // Nothing is wrong with the batch, and it can be taken when the server is up to date.
            let message = format!(
                "blocks of schema {schema} are newer than this server, which knows {}: update the server",
                LogColumns::SCHEMA
            );
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "agent.schema", message)
                .retry_after(NEWER_SCHEMA_WAIT_SECONDS));
        }
        if schema != LogColumns::SCHEMA {
            return Err(ApiError::bad_request("agent.schema", format!("there is no block schema {schema}")));
        }
        let expected = |name: header::HeaderName, value: &str| {
            let found = headers.get(&name).map_or("", |found| found.to_str().unwrap_or("?"));
            let message = || format!("{name} is `{found}`: a batch needs `{value}`");
            match found.eq_ignore_ascii_case(value) {
                true => Ok(()),
                false => {
                    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.content_type", message()))
                }
            }
        };
        expected(header::CONTENT_TYPE, CONTENT_TYPE)?;
        expected(header::CONTENT_ENCODING, "zstd")?;
        let batch = Self {
            agent: number(headers, "x-click-lite-agent")?,
            sequence: number(headers, "x-click-lite-sequence")?,
            rows: number(headers, "x-click-lite-rows")?,
        };
        if batch.sequence < u64::from(batch.rows) || batch.rows == 0 {
            let message = format!(
                "X-Click-Lite-Sequence {} counts all records that the agent has sent, so it can't be less than the {} of this \
                 batch, of which there is at least one",
                batch.sequence, batch.rows
            );
            return Err(ApiError::bad_request("agent.sequence", message));
        }
        Ok(batch)
    }

    fn source(self) -> Source {
        Source { id: *self.agent.as_bytes(), sequence: self.sequence }
    }

    /// Records that the agent had sent before this batch.
    fn before(self) -> u64 {
        self.sequence - u64::from(self.rows)
    }
}

fn number<T: FromStr>(headers: &HeaderMap, name: &str) -> Result<T, ApiError> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim().parse().ok()).ok_or_else(|| {
        let found = text.map_or_else(|| "is missing".to_owned(), |text| format!("is `{text}`"));
        ApiError::bad_request(
            "agent.header",
            format!(
                "{name} {found}: a batch needs X-Click-Lite-Agent (a UUID), X-Click-Lite-Sequence, X-Click-Lite-Rows and \
                 X-Click-Lite-Block-Schema (numbers)"
            ),
        )
    })
}

/// Takes a numbered batch of an agent.
///
/// Headers: `X-Click-Lite-Agent` (UUID), `X-Click-Lite-Sequence` (records that the agent has sent in all, those of this
/// batch included), `X-Click-Lite-Rows`, `X-Click-Lite-Block-Schema`. Answers when the batch is on disk. A batch whose
/// number is durable already is acknowledged and not stored again.
#[utoipa::path(
    post, path = "/api/v1/agent/batches", tag = "ingest",
    request_body(content = String, content_type = "application/vnd.clickhouse.native"),
    responses(
        (status = 200, body = BatchAnswer),
        (status = 400, description = "the batch is damaged: it is refused again", body = click_lite_client::ErrorBody),
        (status = 409, description = "another agent uses the same id", body = click_lite_client::ErrorBody),
        (status = 429, description = "the spool is full", body = click_lite_client::ErrorBody)
    )
)]
pub async fn batches(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<BatchAnswer>, ApiError> {
    let mut body = body.into_data_stream();
    let taken = take(&app, &headers, &mut body).await;
    let outcome = match &taken {
        Ok(Appended::Stored) => "stored",
        Ok(Appended::Duplicate) => "duplicate",
        Err(_) => {
            // A body that is cut off with the answer on its way can cost the sender the answer.
            let rest = async { while body.next().await.is_some_and(|chunk| chunk.is_ok()) {} };
            let _ = tokio::time::timeout(DRAIN_TIMEOUT, rest).await;
            "refused"
        }
    };
    metrics::counter!("click_lite_agent_batches_total", "outcome" => outcome).increment(1);
    taken.map(|appended| Json(BatchAnswer { stored: appended == Appended::Stored }))
}

async fn take(app: &Arc<App>, headers: &HeaderMap, body: &mut BodyDataStream) -> Result<Appended, ApiError> {
    let batch = Numbered::of_request(headers)?;
    let length = content_length(headers).unwrap_or(MAX_BODY_BYTES);
    if length > MAX_BODY_BYTES {
        return Err(too_large());
    }
    let _turn = app.pipeline.turn_of(length).await?;
    let payload = read(body, length).await?;
    let delivery = Delivery {
        agent: batch.agent,
        sequence: batch.sequence,
        before: batch.before(),
        rows: batch.rows,
        checksum: crc32fast::hash(&payload),
    };
    // Before the limits: an answer that was lost must not turn into a refusal.
    let last = app.pipeline.spool().last_sequence(*batch.agent.as_bytes());
    app.agents.arrive(&delivery, last, headers).await?;
    if last.is_some_and(|last| last >= batch.sequence) {
        app.agents.count(&delivery, Appended::Duplicate);
        return Ok(Appended::Duplicate);
    }
    app.pipeline.refuse_when_full().map_err(|error| spool_error(&error))?;
    let (completion, bytes) = hand_over(app, batch, payload).await?;
    let appended = completion.await.map_err(|error| spool_error(&error))?;
    if appended == Appended::Stored {
        app.pipeline.meters.accepted(u64::from(batch.rows), bytes);
    }
    app.agents.count(&delivery, appended);
    Ok(appended)
}

fn too_large() -> ApiError {
    let message = format!("a batch has at most {MAX_BODY_BYTES} bytes: send smaller ones");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large", message)
}

async fn read(body: &mut BodyDataStream, length: u64) -> Result<Vec<u8>, ApiError> {
    let mut payload = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
        })?;
        if payload.len() as u64 + chunk.len() as u64 > length {
            return Err(too_large());
        }
        payload.extend_from_slice(&chunk);
    }
    Ok(payload)
}

/// Checks a block and hands it to the spool, on a thread for it. Gives its bytes before compression too.
async fn hand_over(app: &Arc<App>, batch: Numbered, payload: Vec<u8>) -> Result<(Completion, u64), ApiError> {
    let receiver = app.agents.receiver().await?;
    let pipeline = Arc::clone(&app.pipeline);
    let work = tokio::task::spawn_blocking(move || {
        let mut receiver = receiver;
        let frame = frame_of(&mut receiver, batch, &payload)?;
        let bytes = frame.uncompressed_bytes;
        let completion = pipeline.hand_over(frame).map_err(|error| spool_error(&error))?;
        Ok((completion, bytes))
    });
    work.await.map_err(|error| ApiError::internal(&error))?
}

fn frame_of(receiver: &mut BlockReceiver, batch: Numbered, payload: &[u8]) -> Result<Frame, ApiError> {
    let received = receiver.receive(payload, MAX_BLOCK_BYTES).map_err(|error| {
        let status = match error {
            ReceiveError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        ApiError::new(status, error.code(), error.to_string())
    })?;
    let block = received.block();
    if block.rows != u64::from(batch.rows) {
        return Err(ApiError::bad_request(
            "agent.rows",
            format!("X-Click-Lite-Rows is {}, the block has {}", batch.rows, block.rows),
        ));
    }
    let payload = received.without_ids(COMPRESSION_LEVEL).map_err(|error| ApiError::internal(&error))?;
    Ok(Frame {
        payload,
        rows: batch.rows,
        uncompressed_bytes: block.uncompressed_bytes as u64,
        schema: LogColumns::SCHEMA,
        source: Some(batch.source()),
        times: Some(TimeRange { min_ns: block.min_time_ns, max_ns: block.max_time_ns }),
    })
}

#[cfg(test)]
mod tests;
