//! When a job runs, and which span of time it is about.

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, Unit, Zoned, ZonedRound};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::error::ApiError;

/// A whole span of the calendar, in the time zone of its job. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExportPeriod)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Hour,
    Day,
    Week,
    Month,
}

/// A cron expression of five fields (minute, hour, day of the month, month, day of the week) in a time zone.
///
/// What the clock skips in spring is done when it has moved on; what it shows twice in autumn, such as half past two, once.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// # Errors
    /// 400 `export_job.schedule`, `export_job.time_zone`.
    pub fn parse(schedule: &str, time_zone: &str) -> Result<Self, ApiError> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(schedule.trim()).map_err(|error| {
            let fields = schedule.split_whitespace().count();
            let reason = match error {
                _ if fields == 0 => "it is empty".to_owned(),
                _ if fields != 5 && !schedule.trim().starts_with('@') => {
                    format!("it has {fields} fields in place of five")
                }
                CronError::InvalidPattern(reason)
                | CronError::IllegalCharacters(reason)
                | CronError::ComponentError(reason) => reason.trim_end_matches('.').to_owned(),
                other => other.to_string().trim_end_matches('.').to_owned(),
            };
            ApiError::bad_request(
                "export_job.schedule",
                format!(
                    "`{schedule}` is no schedule: {reason}. Write minute, hour, day of the month, month and day of the \
                     week, such as `0 7 * * 1-5` for seven o'clock on working days"
                ),
            )
        })?;
        let zone = TimeZone::get(time_zone).map_err(|_| {
            ApiError::bad_request(
                "export_job.time_zone",
                format!(
                    "there is no time zone `{time_zone}`: write a name such as `Europe/Berlin`, or `UTC`"
                ),
            )
        })?;
        let schedule_of = Self { cron, zone };
        if schedule_of.next_after(0).is_none() {
            return Err(ApiError::bad_request(
                "export_job.schedule",
                format!("`{schedule}` never comes: no such day is in the calendar"),
            ));
        }
        Ok(schedule_of)
    }

    fn zoned(&self, time_ns: i64) -> Option<Zoned> {
        Some(Timestamp::from_nanosecond(i128::from(time_ns)).ok()?.to_zoned(self.zone.clone()))
    }

    /// The first time after this one, in nanoseconds since the Unix epoch; `None` where there is none.
    pub fn next_after(&self, time_ns: i64) -> Option<i64> {
        let next = self.cron.find_next_occurrence(&self.zoned(time_ns)?, false).ok()?;
        nanoseconds(&next)
    }

    /// The last time that is not after this one.
    pub fn last_until(&self, time_ns: i64) -> Option<i64> {
        let last = self.cron.find_previous_occurrence(&self.zoned(time_ns)?, true).ok()?;
        nanoseconds(&last)
    }

    /// The whole hour, day, week or month that ended last before this time, or at it: start and exclusive end.
    pub fn period_before(&self, period: Period, time_ns: i64) -> Option<(i64, i64)> {
        let end = self.start_of(period, &self.zoned(time_ns)?)?;
        let length: Span = match period {
            Period::Hour => 1.hour(),
            Period::Day => 1.day(),
            Period::Week => 1.week(),
            Period::Month => 1.month(),
        };
        // By way of the moment before: a day has 23 to 25 hours.
        let before = end.checked_sub(length).ok()?;
        let start = self.start_of(period, &before)?;
        Some((nanoseconds(&start)?, nanoseconds(&end)?))
    }

    fn start_of(&self, period: Period, time: &Zoned) -> Option<Zoned> {
        let date = time.date();
        let first = match period {
            Period::Hour => {
                let whole = ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc);
                return time.round(whole).ok();
            }
            Period::Day => date,
            Period::Week => {
                date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?
            }
            Period::Month => date.first_of_month(),
        };
        first.to_datetime(Time::midnight()).to_zoned(self.zone.clone()).ok()
    }

    /// A time as a part of a file's name, such as `2026-11-28 0700`.
    pub fn stamp(&self, time_ns: i64) -> String {
        self.zoned(time_ns).map(|time| time.strftime("%Y-%m-%d %H%M").to_string()).unwrap_or_default()
    }
}

