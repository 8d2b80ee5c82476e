//! What the tables take: by signal, day and service.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use click_lite_model::time::format_rfc3339;
use click_lite_store::{KeptTable, PartitionStats, StorageReport, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::Housekeeper;
use super::policy::Signal;

/// How old a report may be.
const AGE: Duration = Duration::from_secs(5);
/// Services that are listed, the largest first.
const MAX_SERVICES: usize = 1_000;

/// What is stored, and what it takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StorageAnswer {
    pub measured_at: String,
    /// Of everything below but the spool and ClickHouse's own tables.
    pub disk_bytes: u64,
    pub signals: Vec<SignalStorage>,
    /// The oldest first.
    pub days: Vec<DayStorage>,
    /// The largest first; at most 1,000.
    pub services: Vec<ServiceStorage>,
    pub indexes: Vec<IndexStorage>,
    /// Disks of ClickHouse; empty where its user may not see them.
    pub disks: Vec<DiskStorage>,
    /// ClickHouse's own tables, the largest first.
    pub system_tables: Vec<SystemTable>,
    pub spool: SpoolStorage,
}

/// What one signal takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignalStorage {
    pub signal: Signal,
    pub rows: u64,
    /// Of the columns, before compression.
    pub raw_bytes: u64,
    /// With indexes and roll-ups.
    pub disk_bytes: u64,
    /// Of these, the roll-ups behind the fields' counts.
    pub rollup_bytes: u64,
    /// Of these, indexes.
    pub index_bytes: u64,
    /// Of these, on the volume for old days.
    pub cold_bytes: u64,
    /// Raw bytes to a byte on disk; `null` while nothing is stored.
    pub ratio: Option<f64>,
    pub parts: u64,
    pub oldest: Option<String>,
    pub newest: Option<String>,
}

/// What one day takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayStorage {
    /// By the records' own time.
    pub day: String,
    pub logs: DayBytes,
    pub traces: DayBytes,
}

/// What one signal takes on one day.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct DayBytes {
    pub rows: u64,
    pub raw_bytes: u64,
    pub disk_bytes: u64,
    pub cold_bytes: u64,
}

/// What one service takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceStorage {
    pub service: String,
    pub log_rows: u64,
    pub trace_rows: u64,
    /// An estimate: its share of each day's bytes by rows, as if all rows of a day were of one size.
    pub estimated_disk_bytes: u64,
}

/// What an index takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IndexStorage {
    pub table: String,
    pub name: String,
    /// ClickHouse's type of it.
    pub kind: String,
    pub disk_bytes: u64,
}

/// A disk of ClickHouse.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiskStorage {
    pub name: String,
    pub path: String,
    pub free_bytes: u64,
    pub total_bytes: u64,
}

/// A table of ClickHouse's own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemTable {
    pub name: String,
    pub rows: u64,
    pub disk_bytes: u64,
}

/// What is received and not in the tables yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SpoolStorage {
    pub rows: u64,
    pub disk_bytes: u64,
    pub limit_bytes: u64,
}

/// Rows of a day by service.
pub(super) type Services = Arc<Vec<(String, u64)>>;

/// The last report, and what closed days hold: that does not change.
#[derive(Default)]
pub struct Known {
    report: Option<(Instant, Arc<StorageAnswer>)>,
    /// By table and partition, with the signature of the parts that were counted.
    services: HashMap<(KeptTable, String), (String, Services)>,
}

impl Housekeeper {
    /// The report, at most five seconds old.
    pub async fn report(&self) -> Result<Arc<StorageAnswer>, StoreError> {
        // Held while it is made: who asks meanwhile gets the same one.
        let mut known = self.report.lock().await;
        if let Some((at, report)) = &known.report
            && at.elapsed() < AGE
        {
            return Ok(Arc::clone(report));
        }
        let found = self.store.storage_report().await?;
        self.count_services(&mut known, &found.partitions).await?;
        let services = services_of(&found.partitions, &known.services);
        let spool = self.pipeline.spool_stats();
        let spool = SpoolStorage {
            rows: spool.pending_rows,
            disk_bytes: spool.pending_bytes,
            limit_bytes: spool.limit_bytes,
        };
        let report = Arc::new(answer(found, services, spool, self.now()));
        known.report = Some((Instant::now(), Arc::clone(&report)));
        Ok(report)
    }

