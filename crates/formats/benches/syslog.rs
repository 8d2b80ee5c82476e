//! Speed of the syslog decoder on one core: framing, header, structured data, and the text of each message.

use std::fmt::Write as _;
use std::hint::black_box;

use click_lite_formats::syslog::{Decoder, Now};
use click_lite_model::{Record, Rejections};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const MESSAGES: usize = 10_000;

fn rfc3164(n: usize) -> String {
    format!(
        "<{}>Mar  5 {:02}:{:02}:{:02} web-{} sshd[{}]: Accepted publickey for user{} from 10.0.{}.{} port {} ssh2",
        n % 192,
        n / 3600 % 24,
        n / 60 % 60,
        n % 60,
        n % 40,
        n % 32_768,
        n % 500,
        n % 256,
        n / 7 % 256,
        n % 65_536
    )
}

fn rfc5424(n: usize) -> String {
    format!(
        "<{}>1 2026-03-05T{:02}:{:02}:{:02}.{:06}Z web-{} checkout {} ID{} [shop@32473 order=\"{n}\" customer=\"c{}\" region=\"eu-{}\"] handled POST /api/v1/orders/{n} -> 201 in {}ms",
        n % 192,
        n / 3600 % 24,
        n / 60 % 60,
        n % 60,
        n % 1_000_000,
        n % 40,
        n % 32_768,
        n % 50,
        n % 9000,
        n % 4,
        n % 700
    )
}

fn syslog(criterion: &mut Criterion) {
    let now = Now { time_ns: 1_772_712_000_000_000_000, zone_offset_seconds: 0 };
    let mut group = criterion.benchmark_group("syslog");
    for (name, message, counted) in [
        ("rfc3164/lines", rfc3164 as fn(usize) -> String, false),
        ("rfc5424/lines", rfc5424, false),
        ("rfc5424/counted", rfc5424, true),
    ] {
        let mut stream = String::new();
        for n in 0..MESSAGES {
            let message = message(n);
            let written = if counted {
                write!(stream, "{} {message}", message.len())
            } else {
                writeln!(stream, "{message}")
            };
            written.expect("a string takes all");
        }
        group.throughput(Throughput::Bytes(stream.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let (mut decoder, mut record) = (Decoder::default(), Record::new());
            bencher.iter(|| {
                let mut records = 0;
                let mut sink = |record: &mut Record| {
                    black_box(record.body());
                    records += 1;
                };
                let mut rejections = Rejections::default();
                decoder.decode_stream(stream.as_bytes(), now, &mut record, &mut sink, &mut rejections);
                assert_eq!(records, MESSAGES);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, syslog);
criterion_main!(benches);
