//! RFC 3164, which only describes what was in use, and what is: each part may be missing, times come in many forms,
//! and Cisco's devices have an order of their own.

use click_lite_model::{Record, Severity};

use super::SEVERITIES;
use super::time::{self, Now};

/// Longest tag and process id that are looked for.
const TAG_BYTES: usize = 80;

/// Reads a message behind its priority. `has_priority`: there was one.
pub(super) fn read(text: &str, has_priority: bool, now: Now, record: &mut Record) {
    let text = text.trim_start_matches(' ');
    if let Some((stamp, used)) = time::any(text.as_bytes()) {
        let rest = &text[used..];
        if let Some((zone, body)) = behind_device_time(rest) {
            record.time_ns = now.in_zone(zone).complete(stamp);
            finish_body(body, has_priority, record);
            return;
        }
        if behind_time(rest, has_priority, record) {
            record.time_ns = now.complete(stamp);
            return;
        }
    }
    if network_device(text, has_priority, now, record) {
        return;
    }
    // Without a time nothing is sure: only what can hardly be anything else is a tag.
    match tag(text).filter(|tag| has_priority && (!tag.process.is_empty() || is_plain_name(tag.name))) {
        Some(tag) => finish(&tag, has_priority, record),
        None => finish_body(text, has_priority, record),
    }
}

/// ` host tag: message`, ` tag: message` or ` host message`. False where a time was none.
fn behind_time(rest: &str, has_priority: bool, record: &mut Record) -> bool {
    if rest.is_empty() {
        return true;
    }
    let Some(rest) = rest.strip_prefix(' ').map(|rest| rest.trim_start_matches(' ')) else { return false };
    // AIX says so when it relays: `Message forwarded from host: tag: message`.
    let relayed = rest.strip_prefix("Message forwarded from ");
    if relayed.is_none()
        && let Some(tag) = tag(rest).filter(|tag| tag.is_first)
    {
        finish(&tag, has_priority, record);
        return true;
    }
    let (word, behind) = relayed.unwrap_or(rest).split_once(' ').unwrap_or((rest, ""));
    let host = if relayed.is_some() { word.strip_suffix(':').unwrap_or(word) } else { word };
    if !is_host(host) || Severity::from_text(host).is_some() || behind.is_empty() {
        finish_body(rest, has_priority, record);
        return true;
    }
    record.push_resource("host.name", host);
    let behind = behind.strip_prefix(": ").unwrap_or(behind);
    match tag(behind.trim_start_matches(' ')) {
        Some(tag) => finish(&tag, has_priority, record),
        None => finish_body(behind, has_priority, record),
    }
    true
}

/// `29: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: message`: a sequence number, or two, a host, a mark of an unsure
/// clock; each may be missing.
fn network_device(text: &str, has_priority: bool, now: Now, record: &mut Record) -> bool {
    // Meraki: `1 1563249630.774247467 host message`.
    if let Some(rest) = text.strip_prefix("1 ")
        && let Some((stamp, used)) = time::epoch(rest)
    {
        record.time_ns = now.complete(stamp);
        let rest = without_space(&rest[used..]);
        let (host, body) = rest.split_once(' ').unwrap_or(("", rest));
        if !host.is_empty() {
            record.push_resource("host.name", host);
        }
        record.set_body(body);
        return true;
    }
    let mut rest = text;
    // The first is the sender's own, the second the device's, which goes on over restarts.
    let mut sequences = ["", ""];
    let mut host = "";
    for _ in 0..4 {
        let (mark, at_time) = match rest.as_bytes().first() {
            Some(b'*' | b'.') => rest.split_at(1),
            _ => ("", rest),
        };
        if let Some((stamp, used)) = time::any(at_time.as_bytes()) {
            let Some((zone, behind)) = behind_device_time(&at_time[used..]) else { return false };
            record.time_ns = now.in_zone(zone).complete(stamp);
            let [first, second] = sequences;
            for (key, value) in [
                ("syslog.sequence", first),
                ("syslog.sequence.device", second),
                ("syslog.clock", clock_state(mark)),
            ] {
                if !value.is_empty() {
                    record.push_attribute(key, value);
                }
            }
            if !host.is_empty() {
                record.push_resource("host.name", host);
            }
            finish_body(behind, has_priority, record);
            return true;
        }
        let Some((word, behind)) = rest.split_once(": ") else { return false };
        if word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 20 {
            let place = usize::from(!sequences[0].is_empty());
            sequences[place] = word;
        } else if is_host(word) && host.is_empty() {
            host = word;
        } else {
            return false;
        }
        rest = behind.trim_start_matches(' ');
    }
    false
}

/// What follows the time of a device: a zone perhaps, and a colon; then the message.
fn behind_device_time(rest: &str) -> Option<(Option<i32>, &str)> {
    let (zone, rest) = match time::named_zone(rest.as_bytes()) {
        Some((offset, used)) => (i32::try_from(offset).ok(), &rest[used..]),
        None => (None, rest),
    };
    Some((zone, without_space(rest.strip_prefix(':')?)))
}

