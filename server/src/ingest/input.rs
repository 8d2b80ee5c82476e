//! A request's body on a thread that may block, whole where it is small.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};

use super::body::{BodyLimits, Encoding, LimitedReader, channel_reader, read_error};
use super::content_length;
use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::Pipeline;

/// A body, decompressed within limits.
pub struct Input<'b> {
    /// All of a small body, else its first bytes.
    head: Vec<u8>,
    rest: Option<Box<dyn Read + 'b>>,
}

impl<'b> Input<'b> {
    fn open(mut reader: impl Read + 'b) -> io::Result<Self> {
        let mut head = Vec::new();
        reader.by_ref().take(Pipeline::SMALL_BODY_BYTES + 1).read_to_end(&mut head)?;
        let is_small = head.len() as u64 <= Pipeline::SMALL_BODY_BYTES;
        Ok(Self { head, rest: if is_small { None } else { Some(Box::new(reader)) } })
    }

    /// The body where it is small: its records may share a block with others.
    pub fn small(&self) -> Option<&[u8]> {
        self.rest.is_none().then_some(&self.head[..])
    }

    pub fn into_reader(self) -> impl Read + 'b {
        Cursor::new(self.head).chain(self.rest.unwrap_or_else(|| Box::new(io::empty())))
    }

    /// Reads all of the body into memory.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, ApiError> {
        if let Some(mut rest) = self.rest {
            rest.read_to_end(&mut self.head).map_err(|error| read_error(&error))?;
        }
        Ok(self.head)
    }
}

/// Bytes above which a record is refused.
pub fn record_bytes(app: &App) -> usize {
    usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX)
}

/// Whether the spool takes a request of ordinary size.
pub fn has_room(app: &App) -> bool {
    let stats = app.pipeline.spool().stats();
    stats.pending_bytes + Pipeline::SMALL_BODY_BYTES <= stats.limit_bytes && !app.stop.is_cancelled()
}

/// Receives a body of at most `max_bytes` after decompression, and hands it to `work` on a thread that may block.
pub async fn receive<T: Send + 'static>(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    encoding: Encoding,
    max_bytes: u64,
    work: impl FnOnce(Input<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let limits = BodyLimits {
        max_bytes: max_bytes.min(app.config.ingest.max_body_bytes),
        max_ratio: app.config.ingest.max_compression_ratio,
    };
    let length = content_length(headers);
    if length.is_some_and(|bytes| bytes > limits.max_bytes) {
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request.too_large",
            format!("the body has more than the {} bytes that are taken: send it in parts", limits.max_bytes),
        ));
    }
    let worked = if length.is_some_and(|bytes| bytes <= Pipeline::SMALL_BODY_BYTES) {
        // No thread waits for a small body that is slow to come.
        let body =
            axum::body::to_bytes(body, Pipeline::SMALL_BODY_BYTES as usize).await.map_err(|error| {
                ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
            })?;
        let received = Arc::new(AtomicU64::new(body.len() as u64));
        tokio::task::spawn_blocking(move || work(open(&body[..], encoding, received, limits)?)).await
    } else {
        let received = Arc::new(AtomicU64::new(0));
        let (forward, reader) = channel_reader(body, Arc::clone(&received));
        let work = tokio::task::spawn_blocking(move || work(open(reader, encoding, received, limits)?));
        tokio::join!(work, forward).0
    };
    worked.map_err(|error| ApiError::internal(&error))?
}

fn open<'b>(
    reader: impl io::BufRead + 'b,
    encoding: Encoding,
    received: Arc<AtomicU64>,
    limits: BodyLimits,
) -> Result<Input<'b>, ApiError> {
    encoding
        .decode(reader)
        .and_then(|decoder| Input::open(LimitedReader::new(decoder, received, limits)))
        .map_err(|error| read_error(&error))
}
