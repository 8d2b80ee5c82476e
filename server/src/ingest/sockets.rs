//! What the receivers on plain sockets share: limits over all of them, and the way of their messages to the spool.
//!
//! Such a sender is not told what became of its messages. So nothing is refused for want of room: a message waits until
//! it is durable, and TCP holds its sender back meanwhile.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use click_lite_model::{Record, Rejections};
use click_lite_spool::SpoolError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::pipeline::Pipeline;

/// The resource attribute of who sent a record (OpenTelemetry's semantic conventions, "client").
const CLIENT_ADDRESS: &str = "client.address";
/// Waits between tries while the spool or its disk is full.
const RETRY: std::ops::Range<Duration> = Duration::from_millis(50)..Duration::from_secs(2);
/// Bytes that one permit for buffers stands for.
const BUFFER_UNIT_BYTES: u64 = 16 * 1024;
/// The same thing is told in the log once in this time.
const LOG_PERIOD: Duration = Duration::from_secs(60);

/// Limits of each connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest record.
    pub max_record_bytes: usize,
    /// A connection that sends nothing for so long is closed; `None` keeps it.
    pub idle: Option<Duration>,
    /// A message that was begun and does not go on for so long ends its connection.
    pub stall: Duration,
    /// What the kernel is asked to keep of datagrams that were not read yet.
    pub datagram_buffer_bytes: usize,
}

/// What all receivers on sockets share.
pub struct Sockets {
    pub pipeline: Arc<Pipeline>,
    pub stop: CancellationToken,
    pub limits: Limits,
    connections: Arc<Semaphore>,
    buffers: Arc<Semaphore>,
    buffer_units: u32,
    spool_is_full: OncePerMinute,
}

impl Sockets {
    pub fn new(app: &App) -> Arc<Self> {
        let ingest = &app.config.ingest;
        let units = (ingest.max_in_flight_bytes / BUFFER_UNIT_BYTES).clamp(1, 1 << 24) as u32;
        Arc::new(Self {
            pipeline: Arc::clone(&app.pipeline),
            stop: app.stop.clone(),
            limits: Limits {
                max_record_bytes: usize::try_from(ingest.max_record_bytes).unwrap_or(usize::MAX),
                idle: (ingest.idle_seconds > 0).then(|| Duration::from_secs(ingest.idle_seconds)),
                stall: Duration::from_secs(ingest.stall_seconds),
                datagram_buffer_bytes: usize::try_from(ingest.datagram_buffer_bytes).unwrap_or(usize::MAX),
            },
            connections: Arc::new(Semaphore::new(ingest.max_connections as usize)),
            buffers: Arc::new(Semaphore::new(units as usize)),
            buffer_units: units,
            spool_is_full: OncePerMinute::default(),
        })
    }

