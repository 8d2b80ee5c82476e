use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn sequence(&self) -> u64 {
        self.headers["x-click-lite-sequence"].parse().expect("a number")
    }

    pub fn rows(&self) -> u64 {
        self.headers["x-click-lite-rows"].parse().expect("a number")
    }

    /// The block, decompressed.
    pub fn block(&self) -> Vec<u8> {
        zstd::decode_all(self.body.as_slice()).expect("a zstd frame")
    }
}

#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16, &'static str),
    /// Status, and seconds of `Retry-After`.
    RetryAfter(u16, u64),
    /// The request is read and the connection closed.
    HangUp,
}

#[derive(Default)]
struct Shared {
    replies: VecDeque<Reply>,
    requests: Vec<Request>,
    /// What a server would have stored: blocks whose sequence is above the last of their agent.
    last: HashMap<String, u64>,
    stored: Vec<Vec<u8>>,
    stored_rows: u64,
}

/// Answers with what it was given, then with 200.
#[derive(Clone)]
pub struct Stub {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

impl Stub {
    pub fn start(replies: &[Reply]) -> Self {
        Self::start_with("http", replies, serve)
    }

    /// Speaks TLS, by a certificate of the tests' own authority.
    pub fn start_tls() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
        let certificate =
            CertificateDer::from_pem_file(format!("{folder}/server.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(format!("{folder}/server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair");
        let config = Arc::new(config);
        Self::start_with("https", &[], move |connection, shared| {
            let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
            serve(StreamOwned::new(session, connection), shared);
        })
    }

    fn start_with<S: Fn(TcpStream, &Mutex<Shared>) + Clone + Send + 'static>(
        scheme: &str,
        replies: &[Reply],
        serve: S,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Mutex::new(Shared { replies: replies.to_vec().into(), ..Shared::default() }));
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (shared, serve) = (Arc::clone(&serving), serve.clone());
                std::thread::spawn(move || serve(connection, &shared));
            }
        });
        Self { url, shared }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().expect("alive").requests.clone()
    }

    pub fn stored_rows(&self) -> u64 {
        self.shared.lock().expect("alive").stored_rows
    }

    /// How often a text is in what was stored.
    pub fn count(&self, text: &str) -> usize {
        let shared = self.shared.lock().expect("alive");
        shared.stored.iter().map(|block| memchr::memmem::find_iter(block, text).count()).sum()
    }

    /// Everything that was stored.
    pub fn stored(&self) -> Vec<u8> {
        self.shared.lock().expect("alive").stored.concat()
    }
}

fn serve<C: Read + Write>(connection: C, shared: &Mutex<Shared>) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader) {
        let reply = {
            let mut shared = shared.lock().expect("alive");
            let reply = shared.replies.pop_front().unwrap_or(Reply::Status(200, "{\"stored\":true}"));
            if matches!(reply, Reply::Status(200, _)) {
                store(&mut shared, &request);
            }
            shared.requests.push(request);
            reply
        };
        let (status, header, body) = match reply {
            Reply::HangUp => return,
            Reply::Status(status, body) => (status, String::new(), body),
            Reply::RetryAfter(status, seconds) => (status, format!("retry-after: {seconds}\r\n"), ""),
        };
        let answer =
            format!("HTTP/1.1 {status} Status\r\n{header}content-length: {}\r\n\r\n{body}", body.len());
        let writer = reader.get_mut();
        if writer.write_all(answer.as_bytes()).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}

fn store(shared: &mut Shared, request: &Request) {
    let last = shared.last.entry(request.headers["x-click-lite-agent"].clone()).or_default();
    if request.sequence() > *last {
        *last = request.sequence();
        shared.stored_rows += request.rows();
        shared.stored.push(request.block());
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: HashMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line: lines[0].clone(), headers, body })
}
