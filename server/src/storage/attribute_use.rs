//! Which attributes would be worth a column of their own, by what queries read.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use click_lite_catalog::{AttributeReads, Catalog, CatalogError};
use click_lite_model::Clock;
use click_lite_query::{ColumnKind, MapRead, map_reads};
use tokio_util::sync::CancellationToken;

use super::DAY_NS;
use crate::read::Stats;

/// Between two writes to the catalog.
const WRITE: Duration = Duration::from_secs(60);
/// A query that reads fewer rows is quick in any case.
const LEAST_ROWS: u64 = 10_000;
/// Attributes that are waiting to be written.
const MOST_WAITING: usize = 1_000;
/// Queries, and the milliseconds that they took in all, from which on a column is proposed.
const LEAST_QUERIES: i64 = 3;
const LEAST_ELAPSED_MS: i64 = 1_000;

/// Counts the attributes that queries read out of their maps.
#[derive(Debug, Default)]
pub struct AttributeUse {
    waiting: Mutex<HashMap<MapRead, Reads>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reads {
    queries: u64,
    elapsed_ms: u64,
}

/// An attribute that queries read often, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub read: MapRead,
    pub queries: u64,
    pub elapsed_ms: u64,
}

impl AttributeUse {
    /// Notes what a statement read, with its values written into it.
    pub fn note(&self, sql: &str, stats: &Stats) {
        if stats.rows_read < LEAST_ROWS {
            return;
        }
        let reads = map_reads(sql);
        if reads.is_empty() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for read in reads {
            if waiting.len() >= MOST_WAITING && !waiting.contains_key(&read) {
                continue;
            }
            let known = waiting.entry(read).or_default();
            known.queries += 1;
            known.elapsed_ms += stats.elapsed_ms;
        }
    }

    /// Writes to the catalog what was noted, now and then, and once more at the end.
    pub async fn keep(&self, catalog: &Catalog, clock: &dyn Clock, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(WRITE) => {}
                () = stop.cancelled() => {}
            }
            if let Err(error) = self.write(catalog, clock).await {
                tracing::warn!(error = %error, "the catalog does not take which attributes were read");
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }

    async fn write(&self, catalog: &Catalog, clock: &dyn Clock) -> Result<(), CatalogError> {
        let noted = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let reads: Vec<AttributeReads> = noted
            .into_iter()
            .map(|(read, reads)| AttributeReads {
                is_resource: read.is_resource,
                key: read.key,
                is_number: read.kind == ColumnKind::Number,
                queries: count(reads.queries),
                elapsed_ms: count(reads.elapsed_ms),
            })
            .collect();
        catalog.add_attribute_reads(clock.now_ns().div_euclid(DAY_NS), &reads).await
    }

    /// What the queries of the last 30 days read often and for long, the longest first, each attribute once.
    pub async fn wanted(&self, catalog: &Catalog, clock: &dyn Clock) -> Result<Vec<Wanted>, CatalogError> {
        self.write(catalog, clock).await?;
        let mut wanted: Vec<Wanted> = Vec::new();
        for reads in catalog.attribute_reads().await? {
            let is_known =
                |one: &Wanted| one.read.is_resource == reads.is_resource && one.read.key == reads.key;
            if reads.queries < LEAST_QUERIES
                || reads.elapsed_ms < LEAST_ELAPSED_MS
                || wanted.iter().any(is_known)
            {
                continue;
            }
            let kind = if reads.is_number { ColumnKind::Number } else { ColumnKind::Text };
            wanted.push(Wanted {
                read: MapRead { is_resource: reads.is_resource, key: reads.key, kind },
                queries: reads.queries.unsigned_abs(),
                elapsed_ms: reads.elapsed_ms.unsigned_abs(),
            });
        }
        Ok(wanted)
    }
}
