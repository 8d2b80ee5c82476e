//! The JSON scanner takes and refuses what serde_json does, but for what it takes on purpose: lone surrogates and
//! numbers beyond a double.
#![no_main]

use click_lite_formats::json::{Fault, Scanner};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut scanner = Scanner::new(text);
    let ours = scanner.value().and_then(|_| scanner.end());
    match (ours, serde_json::from_str::<serde_json::Value>(text)) {
        (Ok(()), Err(error)) => {
            let message = error.to_string();
            let lenient = ["surrogate", "hex escape", "out of range", "recursion"];
            assert!(lenient.iter().any(|part| message.contains(part)), "{message}");
        }
        (Err(error), Ok(_)) => assert_eq!(error.fault, Fault::TooDeep),
        _ => {}
    }
});
