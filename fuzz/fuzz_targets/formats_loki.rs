//! Push requests of Loki in both encodings: no panic, and what is made of them can be encoded.
#![no_main]

use click_lite_formats::loki::Decoder;
use click_lite_formats::native::BlockEncoder;
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&form, body)) = bytes.split_first() else { return };
    let (mut record, mut rejections) = (Record::new(), Rejections::default());
    let mut encoder = BlockEncoder::new();
    let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
    let mut decoder = Decoder::new(1000);
    let decoded = if form & 1 == 0 {
        decoder.decode_protobuf(body, &mut record, &mut sink, &mut rejections)
    } else {
        decoder.decode_json(body, &mut record, &mut sink, &mut rejections)
    };
    if let Ok(decoded) = decoded {
        assert_eq!((encoder.rows() as u64, rejections.count()), (decoded.accepted, decoded.rejected));
    }
    encoder.finish(&mut Vec::new());
});
