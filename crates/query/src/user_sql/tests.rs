use serde_json::json;

use super::*;
use crate::{AttributeColumn, AttributeColumns, ColumnKind, TimeRange};

fn names(sql: &str) -> Vec<String> {
    parameters(sql).into_iter().map(|parameter| format!("{}:{}", parameter.name, parameter.kind)).collect()
}

#[test]
fn tokens_are_those_of_clickhouse() {
    let texts = |sql| tokens(sql).into_iter().map(|token| token.text).collect::<Vec<_>>();
    assert_eq!(texts("SELECT a.b, 'it''s \\' x' -- end"), ["SELECT", "a", ".", "b", ",", "'it''s \\' x'"]);
    assert_eq!(texts("a/* ; */;# x\n`b``c` \"d\" x->1"), ["a", ";", "`b``c`", "\"d\"", "x", "->", "1"]);
    assert_eq!(texts("$q$ ' -- $q$ 1e-5 {p:UInt8}"), ["$q$ ' -- $q$", "1e-5", "{", "p", ":", "UInt8", "}"]);
    assert_eq!(texts("'open -- "), ["'open -- "]);
    assert_eq!(texts("\u{2018}a\u{2019} größe"), ["\u{2018}a\u{2019}", "größe"]);
    assert_eq!(tokens("`fi\\x6ce`")[0].name().as_deref(), Some("file"));
    assert!(has_comment("SELECT 1 -- why") && has_comment("/* a */ SELECT 1"));
    assert!(!has_comment("SELECT '-- no', 1 "));
}

#[test]
fn parameters_are_found_outside_of_texts_and_comments() {
    assert_eq!(
        names(
            "SELECT {a:UInt8}, '{b:UInt8}' /* {c:UInt8} */ WHERE x IN {d:Array(Tuple(String, UInt8))} AND y = {a:UInt8}"
        ),
        ["a:UInt8", "d:Array(Tuple(String, UInt8))"]
    );
    assert_eq!(names("SELECT {'a': 1}, map('x', {p : Nullable(String)})"), ["p:Nullable(String)"]);
    assert_eq!(parameters("SELECT é, {a:Int8}")[0].span, Span::new(10, 18));
}

fn bound(sql: &str, values: serde_json::Value) -> Result<Vec<String>, SqlError> {
    let range = TimeRange { from_ns: Some(1_000_000_001), to_ns: None };
    let values = values.as_object().cloned().unwrap_or_default();
    bind(&parameters(sql), &values, range)
        .map(|bound| bound.into_iter().map(|value| value.http_value).collect())
}

#[test]
fn values_are_typed_and_escaped() {
    for (kind, value, expected) in [
        ("String", json!("it's\ta \\ {b:UInt8}\n"), "it's\\ta \\\\ {b:UInt8}\\n"),
        ("UInt64", json!("18446744073709551615"), "18446744073709551615"),
        ("Int8", json!(-128), "-128"),
        ("Nullable(Int8)", json!(null), "\\N"),
        ("Array(String)", json!(["a'b", "c\\d"]), "['a\\'b','c\\\\d']"),
        ("Array(UInt8)", json!("[1,2]"), "[1,2]"),
        ("Map(String, UInt8)", json!({ "k": 1 }), "{'k':1}"),
        ("DateTime64(9)", json!("2026-11-20T08:15:30.5Z"), "2026-11-20 08:15:30.500000000"),
        ("DateTime", json!("2026-11-20T08:15:30Z"), "2026-11-20 08:15:30"),
        ("Float64", json!(1.5), "1.5"),
        ("Bool", json!(true), "true"),
    ] {
        assert_eq!(
            bound(&format!("SELECT {{p:{kind}}}"), json!({ "p": value })),
            Ok(vec![expected.to_owned()]),
            "{kind}"
        );
    }
    for (kind, value) in [
        ("UInt8", json!(256)),
        ("UInt8", json!("1; DROP")),
        ("Int8", json!(null)),
        ("Int64", json!(1.5)),
        ("Float64", json!("1 OR 1")),
        ("String", json!("a\0b")),
    ] {
        let error = bound(&format!("SELECT {{p:{kind}}}"), json!({ "p": value })).expect_err("refused");
        assert_eq!((error.code, error.span), ("sql.parameter", Some(Span::new(7, 7 + kind.len() + 4))));
    }
}

