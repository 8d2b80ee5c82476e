//! What opening a spool makes of the files that it finds.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs::{self, OpenOptions},
    ops::ControlFlow,
    path::Path,
};

use click_lite_model::Clock;
use uuid::Uuid;

use crate::{
    CutLimits, SpoolConfig, SpoolError, dead,
    delivery::{CutState, Delivery, contents, split_cut},
    disk::Reserve,
    frame::Position,
    journal::{self, Condition, CutRecord, Journal},
    log::{Log, Segments, Summary},
    segment::{SEGMENT_START, Step, Walker, check_segment_header, segment_id, segment_path},
    shared::{Pending, State, save_corrupt},
    sources::{self, Sources},
};

/// What opening a spool found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Frames that wait for delivery.
    pub frames_recovered: u64,
    /// Records in them.
    pub rows_recovered: u64,
    /// Outstanding cuts, which come again first.
    pub cuts_recovered: u64,
    /// Bytes of an append that a crash cut off; it was never acknowledged.
    pub torn_bytes: u64,
    /// Damaged places in the log, each at least one frame, that were copied to `dead/`.
    pub corrupt_frames: u64,
    pub corrupt_bytes: u64,
    /// Damaged records of the journal of cuts. Records may be delivered twice where a cut was lost.
    pub journal_damaged_records: u64,
    /// The journal of cuts was lost: frames that were delivered and not yet deleted are delivered again.
    pub is_journal_lost: bool,
    /// The file of sources was lost: a batch of a source none of whose frames is left may be stored twice.
    pub is_sources_lost: bool,
}

/// All that a spool starts with.
pub(crate) struct Recovered {
    pub(crate) recovery: Recovery,
    pub(crate) state: State,
    pub(crate) delivery: Delivery,
    pub(crate) uuid: Uuid,
    pub(crate) next_segment: u64,
}

/// What is known while the segments are looked through.
struct Scan<'a> {
    folder: &'a Path,
    uuid: Uuid,
    now_ns: i64,
    watermark: Position,
    uncut: Position,
    recovery: Recovery,
    corrupt: BTreeSet<Position>,
    sources: Sources,
    uncut_sum: Summary,
}

pub(crate) fn recover(
    config: &SpoolConfig,
    reserve: &Reserve,
    clock: &dyn Clock,
) -> Result<Recovered, SpoolError> {
    let folder = config.dir.as_path();
    let now_ns = clock.now_ns();
    let found = list_segments(folder)?;
    let (journal_contents, condition) = journal::load(folder)?;
    let saved_sources = sources::load(folder, now_ns)?;
    let mut scan = Scan {
        folder,
        uuid: journal_contents.uuid,
        now_ns,
        watermark: journal_contents.watermark,
        uncut: journal_contents.uncut(),
        recovery: Recovery {
            is_sources_lost: saved_sources.is_none(),
            is_journal_lost: condition == Condition::Lost && !found.is_empty(),
            journal_damaged_records: if let Condition::Damaged(records) = condition { records } else { 0 },
            ..Recovery::default()
        },
        corrupt: BTreeSet::new(),
        sources: saved_sources.unwrap_or_default(),
        uncut_sum: Summary::default(),
    };
    let last = found.last_key_value().map(|(&id, _)| id);
    let mut segments = Segments::new();
    for (&id, &length) in &found {
        if let Some(length) = scan.segment(id, length, last == Some(id))? {
            segments.insert(id, length);
        }
    }

    scan.sources.keep_newest(config.max_sources);

    let log = Log { folder, segments: &segments, corrupt: &scan.corrupt };
    let mut next_id = journal_contents.next_id;
    let mut cuts = VecDeque::new();
    let mut reached = scan.watermark;
    for &record in &journal_contents.cuts {
        if condition != Condition::Whole {
            // A lost record leaves a gap, whose frames get new numbers.
            while let (Some(run), _) = log.run(reached, Some(record.start), CutLimits::default())? {
                let record = CutRecord { id: next_id, start: run.start, end: run.end };
                next_id += 1;
                reached = run.end;
                cuts.push_back(cut_state(record, run.summary, false));
            }
        }
        let mut summary = Summary::default();
        log.walk(record.start, Some(record.end), |_, header, _| {
            summary.add(&header);
            Ok(ControlFlow::Continue(()))
        })?;
        reached = record.end;
        // Without frames there is nothing left to deliver: they were deleted, which follows completion.
        let is_complete = journal_contents.completed.contains(&record.id) || summary.frames == 0;
        cuts.push_back(cut_state(record, summary, is_complete));
    }
    while cuts.front().is_some_and(|cut| cut.is_complete) {
        cuts.pop_front();
    }

    let mut pending = Pending::default();
    pending.add(&scan.uncut_sum);
    for cut in &cuts {
        pending.add(&cut.summary);
    }
    let mut journal = Journal::new(folder);
    match journal.rewrite(reserve, &contents(scan.uuid, reached, &cuts, next_id)) {
        // The next cut writes it; until then the old journal says the same.
        Ok(()) | Err(SpoolError::DiskFull { .. }) => {}
        Err(error) => return Err(error),
    }
    mark_splits(folder, &mut cuts)?;
    let delivery = Delivery { journal, position: reached, cuts, next_id, ended_splits: Vec::new() };
    let mut state = State {
        segments,
        sources: scan.sources,
        pending,
        uncut_frames: scan.uncut_sum.frames,
        uncut_oldest_ns: scan.uncut_sum.oldest_ns,
        corrupt: scan.corrupt,
        dead: dead::totals(folder)?,
        ..State::default()
    };
    delivery.publish(&mut state);
    let recovery = Recovery {
        frames_recovered: pending.frames,
        rows_recovered: pending.rows,
        cuts_recovered: state.outstanding_cuts,
        ..scan.recovery
    };
    let next_segment = last.unwrap_or(0).max(reached.segment).saturating_add(1);
    Ok(Recovered { recovery, state, delivery, uuid: scan.uuid, next_segment })
}

