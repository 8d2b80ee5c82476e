//! Times as people write them: RFC 3339, dates, numbers since the epoch, and times relative to now.

use click_lite_model::time;

use crate::{ErrorKind, QueryError, Span};

/// Half-open span of time in nanoseconds since the Unix epoch, UTC; an open side has no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// Inclusive.
    pub from_ns: Option<i64>,
    /// Exclusive.
    pub to_ns: Option<i64>,
}

impl TimeRange {
    /// All time.
    pub const ALL: Self = Self { from_ns: None, to_ns: None };

    /// Reads the two sides of a range; an absent or empty text leaves its side open.
    ///
    /// # Errors
    /// `query.time` with the position inside the text of the side that is wrong, which the message names, or where
    /// `from` is later than `to`.
    pub fn parse(from: Option<&str>, to: Option<&str>, now_ns: i64) -> Result<Self, QueryError> {
        let side = |name: &str, text: Option<&str>| match text.map(str::trim).filter(|text| !text.is_empty())
        {
            None => Ok(None),
            Some(text) => parse_time(text, now_ns).map(|point| Some(point.start_ns)).map_err(|mut error| {
                error.message = format!("{name}: {}", error.message);
                error
            }),
        };
        let range = Self { from_ns: side("from", from)?, to_ns: side("to", to)? };
        if let (Some(from_ns), Some(to_ns)) = (range.from_ns, range.to_ns)
            && from_ns > to_ns
        {
            return Err(QueryError::new(ErrorKind::Time, Span::default(), "from is later than to")
                .hint("swap the two times"));
        }
        Ok(range)
    }

    pub fn contains(&self, time_ns: i64) -> bool {
        self.from_ns.is_none_or(|from_ns| time_ns >= from_ns)
            && self.to_ns.is_none_or(|to_ns| time_ns < to_ns)
    }
}

/// Widths of buckets that people read easily, in milliseconds: 1 ms up to 30 days.
const WIDTHS_MS: [u64; 30] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    2_592_000_000,
];

/// The narrowest round width with which the range has at most this many buckets, in milliseconds.
pub fn bucket_width_ms(range: TimeRange, buckets: u64) -> u64 {
    let (Some(from_ns), Some(to_ns)) = (range.from_ns, range.to_ns) else { return WIDTHS_MS[0] };
    let span_ms = u64::try_from(to_ns.saturating_sub(from_ns) / 1_000_000).unwrap_or(0);
    let least = span_ms.div_ceil(buckets.max(1));
    let widest = WIDTHS_MS[WIDTHS_MS.len() - 1];
    WIDTHS_MS.into_iter().find(|width| *width >= least).unwrap_or_else(|| least.div_ceil(widest) * widest)
}

/// What a written time covers: a date its day, a second that second, anything finer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimePoint {
    pub start_ns: i64,
    /// Exclusive.
    pub end_ns: i64,
}

const SECOND_NS: i64 = 1_000_000_000;
const MINUTE_NS: i64 = 60 * SECOND_NS;
const HOUR_NS: i64 = 60 * MINUTE_NS;
const DAY_NS: i64 = 24 * HOUR_NS;

/// Reads `2026-11-20T08:15:30.5Z`, `2026-11-20T08:15`, `2026-11-20`, `now`, `now-15m`, `-15m`, `now-1d/d` or a number
/// since the epoch (seconds, milliseconds, microseconds or nanoseconds by its size). Without a zone it is UTC.
/// Units: `ns us ms s m h d w M y`; `/unit` rounds down to the start of that unit (weeks start on Monday).
///
/// # Errors
/// `query.time`, with the position inside `text`.
pub fn parse_time(text: &str, now_ns: i64) -> Result<TimePoint, QueryError> {
    let point =
        |start_ns: i64, length_ns: i64| TimePoint { start_ns, end_ns: start_ns.saturating_add(length_ns) };
    if text.starts_with("now") || text.starts_with('-') || text.starts_with('+') {
        return Relative { text, at: if text.starts_with("now") { 3 } else { 0 }, time_ns: now_ns }.read();
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.is_empty() {
        return time::from_epoch_text(text)
            .map(|start_ns| point(start_ns, 1))
            .ok_or_else(|| wrong(text, Span::new(0, text.len()), "this number is no time since 1970"));
    }
    if let Some(start_ns) = time::parse_rfc3339(text) {
        let has_fraction = text.as_bytes().get(19).is_some_and(|byte| matches!(byte, b'.' | b','));
        return Ok(point(start_ns, if has_fraction { 1 } else { SECOND_NS }));
    }
    let bytes = text.as_bytes();
    if text.is_ascii() {
        // A date, or a date with hours and minutes: completed to the full form.
        let (completed, length_ns) = match bytes.len() {
            10 => (format!("{text}T00:00:00Z"), DAY_NS),
            16 => (format!("{text}:00Z"), MINUTE_NS),
            17 if text.ends_with('Z') => (format!("{}:00Z", &text[..16]), MINUTE_NS),
            _ => (String::new(), 0),
        };
        if let Some(start_ns) = time::parse_rfc3339(&completed) {
            return Ok(point(start_ns, length_ns));
        }
        if let Some((_, used)) = time::parse_rfc3339_prefix(bytes) {
            return Err(wrong(text, Span::new(used, bytes.len()), "there is more text after the time"));
        }
    }
    Err(wrong(text, Span::new(0, text.chars().count()), "this is no time"))
}

fn wrong(text: &str, span: Span, problem: &str) -> QueryError {
    let length = text.chars().count();
    let span = Span::new(span.start.min(length), span.end.min(length));
    QueryError::new(ErrorKind::Time, span, format!("{problem}: {text}"))
        .expect(&["2026-11-20T08:15:00Z", "2026-11-20", "now-15m"])
        .hint("write RFC 3339, a date, a number since 1970, or a time relative to now such as now-15m or now-1d/d")
}

/// Reader of `now`, then any number of `+N unit`, `-N unit` and `/unit`.
struct Relative<'a> {
    text: &'a str,
    /// In bytes; what is read is ASCII, so characters count the same.
    at: usize,
    time_ns: i64,
}

