//! The search language on the engine: the cases of `crates/query/cases` over a small fixed data set with the expected
//! rows, random filters against the evaluator in memory, and texts that mean harm.
//!
//! `UPDATE_EXPECTED=1` writes `language.expected` anew; look at what changed.

use std::fmt::Write as _;
use std::path::Path;

use click_lite_model::Record;
use click_lite_model::time::parse_rfc3339;
use click_lite_query::{
    AttributeColumn, ColumnKind, Compiler, Dialect, Matcher, PipeOptions, QueryError, SearchOptions,
    Statement, TimeRange, parse,
};
use click_lite_store::Store;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::{Outcome, World, columns, count, frame_of, rows, trial};

const CASES: &str = include_str!("../../../query/cases/language.txt");
const HOSTILE: &str = include_str!("../../../query/cases/hostile.txt");
const EXPECTED: &str = include_str!("language.expected");

/// Beside the data set, for random filters.
const RANDOM_RECORDS: i64 = 400;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("every_case_of_the_search_language_gives_its_rows", every_case_gives_its_rows),
        trial("filters_of_the_search_language_agree_with_the_evaluator", filters_agree_with_the_evaluator),
        trial("hostile_texts_of_the_search_language_change_nothing", hostile_texts_change_nothing),
    ]
}

/// A store with the data set, numbered from 1.
async fn filled(world: &World) -> Result<(Store, Vec<Record>), Failed> {
    let store = world.store().await?;
    let records = data_set();
    let numbered = records.iter().cloned().zip(1u64..).map(|(record, number)| (number, record));
    store.insert_native("otel_logs", &columns(), "cases", &[frame_of(numbered)]).await?;
    Ok((store, records))
}

/// 24 records, half a minute apart from 2026-11-20T08:00:00Z on.
fn data_set() -> Vec<Record> {
    let first_ns = parse_rfc3339("2026-11-20T08:00:00Z").expect("a time");
    (0..24_i64)
        .map(|number| {
            let mut record = Record::new();
            record.time_ns = Some(first_ns + number * 30_000_000_000);
            record.set_level(["INFO", "INFO", "WARN", "ERROR", "DEBUG", "FATAL"][number as usize % 6]);
            let service = ["cart", "cart", "checkout", "search", "cart"][number as usize % 5];
            record.set_service(service);
            let ms = number * 25;
            record.set_body(&match number % 8 {
                0 | 4 => format!("user=u{} took {ms}ms", number % 3 + 1),
                1 | 5 => format!("GET /api/{service} 200"),
                2 | 6 => format!("Connection refused by 10.0.0.{number}"),
                3 => "Timeout while calling payment".to_owned(),
                _ => format!("timeout: retry {number}, größe {number} kB"),
            });
            if number % 7 != 6 {
                record.push_attribute("duration_ms", &ms.to_string());
            }
            if number % 2 == 0 {
                record.push_attribute("user_id", &format!("u{}", number % 3 + 1));
            }
            record.push_attribute("status", ["200", "200", "500", "503"][number as usize % 4]);
            record.push_attribute("bytes", &(number * number * 1000).to_string());
            record.push_attribute("elapsed", ["1.5s", "300ms", "2", "none"][number as usize % 4]);
            record.push_attribute("size", ["2MB", "5 KB", "1024"][number as usize % 3]);
            let address = match number % 3 {
                0 => format!("10.0.0.{number}"),
                1 => "192.168.1.7".to_owned(),
                _ => format!("fd00::{number}"),
            };
            record.push_attribute("client_ip", &address);
            record.push_attribute("path", if number % 2 == 0 { "/api/items" } else { "/cart" });
            if number % 6 == 0 {
                record.push_attribute(
                    "payload",
                    &format!("{{\"a\":{{\"b\":{number}}},\"c\":\"x \\\"y\\\"\"}}"),
                );
            }
            record.push_attribute("empty", "");
            record.push_resource("host.name", if number % 2 == 0 { "web-1" } else { "web-2" });
            if number % 5 == 0 {
                record.set_trace_id("0af7651916cd43dd8448eb211c80319c");
            }
            record
        })
        .collect()
}

