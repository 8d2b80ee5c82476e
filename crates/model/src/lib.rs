//! What every stage of Click-Lite shares: log records, severities, times and error codes.
//!
//! Nothing in here does I/O. Names and numbers follow the OpenTelemetry log data model
//! (<https://opentelemetry.io/docs/specs/otel/logs/data-model/>).

mod clock;
mod record;
mod rejection;
mod severity;
pub mod time;

pub use clock::{Clock, SystemClock};
pub use record::{Pairs, Record};
pub use rejection::{Rejection, Rejections};
pub use severity::Severity;
