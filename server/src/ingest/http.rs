//! `POST /api/v1/ingest`: JSON lines, JSON arrays and lines of text.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use click_lite_formats::ndjson;
use click_lite_model::{Record, Rejections};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{BodyLimits, Encoding, LimitedReader, LineChunks, channel_reader, read_error};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};
use crate::pipeline::{Committed, Intake, Pipeline};

/// Parameters of an ingest request.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IngestParameters {
    /// Service of records that name none.
    service: Option<String>,
}

/// What became of the records of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct IngestAnswer {
    /// Records that are on disk.
    accepted: u64,
    /// Records that were refused.
    rejected: u64,
    /// Why, for the first hundred of them.
    errors: Vec<RecordError>,
}

/// Why a record was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordError {
    /// Position in the request, from 0.
    index: u64,
    /// Stable code, such as `record.not_json`.
    code: String,
    message: String,
}

/// How the records of a body are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    JsonLines,
    Json,
    Text,
}

impl Framing {
    fn of_request(headers: &HeaderMap) -> Result<Self, ApiError> {
        let value = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
        let kind = value.map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        match kind.as_deref() {
            Some(
                "application/x-ndjson"
                | "application/ndjson"
                | "application/jsonl"
                | "application/json-lines",
            ) => Ok(Self::JsonLines),
            Some("application/json") => Ok(Self::Json),
            Some("text/plain") => Ok(Self::Text),
            // `curl --data-binary` says this when nothing else is said.
            None | Some("application/x-www-form-urlencoded" | "application/octet-stream") => {
                Ok(Self::JsonLines)
            }
            Some(other) => Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.content_type",
                format!(
                    "Content-Type `{other}` is not known here: use application/x-ndjson, application/json or text/plain"
                ),
            )),
        }
    }
}

/// Takes log records.
///
/// Answers when every accepted record is on disk. A record that is refused does not stop the others.
#[utoipa::path(
    post, path = "/api/v1/ingest", tag = "ingest", params(IngestParameters),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = IngestAnswer), (status = 429, description = "the spool is full", body = click_lite_client::ErrorBody))
)]
pub async fn ingest(
    State(app): State<Arc<App>>,
    Parameters(parameters): Parameters<IngestParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<IngestAnswer>, ApiError> {
    let framing = Framing::of_request(&headers)?;
    let encoding = Encoding::of_request(&headers)?;
    let limits = BodyLimits {
        max_bytes: app.config.ingest.max_body_bytes,
        max_ratio: app.config.ingest.max_compression_ratio,
    };
    let max_record_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
    let _turn = app.pipeline.turn(&headers).await?;

    let pipeline = Arc::clone(&app.pipeline);
    let service = parameters.service;
    let is_small = encoding == Encoding::None
        && content_length(&headers).is_some_and(|bytes| bytes <= Pipeline::SMALL_BODY_BYTES);
    let (decoded, accepted, committed) = if is_small {
        // The block that small requests share is locked while one is decoded: no body may keep it waiting.
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| {
            ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
        })?;
        blocking(move || take(&pipeline, service.as_deref(), true, framing, &body[..], max_record_bytes))
            .await?
    } else {
        let received = Arc::new(AtomicU64::new(0));
        let (forward, reader) = channel_reader(body, Arc::clone(&received));
        let work = blocking(move || {
            let decoder = encoding.decode(reader).map_err(|error| read_error(&error))?;
            let reader = LimitedReader::new(decoder, received, limits);
            Ok::<_, ApiError>(take(&pipeline, service.as_deref(), false, framing, reader, max_record_bytes))
        });
        let (worked, ()) = tokio::join!(work, forward);
        worked??
    };
    committed.wait().await?;
    let rejections = decoded?;
    app.pipeline.meters.rejected(rejections.count());
    Ok(Json(IngestAnswer {
        accepted,
        rejected: rejections.count(),
        errors: rejections
            .kept()
            .iter()
            .map(|rejection| RecordError {
                index: rejection.index,
                code: rejection.code.into(),
                message: rejection.message.clone(),
            })
            .collect(),
    }))
}

pub fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))
}

/// Decodes a body into blocks. What was decoded before a body broke off is kept: the sender can't tell how far it came.
fn take(
    pipeline: &Pipeline,
    service: Option<&str>,
    shares_block: bool,
    framing: Framing,
    reader: impl Read,
    max_record_bytes: usize,
) -> (Result<Rejections, ApiError>, u64, Committed) {
    let mut intake = pipeline.intake(service, shares_block);
    let decoded = decode(framing, reader, max_record_bytes, &mut intake);
    (decoded, intake.rows(), intake.commit())
}

fn decode(
    framing: Framing,
    mut reader: impl Read,
    max_record_bytes: usize,
    intake: &mut Intake<'_>,
) -> Result<Rejections, ApiError> {
    let mut decoder = ndjson::Decoder::new(max_record_bytes);
    let mut scratch = Record::new();
    let mut rejections = Rejections::default();
    if framing == Framing::Json {
        let mut body = Vec::new();
        reader.read_to_end(&mut body).map_err(|error| read_error(&error))?;
        decoder.decode_body(&body, &mut scratch, &mut |record| intake.push(record), &mut rejections);
        intake.flush_if_large()?;
        return Ok(rejections);
    }
    let mut chunks = LineChunks::new(reader, max_record_bytes);
    let mut index = 0;
    while let Some(lines) = chunks.next().map_err(|error| read_error(&error))? {
        let mut sink = |record: &mut Record| intake.push(record);
        let decoded = match framing {
            Framing::Text => decoder.decode_text(lines, index, &mut scratch, &mut sink, &mut rejections),
            _ => decoder.decode_lines(lines, index, &mut scratch, &mut sink, &mut rejections),
        };
        index += decoded.records();
        intake.flush_if_large()?;
    }
    Ok(rejections)
}
