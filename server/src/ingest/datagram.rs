//! Messages over UDP. Nothing holds such a sender back: what can't be taken is dropped, and counted.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::sockets::{Messages, OncePerMinute, PieceDecoder, Sockets};
use crate::pipeline::DATAGRAM_BATCHES;

/// Bytes of datagrams that wait for the disk: some hundred milliseconds of a fast sender.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Largest datagram of UDP.
const MAX_DATAGRAM_BYTES: usize = 65_536;
/// Datagrams read before other work gets its turn.
const READS_IN_A_ROW: usize = 1024;
/// How often the kernel is asked what it dropped.
const DROPS_PERIOD: Duration = Duration::from_secs(1);

/// Makes messages of datagrams: most protocols send each in one.
pub trait Assembler: Send + 'static {
    /// Adds the message that this datagram completes, if it does. `now_ns` are nanoseconds since the epoch.
    fn add(&mut self, datagram: &[u8], from: SocketAddr, now_ns: i64, batch: &mut Batch);
}

/// Each datagram is a message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whole;

impl Assembler for Whole {
    fn add(&mut self, datagram: &[u8], from: SocketAddr, _now_ns: i64, batch: &mut Batch) {
        batch.push(datagram, from.ip());
    }
}

/// Messages that came in datagrams.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// End of each message, and who sent it.
    messages: Vec<(usize, IpAddr)>,
}

impl Batch {
    pub fn push(&mut self, message: &[u8], from: IpAddr) {
        self.bytes.extend_from_slice(message);
        self.messages.push((self.bytes.len(), from));
    }

    fn is_full(&self) -> bool {
        self.bytes.len() + self.messages.len() * size_of::<(usize, IpAddr)>() >= BATCH_BYTES
    }
}

impl Messages for Vec<Batch> {
    fn bytes(&self) -> usize {
        self.iter().map(|batch| batch.bytes.len()).sum()
    }

    fn for_each(&self, visit: &mut dyn FnMut(IpAddr, &[u8])) {
        for batch in self {
            let mut start = 0;
            for &(end, from) in &batch.messages {
                visit(from, &batch.bytes[start..end]);
                start = end;
            }
        }
    }
}

/// Opens a socket with a large buffer in the kernel. Must be called inside the runtime.
pub fn bind(address: SocketAddr, buffer_bytes: usize) -> io::Result<UdpSocket> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, Some(socket2::Protocol::UDP))?;
    // The kernel gives no more than `net.core.rmem_max`, and says nothing.
    let _ = socket.set_recv_buffer_size(buffer_bytes);
    force_recv_buffer_size(&socket, buffer_bytes);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

