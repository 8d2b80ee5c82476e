//! From file to table once, whatever is killed. `cargo xtask crash` does the same for longer.

use click_lite_tests::exactly_once::{Plan, random_seed, run};

const KILLS: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_in_the_table_once_after_thirty_kills() -> anyhow::Result<()> {
    let seed = std::env::var("CLICK_LITE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let plan = Plan { kills: KILLS, seed: seed.unwrap_or_else(random_seed) };
    eprintln!("seed {}", plan.seed);
    let folder = tempfile::tempdir()?;
    let outcome = run(plan, folder.path()).await?;
    eprintln!("{outcome}");
    assert!(outcome.kills.agent > 0 && outcome.kills.server > 0 && outcome.tally.written > 1000, "{outcome}");
    outcome.check()
}
