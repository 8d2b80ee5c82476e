//! The open receivers on plain sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::datagram::{self, Assembler, serve_udp};
use super::sockets::{PieceDecoder, Sockets};
use super::stream::{Connection, serve_tcp};
use crate::app::App;

/// Where a receiver listens.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its name in the ready file, and in metrics as `protocol`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    pub address: SocketAddr,
}

/// Opens receivers and runs them until the server stops.
pub struct Receivers {
    sockets: Arc<Sockets>,
    tasks: JoinSet<()>,
    listeners: Map<String, Value>,
}

impl Receivers {
    pub fn new(app: &App) -> Self {
        Self { sockets: Sockets::new(app), tasks: JoinSet::new(), listeners: Map::new() }
    }

    /// Listens on TCP, with TLS where an acceptor is given. The handler gets each connection.
    pub async fn tcp<H, F>(&mut self, place: Place, tls: Option<TlsAcceptor>, handler: H)
    where
        H: Fn(Connection) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(place.address).await;
        let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        if let Some((address, listener)) = or_warn(place, bound) {
            self.listeners.insert(place.name.into(), address.to_string().into());
            self.tasks.spawn(serve_tcp(listener, place.name, tls, Arc::clone(&self.sockets), handler));
        }
    }

    /// Listens on UDP. Records that name no service get this one.
    pub fn udp<A: Assembler, D: PieceDecoder>(
        &mut self,
        place: Place,
        service: Option<Arc<str>>,
        assembler: A,
        decoder: D,
    ) {
        let socket = datagram::bind(place.address, self.sockets.limits.datagram_buffer_bytes);
        let bound = socket.and_then(|socket| Ok((socket.local_addr()?, socket)));
        if let Some((address, socket)) = or_warn(place, bound) {
            self.listeners.insert(place.name.into(), address.to_string().into());
            let sockets = Arc::clone(&self.sockets);
            self.tasks.spawn(serve_udp(socket, place.name, sockets, service, assembler, decoder));
        }
    }

    /// Addresses of the open receivers, by their names in the ready file.
    pub fn listeners(&self) -> &Map<String, Value> {
        &self.listeners
    }

    /// Ends when the server stops and what was received by then is stored.
    pub async fn run(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(error = %error, "a receiver failed");
            }
        }
    }
}

fn or_warn<T>(place: Place, bound: std::io::Result<T>) -> Option<T> {
    match bound {
        Ok(bound) => Some(bound),
        Err(error) => {
            tracing::warn!(
                address = %place.address, error = %error, "{} is off: its port is taken or not allowed", place.title
            );
            None
        }
    }
}
