//! `POST /loki/api/v1/push`: Grafana Loki's push requests, protobuf in a Snappy block and JSON (Loki 3, "Ingest logs").

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use click_lite_formats::loki::{Decoder, LokiError};
use click_lite_model::{Record, Rejections};

use super::body::{BodyLimits, Encoding, LimitedReader, read_error};
use super::count_rows;
use super::input::{has_room, record_bytes};
use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::{Committed, Intake, Pipeline};

/// Most bytes of a request after decompression: it is decoded whole. Senders cut their batches at 1 MB by default.
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/loki/api/v1/push", post(push))
        // The path of Loki before 1.0, which some senders still have.
        .route("/api/prom/push", post(push))
        .route("/ready", get(ready))
}

/// What senders ask before they begin.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if has_room(&app) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the spool is full\n").into_response()
    }
}

async fn push(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    let rejections = match take(&app, &headers, body).await {
        Ok(rejections) => rejections,
        Err(error) => return error_answer(&error),
    };
    match rejections.kept().first() {
        None => StatusCode::NO_CONTENT.into_response(),
        // As Loki does: what is fine is taken, and the sender is told of the rest.
        Some(first) => error_answer(&ApiError::bad_request(
            first.code,
            format!(
                "{} entries were refused, the others taken; entry {}: {}",
                rejections.count(),
                first.index,
                first.message
            ),
        )),
    }
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json(Encoding),
    Protobuf(Encoding),
    SnappyProtobuf,
}

impl Form {
    fn of_request(headers: &HeaderMap) -> Result<Self, ApiError> {
        let text =
            |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let content_type = text(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
        let encoding = text(header::CONTENT_ENCODING).trim();
        match content_type {
            "application/json" => Ok(Self::Json(Encoding::of_request(headers)?)),
            // Many senders do not say that the body is a Snappy block, because it always is.
            "application/x-protobuf" if encoding.is_empty() || encoding.eq_ignore_ascii_case("snappy") => {
                Ok(Self::SnappyProtobuf)
            }
            "application/x-protobuf" => Ok(Self::Protobuf(Encoding::of_request(headers)?)),
            other => Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.content_type",
                format!(
                    "Content-Type `{other}` is not known here: use application/json or application/x-protobuf"
                ),
            )),
        }
    }

    fn is_json(self) -> bool {
        matches!(self, Self::Json(_))
    }
}

/// Takes the entries of a request; answers when they are on disk.
async fn take(app: &Arc<App>, headers: &HeaderMap, body: Body) -> Result<Rejections, ApiError> {
    let form = Form::of_request(headers)?;
    let limits = BodyLimits {
        max_bytes: MAX_BODY_BYTES.min(app.config.ingest.max_body_bytes),
        max_ratio: app.config.ingest.max_compression_ratio,
    };
    let _turn = app.pipeline.turn(headers).await?;
    let sent = axum::body::to_bytes(body, limits.max_bytes as usize)
        .await
        .map_err(|error| body_error(&error, &limits))?;
    // A small body may become a large one, so few are unpacked at once.
    let permit = match form {
        Form::Json(Encoding::None) | Form::Protobuf(Encoding::None) => None,
        _ => Some(app.pipeline.whole_request_turn().await?),
    };
    let pipeline = Arc::clone(&app.pipeline);
    let record_bytes = record_bytes(app);
    let work = move || {
        let body = unpack(form, sent, limits)?;
        let decoded = decode(&pipeline, form.is_json(), record_bytes, &body);
        drop(permit);
        decoded
    };
    let (rejections, accepted, committed) =
        tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))??;
    committed.wait().await?;
    app.pipeline.meters.rejected(rejections.count());
    count_rows("loki", accepted, rejections.count());
    Ok(rejections)
}

fn body_error(error: &axum::Error, limits: &BodyLimits) -> ApiError {
    let is_too_long = std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
    if is_too_long {
        return too_large(limits.max_bytes);
    }
    ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
}

fn too_large(max_bytes: u64) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request.too_large",
        format!("the body has more than {max_bytes} bytes after decompression: send it in parts"),
    )
}

