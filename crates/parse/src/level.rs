use click_lite_model::Severity;

/// Severity of a word that stands where programs put their level. Stricter than [`Severity::from_text`]: no single
/// letters, and nothing that is as likely a word of a sentence.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    if !(3..=13).contains(&word.len()) {
        return None;
    }
    let bytes = word.as_bytes();
    let tail = &bytes[1..];
    if bytes[0].is_ascii_uppercase() && tail.iter().all(|byte| !byte.is_ascii_lowercase()) {
        return if word == "LOG" { None } else { Severity::from_text(word) };
    }
    if !tail.iter().all(u8::is_ascii_lowercase) {
        return None;
    }
    let known = [
        "trace",
        "debug",
        "info",
        "information",
        "notice",
        "warn",
        "warning",
        "error",
        "err",
        "crit",
        "critical",
        "alert",
        "emerg",
        "fatal",
        "panic",
        "verbose",
        "severe",
    ];
    known.iter().any(|level| level.eq_ignore_ascii_case(word)).then(|| Severity::from_text(word)).flatten()
}

/// Level at the start of a message: `ERROR: ...`, `[warn] ...`, `<Error> ...`, `WARN ...`, `level=info ...`.
/// The level's text, and the byte after it and its separators.
pub(crate) fn leading(text: &str) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let close = match bytes.first()? {
        b'[' => Some(b']'),
        b'<' => Some(b'>'),
        b'(' => Some(b')'),
        _ => None,
    };
    if let Some(close) = close {
        let end = bytes.iter().take(24).position(|byte| *byte == close)?;
        let word = text.get(1..end)?.trim();
        severity(word)?;
        return Some((word, after(bytes, end + 1)));
    }
    let length = bytes.iter().take(14).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text.get(..length)?;
    severity(word)?;
    // A lower-case word is a level only where punctuation says so.
    let next = bytes.get(length).copied();
    match next {
        Some(b':' | b'|' | b']') => {}
        None | Some(b' ' | b'\t') if bytes[1].is_ascii_uppercase() => {}
        _ => return None,
    }
    Some((word, after(bytes, length)))
}

fn after(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b':' | b'|')) {
        at += 1;
    }
    if bytes.get(at) == Some(&b'-') && bytes.get(at + 1) == Some(&b' ') { at + 2 } else { at }
}
