use super::Request;
use super::names::Names;
use crate::json::{JsonError, Scanner, Value};
use crate::ndjson::parse_time;

/// Reads `{"streams":[..]}`.
pub(super) fn decode(text: &str, request: &mut Request<'_>) -> Result<(), JsonError> {
    let mut scanner = Scanner::new(text.strip_prefix('\u{feff}').unwrap_or(text));
    scanner.for_each_member(|scanner, key| {
        if key.as_plain() == Some("streams") {
            scanner.for_each_element(|scanner| read_stream(scanner, request))
        } else {
            scanner.value().map(|_| ())
        }
    })?;
    scanner.end()
}

/// A stream in the form of now (`stream`, `values`) or the older one (`labels`, `entries`).
fn read_stream(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result<(), JsonError> {
    request.begin_stream();
    // Entries that come before the labels are looked at again when these are known.
    let mut postponed: Option<Scanner<'_>> = None;
    let mut has_labels = false;
    scanner.for_each_member(|scanner, key| {
        match key.as_plain() {
            Some("stream") => {
                has_labels = true;
                read_pairs(scanner, request.labels, request.unescaped)?;
            }
            Some("labels") => {
                has_labels = true;
                let value = scanner.value()?;
                let mut text = String::new();
                value.append_to(&mut text);
                request.read_labels(&text);
            }
            Some("values" | "entries") if has_labels => read_entries(scanner, request)?,
            Some("values" | "entries") => {
                postponed = Some(scanner.clone());
                scanner.value()?;
            }
            _ => {
                scanner.value()?;
            }
        }
        Ok(())
    })?;
    match &mut postponed {
        Some(entries) => read_entries(entries, request),
        None => Ok(()),
    }
}

fn read_entries(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result<(), JsonError> {
    scanner.for_each_element(|scanner| {
        request.begin_entry();
        let has_line = if scanner.peek() == Some(b'{') {
            read_old_entry(scanner, request)?
        } else {
            read_entry(scanner, request)?
        };
        if has_line {
            request.finish_entry();
        } else {
            request
                .reject("loki.entry", "the entry has no line: write [\"<nanoseconds>\", \"<line>\"]".into());
        }
        Ok(())
    })
}

/// `[time, line, metadata]`; whether there is a line.
fn read_entry(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result<bool, JsonError> {
    let mut position = 0;
    scanner.for_each_element(|scanner| {
        match position {
            0 => read_time(&scanner.value()?, request),
            1 => {
                let value = scanner.value()?;
                request.record.write_body(|out| value.append_to(out));
            }
            2 if scanner.peek() == Some(b'{') => read_pairs(scanner, request.metadata, request.unescaped)?,
            _ => {
                scanner.value()?;
            }
        }
        position += 1;
        Ok::<_, JsonError>(())
    })?;
    Ok(position >= 2)
}

/// `{"ts": time, "line": line}`; whether there is a line.
fn read_old_entry(scanner: &mut Scanner<'_>, request: &mut Request<'_>) -> Result<bool, JsonError> {
    let mut has_line = false;
    scanner.for_each_member(|scanner, key| {
        match key.as_plain() {
            Some("ts" | "timestamp") => read_time(&scanner.value()?, request),
            Some("line") => {
                has_line = true;
                let value = scanner.value()?;
                request.record.write_body(|out| value.append_to(out));
            }
            Some("structuredMetadata") if scanner.peek() == Some(b'{') => {
                read_pairs(scanner, request.metadata, request.unescaped)?;
            }
            _ => {
                scanner.value()?;
            }
        }
        Ok::<_, JsonError>(())
    })?;
    Ok(has_line)
}

/// A time that is not understood stays as an attribute.
fn read_time(value: &Value<'_>, request: &mut Request<'_>) {
    request.unescaped.clear();
    value.append_to(request.unescaped);
    request.record.time_ns = parse_time(request.unescaped);
    if request.record.time_ns.is_none() && !request.unescaped.is_empty() {
        request.record.push_attribute("timestamp", request.unescaped);
    }
}

fn read_pairs(scanner: &mut Scanner<'_>, names: &mut Names, unescaped: &mut String) -> Result<(), JsonError> {
    scanner.for_each_member(|scanner, key| {
        let value = scanner.value()?;
        let name = key.to_cow();
        match value.as_plain() {
            Some(plain) => names.push(&name, plain),
            None => {
                unescaped.clear();
                value.append_to(unescaped);
                names.push(&name, unescaped);
            }
        }
        Ok(())
    })
}
