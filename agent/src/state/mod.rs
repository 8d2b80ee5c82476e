//! What has to outlive the process: one SQLite database in the state folder.
//!
//! It holds the agent's id, the batches that the server does not have yet, and how far each source is read. A batch and
//! the positions that it covers are written in one transaction: whenever the process is killed, what is after the
//! positions is not in any batch, and what is before them is in exactly one. Batches never change, so a batch that is
//! sent again is the same to the byte.

mod error;
mod folder;
mod position;
mod schema;
mod spool;
mod summary;

#[cfg(test)]
mod tests;

pub use error::StateError;
pub use folder::{StateFolder, default_folder};
pub use position::{FileKey, FilePosition, Fingerprint};
pub use spool::{Batch, Changes, Spool, SpoolLimits, WhenFull};
pub use summary::Summary;
