//! Real logs, each record compared with the structured copy beside its file, which was made by others: Loghub's, an
//! access log of 10,000 lines, and this machine's package log.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use click_lite_model::Severity;
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use click_lite_parse::{FileContext, FileParser, Format, Report, detect};

struct Row {
    time: String,
    severity: Severity,
    level: String,
    service: String,
    body: String,
    attributes: HashMap<String, String>,
}

fn data(path: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = folder.join(path);
    assert!(
        file.exists(),
        "{} is missing: these tests read the folder `shared/data` beside the checkout",
        file.display()
    );
    file
}

fn parse(path: &Path, modified: &str) -> (Format, Vec<Row>, Report) {
    let bytes = std::fs::read(path).expect("the file can be read");
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let detection = detect(&bytes[..bytes.len().min(256 << 10)], Some(&name));
    assert!(detection.confidence > 0.9, "{name}: {detection:?}");
    let context =
        FileContext { file_name: name, modified_ns: parse_rfc3339(modified), ..FileContext::default() };
    let mut parser = FileParser::new(detection.format, context);
    let mut rows = Vec::new();
    let mut sink = |record: &click_lite_model::Record| {
        rows.push(Row {
            time: format_rfc3339(record.time_ns.expect("every record has a time")),
            severity: record.severity,
            level: record.severity_text().to_owned(),
            service: record.service().to_owned(),
            body: record.body().to_owned(),
            attributes: record
                .attributes()
                .chain(record.resource())
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        });
    };
    for piece in bytes.chunks(10_007) {
        parser.push(piece, &mut sink);
    }
    parser.finish(&mut sink);
    let report = parser.report();
    (detection.format, rows, report)
}

/// Counts by severity range: unknown, trace, debug, info, warn, error, fatal.
fn ranges(rows: &[Row]) -> [usize; 7] {
    let mut counts = [0; 7];
    for row in rows {
        counts[row.severity.range_index()] += 1;
    }
    counts
}

fn span(report: &Report) -> (String, String) {
    let show = |time: Option<i64>| time.map(format_rfc3339).unwrap_or_default()[..23].to_owned();
    (show(report.first_time_ns), show(report.last_time_ns))
}

type Truth = HashMap<String, String>;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Expected {
    system: &'static str,
    format: Format,
    modified: &'static str,
    first: &'static str,
    last: &'static str,
    ranges: [usize; 7],
    /// Start of the time of a row, as RFC 3339.
    time: fn(&Truth) -> String,
    /// Attribute (or `level`, `service`) and the column that it has to equal.
    columns: &'static [(&'static str, &'static str)],
}

fn month(name: &str) -> usize {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    names.iter().position(|month| *month == name).expect("a month") + 1
}

fn yearless(year: u32, month_name: &str, day: &str, time: &str) -> String {
    format!("{year}-{:02}-{:0>2}T{time}", month(month_name), day)
}