/// Asks for a buffer over `net.core.rmem_max`, which the kernel gives to those who administrate the network.
#[cfg(target_os = "linux")]
fn force_recv_buffer_size(socket: &socket2::Socket, bytes: usize) {
    use std::os::fd::AsRawFd;
    let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
    // SAFETY: the pointer is to a live value, of the length that is given. Without the right nothing changes.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUFFORCE,
            (&raw const bytes).cast(),
            size_of_val(&bytes) as libc::socklen_t,
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn force_recv_buffer_size(_socket: &socket2::Socket, _bytes: usize) {}

/// Takes datagrams until the server stops, then what has come by then.
pub async fn serve_udp<A: Assembler, D: PieceDecoder>(
    socket: UdpSocket,
    protocol: &'static str,
    sockets: Arc<Sockets>,
    service: Option<Arc<str>>,
    assembler: A,
    decoder: D,
) {
    let (sender, receiver) = mpsc::channel(DATAGRAM_BATCHES);
    let receive = Receiver { socket, protocol, assembler, told: OncePerMinute::default(), kernel_drops: 0 }
        .run(&sockets, sender);
    tokio::join!(receive, take_batches(receiver, protocol, &sockets, service.as_deref(), decoder));
}

async fn take_batches<D: PieceDecoder>(
    mut batches: mpsc::Receiver<Batch>,
    protocol: &'static str,
    sockets: &Sockets,
    service: Option<&str>,
    mut decoder: D,
) {
    let told = OncePerMinute::default();
    while let Some(first) = batches.recv().await {
        let mut ready = vec![first];
        // What has come meanwhile goes with it.
        tokio::task::yield_now().await;
        while let Ok(batch) = batches.try_recv() {
            ready.push(batch);
        }
        let messages: usize = ready.iter().map(|batch| batch.messages.len()).sum();
        match sockets.take(protocol, service, ready, decoder).await {
            Ok(taken) => {
                decoder = taken.decoder;
                if let Some(first) = taken.rejections.kept().first()
                    && told.is_due()
                {
                    tracing::warn!(
                        protocol, rejected = taken.rejections.count(), error.code = first.code, error = %first.message,
                        "datagrams were refused"
                    );
                }
            }
            Err(error) => {
                count_drops(protocol, "stopped", messages as u64);
                tracing::warn!(protocol, messages, error = %error, "datagrams that were received are not stored");
                return;
            }
        }
    }
}

struct Receiver<A> {
    socket: UdpSocket,
    protocol: &'static str,
    assembler: A,
    told: OncePerMinute,
    kernel_drops: u32,
}

impl<A: Assembler> Receiver<A> {
    async fn run(mut self, sockets: &Sockets, sender: mpsc::Sender<Batch>) {
        let mut batch = Batch::default();
        let mut buffer = vec![0; MAX_DATAGRAM_BYTES];
        let mut ticks = tokio::time::interval(DROPS_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // While earlier datagrams are on their way to the disk, those that come are one batch.
                permit = sender.reserve(), if !batch.messages.is_empty() => match permit {
                    Ok(permit) => permit.send(std::mem::take(&mut batch)),
                    Err(_) => break,
                },
                readable = self.socket.readable() => {
                    if let Err(error) = readable {
                        tracing::error!(protocol = self.protocol, error = %error, "the socket failed");
                        break;
                    }
                    self.read(&mut buffer, &mut batch, sockets);
                }
                _ = ticks.tick() => self.ask_for_kernel_drops(),
                () = sockets.stop.cancelled() => break,
            }
        }
        self.read(&mut buffer, &mut batch, sockets);
        self.ask_for_kernel_drops();
        if !batch.messages.is_empty() {
            let messages = batch.messages.len() as u64;
            if sender.send(batch).await.is_err() {
                count_drops(self.protocol, "stopped", messages);
            }
        }
    }

    /// Reads what is there.
    fn read(&mut self, buffer: &mut [u8], batch: &mut Batch, sockets: &Sockets) {
        let now_ns = sockets.pipeline.now_ns();
        let (mut received, mut dropped) = (0, 0);
        for _ in 0..READS_IN_A_ROW {
            match self.socket.try_recv_from(buffer) {
                Ok((bytes, from)) => {
                    received += 1;
                    if batch.is_full() {
                        dropped += 1;
                    } else {
                        self.assembler.add(&buffer[..bytes], from, now_ns, batch);
                    }
                }
                // An earlier answer of ours that found no listener, or nothing left.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
        metrics::counter!("click_lite_datagrams_received_total", "protocol" => self.protocol)
            .increment(received);
        self.drops("queue", dropped);
    }

    fn ask_for_kernel_drops(&mut self) {
        let Some(drops) = kernel_drops(&self.socket) else { return };
        // The kernel's counter has 32 bits and starts again at 0.
        let new = drops.wrapping_sub(self.kernel_drops);
        self.kernel_drops = drops;
        self.drops("kernel", u64::from(new));
    }

    fn drops(&self, reason: &'static str, datagrams: u64) {
        count_drops(self.protocol, reason, datagrams);
        if datagrams > 0 && self.told.is_due() {
            tracing::warn!(
                protocol = self.protocol,
                datagrams,
                reason,
                "datagrams were dropped: they come faster than they can be stored"
            );
        }
    }
}

fn count_drops(protocol: &'static str, reason: &'static str, datagrams: u64) {
    metrics::counter!("click_lite_datagrams_dropped_total", "protocol" => protocol, "reason" => reason)
        .increment(datagrams);
}

/// Datagrams that the kernel dropped because nobody had read the ones before, since the socket was opened.
#[cfg(target_os = "linux")]
fn kernel_drops(socket: &UdpSocket) -> Option<u32> {
    use std::os::fd::AsRawFd;
    /// `SO_MEMINFO` and its `SK_MEMINFO_DROPS` (Linux, `include/uapi/linux/sock_diag.h`).
    const DROPS: usize = 8;
    let mut figures = [0u32; DROPS + 1];
    let mut bytes = size_of_val(&figures) as libc::socklen_t;
    // SAFETY: the pointers are to live values, and the length is that of the array.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            figures.as_mut_ptr().cast(),
            &raw mut bytes,
        )
    };
    (result == 0 && bytes as usize == size_of_val(&figures)).then(|| figures[DROPS])
}

#[cfg(not(target_os = "linux"))]
fn kernel_drops(_socket: &UdpSocket) -> Option<u32> {
    None
}
