//! Go: klog and glog, and the standard library's `log`.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::{level, timestamp};
use click_lite_model::Severity;

/// `I0102 15:04:05.123456    1234 file.go:123] message`; C++ glog also has the year: `I20240102 15:04:05...`.
pub(crate) fn klog(line: &str, draft: &mut Draft) -> Scan {
    read_klog(line, draft).unwrap_or(Scan::No)
}

fn read_klog(line: &str, draft: &mut Draft) -> Option<Scan> {
    let bytes = line.as_bytes();
    let severity = match bytes.first()? {
        b'I' => Severity::INFO,
        b'W' => Severity::WARN,
        b'E' => Severity::ERROR,
        b'F' => Severity::FATAL,
        b'D' => Severity::DEBUG,
        _ => return None,
    };
    let mut cursor = Cursor::new(line, 1);
    let date = cursor.digits(8)?;
    let time = match date.len() {
        4 => {
            if !cursor.eat(" ") {
                return None;
            }
            let (day_ns, used) = timestamp::clock(cursor.bytes(), 0)?;
            cursor.at += used;
            let (month, day) = (date[..2].parse().ok()?, date[2..].parse().ok()?);
            if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
                return None;
            }
            EntryTime::Yearless { month, day, day_ns }
        }
        8 => {
            cursor.at = 1;
            let (time, used) = timestamp::compact(cursor.bytes())?;
            cursor.at += used;
            time
        }
        _ => return None,
    };
    cursor.skip_spaces();
    let thread = cursor.digits(20)?;
    cursor.skip_spaces();
    let place = cursor.until(b']')?;
    let (file, number) = place.rsplit_once(':')?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    cursor.skip_spaces();
    draft.level(&line[..1], severity);
    draft.attribute("thread.id", thread);
    draft.attribute("code.file.path", file);
    draft.attribute("code.line.number", number);
    structured(cursor.rest(), draft);
    Some(draft.start(time, cursor.at))
}

/// klog's structured form: `"message" key="value" other=5`; the pairs become attributes.
fn structured(message: &str, draft: &mut Draft) {
    let mut cursor = Cursor::new(message, 0);
    if cursor.quoted().is_none() {
        return;
    }
    super::logfmt::pairs(cursor.rest(), &mut |key, value| {
        draft.record.write_attribute(|text| text.push_str(key), |text| super::logfmt::unescape(value, text));
    });
}

/// `2009/11/10 23:00:00.123123 main.go:23: message`; file and fraction are optional.
pub(crate) fn standard(line: &str, draft: &mut Draft) -> Scan {
    if line.as_bytes().get(4) != Some(&b'/') {
        return Scan::No;
    }
    let Some((time, used)) = timestamp::date_time(line.as_bytes()) else { return Scan::No };
    let mut cursor = Cursor::new(line, used);
    if !cursor.eat(" ") {
        return Scan::No;
    }
    let mut ahead = cursor;
    let place = ahead.word();
    if let Some((file, number)) = place.strip_suffix(':').and_then(|place| place.rsplit_once(':'))
        && file.ends_with(".go")
    {
        draft.attribute("code.file.path", file);
        draft.attribute("code.line.number", number);
        ahead.skip_spaces();
        cursor = ahead;
    }
    if let Some((name, _)) = level::leading(cursor.rest()) {
        draft.record.set_level(name);
    }
    draft.start(time, cursor.at)
}
