//! Tables with a header: CSV (comma, semicolon or bar) and TSV, quoted as in RFC 4180, fields over several lines
//! allowed.
//!
//! Columns go where the same names of a JSON object go; a `date` beside a `time` is put before it.

use crate::draft::{Body, Draft, EntryTime};
use crate::timestamp;
use click_lite_formats::ndjson::parse_time;
use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Time,
    Date,
    Body,
    Level,
    Service,
    TraceId,
    SpanId,
    Host,
    Attribute,
}

/// Names of each column's role, the best first.
const NAMES: [(Role, &[&str]); 8] = [
    (
        Role::Time,
        &["timestamp", "time", "ts", "@timestamp", "_time", "t", "datetime", "date_time", "log_time"],
    ),
    (Role::Date, &["date"]),
    (
        Role::Body,
        &["message", "msg", "body", "log", "_msg", "text", "event", "content", "log_message", "description"],
    ),
    (
        Role::Level,
        &["level", "severity", "lvl", "loglevel", "priority", "log_level", "levelname", "severitytext"],
    ),
    (
        Role::Service,
        &["service", "service.name", "app", "logger", "servicename", "service_name", "application"],
    ),
    (Role::TraceId, &["trace_id", "traceid", "trace.id"]),
    (Role::SpanId, &["span_id", "spanid", "span.id"]),
    (Role::Host, &["host", "hostname", "host.name"]),
];

/// The header of a table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    delimiter: u8,
    columns: Vec<(String, Role)>,
}

impl Table {
    /// Reads a header line; the delimiter is the one that splits it most.
    pub(crate) fn from_header(line: &str) -> Self {
        let delimiter = delimiter_of(line);
        let names: Vec<String> = split(line, delimiter)
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        let mut columns: Vec<(String, Role)> =
            names.into_iter().map(|name| (name, Role::Attribute)).collect();
        let has_date = columns.iter().any(|(name, _)| name.eq_ignore_ascii_case("date"));
        for (role, aliases) in NAMES {
            // Beside a date, `time` is its time of day, whatever other times there are.
            let order: &[&str] =
                if has_date && role == Role::Time { &["time", "timestamp", "ts"] } else { aliases };
            let best = order.iter().find_map(|alias| {
                columns
                    .iter()
                    .position(|(name, role)| *role == Role::Attribute && name.eq_ignore_ascii_case(alias))
            });
            if let Some(index) = best {
                columns[index].1 = role;
            }
        }
        Self { delimiter, columns }
    }

    /// Whether quotes are still open at the end of a line.
    pub(crate) fn is_open_after(&self, line: &str, open_before: bool) -> bool {
        is_open_after(line, self.delimiter, open_before)
    }

    /// Whether a column is a time, level or message.
    fn has_known_column(&self) -> bool {
        self.columns.iter().any(|(_, role)| !matches!(role, Role::Attribute | Role::Host | Role::Service))
    }

    /// Fills the draft from one row. False where the row does not fit the header.
    pub(crate) fn read(&self, row: &str, draft: &mut Draft) -> bool {
        let (mut date, mut time): (Cow<'_, str>, Cow<'_, str>) = (Cow::Borrowed(""), Cow::Borrowed(""));
        let mut count = 0;
        let mut has_body = false;
        for (index, field) in split(row, self.delimiter).enumerate() {
            count += 1;
            let value = field.trim();
            let Some((name, role)) = self.columns.get(index) else {
                draft.record.write_attribute(
                    |text| {
                        text.push_str("column_");
                        text.push_str(&(index + 1).to_string());
                    },
                    |text| text.push_str(value),
                );
                continue;
            };
            if value.is_empty() {
                continue;
            }
            match role {
                Role::Time => time = Cow::Owned(value.to_owned()),
                Role::Date => date = Cow::Owned(value.to_owned()),
                Role::Body => {
                    draft.record.set_body(&field);
                    has_body = true;
                }
                Role::Level => draft.record.set_level(value),
                Role::Service => draft.record.set_service(value),
                Role::TraceId if is_hexadecimal(value, 32) => {
                    draft.record.set_trace_id(&value.to_ascii_lowercase());
                }
                Role::SpanId if is_hexadecimal(value, 16) => {
                    draft.record.set_span_id(&value.to_ascii_lowercase());
                }
                Role::Host => draft.host(value),
                _ => draft.record.push_attribute(name, value),
            }
        }
        if count < self.columns.len().div_ceil(2) {
            return false;
        }
        self.set_time(&date, &time, draft);
        draft.body = if has_body { Body::InRecord } else { Body::From(0) };
        true
    }

