//! Starts, watches and stops the embedded ClickHouse.
//!
//! The engine is ClickHouse itself, loaded from a shared library into a process of its own: the server
//! binary run again as `click-lite-server engine` ([`host`]). [`Engine`] writes its configuration with new
//! secrets, starts it on a loopback port, waits until it answers, starts it again after a crash, and stops
//! it. Everything else in Click-Lite sees only a URL and two users ([`Endpoint`]).
//!
//! Nothing can be asked of the engine without one of the two passwords: the HTTP rules in its configuration
//! pass on only requests that name one of our users, so the password-less `default` user, which ClickHouse's
//! local session needs, can't be reached from outside.

mod backoff;
mod cold;
mod config;
mod data_folder;
mod engine;
mod error;
pub mod host;
mod library;
mod log_tail;
mod probe;
mod process;
mod secret;
mod server_xml;
mod state;
mod supervisor;

pub use config::{EngineConfig, Limits};
pub use engine::Engine;
pub use error::EngineError;
pub use library::{LIBRARY_ENVIRONMENT_VARIABLE, LIBRARY_FILE_NAME, find_library};
pub use secret::Credentials;
pub use state::{Endpoint, EngineState};

/// Version of the npm packages that ship the library (`crates/engine/package.json` pins the same).
pub const LIBRARY_VERSION: &str = "26.7.3-stable.1";

/// Storage policy whose volumes are `default` and `cold`; there where [`EngineConfig::cold`] is set.
pub const TIERED_POLICY: &str = "click_lite_tiered";

/// ClickHouse release (year, month) of that library. Another release is refused: the store's tables and the
/// settings written here are tested with this one.
pub const CLICKHOUSE_RELEASE: (u32, u32) = (26, 7);