    /// A place among the open connections, if there is one.
    pub fn try_connection(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.connections).try_acquire_owned().ok()
    }

    /// Room for a large buffer, if there is some now.
    pub fn try_buffer(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.buffers).try_acquire_many_owned(self.units(bytes)).ok()
    }

    /// Room for a large buffer, once there is some.
    pub async fn buffer(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.buffers).acquire_many_owned(self.units(bytes)).await.ok()
    }

    fn units(&self, bytes: usize) -> u32 {
        u32::try_from((bytes as u64).div_ceil(BUFFER_UNIT_BYTES)).unwrap_or(u32::MAX).min(self.buffer_units)
    }

    /// Decodes messages into one block and waits until it is durable.
    ///
    /// While the spool or its disk is full, this waits and then decodes the same messages again: none is lost and none
    /// is stored twice. Ends early only when the server stops.
    pub async fn take<D: PieceDecoder>(
        &self,
        protocol: &'static str,
        service: Option<&str>,
        messages: impl Messages,
        mut decoder: D,
    ) -> Result<Taken<D>, TakeError> {
        let messages = Arc::new(messages);
        let bytes = messages.bytes() as u64;
        let mut wait = RETRY.start;
        loop {
            let failed = match self.pipeline.turn_for(bytes).await {
                Ok(_turn) => {
                    let pipeline = Arc::clone(&self.pipeline);
                    let (messages, service) = (Arc::clone(&messages), service.map(ToOwned::to_owned));
                    let work = tokio::task::spawn_blocking(move || {
                        decode(&pipeline, service.as_deref(), &*messages, decoder)
                    });
                    let (taken, committed) = work.await.map_err(|error| {
                        tracing::error!(protocol, error = %error, "messages were not decoded");
                        TakeError::Failed
                    })?;
                    match committed.durable().await {
                        Ok(()) => {
                            self.count(protocol, &taken);
                            return Ok(taken);
                        }
                        Err(error) if error.is_retryable() => {
                            decoder = taken.decoder;
                            error
                        }
                        Err(error) => {
                            let mut rejections = Rejections::default();
                            rejections.push(0, error.code(), error.to_string());
                            let taken = Taken { decoder: taken.decoder, accepted: 0, rejections };
                            self.count(protocol, &taken);
                            return Ok(taken);
                        }
                    }
                }
                Err(error) => error,
            };
            self.wait(protocol, &failed, wait).await?;
            wait = (wait * 2).min(RETRY.end);
        }
    }

    async fn wait(&self, protocol: &'static str, why: &SpoolError, time: Duration) -> Result<(), TakeError> {
        metrics::counter!("click_lite_receiver_waits_total", "protocol" => protocol).increment(1);
        if self.spool_is_full.is_due() {
            tracing::warn!(protocol, error = %why, "senders are held back");
        }
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            () = self.stop.cancelled() => Err(TakeError::Stopped),
        }
    }

    fn count<D>(&self, protocol: &'static str, taken: &Taken<D>) {
        metrics::counter!("click_lite_receiver_rows_total", "protocol" => protocol).increment(taken.accepted);
        self.reject(protocol, taken.rejections.count());
    }

    /// Counts messages that are not taken.
    pub fn reject(&self, protocol: &'static str, messages: u64) {
        if messages > 0 {
            self.pipeline.meters.rejected(messages);
            metrics::counter!("click_lite_receiver_rejected_total", "protocol" => protocol)
                .increment(messages);
        }
    }
}

fn decode<D: PieceDecoder>(
    pipeline: &Pipeline,
    service: Option<&str>,
    messages: &impl Messages,
    mut decoder: D,
) -> (Taken<D>, crate::pipeline::Committed) {
    let mut rejections = Rejections::default();
    let mut intake = pipeline.intake(service, messages.bytes() as u64 <= Pipeline::SMALL_BODY_BYTES);
    let mut known: Option<(IpAddr, String)> = None;
    messages.for_each(&mut |address, piece| {
        if known.as_ref().is_none_or(|(known, _)| *known != address) {
            known = Some((address, address.to_canonical().to_string()));
        }
        let client = known.as_ref().map_or("", |(_, text)| text.as_str());
        let mut sink = |record: &mut Record| {
            record.push_resource(CLIENT_ADDRESS, client);
            intake.push(record);
        };
        decoder.decode(piece, &mut sink, &mut rejections);
    });
    (Taken { decoder, accepted: intake.rows(), rejections }, intake.commit())
}

/// Decodes whole messages.
///
/// The same piece may come again when it could not be stored, so what a decoder makes of it must not depend on the
/// pieces before.
pub trait PieceDecoder: Send + 'static {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections);
}

/// Messages on their way to a decoder.
pub trait Messages: Send + Sync + 'static {
    fn bytes(&self) -> usize;

    /// Calls `visit` with each piece, which holds whole messages, and who sent it.
    fn for_each(&self, visit: &mut dyn FnMut(IpAddr, &[u8]));
}

/// Whole messages of one connection.
#[derive(Debug)]
pub struct Piece {
    pub address: IpAddr,
    pub bytes: Bytes,
}

impl Messages for Piece {
    fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn for_each(&self, visit: &mut dyn FnMut(IpAddr, &[u8])) {
        visit(self.address, &self.bytes);
    }
}

/// What became of messages.
#[derive(Debug)]
pub struct Taken<D> {
    /// For the next ones.
    pub decoder: D,
    /// Records that are durable.
    pub accepted: u64,
    pub rejections: Rejections,
}

/// Why messages were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    #[error("the server stops before there is room in the spool")]
    Stopped,
    #[error("the decoder failed at these messages: the log has the reason")]
    Failed,
}

/// Lets something be told in the log at most once a minute.
#[derive(Debug, Default)]
pub struct OncePerMinute(Mutex<Option<Instant>>);

impl OncePerMinute {
    pub fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < LOG_PERIOD) {
            return false;
        }
        *last = Some(Instant::now());
        true
    }
}
