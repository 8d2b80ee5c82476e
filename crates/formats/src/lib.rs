//! Wire formats: bytes of a request or a file to [`click_lite_model::Record`]s, and records to ClickHouse blocks.
//!
//! Everything here is pure and takes hostile input: a decoder never panics, and says of each record that it refuses
//! what is wrong and where. This is the hot path: decoders write into one reused record, the encoder into reused
//! columns.

pub mod es_bulk;
pub mod fluent;
pub mod gelf;
pub mod hec;
pub mod ids;
pub mod journal;
pub mod json;
pub mod loki;
pub mod msgpack;
pub mod native;
pub mod ndjson;
pub mod otlp;
mod service;
pub mod syslog;

/// Largest record taken where nothing else is configured, in bytes of its encoded form.
pub const DEFAULT_RECORD_BYTES: usize = 4 << 20;