const EXPECTED: [Expected; 8] = [
    Expected {
        system: "Android",
        format: Format::Logcat,
        modified: "2017-12-01T00:00:00Z",
        first: "2017-03-17T16:13:38.811",
        last: "2017-03-17T16:16:09.141",
        ranges: [0, 257, 650, 920, 170, 3, 0],
        time: |row| format!("2017-{}T{}", row["Date"], row["Time"]),
        columns: &[
            ("level", "Level"),
            ("process.pid", "Pid"),
            ("thread.id", "Tid"),
            ("android.tag", "Component"),
            ("body", "Content"),
        ],
    },
    Expected {
        system: "Apache",
        format: Format::ApacheError,
        modified: "2025-01-01T00:00:00Z",
        first: "2005-12-04T04:47:44.000",
        last: "2005-12-05T19:15:57.000",
        ranges: [0, 0, 0, 1405, 0, 595, 0],
        time: |row| {
            let parts: Vec<&str> = row["Time"].split_whitespace().collect();
            format!("{}-{:02}-{}T{}", parts[4], month(parts[1]), parts[2], parts[3])
        },
        columns: &[("level", "Level"), ("body", "Content")],
    },
    Expected {
        system: "BGL",
        format: Format::BlueGene,
        modified: "2025-01-01T00:00:00Z",
        first: "2005-06-03T22:42:50.675",
        last: "2006-01-03T15:13:09.127",
        ranges: [0, 0, 0, 1597, 8, 48, 347],
        time: |row| {
            let seconds: i64 = row["Timestamp"].parse().expect("seconds");
            format_rfc3339(seconds * 1_000_000_000)[..19].to_owned()
        },
        columns: &[
            ("level", "Level"),
            ("host.name", "Node"),
            ("bgl.type", "Type"),
            ("bgl.component", "Component"),
            ("body", "Content"),
        ],
    },
    Expected {
        system: "Hadoop",
        format: Format::Log4j,
        modified: "2025-01-01T00:00:00Z",
        first: "2015-10-18T18:01:47.978",
        last: "2015-10-18T18:10:55.202",
        ranges: [0, 0, 0, 1040, 808, 150, 2],
        time: |row| format!("{}T{}", row["Date"], row["Time"].replace(',', ".")),
        columns: &[
            ("level", "Level"),
            ("thread.name", "Process"),
            ("logger.name", "Component"),
            ("body", "Content"),
        ],
    },
    Expected {
        system: "HealthApp",
        format: Format::HealthApp,
        modified: "2025-01-01T00:00:00Z",
        first: "2017-12-23T22:15:29.606",
        last: "2017-12-24T01:02:35.789",
        ranges: [2000, 0, 0, 0, 0, 0, 0],
        time: |row| {
            let (date, time) = row["Time"].split_once('-').expect("date and time");
            let parts: Vec<u32> = time.split(':').map(|part| part.parse().expect("a number")).collect();
            format!(
                "{}-{}-{}T{:02}:{:02}:{:02}.{:03}",
                &date[..4],
                &date[4..6],
                &date[6..],
                parts[0],
                parts[1],
                parts[2],
                parts[3]
            )
        },
        columns: &[("logger.name", "Component"), ("process.pid", "Pid"), ("body", "Content")],
    },
    Expected {
        system: "Linux",
        format: Format::SyslogRfc3164,
        modified: "2005-12-31T00:00:00Z",
        first: "2005-06-14T15:16:01.000",
        last: "2005-07-27T14:42:00.000",
        ranges: [1955, 0, 0, 0, 2, 43, 0],
        time: |row| yearless(2005, &row["Month"], &row["Date"], &row["Time"]),
        columns: &[
            ("host.name", "Level"),
            ("syslog.appname", "Component"),
            ("process.pid", "PID"),
            ("body", "Content"),
        ],
    },
    Expected {
        system: "OpenSSH",
        format: Format::SyslogRfc3164,
        modified: "2016-12-31T00:00:00Z",
        first: "2016-12-10T06:55:46.000",
        last: "2016-12-10T11:04:45.000",
        ranges: [1952, 0, 0, 0, 0, 47, 1],
        time: |row| yearless(2016, &row["Date"], &row["Day"], &row["Time"]),
        columns: &[("host.name", "Component"), ("process.pid", "Pid"), ("body", "Content")],
    },
    Expected {
        system: "Spark",
        format: Format::Spark,
        modified: "2025-01-01T00:00:00Z",
        first: "2017-06-09T20:10:40.000",
        last: "2017-06-09T20:11:11.000",
        ranges: [0, 0, 0, 2000, 0, 0, 0],
        time: |row| format!("20{}T{}", row["Date"].replace('/', "-"), row["Time"]),
        columns: &[("level", "Level"), ("logger.name", "Component"), ("body", "Content")],
    },
];

#[test]
fn real_files_of_loghub() {
    for expected in &EXPECTED {
        let system = expected.system;
        let log = data(&format!("loghub/{system}/{system}_2k.log"));
        let (format, rows, report) = parse(&log, expected.modified);
        assert_eq!(format, expected.format, "{system}");
        let truth = data(&format!("loghub/{system}/{system}_2k.log_structured.csv"));
        let mut reader = csv::Reader::from_path(truth).expect("the table can be read");
        let truths: Vec<Truth> =
            reader.deserialize().collect::<Result<_, csv::Error>>().expect("the table is a table");
        assert_eq!((rows.len(), truths.len()), (2000, 2000), "{system}");
        for (row, truth) in rows.iter().zip(&truths) {
            let line = &truth["LineId"];
            assert_eq!(&row.attributes["log.file.line"], line, "{system}");
            let time = (expected.time)(truth);
            assert!(row.time.starts_with(&time), "{system} line {line}: {} is not {time}", row.time);
            for (field, column) in expected.columns {
                let found = match *field {
                    "level" => row.level.as_str(),
                    "body" => row.body.as_str(),
                    "syslog.appname" => row.attributes.get(*field).unwrap_or(&row.service),
                    other => row.attributes.get(other).map(String::as_str).unwrap_or_default(),
                };
                assert_eq!(words(found), words(&truth[*column]), "{system} line {line}: {field}");
            }
        }
        let (first, last) = span(&report);
        assert_eq!((first.as_str(), last.as_str()), (expected.first, expected.last), "{system}");
        assert_eq!(ranges(&rows), expected.ranges, "{system}");
        assert_eq!(
            (
                report.lines,
                report.records,
                report.not_understood.lines,
                report.without_time,
                report.invalid_utf8_lines
            ),
            (2000, 2000, 0, 0, 0),
            "{system}"
        );
    }
}

