//! Texts of both modes that try to write, to read files and the network, to see what others do, or to get around limits.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use click_lite_tests::Server;
use reqwest::Method;
use serde_json::{Value, json};

/// Where the statements try to write; `PORT` is a listener that nobody may reach.
const TARGET: &str = "/tmp/click_lite_hostile_target";

/// Statements that have to be refused, and how.
pub const REFUSED: &[(&str, &str)] = &[
    // Writing and changing.
    ("INSERT INTO otel_logs (Body) VALUES ('x')", "sql.not_allowed"),
    ("INSERT INTO otel_logs SELECT * FROM otel_logs", "sql.not_allowed"),
    ("WITH x AS (SELECT 1) INSERT INTO otel_logs (Body) SELECT 'x'", "sql."),
    (
        "INSERT INTO FUNCTION file('/tmp/click_lite_hostile_target', 'CSV', 'a String') SELECT 'x'",
        "sql.not_allowed",
    ),
    ("INSERT INTO FUNCTION url('http://127.0.0.1:PORT/', 'CSV', 'a String') SELECT 'x'", "sql.not_allowed"),
    ("INSERT INTO FUNCTION s3('http://127.0.0.1:PORT/b/k', 'CSV', 'a String') SELECT 'x'", "sql.not_allowed"),
    ("CREATE TABLE hostile (a UInt8) ENGINE = Memory", "sql.not_allowed"),
    ("CREATE TABLE hostile ENGINE = File('CSV') AS SELECT 1", "sql.not_allowed"),
    ("CREATE TEMPORARY TABLE hostile (a UInt8)", "sql.not_allowed"),
    ("CREATE DATABASE hostile", "sql.not_allowed"),
    ("CREATE VIEW hostile AS SELECT 1", "sql.not_allowed"),
    ("CREATE MATERIALIZED VIEW hostile TO otel_logs AS SELECT * FROM otel_logs", "sql.not_allowed"),
    (
        "CREATE DICTIONARY hostile (id UInt64) PRIMARY KEY id SOURCE(FILE(path '/etc/passwd' format 'CSV')) LAYOUT(FLAT()) LIFETIME(1)",
        "sql.not_allowed",
    ),
    ("CREATE FUNCTION hostile AS x -> x", "sql.not_allowed"),
    ("CREATE USER hostile IDENTIFIED BY 'x'", "sql."),
    ("CREATE NAMED COLLECTION hostile AS url = 'http://127.0.0.1:PORT/'", "sql."),
    ("CREATE OR REPLACE TABLE otel_logs (a UInt8) ENGINE = Memory", "sql.not_allowed"),
    ("DROP TABLE otel_logs", "sql.not_allowed"),
    ("DROP TABLE IF EXISTS otel_logs SYNC", "sql.not_allowed"),
    ("DROP DATABASE click_lite", "sql.not_allowed"),
    ("DROP VIEW log_facets_view", "sql.not_allowed"),
    ("DETACH TABLE otel_logs", "sql.not_allowed"),
    ("ATTACH TABLE hostile FROM '/etc' (a String) ENGINE = MergeTree ORDER BY a", "sql.not_allowed"),
    ("UNDROP TABLE otel_logs", "sql."),
    ("TRUNCATE TABLE otel_logs", "sql.not_allowed"),
    ("TRUNCATE ALL TABLES FROM click_lite", "sql."),
    ("RENAME TABLE otel_logs TO hostile", "sql.not_allowed"),
    ("EXCHANGE TABLES otel_logs AND otel_traces", "sql.not_allowed"),
    ("ALTER TABLE otel_logs DELETE WHERE 1", "sql.not_allowed"),
    ("ALTER TABLE otel_logs UPDATE Body = 'x' WHERE 1", "sql.not_allowed"),
    ("ALTER TABLE otel_logs DROP PARTITION '2026-01-02'", "sql.not_allowed"),
    ("ALTER TABLE otel_logs ADD COLUMN hostile String", "sql.not_allowed"),
    ("ALTER TABLE otel_logs MODIFY TTL Timestamp + INTERVAL 1 SECOND", "sql.not_allowed"),
    ("ALTER TABLE otel_logs FREEZE", "sql.not_allowed"),
    ("DELETE FROM otel_logs WHERE 1", "sql.not_allowed"),
    ("UPDATE otel_logs SET Body = 'x' WHERE 1", "sql."),
    ("OPTIMIZE TABLE otel_logs FINAL", "sql.not_allowed"),
    ("BACKUP TABLE otel_logs TO File('/tmp/click_lite_hostile_target')", "sql.not_allowed"),
    ("RESTORE TABLE otel_logs FROM File('/tmp/click_lite_hostile_target')", "sql.not_allowed"),
    ("GRANT ALL ON *.* TO click_lite_reader", "sql.not_allowed"),
    ("REVOKE ALL ON *.* FROM click_lite_reader", "sql.not_allowed"),
    ("SET ROLE ALL", "sql."),
    ("EXECUTE AS click_lite_writer SELECT 1", "sql."),
    // The server itself.
    ("SYSTEM SHUTDOWN", "sql.not_allowed"),
    ("SYSTEM KILL", "sql.not_allowed"),
    ("SYSTEM STOP MERGES", "sql.not_allowed"),
    ("SYSTEM STOP LISTEN HTTP", "sql.not_allowed"),
    ("SYSTEM START LISTEN TCP", "sql.not_allowed"),
    ("SYSTEM DROP MARK CACHE", "sql.not_allowed"),
    ("SYSTEM FLUSH LOGS", "sql.not_allowed"),
    ("SYSTEM RELOAD CONFIG", "sql.not_allowed"),
    ("KILL QUERY WHERE 1", "sql.not_allowed"),
    ("KILL QUERY WHERE user = 'click_lite_writer' SYNC", "sql.not_allowed"),
    ("KILL MUTATION WHERE 1", "sql.not_allowed"),
    ("SET max_memory_usage = 0", "sql.not_allowed"),
    ("SET readonly = 0", "sql.not_allowed"),
    ("USE system", "sql.not_allowed"),
    ("BEGIN TRANSACTION", "sql.not_allowed"),
    ("CHECK TABLE otel_logs", "sql."),
    ("WATCH log_facets_view", "sql."),
    // More than one statement.
    ("SELECT 1; SELECT 2", "sql.syntax"),
    ("SELECT 1; DROP TABLE otel_logs", "sql.syntax"),
    ("SELECT 1 /* ; */; -- \n DROP TABLE otel_logs", "sql.syntax"),
    ("SELECT 1 PARALLEL WITH SELECT 2", "sql.not_allowed"),
    ("SELECT 1 PARALLEL WITH DROP TABLE otel_logs", "sql."),
    ("EXPLAIN SELECT 1; DROP TABLE otel_logs", "sql.syntax"),
    ("graph = 1 SELECT 1", "sql."),
    ("SELECT 1 \0; DROP TABLE otel_logs", "sql."),
    ("-- only a comment", "sql."),
    ("", "sql.syntax"),
    ("EXPLAIN INSERT INTO otel_logs (Body) SELECT 'x'", "sql.not_allowed"),
    ("EXPLAIN AST DROP TABLE otel_logs", "sql.not_allowed"),
    ("EXPLAIN SYNTAX ALTER TABLE otel_logs DELETE WHERE 1", "sql."),
    ("EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:PORT', 'a', 'b', 'c', 'd') PARTITION BY x", "sql.not_allowed"),
    // Files.
    ("SELECT file('/etc/passwd')", "sql.not_allowed"),
    ("SELECT `file`('/etc/passwd')", "sql.not_allowed"),
    ("SELECT \"fi\\x6ce\"('/etc/passwd')", "sql.not_allowed"),
    ("SELECT /* */ file /* */ ('/etc/passwd')", "sql.not_allowed"),
    ("SELECT 1 WHERE file('/etc/passwd') != ''", "sql.not_allowed"),
    ("SELECT arrayMap(file, ['/etc/passwd'])", "sql.not_allowed"),
    ("SELECT arrayMap(x -> file(x), ['/etc/passwd'])", "sql.not_allowed"),
    ("SELECT arrayMap({function:Identifier}, ['/etc/passwd'])", "sql.not_allowed"),
    ("WITH f AS (x -> file(x)) SELECT f('/etc/passwd')", "sql."),
    ("SELECT * APPLY(file) FROM (SELECT '/etc/passwd')", "sql.not_allowed"),
    ("SELECT * APPLY(`fi\\x6ce`) FROM (SELECT '/etc/passwd')", "sql.not_allowed"),
    ("SELECT COLUMNS('a') APPLY(x -> file(x)) FROM (SELECT '/etc/passwd' AS a)", "sql.not_allowed"),
    ("SELECT * REPLACE(file(a) AS a) FROM (SELECT '/etc/passwd' AS a)", "sql.not_allowed"),
    ("SELECT count() FROM otel_logs GROUP BY file('/etc/passwd')", "sql.not_allowed"),
    ("SELECT 1 ORDER BY file('/etc/passwd') LIMIT 1 BY 1", "sql.not_allowed"),
    ("SELECT 1 FROM numbers(1) LIMIT length(file('/etc/passwd'))", "sql.not_allowed"),
    ("EXPLAIN SELECT file('/etc/passwd')", "sql.not_allowed"),
    ("SELECT * FROM viewExplain('EXPLAIN SYNTAX', '', (SELECT file('/etc/passwd')))", "sql.not_allowed"),
    ("SELECT * FROM file('/etc/passwd')", "sql.not_allowed"),
    ("SELECT * FROM file('/etc/passwd', 'LineAsString', 'l String')", "sql.not_allowed"),
    ("DESCRIBE file('/etc/passwd')", "sql.not_allowed"),
    ("SELECT * FROM fileCluster('default', '/etc/passwd')", "sql.not_allowed"),
    ("SELECT * FROM filesystem('/etc')", "sql.not_allowed"),
    ("SELECT * FROM view(SELECT * FROM file('/etc/passwd', 'LineAsString'))", "sql.not_allowed"),
    (
        "SELECT * FROM otel_logs WHERE Body IN (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
        "sql.not_allowed",
    ),
    ("SELECT * FROM sqlite('/etc/passwd', 'x')", "sql.not_allowed"),
    ("SELECT * FROM executable('cat /etc/passwd', 'LineAsString', 'l String')", "sql.not_allowed"),
    ("SELECT * FROM icebergLocal('/etc')", "sql.not_allowed"),
    ("SELECT * FROM deltaLakeLocal('/etc')", "sql.not_allowed"),
    ("SELECT catboostEvaluate('/etc/passwd', 1)", "sql.not_allowed"),
    ("SELECT 1 INTO OUTFILE '/tmp/click_lite_hostile_target'", "sql.not_allowed"),
    ("SELECT 1 INTO OUTFILE '/tmp/click_lite_hostile_target' TRUNCATE FORMAT CSV", "sql.not_allowed"),
    ("SELECT 1 INTO/**/OUTFILE '/tmp/click_lite_hostile_target'", "sql.not_allowed"),
    ("SHOW TABLES INTO OUTFILE '/tmp/click_lite_hostile_target'", "sql.not_allowed"),
    ("SELECT 1 FORMAT CSV", "sql.not_allowed"),
    ("SELECT 1 FORMAT Null", "sql.not_allowed"),
    ("SHOW TABLES FORMAT Vertical", "sql.not_allowed"),
    ("SELECT * FROM input('a String') FORMAT CSV", "sql.not_allowed"),
    // The network.
    ("SELECT * FROM url('http://127.0.0.1:PORT/', 'CSV', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM urlCluster('default', 'http://127.0.0.1:PORT/', 'CSV', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM s3('http://127.0.0.1:PORT/b/k', 'CSV', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM gcs('http://127.0.0.1:PORT/b/k', 'CSV', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM azureBlobStorage('http://127.0.0.1:PORT/', 'c', 'p')", "sql.not_allowed"),
    ("SELECT * FROM hdfs('hdfs://127.0.0.1:PORT/x', 'CSV', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM remote('127.0.0.1:PORT', 'system', 'one')", "sql.not_allowed"),
    ("SELECT * FROM remoteSecure('127.0.0.1:PORT', 'system', 'one')", "sql.not_allowed"),
    ("SELECT * FROM cluster('default', system.one)", "sql.not_allowed"),
    ("SELECT * FROM clusterAllReplicas('default', system.one)", "sql.not_allowed"),
    ("SELECT * FROM mysql('127.0.0.1:PORT', 'd', 't', 'u', 'p')", "sql.not_allowed"),
    ("SELECT * FROM postgresql('127.0.0.1:PORT', 'd', 't', 'u', 'p')", "sql.not_allowed"),
    ("SELECT * FROM mongodb('127.0.0.1:PORT', 'd', 't', 'u', 'p', 'a String')", "sql.not_allowed"),
    ("SELECT * FROM redis('127.0.0.1:PORT', 'k', 'k String')", "sql.not_allowed"),
    ("SELECT * FROM jdbc('jdbc:x://127.0.0.1:PORT', 'd', 't')", "sql.not_allowed"),
    ("SELECT * FROM odbc('DSN=x', 'd', 't')", "sql.not_allowed"),
    ("SELECT aiGenerate('x', 'y')", "sql.not_allowed"),
    // What others do, and secrets.
    ("SELECT * FROM system.processes", "sql.not_allowed"),
    ("SELECT * FROM `system`.`processes`", "sql.not_allowed"),
    ("SELECT * FROM system /* */ . query_log", "sql.not_allowed"),
    ("SELECT * FROM {table:Identifier}", "sql.not_allowed"),
    ("SELECT 1 IN system.users", "sql.not_allowed"),
    ("SELECT * FROM system.users", "sql.not_allowed"),
    ("SELECT * FROM system.server_settings", "sql.not_allowed"),
    ("SELECT * FROM system.text_log", "sql.not_allowed"),
    ("SELECT * FROM system.named_collections", "sql.not_allowed"),
    ("SELECT * FROM merge('system', '.*')", "sql.not_allowed"),
    ("SELECT * FROM loop(system.one)", "sql.not_allowed"),
    ("SELECT * FROM eval('SELECT 1')", "sql.not_allowed"),
    ("SELECT * FROM dictionary('x')", "sql.not_allowed"),
    ("SELECT dictGet('x', 'y', 1)", "sql."),
    ("SHOW PROCESSLIST", "sql.not_allowed"),
    ("SHOW USERS", "sql."),
    ("SHOW GRANTS", "sql.not_allowed"),
    ("SHOW ACCESS", "sql."),
    ("SHOW CREATE USER click_lite_writer", "sql."),
    ("SELECT getClientHTTPHeader('X-ClickHouse-Key')", "sql.not_allowed"),
    (
        "SELECT getClientHTTPHeader('X-ClickHouse-Key') SETTINGS allow_get_client_http_header = 1",
        "sql.not_allowed",
    ),
    // Limits.
    ("SELECT 1 SETTINGS max_memory_usage = 0", "sql."),
    ("SELECT 1 SETTINGS readonly = 0", "sql."),
    ("SELECT 1 SETTINGS max_execution_time = 100000", "sql."),
    ("SELECT 1 SETTINGS allow_ddl = 1", "sql."),
    ("SELECT 1 FROM (SELECT 1 SETTINGS max_threads = 1000)", "sql.not_allowed"),
    ("SELECT 1 SETTINGS final = 1, max_threads = 1000", "sql.not_allowed"),
    ("SELECT 1 SETTINGS `max_threads` = 1000", "sql.not_allowed"),
    ("SELECT 1 SETTINGS profile = 'default'", "sql."),
    ("SELECT 1 SETTINGS cancel_http_readonly_queries_on_client_close = 0", "sql.not_allowed"),
    ("SELECT 1 SETTINGS limit = 1000000", "sql.not_allowed"),
    ("EXPLAIN SELECT 1 SETTINGS max_threads = 1000", "sql.not_allowed"),
    // Values.
    ("SELECT {small:UInt8}", "sql.parameter"),
    ("SELECT {statement:UInt64}", "sql.parameter"),
    ("SELECT * FROM otel_logs LIMIT {statement:UInt64}", "sql.parameter"),
    ("SELECT {statement:Identifier}", "sql."),
    ("SELECT {none:String}", "sql.parameter"),
    ("SELECT {small:Nothing}", "sql."),
    ("SELECT * FROM {function:Identifier}('/etc/passwd')", "sql."),
];

