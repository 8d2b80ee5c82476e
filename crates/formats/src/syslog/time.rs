//! Times as syslog messages write them, and what they lack.

use click_lite_model::time::{civil_from_days, from_civil, from_epoch_text, parse_offset};

const NS_PER_SECOND: i64 = 1_000_000_000;
const DAY_NS: i64 = 86_400 * NS_PER_SECOND;

/// A time and the bytes that it takes.
pub type Found = Option<(Stamp, usize)>;

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Nanoseconds since the epoch, UTC.
    Utc(i64),
    /// The same, in a zone that is not said.
    Local(i64),
    /// Without a year; `day_ns` are nanoseconds of the day.
    Yearless { month: u32, day: u32, day_ns: i64 },
}

/// What completes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Nanoseconds since the epoch, UTC.
    pub time_ns: i64,
    /// Of times without a zone, east of UTC.
    pub zone_offset_seconds: i32,
}

impl Now {
    /// The same, with another zone where one is given.
    pub(super) fn in_zone(self, offset_seconds: Option<i32>) -> Self {
        Self { zone_offset_seconds: offset_seconds.unwrap_or(self.zone_offset_seconds), ..self }
    }

    /// The time in UTC. Without a year it is the latest that does not lie more than a day ahead.
    pub fn complete(self, stamp: Stamp) -> Option<i64> {
        let zone_ns = i64::from(self.zone_offset_seconds) * NS_PER_SECOND;
        match stamp {
            Stamp::Utc(time_ns) => Some(time_ns),
            Stamp::Local(local_ns) => local_ns.checked_sub(zone_ns),
            Stamp::Yearless { month, day, day_ns } => {
                let now_ns = self.time_ns.saturating_add(zone_ns);
                let (year, ..) = civil_from_days(now_ns.div_euclid(DAY_NS));
                // Eight years reach back to a leap year for 29 February.
                (-8..=1)
                    .rev()
                    .filter_map(|step| from_civil(year + step, month, day, 0, 0, 0, 0)?.checked_add(day_ns))
                    .find(|local_ns| *local_ns <= now_ns.saturating_add(DAY_NS))?
                    .checked_sub(zone_ns)
            }
        }
    }
}

/// Any time that a message may start with.
pub(super) fn any(bytes: &[u8]) -> Found {
    match bytes.first()? {
        b'0'..=b'9' => iso(bytes).or_else(|| year_first(bytes)),
        b'A'..=b'S' => traditional(bytes),
        _ => None,
    }
}

/// `Jun 14 15:16:01` (RFC 3164), also with a fraction, or with a year after the day or after the time.
pub fn traditional(bytes: &[u8]) -> Found {
    let (month, day, mut at) = month_and_day(bytes)?;
    if let Some((day_ns, used)) = clock(bytes, at) {
        at += used;
        if bytes.get(at) == Some(&b' ')
            && let Some(year) = four(bytes, at + 1)
            && (1970..2200).contains(&year)
            && matches!(bytes.get(at + 5), None | Some(b' ' | b':' | b'+' | b'-'))
        {
            return with_zone(year, month, day, day_ns, bytes, at + 5);
        }
        return Some((Stamp::Yearless { month, day, day_ns }, at));
    }
    let year = four(bytes, at)?;
    if bytes.get(at + 4) != Some(&b' ') {
        return None;
    }
    let (day_ns, used) = clock(bytes, at + 5)?;
    with_zone(year, month, day, day_ns, bytes, at + 5 + used)
}

/// `2013 Dec 12 12:12:12` (Cisco Nexus).
fn year_first(bytes: &[u8]) -> Found {
    let year = four(bytes, 0)?;
    if bytes.get(4) != Some(&b' ') {
        return None;
    }
    let (month, day, at) = month_and_day(&bytes[5..])?;
    let (day_ns, used) = clock(bytes, 5 + at)?;
    with_zone(year, month, day, day_ns, bytes, 5 + at + used)
}

