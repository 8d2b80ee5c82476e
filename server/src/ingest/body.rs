//! Request bodies as blocking readers, decompressed within limits.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use crate::http::error::ApiError;
use crate::pipeline::BODY_CHUNKS;

/// Bytes that a body may be compressed to whatever the ratio: small bodies compress well and harm nobody.
const FREE_BYTES: u64 = 8 * 1024 * 1024;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    None,
    Gzip,
    Deflate,
    Zstd,
    Bzip2,
}

impl Encoding {
    /// Name in headers and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        }
    }

    /// What `Content-Encoding` says.
    pub fn of_request(headers: &HeaderMap) -> Result<Self, ApiError> {
        let Some(value) = headers.get(header::CONTENT_ENCODING) else { return Ok(Self::None) };
        match value.to_str().unwrap_or("?").trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::None),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
            other => Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.encoding",
                format!("Content-Encoding `{other}` is not known here: use gzip, deflate, zstd or none"),
            )),
        }
    }

    /// What a file's first bytes say (gzip: RFC 1952, zstd: RFC 8878, bzip2: its magic and block size).
    pub fn of_file(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    /// Decompresses a reader; files of several members or frames are read whole.
    pub fn decode<'a>(self, reader: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::None => Box::new(reader),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
            // HTTP's `deflate` is the zlib format (RFC 9110, 8.4.1.2).
            Self::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(reader)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(reader)?),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(reader)),
        })
    }
}

/// A request body on its way from the network to a thread that reads it.
pub struct ChannelReader {
    chunks: mpsc::Receiver<Result<Bytes, String>>,
    current: Bytes,
    failed: bool,
}

/// Forwards a body to a reader; counts its bytes. The future ends with the body or when the reader is dropped.
pub fn channel_reader(body: Body, counter: Arc<AtomicU64>) -> (impl Future<Output = ()>, ChannelReader) {
    let (sender, chunks) = mpsc::channel(BODY_CHUNKS);
    let forward = async move {
        let mut stream = body.into_data_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| error.to_string());
            if let Ok(bytes) = &chunk {
                counter.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            if sender.send(chunk).await.is_err() {
                return;
            }
        }
    };
    (forward, ChannelReader { chunks, current: Bytes::new(), failed: false })
}

impl Read for ChannelReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for ChannelReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.chunks.blocking_recv() {
                Some(Ok(bytes)) => self.current = bytes,
                Some(Err(reason)) => {
                    self.failed = true;
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, reason));
                }
                None if self.failed => return Err(io::ErrorKind::ConnectionAborted.into()),
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, count: usize) {
        self.current.advance(count);
    }
}

/// Limits of one request's body.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    pub max_bytes: u64,
    pub max_ratio: u64,
}

/// A reader that refuses more than its limits, against memory and compression bombs.
pub struct LimitedReader<R> {
    inner: R,
    received: Arc<AtomicU64>,
    decoded: u64,
    limits: BodyLimits,
}

impl<R: Read> LimitedReader<R> {
    /// `received` counts the compressed bytes that came.
    pub fn new(inner: R, received: Arc<AtomicU64>, limits: BodyLimits) -> Self {
        Self { inner, received, decoded: 0, limits }
    }
}

/// The limit that a body broke, inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
pub enum BodyLimit {
    #[error("the body has more than {0} bytes after decompression: send it in parts")]
    Bytes(u64),
    #[error("the body decompresses to more than {0} times its size: it is refused as a compression bomb")]
    Ratio(u64),
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.decoded += count as u64;
        if self.decoded > self.limits.max_bytes {
            return Err(io::Error::other(BodyLimit::Bytes(self.limits.max_bytes)));
        }
        let received = self.received.load(Ordering::Relaxed).max(1);
        if self.decoded > FREE_BYTES && self.decoded / received > self.limits.max_ratio {
            return Err(io::Error::other(BodyLimit::Ratio(self.limits.max_ratio)));
        }
        Ok(count)
    }
}