#[test]
fn the_time_range_fills_its_parameters() {
    let found = bound("SELECT {from:DateTime64(9)}, {to:DateTime64(9)}, {from:DateTime64(9)}", json!({}));
    assert_eq!(
        found,
        Ok(vec!["1970-01-01 00:00:01.000000001".to_owned(), "2106-02-07 06:28:15.000000000".to_owned()])
    );
    assert_eq!(
        bound("SELECT {to:DateTime}", json!({ "to": "2026-01-01 00:00:00" })),
        Ok(vec!["2026-01-01 00:00:00".into()])
    );
    let error = bound("SELECT 1, {service:String}", json!({})).expect_err("no value");
    assert_eq!((error.code, error.span), ("sql.parameter", Some(Span::new(10, 26))));
}

/// A tree as ClickHouse 26.7 prints it.
fn tree(lines: &str) -> Tree {
    Tree::parse(lines.lines())
}

const SELECT: &str = "SelectWithUnionQuery (children 1)
 ExpressionList (children 1)
  SelectQuery (children 2)
   ExpressionList (children 1)
    Function count (alias n) (children 1)
     ExpressionList
   TablesInSelectQuery (children 1)
    TablesInSelectQueryElement (children 1)
     TableExpression (children 1)
      TableIdentifier otel_logs (alias l)";

#[test]
fn what_reads_the_tables_may_run() {
    let allowed = check("SELECT count() AS n FROM otel_logs AS l", &tree(SELECT)).expect("allowed");
    assert_eq!(allowed.kind, StatementKind::Select);
    assert_eq!(allowed.tables, ["otel_logs"]);
    assert!(allowed.is_repeatable && !allowed.needs_canonical_text);
    for root in [
        "ShowTables",
        "ShowColumns",
        "DescribeQuery (children 1)\n TableExpression (children 1)\n  TableIdentifier x",
    ] {
        assert_eq!(check("", &tree(root)).expect("allowed").kind, StatementKind::About, "{root}");
    }
    let now = SELECT.replace("count (alias n)", "now64");
    assert!(!check("", &tree(&now)).expect("allowed").is_repeatable);
    let apply = format!("{SELECT}\n   ColumnsApplyTransformer");
    assert!(check("", &tree(&apply)).expect("allowed").needs_canonical_text);
}

#[test]
fn what_does_more_may_not() {
    for (sql, lines, position) in [
        ("DROP TABLE x", "DropQuery  x (children 1)\n Identifier x", None),
        ("SELECT file('x')", &*SELECT.replace("count (alias n)", "file"), Some(7)),
        (
            "SELECT arrayMap(file, ['x'])",
            &SELECT.replace("Function count (alias n) (children 1)", "Identifier file"),
            Some(16),
        ),
        (
            "SELECT 1 FROM url('x')",
            &SELECT.replace("TableIdentifier otel_logs (alias l)", "Function url (children 1)"),
            Some(14),
        ),
        (
            "SELECT 1 FROM system.processes",
            &SELECT.replace("otel_logs (alias l)", "system.processes"),
            Some(21),
        ),
        (
            "SELECT 1 IN system.users",
            &SELECT.replace("Function count (alias n) (children 1)", "Identifier system.users"),
            Some(19),
        ),
        ("SELECT 1 INTO OUTFILE 'x'", &format!("{SELECT}\n Literal \\'x\\'"), Some(9)),
        ("SELECT 1 FORMAT CSV", &format!("{SELECT}\n Identifier CSV"), Some(9)),
        ("SHOW TABLES FORMAT CSV", "ShowTables (children 1)\n Identifier CSV", Some(12)),
        ("EXPLAIN INSERT INTO x", "Explain EXPLAIN (children 1)\n InsertQuery  x", None),
        ("EXPLAIN TABLE OVERRIDE ...", "Explain EXPLAIN TABLE OVERRIDE (children 1)\n Function mysql", None),
        ("", "", None),
    ] {
        let error = check(sql, &tree(lines)).expect_err(sql);
        assert_eq!(
            (error.code, error.span.map(|span| span.start)),
            ("sql.not_allowed", position),
            "{sql}: {error}"
        );
    }
}

