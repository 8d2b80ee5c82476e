//! RAS logs of Blue Gene/L.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::level;

/// `- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO message`.
/// The seconds since the epoch give the time, the long form its fraction.
pub(crate) fn blue_gene(line: &str, draft: &mut Draft) -> Scan {
    read(line, draft).unwrap_or(Scan::No)
}

fn read(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let label = cursor.until(b' ')?;
    let seconds = cursor.until(b' ').filter(|text| text.len() == 10)?.parse::<i64>().ok()?;
    let date = cursor.until(b' ').filter(|text| text.len() == 10)?;
    let node = cursor.until(b' ')?;
    let precise = cursor.until(b' ').filter(|text| text.len() >= 19)?;
    let _node_again = cursor.until(b' ')?;
    let kind = cursor.until(b' ')?;
    let component = cursor.until(b' ')?;
    let name = cursor.word();
    cursor.eat(" ");
    if date.as_bytes()[4] != b'.' || precise.as_bytes()[4] != b'-' || label.is_empty() {
        return None;
    }
    let severity = level::severity(name)?;
    let mut nanos = 0;
    let mut scale = 100_000_000;
    for digit in precise.bytes().skip(20).take_while(u8::is_ascii_digit) {
        nanos += i64::from(digit - b'0') * scale;
        scale /= 10;
    }
    draft.level(name, severity);
    draft.host(node);
    draft.attribute("bgl.alert", label);
    draft.attribute("bgl.type", kind);
    draft.attribute("bgl.component", component);
    Some(draft.start(EntryTime::Utc(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?), cursor.at))
}
