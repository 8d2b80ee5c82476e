//! What every stage of Click-Lite shares: log records, spans, severities, times and error codes.
//!
//! Nothing in here does I/O. Names and numbers follow the OpenTelemetry log data model
//! (<https://opentelemetry.io/docs/specs/otel/logs/data-model/>) and its trace data model
//! (<https://opentelemetry.io/docs/specs/otel/trace/api/>).

mod arena;
mod clock;
mod record;
mod rejection;
mod severity;
mod span;
pub mod time;

pub use arena::Pairs;
pub use clock::{Clock, SystemClock};
pub use record::Record;
pub use rejection::{Rejection, Rejections};
pub use severity::Severity;
pub use span::{Event, Link, Span, SpanKind, StatusCode};
