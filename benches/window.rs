//! From the start of the desktop to rows on the screen, with the events stored.
//!
//! The desktop is driven through WebDriver, which is part of the time. Each start is that of a newcomer's profile: nothing
//! is cached but what the operating system keeps.

use std::time::{Duration, Instant};

use click_lite_benches::report::{say, table, verdict, write};
use click_lite_benches::samples::Samples;
use click_lite_benches::{data, runtime};
use click_lite_tests::desktop::{Surroundings, wait_until_gone};
use serde_json::json;

const STARTS: usize = 7;
const GOAL: Duration = Duration::from_secs(2);
/// Rows of the table; then the bars of the histogram.
const ROWS: &str = "return all('[role=grid] [role=row][data-index]').length > 10";
const BARS: &str = "return all('[role=slider]').length > 0";

fn main() -> anyhow::Result<()> {
    runtime()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = data::stored_events().await?;
    let (mut rows, mut bars) = (Samples::default(), Samples::default());
    // The first one warms up: it reads the programs and the newest parts from the disk.
    for start in 0..=STARTS {
        let place = Surroundings::with(&[
            ("CLICK_LITE__DATA__DIR", folder.join("data").display().to_string()),
            // The events have fixed times, and must not be deleted for their age.
            ("CLICK_LITE__DATA__RETENTION_DAYS", "3650".to_owned()),
        ])?;
        let started = Instant::now();
        let desktop = place.start().await?;
        desktop.page.wait("rows", ROWS).await?;
        let until_rows = started.elapsed();
        desktop.page.wait("the histogram", BARS).await?;
        if start > 0 {
            rows.push(until_rows);
            bars.push(started.elapsed());
        }
        let processes = desktop.processes();
        desktop.window.close()?;
        wait_until_gone(&processes)?;
        desktop.page.close().await;
    }
    let line = |what: &str, samples: &Samples| {
        vec![what.to_owned(), format!("{:.0}", samples.median()), format!("{:.0}", samples.percentile(95.0))]
    };
    say(&format!("{} events stored, {STARTS} starts", data::events()))?;
    table(&["until", "P50, ms", "P95, ms"], &[line("rows", &rows), line("histogram", &bars)])?;
    let goal_ms = GOAL.as_secs_f64() * 1000.0;
    say(&format!("goal: rows under {goal_ms:.0} ms: {}", verdict(rows.percentile(95.0) < goal_ms)))?;
    let figures = |samples: &Samples| json!({ "p50": samples.median(), "p95": samples.percentile(95.0) });
    let figures =
        json!({ "events": data::events(), "rows_ms": figures(&rows), "histogram_ms": figures(&bars) });
    write("window", figures)
}
