//! The handshake of connections that share a key: HELO from the server, PING from the client, PONG from the server.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha512};

use super::FluentError;
use crate::msgpack::{Head, Reader, Skip};

/// Largest PING that is read.
const MAX_PING_BYTES: usize = 16 * 1024;

/// What a client says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    pub hostname: String,
    salt: Vec<u8>,
    /// Lower-case hexadecimal digits.
    digest: String,
}

impl Ping {
    /// Reads the PING at the start of `bytes`, and how long it is; `None` where it is cut off.
    pub fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, FluentError> {
        let Some(used) = Skip::value(bytes)? else {
            let is_too_long = bytes.len() > MAX_PING_BYTES;
            return if is_too_long { Err(FluentError::Shape("a PING was expected")) } else { Ok(None) };
        };
        let mut reader = Reader::new(&bytes[..used]);
        let (Head::Array(6), _) = reader.read()? else {
            return Err(FluentError::Shape(
                "a PING of six elements was expected: set the same shared key on both sides",
            ));
        };
        let mut parts = [&b""[..]; 4];
        for part in &mut parts {
            *part = reader.read()?.1;
        }
        let [kind, hostname, salt, digest] = parts;
        if kind != b"PING" {
            return Err(FluentError::Shape("a PING was expected"));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some((Self { hostname: text(hostname), salt: salt.to_vec(), digest: text(digest) }, used)))
    }

    /// Whether the client has the key. Takes as long whatever the digest is.
    pub fn is_right(&self, nonce: &[u8], shared_key: &str) -> bool {
        let expected = digest(&self.salt, &self.hostname, nonce, shared_key);
        let is_same_length = expected.len() == self.digest.len();
        let difference = expected.bytes().zip(self.digest.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        is_same_length && difference == 0
    }
}

/// SHA-512 of salt, host name, nonce and key, in hexadecimal digits.
fn digest(salt: &[u8], hostname: &str, nonce: &[u8], shared_key: &str) -> String {
    let hash = Sha512::new()
        .chain_update(salt)
        .chain_update(hostname)
        .chain_update(nonce)
        .chain_update(shared_key)
        .finalize();
    hash.iter().fold(String::with_capacity(128), |mut digits, byte| {
        // Writing to a string can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Appends the HELO with which a connection begins. `nonce` is random, new for each connection, and ASCII: clients take
/// it for text.
pub fn append_helo(out: &mut Vec<u8>, nonce: &[u8]) {
    out.push(0x92);
    append_text(out, b"HELO");
    out.push(0x83);
    append_text(out, b"nonce");
    append_text(out, nonce);
    append_text(out, b"auth");
    append_text(out, b"");
    append_text(out, b"keepalive");
    out.push(0xc3);
}

/// Appends the answer to a PING: without `refusal` that it is right, and that this side has the key too.
pub fn append_pong(
    out: &mut Vec<u8>,
    ping: &Ping,
    nonce: &[u8],
    hostname: &str,
    shared_key: &str,
    refusal: Option<&str>,
) {
    out.push(0x95);
    append_text(out, b"PONG");
    out.push(if refusal.is_none() { 0xc3 } else { 0xc2 });
    append_text(out, refusal.unwrap_or_default().as_bytes());
    if refusal.is_some() {
        append_text(out, b"");
        append_text(out, b"");
        return;
    }
    append_text(out, hostname.as_bytes());
    append_text(out, digest(&ping.salt, hostname, nonce, shared_key).as_bytes());
}

/// What is longer than 64 KiB is cut: nothing in a handshake is.
fn append_text(out: &mut Vec<u8>, text: &[u8]) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.push(0xda);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(&text[..usize::from(length)]);
}