fn now_ns() -> i64 {
    parse_rfc3339("2026-11-20T12:00:00Z").expect("a time")
}

fn day() -> TimeRange {
    TimeRange { from_ns: parse_rfc3339("2026-11-20T00:00:00Z"), to_ns: parse_rfc3339("2026-11-21T00:00:00Z") }
}

fn compile(dialect: &Dialect, text: &str) -> Result<Statement, QueryError> {
    let query = parse(text)?.query;
    let (range, now_ns) = (day(), now_ns());
    let columns = vec!["message".to_owned()];
    if query.pipes.is_empty() {
        let condition = query.check(now_ns)?;
        let options = SearchOptions { columns: Some(columns), limit: 100, cursor: None };
        return Compiler::new(dialect, &condition, range).search(&options);
    }
    let options =
        PipeOptions { dialect, range, now_ns, limit: Some(100), columns: Some(&columns), is_whole: false };
    query.compile(&options).map(|piped| piped.statement)
}

/// Records are told by their number, the rest by all that they hold.
fn shown(row: &Value) -> String {
    let Value::Object(row) = row else { return row.to_string() };
    let Some(number) = row.get("IngestId").and_then(Value::as_str) else {
        return Value::Object(row.clone()).to_string();
    };
    let added = row.iter().filter(|(name, _)| !matches!(name.as_str(), "IngestId" | "Timestamp" | "message"));
    let added: Vec<String> = added.map(|(name, value)| format!(" {name}={value}")).collect();
    format!("{number}{}", added.concat())
}

async fn every_case_gives_its_rows(world: World) -> Outcome {
    let (store, _) = filled(&world).await?;
    give_their_rows(&store, &Dialect::default(), "").await?;
    // The same where attributes have columns of their own.
    let dialect = with_columns(&store).await?;
    give_their_rows(&store, &dialect, "with columns of attributes, ").await
}

/// Attributes of the data set get columns of their own.
async fn with_columns(store: &Store) -> Result<Dialect, Failed> {
    let column = |name: &str, kind: ColumnKind, is_resource: bool, key: &str| AttributeColumn {
        name: name.to_owned(),
        kind,
        is_resource,
        key: key.to_owned(),
    };
    for column in [
        column("attr_duration_ms", ColumnKind::Number, false, "duration_ms"),
        column("attr_bytes", ColumnKind::Number, false, "bytes"),
        column("attr_status", ColumnKind::Text, false, "status"),
        column("attr_elapsed", ColumnKind::Text, false, "elapsed"),
        column("attr_client_ip", ColumnKind::Text, false, "client_ip"),
        column("attr_empty", ColumnKind::Text, false, "empty"),
    ] {
        store.add_attribute_column(&column).await?;
    }
    let columns = store.attribute_columns().await?;
    // The host has one from the start.
    assert_eq!(columns.iter().count(), 7);
    Ok(Dialect { columns, ..Dialect::default() })
}

async fn give_their_rows(store: &Store, dialect: &Dialect, how: &str) -> Outcome {
    let mut listing = String::new();
    let mut by_columns = 0;
    for text in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with("## ")) {
        let statement = compile(dialect, text).map_err(|error| error.render(text))?;
        by_columns += usize::from(statement.sql.contains("`attr_") || statement.sql.contains("`resource_"));
        let found = rows(store, &statement)
            .await
            .map_err(|error| format!("{text}\n{}\n{error}", statement.display_sql))?;
        let is_records = found.first().is_some_and(|row| row.get("IngestId").is_some());
        let mut lines: Vec<String> = found.iter().map(shown).collect();
        // The order of a union of tables is not said.
        if text.contains("| union") {
            lines.sort_unstable();
        }
        let _ = writeln!(listing, "> {text}");
        match (lines.is_empty(), is_records) {
            (true, _) => listing.push_str("(nothing)\n"),
            (false, true) if lines.iter().all(|line| !line.contains(' ')) => {
                let _ = writeln!(listing, "records {}", lines.join(" "));
            }
            _ => lines.iter().for_each(|line| {
                let _ = writeln!(listing, "{line}");
            }),
        }
    }
    assert!(dialect.columns.iter().next().is_none() || by_columns > 50, "{by_columns}");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/language.expected"),
            &listing,
        )?;
        return Ok(());
    }
    let different = EXPECTED.split("> ").zip(listing.split("> ")).find(|(expected, found)| expected != found);
    if let Some((expected, found)) = different {
        return Err(Failed::from(format!("{how}expected:\n{expected}\nfound:\n{found}")));
    }
    assert_eq!(EXPECTED.len(), listing.len(), "the list of cases has changed");
    Ok(())
}