    fn set_time(&self, date: &str, time: &str, draft: &mut Draft) {
        let joined;
        let text = match (date.is_empty(), time.is_empty()) {
            (false, false) => {
                joined = format!("{date} {time}");
                &joined
            }
            (false, true) => date,
            _ => time,
        };
        let found = timestamp::whole(text)
            .or_else(|| parse_time(text).map(EntryTime::Utc))
            .or_else(|| parse_time(time).map(EntryTime::Utc));
        match found {
            Some(found) => draft.time = found,
            None => {
                for (role, value) in [(Role::Date, date), (Role::Time, time)] {
                    let name = self.columns.iter().find(|(_, other)| *other == role);
                    if let Some((name, _)) = name.filter(|_| !value.is_empty()) {
                        draft.record.push_attribute(name, value);
                    }
                }
            }
        }
    }
}

fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn delimiter_of(header: &str) -> u8 {
    [b'\t', b',', b';', b'|']
        .into_iter()
        .map(|delimiter| (memchr::memchr_iter(delimiter, header.as_bytes()).count(), delimiter))
        .max_by_key(|(count, _)| *count)
        .map_or(b',', |(_, delimiter)| delimiter)
}

fn is_open_after(line: &str, delimiter: u8, open_before: bool) -> bool {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut open = open_before;
    loop {
        if open {
            let Some(quote) = memchr::memchr(b'"', &bytes[at..]) else { return true };
            at += quote + 1;
            if bytes.get(at) == Some(&b'"') {
                at += 1;
                continue;
            }
            open = false;
        } else {
            if bytes.get(at) == Some(&b'"') {
                open = true;
                at += 1;
                continue;
            }
            let Some(next) = memchr::memchr(delimiter, &bytes[at.min(bytes.len())..]) else { return false };
            at += next + 1;
        }
    }
}

/// Fields of a row, unquoted.
fn split(row: &str, delimiter: u8) -> impl Iterator<Item = Cow<'_, str>> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let bytes = row.as_bytes();
        if bytes.get(start) != Some(&b'"') {
            let end = memchr::memchr(delimiter, &bytes[start..]).map(|length| start + length);
            at = end.map(|end| end + 1);
            return Some(Cow::Borrowed(&row[start..end.unwrap_or(row.len())]));
        }
        let mut text = Cow::Borrowed("");
        let mut from = start + 1;
        let end = loop {
            let Some(quote) = memchr::memchr(b'"', &bytes[from..]).map(|length| from + length) else {
                text += &row[from..];
                break row.len();
            };
            text += &row[from..quote];
            if bytes.get(quote + 1) == Some(&b'"') {
                text += "\"";
                from = quote + 2;
                continue;
            }
            break quote + 1;
        };
        let next = memchr::memchr(delimiter, &bytes[end..]).map(|length| end + length);
        // Text between a closing quote and the delimiter is kept.
        text += &row[end..next.unwrap_or(row.len())];
        at = next.map(|next| next + 1);
        Some(text)
    })
}

/// How sure it is that lines are a table (0 to 1), and whether its delimiter is a tab.
pub(crate) fn detect(lines: &[&str], file_name: Option<&str>) -> (f32, bool) {
    let Some((header, rows)) = lines.split_first() else { return (0.0, false) };
    let table = Table::from_header(header);
    let named = file_name.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".csv", ".tsv", ".csv.", ".tsv."].iter().any(|end| name.ends_with(end) || name.contains(end))
    });
    let is_tab = table.delimiter == b'\t';
    let mut names = Vec::new();
    let plausible = table.columns.len() >= 2
        && table.columns.iter().all(|(name, _)| {
            let repeated = names.contains(&name.as_str());
            names.push(name.as_str());
            !repeated
                && !name.is_empty()
                && name.len() <= 64
                && !name.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '{' | '[' | '<'))
                && name.bytes().all(|byte| {
                    byte >= 0x80 || byte.is_ascii_alphanumeric() || b" _-.@()/#:%$".contains(&byte)
                })
        });
    let enough = named || (table.columns.len() >= 3 && table.has_known_column());
    if !plausible || !enough || (rows.is_empty() && !named) {
        return (0.0, is_tab);
    }
    let (mut total, mut fitting) = (0u32, 0u32);
    let mut open = false;
    let mut row = String::new();
    for line in rows {
        if open {
            row.push('\n');
        } else {
            row.clear();
        }
        row.push_str(line);
        open = table.is_open_after(line, open);
        if !open {
            total += 1;
            fitting += u32::from(split(&row, table.delimiter).count() == table.columns.len());
        }
    }
    if total == 0 { (if named { 0.6 } else { 0.0 }, is_tab) } else { (fitting as f32 / total as f32, is_tab) }
}