/// What an error while reading a body means for the sender.
pub fn read_error(error: &io::Error) -> ApiError {
    if let Some(limit) = error.get_ref().and_then(|inner| inner.downcast_ref::<BodyLimit>()) {
        let code = match limit {
            BodyLimit::Bytes(_) => "request.too_large",
            BodyLimit::Ratio(_) => "request.compression_bomb",
        };
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, code, limit.to_string());
    }
    match error.kind() {
        io::ErrorKind::ConnectionAborted => {
            ApiError::bad_request("request.interrupted", format!("the body broke off: {error}"))
        }
        io::ErrorKind::UnexpectedEof => {
            ApiError::bad_request("request.truncated", "the body ends in the middle of its compressed data")
        }
        _ => ApiError::bad_request("request.compression", format!("the body can't be decompressed: {error}")),
    }
}

/// Reads lines in large pieces: each piece ends with a whole line, the rest waits for the next.
pub struct LineChunks<R> {
    reader: R,
    /// What was read is in `start..filled`.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    max_line_bytes: usize,
    ended: bool,
}

/// Bytes that are read at once.
const READ_BYTES: usize = 512 * 1024;

impl<R: Read> LineChunks<R> {
    pub fn new(reader: R, max_line_bytes: usize) -> Self {
        Self { reader, buffer: Vec::new(), start: 0, filled: 0, max_line_bytes, ended: false }
    }

    /// The next piece; `None` at the end. A line that is longer than the limit comes in pieces of that size, so that
    /// memory stays bounded: the decoder refuses each as too large or malformed.
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        let mut searched = 0;
        loop {
            if let Some(end) = memchr::memrchr(b'\n', &self.buffer[searched..self.filled]) {
                self.start = searched + end + 1;
                return Ok(Some(&self.buffer[..self.start]));
            }
            searched = self.filled;
            if self.ended || self.filled > self.max_line_bytes {
                self.start = self.filled;
                return Ok((self.filled > 0).then_some(&self.buffer[..self.filled]));
            }
            if self.buffer.len() < self.filled + READ_BYTES {
                self.buffer.resize(self.filled + READ_BYTES, 0);
            }
            let count = self.reader.read(&mut self.buffer[self.filled..])?;
            self.ended = count == 0;
            self.filled += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_whole_lines() {
        let text = "one\ntwo\nthree without an end";
        let mut chunks = LineChunks::new(text.as_bytes(), 1000);
        let mut pieces = Vec::new();
        while let Some(piece) = chunks.next().expect("readable") {
            pieces.push(String::from_utf8_lossy(piece).into_owned());
        }
        assert_eq!(pieces, ["one\ntwo\n", "three without an end"]);
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut chunks = LineChunks::new(io::repeat(b'x').take(10 * READ_BYTES as u64), READ_BYTES);
        let mut total = 0;
        while let Some(piece) = chunks.next().expect("readable") {
            assert!(piece.len() <= 2 * READ_BYTES);
            total += piece.len();
        }
        assert_eq!(total, 10 * READ_BYTES);
    }

    #[test]
    fn a_compression_bomb_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; 64 * 1024 * 1024], 3).expect("compressed");
        let received = Arc::new(AtomicU64::new(bomb.len() as u64));
        let decoder = Encoding::Zstd.decode(bomb.as_slice()).expect("a decoder");
        let limits = BodyLimits { max_bytes: u64::MAX, max_ratio: 100 };
        let error = io::copy(&mut LimitedReader::new(decoder, received, limits), &mut io::sink())
            .expect_err("refused");
        assert_eq!(read_error(&error).code, "request.compression_bomb");
    }

    #[test]
    fn truncated_data_is_said() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, &[7; 1000]).expect("written");
        let whole = encoder.finish().expect("finished");
        let mut decoder = Encoding::Gzip.decode(&whole[..whole.len() - 6]).expect("a decoder");
        let error = io::copy(&mut decoder, &mut io::sink()).expect_err("truncated");
        assert_eq!(read_error(&error).code, "request.truncated");
    }
}
