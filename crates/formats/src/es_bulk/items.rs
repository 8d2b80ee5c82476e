use std::fmt::Write as _;

use super::Action;
use crate::json::append_quoted;

/// Bytes of the answer that are made at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Refused documents whose reason is kept in full; more of them get their kind alone.
const KEPT_REASONS: u64 = 1000;

/// Documents of one body whose outcomes are told one by one, which bounds the memory that a body of very small ones takes.
const MAX_RUNS: usize = 1 << 20;

/// Names of one path of a filter; the answer is less deep.
const MAX_FILTER_DEPTH: usize = 8;

/// What became of the documents of a body, in order.
///
/// A body may hold millions of documents, most of them like the one before: those with the same index and outcome take
/// the memory of one.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// Names, ids and reasons.
    text: String,
    pub(super) runs: Vec<Run>,
    index: Span,
    accepted: u64,
    refused: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Run {
    action: Action,
    count: u32,
    index: Span,
    id: Span,
    refusal: Option<Refusal>,
}

#[derive(Debug, Clone, Copy)]
struct Refusal {
    kind: &'static str,
    reason: Span,
}

impl Items {
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// No more outcomes can be kept.
    pub(super) fn is_full(&self) -> bool {
        self.runs.len() >= MAX_RUNS
    }

    pub(super) fn accept(&mut self, action: Action, index: &str, id: &str) {
        self.accepted += 1;
        let index = self.index(index);
        if id.is_empty()
            && let Some(last) = self.runs.last_mut()
            && last.action == action
            && last.index == index
            && last.id == Span::default()
            && last.refusal.is_none()
            && last.count < u32::MAX
        {
            last.count += 1;
            return;
        }
        let id = self.put(id);
        self.runs.push(Run { action, count: 1, index, id, refusal: None });
    }

    pub(super) fn refuse(&mut self, action: Action, index: &str, id: &str, kind: &'static str, reason: &str) {
        let index = self.index(index);
        let id = self.put(id);
        let reason = if self.refused < KEPT_REASONS { self.put(reason) } else { Span::default() };
        self.refused += 1;
        self.runs.push(Run { action, count: 1, index, id, refusal: Some(Refusal { kind, reason }) });
    }

    /// The name of an index, kept once while it stays the same.
    fn index(&mut self, name: &str) -> Span {
        if self.get(self.index) != name {
            self.index = self.put(name);
        }
        self.index
    }

    fn get(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn put(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let Ok(end) = u32::try_from(self.text.len() + text.len()) else { return Span::default() };
        self.text.push_str(text);
        if text.is_empty() { Span::default() } else { Span { start, end } }
    }

    /// The answer in JSON, in pieces. `seed` makes the ids of documents that came without one different between
    /// requests.
    pub fn render(self, took_ms: u64, seed: u64, filter: FilterPath) -> Rendering {
        Rendering {
            items: self,
            took_ms,
            seed,
            filter,
            position: Position::Start,
            document: 0,
            is_open: false,
        }
    }
}

/// Which parts of the answer the sender wants (`filter_path`, Elasticsearch 8 reference, "Common options").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterPath {
    took: bool,
    errors: bool,
    index: bool,
    id: bool,
    status: bool,
    error: bool,
    /// Everything else of an item.
    others: bool,
}

impl FilterPath {
    /// Everything.
    pub const ALL: Self =
        Self { took: true, errors: true, index: true, id: true, status: true, error: true, others: true };

    /// From the value of the parameter: paths with `*` and `**`, separated by commas, those with a `-` before them to
    /// leave out.
    pub fn parse(text: &str) -> Self {
        let paths = || text.split(',').map(str::trim).filter(|path| !path.is_empty());
        let included: Vec<&str> = paths().filter(|path| !path.starts_with('-')).collect();
        let excluded: Vec<&str> = paths().filter_map(|path| path.strip_prefix('-')).collect();
        let wants = |path: &[&str]| {
            let is_in = |filter: &&str| {
                let names: Vec<&str> = filter.split('.').take(MAX_FILTER_DEPTH + 1).collect();
                names.len() <= MAX_FILTER_DEPTH && matches(&names, path)
            };
            (included.is_empty() || included.iter().any(is_in)) && !excluded.iter().any(is_in)
        };
        let actions = [Action::Index, Action::Create, Action::Update, Action::Delete].map(Action::name);
        let item =
            |field: &[&str]| actions.iter().any(|action| wants(&[&["items", *action][..], field].concat()));
        Self {
            took: wants(&["took"]),
            errors: wants(&["errors"]),
            index: item(&["_index"]),
            id: item(&["_id"]),
            status: item(&["status"]),
            // An error is given whole or not at all.
            error: item(&["error"]) || item(&["error", "type"]) || item(&["error", "reason"]),
            others: item(&["result"]),
        }
    }
}

