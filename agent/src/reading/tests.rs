use super::*;

fn cut(encoding: Encoding, mut bytes: &[u8], most: usize) -> (Vec<(String, bool)>, usize) {
    let mut pieces = Vec::new();
    let mut text = String::new();
    while let Some(piece) = encoding.next(bytes, most) {
        pieces.push((encoding.decode(&bytes[..piece.content_bytes], &mut text).to_owned(), piece.goes_on));
        bytes = &bytes[piece.bytes..];
    }
    (pieces, bytes.len())
}

#[test]
fn lines_of_every_encoding() {
    let expected = (vec![("größe".to_owned(), false), ("b".to_owned(), false)], 0);
    assert_eq!(cut(Encoding::Utf8, "größe\nb\n".as_bytes(), 100), expected);
    assert_eq!(cut(Encoding::Latin1, b"gr\xf6\xdfe\nb\n", 100), expected);
    for is_big_endian in [false, true] {
        let to_bytes = if is_big_endian { u16::to_be_bytes } else { u16::to_le_bytes };
        let bytes: Vec<u8> = "größe\nb\n".encode_utf16().flat_map(to_bytes).collect();
        assert_eq!(cut(Encoding::Utf16 { is_big_endian }, &bytes, 100), expected);
    }
}

#[test]
fn a_utf16_line_break_is_not_found_across_characters() {
    // U+0A00 and U+000A, little endian: 00 0a, 0a 00.
    let bytes: Vec<u8> = "\u{a00}\u{100}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (pieces, left) = cut(Encoding::Utf16 { is_big_endian: false }, &bytes, 100);
    assert_eq!((pieces.len(), left), (1, 0));
    assert_eq!(pieces[0].0, "\u{a00}\u{100}");
}

#[test]
fn a_long_line_is_cut_between_characters() {
    let (pieces, left) = cut(Encoding::Utf8, "ääääää\nb\n".as_bytes(), 5);
    assert_eq!(pieces, [("ää".into(), true), ("ää".into(), true), ("ää".into(), false), ("b".into(), false)]);
    assert_eq!(left, 0);
    // Bytes that are no UTF-8 are cut as well.
    let (pieces, _) = cut(Encoding::Utf8, &[0x80; 20], 8);
    assert_eq!(pieces.len(), 2);
}

#[test]
fn an_unfinished_line_waits() {
    assert_eq!(cut(Encoding::Utf8, b"a\nrest", 100), (vec![("a".to_owned(), false)], 4));
}