    /// Every day with its rows by service; roll-ups have none.
    pub(super) async fn services_by_day(&self) -> Result<Vec<(PartitionStats, Services)>, StoreError> {
        let found = self.store.storage_report().await?;
        let mut known = self.report.lock().await;
        self.count_services(&mut known, &found.partitions).await?;
        let days = found.partitions.into_iter().map(|partition| {
            let key = (partition.table, partition.partition_id.clone());
            let services = known.services.get(&key).map(|(_, services)| Arc::clone(services));
            (partition, services.unwrap_or_default())
        });
        Ok(days.collect())
    }

    pub(super) async fn forget_report(&self) {
        self.report.lock().await.report = None;
    }

    /// Counts the days whose parts changed since they were last counted.
    async fn count_services(
        &self,
        known: &mut Known,
        partitions: &[PartitionStats],
    ) -> Result<(), StoreError> {
        let there: BTreeSet<(KeptTable, &str)> =
            partitions.iter().map(|found| (found.table, found.partition_id.as_str())).collect();
        known.services.retain(|(table, id), _| there.contains(&(*table, id.as_str())));
        for table in [KeptTable::Logs, KeptTable::Traces] {
            let changed: Vec<&PartitionStats> = partitions
                .iter()
                .filter(|found| found.table == table)
                .filter(|found| {
                    let key = (table, found.partition_id.clone());
                    known.services.get(&key).is_none_or(|(signature, _)| *signature != found.signature)
                })
                .collect();
            if changed.is_empty() {
                continue;
            }
            let ids: Vec<&str> = changed.iter().map(|found| found.partition_id.as_str()).collect();
            let mut counted: HashMap<String, Vec<(String, u64)>> = HashMap::new();
            for row in self.store.services_of(table, &ids).await? {
                counted.entry(row.partition_id).or_default().push((row.service, row.rows));
            }
            for found in changed {
                let services = counted.remove(&found.partition_id).unwrap_or_default();
                known.services.insert(
                    (table, found.partition_id.clone()),
                    (found.signature.clone(), Arc::new(services)),
                );
            }
        }
        Ok(())
    }
}

fn services_of(
    partitions: &[PartitionStats],
    counted: &HashMap<(KeptTable, String), (String, Services)>,
) -> Vec<ServiceStorage> {
    let mut sums: HashMap<&str, ServiceStorage> = HashMap::new();
    for partition in partitions {
        let Some((_, services)) = counted.get(&(partition.table, partition.partition_id.clone())) else {
            continue;
        };
        let all: u64 = services.iter().map(|(_, rows)| rows).sum();
        for (service, rows) in services.iter() {
            let entry = sums.entry(service).or_default();
            match partition.table {
                KeptTable::Traces => entry.trace_rows += rows,
                KeptTable::Logs | KeptTable::Facets => entry.log_rows += rows,
            }
            let share = u128::from(partition.disk_bytes) * u128::from(*rows) / u128::from(all.max(1));
            entry.estimated_disk_bytes += u64::try_from(share).unwrap_or(u64::MAX);
        }
    }
    let mut services: Vec<ServiceStorage> = sums
        .into_iter()
        .map(|(service, sums)| ServiceStorage { service: service.to_owned(), ..sums })
        .collect();
    services.sort_unstable_by(|one, other| {
        (other.estimated_disk_bytes, &one.service).cmp(&(one.estimated_disk_bytes, &other.service))
    });
    services.truncate(MAX_SERVICES);
    services
}

fn answer(
    found: StorageReport,
    services: Vec<ServiceStorage>,
    spool: SpoolStorage,
    measured_at: String,
) -> StorageAnswer {
    let mut days: BTreeMap<&str, DayStorage> = BTreeMap::new();
    for partition in &found.partitions {
        let day = days.entry(&partition.day).or_insert_with(|| DayStorage {
            day: partition.day.clone(),
            logs: DayBytes::default(),
            traces: DayBytes::default(),
        });
        let bytes = match partition.table {
            KeptTable::Logs | KeptTable::Facets => &mut day.logs,
            KeptTable::Traces => &mut day.traces,
        };
        bytes.disk_bytes += partition.disk_bytes;
        bytes.cold_bytes += partition.cold_bytes;
        if partition.table != KeptTable::Facets {
            bytes.rows += partition.rows;
            bytes.raw_bytes += partition.raw_bytes;
        }
    }
    let days = days.into_values().collect();
    let signals: Vec<SignalStorage> = Signal::ALL.map(|signal| signal_of(signal, &found)).into();
    StorageAnswer {
        measured_at,
        disk_bytes: signals.iter().map(|signal| signal.disk_bytes).sum(),
        signals,
        days,
        services,
        indexes: found
            .indexes
            .into_iter()
            .map(|index| IndexStorage {
                table: index.table,
                name: index.name,
                kind: index.kind,
                disk_bytes: index.disk_bytes,
            })
            .collect(),
        disks: found
            .disks
            .into_iter()
            .map(|disk| DiskStorage {
                name: disk.name,
                path: disk.path,
                free_bytes: disk.free_bytes,
                total_bytes: disk.total_bytes,
            })
            .collect(),
        system_tables: found
            .system_tables
            .into_iter()
            .map(|table| SystemTable { name: table.name, rows: table.rows, disk_bytes: table.disk_bytes })
            .collect(),
        spool,
    }
}

