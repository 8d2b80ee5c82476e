//! Times at the start of a text, as log formats write them. Each function gives the time and the bytes it takes.

use crate::draft::EntryTime;
use click_lite_formats::syslog::time::{self, Stamp, named_zone};
use click_lite_model::time::{from_civil, from_epoch_text, parse_offset};

pub(crate) type Found = Option<(EntryTime, usize)>;

pub(crate) const NS_PER_SECOND: i64 = 1_000_000_000;

#[inline]
fn digit(bytes: &[u8], at: usize) -> Option<u32> {
    let value = bytes.get(at)?.wrapping_sub(b'0');
    (value <= 9).then_some(u32::from(value))
}

#[inline]
fn two(bytes: &[u8], at: usize) -> Option<u32> {
    Some(digit(bytes, at)? * 10 + digit(bytes, at + 1)?)
}

#[inline]
fn four(bytes: &[u8], at: usize) -> Option<i64> {
    Some(i64::from(two(bytes, at)? * 100 + two(bytes, at + 2)?))
}

#[inline]
fn is(bytes: &[u8], at: usize, expected: u8) -> bool {
    bytes.get(at) == Some(&expected)
}

/// Digits of a second after a `.`, `,` or `:` at `at`: nanoseconds and bytes taken.
fn fraction(bytes: &[u8], at: usize) -> (i64, usize) {
    if !matches!(bytes.get(at), Some(b'.' | b',' | b':')) {
        return (0, 0);
    }
    let mut nanos = 0;
    let mut scale = 100_000_000;
    let mut end = at + 1;
    while let Some(value) = digit(bytes, end) {
        nanos += i64::from(value) * scale;
        scale /= 10;
        end += 1;
    }
    if end == at + 1 { (0, 0) } else { (nanos, end - at) }
}

/// `hh:mm:ss` with an optional fraction: nanoseconds of the day.
pub(crate) fn clock(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    if !is(bytes, at + 2, b':') || !is(bytes, at + 5, b':') {
        return None;
    }
    let (hour, minute, second) = (two(bytes, at)?, two(bytes, at + 3)?, two(bytes, at + 6)?);
    let (nanos, used) = fraction(bytes, at + 8);
    Some((day_ns(hour, minute, second)? + nanos, 8 + used))
}

fn day_ns(hour: u32, minute: u32, second: u32) -> Option<i64> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(i64::from(hour * 3600 + minute * 60 + second.min(59)) * NS_PER_SECOND)
}

/// A date and a time of day, with the zone that follows at `used`, if there is one.
fn with_zone(year: i64, month: u32, day: u32, day_ns: i64, bytes: &[u8], used: usize) -> Found {
    let local = from_civil(year, month, day, 0, 0, 0, 0)?.checked_add(day_ns)?;
    let rest = &bytes[used.min(bytes.len())..];
    let (offset, zone_bytes) = parse_offset(rest);
    if zone_bytes > 0 {
        return Some((EntryTime::Utc(local.checked_sub(offset * NS_PER_SECOND)?), used + zone_bytes));
    }
    if let Some((offset, zone_bytes)) = named_zone(rest) {
        return Some((EntryTime::Utc(local.checked_sub(offset * NS_PER_SECOND)?), used + zone_bytes));
    }
    Some((EntryTime::Local(local), used))
}

/// `2025-11-20T08:15:30.123Z` and kin: `-`, `/` or `.` in the date, `T`, `_` or a space after it, any fraction,
/// any zone.
pub(crate) fn date_time(bytes: &[u8]) -> Found {
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.')
        || !is(bytes, 7, separator)
        || !matches!(bytes.get(10), Some(b'T' | b' ' | b't' | b'_'))
    {
        return None;
    }
    let (year, month, day) = (four(bytes, 0)?, two(bytes, 5)?, two(bytes, 8)?);
    let (day_ns, used) = clock(bytes, 11)?;
    with_zone(year, month, day, day_ns, bytes, 11 + used)
}

