//! Request bodies that do not come on are broken off: a request holds memory and a place in the queue.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::error::ApiError;
use crate::ingest::rate::RateLimit;

/// Bytes a second that a body has to bring while the server waits for it.
const LEAST_BYTES_PER_SECOND: u64 = 1024;
/// Bodies of files: they need the token, and may be a pipe into which a program writes now and then.
const UNHURRIED: &str = "/api/v1/imports";

/// What senders may send.
pub struct SenderLimits {
    /// How long the server waits for a body before it looks at what came.
    pub body_timeout: Duration,
    /// Bytes of bodies a second from one address.
    pub bytes: Option<RateLimit<std::net::IpAddr>>,
}

/// Breaks off bodies that make no progress; their requests are answered with 408.
pub async fn break_off_stalled(
    State(limits): State<Arc<SenderLimits>>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() || request.uri().path() == UNHURRIED {
        return next.run(request).await;
    }
    let has_stalled = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| {
        Body::new(Watched {
            body,
            window: limits.body_timeout,
            waited: Duration::ZERO,
            waiting_since: None,
            sleep: Box::pin(tokio::time::sleep(limits.body_timeout)),
            bytes: 0,
            has_stalled: Arc::clone(&has_stalled),
        })
    });
    let response = next.run(request).await;
    if !has_stalled.load(Ordering::Relaxed) || response.status().is_success() {
        return response;
    }
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "request.timeout",
        format!(
            "the body came to a standstill (less than {LEAST_BYTES_PER_SECOND} bytes a second for {} s): records of \
             it may be stored already",
            limits.body_timeout.as_secs()
        ),
    )
    .into_response()
}

/// Refuses requests of an address that sent more than it may, and counts what the others send.
pub async fn limit_senders(
    State(limits): State<Arc<SenderLimits>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let (Some(limit), Some(peer)) = (&limits.bytes, peer) else { return next.run(request).await };
    if let Some(wait) = limit.wait(&peer, Instant::now()) {
        return limit.refusal(&format!("{peer} sends"), "bytes", wait).into_response();
    }
    let received = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&received);
    request = request.map(|body| Body::new(Counted { body, received: counter }));
    let response = next.run(request).await;
    limit.charge(peer, received.load(Ordering::Relaxed), Instant::now());
    response
}

/// The body came to a standstill.
#[derive(Debug, thiserror::Error)]
#[error("no more of it came")]
struct Stalled;

/// A body whose bytes are counted, as they came over the network.
struct Counted {
    body: Body,
    received: Arc<AtomicU64>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body that fails when too little comes. Only the time counts in which the server waits for it: a server that is
/// busy reads late, and that is not the sender's fault.
struct Watched {
    body: Body,
    window: Duration,
    /// Time waited in this window.
    waited: Duration,
    waiting_since: Option<Instant>,
    sleep: Pin<Box<tokio::time::Sleep>>,
    /// Bytes that came in this window.
    bytes: u64,
    has_stalled: Arc<AtomicBool>,
}

impl Watched {
    /// Ends the window where it is over; an error when too little came in it.
    fn look(&mut self) -> Result<(), Stalled> {
        if self.waited < self.window {
            return Ok(());
        }
        if self.bytes < LEAST_BYTES_PER_SECOND * self.window.as_secs().max(1) {
            self.has_stalled.store(true, Ordering::Relaxed);
            return Err(Stalled);
        }
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        Ok(())
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(since) = self.waiting_since.take() {
                    self.waited += since.elapsed();
                }
                if let Some(Ok(frame)) = &frame {
                    self.bytes += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
                    if let Err(error) = self.look() {
                        return Poll::Ready(Some(Err(axum::Error::new(error))));
                    }
                }
                Poll::Ready(frame)
            }
            Poll::Pending => loop {
                let now = Instant::now();
                if let Some(since) = self.waiting_since.replace(now) {
                    self.waited += now - since;
                }
                if let Err(error) = self.look() {
                    return Poll::Ready(Some(Err(axum::Error::new(error))));
                }
                let left = self.window.saturating_sub(self.waited);
                self.sleep.as_mut().reset(tokio::time::Instant::now() + left);
                // Registers the timer; one that is over already is looked at again.
                ready!(self.sleep.as_mut().poll(context));
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
