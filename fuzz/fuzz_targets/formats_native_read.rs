//! The reader of blocks takes any bytes without a panic.
#![no_main]

use click_lite_formats::native::{read_keys, read_rows};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let rows = read_rows(bytes, 20).map_or(0, |rows| rows.len());
    if let Ok(keys) = read_keys(bytes) {
        // Twenty rows at most are shown; the keys are those of all.
        assert!(rows <= keys.len().max(20));
    }
});