#[test]
fn a_name_with_line_feeds_hides_nothing() {
    let spoofed =
        SELECT.replace("count (alias n)", "file (alias a\n     Literal UInt64_1\nSelectWithUnionQuery)");
    assert!(check("", &tree(&spoofed)).is_err());
}

#[test]
fn settings_and_applied_functions_are_read_from_the_canonical_text() {
    assert_eq!(names_in_canonical_text("", "SELECT 1\nSETTINGS join_use_nulls = 1, final = 1"), Ok(()));
    for canonical in [
        "SELECT 1\nSETTINGS max_memory_usage = 0",
        "SELECT 1\nSETTINGS join_use_nulls = 1, `readonly` = 0",
        "SELECT 1 FROM (SELECT 1 SETTINGS max_threads = 100) SETTINGS final = 1",
        "SELECT * APPLY(file) FROM t",
        "SELECT * APPLY(x -> `file`(x)) FROM t",
    ] {
        assert!(names_in_canonical_text(canonical, canonical).is_err(), "{canonical}");
    }
    assert_eq!(names_in_canonical_text("", "SELECT * APPLY(toString) FROM t"), Ok(()));
}

fn explained(sql: &str, prefix: &str, code: u32, message: &str) -> (SqlError, Option<String>) {
    let error =
        explain_error(sql, prefix.len(), code, message, ["Timestamp", "ServiceName", "otel_logs", "toDate"]);
    let near = error.span.map(|span| sql[span.byte_range(sql)].to_owned());
    (error, near)
}

#[test]
fn errors_are_about_the_users_text() {
    let (error, near) = explained(
        "SELECT é FROMM x WHERE",
        "EXPLAIN AST ",
        62,
        "Syntax error: failed at position 29 (x): x WHERE. Expected one of: token, Comma, FROM, PREWHERE, WHERE, GROUP BY, WITH, HAVING, WINDOW. ",
    );
    assert_eq!((error.code, near.as_deref()), ("sql.syntax", Some("x")));
    assert_eq!(
        error.message,
        "Syntax error at x. Expected: Comma, FROM, PREWHERE, WHERE, GROUP BY, WITH, ..."
    );

    let (error, near) = explained(
        "SELECT count() FROM otel_logs WHERE ServiceNam = 'x'",
        "",
        47,
        "Unknown expression or function identifier `ServiceNam` in scope SELECT count() FROM otel_logs WHERE ServiceNam = 'x'. Maybe you meant: ['ServiceName'].",
    );
    assert_eq!((error.code, near.as_deref()), ("sql.unknown_column", Some("ServiceNam")));
    assert_eq!(error.hint.as_deref(), Some("did you mean ServiceName?"));
    assert_eq!(error.message, "Unknown expression or function identifier `ServiceNam`");

    let (error, near) = explained(
        "SELECT toDat(1)",
        "",
        46,
        "Function with name `toDat` does not exist. In scope SELECT toDat(1).",
    );
    assert_eq!((error.hint.as_deref(), near.as_deref()), (Some("did you mean toDate?"), Some("toDat")));

    let (error, near) = explained(
        "SELECT * FROM otel_log",
        "",
        60,
        "Unknown table expression identifier 'otel_log' in scope SELECT * FROM otel_log. Maybe you meant click_lite.otel_logs?.",
    );
    assert_eq!((error.hint.as_deref(), near.as_deref()), (Some("did you mean otel_logs?"), Some("otel_log")));

    let (error, near) = explained(
        "SELECT toDate(Timestamp) AS d, count() FROM otel_logs",
        "",
        215,
        "Column 'click_lite.otel_logs.Timestamp' is not under aggregate function and not in GROUP BY keys. In query SELECT ...",
    );
    assert_eq!((error.code, near.as_deref()), ("sql.refused", Some("Timestamp")));
    assert_eq!(error.message, "Timestamp is neither in GROUP BY nor inside an aggregate function");

    let (error, _) = explained(
        "SELECT 1; SELECT 2",
        "",
        62,
        "Syntax error (Multi-statements are not allowed): failed at position 9 (end of query): ; SELECT 2. .",
    );
    assert_eq!(error.message, "there is more than one statement: run them one by one");
    let (error, _) = explained(
        "SELECT 1",
        "",
        497,
        "click_lite_reader: Not enough privileges. To execute this query, it's necessary to have the grant READ ON URL.",
    );
    assert_eq!(
        (error.code, error.message.as_str()),
        ("sql.not_allowed", "this reaches beyond what may be read here")
    );
}

