//! Every decoder takes any bytes without a panic, and what it makes of them can be encoded.
#![no_main]

use click_lite_formats::native::BlockEncoder;
use click_lite_formats::{ndjson, otlp};
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&format, body)) = bytes.split_first() else { return };
    let (mut record, mut rejections) = (Record::new(), Rejections::default());
    let mut encoder = BlockEncoder::new();
    let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
    let accepted = match format % 6 {
        0 => ndjson::Decoder::default()
            .decode_lines(body, 0, &mut record, &mut sink, &mut rejections)
            .accepted,
        1 => ndjson::Decoder::default().decode_body(body, &mut record, &mut sink, &mut rejections).accepted,
        2 => ndjson::Decoder::default()
            .decode_text(body, 0, &mut record, &mut sink, &mut rejections)
            .accepted,
        3 => ndjson::Decoder::new(100).decode_mixed(body, &mut record, &mut sink).accepted,
        4 => otlp::Decoder::default()
            .decode_logs_protobuf(body, &mut record, &mut sink, &mut rejections)
            .map_or(0, |decoded| decoded.accepted),
        _ => otlp::Decoder::default()
            .decode_logs_json(body, &mut record, &mut sink, &mut rejections)
            .map_or(0, |decoded| decoded.accepted),
    };
    assert!(encoder.rows() >= accepted);
    encoder.finish(&mut Vec::new());
});
