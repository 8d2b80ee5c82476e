//! Nothing without a password, and no more with one than the user may do.

use std::sync::Arc;

use click_lite_engine::{Credentials, Endpoint, Engine};
use libtest_mimic::Trial;

use crate::client::{request, try_query, write};
use crate::{Outcome, config, trial};

const MARK: &str = "fifteen-men-on-the-chest";

/// A way to come without a password: name, target, headers.
type Way<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("answers_nothing_without_a_password", answers_nothing_without_a_password),
        trial("keeps_the_reader_within_its_limits", keeps_the_reader_within_its_limits),
        trial("keeps_the_writer_to_tables", keeps_the_writer_to_tables),
    ]
}

async fn engine_with_a_secret(
    folder: &tempfile::TempDir,
) -> Result<(Engine, Arc<Endpoint>), libtest_mimic::Failed> {
    let engine = Engine::start(config(folder.path().join("engine")))?;
    let endpoint = engine.ready().await?;
    write(&endpoint, "CREATE DATABASE click_lite");
    write(&endpoint, "CREATE TABLE click_lite.secret (text String) ENGINE = MergeTree ORDER BY text");
    write(&endpoint, &format!("INSERT INTO click_lite.secret VALUES ('{MARK}')"));
    std::fs::write(folder.path().join("file"), MARK)?;
    Ok((engine, endpoint))
}

async fn answers_nothing_without_a_password() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (engine, endpoint) = engine_with_a_secret(&folder).await?;
    let file = folder.path().join("file").display().to_string();
    let written = folder.path().join("written").display().to_string();
    let writer = endpoint.writer.user.as_str();
    let wrong = "0".repeat(64);

    // base64 of `default:`, and of `click_lite_writer:`.
    let (basic_default, basic_writer) = ("Basic ZGVmYXVsdDo=", "Basic Y2xpY2tfbGl0ZV93cml0ZXI6");
    let ways: &[Way<'_>] = &[
        ("nothing", "/", &[]),
        ("default in the URL", "/?user=default&password=", &[]),
        ("default in the header", "/", &[("X-ClickHouse-User", "default")]),
        ("empty user", "/", &[("X-ClickHouse-User", ""), ("X-ClickHouse-Key", "")]),
        ("default by basic", "/", &[("Authorization", basic_default)]),
        ("writer by basic, no password", "/", &[("Authorization", basic_writer)]),
        ("writer without password", "/", &[("X-ClickHouse-User", writer)]),
        ("writer with a wrong one", "/", &[("X-ClickHouse-User", writer), ("X-ClickHouse-Key", &wrong)]),
        ("writer, and default in the URL", "/?user=default", &[("X-ClickHouse-User", writer)]),
        (
            "writer, and default by basic",
            "/",
            &[("X-ClickHouse-User", writer), ("Authorization", basic_default)],
        ),
        ("writer, then default", "/", &[("X-ClickHouse-User", writer), ("X-ClickHouse-User", "default")]),
        ("default, then writer", "/", &[("X-ClickHouse-User", "default"), ("X-ClickHouse-User", writer)]),
        (
            "default by certificate",
            "/",
            &[("X-ClickHouse-User", "default"), ("X-ClickHouse-SSL-Certificate-Auth", "on")],
        ),
        (
            "writer by certificate",
            "/",
            &[("X-ClickHouse-User", writer), ("X-ClickHouse-SSL-Certificate-Auth", "on")],
        ),
        ("writer as a part", "/", &[("X-ClickHouse-User", "xclick_lite_writer")]),
        ("another path", "/query", &[]),
        ("the console", "/play", &[]),
        ("the ping path with a query", "/ping?user=default", &[]),
        ("the word's path with a query", "/instance?user=default", &[]),
    ];
    let statements = [
        "SELECT 4242424242".to_owned(),
        "SELECT text FROM click_lite.secret".to_owned(),
        "SELECT count() FROM numbers(1000000000000)".to_owned(),
        format!("SELECT * FROM file('{file}', LineAsString)"),
        format!("INSERT INTO FUNCTION file('{written}', 'CSV', 'text String') SELECT 'x'"),
        format!("SELECT * FROM url('{}/instance', LineAsString)", endpoint.url),
        "SELECT name FROM system.users".to_owned(),
        "CREATE DATABASE mine".to_owned(),
        "DROP TABLE click_lite.secret SYNC".to_owned(),
        "TRUNCATE TABLE click_lite.secret".to_owned(),
        "KILL QUERY WHERE 1 SYNC".to_owned(),
        "SYSTEM STOP LISTEN HTTP".to_owned(),
        "SYSTEM SHUTDOWN".to_owned(),
    ];
    for (way, target, headers) in ways {
        for statement in &statements {
            let joint = if target.contains('?') { '&' } else { '?' };
            let in_url = format!("{target}{joint}query={}", percent_encode(statement));
            let attempts = [
                ("GET", in_url.as_str(), ""),
                ("POST", target, statement.as_str()),
                ("PUT", target, statement),
            ];
            for (method, target, body) in attempts {
                let answer = request(&endpoint, method, target, headers, body)?;
                let open = target.starts_with("/ping") || target.starts_with("/instance");
                assert!(
                    if open { answer.status == 200 } else { answer.status == 403 },
                    "{way}: {method} {statement}: {answer:?}"
                );
                for told in [MARK, "4242424242", "click_lite_reader\n"] {
                    assert!(!answer.body.contains(told), "{way}: {method} {statement}: {answer:?}");
                }
            }
        }
    }
    for method in ["OPTIONS", "HEAD", "DELETE", "TRACE"] {
        let answer = request(&endpoint, method, "/?query=SELECT+4242424242", &[], "")?;
        assert!(!answer.body.contains("4242424242"), "{method}: {answer:?}");
    }

    assert!(!std::path::Path::new(&written).exists(), "a file was written");
    assert_eq!(write(&endpoint, "SELECT text FROM click_lite.secret"), MARK);
    assert_eq!(write(&endpoint, "SELECT count() FROM system.databases WHERE name = 'mine'"), "0");
    assert_eq!(engine.ready().await?.pid, endpoint.pid, "it had to be started again");
    engine.stop().await;
    Ok(())
}

