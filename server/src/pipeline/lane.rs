//! What each signal has of its own on the write path: table, blocks, spool.

use std::sync::{Mutex, MutexGuard, PoisonError};

use click_lite_formats::native::{
    BlockEncoder, Encoder, IdFrames, LogColumns, SpanBlockEncoder, SpanColumns, Table,
};
use click_lite_model::{Record, Span};
use click_lite_spool::{Spool, SpoolError};
use tokio::sync::{Notify, oneshot};

use super::{KEPT_ENCODERS, Pipeline};

/// A kind of records with a table of its own.
pub trait Signal: Table + Send + 'static {
    type Item;
    /// Table in ClickHouse.
    const TABLE: &'static str;
    /// Number of the table and the version of its columns in the frames of the spool.
    const SCHEMA: u32;

    fn lane(pipeline: &Pipeline) -> &Lane<Self>;
    /// Empty where the item names none.
    fn service(item: &Self::Item) -> &str;
    /// Adds an item as a row: see the encoders. Rows get their numbers when their block goes to the spool.
    fn push(encoder: &mut Encoder<Self>, item: &Self::Item, arrival_ns: i64, default_service: &str);
}

impl Signal for LogColumns {
    type Item = Record;
    const TABLE: &'static str = "otel_logs";
    const SCHEMA: u32 = 1;

    fn lane(pipeline: &Pipeline) -> &Lane<Self> {
        &pipeline.logs
    }

    fn service(record: &Record) -> &str {
        record.service()
    }

    #[inline]
    fn push(encoder: &mut BlockEncoder, record: &Record, arrival_ns: i64, default_service: &str) {
        encoder.push(record, 0, arrival_ns, default_service);
    }
}

impl Signal for SpanColumns {
    type Item = Span;
    const TABLE: &'static str = "otel_traces";
    const SCHEMA: u32 = 2;

    fn lane(pipeline: &Pipeline) -> &Lane<Self> {
        &pipeline.spans
    }

    fn service(span: &Span) -> &str {
        span.service()
    }

    #[inline]
    fn push(encoder: &mut SpanBlockEncoder, span: &Span, arrival_ns: i64, default_service: &str) {
        encoder.push(span, 0, arrival_ns, default_service);
    }
}

/// The block that small requests share.
pub struct Shared<T> {
    pub(super) encoder: Encoder<T>,
    pub(super) waiting: Vec<oneshot::Sender<Result<(), SpoolError>>>,
}

/// The way of one signal from decoded items to its spool.
pub struct Lane<T> {
    pub(super) spool: Spool,
    shared: Mutex<Shared<T>>,
    shared_grew: Notify,
    encoders: Mutex<Vec<Encoder<T>>>,
    /// Held while a block is numbered and handed to the spool, so that numbers grow in the order of the spool.
    numbering: Mutex<IdFrames>,
}

impl<T: Signal> Lane<T> {
    pub(super) fn new(spool: Spool) -> Self {
        Self {
            spool,
            shared: Mutex::new(Shared { encoder: Encoder::new(), waiting: Vec::new() }),
            shared_grew: Notify::new(),
            encoders: Mutex::new(Vec::new()),
            numbering: Mutex::default(),
        }
    }

    pub(super) fn lock_shared(&self) -> MutexGuard<'_, Shared<T>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shared block with those who wait for it; a new one begins.
    pub(super) fn take_shared(&self) -> (Encoder<T>, Vec<oneshot::Sender<Result<(), SpoolError>>>) {
        let mut shared = self.lock_shared();
        let fresh = self.take_encoder();
        (std::mem::replace(&mut shared.encoder, fresh), std::mem::take(&mut shared.waiting))
    }

    pub(super) fn lock_numbering(&self) -> MutexGuard<'_, IdFrames> {
        self.numbering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once a request waits for the shared block.
    pub(super) async fn shared_grew(&self) {
        self.shared_grew.notified().await;
    }

    pub(super) fn wake_writer(&self) {
        self.shared_grew.notify_one();
    }

    pub(super) fn take_encoder(&self) -> Encoder<T> {
        self.encoders.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_encoder(&self, mut encoder: Encoder<T>) {
        encoder.clear();
        let mut encoders = self.encoders.lock().unwrap_or_else(PoisonError::into_inner);
        if encoders.len() < KEPT_ENCODERS {
            encoders.push(encoder);
        }
    }
}
