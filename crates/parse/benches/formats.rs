//! Throughput of detection and of each format's parser, in bytes of the file per second on one core.

use std::hint::black_box;

use click_lite_parse::{FORMATS, FileContext, FileParser, Format, detect};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const BYTES: usize = 4 << 20;

/// About 4 MiB of a format's example line, with numbers that change; tables get a header.
fn input(format: Format, example: &str) -> String {
    let mut text = String::with_capacity(BYTES + 4096);
    if matches!(format, Format::Csv | Format::Tsv) {
        text.push_str(example);
        text.push('\n');
    }
    let row = match format {
        Format::Csv => "2025-11-20T08:15:30.123Z,info,\"the quick, brown fox\"",
        Format::Tsv => "2025-11-20T08:15:30.123Z\tinfo\tthe quick brown fox",
        _ => example,
    };
    while text.len() < BYTES {
        text.push_str(row);
        text.push('\n');
    }
    text
}

fn parse(format: Format, text: &str) -> u64 {
    let mut parser = FileParser::new(
        format,
        FileContext { file_name: "app.log".to_owned(), now_ns: 1_763_626_530_000_000_000, ..FileContext::default() },
    );
    let mut bytes = 0u64;
    for piece in text.as_bytes().chunks(256 << 10) {
        parser.push(piece, &mut |record| bytes += record.text_bytes() as u64);
    }
    parser.finish(&mut |record| bytes += record.text_bytes() as u64);
    bytes
}

fn formats(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10);
    for definition in FORMATS {
        let text = input(definition.format, definition.example);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(definition.name), &text, |bencher, text| {
            bencher.iter(|| black_box(parse(definition.format, text)));
        });
    }
    group.finish();
}

fn detection(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("detect");
    group.sample_size(10);
    for format in [Format::ApacheCombined, Format::Log4j, Format::JsonLines, Format::Text] {
        let text = input(format, format.definition().example);
        let head = &text.as_bytes()[..256 << 10];
        group.bench_with_input(BenchmarkId::from_parameter(format.name()), head, |bencher, head| {
            bencher.iter(|| black_box(detect(head, None)));
        });
    }
    group.finish();
}

criterion_group!(benches, formats, detection);
criterion_main!(benches);
