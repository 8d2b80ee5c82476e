use std::collections::HashMap;

use click_lite_query::string_literal;
use serde::Deserialize;

use super::{Doomed, KeptTable};
use crate::Store;
use crate::error::StoreError;

/// A part of a table and what of it has to go. Parts never change, so what was counted in one stays true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartPlan {
    /// ClickHouse's name of the part.
    pub part: String,
    /// ClickHouse's name of its partition, `20261123`.
    pub partition_id: String,
    /// The partition's day, `2026-11-23`.
    pub day: String,
    /// Rows of the part.
    pub rows: u64,
    /// Bytes of the part on disk.
    pub disk_bytes: u64,
    /// Rows that have to go, by rule.
    pub doomed: Vec<RuleRows>,
}

/// Rows of a part that one rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleRows {
    /// Number of the rule, from 1; 0 is none.
    pub rule: u32,
    pub rows: u64,
    /// Time of the oldest of them, in seconds since the epoch.
    pub oldest_s: i64,
}

impl PartPlan {
    pub fn doomed_rows(&self) -> u64 {
        self.doomed.iter().map(|group| group.rows).sum()
    }

    /// Whether all of the part goes.
    pub fn is_whole(&self) -> bool {
        self.doomed_rows() >= self.rows
    }

    /// Bytes of `rows` rows of the part, as if all were of one size.
    pub fn share_bytes(&self, rows: u64) -> u64 {
        match self.rows {
            0 => 0,
            all => u64::try_from(u128::from(self.disk_bytes) * u128::from(rows) / u128::from(all))
                .unwrap_or(u64::MAX),
        }
    }
}

#[derive(Deserialize)]
struct Part {
    name: String,
    partition_id: String,
    partition: String,
    disk_bytes: u64,
}

#[derive(Deserialize)]
struct Group {
    part: String,
    rule: u32,
    rows: u64,
    doomed: u64,
    oldest: i64,
}

/// `YYYYMMDD` of a day counted from 1970-01-01, as ClickHouse names partitions by date.
fn partition_id_of(day: i64) -> String {
    format!("formatDateTime(toDate32({day}), '%Y%m%d')")
}

impl Store {
    /// Parts that hold rows which have to go, and how many. Reads the times, the services and, where a rule is about
    /// one, the attributes of every day that can hold such rows, with one thread.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn doomed_parts(
        &self,
        table: KeptTable,
        doomed: Doomed<'_>,
    ) -> Result<Vec<PartPlan>, StoreError> {
        let connection = self.connection()?;
        let (database, name) = (self.database(), table.name());
        let until = doomed
            .last_day()
            .map_or_else(String::new, |day| format!(" AND partition_id <= {}", partition_id_of(day)));
        let parts: Vec<Part> = connection
            .records(&format!(
                "SELECT name, partition_id, partition, bytes_on_disk AS disk_bytes FROM system.parts \
                 WHERE active AND rows > 0 AND database = '{database}' AND table = '{name}'{until}"
            ))
            .await?;
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let mut partitions: Vec<String> =
            parts.iter().map(|part| string_literal(&part.partition_id)).collect();
        partitions.sort_unstable();
        partitions.dedup();
        let (rule, condition) = (doomed.rule(table), doomed.condition(table));
        let time = match table {
            KeptTable::Logs | KeptTable::Traces => "toUnixTimestamp64Second(Timestamp)",
            KeptTable::Facets => "toInt64(toUnixTimestamp(Hour))",
        };
        let groups: Vec<Group> = connection
            .records(&format!(
                "SELECT _part AS part, {rule} AS rule, count() AS rows, countIf({condition}) AS doomed, \
                 minIf({time}, {condition}) AS oldest FROM {database}.{name} WHERE _partition_id IN ({}) \
                 GROUP BY part, rule ORDER BY part, rule SETTINGS max_threads = 1",
                partitions.join(", ")
            ))
            .await?;
        let mut plans: HashMap<String, PartPlan> = parts
            .into_iter()
            .map(|part| {
                let plan = PartPlan {
                    part: part.name.clone(),
                    partition_id: part.partition_id,
                    day: part.partition,
                    rows: 0,
                    disk_bytes: part.disk_bytes,
                    doomed: Vec::new(),
                };
                (part.name, plan)
            })
            .collect();
        for group in groups {
            // A part that came between the two questions is the next run's.
            let Some(plan) = plans.get_mut(&group.part) else { continue };
            plan.rows += group.rows;
            if group.doomed > 0 {
                plan.doomed.push(RuleRows { rule: group.rule, rows: group.doomed, oldest_s: group.oldest });
            }
        }
        let mut plans: Vec<PartPlan> = plans.into_values().filter(|plan| !plan.doomed.is_empty()).collect();
        plans.sort_unstable_by(|one, other| {
            (&one.partition_id, &one.part).cmp(&(&other.partition_id, &other.part))
        });
        Ok(plans)
    }
}