const PLAN: &str = r#"[{"Plan": {"Node Type": "Limit", "Plans": [{"Node Type": "Sorting", "Plans": [{
    "Node Type": "ReadFromMergeTree", "Description": "click_lite.otel_logs", "Read Type": "Default", "Indexes": [
      {"Type": "PrimaryKey", "Condition": "true", "Initial Parts": 4, "Selected Parts": 4, "Initial Granules": 295, "Selected Granules": 295},
      {"Type": "Skip", "Name": "body_words", "Condition": "(mode: All; tokens: [\"x\"])", "Initial Parts": 4, "Selected Parts": 1, "Initial Granules": 295, "Selected Granules": 2}]}]}]}}]"#;

#[test]
fn plans_say_what_is_read() {
    let plan = PlanStep::parse(PLAN).expect("a plan");
    assert_eq!(plan.names(), ["Limit", "Sorting", "ReadFromMergeTree"]);
    let reads = plan.reads();
    assert_eq!(reads[0].granules, Selected { of: 295, selected: 2 });
    assert_eq!(reads[0].indexes.iter().map(|index| index.is_used).collect::<Vec<_>>(), [false, true]);
    assert!(plan.sorts_all());
    assert_eq!(PlanStep::parse("[]"), None);
}

#[test]
fn advice_names_what_costs() {
    let plan = PlanStep::parse(&PLAN.replace("body_words", "other")).expect("a plan");
    let lines = "SelectWithUnionQuery (children 1)
 ExpressionList (children 1)
  SelectQuery (children 5)
   ExpressionList (children 1)
    Asterisk
   TablesInSelectQuery (children 1)
    TablesInSelectQueryElement (children 1)
     TableExpression (children 1)
      TableIdentifier otel_logs
   Function and (children 1)
    ExpressionList (children 2)
     Function like (children 1)
      ExpressionList (children 2)
       Identifier Body
       Literal \\'%x%\\'
     Function equals (children 1)
      ExpressionList (children 2)
       Function arrayElement (children 1)
        ExpressionList (children 2)
         Identifier LogAttributes
         Literal \\'user\\'
       Literal \\'7\\'
   ExpressionList (children 1)
    OrderByElement (children 1)
     Identifier IngestedAt
   Literal UInt64_10";
    let sql = "SELECT * FROM otel_logs WHERE Body LIKE '%x%' AND LogAttributes['user'] = '7' ORDER BY IngestedAt LIMIT 10";
    let advice = advise(sql, &tree(lines), Some(&plan), Some(&AttributeColumns::default()));
    let codes: Vec<&str> = advice.iter().map(|advice| advice.code).collect();
    assert_eq!(codes, ["no_time_range", "full_scan", "select_star", "map_access", "order_by_key"]);
    assert_eq!(advice[2].position, Some(7));
    assert!(advice[3].suggestion.contains("has(AttributeItems, 'user=7')"), "{}", advice[3].suggestion);
    let unknown = advise(sql, &tree(lines), None, Some(&AttributeColumns::default()));
    assert_eq!(unknown, [], "nothing is said of tables that are not known");
}

