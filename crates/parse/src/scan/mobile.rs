//! Android's logcat (threadtime, time, brief and long) and the HealthApp log of Huawei phones.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::timestamp;
use click_lite_model::Severity;

fn severity(letter: u8) -> Option<Severity> {
    Some(match letter {
        b'V' => Severity::TRACE,
        b'D' => Severity::DEBUG,
        b'I' => Severity::INFO,
        b'W' => Severity::WARN,
        b'E' => Severity::ERROR,
        b'F' | b'A' => Severity::FATAL,
        _ => return None,
    })
}

/// Any of logcat's formats.
pub(crate) fn logcat(line: &str, draft: &mut Draft) -> Scan {
    let found = match line.as_bytes().first() {
        Some(b'[') => long(line, draft),
        Some(byte) if byte.is_ascii_digit() => thread_time(line, draft),
        Some(b'-') if line.starts_with("--------- beginning of") => Some(draft.start(EntryTime::Missing, 0)),
        _ => brief(line, 0, EntryTime::Missing, draft),
    };
    found.unwrap_or(Scan::No)
}

/// `03-17 16:13:38.811  1702  2395 D Tag: message`, or the format `time`: `03-17 16:13:38.811 D/Tag( 1702): message`.
fn thread_time(line: &str, draft: &mut Draft) -> Option<Scan> {
    let bytes = line.as_bytes();
    let (time, used) = timestamp::month_day(bytes).or_else(|| timestamp::date_time(bytes))?;
    let mut cursor = Cursor::new(line, used);
    cursor.skip_spaces();
    if cursor.bytes().get(1) == Some(&b'/') {
        return brief(line, cursor.at, time, draft);
    }
    let first = cursor.word();
    cursor.skip_spaces();
    let mut process = first;
    let mut thread = cursor.word();
    cursor.skip_spaces();
    if !thread.bytes().all(|byte| byte.is_ascii_digit()) || thread.is_empty() {
        return None;
    }
    // With `-v uid` a user stands before process and thread.
    if cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        draft.attribute("android.uid", process);
        process = thread;
        thread = cursor.word();
        cursor.skip_spaces();
    }
    if !process.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let letter = cursor.at;
    let severity = severity(cursor.peek()?)?;
    cursor.at += 1;
    if !cursor.eat(" ") {
        return None;
    }
    // A tag may hold colons; it ends at the first one with a space after it.
    let tag = cursor.until_text(": ").or_else(|| {
        let tag = cursor.rest().strip_suffix(':')?;
        cursor.at += tag.len() + 1;
        Some(tag)
    })?;
    draft.level(&line[letter..letter + 1], severity);
    draft.attribute("process.pid", process);
    draft.attribute("thread.id", thread);
    draft.attribute("android.tag", tag.trim());
    Some(draft.start(time, cursor.at))
}

/// `D/Tag( 1702): message`.
fn brief(line: &str, at: usize, time: EntryTime, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, at);
    let severity = severity(cursor.peek()?)?;
    cursor.at += 1;
    if !cursor.eat("/") {
        return None;
    }
    let tag = cursor.until(b'(')?;
    cursor.skip_spaces();
    let process = cursor.digits(10)?;
    if !cursor.eat("):") {
        return None;
    }
    cursor.eat(" ");
    draft.level(&line[at..at + 1], severity);
    draft.attribute("process.pid", process);
    draft.attribute("android.tag", tag.trim());
    Some(draft.start(time, cursor.at))
}

/// `[ 03-17 16:13:38.811  1702: 2395 D/Tag ]`, with the message on the lines that follow.
fn long(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    if !cursor.eat("[ ") {
        return None;
    }
    let (time, used) =
        timestamp::month_day(cursor.bytes()).or_else(|| timestamp::date_time(cursor.bytes()))?;
    cursor.at += used;
    cursor.skip_spaces();
    let process = cursor.digits(10)?;
    if !cursor.eat(":") {
        return None;
    }
    cursor.skip_spaces();
    let thread = cursor.digits(10)?;
    cursor.skip_spaces();
    let letter = cursor.at;
    let severity = severity(cursor.peek()?)?;
    cursor.at += 1;
    if !cursor.eat("/") {
        return None;
    }
    let tag = cursor.until(b']')?;
    draft.level(&line[letter..letter + 1], severity);
    draft.attribute("process.pid", process);
    draft.attribute("thread.id", thread);
    draft.attribute("android.tag", tag.trim());
    Some(draft.start(time, cursor.at))
}

/// `20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579`; hour to millisecond are not padded.
pub(crate) fn health_app(line: &str, draft: &mut Draft) -> Scan {
    read_health_app(line, draft).unwrap_or(Scan::No)
}

fn read_health_app(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let date = cursor.digits(8).filter(|date| date.len() == 8)?;
    if !cursor.eat("-") {
        return None;
    }
    let mut parts = [0u32; 4];
    for (index, part) in parts.iter_mut().enumerate() {
        if index > 0 && !cursor.eat(":") {
            return None;
        }
        *part = cursor.digits(3)?.parse().ok()?;
    }
    if !cursor.eat("|") {
        return None;
    }
    let component = cursor.until(b'|')?;
    let process = cursor.until(b'|')?;
    let [hour, minute, second, millisecond] = parts;
    let local = click_lite_model::time::from_civil(
        date[..4].parse().ok()?,
        date[4..6].parse().ok()?,
        date[6..].parse().ok()?,
        hour,
        minute,
        second,
        millisecond * 1_000_000,
    )?;
    draft.attribute("logger.name", component);
    draft.attribute("process.pid", process);
    Some(draft.start(EntryTime::Local(local), cursor.at))
}
