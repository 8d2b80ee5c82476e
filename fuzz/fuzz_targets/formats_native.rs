//! The check of received blocks takes any bytes without a panic, and what passes can be numbered and passes again.
//! An input whose first byte is odd is a block by itself; otherwise it is one after compression.
#![no_main]

use click_lite_formats::native::{BlockReceiver, IdFrames, check};
use libfuzzer_sys::fuzz_target;

const LIMIT_BYTES: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, body)) = bytes.split_first() else { return };
    let mut receiver = BlockReceiver::new();
    let compressed;
    let payload = if first & 1 == 1 {
        compressed = zstd::bulk::compress(body, 1).expect("compressed");
        assert_eq!(receiver.receive(&compressed, LIMIT_BYTES).is_ok(), check(body).is_ok());
        compressed.as_slice()
    } else {
        body
    };
    let Ok(received) = receiver.receive(payload, LIMIT_BYTES) else { return };
    let block = received.block();
    let mut numbered = received.without_ids(1).expect("compressed");
    IdFrames::default().append(u64::MAX, block.rows, 1, &mut numbered).expect("compressed");
    assert_eq!(receiver.receive(&numbered, LIMIT_BYTES).expect("taken again").block(), block);
});
