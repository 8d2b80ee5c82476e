//! Messages over TCP, and over TLS: accepting, time-outs, buffers, and cutting at the ends of messages.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::sockets::{OncePerMinute, Piece, PieceDecoder, Sockets, TakeError};

/// Room of a connection that waits for its next message.
const IDLE_BUFFER_BYTES: usize = 4 * 1024;
/// Bytes that every connection may hold; more need a share of what all connections have together.
const SMALL_BUFFER_BYTES: usize = 64 * 1024;
/// Bytes that are decoded at once, of a connection that sends fast.
const PIECE_BYTES: usize = 1024 * 1024;
/// Slowest that a message may come in, once it takes longer than the stall time.
const SLOWEST_BYTES_PER_SECOND: usize = 16 * 1024;
/// How long a connection may go on reading what was sent before the stop.
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// Probes of a connection that says nothing, so that senders which vanished are noticed.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Waits after a failed accept, as when the process has no file descriptors left.
const ACCEPT_RETRY: std::ops::Range<Duration> = Duration::from_millis(20)..Duration::from_secs(1);

/// How messages are told apart in a stream.
pub trait Framing: Send {
    /// Looks at the bytes that have come and were not taken yet. `seen` of them, from the start, were there already
    /// when this last answered [`Step::More`].
    fn step(&mut self, bytes: &[u8], seen: usize, fill: Fill) -> Step;
}

/// Whether more bytes can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    Growing,
    /// The buffer holds as much as a message may have: [`Step::More`] closes the connection.
    Full,
    /// The stream is at its end: what [`Step::More`] leaves is refused as truncated.
    Ended,
}

/// What to do with the bytes of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many bytes, at least one, are whole messages.
    Take(usize),
    /// So many bytes are thrown away and count as one refused message, for the reason of this code.
    Refuse(usize, &'static str),
    /// So many bytes are thrown away: more of a refused message.
    Skip(usize),
    /// The first message is not whole.
    More,
    /// Nothing that follows can be understood; the reason.
    Close(&'static str),
}

/// Accepts connections until the server stops, then waits for those that are open. The handler gets each.
pub async fn serve_tcp<H, F>(
    listener: TcpListener,
    protocol: &'static str,
    tls: Option<TlsAcceptor>,
    sockets: Arc<Sockets>,
    handler: H,
) where
    H: Fn(Connection) -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let (refused, failed) = (OncePerMinute::default(), OncePerMinute::default());
    let mut wait = ACCEPT_RETRY.start;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    wait = ACCEPT_RETRY.start;
                    let Some(permit) = sockets.try_connection() else {
                        drop(stream);
                        metrics::counter!("click_lite_connections_refused_total", "protocol" => protocol).increment(1);
                        if refused.is_due() {
                            tracing::warn!(protocol, "connections are refused: as many as `ingest.max_connections` are open");
                        }
                        continue;
                    };
                    let (tls, sockets, handler) = (tls.clone(), Arc::clone(&sockets), handler.clone());
                    connections.spawn(async move {
                        let open = Open::new(protocol, permit);
                        if let Some(connection) = connect(stream, address.ip(), tls, open, sockets).await {
                            handler(connection).await;
                        }
                    });
                }
                Err(error) => {
                    if failed.is_due() {
                        tracing::warn!(protocol, error = %error, "connections are not accepted");
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(ACCEPT_RETRY.end);
                }
            },
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(protocol, error = %error, "a connection failed");
                }
            }
            () = sockets.stop.cancelled() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connect(
    stream: TcpStream,
    address: IpAddr,
    tls: Option<TlsAcceptor>,
    open: Open,
    sockets: Arc<Sockets>,
) -> Option<Connection> {
    let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
    // Without it the idle time-out still ends the connection.
    let _ = socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive);
    let stream: Box<dyn Stream> = match tls {
        None => Box::new(stream),
        Some(acceptor) => {
            let handshake = tokio::select! {
                handshake = timeout(sockets.limits.stall, acceptor.accept(stream)) => handshake,
                () = sockets.stop.cancelled() => return None,
            };
            match handshake {
                Ok(Ok(stream)) => Box::new(stream),
                Ok(Err(error)) => {
                    tracing::debug!(protocol = open.protocol, error = %error, "a TLS handshake failed");
                    open.closed("handshake");
                    return None;
                }
                Err(_) => {
                    open.closed("stalled");
                    return None;
                }
            }
        }
    };
    let max_message_bytes = sockets.limits.max_record_bytes;
    Some(Connection {
        stream,
        address,
        buffer: BytesMut::new(),
        seen: 0,
        room: None,
        began: None,
        end: None,
        stop_at: None,
        max_message_bytes,
        rejections_told: OncePerMinute::default(),
        open,
        sockets,
    })
}

