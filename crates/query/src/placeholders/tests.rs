use proptest::prelude::*;

use super::*;
use crate::parse;

fn query(text: &str) -> Query {
    parse(text).expect("a query").query
}

fn filled(text: &str, values: &[(&str, Filling)]) -> String {
    let values = values.iter().map(|(name, filling)| ((*name).to_owned(), filling.clone())).collect();
    query(text).fill(&values).map_or_else(|error| error.message, |query| query.to_string())
}

fn text(value: &str) -> Filling {
    Filling::Text(value.into())
}

#[test]
fn places_are_words_that_begin_with_a_dollar() {
    let found = query("$word level:>=$level -service:$service \"$no\" a$no $1 $a-b x:/$no/ pid:$service")
        .placeholders();
    assert_eq!(found, ["level", "service", "word"]);
}

#[test]
fn a_value_takes_its_place() {
    let level = ("level", Filling::Word("warn".into()));
    let service = ("service", text("a b"));
    assert_eq!(
        filled("level:>=$level service:$service $other", &[level, service]),
        r#"level>=warn service:"a b" $other"#
    );
    assert_eq!(filled("host:$h", &[("h", Filling::Wildcards("web-*".into()))]), "host:web-*");
    assert_eq!(filled("$h", &[("h", Filling::Wildcards("*".into()))]), "*");
}

#[test]
fn several_values_are_alternatives() {
    let both = ("s", Filling::OneOf(vec![text("a"), text("b")]));
    assert_eq!(filled("x service:$s", std::slice::from_ref(&both)), r#"x (service:"a" OR service:"b")"#);
    assert_eq!(filled("service!=$s", std::slice::from_ref(&both)), r#"service!="a" service!="b""#);
    assert_eq!(filled("pid>$s", &[both]), "pid is compared with one value, not with several");
}

#[test]
fn what_has_no_value_is_left_out_with_its_negation() {
    let none = ("s", Filling::LeftOut);
    let one = |text: &str| filled(text, std::slice::from_ref(&none));
    assert_eq!(one("x service:$s y"), "x y");
    assert_eq!(one("x NOT service:$s"), "x");
    assert_eq!(one("x OR (service:$s $s)"), "x");
    assert_eq!(one("-service:$s"), "*");
}

proptest! {
    /// Whatever a value holds, the query has the same form: one test, of the same field, for exactly that value.
    #[test]
    fn a_value_never_leaves_its_place(value in any::<String>(), wild in any::<String>()) {
        let values = [("a", Filling::Text(value.clone())), ("b", Filling::Wildcards(wild))];
        let printed = filled("x:$a y:$b (z OR w)", &values);
        let reread = query(&printed);
        let ExpressionKind::And(parts) = &reread.filter.kind else { panic!("{printed}") };
        prop_assert_eq!(parts.len(), 3);
        let ExpressionKind::Field(first) = &parts[0].kind else { panic!("{printed}") };
        prop_assert_eq!((&*first.field, first.operator, &first.value), ("x", Operator::Matches, &Value::Quoted(value)));
        let ExpressionKind::Field(second) = &parts[1].kind else { panic!("{printed}") };
        prop_assert_eq!(&*second.field, "y");
        prop_assert!(matches!(parts[2].kind, ExpressionKind::Or(_)));
        // Printed and read again it is the same.
        prop_assert_eq!(reread.to_string(), printed);
    }
}
