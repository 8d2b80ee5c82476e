use std::fmt::Write as _;

use proptest::prelude::*;

use super::{condition, count};
use crate::syntax::{Expression, ExpressionKind};
use crate::{Dialect, Matcher, Span, highlight_terms, parse, quote_field, quote_value};

/// The tree without positions.
fn bare(mut node: Expression) -> Expression {
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

/// Texts that are mostly valid.
fn query_text() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[a-z0-9.é]{1,6}",
        "[-a-z*?:/\\\\=]{1,6}",
        "\"[ -~é]{0,6}\"",
        "/[a-z+.]{1,4}/",
        Just("AND".to_owned()),
        Just("\\AND".to_owned()),
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
    }
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
    for piece in ["/a ", "\"a\" ", "a:b ", "\\/ ", "a*?", "(a) OR "] {
        let text: String = piece.chars().cycle().take(20_000).collect();
        let _ = condition(&text);
    }
}
