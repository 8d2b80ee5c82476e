//! The reading side: cuts, their completion, and the deletion of segments that are delivered.

use std::{
    collections::VecDeque,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    CutLimits, DeadKind, SpoolError, StoredFrame, TimeRange,
    dead::{self, NewDeadLetter},
    disk::replace_file,
    frame::{FrameHeader, Position},
    journal::{Contents, CutRecord, Journal, Record},
    log::Summary,
    segment::segment_path,
    shared::{Pending, Shared, State, lock},
    sources,
};

const SPLIT_PREFIX: &str = "split-";

/// The file that says that a cut is split.
pub(crate) fn split_path(folder: &Path, cut: u64) -> PathBuf {
    folder.join(format!("{SPLIT_PREFIX}{cut:020}"))
}

/// The cut that a file of this name says to be split.
pub(crate) fn split_cut(name: &str) -> Option<u64> {
    name.strip_prefix(SPLIT_PREFIX)?.parse().ok()
}

pub(crate) struct Delivery {
    pub(crate) journal: Journal,
    /// First position that belongs to no cut.
    pub(crate) position: Position,
    /// In order of position; the first is not complete.
    pub(crate) cuts: VecDeque<CutState>,
    pub(crate) next_id: u64,
    /// Cuts that were split and are complete; their files go once that is durable.
    pub(crate) ended_splits: Vec<u64>,
}

pub(crate) struct CutState {
    pub(crate) record: CutRecord,
    pub(crate) summary: Summary,
    pub(crate) is_handed_out: bool,
    pub(crate) is_complete: bool,
    /// Its frames go to the store in parts.
    pub(crate) is_split: bool,
}

/// A run of frames of one schema, to be delivered as one insert.
///
/// The same cut comes again, with the same frames and token, until it is completed.
#[derive(Clone)]
pub struct Cut {
    shared: Arc<Shared>,
    record: CutRecord,
    summary: Summary,
    is_split: bool,
}

/// Token of an insert of frames of a spool: all from the one at `first` to the one at `last` that are to be inserted.
pub fn range_token(spool: Uuid, first: Position, last: Position) -> String {
    format!("{spool}-{}.{}-{}.{}", first.segment, first.offset, last.segment, last.offset)
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cut").field("token", &self.token()).field("summary", &self.summary).finish()
    }
}

impl Cut {
    /// Number of the cut in its spool: increasing, never used again.
    pub fn id(&self) -> u64 {
        self.record.id
    }

    /// `<spool UUID>-<cut id>`: the same at every attempt and in no other cut of any spool.
    pub fn token(&self) -> String {
        format!("{}-{}", self.shared.uuid, self.record.id)
    }

    /// Whether parts of it may be in the store already (see [`crate::Spool::begin_split`]). It must not be sent as a
    /// whole then.
    pub fn is_split(&self) -> bool {
        self.is_split
    }

    pub fn frames(&self) -> u64 {
        self.summary.frames
    }

    /// Records in all frames.
    pub fn rows(&self) -> u64 {
        self.summary.rows
    }

    /// Size of all payloads once decompressed.
    pub fn uncompressed_bytes(&self) -> u64 {
        self.summary.uncompressed_bytes
    }

    /// Bytes that the frames take on disk.
    pub fn disk_bytes(&self) -> u64 {
        self.summary.disk_bytes
    }

    /// Schema of each frame.
    pub fn schema(&self) -> u32 {
        self.summary.schema
    }

    /// Earliest and latest time of the records; `None` where no frame has times.
    pub fn times(&self) -> Option<TimeRange> {
        self.summary.times
    }

    /// When the oldest frame was appended, nanoseconds since the Unix epoch, UTC.
    pub fn oldest_appended_at_ns(&self) -> Option<i64> {
        self.summary.oldest_ns
    }

    /// Reads the frames, in order. Blocks on the disk.
    ///
    /// A frame whose checksum fails is left out, copied to `dead/` and counted in [`crate::Stats::corrupt_frames`];
    /// if no frame is left, the list is empty and the cut is to be completed all the same.
    pub fn read(&self) -> Result<Vec<StoredFrame>, SpoolError> {
        let mut frames = Vec::with_capacity(usize::try_from(self.summary.frames).unwrap_or(0));
        self.shared.read_frames(self.record, |place, header, payload| {
            frames.push(header.into_stored(place, payload));
        })?;
        Ok(frames)
    }
}

impl Delivery {
    /// All frames before it are delivered.
    pub(crate) fn watermark(&self) -> Position {
        self.cuts.front().map_or(self.position, |cut| cut.record.start)
    }

    /// Brings the sums of the state up to date with the cuts.
    pub(crate) fn publish(&self, state: &mut State) {
        state.outstanding_cuts = self.cuts.iter().filter(|cut| !cut.is_complete).count() as u64;
        state.waiting_cuts =
            self.cuts.iter().filter(|cut| !cut.is_complete && !cut.is_handed_out).count() as u64;
        state.cut_oldest_ns = self.cuts.front().and_then(|cut| cut.summary.oldest_ns);
    }