fn nanoseconds(time: &Zoned) -> Option<i64> {
    i64::try_from(time.timestamp().as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use click_lite_model::time::parse_rfc3339;

    use super::*;

    fn ns(text: &str) -> i64 {
        parse_rfc3339(text).expect("a time")
    }

    /// As people write it.
    fn format(time_ns: i64) -> String {
        Timestamp::from_nanosecond(time_ns.into()).expect("a time").to_string()
    }

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, zone).expect("a schedule")
    }

    #[test]
    fn a_schedule_follows_the_clock_on_the_wall() {
        let daily = schedule("0 7 * * *", "Europe/Berlin");
        let next = |from: &str| format(daily.next_after(ns(from)).expect("a time"));
        assert_eq!(next("2026-07-01T00:00:00Z"), "2026-07-01T05:00:00Z");
        assert_eq!(next("2026-07-01T05:00:00Z"), "2026-07-02T05:00:00Z");
        assert_eq!(next("2026-12-01T00:00:00Z"), "2026-12-01T06:00:00Z");
        let last = daily.last_until(ns("2026-07-01T05:00:00Z")).expect("a time");
        assert_eq!(format(last), "2026-07-01T05:00:00Z");
        // Of the clock as it is read.
        let last = daily.last_until(ns("2026-07-01T05:00:00.250000001Z")).expect("a time");
        assert_eq!(format(last), "2026-07-01T05:00:00Z");
        assert_eq!(next("2026-07-01T04:59:59.999999999Z"), "2026-07-01T05:00:00Z");
        assert_eq!(next("2026-07-01T05:00:00.000000001Z"), "2026-07-02T05:00:00Z");
    }

    #[test]
    fn what_the_clock_skips_is_done_and_what_it_shows_twice_once() {
        let night = schedule("30 2 * * *", "Europe/Berlin");
        let mut time = ns("2026-03-28T12:00:00Z");
        let mut times = Vec::new();
        for _ in 0..2 {
            time = night.next_after(time).expect("a time");
            times.push(format(time));
        }
        // 2026-03-29 has no half past two.
        assert_eq!(times, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        let autumn = night.next_after(ns("2026-10-24T12:00:00Z")).expect("a time");
        assert_eq!(format(autumn), "2026-10-25T00:30:00Z");
        let after = night.next_after(autumn).expect("a time");
        assert_eq!(format(after), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn periods_are_those_of_the_calendar() {
        let berlin = schedule("0 7 * * *", "Europe/Berlin");
        let period = |period, at: &str| {
            let (from, to) = berlin.period_before(period, ns(at)).expect("a span");
            (format(from), format(to))
        };
        let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        // The day on which the clock goes back has 25 hours.
        assert_eq!(
            period(Period::Day, "2026-10-26T06:00:00Z"),
            span("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
        );
        assert_eq!(
            period(Period::Hour, "2026-10-25T01:30:00Z"),
            span("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")
        );
        assert_eq!(
            period(Period::Week, "2026-11-28T06:00:00Z"),
            span("2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z")
        );
        assert_eq!(
            period(Period::Month, "2026-11-01T00:00:00Z"),
            span("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for (cron, zone, code) in [
            ("0 7 * *", "UTC", "export_job.schedule"),
            ("61 7 * * *", "UTC", "export_job.schedule"),
            ("0 0 7 * * *", "UTC", "export_job.schedule"),
            ("0 0 31 2 *", "UTC", "export_job.schedule"),
            ("0 7 * * *", "Mars/Olympus", "export_job.time_zone"),
        ] {
            assert_eq!(Schedule::parse(cron, zone).expect_err(cron).code, code, "{cron}");
        }
        let said = |cron: &str| Schedule::parse(cron, "UTC").expect_err(cron).message;
        assert!(said("*/5 * * *").contains("it has 4 fields in place of five."), "{}", said("*/5 * * *"));
        assert!(said(" ").contains("it is empty."), "{}", said(" "));
        assert!(!said("61 7 * * *").contains(".."), "{}", said("61 7 * * *"));
        assert!(Schedule::parse("@hourly", "UTC").is_ok());
    }

    #[test]
    fn files_are_named_by_the_clock_on_the_wall() {
        assert_eq!(schedule("0 7 * * *", "Asia/Tokyo").stamp(ns("2026-11-27T22:00:00Z")), "2026-11-28 0700");
    }
}