/// Cisco's marks before a time.
fn clock_state(mark: &str) -> &'static str {
    match mark {
        "*" => "not set",
        "." => "not synchronized",
        _ => "",
    }
}

struct Tag<'t> {
    name: &'t str,
    process: &'t str,
    message: &'t str,
    /// It can't be a host: a process id or a colon follows at once.
    is_first: bool,
}

/// `name[pid]: message`, `name: message`, `name[pid] message` or `name 1.2: message` at the start of a text.
fn tag(text: &str) -> Option<Tag<'_>> {
    let bytes = text.as_bytes();
    let name_end = bytes
        .iter()
        .take(TAG_BYTES)
        .position(|byte| {
            matches!(byte, b':' | b'[' | b' ' | b'\t' | b'"' | b'\'' | b'=' | b',' | b';' | b'{')
        })
        .unwrap_or(bytes.len().min(TAG_BYTES));
    if name_end == 0 || bytes[0] == b'%' || bytes[0] == b'<' {
        return None;
    }
    let name = text.get(..name_end)?;
    match bytes.get(name_end) {
        Some(b'[') => {
            let length = bytes[name_end..].iter().take(TAG_BYTES).position(|byte| *byte == b']')?;
            let process = text.get(name_end + 1..name_end + length)?;
            let rest = &text[name_end + length + 1..];
            let rest = match rest.as_bytes() {
                [] => rest,
                [b':', ..] => &rest[1..],
                [b' ', ..] => rest,
                _ => return None,
            };
            Some(Tag { name, process, message: without_space(rest), is_first: true })
        }
        Some(b':') => {
            let rest = &text[name_end + 1..];
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            let is_level = Severity::from_text(name).is_some();
            if is_number || is_level || matches!(rest.as_bytes(), [b':' | b'/' | b'\\' | b'0'..=b'9', ..]) {
                return None;
            }
            Some(Tag { name, process: "", message: without_space(rest), is_first: true })
        }
        // `syslogd 1.4.1: restart`, `-- root: message`
        Some(b' ') => {
            let second = &bytes[name_end + 1..];
            let length = second.iter().take(TAG_BYTES).position(|byte| matches!(byte, b' ' | b':'))?;
            let is_version = second[0].is_ascii_digit() && second[..length].contains(&b'.');
            if second.get(length) != Some(&b':')
                || !matches!(second.get(length + 1), None | Some(b' '))
                || !(is_version || name == "--")
            {
                return None;
            }
            let end = name_end + 1 + length;
            Some(Tag {
                name: text.get(..end)?,
                process: "",
                message: without_space(&text[end + 1..]),
                is_first: false,
            })
        }
        _ => None,
    }
}

fn finish(tag: &Tag<'_>, has_priority: bool, record: &mut Record) {
    // `sshd(pam_unix)` and `syslogd 1.4.1` are the services sshd and syslogd.
    let name = tag.name.strip_prefix("-- ").unwrap_or(tag.name);
    let service = name.split(['(', ' ']).next().filter(|service| !service.is_empty()).unwrap_or(name);
    record.set_service(service);
    if service != tag.name {
        record.push_attribute("syslog.appname", tag.name);
    }
    if !tag.process.is_empty() {
        record.push_attribute("process.pid", tag.process);
    }
    finish_body(tag.message, has_priority, record);
}

/// The rest of the message. Cisco's `%FACILITY-SEVERITY-MNEMONIC:` is read too, and stays in it.
fn finish_body(body: &str, has_priority: bool, record: &mut Record) {
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    if let Some((mnemonic, severity)) = mnemonic(body) {
        record.push_attribute("syslog.msgid", mnemonic);
        if !has_priority {
            record.set_severity_text(SEVERITIES[usize::from(severity)]);
            record.severity = Severity::from_syslog(severity);
        }
    }
    record.set_body(body);
}

/// `SYS-5-CONFIG_I` and 5 of `%SYS-5-CONFIG_I: ...`.
fn mnemonic(body: &str) -> Option<(&str, u8)> {
    let rest = body.strip_prefix('%')?;
    let end = rest.bytes().take(TAG_BYTES).position(|byte| matches!(byte, b':' | b' '))?;
    let mnemonic = rest.get(..end)?;
    let severity = mnemonic.split('-').skip(1).find_map(|part| match part.as_bytes() {
        [digit @ b'0'..=b'7'] => Some(digit - b'0'),
        _ => None,
    })?;
    Some((mnemonic, severity))
}

fn without_space(text: &str) -> &str {
    text.strip_prefix(' ').unwrap_or(text)
}

/// What programs are called, rather than the first word of a message.
fn is_plain_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/'))
        && Severity::from_text(name).is_none()
}

fn is_host(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%' | b'/' | b'[' | b']')
        })
}
