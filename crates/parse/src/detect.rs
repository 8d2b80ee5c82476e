use crate::continuation::looks_like_continuation;
use crate::decode::{TextDecoder, strip_controls};
use crate::draft::{Draft, Scan};
use crate::format::{FORMATS, Format, Reading};
use crate::scan::csv;
use crate::scan::json::{self, JsonReader};

/// Lines that are looked at.
const SAMPLE_LINES: usize = 400;
/// Part of the lines that has to fit for a format to be taken.
const ENOUGH: f32 = 0.5;

/// A format and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub format: Format,
    /// Part of the lines that fit, from 0 to 1.
    pub confidence: f32,
}

/// What format a file most likely has.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    pub format: Format,
    /// From 0 (a guess) to 1.
    pub confidence: f32,
    /// All formats that fit at least some lines, the best first.
    pub candidates: Vec<Candidate>,
}

/// Finds the format of a file by its start: up to 256 KiB, decompressed. The name only helps with tables.
///
/// Every format is tried on the lines. Of those that fit about as well as the best, the most particular is taken (a line
/// of log4j also is a line that starts with a time); where none fits, the file is lines of text.
pub fn detect(head: &[u8], file_name: Option<&str>) -> Detection {
    let text = readable(head);
    let mut lines: Vec<&str> = text.split('\n').map(|line| line.trim_matches(['\r', '\0'])).collect();
    if lines.len() > 2 && head.len() >= 4096 {
        // The last line may be cut.
        lines.pop();
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.truncate(SAMPLE_LINES);
    let mut candidates: Vec<Candidate> = FORMATS
        .iter()
        .map(|definition| Candidate {
            format: definition.format,
            confidence: fit(definition.format, &lines, file_name),
        })
        .filter(|candidate| candidate.confidence > 0.0)
        .collect();
    let best = candidates.iter().map(|candidate| candidate.confidence).fold(0.0, f32::max);
    let chosen = candidates
        .iter()
        .copied()
        .find(|candidate| candidate.confidence >= ENOUGH && candidate.confidence >= best * 0.85)
        .unwrap_or(Candidate { format: Format::Text, confidence: 0.1 });
    candidates.sort_by(|left, right| {
        let is_chosen = |candidate: &Candidate| candidate.format == chosen.format;
        is_chosen(right).cmp(&is_chosen(left)).then(right.confidence.total_cmp(&left.confidence))
    });
    if candidates.first().is_none_or(|first| first.format != chosen.format) {
        candidates.insert(0, chosen);
    }
    Detection { format: chosen.format, confidence: chosen.confidence, candidates }
}

/// The start of a file as text, without terminal colours.
fn readable(head: &[u8]) -> String {
    let mut text = String::new();
    let mut decoder = TextDecoder::default();
    decoder.push(head, &mut text);
    decoder.finish(&mut text);
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    strip_controls(&text, &mut plain);
    plain
}

/// Part of the lines that a format explains.
fn fit(format: Format, lines: &[&str], file_name: Option<&str>) -> f32 {
    let mut reader = JsonReader::default();
    let mut draft = Draft::default();
    match format.reading() {
        Reading::Lines { .. } if format == Format::Text => 0.0,
        Reading::Lines { detect, joins, .. } => share(lines, joins, |line| {
            draft.clear();
            detect(line, &mut draft)
        }),
        Reading::JsonLines => share(lines, false, |line| reader.object(line, &mut draft)),
        Reading::Journald => share(lines, false, |line| {
            draft.clear();
            reader.journald(line, &mut draft)
        }),
        Reading::Docker => share(lines, false, |line| {
            let wrapped =
                json::unwrap_docker(line, &mut Default::default(), &mut String::new(), &mut Vec::new());
            if wrapped.is_some() { Scan::Start } else { Scan::No }
        }),
        Reading::Cri => share(lines, false, |line| {
            if json::unwrap_cri(line, &mut String::new()).is_some() { Scan::Start } else { Scan::No }
        }),
        Reading::Table => {
            let (confidence, is_tab) = csv::detect(lines, file_name);
            if is_tab == (format == Format::Tsv) { confidence } else { 0.0 }
        }
    }
}

fn share(lines: &[&str], joins: bool, mut scan: impl FnMut(&str) -> Scan) -> f32 {
    let (mut starts, mut explained) = (0u32, 0.0f32);
    for line in lines {
        match scan(line) {
            Scan::Start => {
                starts += 1;
                explained += 1.0;
            }
            Scan::Continuation if starts > 0 => explained += 1.0,
            _ if starts == 0 => {}
            _ if looks_like_continuation(line) => explained += 1.0,
            _ if joins => explained += 0.6,
            _ => {}
        }
    }
    if starts == 0 { 0.0 } else { explained / lines.len() as f32 }
}