fn signal_of(signal: Signal, found: &StorageReport) -> SignalStorage {
    let own = || found.partitions.iter().filter(|found| signal.tables().contains(&found.table));
    // Roll-ups are no records.
    let records = || own().filter(|found| found.table != KeptTable::Facets);
    let disk_bytes = own().map(|found| found.disk_bytes).sum();
    let record_bytes: u64 = records().map(|found| found.disk_bytes).sum();
    let raw_bytes: u64 = records().map(|found| found.raw_bytes).sum();
    let time = |seconds: Option<i64>| {
        seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000)).map(format_rfc3339)
    };
    SignalStorage {
        signal,
        rows: records().map(|found| found.rows).sum(),
        raw_bytes,
        disk_bytes,
        rollup_bytes: disk_bytes - record_bytes,
        index_bytes: found
            .indexes
            .iter()
            .filter(|index| signal.tables().iter().any(|table| table.name() == index.table))
            .map(|index| index.disk_bytes)
            .sum(),
        cold_bytes: own().map(|found| found.cold_bytes).sum(),
        ratio: (disk_bytes > 0).then(|| raw_bytes as f64 / disk_bytes as f64),
        parts: own().map(|found| found.parts).sum(),
        oldest: time(records().map(|found| found.oldest_s).min()),
        newest: time(records().map(|found| found.newest_s).max()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(table: KeptTable, day: &str, rows: u64, disk_bytes: u64) -> PartitionStats {
        PartitionStats {
            table,
            partition_id: day.replace('-', ""),
            day: day.into(),
            rows,
            raw_bytes: disk_bytes * 4,
            disk_bytes,
            cold_bytes: 0,
            parts: 1,
            oldest_s: 100,
            newest_s: 200,
            signature: String::new(),
        }
    }

    #[test]
    fn services_share_a_day_by_rows_and_roll_ups_are_bytes_of_logs() {
        let partitions = vec![
            partition(KeptTable::Logs, "2026-01-01", 10, 1_000),
            partition(KeptTable::Facets, "2026-01-01", 3, 10),
            partition(KeptTable::Traces, "2026-01-02", 5, 500),
        ];
        let counted = HashMap::from([
            (
                (KeptTable::Logs, "20260101".to_owned()),
                (String::new(), Arc::new(vec![("a".to_owned(), 9), ("b".to_owned(), 1)])),
            ),
            (
                (KeptTable::Traces, "20260102".to_owned()),
                (String::new(), Arc::new(vec![("b".to_owned(), 5)])),
            ),
        ]);
        let services = services_of(&partitions, &counted);
        let shown: Vec<_> = services
            .iter()
            .map(|found| {
                (found.service.as_str(), found.log_rows, found.trace_rows, found.estimated_disk_bytes)
            })
            .collect();
        assert_eq!(shown, [("a", 9, 0, 900), ("b", 1, 5, 600)]);

        let spool = SpoolStorage { rows: 0, disk_bytes: 0, limit_bytes: 1 };
        let report = StorageReport { partitions, ..StorageReport::default() };
        let answer = answer(report, services, spool, String::new());
        assert_eq!(answer.disk_bytes, 1_510);
        assert_eq!((answer.signals[0].rows, answer.signals[0].rollup_bytes), (10, 10));
        assert_eq!(answer.signals[1].ratio, Some(4.0));
        assert_eq!((answer.days[0].logs.rows, answer.days[0].logs.disk_bytes), (10, 1_010));
    }
}
