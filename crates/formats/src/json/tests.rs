use proptest::prelude::*;

use super::*;

fn leaves(text: &str) -> Result<Vec<(String, String)>, JsonError> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(text);
    scanner.for_each_leaf(&mut Path::default(), |key, value| {
        let mut text = String::new();
        value.append_to(&mut text);
        found.push((key.to_owned(), text));
    })?;
    scanner.end()?;
    Ok(found)
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn nested_keys_are_joined_with_dots() {
    let text =
        r#" {"a":1,"b":{"c":"x","d":{"e":[1, {"f":2}],"g":{}}},"h":null,"i\n":{"j\t":true},"":-0.10e+5} "#;
    let expected = [
        ("a", "1"),
        ("b.c", "x"),
        ("b.d.e", r#"[1, {"f":2}]"#),
        ("b.d.g", "{}"),
        ("h", ""),
        ("i\n.j\t", "true"),
        ("", "-0.10e+5"),
    ];
    assert_eq!(leaves(text).unwrap(), pairs(&expected));
    assert_eq!(leaves("{}").unwrap(), []);
    assert_eq!(leaves(r#"{"a":{"b":1},"c":2}"#).unwrap(), pairs(&[("a.b", "1"), ("c", "2")]));
}

#[test]
fn escapes_and_surrogates() {
    let text = r#"{"a":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00","b":"x\ud800y","c":"\ude00\ud83d","d":"\u0000"}"#;
    let expected =
        [("a", "\"\\/\u{8}\u{c}\n\r\té😀"), ("b", "x\u{fffd}y"), ("c", "\u{fffd}\u{fffd}"), ("d", "\0")];
    assert_eq!(leaves(text).unwrap(), pairs(&expected));
}

#[test]
fn faults_say_where() {
    use Fault::*;
    for (text, at, fault) in [
        ("", 0, NotAnObject),
        ("[1]", 0, NotAnObject),
        ("  x", 2, NotAnObject),
        ("{", 1, EndOfText),
        (r#"{"a""#, 4, EndOfText),
        (r#"{"a" 1}"#, 5, ExpectedColon),
        (r#"{"a":}"#, 5, ExpectedValue),
        (r#"{"a":1,}"#, 7, ExpectedKey),
        (r#"{a:1}"#, 1, ExpectedKey),
        (r#"{"a":1 "b":2}"#, 7, ExpectedCommaOrBrace),
        (r#"{"a":[1 2]}"#, 8, ExpectedCommaOrBracket),
        (r#"{"a":[1,]}"#, 8, ExpectedValue),
        (r#"{"a":[}"#, 6, ExpectedValue),
        (r#"{"a":[{"b":1]}"#, 12, ExpectedCommaOrBrace),
        (r#"{"a":01}"#, 6, MalformedNumber),
        (r#"{"a":1.}"#, 7, MalformedNumber),
        (r#"{"a":-}"#, 6, MalformedNumber),
        (r#"{"a":1e}"#, 7, MalformedNumber),
        (r#"{"a":+1}"#, 5, ExpectedValue),
        (r#"{"a":NaN}"#, 5, ExpectedValue),
        (r#"{"a":nul}"#, 5, ExpectedValue),
        (r#"{"a":truex}"#, 9, ExpectedCommaOrBrace),
        (r#"{"a":"\x"}"#, 6, UnknownEscape),
        (r#"{"a":"\u12g4"}"#, 6, UnknownEscape),
        (r#"{"a":"\u12"#, 10, EndOfText),
        ("{\"a\":\"b\nc\"}", 7, ControlCharacter),
        (r#"{"a":"bcdefghijklmn"#, 19, EndOfText),
        (r#"{} {}"#, 3, TrailingText),
    ] {
        assert_eq!(leaves(text), Err(JsonError { at, fault }), "{text}");
    }
    let message = leaves(r#"{"a" 1}"#).unwrap_err().to_string();
    assert_eq!(message, "expected `:` after a key at byte 5");
}

#[test]
fn deep_nesting_is_a_clean_error() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = |depth: usize| format!(r#"{{"a":{}1{}}}"#, open.repeat(depth), close.repeat(depth));
        assert!(leaves(&nested(127)).is_ok());
        for depth in [128, 10_000] {
            let error = leaves(&nested(depth)).unwrap_err();
            assert_eq!((error.fault, error.at), (Fault::TooDeep, 5 + 127 * open.len()), "{open} {depth}");
            assert_eq!(error.code(), "record.too_deep");
        }
        let unclosed = format!(r#"{{"a":{}"#, open.repeat(10_000));
        assert_eq!(leaves(&unclosed).unwrap_err().fault, Fault::TooDeep);
    }
}

#[test]
fn long_keys_of_nested_objects_can_not_grow_without_bound() {
    let text = format!(r#"{{"{}":{{{}"b":1}}}}"#, "k".repeat(1 << 20), r#""a":1,"#.repeat(100));
    assert_eq!(leaves(&text).unwrap_err().fault, Fault::KeysTooLong);
}

#[test]
fn members_and_elements_one_at_a_time() {
    let mut scanner = Scanner::new(r#"{"a":[1,[2],{}],"b":{"c":"d"}}"#);
    let mut seen = Vec::new();
    scanner
        .for_each_member(|scanner, key| {
            seen.push(key.raw().to_owned());
            if scanner.peek() == Some(b'[') {
                return scanner.for_each_element(|scanner| {
                    seen.push(format!("{:?}", scanner.value()?));
                    Ok::<(), JsonError>(())
                });
            }
            seen.push(format!("{:?}", scanner.value()?));
            Ok(())
        })
        .unwrap();
    scanner.end().unwrap();
    assert_eq!(
        seen,
        ["a", "Number(\"1\")", "Array(\"[2]\")", "Object(\"{}\")", "b", r#"Object("{\"c\":\"d\"}")"#]
    );
}

/// The same flattening, by way of serde_json.
fn reference(prefix: &str, value: &serde_json::Value, found: &mut Vec<(String, String)>) {
    let serde_json::Value::Object(members) = value else { unreachable!("called with objects") };
    for (key, value) in members {
        let key = format!("{prefix}{key}");
        match value {
            serde_json::Value::Object(inner) if !inner.is_empty() => {
                reference(&format!("{key}."), value, found);
            }
            serde_json::Value::String(text) => found.push((key, text.clone())),
            serde_json::Value::Null => found.push((key, String::new())),
            other => found.push((key, other.to_string())),
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
        "[a-z\"\\\\\n\u{1}é😀]{0,40}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            object(inner),
        ]
    })
}

fn object(inner: impl Strategy<Value = serde_json::Value>) -> impl Strategy<Value = serde_json::Value> {
    prop::collection::vec((".{0,9}", inner), 0..8)
        .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn agrees_with_serde_json(value in object(any_json()), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let mut expected = Vec::new();
        reference("", &value, &mut expected);
        let mut found = leaves(&text).unwrap();
        for (_, text) in &mut found {
            // Arrays keep their white space; compare them by what they mean.
            if text.starts_with('[') && let Ok(array) = serde_json::from_str::<serde_json::Value>(text) {
                *text = array.to_string();
            }
        }
        for (_, text) in &mut expected {
            if text.starts_with('[') && let Ok(array) = serde_json::from_str::<serde_json::Value>(text) {
                *text = array.to_string();
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn takes_and_refuses_what_serde_json_does(value in object(any_json()), at in any::<prop::sample::Index>(), byte in prop_oneof![Just(b'"'), Just(b'\\'), Just(b'{'), Just(b']'), Just(b','), Just(b'1'), Just(b'\n'), 0x20..0x7fu8]) {
        let mut text = serde_json::to_string(&value).unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(text) = std::str::from_utf8(&text) {
            let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
            // serde_json refuses lone surrogates and numbers beyond the range of a double, which are kept here.
            let lenient = theirs.as_ref().err().map(ToString::to_string).is_some_and(|message| {
                message.contains("surrogate") || message.contains("hex escape") || message.contains("out of range")
            });
            if !lenient {
                prop_assert_eq!(leaves(text).is_ok(), theirs.is_ok(), "{} {:?} {:?}", text, leaves(text), theirs);
            }
        }
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = leaves(&text);
        let _ = leaves(&format!("{{\"a\":{text}"));
    }

    #[test]
    fn quoting_is_undone_by_reading(text in any::<String>()) {
        let mut quoted = String::new();
        append_quoted(&mut quoted, &text);
        prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text.clone());
        match Scanner::new(&quoted).value().unwrap() {
            Value::String(read) => prop_assert_eq!(read.to_cow(), text),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
