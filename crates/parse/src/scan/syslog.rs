//! Syslog as files hold it: RFC 3164 (what rsyslog and syslogd write by default), the same with an ISO 8601 time
//! (rsyslog's high-precision format), and RFC 5424; each with its priority or without.
//!
//! The program is the service, the host goes to the resource.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::{level, timestamp};
use click_lite_formats::syslog::{self, FACILITIES, SEVERITIES};
use click_lite_model::Severity;

/// `Jun 14 15:16:01 combo sshd(pam_unix)[19939]: message`.
pub(crate) fn rfc3164(line: &str, draft: &mut Draft) -> Scan {
    traditional(line, draft, timestamp::syslog).unwrap_or(Scan::No)
}

/// `2024-01-02T10:00:00.123456+01:00 host program[12]: message`.
pub(crate) fn iso(line: &str, draft: &mut Draft) -> Scan {
    let scan = traditional(line, draft, |bytes| {
        if bytes.get(10) != Some(&b'T') {
            return None;
        }
        timestamp::date_time(bytes)
    });
    // Other formats start with such a time too: here a program has to follow.
    if draft.record.service().is_empty() { Scan::No } else { scan.unwrap_or(Scan::No) }
}

/// `<34>1 2003-10-11T22:14:15.003Z host app 12 ID47 [id key="value"] message`.
pub(crate) fn rfc5424(line: &str, draft: &mut Draft) -> Scan {
    read_rfc5424(line, draft).unwrap_or(Scan::No)
}

/// `<34>` at the start of a line.
pub(crate) fn priority(cursor: &mut Cursor<'_>) -> Option<u8> {
    let (number, used) = syslog::priority(cursor.bytes())?;
    cursor.at += used;
    Some(number)
}

/// Severity and facility of a priority (RFC 5424, 6.2.1).
pub(crate) fn set_priority(number: u8, draft: &mut Draft) {
    draft.level(SEVERITIES[usize::from(number & 7)], Severity::from_syslog(number));
    if let Some(facility) = FACILITIES.get(usize::from(number >> 3)) {
        draft.attribute("syslog.facility", facility);
    }
}

fn traditional(line: &str, draft: &mut Draft, time: fn(&[u8]) -> timestamp::Found) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let priority = priority(&mut cursor);
    let (time, used) = time(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat(" ") {
        return None;
    }
    let host = cursor.word();
    if host.is_empty() || host.ends_with(':') && host.len() > 1 && !host.starts_with(':') {
        // No host: some programs write straight to their file. `Jun 14 15:16:01 program: message`
        let tag = host.strip_suffix(':')?;
        return finish(tag, "", time, priority, &mut cursor, draft);
    }
    if !is_host(host) || level::severity(host).is_some() || !cursor.eat(" ") {
        return None;
    }
    cursor.skip_spaces();
    let rest = cursor.rest();
    // The tag ends at its colon; a line without one, as of some relays, is all message.
    let tag_bytes = rest.as_bytes();
    let colon = tag_bytes
        .iter()
        .take(80)
        .enumerate()
        .find(|&(index, byte)| *byte == b':' && matches!(tag_bytes.get(index + 1), None | Some(b' ' | b'\t')))
        .map(|(index, _)| index);
    let tag = colon.and_then(|end| rest.get(..end)).filter(|tag| is_tag(tag));
    match tag {
        Some(tag) => {
            cursor.at += tag.len() + 1;
            finish(tag, host, time, priority, &mut cursor, draft)
        }
        None => finish("", host, time, priority, &mut cursor, draft),
    }
}

fn is_host(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%' | b'/'))
}

/// One word, or two where the second is a version (`syslogd 1.4.1`) or the first is `--`.
fn is_tag(tag: &str) -> bool {
    let mut words = tag.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some(first), None, _) => !first.is_empty(),
        (Some("--"), Some(_), None) => true,
        (Some(_), Some(version), None) => version.starts_with(|first: char| first.is_ascii_digit()),
        _ => false,
    }
}

fn finish(
    tag: &str,
    host: &str,
    time: EntryTime,
    priority: Option<u8>,
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
) -> Option<Scan> {
    cursor.skip_spaces();
    let (name, process) = tag.strip_suffix(']').and_then(|tag| tag.split_once('[')).unwrap_or((tag, ""));
    // `sshd(pam_unix)` and `syslogd 1.4.1` are the services sshd and syslogd.
    let name_only = name.trim_start_matches("-- ");
    let service = name_only.split(['(', ' ']).next().unwrap_or(name_only);
    draft.record.set_service(service);
    if service != name {
        draft.attribute("syslog.appname", name);
    }
    draft.attribute("process.pid", process);
    draft.host(host);
    match priority {
        Some(number) => set_priority(number, draft),
        // Files mostly lack the priority; the program may state a level itself (`sshd: error: ...`).
        None => {
            if let Some((name, _)) = level::leading(cursor.rest()) {
                draft.record.set_level(name);
            }
        }
    }
    Some(draft.start(time, cursor.at))
}

fn read_rfc5424(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let priority = priority(&mut cursor);
    if !cursor.eat("1 ") {
        return None;
    }
    let time = if cursor.eat("- ") {
        EntryTime::Missing
    } else {
        let (time, used) = timestamp::date_time(cursor.bytes())?;
        cursor.at += used;
        if !cursor.eat(" ") {
            return None;
        }
        time
    };
    let host = cursor.until(b' ')?;
    let app = cursor.until(b' ')?;
    let process = cursor.until(b' ')?;
    let message_id = cursor.word();
    if [host, app, process, message_id].iter().any(|field| field.is_empty()) {
        return None;
    }
    cursor.skip_spaces();
    if !cursor.eat("-") && cursor.peek() == Some(b'[') {
        cursor.at += syslog::structured_data(cursor.rest(), &mut draft.record)?;
    }
    cursor.skip_spaces();
    cursor.eat("\u{feff}");
    if app != "-" {
        draft.record.set_service(app);
    }
    draft.host(host);
    draft.attribute("process.pid", process);
    draft.attribute("syslog.msgid", message_id);
    if let Some(number) = priority {
        set_priority(number, draft);
    }
    Some(draft.start(time, cursor.at))
}