/// `17/06/09 20:10:40`: year, month, day (log4j `yy/MM/dd`).
pub(crate) fn short_year(bytes: &[u8]) -> Found {
    let separator = *bytes.get(2)?;
    if !matches!(separator, b'/' | b'-') || !is(bytes, 5, separator) || !is(bytes, 8, b' ') {
        return None;
    }
    let (year, month, day) = (two(bytes, 0)?, two(bytes, 3)?, two(bytes, 6)?);
    let (day_ns, used) = clock(bytes, 9)?;
    with_zone(century(year), month, day, day_ns, bytes, 9 + used)
}

fn century(year: u32) -> i64 {
    i64::from(year) + if year < 70 { 2000 } else { 1900 }
}

/// `20240102 15:04:05`, `20240102-15:04:05`, `240102 15:04:05` and `081109 203615` (HDFS).
pub(crate) fn compact(bytes: &[u8]) -> Found {
    let date_digits = bytes.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let (year, at) = match date_digits {
        8 => (four(bytes, 0)?, 4),
        6 => (century(two(bytes, 0)?), 2),
        _ => return None,
    };
    let (month, day) = (two(bytes, at)?, two(bytes, at + 2)?);
    if !matches!(bytes.get(at + 4), Some(b' ' | b'-' | b'T' | b'_')) {
        return None;
    }
    let at = at + 5;
    let (day_ns, used) = match clock(bytes, at) {
        Some(found) => found,
        None => {
            if digit(bytes, at + 6).is_some() {
                return None;
            }
            (day_ns(two(bytes, at)?, two(bytes, at + 2)?, two(bytes, at + 4)?)?, 6)
        }
    };
    with_zone(year, month, day, day_ns, bytes, at + used)
}