fn refused(endpoint: &Endpoint, who: &Credentials, settings: &str, sql: &str, code: &str) {
    let answer = try_query(endpoint, who, settings, sql).expect("an answer");
    assert!(answer.status != 200 && answer.body.contains(code), "{} {settings} {sql}: {answer:?}", who.user);
}

async fn keeps_the_reader_within_its_limits() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (engine, endpoint) = engine_with_a_secret(&folder).await?;
    write(&endpoint, "CREATE DATABASE other");
    write(&endpoint, "CREATE TABLE other.rows (number UInt64) ENGINE = MergeTree ORDER BY number");
    let reader = &endpoint.reader;
    let settings = "max_execution_time=5&max_memory_usage=100000000&max_result_rows=10&max_rows_to_read=1000";
    let answer = try_query(&endpoint, reader, settings, "SELECT text FROM click_lite.secret")?;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, MARK),
        "a reader can read, and tighten its limits"
    );

    let file = folder.path().join("file").display().to_string();
    for sql in [
        "SELECT * FROM other.rows".to_owned(),
        "SELECT * FROM system.users".to_owned(),
        "SELECT * FROM system.processes".to_owned(),
        format!("SELECT * FROM file('{file}', LineAsString)"),
        format!("SELECT * FROM url('{}/instance', LineAsString)", endpoint.url),
        "SELECT * FROM remote('127.0.0.1', click_lite.secret)".to_owned(),
        "SELECT * FROM executable('id', TSV, 'text String')".to_owned(),
        "INSERT INTO click_lite.secret VALUES ('x')".to_owned(),
        "DROP TABLE click_lite.secret".to_owned(),
        "SYSTEM STOP LISTEN HTTP".to_owned(),
        "SYSTEM SHUTDOWN".to_owned(),
    ] {
        refused(&endpoint, reader, "", &sql, "ACCESS_DENIED");
    }
    refused(&endpoint, reader, "readonly=0", "SELECT 1", "READONLY");
    for setting in ["max_execution_time=0", "max_execution_time=100000", "max_memory_usage=0"] {
        refused(&endpoint, reader, setting, "SELECT 1", "SETTING_CONSTRAINT_VIOLATION");
    }
    engine.stop().await;
    Ok(())
}

async fn keeps_the_writer_to_tables() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (engine, endpoint) = engine_with_a_secret(&folder).await?;
    let file = folder.path().join("file").display().to_string();
    for sql in [
        "SYSTEM STOP LISTEN HTTP".to_owned(),
        "SYSTEM SHUTDOWN".to_owned(),
        "CREATE USER eve".to_owned(),
        format!("SELECT * FROM file('{file}', LineAsString)"),
        format!("SELECT * FROM url('{}/instance', LineAsString)", endpoint.url),
    ] {
        refused(&endpoint, &endpoint.writer, "", &sql, "ACCESS_DENIED");
    }
    for sql in [
        "ALTER TABLE click_lite.secret ADD COLUMN number UInt64",
        "CREATE VIEW click_lite.view AS SELECT text FROM click_lite.secret",
        "OPTIMIZE TABLE click_lite.secret FINAL",
        "SYSTEM FLUSH LOGS",
        "KILL QUERY WHERE query_id = 'none' SYNC",
        "SELECT count() FROM system.parts",
        "TRUNCATE TABLE click_lite.secret",
        "DROP DATABASE click_lite SYNC",
    ] {
        write(&endpoint, sql);
    }
    engine.stop().await;
    Ok(())
}

fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
