//! What a change would delete, counted before it is made.

use std::collections::BTreeMap;

use click_lite_model::time::format_rfc3339;
use click_lite_store::{Doomed, KeptTable, PartPlan, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::Housekeeper;
use super::policy::{Effective, Signal};

/// What would be deleted.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DeletePreview {
    /// Records and spans, counted.
    pub rows: u64,
    /// On disk. Of a part that goes as a whole these are its bytes; of one that keeps other rows, its share by rows.
    pub bytes: u64,
    /// Whether some of the bytes are such a share.
    pub bytes_are_estimated: bool,
    /// Time of the oldest record.
    pub oldest: Option<String>,
    /// First and last day that lose records.
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    pub by_rule: Vec<RulePreview>,
    /// The oldest first.
    pub by_day: Vec<DayPreview>,
    /// Records in the spool, which are not in the tables yet: what of them fits arrives afterwards and stays until the next
    /// run.
    pub waiting_rows: u64,
}

/// What one rule would delete.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulePreview {
    pub signal: Signal,
    /// Place of the rule in the list; `null`: no rule, the days of the signal.
    pub rule: Option<u32>,
    pub rows: u64,
    pub bytes: u64,
}

/// What a day would lose.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayPreview {
    pub signal: Signal,
    pub day: String,
    pub rows: u64,
    pub bytes: u64,
}

impl Housekeeper {
    /// What rules would delete today.
    pub async fn preview_rules(&self, effective: &Effective) -> Result<DeletePreview, StoreError> {
        let _turn = self.preview_turn.lock().await;
        let mut counted = Counted::default();
        for signal in Signal::ALL {
            let lifetime = effective.lifetime(signal);
            let doomed = Doomed::Expired { lifetime: &lifetime, today: self.today() };
            for table in signal.tables() {
                counted.add(signal, *table, &self.store.doomed_parts(*table, doomed).await?);
            }
        }
        Ok(counted.finish(self.waiting_rows()))
    }

    /// What dropping a service would delete.
    pub async fn preview_service(
        &self,
        service: &str,
        signals: &[Signal],
    ) -> Result<DeletePreview, StoreError> {
        let _turn = self.preview_turn.lock().await;
        let mut counted = Counted::default();
        for signal in signals {
            for table in signal.tables() {
                let plans = self.store.doomed_parts(*table, Doomed::Service(service)).await?;
                counted.add(*signal, *table, &plans);
            }
        }
        Ok(counted.finish(self.waiting_rows()))
    }

    /// What dropping a day would delete: all of it.
    pub async fn preview_day(&self, day: &str, signals: &[Signal]) -> Result<DeletePreview, StoreError> {
        let report = self.store.storage_report().await?;
        let mut counted = Counted::default();
        for signal in signals {
            for partition in report.partitions.iter().filter(|found| found.day == day) {
                if !signal.tables().contains(&partition.table) {
                    continue;
                }
                counted.add_day(*signal, partition.table, day, partition.rows, partition.disk_bytes);
                counted.see(partition.oldest_s);
            }
        }
        Ok(counted.finish(self.waiting_rows()))
    }

    fn waiting_rows(&self) -> u64 {
        self.spool.stats().pending_rows
    }
}

/// Sums while they are made.
#[derive(Default)]
struct Counted {
    rules: BTreeMap<(Signal, u32), (u64, u64)>,
    days: BTreeMap<(String, Signal), (u64, u64)>,
    oldest_s: Option<i64>,
    is_estimated: bool,
}

impl Counted {
    fn add(&mut self, signal: Signal, table: KeptTable, plans: &[PartPlan]) {
        for plan in plans {
            self.is_estimated |= !plan.is_whole();
            for group in &plan.doomed {
                let bytes = plan.share_bytes(group.rows);
                let rows = self.add_day(signal, table, &plan.day, group.rows, bytes);
                let sums = self.rules.entry((signal, group.rule)).or_default();
                sums.0 += rows;
                sums.1 += bytes;
                if rows > 0 {
                    self.see(group.oldest_s);
                }
            }
        }
    }

    /// Rows of roll-ups are none; their bytes count. The rows that counted.
    fn add_day(&mut self, signal: Signal, table: KeptTable, day: &str, rows: u64, bytes: u64) -> u64 {
        let rows = if table == KeptTable::Facets { 0 } else { rows };
        let sums = self.days.entry((day.to_owned(), signal)).or_default();
        sums.0 += rows;
        sums.1 += bytes;
        rows
    }

    fn see(&mut self, time_s: i64) {
        self.oldest_s = Some(self.oldest_s.map_or(time_s, |oldest| oldest.min(time_s)));
    }

    fn finish(self, waiting_rows: u64) -> DeletePreview {
        let by_rule: Vec<RulePreview> = self
            .rules
            .into_iter()
            .map(|((signal, rule), (rows, bytes))| RulePreview {
                signal,
                rule: rule.checked_sub(1),
                rows,
                bytes,
            })
            .collect();
        let by_day: Vec<DayPreview> = self
            .days
            .into_iter()
            .map(|((day, signal), (rows, bytes))| DayPreview { signal, day, rows, bytes })
            .collect();
        DeletePreview {
            rows: by_day.iter().map(|day| day.rows).sum(),
            bytes: by_day.iter().map(|day| day.bytes).sum(),
            bytes_are_estimated: self.is_estimated,
            oldest: self.oldest_s.and_then(|time| time.checked_mul(1_000_000_000)).map(format_rfc3339),
            first_day: by_day.first().map(|day| day.day.clone()),
            last_day: by_day.last().map(|day| day.day.clone()),
            by_rule,
            by_day,
            waiting_rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use click_lite_store::RuleRows;

    use super::*;

    #[test]
    fn sums_are_by_rule_and_day_and_roll_ups_have_no_rows() {
        let plan = |day: &str, rows, doomed: &[(u32, u64, i64)]| PartPlan {
            part: format!("{day}_1_1_0"),
            partition_id: day.replace('-', ""),
            day: day.into(),
            rows,
            disk_bytes: 1_000,
            doomed: doomed
                .iter()
                .map(|(rule, rows, oldest_s)| RuleRows { rule: *rule, rows: *rows, oldest_s: *oldest_s })
                .collect(),
        };
        let mut counted = Counted::default();
        counted.add(Signal::Logs, KeptTable::Logs, &[plan("2026-01-01", 10, &[(0, 4, 60), (2, 6, 30)])]);
        counted.add(Signal::Logs, KeptTable::Facets, &[plan("2026-01-01", 5, &[(0, 5, 0)])]);
        let preview = counted.finish(3);
        assert!(!preview.bytes_are_estimated);
        assert_eq!((preview.rows, preview.bytes, preview.waiting_rows), (10, 2_000, 3));
        assert_eq!(preview.oldest.as_deref(), Some("1970-01-01T00:00:30.000000000Z"));
        let rules: Vec<_> = preview.by_rule.iter().map(|rule| (rule.rule, rule.rows, rule.bytes)).collect();
        assert_eq!(rules, [(None, 4, 1_400), (Some(1), 6, 600)]);

        let mut counted = Counted::default();
        counted.add(Signal::Traces, KeptTable::Traces, &[plan("2026-01-02", 10, &[(1, 1, 5)])]);
        assert!(counted.finish(0).bytes_are_estimated);
    }
}
