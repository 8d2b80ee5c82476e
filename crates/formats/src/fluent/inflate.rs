use std::fmt;
use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

/// Decompresses what arrives in pieces, without more memory than a piece and the window of the format.
pub(super) struct Inflate {
    decoder: Format,
    compressed_bytes: u64,
    plain_bytes: u64,
    max_ratio: u64,
}

enum Format {
    Gzip(Box<MultiGzDecoder<Arrived>>),
    Zstd(zstd::stream::read::Decoder<'static, Arrived>),
}

/// Bytes at which the ratio begins to matter: small messages compress well and harm nobody.
const FREE_BYTES: u64 = 8 << 20;
/// zstd streams with a larger window are refused: the window is memory of the receiver.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

impl Inflate {
    /// Whether packed entries that begin so are compressed: no entry begins with these bytes.
    pub(super) fn is_compressed(first: u8) -> bool {
        matches!(first, 0x1f | 0x28)
    }

    /// `first` is the first byte of the compressed data; anything but zstd's is taken for gzip.
    pub(super) fn new(first: u8, max_ratio: u64) -> io::Result<Self> {
        let decoder = if first == 0x28 {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(Arrived::default())?;
            decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
            Format::Zstd(decoder)
        } else {
            Format::Gzip(Box::new(MultiGzDecoder::new(Arrived::default())))
        };
        Ok(Self { decoder, compressed_bytes: 0, plain_bytes: 0, max_ratio })
    }

    /// Whether all that arrived is used.
    pub(super) fn is_hungry(&mut self) -> bool {
        let arrived = self.arrived();
        arrived.at == arrived.bytes.len()
    }

    /// Hands over the next piece, when it is hungry; with `is_last` nothing more comes after it.
    pub(super) fn feed(&mut self, piece: &[u8], is_last: bool) {
        self.compressed_bytes += piece.len() as u64;
        let arrived = self.arrived();
        arrived.bytes.clear();
        arrived.bytes.extend_from_slice(piece);
        arrived.at = 0;
        arrived.is_last = is_last;
    }

    /// Appends at most `bytes` decompressed bytes to `out`. `Ok(true)` means that there may be more, `Ok(false)` that
    /// it is hungry or at its end.
    pub(super) fn read(&mut self, out: &mut Vec<u8>, bytes: usize) -> io::Result<bool> {
        let start = out.len();
        out.resize(start + bytes, 0);
        let read = match &mut self.decoder {
            Format::Gzip(decoder) => decoder.read(&mut out[start..]),
            Format::Zstd(decoder) => decoder.read(&mut out[start..]),
        };
        out.truncate(start + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(count) => {
                self.plain_bytes += count as u64;
                let is_bomb = self.plain_bytes > FREE_BYTES
                    && self.plain_bytes / self.compressed_bytes.max(1) > self.max_ratio;
                if is_bomb {
                    let limit = self.max_ratio;
                    return Err(io::Error::other(format!(
                        "it decompresses to more than {limit} times its size"
                    )));
                }
                Ok(count > 0)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn arrived(&mut self) -> &mut Arrived {
        match &mut self.decoder {
            Format::Gzip(decoder) => decoder.get_mut(),
            Format::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

impl fmt::Debug for Inflate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Inflate").field("plain_bytes", &self.plain_bytes).finish_non_exhaustive()
    }
}

/// The pieces as a reader that asks to come again when there is nothing more yet.
#[derive(Default)]
struct Arrived {
    bytes: Vec<u8>,
    at: usize,
    is_last: bool,
}

impl BufRead for Arrived {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.len() && !self.is_last {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.bytes[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl Read for Arrived {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}