/// 1 to 12 of an English month's first three letters.
pub(crate) fn month(bytes: &[u8], at: usize) -> Option<u32> {
    Some(match bytes.get(at..at + 3)? {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// Day of a month as one digit (after a space or not) or two.
fn day(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    if is(bytes, at, b' ') {
        return Some((digit(bytes, at + 1)?, 2));
    }
    if let Some(day) = two(bytes, at) {
        return Some((day, 2));
    }
    Some((digit(bytes, at)?, 1))
}

/// `Jun 14 15:16:01` (RFC 3164), also with a fraction, or with a year after the day or after the time.
pub(crate) fn syslog(bytes: &[u8]) -> Found {
    let (stamp, used) = time::traditional(bytes)?;
    let time = match stamp {
        Stamp::Utc(time_ns) => EntryTime::Utc(time_ns),
        Stamp::Local(local_ns) => EntryTime::Local(local_ns),
        Stamp::Yearless { month, day, day_ns } => EntryTime::Yearless { month, day, day_ns },
    };
    Some((time, used))
}

/// `Sun Dec 04 04:47:44 2005` (C `asctime`), also with a fraction or a zone name before the year.
pub(crate) fn asctime(bytes: &[u8]) -> Found {
    if !is(bytes, 3, b' ') || !bytes.get(..3)?.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let month = month(bytes, 4)?;
    let (day, used) = day(bytes, 8)?;
    let at = 8 + used + 1;
    let (day_ns, used) = clock(bytes, at)?;
    let mut at = at + used;
    let (offset, zone_bytes) =
        named_zone(&bytes[at..]).map_or((None, 0), |(offset, used)| (Some(offset), used));
    at += zone_bytes;
    if !is(bytes, at, b' ') {
        return None;
    }
    let year = four(bytes, at + 1)?;
    let (time, used) = with_zone(year, month, day, day_ns, &[], at + 5)?;
    match (time, offset) {
        (EntryTime::Local(local), Some(offset)) => {
            Some((EntryTime::Utc(local - offset * NS_PER_SECOND), used))
        }
        _ => Some((time, used)),
    }
}

/// `17/May/2015:10:05:03 +0000` (common log format), `17-May-2015 10:05:03.123` (Tomcat), `02 Jan 2024 10:00:00`.
pub(crate) fn day_first(bytes: &[u8]) -> Found {
    let separator = *bytes.get(2)?;
    if !matches!(separator, b'/' | b'-' | b' ') || !is(bytes, 6, separator) {
        return None;
    }
    let (day, month) = (two(bytes, 0)?, month(bytes, 3)?);
    if let Some(year) = four(bytes, 7) {
        if !matches!(bytes.get(11), Some(b':' | b' ')) {
            return None;
        }
        let (day_ns, used) = clock(bytes, 12)?;
        return with_zone(year, month, day, day_ns, bytes, 12 + used);
    }
    let (day_ns, used) = clock(bytes, 7)?;
    (1..=31).contains(&day).then_some((EntryTime::Yearless { month, day, day_ns }, 7 + used))
}

/// `Mon, 02 Jan 2006 15:04:05 GMT` (RFC 1123).
fn rfc1123(bytes: &[u8]) -> Found {
    if !bytes.get(..3)?.iter().all(u8::is_ascii_alphabetic) || bytes.get(3..5)? != b", " {
        return None;
    }
    let (time, used) = day_first(&bytes[5..])?;
    Some((time, used + 5))
}

/// `03-17 16:13:38.811` (Android).
pub(crate) fn month_day(bytes: &[u8]) -> Found {
    if !is(bytes, 2, b'-') || !is(bytes, 5, b' ') {
        return None;
    }
    let (month, day) = (two(bytes, 0)?, two(bytes, 3)?);
    let (day_ns, used) = clock(bytes, 6)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day))
        .then_some((EntryTime::Yearless { month, day, day_ns }, 6 + used))
}

/// `10:15:30.123`
pub(crate) fn time_of_day(bytes: &[u8]) -> Found {
    let (day_ns, used) = clock(bytes, 0)?;
    Some((EntryTime::TimeOfDay(day_ns), used))
}

/// `01/02/2024 10:00:00`, also with AM or PM (month first), and `02.01.2024 10:00:00` (day first).
fn year_last(bytes: &[u8]) -> Found {
    let separator = *bytes.get(2)?;
    if !matches!(separator, b'/' | b'.') || !is(bytes, 5, separator) {
        return None;
    }
    let (first, second, year) = (two(bytes, 0)?, two(bytes, 3)?, four(bytes, 6)?);
    let (month, day) = if separator == b'.' || first > 12 { (second, first) } else { (first, second) };
    let gap = match bytes.get(10..)? {
        [b' ' | b'T', ..] => 1,
        [b',', b' ', ..] => 2,
        _ => return None,
    };
    let (mut day_ns, used) = clock(bytes, 10 + gap)?;
    let mut at = 10 + gap + used;
    let noon = 12 * 3600 * NS_PER_SECOND;
    match bytes.get(at..at + 3) {
        Some(b" PM" | b" pm") => {
            day_ns = day_ns % noon + noon;
            at += 3;
        }
        Some(b" AM" | b" am") => {
            day_ns %= noon;
            at += 3;
        }
        _ => {}
    }
    with_zone(year, month, day, day_ns, bytes, at)
}

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch, of this century, as a word of its own.
pub(crate) fn epoch(bytes: &[u8]) -> Found {
    let length = bytes.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let whole = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !matches!(whole, 10 | 13 | 16 | 19)
        || !matches!(bytes.first(), Some(b'1'..=b'4'))
        || bytes.get(length).is_some_and(|byte| !matches!(byte, b' ' | b'\t' | b']' | b':' | b',' | b'|'))
    {
        return None;
    }
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    Some((EntryTime::Utc(from_epoch_text(text)?), length))
}

/// Any of the above.
pub(crate) fn any(bytes: &[u8]) -> Found {
    match bytes.first()? {
        b'0'..=b'9' => match bytes.get(2)? {
            b':' => time_of_day(bytes),
            b'/' | b'-' | b'.' | b' ' => day_first(bytes)
                .or_else(|| year_last(bytes))
                .or_else(|| short_year(bytes))
                .or_else(|| month_day(bytes)),
            _ => date_time(bytes).or_else(|| compact(bytes)).or_else(|| epoch(bytes)),
        },
        byte if byte.is_ascii_uppercase() => {
            syslog(bytes).or_else(|| asctime(bytes)).or_else(|| rfc1123(bytes))
        }
        _ => None,
    }
}

/// Any time that is the whole of a text.
pub(crate) fn whole(text: &str) -> Option<EntryTime> {
    let text = text.trim();
    let (time, used) = any(text.as_bytes())?;
    (used == text.len()).then_some(time)
}

#[cfg(test)]
mod tests;
