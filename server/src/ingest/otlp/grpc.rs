//! OTLP over gRPC: `LogsService` and `TraceService` (specification, "OTLP/gRPC").
//!
//! tonic runs the connections; the messages go to our decoder as they came. They are framed here rather than by tonic's
//! codec, because the length before a message is what its share of the memory is taken by before the rest is read, and
//! because tonic decompresses on the threads of the runtime.
//!
//! There is no check of `Host` and `Origin` here: browsers send HTTP/2 only within TLS.

mod connection;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{self, HeaderMap, HeaderValue, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{Buf, Bytes, BytesMut};
use click_lite_formats::native::{LogColumns, SpanColumns};
use click_lite_formats::otlp;
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;

use super::{OtlpSignal, Request, Taken, answer, count, max_request_bytes, status_code, take, too_large};
use crate::app::App;
use crate::http::error::ApiError;
use crate::ingest::body::Encoding;

/// Name in metrics.
const PROTOCOL: &str = "otlp_grpc";
const CONTENT_TYPE: &str = "application/grpc";
/// What a message may be compressed with.
const ACCEPTED_ENCODINGS: HeaderValue = HeaderValue::from_static("identity,gzip,deflate,zstd");
/// How long a message may take to arrive.
const MESSAGE_TIME: Duration = Duration::from_secs(60);
/// Requests of one connection at once; exporters send one after the other.
const STREAMS: u32 = 32;
/// Bytes of one request, and of all requests of a connection, that wait to be read.
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 512 * 1024;
/// How often a silent peer is asked whether it is there, and how long it may take to say so.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(20));

/// Serves until `stop`; requests that run then end.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: CancellationToken) -> std::io::Result<()> {
    let service = tower::service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(respond(&app, request).await) }
    });
    tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_concurrent_streams(STREAMS)
        .http2_keepalive_interval(Some(KEEPALIVE.0))
        .http2_keepalive_timeout(Some(KEEPALIVE.1))
        .serve_with_incoming_shutdown(service, connection::incoming(listener), stop.cancelled_owned())
        .await
        .map_err(std::io::Error::other)
}

async fn respond(app: &App, request: http::Request<Body>) -> http::Response<Body> {
    match request.uri().path() {
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => {
            export::<LogColumns>(app, request).await
        }
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => {
            export::<SpanColumns>(app, request).await
        }
        path => failure(&ApiError::not_found(format!(
            "there is no method {path}: OTLP logs and traces are taken"
        ))),
    }
}

async fn export<T: OtlpSignal>(app: &App, request: http::Request<Body>) -> http::Response<Body> {
    let is_grpc = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(CONTENT_TYPE.as_bytes()));
    if !is_grpc {
        let mut response = http::Response::new(Body::empty());
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return response;
    }
    let result = receive::<T>(app, request).await;
    count(PROTOCOL, result.as_ref());
    match result {
        Ok(taken) => success(&answer::<T, _>(&taken, |response| response.to_protobuf())),
        Err(error) => failure(&error),
    }
}

async fn receive<T: OtlpSignal>(app: &App, request: http::Request<Body>) -> Result<Taken, ApiError> {
    if app.stop.is_cancelled() {
        let message = "the server is stopping";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server.stopping", message).retry_after(1));
    }
    let (head, body) = request.into_parts();
    let request =
        tokio::time::timeout(MESSAGE_TIME, read(app, &head.headers, body)).await.map_err(|_| {
            let message = format!("the message did not arrive within {} seconds", MESSAGE_TIME.as_secs());
            ApiError::new(StatusCode::REQUEST_TIMEOUT, "request.timeout", message)
        })??;
    take::<T>(app, request).await
}

/// Reads the one message of a request: a byte that says whether it is compressed, its length, and itself
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
async fn read(app: &App, headers: &HeaderMap, mut body: Body) -> Result<Request, ApiError> {
    const PREFIX_BYTES: usize = 5;
    let mut message = BytesMut::new();
    while message.len() < PREFIX_BYTES {
        message.extend_from_slice(&next(&mut body).await?.ok_or_else(truncated)?);
    }
    let encoding = match message.get_u8() {
        0 => Encoding::None,
        1 => encoding(headers)?,
        other => {
            let text = format!("the message begins with {other}, which says neither plain nor compressed");
            return Err(ApiError::bad_request("request.framing", text));
        }
    };
    let length = message.get_u32() as usize;
    let max_bytes = max_request_bytes(app);
    if length as u64 > max_bytes {
        return Err(too_large(max_bytes));
    }
    let turn = app.pipeline.turn_of(length as u64).await?;
    while message.len() < length {
        message.extend_from_slice(&next(&mut body).await?.ok_or_else(truncated)?);
    }
    while message.len() == length {
        match next(&mut body).await? {
            Some(more) => message.extend_from_slice(&more),
            None => return Ok(Request { body: message.freeze(), encoding, is_json: false, turn }),
        }
    }
    Err(ApiError::bad_request(
        "request.framing",
        "the request has more than the one message that an export is",
    ))
}

/// The next data of a body; `None` at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            ApiError::bad_request("request.interrupted", format!("the request broke off: {error}"))
        })?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

fn truncated() -> ApiError {
    ApiError::bad_request("request.truncated", "the request ends in the middle of its message")
}

/// What `grpc-encoding` says that a compressed message is compressed with.
fn encoding(headers: &HeaderMap) -> Result<Encoding, ApiError> {
    match headers.get("grpc-encoding").map_or("none", |name| name.to_str().unwrap_or("?")) {
        "gzip" => Ok(Encoding::Gzip),
        "deflate" => Ok(Encoding::Deflate),
        "zstd" => Ok(Encoding::Zstd),
        other => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "request.encoding",
            format!("grpc-encoding `{other}` is not known here: use gzip, deflate, zstd or identity"),
        )),
    }
}

fn success(message: &[u8]) -> http::Response<Body> {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.extend_from_slice(&[0]);
    framed.extend_from_slice(&u32::try_from(message.len()).unwrap_or(0).to_be_bytes());
    framed.extend_from_slice(message);
    let trailers = HeaderMap::from_iter([(
        header::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    let body = Full::new(framed.freeze()).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = http::Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    accepting(response)
}

fn failure(error: &ApiError) -> http::Response<Body> {
    if error.status.is_server_error() {
        tracing::warn!(error.code = %error.code, "answered a gRPC request with an error");
    }
    let code = status_code(error);
    let status =
        otlp::Status { code, message: &error.message, retry_after_seconds: error.retry_after_seconds };
    let code = tonic::Code::from_i32(i32::try_from(code).unwrap_or_default());
    let details = Bytes::from(status.to_protobuf());
    let mut response = tonic::Status::with_details(code, error.message.as_str(), details).into_http();
    // The details hold it as well, but OpenTelemetry's Python exporter looks for it here.
    let retry_info = status.retry_info().map(|bytes| STANDARD_NO_PAD.encode(bytes));
    if let Some(Ok(value)) = retry_info.as_deref().map(HeaderValue::from_str) {
        response.headers_mut().insert("google.rpc.retryinfo-bin", value);
    }
    accepting(response)
}

fn accepting(mut response: http::Response<Body>) -> http::Response<Body> {
    response.headers_mut().insert("grpc-accept-encoding", ACCEPTED_ENCODINGS);
    response
}
