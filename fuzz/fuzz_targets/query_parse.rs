//! Any text is a query or an error inside it; what is printed means the same; what compiles binds all its values.
#![no_main]

use click_lite_query::{Dialect, PipeOptions, TimeRange, complete, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let length = text.chars().count();
    for cursor in [0, length / 2, length] {
        let context = complete(text, cursor);
        assert!(context.replace.start <= context.replace.end && context.replace.end <= length);
    }
    let parsed = match parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(error.span.start <= error.span.end && error.span.end <= length);
            let _ = error.render(text);
            return;
        }
    };
    let printed = parsed.query.to_string();
    // Printing can make a text longer than a query may be.
    if let Ok(again) = parse(&printed) {
        assert_eq!(again.query.to_string(), printed);
    } else {
        assert!(printed.chars().count() > click_lite_query::MAX_CHARACTERS, "{printed}");
    }
    let dialect = Dialect::default();
    let options =
        PipeOptions { dialect: &dialect, range: TimeRange::ALL, now_ns: 0, limit: Some(10), columns: None };
    match parsed.query.compile(&options) {
        Ok(piped) => {
            for param in &piped.statement.params {
                assert!(piped.statement.sql.contains(&format!("{{{}:", param.name)));
            }
        }
        Err(error) => assert!(error.span.end <= length, "{error:?}"),
    }
});
