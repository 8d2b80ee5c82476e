//! Events of Splunk's collector: where a body is cut makes no difference.
#![no_main]

use click_lite_formats::hec::{Decoder, EventError, Metadata};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::Record;
use libfuzzer_sys::fuzz_target;

fn decode(pieces: &[&[u8]]) -> (Vec<u8>, Result<(), (u64, &'static str)>) {
    let metadata = Metadata { source: "s".into(), ..Metadata::default() };
    let (mut decoder, mut record) = (Decoder::new(100_000, metadata), Record::new());
    let mut encoder = BlockEncoder::new();
    let mut result: Result<(), EventError> = Ok(());
    for (at, piece) in pieces.iter().enumerate() {
        let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
        result = decoder.decode_events(piece, at + 1 == pieces.len(), &mut record, &mut sink);
        if result.is_err() {
            break;
        }
    }
    let mut block = Vec::new();
    encoder.finish(&mut block);
    (block, result.map_err(|error| (error.number, error.code())))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, body)) = bytes.split_first() else { return };
    if body.len() > 50_000 {
        return;
    }
    let pieces: Vec<&[u8]> = body.chunks(usize::from(cut) + 1).collect();
    let pieces = if pieces.is_empty() { vec![body] } else { pieces };
    assert_eq!(decode(&pieces), decode(&[body]));
});
