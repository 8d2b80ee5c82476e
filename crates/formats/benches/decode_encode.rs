//! Speed of the hot path, stage by stage: JSON lines to records, records to columns, columns to a zstd frame; and of
//! what is done with a block of an agent.
//!
//! `CLICK_LITE_BENCH_NDJSON=FILE` measures with the first 64 MB of that file instead of the built-in lines.

use std::hint::black_box;
use std::io::Read as _;

use click_lite_formats::native::{BlockEncoder, BlockReceiver, IdFrames, check};
use click_lite_formats::ndjson::Decoder;
use click_lite_formats::{es_bulk, hec, loki};
use click_lite_model::{Record, Rejections};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SAMPLE_BYTES: u64 = 64 << 20;
const BLOCK_ROWS: u64 = 20_000;

fn sample() -> Vec<u8> {
    let mut lines = Vec::new();
    if let Some(path) = std::env::var_os("CLICK_LITE_BENCH_NDJSON") {
        let file = std::fs::File::open(path).expect("the file of CLICK_LITE_BENCH_NDJSON can be read");
        file.take(SAMPLE_BYTES).read_to_end(&mut lines).expect("the file can be read");
        let end = lines.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        lines.truncate(end);
        return lines;
    }
    for n in 0..100_000_u64 {
        let random = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let line = format!(
            r#"{{"timestamp":"2026-11-20T00:{:02}:{:02}.{:09}Z","level":"info","service":"svc-{}","host":"ip-10-0-2-{}","trace_id":"{random:016x}{:016x}","span_id":"{random:016x}","message":"handled GET /api/v1/orders/{} -> 200 in {}ms","http.method":"GET","http.status":200,"http.path":"/api/v1/orders/{}","duration_ms":{}.25,"user_id":"u{:06}","k8s.pod":"svc-68kxfnbbb2-{}","k8s.namespace":"prod"}}"#,
            n / 1667 % 60,
            n / 27 % 60,
            random % 1_000_000_000,
            random % 20,
            random % 200,
            random.rotate_left(17),
            random % 90_000,
            random % 700,
            random % 90_000,
            random % 700,
            random % 200_000,
            random % 30,
        );
        lines.extend_from_slice(line.as_bytes());
        lines.push(b'\n');
    }
    lines
}

fn stages(criterion: &mut Criterion) {
    let lines = sample();
    let mut records = Vec::new();
    let mut rejections = Rejections::default();
    Decoder::default().decode_lines(
        &lines,
        0,
        &mut Record::new(),
        &mut |record| records.push(record.clone()),
        &mut rejections,
    );
    assert_eq!(rejections.count(), 0);

    let mut group = criterion.benchmark_group("ndjson");
    group.throughput(Throughput::ElementsAndBytes {
        elements: records.len() as u64,
        bytes: lines.len() as u64,
    });
    group.sample_size(10);
    let (mut decoder, mut record, mut encoder) = (Decoder::default(), Record::new(), BlockEncoder::new());

    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            decoder.decode_lines(&lines, 0, &mut record, &mut |record| _ = black_box(record), &mut rejections)
        });
    });
    let mut out = Vec::new();
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            for record in &records {
                encoder.push(record, 1, 0, "");
                if encoder.rows() == BLOCK_ROWS {
                    out.clear();
                    encoder.finish(&mut out);
                }
            }
            encoder.clear();
        });
    });
    for level in [1, 3] {
        group.bench_with_input(BenchmarkId::new("decode_encode_zstd", level), &level, |bencher, &level| {
            bencher.iter(|| {
                let mut sink = |record: &mut Record| {
                    encoder.push(record, 1, 0, "");
                    if encoder.rows() == BLOCK_ROWS {
                        out.clear();
                        encoder.finish_compressed(level, &mut out).expect("zstd has the memory");
                    }
                };
                decoder.decode_lines(&lines, 0, &mut record, &mut sink, &mut rejections);
                encoder.clear();
            });
        });
    }
    group.finish();
}

