//! GELF: datagrams in any order, and streams in any pieces, without a panic and within bounds.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use click_lite_formats::gelf::{Added, Chunks, Decoder, Frames};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

const RECORD_BYTES: usize = 64 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    let (mut record, mut rejections) = (Record::new(), Rejections::default());
    let mut encoder = BlockEncoder::new();
    let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
    let mut decoder = Decoder::new(RECORD_BYTES);
    if mode & 1 == 0 {
        // The first byte of each datagram is its length.
        let mut chunks = Chunks::new(RECORD_BYTES);
        let (mut rest, mut now_ns) = (bytes, 0);
        while let Some((&length, more)) = rest.split_first() {
            let (datagram, after) = more.split_at(usize::from(length).min(more.len()));
            rest = after;
            now_ns += i64::from(length) * 50_000_000;
            if let Added::Message(message) = chunks.add(datagram, IpAddr::V4(Ipv4Addr::LOCALHOST), now_ns) {
                decoder.decode_message(message, &mut record, &mut sink, &mut rejections);
            }
        }
    } else {
        let mut frames = Frames::default();
        let (mut start, mut seen, mut end) = (0, 0, 0);
        let step = usize::from(mode >> 1) + 1;
        while end < bytes.len() {
            end = (end + step).min(bytes.len());
            seen = match frames.whole(&bytes[start..end], seen) {
                Some(whole) => {
                    decoder.decode_plain(&bytes[start..start + whole], &mut record, &mut sink, &mut rejections);
                    start += whole;
                    0
                }
                None => end - start,
            };
        }
        decoder.decode_plain(&bytes[start..], &mut record, &mut sink, &mut rejections);
    }
    encoder.finish(&mut Vec::new());
});