impl Relative<'_> {
    fn read(mut self) -> Result<TimePoint, QueryError> {
        while let Some(&sign) = self.text.as_bytes().get(self.at) {
            let start = self.at;
            self.at += 1;
            match sign {
                b'/' => {
                    let unit = self.unit()?;
                    self.time_ns = round_down(self.time_ns, unit).ok_or_else(|| self.beyond(start))?;
                }
                b'+' | b'-' => {
                    let digits = self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
                    let Ok(number) = self.text[self.at..self.at + digits].parse::<i64>() else {
                        return Err(wrong(
                            self.text,
                            Span::new(start, self.at + digits.max(1)),
                            "a number is missing after the sign",
                        ));
                    };
                    self.at += digits;
                    let unit = self.unit()?;
                    let number = if sign == b'-' { -number } else { number };
                    self.time_ns = shift(self.time_ns, number, unit).ok_or_else(|| self.beyond(start))?;
                }
                _ => {
                    let end = self.text.chars().count();
                    return Err(wrong(self.text, Span::new(start, end), "only +, - or / can follow"));
                }
            }
        }
        Ok(TimePoint { start_ns: self.time_ns, end_ns: self.time_ns.saturating_add(1) })
    }

    fn unit(&mut self) -> Result<&'static str, QueryError> {
        let rest = &self.text[self.at..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = ["ns", "us", "ms", "s", "m", "h", "d", "w", "M", "y"]
            .into_iter()
            .find(|&unit| unit == &rest[..letters])
            .ok_or_else(|| {
                wrong(self.text, Span::new(self.at, self.at + letters.max(1)), "this is no unit of time")
                    .expect(&["s", "m", "h", "d", "w", "M", "y"])
            })?;
        self.at += letters;
        Ok(unit)
    }

    fn beyond(&self, start: usize) -> QueryError {
        wrong(self.text, Span::new(start, self.at), "the time is beyond the years 1678 to 2261")
    }
}

fn unit_ns(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND_NS,
        "m" => MINUTE_NS,
        "h" => HOUR_NS,
        "d" => DAY_NS,
        "w" => 7 * DAY_NS,
        _ => return None,
    })
}

fn shift(time_ns: i64, number: i64, unit: &str) -> Option<i64> {
    if let Some(unit_ns) = unit_ns(unit) {
        return time_ns.checked_add(number.checked_mul(unit_ns)?);
    }
    let (year, month, day) = time::civil_from_days(time_ns.div_euclid(DAY_NS));
    let months = number.checked_mul(if unit == "y" { 12 } else { 1 })?;
    let month_index = (year * 12 + i64::from(month) - 1).checked_add(months)?;
    let (year, month) = (month_index.div_euclid(12), u32::try_from(month_index.rem_euclid(12)).ok()? + 1);
    if !(1600..=2300).contains(&year) {
        return None;
    }
    let day = day.min(time::days_in_month(year, month));
    time::days_from_civil(year, month, day).checked_mul(DAY_NS)?.checked_add(time_ns.rem_euclid(DAY_NS))
}

fn round_down(time_ns: i64, unit: &str) -> Option<i64> {
    let days = time_ns.div_euclid(DAY_NS);
    let (year, month, _) = time::civil_from_days(days);
    let day = match unit {
        "y" => time::days_from_civil(year, 1, 1),
        "M" => time::days_from_civil(year, month, 1),
        // 1970-01-01 was a Thursday.
        "w" => days - (days + 3).rem_euclid(7),
        _ => {
            let unit_ns = unit_ns(unit)?;
            return Some(time_ns.div_euclid(unit_ns) * unit_ns);
        }
    };
    day.checked_mul(DAY_NS)
}

#[cfg(test)]
mod tests;