#[test]
fn advice_names_the_column_of_an_attribute() {
    let sql = "SELECT avg(toFloat64OrNull(LogAttributes['ms'])), any(LogAttributes['path']) FROM otel_logs";
    let tree = tree("SelectWithUnionQuery (children 1)");
    let ms = AttributeColumn {
        name: "attr_ms_number".into(),
        kind: ColumnKind::Number,
        is_resource: false,
        key: "ms".into(),
    };
    let columns: AttributeColumns = std::iter::once(ms).collect();
    let of = |plan: &str, columns: Option<&AttributeColumns>| -> Vec<String> {
        let advice = advise(sql, &tree, PlanStep::parse(plan).as_ref(), columns);
        let found = advice.into_iter().filter(|advice| advice.code == "attribute_column");
        found.map(|advice| advice.suggestion).collect()
    };
    assert_eq!(of(PLAN, Some(&columns)), ["attr_ms_number, the column that holds this number alone"]);
    let all = PLAN.replace("\"Selected Granules\": 2}", "\"Selected Granules\": 295}");
    assert_eq!(of(&all, Some(&columns)).len(), 2, "where much is read, a column is worth a word");
    assert_eq!(of(&all, None), [""; 0], "nobody adds a column to another server");
}

#[test]
fn times_that_a_statement_reads() {
    // As ClickHouse prints it for `SELECT count() AS n FROM otel_logs AS l WHERE <conditions> GROUP BY ServiceName`.
    let statement = |tables: &str, conditions: &str| {
        format!(
            "SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n  SelectQuery (children 5)\n   \
             ExpressionList (children 1)\n    Function count (alias n) (children 1)\n     ExpressionList\n   \
             TablesInSelectQuery (children 1)\n{tables}{conditions}   ExpressionList (children 1)\n    Identifier ServiceName"
        )
    };
    let table = |name: &str| {
        format!(
            "    TablesInSelectQueryElement (children 1)\n     TableExpression (children 1)\n      TableIdentifier {name}\n"
        )
    };
    let compared = |indent: usize, function: &str, seconds: &str| {
        let space = " ".repeat(indent);
        format!(
            "{space}Function {function} (children 1)\n{space} ExpressionList (children 2)\n{space}  Identifier l.Timestamp\n\
             {space}  Function _CAST (children 1)\n{space}   ExpressionList (children 2)\n{space}    Literal Decimal64_\\'{seconds}\\'\n\
             {space}    Literal \\'DateTime64(9)\\'\n"
        )
    };
    let (from, to) = (compared(5, "greaterOrEquals", "10.500000000"), compared(5, "less", "20.000000000"));
    let both = format!("   Function and (children 1)\n    ExpressionList (children 2)\n{from}{to}");
    let either = both.replace("Function and", "Function or");
    let logs = table("click_lite.otel_logs (alias l)");
    let of = |sql: &str, tree: &str| {
        let range = rows_range(sql, &Tree::parse(tree.lines()));
        (range.from_ns, range.to_ns)
    };
    let bounds = (Some(10_500_000_000), Some(20_000_000_001));
    assert_eq!(of("", &statement(&logs, &both)), bounds);
    assert_eq!(of("", &statement(&logs, &both).replace('\\', "")), bounds);
    assert_eq!(
        of("", &statement(&logs, &compared(3, "greater", "7.000000000"))),
        (Some(7_000_000_000), None)
    );
    for (sql, tree) in [
        ("", statement(&logs, &either)),
        ("", statement(&format!("{logs}{}", table("otel_logs")), &both)),
        ("... HAVING ...", statement(&logs, &both)),
        ("", statement(&logs, &both).replace("(alias n)", "(alias Timestamp)")),
        ("", statement(&logs, "")),
        ("", statement(&table("numbers"), &both)),
    ] {
        assert_eq!(of(sql, &tree), (None, None), "{tree}");
    }
}