/// Whether a filter means a path or something that the path lies in.
fn matches(filter: &[&str], path: &[&str]) -> bool {
    match (filter.split_first(), path.split_first()) {
        (None, _) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|from| matches(rest, &path[from..])),
        (Some(_), None) => false,
        (Some((name, filter)), Some((part, path))) => is_like(name, part) && matches(filter, path),
    }
}

/// A name with stars for anything.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[derive(Debug, Clone, Copy)]
enum Position {
    Start,
    /// A run, and how many of its documents are rendered.
    Run(usize, u32),
    End,
}

/// The answer while it is made: an iterator over pieces of JSON.
#[derive(Debug)]
pub struct Rendering {
    items: Items,
    took_ms: u64,
    seed: u64,
    filter: FilterPath,
    position: Position,
    document: u64,
    /// The list of items has begun.
    is_open: bool,
}

impl Iterator for Rendering {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut out = String::new();
        while out.len() < CHUNK_BYTES {
            match self.position {
                Position::Start => {
                    self.append_head(&mut out);
                    self.position = Position::Run(0, 0);
                }
                Position::Run(run, done) => match self.items.runs.get(run) {
                    Some(found) if done < found.count => {
                        self.is_open |= self.append_item(found, &mut out);
                        self.document += 1;
                        self.position = Position::Run(run, done + 1);
                    }
                    Some(_) => self.position = Position::Run(run + 1, 0),
                    None => {
                        out.push_str(if self.is_open { "]}" } else { "}" });
                        self.position = Position::End;
                    }
                },
                Position::End => break,
            }
        }
        (!out.is_empty()).then_some(out)
    }
}

impl Rendering {
    // Writing to a string can't fail.
    fn append_head(&self, out: &mut String) {
        let mut separator = '{';
        if self.filter.took {
            let _ = write!(out, "{separator}\"took\":{}", self.took_ms);
            separator = ',';
        }
        if self.filter.errors {
            let _ = write!(out, "{separator}\"errors\":{}", self.items.refused > 0);
            separator = ',';
        }
        if separator == '{' {
            out.push('{');
        }
    }

    /// Appends an item, the comma before it and the start of the list included; `false` where the filter leaves nothing
    /// of it.
    fn append_item(&self, run: &Run, out: &mut String) -> bool {
        let wanted = &self.filter;
        let has_error = wanted.error && run.refusal.is_some();
        if !(wanted.index || wanted.id || wanted.status || wanted.others || has_error) {
            return false;
        }
        if self.is_open {
            out.push(',');
        } else {
            out.push_str(if wanted.took || wanted.errors { ",\"items\":[" } else { "\"items\":[" });
        }
        let _ = write!(out, "{{\"{}\":", run.action.name());
        let mut separator = '{';
        let mut key = |out: &mut String, name: &str| {
            let _ = write!(out, "{separator}\"{name}\":");
            separator = ',';
        };
        if wanted.index {
            key(out, "_index");
            append_quoted(out, self.items.get(run.index));
        }
        if wanted.id && run.id != Span::default() {
            key(out, "_id");
            append_quoted(out, self.items.get(run.id));
        } else if wanted.id && run.refusal.is_none() {
            key(out, "_id");
            let _ = write!(out, "\"{:013x}{:07x}\"", self.seed & 0xf_ffff_ffff_ffff, self.document);
        }
        if wanted.others && run.refusal.is_none() {
            key(out, "_version");
            out.push_str("1,\"result\":\"created\",\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}");
        }
        if wanted.status {
            key(out, "status");
            out.push_str(if run.refusal.is_some() { "400" } else { "201" });
        }
        if wanted.error
            && let Some(refusal) = &run.refusal
        {
            key(out, "error");
            let _ = write!(out, "{{\"type\":\"{}\",\"reason\":", refusal.kind);
            let reason = self.items.get(refusal.reason);
            append_quoted(out, if reason.is_empty() { "as the refused documents before it" } else { reason });
            out.push('}');
        }
        if separator == '{' {
            out.push('{');
        }
        out.push_str("}}");
        true
    }
}
