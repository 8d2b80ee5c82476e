use std::time::Duration;

const FIRST: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before start number `attempt` (from 1) after the engine last worked. The first is almost
/// at once, since most crashes are single; then it doubles up to 30 s. `random` in 0..1 shortens the wait by
/// up to a quarter, so several engines of one machine don't start in step.
pub(crate) fn delay(attempt: u32, random: f64) -> Duration {
    let full = match attempt {
        0 | 1 => FIRST,
        _ => SECOND.saturating_mul(1_u32.checked_shl(attempt - 2).unwrap_or(u32::MAX)).min(LONGEST),
    };
    full.mul_f64(1.0 - 0.25 * random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_from_almost_nothing_to_half_a_minute() {
        let milliseconds: Vec<_> = (1..=12).map(|attempt| delay(attempt, 0.0).as_millis()).collect();
        assert_eq!(
            milliseconds,
            [20, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]
        );
        assert_eq!(delay(u32::MAX, 0.0), LONGEST);
    }

    #[test]
    fn jitter_only_shortens() {
        assert_eq!(delay(20, 1.0), Duration::from_millis(22_500));
    }
}