/// The same lines as senders of other systems wrap them.
fn protocols(criterion: &mut Criterion) {
    let lines = sample();
    let text = String::from_utf8(lines).expect("the sample is UTF-8");
    let mut group = criterion.benchmark_group("protocols");
    group.throughput(Throughput::ElementsAndBytes {
        elements: text.lines().count() as u64,
        bytes: text.len() as u64,
    });
    group.sample_size(10);
    let mut record = Record::new();

    let bulk: String =
        text.lines().flat_map(|line| ["{\"create\":{\"_index\":\"web\"}}\n", line, "\n"]).collect();
    group.bench_function("es_bulk", |bencher| {
        bencher.iter(|| {
            let (mut decoder, mut items) = (es_bulk::Decoder::default(), es_bulk::Items::default());
            decoder.decode_lines(
                bulk.as_bytes(),
                &mut record,
                &mut |record| _ = black_box(record),
                &mut items,
            )
        });
    });

    let mut stream = Vec::new();
    append_field(&mut stream, 1, br#"{app="shop", job="varlogs", filename="/var/log/shop.log"}"#);
    for line in text.lines() {
        let mut entry = Vec::new();
        append_field(&mut entry, 1, &[0x08, 0xe5, 0xbb, 0xdd, 0xca, 0x06]);
        append_field(&mut entry, 2, line.as_bytes());
        append_field(&mut stream, 2, &entry);
    }
    let mut push = Vec::new();
    append_field(&mut push, 1, &stream);
    group.bench_function("loki_protobuf", |bencher| {
        let (mut decoder, mut rejections) = (loki::Decoder::default(), Rejections::default());
        bencher.iter(|| {
            decoder.decode_protobuf(&push, &mut record, &mut |record| _ = black_box(record), &mut rejections)
        });
    });

    let events: String = text
        .lines()
        .flat_map(|line| {
            ["{\"time\":1767323045.25,\"host\":\"h1\",\"sourcetype\":\"shop\",\"event\":", line, "}"]
        })
        .collect();
    group.bench_function("hec", |bencher| {
        bencher.iter(|| {
            let mut decoder = hec::Decoder::default();
            decoder.decode_events(events.as_bytes(), true, &mut record, &mut |record| _ = black_box(record))
        });
    });
    group.finish();
}

/// A protobuf field of bytes.
fn append_field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

/// A block as agents send it. Throughput is that of its bytes before compression.
fn received(criterion: &mut Criterion) {
    const ROWS: usize = 5_000;
    let mut encoder = BlockEncoder::new();
    let mut block = |write: &mut dyn FnMut(&mut BlockEncoder)| {
        let mut rows = 0;
        let mut push = |record: &mut Record| {
            if rows < ROWS {
                encoder.push(record, 1, 0, "");
            }
            rows += 1;
        };
        Decoder::default().decode_lines(
            &sample(),
            0,
            &mut Record::new(),
            &mut push,
            &mut Rejections::default(),
        );
        write(&mut encoder);
    };
    let (mut plain, mut two_frames) = (Vec::new(), Vec::new());
    block(&mut |encoder| _ = encoder.finish(&mut plain));
    block(&mut |encoder| _ = encoder.finish_compressed(1, &mut two_frames).expect("zstd has the memory"));
    let one_frame = zstd::bulk::compress(&plain, 1).expect("zstd has the memory");

    let mut group = criterion.benchmark_group("received");
    group.throughput(Throughput::Bytes(plain.len() as u64));
    group.bench_function("check", |bencher| bencher.iter(|| check(black_box(&plain)).expect("a block")));
    let mut receiver = BlockReceiver::new();
    group.bench_function("decompress_check", |bencher| {
        bencher.iter(|| receiver.receive(&two_frames, u64::MAX).expect("a block").block());
    });
    for (name, payload) in [("two_frames", &two_frames), ("one_frame", &one_frame)] {
        group.bench_with_input(
            BenchmarkId::new("decompress_check_number", name),
            payload,
            |bencher, payload| {
                let mut ids = IdFrames::default();
                bencher.iter(|| {
                    let received = receiver.receive(payload, u64::MAX).expect("a block");
                    let rows = received.block().rows;
                    let mut out = received.without_ids(1).expect("zstd has the memory");
                    ids.append(7, rows, 1, &mut out).expect("zstd has the memory");
                    out
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, stages, protocols, received);
criterion_main!(benches);
