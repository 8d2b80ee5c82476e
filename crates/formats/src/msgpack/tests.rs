use proptest::prelude::*;

use super::*;

fn json(bytes: &[u8]) -> Result<String, MsgpackError> {
    let mut out = String::new();
    let mut reader = Reader::new(bytes);
    append_json(&mut reader, &mut out)?;
    assert!(reader.is_empty());
    Ok(out)
}

#[test]
fn every_kind_of_value_becomes_json() {
    for (bytes, expected) in [
        (&b"\xc0"[..], "null"),
        (b"\xc2", "false"),
        (b"\xc3", "true"),
        (b"\x7f", "127"),
        (b"\xcc\xff", "255"),
        (b"\xcd\x01\x00", "256"),
        (b"\xce\x00\x01\x00\x00", "65536"),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
        (b"\xe0", "-32"),
        (b"\xd0\x80", "-128"),
        (b"\xd1\x80\x00", "-32768"),
        (b"\xd2\x80\x00\x00\x00", "-2147483648"),
        (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
        (b"\xca\x3f\x80\x00\x00", "1"),
        (b"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a", "0.1"),
        (b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", "\"NaN\""),
        (b"\xca\xff\x80\x00\x00", "\"-Infinity\""),
        (b"\xa3a\"b", "\"a\\\"b\""),
        (b"\xd9\x02\xc3\xa4", "\"\u{e4}\""),
        (b"\xda\x00\x01x", "\"x\""),
        (b"\xdb\x00\x00\x00\x01x", "\"x\""),
        (b"\xa1\xff", "\"\u{fffd}\""),
        (b"\xc4\x01x", "\"x\""),
        (b"\xc4\x01\xff", "\"/w==\""),
        (b"\x92\x01\x90", "[1,[]]"),
        (b"\xdc\x00\x01\x01", "[1]"),
        (b"\x81\xa1a\x81\x01\xc0", "{\"a\":{\"1\":null}}"),
        (b"\x81\x91\xa1x\x02", "{\"[\\\"x\\\"]\":2}"),
        (b"\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x05", "1700000000.000000005"),
        (b"\xc7\x08\x00\x65\x53\xf1\x00\x00\x00\x00\x05", "1700000000.000000005"),
        (b"\xd6\xff\x65\x53\xf1\x00", "1700000000.000000000"),
        (b"\xd7\xff\x00\x00\x00\x04\x65\x53\xf1\x00", "1700000000.000000001"),
        (b"\xd4\x07\x01", "\"AQ==\""),
    ] {
        assert_eq!(json(bytes).as_deref(), Ok(expected), "{bytes:02x?}");
        assert_eq!(Skip::value(bytes), Ok(Some(bytes.len())));
        for end in 0..bytes.len() {
            assert_eq!(Skip::value(&bytes[..end]), Ok(None), "{bytes:02x?}");
            assert!(json(&bytes[..end]).is_err());
        }
    }
}

#[test]
fn hostile_values_are_refused_without_memory() {
    assert_eq!(json(b"\xc1"), Err(MsgpackError::Reserved));
    assert_eq!(json(b"\xdd\xff\xff\xff\xff"), Err(MsgpackError::EndOfBytes));
    assert_eq!(json(b"\xc6\xff\xff\xff\xff"), Err(MsgpackError::EndOfBytes));
    let deep = vec![0x91; 100_000];
    assert_eq!(json(&deep), Err(MsgpackError::TooDeep));
    assert_eq!(Skip::value(&deep), Ok(None));
}

/// Found by fuzzing: as JSON in a string, each level doubled the text of the one below.
#[test]
fn keys_inside_of_keys_do_not_grow() {
    let nested = [vec![0x81; 100], vec![0x01; 101]].concat();
    let text = json(&[&[0x81][..], &nested, &[0x02]].concat()).expect("JSON");
    assert!(text.len() < 2 * nested.len(), "{} bytes", text.len());
    assert!(text.starts_with("{\"{\\\"gYGB") && text.ends_with("\":2}"), "{text}");
}

proptest! {
    #[test]
    fn a_value_in_pieces_ends_where_it_ends_whole(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 1_usize..40) {
        let mut skip = Skip::new(1);
        let (mut start, mut end, mut failed) = (0, 0, None);
        while end < bytes.len() && !skip.is_done() && failed.is_none() {
            end = (end + cut).min(bytes.len());
            match skip.feed(&bytes[start..end]) {
                Ok(used) => start += used,
                Err(error) => failed = Some(error),
            }
        }
        match Skip::value(&bytes) {
            Ok(Some(length)) => prop_assert!(skip.is_done() && start == length),
            Ok(None) => prop_assert!(!skip.is_done() && failed.is_none()),
            Err(error) => prop_assert_eq!(failed, Some(error)),
        }
    }

    #[test]
    fn json_is_valid_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut out = String::new();
        if append_json(&mut Reader::new(&bytes), &mut out).is_ok() {
            let mut scanner = crate::json::Scanner::new(&out);
            prop_assert!(scanner.value().is_ok() && scanner.end().is_ok(), "{}", out);
        }
    }
}
