use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(30);
/// What a server asks for is not waited for longer than this.
const MOST_ASKED: Duration = Duration::from_secs(600);

/// Growing delays between tries. Each is drawn between half and the whole of its length, so that many agents do not come
/// back at once.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The delay before the next try. `draw` is from 0 to 1; `asked` is what the server asked for at least.
    pub fn next(&mut self, asked: Option<Duration>, draw: f64) -> Duration {
        let length = FIRST.saturating_mul(1 << self.failures.min(16)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        let drawn = length.mul_f64(0.5 + draw.clamp(0.0, 1.0) / 2.0);
        asked.map_or(drawn, |asked| asked.min(MOST_ASKED) + drawn / 2)
    }

    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_a_limit_and_starts_anew() {
        let mut backoff = Backoff::default();
        let delays: Vec<u128> = (0..10).map(|_| backoff.next(None, 1.0).as_millis()).collect();
        assert_eq!(delays, [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(backoff.next(None, 0.0).as_millis(), 15_000);
        backoff.reset();
        assert_eq!(backoff.next(None, 0.5).as_millis(), 150);
    }

    #[test]
    fn waits_as_long_as_asked_but_not_forever() {
        let mut backoff = Backoff::default();
        assert!(backoff.next(Some(Duration::from_secs(7)), 0.0) >= Duration::from_secs(7));
        assert!(backoff.next(Some(Duration::from_secs(1 << 30)), 1.0) < Duration::from_secs(700));
    }
}
