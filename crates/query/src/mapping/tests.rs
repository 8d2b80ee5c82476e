use super::*;
use crate::{Compiler, Cursor, Dialect, SearchOptions, TimeRange, parse};

fn facts(columns: &[(&str, &str)]) -> TableFacts {
    let column = |(name, kind): &(&str, &str)| TableColumn {
        name: (*name).to_owned(),
        kind: (*kind).to_owned(),
        default_kind: String::new(),
    };
    TableFacts {
        database: "logs".into(),
        table: "app log".into(),
        engine: "MergeTree".into(),
        sorting_key: "ts".into(),
        columns: columns.iter().map(column).collect(),
        ..TableFacts::default()
    }
}

fn app() -> Mapping {
    let facts = facts(&[
        ("ts", "DateTime64(3)"),
        ("lvl", "LowCardinality(String)"),
        ("msg", "Nullable(String)"),
        ("app", "String"),
        ("host", "String"),
        ("it`s", "UInt16"),
        ("labels", "Map(String, String)"),
        ("extra", "JSON"),
    ]);
    propose(&facts).expect("a mapping").1
}

fn range() -> TimeRange {
    TimeRange { from_ns: Some(1_000_000_000), to_ns: Some(2_000_000_000) }
}

fn search(query: &str, columns: &[&str]) -> crate::Statement {
    let parsed = parse(query).expect("a query");
    let condition = parsed.query.check(0).expect("a condition");
    let dialect = Dialect::mapped(app());
    let columns = Some(columns.iter().map(ToString::to_string).collect());
    let options = SearchOptions { columns, limit: 10, cursor: Some(Cursor { time_ns: 5, ingest_id: 6 }) };
    Compiler::new(&dialect, &condition, range()).search(&options).expect("a statement")
}

#[test]
fn a_search_reads_the_tables_own_columns() {
    let statement = search("level:error \"time out\" it`s:7 zone:eu -host:h1", &["message"]);
    insta::assert_snapshot!(statement.display_sql);
}

#[test]
fn names_and_values_of_users_are_bound_or_quoted() {
    let statement = search("a`b:x \"c' OR 1\":y", &["d') --"]);
    let bare = statement.sql.replace("`c' OR 1`", "").replace("`d') --`", "");
    for hostile in ["c' OR 1", "d')"] {
        assert!(!bare.contains(hostile), "{}", statement.sql);
    }
    // A path into JSON is a name, and quoted as one.
    assert!(statement.sql.contains("source.`extra`.`a\\`b`"), "{}", statement.sql);
    assert!(!statement.sql.contains("SETTINGS"), "{}", statement.sql);
}

#[test]
fn pipes_read_them_once_and_go_on_with_records() {
    let parsed = parse("level:error | sort status | limit 5 | where zone = \"eu\" | stats count() by host")
        .expect("a query");
    let dialect = Dialect::mapped(app());
    let options = crate::PipeOptions {
        dialect: &dialect,
        range: range(),
        now_ns: 0,
        limit: None,
        columns: None,
        is_whole: false,
    };
    let piped = parsed.query.compile(&options).expect("a statement");
    // Names are given where the table is read, and nowhere else.
    assert_eq!(piped.statement.sql.matches("WITH\n").count(), 1, "{}", piped.statement.sql);
    assert_eq!(piped.statement.sql.matches(" AS source").count(), 1, "{}", piped.statement.sql);
    assert!(piped.statement.sql.contains("LogAttributes["), "{}", piped.statement.sql);
}

