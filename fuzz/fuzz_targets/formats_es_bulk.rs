//! Bodies of `_bulk`, cut at any line: no panic, as many items as actions, and an answer that is JSON.
#![no_main]

use click_lite_formats::es_bulk::{Decoder, FilterPath, Items};
use click_lite_formats::native::BlockEncoder;
use click_lite_model::Record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, body)) = bytes.split_first() else { return };
    let (mut record, mut items, mut encoder) = (Record::new(), Items::default(), BlockEncoder::new());
    let mut decoder = Decoder::new(1000, (cut & 1 == 1).then_some("logs"));
    // As from a reader: whole lines, or a piece of one that is too long.
    let mut rest = body;
    while !rest.is_empty() {
        let wanted = (usize::from(cut) + 1).min(rest.len());
        let line = memchr(rest).map_or(rest.len(), |end| end + 1);
        let length = if line > 1000 { line.min(1001 + wanted) } else { line };
        let (piece, after) = rest.split_at(length);
        rest = after;
        let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
        if decoder.decode_lines(piece, &mut record, &mut sink, &mut items).is_err() {
            break;
        }
    }
    decoder.finish(&mut items);
    assert_eq!(encoder.rows() as u64, items.accepted());
    let count = items.accepted() + items.refused();
    let answer: String = items.render(1, 2, FilterPath::ALL).collect();
    if count > 0 {
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("the answer is JSON");
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(count as usize));
    }
    FilterPath::parse(&String::from_utf8_lossy(&body[..body.len().min(100)]));
    encoder.finish(&mut Vec::new());
});

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n')
}
