//! What is stored and for how long: who goes when, what it takes, and how it is removed.
//!
//! Rows are deleted by whole days (UTC): a row goes at the first midnight at which it has been there for the days of
//! its rule, counted from its own time or its arrival, whichever is later. Whole parts are dropped; a part that holds
//! other rows as well is rewritten, once. `docs/adr/0003-retention.md` has the measurements behind it.

mod condition;
mod delete;
mod plan;
mod report;
mod volume;

use click_lite_query::string_literal;

pub use condition::{Doomed, KeepRule, Lifetime};
pub use delete::PendingMutation;
pub use plan::{PartPlan, RuleRows};
pub use report::{DiskStats, IndexStats, PartitionStats, ServiceRows, StorageReport, SystemTableStats};
pub use volume::{COLD_VOLUME, MovablePart};

/// `NO_SUCH_DATA_PART`: a part that was merged with others, or dropped.
const NO_SUCH_PART: u32 = 232;

/// Texts for an `IN (...)`.
fn literals(texts: &[&str]) -> String {
    texts.iter().map(|text| string_literal(text)).collect::<Vec<_>>().join(", ")
}

/// A TTL that would reach further is left out: it is counted in a `DateTime`, which ends in 2106 and begins anew.
pub(crate) const LONGEST_TTL_DAYS: u32 = 10_000;

/// A table whose rows are kept for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeptTable {
    Logs,
    Traces,
    /// Roll-ups of the logs; they live as long as those.
    Facets,
}

impl KeptTable {
    pub const ALL: [Self; 3] = [Self::Logs, Self::Traces, Self::Facets];

    /// Its name in ClickHouse.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "otel_logs",
            Self::Traces => "otel_traces",
            Self::Facets => "log_facets",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Seconds since the epoch from which a row is kept, in 64 bits: a `DateTime` ends in 2106.
    fn since(self) -> &'static str {
        match self {
            Self::Logs | Self::Traces => {
                "greatest(toUnixTimestamp64Second(Timestamp), toInt64(toUnixTimestamp(IngestedAt)))"
            }
            Self::Facets => "greatest(toInt64(toUnixTimestamp(Hour)), toInt64(toUnixTimestamp(IngestedAt)))",
        }
    }

    /// The same as ClickHouse's TTL takes it.
    fn since_as_date_time(self) -> &'static str {
        match self {
            Self::Logs | Self::Traces => "greatest(toDateTime(Timestamp), IngestedAt)",
            Self::Facets => "greatest(Hour, IngestedAt)",
        }
    }

    /// Maps that hold a row's attributes.
    fn attribute_maps(self) -> &'static [&'static str] {
        match self {
            Self::Logs => &["LogAttributes", "ResourceAttributes"],
            Self::Traces => &["SpanAttributes", "ResourceAttributes"],
            Self::Facets => &[],
        }
    }
}
