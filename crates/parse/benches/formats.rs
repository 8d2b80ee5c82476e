//! Throughput of detection and of each format's parser, in bytes of the file per second on one core.

use std::hint::black_box;
use std::time::Duration;

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
        // Lines of the usual length, where the example is short.
        Format::ApacheCombined => {
            "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET /presentations/logstash-monitorama-2013/images/kibana-search.png \
             HTTP/1.1\" 200 203023 \"http://example.com/presentations/logstash-monitorama-2013/\" \"Mozilla/5.0 (Macintosh; Intel Mac \
             OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36\""
        }
        Format::Log4j => {
            "2025-10-18 18:01:48,963 INFO [AsyncDispatcher event handler] org.apache.hadoop.mapreduce.v2.app.job.impl.TaskImpl: \
             task_1445144423722_0020_m_000000 Task Transitioned from NEW to SCHEDULED after 12 ms of waiting"
        }
        Format::JsonLines => {
            r#"{"timestamp":"2025-11-20T00:00:03.123456789Z","level":"error","service":"payments","message":"connection to 10.0.0.12:5432 refused after 3 tries","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","host":"node-12","http.request.method":"POST","http.response.status_code":503,"url.path":"/api/v1/orders","duration_ms":123.4,"k8s.pod.name":"payments-6f7c9d-abcde"}"#
        }
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
        FileContext {
            file_name: "app.log".to_owned(),
            now_ns: 1_763_626_530_000_000_000,
            ..FileContext::default()
        },
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
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700));
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
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700));
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
