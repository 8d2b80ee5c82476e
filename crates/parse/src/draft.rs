use click_lite_model::{Record, Severity};

/// A time as a line gives it. What is missing (zone, year, date) is filled in when the record is emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum EntryTime {
    #[default]
    Missing,
    /// Nanoseconds since the epoch, UTC.
    Utc(i64),
    /// As `Utc`, but of a clock whose zone the line does not say.
    Local(i64),
    /// Month 1 to 12, day 1 to 31 and nanoseconds of the day.
    Yearless { month: u32, day: u32, day_ns: i64 },
    /// Nanoseconds of the day.
    TimeOfDay(i64),
}

/// Where the body of a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// The entry from this byte of its first line on, with the lines that follow.
    From(usize),
    /// Already in the record; following lines are added to it.
    InRecord,
}

/// What a scanner says about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A record starts here; the draft is filled.
    Start,
    /// The line has the format, but belongs to the record before it.
    Continuation,
    /// Not a line of this format. The draft may hold leftovers.
    No,
}

/// Looks at one line (no line end, valid text) and fills the draft if a record starts there. Pure.
pub(crate) type Scanner = fn(&str, &mut Draft) -> Scan;

/// A record in the making.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) record: Record,
    pub(crate) time: EntryTime,
    pub(crate) body: Body,
}

impl Default for Draft {
    fn default() -> Self {
        Self { record: Record::new(), time: EntryTime::Missing, body: Body::From(0) }
    }
}

impl Draft {
    pub(crate) fn clear(&mut self) {
        self.record.clear();
        self.time = EntryTime::Missing;
        self.body = Body::From(0);
    }

    /// Adds an attribute unless the value is empty or `-`, which in logs stands for "none".
    #[inline]
    pub(crate) fn attribute(&mut self, key: &str, value: &str) {
        if !value.is_empty() && value != "-" {
            self.record.push_attribute(key, value);
        }
    }

    #[inline]
    pub(crate) fn host(&mut self, host: &str) {
        if !host.is_empty() && host != "-" {
            self.record.push_resource("host.name", host);
        }
    }

    #[inline]
    pub(crate) fn start(&mut self, time: EntryTime, body_start: usize) -> Scan {
        self.time = time;
        self.body = Body::From(body_start);
        Scan::Start
    }

    /// Level as written, with the severity that it stands for here.
    pub(crate) fn level(&mut self, text: &str, severity: Severity) {
        self.record.set_severity_text(text);
        self.record.severity = severity;
    }
}