#[test]
fn usual_tables_are_known() {
    let otel = [
        ("Timestamp", "DateTime64(9)"),
        ("TraceId", "String"),
        ("SpanId", "String"),
        ("SeverityText", "LowCardinality(String)"),
        ("SeverityNumber", "UInt8"),
        ("ServiceName", "LowCardinality(String)"),
        ("Body", "String"),
        ("ResourceAttributes", "Map(LowCardinality(String), String)"),
        ("ScopeName", "String"),
        ("LogAttributes", "Map(LowCardinality(String), String)"),
    ];
    let (kind, mapping) = propose(&facts(&otel)).expect("a mapping");
    assert_eq!(kind, TableKind::Opentelemetry);
    let name =
        |column: &Option<MappedColumn>| column.as_ref().map(|column| column.name.clone()).unwrap_or_default();
    assert_eq!(
        (name(&mapping.level), name(&mapping.level_number)),
        ("SeverityText".into(), "SeverityNumber".into())
    );
    assert_eq!((mapping.attributes.len(), mapping.resource.len(), mapping.others.len()), (1, 1, 1));
    let mut stacked = facts(&otel);
    stacked.columns.push(TableColumn {
        name: "__hdx_materialized_k8s.pod.name".into(),
        kind: "LowCardinality(String)".into(),
        default_kind: "MATERIALIZED".into(),
    });
    assert_eq!(propose(&stacked).expect("a mapping").0, TableKind::Clickstack);

    let vector = [
        ("timestamp", "DateTime64(3)"),
        ("message", "String"),
        ("host", "LowCardinality(String)"),
        ("source_type", "LowCardinality(String)"),
        ("file", "String"),
    ];
    let (kind, mapping) = propose(&facts(&vector)).expect("a mapping");
    assert_eq!((kind, name(&mapping.service)), (TableKind::Vector, "source_type".into()));
    assert_eq!(mapping.columns.len(), 1);

    let fluent = [("timestamp", "DateTime"), ("log", "JSON"), ("host", "String"), ("stream", "String")];
    let (kind, mapping) = propose(&facts(&fluent)).expect("a mapping");
    assert_eq!(kind, TableKind::FluentBit);
    assert_eq!(mapping.message.and_then(|message| message.path), Some("log".into()));

    let plain =
        [("id", "UUID"), ("time_unix_nano", "Int64"), ("text", "String"), ("severity", "Enum8('a' = 1)")];
    let (kind, mapping) = propose(&facts(&plain)).expect("a mapping");
    assert_eq!((kind, mapping.time.unit), (TableKind::Other, Some(TimeUnit::Nanoseconds)));
    assert_eq!((name(&mapping.message), name(&mapping.level)), ("text".into(), "severity".into()));
    assert!(propose(&facts(&[("a", "String"), ("b", "Float64")])).is_none(), "nothing can be the time");
}

#[test]
fn what_is_slow_is_said() {
    let codes = |facts: &TableFacts| -> Vec<&'static str> {
        propose(facts).expect("a mapping").1.limits(facts).into_iter().map(|limit| limit.code).collect()
    };
    let columns = [("ts", "DateTime"), ("app", "String"), ("message", "String"), ("level", "String")];
    let by_time = TableFacts { bytes: Some(2_500_000_000), ..facts(&columns) };
    assert_eq!(codes(&by_time), ["no_text_index", "no_id"]);
    let limits = propose(&by_time).expect("a mapping").1.limits(&by_time);
    assert!(limits[0].message.ends_with("(2.5 GB in all)"), "{}", limits[0].message);
    let by_app = TableFacts { sorting_key: "app, ts".into(), ..facts(&columns) };
    assert_eq!(codes(&by_app)[0], "key_not_by_time");
    let without = TableFacts { sorting_key: "app".into(), ..facts(&columns) };
    assert_eq!(codes(&without)[0], "key_without_time");
    let index = TableIndex {
        name: "words".into(),
        kind: "text".into(),
        full_kind: "text(tokenizer = 'splitByNonAlpha', preprocessor = lower(message))".into(),
        expression: "message".into(),
    };
    let indexed = TableFacts { indexes: vec![index], ..facts(&columns) };
    assert_eq!(codes(&indexed), ["no_id"]);
    assert_eq!(
        codes(&TableFacts { engine: "Distributed".into(), ..facts(&columns) }),
        ["distributed", "no_id"]
    );
}

#[test]
fn a_mapping_must_fit_its_table() {
    let columns = [("ts", "DateTime"), ("message", "String"), ("n", "UInt8"), ("m", "Map(String, String)")];
    let facts = facts(&columns);
    let mapping = || propose(&facts).expect("a mapping").1;
    let mut fitting = mapping();
    fitting.message =
        Some(MappedColumn { path: Some(String::new()), ..MappedColumn::new("message", "lies") });
    assert_eq!(fitting.check(&facts), Ok(()));
    assert_eq!(fitting.message, Some(MappedColumn::new("message", "String")), "the type is the table's");
    let mut gone = mapping();
    gone.service = Some(MappedColumn::new("nope", "String"));
    assert_eq!(gone.check(&facts), Err(MappingError::NoColumn("nope".into())));
    let mut timeless = mapping();
    timeless.time = MappedColumn::new("m", "");
    assert_eq!(timeless.check(&facts), Err(MappingError::NoTime("m".into())));
    let mut numbered = mapping();
    numbered.attributes.push(MappedColumn::new("n", ""));
    assert_eq!(numbered.check(&facts), Err(MappingError::NoEntries("n".into())));
}
