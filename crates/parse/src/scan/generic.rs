//! What is left: a line that starts with some time, and plain text.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::{continuation, level, timestamp};

/// A time (in brackets or not), then perhaps a level, then the message; or the level before the time.
pub(crate) fn timestamped(line: &str, draft: &mut Draft) -> Scan {
    read(line, draft).unwrap_or(Scan::No)
}

fn read(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let mut name = "";
    if !line.as_bytes().first()?.is_ascii_digit()
        && let Some((found, used)) = level::leading(line)
        && timestamp_here(&Cursor::new(line, used)).is_some()
    {
        name = found;
        cursor.at = used;
    }
    let (time, at) = timestamp_here(&cursor)?;
    cursor.at = at;
    cursor.skip_spaces();
    if name.is_empty() {
        while cursor.eat("- ") || cursor.eat(": ") || cursor.eat("| ") {
            cursor.skip_spaces();
        }
        if let Some((found, used)) = level::leading(cursor.rest()) {
            name = found;
            cursor.at += used;
        }
    }
    if !name.is_empty() {
        draft.record.set_level(name);
    }
    Some(draft.start(time, cursor.at))
}

/// A time here, alone in brackets or followed by a space, bracket or punctuation: the time and the byte after it.
fn timestamp_here(cursor: &Cursor<'_>) -> Option<(EntryTime, usize)> {
    let bytes = cursor.bytes();
    let open = usize::from(matches!(bytes.first(), Some(b'[' | b'(' | b'<')));
    let (time, used) = timestamp::any(&bytes[open..])?;
    let mut end = open + used;
    if open == 1 {
        if !matches!(bytes.get(end), Some(b']' | b')' | b'>')) {
            return None;
        }
        end += 1;
    }
    while matches!(bytes.get(end), Some(b':' | b',' | b';' | b']')) {
        end += 1;
    }
    matches!(bytes.get(end), None | Some(b' ' | b'\t' | b'[' | b'|' | b'-'))
        .then_some((time, cursor.at + end))
}

/// Every line is a record, but for stack traces and indented lines. A level at the start is taken.
pub(crate) fn text(line: &str, draft: &mut Draft) -> Scan {
    if continuation::looks_like_continuation(line) {
        return Scan::Continuation;
    }
    if let Some((name, _)) = level::leading(line) {
        draft.record.set_level(name);
    }
    draft.start(EntryTime::Missing, 0)
}

/// As [`timestamped`], for lines that are not of their file's format: a record only if it starts with date and time.
pub(crate) fn foreign(line: &str, draft: &mut Draft) -> Scan {
    let scan = timestamped(line, draft);
    let starts_with_epoch = line.bytes().take_while(u8::is_ascii_digit).count() >= 10;
    let is_full = matches!(draft.time, EntryTime::Utc(_) | EntryTime::Local(_)) && !starts_with_epoch;
    if is_full { scan } else { Scan::No }
}
