use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::{condition, count};
use crate::syntax::{Expression, ExpressionKind, Pipe, Query};
use crate::{
    Dialect, Matcher, PipeOptions, Span, TimeRange, highlight_terms, parse, quote_field, quote_value,
};

/// The tree without positions.
pub(super) fn bare(mut node: Expression) -> Expression {
    node.span = Span::default();
    match &mut node.kind {
        ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            *parts = std::mem::take(parts).into_iter().map(bare).collect();
        }
        ExpressionKind::Not(inner) => **inner = bare(inner.as_ref().clone()),
        ExpressionKind::Field(test) => {
            test.field_span = Span::default();
            test.value_span = Span::default();
        }
        ExpressionKind::All | ExpressionKind::Text(_) => {}
    }
    node
}

/// Pipes without positions, as JSON.
pub(super) fn bare_pipes(pipes: &[Pipe]) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for key in ["span", "field_span", "value_span"] {
                    map.remove(key);
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(pipes).expect("pipes are JSON");
    strip(&mut value);
    value
}

/// Expressions that are mostly valid.
fn scalar_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("service".to_owned()),
        Just("duration_ms".to_owned()),
        Just("`a b`".to_owned()),
        Just("time".to_owned()),
        "[0-9]{1,3}(\\.[0-9])?(ms|s|kB)?",
        "\"[ -~é]{0,5}\"",
        Just("level:error".to_owned()),
        Just("user_id:[1 TO u5]".to_owned()),
        Just("host:in(a, \"b,c\")".to_owned()),
        Just("status:i(\"A\")".to_owned()),
        Just("true".to_owned()),
    ];
    leaf.prop_recursive(5, 30, 3, |inner| {
        let operator = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("="),
            Just("!="),
            Just("<"),
            Just(">="),
            Just("and"),
            Just("or"),
        ];
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.clone().prop_map(|inner| format!("not {inner}")),
            inner.clone().prop_map(|inner| format!("-{inner}")),
            inner.clone().prop_map(|inner| format!("{inner} in (1, \"a\")")),
            (
                prop_oneof![Just("lower"), Just("abs"), Just("count"), Just("sum"), Just("exists")],
                inner.clone()
            )
                .prop_map(|(name, inner)| format!("{name}({inner})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a}, {b}, {c})")),
        ]
    })
}

/// Pipes that are mostly valid.
fn pipe_text() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("service".to_owned()),
        Just("a-b".to_owned()),
        Just("\"x y\"".to_owned()),
        Just("count()".to_owned()),
        Just("`by`".to_owned()),
    ];
    prop_oneof![
        scalar_text().prop_map(|scalar| format!("where {scalar}")),
        (scalar_text(), name.clone()).prop_map(|(scalar, name)| format!("eval {name} = {scalar}")),
        (scalar_text(), name.clone())
            .prop_map(|(scalar, name)| format!("stats count(), sum({scalar}) as s by {name}")),
        (scalar_text(), name.clone())
            .prop_map(|(scalar, name)| format!("timechart 5m avg({scalar}) by {name} limit 3")),
        (name.clone(), name.clone()).prop_map(|(one, other)| format!("sort {one} desc, -{other}")),
        (name.clone(), name.clone()).prop_map(|(one, other)| format!("fields {one}, {other} as z")),
        (name.clone(), 0u32..9).prop_map(|(name, rows)| format!("top {rows} {name} | limit {rows}")),
        name.clone().prop_map(|name| format!("dedup {name} keep 2 | rename {name} as q")),
        Just("extract \"a <b> c\" from message | sample 5%".to_owned()),
        Just("extract json a.b as c, d".to_owned()),
        name.prop_map(|name| format!("join left by {name} (a OR b | stats count() by {name})")),
        Just("union (c | limit 3 offset 2)".to_owned()),
        Just("facets 3 | context before 1 after 2 by host | compare 1d".to_owned()),
    ]
}

/// Texts that are mostly valid.
fn query_text() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[a-z0-9.é]{1,6}",
        "[-a-z*?:/\\\\=]{1,6}",
        "\"[ -~é]{0,6}\"",
        "/[a-z+.]{1,4}/",
        Just("AND".to_owned()),
        Just("\\AND".to_owned()),
        "\\[[a-z0-9*]{1,3} TO [a-z0-9*]{1,3}\\}",
        "in\\([a-z]{1,3}, \"[ -~]{0,3}\"\\)",
        "[ic]\\([A-Za-z*]{1,4}\\)",
        "[0-9]{1,3}(ms|kB|s)",
        "10\\.[0-9]\\.0\\.0/[0-9]{1,2}",
    ];
    let field = prop_oneof![
        Just("level".to_owned()),
        Just("time".to_owned()),
        Just("a.b-c".to_owned()),
        Just("\"a b\"".to_owned()),
        Just("-x!".to_owned()),
    ];
    let operator = prop_oneof![Just(":"), Just("="), Just("!="), Just(":>="), Just("<")];
    let term = prop_oneof![
        value.clone(),
        (field, operator, value).prop_map(|(field, operator, value)| format!("{field}{operator}{value}")),
    ];
    term.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            (inner.clone(), prop_oneof![Just(" "), Just(" AND "), Just(" OR ")], inner.clone())
                .prop_map(|(left, between, right)| format!("{left}{between}{right}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.clone().prop_map(|inner| format!("-{inner}")),
            inner.clone().prop_map(|inner| format!("NOT {inner}")),
            inner.prop_map(|inner| format!("field:({inner})")),
        ]
    })
}

