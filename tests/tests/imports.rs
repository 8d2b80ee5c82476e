//! Real log files: right format, times and severities, every record once.

use std::io::Write;

use click_lite_tests::samples::{NEEDLE, NEEDLES, events};
use click_lite_tests::{Server, shared_data};
use serde_json::{Value, json};

/// A file and what must come of it.
struct Expected {
    file: &'static str,
    format: &'static str,
    records: u64,
    first_time: &'static str,
    last_time: &'static str,
    /// Counts of trace, debug, info, warn, error, fatal and unknown.
    levels: [u64; 7],
}

const LEVELS: [&str; 7] = ["trace", "debug", "info", "warn", "error", "fatal", "unknown"];

/// Counted from the structured CSV beside each file, where there is one (`crates/parse` compares every record with it).
const FILES: [Expected; 9] = [
    Expected {
        file: "loghub/Android/Android_2k.log",
        format: "logcat",
        records: 2000,
        first_time: "2026-03-17T16:13:38.811000000Z",
        last_time: "2026-03-17T16:16:09.141000000Z",
        levels: [257, 650, 920, 170, 3, 0, 0],
    },
    Expected {
        file: "loghub/Apache/Apache_2k.log",
        format: "apache_error",
        records: 2000,
        first_time: "2005-12-04T04:47:44.000000000Z",
        last_time: "2005-12-05T19:15:57.000000000Z",
        levels: [0, 0, 1405, 0, 595, 0, 0],
    },
    Expected {
        file: "loghub/BGL/BGL_2k.log",
        format: "blue_gene",
        records: 2000,
        first_time: "2005-06-03T22:42:50.675872000Z",
        last_time: "2006-01-03T15:13:09.127918000Z",
        levels: [0, 0, 1597, 8, 48, 347, 0],
    },
    Expected {
        file: "loghub/Hadoop/Hadoop_2k.log",
        format: "log4j",
        records: 2000,
        first_time: "2015-10-18T18:01:47.978000000Z",
        last_time: "2015-10-18T18:10:55.202000000Z",
        levels: [0, 0, 1040, 808, 150, 2, 0],
    },
    Expected {
        file: "loghub/HealthApp/HealthApp_2k.log",
        format: "health_app",
        records: 2000,
        first_time: "2017-12-23T22:15:29.606000000Z",
        last_time: "2017-12-24T01:02:35.789000000Z",
        levels: [0, 0, 0, 0, 0, 0, 2000],
    },
    Expected {
        file: "loghub/Linux/Linux_2k.log",
        format: "syslog_rfc3164",
        records: 2000,
        first_time: "2026-06-14T15:16:01.000000000Z",
        last_time: "2026-07-27T14:42:00.000000000Z",
        levels: [0, 0, 0, 2, 43, 0, 1955],
    },
    Expected {
        file: "loghub/OpenSSH/OpenSSH_2k.log",
        format: "syslog_rfc3164",
        records: 2000,
        first_time: "2025-12-10T06:55:46.000000000Z",
        last_time: "2025-12-10T11:04:45.000000000Z",
        levels: [0, 0, 0, 0, 47, 1, 1952],
    },
    Expected {
        file: "loghub/Spark/Spark_2k.log",
        format: "spark",
        records: 2000,
        first_time: "2017-06-09T20:10:40.000000000Z",
        last_time: "2017-06-09T20:11:11.000000000Z",
        levels: [0, 0, 2000, 0, 0, 0, 0],
    },
    Expected {
        file: "web/apache_combined_10k.log",
        format: "apache_combined",
        records: 10000,
        first_time: "2015-05-17T10:05:00.000000000Z",
        last_time: "2015-05-20T21:05:59.000000000Z",
        levels: [0, 0, 9780, 217, 3, 0, 0],
    },
];

