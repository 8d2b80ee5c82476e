//! Numbers with a unit: durations and sizes.

/// What a number such as `1.5`, `500ms` or `2MB` means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Quantity {
    Plain(f64),
    Seconds(f64),
    Bytes(f64),
}

/// Units of durations, in seconds.
pub(crate) const DURATION_UNITS: [(&str, f64); 10] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
    ("w", 604_800.0),
];

/// Units of sizes, in bytes, in any case.
pub(crate) const SIZE_UNITS: [(&str, f64); 9] = [
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("tb", 1e12),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("tib", 1_099_511_627_776.0),
];

/// Reads a number, with a unit or without.
pub(crate) fn quantity(text: &str) -> Option<Quantity> {
    if let Some(number) = number(text) {
        return Some(Quantity::Plain(number));
    }
    let unit_start = text.trim_end_matches(|character: char| character.is_alphabetic()).len();
    let (digits, unit) = text.split_at(unit_start);
    let number = number(digits)?;
    let seconds = DURATION_UNITS.iter().find(|(name, _)| *name == unit);
    if let Some((_, seconds)) = seconds {
        return Some(Quantity::Seconds(number * seconds));
    }
    let bytes = SIZE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
    bytes.map(|(_, bytes)| Quantity::Bytes(number * bytes))
}

/// A finite number as people write it; words such as `inf` are none.
pub(crate) fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

/// A duration longer than nothing, in milliseconds: the width of a bucket, a distance in time.
pub(crate) fn duration_ms(text: &str) -> Option<u64> {
    match quantity(text)? {
        // The longest is a hundred years, so the number is exact.
        Quantity::Seconds(seconds) if (0.001..=3_155_760_000.0).contains(&seconds) => {
            Some((seconds * 1000.0).round() as u64)
        }
        _ => None,
    }
}

/// The unit that the last part of a field's name tells, in seconds or bytes: `duration_ms`, `latency.us`, `body_bytes`.
pub(crate) fn unit_of_name(field: &str) -> Option<Quantity> {
    let parts: Vec<&str> = field.split(['_', '.', '-']).collect();
    // A field that is called `s` alone may be anything.
    let last = parts.last().filter(|last| parts.len() > 1 || last.len() >= 5)?.to_ascii_lowercase();
    let seconds = match last.as_str() {
        "ns" | "nanos" | "nanoseconds" => 1e-9,
        "us" | "micros" | "microseconds" => 1e-6,
        "ms" | "millis" | "milliseconds" | "msec" => 1e-3,
        "s" | "sec" | "secs" | "seconds" => 1.0,
        "min" | "minutes" => 60.0,
        "hours" => 3600.0,
        _ => {
            let bytes = match last.as_str() {
                "bytes" => 1.0,
                "kb" => 1e3,
                "mb" => 1e6,
                "gb" => 1e9,
                "kib" => 1024.0,
                "mib" => 1_048_576.0,
                "gib" => 1_073_741_824.0,
                _ => return None,
            };
            return Some(Quantity::Bytes(bytes));
        }
    };
    Some(Quantity::Seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_and_without_units() {
        for (text, expected) in [
            ("500", Some(Quantity::Plain(500.0))),
            ("-1.5e3", Some(Quantity::Plain(-1500.0))),
            ("500ms", Some(Quantity::Seconds(0.5))),
            ("1.5h", Some(Quantity::Seconds(5400.0))),
            ("2MB", Some(Quantity::Bytes(2e6))),
            ("2MiB", Some(Quantity::Bytes(2_097_152.0))),
            ("2XB", None),
            ("ms", None),
            ("inf", None),
            ("", None),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
    }

    #[test]
    fn names_tell_units() {
        assert_eq!(unit_of_name("duration_ms"), Some(Quantity::Seconds(1e-3)));
        assert_eq!(unit_of_name("http.request.body_bytes"), Some(Quantity::Bytes(1.0)));
        assert_eq!(unit_of_name("ms"), None);
        assert_eq!(unit_of_name("status"), None);
    }
}