fn unpack(form: Form, sent: Bytes, limits: BodyLimits) -> Result<Bytes, ApiError> {
    match form {
        Form::SnappyProtobuf => unpack_snappy(&sent, limits.max_bytes).map(Bytes::from),
        Form::Json(Encoding::None) | Form::Protobuf(Encoding::None) => Ok(sent),
        Form::Json(encoding) | Form::Protobuf(encoding) => {
            let received = Arc::new(AtomicU64::new(sent.len() as u64));
            let decoder = encoding.decode(&sent[..]).map_err(|error| read_error(&error))?;
            let mut body = Vec::new();
            LimitedReader::new(decoder, received, limits)
                .read_to_end(&mut body)
                .map_err(|error| read_error(&error))?;
            Ok(body.into())
        }
    }
}

/// Unpacks a Snappy block, whose length stands at its start: nothing is set aside for one that can't be true.
fn unpack_snappy(block: &[u8], max_bytes: u64) -> Result<Vec<u8>, ApiError> {
    let invalid = |error: &dyn std::fmt::Display| {
        ApiError::bad_request(
            "request.compression",
            format!(
                "the body is no Snappy block: {error}. Protobuf is sent in one, or with Content-Encoding gzip or identity"
            ),
        )
    };
    let length = snap::raw::decompress_len(block).map_err(|error| invalid(&error))?;
    if length as u64 > max_bytes {
        return Err(too_large(max_bytes));
    }
    // A copy of 64 bytes takes three: no block grows more than that.
    if length / 22 > block.len() {
        return Err(invalid(&format_args!("{} bytes can't become {length}", block.len())));
    }
    snap::raw::Decoder::new().decompress_vec(block).map_err(|error| invalid(&error))
}

/// Decodes a request into blocks.
fn decode(
    pipeline: &Pipeline,
    is_json: bool,
    record_bytes: usize,
    body: &[u8],
) -> Result<(Rejections, u64, Committed), ApiError> {
    let mut decoder = Decoder::new(record_bytes);
    let mut record = Record::new();
    let mut decode = |sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections| {
        let decoded = if is_json {
            decoder.decode_json(body, &mut record, sink, rejections)
        } else {
            decoder.decode_protobuf(body, &mut record, sink, rejections)
        };
        decoded.map_err(|error: LokiError| ApiError::bad_request(error.code(), error.to_string()))
    };
    // What is in the shared block can't be taken back, so a small request is looked through first. With large labels
    // it can be far more than it looks.
    let mut text_bytes = 0;
    let is_small = body.len() as u64 <= Pipeline::SMALL_BODY_BYTES;
    if is_small {
        decode(&mut |record| text_bytes += record.text_bytes() as u64, &mut Rejections::default())?;
    }
    let shares_block = is_small && text_bytes <= 4 * Pipeline::SMALL_BODY_BYTES;
    let mut rejections = Rejections::default();
    let mut intake = pipeline.intake(None, shares_block);
    let mut flushed = Ok(());
    let decoded = decode(&mut |record| push_record(&mut intake, record, &mut flushed), &mut rejections);
    match decoded.and(flushed) {
        Ok(()) => Ok((rejections, intake.rows(), intake.commit())),
        Err(error) => {
            intake.abandon();
            Err(error)
        }
    }
}

/// Hands blocks over as they fill, so that memory stays bounded; after a failure nothing more is pushed.
fn push_record(intake: &mut Intake<'_>, record: &Record, flushed: &mut Result<(), ApiError>) {
    if flushed.is_ok() {
        intake.push(record);
        *flushed = intake.flush_if_large();
    }
}

/// An error as Loki writes it: a line of text. Senders send again what 429 and 5xx answer.
fn error_answer(error: &ApiError) -> Response {
    let mut response = (error.status, format!("{}\n", error.message)).into_response();
    if let Some(seconds) = error.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snappy_blocks_that_lie_are_refused() {
        let text = "a line of a log ".repeat(10_000);
        let block = snap::raw::Encoder::new().compress_vec(text.as_bytes()).expect("compressed");
        assert_eq!(unpack_snappy(&block, 1 << 20).expect("unpacked"), text.as_bytes());
        assert_eq!(unpack_snappy(&block, 100_000).expect_err("too large").code, "request.too_large");
        // 4 GiB - 1 and 1 MiB, of nothing.
        for lie in
            [&b"\xff\xff\xff\xff\x0f"[..], b"\x80\x80\x40", b"", b"\xff\xff\xff\xff\xff", &block[..100]]
        {
            assert!(unpack_snappy(lie, 1 << 30).is_err());
        }
    }
}
