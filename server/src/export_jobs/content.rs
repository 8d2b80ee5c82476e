//! What a job is made of, and what it may be.

use click_lite_catalog::ExportJobEntry;
use click_lite_model::time::format_rfc3339;
use click_lite_query::TimeRange;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use utoipa::ToSchema;

use super::schedule::{Period, Schedule};
use crate::http::error::ApiError;
use crate::read::export::{ExportQuestion, ExportRequest, Format, plain_name};

const LONGEST_NAME: usize = 100;
const MOST_FILES: u32 = 10_000;

/// An export that runs by a schedule, as one writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExportJobContent)]
pub struct Content {
    /// Also of its files, which have the time of the run behind it.
    pub name: String,
    /// Whether it runs by itself.
    #[serde(default = "default_enabled")]
    pub enabled: bool,
    /// A cron expression of five fields, such as `0 7 * * 1-5`, or `@hourly`, `@daily`, `@weekly`, `@monthly`.
    pub schedule: String,
    /// Of the schedule and the period: an IANA name, such as `Europe/Berlin`.
    #[serde(default = "default_time_zone")]
    pub time_zone: String,
    /// The records are those of the whole hour, day, week or month before the run, in place of `from` and `to`. Those are
    /// counted from the time of the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    #[serde(flatten)]
    pub what: ExportQuestion,
    /// Files that are kept; older ones are deleted.
    #[serde(default = "default_keep_files")]
    pub keep_files: u32,
}

fn default_enabled() -> bool {
    true
}

fn default_time_zone() -> String {
    "UTC".to_owned()
}

fn default_keep_files() -> u32 {
    30
}

impl Content {
    /// Reads what [`Self::to_text`] wrote.
    pub fn of(entry: &ExportJobEntry) -> Result<Self, ApiError> {
        serde_json::from_str(&entry.content).map_err(|error| ApiError::internal(&error))
    }

    pub fn to_text(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(|error| ApiError::internal(&error))
    }

    /// A job of which only the time is known.
    pub fn of_schedule(
        schedule: String,
        time_zone: String,
        period: Option<Period>,
        from: Option<String>,
        to: Option<String>,
    ) -> Self {
        let what = ExportQuestion {
            query: Some(String::new()),
            sql: None,
            format: Format::Csv,
            from,
            to,
            source: None,
            params: Map::new(),
            columns: None,
            limit: None,
        };
        let (enabled, keep_files) = (default_enabled(), default_keep_files());
        Self { name: "preview".to_owned(), enabled, schedule, time_zone, period, what, keep_files }
    }

    pub fn schedule(&self) -> Result<Schedule, ApiError> {
        Schedule::parse(&self.schedule, &self.time_zone)
    }

    /// Checks everything but the question itself.
    ///
    /// # Errors
    /// 400 `export_job.*`, which says what is wrong.
    pub fn check(&self, now_ns: i64) -> Result<Schedule, ApiError> {
        let wrong = |code: &str, message: &str| Err(ApiError::bad_request(code, message));
        if plain_name(&self.name).is_empty() || self.name.chars().count() > LONGEST_NAME {
            return wrong("export_job.name", "give the export a name of 1 to 100 characters");
        }
        if !(1..=MOST_FILES).contains(&self.keep_files) {
            return wrong("export_job.keep_files", "keep between 1 and 10,000 files");
        }
        if self.period.is_some() && (self.what.from.is_some() || self.what.to.is_some()) {
            return wrong("export_job.period", "send either `period`, or `from` and `to`");
        }
        let schedule = self.schedule()?;
        self.span(&schedule, now_ns)?;
        Ok(schedule)
    }

