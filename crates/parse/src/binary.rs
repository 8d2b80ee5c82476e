/// Starts of files that are no logs, and what they are.
const MAGIC: [(&[u8], &str); 24] = [
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ\x90\x00", "a Windows program"),
    (b"\xfe\xed\xfa\xcf", "a program (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x04\x22\x4d\x18", "lz4 data"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"LPKSHHRH", "a systemd journal (export it with `journalctl -o json`)"),
    (b"ElfFile\0", "a Windows event log (export it as CSV or text)"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"\xca\xfe\xba\xbe", "a Java class"),
    (b"\x00asm", "a WebAssembly module"),
];

/// Whether the start of a (decompressed) file says that it is no text; if so, what it is.
///
/// A few zero bytes are taken as text: a log that was truncated while a program wrote it has them, often many at its
/// start. UTF-16 with a byte order mark is text.
pub fn looks_binary(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.starts_with(b"\xef\xbb\xbf") {
        return None;
    }
    if let Some((magic, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        // `BZh`, `GIF8` and `PAR1` might start a text; then no control bytes follow.
        let is_word = magic.len() <= 4 && magic.iter().all(u8::is_ascii_alphanumeric);
        if !is_word || controls(&head[..head.len().min(512)]) > 0 {
            return Some(what);
        }
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive");
    }
    let zeros = head.iter().take_while(|byte| **byte == 0).count();
    if zeros > 0 && zeros == head.len() {
        return Some("nothing but zero bytes");
    }
    let text = &head[zeros..];
    (controls(text) * 50 > text.len()).then_some("binary data, not text")
}

/// Bytes that do not occur in text.
fn controls(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| matches!(byte, 0..=6 | 14..=26 | 28..=31 | 127)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binaries_are_told_from_texts() {
        assert_eq!(looks_binary(b"\x89PNG\r\n\x1a\n"), Some("a PNG image"));
        let noise: Vec<u8> =
            (0..4096u32).map(|value| (value.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(looks_binary(&noise).is_some());
        assert_eq!(looks_binary(&[0; 100]), Some("nothing but zero bytes"));
        for text in [
            &b""[..],
            b"BZhello world\n",
            b"\x1b[32m INFO\x1b[0m started\n",
            b"\0\0\0\0Jun 14 15:16:01 a b: c\n",
        ] {
            assert_eq!(looks_binary(text), None, "{text:?}");
        }
        assert_eq!(looks_binary("2024 größer £ 日本語\n".as_bytes()), None);
        assert_eq!(looks_binary(b"\xff\xfea\0b\0\n\0"), None);
    }
}
