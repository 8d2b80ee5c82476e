use std::io::Write as _;

use click_lite_model::Record;

use super::*;
use crate::native::{BlockEncoder, COLUMNS, IdFrames};

const LIMIT_BYTES: u64 = 1 << 20;

/// A block of `rows` rows: plain, and as the encoder compresses it.
fn block(rows: u64) -> (Vec<u8>, Vec<u8>) {
    let encoder = || {
        let (mut encoder, mut record) = (BlockEncoder::new(), Record::new());
        for row in 0..rows {
            record.clear();
            record.set_body(&format!("line {row}"));
            record.time_ns = Some(1000 + row.cast_signed());
            encoder.push(&record, 77, 0, "api");
        }
        encoder
    };
    let (mut plain, mut payload) = (Vec::new(), Vec::new());
    encoder().finish(&mut plain);
    encoder().finish_compressed(1, &mut payload).expect("compressed");
    (plain, payload)
}

fn refused(payload: &[u8]) -> &'static str {
    let mut receiver = BlockReceiver::new();
    receiver.receive(payload, LIMIT_BYTES).err().expect("refused").code()
}

fn numbered(received: ReceivedBlock<'_>, first_id: u64) -> Vec<u8> {
    let rows = received.block().rows;
    let mut payload = received.without_ids(1).expect("compressed");
    IdFrames::default().append(first_id, rows, 1, &mut payload).expect("compressed");
    payload
}

#[test]
fn rows_get_new_numbers_and_the_rest_stays() {
    let (plain, payload) = block(500);
    let mut receiver = BlockReceiver::new();
    let one_frame = zstd::bulk::compress(&plain, 3).expect("compressed");
    for payload in [&payload, &one_frame] {
        let received = receiver.receive(payload, LIMIT_BYTES).expect("taken");
        let block = received.block();
        assert_eq!((block.rows, block.uncompressed_bytes), (500, plain.len()));
        assert_eq!((block.min_time_ns, block.max_time_ns), (1000, 1499));
        let numbered = numbered(received, 9_000);
        let mut expected = plain.clone();
        expected.truncate(plain.len() - 500 * 8);
        expected.extend((9_000..9_500_u64).flat_map(u64::to_le_bytes));
        assert_eq!(zstd::bulk::decompress(&numbered, 1 << 20).expect("decompressed"), expected);
        // What was numbered is taken again.
        assert_eq!(receiver.receive(&numbered, LIMIT_BYTES).expect("taken").block(), block);
    }
}

#[test]
fn columns_that_are_a_frame_of_their_own_pass_as_they_came() {
    let (_, payload) = block(500);
    let mut receiver = BlockReceiver::new();
    let numbered = numbered(receiver.receive(&payload, LIMIT_BYTES).expect("taken"), 5);
    let (first, _) = frame_size(&payload).expect("a frame");
    assert_eq!(numbered[..first], payload[..first]);
    assert_ne!(numbered[first..], payload[first..]);
}

#[test]
fn what_is_no_block_in_frames_is_refused() {
    let (plain, payload) = block(3);
    assert_eq!(refused(b""), "block.frames");
    assert_eq!(refused(b"plain text"), "block.frames");
    assert_eq!(refused(&payload[..payload.len() - 1]), "block.frames");
    assert_eq!(refused(&[payload.as_slice(), b"x"].concat()), "block.frames");
    assert_eq!(refused(&[payload.as_slice(), &payload].concat()), "block.frames");
    // A skippable frame could hold anything.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0];
    assert_eq!(refused(&[&skippable, payload.as_slice()].concat()), "block.frames");
    // A frame that does not say its size beforehand.
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.write_all(&plain[..10]).and_then(|()| encoder.flush()).expect("compressed");
    encoder.write_all(&plain[10..]).expect("compressed");
    let streamed = encoder.finish().expect("compressed");
    assert_eq!(refused(&streamed), "block.frames");
    let other = zstd::bulk::compress(&[COLUMNS.len() as u8, 0], 1).expect("compressed");
    assert_eq!(refused(&other), "block.empty");
    let mut damaged = zstd::bulk::compress(&plain, 1).expect("compressed");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    assert!(BlockReceiver::new().receive(&damaged, LIMIT_BYTES).is_err());
}

#[test]
fn a_bomb_is_refused_by_what_it_says() {
    let bomb = zstd::bulk::compress(&vec![0; 8 << 20], 3).expect("compressed");
    assert!(bomb.len() < 1000);
    let mut receiver = BlockReceiver::new();
    let error = receiver.receive(&bomb, LIMIT_BYTES).err().expect("refused");
    assert_eq!(error.code(), "block.too_large");
    assert_eq!(receiver.plain.capacity(), 0);
    // One that says less than it holds.
    let mut liar = zstd::bulk::compress(&[1; 1000], 3).expect("compressed");
    assert_eq!(frame_size(&liar), Some((liar.len(), 1000)));
    // Frame_Content_Size of two bytes, which says 256 less.
    assert_eq!(liar[5..7], (1000_u16 - 256).to_le_bytes());
    liar[5..7].copy_from_slice(&0_u16.to_le_bytes());
    assert_eq!(refused(&liar), "block.compression");
}