/// A generator of its own, so that a failure comes back.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("small")
    }

    fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    /// A record with what the filters look for, and what looks like it, in places where it may be.
    fn record(&mut self, number: i64) -> Record {
        const WORDS: [&str; 14] = [
            "timeout",
            "Timeout",
            "TIMEOUTS",
            "GET",
            "get",
            "refused",
            "connection",
            "Connection,",
            "10.0.0.2",
            "10.0.0.25",
            "größe",
            "GRÖSSE",
            "conn-7",
            "u3",
        ];
        const NAMES: [&str; 9] = [
            "user_id",
            "duration_ms",
            "status",
            "bytes",
            "elapsed",
            "size",
            "client_ip",
            "path",
            "host.name",
        ];
        const VALUES: [&str; 20] = [
            "",
            "cart",
            "Cart",
            "u1",
            "u2",
            "u12",
            "200",
            "200.0",
            "250.5",
            "-1",
            "1e3",
            " 7",
            "300ms",
            "1.5 s",
            "12 KB",
            "2MiB",
            "10.0.0.1",
            "fd00::2",
            "/api/items",
            "web-1",
        ];
        let mut record = Record::new();
        record.time_ns = Some(now_ns() + number * 1_000_000);
        record.set_level(self.one_of(&["INFO", "WARN", "ERROR", "DEBUG", "FATAL", "weird"]));
        record.set_service(self.one_of(&["cart", "Cart", "checkout", "search", ""]));
        let words: Vec<&str> = (0..self.below(6)).map(|_| self.one_of(&WORDS)).collect();
        record.set_body(&words.join(self.one_of(&[" ", ", ", "-", "="])));
        for _ in 0..self.below(7) {
            let (name, value) = (self.one_of(&NAMES), self.one_of(&VALUES));
            // The first of two attributes of a name would be the one that counts here, the last one there.
            let has = |mut pairs: click_lite_model::Pairs<'_>| pairs.any(|(key, _)| key == name);
            if self.below(3) == 0 && !has(record.resource()) {
                record.push_resource(name, value);
            } else if !has(record.attributes()) {
                record.push_attribute(name, value);
            }
        }
        if self.below(5) == 0 {
            record.set_trace_id("0af7651916cd43dd8448eb211c80319c");
        }
        record
    }

    fn filter(&mut self, depth: usize) -> String {
        if depth == 0 || self.below(3) == 0 {
            return self.term();
        }
        match self.below(5) {
            0 => format!("NOT {}", self.filter(depth - 1)),
            1 => format!("({} OR {})", self.filter(depth - 1), self.filter(depth - 1)),
            2 => format!("-({})", self.filter(depth - 1)),
            _ => format!("({} {})", self.filter(depth - 1), self.filter(depth - 1)),
        }
    }

    fn term(&mut self) -> String {
        const WORDS: [&str; 17] = [
            "/Conn.*(on|ed)\\b/",
            "/refused|größe/",
            "/ti(me)+out[sS]?/",
            "timeout",
            "Timeout",
            "GET",
            "refused",
            "\"connection refused\"",
            "10.0.0.2",
            "conn*",
            "*meou*",
            "größe",
            "c(Timeout)",
            "c(timeout)",
            "c(\"Connection refused\")",
            "/t[a-z]+t/",
            "u?",
        ];
        const FIELDS: [&str; 16] = [
            "service",
            "user_id",
            "duration_ms",
            "status",
            "bytes",
            "elapsed",
            "size",
            "client_ip",
            "path",
            "empty",
            "host",
            "missing",
            "attr.user_id",
            "resource.host.name",
            "trace_id",
            "level",
        ];
        if self.below(4) == 0 {
            return self.one_of(&WORDS).to_owned();
        }
        let field = self.one_of(&FIELDS);
        let value = self.one_of(&[
            "cart",
            "u1",
            "u*",
            "\"\"",
            "*",
            "200",
            "web-1",
            "10.0.0.0/8",
            "fd00::/8",
            "i(CART)",
            "/^u[12]$/",
            "in(cart, u2, 500, web-2)",
            "in(10.0.0.0/30, /api/*)",
            "i(/^CA/)",
            "i(WEB-*)",
            "error",
        ]);
        let number = self.one_of(&["0", "100", "250.5", "4000", "-1", "u2", "\"200\""]);
        match self.below(6) {
            0 => format!("{field}!={value}"),
            1 if field != "level" => format!("{field}>={number}"),
            2 if field != "level" => format!("{field}<{number}"),
            3 if field != "level" => format!("{field}:[{number} TO {}]", self.one_of(&["300", "*", "z"])),
            4 => {
                let amount = self.one_of(&["500ms", "1s", "1.6s"]);
                format!("{}:{}{amount}", self.one_of(&["duration_ms", "elapsed"]), self.one_of(&["<", ">="]))
            }
            5 => format!("{}{}", self.one_of(&["size>", "bytes<=", "size<"]), self.one_of(&["10KB", "1MiB"])),
            _ => format!("{field}:{value}"),
        }
    }
}

