use click_lite_model::{Record, Severity};

/// Sets the severity from a level's text; a number is read by its size, as the loggers that write numbers mean it.
pub(super) fn set(record: &mut Record, key: &str, text: &str) {
    record.set_level(text);
    if text.len() <= 3
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse()
    {
        record.severity = from_number(key, number);
    }
}

/// 0 to 7 are syslog severities (RFC 5424, GELF, journald), and `priority` up to 191 a syslog priority; 10 to 69 are
/// the tens of pino, bunyan and Python, unless they are no tens and within OpenTelemetry's 1 to 24.
fn from_number(key: &str, number: u8) -> Severity {
    if number <= 7 || (key.eq_ignore_ascii_case("priority") && number <= 191) {
        return Severity::from_syslog(number);
    }
    match number {
        8 | 9 | 11..=19 | 21..=24 => Severity::from_number(number),
        10 => Severity::TRACE,
        20 => Severity::DEBUG,
        25..=39 => Severity::INFO,
        40..=49 => Severity::WARN,
        50..=59 => Severity::ERROR,
        60..=69 => Severity::FATAL,
        _ => Severity::UNSPECIFIED,
    }
}
