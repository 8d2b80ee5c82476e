//! A client of the server's HTTP API: what the command line and the desktop's shell share.
//!
//! It finds the token, opens local files, tells what they are, and streams them to the server. It never parses logs.

mod api;
mod error;
mod file;
mod tail;
mod token;
mod types;

pub use api::{ApiClient, FileAnswer, ImportRequest, LineStream, part_in, place};
pub use error::ClientError;
pub use file::{FileIdentity, inspect};
pub use tail::TailSocket;
pub use token::{LOCAL_TOKEN_FILE, TOKEN_VARIABLE, default_data_dir, find_token};
pub use types::{ErrorBody, ErrorDetail, Import, ImportProblem, NotUnderstood, SampleLine};
