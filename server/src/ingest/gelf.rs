//! GELF over UDP, in chunks and compressed, and over TCP.

use std::net::SocketAddr;
use std::sync::Arc;

use click_lite_formats::gelf::{Added, Chunks, Decoder, Frames};
use click_lite_model::{Record, Rejections};

use super::datagram::{Assembler, Batch};
use super::receivers::{Place, Receivers};
use super::sockets::{OncePerMinute, PieceDecoder};
use super::stream::{Connection, Fill, Framing, Step, receive};
use crate::app::App;

/// Opens both receivers.
pub async fn open(app: &App, receivers: &mut Receivers) {
    let config = &app.config.gelf;
    if !config.enabled {
        return;
    }
    let service: Option<Arc<str>> = (!config.service.is_empty()).then(|| config.service.as_str().into());
    let record_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
    let udp = Place { name: UDP, title: "GELF over UDP", address: config.listen };
    receivers.udp(
        udp,
        service.clone(),
        Datagrams::new(record_bytes),
        Datagram(MessageDecoder::new(record_bytes)),
    );

    let tcp = Place { name: "gelf_tcp", title: "GELF over TCP", address: config.listen };
    let handler = move |connection: Connection| {
        let decoder = MessageDecoder::new(record_bytes);
        receive(connection, service.clone(), Messages::default(), decoder)
    };
    receivers.tcp(tcp, None, handler).await;
}

const UDP: &str = "gelf_udp";

struct MessageDecoder {
    decoder: Decoder,
    record: Record,
}

impl MessageDecoder {
    fn new(record_bytes: usize) -> Self {
        Self { decoder: Decoder::new(record_bytes), record: Record::new() }
    }
}

/// What comes over TCP is not compressed: a null byte ends each message.
impl PieceDecoder for MessageDecoder {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections) {
        self.decoder.decode_plain(piece, &mut self.record, sink, rejections);
    }
}

/// Decodes messages that are each in a datagram or in several.
struct Datagram(MessageDecoder);

impl PieceDecoder for Datagram {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections) {
        let MessageDecoder { decoder, record } = &mut self.0;
        decoder.decode_message(piece, record, sink, rejections);
    }
}

/// Puts chunks together.
struct Datagrams {
    chunks: Chunks,
    told: OncePerMinute,
}

impl Datagrams {
    fn new(record_bytes: usize) -> Self {
        Self { chunks: Chunks::new(record_bytes), told: OncePerMinute::default() }
    }

    fn drops(&self, reason: &'static str, datagrams: u64, why: &str) {
        if datagrams == 0 {
            return;
        }
        metrics::counter!("click_lite_datagrams_dropped_total", "protocol" => UDP, "reason" => reason)
            .increment(datagrams);
        if self.told.is_due() {
            tracing::warn!(protocol = UDP, datagrams, reason, "chunks were dropped: {why}");
        }
    }
}

impl Assembler for Datagrams {
    fn add(&mut self, datagram: &[u8], from: SocketAddr, now_ns: i64, batch: &mut Batch) {
        let refused = match self.chunks.add(datagram, from.ip(), now_ns) {
            Added::Message(message) => {
                batch.push(message, from.ip());
                None
            }
            Added::Chunk => None,
            Added::Refused(error) => Some(error),
        };
        if let Some(error) = refused {
            self.drops("malformed", 1, &error.to_string());
        }
        let given_up = self.chunks.take_given_up();
        self.drops("incomplete", given_up, "others of the same message did not come within five seconds");
    }
}

/// Messages in a stream.
#[derive(Debug, Default)]
struct Messages {
    frames: Frames,
    /// The rest of a message that is too large is thrown away.
    is_skipping: bool,
}

impl Framing for Messages {
    fn step(&mut self, bytes: &[u8], seen: usize, fill: Fill) -> Step {
        if self.is_skipping {
            let end = memchr::memchr2(0, b'\n', bytes);
            self.is_skipping = end.is_none();
            return Step::Skip(end.map_or(bytes.len(), |end| end + 1));
        }
        match (self.frames.whole(bytes, seen), fill) {
            (Some(whole), _) => Step::Take(whole),
            (None, Fill::Growing) => Step::More,
            (None, Fill::Full) => {
                self.is_skipping = true;
                self.frames = Frames::default();
                Step::Refuse(bytes.len(), "record.too_large")
            }
            // The last one needs no null byte; if it is cut off, the decoder says so.
            (None, Fill::Ended) => Step::Take(bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_too_large_is_skipped_to_its_end() {
        let mut messages = Messages::default();
        assert_eq!(messages.step(b"{}\0{\"a\"", 0, Fill::Growing), Step::Take(3));
        assert_eq!(messages.step(b"{\"a\"", 0, Fill::Growing), Step::More);
        assert_eq!(messages.step(b"{\"a\":1", 4, Fill::Full), Step::Refuse(6, "record.too_large"));
        assert_eq!(messages.step(b"1111", 0, Fill::Growing), Step::Skip(4));
        assert_eq!(messages.step(b"1}\0{}\0", 0, Fill::Growing), Step::Skip(3));
        assert_eq!(messages.step(b"{}\0", 0, Fill::Growing), Step::Take(3));
        assert_eq!(messages.step(b"{}", 0, Fill::Ended), Step::Take(2));
    }
}