fn survives(text: &str) -> Result<(), TestCaseError> {
    let length = text.chars().count();
    let within = |span: Span| span.start <= span.end && span.end <= length;
    let parsed = match parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            prop_assert!(within(error.span), "{:?}", error);
            prop_assert!(!error.render(text).is_empty());
            return Ok(());
        }
    };
    let printed = parsed.query.to_string();
    let again = parse(&printed);
    prop_assert!(again.is_ok(), "{} printed as {}: {:?}", text, printed, again);
    if let Ok(again) = again {
        prop_assert_eq!(
            bare(parsed.query.filter.clone()),
            bare(again.query.filter),
            "printed as {}",
            printed
        );
        let pipes = bare_pipes(&parsed.query.pipes);
        prop_assert_eq!(pipes, bare_pipes(&again.query.pipes), "printed as {}", printed);
    }
    compiles(text, &parsed.query)?;
    match parsed.query.check(super::now_ns()) {
        Ok(condition) => {
            highlight_terms(&condition);
            prop_assert!(Matcher::new(&condition).is_ok());
            let statement =
                count(text, &Dialect::default()).map_err(|error| TestCaseError::fail(error.message))?;
            // Every parameter is used, and no other.
            let mut used = String::new();
            for param in &statement.params {
                let _ = write!(used, "{{{}:", param.name);
                prop_assert!(statement.sql.contains(&used), "{}", statement.sql);
                used.clear();
            }
        }
        Err(error) => prop_assert!(within(error.span), "{}: {:?}", text, error),
    }
    Ok(())
}

/// Pipes become a statement whose parameters are all used, or an error inside the text.
fn compiles(text: &str, query: &Query) -> Result<(), TestCaseError> {
    let dialect = Dialect::default();
    let range = TimeRange::ALL;
    let options = PipeOptions {
        dialect: &dialect,
        range,
        now_ns: super::now_ns(),
        limit: Some(10),
        columns: None,
        is_whole: false,
    };
    match query.compile(&options) {
        Ok(piped) => {
            for param in &piped.statement.params {
                prop_assert!(piped.statement.sql.contains(&format!("{{{}:", param.name)), "{}", text);
            }
        }
        Err(error) => prop_assert!(error.span.end <= text.chars().count(), "{}: {:?}", text, error),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn pipes_that_are_printed_mean_the_same(text in query_text(), pipes in prop::collection::vec(pipe_text(), 1..4)) {
        survives(&format!("{text} | {}", pipes.join(" | ")))?;
    }

    #[test]
    fn any_pipes_are_understood_or_refused(text in "[-a1b:()\"/|,.`=<>+ \\[\\]]{0,20}", words in prop::collection::vec(prop_oneof![
        Just("| stats"), Just("count()"), Just("by"), Just("as"), Just("| where"), Just("in ("), Just("not"), Just("TO"), Just("| eval x ="), Just("| join by a ("), Just(")")
    ], 0..6)) {
        survives(&format!("{text} {}", words.join(" ")))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_printed_means_the_same(text in query_text()) {
        survives(&text)?;
    }

    #[test]
    fn any_text_is_understood_or_refused(text in "\\PC{0,60}") {
        survives(&text)?;
    }

    #[test]
    fn any_punctuation_is_understood_or_refused(text in "[-ab1:()\"/\\\\*?! ANDORT><=|\n.é+]{0,40}") {
        survives(&text)?;
    }

    #[test]
    fn quoted_names_and_values_come_back(field in "\\PC{1,12}", value in "\\PC{0,12}") {
        let text = format!("{}:{}", quote_field(&field), quote_value(&value));
        let parsed = parse(&text);
        prop_assert!(parsed.is_ok(), "{} {:?}", text, parsed);
        if let Ok(parsed) = parsed {
            match parsed.query.filter.kind {
                ExpressionKind::Field(test) => {
                    prop_assert_eq!(test.value.literal(), Some(value.as_str()));
                    prop_assert_eq!(test.field, field);
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    // Quadratic work on these would take minutes.
    for piece in [
        "/a ",
        "\"a\" ",
        "a:b ",
        "\\/ ",
        "a*?",
        "(a) OR ",
        "a:[b ",
        "a in ",
        "a:in(",
        "i(",
        "// ",
        "# \n",
        "| ",
        "| where a=1 ",
        "| eval a=(",
        "| stats count() by a, ",
        "| where -",
        "| where not ",
        "| join by a (",
        "a.b(",
        "| where a in (1) ",
        "| where a+",
    ] {
        let text: String = piece.chars().cycle().take(20_000).collect();
        let _ = condition(&text);
    }
}