fn cut_state(record: CutRecord, summary: Summary, is_complete: bool) -> CutState {
    CutState { record, summary, is_handed_out: false, is_complete, is_split: false }
}

/// Finds out which cuts are split. Removes what is left of others.
fn mark_splits(folder: &Path, cuts: &mut VecDeque<CutState>) -> Result<(), SpoolError> {
    let failed = |error| SpoolError::io("read", folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Some(id) = entry.file_name().to_str().and_then(split_cut) else { continue };
        if let Some(cut) = cuts.iter_mut().find(|cut| cut.record.id == id) {
            cut.is_split = true;
        } else {
            fs::remove_file(entry.path()).map_err(|error| SpoolError::io("delete", &entry.path(), error))?;
        }
    }
    Ok(())
}

/// Segments and their length. Removes temporary files of a crash.
fn list_segments(folder: &Path) -> Result<BTreeMap<u64, u64>, SpoolError> {
    let failed = |error| SpoolError::io("read", folder, error);
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            fs::remove_file(&path).map_err(|error| SpoolError::io("delete", &path, error))?;
        } else if let Some(id) = entry.file_name().to_str().and_then(segment_id) {
            found.insert(id, entry.metadata().map_err(failed)?.len());
        }
    }
    Ok(found)
}

impl Scan<'_> {
    /// Looks through one segment; the payloads are checked in the last one alone, since the others were sealed and
    /// are checked when they are read. Returns its length, `None` where it holds nothing.
    fn segment(&mut self, id: u64, length: u64, is_last: bool) -> Result<Option<u64>, SpoolError> {
        let path = segment_path(self.folder, id);
        // A damaged header costs nothing: frames say themselves where they belong.
        if !check_segment_header(&path, id)? && !is_last {
            self.recovery.corrupt_bytes += SEGMENT_START.min(length);
        }
        let failed = |error| SpoolError::io("read", &path, error);
        let mut walker = Walker::open(self.folder, id, SEGMENT_START.min(length), length).map_err(failed)?;
        let mut kept_length = length;
        let mut frames = 0;
        loop {
            match walker.step().map_err(failed)? {
                Step::End => break,
                Step::Garbage { start, end } => {
                    let position = Position { segment: id, offset: start };
                    if is_last && end == length && position >= self.uncut {
                        self.recovery.torn_bytes += end - start;
                        kept_length = start;
                    } else {
                        self.keep_corrupt(position, end - start, "no frame")?;
                        frames += 1;
                    }
                }
                Step::Frame(position, header) => {
                    frames += 1;
                    if is_last && !walker.payload_holds(&header).map_err(failed)? {
                        self.keep_corrupt(position, header.disk_bytes(), "checksum of a payload fails")?;
                        continue;
                    }
                    if let Some(source) = header.source {
                        self.sources.advance(source.id, source.sequence, header.appended_at_ns);
                    }
                    if position >= self.uncut {
                        self.uncut_sum.add(&header);
                    }
                }
            }
        }
        if is_last && frames == 0 {
            self.recovery.torn_bytes += SEGMENT_START.min(length) * u64::from(length < SEGMENT_START);
            fs::remove_file(&path).map_err(|error| SpoolError::io("delete", &path, error))?;
            return Ok(None);
        }
        if kept_length < length {
            OpenOptions::new()
                .write(true)
                .open(&path)
                .and_then(|file| {
                    file.set_len(kept_length)?;
                    file.sync_all()
                })
                .map_err(|error| SpoolError::io("truncate", &path, error))?;
        }
        Ok(Some(kept_length))
    }

    fn keep_corrupt(&mut self, start: Position, bytes: u64, reason: &str) -> Result<(), SpoolError> {
        self.corrupt.insert(start);
        if start >= self.watermark {
            self.recovery.corrupt_frames += 1;
            self.recovery.corrupt_bytes += bytes;
            save_corrupt(self.folder, self.uuid, self.now_ns, start, bytes, reason)?;
        }
        Ok(())
    }
}
