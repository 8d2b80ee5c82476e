//! Live tail: records as they come in, over a WebSocket.
//!
//! # The way of a row
//!
//! The spool's writer shows each durable frame to the [`feed`]; while nobody listens that is the look at one number.
//! A thread of the feed decodes the frames, tries the filters on each record, writes a row that any of them takes as
//! JSON once, and puts it into the queue of each [`subscription`] that takes it. A queue that is full loses the row and
//! counts it, so a slow client costs memory that is bounded, and never holds ingest.
//!
//! # No gap, no double
//!
//! Records are numbered in the order of the spool (`IngestId`), so the place of a tail is one number. What lies behind
//! that place and was taken in before the tail listened is read from ClickHouse: [`pump`] notes the latest number, lets
//! the feed queue what is above it, waits until everything up to it is delivered, reads that and goes on with the queue.
//! The start with the last rows, the way back from a pause, a connection made again with a resume token and a queue that
//! ran over while it was behind are all the same.
//!
//! Tables that others fill tell nothing of this: [`poll`] asks them again and again.

mod feed;
mod filter;
mod poll;
mod protocol;
mod pump;
mod row;
mod socket;
mod subscription;
mod token;

use std::sync::atomic::{AtomicUsize, Ordering};

pub use feed::Feed;
pub use socket::{__path_tail, tail};

/// Sockets that are open at once.
const MOST_CLIENTS: usize = 256;

/// The live tails of a server.
pub struct Tails {
    pub feed: Feed,
    clients: AtomicUsize,
}

impl Tails {
    pub fn new(feed: Feed) -> Self {
        Self { feed, clients: AtomicUsize::new(0) }
    }

    /// A place for a client, given back when it is dropped; `None` where there are too many.
    fn admit(&self) -> bool {
        let admitted = self
            .clients
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < MOST_CLIENTS).then_some(open + 1)
            })
            .is_ok();
        if admitted {
            metrics::gauge!("click_lite_tail_clients").increment(1);
        }
        admitted
    }

    fn leave(&self) {
        self.clients.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("click_lite_tail_clients").decrement(1);
    }
}
