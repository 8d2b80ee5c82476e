//! The decoders of OTLP traces take any bytes without a panic, and what they make of them can be encoded. The first byte
//! chooses the encoding and whether the limit of a record is small.
#![no_main]

use click_lite_formats::native::SpanBlockEncoder;
use click_lite_formats::otlp::Decoder;
use click_lite_model::{Rejections, Span};
use libfuzzer_sys::fuzz_target;

const SMALL_RECORD_BYTES: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, body)) = bytes.split_first() else { return };
    let mut decoder =
        if choice & 2 == 0 { Decoder::default() } else { Decoder::new(SMALL_RECORD_BYTES) };
    let (mut span, mut rejections) = (Span::new(), Rejections::default());
    let mut encoder = SpanBlockEncoder::new();
    let mut sink = |span: &mut Span| encoder.push(span, 1, 0, "");
    let decoded = if choice & 1 == 0 {
        decoder.decode_traces_protobuf(body, &mut span, &mut sink, &mut rejections)
    } else {
        decoder.decode_traces_json(body, &mut span, &mut sink, &mut rejections)
    };
    if let Ok(decoded) = decoded {
        assert_eq!((encoder.rows(), rejections.count()), (decoded.accepted, decoded.rejected));
    }
    encoder.finish(&mut Vec::new());
});
