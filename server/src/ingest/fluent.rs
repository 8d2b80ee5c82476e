//! Fluent forward over TCP, with `ack` once records are durable, the handshake where a key is shared, and heartbeats
//! over UDP.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use click_lite_formats::fluent::{Batch, Decoder, Limits, Ping, Stream, append_helo, append_pong};
use click_lite_model::{Record, Rejections};
use tokio::net::UdpSocket;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::receivers::{Place, Receivers};
use super::sockets::{OncePerMinute, PieceDecoder};
use super::stream::{Connection, Fill, Framing, Step};
use crate::app::App;

const PROTOCOL: &str = "fluent";
/// Bytes of entries that are stored together.
const BATCH_BYTES: usize = 512 * 1024;
/// Decompressed bytes that every connection may hold; more need a share of what all connections have together.
const SMALL_HELD_BYTES: usize = 256 * 1024;
/// Name of this side in the handshake.
const HOSTNAME: &str = "click-lite";

/// Opens the receiver, and the socket for heartbeats beside it.
pub async fn open(app: &App, receivers: &mut Receivers) {
    let config = &app.config.fluent;
    if !config.enabled {
        return;
    }
    let settings = Arc::new(Settings {
        limits: Limits {
            record_bytes: usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX),
            batch_bytes: BATCH_BYTES,
            max_compression_ratio: app.config.ingest.max_compression_ratio,
        },
        shared_key: (!config.shared_key.is_empty()).then(|| config.shared_key.clone()),
        refusal_told: OncePerMinute::default(),
    });
    let place = Place { name: PROTOCOL, title: "Fluent forward", address: config.listen };
    let handler = move |connection: Connection| receive(connection, Arc::clone(&settings));
    receivers.tcp(place, None, handler).await;

    let opened = receivers.listeners().get(PROTOCOL).and_then(|address| address.as_str()?.parse().ok());
    let Some(address): Option<SocketAddr> = opened else { return };
    match UdpSocket::bind(address).await {
        Ok(socket) => receivers.spawn(answer_heartbeats(socket, app.stop.clone())),
        Err(error) => tracing::warn!(
            address = %address, error = %error, "heartbeats of Fluentd over UDP are not answered: the port is taken"
        ),
    }
}

struct Settings {
    limits: Limits,
    shared_key: Option<String>,
    refusal_told: OncePerMinute,
}

/// Fluentd with `heartbeat_type udp` takes a receiver for dead that does not send a byte back.
async fn answer_heartbeats(socket: UdpSocket, stop: CancellationToken) {
    let mut datagram = [0; 16];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut datagram) => {
                if let Ok((_, from)) = received {
                    // A sender that is gone misses nothing.
                    let _ = socket.try_send_to(&[0], from);
                }
            }
            () = stop.cancelled() => return,
        }
    }
}

/// Cuts a stream where entries end, and collects them.
struct Cutter {
    stream: Stream,
    batch: Batch,
}

impl Framing for Cutter {
    fn step(&mut self, bytes: &[u8], _seen: usize, _fill: Fill) -> Step {
        match self.stream.feed(bytes, &mut self.batch) {
            Ok(0) => Step::More,
            Ok(used) => Step::Take(used),
            Err(error) => Step::Close(error.code()),
        }
    }
}

/// Decodes what a [`Cutter`] has collected.
struct EntryDecoder {
    decoder: Decoder,
    record: Record,
    /// What the cutter refused.
    refused: Rejections,
}

impl PieceDecoder for EntryDecoder {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections) {
        rejections.append(&self.refused);
        self.decoder.decode(piece, &mut self.record, sink, rejections);
    }
}

async fn receive(mut connection: Connection, settings: Arc<Settings>) {
    let is_allowed = match &settings.shared_key {
        Some(key) => shake_hands(&mut connection, key, &settings.refusal_told).await,
        None => true,
    };
    if is_allowed && let Err(error) = take_all(&mut connection, settings.limits).await {
        tracing::warn!(
            protocol = PROTOCOL, client.address = %connection.address(), error = %error,
            "entries that were received are not stored or not acknowledged: their sender may send them again"
        );
    }
    connection.close().await;
}