/// The structured copies are tables with a header themselves.
#[test]
fn real_files_as_tables() {
    for expected in &EXPECTED {
        let system = expected.system;
        let table = data(&format!("loghub/{system}/{system}_2k.log_structured.csv"));
        let (format, rows, report) = parse(&table, expected.modified);
        assert_eq!((format, rows.len(), report.not_understood.lines), (Format::Csv, 2000, 0), "{system}");
        let mut reader = csv::Reader::from_path(table).expect("the table can be read");
        for (row, truth) in rows.iter().zip(reader.deserialize::<Truth>()) {
            let truth = truth.expect("a row");
            assert_eq!(row.body, truth["Content"], "{system}");
            assert_eq!(row.attributes["EventId"], truth["EventId"], "{system}");
        }
    }
}

#[test]
fn real_files_of_a_web_server() {
    let path = data("web/apache_combined_10k.log");
    let (format, rows, report) = parse(&path, "2025-01-01T00:00:00Z");
    assert_eq!(format, Format::ApacheCombined);
    let text = String::from_utf8_lossy(&std::fs::read(&path).expect("the file can be read")).into_owned();
    let mut expected_ranges = [0; 7];
    for (row, line) in rows.iter().zip(text.lines()) {
        assert_eq!(row.body, line);
        let status = line.split('"').nth(2).and_then(|rest| rest.split(' ').nth(1)).unwrap_or_default();
        assert_eq!(row.attributes["http.response.status_code"], status, "{line}");
        assert_eq!(row.attributes["client.address"], line.split(' ').next().unwrap_or_default());
        assert_eq!(row.attributes["http.request.method"], line.split(['"', ' ']).nth(6).unwrap_or_default());
        let day = line.split(['[', ']']).nth(1).unwrap_or_default();
        assert!(day.starts_with(&row.time[8..10]) && day[12..20] == row.time[11..19], "{line}: {}", row.time);
        expected_ranges[match status.as_bytes()[0] {
            b'5' => 5,
            b'4' => 4,
            _ => 3,
        }] += 1;
    }
    assert_eq!(ranges(&rows), expected_ranges);
    assert_eq!(ranges(&rows), [0, 0, 0, 9780, 217, 3, 0]);
    assert_eq!(span(&report), ("2015-05-17T10:05:00.000".to_owned(), "2015-05-20T21:05:59.000".to_owned()));
    assert_eq!((report.records, report.not_understood.lines, report.without_time), (10_000, 0, 0));
}

/// The package log of a Debian machine. Elsewhere there is none to test with.
#[test]
fn package_log() {
    let path = Path::new("/var/log/dpkg.log");
    let Ok(text) = std::fs::read_to_string(path) else {
        assert!(!Path::new("/var/lib/dpkg/status").exists(), "{} can't be read", path.display());
        return;
    };
    if text.lines().count() < 10 {
        return;
    }
    let (format, rows, report) = parse(path, "2099-01-01T00:00:00Z");
    assert_eq!(format, Format::Dpkg);
    // The log may have grown since it was read first.
    let lines: Vec<&str> = text.lines().collect();
    assert!(rows.len() >= lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row.time[..19], line[..19].replace(' ', "T"));
        assert_eq!(
            (row.body.as_str(), row.service.as_str(), row.severity),
            (&line[20..], "dpkg", Severity::INFO)
        );
    }
    assert_eq!((report.not_understood.lines, report.without_time), (0, 0));
}
