//! Alarms: what an operator should look at before it becomes a loss of service.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use click_lite_spool::Stats;
use serde::Serialize;
use utoipa::ToSchema;

/// Shares of a limit at which an alarm begins.
const WARNING_SHARE: f64 = 0.7;
const CRITICAL_SHARE: f64 = 0.9;
/// An alarm ends that far below where it began, so that it does not come and go.
const CALM_SHARE: f64 = 0.05;
/// So many times the age of the first alarm are critical.
const CRITICAL_AGES: u32 = 12;

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alarm {
    /// Stable: `spool.size`, `spool.age`, `spool.dead_letters`, `exports.failing`.
    pub code: &'static str,
    /// `warning`, or `critical` where records are refused or soon will be.
    pub level: &'static str,
    pub message: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    #[default]
    None,
    Warning,
    Critical,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// By the share of a limit that is used. `before` is the level until now.
    fn of_share(share: f64, before: Self) -> Self {
        let begins = |level: Self, at: f64| share >= if before >= level { at - CALM_SHARE } else { at };
        if begins(Self::Critical, CRITICAL_SHARE) {
            Self::Critical
        } else if begins(Self::Warning, WARNING_SHARE) {
            Self::Warning
        } else {
            Self::None
        }
    }
}

/// What alarms are raised from.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    pub spool: Stats,
    /// Free bytes of the spool's disk; `None` where the system does not say.
    pub free_bytes: Option<u64>,
    /// Refused batches that wait in the spool for room in the dead letters.
    pub parked: u64,
    /// Scheduled exports whose last run failed.
    pub failing_exports: u64,
    /// Age from which the oldest record is an alarm.
    pub alarm_age: Duration,
}

/// The alarms of a server. Each change is logged once.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<Raised>);

#[derive(Debug, Default)]
struct Raised {
    size: Level,
    age: Level,
    dead_letters: Level,
    exports: Level,
    alarms: Vec<Alarm>,
}

impl Alarms {
    /// The alarms of the last look, the worst first.
    pub fn current(&self) -> Vec<Alarm> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).alarms.clone()
    }

    /// Raises and ends alarms.
    pub fn look(&self, situation: &Situation) {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (size, size_message) = size(situation, raised.size);
        let (age, age_message) = age(situation);
        let (dead_letters, dead_letters_message) = dead_letters(situation, raised.dead_letters);
        let (exports, exports_message) = exports(situation);
        let mut alarms = Vec::new();
        for (code, level, before, message) in [
            ("spool.size", size, raised.size, size_message),
            ("spool.age", age, raised.age, age_message),
            ("spool.dead_letters", dead_letters, raised.dead_letters, dead_letters_message),
            ("exports.failing", exports, raised.exports, exports_message),
        ] {
            if level != before {
                tell(code, level, &message);
            }
            metrics::gauge!("click_lite_alarm", "code" => code).set(f64::from(level as u8));
            if level > Level::None {
                alarms.push(Alarm { code, level: level.name(), message });
            }
        }
        alarms.sort_by_key(|alarm| alarm.level != Level::Critical.name());
        *raised = Raised { size, age, dead_letters, exports, alarms };
    }
}

fn tell(code: &str, level: Level, message: &str) {
    match level {
        Level::None => tracing::info!(alarm.code = code, "the alarm is over"),
        Level::Warning => tracing::warn!(alarm.code = code, "{message}"),
        Level::Critical => tracing::error!(alarm.code = code, "{message}"),
    }
}

fn size(situation: &Situation, before: Level) -> (Level, String) {
    let spool = &situation.spool;
    // A disk that is nearly full is the lower limit.
    let room = situation.free_bytes.unwrap_or(u64::MAX).saturating_add(spool.pending_bytes);
    let limit = spool.limit_bytes.min(room).max(1);
    let level = Level::of_share(spool.pending_bytes as f64 / limit as f64, before);
    let consequence = if room < spool.limit_bytes {
        "there is no more room on the disk: free some, or look why ClickHouse does not take them"
    } else {
        "when it is full, senders are told to wait: look why ClickHouse does not take them, or raise spool.max_bytes"
    };
    let message = format!(
        "the spool holds {} MB of at most {} MB of records that ClickHouse does not have yet; {consequence}",
        spool.pending_bytes / 1_000_000,
        limit / 1_000_000,
    );
    (level, message)
}

