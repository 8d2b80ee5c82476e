//! OTLP, logs and traces: what its receivers over HTTP and gRPC share (OpenTelemetry Protocol specification 1.x).
//!
//! A request is read as a whole, waits for its turn, and is then decompressed and decoded on a thread that may block. Of
//! a malformed one nothing is taken, as its sender is told.

pub mod grpc;
pub mod http;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::http::StatusCode;
use bytes::Bytes;
use click_lite_formats::native::{LogColumns, SpanColumns};
use click_lite_formats::ndjson::Decoded;
use click_lite_formats::otlp::{Decoder, OtlpError, Response, Signal as Kind};
use click_lite_model::{Record, Rejections, Span};
use tokio::sync::OwnedSemaphorePermit;

use super::body::{BodyLimits, Encoding, LimitedReader, read_error};
use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::{Committed, Pipeline, Signal};

/// A signal that OTLP brings.
trait OtlpSignal: Signal<Item: Default> {
    const KIND: Kind;

    /// Calls `sink` with each item of a request.
    fn decode(
        decoder: &mut Decoder,
        is_json: bool,
        body: &[u8],
        item: &mut Self::Item,
        sink: &mut dyn FnMut(&mut Self::Item),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError>;
}

impl OtlpSignal for LogColumns {
    const KIND: Kind = Kind::Logs;

    fn decode(
        decoder: &mut Decoder,
        is_json: bool,
        body: &[u8],
        record: &mut Record,
        sink: &mut dyn FnMut(&mut Record),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        if is_json {
            decoder.decode_logs_json(body, record, sink, rejections)
        } else {
            decoder.decode_logs_protobuf(body, record, sink, rejections)
        }
    }
}

impl OtlpSignal for SpanColumns {
    const KIND: Kind = Kind::Traces;

    fn decode(
        decoder: &mut Decoder,
        is_json: bool,
        body: &[u8],
        span: &mut Span,
        sink: &mut dyn FnMut(&mut Span),
        rejections: &mut Rejections,
    ) -> Result<Decoded, OtlpError> {
        if is_json {
            decoder.decode_traces_json(body, span, sink, rejections)
        } else {
            decoder.decode_traces_protobuf(body, span, sink, rejections)
        }
    }
}

/// A request that is in memory as a whole.
struct Request {
    body: Bytes,
    encoding: Encoding,
    is_json: bool,
    /// Its share of the memory for requests.
    turn: OwnedSemaphorePermit,
}

/// Most bytes of a request, before and after decompression.
fn max_request_bytes(app: &App) -> u64 {
    app.config.otlp.max_request_bytes.min(app.config.ingest.max_body_bytes)
}

fn too_large(max_bytes: u64) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request.too_large",
        format!(
            "the request has more than {max_bytes} bytes (`otlp.max_request_bytes`): send fewer records in one"
        ),
    )
}

/// What became of a request's items.
struct Taken {
    accepted: u64,
    rejections: Rejections,
}

/// Takes a request; returns once its items are durable.
async fn take<T: OtlpSignal>(app: &App, request: Request) -> Result<Taken, ApiError> {
    let turn = app.pipeline.whole_request_turn().await?;
    let pipeline = Arc::clone(&app.pipeline);
    let limits =
        BodyLimits { max_bytes: max_request_bytes(app), max_ratio: app.config.ingest.max_compression_ratio };
    let max_record_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
    let work = tokio::task::spawn_blocking(move || {
        let body = decompress(request.body, request.encoding, limits)?;
        let taken = decode::<T>(&pipeline, request.is_json, max_record_bytes, &body);
        // Both end with the work, also where the sender has gone and nobody waits for it.
        drop((turn, request.turn));
        taken
    });
    let (taken, committed) = work.await.map_err(|error| ApiError::internal(&error))??;
    committed.wait().await?;
    app.pipeline.meters.rejected(taken.rejections.count());
    Ok(taken)
}

