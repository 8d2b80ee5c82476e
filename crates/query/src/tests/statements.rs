use super::{condition, count, listing, now_ns};
use crate::{Compiler, Cursor, Dialect, Field, ItemsIndex, SearchOptions, TimeRange, parse};

#[test]
fn words_phrases_and_patterns() {
    insta::assert_snapshot!(listing(
        &[
            "",
            "*",
            "  ",
            "timeout",
            "Timeout",
            "connection refused",
            "connection AND refused",
            "\"connection refused\"",
            "\"connection, refused\"",
            "\"Error: 100%\"",
            "foo.bar",
            "10.0.0.1",
            "user-id",
            "\"user_id=5\"",
            "it's",
            "=>",
            "\"=>\"",
            "café",
            "Straße",
            "\"petit café\"",
            "日本",
            "conn*",
            "*timeout*",
            "*ing",
            "a?b",
            "a*b",
            "??",
            "/api*",
            "100%*",
            "\\*",
            "a\\*b",
            "two\\ words",
            "/time(out|r)/",
            "/a b\\/c/",
            "/api/v1",
            "/var/log/syslog",
            "//",
            "\"say \\\"hi\\\"\"",
            "\"C:\\dir\"",
            "message:timeout",
            "body:\"timed out\"",
            "Body:conn*",
            "message:/^GET/",
            "message=\"exactly this\"",
            "message!=\"exactly this\"",
            "message:*",
        ],
        &Dialect::default()
    ));
}

#[test]
fn operators_and_groups() {
    insta::assert_snapshot!(listing(
        &[
            "a b c",
            "a OR b",
            "a b OR c d",
            "(a OR b) c",
            "((a))",
            "NOT a",
            "-a",
            "!a",
            "--a",
            "NOT (a OR b)",
            "a -b",
            "a -(b c)",
            "a AND NOT b",
            "a - b",
            "* AND a",
            "* OR a",
            "NOT *",
            "service:(cart OR checkout)",
            "level:(warn OR error) -debug",
            "status:(>=500 <600)",
            "service:(NOT cart)",
            "-service:(cart OR \"my service\")",
            "a and b",
            "or",
        ],
        &Dialect::default()
    ));
}

#[test]
fn fields() {
    insta::assert_snapshot!(listing(
        &[
            "service:cart",
            "service:Cart*",
            "service:\"my service\"",
            "service=cart",
            "service!=cart",
            "service:/^c.*t$/",
            "service:*",
            "service:\"\"",
            "ServiceName:cart",
            "level:error",
            "level:WARNING",
            "severity:notice",
            "level:critical",
            "level:>=warn",
            "level>warn",
            "level<warn",
            "level<=error",
            "level:17",
            "level:unknown",
            "level:loud",
            "level:er*",
            "level!=debug",
            "level:*",
            "SeverityText:error",
            "SeverityNumber>=17",
            "trace_id:ABCDEF0123",
            "TraceId=abc",
            "span_id:abc*",
            "host:web-1",
            "host:web*",
            "host.name:web-1",
            "user_id:42",
            "user_id:42000",
            "price:9.95",
            "user_id=42",
            "user_id!=42",
            "user_id:\"a b\"",
            "user_id:a*z?",
            "user_id:/^u[0-9]+$/",
            "user_id:/x*/",
            "user_id:*",
            "-user_id:*",
            "user_id:\"\"",
            "user_id:a=b",
            "duration_ms:>500",
            "duration_ms>=-1.5e3",
            "duration_ms<10",
            "duration_ms:<=10",
            "version>\"1.10\"",
            "version<b",
            "attr.level:x",
            "attr.user_id:\"\"",
            "resource.zone:\"\"",
            "resource.k8s.pod:p1",
            "resource.k8s.pod>5",
            "scope_attr.x:y",
            "LogAttributes.x:y",
            "\"field name\":x",
            "\"a:b\":c",
            "http.path:/api/v1/orders",
            "http.path:/orders$/",
            "url:http://x.y/z?q=1",
            "time>=2026-11-20",
            "time:2026-11-20",
            "time:2026-11-20T08:15",
            "time:>now-15m",
            "time<=2026-11-20T08:15:00+01:00",
            "time:now-1d/d",
            "time!=2026-11-20",
            "time:*",
            "TraceFlags:1",
            "IngestId<18446744073709551615",
            "EventName:login",
        ],
        &Dialect::default()
    ));
}

#[test]
fn mistakes() {
    insta::assert_snapshot!(listing(
        &[
            "(a",
            "a)",
            "()",
            "a ()",
            "AND a",
            "a OR",
            "a AND",
            "a OR OR b",
            "NOT",
            "a NOT",
            "\"open",
            "service:\"open",
            "service:",
            "service: cart",
            "error: connection refused",
            "level:>",
            ">5",
            "a => b",
            "a | b",
            "service:()",
            "service:(a OR)",
            "serv*:x",
            "/re/ \"\":x",
            "\"\"",
            "/a(b/",
            "a /x{5,2}/",
            "service:/[z-a]/",
            "/\\p{Nothing}/",
            "user:/(?=x)/",
            "time:yesterday",
            "time:>now-15x",
            "time:\"2026-11-20T08:15:00Q\"",
            "time:2026*",
            "level>loud",
            "level>/x/",
            "message>5",
            "duration_ms>500ms",
            "size>1*",
            "a>*",
            "TraceFlags:x",
            "first\nsecond AND",
        ],
        &Dialect::default()
    ));
}

