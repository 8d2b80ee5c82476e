//! Syslog takes any bytes without a panic, whole or in pieces cut where its framing says.
#![no_main]

use click_lite_formats::native::BlockEncoder;
use click_lite_formats::syslog::{Decoder, Frame, Framer, Now};
use click_lite_model::{Record, Rejections};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let now = Now { time_ns: 1_772_668_800_000_000_000, zone_offset_seconds: 3600 };
    let (mut record, mut rejections) = (Record::new(), Rejections::default());
    let mut encoder = BlockEncoder::new();
    let mut decoder = Decoder::new(1000);
    {
        let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
        decoder.decode_message(bytes, 0, now, &mut record, &mut sink, &mut rejections);
        decoder.decode_stream(bytes, now, &mut record, &mut sink, &mut rejections);
    }
    let mut framer = Framer::default();
    let mut rest = bytes;
    while let Frame::Whole { message, used } = framer.next(rest, 0) {
        assert!(used > 0 && message.end <= used && used <= rest.len());
        let mut sink = |record: &mut Record| encoder.push(record, 1, 0, "");
        decoder.decode_stream(&rest[..used], now, &mut record, &mut sink, &mut rejections);
        rest = &rest[used..];
    }
    // What was known to hold no end has none.
    assert_eq!(framer.next(rest, rest.len().saturating_sub(1)), Frame::Partial);
    encoder.finish(&mut Vec::new());
});