fn decompress(body: Bytes, encoding: Encoding, limits: BodyLimits) -> Result<Bytes, ApiError> {
    if encoding == Encoding::None {
        return Ok(body);
    }
    let received = Arc::new(AtomicU64::new(body.len() as u64));
    let decoder = encoding.decode(&body[..]).map_err(|error| read_error(&error))?;
    let mut plain = Vec::new();
    LimitedReader::new(decoder, received, limits)
        .read_to_end(&mut plain)
        .map_err(|error| read_error(&error))?;
    Ok(plain.into())
}

/// Decodes a request into blocks.
fn decode<T: OtlpSignal>(
    pipeline: &Pipeline,
    is_json: bool,
    max_record_bytes: usize,
    body: &[u8],
) -> Result<(Taken, Committed), ApiError> {
    let mut decoder = Decoder::new(max_record_bytes);
    let mut item = T::Item::default();
    let mut decode = |sink: &mut dyn FnMut(&mut T::Item), rejections: &mut Rejections| {
        T::decode(&mut decoder, is_json, body, &mut item, sink, rejections)
            .map_err(|error| ApiError::bad_request(error.code(), error.to_string()))
    };
    // What is in the shared block can't be taken back, so a small request is looked through first.
    let is_small = body.len() as u64 <= Pipeline::SMALL_BODY_BYTES;
    if is_small {
        decode(&mut |_| {}, &mut Rejections::default())?;
    }
    let mut rejections = Rejections::default();
    let mut intake = pipeline.intake_of::<T>(None, is_small);
    match decode(&mut |item| intake.push(item), &mut rejections) {
        Ok(_) => Ok((Taken { accepted: intake.rows(), rejections }, intake.commit())),
        Err(error) => {
            intake.abandon();
            Err(error)
        }
    }
}

/// The answer to a request that was read, given to `write` in the form that its encoding needs.
fn answer<T: OtlpSignal, A>(taken: &Taken, write: impl FnOnce(Response<'_>) -> A) -> A {
    let rejections = &taken.rejections;
    let message = rejections.kept().first().map_or("", |first| first.message.as_str());
    write(Response { signal: T::KIND, rejected: rejections.count(), message })
}

/// `google.rpc.Code` of an error.
fn status_code(error: &ApiError) -> u32 {
    const INVALID_ARGUMENT: u32 = 3;
    const DEADLINE_EXCEEDED: u32 = 4;
    const PERMISSION_DENIED: u32 = 7;
    const RESOURCE_EXHAUSTED: u32 = 8;
    const UNIMPLEMENTED: u32 = 12;
    const INTERNAL: u32 = 13;
    const UNAVAILABLE: u32 = 14;
    match error.status {
        StatusCode::REQUEST_TIMEOUT => DEADLINE_EXCEEDED,
        StatusCode::FORBIDDEN => PERMISSION_DENIED,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS | StatusCode::INSUFFICIENT_STORAGE => {
            RESOURCE_EXHAUSTED
        }
        StatusCode::NOT_FOUND | StatusCode::UNSUPPORTED_MEDIA_TYPE => UNIMPLEMENTED,
        StatusCode::SERVICE_UNAVAILABLE => UNAVAILABLE,
        status if status.is_client_error() => INVALID_ARGUMENT,
        _ => INTERNAL,
    }
}

/// Counts what became of a request.
fn count(protocol: &'static str, outcome: Result<&Taken, &ApiError>) {
    match outcome {
        Ok(Taken { accepted, rejections }) => {
            let rejected = rejections.count();
            metrics::counter!("click_lite_receiver_rows_total", "protocol" => protocol).increment(*accepted);
            metrics::counter!("click_lite_receiver_rejected_total", "protocol" => protocol)
                .increment(rejected);
        }
        Err(error) => {
            let reason = error.code.clone();
            metrics::counter!("click_lite_requests_refused_total", "protocol" => protocol, "reason" => reason)
                .increment(1);
        }
    }
}