/// What the embedded engine's own user and limits refuse.
const REFUSED_BY_THE_ENGINE: &[(&str, &str)] = &[
    ("SELECT path FROM system.parts", "sql.not_allowed"),
    ("SELECT * FROM system.parts", "sql.not_allowed"),
    ("SELECT groupArray(repeat('x', 1000000)) FROM numbers(100000)", "store.memory_limit"),
];

/// Texts of the search language, a line each; `MARKER` is a file, and `127.0.0.1:1` a listener that nobody may reach. They are
/// refused, or search for what they say.
const SEARCHES: &str = include_str!("../../../crates/query/cases/hostile.txt");

/// At least so many in both modes together.
const HOSTILE: usize = 280;

/// Statements that look hostile and are not.
const HARMLESS: &[&str] = &[
    "SELECT 'file(''/etc/passwd'')' AS text",
    "SELECT '; DROP TABLE otel_logs' -- ; DROP TABLE otel_logs",
    "SELECT $x$ ; DROP TABLE otel_logs $x$",
    "SELECT {statement:String}",
    "SELECT count() FROM otel_logs WHERE Body = {statement:String}",
    "SELECT count() FROM system.tables SETTINGS join_use_nulls = 1",
    "SELECT * APPLY(toString) FROM (SELECT 1)",
    "SELECT 1 AS format",
    "SELECT 1;;",
];

