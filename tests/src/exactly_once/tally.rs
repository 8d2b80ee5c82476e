//! What is in the table, line by line.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::writers::{FILES, Progress, token};
use crate::clickhouse::ClickHouse;

/// Lines that are shown of each kind of fault.
const SHOWN: usize = 20;
/// Each line has a number in its file, seven digits long.
const TOKENS: &str = "extractAll(Body, 'line-(\\\\d\\\\d-\\\\d{7})-end')";

/// Lines in the table, compared with those that were written.
#[derive(Debug, Default)]
pub struct Tally {
    pub written: u64,
    /// Lines in the table, those that are there twice counted twice.
    pub found: u64,
    pub lost: Vec<String>,
    /// Lines that are there more than once, and the rows that hold them.
    pub doubled: Vec<String>,
    /// Lines that nobody wrote.
    pub foreign: u64,
    pub records: u64,
}

impl Tally {
    /// Asks the engine of a server that has ended.
    pub async fn take(folder: &Path, progress: &[Progress]) -> anyhow::Result<Self> {
        let clickhouse = ClickHouse::start(folder).await?;
        let tally = count(&clickhouse, progress).await;
        clickhouse.stop().await;
        tally
    }

    pub fn is_exact(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.foreign == 0 && self.found == self.written
    }
}

async fn count(clickhouse: &ClickHouse, progress: &[Progress]) -> anyhow::Result<Tally> {
    let sql = format!(
        "SELECT line, count() FROM (SELECT arrayJoin({TOKENS}) AS line FROM otel_logs) GROUP BY line FORMAT TSV"
    );
    let answer = clickhouse.query(&sql, &[]).await?;
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for row in String::from_utf8(answer.to_vec())?.lines() {
        let (line, count) = row.split_once('\t').context("two columns")?;
        found.insert(format!("line-{line}-end"), count.parse()?);
    }
    let mut tally = Tally { found: found.values().sum(), ..Tally::default() };
    let rows = clickhouse.query("SELECT count() FROM otel_logs FORMAT TSV", &[]).await?;
    tally.records = String::from_utf8(rows.to_vec())?.trim().parse()?;
    for (file, progress) in progress.iter().enumerate().take(FILES) {
        let lines = progress.lines.load(std::sync::atomic::Ordering::Acquire);
        tally.written += lines;
        for number in 1..=lines {
            let token = token(file, number);
            match found.remove(&token) {
                None => tally.lost.push(token),
                Some(1) => {}
                Some(_) => tally.doubled.push(token),
            }
        }
    }
    tally.foreign = found.len() as u64;
    for line in tally.doubled.iter_mut().take(SHOWN) {
        let sql = format!(
            "SELECT IngestId, IngestedAt, _part, LogAttributes, substring(Body, 1, 200) FROM otel_logs \
             WHERE position(Body, '{line}') > 0 FORMAT TSV"
        );
        let rows = clickhouse.query(&sql, &[]).await?;
        *line = format!("{line}:\n{}", String::from_utf8_lossy(&rows));
    }
    Ok(tally)
}
