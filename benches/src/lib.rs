//! What the benchmarks share. They measure the real server and the real engine as a user runs them, each
//! beside ClickHouse asked directly on the same machine in the same run.

pub mod batches;
pub mod data;
pub mod direct;
pub mod named_queries;
pub mod process;
pub mod report;
pub mod samples;
pub mod server;

pub use click_lite_tests::clickhouse;

/// A runtime for a benchmark's `main`.
///
/// # Errors
/// The system gives no threads.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
