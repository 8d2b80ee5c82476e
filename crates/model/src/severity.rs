/// Severity as OpenTelemetry numbers it: 1 to 24, 0 where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Severity(u8);

impl Severity {
    pub const UNSPECIFIED: Self = Self(0);
    pub const TRACE: Self = Self(1);
    pub const DEBUG: Self = Self(5);
    pub const INFO: Self = Self(9);
    pub const WARN: Self = Self(13);
    pub const ERROR: Self = Self(17);
    pub const FATAL: Self = Self(21);

    /// Names of the six ranges and of the unknown one, in order of [`Self::range_index`].
    pub const RANGES: [&'static str; 7] = ["unknown", "trace", "debug", "info", "warn", "error", "fatal"];

    /// Levels that [`Self::from_text`] knows, in lower case, for those who have to list them.
    pub const TEXTS: [(Self, &'static [&'static str]); 9] = [
        (Self::TRACE, &["trace", "trc", "verbose", "vrb", "finest", "finer", "v", "silly"]),
        (
            Self::DEBUG,
            &[
                "debug", "dbg", "debg", "debug1", "debug2", "debug3", "debug4", "debug5", "fine", "config",
                "d",
            ],
        ),
        (Self::INFO, &["info", "inf", "information", "informational", "i", "log", "ok", "success"]),
        (Self(10), &["notice", "note", "n"]),
        (Self::WARN, &["warn", "warning", "wrn", "w"]),
        (Self::ERROR, &["error", "err", "eror", "e", "failure", "fail", "severe"]),
        (Self(18), &["crit", "critical", "c"]),
        (Self(19), &["alert"]),
        (Self::FATAL, &["fatal", "ftl", "f", "emerg", "emergency", "panic", "dpanic"]),
    ];

    /// A number outside 1 to 24 is [`Self::UNSPECIFIED`].
    pub fn from_number(number: u8) -> Self {
        if number <= 24 { Self(number) } else { Self::UNSPECIFIED }
    }

    /// `SeverityNumber` of the data model.
    pub fn number(self) -> u8 {
        self.0
    }

    /// 0 for unknown, 1 for trace up to 6 for fatal.
    pub fn range_index(self) -> usize {
        usize::from(self.0.div_ceil(4))
    }

    /// `unknown`, `trace`, `debug`, `info`, `warn`, `error` or `fatal`.
    pub fn range_name(self) -> &'static str {
        Self::RANGES[self.range_index()]
    }

    /// Lowest and highest number of the range with this name, in any case.
    pub fn range_numbers(name: &str) -> Option<(u8, u8)> {
        let index = Self::RANGES.iter().position(|range| range.eq_ignore_ascii_case(name))?;
        let index = u8::try_from(index).ok()?;
        Some(if index == 0 { (0, 0) } else { (index * 4 - 3, index * 4) })
    }

    /// Severity of a syslog priority or severity (RFC 5424, 6.2.1); only the low three bits count.
    /// The numbers are those of OpenTelemetry's appendix on syslog.
    pub fn from_syslog(priority: u8) -> Self {
        Self([21, 19, 18, 17, 13, 10, 9, 5][usize::from(priority & 7)])
    }

    /// Severity of a level as programs write it (`warn`, `WARNING`, `E`, `err`, `crit`, `notice`, ...), in any case.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().as_bytes();
        if text.is_empty() || text.len() > 13 {
            return None;
        }
        let mut lower = [0u8; 13];
        for (to, from) in lower.iter_mut().zip(text) {
            *to = from.to_ascii_lowercase();
        }
        let severity = match &lower[..text.len()] {
            b"trace" | b"trc" | b"verbose" | b"vrb" | b"finest" | b"finer" | b"v" | b"silly" => Self::TRACE,
            b"debug" | b"dbg" | b"debg" | b"debug5" | b"fine" | b"config" | b"d" => Self::DEBUG,
            b"debug1" | b"debug2" | b"debug3" | b"debug4" => Self::DEBUG,
            b"info" | b"inf" | b"information" | b"informational" | b"i" | b"log" | b"ok" | b"success" => {
                Self::INFO
            }
            b"notice" | b"note" | b"n" => Self(10),
            b"warn" | b"warning" | b"wrn" | b"w" => Self::WARN,
            b"error" | b"err" | b"eror" | b"e" | b"failure" | b"fail" | b"severe" => Self::ERROR,
            b"crit" | b"critical" | b"c" => Self(18),
            b"alert" => Self(19),
            b"fatal" | b"ftl" | b"f" | b"emerg" | b"emergency" | b"panic" | b"dpanic" => Self::FATAL,
            _ => return None,
        };
        Some(severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_match_the_data_model() {
        for (number, range) in [
            (0, "unknown"),
            (1, "trace"),
            (4, "trace"),
            (5, "debug"),
            (12, "info"),
            (13, "warn"),
            (20, "error"),
            (21, "fatal"),
            (24, "fatal"),
        ] {
            assert_eq!(Severity::from_number(number).range_name(), range, "{number}");
        }
        assert_eq!(Severity::range_numbers("Error"), Some((17, 20)));
        assert_eq!(Severity::range_numbers("unknown"), Some((0, 0)));
        assert_eq!(Severity::range_numbers("loud"), None);
    }

    #[test]
    fn levels_as_programs_write_them() {
        for (text, range) in [
            ("WARNING", "warn"),
            ("E", "error"),
            ("notice", "info"),
            ("CRITICAL", "error"),
            ("panic", "fatal"),
            (" info ", "info"),
        ] {
            assert_eq!(Severity::from_text(text).map(Severity::range_name), Some(range), "{text}");
        }
        for (severity, texts) in Severity::TEXTS {
            for text in texts {
                assert_eq!(Severity::from_text(text), Some(severity), "{text}");
            }
        }
        assert_eq!(Severity::from_text("informationally"), None);
        assert_eq!(Severity::from_text(""), None);
    }
}