    fn write(&mut self, shared: &Shared, record: Record, sync: bool) -> Result<(), SpoolError> {
        let Self { journal, position, cuts, next_id, .. } = self;
        journal.append(&*shared.disk, &shared.reserve, record, sync, || {
            contents(shared.uuid, *position, cuts, *next_id)
        })
    }

    /// Makes all completions durable.
    pub(crate) fn sync(&mut self, shared: &Shared) -> Result<(), SpoolError> {
        let Self { journal, position, cuts, next_id, .. } = self;
        journal.sync(&*shared.disk, &shared.reserve, || contents(shared.uuid, *position, cuts, *next_id))
    }
}

/// What a journal written anew says.
pub(crate) fn contents(uuid: Uuid, position: Position, cuts: &VecDeque<CutState>, next_id: u64) -> Contents {
    Contents {
        uuid,
        next_id,
        watermark: cuts.front().map_or(position, |cut| cut.record.start),
        cuts: cuts.iter().map(|cut| cut.record).collect(),
        completed: cuts.iter().filter(|cut| cut.is_complete).map(|cut| cut.record.id).collect(),
    }
}

impl Shared {
    pub(crate) fn next_cut(self: &Arc<Self>, limits: CutLimits) -> Result<Option<Cut>, SpoolError> {
        let mut delivery = lock(&self.delivery);
        if let Some(cut) = delivery.cuts.iter_mut().find(|cut| !cut.is_handed_out && !cut.is_complete) {
            cut.is_handed_out = true;
            let cut = Cut {
                shared: self.clone(),
                record: cut.record,
                summary: cut.summary,
                is_split: cut.is_split,
            };
            delivery.publish(&mut lock(&self.state));
            return Ok(Some(cut));
        }
        let from = delivery.position;
        let (found, log_end) = self.with_log(from.segment, |log| {
            let log_end = log.segments.last_key_value().map(|(&id, &length)| (id, length));
            (log.run(from, None, limits), log_end)
        });
        let (run, garbage) = found?;
        for bytes in garbage {
            self.keep_corrupt(bytes.start, bytes.bytes, "no frame")?;
        }
        let next_ns = run.as_ref().and_then(|run| run.next_appended_at_ns);
        let mut cut = None;
        if let Some(run) = run {
            let record = CutRecord { id: delivery.next_id, start: run.start, end: run.end };
            delivery.next_id += 1;
            delivery.position = run.end;
            delivery.cuts.push_back(CutState {
                record,
                summary: run.summary,
                is_handed_out: true,
                is_complete: false,
                is_split: false,
            });
            if let Err(error) = delivery.write(self, Record::Cut(record), true) {
                delivery.cuts.pop_back();
                delivery.position = from;
                return Err(error);
            }
            cut = Some(Cut { shared: self.clone(), record, summary: run.summary, is_split: false });
        }
        let mut state = lock(&self.state);
        state.uncut_frames =
            state.uncut_frames.saturating_sub(cut.as_ref().map_or(0, |cut| cut.summary.frames));
        state.uncut_oldest_ns = next_ns;
        if next_ns.is_none() {
            if log_end == state.segments.last_key_value().map(|(&id, &length)| (id, length)) {
                // Everything is in cuts, so the sums are known exactly, whatever damage the walk went past.
                state.uncut_frames = 0;
                state.pending = Pending::default();
                for cut in &delivery.cuts {
                    state.pending.add(&cut.summary);
                }
            } else {
                // What came during the walk.
                state.uncut_oldest_ns = Some(self.clock.now_ns());
            }
        }
        delivery.publish(&mut state);
        Ok(cut)
    }

    pub(crate) fn complete(&self, id: u64) -> Result<(), SpoolError> {
        let mut delivery = lock(&self.delivery);
        let cut = delivery
            .cuts
            .iter_mut()
            .find(|cut| cut.record.id == id && !cut.is_complete)
            .ok_or(SpoolError::UnknownCut { id })?;
        cut.is_complete = true;
        let written = delivery.write(self, Record::Complete(id), false);
        let mut delivered: Vec<CutState> = Vec::new();
        while delivery.cuts.front().is_some_and(|cut| cut.is_complete) {
            delivered.extend(delivery.cuts.pop_front());
        }
        {
            let mut state = lock(&self.state);
            for cut in &delivered {
                state.pending.subtract(&cut.summary);
            }
            delivery.publish(&mut state);
        }
        let splits = delivered.iter().filter(|cut| cut.is_split).map(|cut| cut.record.id);
        delivery.ended_splits.extend(splits);
        let deleted = self.delete_delivered(&mut delivery);
        written.and(deleted)
    }

