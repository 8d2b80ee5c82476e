use std::sync::Arc;

use crate::secret::Credentials;

/// Where a ready engine answers, and who may ask. Valid for one run of the engine: port and passwords change
/// when it starts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// ClickHouse's HTTP interface, e.g. `http://127.0.0.1:40123`.
    pub url: String,
    /// May create, fill, alter and drop tables, and cancel queries.
    pub writer: Credentials,
    /// May only read databases whose names start with `click_lite`, within the limits on memory, time and rows.
    pub reader: Credentials,
    /// ClickHouse's `version()`.
    pub version: String,
    /// Process of the engine.
    pub pid: u32,
}

/// What the engine is doing now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// First start, not yet answering.
    Starting,
    /// Answers at this endpoint.
    Ready(Arc<Endpoint>),
    /// Ended without being asked to; start number `attempt` since it last worked is on its way.
    Restarting { attempt: u32, reason: String },
    /// Could not be started. Tried again every 30 s, so it comes back once the reason is gone.
    Down { code: &'static str, reason: String },
    /// Stopped on request; final.
    Stopped,
}

impl EngineState {
    /// `starting`, `ready`, `restarting`, `down` or `stopped`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready(_) => "ready",
            Self::Restarting { .. } => "restarting",
            Self::Down { .. } => "down",
            Self::Stopped => "stopped",
        }
    }

    /// Why it is not ready, where that is known.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Restarting { reason, .. } | Self::Down { reason, .. } => Some(reason),
            Self::Starting | Self::Ready(_) | Self::Stopped => None,
        }
    }
}
