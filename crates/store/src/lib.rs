//! The way to ClickHouse, embedded or remote: tables, inserts, queries, limits.
//!
//! Everything goes over ClickHouse's HTTP interface. A [`Store`] begins without a connection; [`Store::connect`]
//! brings the tables of an [`Endpoint`] up to date and makes it the one that is used, again and again as an engine
//! restarts with another port and other passwords. Inserts are bytes that are forwarded as they are
//! ([`Store::insert_native`]); answers are JSON rows as ClickHouse writes them ([`RowStream`]). Tables of others are read
//! through a [`Remote`], which makes nothing and asks for no more than a user who may only read has.

mod answer;
mod attribute_columns;
mod config;
mod connection;
mod error;
mod export;
mod insert;
mod kept;
mod migrations;
mod number;
mod remote;
mod select;
mod store;
mod user_sql;

pub use answer::{AnswerColumn, Progress};
pub use attribute_columns::StoredColumn;
pub use config::{Credentials, Endpoint, StoreConfig};
pub use error::StoreError;
pub use export::{Export, FileStream};
pub use kept::{
    COLD_VOLUME, DiskStats, Doomed, IndexStats, KeepRule, KeptTable, Lifetime, MovablePart, PartPlan,
    PartitionStats, PendingMutation, RuleRows, ServiceRows, StorageReport, SystemTableStats,
};
pub use remote::{CheckState, CheckStep, Remote, RemoteConfig, RemoteTable, TlsConfig};
pub use select::{QueryStats, RowEvent, RowStream, SelectOptions};
pub use store::{StorageStats, Store};
pub use user_sql::{
    ColumnWidth, RunningQuery, SchemaColumn, SchemaFunction, SchemaTable, SourceEstimate, UserSql,
};

/// Oldest ClickHouse (year, month) whose text indexes the tables can be made with.
pub const MINIMUM_CLICKHOUSE: (u32, u32) = (26, 7);