pub fn params() -> Value {
    json!({
        "function": "file", "table": "system.processes", "small": 300, "statement": "1; DROP TABLE otel_logs",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_statements_change_and_show_nothing() -> anyhow::Result<()> {
    let searches: Vec<&str> = SEARCHES.lines().filter(|line| !line.is_empty()).collect();
    let tried = REFUSED.len() + REFUSED_BY_THE_ENGINE.len() + searches.len();
    assert!(tried >= HOSTILE, "{tried}");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port().to_string();
    let reached = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&reached);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counting.fetch_add(1, Ordering::SeqCst);
        }
    });
    // A limit that a statement reaches fast.
    let server = Server::start_with(&["CLICK_LITE__QUERY__MAX_MEMORY_BYTES=300000000"])?;
    server.ingest("text/plain", "one\ntwo\nthree\n").await?;
    server.wait_for_count("*", 3).await?;
    let tables = || async {
        let call = json!({ "sql": "SELECT name, engine, create_table_query FROM system.tables WHERE database = 'click_lite' ORDER BY name" });
        server.call("/api/v1/sql", &call).await.map(|answer| answer["rows"].clone())
    };
    let content = || async {
        let call = json!({ "sql": "SELECT count() AS n, sum(cityHash64(Timestamp, Body, ServiceName, toString(LogAttributes), IngestId)) AS h FROM otel_logs" });
        server.call("/api/v1/sql", &call).await.map(|answer| answer["rows"].clone())
    };
    let before = (tables().await?, content().await?);

    for (sql, code) in REFUSED.iter().chain(REFUSED_BY_THE_ENGINE) {
        let sql = sql.replace("PORT", &port);
        for path in ["/api/v1/sql", "/api/v1/estimate", "/api/v1/sql/explain"] {
            // Only a run meets a limit.
            if code.starts_with("store.") && path != "/api/v1/sql" {
                continue;
            }
            let call = json!({ "sql": sql, "params": params() });
            let (status, text) = server.client()?.request(Method::POST, path, Some(call.to_string())).await?;
            let body: Value = serde_json::from_str(&text).with_context(|| format!("{sql}: {text}"))?;
            let found = body["error"]["code"].as_str().unwrap_or("none");
            assert!((400..500).contains(&status) && found.starts_with(code), "{path} {sql}: {status} {text}");
            assert!(
                body["error"]["message"].as_str().is_some_and(|message| message.len() > 8),
                "{sql}: {text}"
            );
            assert!(!text.contains("root:"), "{path} {sql}: {text}");
        }
    }
    for sql in HARMLESS {
        let call = json!({ "sql": sql, "params": params() });
        server.call("/api/v1/sql", &call).await.with_context(|| *sql)?;
    }

    for text in searches {
        let query = text.replace("MARKER", TARGET).replace("127.0.0.1:1/", &format!("127.0.0.1:{port}/"));
        for path in ["/api/v1/search", "/api/v1/histogram", "/api/v1/estimate"] {
            let call = json!({ "query": query, "budget": { "confirmed": true } });
            let (status, text) = server.client()?.request(Method::POST, path, Some(call.to_string())).await?;
            let body: Value = serde_json::from_str(&text).with_context(|| format!("{query}: {text}"))?;
            let code = body["error"]["code"].as_str().unwrap_or_default();
            let is_refused = status == 400 && code.starts_with("query.");
            assert!(status == 200 || is_refused, "{path} {query}: {status} {text}");
            assert!(!text.contains("root:"), "{path} {query}: {text}");
        }
    }

    assert_eq!((tables().await?, content().await?), before);
    assert_eq!(server.count("*").await?, 3);
    assert!(!std::path::Path::new(TARGET).exists());
    assert_eq!(reached.load(Ordering::SeqCst), 0, "something was asked over the network");
    Ok(())
}
