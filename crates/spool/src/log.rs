//! The durable frames of all segments as one sequence.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
    path::Path,
};

use crate::{
    CutLimits, SpoolError, TimeRange,
    frame::{FrameHeader, Position},
    segment::{SEGMENT_START, Step, Walker, segment_path},
};

/// Durable length of each segment, by number.
pub(crate) type Segments = BTreeMap<u64, u64>;

/// A view of the log at one moment.
pub(crate) struct Log<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) segments: &'a Segments,
    /// Frames whose header holds and whose payload doesn't; a walk leaves them out.
    pub(crate) corrupt: &'a BTreeSet<Position>,
}

/// Bytes of a segment that are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbage {
    pub(crate) start: Position,
    pub(crate) bytes: u64,
}

/// Sums over a run of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    pub(crate) frames: u64,
    pub(crate) rows: u64,
    pub(crate) disk_bytes: u64,
    pub(crate) uncompressed_bytes: u64,
    pub(crate) schema: u32,
    pub(crate) times: Option<TimeRange>,
    pub(crate) oldest_ns: Option<i64>,
}

/// A run of frames for one cut.
pub(crate) struct Run {
    pub(crate) start: Position,
    pub(crate) end: Position,
    pub(crate) summary: Summary,
    /// When the frame after the run was appended; `None` where the run reaches the end.
    pub(crate) next_appended_at_ns: Option<i64>,
}

impl Summary {
    pub(crate) fn add(&mut self, header: &FrameHeader) {
        self.frames += 1;
        self.rows += u64::from(header.rows);
        self.disk_bytes += header.disk_bytes();
        self.uncompressed_bytes = self.uncompressed_bytes.saturating_add(header.uncompressed_bytes);
        self.schema = header.schema;
        self.times = match (self.times, header.times) {
            (Some(all), Some(times)) => {
                Some(TimeRange { min_ns: all.min_ns.min(times.min_ns), max_ns: all.max_ns.max(times.max_ns) })
            }
            (all, times) => all.or(times),
        };
        let appended = header.appended_at_ns;
        self.oldest_ns = Some(self.oldest_ns.map_or(appended, |oldest| oldest.min(appended)));
    }
}

impl Log<'_> {
    /// Visits the frames from `from` to before `until` (or the end) in order, and returns what is no frame on the way.
    /// The visitor may read the payload from the walker.
    pub(crate) fn walk(
        &self,
        from: Position,
        until: Option<Position>,
        mut visit: impl FnMut(Position, FrameHeader, &mut Walker) -> Result<ControlFlow<()>, SpoolError>,
    ) -> Result<Vec<Garbage>, SpoolError> {
        let mut garbage = Vec::new();
        for (&segment, &length) in self.segments.range(from.segment..) {
            let end = match until {
                Some(until) if segment > until.segment => break,
                Some(until) if segment == until.segment => length.min(until.offset),
                _ => length,
            };
            let start = if segment == from.segment { from.offset.max(SEGMENT_START) } else { SEGMENT_START };
            if start >= end {
                continue;
            }
            let path = segment_path(self.folder, segment);
            let failed = |error| SpoolError::io("read", &path, error);
            let mut walker = Walker::open(self.folder, segment, start, end).map_err(failed)?;
            loop {
                match walker.step().map_err(failed)? {
                    Step::End => break,
                    Step::Garbage { start, end } => garbage
                        .push(Garbage { start: Position { segment, offset: start }, bytes: end - start }),
                    Step::Frame(position, _) if self.corrupt.contains(&position) => {}
                    Step::Frame(position, header) => {
                        if visit(position, header, &mut walker)?.is_break() {
                            return Ok(garbage);
                        }
                    }
                }
            }
        }
        Ok(garbage)
    }

    /// The longest run of frames of one schema from `from` that the limits allow, at least one frame; `None` where
    /// there is none.
    pub(crate) fn run(
        &self,
        from: Position,
        until: Option<Position>,
        limits: CutLimits,
    ) -> Result<(Option<Run>, Vec<Garbage>), SpoolError> {
        let mut run: Option<Run> = None;
        let garbage = self.walk(from, until, |position, header, _| {
            let end = Position { offset: position.offset + header.disk_bytes(), ..position };
            let Some(run) = &mut run else {
                let mut summary = Summary::default();
                summary.add(&header);
                run = Some(Run { start: position, end, summary, next_appended_at_ns: None });
                return Ok(ControlFlow::Continue(()));
            };
            let bytes = run.summary.uncompressed_bytes.saturating_add(header.uncompressed_bytes);
            if header.schema != run.summary.schema
                || run.summary.frames >= limits.max_frames
                || bytes > limits.max_bytes
            {
                run.next_appended_at_ns = Some(header.appended_at_ns);
                return Ok(ControlFlow::Break(()));
            }
            run.summary.add(&header);
            run.end = end;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((run, garbage))
    }
}

/// Bytes of a segment as they are, whatever they are.
pub(crate) fn read_raw(folder: &Path, start: Position, bytes: u64) -> Result<Vec<u8>, SpoolError> {
    let path = segment_path(folder, start.segment);
    let mut raw = Vec::new();
    File::open(&path)
        .and_then(|mut file| {
            file.seek(SeekFrom::Start(start.offset))?;
            file.take(bytes).read_to_end(&mut raw)
        })
        .map_err(|error| SpoolError::io("read", &path, error))?;
    Ok(raw)
}
