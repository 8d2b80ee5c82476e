use click_lite_model::time;

/// Numbers below this (1973) are counters and durations rather than times since the epoch.
const EARLIEST_EPOCH_SECONDS: f64 = 1e8;

/// Nanoseconds since the Unix epoch of a time as programs write it. Times without a zone are UTC. Known are:
///
/// - RFC 3339 and ISO 8601: `2026-11-20T08:15:30.5+01:00`, `2026-11-20 08:15:30,5`, `2026-11-20T08:15`, `2026-11-20`,
///   `20261120T081530Z`, with slashes (`2026/11/20 08:15:30`), and what Go's `time.Time` prints;
/// - a number since the epoch in seconds, milli-, micro- or nanoseconds, told apart by size, from 1973 on;
/// - with the month's name: `20/Nov/2026:08:15:30 +0000`, `Fri, 20 Nov 2026 08:15:30 GMT`, `Fri Nov 20 08:15:30 2026`.
///
/// `None` for anything else: a time without a year or with its day and month as numbers is not certain.
pub fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    if let Some((time_ns, used)) = time::parse_rfc3339_prefix(text.as_bytes()) {
        return is_zone_name(&text[used..]).then_some(time_ns);
    }
    if text.len() < 8 || text.len() > 64 {
        return None;
    }
    if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+')) {
        return parse_epoch(text);
    }
    if text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return parse_numeric_date(text);
    }
    parse_named_month(text)
}

/// What may follow a time: nothing, or the name of a zone after it or after the offset (`UTC`, `+0100 CET m=+0.1`). A
/// name alone has to mean UTC.
fn is_zone_name(rest: &str) -> bool {
    let mut words = rest.split_ascii_whitespace();
    match words.next() {
        None => true,
        Some("UTC" | "GMT" | "Z") => words.all(|word| word.starts_with("m=")),
        Some(word) => word.starts_with("m="),
    }
}

fn parse_epoch(text: &str) -> Option<i64> {
    let number: f64 = text.parse().ok()?;
    if !(EARLIEST_EPOCH_SECONDS..i64::MAX as f64).contains(&number) {
        return None;
    }
    time::from_epoch_text(text).or_else(|| {
        // Written with an exponent: 53 bits are all that there is.
        let whole = number as i64;
        let unit = time::epoch_unit_ns(whole);
        let fraction_ns = (number.fract() * unit as f64) as i64;
        whole.checked_mul(unit)?.checked_add(fraction_ns)
    })
}

/// Forms that begin with the year but are not RFC 3339: rewritten to it.
fn parse_numeric_date(text: &str) -> Option<i64> {
    let mut rewritten = String::with_capacity(72);
    let bytes = text.as_bytes();
    let date_ends = if matches!(bytes[4], b'-' | b'/' | b'.') && bytes.get(7) == Some(&bytes[4]) {
        for part in [text.get(..4)?, "-", text.get(5..7)?, "-", text.get(8..10)?] {
            rewritten.push_str(part);
        }
        10
    } else {
        for part in [text.get(..4)?, "-", text.get(4..6)?, "-", text.get(6..8)?] {
            rewritten.push_str(part);
        }
        8
    };
    rewritten.push('T');
    let rest = text.get(date_ends..)?;
    let clock = rest.strip_prefix(['T', 't', ' ', '_']).unwrap_or(rest);
    let digits = clock.bytes().take_while(u8::is_ascii_digit).count();
    if rest.is_empty() {
        rewritten.push_str("00:00:00");
    } else if rest.len() == clock.len() {
        return None;
    } else if digits == 6 {
        for part in [&clock[..2], ":", &clock[2..4], ":", &clock[4..]] {
            rewritten.push_str(part);
        }
    } else if clock.as_bytes().get(2) == Some(&b':') && clock.as_bytes().get(5) != Some(&b':') {
        // Hours and minutes only; an offset may follow.
        for part in [clock.get(..5)?, ":00", clock.get(5..)?] {
            rewritten.push_str(part);
        }
    } else {
        rewritten.push_str(clock);
    }
    let (time_ns, used) = time::parse_rfc3339_prefix(rewritten.as_bytes())?;
    is_zone_name(&rewritten[used..]).then_some(time_ns)
}

/// Forms with the month's name, their parts in any order.
fn parse_named_month(text: &str) -> Option<i64> {
    let (mut year, mut month, mut day, mut clock, mut offset_seconds) = (None, None, None, None, None);
    for word in text.split([' ', ',', '/']).filter(|word| !word.is_empty()) {
        let bytes = word.as_bytes();
        if bytes[0].is_ascii_alphabetic() {
            if let Some(number) = month_number(bytes) {
                set_once(&mut month, number)?;
            } else if matches!(word, "UTC" | "GMT" | "Z") {
                offset_seconds.get_or_insert(0);
            } else if !is_weekday(bytes) {
                return None;
            }
        } else if matches!(bytes[0], b'+' | b'-') {
            let (seconds, used) = time::parse_offset(bytes);
            if used != bytes.len() {
                return None;
            }
            set_once(&mut offset_seconds, seconds)?;
        } else if let Some((first, rest)) = word.split_once(':') {
            if first.len() == 4 {
                set_once(&mut year, first.parse().ok()?)?;
                set_once(&mut clock, rest)?;
            } else {
                set_once(&mut clock, word)?;
            }
        } else if bytes.len() == 4 {
            set_once(&mut year, word.parse().ok()?)?;
        } else {
            set_once(&mut day, word.parse::<u8>().ok()?)?;
        }
    }
    let (year, month, day, clock): (u16, u8, u8, &str) = (year?, month?, day?, clock?);
    let rewritten = format!("{year:04}-{month:02}-{day:02}T{clock}");
    time::parse_rfc3339(&rewritten)?.checked_sub(offset_seconds.unwrap_or(0) * 1_000_000_000)
}

/// `None` where there is a value already.
fn set_once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn month_number(word: &[u8]) -> Option<u8> {
    const NAMES: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let at = NAMES.iter().position(|name| is_name(word, name))?;
    u8::try_from(at + 1).ok()
}

fn is_weekday(word: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] =
        [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];
    NAMES.iter().any(|name| is_name(word, name))
}

/// Whether a word is a name or its first three letters.
fn is_name(word: &[u8], name: &[u8]) -> bool {
    word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(&name[..3])
}
