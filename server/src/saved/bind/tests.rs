use super::*;

fn parameter(name: &str, kind: &str) -> Parameter {
    Parameter { name: name.into(), kind: kind.into(), ..Parameter::default() }
}

fn content(language: Language, text: &str, parameters: Vec<Parameter>) -> Content {
    Content { name: "Errors".into(), language, text: text.into(), parameters, ..Content::default() }
}

fn given(values: Value) -> Map<String, Value> {
    values.as_object().cloned().unwrap_or_default()
}

#[test]
fn values_take_their_places_and_stay_there() {
    let parameters = vec![
        Parameter { default: json!("warn"), ..parameter("level", "word") },
        Parameter { optional: true, ..parameter("service", "text") },
        Parameter { optional: true, ..parameter("host", "wildcards") },
        parameter("ms", "number"),
    ];
    let content = content(Language::Search, "level:>=$level service:$service host:$host ms:>$ms", parameters);
    let text = |values: Value| match bind(&content, &given(values)) {
        Ok(bound) => bound.text,
        Err(error) => error.message,
    };
    assert_eq!(text(json!({ "ms": 5 })), "level>=warn ms>5");
    assert_eq!(
        text(json!({ "ms": "5", "service": ["a", "b\" OR *"], "host": "web-*" })),
        r#"level>=warn (service:"a" OR service:"b\" OR *") host:web-* ms>5"#
    );
    assert_eq!(text(json!({})), "the parameter `ms` needs a value");
    assert_eq!(text(json!({ "ms": "5 OR *" })), "the parameter `ms` is a number, not `5 OR *`");
    assert_eq!(
        text(json!({ "ms": 5, "level": "error OR *" })),
        r"level>=error\ OR\ * ms>5".replace('*', "\\*")
    );
    assert!(text(json!({ "ms": 5, "lvl": 1 })).contains("it has level, service, host, ms"));
}

#[test]
fn only_allowed_values_are_taken() {
    let minutes =
        Parameter { default: json!(5), values: vec![json!(5), json!("15")], ..parameter("m", "UInt32") };
    let content = content(Language::Sql, "SELECT {m:UInt32}", vec![minutes]);
    let params = |values: Value| bind(&content, &given(values)).map(|bound| Value::from(bound.params));
    assert_eq!(params(json!({})).expect("the default"), json!({ "m": 5 }));
    assert_eq!(params(json!({ "m": 15 })).expect("allowed"), json!({ "m": 15 }));
    let refused = params(json!({ "m": 7 })).expect_err("not allowed");
    assert_eq!((refused.code.as_str(), &refused.details["parameter"]), ("saved.parameter", &json!("m")));
}

#[test]
fn sql_is_never_changed_and_an_empty_text_is_a_value() {
    let service = Parameter { default: json!(""), ..parameter("service", "String") };
    let content = content(Language::Sql, "SELECT {service:String}", vec![service]);
    let bound = bind(&content, &given(json!({ "service": "'; DROP" }))).expect("bound");
    assert_eq!(
        (bound.text.as_str(), &bound.params["service"]),
        ("SELECT {service:String}", &json!("'; DROP"))
    );
    assert_eq!(bind(&content, &Map::new()).expect("bound").params["service"], json!(""));
}

#[test]
fn a_parameter_has_a_place_in_the_query() {
    let mut content = content(Language::Search, "level:$level", vec![parameter("lvl", "word")]);
    let error = content.clone().checked().expect_err("no place");
    assert_eq!(error.code, "saved.content");
    assert!(error.message.contains("write $lvl"), "{}", error.message);
    content.parameters =
        vec![Parameter { values: vec![json!("warn")], default: json!("x"), ..parameter("level", "word") }];
    assert_eq!(content.checked().expect_err("a wrong default").code, "saved.parameter");
}