async fn levels(server: &Server, query: &str) -> anyhow::Result<[u64; 7]> {
    let histogram = server.call("/api/v1/histogram", &json!({ "query": query, "buckets": 1 })).await?;
    let mut counts = [0; 7];
    for bucket in histogram["buckets"].as_array().into_iter().flatten() {
        for (count, level) in counts.iter_mut().zip(LEVELS) {
            *count += bucket["levels"][level].as_u64().unwrap_or(0);
        }
    }
    Ok(counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_files_are_understood() -> anyhow::Result<()> {
    let server = Server::start()?;
    let data = shared_data()?;
    for expected in &FILES {
        let import = server.import(&data.join(expected.file), &[])?;
        let name = expected.file.rsplit('/').next().unwrap_or_default();
        let query = format!("log.file.name:\"{name}\"");
        assert_eq!(import["format"], expected.format, "{name}: {import}");
        assert_eq!(import["rows"], expected.records, "{name}");
        assert_eq!(import["first_time"], expected.first_time, "{name}");
        assert_eq!(import["last_time"], expected.last_time, "{name}");
        server.wait_for_count(&query, expected.records).await?;
        assert_eq!(levels(&server, &query).await?, expected.levels, "{name}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_log_of_this_machine_is_understood() -> anyhow::Result<()> {
    let server = Server::start()?;
    let path = std::path::Path::new("/var/log/dpkg.log");
    let text = std::fs::read_to_string(path)?;
    let import = server.import(path, &[])?;
    assert_eq!(import["format"], "dpkg");
    assert_eq!(import["rows"], text.lines().count());
    assert_eq!(import["not_understood"]["lines"], 0);
    let time = |line: &str| format!("{}T{}.000000000Z", &line[..10], &line[11..19]);
    let mut times: Vec<String> = text.lines().map(time).collect();
    times.sort();
    assert_eq!(import["first_time"], *times.first().expect("a line"));
    assert_eq!(import["last_time"], *times.last().expect("a line"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_files_and_standard_input_are_read() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let text = "2026-01-02 03:04:05,678 ERROR [main] com.example.App: failed\njava.lang.IllegalStateException: no\n\tat com.example.App.run(App.java:7)\n2026-01-02 03:04:06,000 INFO [main] com.example.App: done\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes())?;
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(text.as_bytes())?;
    let files = [
        ("a.log.gz", gzip.finish()?),
        ("a.log.zst", zstd::bulk::compress(text.as_bytes(), 3)?),
        ("a.log.bz2", bzip2.finish()?),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        let import = server.import(&path, &[])?;
        assert_eq!(import["rows"], 2, "{name}: {import}");
        let rows = server.rows(&format!("log.file.name:\"{name}\" level:error"), 10).await?;
        // The stack trace stays with its line, which knows where it stood.
        assert!(rows[0]["Body"].as_str().is_some_and(|body| body.contains("App.java:7")), "{rows:?}");
        assert_eq!(rows[0]["Timestamp"], "2026-01-02T03:04:05.678000000Z");
        assert_eq!(rows[0]["LogAttributes"]["log.file.line"], "1");
    }
    let mut child = std::process::Command::new(click_lite_tests::server_binary()?)
        .args(["import", "--server", &server.url(), "--token-file"])
        .arg(server.ready["token_file"].as_str().unwrap_or_default())
        .args(["--service", "piped", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()?;
    child.stdin.take().expect("a pipe").write_all(b"level=warn msg=\"from a pipe\"\nlevel=info msg=bye\n")?;
    assert!(child.wait()?.success());
    server.wait_for_count("service:piped", 2).await?;
    assert_eq!(server.count("service:piped level:warn \"from a pipe\"").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_imported_twice_is_asked_about() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.log");
    std::fs::write(&path, "2026-01-02T03:04:05Z INFO one\n2026-01-02T03:04:06Z INFO two\n")?;
    server.import(&path, &[])?;
    let error = server.import(&path, &[]).expect_err("the same file").to_string();
    assert!(error.contains("was imported on") && error.contains("--again"), "{error}");
    assert_eq!(server.count("*").await?, 2);
    server.import(&path, &["--again"])?;
    server.wait_for_count("*", 4).await?;
    // The API says so too, for clients that do not look first.
    let fingerprint = click_lite_client::inspect(&path)?.fingerprint;
    let call = format!("/api/v1/imports?name=app.log&fingerprint={fingerprint}");
    let (status, error) = server.refused(&call, &Value::Null).await?;
    assert_eq!((status, error.code.as_str()), (409, "import.duplicate"));
    assert_eq!(error.details["import"]["rows"], 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_events_are_there_once() -> anyhow::Result<()> {
    let server = Server::start()?;
    let events = events(1_000_000)?;
    let import = server.import(&events, &[])?;
    assert_eq!(import["rows"], 1_000_000);
    assert_eq!(import["rows_stored"], 1_000_000);
    assert_eq!(server.count("*").await?, 1_000_000);
    assert_eq!(server.count(NEEDLE).await?, NEEDLES);
    assert_eq!(server.count("level:>=warn").await? + server.count("level:<warn").await?, 1_000_000);
    let values = server.call("/api/v1/field-values", &json!({ "field": "level" })).await?;
    let total: u64 =
        values["values"].as_array().into_iter().flatten().filter_map(|value| value["count"].as_u64()).sum();
    assert_eq!(total, 1_000_000);
    Ok(())
}
