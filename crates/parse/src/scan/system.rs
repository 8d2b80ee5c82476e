//! Logs of the operating system: packages (dpkg, apt, alternatives) and the kernel's ring buffer.

use super::{generic, syslog};
use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::timestamp;
use click_lite_model::Severity;

/// `2025-06-24 14:36:25 upgrade libc6:amd64 2.36-9 2.36-10`.
pub(crate) fn dpkg(line: &str, draft: &mut Draft) -> Scan {
    read_dpkg(line, draft).unwrap_or(Scan::No)
}

fn read_dpkg(line: &str, draft: &mut Draft) -> Option<Scan> {
    if line.as_bytes().get(10) != Some(&b' ') {
        return None;
    }
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    if !cursor.eat(" ") {
        return None;
    }
    let body = cursor.at;
    let action = cursor.word();
    cursor.skip_spaces();
    match action {
        "startup" => {}
        "status" => {
            draft.attribute("package.state", cursor.word());
            cursor.skip_spaces();
            package(&mut cursor, draft);
        }
        "install" | "upgrade" | "remove" | "purge" | "configure" | "trigproc" | "disappear" => {
            package(&mut cursor, draft);
        }
        "conffile" => {
            draft.attribute("file.path", cursor.word());
        }
        _ => return None,
    }
    draft.attribute("dpkg.action", action);
    draft.record.severity = Severity::INFO;
    Some(draft.start(time, body))
}

/// `name:architecture version [version]`.
fn package(cursor: &mut Cursor<'_>, draft: &mut Draft) {
    let word = cursor.word();
    let (name, architecture) = word.split_once(':').unwrap_or((word, ""));
    draft.attribute("package.name", name);
    draft.attribute("package.architecture", architecture);
    cursor.skip_spaces();
    let mut versions = [cursor.word(), ""];
    cursor.skip_spaces();
    versions[1] = cursor.word();
    let none = |version: &str| version.is_empty() || version == "<none>";
    match versions {
        [old, new] if !none(old) && !none(new) => {
            draft.attribute("package.previous_version", old);
            draft.attribute("package.version", new);
        }
        [one, _] if !none(one) => draft.attribute("package.version", one),
        [_, other] if !none(other) => draft.attribute("package.version", other),
        _ => {}
    }
}

/// apt's history: a block from `Start-Date:` to `End-Date:`.
pub(crate) fn apt_history(line: &str, draft: &mut Draft) -> Scan {
    let Some(date) = line.strip_prefix("Start-Date: ") else {
        let keys = ["Commandline: ", "Requested-By: ", "End-Date: ", "Error: "];
        let actions = ["Install: ", "Upgrade: ", "Remove: ", "Purge: ", "Reinstall: ", "Downgrade: "];
        let is_part = keys.iter().chain(&actions).any(|key| line.starts_with(key));
        return if is_part { Scan::Continuation } else { Scan::No };
    };
    match spaced_time(date) {
        Some(time) => {
            draft.record.set_service("apt");
            draft.record.severity = Severity::INFO;
            draft.start(time, 0)
        }
        None => Scan::No,
    }
}

/// apt's record of the terminal: between `Log started:` and `Log ended:`, each with the time, what dpkg wrote.
pub(crate) fn apt_terminal(line: &str, draft: &mut Draft) -> Scan {
    draft.record.set_service("apt");
    let date = line.strip_prefix("Log started: ").or_else(|| line.strip_prefix("Log ended: "));
    match date.and_then(spaced_time) {
        Some(time) => draft.start(time, 0),
        None => generic::text(line, draft),
    }
}

/// As [`apt_terminal`], where any text between the marks fits, but nothing without them.
pub(crate) fn is_apt_terminal(line: &str, draft: &mut Draft) -> Scan {
    apt_terminal(line, draft);
    if draft.time == EntryTime::Missing { Scan::Continuation } else { Scan::Start }
}

/// `2025-06-24  14:36:25`, with two spaces.
fn spaced_time(text: &str) -> Option<EntryTime> {
    let (day, time) = text.trim().split_once("  ")?;
    if day.len() != 10 || time.len() != 8 {
        return None;
    }
    let mut single = [b' '; 19];
    single[..10].copy_from_slice(day.as_bytes());
    single[11..].copy_from_slice(time.as_bytes());
    timestamp::date_time(&single).map(|(time, _)| time)
}

/// `update-alternatives 2025-06-24 14:36:35: run with --install ...`.
pub(crate) fn alternatives(line: &str, draft: &mut Draft) -> Scan {
    let mut cursor = Cursor::new(line, 0);
    if !cursor.eat("update-alternatives ") {
        return Scan::No;
    }
    let Some((time, used)) = timestamp::date_time(cursor.bytes()) else { return Scan::No };
    cursor.at += used;
    if !cursor.eat(": ") {
        return Scan::No;
    }
    draft.record.set_service("update-alternatives");
    draft.record.severity = Severity::INFO;
    draft.start(time, cursor.at)
}

/// `[    0.000000] Linux version ...`, `<6>[    1.2] ...`, `[Mon Jan  1 10:00:00 2024] ...` (`dmesg -T`) and
/// `kern  :info  : [    0.0] ...` (`dmesg -x`). Seconds since boot are no time of day: they go to an attribute.
pub(crate) fn kernel(line: &str, draft: &mut Draft) -> Scan {
    read_kernel(line, draft).unwrap_or(Scan::No)
}

fn read_kernel(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    if let Some(number) = syslog::priority(&mut cursor) {
        syslog::set_priority(number, draft);
    } else if cursor.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
        let facility = cursor.until(b':')?.trim();
        let name = cursor.until(b':')?.trim();
        draft.level(name, Severity::from_text(name)?);
        draft.attribute("syslog.facility", facility);
        cursor.skip_spaces();
    }
    if !cursor.eat("[") {
        return None;
    }
    let mut time = EntryTime::Missing;
    if let Some((found, used)) = timestamp::asctime(cursor.bytes()) {
        time = found;
        cursor.at += used;
    } else {
        cursor.skip_spaces();
        let start = cursor.at;
        let whole = cursor.digits(10)?;
        if !cursor.eat(".") {
            return None;
        }
        let fraction = cursor.digits(6).filter(|digits| digits.len() >= 3)?;
        draft.attribute("kernel.uptime_seconds", &line[start..start + whole.len() + 1 + fraction.len()]);
    }
    if !cursor.eat("]") {
        return None;
    }
    cursor.eat(" ");
    draft.record.set_service("kernel");
    Some(draft.start(time, cursor.at))
}
