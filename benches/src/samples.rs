//! Durations of repetitions.

use std::time::Duration;

/// Durations in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn push(&mut self, duration: Duration) {
        self.0.push(duration.as_secs_f64() * 1e3);
    }

    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nearest-rank percentile in milliseconds; 0 without samples.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).copied().unwrap_or(0.0)
    }

    pub fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// What each took longer than its counterpart, which ran just after it. Negative where it was faster.
    pub fn beyond(&self, counterparts: &Self) -> Self {
        Self(self.0.iter().zip(&counterparts.0).map(|(own, other)| own - other).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: impl IntoIterator<Item = u64>) -> Samples {
        let mut samples = Samples::default();
        values.into_iter().for_each(|value| samples.push(Duration::from_millis(value)));
        samples
    }

    #[test]
    fn takes_the_nearest_rank() {
        let hundred = samples((1..=100).rev());
        assert_eq!(
            [50.0, 95.0, 99.0, 100.0].map(|percent| hundred.percentile(percent)),
            [50.0, 95.0, 99.0, 100.0]
        );
        assert_eq!(samples([7]).percentile(95.0), 7.0);
        assert_eq!(samples([]).median(), 0.0);
    }

    #[test]
    fn compares_pair_by_pair() {
        assert_eq!(samples([10, 30, 20]).beyond(&samples([9, 10, 18])).median(), 2.0);
    }
}
