//! Times that lack a zone, a year or a date, made whole.

use crate::draft::EntryTime;
use crate::timestamp::NS_PER_SECOND;
use click_lite_model::time::{civil_from_days, from_civil};

const DAY_NS: i64 = 86_400 * NS_PER_SECOND;
const ZONES_NS: i64 = 14 * 3600 * NS_PER_SECOND;

/// Completes the times of one file. A time lies near the one before it, and not after the file's last change (but
/// for the hours that an unknown zone may make out, where only the year is missing).
#[derive(Debug, Clone)]
pub(crate) struct TimeCompleter {
    limit_local: i64,
    zone_ns: i64,
    previous_local: Option<i64>,
}

impl TimeCompleter {
    /// `limit_ns` is when the file was last changed (or now), `zone_offset_seconds` that of times without a zone.
    pub(crate) fn new(limit_ns: i64, zone_offset_seconds: i32) -> Self {
        let zone_ns = i64::from(zone_offset_seconds) * NS_PER_SECOND;
        Self { limit_local: limit_ns.saturating_add(zone_ns), zone_ns, previous_local: None }
    }

    /// Time has gone by: the file changed, or the clock of the zone.
    pub(crate) fn set_limit(&mut self, limit_ns: i64, zone_offset_seconds: i32) {
        let previous_local = self.previous_local;
        *self = Self { previous_local, ..Self::new(limit_ns, zone_offset_seconds) };
    }

    /// Nanoseconds since the epoch, UTC.
    pub(crate) fn complete(&mut self, time: EntryTime) -> Option<i64> {
        let local = match time {
            EntryTime::Missing => return None,
            EntryTime::Utc(time_ns) => return Some(time_ns),
            EntryTime::Local(local) => local,
            EntryTime::Yearless { month, day, day_ns } => {
                let (year, ..) = civil_from_days(self.anchor().div_euclid(DAY_NS));
                // Eight years reach back to a leap year for 29 February.
                self.nearest(
                    ZONES_NS,
                    (-8..=1).rev().filter_map(|step| {
                        from_civil(year + step, month, day, 0, 0, 0, 0)?.checked_add(day_ns)
                    }),
                )?
            }
            EntryTime::TimeOfDay(day_ns) => {
                let midnight = self.anchor().div_euclid(DAY_NS).checked_mul(DAY_NS)?;
                self.nearest(
                    0,
                    (-1..=1)
                        .rev()
                        .filter_map(|step| midnight.checked_add(step * DAY_NS)?.checked_add(day_ns)),
                )?
            }
        };
        self.previous_local = Some(local);
        local.checked_sub(self.zone_ns)
    }

    fn anchor(&self) -> i64 {
        self.previous_local.unwrap_or(self.limit_local)
    }

    /// Of candidates from the latest to the earliest, the one nearest to the time before; without one, the latest.
    fn nearest(&self, slack_ns: i64, candidates: impl Iterator<Item = i64>) -> Option<i64> {
        let mut possible = candidates.filter(|time| *time <= self.limit_local.saturating_add(slack_ns));
        match self.previous_local {
            None => possible.next(),
            Some(previous) => possible.min_by_key(|time| time.abs_diff(previous)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use click_lite_model::time::{format_rfc3339, parse_rfc3339};

    fn completed(limit: &str, zone_offset_seconds: i32, times: &[(u32, u32, i64)]) -> Vec<String> {
        let mut completer = TimeCompleter::new(parse_rfc3339(limit).unwrap(), zone_offset_seconds);
        times
            .iter()
            .map(|&(month, day, hour)| {
                let day_ns = hour * 3600 * NS_PER_SECOND;
                let time = completer.complete(EntryTime::Yearless { month, day, day_ns }).unwrap();
                format_rfc3339(time)[..13].to_owned()
            })
            .collect()
    }

    #[test]
    fn a_year_that_does_not_lie_in_the_future() {
        let limit = "2024-03-05T12:00:00Z";
        assert_eq!(completed(limit, 0, &[(3, 5, 11), (3, 6, 1)]), ["2024-03-05T11", "2024-03-06T01"]);
        assert_eq!(completed(limit, 0, &[(3, 7, 11)]), ["2023-03-07T11"]);
        assert_eq!(
            completed(limit, 0, &[(12, 31, 23), (1, 1, 0), (12, 31, 22)]),
            ["2023-12-31T23", "2024-01-01T00", "2023-12-31T22"]
        );
        assert_eq!(completed("2023-06-01T00:00:00Z", 0, &[(2, 29, 1)]), ["2020-02-29T01"]);
        assert_eq!(completed(limit, 3600, &[(3, 5, 11)]), ["2024-03-05T10"]);
    }

    #[test]
    fn a_day_for_times_of_day() {
        let mut completer = TimeCompleter::new(parse_rfc3339("2024-03-05T01:00:00Z").unwrap(), 0);
        let mut at = |hour: i64| {
            format_rfc3339(completer.complete(EntryTime::TimeOfDay(hour * 3600 * NS_PER_SECOND)).unwrap())
                [..13]
                .to_owned()
        };
        assert_eq!([at(23), at(0), at(23)], ["2024-03-04T23", "2024-03-05T00", "2024-03-04T23"]);
    }
}
