//! What a change would delete, counted before it is made.

use std::collections::BTreeMap;

use click_lite_model::time::format_rfc3339;
use click_lite_store::{Doomed, KeepRule, KeptTable, Lifetime, PartPlan, PartitionStats, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::Housekeeper;
use super::policy::{Effective, Signal};

/// Rows up to which a preview counts: one thread looks at about ten million a second.
const COUNTED_ROWS: u64 = 200_000_000;

/// What would be deleted.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DeletePreview {
    /// Records and spans.
    pub rows: u64,
    /// Whether the rows are not counted: with more than 200 million to look at, they are taken from the days' sums by
    /// service, as if every record had arrived when it was made. Rules for attributes delete nothing then.
    pub rows_are_estimated: bool,
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
            if self.rows_before(signal, self.today() - i64::from(lifetime.shortest_days())).await?
                > COUNTED_ROWS
            {
                self.estimate(signal, &lifetime, &mut counted).await?;
                continue;
            }
            for table in signal.tables() {
                counted.add(signal, *table, &self.store.doomed_parts(*table, doomed).await?);
            }
        }
        Ok(counted.finish(self.waiting_rows()))
    }

    /// Rows of days up to `day`, counted from 1970-01-01: those that a count has to look at.
    async fn rows_before(&self, signal: Signal, day: i64) -> Result<u64, StoreError> {
        let report = self.store.storage_report().await?;
        let own = report.partitions.iter().filter(|found| signal.tables().contains(&found.table));
        Ok(own.filter(|found| day_of(found) <= day).map(|found| found.rows).sum())
    }

    /// What rules would delete by the sums of the days.
    async fn estimate(
        &self,
        signal: Signal,
        lifetime: &Lifetime,
        counted: &mut Counted,
    ) -> Result<(), StoreError> {
        let days = self.services_by_day().await?;
        for (partition, services) in days {
            if signal.tables().contains(&partition.table) {
                counted.add_estimate(signal, &partition, &services, lifetime, self.today());
            }
        }
        Ok(())
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
        self.pipeline.spool_stats().pending_rows
    }
}

/// The day of a partition, counted from 1970-01-01.
fn day_of(partition: &PartitionStats) -> i64 {
    partition.newest_s.div_euclid(86_400)
}

/// Sums while they are made.
#[derive(Default)]
struct Counted {
    rules: BTreeMap<(Signal, u32), (u64, u64)>,
    days: BTreeMap<(String, Signal), (u64, u64)>,
    oldest_s: Option<i64>,
    is_estimated: bool,
    rows_are_estimated: bool,
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

    /// A day by its sums. Roll-ups are not told apart by service: they go when nothing of the day is left.
    fn add_estimate(
        &mut self,
        signal: Signal,
        partition: &PartitionStats,
        services: &[(String, u64)],
        lifetime: &Lifetime,
        today: i64,
    ) {
        self.is_estimated = true;
        self.rows_are_estimated = true;
        let is_over = |days: u32| day_of(partition) + i64::from(days) < today;
        if partition.table == KeptTable::Facets {
            if is_over(lifetime.longest_days()) {
                self.add_day(signal, partition.table, &partition.day, 0, partition.disk_bytes);
            }
            return;
        }
        for (service, rows) in services {
            let fits = |rule: &KeepRule| rule.attribute.is_none() && rule.service.as_ref() == Some(service);
            let (rule, days) = match lifetime.rules.iter().position(fits) {
                Some(index) => (u32::try_from(index + 1).unwrap_or(0), lifetime.rules[index].days),
                None => (0, lifetime.days),
            };
            if !is_over(days) {
                continue;
            }
            let share =
                u128::from(partition.disk_bytes) * u128::from(*rows) / u128::from(partition.rows.max(1));
            let bytes = u64::try_from(share).unwrap_or(u64::MAX);
            self.add_day(signal, partition.table, &partition.day, *rows, bytes);
            let sums = self.rules.entry((signal, rule)).or_default();
            sums.0 += rows;
            sums.1 += bytes;
            self.see(partition.oldest_s);
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
            rows_are_estimated: self.rows_are_estimated,
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

    #[test]
    fn an_estimate_goes_by_day_and_service() {
        let partition = |table, day: i64| PartitionStats {
            table,
            partition_id: String::new(),
            day: format!("day {day}"),
            rows: 10,
            raw_bytes: 0,
            disk_bytes: 1_000,
            cold_bytes: 0,
            parts: 1,
            oldest_s: day * 86_400,
            newest_s: day * 86_400 + 5,
            signature: String::new(),
        };
        let rules = vec![
            KeepRule { service: None, attribute: Some(("env".into(), "dev".into())), days: 1 },
            KeepRule { service: Some("noisy".into()), attribute: None, days: 2 },
        ];
        let lifetime = Lifetime { days: 5, rules };
        let services = [("api".to_owned(), 7), ("noisy".to_owned(), 3)];
        let mut counted = Counted::default();
        for day in [94, 95, 97, 98] {
            counted.add_estimate(Signal::Logs, &partition(KeptTable::Logs, day), &services, &lifetime, 100);
            counted.add_estimate(Signal::Logs, &partition(KeptTable::Facets, day), &[], &lifetime, 100);
        }
        let preview = counted.finish(0);
        assert!(preview.rows_are_estimated && preview.bytes_are_estimated);
        let rules: Vec<_> = preview.by_rule.iter().map(|rule| (rule.rule, rule.rows, rule.bytes)).collect();
        assert_eq!(rules, [(None, 7, 700), (Some(1), 9, 900)]);
        assert_eq!((preview.rows, preview.bytes), (16, 2_600));
    }
}