    /// Gives a cut back, to be handed out again.
    pub(crate) fn release(&self, id: u64) -> Result<(), SpoolError> {
        let mut delivery = lock(&self.delivery);
        let cut = delivery
            .cuts
            .iter_mut()
            .find(|cut| cut.record.id == id && !cut.is_complete)
            .ok_or(SpoolError::UnknownCut { id })?;
        cut.is_handed_out = false;
        delivery.publish(&mut lock(&self.state));
        self.announce();
        Ok(())
    }

    /// Notes durably that the frames of a cut go to the store in parts from now on.
    pub(crate) fn begin_split(&self, id: u64) -> Result<(), SpoolError> {
        let mut delivery = lock(&self.delivery);
        let cut = delivery
            .cuts
            .iter_mut()
            .find(|cut| cut.record.id == id && !cut.is_complete)
            .ok_or(SpoolError::UnknownCut { id })?;
        if !cut.is_split {
            let path = split_path(&self.config.dir, id);
            self.reserve
                .with(|| replace_file(&path, &[]))
                .map_err(|error| SpoolError::io("write", &path, error))?;
            cut.is_split = true;
        }
        Ok(())
    }

    pub(crate) fn dead_letter(
        &self,
        id: u64,
        reason: &str,
        is_dead: impl Fn(Position) -> bool,
    ) -> Result<(), SpoolError> {
        let record = lock(&self.delivery)
            .cuts
            .iter()
            .find(|cut| cut.record.id == id && !cut.is_complete)
            .map(|cut| cut.record)
            .ok_or(SpoolError::UnknownCut { id })?;
        let mut body = Vec::new();
        self.read_frames(record, |position, header, payload| {
            if is_dead(position) {
                body.extend(header.encode(position));
                body.extend(payload);
            }
        })?;
        let letter = NewDeadLetter {
            name: format!("refused-{}-{id:020}", self.uuid),
            kind: DeadKind::Refused,
            cut: id,
            spool: self.uuid,
            written_at_ns: self.clock.now_ns(),
            reason,
            body: &body,
        };
        dead::check_room(&self.config, &letter)?;
        dead::write(&self.config.dir, &letter)?;
        self.count_dead_letters()?;
        self.complete(id)
    }

    /// Brings the sums over the dead letters up to date with their folder.
    pub(crate) fn count_dead_letters(&self) -> Result<(), SpoolError> {
        let dead = dead::totals(&self.config.dir)?;
        lock(&self.state).dead = dead;
        Ok(())
    }

    /// Deletes segments of which every frame is delivered.
    pub(crate) fn delete_delivered(&self, delivery: &mut Delivery) -> Result<(), SpoolError> {
        let watermark = delivery.watermark();
        let (delivered, sources) = {
            let mut state = lock(&self.state);
            let delivered: Vec<u64> = state
                .segments
                .range(..=watermark.segment)
                .filter(|&(&id, &length)| {
                    let is_below = id < watermark.segment || watermark.offset >= length;
                    is_below && state.active != Some(id)
                })
                .map(|(&id, _)| id)
                .collect();
            if delivered.is_empty() {
                return Ok(());
            }
            state.sources.keep_newest(self.config.max_sources);
            (delivered, state.sources.clone())
        };
        // Both must outlive the frames: without the first they would be asked for again, without the second a batch
        // sent again would be stored again.
        delivery.sync(self)?;
        for id in std::mem::take(&mut delivery.ended_splits) {
            // What stays behind is removed by the next open.
            let _ = fs::remove_file(split_path(&self.config.dir, id));
        }
        sources::save(&self.config.dir, &self.reserve, &sources)?;
        for id in delivered {
            let path = segment_path(&self.config.dir, id);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(SpoolError::io("delete", &path, error));
                }
                _ => {}
            }
            let mut state = lock(&self.state);
            state.segments.remove(&id);
        }
        // Where there is still no room for it, the next append tries again.
        let _ = self.reserve.fill();
        Ok(())
    }

    /// Reads the frames of a cut whose checksum holds; the others go to `dead/`.
    fn read_frames(
        &self,
        record: CutRecord,
        mut visit: impl FnMut(Position, FrameHeader, Vec<u8>),
    ) -> Result<(), SpoolError> {
        let garbage = self.with_log(record.start.segment, |log| {
            log.walk(record.start, Some(record.end), |position, header, walker| {
                let path = segment_path(&self.config.dir, position.segment);
                let payload =
                    walker.payload(&header).map_err(|error| SpoolError::io("read", &path, error))?;
                if let Some(payload) = payload {
                    visit(position, header, payload);
                } else {
                    self.keep_corrupt(position, header.disk_bytes(), "checksum of a payload fails")?;
                }
                Ok(ControlFlow::Continue(()))
            })
        })?;
        for bytes in garbage {
            self.keep_corrupt(bytes.start, bytes.bytes, "no frame")?;
        }
        Ok(())
    }
}