/// Counts a connection while it is open.
struct Open {
    protocol: &'static str,
    _permit: OwnedSemaphorePermit,
}

impl Open {
    fn new(protocol: &'static str, permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("click_lite_connections_open", "protocol" => protocol).increment(1.0);
        Self { protocol, _permit: permit }
    }

    fn closed(&self, reason: &'static str) {
        metrics::counter!("click_lite_connections_closed_total", "protocol" => self.protocol, "reason" => reason)
            .increment(1);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("click_lite_connections_open", "protocol" => self.protocol).decrement(1.0);
    }
}

/// A stream of bytes both ways.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An open connection of a sender.
pub struct Connection {
    stream: Box<dyn Stream>,
    address: IpAddr,
    buffer: BytesMut,
    /// Bytes of the buffer in which the framing found no whole message.
    seen: usize,
    /// Held while the buffer is large.
    room: Option<OwnedSemaphorePermit>,
    /// When the message that is not whole yet began.
    began: Option<Instant>,
    /// Why nothing more is read.
    end: Option<&'static str>,
    stop_at: Option<Instant>,
    max_message_bytes: usize,
    rejections_told: OncePerMinute,
    open: Open,
    sockets: Arc<Sockets>,
}

impl Connection {
    /// Who sends.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    pub fn sockets(&self) -> &Arc<Sockets> {
        &self.sockets
    }

    /// Largest message with what frames it; the largest record unless a protocol sends several in one.
    pub fn set_max_message_bytes(&mut self, bytes: usize) {
        self.max_message_bytes = bytes;
    }

    /// The next whole messages; `None` at the end of the connection, for whatever reason it ends.
    pub async fn next_piece(&mut self, framing: &mut impl Framing) -> Option<Bytes> {
        if let Some(began) = &mut self.began {
            // While the piece before was on its way to the disk, the sender was held back.
            *began = Instant::now();
        }
        loop {
            let fill = if self.end.is_some() {
                Fill::Ended
            } else if self.buffer.len() >= self.max_message_bytes {
                Fill::Full
            } else {
                Fill::Growing
            };
            if !self.buffer.is_empty() {
                match framing.step(&self.buffer, self.seen, fill) {
                    Step::Take(bytes) => {
                        let piece = self.buffer.split_to(bytes.clamp(1, self.buffer.len()));
                        self.restart();
                        return Some(piece.freeze());
                    }
                    Step::Refuse(bytes, code) => {
                        self.refuse(code);
                        self.skip(bytes);
                        continue;
                    }
                    Step::Skip(bytes) => {
                        self.skip(bytes);
                        continue;
                    }
                    Step::Close(reason) => {
                        self.refuse(reason);
                        self.buffer.clear();
                        self.end = Some("refused");
                    }
                    Step::More if fill == Fill::Full => {
                        self.refuse("record.too_large");
                        self.buffer.clear();
                        self.end = Some("refused");
                    }
                    Step::More if fill == Fill::Ended => {
                        self.refuse("record.truncated");
                        self.buffer.clear();
                    }
                    Step::More => self.seen = self.buffer.len(),
                }
            }
            if self.end.is_some() {
                return None;
            }
            self.end = self.read_more().await;
        }
    }

    /// Decodes a piece and waits until it is durable. See [`Sockets::take`].
    pub async fn take<D: PieceDecoder>(
        &mut self,
        service: Option<&str>,
        bytes: Bytes,
        decoder: D,
    ) -> Result<(D, u64), TakeError> {
        let piece = Piece { address: self.address, bytes };
        let taken = self.sockets.take(self.open.protocol, service, piece, decoder).await?;
        if let Some(first) = taken.rejections.kept().first()
            && self.rejections_told.is_due()
        {
            tracing::warn!(
                protocol = self.open.protocol, client.address = %self.address, rejected = taken.rejections.count(),
                error.code = first.code, error = %first.message, "messages were refused"
            );
        }
        Ok((taken.decoder, taken.accepted))
    }

    /// Answers the sender, who has to read it within the stall time.
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        timeout(self.sockets.limits.stall, write)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Ends the connection: tells the sender, and the metrics why.
    pub async fn close(mut self) {
        let _ = timeout(self.sockets.limits.stall, self.stream.shutdown()).await;
        self.open.closed(self.end.unwrap_or("refused"));
    }

    fn refuse(&self, code: &'static str) {
        self.sockets.reject(self.open.protocol, 1);
        if self.rejections_told.is_due() {
            tracing::warn!(protocol = self.open.protocol, client.address = %self.address, error.code = code, "a message was refused");
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.buffer.advance(bytes.min(self.buffer.len()));
        self.restart();
    }

    /// The message that comes next has its own time.
    fn restart(&mut self) {
        self.seen = 0;
        self.began = (!self.buffer.is_empty()).then(Instant::now);
        if self.buffer.len() <= SMALL_BUFFER_BYTES && self.room.take().is_some() {
            // The large buffer goes with its piece.
            self.buffer = BytesMut::from(&self.buffer[..]);
        }
    }

    /// Reads what there is, at least a byte; why that is not possible.
    async fn read_more(&mut self) -> Option<&'static str> {
        if self.sockets.stop.is_cancelled() {
            // What was sent before the stop is read; a sender that never pauses is cut off.
            let stop_at = *self.stop_at.get_or_insert_with(|| Instant::now() + DRAIN_TIME);
            if Instant::now() > stop_at {
                return Some("stopped");
            }
        }
        if self.buffer.len() >= SMALL_BUFFER_BYTES && self.room.is_none() {
            let share = self.large_bytes();
            tokio::select! {
                room = self.sockets.buffer(share) => self.room = room,
                () = self.sockets.stop.cancelled() => return Some("stopped"),
            }
            self.began = Some(Instant::now());
        }
        let mut end = match self.read_now() {
            Some(read) => ended(read),
            None => self.read_later().await,
        };
        // What has come meanwhile is decoded at once.
        while end.is_none() && self.buffer.len() < PIECE_BYTES {
            if self.buffer.len() >= SMALL_BUFFER_BYTES && self.room.is_none() {
                self.room = self.sockets.try_buffer(self.large_bytes());
                if self.room.is_none() {
                    break;
                }
            }
            match self.read_now() {
                Some(read) => end = ended(read),
                None => break,
            }
        }
        if !self.buffer.is_empty() {
            self.began.get_or_insert_with(Instant::now);
        }
        end
    }

    /// Bytes that a large buffer counts as.
    fn large_bytes(&self) -> usize {
        self.max_message_bytes.max(PIECE_BYTES)
    }

    /// How many bytes may be read at once: as much as there is already, so that buffers grow as they are filled.
    fn step_bytes(&self) -> usize {
        let limit = if self.room.is_some() { self.large_bytes() } else { SMALL_BUFFER_BYTES };
        let step = self.buffer.len().max(self.buffer.capacity() - self.buffer.len()).max(IDLE_BUFFER_BYTES);
        step.min(limit.saturating_sub(self.buffer.len())).max(1)
    }

    fn read_now(&mut self) -> Option<io::Result<usize>> {
        let step = self.step_bytes();
        self.buffer.reserve(step);
        self.stream.read_buf(&mut (&mut self.buffer).limit(step)).now_or_never()
    }

    async fn read_later(&mut self) -> Option<&'static str> {
        let now = Instant::now();
        let limits = self.sockets.limits;
        if self.buffer.is_empty() {
            // Connections that wait hold next to nothing.
            self.buffer = BytesMut::new();
            self.room = None;
        }
        let (deadline, reason) = match self.began {
            None => (limits.idle.map(|idle| now + idle), "idle"),
            Some(began) => {
                let slowest = Duration::from_secs((self.buffer.len() / SLOWEST_BYTES_PER_SECOND) as u64);
                (Some((began + limits.stall + slowest).min(now + limits.stall)), "stalled")
            }
        };
        if self.sockets.stop.is_cancelled() {
            return Some("stopped");
        }
        let step = self.step_bytes();
        self.buffer.reserve(step);
        let mut room = (&mut self.buffer).limit(step);
        let read = self.stream.read_buf(&mut room);
        let read = async {
            match deadline {
                Some(deadline) => timeout_at(deadline, read).await.map_err(|_| reason),
                None => Ok(read.await),
            }
        };
        tokio::select! {
            read = read => match read {
                Ok(read) => ended(read),
                Err(reason) => Some(reason),
            },
            () = self.sockets.stop.cancelled() => None,
        }
    }
}

fn ended(read: io::Result<usize>) -> Option<&'static str> {
    match read {
        Ok(0) => Some("closed"),
        Ok(_) => None,
        Err(_) => Some("failed"),
    }
}

/// Takes all that a sender of a one-way protocol sends.
pub async fn receive<D: PieceDecoder>(
    mut connection: Connection,
    service: Option<Arc<str>>,
    mut framing: impl Framing,
    mut decoder: D,
) {
    while let Some(piece) = connection.next_piece(&mut framing).await {
        let bytes = piece.len();
        match connection.take(service.as_deref(), piece, decoder).await {
            Ok((next, _)) => decoder = next,
            Err(error) => {
                tracing::warn!(
                    protocol = connection.open.protocol, client.address = %connection.address, bytes, error = %error,
                    "messages that were received are not stored"
                );
                connection.end = Some("failed");
                break;
            }
        }
    }
    connection.close().await;
}
