//! A durable bounded queue of encoded batches ("frames") between those who receive records and the one who delivers
//! them to the store.
//!
//! # Promise
//!
//! When [`Spool::append`] returns, the frame is on the disk. It is then handed out in a [`Cut`], in order, again and
//! again until the cut is completed, always in the same cut under the same token. With a store that refuses a token
//! it has seen, each acknowledged frame is stored exactly once.
//!
//! # Files
//!
//! ```text
//! lock                        flock of the process that has the spool
//! segment-<number>.log        frames; the highest number is appended to
//! cuts                        journal: which frames are in which cut, which cuts are completed
//! sources                     last sequence of each source whose frames may be deleted
//! reserve                     1 MiB that is given up on a full disk, so that delivery can go on and free space
//! split-<cut>                 empty: the frames of that cut go to the store in parts, under tokens of their own
//! dead/*.dead                 refused frames and damaged bytes, each with the reason (see [`DeadLetter`])
//! *.tmp                       files being replaced; removed by the next open
//! ```
//!
//! Numbers are little-endian. Headers and journal records have a fixed size and end in their own CRC-32 (IEEE).
//!
//! ```text
//! segment  32  magic "CLSPOOLS"  version u32  -  number u64 @16  crc @28
//! frame   100  magic "CLFR"  flags u32  segment u64  offset u64  payload_bytes u32  rows u32
//!              uncompressed_bytes u64  schema u32  payload_crc u32  appended_at_ns i64
//!              min_time_ns i64  max_time_ns i64  source [16]  sequence u64  crc        then the payload
//! journal  64  magic "CLSPOOLJ"  version u32  -  uuid [16] @16  next_cut u64  watermark (segment u64, offset u64)
//!          64  kind u32 (1 cut, 2 complete)  -  id u64 @8  start (u64, u64)  end (u64, u64)  -  crc @60
//! sources  16  magic "CLSPOOLQ"  version u32  -      then (id [16], sequence u64, appended_at_ns i64)...  crc of all
//! ```
//!
//! A file of a newer version is refused and left alone.
//!
//! # Invariants
//!
//! - A frame is a place in the log, (segment, offset), and says so in its header: whatever else lies on the disk, in
//!   old blocks or inside a payload, is never taken for one.
//! - Segment numbers and cut numbers only grow. A segment is appended to by the run that created it alone, so a cut
//!   of an earlier run never gains frames.
//! - A cut is `[start, end)`, of durable frames. Cuts follow each other without a gap; what lies before the first that
//!   is not complete (the *watermark*) is delivered, and segments wholly before it are deleted.
//! - The token is the spool's UUID and the cut's number. The UUID is in the journal: if the journal is lost so is the
//!   UUID, and numbers that begin anew collide with none.
//! - Memory: a few numbers a segment and a cut, the sequence of each source, `queue_bytes` of waiting frames. Nothing
//!   per stored frame.
//!
//! # What is synced when, and what a crash costs
//!
//! | step | sync | a crash before it is done |
//! | --- | --- | --- |
//! | append | one write and one `fdatasync` for all that wait | bytes at the end that are no whole frame are cut off; a whole frame may survive, unacknowledged. The sender has no answer and sends again: sources are deduplicated by sequence, others may be stored twice |
//! | new segment | header and folder, before its first frame | an empty file, removed |
//! | cut | journal, before it is handed out | the cut was never seen; the frames are cut anew |
//! | complete | journal written at once, synced with the next cut, deletion or close | a killed process: nothing. Power loss: the cut comes again under its token |
//! | delete segments | journal, then `sources`, then unlink | the segment is still there, below the watermark, and deleted by the next open |
//! | split | its file and folder, before the first part is sent | the cut was refused as a whole; it is sent as a whole once more |
//! | dead letter | its file and folder, then complete | the cut comes again; its file is written again under the same name |
//!
//! A source's last sequence is in the header of its frame, hence durable in the same sync as the frame. It is kept for
//! the sources that appended last, [`SpoolConfig::max_sources`] of them: a number rather than an age, so that a clock
//! that was wrong for a while makes none forgotten.
//!
//! # Failures
//!
//! A write or sync that fails fails every append of its commit; the bytes are cut off and the next commit begins a new
//! segment (`Writer::abandon` says why). Appends work again as soon as the disk does.
//!
//! Damaged frames are skipped up to the next header that holds, copied to `dead/` and counted. Payloads are checked
//! in the last segment by open and everywhere by [`Cut::read`]. A damaged record of the journal costs the knowledge of
//! one cut: its frames come again in a new cut, so they may be stored twice but not lost; 2^32 numbers are left out,
//! lest a new cut reuse one that the store knows.

mod bytes;
mod dead;
mod delivery;
mod disk;
mod error;
mod frame;
mod journal;
mod log;
mod recovery;
mod segment;
mod shared;
mod sources;
mod spool;
#[cfg(test)]
mod tests;
mod writer;

pub use dead::{DeadContent, DeadKind, DeadLetter};
pub use delivery::Cut;
pub use delivery::range_token;
pub use error::SpoolError;
pub use frame::{Frame, Position, Source, StoredFrame, TimeRange};
pub use recovery::Recovery;
pub use sources::KnownSource;
pub use spool::{Appended, Completion, CutLimits, Progress, Spool, SpoolConfig, Stats};

/// Version of the files that this program writes, and the newest that it reads.
const FORMAT_VERSION: u32 = 1;
