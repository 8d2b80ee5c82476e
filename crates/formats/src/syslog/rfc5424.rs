//! RFC 5424, after its version: `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`.

use click_lite_model::{Record, time::parse_rfc3339_prefix};

/// Reads a message behind `<34>1 `. `None`, with the record untouched, where it is not one; where only its structured
/// data is broken, that is part of the body.
pub(super) fn read(text: &str, record: &mut Record) -> Option<()> {
    let (time, rest) = field(text)?;
    let time_ns = match time {
        "-" => None,
        time => match parse_rfc3339_prefix(time.as_bytes())? {
            (time_ns, used) if used == time.len() => Some(time_ns),
            _ => return None,
        },
    };
    let (host, rest) = field(rest)?;
    let (app, rest) = field(rest)?;
    let (process, rest) = field(rest)?;
    let (message_id, rest) = match field(rest) {
        Some(found) => found,
        // Nothing follows: neither structured data nor a message.
        None if !rest.is_empty() => (rest, ""),
        None => return None,
    };
    record.time_ns = time_ns;
    if let Some(host) = value(host) {
        record.push_resource("host.name", host);
    }
    if let Some(app) = value(app) {
        record.set_service(app);
    }
    if let Some(process) = value(process) {
        record.push_attribute("process.pid", process);
    }
    if let Some(message_id) = value(message_id) {
        record.push_attribute("syslog.msgid", message_id);
    }
    let body = match rest.as_bytes() {
        [b'-'] => "",
        [b'-', b' ', ..] => &rest[2..],
        [b'[', ..] => match structured_data(rest, record) {
            Some(used) => rest[used..].strip_prefix(' ').unwrap_or(&rest[used..]),
            None => rest,
        },
        _ => rest,
    };
    record.set_body(body.strip_prefix('\u{feff}').unwrap_or(body));
    Some(())
}

/// Up to a space, which is passed over.
#[inline]
fn field(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b' ', text.as_bytes()).filter(|end| *end > 0)?;
    Some((&text[..end], &text[end + 1..]))
}

/// None for the NILVALUE.
fn value(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}

/// Structured data (`[id key="value" ...]...`) at the start of a text becomes attributes `id.key`; an element without
/// parameters an empty one. The bytes it takes; `None`, with the record untouched, where it is broken.
pub fn structured_data(text: &str, record: &mut Record) -> Option<usize> {
    let used = walk(text, &mut |_, _, _| {})?;
    walk(text, &mut |id, key, value| {
        record.write_attribute(
            |out| {
                out.push_str(id);
                if !key.is_empty() {
                    out.push('.');
                    out.push_str(key);
                }
            },
            |out| unescape(value, out),
        );
    });
    Some(used)
}

/// Visits each parameter with its element's id; an element without any with an empty name.
fn walk<'t>(text: &'t str, visit: &mut dyn FnMut(&'t str, &'t str, &'t str)) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while bytes.get(at) == Some(&b'[') {
        let id = name(text, at + 1)?;
        at += 1 + id.len();
        let mut is_empty = true;
        loop {
            while bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            if bytes.get(at) == Some(&b']') {
                at += 1;
                break;
            }
            let key = name(text, at)?;
            at += key.len();
            if bytes.get(at..at + 2) != Some(b"=\"") {
                return None;
            }
            at += 2;
            let start = at;
            loop {
                at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
                if bytes[at] == b'"' {
                    break;
                }
                // The byte behind a backslash is no end, whatever it is.
                at = (at + 2).min(bytes.len());
            }
            visit(id, key, &text[start..at]);
            is_empty = false;
            at += 1;
        }
        if is_empty {
            visit(id, "", "");
        }
    }
    (at > 0).then_some(at)
}

/// SD-NAME: at least one character, up to one that ends it. Longer names than the 32 of the standard are taken.
fn name(text: &str, start: usize) -> Option<&str> {
    let rest = text.get(start..)?;
    let length = rest.bytes().position(|byte| matches!(byte, b' ' | b'=' | b']' | b'"' | b'['))?;
    (length > 0).then(|| &rest[..length])
}

/// Takes the backslashes before `"`, `\` and `]` away; others are part of the value (6.3.3).
fn unescape(value: &str, out: &mut String) {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escaped = &rest[at + 1..];
        match escaped.as_bytes().first() {
            Some(byte @ (b'"' | b'\\' | b']')) => {
                out.push(char::from(*byte));
                rest = &escaped[1..];
            }
            _ => {
                out.push('\\');
                rest = escaped;
            }
        }
    }
    out.push_str(rest);
}