#[test]
fn other_schemas() {
    let texts = [
        "timeout",
        "\"timed out\"",
        "conn*",
        "user_id:42",
        "host:web-1",
        "resource.a:b",
        "duration_ms>500",
        "duration_ms<500",
    ];
    let items = ItemsIndex { expression: "Items".to_owned(), max_item_bytes: None, excluded: None };
    let rich =
        Dialect { record_items: Some(items.clone()), resource_items: Some(items), ..Dialect::default() };
    let two = Dialect {
        record_items: Some(ItemsIndex::of_map("LogAttributes")),
        resource_items: Some(ItemsIndex::of_map("ResourceAttributes")),
        ..Dialect::default()
    };
    insta::assert_snapshot!(format!(
        "plain\n\n{}\n\none index for both maps\n\n{}\n\nan index for each map\n\n{}",
        listing(&texts, &Dialect::plain("logs")),
        listing(&[&texts[..], &["attr.path:/a*", "path:\"\"", "user_id:a=b"]].concat(), &rich),
        listing(&texts[3..6], &two),
    ));
}

#[test]
fn plans() {
    let condition = condition("timeout user_id:42 level:>=warn").expect("valid");
    let range = TimeRange::parse(Some("now-15m"), Some("2026-11-20T12:00:00Z"), now_ns()).expect("valid");
    let dialect = Dialect::default();
    let compiler = Compiler::new(&dialect, &condition, range);
    let everything = Compiler::new(&dialect, &crate::Condition::All, TimeRange::ALL);
    let cursor = Some(Cursor { time_ns: now_ns(), ingest_id: 7 });
    let columns =
        ["time", "level", "message", "user_id", "host", "Body", "odd `name`"].map(str::to_owned).to_vec();
    let search = |compiler: &Compiler<'_>, columns: Option<Vec<String>>, cursor| {
        compiler.search(&SearchOptions { columns, limit: 100, cursor }).expect("valid").display_sql
    };
    let statements = [
        search(&everything, None, None),
        search(&compiler, Some(columns), cursor),
        search(&everything, Some(vec!["message".into(), "message".into(), "IngestId".into()]), cursor),
        compiler.histogram(60_000).display_sql,
        everything.count().display_sql,
        compiler.time_span().display_sql,
        everything.column_facets().display_sql,
        compiler.attribute_facets(20_000).display_sql,
        compiler.field_values(&Field::Level, "", 50, 100_000).statement.display_sql,
        compiler.field_values(&Field::resolve("user_id"), "4_", 50, 100_000).statement.display_sql,
        compiler.field_values(&Field::resolve("host"), "w", 50, 100_000).statement.display_sql,
    ];
    insta::assert_snapshot!(statements.join(";\n\n"));
}

#[test]
fn pages_read_ahead_where_the_message_of_each_row_is_read() {
    let reads_ahead = |text: &str| {
        let (dialect, condition) = (Dialect::default(), condition(text).expect("valid"));
        let compiler = Compiler::new(&dialect, &condition, TimeRange::ALL);
        let options = SearchOptions { columns: None, limit: 100, cursor: None };
        !compiler.search(&options).expect("valid").sql.contains("read_in_order_use_buffering = 0")
    };
    for text in [
        "",
        "timeout",
        "\"timed out\"",
        "*pervis*",
        "/hyper(visor|fault)/",
        "service:x level:error",
        "a:1 OR b:>2",
        "message:*",
    ] {
        assert!(!reads_ahead(text), "{text}");
    }
    for text in ["/h(yper|visor)/", "service:x NOT /a.b/", "\"!!\"", "timeout OR message:/x/"] {
        assert!(reads_ahead(text), "{text}");
    }
}

#[test]
fn what_a_user_writes_is_never_in_the_sql() {
    let statement =
        count("evil'\\); user_id:\"x' OR 1=1 --\" \"k'ey\":* /sleep'\\(1\\)/", &Dialect::default());
    let statement = statement.expect("valid");
    for part in ["evil", "OR 1=1", "k'ey", "sleep"] {
        assert!(!statement.sql.contains(part), "{}", statement.sql);
    }
    let bad = Compiler::new(&Dialect::default(), &crate::Condition::All, TimeRange::ALL)
        .search(&SearchOptions { columns: Some(vec!["a\nb".to_owned()]), limit: 1, cursor: None });
    assert_eq!(bad.map_err(|error| error.code()).err(), Some("query.type"));
}

#[test]
fn a_lower_case_keyword_is_a_word_with_a_hint() {
    let hints = parse("disk and not \"or\" Or").expect("valid").hints;
    let spans: Vec<_> = hints.iter().map(|hint| (hint.span.start, hint.span.end)).collect();
    assert_eq!(spans, [(5, 8), (9, 12), (18, 20)]);
    assert_eq!(hints[0].message, "and is searched for as a word; write AND in capitals to combine terms");
}

#[test]
fn limits_are_errors() {
    let code = |text: &str| parse(text).map_err(|error| error.code()).err();
    assert_eq!(code(&"(".repeat(10_000)), Some("query.limit"));
    assert_eq!(code(&"-".repeat(10_000)), Some("query.limit"));
    assert_eq!(code(&"NOT ".repeat(4_000)), Some("query.limit"));
    assert_eq!(code(&"a:(".repeat(5_000)), Some("query.limit"));
    assert_eq!(code(&"a ".repeat(501)), Some("query.limit"));
    assert_eq!(code(&"a".repeat(20_001)), Some("query.limit"));
    assert_eq!(code(&"a ".repeat(500)), None);
    assert_eq!(code(&format!("{}a{}", "(".repeat(99), ")".repeat(99))), None);
}
