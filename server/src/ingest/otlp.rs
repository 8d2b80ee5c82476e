//! `POST /v1/logs`: OTLP over HTTP, protobuf and JSON (OpenTelemetry Protocol specification 1.x, "OTLP/HTTP").

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use click_lite_formats::otlp;
use click_lite_model::{Record, Rejections};

use super::body::{BodyLimits, Encoding, LimitedReader, channel_reader, read_error};
use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::{Committed, Pipeline};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
/// A request is decoded whole; exporters send far less.
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// Takes an `ExportLogsServiceRequest`.
pub async fn logs(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_json = match content_type.split(';').next().unwrap_or_default().trim() {
        PROTOBUF => false,
        JSON => true,
        other => {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.content_type",
                format!("Content-Type `{other}` is not OTLP: use {PROTOBUF} or {JSON}"),
            ));
        }
    };
    let encoding = Encoding::of_request(&headers)?;
    let limits = BodyLimits {
        max_bytes: MAX_BODY_BYTES.min(app.config.ingest.max_body_bytes),
        max_ratio: app.config.ingest.max_compression_ratio,
    };
    let max_record_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
    let _turn = app.pipeline.turn(&headers).await?;
    let received = Arc::new(AtomicU64::new(0));
    let (forward, reader) = channel_reader(body, Arc::clone(&received));
    let pipeline = Arc::clone(&app.pipeline);
    let work = tokio::task::spawn_blocking(move || {
        let decoder = encoding.decode(reader).map_err(|error| read_error(&error))?;
        let mut body = Vec::new();
        LimitedReader::new(decoder, received, limits)
            .read_to_end(&mut body)
            .map_err(|error| read_error(&error))?;
        take(&pipeline, is_json, max_record_bytes, &body)
    });
    let (worked, ()) = tokio::join!(work, forward);
    let (rejections, committed) = worked.map_err(|error| ApiError::internal(&error))??;
    committed.wait().await?;
    app.pipeline.meters.rejected(rejections.count());
    let message = rejections.kept().first().map(|first| first.message.clone()).unwrap_or_default();
    Ok(if is_json {
        ([(header::CONTENT_TYPE, JSON)], otlp::logs_response_json(rejections.count(), &message))
            .into_response()
    } else {
        ([(header::CONTENT_TYPE, PROTOBUF)], otlp::logs_response_protobuf(rejections.count(), &message))
            .into_response()
    })
}

/// Decodes a request into blocks. Of a malformed one nothing is taken, as its sender is told.
fn take(
    pipeline: &Pipeline,
    is_json: bool,
    max_record_bytes: usize,
    body: &[u8],
) -> Result<(Rejections, Committed), ApiError> {
    let mut decoder = otlp::Decoder::new(max_record_bytes);
    let mut record = Record::new();
    let mut decode = |sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections| {
        let decoded = if is_json {
            decoder.decode_logs_json(body, &mut record, sink, rejections)
        } else {
            decoder.decode_logs_protobuf(body, &mut record, sink, rejections)
        };
        decoded.map_err(|error| ApiError::bad_request(error.code(), error.to_string()))
    };
    // What is in the shared block can't be taken back, so a small request is looked through first.
    let is_small = body.len() as u64 <= Pipeline::SMALL_BODY_BYTES;
    if is_small {
        decode(&mut |_| {}, &mut Rejections::default())?;
    }
    let mut rejections = Rejections::default();
    let mut intake = pipeline.intake(None, is_small);
    match decode(&mut |record| intake.push(record), &mut rejections) {
        Ok(_) => Ok((rejections, intake.commit())),
        Err(error) => {
            intake.abandon();
            Err(error)
        }
    }
}
