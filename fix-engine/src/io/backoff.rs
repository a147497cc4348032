//! [`Backoff`]: how long to wait before the next try. In: how often it failed. Out: a time. Knows no clock.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Doubles from `first` to `max`, each shortened by a random part, so that a thousand initiators do not come back at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure, and after a connection that was logged on is lost. Default 1 s.
    pub first: Duration,
    /// The longest wait. Default 60 s.
    pub max: Duration,
    /// By how much a wait is shortened at most, in percent of itself. Default 25.
    pub jitter_percent: u8,
}

impl Backoff {
    /// The wait after `failures` failures in a row.
    #[must_use]
    pub fn wait(&self, failures: u32) -> Duration {
        self.shortened(failures, RandomState::new().hash_one(failures))
    }

    /// The wait with this throw of the dice: 0 leaves it whole, `u64::MAX` shortens it most.
    #[must_use]
    pub fn shortened(&self, failures: u32, dice: u64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.max);
        let jitter = u128::from(self.jitter_percent.min(100));
        let most = whole.as_nanos().saturating_mul(jitter) / 100;
        let less = most.saturating_mul(u128::from(dice >> 32)) >> 32;
        whole.saturating_sub(Duration::from_nanos(
            u64::try_from(less).unwrap_or(u64::MAX),
        ))
    }
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff {
            first: Duration::from_secs(1),
            max: Duration::from_secs(60),
            jitter_percent: 25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_a_bound_and_is_only_ever_shortened() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            max: Duration::from_secs(1),
            jitter_percent: 50,
        };
        let whole: Vec<u128> = [0, 1, 2, 3, 4, 5, 1000, u32::MAX]
            .map(|failures| backoff.shortened(failures, 0).as_millis())
            .to_vec();
        assert_eq!(whole, [100, 100, 200, 400, 800, 1000, 1000, 1000]);
        let shortest = backoff.shortened(5, u64::MAX).as_millis();
        assert!((500..=501).contains(&shortest), "{shortest}");
        for failures in 0..20 {
            let wait = backoff.wait(failures);
            assert!(wait <= backoff.shortened(failures, 0));
            assert!(wait >= backoff.shortened(failures, u64::MAX));
        }
        let hugest = Backoff {
            first: Duration::MAX,
            max: Duration::MAX,
            jitter_percent: 255,
        };
        assert!(hugest.wait(7) <= Duration::MAX);
    }
}
