//! Log files to records: which format a file has, and the parsing of it.
//!
//! Pure: bytes go in, [`click_lite_model::Record`]s come out. [`detect`] looks at the start of a file, [`FileParser`] takes
//! the file in pieces of any size and gives the same records whatever the pieces are. Memory is bounded: see
//! [`FileContext::max_line_bytes`].
//!
//! A file that grows is read line by line ([`FileParser::push_line`]): [`FileParser::covered`] says up to which byte records were
//! given away, so that reading can go on from there after a stop, without a record lost or given twice.
//!
//! What a record gets from a line:
//!
//! - the time, severity and level text that the line states;
//! - the service, where the line names a program (syslog, journald, a `service` field), else that of the context, else
//!   the file's name without its endings;
//! - the body: the message, without what went elsewhere. Access logs and lines whose parts are not known keep the whole
//!   line as body, so that nothing is lost to a search. Lines that follow (stack traces) are part of the body;
//! - attributes, with OpenTelemetry's names where there is one; the host goes to the resource;
//! - `log.file.name`, `log.file.path` and `log.file.line` (of its first line, from 1).

mod binary;
mod continuation;
mod cursor;
mod decode;
mod detect;
mod draft;
mod format;
mod level;
mod parser;
mod report;
mod scan;
mod timestamp;
mod year;

pub use binary::looks_binary;
pub use detect::{Candidate, Detection, detect};
pub use format::{FORMATS, Format, FormatDefinition};
pub use parser::{Covered, FileContext, FileParser, Stream};
pub use report::{NotUnderstood, Report, Sample};
