use click_lite_model::Severity;

/// Bytes of a line in which a key for the level is looked for.
const KEY_BYTES: usize = 1024;
/// Bytes of a line in which a level as a word is looked for.
const WORD_BYTES: usize = 160;

/// The level that a line tells: the value of a key in JSON or logfmt (`"level":"warn"`, `lvl=warn`, `Severity: warn`), or,
/// in the first words of other lines, a level in capitals or in brackets (`ERROR`, `[warn]`).
pub(super) fn find(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    let head = &bytes[..bytes.len().min(KEY_BYTES)];
    if let Some((start, end)) = of_key(head) {
        return line.get(start..end);
    }
    if bytes.first() == Some(&b'{') {
        return None;
    }
    let (start, end) = of_word(&bytes[..bytes.len().min(WORD_BYTES)])?;
    line.get(start..end)
}

/// Place of the value behind the first key whose value is a level.
fn of_key(head: &[u8]) -> Option<(usize, usize)> {
    // Both separators are looked at, as they come: far fewer than letters.
    memchr::memchr2_iter(b'=', b':', head).find_map(|at| {
        let key = head[..at].trim_ascii_end();
        let key = key.strip_suffix(b"\"").unwrap_or(key);
        let is_level = [&b"level"[..], b"lvl", b"severity"]
            .iter()
            .any(|name| key.len() >= name.len() && key[key.len() - name.len()..].eq_ignore_ascii_case(name));
        if !is_level {
            return None;
        }
        let rest = &head[at + 1..];
        let skipped = rest.iter().take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count();
        let length = rest[skipped..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let start = at + 1 + skipped;
        is_known(&head[start..start + length]).then_some((start, start + length))
    })
}

/// Place of the first word that is a level.
fn of_word(head: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while at < head.len() {
        let length = head[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let word = &head[at..at + length];
        let before = at.checked_sub(1).map_or(b' ', |before| head[before]);
        let after = head.get(at + length).copied().unwrap_or(b' ');
        let in_brackets = matches!((before, after), (b'[', b']') | (b'<', b'>') | (b'(', b')'));
        let stands_alone = in_brackets
            || (matches!(before, b' ' | b'\t' | b'[' | b'|')
                && matches!(after, b' ' | b'\t' | b']' | b':' | b'|' | b','));
        let is_capital = word.iter().all(u8::is_ascii_uppercase);
        // Shorter words and these mean other things as often.
        let is_plain =
            length < 3 || matches!(word, b"LOG" | b"NOTE" | b"FAIL" | b"SUCCESS" | b"CONFIG" | b"FINE");
        if stands_alone && (is_capital || in_brackets) && !is_plain && is_known(word) {
            return Some((at, at + length));
        }
        at += length;
    }
    None
}

fn is_known(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| Severity::from_text(word).is_some())
}
