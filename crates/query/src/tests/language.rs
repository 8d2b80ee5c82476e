//! The cases of `cases/language.txt`, which the tests of the store run on the engine as well.

use std::fmt::Write as _;

use click_lite_model::time::parse_rfc3339;

use super::laws::{bare, bare_pipes};
use super::now_ns;
use crate::syntax::Query;
use crate::{Compiler, Dialect, PipeOptions, QueryError, SearchOptions, Statement, TimeRange, parse};

const CASES: &str = include_str!("../../cases/language.txt");

fn queries() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter(|line| !line.is_empty() && !line.starts_with("## "))
}

fn range() -> TimeRange {
    TimeRange { from_ns: parse_rfc3339("2026-11-20T00:00:00Z"), to_ns: parse_rfc3339("2026-11-21T00:00:00Z") }
}

fn compile(query: &Query) -> Result<Statement, QueryError> {
    let dialect = Dialect::default();
    if query.pipes.is_empty() {
        let condition = query.check(now_ns())?;
        let columns = Some(vec!["message".to_owned()]);
        let options = SearchOptions { columns, limit: 100, cursor: None };
        return Compiler::new(&dialect, &condition, range()).search(&options);
    }
    let options = PipeOptions {
        dialect: &dialect,
        range: range(),
        now_ns: now_ns(),
        limit: None,
        columns: None,
        is_whole: false,
    };
    query.compile(&options).map(|piped| piped.statement)
}

/// On one line, but for the parts that every case has.
fn shown(statement: &Statement) -> String {
    let line = statement.display_sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole_record = "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, \
         ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, \
         LogAttributes, EventName, IngestId";
    line.replace(whole_record, "RECORD")
        .replace("toDateTime64('2026-11-20 00:00:00.000000000', 9, 'UTC')", "FROM_TIME")
        .replace("toDateTime64('2026-11-21 00:00:00.000000000', 9, 'UTC')", "TO_TIME")
}

#[test]
fn every_case_becomes_sql() {
    let mut listing = String::new();
    for text in queries() {
        let outcome = parse(text).and_then(|parsed| compile(&parsed.query));
        let shown = match outcome {
            Ok(statement) => shown(&statement),
            Err(error) => error.render(text).replace('\n', "\n      "),
        };
        let _ = writeln!(listing, "{text}\n   => {shown}\n");
    }
    insta::assert_snapshot!(listing);
}

#[test]
fn every_case_comes_back_from_its_text() {
    for text in queries() {
        let query = parse(text).unwrap_or_else(|error| panic!("{}", error.render(text))).query;
        let printed = query.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("{}", error.render(&printed))).query;
        assert_eq!(bare(query.filter.clone()), bare(again.filter), "{text} printed as {printed}");
        assert_eq!(bare_pipes(&query.pipes), bare_pipes(&again.pipes), "{text} printed as {printed}");
        assert_eq!(again.pipes.len(), query.pipes.len());
        let json = serde_json::to_string(&query).expect("a tree is JSON");
        let from_json: Query = serde_json::from_str(&json).expect(&json);
        assert_eq!(from_json, query, "{json}");
    }
}

#[test]
fn there_are_cases_enough() {
    assert!(queries().count() >= 300);
}

/// Mistakes of pipes, with what the error says.
#[test]
fn mistakes_of_pipes() {
    let texts = [
        "* |",
        "* | stat count()",
        "* | stats",
        "* | stats service",
        "* | stats cuont()",
        "* | stats count(",
        "* | stats count() by",
        "* | stats count() bye service",
        "* | stats sum()",
        "* | stats sum(duration_ms, 2)",
        "* | stats count() as n, sum(x) as n",
        "* | stats count() by service, service",
        "* | stats sum(count())",
        "* | stats count() + service",
        "* | stats countif(service)",
        "* | stats values(x, 0)",
        "* | stats count() by service | where user_id = 1",
        "* | stats count() by service | where sevice = 1",
        "* | stats count() by service | fields servce",
        "* | stats count() by bucket(time, 5)",
        "* | stats count() by bucket(time, 5x)",
        "* | stats count() by bucket(service, 5m)",
        "* | timechart",
        "* | timechart 5 count()",
        "* | timechart count() by time",
        "* | stats count() by service | timechart count()",
        "* | where",
        "* | where duration_ms >",
        "* | where duration_ms 5",
        "* | where service",
        "* | where 1 + 1",
        "* | where (level:error",
        "* | where level:",
        "* | where foo(service)",
        "* | where lenght(service) > 1",
        "* | where matches(message, \"(\")",
        "* | where in_network(client_ip, \"10.0.0.0/99\")",
        "* | where time > \"yesterday\"",
        "* | where time > 5",
        "* | where time + time > time",
        "* | where 10.0.0.1 = 1",
        "* | where service in ()",
        "* | where service in (host)",
        "* | where count() > 1",
        "* | eval",
        "* | eval x",
        "* | eval x == 1",
        "* | eval x = \"a\" + 1",
        "* | eval x = substring(\"a\", \"b\", 1)",
        "* | eval x = if(1, 2, 3)",
        "* | eval x = `",
        "* | sort",
        "* | limit",
        "* | limit x",
        "* | limit 99999999",
        "* | limit 5 6",
        "* | fields",
        "* | fields a, a",
        "* | fields - service",
        "* | rename service",
        "* | stats count() as n by service | rename n as service",
        "* | dedup",
        "* | sample",
        "* | sample 0",
        "* | sample 200%",
        "* | extract",
        "* | extract \"no names\"",
        "* | extract \"<a> <a>\"",
        "* | extract /(/",
        "* | extract /no groups/",
        "* | extract json",
        "* | join by service",
        "* | join (x | stats count() by service)",
        "* | stats count() by service | join by service (level:error)",
        "* | stats count() by service | join by host (* | stats count() as n by service)",
        "* | union",
        "* | union (service:cart",
        "* | stats count() by service | union (level:error)",
        "* | stats count() as n by service | union (* | stats any(service) as n)",
        "* | limit 5 | context 2",
        "* | context 5000",
        "* | compare 1d",
        "* | stats values(service) | compare 1d",
        "* | stats count() | compare",
        "(a | stats count())",
        "a OR | stats count()",
        "NOT | stats count()",
        "field:[1 TO",
        "field:[1 TO 2",
        "message:[a TO b]",
        "duration_ms>[1 TO 2]",
        "service in (a b)",
        "service in (",
        "service in ()",
        "i(a b)",
        "c(",
        "exists()",
        "exists(a b)",
        "duration_ms>5kB",
        "body_bytes>5ms",
        "* | eval \"a\\u{7}\" = 1",
    ];
    let mut listing = String::new();
    for text in texts {
        let error = match parse(text).and_then(|parsed| compile(&parsed.query)) {
            Ok(statement) => format!("NO MISTAKE: {}", shown(&statement)),
            Err(error) => {
                assert!(error.span.end <= text.chars().count(), "{text}: {error:?}");
                error.render(text)
            }
        };
        let _ = writeln!(listing, "{error}\n");
    }
    insta::assert_snapshot!(listing);
}
