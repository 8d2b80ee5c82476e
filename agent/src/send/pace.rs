use std::time::{Duration, Instant};

/// Keeps the mean of sent bytes under a limit: what goes out now is paid for before the next may go.
#[derive(Debug)]
pub struct Pace {
    bytes_per_second: u64,
    free_at: Instant,
}

impl Pace {
    /// Without a limit when `bytes_per_second` is 0.
    pub fn new(bytes_per_second: u64, now: Instant) -> Self {
        Self { bytes_per_second, free_at: now }
    }

    /// How long to wait before these bytes are sent.
    pub fn delay(&mut self, bytes: usize, now: Instant) -> Duration {
        if self.bytes_per_second == 0 {
            return Duration::ZERO;
        }
        let start = self.free_at.max(now);
        self.free_at = start + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        start - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_stays_under_the_limit() {
        let start = Instant::now();
        let mut pace = Pace::new(1000, start);
        assert_eq!(pace.delay(500, start), Duration::ZERO);
        assert_eq!(pace.delay(1000, start), Duration::from_millis(500));
        assert_eq!(pace.delay(1, start), Duration::from_millis(1500));
        // Time that was not used is not saved up.
        let later = start + Duration::from_secs(100);
        assert_eq!(pace.delay(1000, later), Duration::ZERO);
        assert_eq!(pace.delay(1000, later), Duration::from_secs(1));
        assert_eq!(Pace::new(0, start).delay(usize::MAX, start), Duration::ZERO);
    }
}
