//! Exports of the systemd journal: where a body is cut makes no difference.
#![no_main]

use click_lite_formats::journal::{Decoder, JournalError};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

fn decode(pieces: &[&[u8]]) -> (Vec<u8>, u64, Option<JournalError>) {
    let (mut decoder, mut record) = (Decoder::new(10_000), Record::new());
    let (mut encoder, mut rejections) = (BlockEncoder::new(), Rejections::default());
    let mut read = || -> Result<(), JournalError> {
        let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
        for piece in pieces {
            decoder.decode(piece, &mut record, &mut sink, &mut rejections)?;
        }
        decoder.end(&mut record, &mut sink, &mut rejections)
    };
    let fault = read().err();
    let mut block = Vec::new();
    encoder.finish(&mut block);
    (block, rejections.count(), fault)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, body)) = bytes.split_first() else { return };
    if body.len() > 50_000 {
        return;
    }
    let pieces: Vec<&[u8]> = body.chunks(usize::from(cut) + 1).collect();
    assert_eq!(decode(&pieces), decode(&[body]));
});
