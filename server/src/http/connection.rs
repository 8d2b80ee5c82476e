//! Connections of the HTTP listeners: how many, and for how long without a request.
//!
//! A connection may be idle between requests for a while, since senders keep theirs; but a request that has begun has
//! to bring its head soon. hyper knows one time-out for both, so its timer is one that looks at what was received.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::rt::{Sleep, Timer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// After a failure to accept, such as too many open files.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// What a connection beyond the limit is told.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Limits of the connections of the listeners that share them.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// How long a request's head may take, and a connection's first byte.
    pub head: Duration,
    /// How long a connection may wait for its next request.
    pub idle: Duration,
    /// One permit a connection.
    pub slots: Arc<Semaphore>,
}

/// Serves a listener until `stop`; then requests that run end, and their connections with them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        while connections.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::warn!(error = %error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        match Arc::clone(&limits.slots).try_acquire_owned() {
            Ok(slot) => {
                connections.spawn(serve_one(
                    stream,
                    peer,
                    slot,
                    router.clone(),
                    limits.clone(),
                    stop.clone(),
                ));
            }
            Err(_) => {
                metrics::counter!("click_lite_connections_refused_total", "protocol" => "http").increment(1);
                refuse(stream);
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// The other side went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// Says no without waiting: a new socket's buffer has room for it.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(REFUSAL);
    }
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    // Answers are small and awaited.
    let _ = stream.set_nodelay(true);
    metrics::gauge!("click_lite_connections_open", "protocol" => "http").increment(1);
    let seen = Arc::new(Seen::default());
    let service = service_fn(|request: Request<Incoming>| {
        seen.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let io = TokioIo::new(Counted { stream, seen: Arc::clone(&seen) });
    let timer = HeadTimer { seen: Arc::clone(&seen), head: limits.head, idle: limits.idle };
    let mut http = http1::Builder::new();
    http.timer(timer).header_read_timeout(limits.head);
    let connection = http.serve_connection(io, service).with_upgrades();
    tokio::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        let reason = if error.is_timeout() {
            if seen.head_has_begun() { "slow_head" } else { "idle" }
        } else if error.is_parse() {
            "malformed"
        } else {
            "broken"
        };
        metrics::counter!("click_lite_connections_closed_total", "protocol" => "http", "reason" => reason)
            .increment(1);
    }
    metrics::gauge!("click_lite_connections_open", "protocol" => "http").decrement(1);
    drop(slot);
}

/// What a connection has received.
#[derive(Debug, Default)]
struct Seen {
    bytes: AtomicU64,
    /// Requests whose head is complete.
    requests: AtomicU64,
    /// `bytes` when the wait for the latest head began.
    bytes_before_head: AtomicU64,
}

impl Seen {
    fn head_has_begun(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.bytes_before_head.load(Ordering::Relaxed)
    }
}

/// A stream that counts what it reads.
struct Counted {
    stream: TcpStream,
    seen: Arc<Seen>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.seen.bytes.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// The timer that hyper uses while it waits for a request's head, and for nothing else.
struct HeadTimer {
    seen: Arc<Seen>,
    head: Duration,
    idle: Duration,
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        self.seen.bytes_before_head.store(self.seen.bytes.load(Ordering::Relaxed), Ordering::Relaxed);
        // A new connection comes with a request at once; one that had a request may wait for the next.
        let is_new = self.seen.requests.load(Ordering::Relaxed) == 0;
        let first = if is_new { self.head } else { self.idle };
        Box::pin(HeadSleep {
            sleep: Box::pin(tokio::time::sleep(first)),
            seen: Arc::clone(&self.seen),
            head: self.head,
            has_begun: is_new,
        })
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(Instant::now()))
    }
}

/// Ends when a connection was idle for too long or a head that has begun took too long.
struct HeadSleep {
    sleep: Pin<Box<tokio::time::Sleep>>,
    seen: Arc<Seen>,
    head: Duration,
    has_begun: bool,
}

impl Future for HeadSleep {
    type Output = ();

    /// hyper polls it after each read that did not complete the head.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if !self.has_begun && self.seen.head_has_begun() {
            self.has_begun = true;
            let deadline = tokio::time::Instant::now() + self.head;
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(context)
    }
}

impl Sleep for HeadSleep {}
