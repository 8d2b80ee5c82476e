//! Fluent forward: any bytes in any pieces, without a panic, within bounds, and whole or in pieces with the same outcome.
#![no_main]

use click_lite_formats::fluent::{Batch, Decoder, Limits, Ping, Stream};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

const RECORD_BYTES: usize = 16 * 1024;

/// Records, refused entries, acknowledgements, and whether it ended in an error.
fn receive(bytes: &[u8], piece: usize, batch_bytes: usize) -> (u64, u64, Vec<u8>, bool) {
    let limits = Limits { record_bytes: RECORD_BYTES, batch_bytes, max_compression_ratio: 100 };
    let (mut stream, mut batch) = (Stream::new(limits), Batch::default());
    let (mut decoder, mut record, mut encoder) = (Decoder::new(RECORD_BYTES), Record::new(), BlockEncoder::new());
    let (mut rejections, mut acknowledgements) = (Rejections::default(), Vec::new());
    let (mut start, mut end, mut accepted) = (0, 0, 0);
    loop {
        loop {
            let Ok(used) = stream.feed(&bytes[start..end], &mut batch) else {
                return (accepted, rejections.count(), acknowledgements, true);
            };
            start += used;
            if stream.must_inflate() {
                stream.inflate(&mut batch);
            } else if batch.is_empty() && used == 0 {
                break;
            }
            assert!(batch.len() <= batch_bytes + 2 * RECORD_BYTES);
            assert!(stream.held_bytes() <= 1 << 20);
            rejections.append(&batch.take_rejections());
            let entries = batch.take_entries();
            let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
            accepted += decoder.decode(&entries, &mut record, &mut sink, &mut rejections).accepted;
            acknowledgements.extend(batch.take_acknowledgements());
        }
        assert!(end - start <= stream.max_input_bytes() + piece);
        if end == bytes.len() {
            break;
        }
        end = (end + piece).min(bytes.len());
    }
    assert!(encoder.rows() >= accepted);
    encoder.finish(&mut Vec::new());
    (accepted, rejections.count(), acknowledgements, false)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&piece, bytes)) = bytes.split_first() else { return };
    let _ = Ping::read(bytes);
    let whole = receive(bytes, bytes.len().max(1), 1 << 20);
    let pieces = receive(bytes, usize::from(piece) + 1, 64);
    assert_eq!(whole, pieces);
});
