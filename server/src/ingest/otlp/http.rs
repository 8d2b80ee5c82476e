//! `POST /v1/logs` and `/v1/traces`: OTLP over HTTP, protobuf and JSON (specification, "OTLP/HTTP").

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use click_lite_formats::native::{LogColumns, SpanColumns};
use click_lite_formats::otlp::Status;
use futures_util::StreamExt;

use super::{OtlpSignal, Request, Taken, answer, count, max_request_bytes, status_code, take, too_large};
use crate::app::App;
use crate::http::error::{ApiError, REQUEST_ID};
use crate::ingest::body::Encoding;
use crate::ingest::content_length;
use crate::pipeline::UNKNOWN_BODY_BYTES;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Takes an `ExportLogsServiceRequest`.
pub async fn logs(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    export::<LogColumns>(&app, &headers, body).await
}

/// Takes an `ExportTraceServiceRequest`.
pub async fn traces(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    export::<SpanColumns>(&app, &headers, body).await
}

async fn export<T: OtlpSignal>(app: &App, headers: &HeaderMap, body: Body) -> Result<Response, ApiError> {
    let result = receive::<T>(app, headers, body).await;
    count("otlp_http", result.as_ref());
    let taken = result?;
    Ok(answer::<T, _>(&taken, |response| {
        if content_type(headers) == JSON {
            ([(header::CONTENT_TYPE, JSON)], response.to_json()).into_response()
        } else {
            ([(header::CONTENT_TYPE, PROTOBUF)], response.to_protobuf()).into_response()
        }
    }))
}

async fn receive<T: OtlpSignal>(app: &App, headers: &HeaderMap, body: Body) -> Result<Taken, ApiError> {
    let is_json = match content_type(headers) {
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
    let encoding = Encoding::of_request(headers)?;
    let max_bytes = max_request_bytes(app);
    let length = content_length(headers);
    if length.is_some_and(|length| length > max_bytes) {
        return Err(too_large(max_bytes));
    }
    let mut turn_bytes = length.unwrap_or(UNKNOWN_BODY_BYTES);
    let mut turn = app.pipeline.turn_of(turn_bytes).await?;
    let mut received = BytesMut::new();
    let mut data = body.into_data_stream();
    while let Some(piece) = data.next().await {
        let piece = piece.map_err(|error| {
            ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
        })?;
        received.extend_from_slice(&piece);
        if received.len() as u64 > max_bytes {
            return Err(too_large(max_bytes));
        }
        while received.len() as u64 > turn_bytes {
            app.pipeline.grow_turn(&mut turn, UNKNOWN_BODY_BYTES)?;
            turn_bytes += UNKNOWN_BODY_BYTES;
        }
    }
    take::<T>(app, Request { body: received.freeze(), encoding, is_json, turn }).await
}

/// The media type without its parameters.
fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Gives each error of these paths, wherever it was found, the body that the specification wants: a `google.rpc.Status` in
/// the encoding of the request.
pub async fn render_errors(request: HttpRequest, next: Next) -> Response {
    if !matches!(request.uri().path(), "/v1/logs" | "/v1/traces") {
        return next.run(request).await;
    }
    let is_protobuf = content_type(request.headers()) == PROTOBUF;
    let request_id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    let Some(mut error) = response.extensions_mut().remove::<ApiError>() else { return response };
    if error.status == StatusCode::INSUFFICIENT_STORAGE {
        // A client may send again what 429, 502, 503 or 504 answered, and has to drop it otherwise.
        error.status = StatusCode::SERVICE_UNAVAILABLE;
    }
    if error.status.is_server_error() {
        let id = request_id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
        tracing::warn!(request.id = %id, error.code = %error.code, status = error.status.as_u16(), "answered with an error");
    }
    let status = Status {
        code: status_code(&error),
        message: &error.message,
        retry_after_seconds: error.retry_after_seconds,
    };
    let mut rendered = if is_protobuf {
        (error.status, [(header::CONTENT_TYPE, PROTOBUF)], status.to_protobuf()).into_response()
    } else {
        (error.status, [(header::CONTENT_TYPE, JSON)], status.to_json()).into_response()
    };
    if let Some(seconds) = error.retry_after_seconds {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    rendered
}
