//! Lines over TCP: a record a line, JSON objects or text, told apart line by line.

use std::sync::Arc;

use click_lite_formats::ndjson;
use click_lite_model::{Record, Rejections};

use super::receivers::{Place, Receivers};
use super::sockets::PieceDecoder;
use super::stream::{Fill, Framing, Step, receive};
use crate::app::App;

/// Opens the receiver.
pub async fn open(app: &App, receivers: &mut Receivers) {
    let config = &app.config.tcp;
    if !config.enabled {
        return;
    }
    let service: Option<Arc<str>> = (!config.service.is_empty()).then(|| config.service.as_str().into());
    let place = Place { name: "tcp", title: "lines over TCP", address: config.listen };
    let handler = move |connection: super::stream::Connection| {
        let max_line_bytes = connection.sockets().limits.max_record_bytes;
        let decoder = LineDecoder { decoder: ndjson::Decoder::new(max_line_bytes), record: Record::new() };
        receive(connection, service.clone(), Lines { max_line_bytes }, decoder)
    };
    receivers.tcp(place, None, handler).await;
}

/// Lines end with a line feed; the last one needs none.
#[derive(Debug)]
pub struct Lines {
    /// A longer line comes as several records, cut where the decoder would cut it.
    pub max_line_bytes: usize,
}

impl Framing for Lines {
    fn step(&mut self, bytes: &[u8], seen: usize, fill: Fill) -> Step {
        let seen = seen.min(bytes.len());
        match (memchr::memrchr(b'\n', &bytes[seen..]), fill) {
            (Some(end), _) => Step::Take(seen + end + 1),
            (None, Fill::Growing) => Step::More,
            (None, Fill::Full) => {
                Step::Take(whole_characters(&bytes[..bytes.len().min(self.max_line_bytes)]))
            }
            (None, Fill::Ended) => Step::Take(bytes.len()),
        }
    }
}

/// Bytes up to the last character of UTF-8 that may be cut off.
fn whole_characters(bytes: &[u8]) -> usize {
    let last = bytes.iter().rev().take(4).position(|byte| *byte & 0xc0 != 0x80);
    match last {
        Some(back) if bytes[bytes.len() - 1 - back] >= 0xc0 && back + 1 < bytes.len() => {
            bytes.len() - 1 - back
        }
        _ => bytes.len(),
    }
}

struct LineDecoder {
    decoder: ndjson::Decoder,
    record: Record,
}

impl PieceDecoder for LineDecoder {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), _rejections: &mut Rejections) {
        self.decoder.decode_mixed(piece, &mut self.record, sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(max_line_bytes: usize) -> Lines {
        Lines { max_line_bytes }
    }

    #[test]
    fn pieces_end_with_whole_lines() {
        assert_eq!(lines(64).step(b"one\ntwo\nthr", 0, Fill::Growing), Step::Take(8));
        assert_eq!(lines(64).step(b"three", 0, Fill::Growing), Step::More);
        assert_eq!(lines(64).step(b"three\nfour", 5, Fill::Growing), Step::Take(6));
        assert_eq!(lines(64).step(b"four", 0, Fill::Ended), Step::Take(4));
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        assert_eq!(lines(64).step("aaé".as_bytes(), 0, Fill::Full), Step::Take(2));
        assert_eq!(lines(64).step(&"aa界".as_bytes()[..4], 0, Fill::Full), Step::Take(2));
        assert_eq!(lines(64).step(b"aaa", 0, Fill::Full), Step::Take(3));
        assert_eq!(lines(64).step(&[0xff], 0, Fill::Full), Step::Take(1));
        assert_eq!(lines(64).step(&[0x80; 9], 0, Fill::Full), Step::Take(9));
        // What came beyond the longest line is of the next record, however much was read at once.
        assert_eq!(lines(4).step("aaa€€".as_bytes(), 0, Fill::Full), Step::Take(3));
        assert_eq!(lines(4).step(b"aaaaaaaa", 4, Fill::Full), Step::Take(4));
    }
}
