//! The network between agent and server: one address, whatever port the server has now, and answers get lost.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Of a hundred answers, how many are lost on their way.
const LOST_PERCENT: u32 = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const CHUNK_BYTES: usize = 64 * 1024;

/// What passed.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Answers that were lost: the batch is durable, and the agent does not know.
    pub lost_answers: AtomicU64,
    /// Batches that the server found to be durable already.
    pub duplicates: AtomicU64,
    /// Connections that were cut.
    pub cuts: AtomicU64,
}

/// A forwarder of connections; it ends with the process.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: Mutex<Option<SocketAddr>>,
    open: Mutex<Vec<TcpStream>>,
    random: Mutex<StdRng>,
    traffic: Traffic,
}

impl Proxy {
    /// Listens on a free port.
    pub fn start(seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server: Mutex::default(),
            open: Mutex::default(),
            random: Mutex::new(StdRng::seed_from_u64(seed)),
            traffic: Traffic::default(),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&of_thread);
                thread::spawn(move || shared.forward(&connection));
            }
        });
        Ok(Self { address, shared })
    }

    /// Where the server is now.
    pub fn set_server(&self, address: SocketAddr) {
        *lock(&self.shared.server) = Some(address);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        for stream in lock(&self.shared.open).drain(..) {
            if stream.shutdown(Shutdown::Both).is_ok() {
                self.shared.traffic.cuts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub fn traffic(&self) -> &Traffic {
        &self.shared.traffic
    }
}

impl Shared {
    fn forward(&self, agent: &TcpStream) {
        let Some(address) = *lock(&self.server) else { return };
        let Ok(server) = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) else { return };
        let (Ok(agent_end), Ok(server_end)) = (agent.try_clone(), server.try_clone()) else { return };
        let _ = (agent.set_nodelay(true), server.set_nodelay(true));
        if let Ok(end) = agent.try_clone() {
            let mut open = lock(&self.open);
            open.retain(|stream| stream.peer_addr().is_ok());
            open.push(end);
        }
        thread::scope(|scope| {
            scope.spawn(|| {
                copy(&agent_end, &server_end, |_| true);
                // Of a client that went away the server need not wait for more.
                let _ = server_end.shutdown(Shutdown::Both);
            });
            copy(&server, agent, |answer| self.passes(answer));
            let _ = agent.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        });
    }

    fn passes(&self, answer: &[u8]) -> bool {
        let has = |text: &[u8]| answer.windows(text.len()).any(|window| window == text);
        if has(b"\"stored\":false") {
            self.traffic.duplicates.fetch_add(1, Ordering::Relaxed);
        }
        let is_lost = has(b"\"stored\":") && lock(&self.random).random_range(0..100) < LOST_PERCENT;
        if is_lost {
            self.traffic.lost_answers.fetch_add(1, Ordering::Relaxed);
        }
        !is_lost
    }
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(count) = from.read(&mut chunk) {
        if count == 0 || !passes(&chunk[..count]) || to.write_all(&chunk[..count]).is_err() {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