/// Takes entries until the connection ends.
async fn take_all(connection: &mut Connection, limits: Limits) -> anyhow::Result<()> {
    let mut cutter = Cutter { stream: Stream::new(limits), batch: Batch::default() };
    let mut decoder = EntryDecoder {
        decoder: Decoder::new(limits.record_bytes),
        record: Record::new(),
        refused: Rejections::default(),
    };
    connection.set_max_message_bytes(cutter.stream.max_input_bytes());
    let mut room = None;
    while next_part(connection, &mut cutter, &mut room, limits).await {
        loop {
            if cutter.stream.must_inflate() {
                cutter = tokio::task::spawn_blocking(move || {
                    cutter.stream.inflate(&mut cutter.batch);
                    cutter
                })
                .await?;
            }
            if cutter.batch.is_empty() {
                break;
            }
            decoder.refused = cutter.batch.take_rejections();
            let entries = cutter.batch.take_entries();
            if !entries.is_empty() {
                // What was waited for is whole: the next large entry has its own time.
                room = None;
            }
            if !entries.is_empty() || decoder.refused.count() > 0 {
                (decoder, _) = connection.take(None, Bytes::from(entries), decoder).await?;
            }
            // All entries before an `ack` are durable by now.
            let acknowledgements = cutter.batch.take_acknowledgements();
            if !acknowledgements.is_empty() {
                connection.write_all(&acknowledgements).await?;
            }
        }
    }
    Ok(())
}

/// Room for a large entry of a compressed message, and until when it has to be whole.
type Room = Option<(Option<OwnedSemaphorePermit>, Instant)>;

/// Feeds the cutter with what comes next; false at the end of the connection.
async fn next_part(
    connection: &mut Connection,
    cutter: &mut Cutter,
    room: &mut Room,
    limits: Limits,
) -> bool {
    if cutter.stream.held_bytes() <= SMALL_HELD_BYTES {
        *room = None;
        return connection.next_piece(cutter).await.is_some();
    }
    let sockets = Arc::clone(connection.sockets());
    let deadline = match room {
        Some((_, deadline)) => *deadline,
        None => {
            let permit = tokio::select! {
                permit = sockets.buffer(limits.record_bytes) => permit,
                () = sockets.stop.cancelled() => return false,
            };
            let deadline = Instant::now() + sockets.limits.stall;
            *room = Some((permit, deadline));
            deadline
        }
    };
    timeout_at(deadline, connection.next_piece(cutter)).await.is_ok_and(|piece| piece.is_some())
}

/// Finds the PING.
#[derive(Default)]
struct PingFraming(Option<Ping>);

impl Framing for PingFraming {
    fn step(&mut self, bytes: &[u8], _seen: usize, _fill: Fill) -> Step {
        match Ping::read(bytes) {
            Ok(Some((ping, used))) => {
                self.0 = Some(ping);
                Step::Take(used)
            }
            Ok(None) => Step::More,
            Err(error) => Step::Close(error.code()),
        }
    }
}

/// Whether the sender has the shared key.
async fn shake_hands(connection: &mut Connection, shared_key: &str, refusal_told: &OncePerMinute) -> bool {
    let nonce = format!("{:032x}", rand::random::<u128>());
    let mut helo = Vec::new();
    append_helo(&mut helo, nonce.as_bytes());
    if connection.write_all(&helo).await.is_err() {
        return false;
    }
    let mut framing = PingFraming::default();
    let patience = connection.sockets().limits.stall;
    let _ = timeout(patience, connection.next_piece(&mut framing)).await;
    let Some(ping) = framing.0 else { return false };
    let refusal = (!ping.is_right(nonce.as_bytes(), shared_key)).then_some("shared_key mismatch");
    if refusal.is_some() && refusal_told.is_due() {
        tracing::warn!(
            protocol = PROTOCOL, client.address = %connection.address(),
            "a sender has another shared key (`fluent.shared_key`) and is refused"
        );
    }
    let mut pong = Vec::new();
    append_pong(&mut pong, &ping, nonce.as_bytes(), HOSTNAME, shared_key, refusal);
    connection.write_all(&pong).await.is_ok() && refusal.is_none()
}