/// `2003-10-11T22:14:15.003Z`, also with a space in it, a comma before the fraction, or no zone.
fn iso(bytes: &[u8]) -> Found {
    if bytes.get(4) != Some(&b'-')
        || bytes.get(7) != Some(&b'-')
        || !matches!(bytes.get(10), Some(b'T' | b't' | b' '))
    {
        return None;
    }
    let (year, month, day) = (four(bytes, 0)?, two(bytes, 5)?, two(bytes, 8)?);
    let (day_ns, used) = clock(bytes, 11)?;
    let local_ns = from_civil(year, month, day, 0, 0, 0, 0)?.checked_add(day_ns)?;
    let (offset, zone_bytes) = match bytes.get(11 + used) {
        Some(b'Z' | b'z' | b'+' | b'-') => parse_offset(&bytes[11 + used..]),
        _ => (0, 0),
    };
    if zone_bytes == 0 {
        return Some((Stamp::Local(local_ns), 11 + used));
    }
    Some((Stamp::Utc(local_ns.checked_sub(offset * NS_PER_SECOND)?), 11 + used + zone_bytes))
}

/// Seconds since the epoch with a fraction (Cisco Meraki), as a word of its own.
pub(super) fn epoch(text: &str) -> Found {
    let word = text.split(' ').next()?;
    let (whole, fraction) = word.split_once('.')?;
    if whole.len() != 10 || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    Some((Stamp::Utc(from_epoch_text(word)?), word.len()))
}

fn with_zone(year: i64, month: u32, day: u32, day_ns: i64, bytes: &[u8], used: usize) -> Found {
    let local_ns = from_civil(year, month, day, 0, 0, 0, 0)?.checked_add(day_ns)?;
    let rest = &bytes[used.min(bytes.len())..];
    let (offset, zone_bytes) = match parse_offset(rest) {
        (_, 0) => match named_zone(rest) {
            Some(found) => found,
            None => return Some((Stamp::Local(local_ns), used)),
        },
        found => found,
    };
    Some((Stamp::Utc(local_ns.checked_sub(offset * NS_PER_SECOND)?), used + zone_bytes))
}

/// Zone names that stand for one offset in practice, after a space: seconds east of UTC, and the bytes they take.
pub fn named_zone(rest: &[u8]) -> Option<(i64, usize)> {
    let name = rest.strip_prefix(b" ")?;
    let length = name.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if !(3..=4).contains(&length) || name.get(length).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let hours = match &name[..length] {
        b"UTC" | b"GMT" | b"WET" => 0,
        b"CET" | b"BST" | b"WEST" => 1,
        b"CEST" | b"EET" => 2,
        b"MSK" | b"EEST" => 3,
        b"JST" | b"KST" => 9,
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        _ => return None,
    };
    Some((hours * 3600, length + 1))
}

/// `Jun 14 `, `Jun  4 ` or `Jun 4 `: month, day, and the bytes up to what follows.
fn month_and_day(bytes: &[u8]) -> Option<(u32, u32, usize)> {
    let month = match bytes.get(..4)? {
        b"Jan " => 1,
        b"Feb " => 2,
        b"Mar " => 3,
        b"Apr " => 4,
        b"May " => 5,
        b"Jun " => 6,
        b"Jul " => 7,
        b"Aug " => 8,
        b"Sep " => 9,
        b"Oct " => 10,
        b"Nov " => 11,
        b"Dec " => 12,
        _ => return None,
    };
    let (day, at) = if bytes.get(4) == Some(&b' ') {
        (digit(bytes, 5)?, 6)
    } else if let Some(day) = two(bytes, 4) {
        (day, 6)
    } else {
        (digit(bytes, 4)?, 5)
    };
    (bytes.get(at) == Some(&b' ') && (1..=31).contains(&day)).then_some((month, day, at + 1))
}

/// `hh:mm:ss` with an optional fraction: nanoseconds of the day, and the bytes taken.
fn clock(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    if bytes.get(at + 2) != Some(&b':') || bytes.get(at + 5) != Some(&b':') {
        return None;
    }
    let (hour, minute, second) = (two(bytes, at)?, two(bytes, at + 3)?, two(bytes, at + 6)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second.min(59));
    let mut nanos = 0;
    let mut end = at + 8;
    if matches!(bytes.get(end), Some(b'.' | b',' | b':')) && digit(bytes, end + 1).is_some() {
        end += 1;
        let mut scale = NS_PER_SECOND / 10;
        while let Some(value) = digit(bytes, end) {
            nanos += i64::from(value) * scale;
            scale /= 10;
            end += 1;
        }
    }
    Some((seconds * NS_PER_SECOND + nanos, end - at))
}

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