    /// The range of a run that was planned for this time, as RFC 3339; an open side has no bound.
    pub fn span(
        &self,
        schedule: &Schedule,
        planned_ns: i64,
    ) -> Result<(Option<String>, Option<String>), ApiError> {
        let range = match self.period {
            Some(period) => {
                let span = schedule.period_before(period, planned_ns);
                let (from_ns, to_ns) = span.ok_or_else(|| {
                    ApiError::bad_request("export_job.period", "the period is before all time")
                })?;
                TimeRange { from_ns: Some(from_ns), to_ns: Some(to_ns) }
            }
            None => TimeRange::parse(self.what.from.as_deref(), self.what.to.as_deref(), planned_ns)
                .map_err(|error| ApiError::bad_request("export_job.range", error.to_string()))?,
        };
        Ok((range.from_ns.map(format_rfc3339), range.to_ns.map(format_rfc3339)))
    }

    /// What is asked at a run that was planned for this time.
    pub fn request(
        &self,
        schedule: &Schedule,
        planned_ns: i64,
        query_id: &str,
    ) -> Result<ExportRequest, ApiError> {
        let (from, to) = self.span(schedule, planned_ns)?;
        Ok(ExportRequest {
            what: ExportQuestion { from, to, ..self.what.clone() },
            name: Some(self.name.clone()),
            query_id: Some(query_id.to_owned()),
            // Who scheduled it wants it, whatever it reads.
            budget: crate::read::BudgetRequest { confirmed: true },
            group: Some("export-jobs".to_owned()),
        })
    }

    /// The file of such a run, without its ending.
    pub fn file_name(&self, schedule: &Schedule, planned_ns: i64) -> String {
        format!("{} {}", plain_name(&self.name), schedule.stamp(planned_ns))
    }
}

#[cfg(test)]
mod tests {
    use click_lite_model::time::parse_rfc3339;
    use serde_json::json;

    use super::*;

    fn content(change: serde_json::Value) -> Content {
        let mut content = json!({
            "name": "Errors", "schedule": "0 7 * * *", "query": "level:error", "format": "csv"
        });
        for (key, value) in change.as_object().expect("an object") {
            content[key] = value.clone();
        }
        serde_json::from_value(content).expect("a job")
    }

    #[test]
    fn what_is_not_said_has_a_sensible_value() {
        let job = content(json!({}));
        assert_eq!((job.enabled, job.time_zone.as_str(), job.keep_files), (true, "UTC", 30));
        let again: Content = serde_json::from_str(&job.to_text().expect("a text")).expect("a job");
        assert_eq!(again, job);
    }

    #[test]
    fn the_range_is_counted_from_the_time_of_the_schedule() {
        let at = parse_rfc3339("2026-11-28T07:00:00Z").expect("a time");
        let span = |job: &Content| job.span(&job.schedule().expect("a schedule"), at).expect("a span");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            span(&content(json!({"from": "now-1d/d", "to": "now/d"}))),
            (text("2026-11-27T00:00:00.000000000Z"), text("2026-11-28T00:00:00.000000000Z"))
        );
        assert_eq!(
            span(&content(json!({"period": "day", "time_zone": "Asia/Tokyo"}))),
            (text("2026-11-26T15:00:00.000000000Z"), text("2026-11-27T15:00:00.000000000Z"))
        );
        assert_eq!(span(&content(json!({}))), (None, None));
    }

    #[test]
    fn a_job_that_can_not_be_is_refused() {
        for (change, code) in [
            (json!({"name": " "}), "export_job.name"),
            (json!({"name": "x".repeat(101)}), "export_job.name"),
            (json!({"keep_files": 0}), "export_job.keep_files"),
            (json!({"period": "day", "from": "now-1d"}), "export_job.period"),
            (json!({"from": "yesterday"}), "export_job.range"),
            (json!({"schedule": "daily"}), "export_job.schedule"),
        ] {
            assert_eq!(content(change.clone()).check(0).expect_err("refused").code, code, "{change}");
        }
    }

    #[test]
    fn a_file_is_named_by_its_job_and_time() {
        let job = content(json!({"name": "Errors a/b"}));
        let at = parse_rfc3339("2026-11-28T07:00:00Z").expect("a time");
        assert_eq!(job.file_name(&job.schedule().expect("a schedule"), at), "Errors a-b 2026-11-28 0700");
    }
}