async fn filters_agree_with_the_evaluator(world: World) -> Outcome {
    let (store, mut records) = filled(&world).await?;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let random_records: Vec<Record> = (0..RANDOM_RECORDS).map(|number| random.record(number)).collect();
    let first = records.len() as u64 + 1;
    let numbered = (first..).zip(random_records.iter().cloned());
    store.insert_native("otel_logs", &columns(), "random", &[frame_of(numbered)]).await?;
    records.extend(random_records);
    let dialects = [Dialect::default(), Dialect::plain("otel_logs"), with_columns(&store).await?];
    for number in 0..300 {
        let text = random.filter(3);
        let condition = parse(&text)
            .and_then(|parsed| parsed.query.check(now_ns()))
            .map_err(|error| error.render(&text))?;
        let matcher = Matcher::new(&condition)?;
        let expected: Vec<String> = (1u64..)
            .zip(&records)
            .filter(|(_, record)| matcher.matches(record))
            .map(|(number, _)| number.to_string())
            .collect();
        let options = SearchOptions { columns: Some(vec!["IngestId".to_owned()]), limit: 1000, cursor: None };
        let statement = Compiler::new(&dialects[number % 3], &condition, TimeRange::ALL).search(&options)?;
        let mut found: Vec<String> = rows(&store, &statement)
            .await
            .map_err(|error| format!("{text}\n{}\n{error}", statement.display_sql))?
            .iter()
            .filter_map(|row| row["IngestId"].as_str().map(str::to_owned))
            .collect();
        found.reverse();
        assert_eq!(found, expected, "{text}\n{}", statement.display_sql);
    }
    Ok(())
}

/// Each is an error of ours with its place, or a search for what it says; never an error of ClickHouse's parser.
async fn hostile_texts_change_nothing(world: World) -> Outcome {
    let (store, _) = filled(&world).await?;
    let store = &store;
    let before = count(store, "otel_logs").await?;
    let marker = std::env::temp_dir().join(format!("click-lite-hostile-{}", std::process::id()));
    let mut tried = 0;
    for line in HOSTILE.lines().filter(|line| !line.is_empty()) {
        let text = line.replace("MARKER", &marker.to_string_lossy());
        tried += 1;
        match compile(&Dialect::default(), &text) {
            Err(error) => {
                assert!(!error.message.is_empty() && error.span.end <= text.chars().count(), "{text}");
            }
            Ok(statement) => {
                rows(store, &statement)
                    .await
                    .map_err(|error| format!("{text}\n{}\n{error}", statement.display_sql))?;
            }
        }
        assert!(!marker.exists(), "{text} wrote a file");
    }
    assert!(tried >= 120, "{tried}");
    assert_eq!(count(store, "otel_logs").await?, before);
    Ok(())
}
