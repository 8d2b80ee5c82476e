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
use crate::pipeline::Committed;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
/// A request is decoded whole; exporters send far less.
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// Takes an `ExportLogsServiceRequest`.
pub async fn logs(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
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
    let _turn = app.pipeline.turn(&headers).await?;
    let received = Arc::new(AtomicU64::new(0));
    let (forward, reader) = channel_reader(body, Arc::clone(&received));
    let pipeline = Arc::clone(&app.pipeline);
    let work = tokio::task::spawn_blocking(move || {
        let decoder = encoding.decode(reader).map_err(|error| read_error(&error))?;
        let mut body = Vec::new();
        LimitedReader::new(decoder, received, limits).read_to_end(&mut body).map_err(|error| read_error(&error))?;
        // The whole body is there: decoding it keeps the shared block for a moment only.
        let mut intake = pipeline.intake(None, body.len() as u64 <= crate::pipeline::Pipeline::SMALL_BODY_BYTES);
        let mut record = Record::new();
        let mut rejections = Rejections::default();
        let mut sink = |record: &mut Record| intake.push(record);
        let decoded = if is_json {
            otlp::decode_logs_json(&body, &mut record, &mut sink, &mut rejections)
        } else {
            otlp::decode_logs_protobuf(&body, &mut record, &mut sink, &mut rejections)
        };
        let committed: Committed = intake.commit();
        Ok::<_, ApiError>((decoded, rejections, committed))
    });
    let (worked, ()) = tokio::join!(work, forward);
    let (decoded, rejections, committed) = worked.map_err(|error| ApiError::internal(&error))??;
    committed.wait().await?;
    decoded.map_err(|error| ApiError::bad_request(error.code(), error.to_string()))?;
    app.pipeline.meters.rejected(rejections.count());
    let message = rejections.kept().first().map(|first| first.message.clone()).unwrap_or_default();
    Ok(if is_json {
        ([(header::CONTENT_TYPE, JSON)], otlp::encode_logs_response_json(rejections.count(), &message)).into_response()
    } else {
        ([(header::CONTENT_TYPE, PROTOBUF)], otlp::encode_logs_response_protobuf(rejections.count(), &message))
            .into_response()
    })
}
