//! Rate limits: a token bucket for each sender or service.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::http::error::ApiError;

/// Keys that are remembered; those that owe nothing are forgotten first.
const KEYS: usize = 65_536;
/// How often those are looked for at most.
const LOOK: Duration = Duration::from_secs(1);

/// So much a second for each key, and as much at once. What a request brings is known when it is over, so it is
/// charged then; who is beyond the limit waits before the next.
pub struct RateLimit<K> {
    per_second: u64,
    uses: Mutex<Uses<K>>,
}

struct Uses<K> {
    by_key: HashMap<K, Used>,
    /// When those that owe nothing were looked for.
    looked_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    amount: f64,
    at: Instant,
}

impl<K: Hash + Eq> RateLimit<K> {
    /// `None` where `per_second` is 0: no limit.
    pub fn new(per_second: u64) -> Option<Self> {
        let uses = Mutex::new(Uses { by_key: HashMap::new(), looked_at: None });
        (per_second > 0).then_some(Self { per_second, uses })
    }

    /// How long a key has to wait; `None` when it may send now.
    pub fn wait<Q: Hash + Eq + ?Sized>(&self, key: &Q, now: Instant) -> Option<Duration>
    where
        K: Borrow<Q>,
    {
        let used = *self.lock().by_key.get(key)?;
        let over = self.left(used, now) - self.per_second as f64;
        (over > 0.0).then(|| Duration::from_secs_f64(over / self.per_second as f64))
    }

    /// Charges a key for what it sent.
    pub fn charge(&self, key: K, amount: u64, now: Instant) {
        let mut uses = self.lock();
        if uses.by_key.len() >= KEYS && !uses.by_key.contains_key(&key) {
            let is_time = uses.looked_at.is_none_or(|last| now.saturating_duration_since(last) >= LOOK);
            if is_time {
                uses.looked_at = Some(now);
                uses.by_key.retain(|_, used| self.left(*used, now) > 0.0);
            }
            // All of them owe: a flood of names, that no limit by name can hold.
            if uses.by_key.len() >= KEYS {
                return;
            }
        }
        let used = uses.by_key.entry(key).or_insert(Used { amount: 0.0, at: now });
        *used = Used { amount: self.left(*used, now) + amount as f64, at: now };
    }

    fn lock(&self) -> MutexGuard<'_, Uses<K>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of a use after some time.
    fn left(&self, used: Used, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(used.at).as_secs_f64();
        (used.amount - seconds * self.per_second as f64).max(0.0)
    }

    /// The answer to who has to wait; `who` such as `10.0.0.1 sends`.
    pub fn refusal(&self, who: &str, unit: &str, wait: Duration) -> ApiError {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ingest.rate_limited",
            format!(
                "{who} more than the {} {unit} a second that it may: send again in {seconds} s",
                self.per_second
            ),
        )
        .retry_after(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_too_much_waits_and_nobody_else() {
        let limit: RateLimit<String> = RateLimit::new(100).expect("a limit");
        let start = Instant::now();
        let after = |seconds: f64| start + Duration::from_secs_f64(seconds);
        assert_eq!(limit.wait("shop", start), None);
        limit.charge("shop".to_owned(), 100, start);
        assert_eq!(limit.wait("shop", start), None, "a second's worth at once is allowed");
        limit.charge("shop".to_owned(), 300, start);
        assert_eq!(limit.wait("shop", start), Some(Duration::from_secs(3)));
        assert_eq!(limit.wait("pay", start), None);
        assert_eq!(limit.wait("shop", after(2.0)), Some(Duration::from_secs(1)));
        assert_eq!(limit.wait("shop", after(3.0)), None);
        let refusal = limit.refusal("`shop` sends", "records", Duration::from_millis(2500));
        assert_eq!((refusal.status.as_u16(), refusal.retry_after_seconds), (429, Some(3)));
        assert!(RateLimit::<String>::new(0).is_none());
    }

    #[test]
    fn memory_is_bounded_whatever_is_sent() {
        let limit: RateLimit<String> = RateLimit::new(1).expect("a limit");
        let start = Instant::now();
        for number in 0..2 * KEYS {
            limit.charge(number.to_string(), 10, start);
        }
        assert_eq!(limit.lock().by_key.len(), KEYS);
        limit.charge("later".to_owned(), 10, start + Duration::from_secs(11));
        assert_eq!(limit.lock().by_key.len(), 1);
    }
}