fn age(situation: &Situation) -> (Level, String) {
    let oldest = situation.spool.oldest_age.unwrap_or_default();
    let level = if oldest >= situation.alarm_age * CRITICAL_AGES {
        Level::Critical
    } else if oldest >= situation.alarm_age {
        Level::Warning
    } else {
        Level::None
    };
    let message = format!(
        "the oldest record waits for ClickHouse for {} min (alarm from {} s): records arrive and are safe, but can't be \
         searched yet",
        oldest.as_secs() / 60,
        situation.alarm_age.as_secs()
    );
    (level, message)
}

fn dead_letters(situation: &Situation, before: Level) -> (Level, String) {
    let spool = &situation.spool;
    let share = spool.dead_bytes as f64 / spool.dead_limit_bytes.max(1) as f64;
    let level = if situation.parked > 0 {
        Level::Critical
    } else if spool.dead_letters > 0 {
        Level::of_share(share, before).max(Level::Warning)
    } else {
        Level::None
    };
    let full = match situation.parked {
        0 => String::new(),
        parked => format!("; there is no room for more, and {parked} refused batches stay in the spool"),
    };
    let message = format!(
        "{} dead letters ({} MB of at most {} MB) hold records that ClickHouse refused or the disk damaged{full}: look \
         at the reasons, then send them again or delete them",
        spool.dead_letters,
        spool.dead_bytes / 1_000_000,
        spool.dead_limit_bytes / 1_000_000,
    );
    (level, message)
}

fn exports(situation: &Situation) -> (Level, String) {
    let failing = situation.failing_exports;
    let level = if failing > 0 { Level::Warning } else { Level::None };
    let what =
        if failing == 1 { "a scheduled export".to_owned() } else { format!("{failing} scheduled exports") };
    (level, format!("{what} failed when last run: look at the reasons under Exports"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    fn calm() -> Situation {
        Situation {
            spool: Stats {
                pending_bytes: 0,
                pending_rows: 0,
                pending_frames: 0,
                limit_bytes: 1000 * MB,
                outstanding_cuts: 0,
                oldest_age: None,
                sources: 0,
                corrupt_frames: 0,
                dead_letters: 0,
                dead_bytes: 0,
                dead_limit_bytes: 100 * MB,
            },
            free_bytes: Some(1 << 40),
            parked: 0,
            failing_exports: 0,
            alarm_age: Duration::from_secs(300),
        }
    }

    fn codes(alarms: &Alarms) -> Vec<(&'static str, &'static str)> {
        alarms.current().iter().map(|alarm| (alarm.code, alarm.level)).collect()
    }

    #[test]
    fn a_filling_spool_is_told_well_before_it_is_full() {
        let alarms = Alarms::default();
        let mut situation = calm();
        for (pending, level) in [
            (690, None),
            (700, Some("warning")),
            (660, Some("warning")),
            (640, None),
            (900, Some("critical")),
            (860, Some("critical")),
            (840, Some("warning")),
        ] {
            situation.spool.pending_bytes = pending * MB;
            alarms.look(&situation);
            let expected: Vec<_> = level.into_iter().map(|level| ("spool.size", level)).collect();
            assert_eq!(codes(&alarms), expected, "{pending}");
        }
    }

    #[test]
    fn a_disk_that_is_full_sooner_counts() {
        let alarms = Alarms::default();
        let mut situation = calm();
        (situation.spool.pending_bytes, situation.free_bytes) = (80 * MB, Some(5 * MB));
        alarms.look(&situation);
        assert_eq!(codes(&alarms), [("spool.size", "critical")]);
        assert!(
            alarms.current()[0].message.contains("85 MB") && alarms.current()[0].message.contains("disk")
        );
    }

    #[test]
    fn old_records_and_dead_letters_are_told() {
        let alarms = Alarms::default();
        let mut situation = calm();
        situation.spool.oldest_age = Some(Duration::from_secs(299));
        alarms.look(&situation);
        assert_eq!(codes(&alarms), []);
        situation.spool.oldest_age = Some(Duration::from_secs(301));
        (situation.spool.dead_letters, situation.spool.dead_bytes) = (1, MB);
        alarms.look(&situation);
        assert_eq!(codes(&alarms), [("spool.age", "warning"), ("spool.dead_letters", "warning")]);
        (situation.parked, situation.failing_exports) = (2, 1);
        alarms.look(&situation);
        assert_eq!(
            codes(&alarms),
            [("spool.dead_letters", "critical"), ("spool.age", "warning"), ("exports.failing", "warning")]
        );
        alarms.look(&calm());
        assert_eq!(codes(&alarms), []);
    }
}
